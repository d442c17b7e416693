package org.netdissect.results;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Numbers;
import org.netdissect.base.files.FileCheck;
import org.netdissect.networks.Preprocessing;

/**
 * What was run on what, and what came of it: the content of {@code dissection.json}. The same
 * inputs give the same bytes, so it holds neither times nor paths.
 *
 * @param format version of the result folder
 * @param tool version of netdissect
 * @param network the network; of recorded maps it says nothing
 * @param data the data set
 * @param rules of scoring
 * @param images counts
 * @param layers in the order asked for
 * @param imported the files that the scores were imported from; null where the units were dissected
 *     here. An imported result has scores only: no images, hits, maps, histograms or thresholds
 * @param files what the other files of the result must hold, by path within its folder
 */
public record DissectionInfo(
    int format,
    String tool,
    NetworkInfo network,
    DataInfo data,
    Rules rules,
    Images images,
    List<LayerResult> layers,
    @Nullable List<ImportedFile> imported,
    SortedMap<String, FileCheck> files) {

  /** With fewer images the scores vary much from one data set to the next of the same kind. */
  private static final int FEW_IMAGES = 1_000;

  /** The version of result folders that this code writes. */
  public static final int FORMAT = 1;

  /** Whether so few images were read that scores and thresholds are uncertain. */
  public boolean fewImages() {
    return imported == null && images.read() < FEW_IMAGES;
  }

  /**
   * A network.
   *
   * @param file name of the model file; null for recorded maps
   * @param sha256 of the model file; null for recorded maps
   * @param weightFiles SHA-256 of the files beside the model that hold weights, by name; null if
   *     there are none
   * @param inputHeight pixels; null if each image's own size was taken
   * @param inputWidth pixels; null if each image's own size was taken
   * @param tokens how the tokens of layers cover the image where that was given; otherwise null
   * @param fit how photographs of other proportions come into the input, {@code letterbox} or
   *     {@code crop}; null where they are stretched
   * @param preprocessing of the photographs; null for recorded maps
   */
  public record NetworkInfo(
      @Nullable String file,
      @Nullable String sha256,
      @Nullable Map<String, String> weightFiles,
      @Nullable Integer inputHeight,
      @Nullable Integer inputWidth,
      @Nullable String tokens,
      @Nullable String fit,
      @Nullable PreprocessingInfo preprocessing) {

    /** What is done to photographs, as people read it; null for recorded maps. */
    public @Nullable String describePreprocessing() {
      return preprocessing == null
          ? null
          : preprocessing.describe() + (fit == null ? "" : ", fit " + fit);
    }
  }

  /** x = (pixel · scale − mean) / std, lists in the order of {@code channels}. */
  public record PreprocessingInfo(
      String channels, double scale, List<Double> mean, List<Double> std) {

    /** As people read it: the name that the command takes, and what it does to a pixel. */
    public String describe() {
      StringBuilder text = new StringBuilder(channels);
      if (scale != 1) {
        double divisor = 1 / scale;
        boolean round = Math.abs(divisor * 2 - Math.rint(divisor * 2)) < 1e-9;
        text.append(round ? "/" : "·").append(Numbers.general(round ? divisor : scale, 6));
      }
      if (mean.stream().anyMatch(value -> value != 0)) {
        text.append(" minus ").append(list(mean));
      }
      if (std.stream().anyMatch(value -> value != 1)) {
        text.append(", divided by ").append(list(std));
      }
      return name() + " (" + text + ")";
    }

    private String name() {
      try {
        return new Preprocessing(Preprocessing.Channels.valueOf(channels), scale, mean, std).name();
      } catch (IllegalArgumentException e) {
        return "custom";
      }
    }

    private static String list(List<Double> values) {
      return String.join(
          ", ",
          values.stream().distinct().count() == 1
              ? List.of(Numbers.general(values.get(0), 6))
              : values.stream().map(value -> Numbers.general(value, 6)).toList());
    }
  }

  /**
   * A data set.
   *
   * @param fingerprint SHA-256 of what its tables and masks say; null for imported scores
   * @param split that was taken; null for all
   * @param limit of rows; null for none
   * @param categories that were selected
   * @param boxes true where annotations that have a box but no shape counted as the rectangle;
   *     otherwise null
   */
  public record DataInfo(
      String name,
      @Nullable String fingerprint,
      @Nullable String split,
      @Nullable Long limit,
      List<String> categories,
      @Nullable Boolean boxes) {}

  /**
   * The rules of scoring.
   *
   * @param convention {@code exact}, {@code paper} or {@code lite}
   * @param quantile as typed
   * @param iou above which a unit is a detector
   * @param keepQuantile share of a unit's activations that {@code low-maps.bin} reaches down to, as
   *     typed; null where it was not kept
   */
  public record Rules(
      String convention, String quantile, double iou, @Nullable String keepQuantile) {
    /** Rules of a run that keeps no more than masks need. */
    public Rules(String convention, String quantile, double iou) {
      this(convention, quantile, iou, null);
    }
  }

  /**
   * Images.
   *
   * @param chosen how many were to be read
   * @param read how many were
   * @param contentSha256 over the contents of those read; null for imported scores
   * @param unreadable the others
   */
  public record Images(
      int chosen, int read, @Nullable String contentSha256, List<Unreadable> unreadable) {}

  /** An image that was left out, and why. */
  public record Unreadable(String image, String reason) {}

  /**
   * A dissected layer.
   *
   * @param layer geometry and names
   * @param valuesPerUnit N, from which each threshold comes
   * @param emptyMasks units that are active but whose mask is empty everywhere: their largest value
   *     is shared by more than the quantile of all cells, or so few cells are above the threshold
   *     that what is interpolated between them is on no pixel
   * @param inactive units that are zero everywhere
   */
  public record LayerResult(
      LayerInfo layer, long valuesPerUnit, List<Integer> emptyMasks, List<Integer> inactive) {}

  /**
   * A file that scores came from.
   *
   * @param file its name
   * @param sha256 of its bytes
   */
  public record ImportedFile(String file, String sha256) {}
}
