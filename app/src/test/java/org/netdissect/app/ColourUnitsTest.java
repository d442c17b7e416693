package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.datasets.Datasets;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.networks.GraphBuilder;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.Transformers;
import org.netdissect.pictures.Framing;
import org.netdissect.results.Dissection;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;

/**
 * Networks that know colours, in the naming of several exporters, through a whole dissection: the
 * unit that sees red must be labelled red, and its masks must lie where the red is.
 */
class ColourUnitsTest {
  private static final int ROWS = 8;
  private static final int COLUMNS = 12;
  private static final int HEIGHT = ROWS * Transformers.PATCH;
  private static final int WIDTH = COLUMNS * Transformers.PATCH;

  @TempDir Path folder;

  private Dissection dissect(
      GraphBuilder graph, ConceptDataset data, Framing framing, String... layers)
      throws IOException {
    try (Network network = Network.open(graph.write(folder.resolve("net.onnx")))) {
      return Dissector.builder()
          .setNetwork(network)
          .setData(data)
          .setOut(folder.resolve("out"))
          .optOverwrite(true)
          .optPreprocessing(Preprocessing.of("tf"))
          .optFraming(framing)
          .optLayers(List.of(layers))
          .optQuantile(Quantile.of("0.03"))
          .optWorkers(2)
          .optCache(folder.resolve("cache"))
          .build()
          .run();
    }
  }

  /**
   * Each of the first three units has its colour for a label, and hardly lies elsewhere.
   *
   * @param iou at least
   * @param inside share of its masks that lies on the colour, at least
   */
  private static void assertColours(Dissection dissection, double iou, double inside)
      throws IOException {
    for (LayerDissection layer : dissection.layers()) {
      for (int unit = 0; unit < 3; unit++) {
        LabelScore label = layer.units().get(unit).label();
        String where = layer.layer().name() + ", unit " + unit + ": " + label;
        assertEquals(ColouredPatches.NAMES.get(unit), label.label(), where);
        assertTrue(label.iou() > iou, where);
        assertTrue(label.intersection() > inside * label.activation(), where);
      }
    }
  }

  private ConceptDataset data(int[] heights, int[] widths, int side) throws IOException {
    Path photographs = ColouredPatches.write(folder.resolve("data"), 120, heights, widths, side);
    return Datasets.open(
        List.of(photographs), DatasetOptions.defaults().withMaskSize(HEIGHT, WIDTH));
  }

  private ConceptDataset data() throws IOException {
    return data(new int[] {HEIGHT}, new int[] {WIDTH}, 12);
  }

  @Test
  void timm() throws IOException {
    for (int registers : new int[] {0, 4}) {
      GraphBuilder vit = Transformers.timm(ROWS, COLUMNS, Transformers.COLOURS, registers);
      assertColours(
          dissect(
              vit,
              data(),
              Framing.STRETCH,
              "/Add_output_0",
              "/blocks.0/attn/proj/Add_output_0",
              "/blocks.0/mlp/act/Mul_1_output_0",
              "/blocks.1/Add_1_output_0"),
          0.5,
          0.6);
    }
  }

  @Test
  void huggingFace() throws IOException {
    assertColours(
        dissect(
            Transformers.huggingFace(ROWS, COLUMNS, Transformers.COLOURS),
            data(),
            Framing.STRETCH,
            "/embeddings/Add_output_0",
            "/encoder/layer.0/attention/output/dense/Add_output_0",
            "/encoder/layer.1/intermediate/intermediate_act_fn/Mul_1_output_0",
            "/encoder/layer.1/output/Add_output_0"),
        0.5,
        0.6);
  }

  @Test
  void clipTower() throws IOException {
    assertColours(
        dissect(
            Transformers.clip(ROWS, COLUMNS, Transformers.COLOURS),
            data(),
            Framing.STRETCH,
            "/visual/Add_output_0",
            "/visual/resblocks.0/attn/out",
            "/visual/resblocks.1/mlp/gelu/Mul_1_output_0",
            "/visual/resblocks.1/Add_1_output_0"),
        0.5,
        0.6);
  }

  @Test
  void swin() throws IOException {
    assertColours(
        dissect(
            Transformers.swin(ROWS, COLUMNS, Transformers.COLOURS),
            data(),
            Framing.STRETCH,
            "/patch",
            "/win.0",
            "/win.1",
            "/block.1/add",
            "/coarse"),
        0.4,
        0.6);
  }

  @Test
  void convNeXt() throws IOException {
    assertColours(
        dissect(
            Transformers.convNeXt(ROWS, COLUMNS),
            data(),
            Framing.STRETCH,
            "/stem/stem.0/Conv_output_0",
            "/stages.0/blocks.0/mlp/act/Relu_output_0",
            "/stages.0/blocks.1/Add_output_0"),
        0.5,
        0.6);
  }

  /** Photographs of other proportions than the input. */
  @Test
  void everyFit() throws IOException {
    ConceptDataset data = data(new int[] {40, 90, 60}, new int[] {90, 40, 90}, 24);
    GraphBuilder vit = Transformers.timm(ROWS, COLUMNS, Transformers.COLOURS, 1);
    for (Framing framing : Framing.values()) {
      Dissection dissection =
          dissect(vit, data, framing, "/Add_output_0", "/blocks.1/Add_1_output_0");
      assertEquals(
          framing == Framing.STRETCH ? null : framing.word(), dissection.info().network().fit());
      assertColours(dissection, 0.25, 0.6);
    }
  }
}
