package org.netdissect.datasets.reading;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;

/**
 * A list of images of a data set, one name a line, as people write it down: with backslashes, with
 * the folders before the data set's own names ("images/a.jpg" for "a.jpg"), in UTF-8 or UTF-16, or
 * as a column of a table.
 */
public final class ImageList {
  /** Characters of a name that are told. */
  private static final int LONGEST = 200;

  private ImageList() {}

  /**
   * The names of the images as the data set has them, in the order of the list.
   *
   * @throws DataException that names file and line: when an image is not in the data set, or stands
   *     twice
   */
  public static List<String> read(Path file, ConceptDataset data) throws DataException {
    Set<String> known = data.images().stream().map(ImageRow::name).collect(Collectors.toSet());
    List<String> lines = new ArrayList<>(TextLines.of(file));
    while (!lines.isEmpty() && lines.get(lines.size() - 1).isBlank()) {
      lines.remove(lines.size() - 1);
    }
    if (lines.isEmpty()) {
      throw new DataException(Text.oneLine(file.toString()) + " lists no image");
    }
    NameColumn column = NameColumn.of(lines, line -> find(line, known));
    Map<String, Integer> first = new HashMap<>();
    List<String> names = new ArrayList<>();
    for (String line : lines.subList(column.header(), lines.size())) {
      String name = find(column.name(line), known);
      int number = column.header() + names.size() + 1;
      if (name == null) {
        throw DataException.at(
            file,
            number,
            Text.quoted(beginning(column.name(line)))
                + " is not in the data set "
                + Text.oneLine(data.name())
                + ", whose names are like "
                + Text.quoted(data.images().get(0).name()));
      }
      Integer earlier = first.putIfAbsent(name, number);
      if (earlier != null) {
        throw DataException.at(
            file, number, Text.quoted(name) + " stands twice; it is on line " + earlier + " too");
      }
      names.add(name);
    }
    return names;
  }

  private static String beginning(String line) {
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
  }

  private static @Nullable String find(String line, Set<String> known) {
    if (known.contains(line)) {
      return line;
    } else if (known.contains(line.strip())) {
      return line.strip();
    }
    String name = FileNames.clean(line.strip());
    Set<String> found = new HashSet<>();
    for (int dropped = 0; dropped <= FileNames.folders(name); dropped++) {
      String tail = FileNames.tail(name, dropped);
      if (known.contains(tail)) {
        found.add(tail);
      }
    }
    return found.size() == 1 ? found.iterator().next() : null;
  }
}
