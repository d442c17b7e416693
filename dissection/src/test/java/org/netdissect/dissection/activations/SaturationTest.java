package org.netdissect.dissection.activations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.Layer;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.LayerInfo;

/** Units that are cut off at a bound. */
class SaturationTest {
  private static final int UNITS = 20;
  private static final int CELLS = 25;

  /** Maps of uniform numbers; the first units are cut off so that a share of values is equal. */
  private record Made(int cutOff, double share) implements ActivationSource {
    @Override
    public List<LayerInfo> layers() {
      return List.of(new LayerInfo("layer", "layer", "Clip", UNITS, 5, 5, null));
    }

    @Override
    public InputSize input(int layer) {
      return null;
    }

    @Override
    public int batch() {
      return 8;
    }

    @Override
    public Reader newReader() {
      return new Reader() {
        @Override
        public void read(int[] images, float[][] dense, int slot, Outcome outcome)
            throws IOException {
          int at = slot * UNITS * CELLS;
          for (int image : images) {
            if (image % 10 == 3) {
              outcome.unreadable(image, "made so");
              continue;
            }
            Random random = new Random(image);
            for (int i = 0; i < UNITS * CELLS; i++, at++) {
              float value = random.nextFloat();
              dense[0][at] = i / CELLS < cutOff ? Math.min(value, (float) (1 - share)) : value;
            }
            outcome.read(image, new byte[32]);
          }
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public void close() {}
  }

  @Test
  void countsUnitsWhoseLargestValueIsShared() throws IOException {
    assertEquals(0, Saturation.measure(new Made(0, 0.1), 40, 0.005).saturated());
    assertEquals(7, Saturation.measure(new Made(7, 0.1), 40, 0.005).saturated());
    // As many as the quantile allows leave values above a threshold.
    assertEquals(0, Saturation.measure(new Made(7, 0.1), 40, 0.5).saturated());
    assertEquals(36, Saturation.measure(new Made(7, 0.1), 40, 0.005).images());
    assertTrue(Saturation.measure(new Made(3, 0.1), 40, 0.005).isCommon());
    assertFalse(Saturation.measure(new Made(2, 0.1), 40, 0.005).isCommon());
  }

  private static Layer layer(String name) {
    return new Layer(name, "Conv", UNITS, 5, 5, ReceptiveField.UNKNOWN);
  }

  @Test
  void tellsBothLayers() throws IOException {
    Saturation saturation = Saturation.measure(new Made(7, 0.1), 900, 0.005);
    String warning = saturation.warning("clip\u001b", List.of(layer("conv")));
    for (String part : List.of("7 of the 20", "clip\\u001b", "conv, the layer", " is dissected")) {
      assertTrue(warning.contains(part), warning);
    }
    warning = saturation.warning("joined", List.of(layer("one"), layer("two")));
    assertTrue(warning.contains("one and two, the layers before that bound, are"), warning);
  }
}
