package org.netdissect.lab.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.lab.world.WorldFolder;
import org.netdissect.pictures.PngWriter;

class TrainingTest {
  @TempDir Path temp;

  private static TrainingOptions options(Path data, Path out, Task task, int iterations) {
    return new TrainingOptions(
        data,
        out,
        task,
        iterations,
        16,
        3,
        32,
        Architecture.ALEXNET_SMALL,
        new Architecture.Shape(8, 3, true),
        Architecture.Head.GAP,
        0,
        0.01,
        null,
        List.of(),
        List.of(0, 2),
        true,
        1);
  }

  /** Red images in one folder, blue ones in the other. */
  private Path twoClasses() throws IOException {
    Path data = temp.resolve("classes");
    for (int c = 0; c < 2; c++) {
      Path folder = Files.createDirectories(data.resolve(c == 0 ? "red" : "blue"));
      for (int i = 0; i < 60; i++) {
        byte[] rgb = new byte[3 * 40 * 30];
        for (int p = 0; p < rgb.length / 3; p++) {
          rgb[3 * p + 2 * c] = (byte) (120 + (p * 7 + i * 13) % 120);
        }
        Files.write(
            folder.resolve(i + ".png"), PngWriter.encode(rgb, 40, 30, PngWriter.Filter.UP, 1));
      }
    }
    return data;
  }

  @Test
  void readsAFolderOfClasses() throws IOException {
    Samples samples = Samples.open(options(twoClasses(), temp.resolve("run"), Task.SCENE, 4));
    assertEquals(List.of("blue", "red"), samples.classes());
    assertEquals(120, samples.training().length + samples.validation().length);
    assertTrue(samples.validation().length >= 8, "about a fifth validates");
    for (int i = 0; i < 120; i++) {
      byte[] pixels = samples.pixels(i);
      assertEquals(3 * 32 * 32, pixels.length);
      int label = samples.labels(i)[0];
      assertTrue((pixels[label == 1 ? 0 : 2] & 255) > 100);
    }
  }

  @Test
  void readsTheScenesAndObjectsOfAWorld() throws IOException {
    Path data = temp.resolve("world");
    WorldFolder.write(1, 32, 240, data, 2, done -> {});
    Samples scenes = Samples.open(options(data, temp.resolve("run"), Task.SCENE, 4));
    assertEquals(24, scenes.classes().size());
    assertEquals(192, scenes.training().length + scenes.validation().length);
    Samples objects = Samples.open(options(data, temp.resolve("run"), Task.OBJECT, 4));
    assertTrue(objects.multiLabel());
    assertTrue(objects.classes().contains("sky") && objects.classes().contains("person"));
    Samples turns = Samples.open(options(data, temp.resolve("run"), Task.ROTATION, 4));
    assertEquals(240, turns.training().length + turns.validation().length);
    Batches batches =
        new Batches(Exercise.of(turns, options(data, temp.resolve("run"), Task.ROTATION, 4)));
    assertEquals(3 * 32 * 32 * 16, batches.training().images.length);
  }

  @Test
  void quarterTurnsAndMirrorsMovePixelsAsTheyShould() {
    int side = 3;
    byte[] rgb = new byte[27];
    for (int i = 0; i < 9; i++) {
      rgb[3 * i] = (byte) (10 * i);
    }
    assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8}, order(rgb, side, false, 0));
    assertArrayEquals(new int[] {2, 1, 0, 5, 4, 3, 8, 7, 6}, order(rgb, side, true, 0));
    assertArrayEquals(new int[] {6, 3, 0, 7, 4, 1, 8, 5, 2}, order(rgb, side, false, 1));
    assertArrayEquals(new int[] {8, 7, 6, 5, 4, 3, 2, 1, 0}, order(rgb, side, false, 2));
    assertArrayEquals(new int[] {2, 5, 8, 1, 4, 7, 0, 3, 6}, order(rgb, side, false, 3));
  }

  private static int[] order(byte[] rgb, int side, boolean mirror, int turns) {
    float[] to = new float[27];
    Pixels.whole(rgb, side, mirror, turns, to, 0);
    int[] order = new int[9];
    for (int i = 0; i < 9; i++) {
      for (int v = 0; v < 9; v++) {
        if (to[i] == (float) Pixels.PREPROCESSING.value(0, 10 * v)) {
          order[i] = v;
        }
      }
    }
    return order;
  }

  @Test
  void foldersThatCannotBeLearntFromAreRefused() throws IOException {
    Path empty = Files.createDirectories(temp.resolve("empty"));
    for (Task task : Task.values()) {
      assertThrows(
          IOException.class, () -> Samples.open(options(empty, temp.resolve("run"), task, 4)));
    }
  }

  @Test
  void learnsToTellRedFromBlueAndWritesTheRunFolder() throws IOException {
    Assumptions.assumeTrue(Training.isAvailable(), "built without -Ptrain");
    Path out = temp.resolve("run");
    Training.Result result = Training.run(options(twoClasses(), out, Task.SCENE, 30), line -> {});
    assertTrue(result.value() > 0.95, "accuracy " + result.value());
    for (String name :
        List.of(
            "model.onnx",
            "model-000000.onnx",
            "model-000002.onnx",
            "log.csv",
            "validation.csv",
            "curve.svg",
            "classes.txt",
            "run.txt")) {
      assertTrue(Files.exists(out.resolve(name)), name);
    }
    assertEquals(31, Files.readAllLines(out.resolve("log.csv")).size());
    assertTrue(
        Arrays.equals(
            Weights.random(
                    Architecture.ALEXNET_SMALL.classifier(
                        32, 2, new Architecture.Shape(8, 3, true), Architecture.Head.GAP, 0),
                    3)
                .get("conv1.weight")
                .values(),
            OnnxFiles.readWeights(out.resolve("model-000000.onnx")).get("conv1.weight").values()),
        "checkpoint 0 is the untrained network");
    assertThrows(
        IOException.class,
        () -> Training.run(options(twoClasses(), out, Task.SCENE, 30), line -> {}));
  }

  /** Nobody sees the loss after the last step: its weights are looked at. */
  @Test
  void weightsThatAreNoNumbersAreSeen() {
    for (float value : new float[] {1, Float.NaN, Float.NEGATIVE_INFINITY}) {
      Weights weights =
          new Weights(
              Map.of(
                  "conv1.bias",
                  new Weights.Tensor(new long[] {2}, new float[] {0, 1}),
                  "conv2.bias",
                  new Weights.Tensor(new long[] {2}, new float[] {3, value})));
      assertEquals(value == 1, weights.areFinite());
    }
  }

  @Test
  void aTrainingThatDivergesEndsWithOneLine() throws IOException {
    Assumptions.assumeTrue(Training.isAvailable(), "built without -Ptrain");
    TrainingOptions wild =
        new TrainingOptions(
            twoClasses(),
            temp.resolve("run"),
            Task.AUTOENCODING,
            60,
            8,
            1,
            32,
            Architecture.VGG_SMALL,
            new Architecture.Shape(64, Architecture.VGG_SMALL.usualDepth(), false),
            Architecture.Head.GAP,
            0,
            1,
            null,
            List.of(),
            List.of(),
            true,
            1);
    IOException e = assertThrows(IOException.class, () -> Training.run(wild, line -> {}));
    assertTrue(
        e.getMessage().matches("training diverged at iteration \\d; .* --rate than 1\\.0"),
        e.getMessage());
    assertFalse(Files.exists(temp.resolve("run/model.onnx")));
  }

  @Test
  void aRunFolderHoldsWhatWasLearntBeforeItIsFinished() throws IOException {
    Path out = temp.resolve("run");
    byte[] model = {1, 2, 3};
    try (RunFolder folder = RunFolder.begin(out, List.of("a", "b"), "accuracy")) {
      folder.step(1, 0.5, 0.002);
      folder.validated(1, 0.25, 1.5, 2);
      assertEquals(
          List.of("iteration,loss,rate", "1,0.50000,0.002000"),
          Files.readAllLines(out.resolve("log.csv")));
      assertEquals(
          List.of("iteration,accuracy,loss", "1,0.2500,1.5000"),
          Files.readAllLines(out.resolve("validation.csv")));
      assertTrue(Files.readString(out.resolve("curve.svg")).contains("260.0,180.0"));
      IOException cutOff = assertThrows(IOException.class, () -> RunFolder.requireFree(out));
      assertTrue(cutOff.getMessage().contains("cut off"), cutOff.getMessage());
      folder.note("a note");
      folder.finish(model);
    }
    assertEquals(
        List.of(
            "a note",
            "SHA-256 of model.onnx: "
                + "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"),
        Files.readAllLines(out.resolve("run.txt")));
    IOException finished = assertThrows(IOException.class, () -> RunFolder.requireFree(out));
    assertTrue(finished.getMessage().contains("finished"), finished.getMessage());
    RunFolder.requireFree(Files.createDirectories(temp.resolve("empty")));
    RunFolder.requireFree(temp.resolve("new"));
    Path other = Files.createDirectories(temp.resolve("other"));
    Files.writeString(other.resolve("x"), "mine");
    for (Path taken : List.of(other, other.resolve("x"))) {
      assertThrows(IOException.class, () -> RunFolder.begin(taken, List.of(), "accuracy"));
    }
    assertEquals("mine", Files.readString(other.resolve("x")));
  }

  @Test
  void theRecordedCommandSpellsEveryOptionOut() {
    TrainingOptions options =
        new TrainingOptions(
            Path.of("world"),
            Path.of("run"),
            Task.OBJECT,
            10,
            16,
            -3,
            64,
            Architecture.VGG_SMALL,
            new Architecture.Shape(8, 4, false),
            Architecture.Head.FC,
            0.5,
            0.01,
            Path.of("m.onnx"),
            List.of("conv1_1"),
            List.of(0, 10),
            false,
            2);
    assertEquals(
        "netdissect train --data world --arch vgg-small --task object --iterations 10"
            + " --batch 16 --seed -3 --size 64 --width 8 --depth 4 --head fc --dropout 0.5"
            + " --no-batch-norm --rate 0.01 --init m.onnx --freeze conv1_1 --checkpoints 0,10"
            + " --no-flip --threads 2 --out run",
        options.command());
  }

  @Test
  void withoutPytorchTheMessageSaysHowToGetIt() {
    Assumptions.assumeFalse(Training.isAvailable(), "built with -Ptrain");
    IOException e =
        assertThrows(
            IOException.class,
            () -> Training.run(options(temp, temp.resolve("run"), Task.SCENE, 4), line -> {}));
    assertTrue(e.getMessage().contains("-Ptrain"), e.getMessage());
  }
}
