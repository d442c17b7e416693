package org.netdissect.results;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.FileCheck;

/**
 * How a layer's {@code trust.csv} was made and what chance does there: the content of {@code
 * trust.json}.
 *
 * @param format version of the table
 * @param tool version of netdissect
 * @param result SHA-256 of the {@code dissection.json} that it belongs to
 * @param seed of all draws
 * @param permutations "auto", or how many every unit took part in
 * @param most permutations, in "auto"
 * @param fdr the rate of false discoveries
 * @param resamples of the images
 * @param split that labels were chosen on; null for a random half
 * @param chosenOn images that labels were chosen on
 * @param lookedAtOn the other images
 * @param imagesAlone images without another of their mask size: their masks stayed where they were
 * @param exactPeaks true if the peak activation of every image was known; null if only of those on
 *     which a unit exceeds its threshold, so that the others tie
 * @param untrained the untrained networks that labels were held against; null if there were none
 * @param chance what the best IoU becomes by chance: over all concepts first (scope "all"), then by
 *     category
 * @param nullDetectors units above the result's IoU under each of the first permutations
 * @param beyondChance units beyond chance
 * @param withinChance units within chance
 * @param unresolved units that more permutations would have to decide
 * @param table what trust.csv must hold
 */
public record TrustInfo(
    int format,
    String tool,
    String result,
    long seed,
    String permutations,
    int most,
    double fdr,
    int resamples,
    @Nullable String split,
    int chosenOn,
    int lookedAtOn,
    int imagesAlone,
    @Nullable Boolean exactPeaks,
    @Nullable Untrained untrained,
    List<Chance> chance,
    List<Integer> nullDetectors,
    int beyondChance,
    int withinChance,
    int unresolved,
    FileCheck table)
    implements SideInfo {

  /** The version that this code writes. */
  public static final int FORMAT = 1;

  /**
   * Networks of the same architecture with random weights.
   *
   * @param networks SHA-256 of each model; "recorded" where maps were recorded elsewhere
   * @param units of the layer, in all of them
   * @param detectors of these, those above the result's IoU
   */
  public record Untrained(List<String> networks, int units, int detectors) {
    public Untrained {
      networks = List.copyOf(networks);
    }
  }

  /** What the best IoU over all concepts becomes by chance. */
  public Chance ofAll() {
    return chance.get(0);
  }

  /** Mean of the units that pass the result's IoU by chance. */
  public double meanNullDetectors() {
    return nullDetectors.stream().mapToInt(n -> n).average().orElse(0);
  }

  /**
   * The null's best IoU, over all units and the permutations that all took part in.
   *
   * @param scope "all", or a category
   * @param p95 its 95th percentile
   * @param p99 its 99th percentile
   */
  public record Chance(String scope, double p95, double p99) {}
}
