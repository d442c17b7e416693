// takes: addressed, allConcepts, allTested, barChart, bars, bestIou, bestLabel, chanceNote, chanceSwitch
// takes: colours, conceptFile, conceptLink, conceptsView, conceptView, count, D, detection, dot, fixed
// takes: flag, h, heldShare, iouChart, isDetector, isDoubtful, K, labelFile, labelMask, largestIou
// takes: layers, layersView, marksOf, maskControls, maskOf, MEANING_SORTS, missingWords, nice, numberIn
// takes: oneOf, origin, plain, plural, ruleWords, saveButtons, short, shownOrder, stripsPainted, TRUST_SORTS, TRUSTED
// takes: unitFile, unitGrid, unitView, VIEWS, words
// takes: baseOf, nameUnder
// gives: address, look

// The overview and the way between the pages.

const state = {
  layer: layers[0],
  threshold: D.rules.iou,
  every: false,
  view: "light",
  veil: 0.7,
  crop: true,
  truth: false,
  all: false,
  text: "",
  formula: "",
  saved: () => address.save(),
  find: "",
  categories: new Set(),
  concept: null,
  only: false,
  sort: "score",
  least: 0,
  seen: "any",
  trust: "any",
};
const most = largestIou();
const grid = unitGrid();
const main = document.getElementById("main");
let parts = null;
let kept = new Map();
const PRINTED_WIDTH = 760;
let printing = false;
let notice = null;
let opened = null;

/** Which units to show by what their top images hold. */
const SEEN = {
  any: ["any", () => true],
  most: ["half or more of the annotated", (layer, unit) => heldShare(layer, unit) >= 0.5],
  few: ["fewer than half", (layer, unit) => heldShare(layer, unit) >= 0 && heldShare(layer, unit) < 0.5],
  none: ["none (doubtful)", isDoubtful],
};

const SORTS = {
  score: ["best IoU first", (layer) => (a, b) => layer.place[a] - layer.place[b]],
  low: ["lowest IoU first", (layer) => (a, b) => layer.place[b] - layer.place[a]],
  held: ["held most by its top images", (layer) => (a, b) => heldShare(layer, b) - heldShare(layer, a) || layer.place[a] - layer.place[b]],
  unheld: ["held least by its top images", (layer) => (a, b) => heldShare(layer, a) - heldShare(layer, b) || layer.place[a] - layer.place[b]],
  ...TRUST_SORTS,
  ...MEANING_SORTS,
  unit: ["unit number", () => (a, b) => a - b],
  label: ["label", (layer) => {
    // As the original: by category, then labels with most detectors, then score.
    const times = new Map();
    for (let unit = 0; unit < layer.n; unit++) {
      if (isDetector(layer, unit, state.threshold)) {
        const key = layer.label[unit * K + layer.best[unit]];
        times.set(key, (times.get(key) || 0) + 1);
      }
    }
    const rank = shownOrder.reduce((ranks, c, i) => ranks.set(c, i), new Map());
    return (a, b) => {
      const da = isDetector(layer, a, state.threshold);
      const db = isDetector(layer, b, state.threshold);
      const la = layer.label[a * K + layer.best[a]];
      const lb = layer.label[b * K + layer.best[b]];
      return (db - da)
        || (da ? rank.get(layer.best[a]) - rank.get(layer.best[b]) || times.get(lb) - times.get(la) || la - lb : 0)
        || layer.place[a] - layer.place[b];
    };
  }],
};

const address = addressed({
  iou: numberIn(state, "threshold", 0, 1),
  count: { get: () => (state.every ? "every" : null), set: (text) => { state.every = text === "every"; } },
  q: words(state, "text"),
  formula: words(state, "formula"),
  find: words(state, "find"),
  category: {
    get: () => [...state.categories].sort((a, b) => a - b).map((c) => D.categories[c]).join(",") || null,
    set: (text) => {
      state.categories = new Set((text ?? "").split(",").map((name) => D.categories.indexOf(name)).filter((c) => c >= 0));
    },
  },
  concept: {
    get: () => state.concept && D.categories[state.concept[0]] + "/" + state.concept[1],
    set: (text) => {
      state.concept = text === null ? null : conceptNamed(text);
    },
  },
  only: flag(state, "only"),
  seen: oneOf(state, "seen", () => Object.keys(SEEN)),
  beyond: { get: () => (detection.beyond ? "1" : null), set: (text) => { detection.beyond = text === "1" && allTested(); } },
  trust: oneOf(state, "trust", () => Object.keys(TRUSTED)),
  least: numberIn(state, "least", 0, 1),
  sort: oneOf(state, "sort", () => Object.keys(SORTS)),
  view: oneOf(state, "view", () => Object.keys(VIEWS)),
  veil: numberIn(state, "veil", 0, 1),
  crop: flag(state, "crop"),
  truth: flag(state, "truth"),
  all: flag(state, "all"),
});

/** Category and label of "category/label", as the data set or as people write it; else null. */
function conceptNamed(text) {
  const cut = text.indexOf("/");
  const category = D.categories.indexOf(text.slice(0, cut));
  const label = text.slice(cut + 1);
  const concept = category < 0 ? null
    : allConcepts().filter((one) => one.category === category).find((one) => one.name === label || nice(one.name) === label);
  return concept ? [category, concept.name] : null;
}

function look() {
  return { view: state.view, veil: state.veil, crop: state.crop };
}

function matching() {
  const layer = state.layer;
  const text = state.text.trim().toLowerCase();
  const units = [];
  for (let unit = 0; unit < layer.n; unit++) {
    const category = layer.best[unit];
    if (state.categories.size > 0 && !state.categories.has(category)) {
      continue;
    }
    if (state.only && !isDetector(layer, unit, state.threshold)) {
      continue;
    }
    if (bestIou(layer, unit) < state.least || !SEEN[state.seen][1](layer, unit) || !TRUSTED[state.trust][1](layer, unit)) {
      continue;
    }
    const label = bestLabel(layer, unit);
    if (state.concept && !(state.every
      ? layer.labels[layer.label[unit * K + state.concept[0]]] === state.concept[1]
      : category === state.concept[0] && label === state.concept[1])) {
      continue;
    }
    if (text && !label.toLowerCase().includes(text) && !nice(label).toLowerCase().includes(text)
      && String(unit) !== text && "unit " + unit !== text) {
      continue;
    }
    units.push(unit);
  }
  return units.sort(SORTS[state.sort][1](layer));
}

function overview() {
  const layer = state.layer;
  const slider = h("input", {
    type: "range", id: "slider", min: 0, max: Math.round(most * 1000), step: 1,
    value: Math.round(state.threshold * 1000), "aria-label": "IoU threshold",
  });
  const typed = h("input", {
    type: "number", id: "iou", min: 0, max: 1, step: 0.005, value: state.threshold, "aria-label": "IoU threshold, typed",
  });
  const reset = h("button", { type: "button", class: "quiet", onclick: () => threshold(D.rules.iou, null) },
    "back to " + D.rules.iou);
  parts = {
    slider, typed, reset,
    answer: h("p", { class: "answer" }),
    uniques: h("p", { class: "uniques" }),
    none: noDetectors(),
    strip: h("div", { class: "strip" }),
    sum: h("p", { class: "small", id: "sum" }),
    barsum: h("p", { class: "small", id: "barsum" }),
    spread: h("div", { class: "spread" }),
    figure: h("div", {}),
    found: h("span", { class: "found", role: "status" }),
    chips: h("span", { class: "chips" }),
  };
  slider.addEventListener("input", () => threshold(Number(slider.value) / 1000, slider));
  typed.addEventListener("input", () => {
    const value = Number(typed.value);
    if (typed.value !== "" && value >= 0 && value <= 1) {
      threshold(value, typed);
    }
  });
  const info = D.network.file || "Recorded activations";
  const unreadable = D.images.unreadable.length;
  main.replaceChildren(...[
    h("section", { class: "hero" },
      h("div", { class: "words" },
        h("p", { class: "over" }, "Network dissection"),
        h("h1", {}, info),
        h("p", { class: "lead" },
          "Layer ", h("b", {}, layer.name), ", " + plural(layer.n, "unit", "units") + (layer.height ? " of " + layer.height + "\u00a0×\u00a0" + layer.width : ""),
          ", on ", h("b", {}, D.data.name), D.imported ? "." : ": " + plural(D.images.read, "image", "images")
          + (D.unlabelled ? " without labels." : ", " + plural(D.concepts.length, "concept", "concepts") + ".")),
        D.preprocessing ? h("p", { class: "fine" }, "Preprocessing " + D.preprocessing) : null,
        D.unlabelled
          ? h("p", { class: "note", id: "unlabelled" }, h("b", {}, "No labels: no scores. "),
            "Each unit's page shows the images that activate it most, its masks, its threshold and its histogram. With labelled images (",
            h("code", {}, "--data"), ") units are scored against concepts.")
          : [parts.answer, parts.uniques],
        notice ? h("p", { class: "note doubt", role: "alert" }, notice) : null,
        D.imported ? h("p", { class: "note" }, "Imported from " + D.imported.map((one) => one.file).join(", ")
          + ": scores only. There are no images, masks, histograms, thresholds or counts of other concepts.") : null,
        !D.imported && !D.pictures ? h("p", { class: "note" }, missingWords()) : null,
        D.small && !D.unlabelled ? h("p", { class: "note" }, h("b", {}, "Few images. "), "With fewer than 1\u202f000, other images of the same kind may give other labels and scores.") : null,
        D.unlabelled ? null : parts.none,
        unreadable > 0 ? h("p", { class: "note" }, plural(unreadable, "image", "images") + " could not be read and took no part.") : null),
      D.unlabelled ? null : h("div", { class: "panel" },
        h("div", { class: "panelhead" }, h("h2", {}, "Best IoU of each unit"),
          allTested() ? chanceSwitch(redetect) : null,
          h("label", { class: "typed" }, "detectors above ", typed), reset),
        saveButtons("histogram", () => ({
          chart: parts.spread.querySelector("svg"),
          caption: "The units' best IoU; detectors (" + ruleWords(state.threshold) + ") in the colour of their category, others grey. " + origin(state.layer),
          rows: [["unit", "label", "category", "IoU"], ...state.layer.order.map((unit) => [String(unit), nice(bestLabel(state.layer, unit)),
            D.categories[state.layer.best[unit]], fixed(bestIou(state.layer, unit), 6)])],
        })),
        parts.spread, h("div", { class: "slide" }, slider), chanceNote(layer))),
    D.unlabelled ? null : h("section", { class: "counts" }, parts.strip, parts.sum),
    D.unlabelled ? null : h("section", { class: "figure" },
      h("div", { class: "panelhead" }, h("h2", {}, "Detectors by concept"),
        saveButtons("detectors", () => ({
          chart: parts.figure.querySelector(".scroller svg"),
          caption: "Detectors by concept (" + ruleWords(state.threshold) + "; "
            + (state.every ? "a unit counts in every category in which its best label passes" : "each unit counts once, for its best label") + "). " + origin(state.layer),
          rows: [["concept", "category", "units"], ...bars(state.layer, state.threshold, state.every)
            .flatMap((group) => group.bars.map(([label, n]) => [nice(label), D.categories[group.category], String(n)]))],
        })), countSwitch()),
      parts.figure, parts.barsum),
    h("section", { class: "units" },
      h("div", { class: "panelhead" }, h("h2", {}, "Units"), parts.found),
      filters(), grid.host),
  ].filter((section) => section));
  recount();
  refilter();
}

/** What to look at where nothing is detected. */
function noDetectors() {
  return h("div", { class: "note", id: "none" }, h("b", {}, "No detectors. "), "Look at",
    h("ul", {},
      D.preprocessing ? h("li", {}, h("b", {}, "the preprocessing"), ": here " + D.preprocessing
        + ". A wrong one looks like this. ", h("code", {}, "netdissect check"), " tries those that are known.") : null,
      h("li", {}, h("b", {}, "the layer"), ": early or very narrow ones have few detectors (", h("code", {}, "--layers"), ")."),
      h("li", {}, h("b", {}, "the quantile and the threshold"), ": here " + D.rules.quantile + " and " + short(state.threshold, 4) + "; a lower threshold is set above."),
      h("li", {}, h("b", {}, "the data"), ": do its concepts occur in what the network was made for?")));
}

function countSwitch() {
  const button = (every, text, title) => h("button", {
    type: "button", title, "aria-pressed": String(state.every === every),
    onclick: (event) => {
      state.every = every;
      for (const other of event.target.parentElement.children) {
        other.setAttribute("aria-pressed", String(other === event.target));
      }
      recount();
      refilter();
    },
  }, text);
  return h("div", { class: "switch", role: "group", "aria-label": "How units are counted" },
    button(false, "top label", "Each unit counts for its best label only, as in the text of the paper"),
    button(true, "every category", "A unit counts in every category in which its best label passes, as in the paper's bar charts"));
}

function filters() {
  const search = h("input", { type: "search", id: "search", placeholder: D.unlabelled ? "Unit number" : "Label or unit number", value: state.text, "aria-label": "Search units" });
  search.addEventListener("input", () => {
    state.text = search.value;
    refilter();
  });
  const sort = h("select", { id: "sort", "aria-label": "Sort" },
    Object.entries(SORTS).filter(([key]) => (state.layer.marks || !key.endsWith("held")) && (state.layer.trust || !(key in TRUST_SORTS)) && (state.layer.measures || !(key in MEANING_SORTS))).map(([key, [name]]) => h("option", { value: key, selected: key === state.sort }, name)));
  sort.addEventListener("change", () => {
    state.sort = sort.value;
    refilter();
  });
  const only = h("input", { type: "checkbox", id: "only" });
  only.checked = state.only;
  only.addEventListener("change", () => {
    state.only = only.checked;
    refilter();
  });
  const least = h("input", { type: "number", id: "least", min: 0, max: 1, step: 0.01, value: state.least, "aria-label": "Lowest IoU shown" });
  least.addEventListener("input", () => {
    state.least = Number(least.value) || 0;
    refilter();
  });
  const seen = h("select", { id: "seen", "aria-label": "How many top images hold the concept" },
    Object.entries(SEEN).map(([key, [name]]) => h("option", { value: key, selected: key === state.seen }, name)));
  seen.addEventListener("change", () => {
    state.seen = seen.value;
    refilter();
  });
  const trusted = h("select", { id: "trust", "aria-label": "How far the label can be believed" },
    Object.entries(TRUSTED).map(([key, [name]]) => h("option", { value: key, selected: key === state.trust }, name)));
  trusted.addEventListener("change", () => {
    state.trust = trusted.value;
    refilter();
  });
  const chips = shownOrder.map((c) => {
    const chip = h("button", { type: "button", class: "chip", "aria-pressed": String(state.categories.has(c)), "data-category": D.categories[c] },
      dot(c), D.categories[c]);
    chip.addEventListener("click", () => {
      if (!state.categories.delete(c)) {
        state.categories.add(c);
      }
      chip.setAttribute("aria-pressed", String(state.categories.has(c)));
      refilter();
    });
    return chip;
  });
  if (D.unlabelled) {
    return h("div", { class: "filters" }, search, D.pictures ? maskControls(state, refilter) : null);
  }
  return h("div", { class: "filters" },
    search, h("div", { class: "chipset", role: "group", "aria-label": "Categories" }, chips), parts.chips,
    h("label", {}, only, " detectors only"),
    h("label", {}, "IoU ≥ ", least),
    state.layer.marks ? h("label", {}, "held by top images ", seen) : null,
    state.layer.trust ? h("label", {}, "trust ", trusted) : null,
    h("label", {}, "sort ", sort),
    D.pictures ? maskControls(state, refilter) : null);
}

/** Sets the threshold and counts everything anew. */
function threshold(value, from) {
  state.threshold = value;
  if (from !== parts.slider) {
    parts.slider.value = Math.round(value * 1000);
  }
  if (from !== parts.typed) {
    parts.typed.value = value;
  }
  address.save();
  recount();
  if (state.only || state.sort === "label") {
    refilter();
  } else {
    grid.recolour(value);
  }
}

/** Counts everything anew by another rule for detectors. */
function redetect() {
  address.save();
  recount();
  refilter();
}

function recount() {
  const layer = state.layer;
  parts.slider.disabled = detection.beyond;
  parts.typed.disabled = detection.beyond;
  const counted = count(layer, state.threshold);
  parts.none.hidden = counted.detectors > 0;
  parts.reset.hidden = state.threshold === D.rules.iou;
  parts.answer.replaceChildren(
    h("b", { id: "detectors" }, plain(counted.detectors)), " of " + plain(counted.units) + " units detect a concept",
    h("span", { class: "faint" }, " (" + ruleWords(state.threshold) + ")"));
  parts.uniques.replaceChildren(
    h("b", { id: "unique-category" }, plain(counted.perCategory)), " unique detectors counted per category, ",
    h("b", { id: "unique-top" }, plain(counted.topLabel)), " by top label");
  parts.strip.replaceChildren(...shownOrder.map((c) => h("div", { class: "category", "data-category": D.categories[c], style: "--colour:" + colours[c][0] },
    h("span", { class: "name" }, D.categories[c]),
    h("b", { class: "detectors" }, plain(counted.categories[c].detectors)),
    h("span", { class: "what" }, counted.categories[c].detectors === 1 ? "detector" : "detectors"),
    h("b", { class: "unique" }, plain(counted.categories[c].unique)),
    h("span", { class: "what" }, "unique"))));
  parts.sum.textContent = sumWords(counted);
  parts.barsum.textContent = barsWords(counted);
  clearTimeout(recount.told);
  recount.told = setTimeout(() => {
    document.getElementById("live").textContent =
      `${counted.detectors} of ${counted.units} units detect a concept, ${ruleWords(state.threshold)}`;
  }, 600);
  const wide = parts.spread.clientWidth || 480;
  parts.spread.replaceChildren(iouChart(layer, state.threshold, wide, most));
  const across = printing ? PRINTED_WIDTH : parts.figure.clientWidth || 900;
  parts.figure.replaceChildren(barChart(layer, state.threshold, state.every, across, pick));
}

/** Why the boxes of the categories do not add up to the detectors. */
function sumWords(counted) {
  const sum = counted.categories.reduce((all, one) => all + one.detectors, 0);
  return sum === counted.detectors ? ""
    : "The boxes add up to " + plain(sum) + " detectors, not to " + plain(counted.detectors)
      + ": a unit counts in every category in which its best label passes, as in the paper's bar charts.";
}

function barsWords(counted) {
  return state.every
    ? "The bars add up to " + plain(counted.categories.reduce((all, one) => all + one.detectors, 0)) + ", and there are "
      + plain(counted.perCategory) + " of them: a unit counts in every category in which its best label passes."
    : "The bars add up to the " + plain(counted.detectors) + " detectors, each counted once, for its best label. "
      + (counted.topLabel === counted.perCategory ? "" : "“Every category” also counts the labels that are second to that.");
}

function pick(category, label) {
  state.concept = [category, label];
  refilter();
  grid.host.closest("section").scrollIntoView({ behavior: "smooth" });
}

function refilter() {
  const units = matching();
  parts.found.textContent = units.length === state.layer.n
    ? plural(units.length, "unit", "units")
    : plain(units.length) + " of " + plural(state.layer.n, "unit", "units");
  parts.chips.replaceChildren(...(state.concept
    ? [h("button", { type: "button", class: "chip picked", title: "Show all concepts", onclick: () => {
      state.concept = null;
      refilter();
    } }, dot(state.concept[0]), nice(state.concept[1]), " ✕"),
    h("a", { href: conceptLink(...state.concept) }, "about " + nice(state.concept[1]))]
    : []));
  grid.show(state.layer, units, state.threshold, { look: look(), most });
  address.save();
}

function bar() {
  const layer = state.layer;
  // Without its colon such a word is a layer's name.
  const here = /^(concepts?|layers):/.exec(location.hash.slice(1))?.[1] ?? "units";
  const tab = (name, hash, on) => h("a", { class: "tab", href: hash, "aria-current": on ? "page" : null }, name);
  const select = h("select", { id: "layer", "aria-label": "Layer" },
    layers.filter((one) => !baseOf(one)).map((base) => {
      const option = (one) => h("option", { value: one.index, selected: one === layer }, nameUnder(one));
      const views = layers.filter((one) => baseOf(one) === base);
      return views.length === 0 ? option(base) : h("optgroup", { label: base.name }, option(base), views.map(option));
    }));
  select.addEventListener("change", () => {
    location.hash = encodeURIComponent(layers[Number(select.value)].folder);
  });
  document.getElementById("bar").replaceChildren(
    h("a", { class: "brand", href: "#" + encodeURIComponent(layer.folder) }, "netdissect"),
    layers.length > 1 ? select : h("span", { class: "where" }, layer.name),
    h("nav", { "aria-label": "Pages" },
      tab("Units", "#" + encodeURIComponent(layer.folder), here === "units"),
      D.unlabelled ? null : tab("Concepts", "#concepts:", here === "concepts" || here === "concept"),
      layers.length > 1 ? tab("Layers", "#layers:", here === "layers") : null),
    h("span", { class: "push" }),
    h("button", { type: "button", id: "print", class: "quiet", title: "Print, or save as PDF", "aria-label": "Print", onclick: print }, "print"),
    h("button", { type: "button", id: "theme", class: "quiet", title: "Light or dark", onclick: turn }, "◐"));
}

function turn() {
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("netdissect-theme", root.dataset.theme);
  } catch {
    // Some browsers keep nothing for pages on disk.
  }
}

function foot() {
  const rules = D.rules;
  document.getElementById("foot").replaceChildren(
    h("p", {}, "Made by " + D.tool + ". Convention " + rules.convention + ", quantile " + rules.quantile
      + ". A unit's mask is where its activation, interpolated between cells, exceeds the unit's threshold T; "
      + (D.unlabelled ? "" : "IoU = I / (A + G − I) over all images that hold the concept's category.")),
    h("p", {}, "Method: Bau, Zhou, Khosla, Oliva and Torralba, Network Dissection, CVPR 2017."));
}

/** A layer by its name or its folder. */
function layerNamed(text) {
  return layers.find((one) => one.folder === text) ?? layers.find((one) => one.name === text) ?? null;
}

/** What an address names: a layer, perhaps a unit of it, a concept or a list. */
function resolve(place) {
  if (place === "") {
    return { layer: state.layer };
  }
  if (place === "concepts:" || place === "layers:") {
    return { list: place };
  }
  const concept = /^concept:(.*)$/.exec(place);
  if (concept) {
    const named = conceptNamed(decode(concept[1]));
    return named ? { concept: named } : { unknown: "There is no concept “" + decode(concept[1]) + "” in this result." };
  }
  const text = decode(place);
  const whole = layerNamed(text);
  if (whole) {
    return { layer: whole };
  }
  const cut = text.lastIndexOf("/");
  const layer = cut < 0 ? null : layerNamed(text.slice(0, cut));
  if (!layer) {
    return { unknown: "There is no layer “" + text + "” in this result." };
  }
  const number = text.slice(cut + 1);
  return /^\d+$/.test(number) && Number(number) < layer.n
    ? { layer, unit: Number(number) }
    : { layer, unknown: "Layer " + layer.name + " has no unit “" + number + "”; its units are 0 to " + (layer.n - 1) + "." };
}

function route() {
  kept.set(route.last, window.scrollY);
  const place = address.read();
  const at = resolve(place);
  // A layer's units are one place, whether the address names the layer or not.
  const spot = at.layer && at.unit === undefined ? at.layer.folder : place;
  state.layer = at.layer ?? state.layer;
  notice = at.unknown ?? null;
  address.flush();
  bar();
  const show = (view, title) => {
    main.replaceChildren(view);
    document.title = title + " – netdissect";
    window.scrollTo(0, 0);
  };
  if (at.list === "concepts:") {
    show(conceptsView(state), "Concepts");
  } else if (at.list === "layers:") {
    show(layersView(state), "Layers");
  } else if (at.concept) {
    show(conceptView(...at.concept, state), nice(at.concept[1]));
  } else if (at.unit !== undefined) {
    const units = matching();
    const among = units.indexOf(at.unit);
    opened = at.unit;
    show(unitView(at.layer, at.unit, state,
      among < 0 ? [null, null] : [units[among - 1] ?? null, units[among + 1] ?? null]),
    (D.unlabelled ? "" : nice(bestLabel(at.layer, at.unit)) + " · ") + "unit " + at.unit);
  } else {
    overview();
    document.title = (D.network.file || state.layer.name) + " – netdissect";
    window.scrollTo(0, kept.get(spot) || 0);
    grid.scrolled();
    if (opened !== null && !notice) {
      grid.focus(opened);
      opened = null;
    }
  }
  if (kept.has(spot) && at.list) {
    window.scrollTo(0, kept.get(spot));
  }
  route.last = spot;
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]") || event.ctrlKey || event.altKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
    return;
  }
  const link = document.querySelector(`[data-key="${event.key}"]`);
  if (link) {
    location.hash = link.getAttribute("href").slice(1);
  } else if (event.key === "Escape") {
    const up = document.querySelector("[data-up]");
    if (up) {
      location.hash = up.getAttribute("href").slice(1);
    }
  } else if (event.key === "/" && document.getElementById("search")) {
    event.preventDefault();
    document.getElementById("search").focus();
  }
});
/** Draws what will be printed, then prints. */
async function print() {
  if (grid.host.isConnected) {
    setPrinting(true);
    await grid.painted();
  }
  await stripsPainted();
  window.print();
}

function setPrinting(on) {
  if (printing !== on) {
    printing = on;
    if (grid.host.isConnected) {
      recount();
      grid.print(on);
    }
  }
}

addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "p") {
    event.preventDefault();
    print();
  }
});
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
let resizing = 0;
addEventListener("resize", () => {
  cancelAnimationFrame(resizing);
  resizing = requestAnimationFrame(() => {
    if (grid.host.isConnected) {
      recount();
      grid.resized();
    }
  });
});
addEventListener("scroll", grid.scrolled, { passive: true });
addEventListener("beforeprint", () => setPrinting(true));
addEventListener("afterprint", () => setPrinting(false));
addEventListener("hashchange", route);
try {
  const theme = localStorage.getItem("netdissect-theme");
  if (theme === "dark" || theme === "light") {
    document.documentElement.dataset.theme = theme;
  }
} catch {
  // The system's setting holds.
}
if ("scrollRestoration" in history) {
  history.scrollRestoration = "manual";
}
// For tests and other programs: what a unit's mask on a tile is, and the counts.
Object.assign(window.netdissect, {
  maskOf, labelMask, labelFile, layers, count, unitFile, conceptFile, marksOf, isDoubtful, data: D,
});
foot();
route();
