package org.netdissect.dissection.activations;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.netdissect.base.Text;
import org.netdissect.networks.Layer;
import org.netdissect.results.LayerInfo;

/**
 * How many units of a layer saturate in the first images: so many of their values are the largest
 * that no threshold can be exceeded by the quantile's share of them, and their masks are empty.
 *
 * @param saturated units whose largest value, above zero, is shared by more than the quantile
 * @param units of the layer
 * @param images that were looked at
 */
record Saturation(int saturated, int units, int images) {
  /** So many images are looked at: about a second of work for usual networks. */
  private static final int IMAGES = 256;

  /** Images read at once. */
  private static final int BLOCK = 8;

  /** Whether more than a tenth of the units saturate. */
  boolean isCommon() {
    return 10L * saturated > units;
  }

  /**
   * Says which layer is dissected instead.
   *
   * @param before the layer, or those that it is joined of, before the bound
   */
  String warning(String layer, List<Layer> before) {
    return "%d of the %d units of layer %s share their largest value with more than the quantile of all values in the first %d images, so their masks would be empty; %s, the %s before that bound, %s dissected instead (--layers tensor:%s for the other)"
        .formatted(
            saturated,
            units,
            Text.oneLine(layer),
            images,
            before.stream().map(l -> Text.oneLine(l.name())).collect(Collectors.joining(" and ")),
            before.size() == 1 ? "layer" : "layers",
            before.size() == 1 ? "is" : "are",
            Text.oneLine(layer));
  }

  /**
   * Looks at the first layer of a source.
   *
   * @param images how many there are
   * @param share of the values above the threshold
   */
  static Saturation measure(ActivationSource source, int images, double share) throws IOException {
    LayerInfo layer = source.layers().get(0);
    int perImage = Math.multiplyExact(layer.units(), layer.cells());
    float[] largest = new float[layer.units()];
    long[] shared = new long[layer.units()];
    int looked = 0;
    try (ActivationSource.Reader reader = source.newReader()) {
      for (int from = 0; from < Math.min(images, IMAGES); from += BLOCK) {
        int[] block = new int[Math.min(BLOCK, Math.min(images, IMAGES) - from)];
        for (int i = 0; i < block.length; i++) {
          block[i] = from + i;
        }
        float[][] dense = {new float[block.length * perImage]};
        Counter read = new Counter();
        reader.read(block, dense, 0, read);
        for (int i = 0; i < read.images; i++) {
          count(dense[0], i * perImage, layer, largest, shared);
        }
        looked += read.images;
      }
    }
    int saturated = 0;
    for (int unit = 0; unit < layer.units(); unit++) {
      if (largest[unit] > 0 && shared[unit] > share * looked * layer.cells()) {
        saturated++;
      }
    }
    return new Saturation(saturated, layer.units(), looked);
  }

  private static void count(
      float[] maps, int from, LayerInfo layer, float[] largest, long[] shared) {
    int at = from;
    for (int unit = 0; unit < layer.units(); unit++) {
      for (int cell = 0; cell < layer.cells(); cell++, at++) {
        if (maps[at] > largest[unit]) {
          largest[unit] = maps[at];
          shared[unit] = 1;
        } else if (maps[at] == largest[unit]) {
          shared[unit]++;
        }
      }
    }
  }

  /** Images that cannot be read are reported by the run itself. */
  private static final class Counter implements ActivationSource.Outcome {
    private int images;

    @Override
    public void read(int image, byte[] digest) {
      images++;
    }

    @Override
    public void unreadable(int image, String reason) {}
  }
}
