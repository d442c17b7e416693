package org.netdissect.report.figures;

import java.util.HashMap;
import java.util.Map;

/** Text as LaTeX sets it. {@code save.js} does the same on the pages. */
final class Tex {
  /** Rules of a table: booktabs' where that package is loaded, plain lines elsewhere. */
  static final String RULES =
      "\\providecommand{\\toprule}{\\hline}\\providecommand{\\midrule}{\\hline}"
          + "\\providecommand{\\bottomrule}{\\hline}\n";

  /** What stands before text that pdflatex cannot set. */
  static final String UNICODE_REMARK =
      "% Some names are in other scripts: set this with xelatex or lualatex and a font that has them.\n";

  /** What stands before a table that goes over pages. */
  static final String LONG_REMARK =
      "% This may be longer than a page: it needs \\usepackage{longtable}.\n";

  /** The last letter that LaTeX sets without more: those with accents. */
  private static final int LAST_LATIN = 0x17f;

  private static final Map<Integer, String> SPECIAL = special();

  private Tex() {}

  private static Map<Integer, String> special() {
    Map<Integer, String> special = new HashMap<>();
    for (char c : "{}$&#%_".toCharArray()) {
      special.put((int) c, "\\" + c);
    }
    special.put((int) '\\', "\\textbackslash{}");
    special.put((int) '~', "\\textasciitilde{}");
    special.put((int) '^', "\\textasciicircum{}");
    special.put((int) '–', "--");
    special.put((int) '—', "---");
    special.put((int) '\u00a0', "~");
    special.put((int) '\u202f', "~");
    special.put((int) '…', "\\dots{}");
    special.put((int) '“', "``");
    special.put((int) '”', "''");
    special.put((int) '’', "'");
    String[] maths = {
      "<<",
      ">>",
      "×\\times",
      "−-",
      "±\\pm",
      "≥\\ge",
      "≤\\le",
      "≠\\ne",
      "≈\\approx",
      "·\\cdot",
      "∩\\cap",
      "∪\\cup",
      "∧\\wedge",
      "∨\\vee",
      "¬\\neg",
      "→\\to",
      "∞\\infty",
      "²^2",
      "³^3",
      "°^\\circ",
      "α\\alpha",
      "β\\beta",
      "γ\\gamma",
      "δ\\delta",
      "ε\\epsilon",
      "κ\\kappa",
      "λ\\lambda",
      "μ\\mu",
      "µ\\mu",
      "π\\pi",
      "ρ\\rho",
      "σ\\sigma",
      "τ\\tau",
      "φ\\phi"
    };
    for (String one : maths) {
      special.put((int) one.charAt(0), "$" + one.substring(1) + "$");
    }
    return special;
  }

  /** Text with everything that means something to LaTeX written as itself. */
  static String escaped(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              String special = SPECIAL.get(c);
              if (special != null) {
                out.append(special);
              } else if (c >= ' ') {
                out.appendCodePoint(c);
              }
            });
    return out.toString();
  }

  /**
   * The same at the beginning of a row, where a bracket or star would belong to the line before.
   */
  static String cell(String text) {
    String cell = escaped(text);
    return cell.startsWith("[") || cell.startsWith("*") ? "{}" + cell : cell;
  }

  /** Whether there are letters that plain LaTeX has no means to set. */
  static boolean needsUnicode(String text) {
    return text.codePoints().anyMatch(c -> c > LAST_LATIN && !SPECIAL.containsKey(c));
  }
}
