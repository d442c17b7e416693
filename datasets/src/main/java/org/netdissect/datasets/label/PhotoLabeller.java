package org.netdissect.datasets.label;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Json;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.base.ToolVersion;
import org.netdissect.base.files.Unfinished;
import org.netdissect.base.files.WholeFile;
import org.netdissect.datasets.folders.MaskFolderDataset;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.Unreadable;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.Preprocessing;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.Photographs.Photograph;
import org.netdissect.pictures.PngWriter;

/**
 * Labels a folder of photographs with a segmentation network. What comes out is a data set in the
 * simple format of {@link MaskFolderDataset}, to be looked at, corrected, converted or dissected:
 *
 * <pre>
 *   OUT/images/…          copies of the photographs
 *   OUT/masks/…           a PNG each, of the photograph's size, class = R + 256·G
 *   OUT/labelled-by.json  which model labelled, and how
 *   OUT/labels.csv        the names given; written last
 * </pre>
 */
public final class PhotoLabeller {
  private final SegmentationModel model;
  private final BitSet named;
  private final Path namesFile;
  private final Path images;
  private final Path out;
  private final Unfinished unfinished;

  private PhotoLabeller(
      SegmentationModel model,
      BitSet named,
      Path namesFile,
      Path images,
      Path out,
      Unfinished unfinished) {
    this.model = model;
    this.named = named;
    this.namesFile = namesFile;
    this.images = images;
    this.out = out;
    this.unfinished = unfinished;
  }

  /**
   * How to label.
   *
   * @param size of the network's input where the model leaves it free, or null
   * @param preprocessing of pixels
   * @param output the model's output to read, or null for the first
   * @param workers threads
   * @param strict whether an unreadable photograph stops the work instead of being left out
   */
  public record Options(
      @Nullable InputSize size,
      Preprocessing preprocessing,
      @Nullable String output,
      int workers,
      boolean strict) {}

  /** What came of it: photographs labelled, and those that cannot be read. */
  public record Result(int labelled, int leftOut) {}

  /**
   * Labels all photographs of a folder.
   *
   * @param names a table {@code value,name[,category[,synonyms]]} of the network's classes, from 0
   * @param out a new or empty folder, or one that was not finished, which is begun anew
   */
  public static Result label(
      Path modelFile, Path names, Path images, Path out, Options options, Progress progress)
      throws IOException {
    BitSet named = MaskFolderDataset.listedValues(names);
    if (!Files.isDirectory(images)) {
      throw new DataException("no such folder of photographs: " + images);
    }
    List<String> photos = PhotoFiles.below(images);
    PhotoFiles.passedOver(images).forEach(progress::warn);
    if (photos.isEmpty()) {
      throw new DataException("no photographs in " + images);
    }
    Set<String> stems = new HashSet<>();
    for (String photo : photos) {
      if (!stems.add(stem(photo))) {
        throw new DataException(
            images + ": two photographs differ only in their endings: " + photo + "; rename one");
      }
    }
    Unfinished.checkApart(images, out);
    try (SegmentationModel model =
            SegmentationModel.open(
                modelFile, options.size(), options.preprocessing(), options.output());
        Unfinished unfinished = Unfinished.begin(out, "netdissect data label")) {
      PhotoLabeller labeller = new PhotoLabeller(model, named, names, images, out, unfinished);
      int leftOut = labeller.labelAll(photos, options, progress);
      if (leftOut == photos.size()) {
        throw new DataException("not one photograph of " + images + " can be read");
      }
      labeller.record(options);
      Path table = out.resolve("labels.csv");
      unfinished.writingWhole(table);
      WholeFile.write(table, next -> Files.copy(names, next, StandardCopyOption.REPLACE_EXISTING));
      unfinished.finish();
      return new Result(photos.size() - leftOut, leftOut);
    }
  }

  private static String stem(String name) {
    int dot = name.lastIndexOf('.');
    return dot > name.lastIndexOf('/') ? name.substring(0, dot) : name;
  }

  private void record(Options options) throws IOException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("tool", ToolVersion.get());
    all.put("model", model.network().name());
    all.put("sha256", model.network().sha256());
    Map<String, String> weights = model.network().weightFiles();
    if (!weights.isEmpty()) {
      all.put("weights", weights);
    }
    all.put("input", List.of(model.height(), model.width()));
    all.put("preprocessing", options.preprocessing());
    Path file = out.resolve("labelled-by.json");
    unfinished.writing(file);
    Files.writeString(
        file,
        Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n",
        StandardCharsets.UTF_8);
  }

  private int labelAll(List<String> photos, Options options, Progress progress) throws IOException {
    try (Progress.Phase phase =
        progress.phase("Labelling with " + model.network().name(), photos.size(), "photographs")) {
      int leftOut =
          Unreadable.leaveOut(
              photos.size(),
              options.workers(),
              options.strict(),
              "label",
              progress,
              phase,
              n -> label(photos.get(n)));
      phase.done();
      return leftOut;
    }
  }

  /** A name for what the model never gives shows a table that counts otherwise: from 1, say. */
  private void checkNames(int classes) throws DataException {
    for (int value = named.nextSetBit(0); value >= 0; value = named.nextSetBit(value + 1)) {
      if (classes > 0 && value >= classes && value != 255 && value != 65_535) {
        throw new DataException(
            Text.oneLine(namesFile.toString())
                + " names value "
                + value
                + ", but the model's classes are 0 to "
                + (classes - 1)
                + "; values count from 0");
      }
    }
  }

  private void label(String name) throws IOException {
    Path from = images.resolve(name);
    Photograph photo = Photographs.read(from);
    SegmentationModel.Classes classes =
        model.label(photo.resized(model.height(), model.width()).rgb());
    checkNames(classes.count);
    byte[] rgb = new byte[3 * photo.height() * photo.width()];
    for (int y = 0, k = 0; y < photo.height(); y++) {
      int row = (int) ((2L * y + 1) * classes.height / (2L * photo.height())) * classes.width;
      for (int x = 0; x < photo.width(); x++, k += 3) {
        int value = classes.of[row + (int) ((2L * x + 1) * classes.width / (2L * photo.width()))];
        if (value < 0 || value > 65_535 || (!named.get(value) && value != 0 && value != 255)) {
          throw new DataException(
              "the model gives class " + value + ", which " + namesFile + " does not list");
        }
        rgb[k] = (byte) value;
        rgb[k + 1] = (byte) (value >> 8);
      }
    }
    Path mask = out.resolve("masks").resolve(stem(name) + ".png");
    Path copy = out.resolve("images").resolve(name);
    Files.createDirectories(mask.getParent());
    Files.createDirectories(copy.getParent());
    unfinished.writing(mask);
    unfinished.writing(copy);
    Files.write(mask, PngWriter.encode(rgb, photo.height(), photo.width(), PngWriter.Filter.UP, 6));
    Files.copy(from, copy, StandardCopyOption.REPLACE_EXISTING);
  }
}
