package org.netdissect.dissection.rules;

import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.pictures.Frame;

/**
 * A named set of the rules on which implementations of the method differ: where the threshold
 * stands, where an activation sits on the mask grid, and what is counted. Every result records the
 * one it was made with; numbers of different conventions are not comparable to the last digit.
 */
public enum Convention {
  /**
   * The method as the paper defines it, without the approximations of any code: the exact quantile,
   * activations at the real centres of their receptive fields, a label counted once a pixel.
   */
  EXACT,
  /** As the original code does (NetDissect, 2017): interpolated quantile table, integer knots. */
  PAPER,
  /**
   * As NetDissect-Lite does: maps resized with half-pixel centres, and a unit's activation counted
   * only in images where its own mask touches the concept's category.
   */
  LITE;

  /** What to say where {@link #emptiesMasks}. */
  public static final String EMPTY_MASKS =
      "the conventions 'paper' and 'lite' round the quantile to thousandths, here to 0: every"
          + " threshold is the unit's largest value and every mask is empty; take a --quantile from"
          + " 0.001, or --convention exact";

  /**
   * Reads {@code exact}, {@code paper} or {@code lite}.
   *
   * @throws IllegalArgumentException for any other word
   */
  public static Convention of(String word) {
    for (Convention convention : values()) {
      if (convention.word().equals(word)) {
        return convention;
      }
    }
    throw new IllegalArgumentException(
        "convention '" + word + "' is not one of exact, paper, lite");
  }

  /** The lower-case name, as typed and as written into results. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Whether every mask is empty by the rules alone: the original rounds the quantile to
   * thousandths, and one below 0.0005 to 0. The threshold is then the unit's largest value, and no
   * value lies above it.
   */
  public boolean emptiesMasks(Quantile quantile) {
    return this != EXACT && quantile.paperTail() == 0;
  }

  /** Whether a label that stands twice on one pixel (in two channels) counts twice. */
  public boolean countsPerChannel() {
    return this != EXACT;
  }

  /** Whether the denominator holds a unit's activation only where its mask touches the category. */
  public boolean activationTouches() {
    return this == LITE;
  }

  /**
   * How many of the largest values of a unit must be known to find its threshold.
   *
   * @param values N, the number of activation values of the unit
   */
  public long tailSize(Quantile quantile, long values) {
    if (this == EXACT) {
      return quantile.floorOf(values) + 1;
    }
    return values - (long) Math.floor(paperPosition(quantile, values));
  }

  /**
   * The threshold T of a unit.
   *
   * @param values N, at least 1
   * @param largest gives the r-th largest value, r from 1 to {@link #tailSize}
   */
  public float threshold(Quantile quantile, long values, OrderStatistic largest) {
    if (this == EXACT) {
      return largest.ofRank(quantile.floorOf(values) + 1);
    }
    double position = paperPosition(quantile, values);
    long below = (long) Math.floor(position);
    double fraction = position - below;
    double low = largest.ofRank(values - below);
    if (fraction == 0) {
      return (float) low;
    }
    double high = largest.ofRank(values - below - 1);
    return (float) (low + (high - low) * fraction);
  }

  /**
   * Position among the ascending values, from 0 to N − 1 (spec of the original's quantile table).
   */
  private static double paperPosition(Quantile quantile, long values) {
    return (1 - quantile.paperTail()) * (values - 1);
  }

  /**
   * Whether there is a rule for masks of that size: the original has none for masks that are larger
   * than the network's input.
   *
   * @param input size of the network's input along an axis, pixels
   * @param mask size of the mask along it, pixels
   */
  public boolean fits(int input, int mask) {
    return this != PAPER || Math.rint((double) input / mask) >= 1;
  }

  /**
   * Where the pixels of a mask row or column lie among the activations.
   *
   * @param axis the layer's receptive field along this axis, or null where it is unknown: then the
   *     map is stretched over the image with half-pixel centres, as under {@link #LITE}
   * @param cells activations along the axis
   * @param frame where the photograph lies in the input along this axis
   * @param mask size of the mask, which covers the photograph, along the axis, pixels
   */
  AxisInterpolation interpolation(
      ReceptiveField.@Nullable Axis axis, int cells, Frame.Axis frame, int mask) {
    int input = frame.input();
    if (!frame.isWhole()) {
      return framed(axis, cells, frame, mask);
    }
    if (this == LITE || axis == null) {
      return AxisInterpolation.of(cells, mask, pixel -> (pixel + 0.5) * cells / mask - 0.5);
    }
    if (this == EXACT) {
      double centre = centre(axis);
      return AxisInterpolation.of(
          cells, mask, pixel -> ((pixel + 0.5) * input / mask - 0.5 - centre) / axis.step());
    }
    double reduction = Math.rint((double) input / mask);
    assert reduction >= 1 : "checked before recording";
    double centre = Math.floor(axis.size() / 2) + axis.offset();
    double step = Math.floor(axis.step() / reduction);
    if (step == 0) {
      // The original divides by zero here; the real positions are its evident generalisation.
      return AxisInterpolation.of(cells, mask, pixel -> (pixel * reduction - centre) / axis.step());
    }
    double first = Math.floor(centre / reduction);
    return AxisInterpolation.of(cells, mask, pixel -> (pixel - first) / step);
  }

  /**
   * Where the photograph does not fill the input: mask pixels are where they come to lie in it, and
   * those outside it are not seen.
   */
  private AxisInterpolation framed(
      ReceptiveField.@Nullable Axis axis, int cells, Frame.Axis frame, int mask) {
    if (this == PAPER) {
      throw new IllegalArgumentException("the convention 'paper' does not resize");
    }
    IntToDoubleFunction position =
        this == LITE || axis == null
            ? pixel -> frame.at(pixel, mask) * cells / frame.input() - 0.5
            : pixel -> (frame.at(pixel, mask) - 0.5 - centre(axis)) / axis.step();
    return AxisInterpolation.of(cells, mask, frame.firstSeen(mask), frame.endSeen(mask), position);
  }

  private static double centre(ReceptiveField.Axis axis) {
    return axis.offset() + (axis.size() - 1) / 2;
  }

  /** Gives the r-th largest of a unit's values, r from 1. */
  @FunctionalInterface
  public interface OrderStatistic {
    float ofRank(long rank);
  }
}
