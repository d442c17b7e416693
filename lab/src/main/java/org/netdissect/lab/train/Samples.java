package org.netdissect.lab.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.netdissect.base.NetdissectException;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.ImageRow;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.datasets.reading.Splits;
import org.netdissect.pictures.Photographs;

/** Labelled images for training, from a Broden folder or a folder of classes. */
final class Samples {
  /** An object counts as shown from this share of the mask on. */
  private static final double SHOWN = 0.004;

  private static final int MIN_IMAGES = 20;

  /** The split of the images that are not trained on. */
  private static final String VALIDATION = "val";

  private final int side;
  private final List<String> classes;
  private final boolean multiLabel;
  private final List<Photo> files;
  private final List<int[]> labels;
  private final int[] training;
  private final int[] validation;
  private final byte[][] pixels; // decoded, as long as memory allows
  private long budget = Runtime.getRuntime().maxMemory() * 4 / 10;

  /** A photograph's file and its size in pixels as the data set states it, or 0. */
  private record Photo(Path file, int height, int width) {
    static Photo of(BrodenDataset data, ImageRow row) {
      return new Photo(data.photograph(row), row.photoHeight(), row.photoWidth());
    }

    Photographs.Photograph read() throws IOException {
      return Photographs.read(file, height, width);
    }
  }

  private Samples(
      int side,
      List<String> classes,
      boolean multiLabel,
      List<Photo> files,
      List<int[]> labels,
      List<Boolean> train) {
    this.side = side;
    this.classes = List.copyOf(classes);
    this.multiLabel = multiLabel;
    this.files = files;
    this.labels = labels;
    this.pixels = new byte[files.size()][];
    List<Integer> a = new ArrayList<>();
    List<Integer> b = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      (train.get(i) ? a : b).add(i);
    }
    this.training = a.stream().mapToInt(i -> i).toArray();
    this.validation = b.stream().mapToInt(i -> i).toArray();
  }

  static Samples open(TrainingOptions options) throws IOException {
    Samples samples =
        BrodenDataset.isBroden(options.data())
            ? ofBroden(options.data(), options.task(), options.size())
            : ofFolders(options.data(), options.task(), options.size());
    checkEnough(options, samples.training.length, samples.validation.length);
    return samples;
  }

  private static void checkEnough(TrainingOptions options, int training, int validation)
      throws NetdissectException {
    if (training < options.batch() || validation == 0) {
      throw new NetdissectException(
          options.data()
              + ": "
              + training
              + " images to train on and "
              + validation
              + " to validate on; a batch needs "
              + options.batch());
    }
  }

  /**
   * Refuses early data that a task cannot learn from, by what lies there and its tables.
   *
   * @throws NetdissectException in one line
   */
  static void check(TrainingOptions options) throws IOException {
    Path folder = options.data();
    if (options.task().needsWorld()) {
      Motion.origin(options);
    }
    if (!BrodenDataset.isBroden(folder)) {
      classNames(folder, options.task());
      return;
    }
    BrodenDataset data = BrodenDataset.open(folder);
    if (options.task().supervised()) {
      category(data, folder, options.task());
    }
    // At most: not every image has a label.
    int validation =
        (int) data.images().stream().filter(row -> row.split().equals(VALIDATION)).count();
    checkEnough(options, data.images().size() - validation, validation);
  }

  private static Category category(BrodenDataset data, Path folder, Task task)
      throws NetdissectException {
    Category category = data.vocabulary().category(task.lowerCase());
    if (category == null) {
      throw new NetdissectException(folder + " has no category " + task.lowerCase());
    }
    return category;
  }

  private static Samples ofBroden(Path folder, Task task, int side) throws IOException {
    BrodenDataset data = BrodenDataset.open(folder);
    List<Photo> files = new ArrayList<>();
    List<int[]> labels = new ArrayList<>();
    List<Boolean> train = new ArrayList<>();
    if (!task.supervised()) {
      for (ImageRow row : data.images()) {
        files.add(Photo.of(data, row));
        labels.add(new int[] {0});
        train.add(!row.split().equals(VALIDATION));
      }
      return new Samples(side, List.of(), false, files, labels, train);
    }
    Category category = category(data, folder, task);
    Map<Integer, Integer> images = new TreeMap<>(); // label → images to train on
    for (ImageRow row : data.images()) {
      AnnotatedImage annotated = data.annotate(row);
      TreeSet<Integer> shown = new TreeSet<>();
      for (AnnotatedImage.WholeLabel label : annotated.wholeLabels()) {
        if (label.category() == category.index() && label.number() > 0) {
          shown.add(label.number());
          if (task == Task.SCENE) {
            break; // the dominant one
          }
        }
      }
      if (task == Task.OBJECT) {
        shown.addAll(shown(annotated, category.index()));
      }
      boolean hasMask =
          annotated.maps().stream().anyMatch(map -> map.category() == category.index());
      if (shown.isEmpty() && !(task == Task.OBJECT && hasMask)) {
        continue; // a close-up of a texture, say
      }
      boolean training = !row.split().equals(VALIDATION);
      files.add(Photo.of(data, row));
      labels.add(shown.stream().mapToInt(n -> n).toArray());
      train.add(training);
      if (training) {
        shown.forEach(n -> images.merge(n, 1, Integer::sum));
      }
    }
    List<Integer> numbers = new ArrayList<>();
    images.forEach(
        (number, count) -> {
          if (task == Task.SCENE || count >= MIN_IMAGES) {
            numbers.add(number);
          }
        });
    for (int i = labels.size() - 1; i >= 0; i--) {
      int[] known =
          Arrays.stream(labels.get(i)).map(numbers::indexOf).filter(k -> k >= 0).toArray();
      labels.set(i, known);
      if (known.length == 0 && task == Task.SCENE) {
        // A scene that occurs in the validation images only cannot be learnt.
        labels.remove(i);
        files.remove(i);
        train.remove(i);
      }
    }
    List<String> names = numbers.stream().map(n -> data.vocabulary().concept(n).name()).toList();
    return new Samples(side, names, task == Task.OBJECT, files, labels, train);
  }

  private static Set<Integer> shown(AnnotatedImage image, int category) {
    Map<Integer, Integer> count = new TreeMap<>();
    for (AnnotatedImage.LabelMap map : image.maps()) {
      if (map.category() == category) {
        for (char number : map.labels()) {
          count.merge((int) number, 1, Integer::sum);
        }
      }
    }
    count.remove(0);
    double least = SHOWN * image.maskHeight() * image.maskWidth();
    Set<Integer> shown = new TreeSet<>();
    count.forEach(
        (number, n) -> {
          if (n >= least) {
            shown.add(number);
          }
        });
    return shown;
  }

  /** Names of the folders of classes. */
  private static List<String> classNames(Path folder, Task task) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new NetdissectException(folder + " is no folder");
    }
    if (task == Task.OBJECT) {
      throw new NetdissectException(
          folder + " is no Broden folder (no index.csv); --task object needs one");
    }
    List<String> names = new ArrayList<>();
    try (Stream<Path> inside = Files.list(folder)) {
      inside
          .filter(Files::isDirectory)
          .map(path -> path.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .forEach(names::add);
    }
    if (names.isEmpty()) {
      throw noClasses(folder);
    }
    return names;
  }

  private static NetdissectException noClasses(Path folder) {
    return new NetdissectException(
        folder + " is no Broden folder and has no sub-folders with photographs");
  }

  private static Samples ofFolders(Path folder, Task task, int side) throws IOException {
    List<String> names = classNames(folder, task);
    List<Photo> files = new ArrayList<>();
    List<int[]> labels = new ArrayList<>();
    List<Boolean> train = new ArrayList<>();
    for (int c = 0; c < names.size(); c++) {
      List<Path> found;
      try (Stream<Path> inside = Files.walk(folder.resolve(names.get(c)))) {
        found = inside.filter(Samples::isImage).sorted().toList();
      }
      for (Path file : found) {
        files.add(new Photo(file, 0, 0));
        labels.add(new int[] {task.supervised() ? c : 0});
        train.add(hash(folder.relativize(file).toString().replace('\\', '/')) <= 0.8);
      }
    }
    if (files.isEmpty()) {
      throw noClasses(folder);
    }
    return new Samples(side, task.supervised() ? names : List.of(), false, files, labels, train);
  }

  private static boolean isImage(Path file) {
    return Photographs.isPhotographName(file.toString()) && Files.isRegularFile(file);
  }

  /** A number in [0, 1] that depends on the name only, as Broden's split. */
  private static double hash(String name) {
    return (Splits.hash(name) >>> 11) * 0x1p-53;
  }

  List<String> classes() {
    return classes;
  }

  /** Whether an image may have any number of labels, each judged on its own. */
  boolean multiLabel() {
    return multiLabel;
  }

  int[] training() {
    return training.clone();
  }

  int[] validation() {
    return validation.clone();
  }

  int[] labels(int index) {
    return labels.get(index);
  }

  /** Number of images. */
  int size() {
    return files.size();
  }

  Path file(int index) {
    return files.get(index).file();
  }

  /** Takes so many bytes of the memory that pictures may fill; false when it is used up. */
  synchronized boolean room(int bytes) {
    if (budget < bytes) {
      return false;
    }
    budget -= bytes;
    return true;
  }

  /** The image's pixels at the network's size, 3 bytes a pixel; the array is shared. */
  byte[] pixels(int index) throws IOException {
    byte[] rgb = pixels[index];
    if (rgb == null) {
      rgb = files.get(index).read().resized(side, side).rgb();
      if (room(rgb.length)) {
        pixels[index] = rgb;
      }
    }
    return rgb;
  }

  /** A fixed choice of validation images, spread over the classes. */
  int[] someValidation(int most, long seed) {
    List<Integer> all = new ArrayList<>();
    for (int i : validation) {
      all.add(i);
    }
    Collections.shuffle(all, new java.util.Random(seed));
    return all.stream().limit(most).mapToInt(i -> i).toArray();
  }
}
