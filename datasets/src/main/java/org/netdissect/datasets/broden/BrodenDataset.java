package org.netdissect.datasets.broden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;
import org.netdissect.base.tables.CsvTable;
import org.netdissect.base.tables.Problems;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;
import org.netdissect.datasets.reading.Folders;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.Stamper;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.Png;

/**
 * A folder in the format of Broden, the data set of Network Dissection (Bau, Zhou, Khosla, Oliva
 * and Torralba, CVPR 2017): {@code category.csv}, {@code label.csv}, {@code c_<category>.csv},
 * {@code index.csv} and {@code images/}.
 *
 * <p>A cell of index.csv is a list with ";" between: a part of digits only is a label of the whole
 * image, any other the path of a PNG mask below {@code images/} whose pixels mean R + 256·G. Label
 * 0 means nothing.
 */
public final class BrodenDataset implements ReadDataset {
  private static final List<String> FIXED = List.of("image", "split", "ih", "iw", "sh", "sw");

  private final Path folder;
  private final Path images;
  private final Vocabulary vocabulary;
  private final List<ImageRow> rows;

  /** For each category the numbers that its table lists. */
  private final BitSet[] listed;

  private final List<Cells> cells;

  /** The labels of a row of index.csv: a cell for each category. */
  private static final class Cells {
    final long line;
    final String[] of;

    Cells(long line, String[] of) {
      this.line = line;
      this.of = of;
    }
  }

  private BrodenDataset(
      Path folder, Vocabulary vocabulary, BitSet[] listed, List<ImageRow> rows, List<Cells> cells) {
    this.folder = folder;
    this.listed = listed;
    this.images = folder.resolve("images");
    this.vocabulary = vocabulary;
    this.rows = rows;
    this.cells = cells;
  }

  /** Whether the folder looks like a Broden folder. */
  public static boolean isBroden(Path folder) {
    return Files.isRegularFile(folder.resolve("index.csv"))
        && Files.isRegularFile(folder.resolve("category.csv"));
  }

  /**
   * Reads the tables of a folder; masks and photographs are read later.
   *
   * @throws DataException when a table is missing or malformed: names file, line and column
   */
  public static BrodenDataset open(Path folder) throws DataException {
    return open(folder, Problems.STOP);
  }

  /** Reads the tables; a problem in one row need not stop the others. */
  public static BrodenDataset open(Path folder, Problems problems) throws DataException {
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          Files.exists(folder)
              ? folder + " is not a folder; give the folder that holds index.csv"
              : "no such data folder: " + folder);
    }
    try {
      List<BitSet> lists = new ArrayList<>();
      Vocabulary vocabulary = readVocabulary(folder, lists, problems);
      BitSet[] listed = lists.toArray(BitSet[]::new);
      List<ImageRow> rows = new ArrayList<>();
      List<Cells> cells = new ArrayList<>();
      readIndex(folder.resolve("index.csv"), vocabulary, rows, cells, problems);
      return new BrodenDataset(folder, vocabulary, listed, List.copyOf(rows), cells);
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException("cannot read " + folder + ": " + e.getMessage(), e);
    }
  }

  private static List<String> readCategories(Path file, Problems problems) throws IOException {
    List<String> names = new ArrayList<>();
    try (CsvTable table = CsvTable.open(file, "name")) {
      table.forEach(
          problems,
          row -> {
            String name = row.get("name");
            if (name.isBlank() || FIXED.contains(name)) {
              throw row.error("name", Text.quoted(name) + " cannot be the name of a category");
            }
            if (name.contains("/") || name.contains("\\") || Folders.complaint(name) != null) {
              throw row.error("name", Text.quoted(name) + " cannot be part of a file name");
            }
            if (names.contains(name)) {
              throw row.error("name", "category " + Text.quoted(name) + " stands twice");
            }
            if (names.size() == Limits.CATEGORIES) {
              throw row.error("more than " + Limits.CATEGORIES + " categories");
            }
            names.add(name);
          });
    }
    if (names.isEmpty()) {
      throw new DataException(file + " names no category");
    }
    return names;
  }

  /** A category with a table of labels that category.csv does not name would be lost. */
  private static void checkNoneIsMissing(Path folder, List<String> categories, Problems problems)
      throws IOException {
    for (String name : Listing.of(folder).files()) {
      if (!name.startsWith("c_") || !name.endsWith(".csv")) {
        continue;
      }
      String category = name.substring(2, name.length() - 4);
      if (categories.contains(category)) {
        continue;
      }
      try (CsvTable table = CsvTable.open(folder.resolve(name))) {
        if (table.has("number") && table.next() != null) {
          problems.add(
              new DataException(
                  folder.resolve("category.csv")
                      + " has no category "
                      + Text.quoted(category)
                      + ", though "
                      + Text.oneLine(name)
                      + " lists its labels; add the row, or take that file away"));
        }
      }
    }
  }

  private static Vocabulary readVocabulary(Path folder, List<BitSet> listed, Problems problems)
      throws IOException {
    List<String> categories = readCategories(folder.resolve("category.csv"), problems);
    checkNoneIsMissing(folder, categories, problems);
    Map<Integer, String> names = new TreeMap<>();
    Map<Integer, List<String>> synonyms = new HashMap<>();
    try (CsvTable table = CsvTable.open(folder.resolve("label.csv"), "number", "name")) {
      table.forEach(
          problems,
          row -> {
            int number = row.integer("number", 0, Limits.CONCEPT_NUMBER);
            if (names.put(number, row.get("name")) != null) {
              throw row.error("number", "label number " + number + " stands twice");
            }
            List<String> others = new ArrayList<>();
            for (String other : row.get("syns").split(";", -1)) {
              if (!other.isBlank()) {
                others.add(other.strip());
              }
            }
            synonyms.put(number, others);
          });
    }
    Map<Integer, Double[]> coverage = new HashMap<>();
    for (int c = 0; c < categories.size(); c++) {
      int category = c;
      listed.add(new BitSet());
      Path file = folder.resolve("c_" + categories.get(c) + ".csv");
      if (problems != Problems.STOP && !Files.isRegularFile(file)) {
        problems.add(new DataException("missing file " + file));
        continue;
      }
      try (CsvTable table = CsvTable.open(file, "number", "coverage")) {
        table.forEach(
            problems,
            row -> {
              int number = row.integer("number", 0, Limits.CONCEPT_NUMBER);
              names.putIfAbsent(number, row.get("name"));
              Double[] of = coverage.computeIfAbsent(number, n -> new Double[categories.size()]);
              if (of[category] != null) {
                throw row.error("number", "label number " + number + " stands twice");
              }
              of[category] = row.real("coverage");
              listed.get(category).set(number);
            });
      }
    }
    List<Concept> concepts = new ArrayList<>();
    for (Map.Entry<Integer, String> e : names.entrySet()) {
      Double[] of = coverage.getOrDefault(e.getKey(), new Double[categories.size()]);
      concepts.add(
          new Concept(
              e.getKey(),
              e.getValue(),
              synonyms.getOrDefault(e.getKey(), List.of()),
              Arrays.stream(of).map(x -> x == null ? 0.0 : x).toList()));
    }
    return Vocabulary.of(categories, concepts);
  }

  private static void readIndex(
      Path file, Vocabulary vocabulary, List<ImageRow> rows, List<Cells> cells, Problems problems)
      throws IOException {
    List<String> required = new ArrayList<>(FIXED);
    for (Category category : vocabulary.categories()) {
      required.add(category.name());
    }
    Map<String, Long> lines = new HashMap<>();
    try (CsvTable table = CsvTable.open(file, required.toArray(String[]::new))) {
      table.forEach(
          problems,
          row -> {
            if (rows.size() == Limits.IMAGES) {
              throw row.error("more than " + Limits.IMAGES + " images");
            }
            String name = row.get("image");
            String complaint = Folders.complaint(name);
            if (complaint != null) {
              throw row.error("image", complaint);
            }
            Long earlier = lines.putIfAbsent(name, row.line());
            if (earlier != null) {
              throw row.error(
                  "image", Text.quoted(name) + " stands twice; it is on line " + earlier + " too");
            }
            int photoHeight = row.integer("ih", 1, Limits.SIDE);
            int photoWidth = row.integer("iw", 1, Limits.SIDE);
            if ((long) photoHeight * photoWidth > Limits.PHOTO_PIXELS) {
              throw row.error(
                  "iw", "a photograph of " + photoHeight + " × " + photoWidth + " pixels");
            }
            int maskHeight = row.integer("sh", 1, Limits.SIDE);
            int maskWidth = row.integer("sw", 1, Limits.SIDE);
            if ((long) maskHeight * maskWidth > Limits.MASK_PIXELS) {
              throw row.error("sw", "a mask of " + maskHeight + " × " + maskWidth + " pixels");
            }
            String[] ofRow = new String[vocabulary.categories().size()];
            for (Category category : vocabulary.categories()) {
              String cell = row.get(category.name());
              checkCell(row, category.name(), cell);
              ofRow[category.index()] = cell;
            }
            cells.add(new Cells(row.line(), ofRow));
            rows.add(
                new ImageRow(
                    name,
                    row.get("split"),
                    photoHeight,
                    photoWidth,
                    maskHeight,
                    maskWidth,
                    rows.size()));
          });
    }
    if (rows.isEmpty()) {
      throw new DataException(file + " lists no image");
    }
  }

  private static void checkCell(CsvTable.Row row, String column, String cell) throws DataException {
    if (cell.isEmpty()) {
      return;
    }
    String[] parts = cell.indexOf(';') < 0 ? new String[] {cell} : cell.split(";", -1);
    if (parts.length > Limits.PARTS_OF_A_CELL) {
      throw row.error(column, parts.length + " labels in one cell");
    }
    for (String part : parts) {
      if (Text.isAllDigits(part)) {
        if (part.length() > 9 || Integer.parseInt(part) > Limits.CONCEPT_NUMBER) {
          throw row.error(
              column, "label number " + Text.quoted(part) + " is above " + Limits.CONCEPT_NUMBER);
        }
      } else if (!part.isEmpty()) {
        String complaint = Folders.complaint(part);
        if (complaint != null) {
          throw row.error(column, complaint);
        }
      }
    }
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public boolean coverageKnown() {
    return true;
  }

  @Override
  public List<ImageRow> images() {
    return rows;
  }

  @Override
  public AnnotatedImage annotate(ImageRow image, Problems problems) throws DataException {
    List<AnnotatedImage.LabelMap> maps = new ArrayList<>();
    List<AnnotatedImage.WholeLabel> whole = new ArrayList<>();
    long dataCategories = 0;
    String[] ofRow = cells.get(image.row()).of;
    for (int c = 0; c < ofRow.length; c++) {
      if (ofRow[c].isEmpty()) {
        continue;
      }
      for (String part : ofRow[c].split(";", -1)) {
        if (part.isEmpty()) {
          continue;
        }
        if (Text.isAllDigits(part)) {
          int number = Integer.parseInt(part);
          if (number == 0) {
            continue;
          }
          whole.add(new AnnotatedImage.WholeLabel(c, number));
        } else {
          try {
            maps.add(new AnnotatedImage.LabelMap(c, readMask(part, image)));
          } catch (DataException e) {
            if (problems == Problems.STOP) {
              throw e;
            }
            problems.add(
                DataException.at(
                    folder.resolve("index.csv"),
                    cells.get(image.row()).line,
                    vocabulary.categories().get(c).name(),
                    e.getMessage()));
          }
        }
        dataCategories |= 1L << c;
      }
    }
    return new AnnotatedImage(image.maskHeight(), image.maskWidth(), maps, whole, dataCategories);
  }

  private char[] readMask(String name, ImageRow image) throws DataException {
    Path path = Folders.below(images, name);
    byte[] file = Photographs.bytes(path);
    Png.Header header = Png.header(file, path.toString(), Limits.PHOTO_PIXELS);
    if (header.height != image.maskHeight() || header.width != image.maskWidth()) {
      throw new DataException(
          Text.oneLine(path.toString())
              + " is a mask of "
              + header.height
              + " × "
              + header.width
              + " pixels; index.csv says sh × sw = "
              + image.maskHeight()
              + " × "
              + image.maskWidth()
              + " for "
              + Text.oneLine(image.name()));
    }
    if (header.bitDepth == 16 || header.colorType == Png.GREY || header.channels == 2) {
      throw new DataException(
          Text.oneLine(path.toString())
              + " is a "
              + header.bitDepth
              + "-bit "
              + (header.channels < 3 ? "grey" : "colour")
              + " PNG; a mask of Broden is an 8-bit colour PNG, label = R + 256·G");
    }
    return decodeMask(Png.decode(file, path.toString(), Limits.MASK_PIXELS));
  }

  /** Whether the category's table lists the number. */
  private boolean lists(int category, int number) {
    return listed[category].get(number);
  }

  @Override
  public @Nullable String complaint(int category, int number) {
    return lists(category, number)
        ? null
        : "label "
            + number
            + " ("
            + vocabulary.concept(number).name()
            + ") is not in c_"
            + vocabulary.categories().get(category).name()
            + ".csv";
  }

  /** Compares the tables with each other. */
  @Override
  public void check(Problems problems) throws DataException {
    for (Category category : vocabulary.categories()) {
      Path file = folder.resolve("c_" + category.name() + ".csv");
      if (!Files.isRegularFile(file)) {
        continue; // told already
      }
      try (CsvTable table = CsvTable.open(file, "number", "coverage")) {
        table.forEach(
            problems,
            row -> {
              int number = row.integer("number", 0, Limits.CONCEPT_NUMBER);
              String name = vocabulary.concept(number).name();
              if (table.has("name") && !row.get("name").equals(name)) {
                throw row.error(
                    "name",
                    "label "
                        + number
                        + " is called "
                        + Text.quoted(row.get("name"))
                        + " here, "
                        + Text.quoted(name)
                        + " in label.csv");
              }
            });
      } catch (DataException e) {
        problems.add(e);
      } catch (IOException e) {
        problems.add(new DataException("cannot read " + file, e));
      }
    }
    checkCategoryTable(problems);
    checkLabelTable(problems);
  }

  private void checkCategoryTable(Problems problems) throws DataException {
    Path file = folder.resolve("category.csv");
    try (CsvTable table = CsvTable.open(file, "name")) {
      table.forEach(
          problems,
          row -> {
            Category category = vocabulary.category(row.get("name"));
            if (category == null) {
              return;
            }
            BitSet of = listed[category.index()];
            if (of.isEmpty()) {
              return;
            }
            for (String column : List.of("first", "last", "count")) {
              int truth =
                  switch (column) {
                    case "first" -> of.nextSetBit(0);
                    case "last" -> of.length() - 1;
                    default -> of.cardinality();
                  };
              if (table.has(column) && row.integer(column, 0, Integer.MAX_VALUE) != truth) {
                throw row.error(
                    column,
                    row.get(column)
                        + " contradicts c_"
                        + category.name()
                        + ".csv, which makes it "
                        + truth);
              }
            }
          });
    } catch (DataException e) {
      problems.add(e);
    } catch (IOException e) {
      problems.add(new DataException("cannot read " + file, e));
    }
  }

  private void checkLabelTable(Problems problems) throws DataException {
    Path file = folder.resolve("label.csv");
    BitSet inLabels = new BitSet();
    try (CsvTable table = CsvTable.open(file, "number")) {
      table.forEach(
          problems,
          row -> {
            int number = row.integer("number", 0, Limits.CONCEPT_NUMBER);
            inLabels.set(number);
            List<String> here = new ArrayList<>();
            for (String item : row.get("category").split(";", -1)) {
              if (!item.isBlank()) {
                here.add(item.replaceFirst("\\(.*", "").strip());
              }
            }
            for (Category category : vocabulary.categories()) {
              boolean there = lists(category.index(), number);
              if (table.has("category") && there != here.contains(category.name())) {
                throw row.error(
                    "category",
                    "label "
                        + number
                        + (there ? " is in c_" : " is not in c_")
                        + category.name()
                        + ".csv, but here it is "
                        + Text.quoted(row.get("category")));
              }
            }
          });
    } catch (DataException e) {
      problems.add(e);
    } catch (IOException e) {
      problems.add(new DataException("cannot read " + file, e));
    }
    for (int c = 0; c < listed.length; c++) {
      BitSet missing = (BitSet) listed[c].clone();
      missing.andNot(inLabels);
      for (int n = missing.nextSetBit(0); n >= 0; n = missing.nextSetBit(n + 1)) {
        problems.add(
            new DataException(
                file
                    + " has no label "
                    + n
                    + ", which c_"
                    + vocabulary.categories().get(c).name()
                    + ".csv lists"));
      }
    }
  }

  /** R + 256·G of each pixel. */
  static char[] decodeMask(Png png) throws DataException {
    byte[] s = png.samples;
    char[] labels = new char[png.height * png.width];
    if (png.colorType == Png.PALETTE) {
      byte[] p = png.palette;
      int entries = p.length / 3;
      char[] ofEntry = new char[256];
      for (int i = 0; i < entries; i++) {
        ofEntry[i] = (char) ((p[3 * i] & 0xff) | ((p[3 * i + 1] & 0xff) << 8));
      }
      for (int i = 0; i < labels.length; i++) {
        labels[i] = ofEntry[s[i] & 0xff];
      }
    } else {
      int step = png.channels;
      for (int i = 0, k = 0; i < labels.length; i++, k += step) {
        labels[i] = (char) ((s[k] & 0xff) | ((s[k + 1] & 0xff) << 8));
      }
    }
    return labels;
  }

  @Override
  public Path photograph(ImageRow image) {
    return Folders.below(images, image.name());
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public String key() {
    return "broden";
  }

  @Override
  public String stamp() {
    Stamper stamper = new Stamper();
    stamper.add(folder.resolve("category.csv"));
    stamper.add(folder.resolve("label.csv"));
    stamper.add(folder.resolve("index.csv"));
    for (Category category : vocabulary.categories()) {
      stamper.add(folder.resolve("c_" + category.name() + ".csv"));
    }
    for (Cells row : cells) {
      for (String cell : row.of) {
        if (cell.isEmpty()) {
          continue;
        }
        for (String part : cell.split(";", -1)) {
          if (!part.isEmpty() && !Text.isAllDigits(part)) {
            stamper.add(Folders.below(images, part));
          }
        }
      }
    }
    return stamper.stamp();
  }
}
