// takes: address, bestLabel, colours, conceptFile, conceptLink, conceptPlace, count, D, dot, fixed
// takes: gridTiles, h, K, layers, layersChart, legend, look, nice, numbersOf, origin, paintSoon, passes
// takes: plain, plural, ratio, ruleWords, saveButtons, shownOrder, stackable, unitLink, wall
// takes: alphaChart, alphaRows, baseOf, nameUnder, pointLegend, rotatedLayers
// gives: allConcepts, conceptsView, conceptView, layersView, stripsPainted

// Concepts and layers.

/** Detectors of a concept in all layers: how many units, for how many it is the best label of all, and the best of them. */
function detectorsOf(category, label, threshold) {
  let units = 0;
  let first = 0;
  let best = null;
  for (const layer of layers) {
    const name = layer.labels.indexOf(label);
    for (let unit = 0; name >= 0 && unit < layer.n; unit++) {
      const at = unit * K + category;
      if (layer.label[at] === name) {
        const detects = passes(layer, unit, category, threshold);
        units += detects ? 1 : 0;
        first += detects && layer.best[unit] === category ? 1 : 0;
        best = !best || layer.iou[at] > best[0] ? [layer.iou[at], layer, unit] : best;
      }
    }
  }
  return { units, first, best };
}

/** All concepts that a result knows; of an imported one those that are some unit's label. */
function allConcepts() {
  if (D.concepts.length > 0) {
    return D.concepts.map(([, name, category, truth, images]) => ({ name, category, truth, images }));
  }
  const found = new Map();
  for (const layer of layers) {
    for (let at = 0; at < layer.n * K; at++) {
      if (layer.label[at] >= 0) {
        const name = layer.labels[layer.label[at]];
        found.set((at % K) + "/" + name, { name, category: at % K, truth: layer.scores[4 * at + 1], images: null });
      }
    }
  }
  return [...found.values()];
}

function conceptsView(state) {
  const body = h("div", { class: "conceptlist" });
  const search = h("input", { type: "search", id: "search", placeholder: "Find a concept", "aria-label": "Find a concept", value: state.find });
  const rows = allConcepts().map((concept) => ({
    ...concept, ...detectorsOf(concept.category, concept.name, state.threshold),
  }));
  const draw = () => {
    const text = search.value.trim().toLowerCase();
    body.replaceChildren(...shownOrder.map((c) => {
      const mine = rows
        .filter((row) => row.category === c && (!text || nice(row.name).toLowerCase().includes(text) || row.name.toLowerCase().includes(text)))
        .sort((a, b) => b.units - a.units || (b.best?.[0] ?? 0) - (a.best?.[0] ?? 0) || (a.name < b.name ? -1 : 1));
      return mine.length === 0 ? null : h("section", {},
        h("h2", {}, dot(c), D.categories[c], h("span", { class: "found" },
          plain(mine.filter((row) => row.units > 0).length) + " of " + plain(mine.length) + " detected")),
        h("div", { class: "concepts" }, mine.map((row) => h("a", {
          class: "concept" + (row.units > 0 ? "" : " low"), href: conceptLink(c, row.name), style: "--colour:" + colours[c][0],
        },
          h("span", { class: "label" }, nice(row.name)),
          h("span", { class: "about" },
            (row.units > 0 ? plural(row.units, "detector", "detectors") : "no detector")
            + (row.best ? " · best " + fixed(row.best[0], 3) : "")),
          row.images === null ? null : h("span", { class: "about" }, "in " + plural(row.images, "image", "images"))))));
    }).filter((part) => part !== null));
  };
  search.addEventListener("input", () => {
    state.find = search.value;
    address.save();
    draw();
  });
  draw();
  return h("article", {},
    h("nav", { class: "crumbs" }, h("a", { href: "#" + encodeURIComponent(state.layer.folder), "data-up": true }, "← units of " + state.layer.name)),
    h("header", { class: "plain" }, h("h1", {}, "Concepts"),
      h("p", { class: "lead" }, "Every concept of the data set and how many units detect it (" + ruleWords(state.threshold)
        + ", counted in every category)" + (layers.length > 1 ? ", in all layers together." : "."))),
    h("div", { class: "filters" }, search), body);
}

function conceptView(category, label, state) {
  const place = conceptPlace(category, label);
  const concept = place < 0 ? null : D.concepts[place];
  const { units, first, best } = detectorsOf(category, label, state.threshold);
  const counts = h("p", { class: "small" }, units === 0 ? "" : countWords(category, units, first));
  const table = h("div", { class: "tablebox" });
  const examples = wall(layers[0], state, { label: true });
  const view = h("article", { class: "unit", style: "--colour:" + colours[category][0] },
    h("nav", { class: "crumbs" }, h("a", { href: "#concepts:", "data-up": true }, "← all concepts")),
    h("header", { class: "title" }, h("div", {},
      h("p", { class: "over" }, dot(category), D.categories[category]),
      h("h1", {}, nice(label)),
      h("p", { class: "verdict" },
        h("b", {}, units === 0 ? "No unit detects it" : plural(units, "unit detects", "units detect") + " it"),
        " (" + ruleWords(state.threshold) + ")",
        concept ? " · it is in " + plural(concept[4], "image", "images") + ", on " + plain(concept[3]) + " mask pixels" : null),
      counts)),
    h("section", {}, h("h2", {}, "Units that agree with it best"),
      concept && concept[5] ? h("p", { class: "small" }, "Units may be here whose own label is another one: they agree with that even better.") : null, table),
    concept && D.misses ? h("section", {}, h("h2", {}, "Images with most of it"), examples) : null);
  if (place < 0 || !concept[5]) {
    table.append(best
      ? h("p", {}, "Its best unit is ", h("a", { href: unitLink(best[1], best[2]) }, "unit " + best[2] + " of " + best[1].name), ", IoU " + fixed(best[0], 4) + ".")
      : h("p", { class: "nothing" }, "It is no unit's best label in its category."));
    return view;
  }
  conceptFile(place).then((file) => {
    const rows = file.units.map(([l, unit, intersection, activation]) => ({
      layer: layers[l], unit, value: ratio(intersection, activation, concept[3]), intersection, activation,
    }));
    const others = rows.filter((row) => passesWith(row, category, label, state.threshold)).length;
    if (others > 0) {
      counts.append((units === 0 ? "" : " ") + plural(others, "more unit below passes", "more units below pass") + " with it too, but "
        + (others === 1 ? "agrees" : "agree") + " still better with another " + D.categories[category] + ".");
    }
    if (rows.length === 0) {
      table.append(h("p", { class: "nothing" }, "No unit's mask meets it."));
    } else {
      const top = rows[0].value || 1;
      table.append(stackable(h("table", { class: "ranked" },
        h("thead", {}, h("tr", {},
          h("th", { scope: "col" }, "unit"), h("th", { scope: "col" }, "its own label"), h("th", { scope: "col", class: "num" }, "IoU"),
          h("td", { class: "wide" }), h("th", { scope: "col" }, D.pictures ? "strongest images" : ""))),
        h("tbody", {}, rows.map((row) => {
          const own = bestLabel(row.layer, row.unit);
          return h("tr", { class: row.value > state.threshold ? "" : "low" },
            h("th", { scope: "row" }, h("a", { href: unitLink(row.layer, row.unit) }, (layers.length > 1 ? row.layer.name + " " : "") + "unit " + row.unit)),
            h("td", {}, own ? [dot(row.layer.best[row.unit]), nice(own)] : "none"),
            h("td", { class: "num" }, fixed(row.value, 4)),
            h("td", { class: "wide" }, h("span", { class: "meter", style: `width:${(row.value / top) * 100}%` })),
            h("td", { class: "broad" }, D.pictures ? strip(row.layer, row.unit, state) : null));
        })))));
    }
    if (D.misses) {
      examples.fill(file.examples, (tile) => [plain(tile[1]) + " pixels"]);
    }
  }, (failure) => table.append(h("p", { class: "note" }, failure.message)));
  return view;
}

/** How the counts of the charts follow from that of a concept's page. */
function countWords(category, units, first) {
  return "It is their best label of the category " + D.categories[category] + ", and the best of all for "
    + (first === units ? "all of them" : plain(first) + " of them") + ", which is what bars by top label count"
    + (layers.length > 1 ? ", each layer for itself." : ".");
}

/** Whether a unit passes with a concept though another of the category is its label there. */
function passesWith(row, category, label, threshold) {
  const own = row.layer.label[row.unit * K + category];
  return row.value > threshold && row.layer.labels[own] !== label;
}

/** The first tiles of a unit in a row; drawn when they come into view. */
function strip(layer, unit, state) {
  const canvases = Array.from({ length: 6 }, () => h("canvas", { class: "tile", "aria-hidden": "true" }));
  const host = h("span", { class: "strip6" }, canvases);
  inView.observe(host);
  host.draw = () => gridTiles(layer, unit).then((tiles) => canvases.forEach((canvas, i) => {
    canvas.hidden = i >= tiles.length;
    if (i < tiles.length) {
      paintSoon(canvas, layer, tiles[i], { look: look(), least: true });
    }
  }), () => host.remove());
  return host;
}

/** Draws the rows that were not in view yet; done when they are painted, or after some seconds. */
async function stripsPainted() {
  for (const host of document.querySelectorAll(".strip6:not(:has(.painted))")) {
    inView.unobserve(host);
    host.draw();
  }
  const end = performance.now() + 10000;
  while (performance.now() < end && document.querySelector(".strip6 .tile:not(.painted):not([hidden])")) {
    await new Promise(requestAnimationFrame);
  }
}

const inView = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) {
      inView.unobserve(entry.target);
      entry.target.draw();
    }
  }
}, { rootMargin: "300px" });

function layersView(state) {
  const figures = h("div", {});
  const table = h("div", { class: "tablebox" });
  const typed = h("input", { type: "number", id: "iou", min: 0, max: 1, step: 0.005, value: state.threshold, "aria-label": "IoU threshold" });
  const draw = () => {
    const page = Math.min(1360, document.documentElement.clientWidth - 40);
    const width = page > 900 ? page / 2 - 20 : page;
    const counted = layers.map((layer) => count(layer, state.threshold));
    table.replaceChildren(stackable(h("table", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "layer"), h("th", { class: "num" }, "units"), h("th", { class: "num" }, "detectors"),
        h("th", { class: "num" }, "unique, per category"), h("th", { class: "num" }, "unique, top label"),
        shownOrder.map((c) => h("th", { class: "num" }, D.categories[c])))),
      h("tbody", {}, layers.map((layer, l) => h("tr", {},
        h("th", { scope: "row", class: baseOf(layer) ? "under" : null }, h("a", { href: "#" + encodeURIComponent(layer.folder) }, nameUnder(layer))),
        [layer.n, counted[l].detectors, counted[l].perCategory, counted[l].topLabel].map((n) => h("td", { class: "num" }, plain(n))),
        shownOrder.map((c) => h("td", { class: "num" }, plain(counted[l].categories[c].detectors) + " / " + plain(counted[l].categories[c].unique)))))))));
    figures.replaceChildren(
      h("div", { class: "pair" },
        h("section", {}, h("h2", {}, "Detectors"), layersChart(state.threshold, false, width)),
        h("section", {}, h("h2", {}, "Unique detectors"), layersChart(state.threshold, true, width))),
      legend());
    figures.querySelectorAll("section").forEach((section, i) => section.append(saveButtons(i === 0 ? "layers-detectors" : "layers-unique", () => ({
      chart: section.querySelector("svg"),
      caption: (i === 0 ? "Detectors" : "Unique detectors") + " of each category by layer (" + ruleWords(state.threshold) + "), counted in every category. " + origin(null),
      rows: numbersOf(table.querySelector("table")),
    }))));
    for (const base of rotatedLayers()) {
      const chart = alphaChart(base, state.threshold, width);
      figures.append(h("section", {},
        h("div", { class: "panelhead" }, h("h2", {}, "Rotations of " + base.name), saveButtons("rotations", () => ({
          chart,
          caption: "Unique detectors of " + base.name + " against the power of the rotation, mean and range over the seeds (" + ruleWords(state.threshold) + "); the layer itself is dashed. " + origin(base),
          rows: alphaRows(base, state.threshold),
        }))),
        h("div", { style: "max-width:" + Math.round(width) + "px" }, chart), pointLegend()));
    }
  };
  typed.addEventListener("input", () => {
    const value = Number(typed.value);
    if (typed.value !== "" && value >= 0 && value <= 1) {
      state.threshold = value;
      address.save();
      draw();
    }
  });
  draw();
  return h("article", {},
    h("nav", { class: "crumbs" }, h("a", { href: "#" + encodeURIComponent(state.layer.folder), "data-up": true }, "← units of " + state.layer.name)),
    h("header", { class: "plain" }, h("h1", {}, "Layers"),
      h("p", { class: "lead" }, "Detectors of each category in every layer, in the order in which the layers were given; each unit is counted in every category in which its best label passes.")),
    h("p", { class: "typed" }, h("label", {}, "detectors above IoU ", typed)), figures,
    h("p", { class: "small" }, "By category: detectors / unique detectors."), table);
}
