// takes: coloursOf, nice, orderOf

// Walks through a data set: concepts, images, one image at large.

const PER_PAGE = 60, FOUND_AT_MOST = 60;
const byId = id => document.getElementById(id);
const concepts = new Map();       // label → {label, name, category, images}
const chunks = new Map();         // number → promise
const waiting = new Map();        // first image of a chunk → resolve
let index = null;

/** An element with text; text never becomes markup. */
function make(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  if (text !== null) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

window.netdissect = {
  index(head) { index = head; },
  concept(label, name, images) {
    concepts.set(label, { label, raw: name, name: nice(name), category: label & 255, images });
  },
  images(first, list) { waiting.get(first)(list); waiting.delete(first); },
};

/** What is known of an image; read from disk with a script, since pages on disk may not fetch. */
function image(i) {
  const n = Math.floor(i / index.chunk);
  if (!chunks.has(n)) {
    if (chunks.size > 40) chunks.delete(chunks.keys().next().value);
    chunks.set(n, new Promise((resolve, reject) => {
      waiting.set(n * index.chunk, resolve);
      const script = make("script", null, { src: `data/${n}.js` });
      script.onerror = () => { chunks.delete(n); reject(new Error(`data/${n}.js is missing`)); };
      script.onload = () => script.remove();
      document.head.append(script);
    }));
  }
  return chunks.get(n).then(list => list[i % index.chunk]);
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUES = new Map([...DIGITS].map((c, i) => [c, i]));

/** The region of each cell of an image's grid. */
function regionMap(of) {
  const map = new Uint16Array(of.rows * of.columns);
  let at = 0;
  let cell = 0;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 5) {
      const digit = VALUES.get(of.runs[at++]);
      value |= (digit & 31) << shift;
      if (digit < 32) return value;
    }
  };
  while (at < of.runs.length) {
    const region = number();
    const length = number();
    map.fill(region, cell, cell + length);
    cell += length;
  }
  return map;
}

const photos = new Map();
function photo(i) {
  if (!photos.has(i)) {
    if (photos.size > 300) photos.delete(photos.keys().next().value);
    photos.set(i, new Promise(resolve => {
      const element = new Image();
      element.onload = () => resolve(element);
      element.onerror = () => resolve(null);
      element.src = `photos/${i}.jpg`;
    }));
  }
  return photos.get(i);
}

/** Draws a photograph; where a label is given, all that does not carry it is pale. */
async function draw(canvas, i, label) {
  const ticket = (canvas.ticket = (canvas.ticket || 0) + 1);
  const [of, picture] = await Promise.all([image(i), photo(i)]);
  if (canvas.ticket !== ticket) return;
  canvas.width = picture ? picture.naturalWidth : 120;
  canvas.height = picture ? picture.naturalHeight : 120;
  const pen = canvas.getContext("2d");
  if (picture) pen.drawImage(picture, 0, 0);
  if (label === null || !of.runs) return;
  const map = regionMap(of);
  const lit = of.regions.map(region => region.indexOf(label, 1) > 0);
  const shade = new ImageData(of.columns, of.rows);
  shade.data.fill(255);
  for (let cell = 0; cell < map.length; cell++) shade.data[4 * cell + 3] = lit[map[cell]] ? 0 : 190;
  const layer = document.createElement("canvas");
  layer.width = of.columns;
  layer.height = of.rows;
  layer.getContext("2d").putImageData(shade, 0, 0);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(layer, 0, 0, canvas.width, canvas.height);
}

const watcher = new IntersectionObserver(entries => {
  for (const entry of entries) {
    if (entry.isIntersecting) {
      watcher.unobserve(entry.target);
      draw(entry.target, entry.target.image, entry.target.label).catch(fail);
    }
  }
}, { rootMargin: "300px" });

function fail(error) { byId("facts").textContent = error.message; }

let shown = { images: [], label: null };

// The address holds what is seen: #concept, page and search.
let place = null;
let pageShown = 0;
function remember() {
  const given = new URLSearchParams();
  if (pageShown > 0) given.set("page", pageShown + 1);
  if (byId("find").value) given.set("q", byId("find").value);
  const text = "#" + (place ?? "") + (given.size > 0 ? "?" + given : "");
  if (text !== (location.hash || "#")) history.replaceState(null, "", text);
}

/** A page of images: pairs of image and thousandths covered. */
function show(title, pairs, label, page) {
  pageShown = page;
  remember();
  const main = byId("main");
  const count = pairs.length / 2;
  const pages = Math.max(1, Math.ceil(count / PER_PAGE));
  main.replaceChildren();
  const bar = make("div", null, { class: "bar" });
  bar.append(make("h2", title), make("span", `${count} images`, { class: "soft" }));
  if (pages > 1) {
    const earlier = make("button", "Previous page");
    const later = make("button", "Next page");
    earlier.disabled = page === 0;
    later.disabled = page === pages - 1;
    earlier.onclick = () => show(title, pairs, label, page - 1);
    later.onclick = () => show(title, pairs, label, page + 1);
    bar.append(earlier, make("span", `page ${page + 1} of ${pages}`, { class: "soft" }), later);
  }
  const grid = make("div", null, { class: "grid" });
  shown = { images: [], label };
  for (let k = page * PER_PAGE; k < Math.min(count, (page + 1) * PER_PAGE); k++) {
    const i = pairs[2 * k];
    const covered = pairs[2 * k + 1];
    shown.images.push(i);
    const card = make("button", null, { class: "card", title: index.images[i] });
    const canvas = make("canvas", null, { role: "img", "aria-label": index.images[i] });
    canvas.image = i;
    canvas.label = label;
    card.append(canvas, make("span", (covered === null ? "" : percent(covered) + " · ") + index.images[i]));
    card.onclick = () => open(i, label);
    grid.append(card);
    watcher.observe(canvas);
  }
  main.append(bar, grid);
  main.scrollTop = 0;
}

function dot(category) {
  return make("span", null, { class: "dot", style: `background:${coloursOf(index.categories)[category][0]}`, "aria-hidden": "true" });
}

function percent(thousandths) {
  return thousandths < 1 ? "< 0.1 %" : `${(thousandths / 10).toFixed(1)} %`;
}

let current = -1;

/** One image with all its labels. */
async function open(i, label) {
  current = i;
  const dialog = byId("dialog");
  const of = await image(i);
  if (current !== i) return;
  byId("dialog-title").textContent = index.images[i];
  byId("dialog-facts").textContent =
    [index.splits[i], of.h ? `${of.h} × ${of.w}` : "", of.problem || ""].filter(Boolean).join(" · ");
  const large = byId("large");
  large.setAttribute("aria-label", index.images[i]);
  const pixels = new Map();
  for (const region of of.regions || []) {
    for (const l of new Set(region.slice(1))) pixels.set(l, (pixels.get(l) || 0) + region[0]);
  }
  const list = byId("labels");
  list.replaceChildren();
  orderOf(index.categories).forEach((c) => {
    const category = index.categories[c];
    const here = [...pixels].filter(([l]) => (l & 255) === c).sort((a, b) => b[1] - a[1]);
    if (here.length === 0) return;
    const heading = make("h3", null);
    heading.append(dot(c), category);
    list.append(heading);
    for (const [l, n] of here) {
      const button = make("button", null);
      button.append(make("span", concepts.get(l).name), make("i", percent(1000 * n / of.pixels)));
      button.onmouseenter = button.onfocus = () => draw(large, i, l).catch(fail);
      button.onmouseleave = () => draw(large, i, label).catch(fail);
      button.onclick = () => { dialog.close(); choose(l); };
      list.append(button);
    }
  });
  if (pixels.size === 0) list.append(make("p", "No labels.", { class: "soft" }));
  const place = shown.images.indexOf(i);
  byId("before").disabled = place <= 0;
  byId("after").disabled = place < 0 || place === shown.images.length - 1;
  if (!dialog.open) dialog.showModal();
  await draw(large, i, label);
}

function step(by) {
  const i = shown.images[shown.images.indexOf(current) + by];
  if (i !== undefined) open(i, shown.label).catch(fail);
}
byId("before").onclick = () => step(-1);
byId("after").onclick = () => step(1);
byId("close").onclick = () => byId("dialog").close();
byId("dialog").addEventListener("close", () => { current = -1; });
byId("dialog").addEventListener("keydown", event => {
  if (event.key === "ArrowLeft") step(-1);
  if (event.key === "ArrowRight") step(1);
});

function choose(label, page = 0) {
  const concept = concepts.get(label);
  if (!concept) return;
  place = label;
  for (const button of byId("list").querySelectorAll("[aria-current]")) button.removeAttribute("aria-current");
  const button = byId("list").querySelector(`[data-label="${label}"]`);
  if (button) button.setAttribute("aria-current", "true");
  show(`${concept.name} (${index.categories[concept.category]})`, concept.images, label, page);
}

function list(words) {
  const target = byId("list");
  const open = new Map([...target.querySelectorAll("details")].map(d => [d.dataset.category, d.open]));
  target.replaceChildren();
  const all = [...concepts.values()].filter(c => c.name.toLowerCase().includes(words) || c.raw.toLowerCase().includes(words));
  orderOf(index.categories).forEach((c) => {
    const category = index.categories[c];
    const here = all.filter(concept => concept.category === c)
      .sort((a, b) => b.images.length - a.images.length || a.name.localeCompare(b.name));
    if (here.length === 0) return;
    const details = make("details", null, { "data-category": category });
    details.open = words !== "" || (open.has(category) ? open.get(category) : here.length <= 60);
    const items = make("ul", null);
    for (const concept of here) {
      const button = make("button", null, { "data-label": concept.label });
      button.append(make("span", concept.name), make("span", String(concept.images.length / 2)));
      button.onclick = () => choose(concept.label);
      const item = make("li", null);
      item.append(button);
      items.append(item);
    }
    const summary = make("summary", null);
    summary.append(dot(c), ` ${category} (${here.length})`);
    details.append(summary, items);
    target.append(details);
  });
  if (words !== "") {
    const found = [];
    for (let i = 0; i < index.images.length && found.length <= FOUND_AT_MOST; i++) {
      if (index.images[i].toLowerCase().includes(words)) found.push(i);
    }
    if (found.length > 0) {
      const details = make("details", null, { open: "" });
      const items = make("ul", null);
      for (const i of found.slice(0, FOUND_AT_MOST)) {
        const button = make("button", null);
        button.append(make("span", index.images[i]), make("span", ""));
        button.onclick = () => open_(i);
        const item = make("li", null);
        item.append(button);
        items.append(item);
      }
      const more = found.length > FOUND_AT_MOST ? ", the first of them" : "";
      details.append(make("summary", `images (${Math.min(found.length, FOUND_AT_MOST)}${more})`), items);
      target.append(details);
    } else if (all.length === 0) {
      target.append(make("p", "Nothing of that name.", { class: "soft" }));
    }
  }
}
function open_(i) { open(i, null).catch(fail); }

byId("theme").onclick = () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
};

let timer = 0;
byId("find").oninput = () => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    remember();
    list(byId("find").value.trim().toLowerCase());
  }, 120);
};

/** Shows what the address says. */
function look() {
  const [name, query] = location.hash.slice(1).split("?");
  const given = new URLSearchParams(query ?? "");
  byId("find").value = given.get("q") ?? "";
  list(byId("find").value.trim().toLowerCase());
  const label = Number(name);
  const most = (count) => Math.max(0, Math.min(Math.ceil(count / PER_PAGE), Number(given.get("page")) || 1) - 1);
  if (name !== "" && concepts.has(label)) {
    choose(label, most(concepts.get(label).images.length / 2));
  } else {
    place = null;
    show(name === "" ? "All images" : `There is no concept ${name} here; all images`,
      index.images.flatMap((image, i) => [i, null]), null, most(index.images.length));
  }
}

function start() {
  if (!index) { fail(new Error("data/index.js is missing beside this page")); return; }
  document.title = `${index.name}: labelled images`;
  byId("title").textContent = index.name;
  byId("facts").textContent = `${index.images.length} images, ${concepts.size} labels in ${index.categories.length} categories`;
  look();
  addEventListener("hashchange", look);
}
const script = make("script", null, { src: "data/index.js" });
script.onload = script.onerror = start;
document.head.append(script);
