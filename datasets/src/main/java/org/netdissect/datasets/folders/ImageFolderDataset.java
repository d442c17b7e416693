package org.netdissect.datasets.folders;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;
import org.netdissect.concepts.VocabularyBuilder;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.Folders;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.Splits;
import org.netdissect.datasets.reading.Stamper;
import org.netdissect.pictures.PhotoHeader;

/**
 * Folders of photographs, one folder a class: {@code DIR/<class>/…}, or {@code
 * DIR/<split>/<class>/…} where every folder in DIR is named like a split (train, val, test); maybe
 * in a folder {@code images}, or sorted by first letters. Each photograph has its class as a label
 * of the whole image; a class is a scene, or of another category by name. Names of scenes end in
 * "-s", as in Broden, so that they stay apart from objects of the same name when data sets are
 * joined.
 */
public final class ImageFolderDataset implements ReadDataset {
  private final Path folder;
  private final String category;
  private final Vocabulary vocabulary;
  private final List<ImageRow> rows;
  private final int[] numbers;
  private final List<String> empty;

  /** Pictures that lie beside the folders of the classes. */
  private final int beside;

  private ImageFolderDataset(
      Path folder,
      String category,
      Vocabulary vocabulary,
      List<ImageRow> rows,
      int[] numbers,
      List<String> empty,
      int beside) {
    this.folder = folder;
    this.category = category;
    this.vocabulary = vocabulary;
    this.rows = rows;
    this.numbers = numbers;
    this.empty = empty;
    this.beside = beside;
  }

  /** Whether the name says that a folder holds masks or annotations rather than a class. */
  public static boolean isOfMasks(String name) {
    return name.toLowerCase(Locale.ROOT)
        .matches(
            "((train|val|test|training|validation)[_-]?)?"
                + "(mask|annot|annotation|label|segmentation|gt|ground_?truth)(s|_.*|class.*)?");
  }

  /** Whether the name says merely that there are photographs in a folder. */
  public static boolean isOfPhotos(String name) {
    return name.toLowerCase(Locale.ROOT)
        .matches("(images?|imgs?|photos?|photographs|pictures|jpegimages)(_.*)?");
  }

  /**
   * The folders of the classes, and the split of each or null, by their paths below the folder;
   * null when this is no folder of classes. Data sets have them in a folder "images" often, or
   * sorted by first letters ("b/beach"), as Places and SUN are.
   */
  public static @Nullable Map<String, @Nullable String> classesIn(Path folder)
      throws DataException {
    return Files.isDirectory(folder) ? classesIn(folder, "", 0) : null;
  }

  private static @Nullable Map<String, @Nullable String> classesIn(
      Path folder, String prefix, int depth) throws DataException {
    List<String> inside = PhotoFiles.folders(folder);
    List<String> ofPhotos = inside.stream().filter(ImageFolderDataset::isOfPhotos).toList();
    if (ofPhotos.size() == 1 && depth < 3) {
      // What lies beside it may be anything, but masks in the same folders make them no classes.
      Path photos = folder.resolve(ofPhotos.get(0));
      for (String other : inside) {
        if (isOfMasks(other)
            && PhotoFiles.folders(folder.resolve(other)).containsAll(PhotoFiles.folders(photos))) {
          return null;
        }
      }
      return classesIn(photos, prefix + ofPhotos.get(0) + "/", depth + 1);
    }
    if (inside.isEmpty()
        || inside.stream().anyMatch(ImageFolderDataset::isOfMasks)
        || ofPhotos.size() == inside.size()) {
      return null;
    }
    if (inside.size() == 1 && depth < 3 && !holdsPhotos(folder.resolve(inside.get(0)))) {
      return classesIn(folder.resolve(inside.get(0)), prefix + inside.get(0) + "/", depth + 1);
    }
    boolean splits = inside.stream().allMatch(name -> Splits.ofFolder(name) != null);
    boolean letters =
        inside.stream().allMatch(name -> name.matches("[A-Za-z]"))
            && !holdsPhotos(folder.resolve(inside.get(0)));
    Map<String, @Nullable String> classes = new LinkedHashMap<>();
    for (String name : inside) {
      if (!splits && !letters) {
        classes.put(prefix + name, null);
        continue;
      }
      Path at = folder.resolve(name);
      String split = splits ? Splits.ofFolder(name) : null;
      List<String> below = PhotoFiles.folders(at);
      if (splits
          && (holdsPhotos(at)
              || below.stream().anyMatch(one -> isOfMasks(one) || isOfPhotos(one)))) {
        return null; // photographs in splits, without classes
      }
      for (String one : below) {
        List<String> deeper = letters ? PhotoFiles.folders(at.resolve(one)) : List.of();
        if (deeper.isEmpty() || holdsPhotos(at.resolve(one))) {
          classes.put(prefix + name + "/" + one, split);
        } else { // SUN's "a/apartment_building/outdoor"
          deeper.forEach(last -> classes.put(prefix + name + "/" + one + "/" + last, split));
        }
      }
    }
    for (String path : classes.keySet()) {
      if (!PhotoFiles.below(folder.resolve(path.substring(prefix.length()))).isEmpty()) {
        return classes;
      }
    }
    return null;
  }

  private static boolean holdsPhotos(Path folder) throws DataException {
    return !PhotoFiles.below(folder, 1).isEmpty();
  }

  /** Opens the folder. */
  public static ImageFolderDataset open(Path folder, DatasetOptions options) throws DataException {
    if (!Files.isDirectory(folder)) {
      throw new DataException("no such data folder: " + folder);
    }
    String category = options.category() != null ? options.category() : "scene";
    Map<String, @Nullable String> classes = classesIn(folder);
    if (classes == null) {
      classes = new LinkedHashMap<>(); // not what one would take for classes, but asked for
      for (String name : PhotoFiles.folders(folder)) {
        classes.put(name, null);
      }
    }
    VocabularyBuilder vocabulary = new VocabularyBuilder();
    vocabulary.category(category);
    List<String> names = new ArrayList<>();
    List<@Nullable String> split = new ArrayList<>();
    List<Integer> number = new ArrayList<>();
    List<String> empty = new ArrayList<>();
    Folders.checkNames(folder, classes.keySet());
    Map<String, List<String>> photosOf = new LinkedHashMap<>();
    for (String path : classes.keySet()) {
      photosOf.put(path, PhotoFiles.below(folder.resolve(path)));
    }
    ClassEvidence evidence = new ClassEvidence(folder, photosOf);
    evidence.checkNames();
    if (options.format() == null) {
      evidence.checkContents();
      if (!options.others() && !options.colors()) {
        evidence.checkSeveral();
      }
    }
    for (Map.Entry<String, @Nullable String> entry : classes.entrySet()) {
      String path = entry.getKey();
      List<String> photos = photosOf.getOrDefault(path, List.of());
      if (photos.isEmpty()) {
        empty.add(path);
        continue;
      }
      String label = labelOf(path);
      int of = vocabulary.concept(category.equals("scene") ? label + "-s" : label);
      for (String photo : photos) {
        String name = path + "/" + photo;
        names.add(name);
        split.add(entry.getValue());
        number.add(of);
      }
    }
    if (names.isEmpty()) {
      throw new DataException(
          "no photographs in the folders of " + folder + "; expected one folder a class");
    }
    @Nullable PhotoHeader[] headers =
        PhotoFiles.headers(names.stream().map(n -> Folders.below(folder, n)).toList());
    List<ImageRow> rows = new ArrayList<>();
    for (int i = 0; i < headers.length; i++) {
      String own = split.get(i);
      rows.add(
          new ImageRow(
              names.get(i),
              own != null ? own : Splits.ofName(names.get(i)),
              headers[i] == null ? 0 : headers[i].height(),
              headers[i] == null ? 0 : headers[i].width(),
              options.maskHeight(),
              options.maskWidth(),
              i,
              own == null));
    }
    return new ImageFolderDataset(
        folder,
        category,
        vocabulary.build(),
        List.copyOf(rows),
        number.stream().mapToInt(n -> n).toArray(),
        List.copyOf(empty),
        PhotoFiles.below(folder, 1).size());
  }

  /** The class of a folder; below a first letter, folders in one another make one name. */
  private static String labelOf(String path) {
    String[] parts = path.split("/", -1);
    int last = parts.length - 1;
    return last > 1 && parts[last - 2].length() == 1 && Splits.ofFolder(parts[last - 1]) == null
        ? parts[last - 1] + "-" + parts[last]
        : parts[last];
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public List<ImageRow> images() {
    return rows;
  }

  @Override
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>(PhotoFiles.passedOver(folder));
    if (!empty.isEmpty()) {
      remarks.add(
          Text.oneLine(
              folder
                  + ": no photographs in "
                  + (empty.size() == 1 ? "the folder " : empty.size() + " folders, such as ")
                  + empty.get(0)));
    }
    if (beside > 0) {
      remarks.add(
          Text.oneLine(
              folder
                  + ": "
                  + (beside == 1 ? "1 picture lies" : beside + " pictures lie")
                  + " beside the folders of the classes and in none of them, passed over"));
    }
    if (vocabulary.concepts().size() == 1) {
      remarks.add(
          Text.oneLine(folder.toString())
              + " holds one folder of photographs, "
              + Text.quoted(vocabulary.concepts().iterator().next().name())
              + ", taken for a class; if it is none, run with --images, without labels");
    }
    return remarks;
  }

  @Override
  public AnnotatedImage annotate(ImageRow image, Problems problems) {
    return new AnnotatedImage(
        image.maskHeight(),
        image.maskWidth(),
        List.of(),
        List.of(new AnnotatedImage.WholeLabel(0, numbers[image.row()])),
        1);
  }

  @Override
  public Path photograph(ImageRow image) {
    return Folders.below(folder, image.name());
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public String key() {
    ImageRow first = rows.get(0);
    return "folders " + first.maskHeight() + "x" + first.maskWidth() + " " + category;
  }

  @Override
  public String stamp() {
    Stamper stamper = new Stamper();
    for (ImageRow row : rows) {
      stamper.add(
          row.name() + " " + row.split() + " " + row.photoHeight() + " " + row.photoWidth() + "\n");
    }
    return stamper.stamp();
  }
}
