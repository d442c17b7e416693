package org.netdissect.datasets.reading;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where in the lines of a list the names of images stand: the whole line, or one column of a table
 * (CSV, or columns between semicolons, tabs or blanks), with or without a header.
 *
 * @param separator of columns; null where the line is the name
 * @param column from 0
 * @param header lines before the first name, 0 or 1
 */
record NameColumn(@Nullable Character separator, int column, int header) {
  /** Each line is a name, from the first on. */
  static final NameColumn WHOLE = new NameColumn(null, 0, 0);

  private static final List<Character> SEPARATORS = List.of(',', ';', '\t', ' ');

  private static final Pattern FILE = Pattern.compile("\\.[A-Za-z]{2,4}$");

  /** What people write over a single column. */
  private static final Set<String> TITLES =
      Set.of(
          "file",
          "files",
          "filename",
          "filenames",
          "file_name",
          "filepath",
          "file_path",
          "id",
          "image",
          "images",
          "image_id",
          "image_name",
          "image_path",
          "img",
          "name",
          "names",
          "path",
          "paths",
          "photo",
          "photograph");

  /**
   * Looks at the first lines.
   *
   * @param find the image that a text names, or null
   * @return whole lines where no column is found, or several that name different images
   */
  static NameColumn of(List<String> lines, UnaryOperator<@Nullable String> find) {
    for (int header = 0; header < Math.min(2, lines.size()); header++) {
      String line = lines.get(header);
      if (find.apply(line) != null && (header == 0 || isTitle(lines.get(0)))) {
        return new NameColumn(null, 0, header);
      }
      for (Character separator : SEPARATORS) {
        int column = column(fields(line, separator), find);
        NameColumn found = new NameColumn(separator, column, header);
        if (column >= 0 && (header == 0 || found.isHeader(lines.get(0), line))) {
          return found;
        }
      }
    }
    return WHOLE;
  }

  /** The only one of the columns that names an image, or the first of those that name the same. */
  private static int column(List<String> fields, UnaryOperator<@Nullable String> find) {
    int first = -1;
    Set<String> images = new HashSet<>();
    for (int column = fields.size() - 1; column >= 0; column--) {
      String image = find.apply(fields.get(column));
      if (image != null) {
        images.add(image);
        first = column;
      }
    }
    return images.size() == 1 ? first : -1;
  }

  /** Whether a line before the first image has as many columns, and no file where names stand. */
  private boolean isHeader(String line, String image) {
    char between = Objects.requireNonNull(separator);
    List<String> titles = fields(line, between);
    return titles.size() == fields(image, between).size()
        && (titles.size() > 1 ? !FILE.matcher(titles.get(column)).find() : isTitle(line));
  }

  private static boolean isTitle(String line) {
    String title = line.strip().toLowerCase(Locale.ROOT).replace(' ', '_').replace("\"", "");
    return TITLES.contains(title);
  }

  /** The name in a line; the line where it has no such column. */
  String name(String line) {
    if (separator == null) {
      return line;
    }
    List<String> fields = fields(line, separator);
    return column < fields.size() ? fields.get(column) : line;
  }

  private static List<String> fields(String line, char separator) {
    try (CsvReader<CsvRecord> csv =
        CsvReader.builder().fieldSeparator(separator).ofCsvRecord(line)) {
      return csv.stream().findFirst().map(CsvRecord::getFields).orElse(List.of());
    } catch (CsvParseException | IOException e) {
      return List.of();
    }
  }
}
