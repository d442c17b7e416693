package org.netdissect.report.figures;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The numbers of a figure as a table.
 *
 * @param columns names
 * @param rows as many cells each as there are columns
 */
record Sheet(List<String> columns, List<List<String>> rows) {
  private static final Pattern NUMBER = Pattern.compile("-?[0-9.]+(e-?[0-9]+)?|");

  Sheet {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
  }

  /** Whether all cells of a column are numbers, or blank. */
  boolean isNumeric(int column) {
    return rows.stream().allMatch(row -> NUMBER.matcher(row.get(column)).matches());
  }

  /**
   * As comma-separated values; more columns, the same in every row, say where they come from.
   *
   * @param origin names and values in turn
   */
  String csv(List<String> origin) {
    StringBuilder text = new StringBuilder();
    List<String> head = new ArrayList<>(columns);
    List<String> same = new ArrayList<>();
    for (int i = 0; i < origin.size(); i += 2) {
      head.add(origin.get(i));
      same.add(origin.get(i + 1));
    }
    line(text, head);
    for (List<String> row : rows) {
      List<String> cells = new ArrayList<>(row);
      cells.addAll(same);
      line(text, cells);
    }
    return text.toString();
  }

  private static void line(StringBuilder text, List<String> cells) {
    for (int i = 0; i < cells.size(); i++) {
      String cell = cells.get(i);
      boolean quoted = cell.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
      text.append(i == 0 ? "" : ",")
          .append(quoted ? "\"" + cell.replace("\"", "\"\"") + "\"" : cell);
    }
    text.append('\n');
  }

  /** As a LaTeX table that needs no package. */
  String tex(String caption, String label) {
    StringBuilder text = new StringBuilder("\\begin{table}\n\\centering\n\\begin{tabular}{");
    for (int c = 0; c < columns.size(); c++) {
      text.append(isNumeric(c) ? 'r' : 'l');
    }
    text.append("}\n\\hline\n");
    texRow(text, columns);
    text.append("\\hline\n");
    rows.forEach(row -> texRow(text, row));
    return text.append("\\hline\n\\end{tabular}\n\\caption{")
        .append(texEscaped(caption))
        .append("}\n\\label{tab:")
        .append(label)
        .append("}\n\\end{table}\n")
        .toString();
  }

  private static void texRow(StringBuilder text, List<String> cells) {
    text.append(String.join(" & ", cells.stream().map(Sheet::texEscaped).toList()))
        .append(" \\\\\n");
  }

  /** Text as LaTeX sets it; what plain LaTeX cannot set of other scripts stays as it is. */
  static String texEscaped(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\\' -> out.append("\\textbackslash{}");
                case '{', '}', '$', '&', '#', '%', '_' -> out.append('\\').appendCodePoint(c);
                case '~' -> out.append("\\textasciitilde{}");
                case '^' -> out.append("\\textasciicircum{}");
                case '<', '>' -> out.append('$').appendCodePoint(c).append('$');
                case '×' -> out.append("$\\times$");
                case '−' -> out.append("$-$");
                case '–' -> out.append("--");
                case '\u00a0', '\u202f' -> out.append('~');
                default -> {
                  if (c >= ' ') {
                    out.appendCodePoint(c);
                  }
                }
              }
            });
    return out.toString();
  }

  /** The widest text of each column, its name included. */
  List<String> widest() {
    List<String> widest = new ArrayList<>(columns);
    for (List<String> row : rows) {
      for (int c = 0; c < row.size(); c++) {
        if (row.get(c).length() > widest.get(c).length()) {
          widest.set(c, row.get(c));
        }
      }
    }
    return Collections.unmodifiableList(widest);
  }
}
