package org.netdissect.datasets.broden.build;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.datasets.reading.TextLines;

/**
 * The parts of PASCAL-Part, as its MATLAB function {@code part2ind.m} lists them. The function is
 * read as a table, line by line; parts that differ only in "left", "upper" and the like are one.
 */
final class PartTable {
  private static final int MOST_OBJECTS = 1_000;
  private static final int MOST_PARTS = 1_000;

  /** A long name behind a definition. */
  private static final String LONG_NAME = "(?:\\s*%\\s*(\\w[\\w ]*\\w))?.*";

  private static final Pattern OBJECT = Pattern.compile("% \\[([^\\]]*)\\].*");
  private static final Pattern PART =
      Pattern.compile("pimap\\{(\\d{1,9})\\}\\('([^']*)'\\)\\s*=\\s*(\\d+);" + LONG_NAME);
  private static final Pattern LOOP = Pattern.compile("for ii = 1:(\\d{1,9}).*");
  private static final Pattern NUMBERED =
      Pattern.compile(
          "\\s*pimap\\{(\\d{1,9})\\}\\(sprintf\\('([^']*)_%d',\\s*ii\\)\\)\\s*=\\s*(\\d+)"
              + "\\s*\\+\\s*ii\\s*;"
              + LONG_NAME);
  private static final Pattern SILHOUETTE = Pattern.compile("% only has si.*");
  private static final Pattern COPIED =
      Pattern.compile("(key|value)Set\\s*=\\s*\\1s\\(pimap\\{(\\d{1,9})\\}\\);.*");
  private static final Pattern COPY =
      Pattern.compile("pimap\\{(\\d{1,9})\\}\\s*=\\s*containers\\.Map\\(keySet,\\s*valueSet\\);.*");
  private static final Pattern IGNORED =
      Pattern.compile("(function|pimap =|\\s*pimap\\{ii\\}|end|\\s*%|remove).*|\\s*");

  /** Words that tell no parts apart. */
  private static final Set<String> PLACES =
      Set.of("left", "right", "front", "back", "upper", "lower", "side");

  /** What short names without a long one mean. */
  private static final Map<String, String> LONG =
      Map.ofEntries(
          Map.entry("lfho", "hoof"),
          Map.entry("rfho", "hoof"),
          Map.entry("lbho", "hoof"),
          Map.entry("rbho", "hoof"),
          Map.entry("fwheel", "wheel"),
          Map.entry("bwheel", "wheel"),
          Map.entry("frontside", "side"),
          Map.entry("leftside", "side"),
          Map.entry("rightside", "side"),
          Map.entry("backside", "side"),
          Map.entry("roofside", "roof side"),
          Map.entry("leftmirror", "mirror"),
          Map.entry("rightmirror", "mirror"));

  /** A part as the annotations name it: "lfleg" of object 8. */
  private record Key(int object, String shortName) {}

  /** What a part is called: "leg" of "cat". */
  private record Part(String object, String name) {}

  private final Path file;
  private final Map<Key, Part> parts = new LinkedHashMap<>();
  private final Map<Key, Integer> codes = new HashMap<>();
  private final List<String> names = new ArrayList<>();

  // Where reading stands.
  private String object = LabelNames.NONE;
  private int objectNumber;
  private int copied;
  private int times;

  /** Reads the function. */
  PartTable(Path file) throws DataException {
    this.file = file;
    int number = 0;
    for (String line : TextLines.of(file)) {
      number++;
      if (!take(line)) {
        throw DataException.at(
            file, number, "a line that is not understood, " + Text.quoted(line.strip()));
      }
      if (objectNumber > MOST_OBJECTS || times > MOST_PARTS) {
        throw DataException.at(file, number, "an object or a count above " + MOST_OBJECTS);
      }
    }
    if (parts.isEmpty()) {
      throw new DataException(Text.oneLine(file.toString()) + " lists no part; fetch it again");
    }
    number();
  }

  private boolean take(String line) {
    Matcher m = OBJECT.matcher(line);
    if (m.matches()) {
      object = m.group(1);
      return true;
    }
    m = PART.matcher(line);
    if (m.matches()) {
      put(m.group(1), m.group(2), m.group(4) == null ? m.group(2) : m.group(4));
      return true;
    }
    m = LOOP.matcher(line);
    if (m.matches()) {
      times = Integer.parseInt(m.group(1));
      return true;
    }
    m = NUMBERED.matcher(line);
    if (m.matches()) {
      String longName = m.group(4);
      boolean taken = longName != null && !longName.contains("multiple");
      for (int i = 1; i <= Math.min(times, MOST_PARTS); i++) {
        put(m.group(1), m.group(2) + "_" + i, taken ? longName : m.group(2));
      }
      return true;
    }
    if (SILHOUETTE.matcher(line).matches()) {
      objectNumber++;
      parts.put(new Key(objectNumber, "silhouette"), new Part(object, "silhouette"));
      return true;
    }
    m = COPIED.matcher(line);
    if (m.matches()) {
      copied = Integer.parseInt(m.group(2));
      return true;
    }
    m = COPY.matcher(line);
    if (m.matches()) {
      copyTo(Integer.parseInt(m.group(1)));
      return true;
    }
    return IGNORED.matcher(line).matches();
  }

  private void put(String number, String shortName, @Nullable String longName) {
    objectNumber = Integer.parseInt(number);
    parts.put(new Key(objectNumber, shortName), new Part(object, String.valueOf(longName)));
  }

  private void copyTo(int to) {
    objectNumber = to;
    Map<Key, Part> copies = new LinkedHashMap<>();
    parts.forEach(
        (key, part) -> {
          if (key.object == copied) {
            copies.put(new Key(to, key.shortName), new Part(object, part.name));
          }
        });
    parts.putAll(copies);
  }

  /** One code for each object and collapsed name. */
  private void number() {
    names.add(LabelNames.NONE);
    Map<Part, Integer> known = new HashMap<>();
    parts.forEach(
        (key, part) -> {
          Part plain = new Part(plain(part.object), plain(part.name));
          Integer code = known.get(plain);
          if (code == null) {
            code = names.size();
            known.put(plain, code);
            names.add(plain.name);
          }
          codes.put(key, code);
        });
  }

  private static String plain(String name) {
    return Stream.of(LONG.getOrDefault(name, name).replace("aeroplane", "airplane").split("\\s+"))
        .filter(word -> !word.isEmpty() && !PLACES.contains(word))
        .collect(Collectors.joining(" "));
  }

  /** The function's file. */
  Path file() {
    return file;
  }

  /** The code of a part; 0 if the function does not list it. */
  int code(int objectIndex, String shortName) {
    return codes.getOrDefault(new Key(objectIndex, shortName), 0);
  }

  /** The name of a code, empty if nothing is left of it; "-" for 0. */
  String name(int code) {
    return names.get(code);
  }
}
