// takes: D, dot, h, nice, plural, stackable
// gives: followingSections

// Units followed through results of one network in training.

const MOST_FOLLOWED = 600;

/** A section a layer: the flow picture and the label of every unit at each time. */
function followingSections() {
  return D.following.map((layer) => {
    // The drawing was made with the page; its texts are escaped.
    const picture = h("div", { class: "tablebox flow river" });
    picture.innerHTML = layer.svg;
    const after = 2 * layer.times.length;
    const rows = layer.units.map((row, unit) => h("tr", {},
      h("th", { scope: "row" }, "unit " + unit),
      layer.times.map((time, t) => h("td", { class: row[2 * t] ? "" : "faded" },
        row[2 * t] ? [dot(row[2 * t + 1]), nice(row[2 * t])] : "–")),
      h("td", {}, layer.times[row[after]]), h("td", {}, layer.times[row[after + 1]])));
    return h("section", {},
      h("div", { class: "panelhead" }, h("h2", {}, "Units of " + layer.name + " followed"),
        h("a", { href: layer.file, download: "" }, "svg")),
      picture, h("p", { class: "small" }, layer.caption),
      h("details", {}, h("summary", {}, "The label of every unit"),
        h("div", { class: "tablebox" }, stackable(h("table", { class: "followed" },
          h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "unit"), layer.times.map((time) => h("th", { scope: "col" }, time)),
            h("th", { scope: "col" }, "last label appeared"), h("th", { scope: "col" }, "kept since"))),
          h("tbody", {}, rows.slice(0, MOST_FOLLOWED))))),
        rows.length > MOST_FOLLOWED ? h("p", { class: "small" }, "and " + plural(rows.length - MOST_FOLLOWED, "unit", "units") + " more; following.csv has all") : ""));
  });
}
