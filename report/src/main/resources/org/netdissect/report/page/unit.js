// takes: ABSENT, activationChart, address, bestIou, bestLabel, colours, conceptLink, conceptPlace, D, dot
// takes: fixed, formulaSection, h, heldWords, HOLDS, isDetector, isDoubtful, K, labelFile, layers
// takes: marksOf, meaningPanel, measuresPanel, nice, NOT_ANNOTATED, numbersOf, origin, paintSoon, passes
// takes: plain, plural, ratio, ruleWords, saveButtons, saying, short, shownOrder, stackable, trustLine
// takes: trustPanel, unitFile, unitLink, VIEWS
// takes: baseOf
// gives: unitView, missingWords, wall, maskControls

// The page of one unit, and what it shares with others: walls of images and the large view.

function unitView(layer, unit, state, neighbours) {
  const category = layer.best[unit];
  const label = bestLabel(layer, unit);
  const score = bestIou(layer, unit);
  const detector = isDetector(layer, unit, state.threshold);
  const top = wall(layer, state, { concept: label && D.misses ? conceptPlace(category, label) : -1 });
  const spread = h("div", {});
  const table = h("div", { class: "tablebox" });
  const saves = h("span", {});
  const trust = h("div", {});
  const opinions = h("div", {});
  const errors = h("div", {});
  const made = h("div", {});
  const more = h("div", {});
  const view = h(
    "article", { class: "unit", style: "--colour:" + colours[category][0] },
    h("nav", { class: "crumbs", "aria-label": "Where you are" },
      h("a", { href: "#" + encodeURIComponent(layer.folder), "data-up": true }, "← all units of " + layer.name),
      h("span", { class: "push" }),
      neighbours[0] === null ? null : h("a", { class: "button", href: unitLink(layer, neighbours[0]), "data-key": "ArrowLeft", title: "Previous unit (←)" }, "‹ unit " + neighbours[0]),
      neighbours[1] === null ? null : h("a", { class: "button", href: unitLink(layer, neighbours[1]), "data-key": "ArrowRight", title: "Next unit (→)" }, "unit " + neighbours[1] + " ›")),
    h("header", { class: "title" },
      h("div", {},
        h("p", { class: "over" }, D.unlabelled ? [D.data.name + ", without labels"] : [dot(category), label ? D.categories[category] : "no concept", " · unit " + unit + " of " + layer.name]),
        h("h1", {}, label ? h("a", { href: conceptLink(category, label) }, nice(label)) : D.unlabelled ? "Unit " + unit + " of " + layer.name : "no concept met"),
        D.unlabelled ? h("p", { class: "verdict" }, "No labels: no scores. T = " + short(layer.thresholds[unit], 4) + ".") : h("p", { class: "verdict" },
          label
            ? [h("b", {}, "IoU " + fixed(score, 4)), detector ? " – a detector (" : " – no detector (not ", ruleWords(state.threshold), ")"]
            : "Its mask meets no concept."),
        trustLine(layer, unit),
        marksOf(layer, unit) && label ? h("p", { class: "verdict held" }, heldSentence(layer, unit)) : null),
      spread),
    isDoubtful(layer, unit) ? h("p", { class: "note doubt" }, h("b", {}, "? Doubtful label. "),
      "None of the images that activate it most is known to hold " + nice(label) + ". ",
      "Its mask overlaps " + nice(label) + " elsewhere, or the images that hold it are not annotated.") : null,
    saying(layer, unit) ? h("p", { class: "note" }, saying(layer, unit)) : null,
    !D.pictures ? h("p", { class: "note" }, missingWords()) : null,
    D.pictures
      ? h("section", {},
        h("div", { class: "panelhead" }, h("h2", {}, "Images that activate it most"),
          maskControls(state, () => view.querySelectorAll(".wall").forEach((one) => one.repaint()), Boolean(label && D.misses))),
        h("details", { class: "small" }, h("summary", {}, "as a figure"),
          "A page on disk may not put photographs into a file; this does: ",
          h("code", {}, `netdissect figure OUT --kind units --layer '${layer.folder}' --units ${unit} --data DATA --out unit-${unit}.svg`)),
        layer.hasMaps ? null : h("p", { class: "note" }, "The result holds no activation maps, so no masks can be drawn."),
        top)
      : null,
    made,
    trust,
    formulaSection(layer, unit, state),
    D.unlabelled ? null : h("section", {}, h("div", { class: "panelhead" }, h("h2", {}, "Concepts it agrees with"), saves), table),
    opinions, errors, more,
  );
  unitFile(layer, unit).then((file) => {
    if (D.pictures) {
      top.fill(file.tiles, (tile) => [
        short(tile[1], 4), presence(tile[3], category, label),
        tile[2] === "" && layer.hasMaps ? " below T" : null,
      ], state.all ? 0 : FIRST_IMAGES);
      if (file.tiles.length > FIRST_IMAGES && !state.all) {
        const all = h("button", { type: "button", class: "quiet all" }, "show all " + file.tiles.length);
        all.addEventListener("click", () => {
          state.all = true;
          address.save();
          top.all();
          all.remove();
        });
        top.after(all);
      }
      if (label && D.misses && file.tiles.length > 0) {
        top.before(h("p", { class: "small marks" },
          [HOLDS, ABSENT, NOT_ANNOTATED].map((state) => h("span", {}, presence(state, category, label), " ", presenceWords(state, category, label)))));
      }
    }
    if (file.histogram && layer.thresholds[unit] !== null) {
      spread.append(activationChart(
        file.histogram, layer.thresholds[unit], colours[category][0], Math.min(560, spread.clientWidth || 560)));
      spread.append(saveButtons("unit-" + unit + "-activations", () => ({
        chart: spread.querySelector("svg"),
        caption: "Activation values of unit " + unit + (label ? " (" + nice(label) + ")" : "") + ", counts on a logarithmic scale, exact zeros left out; T = "
          + short(layer.thresholds[unit], 6) + ". " + origin(layer),
        rows: [["from", "to", "values"], ...file.histogram.counts.map((n, i) => {
          const at = (k) => String(file.histogram.from + (k / file.histogram.counts.length) * (file.histogram.to - file.histogram.from));
          return [at(i), at(i + 1), String(n)];
        })],
      })));
    }
    table.append(rankedTable(layer, unit, file.ranked, state.threshold));
    if (table.querySelector("table")) {
      saves.append(saveButtons("unit-" + unit + "-concepts", () => ({
        rows: numbersOf(table.querySelector("table")),
        caption: "Concepts that unit " + unit + " agrees with. " + origin(layer),
      }), "rows"));
    }
    trust.append(trustPanel(layer, unit, file.trust) ?? "");
    opinions.append(measuresPanel(layer, unit, file.measures?.scores) ?? "", meaningPanel(layer, unit, file.measures?.meaning) ?? "");
    if (file.coefficients) {
      made.append(madeOf(layer, file.coefficients));
    }
    if (file.holders !== undefined) {
      errors.append(...errorWalls(layer, unit, label, file, state));
    }
  }, (failure) => {
    top.append(h("p", { class: "note" }, failure.message));
  });
  if (label) {
    more.append(sameLabel(layer, unit, category, label, state.threshold));
  }
  return view;
}

const PRESENCE = {
  [HOLDS]: ["holds", "✓"],
  [ABSENT]: ["absent", "✕"],
  [NOT_ANNOTATED]: ["unknown", "?"],
};

function presenceWords(state, category, label) {
  return state === HOLDS ? "the image holds " + nice(label)
    : state === ABSENT ? "it is not there: other concepts of " + D.categories[category] + " are annotated"
      : D.categories[category] + " is not annotated in the image";
}

/** The mark of a top image: does it hold the unit's concept? */
function presence(state, category, label) {
  const mark = PRESENCE[state];
  const words = mark ? presenceWords(state, category, label) : "";
  return mark ? h("span", { class: "mark " + mark[0], role: "img", title: words, "aria-label": words }, mark[1]) : null;
}

function heldSentence(layer, unit) {
  const [, annotated, all] = marksOf(layer, unit);
  const words = heldWords(layer, unit);
  return words[0].toUpperCase() + words.slice(1) + (annotated === 0 ? "" : " of its " + plural(all, "top image", "top images")) + ".";
}

/** What an imported result or one without photographs lacks. */
function missingWords() {
  return D.imported
    ? "Imported scores: there are no images, masks, histograms or further concepts of this unit."
    : "This report was written without the data set's photographs.";
}

/** Where unit and concept part: it fires without it, or misses it. */
function errorWalls(layer, unit, label, file, state) {
  const name = nice(label);
  const elsewhere = wall(layer, state, {});
  const misses = wall(layer, state, { label: true });
  elsewhere.fill(file.elsewhere, (tile) => [short(tile[1], 4)]);
  misses.fill(file.misses, (tile) => [plain(tile[1]) + " pixels"]);
  return [
    h("section", {},
      h("h2", {}, "Fires without " + name),
      h("p", { class: "small" }, "Its mask is on " + plural(file.elsewhereCount, "image", "images") + " where " + name
        + " is annotated as absent"
        + (file.unannotatedCount > 0 ? " (and on " + plain(file.unannotatedCount) + " where nobody annotated " + D.categories[layer.best[unit]] + ")" : "")
        + "; the strongest:"),
      elsewhere),
    h("section", {},
      h("h2", {}, "Misses " + name),
      h("p", { class: "small" }, "Its mask is empty on " + plain(file.missed) + " of the " + plural(file.holders, "image", "images") + " with " + name + "; here those with most of it, lit where it is:"),
      misses),
  ];
}

/** Which units a direction is made of: its largest coefficients. */
function madeOf(layer, coefficients) {
  const base = baseOf(layer);
  const share = coefficients.reduce((sum, one) => sum + one[2], 0);
  return h("section", {}, h("h2", {}, "What it is made of"),
    h("p", { class: "small" }, "The largest of its coefficients, with the unit of " + layer.basis.layer + " that each belongs to; together they are "
      + fixed(100 * share, 1) + "\u00a0% of the direction's squared length."),
    h("p", { class: "links" }, coefficients.map(([unit, value]) => {
      const label = base && unit < base.n ? bestLabel(base, unit) : "";
      const words = ["unit " + unit + (label ? " " + nice(label) : ""), h("span", { class: "num" }, (value > 0 ? "+" : "−") + short(Math.abs(value)))];
      return base && unit < base.n ? h("a", { class: "chip", href: unitLink(base, unit) }, words) : h("span", { class: "chip" }, words);
    })));
}

/** Other units, of any layer, with the same label in the same category. */
function sameLabel(layer, unit, category, label, threshold) {
  const others = [];
  for (const other of layers) {
    const name = other.labels.indexOf(label);
    for (let u = 0; name >= 0 && u < other.n; u++) {
      const at = u * K + category;
      if (other.label[at] === name && passes(other, u, category, threshold) && !(other === layer && u === unit)) {
        others.push([other.iou[at], other, u]);
      }
    }
  }
  others.sort((a, b) => b[0] - a[0]);
  if (others.length === 0) {
    return h("section", {}, h("h2", {}, "Other detectors of " + nice(label)),
      h("p", { class: "nothing" }, "None (" + ruleWords(threshold) + ")."));
  }
  return h("section", {}, h("h2", {}, "Other detectors of " + nice(label)),
    h("p", { class: "links" }, others.slice(0, 60).map(([value, other, u]) =>
      h("a", { class: "chip", href: unitLink(other, u) },
        (layers.length > 1 ? other.name + " " : "") + "unit " + u, h("span", { class: "num" }, fixed(value, 3)))),
    others.length > 60 ? h("span", {}, "and " + plain(others.length - 60) + " more") : null));
}

/** Images of a unit shown before one asks for all. */
const FIRST_IMAGES = 12;

/** Paints a tile, with the outline of where its concept is annotated if that is asked for. */
function paintTile(canvas, layer, tile, state, options) {
  const { concept = -1, formula = null, ...rest } = options;
  if (formula) {
    // The whole photograph: what the unit misses lies where it does not look.
    const look = { view: state.view, veil: state.veil, crop: false };
    formula(tile).then((holds) => paintSoon(canvas, layer, tile, { look, holds, ...rest }));
    return;
  }
  const look = { view: state.view, veil: state.veil, crop: state.crop };
  const paint = (truth) => paintSoon(canvas, layer, tile, { look, truth, ...rest });
  if (state.truth && concept >= 0 && tile[3] === HOLDS) {
    labelFile(concept).then((masks) => paint(masks[tile[0]] ?? null), () => paint(null));
  } else {
    paint(null);
  }
}

/** A wall of images; fill() sets them, at first so many; repaint() draws them anew. */
function wall(layer, state, options) {
  const host = h("div", { class: "wall" });
  const canvases = [];
  host.repaint = () => canvases.forEach((canvas) => paintTile(canvas, layer, canvas.tile, state, options));
  host.fill = (tiles, caption, first = 0) => {
    if (tiles.length === 0) {
      host.append(h("p", { class: "nothing" }, "None."));
    }
    const add = (from, to) => {
      tiles.slice(from, to).forEach((tile, i) => {
        const name = D.photos[tile[0]][0];
        const canvas = h("canvas", { class: "tile", role: "img", "aria-label": name });
        canvas.tile = tile;
        host.append(h("figure", { class: "shot" },
          h("button", { type: "button", title: name, onclick: () => large(layer, tiles, from + i, state, options, caption) }, canvas),
          h("figcaption", {}, caption(tile))));
        canvases.push(canvas);
      });
      host.repaint();
    };
    add(0, first || tiles.length);
    host.all = () => add(first, tiles.length);
  };
  return host;
}

/** One image as large as the window allows. */
function large(layer, tiles, first, state, options, caption) {
  let at = first;
  const canvas = h("canvas", { class: "tile", role: "img" });
  const words = h("p", { class: "words" });
  const draw = () => {
    const tile = tiles[at];
    const [name] = D.photos[tile[0]];
    canvas.setAttribute("aria-label", name);
    words.replaceChildren(`${at + 1} of ${tiles.length} · `, ...caption(tile).filter((part) => part !== null), " · " + name);
    paintTile(canvas, layer, tile, state, options);
  };
  const go = (by) => {
    at = (at + by + tiles.length) % tiles.length;
    draw();
  };
  const dialog = h("dialog", { class: "large", "aria-label": "Image" },
    canvas, words,
    h("div", { class: "panelhead" },
      h("button", { type: "button", class: "quiet", onclick: () => go(-1) }, "‹ previous"),
      h("button", { type: "button", class: "quiet", onclick: () => go(1) }, "next ›"),
      h("span", { class: "push" }),
      maskControls(state, draw, (options.concept ?? -1) >= 0),
      h("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, "close")));
  dialog.addEventListener("close", () => {
    dialog.remove();
    document.querySelectorAll(".wall").forEach((one) => one.repaint());
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) {
      dialog.close();
    }
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.target.tagName !== "INPUT" && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      event.preventDefault();
      go(event.key === "ArrowLeft" ? -1 : 1);
    }
    event.stopPropagation();
  });
  document.body.append(dialog);
  dialog.showModal();
  draw();
}

/** Chooses how masks are shown; with truth also whether the outline of the label is. */
function maskControls(state, changed, truth = false) {
  const now = () => {
    address.save();
    changed();
  };
  const view = h("select", { class: "view", "aria-label": "How masks are shown" },
    Object.entries(VIEWS).map(([key, name]) => h("option", { value: key, selected: key === state.view }, name)));
  const opacity = h("input", {
    type: "range", class: "opacity", min: 0, max: 100, step: 5, value: Math.round(state.veil * 100), "aria-label": "Strength of the mask",
  });
  view.addEventListener("change", () => {
    state.view = view.value;
    now();
  });
  opacity.addEventListener("input", () => {
    state.veil = Number(opacity.value) / 100;
    now();
  });
  const box = (key, name, title) => {
    const input = h("input", { type: "checkbox", class: key });
    input.checked = state[key];
    input.addEventListener("change", () => {
      state[key] = input.checked;
      now();
    });
    return h("label", { title }, input, " " + name);
  };
  return h("div", { class: "controls" },
    h("label", {}, "mask ", view), opacity,
    truth ? box("truth", "outline of the label", "A dashed line around where the concept is annotated, on images that hold it") : null,
    state.layer.field ? box("crop", "crop to what the unit sees", "The receptive field of the strongest cell") : null);
}

/** The best concepts of every category with their counts. */
function rankedTable(layer, unit, ranked, threshold) {
  const rows = [];
  if (ranked) {
    for (const c of shownOrder) {
      for (const [place, intersection] of ranked[c]) {
        const [, name, , truth] = D.concepts[place];
        const activation = layer.activation[unit * K + c];
        rows.push({ c, name, intersection, truth, activation, value: ratio(intersection, activation, truth) });
      }
    }
  } else {
    for (const c of shownOrder) {
      const at = unit * K + c;
      if (layer.label[at] >= 0) {
        rows.push({
          c, name: layer.labels[layer.label[at]], intersection: layer.scores[4 * at + 3],
          truth: layer.scores[4 * at + 1], activation: layer.activation[at], value: layer.iou[at],
        });
      }
    }
  }
  rows.sort((a, b) => b.value - a.value);
  if (rows.length === 0) {
    return h("p", { class: "nothing" }, "None.");
  }
  const top = rows[0].value || 1;
  return stackable(h("table", { class: "ranked" },
    h("thead", {}, h("tr", {},
      h("th", { scope: "col" }, "concept"), h("th", { scope: "col" }, "category"),
      h("th", { scope: "col", class: "num" }, "IoU"), h("td", { class: "wide" }),
      h("th", { scope: "col", class: "num", title: "G: pixels of the concept" }, "truth"),
      h("th", { scope: "col", class: "num", title: "A: pixels of the mask in images with the category" }, "activation"),
      h("th", { scope: "col", class: "num", title: "I: pixels of both" }, "intersection"))),
    h("tbody", {}, rows.map((row) => h("tr", { class: row.value > threshold ? "" : "low" },
      h("th", { scope: "row" }, h("a", { href: conceptLink(row.c, row.name) }, nice(row.name))),
      h("td", { class: "kind" }, dot(row.c), h("span", {}, D.categories[row.c])),
      h("td", { class: "num" }, fixed(row.value, 4)),
      h("td", { class: "wide" }, h("span", { class: "meter", style: `width:${(row.value / top) * 100}%;background:${colours[row.c][0]}` })),
      h("td", { class: "num" }, plain(row.truth)),
      h("td", { class: "num" }, plain(row.activation)),
      h("td", { class: "num" }, plain(row.intersection)))))));
}
