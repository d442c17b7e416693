package org.netdissect.datasets.broden;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.base.Unlabelled;
import org.netdissect.base.files.Unfinished;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.Unreadable;
import org.netdissect.pictures.Jpeg;
import org.netdissect.pictures.JpegWriter;
import org.netdissect.pictures.Nearest;
import org.netdissect.pictures.Photographs;

/**
 * Writes any data set as a folder in Broden's format: photographs made square with Pillow's
 * bilinear filter and saved as JPEG (a colour JPEG of that size stays as it is), masks of half
 * their size, the tables from what the masks say, order by the MD5 hash of the name, and so the
 * split of images for which the data set states none. Labels of the same name become one.
 */
public final class BrodenConverter {
  private static final float JPEG_QUALITY = 0.75f; // that of the library Broden was made with

  private final ConceptDataset data;
  private final BrodenWriter writer;
  private final int size;
  private final Map<Integer, Integer> codes = new HashMap<>();
  private final List<String> names = new ArrayList<>();

  private BrodenConverter(ConceptDataset data, BrodenWriter writer, int size) {
    this.data = data;
    this.writer = writer;
    this.size = size;
  }

  /**
   * What came of a conversion.
   *
   * @param written images
   * @param leftOut images whose photograph or masks cannot be read
   */
  public record Result(int written, int leftOut) {}

  /**
   * Converts a data set.
   *
   * @param data best opened with masks of half the size, so that they are resampled only once
   * @param folder must not exist, be empty or be one that was not finished, which is begun anew
   * @param size of the photographs, pixels a side; even
   * @param minImages labels in fewer images are dropped (Broden: 10; 1 keeps all)
   * @param strict whether an unreadable image stops the work instead of being left out
   */
  public static Result convert(
      ConceptDataset data,
      Path folder,
      int size,
      int minImages,
      int workers,
      boolean strict,
      Progress progress)
      throws IOException {
    if (size < 2 || size > 4096) {
      throw new DataException("a size of " + size + " pixels; 2 to 4096 are possible");
    }
    if (Unlabelled.are(data.vocabulary().categories().stream().map(Category::name).toList())) {
      throw new DataException(data.name() + " holds photographs without labels: nothing to write");
    }
    List<String> categories = data.vocabulary().categories().stream().map(Category::name).toList();
    for (String category : categories) {
      if (!category.matches("[A-Za-z0-9_-]+")) {
        throw new DataException(
            "category " + Text.quoted(category) + ": only letters, digits, - and _ can be written");
      }
    }
    Unfinished.checkApart(data.folder(), folder);
    BrodenWriter.Builder builder;
    try {
      builder =
          BrodenWriter.builder(folder, categories)
              .optCommand("netdissect data convert")
              .optMinimum(minImages, 0)
              .optReadme(readme(data, size));
    } catch (IllegalArgumentException e) {
      throw new DataException("cannot be written in Broden's format: " + e.getMessage(), e);
    }
    try (BrodenWriter writer = builder.open()) {
      BrodenConverter converter = new BrodenConverter(data, writer, size);
      converter.prepare();
      int leftOut = converter.addAll(workers, strict, progress);
      int written = data.images().size() - leftOut;
      if (written == 0) {
        throw new DataException("not one image of " + data.name() + " can be read");
      }
      writer.finish();
      return new Result(written, leftOut);
    }
  }

  private static String readme(ConceptDataset data, int size) {
    return "Converted by netdissect from "
        + data.name()
        + ": photographs of "
        + size
        + " pixels a side, masks of "
        + size / 2
        + ".\nindex.csv lists the images; a cell holds whole-image label numbers and paths of masks"
        + " below images/, whose\npixels mean R + 256 G. label.csv names the numbers.\n";
  }

  /** Gives every label its code and every image its name, before workers ask for them. */
  private void prepare() {
    for (Concept concept : data.vocabulary().concepts()) {
      if (concept.number() > 0) {
        codes.put(concept.number(), code(concept));
      }
    }
    FreeNames taken = new FreeNames();
    boolean broden = data instanceof BrodenDataset;
    for (ImageRow row : data.images()) {
      String stem = PhotoFiles.stem(row.name());
      String plain = FreeNames.plain(broden ? stem : data.name() + "/" + stem);
      String name = plain + ".jpg";
      for (int i = 2; !taken.take(name); i++) {
        name = plain + "-" + i + ".jpg";
      }
      names.add(name);
    }
  }

  private int code(Concept concept) {
    String name = concept.name().strip();
    if (name.isEmpty() || name.equals("-")) {
      return writer.code("label " + concept.number());
    }
    return writer.code(name, concept.synonyms().toArray(String[]::new));
  }

  private int codeOf(int number) {
    synchronized (codes) {
      return number == 0
          ? 0
          : codes.computeIfAbsent(number, n -> code(data.vocabulary().concept(n)));
    }
  }

  private int addAll(int workers, boolean strict, Progress progress) throws IOException {
    List<ImageRow> rows = data.images();
    try (Progress.Phase phase =
        progress.phase("Converting " + data.name(), rows.size(), "images")) {
      int leftOut =
          Unreadable.leaveOut(
              rows.size(), workers, strict, "convert", progress, phase, n -> add(rows.get(n)));
      phase.done();
      return leftOut;
    } catch (OutOfMemoryError e) {
      throw new DataException("not enough memory to convert; give Java more with -Xmx", e);
    }
  }

  private void add(ImageRow row) throws IOException {
    AnnotatedImage image = data.annotate(row);
    Path file = data.photograph(row);
    byte[] bytes = Photographs.bytes(file);
    Photographs.Photograph photo =
        Photographs.decode(bytes, file.toString(), row.photoHeight(), row.photoWidth());
    boolean asIs = photo.height() == size && photo.width() == size && Jpeg.isPlainColour(bytes);
    byte[] encoded = asIs ? bytes : JpegWriter.encode(photo.resized(size, size), JPEG_QUALITY);
    int side = size / 2;
    int[] rows = Nearest.indices(image.maskHeight(), side);
    int[] columns = Nearest.indices(image.maskWidth(), side);
    List<BrodenWriter.AddedMap> maps = new ArrayList<>();
    List<BrodenWriter.AddedWhole> whole = new ArrayList<>();
    long told = 0;
    for (AnnotatedImage.LabelMap map : image.maps()) {
      char[] to = new char[side * side];
      int last = 0;
      int code = 0;
      for (int y = 0, p = 0; y < side; y++) {
        int from = rows[y] * image.maskWidth();
        for (int x = 0; x < side; x++, p++) {
          int label = map.labels()[from + columns[x]];
          if (label != last) {
            last = label;
            code = codeOf(label);
          }
          to[p] = (char) code;
        }
      }
      maps.add(new BrodenWriter.AddedMap(map.category(), to));
      told |= 1L << map.category();
    }
    for (AnnotatedImage.WholeLabel label : image.wholeLabels()) {
      whole.add(new BrodenWriter.AddedWhole(label.category(), codeOf(label.number())));
      told |= 1L << label.category();
    }
    // An image that was looked at for a category and holds none of it says so with an empty mask.
    long silent = image.dataCategories() & ~told;
    for (int c = 0; silent != 0; c++, silent >>>= 1) {
      if ((silent & 1) != 0) {
        maps.add(new BrodenWriter.AddedMap(c, new char[side * side]));
      }
    }
    writer.add(
        new BrodenWriter.Image(
            names.get(row.row()),
            encoded,
            size,
            size,
            side,
            side,
            maps,
            whole,
            row.splitByName() || row.split().isBlank() ? "" : row.split()));
  }
}
