// takes: conceptLink, D, dot, fixed, h, nice, numbersOf, origin, plain, plural, saveButtons, short
// takes: stackable, unitLink
// gives: meaningPanel, measuresPanel, MEANING_SORTS

// Second opinions on a unit's label, and whether it means one thing.

/** What each measure is, for those who point at its name. */
const MEASURE_WORDS = {
  iou: "I / (A + G − I)",
  precision: "share of the mask that bears the concept",
  recall: "share of the concept that is lit",
  f1: "2 I / (A + G); it rises with IoU",
  lift: "how many times as often the concept is there where the unit fires",
  mcc: "correlation of mask and concept, pixel by pixel (Matthews)",
  auc: "chance that an image with the concept has a larger peak than one without",
  auprc: "average precision of images in falling order of their peaks",
  "point-biserial": "correlation of peaks with the presence of the concept",
  "rank-correlation": "of ranks with the presence of the concept (Spearman)",
};

/** By a number of each unit, unknown ones last, equals by score. */
function byNumber(layer, values, sign) {
  const of = (unit) => (values[unit] ?? null) === null ? Infinity : sign * values[unit];
  return (a, b) => (of(a) === of(b) ? 0 : of(a) - of(b)) || layer.place[a] - layer.place[b];
}

const MEANING_SORTS = {
  clear: ["clearest patches first", (layer) => byNumber(layer, layer.measures?.clarity ?? [], -1)],
  mixed: ["most polysemantic first", (layer) => byNumber(layer, layer.measures?.polysemanticity ?? [], -1)],
  redundant: ["most redundant first", (layer) => byNumber(layer, layer.measures?.redundancy ?? [], -1)],
};

/**
 * What other measures say of the concepts of a unit.
 *
 * @param rows the columns of measures.csv
 */
function measuresPanel(layer, unit, rows) {
  if (!layer.measures || !rows || rows.length === 0) {
    return null;
  }
  const { names, peaks, least } = layer.measures;
  const shown = names.filter((name) => rows.some((row) => row[name] !== undefined));
  const best = (row, name) => (row["best-by"] ?? "").split("; ").includes(name);
  const table = stackable(h("table", { class: "opinions" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "concept"), h("th", { scope: "col" }, "category"),
      shown.map((name) => h("th", { scope: "col", class: "num", title: MEASURE_WORDS[name] }, name)))),
    h("tbody", {}, [...rows].sort((a, b) => b.iou - a.iou).map((row) => {
      const category = D.categories.indexOf(row.category);
      return h("tr", {},
        h("th", { scope: "row" }, h("a", { href: conceptLink(category, row.label) }, nice(row.label))),
        h("td", { class: "kind" }, dot(category), row.category),
        shown.map((name) => h("td", { class: best(row, name) ? "num top" : "num", title: best(row, name) ? "the best of the unit by " + name : null },
          row[name] === undefined ? "–" : name === "lift" ? short(row[name], 3) : fixed(row[name], 3))));
    }))));
  return h("section", {},
    h("div", { class: "panelhead" }, h("h2", {}, "Second opinions"),
      saveButtons("unit-" + unit + "-measures", () => ({
        rows: numbersOf(table), caption: "Measures of how well unit " + unit + " and concepts agree. " + origin(layer),
      }), "rows")),
    h("p", { class: "small" }, "What each measure holds to be the unit's concept is set off. Pixels and images are those annotated for the concept's category"
      + (peaks ? "; measures of images want " + plain(least) + " with the concept and as many without." : ".")
      + (peaks === "exact" ? "" : peaks ? " The run kept no peaks: images on which the unit does not exceed its threshold tie."
        : " Measures of whole images are missing: the run kept neither peaks nor maps (--peaks).")),
    h("div", { class: "tablebox" }, table));
}

/** Whether a unit's top patches show one thing. */
function meaningPanel(layer, unit, meaning) {
  if (!meaning || meaning.clarity === undefined) {
    return null;
  }
  const split = meaning["second-share"];
  return h("section", { class: "meaning" },
    h("h2", {}, "Does it mean one thing?"),
    h("dl", { class: "trustwords" },
      h("dt", {}, "Clarity"), h("dd", {}, h("b", {}, fixed(meaning.clarity, 2)), ": how alike its " + plural(meaning.patches, "top patch is", "top patches are") + " in what they bear, 1 if all are the same."),
      h("dt", {}, "Two meanings"), h("dd", {}, h("b", {}, fixed(meaning.polysemanticity, 2)), ": parted in two, "
        + fixed(100 * (1 - split), 0) + "\u00a0% of the patches stand out by ", h("b", {}, nice(meaning.first)), ", "
        + fixed(100 * split, 0) + "\u00a0% by ", h("b", {}, nice(meaning.second)), "; 0 if the two parts are alike, 1 if they share nothing."),
      meaning.nearest === undefined ? null : [h("dt", {}, "Redundancy"), h("dd", {}, h("b", {}, fixed(meaning.redundancy, 2)), ": nearest to ",
        h("a", { href: unitLink(layer, meaning.nearest) }, "unit " + meaning.nearest), " of this layer.")]));
}
