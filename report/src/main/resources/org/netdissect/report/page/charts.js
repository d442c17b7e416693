// Figures, drawn as SVG.

/** The paper's figure: one bar a concept, as high as the units that detect it. */
function barChart(layer, threshold, everyCategory, width, onPick) {
  const groups = bars(layer, threshold, everyCategory);
  const total = groups.reduce((sum, group) => sum + group.bars.length, 0);
  if (total === 0) {
    return h("p", { class: "nothing" }, "No unit passes this threshold.");
  }
  const left = 44;
  const right = 46;
  const top = 26;
  const high = 130;
  const foot = 118;
  const step = Math.max(11, Math.min(40, (width - left - right) / total));
  const font = Math.max(9.5, Math.min(12, step - 1.5));
  const full = left + right + total * step;
  const most = Math.max(...groups.flatMap((group) => group.bars.map((bar) => bar[1])));
  const y = (n) => top + high * (1 - n / most);
  const ticks = [...new Set([1, Math.ceil((most + 1) / 2), most])];
  const parts = [];
  let x = left;
  for (const group of groups) {
    const [dark, light] = colours[group.category];
    const wide = group.bars.length * step;
    parts.push(svg("rect", { x, y: top - 22, width: wide, height: high + 22, fill: light, class: "ground" }));
    const name = group.bars.length + " " + D.categories[group.category];
    if (name.length * 7.2 + 5 < wide) {
      parts.push(svg("text", { x: x + 5, y: top - 8, class: "group" }, name));
    }
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
        svg("rect", { x, y: top - 22, width: step, height: high + 22 + foot, fill: "transparent" }),
        svg("rect", { x: x + step * 0.12, y: y(n), width: step * 0.76, height: high + top - y(n), fill: dark, class: "mark" }),
        svg(
          "text",
          {
            class: "name", "aria-hidden": "true", style: `font-size:${fixed(font, 1)}px`, "text-anchor": "end",
            transform: `translate(${x + step / 2 + font / 3} ${top + high + 9}) rotate(-55)`,
          },
          clip(nice(label), 19),
        ),
      );
      parts.push(bar);
      x += step;
    }
  }
  const lines = ticks.map((n) => [
    svg("line", { x1: left - 4, x2: left, y1: y(n), y2: y(n), class: "tick" }),
    svg("text", { x: left - 7, y: y(n) + 4, "text-anchor": "end", class: "number" }, String(n)),
  ]);
  return h(
    "div",
    { class: "scroller", tabindex: "0", role: "group", "aria-label": "Detectors by concept" },
    svg(
      "svg",
      { width: full, height: top + high + foot, viewBox: `0 0 ${full} ${top + high + foot}`, class: "chart" },
      parts, lines,
      svg("text", { transform: `translate(11 ${top + high / 2}) rotate(-90)`, "text-anchor": "middle", class: "number" }, "units"),
    ),
  );
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
          fill: c === K ? null : colours[c][0], class: c === K ? "below" : "mark",
        }));
      }
    }
  });
  const x = (value) => (value / most) * width;
  const ticks = [];
  for (let value = 0; value <= most + 1e-9; value += most > 0.45 ? 0.1 : 0.05) {
    ticks.push(
      svg("line", { x1: x(value), x2: x(value), y1: base, y2: base + 4, class: "tick" }),
      svg("text", { x: x(value), y: base + 17, "text-anchor": value === 0 ? "start" : value > most - 0.02 ? "end" : "middle", class: "number" }, fixed(value, 2)),
    );
  }
  return svg(
    "svg",
    { width: "100%", viewBox: `0 0 ${width} ${base + 20}`, class: "chart", role: "img", "aria-label": "Distribution of the units' best IoU" },
    svg("title", {}, "Units by their best IoU"),
    marks,
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
  const ticks = [from, (from + to) / 2, to].map((value, i) => [
    svg("line", { x1: x(value), x2: x(value), y1: base, y2: base + 4, class: "tick" }),
    svg("text", { x: x(value), y: base + 17, "text-anchor": ["start", "middle", "end"][i], class: "number" }, short(value)),
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
  const foot = 104;
  const counted = layers.map((layer) => count(layer, threshold));
  const of = (one, c) => (unique ? one.categories[c].unique : one.categories[c].detectors);
  const sums = counted.map((one) => D.categories.reduce((sum, name, c) => sum + of(one, c), 0));
  const most = Math.max(1, ...sums);
  const step = Math.max(42, Math.min(150, (width - left - 10) / layers.length));
  const full = left + layers.length * step + 10;
  const y = (n) => top + high * (1 - n / most);
  const grid = [];
  const unit = 10 ** Math.floor(Math.log10(most));
  const every = most / unit > 5 ? 2 * unit : most / unit > 2 ? unit : unit / 2;
  for (let n = 0; n <= most; n += Math.max(1, every)) {
    grid.push(
      svg("line", { x1: left, x2: full, y1: y(n), y2: y(n), class: "lines" }),
      svg("text", { x: left - 8, y: y(n) + 4, "text-anchor": "end", class: "number" }, plain(n)));
  }
  const stacks = layers.map((layer, l) => {
    let at = 0;
    const x = left + l * step + step * 0.15;
    const pieces = shownOrder.map((c) => {
      const n = of(counted[l], c);
      at += n;
      return n === 0 ? null : svg("rect", {
        x, y: y(at), width: step * 0.7, height: y(0) - y(n), fill: colours[c][0], class: "mark",
      }, svg("title", {}, layer.name + ": " + plain(n) + " " + D.categories[c]));
    });
    return svg("a", { href: "#" + encodeURIComponent(layer.folder) }, pieces,
      svg("text", { x: x + step * 0.35, y: y(at) - 4, "text-anchor": "middle", class: "number" }, plain(sums[l])),
      svg("text", {
        class: "name", style: "font-size:12px", "text-anchor": "end",
        transform: `translate(${x + step * 0.35 + 4} ${top + high + 12}) rotate(-55)`,
      }, clip(layer.name, 16)));
  });
  return h("div", { class: "scroller", tabindex: "0", role: "group", "aria-label": unique ? "Unique detectors by layer" : "Detectors by layer" },
    svg("svg", { width: full, height: top + high + foot, viewBox: `0 0 ${full} ${top + high + foot}`, class: "chart" }, grid, stacks));
}

/** What the colours mean. */
function legend() {
  return h("p", { class: "legend" }, shownOrder.map((c) => h("span", {}, dot(c), D.categories[c])));
}
