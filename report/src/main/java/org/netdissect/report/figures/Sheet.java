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
  /** Rows of a table in LaTeX that fit a page with its caption. */
  private static final int PAGE = 30;

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

  /**
   * As a LaTeX table; its rules are booktabs' where that is loaded. It needs no package, but for
   * longtable where it has more rows than fit a page.
   */
  String tex(String caption, String label) {
    boolean isLong = rows.size() > PAGE;
    StringBuilder text = new StringBuilder();
    if (Tex.needsUnicode(caption)
        || rows.stream().flatMap(List::stream).anyMatch(Tex::needsUnicode)) {
      text.append(Tex.UNICODE_REMARK);
    }
    text.append(isLong ? Tex.LONG_REMARK + Tex.RULES : "\\begin{table}\n\\centering\n" + Tex.RULES)
        .append(isLong ? "\\begin{longtable}{" : "\\begin{tabular}{");
    for (int c = 0; c < columns.size(); c++) {
      text.append(isNumeric(c) ? 'r' : 'l');
    }
    text.append("}\n");
    String named = "\\caption{" + Tex.escaped(caption) + "}\n\\label{tab:" + label + "}";
    if (isLong) {
      text.append(named).append("\\\\\n");
      texHead(text);
      text.append("\\endfirsthead\n");
      texHead(text);
      text.append("\\endhead\n\\bottomrule\n\\endfoot\n");
      rows.forEach(row -> texRow(text, row));
      return text.append("\\end{longtable}\n").toString();
    }
    texHead(text);
    rows.forEach(row -> texRow(text, row));
    return text.append("\\bottomrule\n\\end{tabular}\n")
        .append(named)
        .append("\n\\end{table}\n")
        .toString();
  }

  private void texHead(StringBuilder text) {
    text.append("\\toprule\n");
    texRow(text, columns);
    text.append("\\midrule\n");
  }

  private static void texRow(StringBuilder text, List<String> cells) {
    text.append(String.join(" & ", cells.stream().map(Tex::cell).toList())).append(" \\\\\n");
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
