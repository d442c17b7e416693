package org.netdissect.lab.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.netdissect.lab.train.NetworkSpec.Concat;
import org.netdissect.lab.train.NetworkSpec.Conv;
import org.netdissect.lab.train.NetworkSpec.Mix;

/**
 * Tasks that tell one part of the colour of every cell of the last maps from another part. The
 * network takes an ordinary RGB photograph and itself leaves out what it must not see. Colour is
 * CIE L*a*b*, the mean over the cell, in bins: 8 × 8 of a* and b* from −80 to 80, 16 of L*.
 */
abstract class Colours extends Exercise {
  static final int CHROMA_SIDE = 8;
  static final int CHROMA = CHROMA_SIDE * CHROMA_SIDE;
  static final int LIGHT = 16;

  /** Shares of the channels in brightness (Rec. 601). */
  private static final double[] LUMA = {0.299, 0.587, 0.114};

  Colours(Samples samples, TrainingOptions options) {
    super(samples, options);
  }

  /** Brightness of a normalised photograph, of mean 0 and about unit deviation. */
  static Mix brightness(String name) {
    return mix(name, List.of(LUMA));
  }

  /** Red against green, and yellow against blue. */
  static Mix opponents(String name) {
    return mix(name, List.of(new double[] {1, -1, 0}, new double[] {0.5, 0.5, -1}));
  }

  /** Weights on channels of 0 … 255, written for normalised ones; results are divided by 64. */
  private static Mix mix(String name, List<double[]> rows) {
    List<List<Float>> weights = new ArrayList<>();
    List<Float> offsets = new ArrayList<>();
    for (double[] row : rows) {
      double total = row[0] + row[1] + row[2];
      double offset = total > 0.5 ? -116 * total : 0;
      List<Float> scaled = new ArrayList<>();
      for (int c = 0; c < 3; c++) {
        double zero = Pixels.normalised(c, 0);
        double slope = (Pixels.normalised(c, 255) - zero) / 255;
        scaled.add((float) (row[c] / slope / 64));
        offset -= row[c] * zero / slope;
      }
      weights.add(scaled);
      offsets.add((float) (offset / 64));
    }
    return new Mix(name, weights, offsets);
  }

  /** Bins of a cell's mean colour: of a* and b* together, and of L*. */
  static int[] bins(double r, double g, double b) {
    double[] lab = lab(r, g, b);
    int first = bin(lab[1], -80, 80, CHROMA_SIDE);
    int second = bin(lab[2], -80, 80, CHROMA_SIDE);
    return new int[] {first * CHROMA_SIDE + second, bin(lab[0], 0, 100, LIGHT)};
  }

  private static int bin(double value, double from, double to, int bins) {
    return (int) Math.max(0, Math.min(bins - 1, Math.floor((value - from) / (to - from) * bins)));
  }

  /** CIE L*a*b* (D65) of sRGB values of 0 … 255. */
  static double[] lab(double r, double g, double b) {
    double[] linear = {linear(r), linear(g), linear(b)};
    double x = (0.4124 * linear[0] + 0.3576 * linear[1] + 0.1805 * linear[2]) / 0.95047;
    double y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    double z = (0.0193 * linear[0] + 0.1192 * linear[1] + 0.9505 * linear[2]) / 1.08883;
    double fy = cube(y);
    return new double[] {116 * fy - 16, 500 * (cube(x) - fy), 200 * (fy - cube(z))};
  }

  private static double linear(double value) {
    double v = value / 255;
    return v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
  }

  private static double cube(double t) {
    return t > 216.0 / 24389 ? Math.cbrt(t) : (24389.0 / 27 * t + 16) / 116;
  }

  /** Cells a side of the last maps. */
  abstract int grid();

  /** Mean colours of the cells of a grid over the image: 3 values of 0 … 255 a cell. */
  static double[] cells(byte[] rgb, int side, boolean mirror, int grid) {
    double[] means = new double[3 * grid * grid];
    for (int row = 0; row < grid; row++) {
      for (int column = 0; column < grid; column++) {
        int top = row * side / grid;
        int bottom = Math.max(top + 1, (row + 1) * side / grid);
        int left = column * side / grid;
        int right = Math.max(left + 1, (column + 1) * side / grid);
        for (int y = top; y < bottom; y++) {
          for (int x = left; x < right; x++) {
            int from = 3 * (y * side + (mirror ? side - 1 - x : x));
            for (int c = 0; c < 3; c++) {
              means[3 * (row * grid + column) + c] +=
                  (rgb[from + c] & 255) / (double) ((bottom - top) * (right - left));
            }
          }
        }
      }
    }
    return means;
  }

  @Override
  void sample(int image, @Nullable Random random, float[] images, int at, float[] targets, int to)
      throws IOException {
    boolean mirror = mirrored(random);
    byte[] rgb = samples.pixels(image);
    Pixels.whole(rgb, side(), mirror, 0, images, at);
    double[] means = cells(rgb, side(), mirror, grid());
    int cells = grid() * grid();
    for (int i = 0; i < cells; i++) {
      int[] bins = bins(means[3 * i], means[3 * i + 1], means[3 * i + 2]);
      for (int head = 0; head * cells < targets(); head++) {
        targets[to + head * cells + i] = bins[head];
      }
    }
  }

  /** Zhang, Isola and Efros 2016: a* and b* from brightness alone. */
  static final class Colorization extends Colours {
    private final NetworkSpec network;
    private final int grid;
    private final String last;

    Colorization(Samples samples, TrainingOptions options) {
      super(samples, options);
      NetworkSpec.Builder to = new NetworkSpec.Builder().add(brightness("brightness"));
      int channels = options.architecture().trunk(to, "", 1, options.shape());
      last = to.last();
      grid = to.build(side()).output().side();
      network = to.add(new Conv("bins", channels, CHROMA, 1, 1, 0)).build(side());
    }

    @Override
    NetworkSpec network() {
      return network;
    }

    @Override
    String last() {
      return last;
    }

    @Override
    int grid() {
      return grid;
    }

    @Override
    int targets() {
      return grid * grid;
    }

    @Override
    Goal goal() {
      return new Goal.Cells(List.of(CHROMA), grid * grid);
    }
  }

  /**
   * Zhang, Isola and Efros 2017, the split-brain autoencoder: one half of the network tells a* and
   * b* from brightness, the other brightness from them. Each half has half the width; the last maps
   * are those of both.
   */
  static final class CrossChannel extends Colours {
    static final String BOTH = "both";

    private final NetworkSpec network;

    CrossChannel(Samples samples, TrainingOptions options) {
      super(samples, options);
      network = network(options);
    }

    static NetworkSpec network(TrainingOptions options) {
      // A multiple of 8 again, at least 8.
      int width = Math.max(8, options.shape().width() / 16 * 8);
      Architecture.Shape half =
          new Architecture.Shape(width, options.shape().depth(), options.shape().batchNorm());
      NetworkSpec.Builder to = new NetworkSpec.Builder().add(brightness("brightness"));
      int channels = options.architecture().trunk(to, "light_", 1, half);
      String light = to.last();
      to.from(NetworkSpec.INPUT).add(opponents("opponents"));
      options.architecture().trunk(to, "colour_", 2, half);
      String colour = to.last();
      to.add(new Concat(BOTH), light, colour);
      to.add(new Conv("chroma_bins", channels, CHROMA, 1, 1, 0), light);
      to.add(new Conv("light_bins", channels, LIGHT, 1, 1, 0), colour);
      return to.build(options.size(), List.of("chroma_bins", "light_bins"));
    }

    @Override
    NetworkSpec network() {
      return network;
    }

    @Override
    String last() {
      return BOTH;
    }

    @Override
    int grid() {
      return Objects.requireNonNull(network.maps().get(BOTH)).side();
    }

    @Override
    int targets() {
      return 2 * grid() * grid();
    }

    @Override
    Goal goal() {
      return new Goal.Cells(List.of(CHROMA, LIGHT), grid() * grid());
    }
  }
}
