package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.networks.GraphBuilder;

/** Which preprocessing fits: by the file, by names of classes, by behaviour. */
class CheckCommandTest {
  private static final List<String> COLOURS = List.of("red", "green", "blue");
  private static final int PHOTOS = 6;

  @TempDir Path temp;
  private Path photos;

  @BeforeEach
  void photographs() throws IOException {
    Random random = new Random(7);
    photos = temp.resolve("photos");
    for (int c = 0; c < COLOURS.size(); c++) {
      Path folder = Files.createDirectories(photos.resolve(COLOURS.get(c)));
      for (int i = 0; i < PHOTOS; i++) {
        BufferedImage photo = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < 256; p++) {
          int tint = (random.nextInt(128) + 128) << (16 - 8 * c);
          photo.setRGB(p % 16, p / 16, tint | random.nextInt(64) * 0x010101);
        }
        ImageIO.write(photo, "png", folder.resolve("p" + i + ".png").toFile());
      }
    }
  }

  /** Tells the colour of a picture that reaches it as 0 to 1, red first. */
  private Path classifier(String... metadata) throws IOException {
    return classifier(9, 0, metadata);
  }

  /**
   * The same for pictures of another range.
   *
   * @param gain of the colours
   * @param other score of a fourth class; 0 for none
   */
  private Path classifier(double gain, double other, String... metadata) throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1);
    for (int i = 0; i < metadata.length; i += 2) {
      graph.metadata(metadata[i], metadata[i + 1]);
    }
    int classes = other == 0 ? 3 : 4;
    String image = graph.image(-1, 3, 16, 16);
    String weights = graph.floats("w", i -> i / 3 % 3 == i % 3 ? 1 : 0, 6, 3, 1, 1);
    String maps = graph.node("Conv", "maps", image + " " + weights);
    String flat = graph.node("Flatten", "flat", graph.node("GlobalAveragePool", "pool", maps));
    String head = graph.floats("head", i -> i / 6 == i % 6 ? gain : 0, classes, 6);
    String bias = graph.floats("bias", i -> i == 3 ? other : 0, classes);
    graph.output(graph.node("Gemm", "scores", flat + " " + head + " " + bias, "transB=1"));
    return graph.write(temp.resolve("net.onnx"));
  }

  private static void assertHas(String text, String part) {
    assertTrue(text.contains(part), text);
  }

  @Test
  void weightsOfAModelThatHasItsOwn() throws IOException {
    Path model = classifier();
    for (String command : List.of("check", "layers")) {
      String said =
          command.equals("check")
              ? InProcess.run(
                  command, model, "--data", photos, "--weights", temp.resolve("a.caffemodel"))
              : InProcess.run(command, model, "--weights", temp.resolve("a.caffemodel"));
      assertTrue(said.startsWith("2\n"), said);
      assertHas(said, "--weights goes with a Caffe net's .prototxt; ");
    }
  }

  @Test
  void namesInTheMetadataAreEvidence() throws IOException {
    Path model = classifier("names", "{0: 'Red', 1: 'green', 2: 'blue'}");
    String said = InProcess.run("check", model, "--data", photos);
    assertHas(said, "18 of 18");
    assertHas(said, "3 labels are names of classes");
    // Blue and red change places where channels are turned round.
    assertTrue(said.lines().anyMatch(l -> l.startsWith("  caffe") && l.contains("6 of 18")), said);
    assertHas(said, "by 18 photographs and their mirror images");
  }

  @Test
  void namesMayStandInAFile() throws IOException {
    Path names =
        Files.write(
            temp.resolve("names.txt"), List.of("/c/blue 0", "n01440764 green, lime", "Red"));
    String said = InProcess.run("check", classifier(), "--data", photos, "--classes", names);
    assertTrue(said.lines().anyMatch(l -> l.startsWith("  caffe") && l.contains("18 of 18")), said);
    assertHas(
        InProcess.run("check", classifier(), "--data", photos, "--classes", temp), "no such file");
  }

  @Test
  void asManyFoldersAsOutputsAreTheClassesInTheirOrder() throws IOException {
    // In order of names: blue, green, red.
    String said = InProcess.run("check", classifier(), "--data", photos);
    assertTrue(said.lines().anyMatch(l -> l.startsWith("  caffe") && l.contains("18 of 18")), said);
  }

  @Test
  void whatTheFileSaysIsToldAndRunWarns() throws IOException {
    Path model =
        classifier("mean", "[0.5, 0.5, 0.5]", "std", "[0.5,0.5,0.5]", "names", "red\ngreen\nblue");
    String said = InProcess.run("check", model, "--data", photos);
    assertHas(said, "its metadata say \"mean\": [0.5, 0.5, 0.5]");
    assertHas(said, "--preprocess tf");
    Path out = temp.resolve("out");
    String run = InProcess.run("run", model, "--data", photos, "--out", out, "--no-report");
    assertHas(run, "is run with preprocessing torch, but its metadata say");
    run =
        InProcess.run(
            "run",
            model,
            "--data",
            photos,
            "--out",
            out,
            "--no-report",
            "--overwrite",
            "--preprocess",
            "tf");
    assertFalse(run.contains("is run with"), run);
    run =
        InProcess.run(
            "run",
            model,
            "--data",
            photos,
            "--out",
            out,
            "--no-report",
            "--overwrite",
            "--preprocess",
            "caffe");
    assertHas(run, "is run with preprocessing caffe, but its metadata say");
  }

  @Test
  void aPreprocessingThatHasNoNameIsTriedAndSpelled() throws IOException {
    Path model = classifier("mean", "[0.1, 0.1, 0.1]", "std", "[0.9, 0.9, 0.9]");
    String said = InProcess.run("check", model, "--data", photos);
    assertHas(said, "  its file's ");
    assertHas(said, "\"mean\":[0.1,0.1,0.1]");
  }

  @Test
  void runHintsAtAnotherByEnoughPhotographsOnly() throws IOException {
    // Pictures from 0 to 255; smaller values reach the threshold of no colour.
    Path model = classifier(0.1, 5);
    assertHas(run(model), "preprocessing none may fit better than torch, by 16 photographs");
    assertHas(InProcess.run("check", model, "--data", photos), "best: none");
    for (String colour : COLOURS) {
      Files.delete(photos.resolve(colour).resolve("p0.png"));
    }
    assertFalse(run(model).contains("fit better"));
    assertHas(
        InProcess.run("check", model, "--data", photos),
        "with fewer than 16 photographs not surely better than ");
  }

  @Test
  void whereNothingFitsNothingIsHintedAt() throws IOException {
    Path model = classifier(1e-4, 1e-3);
    assertFalse(run(model).contains("fit better"));
    assertHas(InProcess.run("check", model, "--data", photos), "no preprocessing fits: ");
  }

  private String run(Path model) {
    return InProcess.run(
        "run", model, "--data", photos, "--out", temp.resolve("o"), "--overwrite", "--no-report");
  }
}
