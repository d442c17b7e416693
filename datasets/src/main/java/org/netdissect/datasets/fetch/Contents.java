package org.netdissect.datasets.fetch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Text;
import org.netdissect.base.files.Unfinished;
import org.netdissect.base.tables.CsvTable;
import org.netdissect.datasets.reading.Folders;

/**
 * What a data set holds, by which it is known to be there, and to be whole.
 *
 * @param parts files and folders; of a folder that is named with a slash at its end something must
 *     be in it. The first tells the root of an archive
 * @param side of Broden's photographs, pixels; 0 for other data
 */
record Contents(List<String> parts, int side) {
  private static final String CATEGORIES = "category.csv";
  private static final String INDEX = "index.csv";
  private static final int LARGEST_SIDE = 100_000;

  Contents {
    parts = List.copyOf(parts);
  }

  /** As the table has it: parts with semicolons between. */
  static Contents of(String parts, String side) {
    return new Contents(
        Arrays.asList(parts.split(";", -1)), side.isEmpty() ? 0 : Integer.parseInt(side));
  }

  /** The part that tells the root. */
  String marker() {
    return parts.get(0);
  }

  /** Whether it seems to be in the folder, whole or not. */
  boolean isBegunIn(Path folder) {
    return Files.exists(folder.resolve(marker()));
  }

  /** What a folder lacks, for people; null if it is all there. */
  @Nullable String lackOf(Path folder) {
    if (Unfinished.is(folder)) {
      return "it is unfinished";
    }
    for (String part : parts) {
      if (!isThere(folder, part)) {
        return "there is no " + part + " in it";
      }
    }
    try {
      return side == 0 ? null : lackOfBroden(folder);
    } catch (IOException e) {
      return Text.oneLine(String.valueOf(e.getMessage()));
    }
  }

  private static boolean isThere(Path folder, String part) {
    Path file = folder.resolve(part);
    if (!part.endsWith("/")) {
      return Files.isRegularFile(file);
    }
    if (!Files.isDirectory(file)) {
      return false;
    }
    try (Stream<Path> inside = Files.list(file)) {
      return inside.findAny().isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  /** The tables of all categories, and the size of the photographs. */
  private @Nullable String lackOfBroden(Path folder) throws IOException {
    try (CsvTable categories = CsvTable.open(folder.resolve(CATEGORIES), "name")) {
      for (CsvTable.Row row = categories.next(); row != null; row = categories.next()) {
        String table = "c_" + row.get("name") + ".csv";
        if (Folders.complaint(table) != null || !Files.isRegularFile(folder.resolve(table))) {
          return "there is no " + Text.oneLine(table) + " in it";
        }
      }
    }
    try (CsvTable index = CsvTable.open(folder.resolve(INDEX), "image", "ih", "iw")) {
      CsvTable.Row first = index.next();
      if (first == null) {
        return INDEX + " in it names no image";
      }
      int height = first.integer("ih", 1, LARGEST_SIDE);
      int width = first.integer("iw", 1, LARGEST_SIDE);
      return height == side && width == side
          ? null
          : "its photographs are of " + height + " × " + width + " pixels, not " + side;
    }
  }
}
