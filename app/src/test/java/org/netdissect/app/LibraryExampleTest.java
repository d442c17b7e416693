package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.dissection.Dissector;
import org.netdissect.networks.Network;
import org.netdissect.networks.TestModels;
import org.netdissect.results.Dissection;
import org.netdissect.results.UnitScore;

/** The README's example of the library, word for word. */
class LibraryExampleTest {
  @TempDir Path folder;

  @Test
  void tenLinesDissectANetwork() throws Exception {
    Path model = TestModels.tiny(1).write(folder.resolve("model.onnx"));
    Path broden = SmallData.write(folder.resolve("broden"), 20, 1);
    Path out = folder.resolve("out");

    // README: begin
    try (Network network = Network.open(model)) {
      Dissection dissection =
          Dissector.builder()
              .setNetwork(network)
              .setData(BrodenDataset.open(broden))
              .setOut(out)
              .build()
              .run();
      for (UnitScore unit : dissection.layers().get(0).units()) {
        System.out.println(unit.unit() + " " + unit.label().label() + " " + unit.label().iou());
      }
    }
    // README: end

    assertEquals(24, Dissection.open(out).layers().get(0).units().size());
    assertTrue(Files.exists(out.resolve("dissection.json")));
  }

  @Test
  void theReadmeShowsThisVeryCode() throws Exception {
    Path source = Path.of("src/test/java/org/netdissect/app/LibraryExampleTest.java");
    String code = Files.readString(source).replace("\r", "");
    String example =
        code.substring(
                code.indexOf("// README: begin\n") + "// README: begin\n".length(),
                code.indexOf("    // README: end"))
            .stripTrailing()
            .stripIndent();
    String readme = Files.readString(Path.of("../README.md")).replace("\r", "");
    assertTrue(readme.contains(example), "README.md must show:\n" + example);
  }
}
