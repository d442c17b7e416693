// takes: colours, count, D, h, layers, plain, POINTS, roundTicks, short, shownOrder, svg
// gives: baseOf, nameUnder, rotatedLayers, alphaChart, alphaRows, pointLegend

// Views of a layer: the layer in other directions, such as rotations of it.

/** The layer that a view is of; null for a layer that is no view. */
function baseOf(layer) {
  return layer.basis
    ? layers.find((one) => !one.basis && one.name === layer.basis.layer && one.run === layer.run) ?? null
    : null;
}

/** A view's name where its layer's stands above it. */
function nameUnder(layer) {
  const base = baseOf(layer);
  return base && layer.name.startsWith(base.name + "@") ? layer.name.slice(base.name.length + 1) : layer.name;
}

function isRotated(layer) {
  return layer.basis?.kind === "rotation";
}

/** Layers that there are rotations of. */
function rotatedLayers() {
  return [...new Set(layers.filter(isRotated).map(baseOf))].filter((base) => base !== null);
}

/** By power: what is counted in the views of each seed; the power 0 is the layer itself. */
function byPower(base, threshold) {
  const powers = new Map([[0, [count(base, threshold)]]]);
  for (const view of layers) {
    if (isRotated(view) && view.basis.alpha !== 0 && baseOf(view) === base) {
      powers.set(view.basis.alpha, [...(powers.get(view.basis.alpha) ?? []), count(view, threshold)]);
    }
  }
  return [...powers].sort((a, b) => a[0] - b[0]).map(([alpha, seeds]) => ({ alpha, seeds }));
}

const ALL = { name: "all", colour: "currentColor", of: (one) => one.perCategory };

function alphaSeries() {
  return [
    ...shownOrder.map((c) => ({ name: D.categories[c], colour: colours[c][0], of: (one) => one.categories[c].unique })),
    ALL,
  ];
}

function meanOf(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The paper's Figure 4: unique detectors against the power of the rotation, mean and range over the seeds. */
function alphaChart(base, threshold, width) {
  const points = byPower(base, threshold);
  const left = 48;
  const right = 16;
  const top = 12;
  const high = 260;
  const low = points[0].alpha;
  const last = points[points.length - 1].alpha;
  const most = Math.max(1, ...points.flatMap((p) => p.seeds.map(ALL.of)));
  const x = (alpha) => left + ((alpha - low) / (last - low || 1)) * (width - left - right);
  const y = (n) => top + high * (1 - n / most);
  const drawn = alphaSeries().map((one, k) => {
    const values = points.map((p) => p.seeds.map(one.of));
    const edge = (pick) => points.map((p, i) => x(p.alpha) + "," + y(pick(...values[i])));
    return [
      svg("polygon", { points: [...edge(Math.max), ...edge(Math.min).reverse()].join(" "), fill: one.colour, "fill-opacity": 0.16 }),
      svg("polyline", { points: points.map((p, i) => x(p.alpha) + "," + y(meanOf(values[i]))).join(" "), fill: "none", stroke: one.colour, "stroke-width": 2 }),
      points.map((p, i) => svg("path", {
        d: POINTS[k % POINTS.length], transform: `translate(${x(p.alpha)} ${y(meanOf(values[i]))})`, fill: one.colour,
      }, svg("title", {}, `α ${short(p.alpha)}, ${one.name}: ${short(meanOf(values[i]), 4)}`
        + (values[i].length > 1 ? ` (${Math.min(...values[i])} to ${Math.max(...values[i])} over ${values[i].length} seeds)` : "")))),
    ];
  });
  const layer = ALL.of(points.find((p) => p.alpha === 0).seeds[0]);
  return svg("svg", { viewBox: `0 0 ${width} ${top + high + 48}`, width: "100%", class: "chart", role: "img", "aria-label": "Unique detectors of " + base.name + " against the power of the rotation" },
    roundTicks(0, most, 5).map((value) => [
      svg("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), class: "lines" }),
      svg("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end", class: "number" }, plain(value))]),
    points.map((p) => [
      svg("line", { x1: x(p.alpha), x2: x(p.alpha), y1: top + high, y2: top + high + 5, class: "tick" }),
      svg("text", { x: x(p.alpha), y: top + high + 19, "text-anchor": "middle", class: "number" }, short(p.alpha))]),
    svg("text", { x: (left + width) / 2, y: top + high + 40, "text-anchor": "middle", class: "group" }, "α, from the layer itself (0) to a random rotation of it (1)"),
    svg("line", { x1: left, x2: width - right, y1: y(layer), y2: y(layer), class: "axis", "stroke-dasharray": "6 4" }, svg("title", {}, "the layer itself: " + plain(layer))),
    drawn);
}

/** The numbers of the chart, a row a power. */
function alphaRows(base, threshold) {
  const series = alphaSeries();
  return [
    ["alpha", "seeds", ...series.flatMap((one) => [one.name, one.name + "-least", one.name + "-most"])],
    ...byPower(base, threshold).map((p) => [
      String(p.alpha), String(p.seeds.length),
      ...series.flatMap((one) => {
        const values = p.seeds.map(one.of);
        return [short(meanOf(values), 6), String(Math.min(...values)), String(Math.max(...values))];
      }),
    ]),
  ];
}

/** What the points of a chart of categories mean. */
function pointLegend() {
  const point = (k, colour) => svg("svg", { width: 16, height: 14, viewBox: "-8 -7 16 14", "aria-hidden": "true" }, svg("path", { d: POINTS[k % POINTS.length], fill: colour }));
  return h("p", { class: "legend" }, shownOrder.map((c, k) => h("span", {}, point(k, colours[c][0]), D.categories[c])),
    h("span", {}, point(shownOrder.length, "currentColor"), "all"));
}
