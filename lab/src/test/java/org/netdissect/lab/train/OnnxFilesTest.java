package org.netdissect.lab.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class OnnxFilesTest {
  private static final List<NetworkSpec> SPECS = specs();

  private static NetworkSpec alexnet(
      int size, int classes, int width, int depth, double dropout, boolean batchNorm) {
    return Architecture.ALEXNET_SMALL.classifier(
        size,
        classes,
        new Architecture.Shape(width, depth, batchNorm),
        Architecture.Head.GAP,
        dropout);
  }

  /** Every architecture with both heads, with and without normalisation, at several depths. */
  private static List<NetworkSpec> specs() {
    List<NetworkSpec> specs = new ArrayList<>();
    specs.add(alexnet(48, 5, 4, 5, 0.5, true));
    specs.add(alexnet(33, 3, 3, 3, 0, false));
    specs.add(alexnet(64, 7, 2, 6, 0, true));
    for (Architecture architecture : Architecture.values()) {
      for (int i = 0; i < 2; i++) {
        int depth = architecture.usualDepth() - i;
        specs.add(
            architecture.classifier(
                40 + 5 * i,
                4,
                new Architecture.Shape(8, depth, i == 0),
                i == 0 ? Architecture.Head.GAP : Architecture.Head.FC,
                0.3));
      }
    }
    Architecture.Shape shape = new Architecture.Shape(8, 4, true);
    NetworkSpec.Builder to = new NetworkSpec.Builder().add(Colours.opponents("opponents"));
    int channels = Architecture.RESNET_SMALL.trunk(to, "a_", 2, shape);
    String first = to.last();
    to.from(NetworkSpec.INPUT).add(Colours.brightness("brightness"));
    Architecture.RESNET_SMALL.trunk(to, "b_", 1, shape);
    to.add(new NetworkSpec.Concat("both"), first, to.last());
    to.add(new NetworkSpec.GlobalMean("mean"));
    specs.add(to.add(new NetworkSpec.Linear("fc", 2 * channels, 3)).build(40));
    return specs;
  }

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

  /** Maps: channels × side × side. */
  private record Maps(int channels, int side, double[] values) {}

  /** The steps, computed as their definitions say, in double. */
  private static double[] byDefinition(NetworkSpec spec, Weights weights, float[] image) {
    double[] pixels = new double[image.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = image[i];
    }
    Map<String, Maps> values = new HashMap<>();
    values.put(NetworkSpec.INPUT, new Maps(3, spec.size(), pixels));
    for (NetworkSpec.Node node : spec.nodes()) {
      List<Maps> from = node.from().stream().map(values::get).toList();
      values.put(node.step().name(), step(node.step(), weights, from));
    }
    return values.get(spec.outputs().get(0)).values();
  }

  private static Maps step(NetworkSpec.Step step, Weights weights, List<Maps> from) {
    double[] x = from.get(0).values();
    int c = from.get(0).channels();
    int side = from.get(0).side();
    if (step instanceof NetworkSpec.Conv conv) {
      return convolved(conv.name(), conv.out(), conv.kernel(), conv.stride(), weights, from.get(0));
    } else if (step instanceof NetworkSpec.Mix mix) {
      return convolved(mix.name(), mix.out(), 1, 1, weights, from.get(0));
    } else if (step instanceof NetworkSpec.Norm norm) {
      double[] y = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        int channel = i / (side * side);
        double mean = weights.get(norm.name() + ".running_mean").values()[channel];
        double variance = weights.get(norm.name() + ".running_var").values()[channel];
        double scale = weights.get(norm.name() + ".weight").values()[channel];
        double shift = weights.get(norm.name() + ".bias").values()[channel];
        y[i] = (x[i] - mean) / Math.sqrt(variance + 1e-5) * scale + shift;
      }
      return new Maps(c, side, y);
    } else if (step instanceof NetworkSpec.Relu) {
      return new Maps(c, side, Arrays.stream(x).map(v -> Math.max(0, v)).toArray());
    } else if (step instanceof NetworkSpec.MaxPool pool) {
      int to = (side + 2 * pool.pad() - pool.kernel()) / pool.stride() + 1;
      double[] y = new double[c * to * to];
      for (int i = 0; i < y.length; i++) {
        int channel = i / (to * to);
        y[i] = Double.NEGATIVE_INFINITY;
        for (int q = 0; q < pool.kernel() * pool.kernel(); q++) {
          int sy = i % (to * to) / to * pool.stride() - pool.pad() + q / pool.kernel();
          int sx = i % to * pool.stride() - pool.pad() + q % pool.kernel();
          if (sy >= 0 && sy < side && sx >= 0 && sx < side) {
            y[i] = Math.max(y[i], x[(channel * side + sy) * side + sx]);
          }
        }
      }
      return new Maps(c, to, y);
    } else if (step instanceof NetworkSpec.GlobalMean) {
      double[] y = new double[c];
      for (int i = 0; i < x.length; i++) {
        y[i / (side * side)] += x[i] / (side * side);
      }
      return new Maps(c, 1, y);
    } else if (step instanceof NetworkSpec.Concat) {
      int all = from.stream().mapToInt(Maps::channels).sum();
      return new Maps(
          all, side, from.stream().flatMapToDouble(m -> Arrays.stream(m.values())).toArray());
    } else if (step instanceof NetworkSpec.Add) {
      double[] y = x.clone();
      for (int i = 0; i < y.length; i++) {
        y[i] += from.get(1).values()[i];
      }
      return new Maps(c, side, y);
    } else if (step instanceof NetworkSpec.Linear linear) {
      float[] w = weights.get(linear.name() + ".weight").values();
      double[] y = new double[linear.out()];
      for (int o = 0; o < y.length; o++) {
        y[o] = weights.get(linear.name() + ".bias").values()[o];
        for (int i = 0; i < x.length; i++) {
          y[o] += w[o * x.length + i] * x[i];
        }
      }
      return new Maps(y.length, 1, y);
    }
    return from.get(0); // dropout; flattening leaves the order
  }

  private static Maps convolved(
      String name, int out, int k, int stride, Weights weights, Maps from) {
    float[] w = weights.get(name + ".weight").values();
    float[] b = weights.get(name + ".bias").values();
    int side = from.side();
    int pad = k / 2;
    int to = (side + 2 * pad - k) / stride + 1;
    double[] y = new double[out * to * to];
    for (int o = 0; o < out; o++) {
      for (int p = 0; p < to * to; p++) {
        double sum = b[o];
        for (int i = 0; i < from.channels(); i++) {
          for (int q = 0; q < k * k; q++) {
            int sy = p / to * stride - pad + q / k;
            int sx = p % to * stride - pad + q % k;
            if (sy >= 0 && sy < side && sx >= 0 && sx < side) {
              sum +=
                  w[(o * from.channels() + i) * k * k + q]
                      * from.values()[(i * side + sy) * side + sx];
            }
          }
        }
        y[o * to * to + p] = sum;
      }
    }
    return new Maps(out, to, y);
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
      try (DjlTraining training =
          DjlTraining.open(spec, 1, new Goal.Classes(spec.classes()), weights, Set.of(), 1, 1)) {
        float[] expected = training.predict(images, 3).get(0);
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
    NetworkSpec small = alexnet(48, 5, 4, 5, 0, true);
    NetworkSpec other = alexnet(48, 9, 4, 5, 0, true);
    Weights from = Weights.random(small, 1);
    Weights start = Weights.random(other, 2).startedFrom(from);
    assertArrayEquals(from.get("conv3.weight").values(), start.get("conv3.weight").values());
    assertArrayEquals(
        Weights.random(other, 2).get("fc.weight").values(), start.get("fc.weight").values());
    NetworkSpec foreign = alexnet(48, 11, 7, 3, 0, false);
    assertThrows(
        IllegalArgumentException.class, () -> Weights.random(foreign, 1).startedFrom(from));
  }

  @Test
  void optionsThatCannotBeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> alexnet(8, 5, 4, 5, 0, true));
    assertThrows(IllegalArgumentException.class, () -> alexnet(64, 5, 4, 5, 1, true));
    assertThrows(IllegalArgumentException.class, () -> alexnet(64, 5, 4, 99, 0, true));
    for (Architecture architecture : Architecture.values()) {
      assertEquals(architecture, Architecture.of(architecture.typed()));
      assertThrows(
          IllegalArgumentException.class,
          () ->
              architecture.classifier(
                  64, 5, new Architecture.Shape(8, 99, true), Architecture.Head.GAP, 0));
    }
    assertThrows(IllegalArgumentException.class, () -> Architecture.of("alexnet"));
    assertThrows(IllegalArgumentException.class, () -> Architecture.Head.of("mlp"));
    assertThrows(IllegalArgumentException.class, () -> Task.of("scenes"));
  }
}
