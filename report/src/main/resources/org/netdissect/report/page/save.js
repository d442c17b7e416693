// takes: D, h, patterns, svg, textWidth
// gives: numbersOf, origin, saveButtons

// Charts and tables of the page as files: a drawing with caption and origin, a picture, the numbers.

const DRAWN = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-size", "font-weight"];
const CAPTION_SIZE = 11;
const NARROWEST = 480;
const PNG_SCALE = 3;

/** A chart as a file of its own, on white, with its caption below. */
function standalone(chart, caption) {
  const root = document.documentElement;
  const theme = root.dataset.theme;
  root.dataset.theme = "light";
  const copy = chart.cloneNode(true);
  const originals = [chart, ...chart.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((element, i) => {
    const style = getComputedStyle(originals[i]);
    for (const name of DRAWN) {
      element.setAttribute(name, style.getPropertyValue(name).replaceAll(/url\("?[^#]*#([^")]+)"?\)/g, "url(#$1)"));
    }
    for (const name of ["class", "tabindex", "role", "style", "href"]) {
      element.removeAttribute(name);
    }
  });
  if (theme === undefined) {
    delete root.dataset.theme;
  } else {
    root.dataset.theme = theme;
  }
  const [x, y, width, height] = chart.getAttribute("viewBox").split(" ").map(Number);
  const wide = Math.max(width + 16, NARROWEST);
  const lines = wrapped(caption, wide - 16);
  const full = height + 16 + lines.length * (CAPTION_SIZE + 4);
  const file = svg("svg", {
    xmlns: "http://www.w3.org/2000/svg", width: wide, height: full, viewBox: `${x - 8} ${y - 4} ${wide} ${full}`,
    "font-family": "Helvetica, Arial, 'DejaVu Sans', sans-serif",
  },
  svg("desc", {}, caption), patterns(),
  svg("rect", { x: x - 8, y: y - 4, width: wide, height: full, fill: "#fff" }),
  ...copy.childNodes,
  lines.map((line, i) => svg("text", { x, y: y + height + 14 + i * (CAPTION_SIZE + 4), "font-size": CAPTION_SIZE, fill: "#222" }, line)));
  return { text: new XMLSerializer().serializeToString(file), width: wide, height: full };
}

function wrapped(text, width) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = lines.at(-1) === "" ? word : lines.at(-1) + " " + word;
    if (lines.at(-1) !== "" && textWidth(longer, CAPTION_SIZE) > width) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = longer;
    }
  }
  return lines;
}

/** The numbers of a table on the page. */
function numbersOf(table) {
  const text = (cell) => cell.textContent.replaceAll("\u202f", "").replaceAll("\u00a0", " ").trim();
  const keep = [...table.querySelectorAll("thead tr > *")].map((cell) => cell.textContent !== "");
  return [...table.querySelectorAll("tr")].map((row) => [...row.children].filter((cell, i) => keep[i]).map(text));
}

function csvOf(rows) {
  return rows.map((row) => row.map((cell) => (/[",\r\n]/.test(cell) ? '"' + cell.replaceAll('"', '""') + '"' : cell)).join(",") + "\n").join("");
}

/** Rows of a table in LaTeX that fit a page with its caption. */
const TEX_PAGE = 30;
const TEX = {
  "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "–": "--", "—": "---", "\u00a0": "~", "\u202f": "~", "…": "\\dots{}",
  "“": "``", "”": "''", "’": "'",
};
const TEX_MATHS = "<< >> ×\\times −- ±\\pm ≥\\ge ≤\\le ≠\\ne ≈\\approx ·\\cdot ∩\\cap ∪\\cup ∧\\wedge ∨\\vee ¬\\neg →\\to ∞\\infty ²^2 ³^3 °^\\circ"
  + " α\\alpha β\\beta γ\\gamma δ\\delta ε\\epsilon κ\\kappa λ\\lambda μ\\mu µ\\mu π\\pi ρ\\rho σ\\sigma τ\\tau φ\\phi";
TEX_MATHS.split(" ").forEach((one) => { TEX[one[0]] = "$" + one.slice(1) + "$"; });

/** A text as LaTeX sets it: as Java's Tex does. */
function texOf(text) {
  return [...text].map((c) => TEX[c] ?? ("{}$&#%_".includes(c) ? "\\" + c : c)).join("");
}

function texTable(rows, caption) {
  const numeric = rows[0].map((name, c) => rows.slice(1).every((row) => /^[-0-9.]*$/.test(row[c])));
  // A bracket or star at the beginning of a row would belong to the line before.
  const line = (row) => row.map((cell) => texOf(cell).replace(/^(?=[[*])/, "{}")).join(" & ") + " \\\\\n";
  const other = [caption, ...rows.flat()].some((text) => [...text].some((c) => c > "\u017f" && !(c in TEX)));
  const rules = "\\providecommand{\\toprule}{\\hline}\\providecommand{\\midrule}{\\hline}\\providecommand{\\bottomrule}{\\hline}\n";
  const columns = "{" + numeric.map((is) => (is ? "r" : "l")).join("") + "}\n";
  const head = "\\toprule\n" + line(rows[0]) + "\\midrule\n";
  const body = rows.slice(1).map(line).join("");
  const named = "\\caption{" + texOf(caption) + "}";
  return (other ? "% Some names are in other scripts: set this with xelatex or lualatex and a font that has them.\n" : "")
    + (rows.length - 1 > TEX_PAGE
      ? "% This may be longer than a page: it needs \\usepackage{longtable}.\n" + rules + "\\begin{longtable}" + columns + named + "\\\\\n"
        + head + "\\endfirsthead\n" + head + "\\endhead\n\\bottomrule\n\\endfoot\n" + body + "\\end{longtable}\n"
      : "\\begin{table}\n\\centering\n" + rules + "\\begin{tabular}" + columns + head + body + "\\bottomrule\n\\end{tabular}\n" + named + "\n\\end{table}\n");
}

function download(name, blob) {
  const link = h("a", { download: name, href: URL.createObjectURL(blob) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** The drawing as a picture: a data address, since a page on disk may read no other. */
function picture(drawn) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => {
      const canvas = h("canvas", { width: Math.ceil(drawn.width * PNG_SCALE), height: Math.ceil(drawn.height * PNG_SCALE) });
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(resolve, "image/png");
    };
    image.onerror = reject;
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(drawn.text);
  });
}

/** What the figures of a page were made from. */
function origin(layer) {
  return (D.network.file ? D.network.file + ", " : "") + (layer ? "layer " + layer.name + " (" + layer.n + " units), " : "") + "on " + D.data.name
    + (D.images?.read ? " (" + D.images.read + " images)" : "") + (D.rules.convention ? "; convention " + D.rules.convention + ", quantile " + D.rules.quantile : "")
    + (D.preprocessing ? ", preprocessing " + D.preprocessing : "") + ". Made by " + D.tool + ".";
}

/**
 * Buttons that save a figure.
 *
 * @param name of the files
 * @param figure gives, when asked, a caption, rows (the first are the names of the columns) and perhaps a chart, an svg element
 * @param kinds what it gives
 */
function saveButtons(name, figure, kinds = "chart rows") {
  const button = (kind, save) => h("button", {
    type: "button", class: "save", "data-kind": kind, title: "Save as " + kind.toUpperCase(), onclick: () => save(figure()),
  }, kind);
  const text = (type) => (value) => new Blob([value], { type });
  return h("span", { class: "saves", role: "group", "aria-label": "Save this figure" }, "save ",
    kinds.includes("chart") ? [
      button("svg", (one) => download(name + ".svg", text("image/svg+xml")(standalone(one.chart, one.caption).text))),
      button("png", (one) => picture(standalone(one.chart, one.caption)).then((blob) => download(name + ".png", blob))),
    ] : null,
    [
      button("csv", (one) => download(name + ".csv", text("text/csv")(csvOf(one.rows)))),
      button("tex", (one) => download(name + ".tex", text("text/x-tex")(texTable(one.rows, one.caption)))),
    ]);
}
