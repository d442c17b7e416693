// takes: fixed, formulaWords, h, numbersOf, origin, plain, plural, readSafely, saveButtons, short, stackable
// gives: linearPanel, rangePanel

// What a unit means at different strength, and as a sum of concepts.

/** A formula in words; its text where the result's concepts do not tell what it means. */
function saidFormula(text) {
  const node = readSafely(text);
  return node ? formulaWords(node) : text;
}

function between([above, upTo]) {
  return upTo === null ? "above " + short(above, 4) : short(above, 4) + " to " + short(upTo, 4);
}

/** How the formulas of ranges were searched for, which may differ from the search above them. */
function settings(how) {
  return "at most " + plural(how.length, "concept", "concepts") + (how.categories ? " of " + how.categories.join(", ") : "")
    + " joined by " + how.operators.map((word) => word.replace("-", " ").toUpperCase()).join(", ") + ", " + how.search + " search"
    + (how.gain > 0 ? ", minimum gain " + how.gain : "") + (how.penalty === 1 ? "" : ", penalty " + how.penalty);
}

/**
 * A formula of each range of the unit's activation; null if none were searched for.
 *
 * @param rows of each its ends, activations, formula, pixels in both, of the formula and of the mask, whether
 *     it is proven, bound, the best single concept and its IoU
 */
function rangePanel(layer, unit, rows) {
  const about = layer.formulas.ranges;
  if (!about || !rows) {
    return null;
  }
  const head = h("div", { class: "panelhead" }, h("h2", {}, "By strength"));
  const what = h("p", { class: "small" }, "Its activations above " + short(rows.length > 0 ? rows[0][0] : 0, 4) + " (the largest " + short(100 * about.keep, 3)
    + " % of all, zeros left out), in ranges ", about.by === "kmeans" ? "by k-means (seed " + about.seed + ")" : "of as many activations each",
  ", and the formula (" + settings(about) + ") that agrees best with the pixels whose value lies in each.");
  if (rows.length === 0) {
    return h("section", { class: "ranges" }, head, h("p", { class: "nothing" }, "It has no activations above its floor."));
  }
  const columns = [["activation", "Above the first number, up to the second"], ["formula"], ["IoU", "Pixels in both among pixels in either"],
    ["proof", "Whether no formula of so many concepts is better, or how good one may be at most"],
    ["accuracy", "Share of the formula's pixels whose value lies in the range"],
    ["coverage", "Share of the range's pixels that the formula covers"],
    ["best concept"], ["its IoU"], ["activations", "How many lie in the range"]];
  const share = (part, whole) => fixed(whole > 0 ? 100 * part / whole : 0, 1) + " %";
  const words = new Set([1, 6]);
  const table = stackable(h("table", { class: "ranked" },
    h("thead", {}, h("tr", {}, columns.map(([name, title], i) => h("th", { scope: "col", title, class: i === 0 || words.has(i) ? null : "num" }, name)))),
    h("tbody", {}, rows.map((row) => {
      const [, , activations, formula, both, pixels, mask, proven, bound, concept, conceptIou] = row;
      const union = mask + pixels - both;
      return h("tr", {},
        h("th", { scope: "row" }, between(row)),
        h("td", { class: "said" }, formula === "" ? "meets no concept" : saidFormula(formula)),
        h("td", { class: "num" }, fixed(union > 0 ? both / union : 0, 4)),
        h("td", { class: "num" }, proven ? "proven" : "at most " + fixed(bound, 4)),
        h("td", { class: "num" }, share(both, pixels)),
        h("td", { class: "num" }, share(both, mask)),
        h("td", { class: "said" }, concept === "" ? "–" : saidFormula(concept)),
        h("td", { class: "num" }, fixed(conceptIou, 4)),
        h("td", { class: "num" }, plain(activations)));
    }))));
  head.append(saveButtons("unit-" + unit + "-ranges", () => ({
    rows: numbersOf(table), caption: "Formulas of unit " + unit + " by range of its activation. " + origin(layer),
  }), "rows"));
  return h("section", { class: "ranges" }, head, what, table);
}

/**
 * The unit as a sum of concepts, beside its label and its formula; null if no sum was looked for.
 *
 * @param found `terms` (concept and weight each), `label`, `formula` and the correlations of the three, null where there is none
 */
function linearPanel(layer, unit, found) {
  const about = layer.formulas.linear;
  if (!about || !found) {
    return null;
  }
  const sum = found.terms.map(([concept, weight], i) => [i > 0 ? h("span", { class: "operator" }, " + ") : null, short(weight, 4) + "\u00a0", saidFormula(concept)]);
  const rows = [["label", found.label === "" ? "none" : saidFormula(found.label), found.labelR],
    ["formula", found.formula === "" ? "meets no concept" : saidFormula(found.formula), found.formulaR],
    ["sum", sum.length === 0 ? "no concept helps" : sum, found.linearR]];
  const table = stackable(h("table", { class: "ranked" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "by"), h("th", { scope: "col" }, "explanation"),
      h("th", { scope: "col", class: "num", title: "Pearson's correlation with the unit's pooled activation on images held out" }, "r"))),
    h("tbody", {}, rows.map(([by, words, r]) => h("tr", {},
      h("th", { scope: "row" }, by),
      h("td", { class: "said" }, words),
      h("td", { class: "num" }, r === null ? "–" : fixed(r, 3)))))));
  return h("section", { class: "linear" },
    h("div", { class: "panelhead" }, h("h2", {}, "As a sum of concepts"),
      saveButtons("unit-" + unit + "-linear", () => ({
        rows: numbersOf(table), caption: "How well label, formula and sum foretell the activation of unit " + unit + ". " + origin(layer),
      }), "rows")),
    h("p", { class: "small" }, "How the unit's mean activation above its threshold follows from the share of the image that concepts cover: r is the correlation on "
      + plural(about.heldOut, "image", "images") + " held out. The sum was fitted on " + plain(about.train) + " others, its concepts chosen on "
      + plain(about.validation) + " (seed " + about.seed + (about.categories ? ", concepts of " + about.categories.join(", ") + " only" : "")
      + "); label and formula, the one found in the same run, were chosen on all."),
    table);
}
