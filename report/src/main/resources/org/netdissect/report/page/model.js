// takes: coloursOf, orderOf
// gives: D, K, colours, shownOrder, ratio, layers, bestIou, bestLabel, HOLDS, ABSENT, NOT_ANNOTATED, marksOf
// gives: heldShare, isDoubtful, heldWords, detection, ruleWords, passes, isDetector, count, bars, unitFile, gridTiles, conceptFile
// gives: labelFile, load, waiting, conceptPlace, h, svg, fixed, plain, plural, short, stackable, unitLink, conceptLink, dot

// The data of the page and what is counted from it.

const D = JSON.parse(document.getElementById("data").textContent);
const K = D.categories.length;

const colours = coloursOf(D.categories);
const shownOrder = orderOf(D.categories);

/** I / (A + G − I) in the same double arithmetic as the program's. */
function ratio(i, a, g) {
  const union = a + g - i;
  return union > 0 ? i / union : 0;
}

const layers = D.layers.map((raw, index) => {
  const n = raw.thresholds.length;
  const iou = new Float64Array(n * K);
  const label = new Int32Array(n * K);
  const activation = new Float64Array(n * K);
  for (let at = 0; at < n * K; at++) {
    const [name, g, a, i] = raw.scores.slice(4 * at, 4 * at + 4);
    label[at] = name;
    activation[at] = a;
    iou[at] = ratio(i, a, g);
  }
  const place = new Int32Array(n);
  raw.order.forEach((unit, rank) => {
    place[unit] = rank;
  });
  return {
    ...raw, index, n, iou, label, activation, place,
    emptySet: new Set(raw.empty), inactiveSet: new Set(raw.inactive),
    files: new Map(), grids: new Map(),
  };
});

/** Score of a unit in its best category. */
function bestIou(layer, unit) {
  return layer.iou[unit * K + layer.best[unit]];
}

/** Label of a unit in its best category; blank if it has none. */
function bestLabel(layer, unit) {
  const at = layer.label[unit * K + layer.best[unit]];
  return at < 0 ? "" : layer.labels[at];
}

/** What the data set says of a unit's concept in an image, as the tiles have it. */
const HOLDS = 1;
const ABSENT = 0;
const NOT_ANNOTATED = 2;

/** Of a unit's top images: [hold its concept, have its category annotated, all]; null if unknown. */
function marksOf(layer, unit) {
  return layer.marks?.[unit] ?? null;
}

/** Share of the annotated top images that hold the unit's concept; −1 if there are none. */
function heldShare(layer, unit) {
  const marks = marksOf(layer, unit);
  return marks && marks[1] > 0 ? marks[0] / marks[1] : -1;
}

/** Whether a unit has a label that none of its top images bears. */
function isDoubtful(layer, unit) {
  const marks = marksOf(layer, unit);
  return marks !== null && marks[2] > 0 && marks[0] === 0;
}

/** How many top images hold a unit's concept, in words. */
function heldWords(layer, unit) {
  const [holds, annotated, all] = marksOf(layer, unit);
  return annotated === 0
    ? "none of its " + plural(all, "top image is", "top images are") + " annotated for " + D.categories[layer.best[unit]]
    : "holds in " + plain(holds) + " of " + plain(annotated) + " annotated";
}

/** What makes a unit a detector: its IoU, or that its label is beyond chance. */
const detection = { beyond: false };

/** The rule by which units are detectors, for captions. */
function ruleWords(threshold) {
  return detection.beyond ? "beyond chance, q ≤ " + layers[0].trust.fdr : "IoU > " + short(threshold, 4);
}

function passes(layer, unit, category, threshold) {
  const at = unit * K + category;
  return layer.label[at] >= 0 && (detection.beyond ? layer.trust.passes[at] === "1" : layer.iou[at] > threshold);
}

function isDetector(layer, unit, threshold) {
  return passes(layer, unit, layer.best[unit], threshold);
}

/** Detectors of a layer by both counts in use. */
function count(layer, threshold) {
  const top = new Set();
  const byCategory = D.categories.map(() => ({ detectors: 0, unique: new Set() }));
  let detectors = 0;
  for (let unit = 0; unit < layer.n; unit++) {
    if (isDetector(layer, unit, threshold)) {
      detectors++;
      top.add(layer.label[unit * K + layer.best[unit]]);
    }
    for (let c = 0; c < K; c++) {
      if (passes(layer, unit, c, threshold)) {
        byCategory[c].detectors++;
        byCategory[c].unique.add(layer.label[unit * K + c]);
      }
    }
  }
  return {
    units: layer.n,
    detectors,
    topLabel: top.size,
    perCategory: byCategory.reduce((sum, c) => sum + c.unique.size, 0),
    categories: byCategory.map((c) => ({ detectors: c.detectors, unique: c.unique.size })),
  };
}

/** How many units detect each label, by category; top labels only, or every category's best. */
function bars(layer, threshold, everyCategory) {
  const found = D.categories.map(() => new Map());
  for (let unit = 0; unit < layer.n; unit++) {
    for (let c = 0; c < K; c++) {
      if ((everyCategory || c === layer.best[unit]) && passes(layer, unit, c, threshold)) {
        const label = layer.labels[layer.label[unit * K + c]];
        found[c].set(label, (found[c].get(label) || 0) + 1);
      }
    }
  }
  return shownOrder
    .map((c) => ({
      category: c,
      bars: [...found[c]].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)),
    }))
    .filter((group) => group.bars.length > 0);
}

/** Fetches a data file by a script element: the only way that works from disk. */
function load(store, layer, number, path) {
  if (!store.has(number)) {
    store.set(number, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      waiting.set(path, resolve);
      script.src = "data/" + encodeURIComponent(layer.folder) + "/" + path.split("/").pop();
      script.onload = () => script.remove();
      script.onerror = () => {
        script.remove();
        store.delete(number);
        reject(new Error("cannot read " + script.src));
      };
      document.head.append(script);
    }));
  }
  return store.get(number);
}
const waiting = new Map();

/** What the data files call. */
window.netdissect = {
  unit: (folder, unit, value) => waiting.get(folder + "/unit-" + unit + ".js")?.(value),
  grid: (folder, file, value) => waiting.get(folder + "/grid-" + file + ".js")?.(value),
  label: (folder, place, value) => waiting.get(folder + "/label-" + place + ".js")?.(value),
  concept: (folder, place, value) => waiting.get(folder + "/concept-" + place + ".js")?.(value),
};

/** Everything about a unit that its page shows. */
function unitFile(layer, unit) {
  return load(layer.files, layer, unit, layer.folder + "/unit-" + unit + ".js");
}

/** The first tiles of a unit. */
function gridTiles(layer, unit) {
  const file = Math.floor(layer.place[unit] / layer.unitsAFile);
  return load(layer.grids, layer, file, layer.folder + "/grid-" + file + ".js")
    .then((grid) => grid[unit]);
}

const conceptFiles = new Map();

/** The units and images of a concept. */
function conceptFile(place) {
  return load(conceptFiles, { folder: "concepts~" }, place, "concepts~/concept-" + place + ".js");
}

const labelFiles = new Map();

/** Where a concept is on the images that units with its label show: masks by photograph. */
function labelFile(place) {
  return load(labelFiles, { folder: "concepts~" }, place, "concepts~/label-" + place + ".js");
}

/** Place of a concept in the table by category and label; −1 if there is none. */
function conceptPlace(category, label) {
  return D.concepts.findIndex((concept) => concept[2] === category && concept[1] === label);
}

// Building the page: text from data only ever becomes text.

function set(element, name, value) {
  if (value === null || value === undefined || value === false) {
    element.removeAttribute(name);
  } else if (name.startsWith("on")) {
    element.addEventListener(name.slice(2), value);
  } else {
    element.setAttribute(name, value === true ? "" : value);
  }
}

function make(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    set(element, name, value);
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined));
  return element;
}

function h(tag, attributes, ...children) {
  return make(document.createElement(tag), attributes, children);
}

function svg(tag, attributes, ...children) {
  return make(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fixed(value, digits) {
  return value.toFixed(digits);
}

function plain(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

function plural(n, one, many) {
  return plain(n) + "\u00a0" + (n === 1 ? one : many);
}

/** A number in so many significant digits. */
function short(value, digits = 3) {
  return value === 0 ? "0" : String(Number(value.toPrecision(digits)));
}

/** Names every cell after its column, so that a narrow page can set the cells of a row below each other. */
function stackable(table) {
  const names = [...table.querySelectorAll("thead tr > *")].map((cell) => cell.textContent);
  for (const row of table.querySelectorAll("tbody tr")) {
    [...row.children].forEach((cell, i) => {
      if (i > 0 && names[i]) {
        cell.dataset.column = names[i];
      }
    });
  }
  table.classList.add("stackable");
  return table;
}

function unitLink(layer, unit) {
  return "#" + encodeURIComponent(layer.folder) + "/" + unit;
}

function conceptLink(category, label) {
  return "#concept:" + encodeURIComponent(D.categories[category]) + "/" + encodeURIComponent(label);
}

function dot(category) {
  return h("span", { class: "dot", style: "background:" + colours[category][0], "aria-hidden": "true" });
}
