package org.netdissect.report.tables;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Numbers;
import org.netdissect.base.files.WholeFile;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LabelScore;
import org.netdissect.results.UnitScore;

/**
 * The table of a layer in the format of the original project, {@code {layer}-result.csv}, and of
 * NetDissect-Lite, {@code tally.csv}: one row a unit by falling score, units counted from 1, per
 * category the best label with truth, activation, intersection and IoU, lines ending with CRLF.
 *
 * @param categories in the order of the columns
 * @param units by number from 0; no thresholds, the format has none
 * @param rounded how many scores of the table were rounded, as spreadsheets do; all scores are
 *     those that the counts give
 * @param style who wrote the table, as its numbers tell; null where they do not, after a
 *     spreadsheet's
 */
public record OriginalCsv(
    List<String> categories, List<UnitScore> units, int rounded, @Nullable Style style) {
  private static final List<String> FIRST = List.of("unit", "category", "label", "score");
  private static final List<String> EACH =
      List.of("label", "truth", "activation", "intersect", "iou");
  private static final long LARGEST_FILE = 1L << 28;
  private static final int MOST_UNITS = 1_000_000;
  // Lite adds this to the denominator, which is at least 1.
  private static final double LITE_EPSILON = 1e-10;
  private static final double TOLERANCE = 1e-9;

  /** Rounding of a score to fewer than two decimals tells nothing any more. */
  private static final double COARSEST = 0.005;

  public OriginalCsv {
    categories = List.copyOf(categories);
    units = List.copyOf(units);
  }

  /** A table of scores that are as the counts give them. */
  public OriginalCsv(List<String> categories, List<UnitScore> units) {
    this(categories, units, 0, null);
  }

  /** Who writes numbers how. */
  public enum Style {
    /** The original: truth and intersection whole, IoU as C's {@code %.17g}. */
    ORIGINAL,
    /** NetDissect-Lite: all counts as floats, IoU as the shortest decimal that reads back. */
    LITE
  }

  /**
   * Reads either format. Blank labels, which the original writes where label 0 leaked into its
   * scores, are kept.
   *
   * @throws DissectionException if the file is no such table: names file, line and what is wrong
   */
  public static OriginalCsv read(Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new DissectionException(file + " is no CSV table");
    }
    if (Files.size(file) > LARGEST_FILE) {
      throw new DissectionException(file + " is too large for such a table");
    }
    Map<Integer, UnitScore> units = new LinkedHashMap<>();
    List<String> categories = new ArrayList<>();
    int[] rounded = new int[1];
    Style style = null;
    try (CsvReader<CsvRecord> csv =
        CsvReader.builder()
            .allowMissingFields(true)
            .allowExtraFields(true)
            .detectBomHeader(true)
            .ofCsvRecord(file)) {
      for (CsvRecord row : csv) {
        if (categories.isEmpty()) {
          categories = header(file, row.getFields());
          continue;
        }
        UnitScore unit = unit(file, row, categories, rounded);
        style = style == null ? style(row) : style;
        if (units.put(unit.unit(), unit) != null) {
          throw at(file, row, "unit " + (unit.unit() + 1) + " stands twice");
        }
      }
    } catch (CsvParseException | UncheckedIOException e) {
      throw new DissectionException(file + " is no CSV table: " + e.getMessage(), e);
    }
    if (units.isEmpty()) {
      throw new DissectionException(file + " holds no unit");
    }
    List<UnitScore> inOrder = new ArrayList<>();
    for (int u = 0; u < units.size(); u++) {
      if (!units.containsKey(u)) {
        throw new DissectionException(
            file + ": unit " + (u + 1) + " of " + units.size() + " is missing");
      }
      inOrder.add(units.get(u));
    }
    return new OriginalCsv(categories, inOrder, rounded[0], style);
  }

  private static List<String> header(Path file, List<String> columns) throws DissectionException {
    List<String> categories = new ArrayList<>();
    boolean fits = columns.size() > FIRST.size() && columns.subList(0, 4).equals(FIRST);
    for (int at = FIRST.size(); fits && at < columns.size(); at += EACH.size()) {
      String column = columns.get(at);
      fits = column.endsWith("-label") && at + EACH.size() <= columns.size();
      if (fits) {
        String category = column.substring(0, column.length() - "-label".length());
        for (int e = 0; e < EACH.size(); e++) {
          fits &= columns.get(at + e).equals(category + "-" + EACH.get(e));
        }
        fits &= !category.isBlank() && !categories.contains(category);
        categories.add(category);
      }
    }
    if (!fits) {
      throw new DissectionException(
          file
              + " is no result table: its first line must be unit,category,label,score and then, for"
              + " each category C, C-label,C-truth,C-activation,C-intersect,C-iou");
    }
    return categories;
  }

  /** Lite writes all counts as floats, the original only activations; a spreadsheet may none. */
  private static @Nullable Style style(CsvRecord row) {
    boolean isTruthFloat = row.getField(FIRST.size() + 1).contains(".");
    boolean isActivationFloat = row.getField(FIRST.size() + 2).contains(".");
    return isTruthFloat ? Style.LITE : isActivationFloat ? Style.ORIGINAL : null;
  }

  private static UnitScore unit(Path file, CsvRecord row, List<String> categories, int[] rounded)
      throws DissectionException {
    int columns = FIRST.size() + EACH.size() * categories.size();
    if (row.getFieldCount() != columns) {
      throw at(file, row, row.getFieldCount() + " fields instead of " + columns);
    }
    long number = whole(file, row, 0);
    if (number < 1 || number > MOST_UNITS) {
      throw at(file, row, "units count from 1, this is " + number);
    }
    List<LabelScore> scores = new ArrayList<>();
    for (int c = 0; c < categories.size(); c++) {
      int from = FIRST.size() + c * EACH.size();
      long truth = whole(file, row, from + 1);
      long activation = whole(file, row, from + 2);
      long intersection = whole(file, row, from + 3);
      long union = activation + truth - intersection;
      double iou = union > 0 ? (double) intersection / union : 0;
      double given = real(file, row, from + 4);
      String label = row.getField(from);
      if (label.isBlank() && given == 0) {
        // Lite scores label 0 so.
        iou = 0;
      }
      if (!agrees(iou, row.getField(from + 4), rounded)) {
        throw at(
            file, row, categories.get(c) + "-iou is " + given + ", but its counts give " + iou);
      }
      scores.add(new LabelScore(categories.get(c), 0, label, truth, activation, intersection, iou));
    }
    int best = categories.indexOf(row.getField(1));
    if (best < 0) {
      throw at(file, row, "category '" + row.getField(1) + "' has no columns");
    }
    if (!scores.get(best).label().equals(row.getField(2))
        || !Double.isFinite(real(file, row, 3))
        || !agrees(scores.get(best).iou(), row.getField(3), rounded)) {
      throw at(file, row, "label and score are not those of category " + row.getField(1));
    }
    return new UnitScore((int) number - 1, Float.NaN, best, scores);
  }

  /**
   * Whether a score is that of its counts, or what rounding to its own last digit makes of it.
   *
   * @param rounded counts the latter
   */
  private static boolean agrees(double iou, String text, int[] rounded) {
    double difference = Math.abs(iou - Double.parseDouble(text));
    if (difference <= 1e-6 * iou) {
      return true;
    }
    try {
      // The scale of a decimal tells its last digit, exponent and all.
      double half = 0.5 * Math.pow(10, -new BigDecimal(text.trim()).scale()) * (1 + 1e-6);
      if (difference <= Math.min(half, COARSEST)) {
        rounded[0]++;
        return true;
      }
    } catch (NumberFormatException e) {
      // Another way of writing it.
    }
    return difference <= TOLERANCE;
  }

  private static long whole(Path file, CsvRecord row, int field) throws DissectionException {
    String text = row.getField(field);
    if (text.matches("[0-9.]{1,30}[eE][+]?[0-9]{1,3}")) {
      throw at(
          file,
          row,
          "field "
              + (field + 1)
              + " is "
              + clip(text)
              + ": a count that a spreadsheet rounded; take the table as it was written");
    }
    try {
      // Bounded before it is made whole: 1e999999999 would fill the memory.
      if (text.length() <= 30) {
        BigDecimal value = new BigDecimal(text);
        if (value.signum() >= 0 && value.precision() - value.scale() <= 17) {
          return value.longValueExact();
        }
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // Told below.
    }
    throw at(file, row, "field " + (field + 1) + " is no whole number of pixels: " + clip(text));
  }

  private static double real(Path file, CsvRecord row, int field) throws DissectionException {
    try {
      return Double.parseDouble(row.getField(field));
    } catch (NumberFormatException e) {
      throw at(file, row, "field " + (field + 1) + " is no number: " + clip(row.getField(field)));
    }
  }

  private static String clip(String text) {
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }

  private static DissectionException at(Path file, CsvRecord row, String what) {
    return new DissectionException(file + ", line " + row.getStartingLineNumber() + ": " + what);
  }

  /**
   * Writes the table. What the original wrote and {@link #read} took in comes out byte for byte.
   *
   * @param file replaced if it is there
   */
  public void write(Path file, Style style) throws IOException {
    List<UnitScore> rows = new ArrayList<>(units);
    rows.sort(
        Comparator.comparingDouble((UnitScore unit) -> -unit.label().iou())
            .thenComparingInt(unit -> -unit.unit()));
    WholeFile.write(file, next -> write(next, rows, style));
  }

  private void write(Path file, List<UnitScore> rows, Style style) throws IOException {
    try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(file)) {
      List<String> fields = new ArrayList<>(FIRST);
      for (String category : categories) {
        EACH.forEach(column -> fields.add(category + "-" + column));
      }
      csv.writeRecord(fields);
      for (UnitScore unit : rows) {
        fields.clear();
        LabelScore best = unit.label();
        fields.add(Integer.toString(unit.unit() + 1));
        fields.add(best.category());
        fields.add(best.label());
        fields.add(iou(best, style));
        for (LabelScore score : unit.byCategory()) {
          fields.add(score.label());
          fields.add(count(score.truth(), style));
          fields.add(score.activation() + ".0");
          fields.add(count(score.intersection(), style));
          fields.add(iou(score, style));
        }
        csv.writeRecord(fields);
      }
    }
  }

  private static String count(long value, Style style) {
    return style == Style.LITE ? value + ".0" : Long.toString(value);
  }

  private static String iou(LabelScore score, Style style) {
    if (style == Style.ORIGINAL) {
      // The original's 1e-20 in the denominator never changes a digit.
      String text = Numbers.general(score.iou(), 17);
      return text.contains(".") || text.contains("e") ? text : text + ".0";
    }
    double union = (double) score.activation() + score.truth() - score.intersection();
    return shortest(score.iou() == 0 ? 0 : score.intersection() / (union + LITE_EPSILON));
  }

  /** As Python's {@code repr}: the shortest decimal that reads back, an exponent below 1e-4. */
  static String shortest(double value) {
    if (value == 0) {
      return "0.0";
    }
    // Java before 19 does not always give the shortest digits: try few digits first.
    for (int digits = 1; digits < 17; digits++) {
      String text = Numbers.general(value, digits);
      if (Double.parseDouble(text) == value) {
        return text.contains(".") || text.contains("e") ? text : text + ".0";
      }
    }
    String text = Numbers.general(value, 17);
    return text.contains(".") || text.contains("e") ? text : text + ".0";
  }
}
