package org.netdissect.lab.train;

import java.io.IOException;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.netdissect.lab.train.NetworkSpec.GlobalMean;
import org.netdissect.lab.train.NetworkSpec.Linear;
import org.netdissect.lab.train.NetworkSpec.Relu;

/**
 * SimCLR (Chen et al. 2020): two altered pictures of each image (a square of 0.5 to 1 of its side,
 * mirrored, light, contrast and colour changed, one in five grey) must be nearest to each other
 * behind a small projection.
 */
final class Contrastive extends Exercise {
  private static final int WIDTH = 32;
  private static final double TEMPERATURE = 0.2;

  Contrastive(Samples samples, TrainingOptions options) {
    super(samples, options);
  }

  @Override
  NetworkSpec network() {
    NetworkSpec.Builder to = new NetworkSpec.Builder();
    int channels = options.architecture().trunk(to, "", 3, options.shape());
    return to.add(new GlobalMean("mean"))
        .add(new Linear("projection1", channels, channels))
        .add(new Relu("relu_projection1"))
        .add(new Linear("projection2", channels, WIDTH))
        .build(side());
  }

  @Override
  Goal goal() {
    return new Goal.Pairs(WIDTH, TEMPERATURE);
  }

  @Override
  void sample(int image, @Nullable Random random, float[] images, int at, float[] targets, int to)
      throws IOException {
    Random draw = drawing(random, image);
    byte[] rgb = samples.pixels(image);
    for (int view = 0; view < 2; view++) {
      altered(rgb, draw, images, at + view * valuesOfView());
    }
  }

  private void altered(byte[] rgb, Random draw, float[] images, int at) {
    int side = side();
    double scale = 0.5 + 0.5 * draw.nextDouble();
    double left = draw.nextDouble() * (1 - scale) * (side - 1);
    double top = draw.nextDouble() * (1 - scale) * (side - 1);
    boolean mirror = options.flip() && draw.nextBoolean();
    double light = 0.6 + 0.8 * draw.nextDouble();
    double contrast = 0.6 + 0.8 * draw.nextDouble();
    double saturation = draw.nextInt(5) == 0 ? 0 : 0.6 + 0.8 * draw.nextDouble();
    double[] pixel = new double[3];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        between(rgb, side, left + scale * (mirror ? side - 1 - x : x), top + scale * y, pixel);
        double grey = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
        for (int c = 0; c < 3; c++) {
          double v = grey + saturation * (pixel[c] - grey);
          v = (v * light - 116) * contrast + 116;
          images[at + (c * side + y) * side + x] =
              Pixels.normalised(c, Math.max(0, Math.min(255, v)));
        }
      }
    }
  }

  /** The colour at a place between pixels, linearly. */
  private static void between(byte[] rgb, int side, double x, double y, double[] pixel) {
    int x0 = Math.min(side - 2, (int) x);
    int y0 = Math.min(side - 2, (int) y);
    double fx = x - x0;
    double fy = y - y0;
    for (int c = 0; c < 3; c++) {
      int from = 3 * (y0 * side + x0) + c;
      double above = (rgb[from] & 255) * (1 - fx) + (rgb[from + 3] & 255) * fx;
      int below = from + 3 * side;
      double under = (rgb[below] & 255) * (1 - fx) + (rgb[below + 3] & 255) * fx;
      pixel[c] = above * (1 - fy) + under * fy;
    }
  }
}
