// takes: D, fixed, h, linearPanel, load, nice, plain, rangePanel, saveButtons, numbersOf, origin, short, stackable, unitFile
// takes: varints, waiting, wall
// gives: formulaSection, formulaWords, readSafely

// A unit's formulas, and any that is typed: the page evaluates it from the unit's regions.

Object.assign(window.netdissect, {
  formulas: (folder, unit, value) => waiting.get(folder + "/formulas-" + unit + ".js")?.(value),
  sets: (folder, number, value) => waiting.get(folder + "/sets-" + number + ".js")?.(value),
  regions: (folder, place, value) => waiting.get(folder + "/regions-" + place + ".js")?.(value),
  // For tests and other programs: where a formula is on a photograph.
  formulaOn: (place, text) => regionsOf(place).then((regions) => maskIn(readFormula(text), regions)),
});

const SHARED = { folder: "formulas~" };
const formulaFiles = new Map();
const setFiles = new Map();
const regionFiles = new Map();

/** A unit's formulas and lit sets. */
function formulaFile(layer, unit) {
  return load(formulaFiles, layer, layer.folder + "/" + unit, layer.folder + "/formulas-" + unit + ".js");
}

function bytesOf(text) {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

/** Reads a number that may exceed 28 bits. */
function countFrom(reader) {
  const upper = reader.next();
  return upper * 2 ** 28 + reader.next();
}

/** Reads the places of some concepts. */
function placesFrom(reader, into) {
  for (let n = reader.next(), place = 0; n > 0; n--) {
    place += reader.next();
    into.push(place);
  }
}

let decodedSets = null;

/** All pixels by set of concepts: where each set's members begin, the members, pixels. */
function allSets() {
  decodedSets ??= load(setFiles, SHARED, 0, "formulas~/sets-0.js").then((text) => {
    const bytes = bytesOf(text);
    const reader = varints(bytes, 0);
    const starts = [0];
    const members = [];
    const pixels = [];
    while (reader.at < bytes.length) {
      placesFrom(reader, members);
      starts.push(members.length);
      pixels.push(countFrom(reader));
    }
    return { starts, members, pixels };
  });
  decodedSets.catch(() => {
    decodedSets = null;
  });
  return decodedSets;
}

const decodedRegions = new Map();

/** The regions of a photograph: members of each, and which region each pixel is of. */
function regionsOf(place) {
  if (!decodedRegions.has(place)) {
    decodedRegions.set(place, load(regionFiles, SHARED, place, "formulas~/regions-" + place + ".js").then((text) => {
      const bytes = bytesOf(text);
      const reader = varints(bytes, 0);
      const starts = [0];
      const members = [];
      for (let n = reader.next(); n > 0; n--) {
        placesFrom(reader, members);
        starts.push(members.length);
      }
      const height = reader.next();
      const width = reader.next();
      const map = new Uint16Array(height * width);
      for (let p = 0; reader.at < bytes.length;) {
        const region = reader.next();
        const end = p + reader.next();
        map.fill(region, p, end);
        p = end;
      }
      return { starts, members, height, width, map };
    }));
  }
  return decodedRegions.get(place);
}

// Formulas as text.

const MOST_NESTED = 200;
const SIGNS = "()\"!&|";
let known = null;

/** Places of concepts by name: as the data set has it, and as pages show it. */
function concepts() {
  if (known === null) {
    const own = new Map();
    const readable = new Map();
    const times = new Map();
    D.concepts.forEach(([, name]) => times.set(name, (times.get(name) ?? 0) + 1));
    D.concepts.forEach(([number, name], place) => {
      if (name !== "") {
        own.set(times.get(name) > 1 ? name + "#" + number : name, place);
        const key = nice(name).toLowerCase();
        readable.set(key, [...(readable.get(key) ?? []), place]);
      }
    });
    known = { own, readable, names: [...own.keys()], nameOf: new Map([...own].map(([name, place]) => [place, name])) };
  }
  return known;
}

/** What is wrong and where; near: names that may have been meant in place of the characters from at to end. */
function unreadable(message, at, end, near = []) {
  return Object.assign(new Error(message), { at, end, near });
}

/** How many letters must change; a name that holds the other is nearer than its length tells. */
function distance(a, b) {
  const last = Array.from({ length: b.length + 1 }, (none, j) => j);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = last[0];
    last[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const change = diagonal + (a[i - 1] === b[j - 1] ? 0 : 1);
      diagonal = last[j];
      last[j] = Math.min(change, last[j] + 1, last[j - 1] + 1);
    }
  }
  return b.includes(a) || a.includes(b) ? last[b.length] / 4 : last[b.length];
}

function nearest(text) {
  const low = text.toLowerCase().slice(0, 80);
  return concepts().names.slice(0, 10000)
    .map((name) => [distance(low, nice(name).toLowerCase().slice(0, 80)), name])
    .sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1))
    .slice(0, 5).map(([, name]) => name);
}

/** A name as it stands in formulas. */
function quoted(name) {
  return /^[\p{L}\p{N}_.-]+$/u.test(name) && !/^(and|or|not)$/i.test(name) ? name : '"' + name.replaceAll('"', '""') + '"';
}

/** Reads AND, OR and NOT (also & | !), parentheses, and names of several words in double quotes. */
function readFormula(text) {
  let at = 0;
  let depth = 0;
  const skip = () => {
    while (at < text.length && /\s/.test(text[at])) {
      at++;
    }
  };
  const takes = (word, sign) => {
    skip();
    if (text[at] === sign) {
      at++;
      return true;
    }
    const end = at + word.length;
    if (text.slice(at, end).toUpperCase() === word && (end >= text.length || /\s/.test(text[end]) || SIGNS.includes(text[end]))) {
      at = end;
      return true;
    }
    return false;
  };
  const name = (from) => {
    if (text[at] !== '"') {
      while (at < text.length && !/\s/.test(text[at]) && !SIGNS.includes(text[at])) {
        at++;
      }
      return text.slice(from, at);
    }
    let inner = "";
    for (at++; ;) {
      const end = text.indexOf('"', at);
      if (end < 0) {
        throw unreadable("the quote never ends", from, text.length);
      }
      inner += text.slice(at, end);
      at = end + 1;
      if (text[at] !== '"') {
        return inner;
      }
      inner += '"';
      at++;
    }
  };
  const concept = () => {
    const from = at;
    const word = name(from);
    if (word === "") {
      throw unreadable("a concept is expected", from, text.length);
    }
    const place = concepts().own.get(word);
    if (place !== undefined) {
      return { place };
    }
    const alike = concepts().readable.get(nice(word).toLowerCase()) ?? [];
    if (alike.length === 1) {
      return { place: alike[0] };
    }
    throw unreadable(
      alike.length > 1 ? "“" + word + "” may be" : "no concept “" + word + "”; the nearest are", from, at,
      alike.length > 1 ? alike.map((one) => concepts().nameOf.get(one)) : nearest(word));
  };
  const one = () => {
    if (++depth > MOST_NESTED) {
      throw unreadable("too many parentheses within each other", at, text.length);
    }
    let node;
    if (takes("NOT", "!")) {
      node = { not: one() };
    } else if (text[at] === "(") {
      at++;
      node = either();
      skip();
      if (text[at] !== ")") {
        throw unreadable("“)” is expected", at, text.length);
      }
      at++;
    } else {
      node = concept();
    }
    depth--;
    return node;
  };
  const both = () => {
    let left = one();
    while (takes("AND", "&")) {
      left = { and: [left, one()] };
    }
    return left;
  };
  const either = () => {
    let left = both();
    while (takes("OR", "|")) {
      left = { or: [left, both()] };
    }
    return left;
  };
  const formula = either();
  skip();
  if (at < text.length) {
    throw unreadable("AND, OR or the end is expected", at, text.length);
  }
  return formula;
}

/** For people: names as pages show them, no parentheses around the whole. */
function formulaWords(node, inner = false) {
  const word = (text) => h("span", { class: "operator" }, text);
  if (node.place !== undefined) {
    return [nice(D.concepts[node.place][1])];
  }
  if (node.not) {
    return [word("not "), ...formulaWords(node.not, true)];
  }
  const [left, right] = node.and ?? node.or;
  const joined = [...formulaWords(left, true), word(node.and ? " and " : " or "), ...formulaWords(right, true)];
  return inner ? ["(", ...joined, ")"] : joined;
}

function placesIn(node) {
  return node.place !== undefined ? [node.place] : node.not ? placesIn(node.not) : (node.and ?? node.or).flatMap(placesIn);
}

/** By set: whether the formula holds there. */
function holdsIn(node, { starts, members }) {
  const column = new Int32Array(D.concepts.length).fill(-1);
  const places = [...new Set(placesIn(node))];
  places.forEach((place, i) => {
    column[place] = i;
  });
  const has = new Uint8Array(places.length);
  const test = (one) => (one.place !== undefined ? has[column[one.place]] === 1
    : one.not ? !test(one.not)
      : one.and ? test(one.and[0]) && test(one.and[1]) : test(one.or[0]) || test(one.or[1]));
  const holds = new Uint8Array(starts.length - 1);
  for (let s = 0; s < holds.length; s++) {
    has.fill(0);
    for (let m = starts[s]; m < starts[s + 1]; m++) {
      if (column[members[m]] >= 0) {
        has[column[members[m]]] = 1;
      }
    }
    holds[s] = test(node) ? 1 : 0;
  }
  return holds;
}

/** Pixels of the formula, of the unit's mask, and of both, over all images read. */
function evaluate(node, sets, lit) {
  const holds = holdsIn(node, sets);
  const counts = { pixels: 0, mask: 0, both: 0 };
  holds.forEach((on, set) => {
    counts.pixels += on ? sets.pixels[set] : 0;
  });
  const bytes = bytesOf(lit);
  const reader = varints(bytes, 0);
  for (let set = 0; reader.at < bytes.length;) {
    set += reader.next();
    const pixels = countFrom(reader);
    counts.mask += pixels;
    counts.both += holds[set] ? pixels : 0;
  }
  return counts;
}

function shareOf(part, whole) {
  return whole > 0 ? part / whole : 0;
}

function iouOf({ pixels, mask, both }) {
  return shareOf(both, mask + pixels - both);
}

// The panel.

const PARTS = [
  ["both", "both the unit's mask and the formula"],
  ["formula", "the formula, where the unit is silent"],
  ["mask", "the unit's mask, without the formula"],
];
const SETTLED_MILLISECONDS = 80;

/**
 * The unit's formulas, those that are typed, and the images coloured by them; what it means by strength and as a sum; null if
 * nothing was searched for.
 */
function formulaSection(layer, unit, state) {
  const about = layer.formulas;
  if (!about || (about.units && !about.units.includes(unit))) {
    return null;
  }
  const host = h("section", { class: "formulas" });
  const all = h("div", {}, host);
  formulaFile(layer, unit).then((file) => {
    if (file.rows.length > 0) {
      fillPanel(host, layer, unit, state, file);
    } else {
      host.remove();
    }
    all.append(...[rangePanel(layer, unit, file.ranges), linearPanel(layer, unit, file.linear)].filter((panel) => panel !== null));
  }, (failure) => host.append(h("p", { class: "note" }, failure.message)));
  return all;
}

function fillPanel(host, layer, unit, state, file) {
  const found = file.rows.filter(([, text]) => text !== "").map(([length, text, both, pixels, mask, proven, bound, images]) => ({
    length, text, both, pixels, mask, proven, bound, images, iou: iouOf({ pixels, mask, both }), node: readSafely(text),
  }));
  const head = h("div", { class: "panelhead" }, h("h2", {}, "As a formula"));
  host.append(head);
  if (found.length === 0) {
    host.append(h("p", { class: "nothing" }, "Its mask meets no concept."));
    return;
  }
  const evaluates = layer.formulas.evaluates;
  const coloured = evaluates && D.pictures && layer.hasMaps;
  let shown = null;
  const pictures = wall(layer, state, {
    formula: (tile) => (shown === null ? Promise.resolve(null) : regionsOf(tile[0]).then((regions) => maskIn(shown, regions), () => null)),
  });
  let pending = 0;
  const show = (node) => {
    shown = node;
    for (const button of table.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.node === node));
    }
    if (coloured) {
      clearTimeout(pending);
      pending = setTimeout(() => pictures.isConnected && pictures.repaint(), SETTLED_MILLISECONDS);
    }
  };
  const table = formulaTable(found, (row) => show(row.node));
  head.append(saveButtons("unit-" + unit + "-formulas", () => ({
    rows: numbersOf(table),
    caption: "The best formulas of unit " + unit + ". " + origin(layer),
  }), "rows"));
  host.append(
    h("p", { class: "small" }, "The best logical formula of at most so many concepts" + (layer.formulas.categories ? " (" + layer.formulas.categories.join(", ") + ")" : ""),
      layer.formulas.search === "optimal" ? "; “proven” where no other is better" : ", as far as a beam search finds it",
      ". IoU is over all images read, of pixels in both among pixels in either; the IoU above counts the mask only on images annotated for the category."),
    table);
  const best = found[found.length - 1];
  if (evaluates) {
    host.append(searchBox(state, file.lit, best, show));
  }
  if (coloured) {
    host.append(
      h("p", { class: "legend" }, PARTS.map(([key, words]) => h("span", {}, h("span", { class: "agree " + key, "aria-hidden": "true" }), words))),
      pictures);
    unitFile(layer, unit).then((unitsOwn) => pictures.fill(unitsOwn.tiles.slice(0, 12), (tile) => [short(tile[1], 4)]),
      () => pictures.remove());
  }
  if (!state.formula) {
    show(best.node);
  }
}

/** A formula of the table; null where the result's concepts do not tell what it means. */
function readSafely(text) {
  try {
    return readFormula(text);
  } catch (e) {
    if (e.near) {
      return null;
    }
    throw e;
  }
}

function maskIn(node, regions) {
  const holds = holdsIn(node, regions);
  return { height: regions.height, width: regions.width, mask: Uint8Array.from(regions.map, (region) => holds[region]) };
}

function formulaTable(found, onPick) {
  const columns = [["formula"], ["concepts", "At most so many"], ["IoU", "Pixels in both among pixels in either"], ["gain", "In IoU over the row above"],
    ["proof", "Whether no formula of so many concepts is better, or how good one may be at most"],
    ["accuracy", "Share of the formula's pixels that the unit's mask covers"],
    ["coverage", "Share of the unit's mask that the formula covers"],
    ["images", "Share of the images with the formula in which the mask meets it"]];
  const percent = (value) => h("td", { class: "num" }, fixed(100 * value, 1) + " %");
  return stackable(h("table", { class: "ranked" },
    h("thead", {}, h("tr", {}, columns.map(([name, title], i) => h("th", { scope: "col", title, class: i === 0 ? null : "num" }, name)))),
    h("tbody", {}, found.map((row, i) => {
      const before = i > 0 && found[i - 1].text === row.text;
      const button = h("button", { type: "button", class: "quiet formula", title: row.text, onclick: () => onPick(row) },
        before ? "the same" : row.node ? formulaWords(row.node) : row.text);
      button.node = row.node;
      button.disabled = row.node === null;
      return h("tr", { class: before ? "low" : "" },
        h("th", { scope: "row" }, button),
        h("td", { class: "num" }, plain(row.length)),
        h("td", { class: "num" }, fixed(row.iou, 4)),
        h("td", { class: "num" }, i === 0 ? "–" : "+" + fixed(row.iou - found[i - 1].iou, 4)),
        h("td", { class: "num" }, row.proven ? "proven" : "at most " + fixed(row.bound, 4)),
        percent(shareOf(row.both, row.pixels)),
        percent(shareOf(row.both, row.mask)),
        percent(row.images));
    }))));
}

/** Where a formula is typed; what it comes to is told below at once. */
function searchBox(state, lit, best, show) {
  const input = h("input", {
    type: "search", class: "formula", value: state.formula, maxlength: 2000, spellcheck: "false", autocapitalize: "off",
    placeholder: best.text.replace(/^\((.*)\)$/, "$1"), "aria-label": "A formula of concepts",
  });
  const answer = h("p", { class: "small", role: "status" });
  const help = "Concepts joined by AND, OR and NOT, with parentheses; names of several words in double quotes.";
  let turn = 0;
  const tell = (...words) => answer.replaceChildren(...words.flat(3));
  const now = () => {
    const mine = ++turn;
    state.formula = input.value.trim();
    if (state.formula === "") {
      tell(help);
      show(best.node);
      return;
    }
    try {
      const node = readFormula(input.value);
      show(node);
      allSets().then((sets) => {
        if (mine === turn) {
          const counts = evaluate(node, sets, lit);
          tell(h("b", {}, "IoU " + fixed(iouOf(counts), 4)), " of ", formulaWords(node), ": it covers " + plain(counts.pixels) + " pixels, the mask "
            + plain(counts.mask) + ", both " + plain(counts.both) + " (accuracy " + fixed(100 * shareOf(counts.both, counts.pixels), 1)
            + " %, coverage " + fixed(100 * shareOf(counts.both, counts.mask), 1) + " %).");
        }
      }, (failure) => tell(failure.message));
    } catch (e) {
      if (!e.near) {
        throw e;
      }
      tell("Character " + (e.at + 1) + ": " + e.message + (e.near.length === 0 ? "." : " "), e.near.map((name) => [h("button", {
        type: "button", class: "chip", onclick: () => {
          input.value = input.value.slice(0, e.at) + quoted(name) + input.value.slice(e.end);
          input.focus();
          now();
        },
      }, name), " "]));
    }
  };
  input.addEventListener("input", () => {
    now();
    state.saved();
  });
  now();
  return h("div", { class: "tryformula" }, h("label", {}, h("span", {}, "Try a formula "), input), answer);
}
