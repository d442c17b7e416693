package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.NetdissectException;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.dissection.Dissector;
import org.netdissect.networks.GraphBuilder;
import org.netdissect.networks.Network;
import org.netdissect.networks.NetworkOptions;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.TestModels;
import org.netdissect.networks.TokenGrid;
import org.netdissect.results.Dissection;

/** What decides a result is said in it, and a run goes on only where it is the same. */
class InputsOfRunsTest {
  @TempDir Path folder;

  private static int run(Object... words) {
    return Netdissect.execute(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
  }

  /** Photographs with boxes, of which only the first has a shape as well. */
  private Path boxes() throws IOException {
    Random random = new Random(1);
    List<String> images = new ArrayList<>();
    List<String> annotations = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Path photo = folder.resolve("coco/images/" + i + ".png");
      Files.createDirectories(photo.getParent());
      BufferedImage picture = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 32 * 32; p++) {
        picture.setRGB(p % 32, p / 32, random.nextInt(1 << 24));
      }
      ImageIO.write(picture, "png", photo.toFile());
      images.add("{\"id\":%d,\"file_name\":\"%d.png\",\"height\":32,\"width\":32}".formatted(i, i));
      String shape = i == 0 ? "[[4,4,20,4,20,20,4,20]]" : "[]";
      annotations.add(
          ("{\"id\":%d,\"image_id\":%d,\"category_id\":1,\"bbox\":[4,4,16,16],\"iscrowd\":0,"
                  + "\"segmentation\":%s}")
              .formatted(i + 1, i, shape));
    }
    Path file = folder.resolve("coco/annotations/instances.json");
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        "{\"images\":[%s],\"annotations\":[%s],\"categories\":[{\"id\":1,\"name\":\"mug\"}]}"
            .formatted(String.join(",", images), String.join(",", annotations)));
    return folder.resolve("coco");
  }

  @Test
  void boxesAreSaidInTheResult() throws Exception {
    Path model = TestModels.tiny(1).write(folder.resolve("tiny.onnx"));
    Path data = boxes();
    Path cache = folder.resolve("cache");
    List<Path> results = new ArrayList<>();
    for (boolean drawn : new boolean[] {false, true}) {
      Path out = folder.resolve("drawn-" + drawn);
      List<Object> words = new ArrayList<>(List.of("run", model, "--data", data, "--out", out));
      words.addAll(List.of("--preprocess", "unit", "--no-report", "--quiet", "--cache", cache));
      if (drawn) {
        words.add("--boxes");
      }
      assertEquals(0, run(words.toArray()));
      results.add(out);
    }
    assertNull(Dissection.open(results.get(0)).info().data().boxes());
    assertEquals(true, Dissection.open(results.get(1)).info().data().boxes());
    // The run has noted how the data were read, so that the report finds the same labels.
    assertEquals(0, run("report", results.get(1), "--quiet"));
    String page = Files.readString(results.get(1).resolve("report/index.html"));
    assertTrue(page.contains("\"misses\":true"));
  }

  /** Tokens whose place in the image the graph does not tell. */
  private Path hiddenTokens() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1);
    graph.image(-1, 3, 32, 32);
    graph.conv("patch", "image", 3, 5, 8, "kernel_shape=8,8", "strides=8,8");
    graph.node("Reshape", "flat", "patch " + graph.longs("s", 0, 5, 16));
    graph.node("MatMul", "mixed", "flat " + graph.weights("mix", 1, 16, 17));
    graph.node("Transpose", "tokens", "mixed", "perm=0,2,1");
    graph.node("MatMul", "wide", "tokens " + graph.weights("w", 1, 5, 9));
    return graph.output(graph.node("Relu", "out", "wide")).write(folder.resolve("hidden.onnx"));
  }

  private void dissect(Path model, String tokens, ConceptDataset data, boolean stopped)
      throws IOException {
    NetworkOptions options = new NetworkOptions(null, TokenGrid.parse(tokens), Map.of());
    try (Network network = Network.openWith(model, options)) {
      Dissector.Builder builder =
          Dissector.builder()
              .setNetwork(network)
              .setData(data)
              .setOut(folder.resolve("out"))
              .optPreprocessing(Preprocessing.UNIT);
      if (stopped) {
        builder.optThen(
            (dissection, labels) -> {
              throw new IOException("stopped");
            });
      }
      builder.build().run();
    }
  }

  @Test
  void aRunUnderOtherTokensDoesNotGoOn() throws Exception {
    Path model = hiddenTokens();
    ConceptDataset data = BrodenDataset.open(SmallData.write(folder.resolve("data"), 12, 1));
    // The same rows, columns and number of tokens; another token is left out.
    assertThrows(IOException.class, () -> dissect(model, "grid=4x4,skip=1", data, true));
    NetdissectException refused =
        assertThrows(
            NetdissectException.class,
            () -> dissect(model, "grid=4x4,skip=0,after=1", data, false));
    assertTrue(refused.getMessage().contains("tokens was"), refused.getMessage());
    dissect(model, "grid=4x4,skip=1", data, false);
    Dissection dissection = Dissection.open(folder.resolve("out"));
    assertEquals("grid=4x4,skip=1", dissection.info().network().tokens());
    assertFalse(dissection.layers().get(0).units().isEmpty());
  }
}
