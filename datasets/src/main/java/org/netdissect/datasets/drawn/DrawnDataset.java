package org.netdissect.datasets.drawn;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
import org.netdissect.datasets.reading.LabelTable;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.Splits;
import org.netdissect.datasets.reading.Stamper;
import org.netdissect.datasets.shapes.LabelLayers;
import org.netdissect.datasets.shapes.Shapes;
import org.netdissect.pictures.PhotoHeader;
import org.netdissect.pictures.UnreadableImageException;

/**
 * Photographs with shapes drawn on them, each image's shapes in a file that is read when they are
 * needed. Where shapes of different labels overlap, a pixel has all of them. What is wrong with the
 * shapes of an image leaves that image out.
 */
final class DrawnDataset implements ReadDataset {
  private final Path folder;
  private final String format;
  private final DrawnImages found;
  private final DatasetOptions options;
  private final Vocabulary vocabulary;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<ImageRow> rows = new ArrayList<>();

  DrawnDataset(Path folder, String format, DrawnImages found, DatasetOptions options)
      throws DataException {
    if (found.images.isEmpty()) {
      throw new DataException(
          "no photograph with labels in "
              + Text.oneLine(folder.toString())
              + (found.orphans.isEmpty() ? "" : ": " + found.orphans.get(0))
              + PhotoFiles.orPassedOver(folder));
    }
    this.folder = folder;
    this.format = format;
    this.found = found;
    this.options = options;
    found.sort(folder);
    VocabularyBuilder builder = new VocabularyBuilder();
    builder.category(category());
    for (String label : found.labels) {
      numbers.put(label, LabelTable.meansNothing(label) ? 0 : builder.concept(label.strip()));
    }
    this.vocabulary = builder.build();
    PhotoHeader[] headers =
        PhotoFiles.headers(found.images.stream().map(DrawnImages.Image::photo).toList());
    for (int i = 0; i < headers.length; i++) {
      DrawnImages.Image image = found.images.get(i);
      boolean stated = image.height() > 0 && image.width() > 0;
      PhotoHeader header = headers[i];
      String split = split(image.name());
      // Labelling tools show a photograph as Exif asks, and so do YOLO's trainers; whoever
      // states the size of what is stored may mean that.
      boolean known = header == null ? stated : !header.isUncertain();
      rows.add(
          new ImageRow(
              image.name(),
              split != null ? split : Splits.ofName(image.name()),
              known ? (stated ? image.height() : header.shownHeight()) : 0,
              known ? (stated ? image.width() : header.shownWidth()) : 0,
              options.maskHeight(),
              options.maskWidth(),
              i,
              split == null));
    }
  }

  /** The split that a folder of the name stands for; null when none does. */
  private static @Nullable String split(String name) {
    String[] parts = name.split("/", -1);
    for (int i = 0; i + 1 < parts.length; i++) {
      String split = Splits.ofFolder(parts[i]);
      if (split != null) {
        return split;
      }
    }
    return null;
  }

  private String category() {
    return options.category() != null ? options.category() : "object";
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
  public AnnotatedImage annotate(ImageRow image, Problems problems) throws DataException {
    DrawnImages.Image from = found.images.get(image.row());
    if (image.photoHeight() == 0) {
      throw PhotoFiles.unknownSize(from.photo(), image.name());
    }
    int height = image.maskHeight();
    int width = image.maskWidth();
    Shapes shapes = new Shapes(image.photoHeight(), image.photoWidth(), height, width);
    LabelLayers layers = new LabelLayers(height * width);
    try {
      for (Drawn.Labelled drawn : from.source().shapes(image)) {
        Integer number = numbers.get(drawn.label());
        if (number == null) {
          throw new DataException("label " + Text.quoted(drawn.label()) + " is in no table");
        }
        if (number > 0 && (options.boxes() || !drawn.shape().isBox())) {
          drawn.shape().on(shapes, layers.of(number));
        }
      }
    } catch (DataException e) {
      String named = Text.oneLine(from.file().toString());
      throw new UnreadableImageException(
          Text.oneLine(image.name())
              + ": "
              + (e.getMessage().startsWith(named) ? "" : named + ": ")
              + e.getMessage(),
          e);
    }
    return new AnnotatedImage(height, width, layers.maps(0), List.of(), 1);
  }

  @Override
  public void check(Problems problems) throws DataException {
    for (String orphan : found.orphans) {
      problems.add(new DataException(orphan));
    }
  }

  @Override
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>(PhotoFiles.passedOver(folder));
    remarks.addAll(found.remarks);
    String named = Text.oneLine(folder.toString()) + ": ";
    if (found.boxes > 0) {
      remarks.add(
          named
              + found.boxes
              + " of "
              + found.shapes
              + " annotations have a box but no shape, and "
              + (options.boxes()
                  ? "are drawn as rectangles (--boxes)"
                  : "are left out; --boxes takes them as rectangles"));
    }
    if (found.lines > 0) {
      remarks.add(
          named
              + found.lines
              + " of "
              + found.shapes
              + " annotations are lines, points or the like, which cover nothing, and are left"
              + " out");
    }
    if (found.unlabelled > 0) {
      remarks.add(
          named
              + found.unlabelled
              + (found.unlabelled == 1
                  ? " photograph has no labels and is left out"
                  : " photographs have no labels and are left out"));
    }
    if (!found.orphans.isEmpty()) {
      remarks.add(
          named
              + found.orphans.size()
              + (found.orphans.size() == 1 ? " file" : " files")
              + " of labels left out; the first: "
              + found.orphans.get(0));
    }
    return remarks;
  }

  @Override
  public Path photograph(ImageRow image) {
    return found.images.get(image.row()).photo();
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public boolean drawsBoxes() {
    return options.boxes() && found.boxes > 0;
  }

  @Override
  public String key() {
    return format
        + " "
        + options.maskHeight()
        + "x"
        + options.maskWidth()
        + " "
        + category()
        + (options.boxes() ? " boxes" : "");
  }

  @Override
  public String stamp() {
    Stamper stamper = new Stamper();
    found.tables.forEach(stamper::add);
    for (ImageRow row : rows) {
      stamper.add(
          row.name() + " " + row.split() + " " + row.photoHeight() + " " + row.photoWidth() + "\n");
      stamper.add(found.images.get(row.row()).file());
    }
    return stamper.stamp();
  }
}
