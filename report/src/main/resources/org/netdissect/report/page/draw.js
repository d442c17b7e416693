// takes: D
// gives: maskOf, labelMask, varints, VIEWS, paintSoon, paintSheet

// Masks: the activation map interpolated at the photograph's pixels, lit where it exceeds T.

/** Reads LEB128 numbers from bytes. */
function varints(bytes, start) {
  const reader = { at: start };
  reader.next = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[reader.at++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        return value;
      }
    }
  };
  return reader;
}

/** Decodes a tile's map into a dense grid; cells that are not held are far below T. */
function decodeMap(text, height, width) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const bits = bytes[0];
  const cells = new Float32Array(height * width).fill(1 - 2 ** (bits - 1));
  const reader = varints(bytes, 1);
  const peak = reader.next();
  const runs = [];
  for (let r = reader.next(), end = 0; r > 0; r--) {
    const from = end + reader.next();
    end = from + reader.next();
    runs.push([from, end]);
  }
  let held = 0;
  for (const [from, end] of runs) {
    for (let cell = from; cell < end; cell++, held++) {
      const at = reader.at + (held * bits >> 3);
      const raw = bits === 4 ? bytes[at] >> (held % 2 ? 4 : 0) : bits === 8 ? bytes[at] : bytes[at] | (bytes[at + 1] << 8);
      cells[cell] = raw << (32 - bits) >> (32 - bits);
    }
  }
  return { height, width, cells, peak };
}

const last = { tile: null, map: null };

/** The map of a tile; cropping and lighting ask for it one after the other. */
function mapOf(layer, tile) {
  if (last.tile !== tile) {
    last.map = decodeMap(tile[2], layer.height, layer.width);
    last.tile = tile;
  }
  return last.map;
}

/** To the nearest whole number, halves to the even one. */
function rint(x) {
  const low = Math.floor(x);
  return x - low < 0.5 || (x - low === 0.5 && low % 2 === 0) ? low : low + 1;
}

/**
 * Where a photograph lies in the network's input, along both axes: the input's pixels, the pixel at
 * which the photograph begins (below 0 where it is cropped) and its extent.
 */
function frameOf(photo) {
  const inputs = [D.network.inputHeight ?? photo[4], D.network.inputWidth ?? photo[5]];
  const fit = D.network.fit;
  if (fit !== "letterbox" && fit !== "crop") {
    return inputs.map((input) => ({ input, start: 0, extent: input }));
  }
  const sides = [photo[4], photo[5]];
  const scales = inputs.map((input, i) => input / sides[i]);
  const scale = fit === "letterbox" ? Math.min(...scales) : Math.max(...scales);
  return inputs.map((input, i) => {
    const extent = Math.max(1, rint(sides[i] * scale));
    return { input, start: Math.trunc((input - extent) / 2), extent };
  });
}

/**
 * Between which cells each pixel of a photograph lies along one axis. Outside the outermost cells
 * the value is theirs. Pixels before `from` and from `to` on are not seen.
 */
function axisOf(field, cells, frame, pixels) {
  const lower = new Int32Array(pixels);
  const upper = new Int32Array(pixels);
  const part = new Float64Array(pixels);
  const stretched = !field || D.rules.convention === "lite";
  let centre = 0;
  if (!stretched) {
    const [offset, size] = field;
    centre = D.rules.convention === "paper" ? Math.floor(size / 2) + offset : offset + (size - 1) / 2;
  }
  let from = 0;
  let to = 0;
  for (let p = 0; p < pixels; p++) {
    const at = ((p + 0.5) * frame.extent) / pixels + frame.start;
    from += at < 0 ? 1 : 0;
    to += at < frame.input ? 1 : 0;
    const position = stretched ? (at * cells) / frame.input - 0.5 : (at - 0.5 - centre) / field[2];
    if (position >= cells - 1) {
      lower[p] = upper[p] = cells - 1;
    } else if (position > 0) {
      lower[p] = Math.floor(position);
      upper[p] = lower[p] + 1;
      part[p] = position - lower[p];
    }
  }
  return { lower, upper, part, from, to };
}

const axes = new Map();

function axisFor(layer, y, frame, pixels) {
  const key = [layer.index, y, frame.input, frame.start, frame.extent, pixels].join("|");
  if (!axes.has(key)) {
    const field = layer.field && layer.field[y ? 0 : 1];
    axes.set(key, axisOf(field, y ? layer.height : layer.width, frame, pixels));
  }
  return axes.get(key);
}

/**
 * One byte a pixel: 1 where the unit's mask is. Rows from the top.
 *
 * @param strengths gets how far each value is above T, in the unit of the tile; may be absent
 */
function maskOf(layer, tile, height, width, strengths = null) {
  const mask = new Uint8Array(height * width);
  if (!tile[2]) {
    return mask;
  }
  const map = mapOf(layer, tile);
  const [frameY, frameX] = frameOf(D.photos[tile[0]]);
  const ys = axisFor(layer, true, frameY, height);
  const xs = axisFor(layer, false, frameX, width);
  const row = new Float64Array(layer.width);
  for (let y = ys.from; y < ys.to; y++) {
    const above = ys.lower[y] * layer.width;
    const below = ys.upper[y] * layer.width;
    const part = ys.part[y];
    let any = false;
    for (let i = 0; i < layer.width; i++) {
      row[i] = map.cells[above + i] * (1 - part) + map.cells[below + i] * part;
      any ||= row[i] > 0;
    }
    if (any) {
      for (let x = xs.from, at = y * width + x; x < xs.to; x++, at++) {
        const value = row[xs.lower[x]] * (1 - xs.part[x]) + row[xs.upper[x]] * xs.part[x];
        mask[at] = value > 0 ? 1 : 0;
        if (strengths) {
          strengths[at] = value;
        }
      }
    }
  }
  return mask;
}

/** Decodes the pixels of a concept: runs, alternately without and with it. */
function labelMask(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const reader = varints(bytes, 0);
  const height = reader.next();
  const width = reader.next();
  const mask = new Uint8Array(height * width);
  let on = 0;
  for (let p = 0; reader.at < bytes.length; on = 1 - on) {
    const end = p + reader.next();
    mask.fill(on, p, end);
    p = end;
  }
  return { height, width, mask };
}

/** What part of a photograph the unit's peak can see, as fractions [x, y, width, height]. */
function seenBy(layer, tile, height, width) {
  const whole = [0, 0, 1, 1];
  if (!layer.field || !tile[2]) {
    return whole;
  }
  const map = mapOf(layer, tile);
  const [frameY, frameX] = frameOf(D.photos[tile[0]]);
  const span = (field, cell, frame, pixels) => {
    const first = Math.max(0, frame.start);
    const last = Math.min(frame.input, frame.start + frame.extent);
    const from = Math.min(last, Math.max(first, field[0] + cell * field[2]));
    const to = Math.max(from, Math.min(last, field[0] + cell * field[2] + field[1]));
    return [from, to].map((at) => ((at - frame.start) / frame.extent) * pixels);
  };
  const y = span(layer.field[0], Math.floor(map.peak / layer.width), frameY, height);
  const x = span(layer.field[1], map.peak % layer.width, frameX, width);
  // Square where the photograph allows it, and never so small that a person sees nothing.
  const side = Math.max(x[1] - x[0], y[1] - y[0], Math.min(height, width) / 4);
  const widen = ([from, to], pixels) => {
    const long = Math.min(side, pixels);
    const low = Math.max(0, Math.min((from + to - long) / 2, pixels - long));
    return [low / pixels, long / pixels];
  };
  const [top, tall] = widen(y, height);
  const [left, wide] = widen(x, width);
  return [left, top, wide, tall];
}

const images = new Map();
const KEPT_IMAGES = 800;

// Photographs are fetched a few at a time: a flood of them would hold up the frames.
const MOST_FETCHED = 6;
const toFetch = [];
let fetched = 0;

/**
 * A photograph's image element, loaded; null where it cannot be shown.
 *
 * @param wanted whether it is still asked for when its turn has come; if nobody does, it is not
 *     fetched and the promise stays open
 */
function image(place, wanted) {
  let entry = images.get(place);
  if (!entry) {
    entry = { wanted: [], begun: false };
    entry.promise = new Promise((resolve) => {
      entry.resolve = resolve;
    });
    toFetch.push([place, entry]);
    if (images.size > KEPT_IMAGES) {
      images.delete(images.keys().next().value);
    }
  } else {
    images.delete(place);
  }
  images.set(place, entry);
  if (!entry.begun) {
    entry.wanted.push(wanted);
    fetchNext();
  }
  return entry.promise;
}

function fetchNext() {
  while (fetched < MOST_FETCHED && toFetch.length > 0) {
    const [place, entry] = toFetch.shift();
    if (!entry.wanted.some((wanted) => wanted())) {
      images.delete(place);
      continue;
    }
    entry.begun = true;
    const file = D.photos[place][1];
    if (!file) {
      entry.resolve(null);
      continue;
    }
    const element = new Image();
    const done = (result) => {
      fetched--;
      entry.resolve(result);
      fetchNext();
    };
    element.onload = () => done(element);
    element.onerror = () => done(null);
    element.src = "photos/" + file;
    fetched++;
  }
}

const MOST_PIXELS = 3e7;
const bitmaps = new Map();
let bitmapPixels = 0;

/**
 * The pixels of a loaded photograph. A canvas would decode it whenever it is drawn, behind the back
 * of whoever counts the time of a frame; so it is decoded here, once, and kept for a while.
 */
function pixelsOf(element) {
  let bitmap = bitmaps.get(element.src);
  if (bitmap) {
    bitmaps.delete(element.src);
  } else {
    const sheet = new OffscreenCanvas(element.naturalWidth, element.naturalHeight);
    sheet.getContext("2d").drawImage(element, 0, 0);
    bitmap = sheet.transferToImageBitmap();
    bitmapPixels += bitmap.width * bitmap.height;
    for (const [src, old] of bitmaps) {
      if (bitmapPixels <= MOST_PIXELS) {
        break;
      }
      bitmaps.delete(src);
      bitmapPixels -= old.width * old.height;
      old.close();
    }
  }
  bitmaps.set(element.src, bitmap);
  return bitmap;
}

const overlay = document.createElement("canvas");
const sheets = new Map();

/** A reused sheet of pixels, as 32-bit words. */
function sheetOf(context, height, width) {
  const key = height + "×" + width;
  if (!sheets.has(key)) {
    const pixels = context.createImageData(width, height);
    sheets.set(key, { pixels, words: new Uint32Array(pixels.data.buffer) });
  }
  return sheets.get(key);
}

// How a mask is shown: name, and what it does to a photograph.
const VIEWS = {
  light: "light outside",
  dark: "dark outside",
  heat: "heat map",
  outline: "outline",
  photo: "photograph only",
};

const WHITE = 0xffffff;
const EDGE = 0xe6202020 | 0;

/** From dark red to pale yellow, as 0xbbggrr: also its lightness rises. */
const HEAT = Array.from({ length: 64 }, (none, i) => {
  const part = i / 63;
  const red = Math.round(110 + 145 * Math.min(1, part * 1.6));
  const green = Math.round(240 * Math.max(0, part * 1.25 - 0.25));
  const blue = Math.round(160 * Math.max(0, part * 2.2 - 1.2));
  return (blue << 16) | (green << 8) | red;
});

/** Whether a pixel of a mask has a neighbour that is not of it, or the other way round. */
function atEdge(mask, width, p) {
  const here = mask[p];
  const x = p % width;
  return (x > 0 && mask[p - 1] !== here) || (x < width - 1 && mask[p + 1] !== here)
    || (p >= width && mask[p - width] !== here) || (p + width < mask.length && mask[p + width] !== here);
}

/** Fills the words of a sheet with what lies over a photograph. */
function veil(words, lit, view, strength) {
  const alpha = Math.round(255 * strength) << 24;
  let strongest = 0;
  if (view === "heat") {
    for (let p = 0; p < words.length; p++) {
      strongest = Math.max(strongest, lit.strengths[p]);
    }
  }
  for (let p = 0; p < words.length; p++) {
    const on = lit.mask[p] === 1;
    if (view === "heat") {
      words[p] = on ? alpha | HEAT[Math.min(63, Math.floor((64 * lit.strengths[p]) / strongest))] : 0;
    } else if (view === "outline") {
      words[p] = atEdge(lit.mask, lit.width, p) ? (on ? EDGE : 0xffffffff) : 0;
    } else {
      words[p] = on ? 0
        : view === "light" && atEdge(lit.mask, lit.width, p) ? EDGE
          : view === "light" ? alpha | WHITE : alpha;
    }
  }
}

/**
 * Draws a tile into a box: the photograph as large as it fits, with its mask in one of the VIEWS.
 *
 * @param box x, y, width and height in pixels of the canvas
 * @param options look: view, veil 0 to 1 and crop: only what the unit sees; label: the tile's mask
 *     is where a concept is, not where a unit fires; least: masks need no more pixels a side; truth:
 *     where the unit's concept is annotated, as text, for an outline; holds: where a formula is, to be
 *     compared with the unit's mask
 */
function drawTile(context, box, element, layer, tile, options) {
  if (!element) {
    context.fillStyle = "#8884";
    context.fillRect(...box);
    return;
  }
  const { view, veil: strength, crop } = options.look;
  const height = element.naturalHeight;
  const width = element.naturalWidth;
  const [x, y, w, t] = crop && !options.label ? seenBy(layer, tile, height, width) : [0, 0, 1, 1];
  const source = [x * width, y * height, w * width, t * height];
  const fit = Math.min(box[2] / source[2], box[3] / source[3]);
  const target = [source[2] * fit, source[3] * fit];
  const left = box[0] + (box[2] - target[0]) / 2;
  const top = box[1] + (box[3] - target[1]) / 2;
  context.drawImage(pixelsOf(element), ...source, left, top, ...target);
  const shown = options.label && view === "heat" ? "light" : view;
  if (shown !== "photo" && (strength > 0 || shown === "outline") && tile[2] !== null && (options.label || layer.hasMaps)) {
    const lit = options.label ? labelMask(tile[2]) : unitMask(layer, tile, height, width, Math.max(...target) / Math.max(source[2], source[3]), options.least, shown);
    const above = overlay.getContext("2d");
    const { pixels, words } = sheetOf(above, lit.height, lit.width);
    if (options.holds) {
      agreement(words, lit, options.holds, strength);
    } else {
      veil(words, lit, shown, strength);
    }
    if (overlay.width !== lit.width || overlay.height !== lit.height) {
      overlay.width = lit.width;
      overlay.height = lit.height;
    }
    above.putImageData(pixels, 0, 0);
    context.drawImage(
      overlay, x * lit.width, y * lit.height, w * lit.width, t * lit.height, left, top, ...target);
  }
  if (options.truth) {
    const truth = labelMask(options.truth);
    context.save();
    context.beginPath();
    context.rect(left, top, ...target);
    context.clip();
    context.translate(left - x * width * fit, top - y * height * fit);
    outline(context, truth, (width * fit) / truth.width, (height * fit) / truth.height);
    context.restore();
  }
}

// As 0xbbggrr, and in which stripes: where mask and formula agree, the formula alone, the mask alone.
const AGREE = [0x9a8f00, 0x2fb8f2, 0x4a39d9];
const STRIPE = 8;

/** Fills the words of a sheet with how a unit's mask and a formula agree; what only one covers is striped. */
function agreement(words, lit, holds, strength) {
  const solid = Math.round(255 * Math.min(1, 0.25 + 0.6 * strength)) << 24;
  const light = Math.round(255 * Math.min(1, 0.1 + 0.35 * strength)) << 24;
  for (let p = 0; p < words.length; p++) {
    const x = p % lit.width;
    const y = (p - x) / lit.width;
    const at = Math.floor(((y + 0.5) * holds.height) / lit.height) * holds.width + Math.floor(((x + 0.5) * holds.width) / lit.width);
    const unit = lit.mask[p] === 1;
    const formula = holds.mask[at] === 1;
    if (unit && formula) {
      words[p] = solid | AGREE[0];
    } else if (formula) {
      words[p] = ((x + y) % STRIPE < STRIPE / 2 ? solid : light) | AGREE[1];
    } else if (unit) {
      words[p] = ((x - y + lit.height * STRIPE) % STRIPE < STRIPE / 2 ? solid : light) | AGREE[2];
    } else {
      words[p] = 0;
    }
  }
}

/** A unit's mask on a photograph. A thumbnail shows no more of a mask than it has pixels. */
function unitMask(layer, tile, height, width, fit, least, view) {
  const part = least ? Math.min(1, 1.5 * fit) : 1;
  const tall = Math.ceil(height * part);
  const wide = Math.ceil(width * part);
  const strengths = view === "heat" ? new Float32Array(tall * wide) : null;
  return { height: tall, width: wide, mask: maskOf(layer, tile, tall, wide, strengths), strengths };
}

/** A dashed line in black and yellow around a mask whose pixels are so wide and tall. */
function outline(context, { height, width, mask }, wide, tall) {
  const path = new Path2D();
  const at = (y, x) => y >= 0 && x >= 0 && y < height && x < width && mask[y * width + x] === 1;
  // Along each line between two rows, then two columns, as far as it parts the mask from the rest.
  for (let y = 0; y <= height; y++) {
    for (let x = 0, from = -1; x <= width; x++) {
      const parts = x < width && at(y - 1, x) !== at(y, x);
      if (parts && from < 0) {
        from = x;
      } else if (!parts && from >= 0) {
        path.moveTo(from * wide, y * tall);
        path.lineTo(x * wide, y * tall);
        from = -1;
      }
    }
  }
  for (let x = 0; x <= width; x++) {
    for (let y = 0, from = -1; y <= height; y++) {
      const parts = y < height && at(y, x - 1) !== at(y, x);
      if (parts && from < 0) {
        from = y;
      } else if (!parts && from >= 0) {
        path.moveTo(x * wide, from * tall);
        path.lineTo(x * wide, y * tall);
        from = -1;
      }
    }
  }
  context.lineWidth = 2.5 * scale();
  context.strokeStyle = "#111";
  context.stroke(path);
  context.lineWidth = 1.5 * scale();
  context.setLineDash([5 * scale(), 4 * scale()]);
  context.strokeStyle = "#ffe14d";
  context.stroke(path);
  context.setLineDash([]);
}

const scale = () => Math.min(2, window.devicePixelRatio || 1);

/** Sets a canvas to the size of its box on the page, and clears it. */
function prepare(canvas, width, height) {
  const wide = Math.max(1, Math.round(width * scale()));
  const tall = Math.max(1, Math.round(height * scale()));
  const context = canvas.getContext("2d");
  if (canvas.width !== wide || canvas.height !== tall) {
    canvas.width = wide;
    canvas.height = tall;
  } else {
    context.clearRect(0, 0, wide, tall);
  }
  context.imageSmoothingQuality = "medium";
  return context;
}

// What is to be painted: for a few milliseconds a frame, so that scrolling stays smooth.
const FRAME_MILLISECONDS = 5;
// A canvas draws at the end of the frame, which the clock here does not see.
const FRAME_TILES = 10;
const queue = [];
let running = false;

/** Queues a job; it tells whether it drew anything. */
function soon(job) {
  queue.push(job);
  if (!running) {
    running = true;
    requestAnimationFrame(work);
  }
}

function work() {
  const until = performance.now() + FRAME_MILLISECONDS;
  let drawn = 0;
  let done = 0;
  while (done < queue.length && drawn < FRAME_TILES && performance.now() < until) {
    drawn += queue[done++]() ? 1 : 0;
  }
  queue.splice(0, done);
  running = queue.length > 0;
  if (running) {
    requestAnimationFrame(work);
  }
}

/** Draws something into a canvas when a photograph is there, unless the canvas is used otherwise by then. */
function drawSoon(canvas, ticket, place, draw) {
  const wanted = () => canvas.ticket === ticket && canvas.isConnected;
  image(place, wanted).then((element) => soon(() => {
    if (!wanted()) {
      return false;
    }
    draw(element);
    canvas.classList.add("painted");
    return true;
  }));
}

/** Paints a canvas of one tile soon. */
function paintSoon(canvas, layer, tile, options) {
  const ticket = (canvas.ticket = {});
  drawSoon(canvas, ticket, tile[0], (element) => {
    const context = prepare(canvas, canvas.clientWidth || 72, canvas.clientHeight || 72);
    drawTile(context, [0, 0, canvas.width, canvas.height], element, layer, tile, options);
  });
}

/** Paints tiles into one canvas soon, each when its photograph is there; four in a row. */
function paintSheet(canvas, layer, tiles, size, gap, options) {
  const ticket = (canvas.ticket = {});
  const context = prepare(canvas, 4 * size + 3 * gap, 2 * size + gap);
  const at = scale() * (size + gap);
  const side = scale() * size;
  let left = Math.min(8, tiles.length);
  tiles.slice(0, left).forEach((tile, i) => drawSoon(canvas, ticket, tile[0], (element) => {
    drawTile(context, [(i % 4) * at, Math.floor(i / 4) * at, side, side], element, layer, tile, { ...options, least: true });
    canvas.classList.toggle("whole", --left === 0);
  }));
}
