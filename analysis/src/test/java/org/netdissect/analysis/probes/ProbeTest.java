package org.netdissect.analysis.probes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netdissect.base.DataException;
import org.netdissect.base.Digests;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Progress;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;
import org.netdissect.dissection.activations.ActivationSource;
import org.netdissect.dissection.rules.ImageOrder;
import org.netdissect.networks.InputSize;
import org.netdissect.results.DissectionInfo.NetworkInfo;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.ProbeInfo;

class ProbeTest {
  private static final NetworkInfo NETWORK =
      new NetworkInfo("made.onnx", "0".repeat(64), null, 32, 32, null, null, null);
  private static final int UNITS = 8;

  @TempDir Path folder;

  private final List<String> said = new ArrayList<>();
  private int passes;

  /** A folder a class: image i is of class i mod classes; features by a seed. */
  private final class Task implements ConceptDataset {
    private final String name;
    private final int classes;
    private final int perClass;
    private final float[][] features;
    private final Set<Integer> broken;

    Task(String name, int classes, int perClass, long seed, Set<Integer> broken)
        throws IOException {
      this.name = name;
      this.classes = classes;
      this.perClass = perClass;
      this.broken = broken;
      features = made(seed, classes, classes * perClass);
      Files.createDirectories(folder.resolve(name));
      for (int i = 0; i < features.length; i++) {
        Files.writeString(photograph(images().get(i)), name + seed + "-" + i);
      }
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Vocabulary vocabulary() {
      return Vocabulary.of(
          List.of("scene"),
          IntStream.rangeClosed(1, Math.max(1, classes))
              .mapToObj(n -> new Concept(n, "class" + n, List.of(), List.of(1.0)))
              .toList());
    }

    @Override
    public List<ImageRow> images() {
      return IntStream.range(0, classes * perClass)
          .mapToObj(i -> new ImageRow("%04d.jpg".formatted(i), "", 8, 8, 4, 4, i))
          .toList();
    }

    @Override
    public AnnotatedImage annotate(ImageRow image) {
      return new AnnotatedImage(
          4, 4, List.of(), List.of(new AnnotatedImage.WholeLabel(0, 1 + image.row() % classes)), 1);
    }

    @Override
    public Path photograph(ImageRow image) {
      return folder.resolve(name).resolve(image.name());
    }

    @Override
    public Path folder() {
      return folder;
    }

    @Override
    public String key() {
      return name;
    }

    @Override
    public String stamp() {
      return name;
    }
  }

  /** As LIBLINEAR was given them for the figures below. */
  private static float[][] made(long seed, int classes, int images) {
    class Bits extends Random {
      Bits() {
        super(seed);
      }

      int some(int bits) {
        return super.next(bits);
      }
    }
    Bits bits = new Bits();
    float[][] features = new float[images][UNITS];
    for (int i = 0; i < images; i++) {
      for (int u = 0; u < UNITS; u++) {
        features[i][u] = (float) ((bits.some(8) / 256.0 + (u / 2 == i % classes ? 0.25 : 0)) * 8);
      }
    }
    return features;
  }

  /** Maps of two cells whose mean is the feature and whose largest value is one more. */
  private ActivationSource source(Task task, ImageOrder order) {
    return new ActivationSource() {
      @Override
      public List<LayerInfo> layers() {
        return List.of(new LayerInfo("made", "made", "Relu", UNITS, 1, 2, null));
      }

      @Override
      public InputSize input(int layer) {
        return new InputSize(32, 32);
      }

      @Override
      public int batch() {
        return 8;
      }

      @Override
      public Reader newReader() {
        passes++;
        return new Reader() {
          @Override
          public void read(int[] images, float[][] dense, int slot, Outcome outcome)
              throws IOException {
            int at = slot * 2 * UNITS;
            for (int image : images) {
              int row = order.atlasIndex(image);
              if (task.broken.contains(row)) {
                outcome.unreadable(image, "broken");
                continue;
              }
              for (float feature : task.features[row]) {
                dense[0][at++] = feature - 1;
                dense[0][at++] = feature + 1;
              }
              outcome.read(image, new byte[Digests.BYTES]);
            }
          }

          @Override
          public void close() {}
        };
      }

      @Override
      public void close() {}
    };
  }

  private ProbeInfo.Entry probe(Task data, Task test, ProbeOptions options) throws IOException {
    Progress progress =
        new Progress() {
          @Override
          public Phase phase(String name, long total, String unit) {
            return Phase.NONE;
          }

          @Override
          public void warn(String message) {
            said.add(message);
          }
        };
    return Probe.of(data, test, options, folder.resolve("cache"), progress)
        .run(NETWORK, (of, order) -> source((Task) of, order))
        .get(0)
        .entry();
  }

  private static ProbeOptions options(double cost, int workers) {
    return new ProbeOptions(Pool.AVG, cost, 5, 0.7, 1, workers);
  }

  /**
   * What {@code train -s 1 -c C} and {@code predict} of LIBLINEAR 2.3 gave, in per cent. Where that
   * ended before it was still (C = 10: 48.5), later versions and the Java port go over to the
   * primal problem, {@code -s 2}, whose figure stands here.
   */
  @ParameterizedTest
  @CsvSource({"0.001, 57.75", "0.1, 57.00", "10, 57.50"})
  void accuraciesAreThoseOfTheCommandLineProgram(double cost, double expected) throws IOException {
    ProbeInfo.Entry entry =
        probe(
            new Task("train", 4, 40, 1, Set.of()),
            new Task("test", 4, 100, 2, Set.of()),
            options(cost, 2));
    assertEquals(expected, 100 * entry.accuracy(), 0.5);
    assertEquals(entry.accuracy(), entry.overall(), 1e-12, "as many images of each class");
    assertEquals(1, entry.accuracies().size());
    assertEquals("test", entry.test());
    assertEquals(UNITS, entry.features());
  }

  @Test
  void splitsAreSeededAndDoNotDependOnTheThreads() throws IOException {
    Task task = new Task("train", 4, 40, 1, Set.of());
    ProbeInfo.Entry one = probe(task, null, options(0.001, 1));
    assertEquals(one, probe(task, null, options(0.001, 3)));
    assertEquals(5, one.accuracies().size());
    assertEquals(one.accuracies().stream().mapToDouble(a -> a).average().orElse(0), one.accuracy());
    assertTrue(one.spread() > 0 && one.spread() < 0.2, "spread " + one.spread());
    assertTrue(one.accuracies().stream().distinct().count() > 1);
    ProbeInfo.Entry other = probe(task, null, new ProbeOptions(Pool.AVG, 0.001, 5, 0.7, 2, 1));
    assertTrue(!one.accuracies().equals(other.accuracies()));
  }

  @Test
  void featuresAreExtractedOnce() throws IOException {
    Task task = new Task("train", 4, 10, 1, Set.of(3));
    ProbeInfo.Entry first = probe(task, null, options(0.001, 1));
    int before = passes;
    assertTrue(before > 0);
    assertEquals(first, probe(task, null, options(0.001, 1)));
    assertEquals(before, passes, "the second time from the cache");
    // A photograph with other content is another one, and so is another pooling.
    Files.writeString(task.photograph(task.images().get(5)), "changed");
    probe(task, null, options(0.001, 1));
    assertTrue(passes > before);
    int then = passes;
    probe(task, null, new ProbeOptions(Pool.FLATTEN, 0.001, 5, 0.7, 1, 1));
    assertTrue(passes > then);
    // What is damaged is extracted again.
    int last = passes;
    try (var files = Files.list(folder.resolve("cache"))) {
      for (Path file : files.toList()) {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
      }
    }
    probe(task, null, options(0.001, 1));
    assertTrue(passes > last);
  }

  @Test
  void poolsAreMeanMaximumAndAllCells() {
    LayerInfo layer = new LayerInfo("l", "l", "Relu", 2, 1, 3, null);
    float[] maps = {9, 9, 9, 9, 9, 9, 1, 2, 6, -3, -2, -1};
    org.junit.jupiter.api.Assertions.assertArrayEquals(
        new float[] {3, -2}, Pool.AVG.of(layer, maps, 6));
    org.junit.jupiter.api.Assertions.assertArrayEquals(
        new float[] {6, -1}, Pool.MAX.of(layer, maps, 6));
    org.junit.jupiter.api.Assertions.assertArrayEquals(
        new float[] {1, 2, 6, -3, -2, -1}, Pool.FLATTEN.of(layer, maps, 6));
  }

  private static void refused(org.junit.jupiter.api.function.Executable what, String words) {
    String message = assertThrows(NetdissectException.class, what).getMessage();
    assertTrue(message.contains(words), message);
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void whatCannotBeProbedIsRefusedInOneLine() throws IOException {
    refused(
        () -> probe(new Task("one", 1, 10, 1, Set.of()), null, options(0.001, 1)),
        "one has one class only, class1");
    refused(
        () -> probe(new Task("two", 2, 2, 1, Set.of(0, 2, 3)), null, options(0.001, 1)),
        "two: fewer than two classes have images that can be read");
    refused(
        () ->
            probe(
                new Task("two", 2, 10, 1, Set.of()),
                new Task("three", 3, 10, 1, Set.of()),
                options(0.001, 1)),
        "three has a class that two has not: class3");
    refused(
        () -> probe(new Task("all", 2, 2, 1, Set.of(0, 1, 2, 3)), null, options(0.001, 1)),
        "none of the 4 images could be read");
    Task zeros = new Task("zeros", 2, 10, 1, Set.of());
    for (float[] one : zeros.features) {
      java.util.Arrays.fill(one, 0);
    }
    refused(
        () -> probe(zeros, null, new ProbeOptions(Pool.AVG, 0.001, 5, 0.7, 1, 1)),
        "layer made: all features are zero");
    assertThrows(DataException.class, () -> probe(zeros, null, options(0.001, 1)));
  }

  @Test
  void classesWithoutReadableImagesAreLeftOutAndSaid() throws IOException {
    ProbeInfo.Entry entry =
        probe(
            new Task("three", 3, 10, 1, Set.of(0, 3, 6, 9, 12, 15, 18, 21, 24)),
            null,
            options(0.001, 1));
    assertEquals(2, entry.classes());
    assertEquals(20, entry.images());
    assertEquals(10, entry.leftOut());
    assertTrue(
        said.contains("three: left out 1 class with fewer than 2 readable images: class1"),
        said.toString());
  }

  @Test
  void optionsThatMakeNoSenseAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Pool.of("sum"));
    assertThrows(IllegalArgumentException.class, () -> options(0, 1));
    assertThrows(IllegalArgumentException.class, () -> new ProbeOptions(Pool.AVG, 1, 0, 0.7, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new ProbeOptions(Pool.AVG, 1, 5, 1, 1, 1));
  }
}
