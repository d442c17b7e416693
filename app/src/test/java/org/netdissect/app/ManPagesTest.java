package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManPagesTest {
  @TempDir Path folder;

  @Test
  void everyCommandHasAPageWithItsOptionsAndExamples() throws IOException {
    List<String> pages = ManPages.write(folder, "1.0");
    assertTrue(pages.containsAll(List.of("netdissect", "netdissect-run", "netdissect-data-info")));
    String run = Files.readString(folder.resolve("netdissect-run.1"));
    assertTrue(run.startsWith(".TH \"netdissect-run\" 1"), run);
    assertTrue(run.contains("\\fB\\-\\-quantile\\fR=\\fIQ\\fR"), run);
    assertTrue(run.contains("Default: 0.005."), run);
    assertTrue(run.contains("netdissect run resnet18.onnx \\-\\-data BRODEN"), run);
    for (String page : pages) {
      String text = Files.readString(folder.resolve(page + ".1"));
      assertFalse(text.contains("${"), page);
      // A line that begins with a dot is a request; no others than these are written.
      assertTrue(
          text.lines()
              .filter(line -> line.startsWith(".") || line.startsWith("'"))
              .allMatch(line -> line.matches("\\.(TH|SH|TP|nf|fi)( .*)?")),
          page);
    }
  }
}
