package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Shared;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.fit.PreprocessingCheck;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.StaticQuantiser;
import org.netdissect.pictures.Framing;
import org.netdissect.results.Dissection;
import org.netdissect.results.LabelScore;

/** A real network, quantised statically by the rules of ONNX Runtime's quantiser. */
class QuantisedLabelsIT {
  private static final String LAYER = "fire9/concat_1";
  private static final double DETECTOR = 0.04;

  @TempDir Path folder;

  private Dissection dissect(Path model, String layer, ConceptDataset data) throws IOException {
    try (Network network = Network.open(model)) {
      return Dissector.builder()
          .setNetwork(network)
          .setData(data)
          .setOut(folder.resolve("out of " + model.getFileName()))
          .optPreprocessing(Preprocessing.of("caffe"))
          .optLayers(List.of(layer))
          .optCache(folder.resolve("cache"))
          .build()
          .run();
    }
  }

  @Test
  void nineOfTenDetectorsKeepTheirLabel() throws IOException {
    Path model = Shared.path("models/squeezenet1.1-imagenet.onnx");
    ConceptDataset data = BrodenDataset.open(Shared.path("data/minibroden-224"));
    Path quantised = folder.resolve("int8.onnx");
    try (Network network = Network.open(model)) {
      List<byte[]> photographs =
          PreprocessingCheck.photographs(network, data, Framing.STRETCH, 100);
      StaticQuantiser.quantise(model, Preprocessing.of("caffe"), photographs, quantised);
    }
    Dissection floats = dissect(model, LAYER, data);
    Dissection bytes = dissect(quantised, LAYER, data);
    int detectors = 0;
    int kept = 0;
    for (int unit = 0; unit < floats.layers().get(0).units().size(); unit++) {
      LabelScore before = floats.layers().get(0).units().get(unit).label();
      LabelScore after = bytes.layers().get(0).units().get(unit).label();
      if (before.iou() > DETECTOR) {
        detectors++;
        kept += before.label().equals(after.label()) ? 1 : 0;
      }
    }
    assertTrue(detectors > 200, detectors + " detectors");
    assertTrue(kept >= 0.9 * detectors, kept + " of " + detectors);
  }
}
