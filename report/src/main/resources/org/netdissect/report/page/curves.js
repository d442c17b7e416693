// takes: D, h
// gives: curvesSection

// Results side by side over the IoU above which a unit is a detector.

/** The section; nothing where the curves were not asked for. */
function curvesSection() {
  if (!D.curves) {
    return "";
  }
  // The drawing was made with the page; its texts are escaped.
  const picture = h("div", { class: "tablebox flow" });
  picture.innerHTML = D.curves.svg;
  return h("section", {},
    h("div", { class: "panelhead" }, h("h2", {}, "Over thresholds"),
      h("a", { href: "thresholds.svg", download: "" }, "svg"), h("a", { href: "thresholds.csv", download: "" }, "csv")),
    picture, h("p", { class: "small" }, D.curves.caption), h("p", {}, D.curves.orders));
}
