// takes: bars, bestIou, chanceMarks, colours, count, D, fixed, h, isDetector, K, layers, nice, plain, plural, short
// takes: shownOrder, svg
// gives: patterns, areaOf, roundTicks, textWidth, LONGEST_NAME, barChart, clip, largestIou, iouChart
// gives: activationChart, layersChart, legend
// gives: POINTS

// Figures, drawn as SVG.

// The second cue of a category, beside its colour: lines across its areas. In the order of the
// categories as they are shown: plain, /, \\, –, |, ×, and again; each goes on in the next square.
const PATTERNS = [
  [],
  ["M-2 8 L8 -2 M2 14 L14 2"],
  ["M-2 2 L8 12 M2 -4 L14 8"],
  ["M0 5 H10"],
  ["M5 0 V10"],
  ["M0 0 L10 10 M10 0 L0 10"],
];

/** The patterns' definitions; every drawing that is taken out of the page holds them. */
function patterns() {
  return svg("defs", {}, shownOrder.map((c, i) => svg(
    "pattern", { id: "pattern-" + c, width: 6, height: 6, patternUnits: "userSpaceOnUse", viewBox: "0 0 10 10" },
    svg("rect", { width: 10, height: 10, fill: colours[c][0] }),
    PATTERNS[i % PATTERNS.length].map((d) => svg("path", { d, stroke: "#fff", "stroke-width": 1.6, "stroke-opacity": 0.75, fill: "none" })))));
}
document.body.append(svg("svg", { width: 0, height: 0, "aria-hidden": "true", style: "position:absolute" }, patterns()));

/** What areas of a category are filled with. */
function areaOf(category) {
  return "url(#pattern-" + category + ")";
}

/** Round numbers from low to high, about so many: steps of 1, 2 or 5 times a power of ten. */
function roundTicks(low, high, about = 5) {
  const raw = (high - low) / about || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((value) => value >= raw * 0.999);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) {
    ticks.push(Number((k * step).toPrecision(12)));
  }
  return ticks;
}

/** The same for counts: whole numbers. */
function countTicks(most, about = 4) {
  return roundTicks(0, Math.max(1, most), Math.min(about, Math.max(1, most))).filter(Number.isInteger);
}

/** About how wide a text is in pixels. */
function textWidth(text, font) {
  return text.length * font * 0.56;
}

const SLANT = (55 * Math.PI) / 180;
/** Longer names are cut; a concept of so many letters is rare. */
const LONGEST_NAME = 44;

/** The paper's figure: one bar a concept, as high as the units that detect it. */
function barChart(layer, threshold, everyCategory, width, onPick) {
  const groups = bars(layer, threshold, everyCategory);
  const total = groups.reduce((sum, group) => sum + group.bars.length, 0);
  if (total === 0) {
    return h("p", { class: "nothing" }, "No unit passes this threshold.");
  }
  const left = 44;
  const right = 46;
  const top = 6;
  const high = 140;
  const step = Math.max(11, Math.min(40, (width - left - right) / total));
  const font = Math.max(9.5, Math.min(12, step - 1.5));
  const longest = Math.max(...groups.flatMap((group) => group.bars.map((bar) => textWidth(clip(nice(bar[0]), LONGEST_NAME), font))));
  const foot = 22 + longest * Math.sin(SLANT);
  const full = left + right + total * step;
  const most = Math.max(...groups.flatMap((group) => group.bars.map((bar) => bar[1])));
  const ticks = countTicks(most);
  const y = (n) => top + high * (1 - n / most);
  const parts = [];
  let x = left;
  for (const group of groups) {
    parts.push(svg("rect", { x, y: top, width: group.bars.length * step, height: high, fill: colours[group.category][1], class: "ground" }));
    for (const [label, n] of group.bars) {
      const bar = svg(
        "g",
        {
          class: "bar", tabindex: parts.some((part) => part.classList.contains("bar")) ? "-1" : "0", role: "button",
          onclick: () => onPick(group.category, label),
          onkeydown: (event) => {
            if (event.key === "Enter" || event.key === " ") {
              event.preventDefault();
              onPick(group.category, label);
            }
            fromBarToBar(event);
          },
        },
        svg("title", {}, nice(label) + ", " + D.categories[group.category] + ": " + plural(n, "unit", "units")),
        svg("rect", { x, y: top, width: step, height: high + foot - top, fill: "transparent" }),
        svg("rect", { x: x + step * 0.12, y: y(n), width: step * 0.76, height: high + top - y(n), fill: areaOf(group.category), class: "mark" }),
        svg(
          "text",
          {
            class: "name", "aria-hidden": "true", "font-size": fixed(font, 1), "text-anchor": "end",
            transform: `translate(${x + step / 2 + font / 3} ${top + high + 9}) rotate(-55)`,
          },
          clip(nice(label), LONGEST_NAME),
        ),
      );
      parts.push(bar);
      x += step;
    }
  }
  const lines = ticks.map((n) => [
    svg("line", { x1: left - 4, x2: left, y1: y(n), y2: y(n), class: "tick" }),
    svg("text", { x: left - 7, y: y(n) + 4, "text-anchor": "end", class: "number" }, plain(n)),
  ]);
  return h("div", {},
    h("p", { class: "legend" }, groups.map((group) => h("span", {}, swatch(group.category), plain(group.bars.length) + " " + D.categories[group.category]))),
    h(
      "div",
      { class: "scroller", tabindex: "0", role: "group", "aria-label": "Detectors by concept" },
      svg(
        "svg",
        { width: full, height: top + high + foot, viewBox: `0 0 ${full} ${top + high + foot}`, class: "chart" },
        parts, lines,
        svg("text", { transform: `translate(11 ${top + high / 2}) rotate(-90)`, "text-anchor": "middle", class: "number" }, "units"),
      ),
    ));
}

/** One stop for the tabulator; from there the arrows lead from bar to bar. */
function fromBarToBar(event) {
  const bars = [...event.currentTarget.parentElement.querySelectorAll(".bar")];
  const at = bars.indexOf(event.currentTarget);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: bars.length - 1 }[event.key];
  if (bars[to]) {
    event.preventDefault();
    event.stopPropagation();
    bars[at].setAttribute("tabindex", "-1");
    bars[to].setAttribute("tabindex", "0");
    bars[to].focus();
  }
}

function clip(text, most) {
  return text.length > most ? text.slice(0, most - 1) + "…" : text;
}

/** Where the slider ends. */
function largestIou() {
  let most = 0.2;
  for (const layer of layers) {
    for (let unit = 0; unit < layer.n; unit++) {
      most = Math.max(most, bestIou(layer, unit));
    }
  }
  return Math.min(1, Math.ceil(most * 50 + 1e-9) / 50);
}

/** How the units' best IoUs are spread; those above the threshold in the colour of their category. */
function iouChart(layer, threshold, width, most) {
  const high = 110;
  const base = high + 14;
  const cells = Math.max(20, Math.round(most / 0.005));
  const stacks = Array.from({ length: cells }, () => new Array(K + 1).fill(0));
  for (let unit = 0; unit < layer.n; unit++) {
    const value = bestIou(layer, unit);
    const cell = Math.min(cells - 1, Math.floor((value / most) * cells + 1e-9));
    stacks[cell][isDetector(layer, unit, threshold) ? layer.best[unit] : K]++;
  }
  const tallest = Math.max(1, ...stacks.map((stack) => stack.reduce((a, b) => a + b, 0)));
  const w = width / cells;
  const marks = [];
  stacks.forEach((stack, cell) => {
    let y = base;
    const drawn = [[K, stack[K]], ...shownOrder.map((c) => [c, stack[c]])];
    for (const [c, n] of drawn) {
      if (n > 0) {
        const tall = (n / tallest) * high;
        y -= tall;
        marks.push(svg("rect", {
          x: cell * w + 0.5, y, width: Math.max(1, w - 1), height: tall,
          fill: c === K ? null : areaOf(c), class: c === K ? "below" : "mark",
        }));
      }
    }
  });
  const x = (value) => (value / most) * width;
  const ticks = roundTicks(0, most, 6).map((value) => [
    svg("line", { x1: x(value), x2: x(value), y1: base, y2: base + 4, class: "tick" }),
    svg("text", { x: x(value), y: base + 17, "text-anchor": value === 0 ? "start" : value > most - 0.02 ? "end" : "middle", class: "number" }, fixed(value, 2)),
  ]);
  const counts = countTicks(tallest, 3).filter((n) => n > 0).map((n) => [
    svg("line", { x1: 0, x2: width, y1: base - (n / tallest) * high, y2: base - (n / tallest) * high, class: "lines" }),
    svg("text", { x: width, y: base - (n / tallest) * high - 3, "text-anchor": "end", class: "number" }, plain(n) + (n === 1 ? " unit" : " units")),
  ]);
  return svg(
    "svg",
    { width: "100%", viewBox: `0 0 ${width} ${base + 20}`, class: "chart", role: "img", "aria-label": "Distribution of the units' best IoU" },
    svg("title", {}, "Units by their best IoU"),
    chanceMarks(layer, (value) => x(Math.min(value, most)), base), counts, marks,
    svg("line", { x1: 0, x2: width, y1: base, y2: base, class: "axis" }),
    ticks,
    svg("line", { x1: x(D.rules.iou), x2: x(D.rules.iou), y1: 6, y2: base, class: "run" },
      svg("title", {}, "threshold of the run: " + D.rules.iou)),
    svg("line", { x1: x(threshold), x2: x(threshold), y1: 0, y2: base, class: "threshold" }),
  );
}

/** How often a unit's activation takes which value, counts on a logarithmic scale, with T. */
function activationChart(histogram, threshold, colour, width) {
  const high = 120;
  const base = high + 12;
  const { from, to, counts, zeros } = histogram;
  const tall = Math.log10(1 + Math.max(1, ...counts));
  const w = width / counts.length;
  const x = (value) => (to > from ? ((value - from) / (to - from)) * width : 0);
  const marks = counts.map((n, i) => {
    const size = (Math.log10(1 + n) / tall) * high;
    const middle = from + ((i + 0.5) / counts.length) * (to - from);
    return n === 0 ? null : svg("rect", {
      x: i * w + 0.5, y: base - size, width: w - 1, height: size,
      fill: middle > threshold ? colour : null, class: middle > threshold ? "mark" : "below",
    }, svg("title", {}, plural(n, "value", "values") + " around " + short(middle)));
  });
  const total = zeros + counts.reduce((a, b) => a + b, 0);
  const ticks = roundTicks(from, to, 5).map((value) => [
    svg("line", { x1: x(value), x2: x(value), y1: base, y2: base + 4, class: "tick" }),
    svg("text", {
      x: x(value), y: base + 17, class: "number",
      "text-anchor": x(value) < 12 ? "start" : x(value) > width - 20 ? "end" : "middle",
    }, short(value, 6)),
  ]);
  const at = x(threshold);
  return h("div", { class: "histogram" },
    svg("svg", { viewBox: `0 0 ${width} ${base + 20}`, width: "100%", class: "chart", role: "img", "aria-label": "Histogram of activations, threshold " + short(threshold, 4) },
      marks,
      svg("line", { x1: 0, x2: width, y1: base, y2: base, class: "axis" }), ticks,
      svg("line", { x1: at, x2: at, y1: 0, y2: base, class: "threshold" }),
      svg("text", { x: at + (at > width - 90 ? -5 : 5), y: 11, "text-anchor": at > width - 90 ? "end" : "start", class: "tee" }, "T = " + short(threshold, 4))),
    h("p", { class: "small" },
      plural(total, "value", "values") + ", counts on a logarithmic scale"
      + (zeros > 0 ? "; " + fixed((100 * zeros) / total, 1) + "\u00a0% are exactly 0 and not drawn" : "") + "."));
}

/** The paper's Figure 5: detectors of each category over the layers. */
function layersChart(threshold, unique, width) {
  const left = 58;
  const high = 220;
  const top = 16;
  // Rotations have a figure of their own.
  const shown = layers.some((layer) => layer.basis?.kind !== "rotation") ? layers.filter((layer) => layer.basis?.kind !== "rotation") : layers;
  const longest = Math.max(...shown.map((layer) => textWidth(clip(layer.name, LONGEST_NAME), 12)));
  const foot = 24 + longest * Math.sin(SLANT);
  const counted = shown.map((layer) => count(layer, threshold));
  const of = (one, c) => (unique ? one.categories[c].unique : one.categories[c].detectors);
  const sums = counted.map((one) => D.categories.reduce((sum, name, c) => sum + of(one, c), 0));
  const most = Math.max(1, ...sums);
  const step = Math.max(42, Math.min(150, (width - left - 10) / shown.length));
  const full = left + shown.length * step + 10;
  const y = (n) => top + high * (1 - n / most);
  const grid = countTicks(most, 5).map((n) => [
    svg("line", { x1: left, x2: full, y1: y(n), y2: y(n), class: "lines" }),
    svg("text", { x: left - 8, y: y(n) + 4, "text-anchor": "end", class: "number" }, plain(n)),
  ]);
  const stacks = shown.map((layer, l) => {
    let at = 0;
    const x = left + l * step + step * 0.15;
    const pieces = shownOrder.map((c) => {
      const n = of(counted[l], c);
      at += n;
      return n === 0 ? null : svg("rect", {
        x, y: y(at), width: step * 0.7, height: y(0) - y(n), fill: areaOf(c), class: "mark",
      }, svg("title", {}, layer.name + ": " + plain(n) + " " + D.categories[c]));
    });
    return svg("a", { href: "#" + encodeURIComponent(layer.folder) }, pieces,
      svg("text", { x: x + step * 0.35, y: y(at) - 4, "text-anchor": "middle", class: "number" }, plain(sums[l])),
      svg("text", {
        class: "name", "font-size": 12, "text-anchor": "end",
        transform: `translate(${x + step * 0.35 + 4} ${top + high + 12}) rotate(-55)`,
      }, clip(layer.name, LONGEST_NAME)));
  });
  return h("div", { class: "scroller", tabindex: "0", role: "group", "aria-label": unique ? "Unique detectors by layer" : "Detectors by layer" },
    svg("svg", { width: full, height: top + high + foot, viewBox: `0 0 ${full} ${top + high + foot}`, class: "chart" }, grid, stacks));
}

/** A patch of a category's colour and pattern. */
function swatch(category) {
  return svg("svg", { class: "swatch", width: 16, height: 12, "aria-hidden": "true" },
    svg("rect", { width: 16, height: 12, rx: 2, fill: areaOf(category) }));
}

// The points of each category's line have a shape of their own, beside the colour.
const POINTS = ["M-4 -4h8v8h-8z", "M0 -5L5 4H-5z", "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", "M0 -6L5 0L0 6L-5 0z", "M0 5L5 -4H-5z",
  "M-5 -1.5h3.5v-3.5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5z", "M-5 -1.5h10v3h-10z"];

/** What colours and patterns mean. */
function legend() {
  return h("p", { class: "legend" }, shownOrder.map((c) => h("span", {}, swatch(c), D.categories[c])));
}
