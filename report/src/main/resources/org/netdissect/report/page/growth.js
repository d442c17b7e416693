// takes: fixed, h, layers, numbersOf, origin, plain, roundTicks, saveButtons, short, stackable, svg
// gives: growthSection

// How the units' IoU grows with the length of their formulas, results side by side.

const LINES = [
  ["#1f5fbf", "M-4 -4h8v8h-8z", ""], ["#c2281f", "M0 -5L5 4H-5z", "7 3"], ["#2e8b57", "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", "2 3"],
  ["#b8860b", "M0 -6L5 0L0 6L-5 0z", "9 3 2 3"], ["#8a5bc0", "M0 5L5 -4H-5z", "4 4"], ["#3f8fa8", "M-5 -1.5h3.5v-3.5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5z", "1 3"],
];

/** The section; nothing where no result has formulas. */
function growthSection(names, width) {
  const grown = layers.map((layer, l) => ({ name: names[l], growth: layer.growth ?? [], line: LINES[l % LINES.length] }))
    .filter((one) => one.growth.length > 0);
  if (grown.length === 0) {
    return "";
  }
  const longest = Math.max(...grown.map((one) => one.growth.length));
  const lengths = Array.from({ length: longest }, (none, i) => i + 1);
  const table = stackable(h("table", { id: "growth" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "network and layer"), h("th", { class: "num" }, "units"),
      lengths.map((n) => h("th", { class: "num" }, String(n))))),
    h("tbody", {}, grown.map((one) => h("tr", {}, h("th", { scope: "row" }, one.name), h("td", { class: "num" }, plain(one.growth[0].units)),
      lengths.map((n) => {
        const at = one.growth[n - 1];
        return h("td", { class: "num", title: at ? at.proven + " of " + at.units + " units proven" : null }, at ? fixed(at.mean, 4) : "–");
      }))))));
  const chart = growthChart(grown, longest, width);
  const mark = ([colour, shape]) => svg("svg", { width: 16, height: 14, viewBox: "-8 -7 16 14", "aria-hidden": "true" }, svg("path", { d: shape, fill: colour }));
  return h("section", {},
    h("div", { class: "panelhead" }, h("h2", {}, "IoU by length of formulas"),
      saveButtons("formulas", () => ({
        chart, rows: numbersOf(table),
        caption: "Mean IoU of the best formula of each unit by the number of concepts it may have. " + origin(null),
      }))),
    h("p", { class: "small" }, "Mean over the units of each one's best formula of at most so many concepts, as ", h("code", {}, "netdissect formulas"),
      " found them; IoU over all images read, which is lower than the labels' above where categories are not annotated everywhere."),
    h("div", { style: "max-width:" + Math.round(width) + "px" }, chart), h("p", { class: "legend" }, grown.map((one) => h("span", {}, mark(one.line), one.name))),
    h("div", { class: "tablebox" }, table));
}

function growthChart(grown, longest, width) {
  const left = 56;
  const high = 220;
  const top = 12;
  const most = Math.max(1e-9, ...grown.flatMap((one) => one.growth.map((at) => at.mean)));
  const step = longest > 1 ? (width - left - 40) / (longest - 1) : 0;
  const x = (length) => left + 12 + (length - 1) * step;
  const y = (value) => top + high * (1 - value / most);
  return svg("svg", { viewBox: `0 0 ${width} ${top + high + 44}`, width: "100%", class: "chart", role: "img", "aria-label": "Mean IoU by length of the formulas" },
    roundTicks(0, most, 5).map((value) => [
      svg("line", { x1: left, x2: width - 16, y1: y(value), y2: y(value), class: "lines" }),
      svg("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end", class: "number" }, short(value, 6))]),
    Array.from({ length: longest }, (none, i) => svg("text", { x: x(i + 1), y: top + high + 18, "text-anchor": "middle", class: "number" }, String(i + 1))),
    svg("text", { x: (left + width) / 2, y: top + high + 38, "text-anchor": "middle", class: "group" }, "concepts in the formula, at most"),
    grown.map(({ name, growth, line: [colour, shape, dash] }) => [
      svg("polyline", { points: growth.map((at) => x(at.length) + "," + y(at.mean)).join(" "), fill: "none", stroke: colour, "stroke-width": 2, "stroke-dasharray": dash }),
      growth.map((at) => svg("path", { d: shape, transform: `translate(${x(at.length)} ${y(at.mean)})`, fill: colour },
        svg("title", {}, `${name}, ${at.length}: mean IoU ${fixed(at.mean, 4)}, quartiles ${fixed(at.low, 4)} and ${fixed(at.high, 4)}, proven for ${at.proven} of ${at.units} units`)))]));
}
