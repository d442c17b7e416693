package org.netdissect.datasets.drawn;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.TextLines;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * The names of YOLO's classes.
 *
 * @param file that holds them
 * @param byNumber the names by the numbers of the classes
 * @param keypoints numbers of keypoints that follow a box on a line; 0 without keypoints
 * @param doubts what makes it doubtful that these are the names, a line each
 */
record YoloNames(Path file, Map<Integer, String> byNumber, int keypoints, List<String> doubts) {
  private static final int MOST_CLASSES = 65_535;
  private static final int LONGEST_YAML = 1 << 22;

  /** Whether a text is a table of names by its own name. */
  static boolean isTable(String name) {
    return List.of("classes.txt", "labels.txt", "obj.names")
        .contains(name.toLowerCase(Locale.ROOT));
  }

  /** The file of names in a folder, or null; the first where several would do. */
  static @Nullable Path table(Listing at) {
    Path own = at.firstFile("data.yaml", "data.yml");
    if (own != null && !isOfOtherThings(own)) {
      return own;
    }
    List<Path> yaml = otherYaml(at);
    if (!yaml.isEmpty()) {
      return yaml.get(0);
    }
    Path text = at.firstFile("classes.txt", "obj.names");
    return text != null
        ? text
        : at.filesEnding(".names").stream().findFirst().map(at.folder()::resolve).orElse(null);
  }

  /** Whether it can be read but names nothing; what cannot be read gives its error when opened. */
  private static boolean isOfOtherThings(Path file) {
    try {
      return load(file).get("names") == null;
    } catch (DataException e) {
      return false;
    }
  }

  /** The files that hold names as data.yaml does, under other names. */
  private static List<Path> otherYaml(Listing at) {
    return Stream.of(".yaml", ".yml")
        .flatMap(ending -> at.filesEnding(ending).stream())
        .map(at.folder()::resolve)
        .filter(YoloNames::hasNames)
        .toList();
  }

  private static boolean hasNames(Path file) {
    try {
      return load(file).get("names") != null;
    } catch (DataException e) {
      return false;
    }
  }

  /** Reads the names of a folder. */
  static YoloNames read(Path folder) throws DataException {
    Listing at = Listing.of(folder);
    Path file = table(at);
    if (file == null) {
      throw new DataException(
          Text.oneLine(folder.toString())
              + " holds no data.yaml, classes.txt or obj.names that names the classes of its labels");
    }
    checkAlone(file, otherYaml(at));
    String lower = file.toString().toLowerCase(Locale.ROOT);
    if (!lower.endsWith(".yaml") && !lower.endsWith(".yml")) {
      Map<Integer, String> names = new TreeMap<>();
      for (String name : TextLines.numbered(file)) {
        names.put(names.size(), name);
      }
      return checked(file, names, 0, null);
    }
    Map<?, ?> yaml = load(file);
    return checked(
        file, names(file, yaml.get("names")), keypoints(yaml.get("kpt_shape")), yaml.get("nc"));
  }

  private static void checkAlone(Path file, List<Path> yaml) throws DataException {
    boolean own = file.getFileName().toString().toLowerCase(Locale.ROOT).startsWith("data.y");
    if (!own && yaml.size() > 1) {
      throw new DataException(
          Text.oneLine(yaml.get(0).toString())
              + " and "
              + Text.quoted(yaml.get(1).getFileName().toString())
              + " both name classes; name the one that is meant data.yaml");
    }
  }

  /**
   * The names, checked.
   *
   * @param count how many there should be, where the file says so
   */
  private static YoloNames checked(
      Path file, Map<Integer, String> names, int keypoints, @Nullable Object count)
      throws DataException {
    if (names.isEmpty() || names.size() > MOST_CLASSES) {
      throw new DataException(
          Text.oneLine(file.toString()) + " names " + names.size() + " classes");
    }
    boolean differs = count != null && !String.valueOf(count).equals("" + names.size());
    return new YoloNames(
        file,
        names,
        keypoints,
        differs
            ? List.of(
                Text.oneLine(
                        file + ": nc says " + count + " classes, but names has " + names.size())
                    + "; a class may bear the name of another")
            : List.of());
  }

  private static Map<?, ?> load(Path file) throws DataException {
    String text = String.join("\n", TextLines.of(file));
    if (text.length() > LONGEST_YAML) {
      throw new DataException(Text.oneLine(file.toString()) + " is too large for a list of names");
    }
    try {
      Object all =
          new Load(LoadSettings.builder().setMaxAliasesForCollections(20).build())
              .loadFromString(text);
      if (all instanceof Map<?, ?> map) {
        return map;
      }
    } catch (MarkedYamlEngineException e) {
      String place =
          e.getProblemMark()
              .map(at -> " line %d, column %d".formatted(at.getLine() + 1, at.getColumn() + 1))
              .orElse("");
      throw new DataException(
          Text.oneLine(file + place + ": no YAML that can be read: " + e.getProblem()), e);
    } catch (YamlEngineException | StackOverflowError e) {
      throw new DataException(Text.oneLine(file.toString()) + ": no YAML that can be read", e);
    }
    throw new DataException(Text.oneLine(file.toString()) + " holds no names");
  }

  private static Map<Integer, String> names(Path file, @Nullable Object list) throws DataException {
    Map<Integer, String> names = new TreeMap<>();
    if (list instanceof List<?> all) {
      for (Object name : all) {
        names.put(names.size(), String.valueOf(name));
      }
    } else if (list instanceof Map<?, ?> all) {
      for (Map.Entry<?, ?> e : all.entrySet()) {
        String number = String.valueOf(e.getKey());
        if (!Text.isAllDigits(number) || number.length() > 6) {
          throw new DataException(
              Text.oneLine(file.toString())
                  + ": "
                  + Text.quoted(number)
                  + " in names is no number of a class");
        }
        names.put(Integer.valueOf(number), String.valueOf(e.getValue()));
      }
    } else {
      throw new DataException(
          Text.oneLine(file.toString()) + ": names is neither a list nor a table of names");
    }
    return names;
  }

  private static int keypoints(@Nullable Object shape) {
    return shape instanceof List<?> list
            && list.size() == 2
            && list.get(0) instanceof Integer n
            && list.get(1) instanceof Integer each
            && n > 0
            && n < 10_000
            && each > 0
            && each < 10
        ? n * each
        : 0;
  }

  /** All names in the order of their numbers. */
  List<String> all() {
    return List.copyOf(byNumber.values());
  }
}
