package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.formulas.FormulaOptions;
import org.netdissect.analysis.formulas.FormulaSearch;
import org.netdissect.base.Progress;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.dissection.Dissector;
import org.netdissect.networks.Network;
import org.netdissect.networks.TestModels;
import org.netdissect.results.Dissection;
import org.netdissect.results.FormulaScore;
import org.netdissect.results.LayerDissection;

/** The example of docs/formulas.md, word for word. */
class FormulaExampleTest {
  @TempDir Path folder;

  @Test
  void aFewLinesFindFormulas() throws Exception {
    Path model = TestModels.tiny(1).write(folder.resolve("model.onnx"));
    ConceptDataset broden = BrodenDataset.open(SmallData.write(folder.resolve("broden"), 20, 1));
    Dissection dissection;
    try (Network network = Network.open(model)) {
      dissection =
          Dissector.builder()
              .setNetwork(network)
              .setData(broden)
              .setOut(folder.resolve("out"))
              .build()
              .run();
    }

    // formulas.md: begin
    try (LabelledResult data =
        LabelledResult.open(dissection, broden, AtlasOptions.defaults(), Progress.NONE)) {
      FormulaSearch search = FormulaSearch.in(data);
      FormulaOptions options = FormulaOptions.defaults().withLength(2);
      LayerDissection layer = dissection.layers().get(0);
      for (FormulaScore best : search.search(layer, options, Progress.NONE)) {
        System.out.println(best.unit() + " " + best.formula() + " " + best.iou());
      }
    }
    // formulas.md: end

    assertEquals(24, dissection.layers().get(0).units().size());
  }

  @Test
  void thePageShowsThisVeryCode() throws Exception {
    Path source = Path.of("src/test/java/org/netdissect/app/FormulaExampleTest.java");
    String code = Files.readString(source).replace("\r", "");
    String begin = "// formulas.md: begin\n";
    String example =
        code.substring(
                code.indexOf(begin) + begin.length(), code.indexOf("    // formulas.md: end"))
            .stripTrailing()
            .stripIndent();
    String page = Files.readString(Path.of("../docs/formulas.md")).replace("\r", "");
    assertTrue(page.contains(example), "docs/formulas.md must show:\n" + example);
  }
}
