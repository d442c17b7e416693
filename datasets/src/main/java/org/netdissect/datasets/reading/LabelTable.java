package org.netdissect.datasets.reading;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;
import org.netdissect.base.tables.CsvTable;
import org.netdissect.base.tables.Problems;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.VocabularyBuilder;
import org.netdissect.pictures.Nearest;
import org.netdissect.pictures.UnreadableImageException;

/** What the values of a mask mean: each a concept of a category, or nothing. */
public final class LabelTable {
  /** Names that say that a pixel has no label. */
  private static final Set<String> NOTHING =
      Set.of(
          "",
          "-",
          "background",
          "_background_",
          "bg",
          "void",
          "unlabeled",
          "unlabelled",
          "ignore",
          "ignored",
          "none",
          "unknown");

  /** Columns by their names here, and in Roboflow's _classes.csv. */
  private static final List<String> VALUE = List.of("value", "Pixel Value");

  private static final List<String> NAME = List.of("name", " Class", "Class");

  private static final int UNLISTED = -1;

  /** How many unlisted values of a mask are named. */
  private static final int MOST_UNLISTED = 12;

  /** A mask has at most 16 bits a pixel. */
  private static final int MOST_VALUES = 1 << 16;

  /** How far apart two colours must be, in one channel, for a blurred mask to tell them. */
  private static final int TOLD_APART = 64;

  /** For each value {@code number << 8 | category}, 0 for nothing, or {@link #UNLISTED}. */
  private final int[] meanings = new int[MOST_VALUES];

  private final Map<Integer, String> refused = new HashMap<>();

  /** As meanings, by 0xRRGGBB; null when masks hold values. */
  private @Nullable Map<Integer, Integer> byColour;

  private long categories;

  public LabelTable() {
    Arrays.fill(meanings, UNLISTED);
  }

  /** One bit for each category that some value belongs to. */
  public long categories() {
    return categories;
  }

  /** The values that are listed. */
  public BitSet listed() {
    BitSet listed = new BitSet();
    for (int value = 0; value < meanings.length; value++) {
      listed.set(value, meanings[value] != UNLISTED);
    }
    return listed;
  }

  public boolean isByColour() {
    return byColour != null;
  }

  public static boolean meansNothing(String name) {
    return NOTHING.contains(name.strip().toLowerCase(Locale.ROOT));
  }

  /**
   * A table of labels whose values follow one another; those that mean nothing are listed as such,
   * those without a name are not listed.
   *
   * @param first the value of the first name
   */
  public static LabelTable numbered(
      List<String> names, int first, String category, VocabularyBuilder v) throws DataException {
    if (first + names.size() > MOST_VALUES) {
      throw new DataException("more than " + MOST_VALUES + " labels");
    }
    LabelTable table = new LabelTable();
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).isEmpty()) {
        continue;
      }
      if (meansNothing(names.get(i))) {
        table.ignore(first + i);
      } else {
        table.put(first + i, names.get(i), category, List.of(), v);
      }
    }
    return table;
  }

  /** A table of labels by colours, 0xRRGGBB. */
  public static LabelTable coloured(
      Map<Integer, String> names, String category, VocabularyBuilder v) throws DataException {
    LabelTable table = new LabelTable();
    table.byColour = new HashMap<>();
    for (Map.Entry<Integer, String> e : names.entrySet()) {
      String name = e.getValue();
      table.byColour.put(
          e.getKey(), meansNothing(name) ? 0 : table.meaning(name, category, List.of(), v));
    }
    return table;
  }

  /** Gives a value a meaning; its name and category are taken into the vocabulary. */
  public void put(int value, String name, String category, List<String> others, VocabularyBuilder v)
      throws DataException {
    meanings[value] = meaning(name, category, others, v);
  }

  public void ignore(int value) {
    meanings[value] = 0;
  }

  /**
   * A value that masks of this table never hold: one that does is of another kind.
   *
   * @param why what it shows, for people
   */
  public void refuse(int value, String why) {
    refused.put(value, why);
  }

  private int meaning(String name, String category, List<String> others, VocabularyBuilder v)
      throws DataException {
    int c = v.category(category);
    categories |= 1L << c;
    int number = v.concept(name);
    v.synonyms(name, others);
    return (number << 8) | c;
  }

  /**
   * Reads a table {@code value,name[,category[,synonyms]]}. A value is 0 … 65535, or #RRGGBB for
   * masks drawn in colours, for which the columns r, g, b may stand too. Values 0, 255 and 65535
   * mean nothing unless they are listed.
   *
   * @param category of rows that name none
   * @param problems told of each row that is wrong, which is then left out
   */
  public static LabelTable read(Path file, String category, VocabularyBuilder v, Problems problems)
      throws IOException {
    LabelTable table = new LabelTable();
    Map<String, Long> lines = new HashMap<>();
    try (CsvTable csv = CsvTable.open(file)) {
      String value = column(csv, VALUE);
      String name = column(csv, NAME);
      boolean rgb = value == null && csv.has("r") && csv.has("g") && csv.has("b");
      if ((value == null && !rgb) || name == null) {
        throw DataException.at(file, 1, csv.lacks(name == null ? "name" : "value"));
      }
      csv.forEach(problems, row -> table.add(row, value, name, lines, category, v));
    }
    if (table.categories == 0) {
      throw new DataException(file + " names no label");
    }
    return table;
  }

  /** The first of these columns that the table has, or null. */
  private static @Nullable String column(CsvTable csv, List<String> names) {
    return names.stream().filter(csv::has).findFirst().orElse(null);
  }

  private static String colour(CsvTable.Row row) throws DataException {
    return String.format(
        "#%02X%02X%02X",
        row.integer("r", 0, 255), row.integer("g", 0, 255), row.integer("b", 0, 255));
  }

  private void add(
      CsvTable.Row row,
      @Nullable String valueColumn,
      String nameColumn,
      Map<String, Long> lines,
      String category,
      VocabularyBuilder v)
      throws DataException {
    String value = valueColumn == null ? colour(row) : row.get(valueColumn).strip();
    Long earlier = lines.putIfAbsent(value.toLowerCase(Locale.ROOT), row.line());
    if (earlier != null) {
      throw row.error(
          "value", Text.quoted(value) + " stands twice; it is on line " + earlier + " too");
    }
    boolean colour = value.startsWith("#");
    if (lines.size() == 1 && colour) {
      byColour = new HashMap<>();
    }
    if (colour != isByColour()) {
      throw row.error("value", "colours and numbers cannot stand in one table");
    }
    if (colour && !value.matches("#[0-9A-Fa-f]{6}")) {
      throw row.error("value", Text.quoted(value) + " is not a colour like #80FF00");
    }
    int key =
        valueColumn == null || colour
            ? Integer.parseInt(value.substring(1), 16)
            : row.integer(valueColumn, 0, 65_535);
    String name = row.get(nameColumn).strip();
    int meaning = 0;
    if (!meansNothing(name)) {
      String of = row.get("category").strip();
      List<String> others = new ArrayList<>();
      for (String other : row.get("synonyms").split(";", -1)) {
        others.add(other.strip());
      }
      try {
        meaning = meaning(name, of.isEmpty() ? category : of, others, v);
      } catch (DataException e) {
        throw row.error("category", e.getMessage());
      }
    }
    if (byColour != null) {
      byColour.put(key, meaning);
    } else {
      meanings[key] = meaning;
    }
  }

  /** Values that every data set uses for pixels without a label. */
  private static boolean isCustomaryNothing(int value, int bitDepth) {
    return value == 0 || value == (bitDepth == 16 ? 65_535 : 255);
  }

  /**
   * The label maps of a mask, resampled: one for each category that occurs.
   *
   * @throws DataException when the mask holds a value that the table does not list
   */
  public List<AnnotatedImage.LabelMap> read(MaskPixels mask, String name, int height, int width)
      throws DataException {
    if (isByColour() && mask.channels < 3 && mask.palette == null) {
      throw new DataException(
          Text.oneLine(name) + " is a grey PNG, but the table of labels names colours");
    }
    Two two = mask.blurred ? two(name) : null;
    int pixels = mask.blurred ? 0 : mask.height * mask.width; // to be looked through
    int last = -1;
    Map<Integer, Integer> unlisted = new LinkedHashMap<>(); // value → where it is first
    for (int p = 0; p < pixels; p++) {
      int value = value(mask, p);
      if (value != last) {
        last = value;
        if (refused.containsKey(last)) {
          throw new UnlistedLabelException(
              Text.oneLine(name) + " holds the value " + last + ": " + refused.get(last),
              List.of("the value " + last));
        }
        if (meaning(last) == UNLISTED
            && (isByColour() || !isCustomaryNothing(last, mask.bitDepth))
            && unlisted.size() < MOST_UNLISTED) {
          unlisted.putIfAbsent(last, p);
        }
      }
    }
    if (!unlisted.isEmpty()) {
      throw unlisted(name, unlisted, mask.width, mask.channels >= 3);
    }
    char[][] maps = new char[Limits.CATEGORIES][];
    int[] rows = Nearest.indices(mask.height, height);
    int[] columns = Nearest.indices(mask.width, width);
    for (int y = 0, p = 0; y < height; y++) {
      int from = rows[y] * mask.width;
      for (int x = 0; x < width; x++, p++) {
        int at = from + columns[x];
        int meaning = two != null ? two.nearest(mask.samples, 3 * at) : meaning(value(mask, at));
        if (meaning > 0) {
          int category = meaning & 0xff;
          if (maps[category] == null) {
            maps[category] = new char[height * width];
          }
          maps[category][p] = (char) (meaning >>> 8);
        }
      }
    }
    List<AnnotatedImage.LabelMap> list = new ArrayList<>();
    for (int c = 0; c < maps.length; c++) {
      if (maps[c] != null) {
        list.add(new AnnotatedImage.LabelMap(c, maps[c]));
      }
    }
    return list;
  }

  /** The one label of a table and nothing, as colours. */
  private record Two(int label, int nothing, int meaning) {
    /** What a blurred pixel means: whichever it is nearer to. */
    int nearest(byte[] rgb, int at) {
      return distance(rgb, at, label) < distance(rgb, at, nothing) ? meaning : 0;
    }

    private static int distance(byte[] rgb, int at, int colour) {
      int sum = 0;
      for (int c = 0; c < 3; c++) {
        int d = (rgb[at + c] & 0xff) - (colour >> (16 - 8 * c) & 0xff);
        sum += d * d;
      }
      return sum;
    }
  }

  /** A blurred mask can tell one label from nothing; between several it would make up others. */
  private Two two(String name) throws DataException {
    List<Integer> labels = new ArrayList<>();
    List<Integer> nothing = new ArrayList<>();
    if (byColour != null) {
      byColour.forEach((colour, meaning) -> (meaning > 0 ? labels : nothing).add(colour));
    } else {
      for (int v = 0; v < meanings.length; v++) {
        if (meanings[v] != UNLISTED) {
          (meanings[v] > 0 ? labels : nothing).add(v < 256 ? 0x010101 * v : -1);
        }
      }
    }
    if (labels.size() == 1 && labels.get(0) >= 0 && nothing.size() <= 1) {
      int label = labels.get(0);
      int other = nothing.isEmpty() ? 0 : nothing.get(0);
      if (other >= 0 && apart(label, other)) {
        return new Two(label, other, meaning(isByColour() ? label : label & 0xff));
      }
    }
    throw new UnreadableImageException(
        Text.oneLine(name)
            + " is no PNG, and a JPEG blurs its values: one label that is far from nothing can be"
            + " told in it (255 or #FFFFFF for white), and no more; save masks as PNG");
  }

  private static boolean apart(int a, int b) {
    for (int shift = 0; shift <= 16; shift += 8) {
      if (Math.abs((a >> shift & 0xff) - (b >> shift & 0xff)) >= TOLD_APART) {
        return true;
      }
    }
    return false;
  }

  private int meaning(int value) {
    return byColour != null ? byColour.getOrDefault(value, UNLISTED) : meanings[value];
  }

  /** What the pixel says: a number, or a colour. */
  private int value(MaskPixels mask, int pixel) {
    byte[] s = mask.samples;
    int sample = mask.bitDepth == 16 ? 2 : 1;
    int k = pixel * mask.channels * sample;
    if (isByColour()) {
      return colourAt(mask, k, sample);
    } else if (mask.channels >= 3) {
      // 16-bit colour is read by its high bytes, so that it means what it looks like.
      return (s[k] & 0xff) | ((s[k + sample] & 0xff) << 8);
    }
    return sample == 2 ? ((s[k] & 0xff) << 8) | (s[k + 1] & 0xff) : s[k] & 0xff;
  }

  private static int colourAt(MaskPixels mask, int k, int sample) {
    byte[] of = mask.samples;
    int at = k;
    int step = sample;
    if (mask.palette != null) {
      of = mask.palette;
      at = 3 * (mask.samples[k] & 0xff);
      step = 1;
      if (at >= of.length) {
        return -2;
      }
    }
    return ((of[at] & 0xff) << 16) | ((of[at + step] & 0xff) << 8) | (of[at + 2 * step] & 0xff);
  }

  private DataException unlisted(
      String name, Map<Integer, Integer> unlisted, int width, boolean colour) {
    List<String> values = new ArrayList<>();
    unlisted.forEach(
        (value, at) ->
            values.add(isByColour() ? String.format("#%06X", value) : String.valueOf(value)));
    int first = unlisted.values().iterator().next();
    boolean many = values.size() == MOST_UNLISTED;
    return new UnlistedLabelException(
        Text.oneLine(name)
            + " holds the value "
            + values.get(0)
            + " at row "
            + first / width
            + ", column "
            + first % width
            + ", which the table of labels does not list"
            + (values.size() > 1
                ? ", nor does it list " + String.join(", ", values.subList(1, values.size()))
                : "")
            + (many ? ", …" : "")
            + "; list it, with a blank name if it means nothing"
            + (colour && !isByColour()
                ? " (colour masks are read as R + 256·G; if these are drawn in colours, give the"
                    + " values as #RRGGBB)"
                : ""),
        values.stream().map(value -> "the value " + value).toList());
  }
}
