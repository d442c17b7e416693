// takes: bestIou, bestLabel, colours, D, detection, dot, fixed, h, isDetector, layers, nice, plain, roundTicks
// takes: short, shownOrder, stackable, svg
// gives: allTested, beyondChance, beyondBadge, chanceMarks, chanceNote, chanceSwitch, TRUSTED, trustLine, trustPanel, TRUST_SORTS

// How far labels can be believed: chance, other photographs, images that they were not chosen on.

/** The verdict that makes a unit a detector; the others are "within chance", "unresolved" and "no label". */
const BEYOND = "beyond chance";

/** Share of resamples from which a label is called stable. */
const STABLE = 0.95;

function allTested() {
  return layers.every((layer) => layer.trust);
}

/** Units beyond chance. */
function beyondChance(layer) {
  return layer.trust.verdicts.filter((verdict) => verdict === BEYOND).length;
}

function isStable(layer, unit) {
  return layer.trust.wins[unit] !== null && layer.trust.wins[unit] >= STABLE;
}

function isConfirmed(layer, unit) {
  const { heldOut, heldOutRank } = layer.trust;
  return heldOut[unit] !== null && heldOut[unit] > D.rules.iou && heldOutRank[unit] === 1;
}

/** Which units to show by how far their labels can be believed. */
const TRUSTED = {
  any: ["any", () => true],
  beyond: ["beyond chance", (layer, unit) => layer.trust?.verdicts[unit] === BEYOND],
  within: ["not beyond chance", (layer, unit) => layer.trust && layer.trust.verdicts[unit] !== BEYOND],
  stable: ["label kept in 95 % of resamples", (layer, unit) => layer.trust && isStable(layer, unit)],
  confirmed: ["confirmed on other images", (layer, unit) => layer.trust && isConfirmed(layer, unit)],
  all: ["all three", (layer, unit) => layer.trust?.verdicts[unit] === BEYOND && isStable(layer, unit) && isConfirmed(layer, unit)],
};

/** Largest first, unknown last, equals by score. */
function falling(layer, values) {
  return (a, b) => (values[b] ?? -1) - (values[a] ?? -1) || layer.place[a] - layer.place[b];
}

const TRUST_SORTS = {
  q: ["smallest q first", (layer) => (layer.trust
    ? (a, b) => layer.trust.q[a] - layer.trust.q[b] || layer.trust.p[a] - layer.trust.p[b] || layer.place[a] - layer.place[b]
    : (a, b) => layer.place[a] - layer.place[b])],
  wins: ["most stable label first", (layer) => falling(layer, layer.trust?.wins ?? [])],
  heldout: ["best held-out IoU first", (layer) => falling(layer, layer.trust?.heldOut ?? [])],
};

/** Chooses what makes a unit a detector. */
function chanceSwitch(changed) {
  const host = h("div", { class: "switch", role: "group", "aria-label": "What makes a unit a detector" });
  const button = (beyond, text, title) => h("button", {
    type: "button", title, "data-beyond": String(beyond), "aria-pressed": String(detection.beyond === beyond),
    onclick: () => {
      detection.beyond = beyond;
      for (const other of host.children) {
        other.setAttribute("aria-pressed", String(other.dataset.beyond === String(beyond)));
      }
      changed();
    },
  }, text);
  host.append(
    button(false, "IoU", "A unit is a detector if its best IoU is above a threshold, as in the paper"),
    button(true, "beyond chance", "A unit is a detector if chance does not do as well, corrected for the number of units"));
  return host;
}

/** Lines where chance reaches in 95 and 99 % of cases, for a chart over IoU. */
function chanceMarks(layer, x, base) {
  if (!layer.trust) {
    return null;
  }
  const { p95, p99 } = layer.trust;
  return svg("g", { class: "chance" },
    svg("rect", { x: 0, y: 0, width: x(p95), height: base, class: "reach" }),
    [[p95, "95"], [p99, "99"]].map(([value, percent]) => svg("line", { x1: x(value), x2: x(value), y1: 0, y2: base },
      svg("title", {}, `chance stays below ${fixed(value, 4)} in ${percent} % of cases`))),
    svg("text", { x: x(p99) + 4, y: 10, class: "number" }, "chance: 95 %, 99 %"));
}

/** What chance does in a layer, in words. */
function chanceNote(layer) {
  if (!layer.trust) {
    return null;
  }
  const { level, atThreshold, alone } = layer.trust;
  return h("p", { class: "small chancenote" }, capital(atThreshold) + "; " + level + ".",
    alone > 0 ? " " + plain(alone) + " images have no other of their mask size; their masks stayed where they were." : null);
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}

/** On the card of a detector by IoU whose label chance might have given. */
function beyondBadge(layer, unit, threshold) {
  return Boolean(layer.trust) && !detection.beyond && isDetector(layer, unit, threshold) && layer.trust.verdicts[unit] !== BEYOND;
}

/** The verdict on a unit in a line. */
function trustLine(layer, unit) {
  const { trust } = layer;
  if (!trust || !bestLabel(layer, unit)) {
    return null;
  }
  return h("p", { class: "verdict trustline" },
    h("b", {}, capital(trust.verdicts[unit])), " (q = " + short(trust.q[unit], 2) + ")",
    trust.wins[unit] === null ? null : " · label kept in " + percent(trust.wins[unit]) + " of resamples",
    trust.heldOut[unit] === null ? null : " · IoU " + fixed(trust.heldOut[unit], 3) + " on images held out");
}

function percent(share) {
  return short(100 * share, 3) + "\u00a0%";
}

/**
 * All that is known of a unit's trust.
 *
 * @param rows one a category, with the columns of trust.csv
 */
function trustPanel(layer, unit, rows) {
  const { trust } = layer;
  if (!trust || !rows) {
    return null;
  }
  const row = rows.find((one) => one.best);
  const label = bestLabel(layer, unit);
  return h("section", { class: "trust" },
    h("h2", {}, "Can the label be believed?"),
    !label ? h("p", { class: "nothing" }, "There is no label.") : [
      trustChart(layer, unit, row),
      h("dl", { class: "trustwords" },
        h("dt", {}, "Chance"), h("dd", {}, chanceWords(row)),
        h("dt", {}, "Other photographs"), h("dd", {}, stabilityWords(trust, row, label)),
        h("dt", {}, "Images held out"), h("dd", {}, heldOutWords(trust, row, label)),
        trust.untrained && row.untrained !== undefined ? [h("dt", {}, "Untrained"), h("dd", {}, untrainedWords(trust, row))] : null),
    ],
    h("details", { class: "small" }, h("summary", {}, "by category"), h("div", { class: "tablebox" }, trustTable(rows))));
}

function chanceWords(row) {
  return ["Its masks, laid on the labels of other images, had a best IoU as high in ", h("b", {}, plain(row.exceedances) + " of " + plain(row.permutations)),
    " permutations: p = " + short(row.p, 2) + "; corrected for the units of the layer q = " + short(row.q, 2) + ". ", h("b", {}, capital(row.verdict) + ".")];
}

function stabilityWords(trust, row, label) {
  if (row["iou-low"] === undefined) {
    return "Not known.";
  }
  const among = row.labels.split("; ").map(nice);
  return ["IoU ", h("b", {}, fixed(row["iou-low"], 3) + " to " + fixed(row["iou-high"], 3)), " in 95 % of " + plain(trust.resamples) + " resamples of the images; "
    + nice(label) + " is the best label in ", h("b", {}, percent(row["unit-wins"])),
  among.length > 1 ? ". Of its category one of " + among.join(", ") + " is the best in 95 %." : "."];
}

function heldOutWords(trust, row, label) {
  const chosen = row["heldout-label"];
  if (chosen === undefined) {
    return "No concept is met where labels are chosen.";
  }
  const auc = row["heldout-auc"];
  return ["Chosen on " + plain(trust.chosenOn) + " images, the label is " + nice(chosen) + (chosen === label ? "" : ", another one") + "; on the other "
    + plain(trust.lookedAtOn) + " its IoU is ", h("b", {}, fixed(row["heldout-iou"], 3)), ", rank " + plain(row["heldout-rank"]) + " of its category.",
  auc === undefined ? null
    : " There an image with it has a larger peak activation than one without with probability " + fixed(auc, 3) + " (p = " + short(row["heldout-p"], 2) + ").",
  label === chosen ? null : h("b", {}, " Not confirmed.")];
}

function untrainedWords(trust, row) {
  return ["Of " + plain(trust.untrained.units) + " units of this layer with random weights ", h("b", {}, percent(row["untrained-label"])), " have this label, ",
    h("b", {}, percent(row["untrained-iou"])), " an IoU as high, ", h("b", {}, percent(row.untrained)), " both."];
}

const CHART = { width: 560, axis: 74 };

/** On one axis: where chance reaches, the interval of the IoU, and the IoU held out. */
function trustChart(layer, unit, row) {
  const score = bestIou(layer, unit);
  const { p95, p99 } = layer.trust;
  const most = 1.08 * Math.max(score, row["iou-high"] ?? 0, row["heldout-iou"] ?? 0, p99, D.rules.iou);
  const x = (value) => 8 + (value / most) * (CHART.width - 16);
  const colour = colours[layer.best[unit]][0];
  const held = row["heldout-iou"];
  const words = [["dot", "IoU"], ["bar", "95 % interval"], held === undefined ? null : ["diamond", "held out"], ["reach", "chance, 95 % and 99 %"]];
  const mark = {
    dot: (at, y) => svg("circle", { cx: at, cy: y, r: 5, fill: colour, class: "mark" }),
    bar: (at, y) => svg("line", { x1: at - 7, x2: at + 7, y1: y, y2: y, stroke: colour, "stroke-width": 3 }),
    diamond: (at, y) => svg("path", { d: `M${at} ${y - 6}l6 6l-6 6l-6 -6z`, class: "held" }),
    reach: (at, y) => svg("rect", { x: at - 7, y: y - 5, width: 14, height: 10, class: "reach" }),
  };
  return h("div", { class: "trustchart" },
    svg("svg", { viewBox: `0 0 ${CHART.width} ${CHART.axis + 20}`, width: "100%", class: "chart", role: "img", "aria-label": "IoU, its interval, the IoU held out, and what chance reaches" },
      svg("rect", { x: x(0), y: 4, width: x(p95) - x(0), height: CHART.axis - 4, class: "reach" }),
      svg("rect", { x: x(p95), y: 4, width: x(p99) - x(p95), height: CHART.axis - 4, class: "reach faint99" }),
      svg("line", { x1: x(D.rules.iou), x2: x(D.rules.iou), y1: 0, y2: CHART.axis, class: "run" }, svg("title", {}, "threshold of the run: " + D.rules.iou)),
      row["iou-low"] === undefined ? null : svg("line", { x1: x(row["iou-low"]), x2: x(row["iou-high"]), y1: 26, y2: 26, stroke: colour, "stroke-width": 3 }),
      mark.dot(x(score), 26),
      held === undefined ? null : mark.diamond(x(held), 54),
      svg("line", { x1: x(0), x2: x(most), y1: CHART.axis, y2: CHART.axis, class: "axis" }),
      roundTicks(0, most, 6).map((value) => [
        svg("line", { x1: x(value), x2: x(value), y1: CHART.axis, y2: CHART.axis + 4, class: "tick" }),
        svg("text", { x: x(value), y: CHART.axis + 17, "text-anchor": "middle", class: "number" }, short(value, 3)),
      ])),
    h("p", { class: "legend" }, words.filter(Boolean).map(([kind, text]) => h("span", {},
      svg("svg", { width: 18, height: 14, viewBox: "0 0 18 14", class: "chart", "aria-hidden": "true" }, mark[kind](9, 7)), text))));
}

function trustTable(rows) {
  const cell = (value, digits) => h("td", { class: "num" }, value === undefined ? "–" : fixed(value, digits));
  const head = ["label", "category", "category q", "low", "high", "wins", "held-out label", "held-out IoU", "rank", "AUC"];
  return stackable(h("table", {},
    h("thead", {}, h("tr", {}, head.map((name, i) => h("th", { scope: "col", class: [0, 1, 6].includes(i) ? "" : "num" }, name)))),
    h("tbody", {}, shownOrder.map((c) => rows.find((row) => row.category === D.categories[c])).filter((row) => row?.label).map((row) => h("tr", {},
      h("th", { scope: "row" }, nice(row.label)), h("td", {}, dot(D.categories.indexOf(row.category)), row.category),
      cell(row["category-q"], 3), cell(row["iou-low"], 3), cell(row["iou-high"], 3), h("td", { class: "num" }, percent(row.wins)),
      h("td", {}, row["heldout-label"] ? nice(row["heldout-label"]) : "–"), cell(row["heldout-iou"], 3),
      h("td", { class: "num" }, row["heldout-rank"] === undefined ? "–" : plain(row["heldout-rank"])), cell(row["heldout-auc"], 3))))));
}
