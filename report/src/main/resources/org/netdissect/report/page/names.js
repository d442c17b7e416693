// gives: coloursOf, orderOf, nice

// Names and colours, as every page shows them.

// The hues of the original report, set apart in lightness so that they differ in grey and for those
// who do not tell red from green; in charts a pattern tells them apart as well.
const PALETTE = {
  object: ["#4458C9", "#BBC3F0"],
  scene: ["#2E8B57", "#B4DEC6"],
  part: ["#4DB8D1", "#BDE6EF"],
  material: ["#E3D53F", "#F5F1BC"],
  texture: ["#F5A044", "#FBDDBA"],
  color: ["#A81C2B", "#EDBCC1"],
};
const MORE = [
  ["#8A5BC0", "#DCCBF0"],
  ["#6F7F2E", "#DCE0C6"],
  ["#C77CA8", "#EFCADF"],
  ["#7A4A22", "#E6D3C3"],
  ["#9FB6C6", "#DFE8EE"],
  ["#3F4A57", "#CDD3DA"],
];
// The order of the paper's figures; unknown categories follow in the data set's order.
const FIGURE_ORDER = ["object", "scene", "part", "material", "texture", "color"];

/** Dark and light colour of each category. */
function coloursOf(categories) {
  let spare = 0;
  return categories.map((name) => (Object.hasOwn(PALETTE, name) ? PALETTE[name] : MORE[spare++ % MORE.length]));
}

/** Places of categories in the order in which they are shown. */
function orderOf(categories) {
  const rank = (name) => (FIGURE_ORDER.includes(name) ? FIGURE_ORDER.indexOf(name) : FIGURE_ORDER.length);
  return categories.map((name, index) => index).sort((a, b) => rank(categories[a]) - rank(categories[b]) || a - b);
}

/** A label as people read it: without the suffix of scenes and colours. */
function nice(label) {
  return label.replace(/-[sc]$/, "").replaceAll("_", " ") || "no label";
}
