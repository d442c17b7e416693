// takes: bestIou, bestLabel, beyondBadge, colours, D, dot, fixed, gridTiles, h, heldShare, heldWords, isDetector
// takes: isDoubtful, marksOf, nice, paintSheet, plain, short, unitLink
// gives: saying, unitGrid

// The grid of units. Only the rows in view exist; cards are reused as one scrolls.

const GAP = 14;
const TILE_GAP = 4;

/** Pixels a frame from which one scrolls too fast to see images. */
const FLYING = 120;

function card() {
  const parts = {
    label: h("span", { class: "label" }),
    doubt: h("span", { class: "badge", title: "None of its top images is known to hold it" }, "? doubtful"),
    chance: h("span", { class: "badge", title: "Chance does as well, or might: not beyond chance" }, "≈ chance"),
    about: h("span", { class: "about" }),
    score: h("span", { class: "score" }),
    meter: h("span", { class: "meter" }),
    say: h("span", { class: "say" }),
    canvas: D.pictures ? h("canvas", { class: "sheet", "aria-hidden": "true" }) : null,
  };
  parts.link = h(
    "a", {},
    h("span", { class: "head" },
      h("span", { class: "names" }, h("span", { class: "line" }, parts.label, parts.chance), h("span", { class: "line" }, parts.about, parts.doubt)), parts.score),
    h("span", { class: "rail" }, parts.meter),
    parts.canvas, parts.say,
  );
  return { element: h("div", { class: "card", role: "listitem" }, parts.link), parts, unit: -1 };
}

function fill(entry, layer, unit, threshold, options) {
  const { element, parts } = entry;
  const category = layer.best[unit];
  const label = bestLabel(layer, unit);
  const score = bestIou(layer, unit);
  const detector = isDetector(layer, unit, threshold);
  parts.link.href = unitLink(layer, unit);
  element.classList.toggle("low", !detector && !D.unlabelled);
  element.style.setProperty("--colour", colours[category][0]);
  parts.label.textContent = label ? nice(label) : D.unlabelled ? "unit " + unit : "no concept";
  parts.about.replaceChildren(
    ...(D.unlabelled ? ["T " + short(layer.thresholds[unit], 3)] : label ? [dot(category), D.categories[category] + " · "] : []), D.unlabelled ? "" : "unit " + unit,
    ...(label && heldShare(layer, unit) >= 0 && !isDoubtful(layer, unit) ? [h("span", { title: "Top images that hold it, of those annotated for " + D.categories[category] }, " · " + heldShort(layer, unit))] : []));
  parts.doubt.hidden = !isDoubtful(layer, unit);
  parts.chance.hidden = !beyondBadge(layer, unit, threshold);
  parts.score.textContent = D.unlabelled ? "" : fixed(score, 3);
  parts.meter.style.width = Math.min(100, (score / options.most) * 100) + "%";
  parts.link.setAttribute("aria-label",
    (D.unlabelled ? `unit ${unit}` : `unit ${unit}: ${label ? nice(label) + ", " + D.categories[category] : "no concept"}, IoU ${fixed(score, 3)}`)
    + (marksOf(layer, unit) && label ? ", " + heldWords(layer, unit) : "") + (isDoubtful(layer, unit) ? ", doubtful" : "")
    + (beyondBadge(layer, unit, threshold) ? ", not beyond chance" : ""));
  if (options.texts) {
    // It flies by; what was painted belongs to another unit.
    entry.key = null;
    parts.say.textContent = "";
    if (parts.canvas) {
      parts.canvas.ticket = null;
      parts.canvas.classList.remove("painted", "whole");
    }
    return;
  }
  const key = layer.index + "/" + unit + "/" + JSON.stringify(options.look) + "/" + options.size;
  if (entry.key === key) {
    return;
  }
  entry.key = key;
  parts.say.textContent = saying(layer, unit);
  if (!D.pictures) {
    return;
  }
  parts.canvas.ticket = null;
  parts.canvas.classList.remove("painted", "whole");
  gridTiles(layer, unit).then((tiles) => {
    if (entry.key === key) {
      paintSheet(parts.canvas, layer, tiles, options.size, TILE_GAP, options);
    }
  }, () => {
    parts.say.textContent = "The file with this unit's images is missing.";
  });
}

function heldShort(layer, unit) {
  const [holds, annotated] = marksOf(layer, unit);
  return "in " + plain(holds) + " of " + plain(annotated);
}

/** What is special about a unit; blank for most. */
function saying(layer, unit) {
  if (layer.inactiveSet.has(unit)) {
    return "Inactive: zero on every image.";
  }
  if (layer.emptySet.has(unit)) {
    return "Active, but its mask is empty everywhere: many cells share its largest value, or so few are above T that no pixel of the mask is.";
  }
  return "";
}

/** A grid over a list of units that the caller sets. */
function unitGrid() {
  const host = h("div", { class: "grid", role: "list", "aria-label": "Units" });
  const pool = new Map();
  const idle = [];
  let layer = null;
  let units = [];
  let threshold = 0;
  let options = {};
  let columns = 1;
  let rowHeight = 1;
  let cardWidth = 1;
  let pending = false;
  let printing = false;
  let settled = 0;
  let lastTop = 0;
  let flying = false;

  function measure() {
    const width = host.clientWidth || 360;
    columns = Math.max(1, Math.floor((width + GAP) / (292 + GAP)));
    cardWidth = (width - GAP * (columns - 1)) / columns;
    const tile = Math.floor((cardWidth - 26 - 3 * TILE_GAP) / 4);
    rowHeight = 66 + (D.pictures ? 2 * tile + TILE_GAP + 12 : 4) + GAP;
    host.style.setProperty("--tile", tile + "px");
    options = { ...options, size: tile };
    host.style.height = Math.ceil(units.length / columns) * rowHeight + "px";
  }

  function place(again) {
    pending = false;
    if (!host.isConnected || !layer) {
      return;
    }
    const top = host.getBoundingClientRect().top;
    const rows = Math.ceil(units.length / columns);
    const margin = printing ? Infinity : rowHeight;
    // Nobody sees images that are gone after a few frames: they come when scrolling slows down.
    const flew = flying;
    flying = !printing && again !== true && Math.abs(top - lastTop) > FLYING && settled !== 0;
    lastTop = top;
    const first = printing ? 0 : Math.max(0, Math.floor((-top - margin) / rowHeight));
    const last = printing
      ? Math.min(rows, Math.ceil(120 / columns))
      : Math.min(rows, Math.ceil((window.innerHeight - top + margin) / rowHeight));
    const wanted = new Map();
    for (let i = first * columns; i < Math.min(units.length, last * columns); i++) {
      wanted.set(i, units[i]);
    }
    for (const [i, entry] of pool) {
      if (wanted.get(i) !== entry.unit) {
        pool.delete(i);
        idle.push(entry);
      }
    }
    for (const [i, unit] of wanted) {
      let entry = pool.get(i);
      const fresh = !entry;
      if (fresh) {
        entry = idle.pop() || card();
        entry.unit = unit;
        pool.set(i, entry);
        const column = i % columns;
        entry.element.style.width = cardWidth + "px";
        entry.element.style.height = rowHeight - GAP + "px";
        entry.element.style.transform =
          `translate(${column * (cardWidth + GAP)}px, ${Math.floor(i / columns) * rowHeight}px)`;
        entry.element.setAttribute("aria-posinset", i + 1);
        entry.element.setAttribute("aria-setsize", units.length);
        entry.element.dataset.at = i;
        if (!entry.element.isConnected) {
          host.append(entry.element);
        }
      }
      // While scrolling, what is there already stays as it is.
      if (fresh || again === true || (flew && !flying && !entry.key)) {
        fill(entry, layer, unit, threshold, { ...options, texts: flying });
      }
    }
    for (const entry of idle) {
      entry.element.remove();
      entry.key = null;
    }
    idle.length = Math.min(idle.length, 40);
    clearTimeout(settled);
    settled = setTimeout(settle, flying ? 100 : 250);
  }

  /** Puts the cards in the order of their units, for those who go from one to the next by key. */
  function settle() {
    settled = 0;
    if (flying) {
      place();
      return;
    }
    const cards = [...host.children];
    const sorted = [...cards].sort((a, b) => a.dataset.at - b.dataset.at);
    if (!host.contains(document.activeElement) && cards.some((one, i) => one !== sorted[i])) {
      host.append(...sorted);
    }
  }

  function soon() {
    if (!pending) {
      pending = true;
      requestAnimationFrame(place);
    }
  }

  function reset() {
    for (const entry of pool.values()) {
      entry.element.remove();
      entry.key = null;
      idle.push(entry);
    }
    pool.clear();
    measure();
    place();
  }

  function move(event) {
    const at = Number(event.target.closest(".card")?.dataset.at);
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (by === undefined || Number.isNaN(at)) {
      return;
    }
    const to = at + by;
    if (to >= 0 && to < units.length) {
      event.preventDefault();
      event.stopPropagation();
      const y = host.getBoundingClientRect().top + Math.floor(to / columns) * rowHeight;
      if (y < 130 || y + rowHeight > window.innerHeight) {
        window.scrollBy(0, y < 130 ? y - 140 : y + rowHeight - window.innerHeight + 10);
      }
      place();
      pool.get(to)?.parts.link.focus({ preventScroll: true });
    }
  }

  host.addEventListener("keydown", move);
  return {
    host,
    show(newLayer, newUnits, newThreshold, newOptions) {
      layer = newLayer;
      units = newUnits;
      threshold = newThreshold;
      options = newOptions;
      reset();
    },
    /** Colours what is there anew for another threshold. */
    recolour(newThreshold) {
      threshold = newThreshold;
      place(true);
    },
    scrolled: soon,
    /** Puts the focus on a unit's card if it is in view: where one was before one opened it. */
    focus(unit) {
      place();
      for (const entry of pool.values()) {
        if (entry.unit === unit) {
          entry.parts.link.focus({ preventScroll: true });
        }
      }
    },
    /** Waits until the cards that are there are painted, or cannot be. */
    async painted() {
      const until = performance.now() + 15000;
      const open = () => [...pool.values()].some((entry) => entry.parts.canvas && !entry.parts.say.textContent && !entry.parts.canvas.classList.contains("whole"));
      while (open() && performance.now() < until) {
        await new Promise((resolve) => {
          setTimeout(resolve, 50);
        });
      }
    },
    resized: () => {
      if (host.isConnected && layer) {
        reset();
      }
    },
    print(on) {
      printing = on;
      if (host.isConnected && layer) {
        host.style.height = on
          ? Math.min(Math.ceil(units.length / columns), Math.ceil(120 / columns)) * rowHeight + "px"
          : Math.ceil(units.length / columns) * rowHeight + "px";
        place();
        settle();
      }
    },
  };
}
