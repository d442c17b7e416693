package org.netdissect.lab.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Progress;
import org.netdissect.base.files.Trees;
import org.netdissect.base.files.WholeFile;
import org.netdissect.dissection.Dissector;
import org.netdissect.lab.train.NetworkSpec;
import org.netdissect.lab.train.OnnxFiles;
import org.netdissect.lab.train.Weights;
import org.netdissect.results.Dissection;

class DemoTest {
  @TempDir Path temp;

  @Test
  void theNetworkIsWhatItsNotesSayAndSmall() throws IOException {
    byte[] model = Demo.model();
    assertTrue(model.length <= 4_000_000);
    NetworkSpec spec = Demo.spec(OnnxFiles.readNotes(model));
    Weights weights = OnnxFiles.readWeights(model, "model");
    assertArrayEquals(
        OnnxFiles.write(spec, weights, OnnxFiles.readNotes(model)),
        model,
        "the specification of today still writes this very file");
  }

  @Test
  void aTrainedNetworkHasManyMoreDetectorsThanRandomOnes() throws IOException {
    AtomicInteger reports = new AtomicInteger();
    AtomicInteger tests = new AtomicInteger();
    Path out = temp.resolve("demo");
    Demo.Result result =
        Demo.run(
            out,
            300,
            (dissection, data) -> tests.incrementAndGet(),
            (dissection, data) -> reports.incrementAndGet(),
            Progress.NONE,
            line -> {});
    int unique = Demo.Result.counts(result.trained()).uniquePerCategory();
    assertTrue(unique >= 20, "unique detectors " + unique);
    assertTrue(
        result.unique("object") + result.unique("part") >= 8,
        "objects and parts " + result.unique("object") + " " + result.unique("part"));
    assertTrue(2 * result.randomMean() <= unique, "random " + result.randomMean());
    assertEquals(5, result.random().size());
    assertEquals(2, reports.get(), "reports of the trained and of one random network");
    assertEquals(6, tests.get(), "every network is put to the test");
    for (Dissection random : result.random()) {
      assertTrue(Files.exists(random.folder().resolve("dissection.json")));
    }
    assertThrows(
        IOException.class,
        () -> Demo.run(out, 200, (d, data) -> {}, (d, data) -> {}, Progress.NONE, line -> {}));
    // Called again it takes what stands, and makes what is missing.
    Trees.delete(out.resolve("random-5"));
    Dissector.Step none =
        (dissection, data) -> {
          throw new AssertionError("reported again");
        };
    Demo.Result again = Demo.run(out, 300, (d, data) -> {}, none, Progress.NONE, line -> {});
    assertEquals(unique, Demo.Result.counts(again.trained()).uniquePerCategory());
    assertEquals(result.randomMean(), again.randomMean());
    WholeFile.bytes(out.resolve("trained").resolve("dissection.json"), new byte[10]);
    assertThrows(
        IOException.class,
        () -> Demo.run(out, 300, (d, data) -> {}, none, Progress.NONE, line -> {}));
  }
}
