package org.netdissect.analysis.rating;

import java.util.List;

/**
 * How raters are asked.
 *
 * @param units of each layer, drawn at random; all where there are fewer
 * @param images that a unit is shown by, its most activating ones
 * @param raters a sheet each
 * @param firstGroup raters 1 to this decide which units are interpretable, where there is a second
 *     source; the others judge within these
 * @param layers folders of the layers; empty for all
 * @param seed of all draws
 */
public record StudyOptions(
    int units, int images, int raters, int firstGroup, List<String> layers, long seed) {

  static final int MOST_RATERS = 1000;

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException saying which is out of range
   */
  public StudyOptions {
    layers = List.copyOf(layers);
    check("units", units, 1, 1 << 20);
    check("images", images, 1, 50);
    check("raters", raters, 1, MOST_RATERS);
    check("raters of the first group", firstGroup, 1, raters);
  }

  private static void check(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(what + " must be " + least + " to " + most + ": " + value);
    }
  }

  /** The first group unless said otherwise: half of the raters, and the odd one. */
  public static int half(int raters) {
    return (raters + 1) / 2;
  }
}
