package org.netdissect.lab.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.files.Trees;
import org.netdissect.lab.world.World;
import org.netdissect.lab.world.WorldFolder;
import org.netdissect.networks.Network;

/** What each task shows the network, and what it asks of it. */
class TasksTest {
  private static final int SIDE = 48;

  @TempDir static Path shared;
  @TempDir Path temp;

  private static Path world;

  @BeforeAll
  static void render() throws IOException {
    world = shared.resolve("world");
    WorldFolder.write(3, SIDE, 120, world, 2, done -> {});
  }

  private TrainingOptions options(Path data, Task task, boolean flip, int iterations) {
    return new TrainingOptions(
        data,
        temp.resolve("run-" + task.lowerCase()),
        task,
        iterations,
        8,
        3,
        SIDE,
        Architecture.ALEXNET_SMALL,
        new Architecture.Shape(16, 4, true),
        Architecture.Head.GAP,
        0,
        0.002,
        null,
        List.of(),
        List.of(),
        flip,
        1);
  }

  private Exercise exercise(Task task, boolean flip) throws IOException {
    TrainingOptions options = options(world, task, flip, 4);
    return Exercise.of(Samples.open(options), options);
  }

  private record Sample(float[] images, float[] targets) {}

  private static Sample sample(Exercise exercise, int image, Random random) throws IOException {
    float[] images = new float[exercise.views() * 3 * exercise.side() * exercise.side()];
    float[] targets = new float[exercise.targets()];
    exercise.sample(image, random, images, 0, targets, 0);
    return new Sample(images, targets);
  }

  @Test
  void validationShowsTheSameSampleEveryTimeAndTargetsAreInRange() throws IOException {
    for (Task task : Task.values()) {
      Exercise exercise = exercise(task, true);
      Set<Float> seen = new HashSet<>();
      for (int image = 0; image < 60; image++) {
        Sample once = sample(exercise, image, null);
        Sample again = sample(exercise, image, null);
        assertArrayEquals(once.images(), again.images(), task + " " + image);
        assertArrayEquals(once.targets(), again.targets(), task + " " + image);
        for (float target : once.targets()) {
          seen.add(target);
          if (exercise.goal() instanceof Goal.Classes classes) {
            assertTrue(target >= 0 && target < classes.classes(), task + ": " + target);
          }
        }
      }
      assertTrue(seen.size() > 1 || task == Task.CONTRASTIVE, task + " asks for one thing only");
    }
  }

  @Test
  void contextPatchesLieWhereTheTargetSays() throws IOException {
    Exercise exercise = exercise(Task.CONTEXT, false);
    int patch = exercise.side();
    for (int image = 0; image < 40; image++) {
      Sample sample = sample(exercise, image, null);
      float[] whole = new float[3 * SIDE * SIDE];
      Pixels.whole(exercise.samples.pixels(image), SIDE, false, 0, whole, 0);
      int[] middle = find(whole, sample.images(), 0, patch, 16, 16, 15, 15);
      int place = (int) sample.targets()[0];
      int cell = place < 4 ? place : place + 1;
      assertTrue(middle != null, "no middle patch of image " + image);
      assertTrue(
          find(whole, sample.images(), 3 * patch * patch, patch, cell % 3 * 16, cell / 3 * 16, 2, 2)
              != null,
          "image " + image + ": no patch in cell " + cell);
    }
  }

  /** Place of a patch in an image, searched from a corner on; null when it is not there. */
  private static int[] find(
      float[] whole, float[] patches, int at, int patch, int left, int top, int right, int down) {
    for (int y = top; y <= Math.min(SIDE - patch, top + down); y++) {
      for (int x = left; x <= Math.min(SIDE - patch, left + right); x++) {
        boolean same = true;
        for (int i = 0; same && i < 3 * patch * patch; i++) {
          int c = i / (patch * patch);
          int row = i / patch % patch;
          same = whole[(c * SIDE + y + row) * SIDE + x + i % patch] == patches[at + i];
        }
        if (same) {
          return new int[] {x, y};
        }
      }
    }
    return null;
  }

  @Test
  void puzzleTilesComeInTheOrderTheClassNames() throws IOException {
    Exercise exercise = exercise(Task.PUZZLE, false);
    int patch = exercise.side();
    assertEquals(24, new HashSet<>(exercise.classes()).size());
    for (int image = 0; image < 20; image++) {
      Sample sample = sample(exercise, image, null);
      float[] whole = new float[3 * SIDE * SIDE];
      Pixels.whole(exercise.samples.pixels(image), SIDE, false, 0, whole, 0);
      String order = exercise.classes().get((int) sample.targets()[0]);
      for (int view = 0; view < 9; view++) {
        int cell = order.charAt(view) - '1';
        int at = view * 3 * patch * patch;
        assertTrue(
            find(whole, sample.images(), at, patch, cell % 3 * 16, cell / 3 * 16, 2, 2) != null,
            "image " + image + ", view " + view);
      }
    }
  }

  @Test
  void coloursAreThoseOfTheCells() throws IOException {
    // White, mid grey, and the primaries of sRGB (values of CIE L*a*b* after Lindbloom).
    assertArrayEquals(new double[] {100, 0, 0}, Colours.lab(255, 255, 255), 0.05);
    assertArrayEquals(new double[] {53.59, 0, 0}, Colours.lab(128, 128, 128), 0.05);
    assertArrayEquals(new double[] {53.24, 80.09, 67.20}, Colours.lab(255, 0, 0), 0.05);
    assertArrayEquals(new double[] {87.74, -86.18, 83.18}, Colours.lab(0, 255, 0), 0.05);
    assertArrayEquals(new double[] {32.30, 79.19, -107.86}, Colours.lab(0, 0, 255), 0.05);
    byte[] halves = new byte[3 * 8 * 8];
    for (int p = 0; p < 64; p++) {
      halves[3 * p + (p % 8 < 4 ? 0 : 2)] = (byte) 200;
    }
    double[] cells = Colours.cells(halves, 8, false, 2);
    assertArrayEquals(new double[] {200, 0, 0, 0, 0, 200, 200, 0, 0, 0, 0, 200}, cells, 1e-9);
    assertArrayEquals(
        new double[] {0, 0, 200, 200, 0, 0, 0, 0, 200, 200, 0, 0},
        Colours.cells(halves, 8, true, 2),
        1e-9);
  }

  @Test
  void aColorizingNetworkDoesNotSeeColour() throws Exception {
    Exercise exercise = exercise(Task.COLORIZATION, false);
    Path file = temp.resolve("colour.onnx");
    NetworkSpec exported = exercise.exported();
    Files.write(file, OnnxFiles.write(exported, Weights.random(exported, 1), Map.of()));
    // Two colours of the same brightness: 0.299 r + 0.587 g + 0.114 b.
    float[] one = plain(100, 100, 100);
    float[] other = plain(100 + 114, 100, 100 - 299);
    float[] brighter = plain(120, 120, 120);
    float[] first = features(file, one);
    assertArrayEquals(first, features(file, other), 1e-4f);
    assertNotEquals(first[0], features(file, brighter)[0], 1e-4f);
  }

  private static float[] plain(int... rgb) {
    float[] image = new float[3 * SIDE * SIDE];
    for (int c = 0; c < 3; c++) {
      Arrays.fill(image, c * SIDE * SIDE, (c + 1) * SIDE * SIDE, Pixels.normalised(c, rgb[c]));
    }
    return image;
  }

  private static float[] features(Path file, float[] image) throws Exception {
    var environment = ai.onnxruntime.OrtEnvironment.getEnvironment();
    try (var session = environment.createSession(file.toString());
        var input =
            ai.onnxruntime.OnnxTensor.createTensor(
                environment, java.nio.FloatBuffer.wrap(image), new long[] {1, 3, SIDE, SIDE});
        var result = session.run(Map.of(NetworkSpec.INPUT, input))) {
      return ((float[][]) result.get(0).getValue())[0];
    }
  }

  @Test
  void everyTasksNetworkIsAnOrdinaryFileThatCanBeDissected() throws Exception {
    for (Task task : Task.values()) {
      Exercise exercise = exercise(task, true);
      NetworkSpec exported = exercise.exported();
      Weights all = Weights.random(exercise.network(), 1);
      Path file = temp.resolve(task + ".onnx");
      Files.write(file, OnnxFiles.write(exported, all, Map.of("task", task.lowerCase())));
      try (Network network = Network.open(file)) {
        assertTrue(network.layers().size() > 4, task.lowerCase());
      }
    }
  }

  @Test
  void aCameraThatSlidesRightSeesWhatWasOnTheRight() throws IOException {
    World plain = World.of(3, SIDE);
    assertArrayEquals(plain.render(5).rgb(), plain.render(5, new World.Camera(0, 0, 1)).rgb());
    // A camera that slides right by half the picture sees the right half on the left.
    byte[] still = plain.render(7).rgb();
    byte[] right = plain.render(7, new World.Camera(0.25, 0, 1)).rgb();
    long here = 0;
    long there = 0;
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE - 12; x++) {
        for (int c = 0; c < 3; c++) {
          int moved = right[3 * (y * SIDE + x) + c] & 255;
          here += Math.abs(moved - (still[3 * (y * SIDE + x) + c] & 255));
          there += Math.abs(moved - (still[3 * (y * SIDE + x + 12) + c] & 255));
        }
      }
    }
    assertTrue(there * 3 < here, "shifted " + there + ", unshifted " + here);
  }

  @Test
  void motionsAreAskedAxisByAxisAndSeenBothWays() throws IOException {
    Exercise exercise = exercise(Task.EGOMOTION, false);
    assertEquals(3, exercise.targets());
    Set<String> seen = new HashSet<>();
    for (int image = 0; image < 60; image++) {
      Random random = new Random(image);
      for (int i = 0; i < 8; i++) {
        Sample sample = sample(exercise, image, random);
        String motion = Arrays.toString(sample.targets());
        assertNotEquals("[1.0, 1.0, 1.0]", motion, "there is always some motion");
        seen.add(image + motion);
      }
    }
    assertTrue(seen.size() > 60 * 4, "every image has several motions: " + seen.size());
  }

  /** Products of shifted maps, by the definition. */
  @Test
  void correlationIsThatOfShiftedMaps() throws IOException {
    Assumptions.assumeTrue(Training.isAvailable(), "built without -Ptrain");
    int side = 5;
    int views = 3;
    NetworkSpec spec =
        NetworkSpec.sequence(side, List.of(new NetworkSpec.Correlate("c", views, 1)));
    assertEquals(3 * 9, spec.output().channels());
    Random random = new Random(4);
    float[] maps = new float[2 * views * 3 * side * side];
    for (int i = 0; i < maps.length; i++) {
      maps[i] = (float) random.nextGaussian();
    }
    float[] got;
    try (DjlTraining training =
        DjlTraining.open(spec, views, new Goal.Values(1), new Weights(Map.of()), Set.of(), 1, 1)) {
      got = training.predict(maps, 2).get(0);
    }
    int at = 0;
    for (int sample = 0; sample < 2; sample++) {
      for (int view = 1; view < views; view++) {
        for (int before = 0; before < view; before++) {
          for (int dy = -1; dy <= 1; dy++) {
            for (int dx = -1; dx <= 1; dx++) {
              for (int y = 0; y < side; y++) {
                for (int x = 0; x < side; x++) {
                  double sum = 0;
                  for (int c = 0; c < 3; c++) {
                    sum +=
                        centred(maps, (sample * views + before) * 3 + c, y, x, side)
                            * centred(maps, (sample * views + view) * 3 + c, y + dy, x + dx, side);
                  }
                  assertEquals(sum / 3, got[at++], 1e-5);
                }
              }
            }
          }
        }
      }
    }
  }

  /** A value of a map less the map's mean; nothing outside. */
  private static double centred(float[] maps, int map, int y, int x, int side) {
    if (y < 0 || x < 0 || y >= side || x >= side) {
      return 0;
    }
    double sum = 0;
    for (int i = 0; i < side * side; i++) {
      sum += maps[map * side * side + i];
    }
    return maps[(map * side + y) * side + x] - sum / (side * side);
  }

  @Test
  void tasksOfMotionNeedAWorld() throws IOException {
    Path classes = temp.resolve("classes/a");
    Files.createDirectories(classes);
    byte[] png =
        org.netdissect.pictures.PngWriter.encode(
            new byte[3 * 40 * 40], 40, 40, org.netdissect.pictures.PngWriter.Filter.UP, 1);
    for (int i = 0; i < 60; i++) {
      Files.write(classes.resolve(i + ".png"), png);
    }
    TrainingOptions options = options(classes.getParent(), Task.EGOMOTION, true, 4);
    Samples samples = Samples.open(options);
    IOException e = assertThrows(IOException.class, () -> Exercise.of(samples, options));
    assertTrue(e.getMessage().contains("netdissect world"), e.getMessage());
  }

  @Test
  void metersCountAsTheirDefinitionsSay() {
    Goal.Meter classes = new Goal.Classes(3).meter();
    classes.add(
        List.of(new float[] {1, 0, 0, 0, 2, 1, 0, 0, 3, 5, 0, 0}), new float[] {0, 2, 2, 1}, 4);
    assertEquals(0.5, classes.value());
    assertEquals(0.5, classes.chance());
    // Two grids of two cells; classes come first, then cells.
    Goal.Meter cells = new Goal.Cells(List.of(2, 3), 2).meter();
    cells.add(
        List.of(new float[] {1, 0, 0, 1}, new float[] {0, 0, 9, 0, 0, 9}),
        new float[] {0, 1, 1, 1},
        1);
    assertEquals((1 + 0.5) / 2, cells.value());
    assertEquals((0.5 + 1) / 2, cells.chance());
    Goal.Meter values = new Goal.Values(2).meter();
    values.add(List.of(new float[] {1, 2, 3, 4}), new float[] {1, 2, 3, 5}, 2);
    assertEquals(1 - 1 / 8.75, values.value(), 1e-12);
    Goal.Meter pairs = new Goal.Pairs(2, 0.5).meter();
    pairs.add(List.of(new float[] {1, 0, 2, 0.1f, 0, 1, 0.1f, 3}), new float[] {}, 2);
    assertEquals(1, pairs.value());
    assertEquals(1.0 / 3, pairs.chance(), 1e-12);
    Goal.Meter labels = new Goal.Labels(2).meter();
    labels.add(List.of(new float[] {1, -1, -1, 1}), new float[] {1, 0, 1, 1}, 2);
    assertEquals((0.5 + 1 + 1) / 3, labels.value(), 1e-12);
  }

  @Test
  void everyTaskIsLearntAtAll() throws IOException {
    Assumptions.assumeTrue(Training.isAvailable(), "built without -Ptrain");
    for (Task task : Task.values()) {
      double[] first = {0};
      TrainingOptions options = options(world, task, true, 80);
      Training.run(options, line -> {});
      List<String> log = Files.readAllLines(options.out().resolve("log.csv"));
      for (int i = 1; i <= 8; i++) {
        first[0] += Double.parseDouble(log.get(i).split(",")[1]);
      }
      double last = 0;
      for (int i = log.size() - 8; i < log.size(); i++) {
        last += Double.parseDouble(log.get(i).split(",")[1]);
      }
      assertTrue(last < first[0], task + ": loss from " + first[0] / 8 + " to " + last / 8);
    }
  }

  /** Patches are a third of the image; four halvings leave nothing of 14 pixels. */
  @Test
  void picturesThatShrinkToNothingAreRefused() throws IOException {
    TrainingOptions small = options(world, Task.CONTEXT, true, 4);
    TrainingOptions deep =
        new TrainingOptions(
            small.data(),
            small.out(),
            small.task(),
            4,
            8,
            3,
            SIDE,
            Architecture.VGG_SMALL,
            new Architecture.Shape(8, Architecture.VGG_SMALL.usualDepth(), true),
            small.head(),
            0,
            0.002,
            null,
            List.of(),
            List.of(),
            true,
            1);
    IOException e = assertThrows(IOException.class, () -> Untrained.model(deep));
    assertTrue(e.getMessage().contains("pictures of 14 pixels are too small"), e.getMessage());
    if (Training.isAvailable()) {
      e = assertThrows(IOException.class, () -> Training.run(deep, line -> {}));
      assertTrue(e.getMessage().contains("pictures of 14 pixels are too small"), e.getMessage());
    }
  }

  /** The same seed and threads give the same bytes, whatever is learnt by whatever network. */
  @Test
  void trainedAgainEveryTaskAndArchitectureGivesTheSameBytes() throws IOException {
    Assumptions.assumeTrue(Training.isAvailable(), "built without -Ptrain");
    for (Task task : Task.values()) {
      assertTrainedAlike(task, Architecture.ALEXNET_SMALL, Architecture.Head.GAP, true, 2);
    }
    for (Architecture architecture : Architecture.values()) {
      assertTrainedAlike(Task.SCENE, architecture, Architecture.Head.GAP, true, 1);
      assertTrainedAlike(Task.ROTATION, architecture, Architecture.Head.FC, false, 1);
    }
  }

  private void assertTrainedAlike(
      Task task, Architecture architecture, Architecture.Head head, boolean norm, int threads)
      throws IOException {
    byte[] model = null;
    String about = String.join(" ", task.lowerCase(), architecture.typed(), head.typed());
    for (int time = 0; time < 2; time++) {
      Path out = temp.resolve(about + " " + norm + " " + threads + " " + time);
      TrainingOptions options =
          new TrainingOptions(
              world,
              out,
              task,
              6,
              8,
              5,
              SIDE,
              architecture,
              new Architecture.Shape(8, architecture.usualDepth(), norm),
              head,
              head == Architecture.Head.FC ? 0.5 : 0,
              0.002,
              null,
              List.of(),
              List.of(3),
              true,
              threads);
      Training.run(options, line -> {});
      byte[] now = Files.readAllBytes(out.resolve("model.onnx"));
      assertNotEquals(
          -1, Arrays.mismatch(now, Files.readAllBytes(out.resolve("model-000003.onnx"))), about);
      if (model != null) {
        assertArrayEquals(model, now, about + ", " + threads + " threads");
      }
      model = now;
    }
  }

  /** Each training of a process has its own number of threads, whatever an earlier one had. */
  @Test
  void threadsAreThoseOfEachTraining() throws Exception {
    Assumptions.assumeTrue(Training.isAvailable(), "built without -Ptrain");
    for (int threads : List.of(2, 1, 2)) {
      assertTrainedAlike(
          Task.ROTATION, Architecture.RESNET_SMALL, Architecture.Head.GAP, true, threads);
      Trees.delete(temp);
      Object set =
          Class.forName("ai.djl.pytorch.jni.JniUtils").getMethod("getNumThreads").invoke(null);
      assertEquals(threads, set);
    }
  }

  /**
   * What little training brings beyond the same answer every time. All tasks, trained for longer,
   * are held to the margins of docs/lab.md by {@code bench/run tasks}.
   */
  @Test
  void cheapTasksBeatChance() throws IOException {
    Assumptions.assumeTrue(Training.isAvailable(), "built without -Ptrain");
    Map<Task, Double> margins =
        new EnumMap<>(Map.of(Task.SCENE, 0.1, Task.ROTATION, 0.05, Task.AUTOENCODING, 0.05));
    Path data = temp.resolve("larger");
    WorldFolder.write(4, SIDE, 480, data, 2, done -> {});
    for (Map.Entry<Task, Double> entry : margins.entrySet()) {
      TrainingOptions options = options(data, entry.getKey(), true, 150);
      Training.Result result = Training.run(options, line -> {});
      assertTrue(result.value() >= result.chance() + entry.getValue(), result.toString());
      System.out.println(entry.getKey() + " " + result.value() + ", chance " + result.chance());
    }
  }

  @Test
  void everyTasksIterationCanBeTimed() throws IOException {
    Assumptions.assumeTrue(Training.isAvailable(), "built without -Ptrain");
    for (Task task : Task.values()) {
      assertTrue(Training.secondsOfIteration(options(world, task, true, 4)) > 0, task.lowerCase());
    }
  }

  @Test
  void frozenLayersStayToTheLastBit() throws IOException {
    Assumptions.assumeTrue(Training.isAvailable(), "built without -Ptrain");
    TrainingOptions plain = options(world, Task.ROTATION, true, 6);
    TrainingOptions frozen =
        new TrainingOptions(
            plain.data(),
            temp.resolve("frozen"),
            plain.task(),
            6,
            8,
            3,
            SIDE,
            plain.architecture(),
            plain.shape(),
            plain.head(),
            0,
            0.005,
            null,
            List.of("conv1", "conv2"),
            List.of(0),
            true,
            1);
    Training.run(frozen, line -> {});
    Weights before = OnnxFiles.readWeights(frozen.out().resolve("model-000000.onnx"));
    Weights after = OnnxFiles.readWeights(frozen.out().resolve("model.onnx"));
    for (String name : List.of("conv1.weight", "conv2.bias", "bn1.weight", "bn2.running_mean")) {
      assertArrayEquals(before.get(name).values(), after.get(name).values(), name);
    }
    for (String name : List.of("conv3.weight", "bn3.running_mean", "fc.weight")) {
      assertTrue(!Arrays.equals(before.get(name).values(), after.get(name).values()), name);
    }
  }
}
