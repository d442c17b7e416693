// takes: clip, D, fixed, layers, LONGEST_NAME, plain, POINTS, roundTicks, short, svg, textWidth
// gives: probedLayers, accuracyChart, accuracyWords, accuracyRows, countedCategory

// How well layers serve another task, against what they detect.

/** Layers whose accuracy is known. */
function probedLayers() {
  return layers.map((layer, index) => ({ layer, index })).filter(({ layer }) => layer.probe);
}

/** Objects, as in the paper; where the data know none, all categories. */
function countedCategory() {
  const c = D.categories.indexOf("object");
  return c < 0
    ? { name: "unique detectors", of: (one) => one.perCategory }
    : { name: "unique object detectors", of: (one) => one.categories[c].unique };
}

/** What a point is called: a view by its own name where all are of one layer. */
function pointName(layer, name) {
  const bases = new Set(probedLayers().map((one) => one.layer.run + "\u0000" + one.layer.name.split("@")[0]));
  return layer.basis && bases.size === 1 ? layer.name.slice(layer.name.indexOf("@") + 1) : name;
}

const NAME_SIZE = 12;

/** How wide a name is beside its point. */
function nameWidth(name) {
  return textWidth(clip(name, LONGEST_NAME), NAME_SIZE) + 8;
}

/** Whether each name has room on one side of its point; else points get numbers, and a list of names below. */
function fitNames(points, x, left, right) {
  return points.every((p) => x(p.x) + 10 + nameWidth(p.name) <= right || x(p.x) - 9 - nameWidth(p.name) >= left);
}

/** Puts each name beside its point, or as near above or below as no other name or point stands. */
function placed(points, x, y, right) {
  const taken = points.map((p) => ({ top: y(p.y), from: x(p.x) - 5, to: x(p.x) + 5 }));
  return points.map((p) => {
    const words = clip(p.name, LONGEST_NAME);
    const wide = nameWidth(p.name);
    const isLeft = x(p.x) + 10 + wide > right;
    const from = isLeft ? x(p.x) - 9 - wide : x(p.x) + 9;
    let step = 0;
    const top = () => y(p.y) + 15 * (step % 2 === 0 ? step / 2 : -(step + 1) / 2);
    while (step < 40 && taken.some((one) => Math.abs(one.top - top()) < 14 && from < one.to && from + wide > one.from)) {
      step++;
    }
    taken.push({ top: top(), from, to: from + wide });
    return { words, isLeft, top: top() };
  });
}

/** The paper's Figure 12: accuracy on the task against unique object detectors, a point a layer. */
function accuracyChart(counted, names, width) {
  const { name, of } = countedCategory();
  const points = probedLayers().map(({ layer, index }) => ({
    name: names[index], called: pointName(layer, names[index]), x: of(counted[index]), y: 100 * layer.probe.accuracy, spread: 100 * layer.probe.spread,
    isView: Boolean(layer.basis),
  }));
  const left = 52;
  const right = 24;
  const top = 14;
  const high = 300;
  const most = Math.max(1, ...points.map((p) => p.x)) * 1.05;
  const low = Math.max(0, Math.floor((Math.min(...points.map((p) => p.y - p.spread)) - 2) / 5) * 5);
  const best = Math.min(100, Math.ceil((Math.max(...points.map((p) => p.y + p.spread)) + 2) / 5) * 5);
  const x = (value) => left + (value / most) * (width - left - right);
  const y = (value) => top + high * (1 - (value - low) / (best - low || 1));
  const named = points.map((p) => ({ ...p, name: p.called }));
  const listed = fitNames(named, x, left, width - right) ? [] : named.map((p, i) => ({ ...p, name: String(i + 1) }));
  const places = placed(listed.length > 0 ? listed : named, x, y, width - right);
  return svg("svg", { viewBox: `0 0 ${width} ${top + high + 46 + 17 * (listed.length > 0 ? listed.length + 1 : 0)}`, width: "100%", class: "chart", role: "img", "aria-label": "Accuracy against " + name },
    roundTicks(low, best, 6).map((value) => [
      svg("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), class: "lines" }),
      svg("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end", class: "number" }, short(value, 4) + " %")]),
    roundTicks(0, most, 6).filter(Number.isInteger).map((value) => [
      svg("line", { x1: x(value), x2: x(value), y1: top + high, y2: top + high + 5, class: "tick" }),
      svg("text", { x: x(value), y: top + high + 19, "text-anchor": "middle", class: "number" }, plain(value))]),
    svg("text", { x: (left + width) / 2, y: top + high + 40, "text-anchor": "middle", class: "group" }, name),
    points.map((p, i) => {
      const { words, isLeft, top: at } = places[i];
      return svg("g", {},
        svg("title", {}, `${p.name}: ${plain(p.x)} ${name}, accuracy ${fixed(p.y, 1)} %` + (p.spread > 0 ? ` ± ${fixed(p.spread, 1)}` : "")),
        svg("line", { x1: x(p.x), x2: x(p.x), y1: y(p.y - p.spread), y2: y(p.y + p.spread), class: "axis" }),
        svg("path", { d: POINTS[p.isView ? 0 : 2], transform: `translate(${x(p.x)} ${y(p.y)})`, fill: "currentColor", "fill-opacity": p.isView ? 0.5 : 1 }),
        svg("text", { x: x(p.x) + (isLeft ? -9 : 9), y: at + 4, "text-anchor": isLeft ? "end" : "start", class: "name", "font-size": NAME_SIZE }, words));
    }),
    listed.map((p, i) => svg("text", { x: 4, y: top + high + 68 + 17 * i, class: "name", "font-size": NAME_SIZE }, p.name + "  " + clip(p.called, LONGEST_NAME))));
}

/** What was asked of the layers, and which were not. */
function accuracyWords() {
  const { probe } = probedLayers()[0].layer;
  const without = layers.length - probedLayers().length;
  return `Accuracy of a linear support vector machine (C = ${short(probe.cost)}) on features of the layer (${probe.pool}), averaged over the ${plain(probe.classes)} classes of ${probe.data}`
    + (probe.test ? `, tested on ${probe.test}.` : `; the bars are one standard deviation over ${plain(probe.accuracies.length)} splits.`)
    + (without > 0 ? ` Of ${plain(without)} more of the ${plain(layers.length)} layers it is not known.` : "");
}

/** The numbers of the chart. */
function accuracyRows(counted, names) {
  const { name, of } = countedCategory();
  return [
    ["layer", name.replaceAll(" ", "-"), "accuracy", "spread"],
    ...probedLayers().map(({ layer, index }) => [
      names[index], String(of(counted[index])), String(layer.probe.accuracy), String(layer.probe.spread),
    ]),
  ];
}
