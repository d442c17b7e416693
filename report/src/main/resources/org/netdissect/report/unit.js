// The page of one unit.

function fact(name, ...value) {
  return h("div", { class: "fact" }, h("dt", {}, name), h("dd", {}, value));
}

function unitView(layer, unit, state, neighbours) {
  const category = layer.best[unit];
  const label = bestLabel(layer, unit);
  const score = bestIou(layer, unit);
  const detector = isDetector(layer, unit, state.threshold);
  const tiles = h("div", { class: "wall" });
  const table = h("div", { class: "tablebox" });
  const view = h(
    "article", { class: "unit", style: "--colour:" + colours[category][0] },
    h("nav", { class: "crumbs", "aria-label": "Where you are" },
      h("a", { href: "#" + encodeURIComponent(layer.folder) }, "← all units of " + layer.name),
      h("span", { class: "push" }),
      neighbours[0] === null ? null : h("a", { class: "button", href: unitLink(layer, neighbours[0]), "data-key": "ArrowLeft", title: "Previous unit (←)" }, "‹ unit " + neighbours[0]),
      neighbours[1] === null ? null : h("a", { class: "button", href: unitLink(layer, neighbours[1]), "data-key": "ArrowRight", title: "Next unit (→)" }, "unit " + neighbours[1] + " ›")),
    h("header", { class: "title" },
      h("p", { class: "over" }, dot(category), label ? D.categories[category] : "no concept", " · unit " + unit + " of " + layer.name),
      h("h1", {}, label ? nice(label) : "no concept met"),
      h("p", { class: "verdict" },
        label
          ? (detector ? "Detects it: " : "Not a detector: ") + "IoU " + fixed(score, 4) + (detector ? " > " : " ≤ ") + short(state.threshold, 4)
          : "Its mask meets no concept.")),
    saying(layer, unit) ? h("p", { class: "note" }, saying(layer, unit)) : null,
    h("section", {},
      h("h2", {}, "Images that activate it most"),
      maskControls(state, () => paintWall(tiles, layer, state)),
      tiles),
    h("section", {}, h("h2", {}, "Concepts it agrees with"), table),
  );
  unitFile(layer, unit).then((file) => {
    if (file.tiles.length === 0) {
      tiles.append(h("p", { class: "nothing" }, "No image activates it."));
    }
    if (!layer.hasMaps) {
      tiles.before(h("p", { class: "note" }, "The result holds no activation maps, so no masks can be drawn."));
    }
    tiles.append(...file.tiles.map((tile) => tileFigure(layer, tile)));
    paintWall(tiles, layer, state);
    table.append(rankedTable(layer, unit, file.ranked, state.threshold));
  }, (failure) => {
    tiles.append(h("p", { class: "note" }, failure.message));
  });
  return view;
}

function tileFigure(layer, tile) {
  const canvas = h("canvas", { class: "tile" });
  canvas.tile = tile;
  const name = D.photos[tile[0]][0];
  const figure = h("figure", { class: "shot" }, canvas,
    h("figcaption", { title: name }, short(tile[1], 4), tile[2] === "" ? " · below T" : ""));
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", name + ", activation " + short(tile[1], 4));
  return figure;
}

function paintWall(wall, layer, state) {
  for (const canvas of wall.querySelectorAll("canvas")) {
    paintSoon(canvas, layer, canvas.tile, { darkness: state.darkness, crop: state.crop });
  }
}

function maskControls(state, changed) {
  const opacity = h("input", {
    type: "range", min: 0, max: 100, step: 5, value: Math.round(state.darkness * 100), "aria-label": "Darkness outside the mask",
  });
  opacity.addEventListener("input", () => {
    state.darkness = Number(opacity.value) / 100;
    changed();
  });
  const crop = h("input", { type: "checkbox" });
  crop.checked = state.crop;
  crop.addEventListener("change", () => {
    state.crop = crop.checked;
    changed();
  });
  return h("div", { class: "controls" },
    h("label", {}, "mask ", opacity),
    h("label", {}, crop, " crop to what the unit sees"));
}

/** The best concepts of every category with their counts. */
function rankedTable(layer, unit, ranked, threshold) {
  const rows = [];
  for (const c of shownOrder) {
    ranked[c].forEach(([place, intersection], rank) => {
      const [, name, , truth] = D.concepts[place];
      const activation = layer.activation[unit * K + c];
      const value = ratio(intersection, activation, truth);
      rows.push({ c, name, rank, intersection, truth, activation, value });
    });
  }
  rows.sort((a, b) => b.value - a.value);
  if (rows.length === 0) {
    return h("p", { class: "nothing" }, "None.");
  }
  const most = rows[0].value;
  return h("table", { class: "ranked" },
    h("thead", {}, h("tr", {},
      h("th", { scope: "col" }, "concept"), h("th", { scope: "col" }, "category"),
      h("th", { scope: "col", class: "num" }, "IoU"), h("th", { scope: "col", class: "wide" }, ""),
      h("th", { scope: "col", class: "num" }, "truth"), h("th", { scope: "col", class: "num" }, "activation"),
      h("th", { scope: "col", class: "num" }, "intersection"))),
    h("tbody", {}, rows.map((row) => h("tr", { class: row.value > threshold ? "" : "low" },
      h("th", { scope: "row" }, nice(row.name)),
      h("td", {}, dot(row.c), D.categories[row.c]),
      h("td", { class: "num" }, fixed(row.value, 4)),
      h("td", { class: "wide" }, h("span", { class: "meter", style: `width:${(row.value / most) * 100}%;background:${colours[row.c][0]}` })),
      h("td", { class: "num" }, plain(row.truth)),
      h("td", { class: "num" }, plain(row.activation)),
      h("td", { class: "num" }, plain(row.intersection))))));
}
