package org.netdissect.datasets.coco;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
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
import org.netdissect.pictures.Nearest;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.Png;

/**
 * Data in the format of COCO (Lin et al., ECCV 2014): json files with polygons, runs (as numbers or
 * packed as text) or panoptic pictures of segments (Kirillov et al., CVPR 2019), and folders of
 * photographs. Where shapes of different labels overlap, the pixel has all of them.
 *
 * <p>Of a folder, the files named instances… and stuff… are read when there are any, otherwise all
 * that are COCO files; captions and keypoints never. Labels are objects unless the options name
 * another category.
 */
public final class CocoDataset implements ConceptDataset {
  private static final int DEEPEST = 3;
  private static final int MOST_FOLDERS = 1_000;

  private final Path folder;
  private final List<CocoFile> files;
  private final DatasetOptions options;
  private final Vocabulary vocabulary;
  private final List<ImageRow> rows = new ArrayList<>();
  private final List<Path> photos = new ArrayList<>();

  /** For each row the file and the place in it, maybe of several files. */
  private final List<List<int[]>> places = new ArrayList<>();

  /** For each file, concept numbers by category id; 0 for nothing. */
  private final List<Map<Long, Integer>> numbers = new ArrayList<>();

  private final List<Path> segmentFolders = new ArrayList<>();

  private CocoDataset(Path folder, List<CocoFile> files, DatasetOptions options, Problems problems)
      throws DataException {
    this.folder = folder;
    this.files = files;
    this.options = options;
    VocabularyBuilder builder = new VocabularyBuilder();
    builder.category(category());
    for (CocoFile file : files) {
      Map<Long, Integer> of = new HashMap<>();
      for (Map.Entry<Long, String> e : file.categories.entrySet()) {
        String name = e.getValue().strip();
        // The stuff labels have one more, "other", for whatever is a thing.
        boolean nothing =
            LabelTable.meansNothing(name)
                || (name.equals("other") && file.file.toString().contains("stuff"));
        of.put(e.getKey(), nothing ? 0 : builder.concept(name));
      }
      numbers.add(of);
    }
    this.vocabulary = builder.build();
    Map<Path, Integer> known = new LinkedHashMap<>();
    for (int f = 0; f < files.size(); f++) {
      CocoFile file = files.get(f);
      Path images;
      segmentFolders.add(null);
      try {
        images = findPhotos(file);
        segmentFolders.set(f, file.panoptic ? findSegments(file) : null);
      } catch (DataException e) {
        problems.add(e);
        continue;
      }
      String stem = PhotoFiles.stem(file.file.getFileName().toString());
      String split = splitOf(stem, file.file, images);
      for (int i = 0; i < file.images.size(); i++) {
        CocoFile.Image image = file.images.get(i);
        Path photo = Folders.below(images, image.fileName());
        Integer row = known.putIfAbsent(photo, rows.size());
        if (row != null) {
          ImageRow other = rows.get(row);
          if (other.photoHeight() != image.height() || other.photoWidth() != image.width()) {
            problems.add(
                new DataException(
                    file.file
                        + ": "
                        + Text.oneLine(image.fileName())
                        + " is "
                        + image.height()
                        + " × "
                        + image.width()
                        + " pixels here, "
                        + other.photoHeight()
                        + " × "
                        + other.photoWidth()
                        + " in another place"));
            continue;
          }
          places.get(row).add(new int[] {f, i});
          continue;
        }
        Path base = folder.toAbsolutePath().normalize();
        String name =
            photo.startsWith(base)
                ? base.relativize(photo).toString().replace('\\', '/')
                : image.fileName();
        rows.add(
            new ImageRow(
                name,
                split != null ? split : Splits.ofName(name),
                image.height(),
                image.width(),
                options.maskHeight(),
                options.maskWidth(),
                rows.size()));
        photos.add(photo);
        places.add(new ArrayList<>(List.of(new int[] {f, i})));
      }
    }
  }

  /** Opens a json file, or a folder that holds json files and photographs. */
  public static CocoDataset open(Path fileOrFolder, DatasetOptions options) throws DataException {
    return open(fileOrFolder, options, Problems.STOP);
  }

  /** Opens it; what is wrong with one image, category or annotation need not stop the others. */
  public static CocoDataset open(Path fileOrFolder, DatasetOptions options, Problems problems)
      throws DataException {
    List<CocoFile> files = new ArrayList<>();
    Path folder = fileOrFolder;
    if (Files.isDirectory(fileOrFolder)) {
      List<Path> candidates = jsonFiles(fileOrFolder);
      List<Path> masks = candidates.stream().filter(CocoDataset::isInstancesOrStuff).toList();
      for (Path file : masks.isEmpty() ? candidates : masks) {
        try {
          files.add(CocoFile.open(file, problems));
        } catch (DataException e) {
          problems.add(e);
        }
      }
      if (files.isEmpty()) {
        throw new DataException(
            "no COCO json file in " + fileOrFolder + (candidates.isEmpty() ? "" : " can be read"));
      }
    } else {
      files.add(CocoFile.open(fileOrFolder, problems));
      folder = fileOrFolder.toAbsolutePath().getParent();
    }
    // COCO's own layout keeps the json files in a folder of their own.
    folder = folder.toAbsolutePath().normalize();
    if (folder.getFileName() != null && folder.getFileName().toString().equals("annotations")) {
      folder = folder.getParent();
    }
    return new CocoDataset(folder, files, options, problems);
  }

  public static boolean isCoco(Path path) throws DataException {
    return Files.isDirectory(path) ? !jsonFiles(path).isEmpty() : looksLikeCoco(path);
  }

  private static boolean isInstancesOrStuff(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.startsWith("instances") || name.startsWith("stuff");
  }

  private static List<Path> jsonFiles(Path folder) throws DataException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder, DEEPEST)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = file.getFileName() == null ? "" : file.getFileName().toString();
        if (name.toLowerCase(Locale.ROOT).endsWith(".json")
            && !name.startsWith(".")
            && !name.startsWith("captions")
            && !name.startsWith("person_keypoints")
            && looksLikeCoco(file)) {
          found.add(file);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw new DataException("cannot list " + folder + ": " + e.getMessage(), e);
    }
    found.sort(null);
    return found;
  }

  /** Whether one of the lists of a COCO file stands early in the file. */
  private static boolean looksLikeCoco(Path file) {
    if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".json") || !Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      String head = new String(in.readNBytes(1 << 12), StandardCharsets.UTF_8);
      return head.contains("\"images\"")
          || head.contains("\"annotations\"")
          || head.contains("\"categories\"")
          || head.contains("\"licenses\"");
    } catch (IOException e) {
      return false;
    }
  }

  private String category() {
    return options.category() != null ? options.category() : "object";
  }

  private static String splitOf(String stem, Path file, Path images) {
    for (String word : stem.split("[^A-Za-z0-9]+", -1)) {
      String split = Splits.ofFolder(word);
      if (split != null) {
        return split;
      }
    }
    for (Path folder : List.of(file.toAbsolutePath().getParent(), images)) {
      Path name = folder.getFileName();
      String split = name == null ? null : Splits.ofFolder(name.toString());
      if (split != null) {
        return split;
      }
    }
    return null;
  }

  /** The json's name without the kind of annotation: "val2017". */
  private static String setOf(CocoFile file) {
    return PhotoFiles.stem(file.file.getFileName().toString())
        .replaceFirst("^(instances|stuff|panoptic)_", "");
  }

  /** The folder the file's photographs lie in: the first where one of the first few is. */
  private Path findPhotos(CocoFile file) throws DataException {
    Path at = file.file.toAbsolutePath().normalize().getParent();
    Path above = at.getParent() == null ? at : at.getParent();
    String set = setOf(file);
    List<Path> places =
        List.of(
            at,
            at.resolve("images"),
            at.resolve(set),
            at.resolve("images").resolve(set),
            above,
            above.resolve("images"),
            above.resolve(set),
            above.resolve("images").resolve(set),
            folder.toAbsolutePath().normalize(),
            folder.toAbsolutePath().normalize().resolve("images"));
    for (Path place : places) {
      if (holdsPhotos(place, file)) {
        return place;
      }
    }
    // Data sets of other makers have names of their own for the folder.
    List<Path> level = List.of(folder.toAbsolutePath().normalize());
    for (int depth = 0; depth < DEEPEST; depth++) {
      List<Path> next = new ArrayList<>();
      for (Path holder : level) {
        for (String name : PhotoFiles.folders(holder)) {
          Path place = holder.resolve(name);
          if (holdsPhotos(place, file)) {
            return place;
          }
          if (next.size() < MOST_FOLDERS) {
            next.add(place);
          }
        }
      }
      level = next;
    }
    throw new DataException(
        "no photographs of "
            + file.file
            + " found: "
            + Text.quoted(file.images.get(0).fileName())
            + " is in no folder of "
            + Text.oneLine(folder.toString())
            + "; put the photographs beside the json file or in a folder "
            + Text.quoted(set)
            + " there");
  }

  /** Whether one of the first few photographs of a file is in the folder. */
  private static boolean holdsPhotos(Path place, CocoFile file) {
    for (int i = 0; i < Math.min(5, file.images.size()); i++) {
      if (Files.isRegularFile(Folders.below(place, file.images.get(i).fileName()))) {
        return true;
      }
    }
    return false;
  }

  private static Path findSegments(CocoFile file) throws DataException {
    Path at = file.file.toAbsolutePath().normalize().getParent();
    Path above = at.getParent() == null ? at : at.getParent();
    String stem = PhotoFiles.stem(file.file.getFileName().toString());
    for (Path place :
        List.of(at.resolve(stem), above.resolve(stem), at.resolve("panoptic_" + stem))) {
      if (Files.isDirectory(place)) {
        return place;
      }
    }
    throw new DataException(
        "the pictures of segments of "
            + file.file
            + " are missing; expected a folder "
            + Text.quoted(stem)
            + " beside it (COCO has them in "
            + stem
            + ".zip)");
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

  /** What verifying says of annotations without an image. */
  public List<String> strays() {
    List<String> told = new ArrayList<>();
    for (CocoFile file : files) {
      if (file.strays > 0) {
        told.add(file.file + ": " + file.strays + " annotations name an image that is not there");
      }
    }
    return told;
  }

  @Override
  public AnnotatedImage annotate(ImageRow image) throws DataException {
    return annotate(image, Problems.STOP);
  }

  /** Draws the labels; an annotation with a problem is left out. */
  public AnnotatedImage annotate(ImageRow image, Problems problems) throws DataException {
    int height = image.maskHeight();
    int width = image.maskWidth();
    Shapes shapes = new Shapes(image.photoHeight(), image.photoWidth(), height, width);
    Map<Integer, boolean[]> ofLabel = new TreeMap<>();
    for (int[] place : places.get(image.row())) {
      CocoFile file = files.get(place[0]);
      for (CocoFile.Annotation a : file.read(place[1], problems)) {
        try {
          if (a.fileName != null) {
            drawSegments(place[0], a, image, ofLabel, problems);
            continue;
          }
          int number = number(place[0], a, a.category, image);
          if (number > 0) {
            draw(
                file,
                a,
                image,
                shapes,
                ofLabel.computeIfAbsent(number, n -> new boolean[height * width]));
          }
        } catch (DataException e) {
          problems.add(e);
        }
      }
    }
    return new AnnotatedImage(height, width, layers(ofLabel, height * width), List.of(), 1);
  }

  private int number(int file, CocoFile.Annotation a, long category, ImageRow image)
      throws DataException {
    Integer number = numbers.get(file).get(category);
    if (number == null) {
      throw new DataException(
          files
              .get(file)
              .error(image.name(), a, "category " + category + " is in no table")
              .getMessage());
    }
    return number;
  }

  private static void draw(
      CocoFile file, CocoFile.Annotation a, ImageRow image, Shapes shapes, boolean[] target)
      throws DataException {
    for (double[] polygon : a.polygons) {
      shapes.fill(polygon, target);
    }
    if (a.runs == null && a.packed == null) {
      return;
    }
    if (a.runHeight != image.photoHeight() || a.runWidth != image.photoWidth()) {
      throw file.error(
          image.name(),
          a,
          "runs for "
              + a.runHeight
              + " × "
              + a.runWidth
              + " pixels, the image has "
              + image.photoHeight()
              + " × "
              + image.photoWidth());
    }
    long[] runs =
        a.packed == null
            ? a.runs
            : Shapes.decodeRuns(a.packed, (long) image.photoHeight() * image.photoWidth());
    if (runs == null) {
      throw file.error(image.name(), a, "packed runs that cannot be unpacked");
    }
    if (!shapes.fill(runs, target)) {
      throw file.error(image.name(), a, "runs that are longer or shorter than the image");
    }
  }

  private void drawSegments(
      int file,
      CocoFile.Annotation a,
      ImageRow image,
      Map<Integer, boolean[]> ofLabel,
      Problems problems)
      throws DataException {
    String complaint = Folders.complaint(a.fileName);
    if (complaint != null) {
      throw files.get(file).error(image.name(), a, complaint);
    }
    Path path = Folders.below(segmentFolders.get(file), a.fileName);
    Png png = Png.decode(Photographs.bytes(path), path.toString(), Limits.PHOTO_PIXELS);
    if (png.height != image.photoHeight() || png.width != image.photoWidth()) {
      throw new DataException(
          Text.oneLine(path.toString())
              + " is "
              + png.height
              + " × "
              + png.width
              + " pixels, its image "
              + image.photoHeight()
              + " × "
              + image.photoWidth());
    }
    if (png.channels < 3 || png.bitDepth != 8) {
      throw new DataException(
          Text.oneLine(path.toString()) + " is not an 8-bit colour PNG of segments");
    }
    int height = image.maskHeight();
    int width = image.maskWidth();
    int[] rowsOf = Nearest.indices(png.height, height);
    int[] columnsOf = Nearest.indices(png.width, width);
    Map<Integer, Integer> numberOf = new HashMap<>(); // of the segments met so far
    int last = 0;
    boolean[] target = null;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int k = (rowsOf[y] * png.width + columnsOf[x]) * png.channels;
        byte[] s = png.samples;
        int segment = (s[k] & 0xff) | ((s[k + 1] & 0xff) << 8) | ((s[k + 2] & 0xff) << 16);
        if (segment == 0) {
          continue;
        }
        if (segment != last) {
          last = segment;
          Integer number = numberOf.get(segment);
          if (number == null) {
            try {
              number = numberOfSegment(file, a, segment, image);
            } catch (DataException e) {
              problems.add(e);
              number = 0;
            }
            numberOf.put(segment, number);
          }
          int of = number;
          target = of == 0 ? null : ofLabel.computeIfAbsent(of, n -> new boolean[height * width]);
        }
        if (target != null) {
          target[y * width + x] = true;
        }
      }
    }
  }

  private int numberOfSegment(int file, CocoFile.Annotation a, int segment, ImageRow image)
      throws DataException {
    Long category = a.segments.get(segment);
    if (category == null) {
      throw files
          .get(file)
          .error(image.name(), a, "segment " + segment + " of its picture is in no list");
    }
    return number(file, a, category, image);
  }

  /** Labels above one another, in as few maps as a greedy choice needs. */
  private static List<AnnotatedImage.LabelMap> layers(Map<Integer, boolean[]> ofLabel, int pixels) {
    List<char[]> layers = new ArrayList<>();
    ofLabel.forEach(
        (number, mask) -> {
          char[] free = null;
          for (char[] layer : layers) {
            boolean clash = false;
            for (int p = 0; p < pixels && !clash; p++) {
              clash = mask[p] && layer[p] != 0;
            }
            if (!clash) {
              free = layer;
              break;
            }
          }
          if (free == null) {
            free = new char[pixels];
            layers.add(free);
          }
          for (int p = 0; p < pixels; p++) {
            if (mask[p]) {
              free[p] = (char) (int) number;
            }
          }
        });
    return layers.stream().map(layer -> new AnnotatedImage.LabelMap(0, layer)).toList();
  }

  @Override
  public Path photograph(ImageRow image) {
    return photos.get(image.row());
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public String key() {
    StringBuilder key = new StringBuilder("coco");
    key.append(' ').append(options.maskHeight()).append('x').append(options.maskWidth());
    key.append(' ').append(category());
    files.forEach(file -> key.append(' ').append(file.file.getFileName()));
    return key.toString();
  }

  @Override
  public String stamp() throws IOException {
    Stamper stamper = new Stamper();
    files.forEach(file -> stamper.add(file.file));
    for (Path segments : segmentFolders) {
      if (segments != null) {
        for (String name : PhotoFiles.below(segments)) {
          stamper.add(segments.resolve(name));
        }
      }
    }
    for (ImageRow row : rows) {
      stamper.add(row.name() + "\n");
    }
    return stamper.stamp();
  }
}
