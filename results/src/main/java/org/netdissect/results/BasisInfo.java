package org.netdissect.results;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a view of a layer is: its units are directions in the space of the layer's channels.
 *
 * @param layer name of the layer
 * @param kind {@code rotation}, {@code matrix} or {@code random}
 * @param seed of the draw; null for a matrix
 * @param alpha the power of the rotation; null for others
 * @param file name of the matrix file; null for others
 * @param sha256 of the matrix, its numbers as little-endian float64 by rows; null for others
 * @param bias name of the file of what is added to each direction; null for none
 * @param biasSha256 of what is added, as that of the matrix; null for none
 * @param relu true where values below zero become zero; else null
 * @param topk at each place only the largest so many values are kept, the others become zero; null
 *     for all
 * @param fitted what the matrix was made of, where that is known; else null
 */
public record BasisInfo(
    String layer,
    String kind,
    @Nullable Long seed,
    @Nullable Double alpha,
    @Nullable String file,
    @Nullable String sha256,
    @Nullable String bias,
    @Nullable String biasSha256,
    @Nullable Boolean relu,
    @Nullable Integer topk,
    @Nullable FitInfo fitted) {

  /** A view whose directions follow from a seed. */
  public static BasisInfo drawn(String layer, String kind, long seed, @Nullable Double alpha) {
    return new BasisInfo(layer, kind, seed, alpha, null, null, null, null, null, null, null);
  }

  /**
   * Whether two views have the same directions; what they were fitted to does not matter.
   *
   * @param one null for a layer's own channels
   */
  public static boolean isSameView(@Nullable BasisInfo one, @Nullable BasisInfo two) {
    if (one == null || two == null) {
      return one == null && two == null;
    }
    return Objects.equals(one.seed(), two.seed())
        && Objects.equals(one.alpha(), two.alpha())
        && Objects.equals(one.sha256(), two.sha256())
        && Objects.equals(one.biasSha256(), two.biasSha256())
        && Objects.equals(one.relu(), two.relu())
        && Objects.equals(one.topk(), two.topk());
  }
}
