package org.netdissect.lab.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class OnnxFilesTest {
  private static final List<NetworkSpec> SPECS =
      List.of(
          NetworkSpec.alexnetSmall(48, 5, 4, 5, 0.5, true),
          NetworkSpec.alexnetSmall(33, 3, 3, 3, 0, false),
          NetworkSpec.alexnetSmall(64, 7, 2, 6, 0, true));

  /** Random weights everywhere, also where training starts with 0 and 1. */
  private static Weights anyWeights(NetworkSpec spec, Random random) {
    Map<String, Weights.Tensor> tensors = new LinkedHashMap<>();
    Weights.random(spec, random.nextLong())
        .all()
        .forEach(
            (name, tensor) -> {
              float[] values = tensor.values().clone();
              if (tensor.shape().length == 1) {
                for (int i = 0; i < values.length; i++) {
                  values[i] = (float) (0.5 + random.nextDouble());
                }
              }
              tensors.put(name, new Weights.Tensor(tensor.shape(), values));
            });
    return new Weights(tensors);
  }

  private static float[] runtime(byte[] model, float[] images, int n, int side) throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(model);
        OnnxTensor input =
            OnnxTensor.createTensor(
                environment, FloatBuffer.wrap(images), new long[] {n, 3, side, side});
        OrtSession.Result result = session.run(Map.of("image", input))) {
      float[][] rows = (float[][]) result.get(0).getValue();
      float[] flat = new float[n * rows[0].length];
      for (int i = 0; i < n; i++) {
        System.arraycopy(rows[i], 0, flat, i * rows[0].length, rows[0].length);
      }
      return flat;
    }
  }

  /** The layers, computed as their definitions say, in double. */
  private static double[] byDefinition(NetworkSpec spec, Weights weights, float[] image) {
    int c = 3;
    int side = spec.size();
    double[] x = new double[image.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = image[i];
    }
    for (NetworkSpec.Step step : spec.layers()) {
      if (step instanceof NetworkSpec.Conv conv) {
        float[] w = weights.get(conv.name() + ".weight").values();
        float[] b = weights.get(conv.name() + ".bias").values();
        int k = conv.kernel();
        int to = (side + 2 * conv.pad() - k) / conv.stride() + 1;
        double[] y = new double[conv.out() * to * to];
        for (int o = 0; o < conv.out(); o++) {
          for (int p = 0; p < to * to; p++) {
            double sum = b[o];
            for (int i = 0; i < c; i++) {
              for (int q = 0; q < k * k; q++) {
                int sy = p / to * conv.stride() - conv.pad() + q / k;
                int sx = p % to * conv.stride() - conv.pad() + q % k;
                if (sy >= 0 && sy < side && sx >= 0 && sx < side) {
                  sum += w[(o * c + i) * k * k + q] * x[(i * side + sy) * side + sx];
                }
              }
            }
            y[o * to * to + p] = sum;
          }
        }
        x = y;
        c = conv.out();
        side = to;
      } else if (step instanceof NetworkSpec.Norm norm) {
        for (int i = 0; i < x.length; i++) {
          int channel = i / (side * side);
          double mean = weights.get(norm.name() + ".running_mean").values()[channel];
          double variance = weights.get(norm.name() + ".running_var").values()[channel];
          double scale = weights.get(norm.name() + ".weight").values()[channel];
          double shift = weights.get(norm.name() + ".bias").values()[channel];
          x[i] = (x[i] - mean) / Math.sqrt(variance + 1e-5) * scale + shift;
        }
      } else if (step instanceof NetworkSpec.Relu) {
        for (int i = 0; i < x.length; i++) {
          x[i] = Math.max(0, x[i]);
        }
      } else if (step instanceof NetworkSpec.MaxPool pool) {
        int to = (side - pool.kernel()) / pool.stride() + 1;
        double[] y = new double[c * to * to];
        for (int i = 0; i < y.length; i++) {
          int channel = i / (to * to);
          y[i] = Double.NEGATIVE_INFINITY;
          for (int q = 0; q < pool.kernel() * pool.kernel(); q++) {
            int sy = i % (to * to) / to * pool.stride() + q / pool.kernel();
            int sx = i % to * pool.stride() + q % pool.kernel();
            y[i] = Math.max(y[i], x[(channel * side + sy) * side + sx]);
          }
        }
        x = y;
        side = to;
      } else if (step instanceof NetworkSpec.GlobalMean) {
        double[] y = new double[c];
        for (int i = 0; i < x.length; i++) {
          y[i / (side * side)] += x[i] / (side * side);
        }
        x = y;
      } else if (step instanceof NetworkSpec.Linear linear) {
        float[] w = weights.get(linear.name() + ".weight").values();
        double[] y = new double[linear.out()];
        for (int o = 0; o < y.length; o++) {
          y[o] = weights.get(linear.name() + ".bias").values()[o];
          for (int i = 0; i < x.length; i++) {
            y[o] += w[o * x.length + i] * x[i];
          }
        }
        x = y;
      }
    }
    return x;
  }

  private static float[] images(NetworkSpec spec, int n, Random random) {
    float[] images = new float[n * 3 * spec.size() * spec.size()];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    return images;
  }

  private static void assertClose(double[] expected, float[] actual, String what) {
    double scale = 1;
    for (double v : expected) {
      scale = Math.max(scale, Math.abs(v));
    }
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 1e-5 * scale, what);
    }
  }

  @Test
  void onnxRuntimeComputesWhatTheSpecificationSays() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (NetworkSpec spec : SPECS) {
      Weights weights = anyWeights(spec, random);
      float[] image = images(spec, 1, random);
      byte[] model = OnnxFiles.write(spec, weights, Map.of());
      assertClose(
          byDefinition(spec, weights, image),
          runtime(model, image, 1, spec.size()),
          "seed " + seed + ", " + spec);
    }
  }

  @Test
  void onnxRuntimeComputesWhatTheTrainerComputes() throws Exception {
    Assumptions.assumeTrue(Training.isAvailable(), "built without -Ptrain");
    System.setProperty("ai.djl.offline", "true");
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (NetworkSpec spec : SPECS) {
      Weights weights = anyWeights(spec, random);
      float[] images = images(spec, 3, random);
      try (DjlTraining training = DjlTraining.open(spec, weights, 1, 1)) {
        float[] expected = training.predict(images, 3);
        double[] wide = new double[expected.length];
        for (int i = 0; i < wide.length; i++) {
          wide[i] = expected[i];
        }
        byte[] model = OnnxFiles.write(spec, training.weights(), Map.of());
        assertClose(wide, runtime(model, images, 3, spec.size()), "seed " + seed + ", " + spec);
      }
    }
  }

  @Test
  void weightsAndNotesAreReadBack() throws IOException {
    NetworkSpec spec = SPECS.get(0);
    Weights weights = anyWeights(spec, new Random(5));
    byte[] model = OnnxFiles.write(spec, weights, Map.of("seed", "5"));
    Weights read = OnnxFiles.readWeights(model, "model");
    assertEquals(weights.all().keySet(), read.all().keySet());
    weights
        .all()
        .forEach(
            (name, tensor) -> {
              assertArrayEquals(tensor.shape(), read.get(name).shape());
              assertArrayEquals(tensor.values(), read.get(name).values());
            });
    assertEquals(Map.of("seed", "5"), OnnxFiles.readNotes(model));
    assertThrows(IOException.class, () -> OnnxFiles.readWeights(new byte[] {1, 2, 3}, "x"));
    assertThrows(IOException.class, () -> OnnxFiles.readWeights(new byte[0], "x"));
  }

  @Test
  void fineTuningTakesOverWhatFits() {
    NetworkSpec small = NetworkSpec.alexnetSmall(48, 5, 4, 5, 0, true);
    NetworkSpec other = NetworkSpec.alexnetSmall(48, 9, 4, 5, 0, true);
    Weights from = Weights.random(small, 1);
    Weights start = Weights.random(other, 2).startedFrom(from);
    assertArrayEquals(from.get("conv3.weight").values(), start.get("conv3.weight").values());
    assertArrayEquals(
        Weights.random(other, 2).get("fc.weight").values(), start.get("fc.weight").values());
    NetworkSpec foreign = NetworkSpec.alexnetSmall(48, 11, 7, 3, 0, false);
    assertThrows(
        IllegalArgumentException.class, () -> Weights.random(foreign, 1).startedFrom(from));
  }

  @Test
  void optionsThatCannotBeAreRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> NetworkSpec.alexnetSmall(8, 5, 4, 5, 0, true));
    assertThrows(
        IllegalArgumentException.class, () -> NetworkSpec.alexnetSmall(64, 5, 4, 5, 1, true));
    assertThrows(
        IllegalArgumentException.class, () -> NetworkSpec.alexnetSmall(64, 5, 4, 99, 0, true));
    assertThrows(IllegalArgumentException.class, () -> Task.of("scenes"));
  }
}
