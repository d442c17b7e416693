package org.netdissect.concepts;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Folders of photographs, one folder a class: {@code DIR/<class>/…}, or {@code
 * DIR/<split>/<class>/…} where every folder in DIR is named like a split (train, val, test). Each
 * photograph has its class as a label of the whole image; a class is a scene, or of another
 * category by name. Names of scenes end in "-s", as in Broden, so that they stay apart from objects
 * of the same name when data sets are joined.
 */
public final class ImageFolderDataset implements ConceptDataset {
  private final Path folder;
  private final String category;
  private final Vocabulary vocabulary;
  private final List<ImageRow> rows;
  private final int[] numbers;

  private ImageFolderDataset(
      Path folder, String category, Vocabulary vocabulary, List<ImageRow> rows, int[] numbers) {
    this.folder = folder;
    this.category = category;
    this.vocabulary = vocabulary;
    this.rows = rows;
    this.numbers = numbers;
  }

  /** Whether there are folders in the folder, all of which hold photographs. */
  static boolean isImageFolder(Path folder) throws DataException {
    List<String> inside = Files.isDirectory(folder) ? PhotoFiles.folders(folder) : List.of();
    for (String name : inside) {
      // A folder of masks is no class: better no guess than a wrong one.
      if (name.toLowerCase(Locale.ROOT).matches("masks?|annotations?|labels?|segmentation.*")) {
        return false;
      }
      if (PhotoFiles.below(folder.resolve(name)).isEmpty()) {
        return false;
      }
    }
    return !inside.isEmpty();
  }

  private static boolean hasSplits(Path folder) throws DataException {
    for (String name : PhotoFiles.folders(folder)) {
      if (Splits.ofFolder(name) == null || PhotoFiles.folders(folder.resolve(name)).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** Opens the folder. */
  public static ImageFolderDataset open(Path folder, DatasetOptions options) throws DataException {
    if (!Files.isDirectory(folder)) {
      throw new DataException("no such data folder: " + folder);
    }
    String category = options.category() != null ? options.category() : "scene";
    Map<String, String> classes = new LinkedHashMap<>(); // folder below DIR → split or null
    boolean splits = hasSplits(folder);
    for (String name : PhotoFiles.folders(folder)) {
      if (splits) {
        for (String below : PhotoFiles.folders(folder.resolve(name))) {
          classes.put(name + "/" + below, Splits.ofFolder(name));
        }
      } else {
        classes.put(name, null);
      }
    }
    VocabularyBuilder vocabulary = new VocabularyBuilder();
    vocabulary.category(category);
    List<String> names = new ArrayList<>();
    List<String> split = new ArrayList<>();
    List<Integer> number = new ArrayList<>();
    for (Map.Entry<String, String> entry : classes.entrySet()) {
      String path = entry.getKey();
      String complaint = Folders.complaint(path);
      if (complaint != null) {
        throw new DataException(folder + ": " + complaint + "; rename the folder");
      }
      List<String> photos = PhotoFiles.below(folder.resolve(path));
      if (photos.isEmpty()) {
        continue;
      }
      String label = path.substring(path.lastIndexOf('/') + 1);
      int of = vocabulary.concept(category.equals("scene") ? label + "-s" : label);
      for (String photo : photos) {
        String name = path + "/" + photo;
        names.add(name);
        split.add(entry.getValue() != null ? entry.getValue() : Splits.ofName(name));
        number.add(of);
      }
    }
    if (names.isEmpty()) {
      throw new DataException(
          "no photographs in the folders of " + folder + "; expected one folder a class");
    }
    int[][] sizes = PhotoFiles.sizes(names.stream().map(n -> Folders.below(folder, n)).toList());
    List<ImageRow> rows = new ArrayList<>();
    for (int i = 0; i < sizes.length; i++) {
      rows.add(
          new ImageRow(
              names.get(i),
              split.get(i),
              sizes[i][0],
              sizes[i][1],
              options.maskHeight(),
              options.maskWidth(),
              i));
    }
    return new ImageFolderDataset(
        folder,
        category,
        vocabulary.build(),
        List.copyOf(rows),
        number.stream().mapToInt(n -> n).toArray());
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

  @Override
  public AnnotatedImage annotate(ImageRow image) {
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
