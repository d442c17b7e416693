package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.networks.GraphBuilder;
import org.netdissect.results.Dissection;
import org.netdissect.results.LayerDissection;

/** Photographs without labels, from a run to what may be made of its result. */
class PhotosTest {
  private static final int IMAGES = 6;
  @TempDir Path temp;
  private Path model;
  private Path photos;
  private Path result;

  @BeforeEach
  void files() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1);
    String image = graph.image(-1, 3, 16, 16);
    String weights = graph.floats("w", i -> i % 4 == 0 ? 1 : 0.1f, 3, 3, 1, 1);
    String maps = graph.node("Conv", "maps", image + " " + weights);
    model = graph.output(maps).write(temp.resolve("net.onnx"));
    photos = Files.createDirectories(temp.resolve("photos/deep")).getParent();
    result = temp.resolve("result");
    Random random = new Random(3);
    for (int i = 0; i < IMAGES; i++) {
      BufferedImage photo = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 256; p++) {
        photo.setRGB(p % 16, p / 16, random.nextInt(1 << 24));
      }
      ImageIO.write(photo, "png", photos.resolve("deep/p" + i + ".png").toFile());
    }
  }

  private static void assertSays(String code, String words, Object... arguments) {
    String said = InProcess.run(arguments);
    assertTrue(said.startsWith(code + "\n"), said);
    assertTrue(said.contains(words), said);
  }

  private void dissect() {
    assertSays(
        "0",
        "no labels: no scores",
        "run",
        model,
        "--images",
        photos,
        "--layers",
        "tensor:maps",
        "--preprocess",
        "unit",
        "--out",
        result,
        "--cache",
        temp.resolve("cache"));
  }

  /** What can be told without model and photographs is told before a look at them. */
  @Test
  void optionsAndResultFolderAreCheckedFirst() throws IOException {
    Path none = temp.resolve("none.onnx");
    for (Object source : new Object[] {none, "--activations=maps=" + temp.resolve("none.npy")}) {
      assertSays(
          "2", "--limit must be", "run", source, "--images", photos, "--limit", 0, "--out", result);
    }
    Files.writeString(Files.createDirectories(result).resolve("notes.txt"), "mine");
    for (Path photo : List.of(photos.resolve("deep/p0.png"), photos.resolve("deep/p1.png"))) {
      Files.write(photo, new byte[] {1});
    }
    String said = InProcess.run("run", model, "--images", photos, "--out", result);
    assertTrue(said.startsWith("1\n"), said);
    assertTrue(said.contains("is not empty and holds no result"), said);
    assertFalse(said.contains("p0.png"), said);
  }

  @Test
  void aPhotographThatCannotBeReadIsNamedOnce() throws IOException {
    Path broken = photos.resolve("deep/p0.png");
    byte[] whole = Files.readAllBytes(broken);
    Files.write(broken, Arrays.copyOf(whole, whole.length / 2));
    Object[] words = {
      "run",
      model,
      "--images",
      photos,
      "--layers",
      "tensor:maps",
      "--preprocess",
      "unit",
      "--no-report",
      "--cache",
      temp.resolve("cache"),
      "--out"
    };
    Object[] lenient = Arrays.copyOf(words, words.length + 1);
    lenient[words.length] = result;
    String said = InProcess.run(lenient);
    assertTrue(said.startsWith("0\n") && said.contains("left out deep/p0.png: "), said);
    assertFalse(said.contains("p0.png: deep/p0.png"), said);
    Object[] strict = Arrays.copyOf(words, words.length + 2);
    strict[words.length] = temp.resolve("strict");
    strict[words.length + 1] = "--strict";
    said = InProcess.run(strict);
    assertTrue(said.startsWith("1\n") && said.contains("image deep/p0.png: "), said);
    assertFalse(said.contains("p0.png: deep/p0.png"), said);
  }

  @Test
  void imagesAndThresholdsButNoScores() throws IOException {
    dissect();
    Dissection dissection = Dissection.open(result);
    assertTrue(dissection.isUnlabelled());
    assertEquals(IMAGES, dissection.info().images().read());
    assertEquals(List.of(), dissection.concepts());
    LayerDissection layer = dissection.layers().get(0);
    assertEquals(3, layer.units().size());
    assertTrue(layer.units().stream().allMatch(unit -> unit.label().label().isEmpty()));
    assertTrue(layer.units().stream().allMatch(unit -> unit.threshold() > 0));
    assertEquals(
        3 * IMAGES + 1, Files.readAllLines(layer.folder().resolve("top-images.csv")).size());
    assertTrue(Files.exists(result.resolve("report/index.html")));
    assertSays("0", "no labels: no scores", "show", result);
    assertSays("0", "\"labelled\" : false", "show", result, "--json");
    String again = InProcess.run("report", result, "--cache", temp.resolve("cache"));
    assertTrue(again.startsWith("0\n") && !again.contains("no photographs"), again);
    String tables =
        InProcess.run("export", result, "--format", "counts-csv", "--out", temp.resolve("t"));
    assertTrue(tables.contains("thresholds.csv\n") && tables.contains("counts.csv\n"), tables);
  }

  @Test
  void whatNeedsLabelsIsRefusedByName() {
    dissect();
    String words = "is of photographs without labels";
    assertSays("1", words, "trust", result);
    assertSays("1", words, "formulas", result);
    assertSays("1", words, "compare", result, "--out", temp.resolve("page"));
    assertSays("1", words, "export", result, "--format", "lite-csv", "--out", temp.resolve("t"));
    Path figure = temp.resolve("f.svg");
    assertSays("1", words, "figure", result, "--kind", "detectors", "--out", figure);
    assertSays(
        "0", "f.svg", "figure", result, "--kind", "units", "--units", "1", "--data", photos,
        "--out", figure);
    assertSays(
        "1",
        "without labels",
        "data",
        "convert",
        photos,
        "--format",
        "photos",
        "--out",
        temp.resolve("c"));
    assertFalse(Files.exists(temp.resolve("c")));
  }

  @Test
  void wrongUse() throws IOException {
    Path list = Files.writeString(temp.resolve("list.txt"), "deep/p0.png\n");
    assertSays("2", "with --images", "run", model, "--out", result);
    assertSays("2", "no folder of photographs", "run", model, "--images", list, "--out", result);
    assertSays(
        "2",
        "in place of --data",
        "run",
        model,
        "--images",
        photos,
        "--data",
        photos,
        "--out",
        result);
    Path plain = photos.resolve("deep");
    assertSays("1", "run MODEL --images", "run", model, "--data", plain, "--out", result);
    Path empty = Files.createDirectories(temp.resolve("empty"));
    assertSays("1", "no photographs in", "run", model, "--images", empty, "--out", result);
  }
}
