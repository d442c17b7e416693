package org.netdissect.datasets.coco;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;
import org.netdissect.concepts.VocabularyBuilder;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.Folders;
import org.netdissect.datasets.reading.LabelTable;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.PhotoPlaces;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.Splits;
import org.netdissect.datasets.reading.Stamper;
import org.netdissect.datasets.reading.UnlistedLabelException;
import org.netdissect.datasets.shapes.LabelLayers;
import org.netdissect.datasets.shapes.Shapes;
import org.netdissect.pictures.Nearest;
import org.netdissect.pictures.PhotoHeader;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.Png;
import org.netdissect.pictures.UnreadableImageException;

/**
 * Data in the format of COCO (Lin et al., ECCV 2014): json files with polygons, runs (as numbers or
 * packed as text) or panoptic pictures of segments (Kirillov et al., CVPR 2019), and folders of
 * photographs. Where shapes of different labels overlap, the pixel has all of them.
 *
 * <p>Of a folder, the files named instances… and stuff… are read when there are any, otherwise all
 * that are COCO files; captions and keypoints never. Labels are objects unless the options name
 * another category.
 */
public final class CocoDataset implements ReadDataset {
  private final Path folder;
  private final List<CocoFile> files;
  private final DatasetOptions options;
  private final Vocabulary vocabulary;
  private final List<ImageRow> rows = new ArrayList<>();
  private final List<Path> photos = new ArrayList<>();

  private final Map<Path, Integer> rowOf = new HashMap<>();

  /** Why rows cannot be read. */
  private final Map<Integer, String> rowProblems = new HashMap<>();

  /** For each row the file and the place in it, maybe of several files. */
  private final List<List<int[]>> places = new ArrayList<>();

  /** For each file, concept numbers by category id; 0 for nothing. */
  private final List<Map<Long, Integer>> numbers = new ArrayList<>();

  /** Files that look like COCO's but hold no shapes. */
  private final List<String> passedOver = new ArrayList<>();

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
    for (int f = 0; f < files.size(); f++) {
      segmentFolders.add(null);
      try {
        PhotoPlaces.Place place =
            PhotoPlaces.of(
                files.get(f).file,
                files.get(f).images.stream().limit(9).map(CocoFile.Image::fileName).toList(),
                folder);
        segmentFolders.set(f, files.get(f).panoptic ? findSegments(files.get(f)) : null);
        addImages(f, place);
      } catch (DataException e) {
        problems.add(e);
      }
    }
    fillSizes();
    if (rows.isEmpty()) {
      throw new DataException(
          "no image of " + Text.oneLine(folder.toString()) + " can be read" + firstOfWrong());
    }
  }

  private void addImages(int f, PhotoPlaces.Place place) throws DataException {
    CocoFile file = files.get(f);
    Path base = folder.toAbsolutePath().normalize();
    String split =
        splitOf(PhotoFiles.stem(file.file.getFileName().toString()), file.file, place.folder());
    Map<Path, String> ofFile = new HashMap<>(); // the name of each photograph in this file
    for (int i = 0; i < file.images.size(); i++) {
      CocoFile.Image image = file.images.get(i);
      Path photo = place.photo(image.fileName());
      Integer row = rowOf.get(photo);
      String other = ofFile.putIfAbsent(photo, image.fileName());
      if (other != null && !other.equals(image.fileName())) {
        String both = Text.quoted(other) + " and " + Text.quoted(image.fileName());
        rowProblems.put(
            row, file.file + ": " + both + " would be the same photograph, " + photo.getFileName());
        continue;
      }
      if (image.problem() != null) {
        rowProblems.put(row == null ? rows.size() : row, image.problem());
      }
      if (row != null) {
        addPlace(row, f, i);
        continue;
      }
      String name =
          photo.startsWith(base)
              ? base.relativize(photo).toString().replace('\\', '/')
              : image.fileName();
      rowOf.put(photo, rows.size());
      rows.add(
          new ImageRow(
              name,
              split != null ? split : Splits.ofName(name),
              image.height(),
              image.width(),
              options.maskHeight(),
              options.maskWidth(),
              rows.size(),
              split == null));
      photos.add(photo);
      places.add(new ArrayList<>(List.of(new int[] {f, i})));
    }
  }

  /** A further file tells of an image that is known. */
  private void addPlace(int row, int f, int i) {
    CocoFile.Image image = files.get(f).images.get(i);
    ImageRow before = rows.get(row);
    if (before.photoHeight() == 0 && image.height() > 0) {
      rows.set(row, ofSize(before, image.height(), image.width()));
    } else if (image.height() > 0
        && (before.photoHeight() != image.height() || before.photoWidth() != image.width())) {
      rowProblems.put(
          row,
          files.get(f).file
              + ": "
              + Text.oneLine(image.fileName())
              + " is "
              + image.height()
              + " × "
              + image.width()
              + " pixels here, "
              + before.photoHeight()
              + " × "
              + before.photoWidth()
              + " in another place");
      return;
    }
    places.get(row).add(new int[] {f, i});
  }

  private static ImageRow ofSize(ImageRow row, int height, int width) {
    return new ImageRow(
        row.name(),
        row.split(),
        height,
        width,
        row.maskHeight(),
        row.maskWidth(),
        row.row(),
        row.splitByName());
  }

  /** Some tools state no sizes; then the photographs tell. */
  private void fillSizes() throws DataException {
    List<Integer> without = new ArrayList<>();
    for (ImageRow row : rows) {
      if (row.photoHeight() == 0) {
        without.add(row.row());
      }
    }
    PhotoHeader[] headers = PhotoFiles.headers(without.stream().map(photos::get).toList());
    for (int i = 0; i < headers.length; i++) {
      if (headers[i] != null && headers[i].orientation() == 1) {
        int row = without.get(i);
        rows.set(row, ofSize(rows.get(row), headers[i].height(), headers[i].width()));
      }
    }
  }

  private String firstOfWrong() {
    return files.stream()
        .filter(file -> !file.wrong.isEmpty())
        .findFirst()
        .map(file -> ": " + file.wrong.get(0).getMessage())
        .orElse("");
  }

  /** Opens a json file, or a folder that holds json files and photographs. */
  public static CocoDataset open(Path fileOrFolder, DatasetOptions options) throws DataException {
    return open(fileOrFolder, options, Problems.STOP);
  }

  /** Opens it; what is wrong with one image, category or annotation need not stop the others. */
  public static CocoDataset open(Path fileOrFolder, DatasetOptions options, Problems problems)
      throws DataException {
    List<CocoFile> files = new ArrayList<>();
    List<String> passedOver = new ArrayList<>();
    Path folder = fileOrFolder;
    if (Files.isDirectory(fileOrFolder)) {
      List<Path> candidates =
          CocoFiles.chosen(CocoFiles.below(Listing.of(fileOrFolder), CocoFiles.DEEPEST));
      for (Path file : candidates) {
        try {
          files.add(CocoFile.open(file, problems));
        } catch (CocoFile.NotCocoException e) {
          passedOver.add(e.getMessage());
        } catch (DataException e) {
          problems.add(e);
        }
      }
      if (files.isEmpty()) {
        throw new DataException(
            "no COCO json file in "
                + Text.oneLine(fileOrFolder.toString())
                + (passedOver.isEmpty()
                    ? (candidates.isEmpty() ? "" : " can be read")
                    : ": " + passedOver.get(0)));
      }
    } else {
      files.add(CocoFile.open(fileOrFolder, problems));
      folder = Objects.requireNonNull(fileOrFolder.toAbsolutePath().getParent());
    }
    // COCO's own layout keeps the json files in a folder of their own.
    folder = folder.toAbsolutePath().normalize();
    if (folder.getFileName() != null && folder.getFileName().toString().equals("annotations")) {
      folder = Objects.requireNonNull(folder.getParent());
    }
    CocoDataset data = new CocoDataset(folder, files, options, problems);
    data.passedOver.addAll(passedOver);
    return data;
  }

  private String category() {
    return options.category() != null ? options.category() : "object";
  }

  private static @Nullable String splitOf(String stem, Path file, Path images) {
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

  private static Path findSegments(CocoFile file) throws DataException {
    Path at = Objects.requireNonNull(file.file.toAbsolutePath().normalize().getParent());
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
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public List<ImageRow> images() {
    return rows;
  }

  @Override
  public void check(Problems problems) throws DataException {
    for (CocoFile file : files) {
      for (DataException wrong : file.wrong) {
        problems.add(wrong);
      }
      if (file.strays > 0) {
        problems.add(
            new DataException(
                file.file + ": " + file.strays + " annotations name an image that is not there"));
      }
    }
  }

  @Override
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>(PhotoFiles.passedOver(folder));
    passedOver.forEach(why -> remarks.add(why + "; it is passed over"));
    for (CocoFile file : files) {
      if (file.boxesOnly > 0) {
        remarks.add(
            Text.oneLine(file.file.toString())
                + ": "
                + file.boxesOnly
                + " of "
                + file.annotations
                + " annotations have a box but no shape, and "
                + (options.boxes()
                    ? "are drawn as rectangles (--boxes)"
                    : "are left out; --boxes takes them as rectangles"));
      }
      if (file.wrongEntries > 0) {
        remarks.add(
            Text.oneLine(file.file.toString())
                + ": "
                + file.wrongEntries
                + (file.wrongEntries == 1 ? " entry is" : " entries are")
                + " left out; the first: "
                + file.wrong.get(0).getMessage());
      }
      if (file.strays > 0) {
        remarks.add(
            Text.oneLine(file.file.toString())
                + ": "
                + file.strays
                + " annotations name an image that is not there and are left out");
      }
    }
    return remarks;
  }

  /** Draws the labels; an annotation with a problem is left out. */
  @Override
  public AnnotatedImage annotate(ImageRow image, Problems problems) throws DataException {
    String problem = rowProblems.get(image.row());
    if (problem != null) {
      throw new UnreadableImageException(Text.oneLine(image.name()) + ": " + problem);
    }
    if (image.photoHeight() == 0) {
      throw PhotoFiles.unknownSize(photos.get(image.row()), image.name());
    }
    int height = image.maskHeight();
    int width = image.maskWidth();
    Shapes shapes = new Shapes(image.photoHeight(), image.photoWidth(), height, width);
    LabelLayers layers = new LabelLayers(height * width);
    for (int[] place : places.get(image.row())) {
      CocoFile file = files.get(place[0]);
      for (CocoFile.Annotation a : file.read(place[1], problems)) {
        try {
          if (a.fileName != null) {
            drawSegments(place[0], a, a.fileName, image, layers, problems);
            continue;
          }
          int number = number(place[0], a, a.category, image);
          if (number > 0) {
            draw(file, a, image, shapes, layers, number);
          }
        } catch (DataException e) {
          problems.add(e);
        }
      }
    }
    return new AnnotatedImage(height, width, layers.maps(0), List.of(), 1);
  }

  private int number(int file, CocoFile.Annotation a, long category, ImageRow image)
      throws DataException {
    Integer number = numbers.get(file).get(category);
    if (number == null && category == CocoFile.NO_CATEGORY) {
      throw files.get(file).error(image.name(), a, "no category");
    } else if (number == null) {
      String missing = "category " + files.get(file).idText(category);
      String message =
          files.get(file).error(image.name(), a, missing + " is in no table").getMessage();
      throw new UnreadableImageException(
          message, new UnlistedLabelException(message, List.of(missing)));
    }
    return number;
  }

  private void draw(
      CocoFile file,
      CocoFile.Annotation a,
      ImageRow image,
      Shapes shapes,
      LabelLayers layers,
      int number)
      throws DataException {
    if (a.polygons.isEmpty() && a.runs.isEmpty()) {
      if (options.boxes() && a.box != null) {
        if (a.box.length != 4) {
          throw file.error(image.name(), a, "a box of " + a.box.length + " numbers");
        }
        shapes.fillBox(a.box[0], a.box[1], a.box[2], a.box[3], layers.of(number));
      }
      return;
    }
    boolean[] target = layers.of(number);
    for (double[] polygon : a.polygons) {
      shapes.fill(polygon, target);
    }
    for (CocoFile.Runs runs : a.runs) {
      draw(file, a, runs, image, shapes, target);
    }
  }

  private static void draw(
      CocoFile file,
      CocoFile.Annotation a,
      CocoFile.Runs runs,
      ImageRow image,
      Shapes shapes,
      boolean[] target)
      throws DataException {
    if (runs.height() != image.photoHeight() || runs.width() != image.photoWidth()) {
      throw file.error(
          image.name(),
          a,
          "runs for "
              + runs.height()
              + " × "
              + runs.width()
              + " pixels, the image has "
              + image.photoHeight()
              + " × "
              + image.photoWidth());
    }
    long[] lengths =
        runs.packed() == null
            ? runs.lengths()
            : Shapes.decodeRuns(runs.packed(), (long) image.photoHeight() * image.photoWidth());
    if (lengths == null) {
      throw file.error(image.name(), a, "packed runs that cannot be unpacked");
    }
    if (!shapes.fill(lengths, target)) {
      throw file.error(image.name(), a, "runs that are longer or shorter than the image");
    }
  }

  private void drawSegments(
      int file,
      CocoFile.Annotation a,
      String picture,
      ImageRow image,
      LabelLayers layers,
      Problems problems)
      throws DataException {
    String complaint = Folders.complaint(picture);
    if (complaint != null) {
      throw files.get(file).error(image.name(), a, complaint);
    }
    Path path = Folders.below(segmentFolders.get(file), picture);
    Png png = Png.decode(Photographs.bytes(path), path.toString(), Limits.PHOTO_PIXELS);
    if (png.height != image.photoHeight() || png.width != image.photoWidth()) {
      throw new UnreadableImageException(
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
      throw new UnreadableImageException(
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
          target = of == 0 ? null : layers.of(of);
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

  @Override
  public Path photograph(ImageRow image) {
    return photos.get(image.row());
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public boolean drawsBoxes() {
    return options.boxes() && files.stream().anyMatch(file -> file.boxesOnly > 0);
  }

  @Override
  public String key() {
    StringBuilder key = new StringBuilder("coco");
    key.append(' ').append(options.maskHeight()).append('x').append(options.maskWidth());
    key.append(' ').append(category());
    key.append(options.boxes() ? " boxes" : "");
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
      stamper.add(row.name() + " " + row.photoHeight() + " " + row.photoWidth() + "\n");
    }
    return stamper.stamp();
  }
}
