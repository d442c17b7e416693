// takes: addressed, areaOf, beyondChance, clip, colours, count, D, dot, fixed, growthSection, h, K, largestIou, layers
// takes: legend, LONGEST_NAME, nice, numberIn, numbersOf, oneOf, origin, passes, plain, plural
// takes: roundTicks, saveButtons, short, shownOrder, stackable, svg, words
// takes: accuracyChart, accuracyRows, accuracyWords, alphaChart, alphaRows, countedCategory
// takes: curvesSection, followingSections, pointLegend, POINTS, probedLayers, rotatedLayers
// takes: allTested, chanceSwitch, detection, ruleWords

// Results side by side.

const main = document.getElementById("main");
const state = { threshold: D.rules.iou, measure: "unique", sort: "given", where: "all", text: "", log: false };
const ORDERS = { given: "as given", sum: "largest first" };
const names = layers.map((layer) => (layer.single ? layer.run : layer.run + " · " + layer.name));
const MEASURES = {
  unique: ["unique detectors", (one, c) => one.categories[c].unique],
  detectors: ["detectors", (one, c) => one.categories[c].detectors],
  share: ["share of units", (one, c) => (100 * one.categories[c].detectors) / one.units],
};
// Published networks have many more units than most: side by side with small ones, shares tell more.
const manyPublished = Math.max(0, ...D.published.map((one) => one.units)) > 3 * Math.max(...layers.map((layer) => layer.n));
state.measure = manyPublished ? "share" : "unique";
const address = addressed({
  iou: numberIn(state, "threshold", 0, 1),
  measure: oneOf(state, "measure", () => Object.keys(MEASURES)),
  sort: oneOf(state, "sort", () => Object.keys(ORDERS)),
  where: oneOf(state, "where", () => ["all", "every", "some", ...layers.map((layer, l) => "only" + l)]),
  q: words(state, "text"),
  beyond: { get: () => (detection.beyond ? "1" : null), set: (text) => { detection.beyond = text === "1" && allTested(); } },
});
const GREYS = ["#8d8d8d", "#a3a3a3", "#b6b6b6", "#c6c6c6", "#d3d3d3", "#dedede", "#e7e7e7"];

/** Whether the published networks, which were counted by one rule only, can stand beside the others. */
function comparesPublished() {
  return state.threshold === 0.04 && !detection.beyond;
}

function shownValue(value) {
  return state.measure === "share" ? fixed(value, 1) + " %" : plain(value);
}

/** The published networks, counted like the others. */
const published = D.published.map((one) => ({
  name: one.name,
  note: one.layer + ", " + one.training,
  units: one.units,
  detectors: one.detectors,
  categories: D.categories.map((name) => one.byCategory[name] ?? { detectors: 0, unique: 0 }),
}));

function rows(counted) {
  const of = MEASURES[state.measure][1];
  const mine = layers.map((layer, l) => ({ name: names[l], link: reportLink(layer), counted: counted[l] }));
  const theirs = comparesPublished()
    ? published.map((one) => ({ name: one.name, note: one.note, counted: one, grey: true }))
    : [];
  const all = [...mine, ...theirs].map((row) => ({
    ...row, sum: D.categories.reduce((sum, name, c) => sum + of(row.counted, c), 0),
  }));
  return state.sort === "given" ? all : all.sort((a, b) => b.sum - a.sum);
}

function reportLink(layer, unit) {
  return layer.report
    ? layer.report + "#" + encodeURIComponent(layer.reportLayer) + (unit === undefined ? "" : "/" + unit)
    : null;
}

/** What the grey bars are and whether they can be compared. */
function publishedWords() {
  if (published.length === 0) {
    return "";
  }
  if (!comparesPublished()) {
    return "The published networks were counted at IoU 0.04 only and are hidden under other rules.";
  }
  const mine = layers[0];
  const broden = /broden/i.test(mine.dataName);
  return "Grey, from dark to light in the order of the colours: 27 networks as the authors of the CVPR 2017 paper published them, counted on all of Broden ("
    + "63\u202f305 images, 1\u202f197 concepts) at quantile 0.005 and IoU 0.04 with the original's rules. The others: "
    + mine.dataName + (mine.images ? ", " + plural(mine.images, "image", "images") + ", " + plural(mine.concepts, "concept", "concepts") : "")
    + ", quantile " + mine.quantile + ", convention " + mine.convention + ". "
    + (broden && mine.images > 60000 ? "" : "Fewer concepts allow fewer unique detectors, and other images change every score: read the grey bars as a yardstick, not as rivals. ")
    + (manyPublished ? "The published networks have far more units, so the bars begin with the share of units." : "");
}

/** Stacked bars, one a network and layer. */
function stacks(counted, width) {
  const of = MEASURES[state.measure][1];
  const all = rows(counted);
  const narrow = width < 620;
  const left = narrow ? 0 : 300;
  const high = narrow ? 44 : 28;
  const right = 64;
  const most = Math.max(1e-9, ...all.map((row) => row.sum));
  const x = (value) => (value / most) * (width - left - right);
  const parts = all.map((row, r) => {
    const top = r * high + (narrow ? 18 : 0);
    let at = left;
    const pieces = shownOrder.map((c, i) => {
      const value = of(row.counted, c);
      const piece = value === 0 ? null : svg("rect", {
        x: at, y: top + 4, width: x(value), height: 20,
        fill: row.grey ? GREYS[Math.min(i, GREYS.length - 1)] : areaOf(c), class: row.grey ? "published" : "mark",
      }, svg("title", {}, row.name + ": " + shownValue(value) + " " + D.categories[c]));
      at += x(value);
      return piece;
    });
    const name = svg("text", { x: narrow ? 0 : left - 10, y: narrow ? top - 1 : top + 19, "text-anchor": narrow ? "start" : "end", class: row.grey ? "name faded" : "name", "font-size": narrow ? 11 : row.name.length > 40 ? 11.5 : 13 },
      clip(row.name, narrow ? 60 : LONGEST_NAME), row.note ? svg("title", {}, "published: " + row.note) : svg("title", {}, row.name));
    return svg("g", { class: "stack" },
      row.link ? svg("a", { href: row.link }, name) : name, pieces,
      svg("text", { x: at + 6, y: top + 19, class: "number" }, shownValue(row.sum)));
  });
  const end = all.length * high + 6;
  const ticks = roundTicks(0, most, narrow ? 3 : 6).map((value) => [
    svg("line", { x1: left + x(value), x2: left + x(value), y1: 0, y2: end, class: "lines" }),
    svg("text", { x: left + x(value), y: end + 14, "text-anchor": "middle", class: "number" }, short(value, 6) + (state.measure === "share" ? " %" : "")),
  ]);
  return svg("svg", { viewBox: `0 0 ${width} ${end + 20}`, width: "100%", class: "chart", role: "group",
    "aria-label": MEASURES[state.measure][0] + " of each network" }, ticks, parts);
}

/** Curves of every category over the number that the runs carry. */
function curves(counted, width) {
  const of = MEASURES[state.measure][1];
  const points = layers.map((layer, l) => ({ x: layer.axis, layer, counted: counted[l] }))
    .filter((point) => point.x !== null && point.x !== undefined)
    .sort((a, b) => a.x - b.x);
  const left = 48;
  const high = 260;
  const low = Math.min(...points.map((p) => p.x));
  const top = Math.max(...points.map((p) => p.x));
  const log = low > 0 && top / low >= 30;
  const scale = (value) => (log ? Math.log(value) : value);
  const x = (value) => left + (top === low ? 0.5 : (scale(value) - scale(low)) / (scale(top) - scale(low))) * (width - left - 30);
  const series = [
    ...shownOrder.map((c) => ({ name: D.categories[c], colour: colours[c][0], at: (p) => of(p.counted, c) })),
    { name: "all", colour: "currentColor", at: (p) => D.categories.reduce((sum, name, c) => sum + of(p.counted, c), 0), dash: "6 4" },
  ];
  const most = Math.max(1e-9, ...points.map((p) => series[series.length - 1].at(p)));
  const y = (value) => 10 + high * (1 - value / most);
  // Layers of one run are lines of their own; runs of one layer are joined, whatever theirs is called.
  const lineOf = (p) => (p.layer.single ? "" : p.layer.name);
  const lines = [...new Set(points.map(lineOf))];
  const marks = series.flatMap((one, k) => lines.map((line) => {
    const mine = points.filter((p) => lineOf(p) === line);
    return [
      svg("polyline", { points: mine.map((p) => x(p.x) + "," + y(one.at(p))).join(" "), fill: "none", stroke: one.colour, "stroke-width": 2, "stroke-dasharray": one.dash }),
      mine.map((p) => svg("path", { d: POINTS[k % POINTS.length], transform: `translate(${x(p.x)} ${y(one.at(p))})`, fill: one.colour }, svg("title", {}, `${D.axis} ${p.x}, ${p.layer.name}: ${shownValue(one.at(p))} ${one.name}`))),
    ];
  }));
  const ticks = [...new Set(points.map((p) => p.x))];
  let last = -Infinity;
  return svg("svg", { viewBox: `0 0 ${width} ${high + 56}`, width: "100%", class: "chart", role: "img", "aria-label": "Curve over " + D.axis },
    roundTicks(0, most, 5).map((value) => [svg("line", { x1: left, x2: width - 20, y1: y(value), y2: y(value), class: "lines" }),
      svg("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end", class: "number" }, short(value, 6))]),
    ticks.map((value) => {
      const at = x(value);
      const show = at - last > 46;
      last = show ? at : last;
      return [svg("line", { x1: at, x2: at, y1: 10 + high, y2: 15 + high, class: "tick" }),
        show ? svg("text", { x: at, y: high + 30, "text-anchor": "middle", class: "number" }, short(value, 6)) : null];
    }),
    svg("text", { x: (left + width) / 2, y: high + 50, "text-anchor": "middle", class: "group" }, D.axis + (log ? " (logarithmic)" : "")), marks,
    // Whose lines they are stands at the sum, since all layers have the categories' colours.
    lines.length < 2 ? null : lines.map((line) => {
      const mine = points.filter((p) => lineOf(p) === line);
      const end = mine.at(-1);
      return mine.length < 2 ? null
        : svg("text", { x: x(end.x), y: y(series.at(-1).at(end)) + (y(series.at(-1).at(end)) > 24 ? -6 : 14), "text-anchor": "end", class: "number" }, "all: " + clip(line, LONGEST_NAME));
    }));
}

/** The numbers of the curves. */
function curveRows() {
  const of = MEASURES[state.measure][1];
  return [[D.axis, "network", "layer", ...shownOrder.map((c) => D.categories[c])],
    ...layers.filter((layer) => layer.axis !== null && layer.axis !== undefined).sort((a, b) => a.axis - b.axis).map((layer) => {
      const one = count(layer, state.threshold);
      return [String(layer.axis), layer.run, layer.name, ...shownOrder.map((c) => short(of(one, c), 6))];
    })];
}

/** Why the parts of a bar may be more than its units. */
function shareWords() {
  return state.measure === "share"
    ? "A unit counts in every category in which its best label passes, so the shares of a network can add up to more than 100 %. "
    : "";
}

/** Mean and spread of repeats. */
function groupTable(counted) {
  const groups = new Map();
  layers.forEach((layer, l) => {
    const key = layer.group + (layer.single ? "" : " · " + layer.name);
    groups.set(key, [...(groups.get(key) ?? []), counted[l]]);
  });
  const cell = (values) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const spread = values.length > 1
      ? Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
      : null;
    return h("td", { class: "num" }, short(mean, 4) + (spread === null ? "" : " ± " + short(spread, 2)));
  };
  return stackable(h("table", {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "group"), h("th", { class: "num" }, "repeats"), h("th", { class: "num" }, "detectors"),
      h("th", { class: "num" }, "unique, per category"), h("th", { class: "num" }, "unique, top label"),
      shownOrder.map((c) => h("th", { class: "num" }, "unique " + D.categories[c])))),
    h("tbody", {}, [...groups].map(([name, list]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", { class: "num" }, plain(list.length)),
      cell(list.map((one) => one.detectors)), cell(list.map((one) => one.perCategory)), cell(list.map((one) => one.topLabel)),
      shownOrder.map((c) => cell(list.map((one) => one.categories[c].unique))))))));
}

function numbers(counted) {
  const tested = layers.some((layer) => layer.trust);
  return stackable(h("table", { id: "numbers" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "network and layer"), h("th", { class: "num" }, "units"), h("th", { class: "num" }, "detectors"),
      h("th", { class: "num" }, "unique, per category"), h("th", { class: "num" }, "unique, top label"),
      tested ? h("th", { class: "num", title: "Units of which chance does not do as well, corrected for their number" }, "beyond chance") : null,
      shownOrder.map((c) => h("th", { class: "num", title: "detectors / unique" }, D.categories[c])), h("th", { scope: "col" }, "preprocessing"))),
    h("tbody", {},
      layers.map((layer, l) => h("tr", {},
        h("th", { scope: "row" }, layer.report ? h("a", { href: reportLink(layer) }, names[l]) : names[l]),
        [layer.n, counted[l].detectors, counted[l].perCategory, counted[l].topLabel].map((n) => h("td", { class: "num" }, plain(n))),
        tested ? h("td", { class: "num" }, layer.trust ? plain(beyondChance(layer)) : "not tested") : null,
        shownOrder.map((c) => h("td", { class: "num" }, plain(counted[l].categories[c].detectors) + " / " + plain(counted[l].categories[c].unique))),
        h("td", { class: "prose" }, layer.preprocessing ?? "–"))),
      comparesPublished() ? D.published.map((one, p) => h("tr", { class: "low" },
        h("th", { scope: "row" }, one.name + " (published)"),
        [one.units, one.detectors, one.unique].map((n) => h("td", { class: "num" }, plain(n))), h("td", { class: "num" }, "–"), tested ? h("td", { class: "num" }, "–") : null,
        shownOrder.map((c) => h("td", { class: "num" }, plain(published[p].categories[c].detectors) + " / " + plain(published[p].categories[c].unique))), h("td", {}, "–"))) : null)));
}

/** Per concept, which layer has how many detectors, and the best of each. */
function matched() {
  const found = new Map();
  layers.forEach((layer, l) => {
    for (let unit = 0; unit < layer.n; unit++) {
      for (let c = 0; c < K; c++) {
        if (passes(layer, unit, c, state.threshold)) {
          const label = layer.labels[layer.label[unit * K + c]];
          const key = c + "/" + label;
          if (!found.has(key)) {
            found.set(key, { c, label, cells: layers.map(() => null) });
          }
          const cells = found.get(key).cells;
          const value = layer.iou[unit * K + c];
          cells[l] = cells[l]
            ? { n: cells[l].n + 1, unit: value > cells[l].value ? unit : cells[l].unit, value: Math.max(value, cells[l].value) }
            : { n: 1, unit, value };
        }
      }
    }
  });
  const place = new Map(shownOrder.map((c, i) => [c, i]));
  return [...found.values()].sort((a, b) => place.get(a.c) - place.get(b.c)
    || b.cells.filter(Boolean).length - a.cells.filter(Boolean).length
    || Math.max(...b.cells.map((cell) => cell?.value ?? 0)) - Math.max(...a.cells.map((cell) => cell?.value ?? 0)));
}

const parts = {};

function drawConcepts() {
  const all = matched();
  const kinds = {
    all: ["in any", () => true],
    every: ["in every one", (row) => row.cells.every(Boolean)],
    some: ["not in every one", (row) => !row.cells.every(Boolean)],
  };
  layers.forEach((layer, l) => {
    kinds["only" + l] = ["only in " + names[l], (row) => row.cells.every((cell, i) => (cell !== null) === (i === l))];
  });
  const counts = Object.fromEntries(Object.entries(kinds).map(([key, [, test]]) => [key, all.filter(test).length]));
  parts.kinds.replaceChildren(...Object.entries(kinds).map(([key, [name]]) => h("button", {
    type: "button", class: "chip", "data-kind": key, "aria-pressed": String(state.where === key),
    onclick: () => {
      state.where = key;
      address.save();
      drawConcepts();
    },
  }, name, h("span", { class: "num" }, plain(counts[key])))));
  const text = state.text.trim().toLowerCase();
  const shown = all.filter((row) => kinds[state.where][1](row)
    && (!text || row.label.toLowerCase().includes(text) || nice(row.label).toLowerCase().includes(text)));
  parts.concepts.replaceChildren(stackable(h("table", { id: "matched" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "concept"), h("th", { scope: "col" }, "category"), names.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, shown.slice(0, 600).map((row) => h("tr", {},
      h("th", { scope: "row" }, nice(row.label)), h("td", {}, dot(row.c), D.categories[row.c]),
      row.cells.map((cell, l) => h("td", { class: cell ? "" : "faded" }, cell
        ? [plural(cell.n, "unit", "units") + ", best ", reportLink(layers[l]) ? h("a", { href: reportLink(layers[l], cell.unit) }, "unit " + cell.unit) : "unit " + cell.unit, " " + fixed(cell.value, 3)]
        : "–"))))))),
  shown.length > 600 ? h("p", { class: "small" }, "and " + plain(shown.length - 600) + " more; concepts.csv has all") : "");
}

function draw() {
  const counted = layers.map((layer) => count(layer, state.threshold));
  const width = Math.max(300, Math.min(1360, parts.bars.clientWidth || 1000));
  parts.bars.replaceChildren(stacks(counted, width));
  parts.note.textContent = shareWords() + publishedWords();
  address.save();
  if (parts.curve) {
    parts.curve.replaceChildren(curves(counted, width));
  }
  if (parts.turned) {
    parts.turned.replaceChildren(...rotatedLayers().map((base) => turnedSection(base, width)));
  }
  if (parts.accuracy) {
    parts.accuracy.replaceChildren(accuracyChart(counted, names, width));
  }
  if (parts.groups) {
    parts.groups.replaceChildren(groupTable(counted));
  }
  parts.numbers.replaceChildren(numbers(counted));
  drawConcepts();
}

/** The rotations of one layer. */
function turnedSection(base, width) {
  const name = names[base.index];
  return h("section", {},
    h("div", { class: "panelhead" }, h("h2", {}, "Rotations of " + name),
      saveButtons("rotations", () => ({
        chart: parts.turned.children[rotatedLayers().indexOf(base)].querySelector("svg.chart"),
        caption: "Unique detectors against the power of the rotation, mean and range over the seeds (" + ruleWords(state.threshold) + "). " + origin(null),
        rows: alphaRows(base, state.threshold),
      }))),
    alphaChart(base, state.threshold, width), pointLegend());
}

function switchOf(key, options, label) {
  const host = h("div", { class: "switch", role: "group", "aria-label": label });
  for (const [value, text] of options) {
    host.append(h("button", { type: "button", "data-value": value, "aria-pressed": String(state[key] === value), onclick: (event) => {
      state[key] = value;
      for (const other of host.children) {
        other.setAttribute("aria-pressed", String(other === event.target));
      }
      draw();
    } }, text));
  }
  return host;
}

function page() {
  const most = largestIou();
  const typed = h("input", { type: "number", id: "iou", min: 0, max: 1, step: 0.005, value: state.threshold, "aria-label": "IoU threshold, typed" });
  const slider = h("input", { type: "range", id: "slider", min: 0, max: Math.round(most * 1000), value: Math.round(state.threshold * 1000), "aria-label": "IoU threshold" });
  const go = (value) => {
    state.threshold = value;
    draw();
  };
  slider.addEventListener("input", () => {
    typed.value = Number(slider.value) / 1000;
    go(Number(slider.value) / 1000);
  });
  typed.addEventListener("input", () => {
    const value = Number(typed.value);
    if (typed.value !== "" && value >= 0 && value <= 1) {
      slider.value = Math.round(value * 1000);
      go(value);
    }
  });
  const search = h("input", { type: "search", id: "search", placeholder: "Find a concept", "aria-label": "Find a concept", value: state.text });
  search.addEventListener("input", () => {
    state.text = search.value;
    address.save();
    drawConcepts();
  });
  const typable = () => {
    typed.disabled = detection.beyond;
    slider.disabled = detection.beyond;
  };
  typable();
  Object.assign(parts, {
    bars: h("div", {}), note: h("p", { class: "small" }), numbers: h("div", { class: "tablebox" }),
    kinds: h("div", { class: "chipset" }), concepts: h("div", { class: "tablebox" }),
    curve: D.axis ? h("div", {}) : null,
    turned: rotatedLayers().length > 0 ? h("div", {}) : null,
    accuracy: probedLayers().length > 0 ? h("div", {}) : null,
    groups: layers.some((layer) => layer.group) ? h("div", { class: "tablebox" }) : null,
  });
  const one = new Set(layers.map((layer) => layer.dataName + "\u0000" + layer.convention + "\u0000" + layer.quantile)).size === 1;
  main.replaceChildren(
    h("header", { class: "plain" },
      h("p", { class: "over" }, "Network dissection"),
      h("h1", {}, layers.length === 1 ? names[0] : "Results side by side"),
      h("p", { class: "lead" }, one && D.differences.length === 0
        ? `All on ${layers[0].dataName}, convention ${layers[0].convention}, quantile ${layers[0].quantile}.`
        : "")),
    D.differences.length > 0 ? h("div", { class: "alarm", role: "alert" }, h("b", {}, "These numbers are not comparable."),
      h("ul", {}, D.differences.map((line) => h("li", {}, line)))) : "",
    ...D.notes.map((line) => h("p", { class: "note" }, line)),
    h("section", {},
      h("div", { class: "panelhead" }, h("h2", {}, "Detectors by category"),
        saveButtons("compare", () => ({
          chart: parts.bars.querySelector("svg") ?? undefined,
          caption: MEASURES[state.measure][0] + " by category (" + ruleWords(state.threshold) + "). " + origin(null) + " " + publishedWords(),
          rows: parts.numbers.querySelector("table") ? numbersOf(parts.numbers.querySelector("table")) : [],
        })),
        allTested() ? chanceSwitch(() => {
          typable();
          draw();
        }) : null,
        switchOf("measure", Object.entries(MEASURES).map(([key, [text]]) => [key, text]), "What is counted"),
        switchOf("sort", Object.entries(ORDERS), "Order")),
      h("p", { class: "typed across" }, h("label", {}, "detectors above IoU ", typed), slider),
      parts.bars, legend(), parts.note),
    parts.curve ? h("section", {},
      h("div", { class: "panelhead" }, h("h2", {}, "Over " + D.axis),
        saveButtons("curve", () => ({
          chart: parts.curve.querySelector("svg"),
          caption: MEASURES[state.measure][0] + " by category over " + D.axis + " (" + ruleWords(state.threshold) + "). " + shareWords() + origin(null),
          rows: curveRows(),
        }))),
      parts.curve, pointLegend()) : "",
    parts.accuracy ? h("section", {},
      h("div", { class: "panelhead" }, h("h2", {}, "Another task"),
        saveButtons("accuracy", () => ({
          chart: parts.accuracy.querySelector("svg"),
          caption: "Accuracy against " + countedCategory().name + " (" + ruleWords(state.threshold) + "). " + accuracyWords() + " " + origin(null),
          rows: accuracyRows(layers.map((layer) => count(layer, state.threshold)), names),
        }))),
      parts.accuracy, h("p", { class: "small" }, accuracyWords())) : "",
    parts.turned ?? "",
    parts.groups ? h("section", {}, h("h2", {}, "Repeats: mean ± standard deviation"), parts.groups) : "",
    growthSection(names, Math.max(300, Math.min(900, main.clientWidth - 60))),
    curvesSection(),
    ...followingSections(),
    h("section", {}, h("h2", {}, "Numbers"), h("p", { class: "small" }, "By category: detectors / unique detectors. The same is in compare.csv."), parts.numbers),
    h("section", {}, h("h2", {}, "Concepts"), h("p", { class: "small" }, "What is detected where, with the best unit of each."),
      h("div", { class: "filters" }, search, parts.kinds), parts.concepts));
  draw();
}

document.getElementById("bar").replaceChildren(
  h("span", { class: "brand" }, "netdissect"), h("span", { class: "where" }, "comparison"), h("span", { class: "push" }),
  h("button", { type: "button", id: "theme", class: "quiet", title: "Light or dark", onclick: () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  } }, "◐"));
document.getElementById("foot").replaceChildren(h("p", {}, "Made by " + D.tool
  + ". Unique detectors are counted per category: distinct labels of units that pass, summed over the categories, as in the paper's figures."));
addEventListener("hashchange", () => {
  address.read();
  page();
});
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
let resizing = 0;
addEventListener("resize", () => {
  cancelAnimationFrame(resizing);
  resizing = requestAnimationFrame(draw);
});
address.read();
page();
