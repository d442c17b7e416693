package org.netdissect.datasets.broden;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.files.Unfinished;
import org.netdissect.base.files.WholeFile;
import org.netdissect.base.threads.Workers;
import org.netdissect.datasets.reading.Splits;
import org.netdissect.pictures.PngWriter;

/**
 * Writes a folder in the format of the Broden data set (Bau et al., CVPR 2017; the released
 * broden1_224): photographs and label masks below {@code images/}, and the tables {@code
 * index.csv}, {@code label.csv}, {@code category.csv} and {@code c_<category>.csv}.
 *
 * <p>Labels are names; {@link #code} gives a name a code to use in label maps. A name is one label
 * in whatever categories it occurs. The final numbers are known only when all images are: they run
 * from 1 by decreasing frequency, then decreasing coverage, then name. So {@link #add} writes the
 * photograph and puts the label maps, packed, into one spool file; {@link #finish} numbers the
 * labels, writes the masks from the spool and the tables, {@code index.csv} last. Until then the
 * folder is marked as {@link Unfinished}, and a writer that is opened on it begins anew.
 *
 * <p>Frequencies and coverages are those of the maps given, at the size of the masks. Rows are
 * sorted by the MD5 hash of the image's name and the split, where none is given, follows from the
 * same hash (up to 0.7 train, else val), so neither depends on the order of {@link #add}, which
 * several threads may call. Memory holds about 200 bytes an image.
 */
public final class BrodenWriter implements Closeable {
  private static final String SPOOL = ".masks-inc";

  /** The columns of index.csv before those of the categories. */
  public static final List<String> COLUMNS = List.of("image", "split", "ih", "iw", "sh", "sw");

  private static final int MAX_LABELS = 65_535;
  // Coverage is summed in integers: such a sum does not depend on the order of the images.
  private static final double COVERAGE_UNIT = 1L << 40;

  private final Path folder;
  private final Path images;
  private final List<String> categories;
  private final int minImages;
  private final double minCoverage;
  private final String readme;
  private final Unfinished unfinished;
  private final FileChannel spool;

  private final Map<String, Integer> codes = new HashMap<>();
  private final List<String> names = new ArrayList<>();
  private final Map<String, Set<String>> synonyms = new HashMap<>();
  private final List<Sums> sums = new ArrayList<>();
  private final List<Row> rows = new ArrayList<>();

  /** Files below images/: the photographs, and when it is finished the masks. */
  private final FreeNames taken = new FreeNames();

  private long spoolEnd;
  private boolean finished;

  private BrodenWriter(Builder builder) throws IOException {
    this.folder = builder.folder;
    this.images = folder.resolve("images");
    this.categories = builder.categories;
    this.minImages = builder.minImages;
    this.minCoverage = builder.minCoverage;
    this.readme = builder.readme;
    this.unfinished = Unfinished.begin(folder, builder.command);
    FileChannel opened = null;
    try {
      Files.createDirectories(images);
      unfinished.writing(folder.resolve(SPOOL));
      opened =
          FileChannel.open(
              folder.resolve(SPOOL),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    } finally {
      if (opened == null) {
        unfinished.close();
      }
    }
    this.spool = opened;
    names.add("");
    sums.add(new Sums(categories.size()));
  }

  /**
   * Starts a data set.
   *
   * @param folder must not exist, be empty or be unfinished
   * @param categories in the order of the columns; Broden's own is color, object, part, material,
   *     scene, texture
   */
  public static Builder builder(Path folder, List<String> categories) {
    return new Builder(folder, categories);
  }

  /** What may be set before writing. */
  public static final class Builder {
    private final Path folder;
    private final List<String> categories;
    private int minImages = 1;
    private double minCoverage;
    private String readme = "";
    private String command = "netdissect";

    private Builder(Path folder, List<String> categories) {
      this.folder = folder;
      this.categories = List.copyOf(categories);
      if (categories.isEmpty() || new HashSet<>(categories).size() != categories.size()) {
        throw new IllegalArgumentException("categories " + categories);
      }
      Set<String> lower = new HashSet<>();
      for (String category : categories) {
        if (!category.matches("[A-Za-z0-9_-]+")) {
          throw new IllegalArgumentException("category name \"" + category + "\"");
        }
        if (!lower.add(category.toLowerCase(Locale.ROOT))) {
          throw new IllegalArgumentException(
              "two categories differ only in case: \"" + category + "\"");
        }
        if (COLUMNS.contains(category)) {
          throw new IllegalArgumentException(
              "\"" + category + "\" is a column of index.csv and cannot be a category");
        }
      }
    }

    /**
     * Drops labels in fewer images or with less coverage than this (Broden: 10 images and 0.5
     * images' worth of pixels). Default: keeps every label that occurs.
     */
    public Builder optMinimum(int minImages, double minCoverage) {
      this.minImages = Math.max(1, minImages);
      this.minCoverage = minCoverage;
      return this;
    }

    /** Text of README.txt. Default: none is written. */
    public Builder optReadme(String readme) {
      this.readme = readme;
      return this;
    }

    /** The command that writes; only the same one starts over in what a kill leaves. */
    public Builder optCommand(String command) {
      this.command = command;
      return this;
    }

    /**
     * Makes the folder.
     *
     * @throws IOException when the folder holds something that is no unfinished data set
     */
    public BrodenWriter open() throws IOException {
      return new BrodenWriter(this);
    }
  }

  /**
   * One image with its labels. Arrays are read during {@link BrodenWriter#add} only.
   *
   * @param name path below {@code images/}, with "/", for example {@code world/000001.png}
   * @param photo the photograph's file, as it is to be written
   * @param photoHeight pixels
   * @param photoWidth pixels
   * @param maskHeight pixels of every label map of this image
   * @param maskWidth pixels
   * @param maps label maps; several of one category are layers, dominant first
   * @param wholeLabels labels of the whole image, dominant first
   * @param split of the image; blank to take the one that follows from its name
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  public record Image(
      String name,
      byte[] photo,
      int photoHeight,
      int photoWidth,
      int maskHeight,
      int maskWidth,
      List<AddedMap> maps,
      List<AddedWhole> wholeLabels,
      String split) {

    /** An image whose split follows from its name. */
    public Image(
        String name,
        byte[] photo,
        int photoHeight,
        int photoWidth,
        int maskHeight,
        int maskWidth,
        List<AddedMap> maps,
        List<AddedWhole> wholeLabels) {
      this(name, photo, photoHeight, photoWidth, maskHeight, maskWidth, maps, wholeLabels, "");
    }
  }

  /**
   * A label map to write.
   *
   * @param category index in the writer's categories
   * @param codes maskHeight · maskWidth codes in rows from the top, 0 for none
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record AddedMap(int category, char[] codes) {}

  /** A label of the whole image: index in the writer's categories, code (0 is left out). */
  public record AddedWhole(int category, int code) {}

  /** Images and pixels of one label, by category. */
  private static final class Sums {
    final int[] images;
    final long[] coverage;

    Sums(int categories) {
      images = new int[categories];
      coverage = new long[categories];
    }

    int allImages() {
      return Arrays.stream(images).sum();
    }

    long allCoverage() {
      return Arrays.stream(coverage).sum();
    }
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Row(
      String name,
      long hash,
      String split,
      int photoHeight,
      int photoWidth,
      int maskHeight,
      int maskWidth,
      long spoolAt,
      int spoolLength,
      byte[] mapCategories,
      int[] whole) {}

  /**
   * The code of a label name for use in label maps of this writer; the same name has the same code.
   *
   * @param otherNames go into the column syns of label.csv
   */
  public synchronized int code(String name, String... otherNames) {
    if (name.isBlank() || name.equals("-")) {
      throw new IllegalArgumentException("a label needs a name");
    }
    Integer code = codes.get(name);
    if (code == null) {
      code = names.size();
      if (code > MAX_LABELS) {
        throw new IllegalArgumentException("more than " + MAX_LABELS + " labels");
      }
      codes.put(name, code);
      names.add(name);
      sums.add(new Sums(categories.size()));
    }
    if (otherNames.length > 0) {
      Set<String> known = synonyms.computeIfAbsent(name, key -> new TreeSet<>());
      Collections.addAll(known, otherNames);
    }
    return code;
  }

  /**
   * Writes the photograph and takes the labels. Safe to call from several threads.
   *
   * @throws IOException when the name is not a plain relative path, or stands twice
   */
  public void add(Image image) throws IOException {
    checkName(image.name);
    int pixels = Math.multiplyExact(image.maskHeight, image.maskWidth);
    int known;
    synchronized (this) {
      if (finished) {
        throw new IllegalStateException("the data set is finished");
      }
      if (!taken.take(image.name)) {
        throw new DataException(
            "two images named "
                + Text.quoted(image.name)
                + ", or so that some file system takes them for one");
      }
      known = names.size();
    }
    byte[] mapCategories = new byte[image.maps.size()];
    Map<Integer, long[]> counts = new LinkedHashMap<>(); // code → pixels by category
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    int[] count = new int[known];
    try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(packed))) {
      byte[] bytes = new byte[2 * pixels];
      for (int m = 0; m < mapCategories.length; m++) {
        AddedMap map = image.maps.get(m);
        if (map.codes.length != pixels) {
          throw new IllegalArgumentException("a label map of another size than the mask");
        }
        mapCategories[m] = (byte) map.category;
        for (int i = 0; i < pixels; i++) {
          char code = map.codes[i];
          if (code >= known) {
            throw new IllegalArgumentException("unknown code " + (int) code);
          }
          count[code]++;
          // High bytes apart from low ones: they pack better.
          bytes[i] = (byte) (code >> 8);
          bytes[pixels + i] = (byte) code;
        }
        out.write(bytes);
        for (int code = 1; code < known; code++) {
          if (count[code] > 0) {
            counts.computeIfAbsent(code, k -> new long[categories.size()])[map.category] +=
                count[code];
          }
        }
        Arrays.fill(count, 0);
      }
    }
    List<int[]> whole = new ArrayList<>();
    for (AddedWhole label : image.wholeLabels) {
      if (label.code >= known || label.code < 0) {
        throw new IllegalArgumentException("unknown code " + label.code);
      }
      if (label.code > 0) {
        whole.add(new int[] {label.category, label.code});
        counts.computeIfAbsent(label.code, k -> new long[categories.size()])[label.category] +=
            pixels;
      }
    }
    Path photo = images.resolve(Path.of(image.name).normalize());
    if (!photo.normalize().startsWith(images.normalize())) {
      throw new IOException("image name " + oneLine(image.name) + " leaves the folder");
    }
    Files.createDirectories(photo.getParent());
    unfinished.writing(photo);
    Files.write(photo, image.photo);

    ByteBuffer buffer = ByteBuffer.wrap(packed.toByteArray());
    int length = buffer.remaining();
    synchronized (this) {
      long at = spoolEnd;
      spoolEnd += length;
      for (long to = at; buffer.hasRemaining(); ) {
        to += spool.write(buffer, to);
      }
      counts.forEach(
          (code, byCategory) -> {
            Sums sum = sums.get(code);
            for (int c = 0; c < byCategory.length; c++) {
              if (byCategory[c] > 0) {
                sum.images[c]++;
                sum.coverage[c] += Math.round(byCategory[c] * COVERAGE_UNIT / pixels);
              }
            }
          });
      rows.add(
          new Row(
              image.name,
              Splits.hash(image.name),
              image.split,
              image.photoHeight,
              image.photoWidth,
              image.maskHeight,
              image.maskWidth,
              at,
              length,
              mapCategories,
              whole.stream().flatMapToInt(Arrays::stream).toArray()));
    }
  }

  private static String oneLine(String name) {
    return name.replaceAll("\\p{Cntrl}", "?");
  }

  private static void checkName(String name) throws IOException {
    boolean plain =
        !name.isEmpty()
            && !name.startsWith("/")
            && name.indexOf('\\') < 0
            && name.indexOf(';') < 0
            && name.chars().noneMatch(c -> c < ' ');
    for (String part : name.split("/", -1)) {
      plain &= !part.isEmpty() && !part.equals(".") && !part.equals("..");
    }
    if (!plain) {
      throw new IOException(
          "image name \"" + oneLine(name) + "\" is not a plain path below images/");
    }
  }

  /** Numbers the labels, writes the masks and the tables; the data set is then whole. */
  public void finish() throws IOException {
    synchronized (this) {
      if (finished) {
        throw new IllegalStateException("the data set is finished");
      }
      finished = true;
    }
    rows.sort(
        Comparator.<Row>comparingLong(row -> row.hash ^ Long.MIN_VALUE).thenComparing(Row::name));
    Integer[] order = numberLabels();
    char[] numbers = new char[names.size()];
    for (int i = 0; i < order.length; i++) {
      numbers[order[i]] = (char) (i + 1);
    }
    List<String> bases = maskBases();
    writeMasks(bases, numbers);
    if (!readme.isEmpty()) {
      Path file = folder.resolve("README.txt");
      unfinished.writing(file);
      Files.writeString(file, readme);
    }
    writeLabels(order);
    writeCategories(order);
    writeIndex(bases, numbers);
    unfinished.finish();
    close();
  }

  /** Codes that stay, in the order of their numbers from 1. */
  private Integer[] numberLabels() {
    List<Integer> kept = new ArrayList<>();
    for (int code = 1; code < names.size(); code++) {
      Sums sum = sums.get(code);
      if (sum.allImages() >= minImages && sum.allCoverage() / COVERAGE_UNIT >= minCoverage) {
        kept.add(code);
      }
    }
    kept.sort(
        Comparator.<Integer>comparingInt(code -> -sums.get(code).allImages())
            .thenComparingLong(code -> -sums.get(code).allCoverage())
            .thenComparing(names::get));
    return kept.toArray(new Integer[0]);
  }

  /**
   * For each row the path of its masks without "_category.png". Where that is another row's, or one
   * of its masks would be another row's mask or a photograph, it gets a number.
   */
  private List<String> maskBases() {
    Set<String> used = new HashSet<>();
    List<String> bases = new ArrayList<>(rows.size());
    for (Row row : rows) {
      int dot = row.name.lastIndexOf('.');
      String base = dot > row.name.lastIndexOf('/') + 1 ? row.name.substring(0, dot) : row.name;
      String free = base;
      for (int i = 2; used.contains(free) || !taken.takeAll(maskNames(row, free)); i++) {
        free = base + "-" + i;
      }
      used.add(free);
      bases.add(free);
    }
    return bases;
  }

  private List<String> maskNames(Row row, String base) {
    int[] perCategory = new int[categories.size()];
    for (byte c : row.mapCategories) {
      perCategory[c]++;
    }
    int[] seen = new int[categories.size()];
    List<String> result = new ArrayList<>();
    for (byte c : row.mapCategories) {
      String name = base + "_" + categories.get(c);
      result.add(perCategory[c] > 1 ? name + "_" + ++seen[c] + ".png" : name + ".png");
    }
    return result;
  }

  private void writeMasks(List<String> bases, char[] numbers) throws IOException {
    int workers = Runtime.getRuntime().availableProcessors();
    try {
      Workers.run(
          workers, rows.size(), "masks", () -> i -> writeMasks(rows.get(i), bases.get(i), numbers));
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException("cannot write " + folder + ": " + e.getMessage(), e);
    }
  }

  private void writeMasks(Row row, String base, char[] numbers) throws IOException {
    ByteBuffer packed = ByteBuffer.allocate(row.spoolLength);
    while (packed.hasRemaining()) {
      if (spool.read(packed, row.spoolAt + packed.position()) < 0) {
        throw new IOException("the spool file of " + folder + " was cut short");
      }
    }
    List<String> names = maskNames(row, base);
    int pixels = row.maskHeight * row.maskWidth;
    byte[] bytes = new byte[2 * pixels];
    byte[] rgb = new byte[3 * pixels];
    try (DataInputStream in =
        new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(packed.array())))) {
      for (String name : names) {
        in.readFully(bytes);
        for (int i = 0; i < pixels; i++) {
          char number = numbers[(bytes[i] & 0xff) << 8 | (bytes[pixels + i] & 0xff)];
          rgb[3 * i] = (byte) number;
          rgb[3 * i + 1] = (byte) (number >> 8);
        }
        Path mask = images.resolve(name);
        unfinished.writing(mask);
        Files.write(
            mask, PngWriter.encode(rgb, row.maskHeight, row.maskWidth, PngWriter.Filter.NONE, 1));
      }
    }
  }

  /** A table of the folder. */
  private CsvWriter table(String name) throws IOException {
    Path file = folder.resolve(name);
    unfinished.writing(file);
    return csv(file);
  }

  private static CsvWriter csv(Path file) throws IOException {
    return CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(file);
  }

  private static String coverage(long sum) {
    return String.format(Locale.ROOT, "%.6f", sum / COVERAGE_UNIT);
  }

  private void writeLabels(Integer[] order) throws IOException {
    try (CsvWriter out = table("label.csv")) {
      out.writeRecord("number", "name", "category", "frequency", "coverage", "syns");
      for (int i = 0; i < order.length; i++) {
        Sums sum = sums.get(order[i]);
        List<Integer> in = new ArrayList<>();
        for (int c = 0; c < categories.size(); c++) {
          if (sum.images[c] > 0) {
            in.add(c);
          }
        }
        in.sort(Comparator.comparingInt(c -> -sum.images[c]));
        String name = names.get(order[i]);
        out.writeRecord(
            Integer.toString(i + 1),
            name,
            String.join(
                ";", in.stream().map(c -> categories.get(c) + "(" + sum.images[c] + ")").toList()),
            Integer.toString(sum.allImages()),
            coverage(sum.allCoverage()),
            String.join(";", synonyms.getOrDefault(name, Set.of())));
      }
    }
  }

  private void writeCategories(Integer[] order) throws IOException {
    record Line(String name, int first, int last, int count, long frequency) {}
    List<Line> lines = new ArrayList<>();
    for (int c = 0; c < categories.size(); c++) {
      int category = c;
      List<Integer> numbers = new ArrayList<>();
      long frequency = 0;
      for (int i = 0; i < order.length; i++) {
        if (sums.get(order[i]).images[c] > 0) {
          numbers.add(i + 1);
          frequency += sums.get(order[i]).images[c];
        }
      }
      if (!numbers.isEmpty()) {
        lines.add(
            new Line(
                categories.get(c),
                numbers.get(0),
                numbers.get(numbers.size() - 1),
                numbers.size(),
                frequency));
      }
      numbers.sort(
          Comparator.<Integer>comparingInt(n -> -sums.get(order[n - 1]).images[category])
              .thenComparingLong(n -> -sums.get(order[n - 1]).coverage[category])
              .thenComparing(n -> names.get(order[n - 1])));
      try (CsvWriter out = table("c_" + categories.get(c) + ".csv")) {
        out.writeRecord("code", "number", "name", "frequency", "coverage");
        for (int k = 0; k < numbers.size(); k++) {
          int code = order[numbers.get(k) - 1];
          out.writeRecord(
              Integer.toString(k + 1),
              Integer.toString(numbers.get(k)),
              names.get(code),
              Integer.toString(sums.get(code).images[c]),
              coverage(sums.get(code).coverage[c]));
        }
      }
    }
    lines.sort(Comparator.comparingInt(Line::first));
    try (CsvWriter out = table("category.csv")) {
      out.writeRecord("name", "first", "last", "count", "frequency");
      for (Line line : lines) {
        out.writeRecord(
            line.name,
            Integer.toString(line.first),
            Integer.toString(line.last),
            Integer.toString(line.count),
            Long.toString(line.frequency));
      }
    }
  }

  private void writeIndex(List<String> bases, char[] numbers) throws IOException {
    Path file = folder.resolve("index.csv");
    unfinished.writingWhole(file);
    WholeFile.write(file, next -> writeIndex(next, bases, numbers));
  }

  private void writeIndex(Path file, List<String> bases, char[] numbers) throws IOException {
    try (CsvWriter out = csv(file)) {
      List<String> header = new ArrayList<>(COLUMNS);
      header.addAll(categories);
      out.writeRecord(header);
      for (int r = 0; r < rows.size(); r++) {
        Row row = rows.get(r);
        List<List<String>> cells = new ArrayList<>();
        for (int c = 0; c < categories.size(); c++) {
          cells.add(new ArrayList<>());
        }
        List<String> masks = maskNames(row, bases.get(r));
        for (int m = 0; m < masks.size(); m++) {
          cells.get(row.mapCategories[m]).add(masks.get(m));
        }
        for (int i = 0; i < row.whole.length; i += 2) {
          // A label that was dropped stays as "0", as in Broden.
          cells.get(row.whole[i]).add(Integer.toString(numbers[row.whole[i + 1]]));
        }
        List<String> line =
            new ArrayList<>(
                List.of(
                    row.name,
                    row.split.isBlank() ? Splits.ofHash(row.hash) : row.split,
                    Integer.toString(row.photoHeight),
                    Integer.toString(row.photoWidth),
                    Integer.toString(row.maskHeight),
                    Integer.toString(row.maskWidth)));
        cells.forEach(cell -> line.add(String.join(";", cell)));
        out.writeRecord(line);
      }
    }
  }

  /** Closes and removes the spool file. Without {@link #finish} the folder stays unfinished. */
  @Override
  public void close() throws IOException {
    try (unfinished) {
      spool.close();
      Files.deleteIfExists(folder.resolve(SPOOL));
    }
  }
}
