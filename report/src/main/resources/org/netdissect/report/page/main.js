// The overview and the way between the pages.

const state = {
  layer: layers[0],
  threshold: D.rules.iou,
  every: false,
  darkness: 0.8,
  crop: true,
  all: false,
  text: "",
  categories: new Set(),
  concept: null,
  only: false,
  sort: "score",
  least: 0,
  seen: "any",
};
const most = largestIou();
const grid = unitGrid();
const main = document.getElementById("main");
let parts = null;
let kept = new Map();
const PRINTED_WIDTH = 760;
let printing = false;

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
    if (bestIou(layer, unit) < state.least || !SEEN[state.seen][1](layer, unit)) {
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
  main.replaceChildren(
    h("section", { class: "hero" },
      h("div", { class: "words" },
        h("p", { class: "over" }, "Network dissection"),
        h("h1", {}, info),
        h("p", { class: "lead" },
          "Layer ", h("b", {}, layer.name), ", " + plural(layer.n, "unit", "units") + (layer.height ? " of " + layer.height + "\u00a0×\u00a0" + layer.width : ""),
          ", on ", h("b", {}, D.data.name), D.imported ? "." : ": " + plural(D.images.read, "image", "images") + ", "
          + plural(D.concepts.length, "concept", "concepts") + "."),
        D.preprocessing ? h("p", { class: "fine" }, "Preprocessing " + D.preprocessing) : null,
        parts.answer, parts.uniques,
        D.imported ? h("p", { class: "note" }, "Imported from " + D.imported.map((one) => one.file).join(", ")
          + ": scores only. There are no images, masks, histograms, thresholds or counts of other concepts.") : null,
        !D.imported && !D.pictures ? h("p", { class: "note" }, missingWords()) : null,
        D.small ? h("p", { class: "note" }, h("b", {}, "Few images. "), "With fewer than 1\u202f000, scores and labels may change much with others.") : null,
        parts.none,
        unreadable > 0 ? h("p", { class: "note" }, plural(unreadable, "image", "images") + " could not be read and took no part.") : null),
      h("div", { class: "panel" },
        h("div", { class: "panelhead" }, h("h2", {}, "Best IoU of each unit"),
          h("label", { class: "typed" }, "detectors above ", typed), reset),
        parts.spread, h("div", { class: "slide" }, slider))),
    parts.strip,
    h("section", { class: "figure" },
      h("div", { class: "panelhead" }, h("h2", {}, "Detectors by concept"), countSwitch()),
      parts.figure),
    h("section", { class: "units" },
      h("div", { class: "panelhead" }, h("h2", {}, "Units"), parts.found),
      filters(), grid.host),
  );
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
  const search = h("input", { type: "search", id: "search", placeholder: "Label or unit number", value: state.text, "aria-label": "Search units" });
  search.addEventListener("input", () => {
    state.text = search.value;
    refilter();
  });
  const sort = h("select", { id: "sort", "aria-label": "Sort" },
    Object.entries(SORTS).filter(([key]) => state.layer.marks || !key.endsWith("held")).map(([key, [name]]) => h("option", { value: key, selected: key === state.sort }, name)));
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
  return h("div", { class: "filters" },
    search, h("div", { class: "chipset", role: "group", "aria-label": "Categories" }, chips), parts.chips,
    h("label", {}, only, " detectors only"),
    h("label", {}, "IoU ≥ ", least),
    state.layer.marks ? h("label", {}, "held by top images ", seen) : null,
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
  recount();
  if (state.only || state.sort === "label") {
    refilter();
  } else {
    grid.recolour(value);
  }
}

function recount() {
  const layer = state.layer;
  const counted = count(layer, state.threshold);
  parts.none.hidden = counted.detectors > 0;
  parts.reset.hidden = state.threshold === D.rules.iou;
  parts.answer.replaceChildren(
    h("b", { id: "detectors" }, plain(counted.detectors)), " of " + plain(counted.units) + " units detect a concept",
    h("span", { class: "faint" }, " (IoU > " + short(state.threshold, 4) + ")"));
  parts.uniques.replaceChildren(
    h("b", { id: "unique-category" }, plain(counted.perCategory)), " unique detectors counted per category, ",
    h("b", { id: "unique-top" }, plain(counted.topLabel)), " by top label");
  parts.strip.replaceChildren(...shownOrder.map((c) => h("div", { class: "category", "data-category": D.categories[c], style: "--colour:" + colours[c][0] },
    h("span", { class: "name" }, D.categories[c]),
    h("b", { class: "detectors" }, plain(counted.categories[c].detectors)),
    h("span", { class: "what" }, counted.categories[c].detectors === 1 ? "detector" : "detectors"),
    h("b", { class: "unique" }, plain(counted.categories[c].unique)),
    h("span", { class: "what" }, "unique"))));
  clearTimeout(recount.told);
  recount.told = setTimeout(() => {
    document.getElementById("live").textContent =
      `${counted.detectors} of ${counted.units} units detect a concept, IoU above ${short(state.threshold, 4)}`;
  }, 600);
  const wide = parts.spread.clientWidth || 480;
  parts.spread.replaceChildren(iouChart(layer, state.threshold, wide, most));
  const across = printing ? PRINTED_WIDTH : parts.figure.clientWidth || 900;
  parts.figure.replaceChildren(barChart(layer, state.threshold, state.every, across, pick));
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
  grid.show(state.layer, units, state.threshold, { darkness: state.darkness, crop: state.crop, most });
}

function bar() {
  const layer = state.layer;
  const here = location.hash.slice(1).split(/[:/]/)[0];
  const tab = (name, hash, on) => h("a", { class: "tab", href: hash, "aria-current": on ? "page" : null }, name);
  const select = h("select", { id: "layer", "aria-label": "Layer" },
    layers.map((one) => h("option", { value: one.index, selected: one === layer }, one.name)));
  select.addEventListener("change", () => {
    location.hash = encodeURIComponent(layers[Number(select.value)].folder);
  });
  document.getElementById("bar").replaceChildren(
    h("a", { class: "brand", href: "#" + encodeURIComponent(layer.folder) }, "netdissect"),
    layers.length > 1 ? select : h("span", { class: "where" }, layer.name),
    h("nav", { "aria-label": "Pages" },
      tab("Units", "#" + encodeURIComponent(layer.folder), !/^(concepts?|layers):/.test(location.hash.slice(1))),
      tab("Concepts", "#concepts:", here === "concepts" || here === "concept"),
      layers.length > 1 ? tab("Layers", "#layers:", here === "layers") : null),
    h("span", { class: "push" }),
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
      + "IoU = I / (A + G − I) over all images that hold the concept's category."),
    h("p", {}, "Method: Bau, Zhou, Khosla, Oliva and Torralba, Network Dissection, CVPR 2017."));
}

function route() {
  kept.set(route.last, window.scrollY);
  const hash = location.hash.slice(1);
  const cut = hash.lastIndexOf("/");
  const folder = decode(cut < 0 ? hash : hash.slice(0, cut));
  const layer = layers.find((one) => one.folder === folder);
  const unit = cut < 0 ? NaN : Number(hash.slice(cut + 1));
  if (layer) {
    state.layer = layer;
  }
  bar();
  const show = (view, title) => {
    main.replaceChildren(view);
    document.title = title + " – netdissect";
    window.scrollTo(0, 0);
  };
  const concept = /^concept:([^/]+)\/(.+)$/.exec(hash);
  const category = concept ? D.categories.indexOf(decode(concept[1])) : -1;
  if (hash === "concepts:") {
    show(conceptsView(state), "Concepts");
  } else if (hash === "layers:") {
    show(layersView(state), "Layers");
  } else if (category >= 0) {
    show(conceptView(category, decode(concept[2]), state), nice(decode(concept[2])));
  } else if (layer && Number.isInteger(unit) && unit >= 0 && unit < layer.n) {
    const units = matching();
    const at = units.indexOf(unit);
    show(unitView(layer, unit, state,
      at < 0 ? [null, null] : [units[at - 1] ?? null, units[at + 1] ?? null]),
    nice(bestLabel(layer, unit)) + " · unit " + unit);
  } else {
    overview();
    document.title = (D.network.file || state.layer.name) + " – netdissect";
    window.scrollTo(0, kept.get(hash) || 0);
    grid.scrolled();
  }
  route.last = hash;
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
  } else if (event.key === "Escape" && /\/\d+$/.test(location.hash)) {
    location.hash = encodeURIComponent(state.layer.folder);
  } else if (event.key === "/" && document.getElementById("search")) {
    event.preventDefault();
    document.getElementById("search").focus();
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
for (const [event, on] of [["beforeprint", true], ["afterprint", false]]) {
  addEventListener(event, () => {
    printing = on;
    if (grid.host.isConnected) {
      recount();
      grid.print(on);
    }
  });
}
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
  maskOf, labelMask, layers, count, unitFile, conceptFile, marksOf, isDoubtful, data: D,
});
foot();
route();
