package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Networks as people have them. */
class RealModelsTest {

  private static Path model(String name) {
    Path file = Path.of(System.getProperty("netdissect.shared", "absent"), "models", name);
    Assumptions.assumeTrue(Files.isRegularFile(file), "not here: " + file);
    return file;
  }

  @Test
  void squeezeNet() throws IOException {
    try (Network network = Network.open(model("squeezenet1.1-imagenet.onnx"))) {
      assertEquals("squeezenet1.1-imagenet.onnx", network.name());
      assertEquals(64, network.sha256().length());
      assertEquals(224, network.inputHeight());
      assertEquals(224, network.inputWidth());
      assertEquals(3, network.inputChannels());
      assertTrue(network.fixedBatch());
      assertEquals(1, network.batch());
      Layer last = network.defaultLayer();
      assertEquals(
          new Layer("fire9/concat_1", "Concat", 512, 13, 13, ReceptiveField.square(-88, 207, 16)),
          last);
      assertEquals(List.of(last), network.resolve("fire9/concat_1"));
      Layer first = network.layers().get(0);
      assertEquals("conv1_1", first.name());
      assertEquals("conv1_2", network.resolve("conv1_1").get(0).name());
      assertEquals("conv1_2", network.afterActivation(first).orElseThrow().name());
      assertEquals("conv1_1", network.resolve("tensor:conv1_1").get(0).name());
      assertEquals("conv1_2", network.resolve(network.nodeName(first)).get(0).name());
      assertEquals(8, network.resolve("fire*/concat_1").size());
      String message =
          assertThrows(ModelException.class, () -> network.resolve("fire9/conct_1")).getMessage();
      assertTrue(message.contains("fire9/concat_1"), message);
    }
  }

  @Test
  void placesNetwork() throws IOException {
    try (Network network = Network.open(model("squeezenet1.1-places365.onnx"))) {
      assertEquals("fire9/concat", network.defaultLayer().name());
      assertEquals("conv1_act", network.resolve("conv1").get(0).name());
    }
  }

  @Test
  void mobileNet() throws IOException {
    try (Network network = Network.open(model("mobilenet-v1-0.25-imagenet.onnx"))) {
      Layer last = network.defaultLayer();
      assertEquals("Conv2d_13_pointwise/Relu6", last.name());
      assertEquals(
          "Conv2d_13_pointwise/Relu6", network.resolve("Conv2d_13_pointwise").get(0).name());
      assertEquals(256, last.channels());
      assertEquals(7, last.height());
      assertEquals(ReceptiveField.square(-126, 315, 32), last.field());
    }
  }

  /** The same photographs give the same maps from any number of threads and taps. */
  @Test
  void manyWorkersAgree() throws Exception {
    long seed = 7;
    byte[][] photographs = new byte[4][3 * 224 * 224];
    Random random = new Random(seed);
    for (byte[] photograph : photographs) {
      random.nextBytes(photograph);
    }
    try (Network network = Network.open(model("squeezenet1.1-imagenet.onnx"))) {
      List<Layer> layers = network.resolve("fire*/concat_1");
      try (TappedNetwork all = network.tap(layers, Preprocessing.CAFFE);
          TappedNetwork one = network.tap(List.of(network.defaultLayer()), Preprocessing.CAFFE)) {
        assertEquals(layers, all.layers());
        float[][] expected = new float[4][];
        try (Runner runner = one.newRunner(8)) {
          assertEquals(1, runner.batch());
          for (int i = 0; i < 4; i++) {
            runner.photograph(0, photographs[i]);
            expected[i] = read(runner.run(1)[0], network.defaultLayer().values());
          }
        }
        ExecutorService workers = Executors.newFixedThreadPool(3);
        try {
          Callable<Void> work =
              () -> {
                try (Runner runner = all.newRunner(1)) {
                  for (int i = 0; i < 4; i++) {
                    runner.photograph(0, photographs[i]);
                    FloatBuffer[] maps = runner.run(1);
                    float[] actual = read(maps[layers.size() - 1], network.defaultLayer().values());
                    boolean isActive = false;
                    for (int k = 0; k < actual.length; k++) {
                      assertEquals(
                          expected[i][k], actual[k], 1e-4f * (1 + Math.abs(expected[i][k])));
                      isActive |= actual[k] > 0;
                    }
                    assertTrue(isActive);
                  }
                }
                return null;
              };
          for (Future<Void> done : workers.invokeAll(List.of(work, work, work))) {
            done.get();
          }
        } finally {
          workers.shutdownNow();
        }
      }
    }
    assertFalse(Thread.currentThread().isInterrupted());
  }

  private static float[] read(FloatBuffer buffer, int n) {
    float[] values = new float[n];
    buffer.get(0, values);
    return values;
  }
}
