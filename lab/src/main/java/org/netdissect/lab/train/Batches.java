package org.netdissect.lab.train;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.netdissect.networks.Preprocessing;

/** Makes the network's input from images: normalised as PyTorch's models are, mirrored, turned. */
final class Batches {
  /** What every network trained here expects; also what {@code netdissect run} assumes. */
  static final Preprocessing PREPROCESSING = Preprocessing.TORCH;

  private static final float[][] TABLE = new float[3][256];

  static {
    for (int c = 0; c < 3; c++) {
      for (int v = 0; v < 256; v++) {
        TABLE[c][v] = (float) PREPROCESSING.value(c, v);
      }
    }
  }

  /** One batch: images (n × 3 × size × size) and targets (n, or n × classes of 0 and 1). */
  static final class Batch {
    final int count;
    final float[] images;
    final float[] targets;

    Batch(int count, float[] images, float[] targets) {
      this.count = count;
      this.images = images;
      this.targets = targets;
    }
  }

  private final Samples samples;
  private final TrainingOptions options;
  private final Random random;
  private final int[] order;
  private int next;

  Batches(Samples samples, TrainingOptions options) {
    this.samples = samples;
    this.options = options;
    this.random = new Random(options.seed() ^ 0x5DEECE66DL);
    this.order = samples.training();
    this.next = order.length;
  }

  /** The next batch to train on; every image comes once in each round. */
  Batch training() throws IOException {
    int[] chosen = new int[options.batch()];
    boolean[] mirror = new boolean[chosen.length];
    int[] turns = new int[chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      if (next == order.length) {
        shuffle();
      }
      chosen[i] = order[next++];
      mirror[i] = options.flip() && random.nextBoolean();
      turns[i] = options.task() == Task.ROTATION ? random.nextInt(4) : 0;
    }
    return make(chosen, mirror, turns);
  }

  private void shuffle() {
    next = 0;
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
  }

  /** These images as they are; for rotation turned in a fixed way. */
  Batch validation(int[] chosen) throws IOException {
    int[] turns = new int[chosen.length];
    if (options.task() == Task.ROTATION) {
      Arrays.setAll(turns, i -> chosen[i] & 3);
    }
    return make(chosen, new boolean[chosen.length], turns);
  }

  private Batch make(int[] chosen, boolean[] mirror, int[] turns) throws IOException {
    int side = options.size();
    int area = side * side;
    int classes = samples.classes().size();
    float[] images = new float[chosen.length * 3 * area];
    float[] targets = new float[samples.multiLabel() ? chosen.length * classes : chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      fill(samples.pixels(chosen[i]), side, mirror[i], turns[i], images, i * 3 * area);
      if (options.task() == Task.ROTATION) {
        targets[i] = turns[i];
      } else if (samples.multiLabel()) {
        for (int label : samples.labels(chosen[i])) {
          targets[i * classes + label] = 1;
        }
      } else {
        targets[i] = samples.labels(chosen[i])[0];
      }
    }
    return new Batch(chosen.length, images, targets);
  }

  static void fill(byte[] rgb, int side, boolean mirror, int turns, float[] to, int at) {
    int area = side * side;
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        int sx = mirror ? side - 1 - x : x;
        int sy = y;
        for (int t = 0; t < turns; t++) {
          int old = sx;
          sx = sy;
          sy = side - 1 - old;
        }
        int from = 3 * (sy * side + sx);
        int p = at + y * side + x;
        to[p] = TABLE[0][rgb[from] & 255];
        to[p + area] = TABLE[1][rgb[from + 1] & 255];
        to[p + 2 * area] = TABLE[2][rgb[from + 2] & 255];
      }
    }
  }
}
