package org.netdissect.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Json;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.Seal;
import org.netdissect.base.files.WholeFile;
import tools.jackson.core.JacksonException;

/**
 * How well a layer serves other tasks: the content of {@code probe.json} in its folder.
 *
 * @param format version of the file
 * @param tool version of netdissect that wrote it last
 * @param result SHA-256 of the {@code dissection.json} that it belongs to
 * @param probes an entry a task
 */
public record ProbeInfo(int format, String tool, String result, List<Entry> probes) {
  /** The version that this code writes. */
  public static final int FORMAT = 1;

  private static final String FILE = "probe.json";
  private static final long MOST_BYTES = 1L << 24;

  /**
   * A task: which of its classes is an image of?
   *
   * @param data name of the data set
   * @param test name of the data set that was tested on; null where images were held back
   * @param category of the classes
   * @param classes how many
   * @param images in these
   * @param leftOut images that could not be read, had no single class, or too few beside them
   * @param pool {@code flatten}, {@code avg} or {@code max}
   * @param features of an image
   * @param cost C of the support vector machine
   * @param trained share of each class that was trained on; null with a test set
   * @param seed of the splits
   * @param accuracies averaged over the classes, from 0 to 1, an entry a split
   * @param accuracy their mean
   * @param spread their standard deviation; 0 of one
   * @param overall accuracy over all images rather than classes, mean of the splits
   */
  public record Entry(
      String data,
      @Nullable String test,
      String category,
      int classes,
      int images,
      int leftOut,
      String pool,
      int features,
      double cost,
      @Nullable Double trained,
      long seed,
      List<Double> accuracies,
      double accuracy,
      double spread,
      double overall) {

    /** Whether both are of one task, asked in the same way. */
    public boolean isOfSameTask(Entry other) {
      return data.equals(other.data)
          && Objects.equals(test, other.test)
          && category.equals(other.category)
          && pool.equals(other.pool)
          && cost == other.cost;
    }
  }

  /**
   * Reads that of a layer.
   *
   * @return its tasks; none if nothing was tried, or with an earlier result in this folder
   * @throws DamagedException if it is not what was written
   */
  public static List<Entry> read(Dissection dissection, LayerDissection layer) throws IOException {
    Path file = layer.folder().resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return List.of();
    }
    String json = Files.size(file) > MOST_BYTES ? null : Seal.open(Files.readAllBytes(file));
    if (json == null) {
      throw new DamagedException(file, "it is not what was written (SHA-256 differs)", null);
    }
    ProbeInfo info;
    try {
      info = Json.mapper().readValue(json, ProbeInfo.class);
    } catch (JacksonException e) {
      throw new DamagedException(file, "it makes no sense", e);
    }
    if (info.format() != FORMAT) {
      throw new DissectionException(
          file
              + ": format "
              + info.format()
              + "; this version reads "
              + FORMAT
              + "; run netdissect probe again");
    }
    return TrustTable.fingerprint(dissection).equals(info.result())
        ? List.copyOf(info.probes())
        : List.of();
  }

  /** Adds a task to what a layer's folder tells; one of the same task is replaced. */
  public static void add(Dissection dissection, LayerDissection layer, String tool, Entry entry)
      throws IOException {
    List<Entry> all = new ArrayList<>(read(dissection, layer));
    all.removeIf(entry::isOfSameTask);
    all.add(entry);
    ProbeInfo info = new ProbeInfo(FORMAT, tool, TrustTable.fingerprint(dissection), all);
    WholeFile.text(layer.folder().resolve(FILE), Seal.seal(Json.pretty(info)));
  }
}
