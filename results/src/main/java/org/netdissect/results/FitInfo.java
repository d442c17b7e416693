package org.netdissect.results;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netdissect.results.DissectionInfo.NetworkInfo;

/**
 * What directions that were fitted to a layer were made of: the file beside their matrix, and part
 * of the results that they are used in.
 *
 * @param format version of the file
 * @param tool version of netdissect
 * @param kind {@code pca}, {@code whitening}, {@code nmf}, {@code kmeans} or {@code dictionary}
 * @param components directions
 * @param seed of all draws; null where nothing is drawn
 * @param network whose layer it is
 * @param layer name of the layer
 * @param channels of the layer
 * @param data name of the data set
 * @param images read
 * @param unreadable images left out
 * @param photographs SHA-256 of the digests of the photographs read, in order of the images' names
 * @param cells of the layer's maps on these images
 * @param sample cells that were drawn of them; null where all were taken
 * @param explained share of the variance that the directions explain; null for NMF and k-means. Of
 *     a dictionary: on cells that it was not trained on
 * @param shares of the variance by component, at most the first 64; null but for components
 * @param error of NMF the norm of what is left of the sample, of k-means the sum of squared
 *     distances to the centres; else null
 * @param rounds until it was still; null where it is computed at once
 * @param meanActive latents above zero at a cell; null but for dictionaries
 * @param dead latents that are zero at all cells; null but for dictionaries
 * @param matrix SHA-256 of the matrix, its numbers as little-endian float64 by rows
 * @param bias SHA-256 of what is to be added, in the same way; null for nothing
 * @param relu true where values below zero are to become zero; else null
 * @param topk at each place only the largest so many are to be kept; null for all
 */
public record FitInfo(
    int format,
    String tool,
    String kind,
    int components,
    @Nullable Long seed,
    NetworkInfo network,
    String layer,
    int channels,
    String data,
    int images,
    int unreadable,
    String photographs,
    long cells,
    @Nullable Integer sample,
    @Nullable Double explained,
    @Nullable List<Double> shares,
    @Nullable Double error,
    @Nullable Integer rounds,
    @Nullable Double meanActive,
    @Nullable Integer dead,
    String matrix,
    @Nullable String bias,
    @Nullable Boolean relu,
    @Nullable Integer topk) {

  /** The version that this code writes. */
  public static final int FORMAT = 1;

  /**
   * In what the use of the directions differs from what they were fitted to, such as {@code
   * preprocessing (caffe …; here torch …)}; empty where nothing is known to differ.
   *
   * @param usedAt name of the layer that they are used at
   * @param used whose layer it is
   */
  public List<String> differences(String usedAt, NetworkInfo used) {
    List<String> differences = new ArrayList<>();
    if (!layer.equals(usedAt)) {
      differences.add("layer (" + layer + ")");
    }
    if (network.sha256() == null || used.sha256() == null) {
      // Of recorded maps nobody knows what made them.
      return differences;
    }
    boolean isSame =
        network.sha256().equals(used.sha256())
            && Objects.equals(network.weightFiles(), used.weightFiles());
    add(differences, "network", isSame ? "" : network.file(), isSame ? "" : used.file());
    if (!isSame && Objects.equals(network.file(), used.file())) {
      differences.add("network (a file of the same name, " + network.file() + ")");
    }
    add(differences, "preprocessing", pixels(network), pixels(used));
    add(differences, "fit of photographs", framing(network), framing(used));
    add(differences, "input", size(network), size(used));
    add(differences, "grid of tokens", network.tokens(), used.tokens());
    return differences;
  }

  private static void add(
      List<String> differences, String what, @Nullable String then, @Nullable String here) {
    if (!Objects.equals(then, here)) {
      differences.add(
          what
              + " ("
              + (then == null ? "none" : then)
              + "; here "
              + (here == null ? "none" : here)
              + ")");
    }
  }

  private static @Nullable String pixels(NetworkInfo network) {
    return network.preprocessing() == null ? null : network.preprocessing().describe();
  }

  private static String framing(NetworkInfo network) {
    return network.fit() == null ? "stretch" : network.fit();
  }

  private static String size(NetworkInfo network) {
    return network.inputHeight() + "×" + network.inputWidth();
  }
}
