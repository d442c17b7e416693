package org.netdissect.app;

import java.io.IOException;
import java.util.List;
import org.netdissect.base.Text;
import org.netdissect.results.ActivationHistograms;
import org.netdissect.results.Dissection;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.UnitScore;

/** Units whose threshold is a value that very many of their activations share, as 8 bits do. */
final class Ties {
  /** A mask that holds less than this part of the quantile's share has lost the rest to ties. */
  private static final double PART = 0.5;

  private Ties() {}

  /** Whether the operation that gives a layer tells that its values are of few bits. */
  static boolean isQuantised(LayerInfo layer) {
    return layer.kind().startsWith("QLinear")
        || layer.kind().equals("QGemm")
        || layer.kind().equals("QuantizeLinear")
        || layer.kind().equals("DequantizeLinear");
  }

  /** What few bits mean for the masks of a layer; empty where they mean little. */
  static String line(Dissection dissection, LayerDissection layer) throws IOException {
    double quantile = Double.parseDouble(dissection.info().rules().quantile());
    int tied = count(layer, quantile);
    return 10L * tied > layer.layer().units()
        ? "  layer %s holds quantised values: %d units have so many equal ones at the threshold that their masks hold less than half of the quantile%n"
            .formatted(Text.oneLine(layer.layer().name()), tied)
        : "";
  }

  /**
   * How many units of a layer lose more than half of their mask to ties: so few of their values lie
   * above the bin of the threshold.
   *
   * @param quantile share of the values that a mask should hold
   */
  static int count(LayerDissection layer, double quantile) throws IOException {
    if (!layer.hasHistograms()) {
      return 0;
    }
    List<Integer> empty = layer.result().emptyMasks();
    List<Integer> inactive = layer.result().inactive();
    double wanted = quantile * layer.result().valuesPerUnit();
    int tied = 0;
    try (ActivationHistograms histograms = layer.histograms()) {
      for (UnitScore unit : layer.units()) {
        if (empty.contains(unit.unit()) || inactive.contains(unit.unit())) {
          continue;
        }
        long[] above = new long[1];
        histograms.read(
            unit.unit(), (low, high, count) -> above[0] += low > unit.threshold() ? count : 0);
        tied += above[0] < PART * wanted ? 1 : 0;
      }
    }
    return tied;
  }
}
