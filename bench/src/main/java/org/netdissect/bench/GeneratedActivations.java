package org.netdissect.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.netdissect.base.Digests;
import org.netdissect.dissection.activations.ActivationSource;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.LayerInfo;

/**
 * Activations without a network, cheap to make: a pool of smoothed noise, normalised; the map of a
 * unit on an image is one of the pool, times a gain that is log-normal over images, minus what
 * leaves the unit's share of positive values, and cut at zero (ReLU). Any image can be made alone.
 */
final class GeneratedActivations implements ActivationSource {
  private static final long POOL_BYTES = 32L << 20;
  private static final int GAINS = 1 << 16;

  private final List<LayerInfo> layers = new ArrayList<>();
  private final List<float[][]> pools = new ArrayList<>();
  private final float[] gain = new float[GAINS];

  private GeneratedActivations() {}

  /** Layers of square maps over inputs of 224 × 224 pixels. */
  static GeneratedActivations of(int units, int side, int copies) {
    GeneratedActivations source = new GeneratedActivations();
    double step = 224.0 / side;
    for (int l = 0; l < copies; l++) {
      String name = "layer" + (l + 1);
      source.layers.add(
          new LayerInfo(
              name, name, "generated", units, side, side, ReceptiveField.square(0, step, step)));
      source.pools.add(pool(side, 11 + l));
    }
    Random random = new Random(5);
    for (int i = 0; i < GAINS; i++) {
      source.gain[i] = (float) Math.exp(0.35 * random.nextGaussian());
    }
    return source;
  }

  private static float[][] pool(int side, long seed) {
    int count = (int) Math.max(64, Math.min(4096, POOL_BYTES / (4L * side * side)));
    Random random = new Random(seed);
    float[][] pool = new float[count][];
    for (int p = 0; p < count; p++) {
      pool[p] = smoothed(side, random);
    }
    return pool;
  }

  /**
   * Noise smoothed over a sixteenth of the side, but three cells at least; mean 0 and variance 1
   * over the pool, about.
   */
  private static float[] smoothed(int side, Random random) {
    int radius = Math.max(1, side / 32);
    int passes = side < 28 ? 1 : 2;
    double[] noise = new double[side * side];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = random.nextGaussian();
    }
    for (int pass = 0; pass < passes; pass++) {
      noise = blurred(blurred(noise, side, radius, 1), side, radius, side);
    }
    double square = 0;
    for (double value : noise) {
      square += value * value;
    }
    // Half of the scale is each map's own: some images hold what the unit looks for, most do not.
    double scale = 1 / Math.sqrt(square / noise.length);
    double level = 0.4 * random.nextGaussian();
    float[] map = new float[noise.length];
    for (int i = 0; i < noise.length; i++) {
      map[i] = (float) (0.6 * (noise[i] * scale + level));
    }
    return map;
  }

  private static double[] blurred(double[] map, int side, int radius, int step) {
    double[] out = new double[map.length];
    for (int i = 0; i < map.length; i++) {
      int at = i / step % side;
      double sum = 0;
      int count = 0;
      for (int d = -radius; d <= radius; d++) {
        if (at + d >= 0 && at + d < side) {
          sum += map[i + d * step];
          count++;
        }
      }
      out[i] = sum / count;
    }
    return out;
  }

  @Override
  public List<LayerInfo> layers() {
    return layers;
  }

  @Override
  public InputSize input(int layer) {
    return new InputSize(224, 224);
  }

  @Override
  public int batch() {
    return 8;
  }

  @Override
  public Reader newReader() {
    return new Reader() {
      @Override
      public void read(int[] images, float[][] dense, int slot, Outcome outcome) {
        for (int i = 0; i < images.length; i++) {
          for (int l = 0; l < layers.size(); l++) {
            fill(l, images[i], dense[l], slot + i);
          }
          byte[] digest = new byte[Digests.BYTES];
          digest[0] = (byte) images[i];
          outcome.read(images[i], digest);
        }
      }

      @Override
      public void close() {}
    };
  }

  /** Writes all units' maps of an image. */
  void fill(int layer, int image, float[] dense, int slot) {
    int units = layers.get(layer).units();
    int cells = layers.get(layer).cells();
    float[][] pool = pools.get(layer);
    int at = slot * units * cells;
    for (int unit = 0; unit < units; unit++) {
      long mixed = Mix.of(image, unit, 77);
      float[] map = pool[Mix.below(mixed, pool.length)];
      float times = gain[(int) mixed & (GAINS - 1)];
      // From a sixth to half of a unit's values are above zero.
      float minus = 0.8f * (unit % 16) / 16;
      for (int c = 0; c < cells; c++) {
        dense[at + c] = Math.max(0f, times * map[c] - minus);
      }
      at += cells;
    }
  }

  @Override
  public void close() {}
}
