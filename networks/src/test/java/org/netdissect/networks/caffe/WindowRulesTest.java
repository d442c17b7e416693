package org.netdissect.networks.caffe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.netdissect.networks.caffe.CaffeFiles.layer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.networks.BareRun;
import org.netdissect.networks.BareRun.Tensor;

/** Poolings and convolutions of random sizes against Caffe's rules, written out as loops. */
class WindowRulesTest {
  private static final long SEED = 20_140_611;

  @TempDir Path folder;

  private record Pool(boolean max, boolean ceil, int[] kernel, int[] stride, int[] pad) {
    String params() {
      return "pooling_param { pool: %s round_mode: %s kernel_h: %d kernel_w: %d stride_h: %d stride_w: %d pad_h: %d pad_w: %d }"
          .formatted(
              max ? "MAX" : "AVE",
              ceil ? "CEIL" : "FLOOR",
              kernel[0],
              kernel[1],
              stride[0],
              stride[1],
              pad[0],
              pad[1]);
    }

    /** Number of windows, or 0 where Caffe builds none or one without a pixel. */
    int windows(int axis, int size) {
      double rest = (double) (size + 2 * pad[axis] - kernel[axis]) / stride[axis];
      int windows = (int) (ceil ? Math.ceil(rest) : Math.floor(rest)) + 1;
      if ((pad[0] > 0 || pad[1] > 0) && (windows - 1) * stride[axis] >= size + pad[axis]) {
        windows--;
      }
      return (windows - 1) * stride[axis] >= size + pad[axis] ? 0 : Math.max(0, windows);
    }

    float value(float[] plane, int height, int width, int y, int x) {
      int top = y * stride[0] - pad[0];
      int left = x * stride[1] - pad[1];
      int bottom = Math.min(top + kernel[0], height + pad[0]);
      int right = Math.min(left + kernel[1], width + pad[1]);
      int area = (bottom - top) * (right - left);
      double most = Double.NEGATIVE_INFINITY;
      double sum = 0;
      for (int i = Math.max(0, top); i < Math.min(height, bottom); i++) {
        for (int j = Math.max(0, left); j < Math.min(width, right); j++) {
          most = Math.max(most, plane[i * width + j]);
          sum += plane[i * width + j];
        }
      }
      return (float) (max ? most : sum / area);
    }
  }

  @Test
  void poolings() throws Exception {
    Random random = new Random(SEED);
    for (int round = 0; round < 6; round++) {
      int height = 1 + random.nextInt(12);
      int width = 1 + random.nextInt(12);
      Tensor image = image(random, 1, height, width);
      Map<String, Pool> pools = new LinkedHashMap<>();
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 60; i++) {
        Pool pool = pool(random);
        if (pool.windows(0, height) > 0 && pool.windows(1, width) > 0) {
          pools.put("p" + i, pool);
          text.append(layer("p" + i, "Pooling", "data", "p" + i, pool.params()));
        }
      }
      if (pools.isEmpty()) {
        continue;
      }
      CaffeModel model =
          new CaffeFiles(folder)
              .weights("unused", CaffeFiles.Values.of(new float[1], 1))
              .read(new CaffeFiles(folder).net("1,1," + height + "," + width, text.toString()));
      Map<String, Tensor> made = BareRun.run(model.onnx(), "~", Map.of("data", image));
      for (Map.Entry<String, Pool> pool : pools.entrySet()) {
        int rows = pool.getValue().windows(0, height);
        int columns = pool.getValue().windows(1, width);
        Tensor tensor = made.get(pool.getKey());
        String what = "seed " + SEED + ", " + height + "×" + width + " " + pool.getValue().params();
        assertArrayEquals(new long[] {1, 1, rows, columns}, tensor.dims(), what);
        for (int i = 0; i < rows * columns; i++) {
          float expected =
              pool.getValue().value(image.values(), height, width, i / columns, i % columns);
          assertEquals(expected, tensor.values()[i], 1e-5, what);
        }
      }
    }
  }

  private static Pool pool(Random random) {
    int[] kernel = {1 + random.nextInt(5), 1 + random.nextInt(5)};
    int[] stride = {1 + random.nextInt(4), 1 + random.nextInt(4)};
    boolean isPadded = random.nextBoolean();
    int[] pad = {
      isPadded ? random.nextInt(kernel[0]) : 0, isPadded ? random.nextInt(kernel[1]) : 0
    };
    return new Pool(random.nextBoolean(), random.nextInt(4) > 0, kernel, stride, pad);
  }

  private record Conv(
      boolean transposed, int group, int kernel, int stride, int pad, int dilation) {
    static final int IN = 4;
    static final int OUT = 6;

    int size(int in) {
      int reach = (kernel - 1) * dilation + 1;
      return transposed
          ? stride * (in - 1) + reach - 2 * pad
          : in + 2 * pad < reach ? 0 : (in + 2 * pad - reach) / stride + 1;
    }

    /** Spreads each input value, or gathers for each output value: the same loops. */
    float[] apply(float[] image, int side, float[] weights, float[] bias) {
      int out = size(side);
      double[] sums = new double[OUT * out * out];
      int perIn = IN / group;
      int perOut = OUT / group;
      for (int o = 0; o < OUT; o++) {
        for (int i = 0; i < perIn; i++) {
          int channel = o / perOut * perIn + i;
          for (int ky = 0; ky < kernel; ky++) {
            for (int kx = 0; kx < kernel; kx++) {
              int at =
                  transposed
                      ? (channel * perOut + o % perOut) * kernel * kernel
                      : (o * perIn + i) * kernel * kernel;
              float weight = weights[at + ky * kernel + kx];
              int many = transposed ? side : out;
              for (int y = 0; y < many; y++) {
                for (int x = 0; x < many; x++) {
                  int farY = y * stride - pad + ky * dilation;
                  int farX = x * stride - pad + kx * dilation;
                  int limit = transposed ? out : side;
                  if (farY < 0 || farX < 0 || farY >= limit || farX >= limit) {
                    continue;
                  }
                  int target = transposed ? (o * out + farY) * out + farX : (o * out + y) * out + x;
                  int source =
                      transposed
                          ? (channel * side + y) * side + x
                          : (channel * side + farY) * side + farX;
                  sums[target] += (double) weight * image[source];
                }
              }
            }
          }
        }
      }
      float[] values = new float[sums.length];
      for (int i = 0; i < sums.length; i++) {
        values[i] = (float) (sums[i] + bias[i / (out * out)]);
      }
      return values;
    }
  }

  @Test
  void convolutionsAndDeconvolutions() throws Exception {
    Random random = new Random(SEED);
    int side = 9;
    Tensor image = image(random, Conv.IN, side, side);
    CaffeFiles files = new CaffeFiles(folder);
    StringBuilder text = new StringBuilder();
    Map<String, float[]> expected = new LinkedHashMap<>();
    List<String> what = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Conv conv =
          new Conv(
              random.nextBoolean(),
              1 + random.nextInt(2),
              1 + random.nextInt(4),
              1 + random.nextInt(3),
              random.nextInt(3),
              1 + random.nextInt(3));
      if (conv.size(side) < 1) {
        continue;
      }
      long[] dims =
          conv.transposed
              ? new long[] {Conv.IN, Conv.OUT / conv.group, conv.kernel, conv.kernel}
              : new long[] {Conv.OUT, Conv.IN / conv.group, conv.kernel, conv.kernel};
      float[] weights = image(random, (int) (dims[0] * dims[1]), conv.kernel, conv.kernel).values();
      float[] bias = image(random, Conv.OUT, 1, 1).values();
      String name = "c" + i;
      files.weights(
          name, CaffeFiles.Values.of(weights, dims), CaffeFiles.Values.of(bias, Conv.OUT));
      text.append(
          layer(
              name,
              conv.transposed ? "Deconvolution" : "Convolution",
              "data",
              name,
              "convolution_param { num_output: %d group: %d kernel_size: %d stride: %d pad: %d dilation: %d }"
                  .formatted(
                      Conv.OUT, conv.group, conv.kernel, conv.stride, conv.pad, conv.dilation)));
      expected.put(name, conv.apply(image.values(), side, weights, bias));
      what.add(name + conv);
    }
    CaffeModel model = files.read(files.net("1,4,9,9", text.toString()));
    Map<String, Tensor> made = BareRun.run(model.onnx(), "~", Map.of("data", image));
    expected.forEach(
        (name, values) ->
            assertArrayEquals(values, made.get(name).values(), 1e-4f, name + " of " + what));
  }

  private static Tensor image(Random random, int channels, int height, int width) {
    float[] values = new float[channels * height * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() - 0.5f;
    }
    return new Tensor(new long[] {1, channels, height, width}, values);
  }
}
