package org.netdissect.lab.train;

import java.io.IOException;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.netdissect.lab.train.NetworkSpec.Conv;

/**
 * The image from a narrow code of it (Hinton and Salakhutdinov 2006): behind the trunk each place
 * has 12 numbers, from which a linear map makes the pixels that lie under it, 4×4 means of them.
 */
final class Autoencoding extends Exercise {
  private static final int CODE = 12;

  /** Means a side that are made of a place of the last maps. */
  private static final int DETAIL = 4;

  private final NetworkSpec network;
  private final int grid;
  private final String last;

  Autoencoding(Samples samples, TrainingOptions options) {
    super(samples, options);
    NetworkSpec.Builder to = new NetworkSpec.Builder();
    int channels = options.architecture().trunk(to, "", 3, options.shape());
    last = to.last();
    grid = to.build(side()).output().side();
    network =
        to.add(new Conv("code", channels, CODE, 1, 1, 0))
            .add(new Conv("pixels", CODE, 3 * DETAIL * DETAIL, 1, 1, 0))
            .build(side());
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
  int targets() {
    return 3 * DETAIL * DETAIL * grid * grid;
  }

  @Override
  Goal goal() {
    return new Goal.Values(targets());
  }

  @Override
  void sample(int image, @Nullable Random random, float[] images, int at, float[] targets, int to)
      throws IOException {
    boolean mirror = mirrored(random);
    byte[] rgb = samples.pixels(image);
    Pixels.whole(rgb, side(), mirror, 0, images, at);
    int fine = grid * DETAIL;
    double[] means = Colours.cells(rgb, side(), mirror, fine);
    for (int y = 0; y < fine; y++) {
      for (int x = 0; x < fine; x++) {
        int detail = y % DETAIL * DETAIL + x % DETAIL;
        int place = y / DETAIL * grid + x / DETAIL;
        for (int c = 0; c < 3; c++) {
          targets[to + (c * DETAIL * DETAIL + detail) * grid * grid + place] =
              Pixels.normalised(c, means[3 * (y * fine + x) + c]);
        }
      }
    }
  }
}
