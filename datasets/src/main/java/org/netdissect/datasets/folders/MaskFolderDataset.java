package org.netdissect.datasets.folders;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.netdissect.base.DataException;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;
import org.netdissect.concepts.VocabularyBuilder;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.Folders;
import org.netdissect.datasets.reading.LabelTable;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.Splits;
import org.netdissect.datasets.reading.Stamper;
import org.netdissect.pictures.PhotoHeader;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.Png;
import org.netdissect.pictures.UnreadableImageException;

/**
 * Photographs with index masks beside them. The simple format for one's own data:
 *
 * <pre>
 *   DIR/images/…        photographs, in folders or not
 *   DIR/masks/…         for each photograph a PNG of the same path and name; all may have the
 *                       same ending more ("x_mask.png" for "x.jpg")
 *   DIR/labels.csv      value,name[,category[,synonyms]]
 *   DIR/masks_X/…       maybe further masks of the same photographs, which mean what
 *   DIR/labels_X.csv    says, or labels.csv where there is none
 * </pre>
 *
 * A mask may be a palette or grey PNG of 1 to 16 bits (the number in it is the value), a colour PNG
 * (R + 256·G), or, when labels.csv gives values as #RRGGBB, a picture in those colours. With ready
 * settings for three well-known data sets; see {@link #openVoc}, {@link #openAde20k} and {@link
 * #openCityscapes}. Photographs without a mask are left out.
 */
public final class MaskFolderDataset implements ConceptDataset {
  private static final List<String> VOC =
      List.of(
          "aeroplane",
          "bicycle",
          "bird",
          "boat",
          "bottle",
          "bus",
          "car",
          "cat",
          "chair",
          "cow",
          "diningtable",
          "dog",
          "horse",
          "motorbike",
          "person",
          "pottedplant",
          "sheep",
          "sofa",
          "train",
          "tvmonitor");

  /** Cityscapes' labels from number 7; those below have no meaning of their own. */
  private static final List<String> CITYSCAPES =
      List.of(
          "road",
          "sidewalk",
          "parking",
          "rail track",
          "building",
          "wall",
          "fence",
          "guard rail",
          "bridge",
          "tunnel",
          "pole",
          "polegroup",
          "traffic light",
          "traffic sign",
          "vegetation",
          "terrain",
          "sky",
          "person",
          "rider",
          "car",
          "truck",
          "bus",
          "caravan",
          "trailer",
          "train",
          "motorcycle",
          "bicycle");

  private final Path folder;
  private final DatasetOptions options;
  private final String format;
  private final List<Entry> entries;
  private final List<Path> tables;
  private final Vocabulary vocabulary;
  private final List<ImageRow> rows;
  private final List<String> orphans = new ArrayList<>();
  private int unmasked;

  /** A mask file and what its values mean. */
  private record Mask(Path file, LabelTable table) {}

  /** A photograph, its masks and its whole-image labels. */
  private static final class Entry {
    final String name;
    final Path photo;
    String split;
    final List<Mask> masks = new ArrayList<>();
    final List<AnnotatedImage.WholeLabel> whole = new ArrayList<>();

    Entry(String name, Path photo, String split) {
      this.name = name;
      this.photo = photo;
      this.split = split;
    }
  }

  private MaskFolderDataset(
      Path folder,
      String format,
      List<Entry> entries,
      List<Path> tables,
      VocabularyBuilder vocabulary,
      DatasetOptions options)
      throws DataException {
    if (entries.isEmpty()) {
      throw new DataException("no photograph with a mask in " + folder);
    }
    this.folder = folder;
    this.format = format;
    this.options = options;
    this.entries = entries;
    this.tables = tables;
    this.vocabulary = vocabulary.build();
    PhotoHeader[] headers = PhotoFiles.headers(entries.stream().map(e -> e.photo).toList());
    List<ImageRow> list = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      int[] size = size(entry, headers[i]);
      list.add(
          new ImageRow(
              entry.name,
              entry.split != null ? entry.split : Splits.ofName(entry.name),
              size[0],
              size[1],
              options.maskHeight(),
              options.maskWidth(),
              i));
    }
    this.rows = List.copyOf(list);
  }

  /**
   * Height and width of the photograph that was labelled, {0, 0} where it cannot be read. Tools
   * show it as Exif asks for, others as it is stored; the mask has the shape of either.
   */
  private static int[] size(Entry entry, PhotoHeader photo) {
    if (photo == null) {
      return new int[] {0, 0};
    }
    if (photo.isTurned()) {
      PhotoHeader mask = PhotoFiles.header(entry.masks.get(0).file);
      if (mask != null
          && !isOfShape(mask.height(), mask.width(), photo.height(), photo.width())
          && isOfShape(mask.height(), mask.width(), photo.shownHeight(), photo.shownWidth())) {
        return new int[] {photo.shownHeight(), photo.shownWidth()};
      }
    }
    return new int[] {photo.height(), photo.width()};
  }

  private static boolean isOfShape(int height, int width, int photoHeight, int photoWidth) {
    double expected = (double) width / photoWidth * photoHeight;
    return Math.abs(expected - height) <= 1 + 0.01 * height;
  }

  public static boolean isSimple(Path folder) throws DataException {
    return Files.isRegularFile(tableOf(folder, "")) && !MaskLayout.of(folder).isEmpty();
  }

  /** The table of labels; many data sets of masks in colours come with a class_dict.csv. */
  private static Path tableOf(Path folder, String which) {
    Path own = folder.resolve("labels" + which + ".csv");
    Path plain = folder.resolve("labels.csv");
    Path colours = folder.resolve("class_dict.csv");
    return Files.exists(own)
        ? own
        : Files.exists(plain) || !Files.exists(colours) ? plain : colours;
  }

  public static boolean isVoc(Path folder) {
    return Files.isDirectory(folder.resolve("JPEGImages"))
        && Files.isDirectory(folder.resolve("SegmentationClass"));
  }

  public static boolean isAde20k(Path folder) {
    return Files.isDirectory(folder.resolve("images"))
        && Files.isDirectory(folder.resolve("annotations"))
        && Files.isRegularFile(folder.resolve("objectInfo150.txt"));
  }

  public static boolean isCityscapes(Path folder) throws DataException {
    return Files.isDirectory(folder)
        && Files.isDirectory(cityscapes(folder, "leftImg8bit"))
        && Files.isDirectory(cityscapes(folder, "gtFine"));
  }

  /** A part of Cityscapes; each may lie in a folder named like the archive it came in. */
  private static Path cityscapes(Path folder, String part) throws DataException {
    for (String name : PhotoFiles.folders(folder)) {
      Path inside = folder.resolve(name).resolve(part);
      if (name.startsWith(part + "_") && Files.isDirectory(inside)) {
        return inside;
      }
    }
    return folder.resolve(part);
  }

  private static String category(DatasetOptions options) {
    return options.category() != null ? options.category() : "object";
  }

  /** Opens a folder in the simple format described above. */
  public static MaskFolderDataset open(Path folder, DatasetOptions options) throws DataException {
    return open(folder, options, Problems.STOP);
  }

  /** Opens it; what is wrong in one row or file need not stop the others. */
  public static MaskFolderDataset open(Path folder, DatasetOptions options, Problems problems)
      throws DataException {
    try {
      List<MaskLayout> layout = MaskLayout.of(folder);
      if (layout.isEmpty()) {
        require(folder.resolve("images"));
        require(folder.resolve("masks"));
      }
      VocabularyBuilder vocabulary = new VocabularyBuilder();
      Map<Path, LabelTable> tables = new LinkedHashMap<>();
      Map<String, Entry> entries = new TreeMap<>();
      Map<Path, Map<String, Path>> photosOf = new LinkedHashMap<>();
      List<String> orphans = new ArrayList<>();
      for (MaskLayout part : layout) {
        Path file = tableOf(folder, part.which());
        LabelTable table = tables.get(file);
        if (table == null) {
          table = LabelTable.read(file, category(options), vocabulary, problems);
          tables.put(file, table);
        }
        Map<String, Path> photos = photosOf.get(part.photos());
        if (photos == null) {
          photos = byStem(part.photos(), problems);
          photosOf.put(part.photos(), photos);
        }
        for (Map.Entry<String, Path> mask :
            withoutSuffix(byStem(part.masks(), problems), photos).entrySet()) {
          Path photo = photos.get(mask.getKey());
          if (photo != null) {
            entries
                .computeIfAbsent(
                    part.prefix() + mask.getKey(), s -> entry(part.photos(), part.prefix(), photo))
                .masks
                .add(new Mask(mask.getValue(), table));
          } else {
            orphans.add(orphan(mask.getValue()));
          }
        }
      }
      MaskFolderDataset data =
          new MaskFolderDataset(
              folder,
              "masks",
              List.copyOf(entries.values()),
              List.copyOf(tables.keySet()),
              vocabulary,
              options);
      data.unmasked = photosOf.values().stream().mapToInt(Map::size).sum() - entries.size();
      data.orphans.addAll(orphans);
      return data;
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException("cannot read " + folder + ": " + e.getMessage(), e);
    }
  }

  /**
   * The values from 0 to 65535 that a table of labels gives a meaning, be it "nothing". Tells too
   * whether the table is sound.
   */
  public static BitSet listedValues(Path labels) throws DataException {
    try {
      LabelTable table = LabelTable.read(labels, "object", new VocabularyBuilder(), Problems.STOP);
      if (table.isByColour()) {
        throw new DataException(labels + " names colours; numbers are needed here");
      }
      return table.listed();
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException("cannot read " + labels + ": " + e.getMessage(), e);
    }
  }

  private static String orphan(Path mask) {
    return "no photograph for the mask " + Text.oneLine(mask.toString());
  }

  /** An image named by its path below the photographs; its split is that of the folder it is in. */
  private static Entry entry(Path images, String prefix, Path photo) {
    String name = prefix + images.relativize(photo).toString().replace('\\', '/');
    int slash = name.indexOf('/');
    return new Entry(name, photo, slash < 0 ? null : Splits.ofFolder(name.substring(0, slash)));
  }

  /** The files below a folder by their paths without ending. */
  private static Map<String, Path> byStem(Path folder, Problems problems) throws DataException {
    Map<String, Path> files = new LinkedHashMap<>();
    for (String name : PhotoFiles.below(folder)) {
      Path earlier = files.putIfAbsent(PhotoFiles.stem(name), folder.resolve(name));
      if (earlier != null) {
        problems.add(
            new DataException(
                Text.oneLine(earlier.toString())
                    + " and "
                    + Text.oneLine(name)
                    + " differ only in their endings, so a mask cannot tell which it belongs to"));
      }
    }
    return files;
  }

  /**
   * Many data sets put the same ending on the name of every mask ("x_mask.png" for "x.jpg"). Where
   * no mask has a photograph's own name, that ending is taken off.
   */
  private static Map<String, Path> withoutSuffix(
      Map<String, Path> masks, Map<String, Path> photos) {
    if (masks.isEmpty() || masks.keySet().stream().anyMatch(photos::containsKey)) {
      return masks;
    }
    String first = masks.keySet().iterator().next();
    for (int end = first.length() - 1; end > 0; end--) {
      if (photos.containsKey(first.substring(0, end))) {
        String suffix = first.substring(end);
        Map<String, Path> plain = new LinkedHashMap<>();
        masks.forEach(
            (stem, mask) ->
                plain.put(
                    stem.endsWith(suffix)
                        ? stem.substring(0, stem.length() - suffix.length())
                        : stem,
                    mask));
        return plain;
      }
    }
    return masks;
  }

  private static Path require(Path part) throws DataException {
    if (!Files.isDirectory(part)) {
      throw new DataException("missing folder " + part);
    }
    return part;
  }

  /**
   * Opens the folder of a year of PASCAL VOC (Everingham et al., IJCV 2010), {@code VOC2012} for
   * instance: JPEGImages, SegmentationClass, ImageSets/Segmentation.
   */
  public static MaskFolderDataset openVoc(Path folder, DatasetOptions options)
      throws DataException {
    return openVoc(folder, options, Problems.STOP);
  }

  public static MaskFolderDataset openVoc(Path folder, DatasetOptions options, Problems problems)
      throws DataException {
    VocabularyBuilder vocabulary = new VocabularyBuilder();
    LabelTable table = new LabelTable();
    table.ignore(0);
    table.ignore(255);
    for (int i = 0; i < VOC.size(); i++) {
      table.put(i + 1, VOC.get(i), category(options), List.of(), vocabulary);
    }
    Path images = require(folder.resolve("JPEGImages"));
    Map<String, Path> photos = byStem(images, problems);
    Map<String, String> splits = new HashMap<>();
    for (String split : List.of("train", "val")) {
      Path list = folder.resolve("ImageSets/Segmentation/" + split + ".txt");
      if (Files.isRegularFile(list)) {
        for (String line : lines(list)) {
          splits.put(line.strip(), split);
        }
      }
    }
    List<Entry> entries = new ArrayList<>();
    List<String> orphans = new ArrayList<>();
    byStem(require(folder.resolve("SegmentationClass")), problems)
        .forEach(
            (stem, mask) -> {
              if (photos.containsKey(stem)) {
                Entry entry = entry(images, "", photos.get(stem));
                entry.split = splits.get(stem);
                entry.masks.add(new Mask(mask, table));
                entries.add(entry);
              } else {
                orphans.add(orphan(mask));
              }
            });
    MaskFolderDataset data =
        new MaskFolderDataset(folder, "voc", entries, List.of(), vocabulary, options);
    data.orphans.addAll(orphans);
    return data;
  }

  /**
   * Opens ADE20K as prepared for scene parsing (ADEChallengeData2016, Zhou et al., CVPR 2017):
   * images, annotations, objectInfo150.txt; sceneCategories.txt adds scenes where it is there.
   */
  public static MaskFolderDataset openAde20k(Path folder, DatasetOptions options)
      throws DataException {
    return openAde20k(folder, options, Problems.STOP);
  }

  public static MaskFolderDataset openAde20k(Path folder, DatasetOptions options, Problems problems)
      throws DataException {
    VocabularyBuilder vocabulary = new VocabularyBuilder();
    LabelTable table = new LabelTable();
    table.ignore(0);
    Path info = folder.resolve("objectInfo150.txt");
    int lineNumber = 0;
    for (String line : lines(info)) {
      lineNumber++;
      String[] cells = line.strip().split("\\t", -1);
      if (lineNumber == 1 || line.isBlank()) {
        continue;
      }
      String index = cells[0].strip();
      if (cells.length < 2 || !Text.isAllDigits(index) || index.length() > 5) {
        throw DataException.at(info, lineNumber, "not a line \"number … names\" with tabs between");
      }
      List<String> names = new ArrayList<>();
      for (String name : cells[cells.length - 1].split(",", -1)) {
        if (!name.isBlank()) {
          names.add(name.strip());
        }
      }
      if (names.isEmpty() || Integer.parseInt(index) > 65_535) {
        throw DataException.at(info, lineNumber, "no name, or a number above 65535");
      }
      table.put(Integer.parseInt(index), names.get(0), category(options), names, vocabulary);
    }
    Path scenes = folder.resolve("sceneCategories.txt");
    Map<String, String> sceneOf = new HashMap<>();
    List<Path> tables = new ArrayList<>(List.of(info));
    if (Files.isRegularFile(scenes)) {
      tables.add(scenes);
      for (String line : lines(scenes)) {
        String[] words = line.strip().split("\\s+", 2);
        if (words.length == 2 && !words[1].equals("misc")) {
          sceneOf.put(words[0], words[1] + "-s");
        }
      }
    }
    int scene = sceneOf.isEmpty() ? -1 : vocabulary.category("scene");
    for (String name : new TreeSet<>(sceneOf.values())) {
      vocabulary.concept(name);
    }
    Path images = require(folder.resolve("images"));
    Map<String, Path> photos = byStem(images, problems);
    List<Entry> entries = new ArrayList<>();
    List<String> orphans = new ArrayList<>();
    for (Map.Entry<String, Path> mask :
        byStem(require(folder.resolve("annotations")), problems).entrySet()) {
      Path photo = photos.get(mask.getKey());
      if (photo == null) {
        orphans.add(orphan(mask.getValue()));
        continue;
      }
      Entry entry = entry(images, "", photo);
      entry.masks.add(new Mask(mask.getValue(), table));
      String sceneName = sceneOf.get(PhotoFiles.stem(photo.getFileName().toString()));
      if (sceneName != null) {
        entry.whole.add(new AnnotatedImage.WholeLabel(scene, vocabulary.concept(sceneName)));
      }
      entries.add(entry);
    }
    MaskFolderDataset data =
        new MaskFolderDataset(folder, "ade20k", entries, tables, vocabulary, options);
    data.unmasked = photos.size() - entries.size();
    data.orphans.addAll(orphans);
    return data;
  }

  /** Opens Cityscapes (Cordts et al., CVPR 2016): leftImg8bit and gtFine with its labelIds. */
  public static MaskFolderDataset openCityscapes(Path folder, DatasetOptions options)
      throws DataException {
    return openCityscapes(folder, options, Problems.STOP);
  }

  public static MaskFolderDataset openCityscapes(
      Path folder, DatasetOptions options, Problems problems) throws DataException {
    VocabularyBuilder vocabulary = new VocabularyBuilder();
    LabelTable table = new LabelTable();
    for (int i = 0; i < 7; i++) {
      table.ignore(i);
    }
    for (int i = 0; i < CITYSCAPES.size(); i++) {
      table.put(i + 7, CITYSCAPES.get(i), category(options), List.of(), vocabulary);
    }
    Path images = require(cityscapes(folder, "leftImg8bit"));
    Map<String, Path> masks = byStem(require(cityscapes(folder, "gtFine")), problems);
    List<Entry> entries = new ArrayList<>();
    Map<String, Path> photos = byStem(images, problems);
    photos.forEach(
        (stem, photo) -> {
          String base = stem.replaceFirst("_leftImg8bit$", "");
          Path mask = masks.get(base + "_gtFine_labelIds");
          if (mask != null) {
            Entry entry = entry(images, "", photo);
            entry.masks.add(new Mask(mask, table));
            entries.add(entry);
          }
        });
    MaskFolderDataset data =
        new MaskFolderDataset(folder, "cityscapes", entries, List.of(), vocabulary, options);
    data.unmasked = photos.size() - entries.size();
    return data;
  }

  private static List<String> lines(Path file) throws DataException {
    List<String> lines = new ArrayList<>();
    try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      if (Files.size(file) > Limits.FILE_BYTES) {
        throw new DataException(file + " is too large");
      }
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(line);
      }
      return lines;
    } catch (MalformedInputException e) {
      throw DataException.at(file, lines.size() + 1, "text that is not UTF-8");
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String name() {
    return Folders.nameOf(folder);
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public boolean coverageKnown() {
    return false;
  }

  @Override
  public List<ImageRow> images() {
    return rows;
  }

  /** What verifying says of masks without a photograph. */
  public List<String> orphans() {
    return orphans;
  }

  /** How many photographs have no mask. */
  public int unmasked() {
    return unmasked;
  }

  @Override
  public AnnotatedImage annotate(ImageRow image) throws DataException {
    return annotate(image, Problems.STOP);
  }

  /** Reads the labels; a mask with a problem is left out. */
  public AnnotatedImage annotate(ImageRow image, Problems problems) throws DataException {
    Entry entry = entries.get(image.row());
    List<AnnotatedImage.LabelMap> maps = new ArrayList<>();
    long dataCategories = 0;
    for (Mask mask : entry.masks) {
      String name = mask.file.toString();
      try {
        Png png = Png.decode(Photographs.bytes(mask.file), name, Limits.PHOTO_PIXELS);
        checkShape(png, name, image);
        maps.addAll(mask.table.read(png, name, image.maskHeight(), image.maskWidth()));
      } catch (DataException e) {
        problems.add(e);
      }
      dataCategories |= mask.table.categories();
    }
    for (AnnotatedImage.WholeLabel label : entry.whole) {
      dataCategories |= 1L << label.category();
    }
    return new AnnotatedImage(
        image.maskHeight(), image.maskWidth(), maps, entry.whole, dataCategories);
  }

  /** A mask may be smaller or larger than its photograph, but not of another shape. */
  private static void checkShape(Png png, String name, ImageRow image) throws DataException {
    if (image.photoHeight() > 0
        && !isOfShape(png.height, png.width, image.photoHeight(), image.photoWidth())) {
      throw new UnreadableImageException(
          Text.oneLine(name)
              + " is "
              + png.height
              + " × "
              + png.width
              + " pixels, its photograph "
              + image.photoHeight()
              + " × "
              + image.photoWidth()
              + ": not the same shape");
    }
  }

  @Override
  public List<String> remarks() {
    return PhotoFiles.passedOver(folder);
  }

  @Override
  public Path photograph(ImageRow image) {
    return entries.get(image.row()).photo;
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public String key() {
    return format
        + " "
        + options.maskHeight()
        + "x"
        + options.maskWidth()
        + " "
        + category(options);
  }

  @Override
  public String stamp() {
    Stamper stamper = new Stamper();
    tables.forEach(stamper::add);
    for (int i = 0; i < entries.size(); i++) {
      ImageRow row = rows.get(i);
      stamper.add(
          row.name() + " " + row.split() + " " + row.photoHeight() + " " + row.photoWidth());
      entries.get(i).whole.forEach(label -> stamper.add(label.toString()));
      entries.get(i).masks.forEach(mask -> stamper.add(mask.file));
    }
    return stamper.stamp();
  }
}
