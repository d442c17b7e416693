package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.netdissect.networks.ReceptiveField.Axis;

/** Receptive fields of published networks, and against what really happens when pixels change. */
class ReceptiveFieldTest {
  @TempDir Path folder;

  /** Field maps that Network Dissection's own rule gives for AlexNet at 227 × 227. */
  @Test
  void alexNet() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1);
    String here = graph.image(1, 3, 227, 227);
    here = graph.node("Relu", "r1", graph.conv("conv1", here, 3, 2, 11, "strides=4,4"));
    here = graph.node("LRN", "norm1", here, "size=5");
    here = graph.node("MaxPool", "pool1", here, "kernel_shape=3,3", "strides=2,2");
    here = graph.node("Relu", "r2", graph.conv("conv2", here, 1, 2, 5, "pads=2,2,2,2", "group=2"));
    here = graph.node("MaxPool", "pool2", here, "kernel_shape=3,3", "strides=2,2");
    here = graph.node("Relu", "r3", graph.conv("conv3", here, 2, 2, 3, "pads=1,1,1,1"));
    here = graph.node("Relu", "r4", graph.conv("conv4", here, 2, 2, 3, "pads=1,1,1,1"));
    here = graph.node("Relu", "r5", graph.conv("conv5", here, 2, 2, 3, "pads=1,1,1,1"));
    Path file = graph.output(here).write(folder.resolve("alexnet.onnx"));
    check(file, "conv1", 55, 0, 11, 4);
    check(file, "conv2", 27, -16, 51, 8);
    check(file, "conv3", 13, -32, 99, 16);
    check(file, "conv4", 13, -48, 131, 16);
    check(file, "conv5", 13, -64, 163, 16);
  }

  @Test
  void vgg16() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1);
    String here = graph.image(1, 3, 224, 224);
    int from = 3;
    int[] convolutions = {2, 2, 3, 3, 3};
    for (int stage = 1; stage <= 5; stage++) {
      for (int i = 1; i <= convolutions[stage - 1]; i++) {
        String name = "conv" + stage + "_" + i;
        here = graph.conv(name, here, from, 1, 3, "pads=1,1,1,1");
        here = graph.node("Relu", "relu" + stage + "_" + i, here);
        from = 1;
      }
      here = graph.node("MaxPool", "pool" + stage, here, "kernel_shape=2,2", "strides=2,2");
    }
    Path file = graph.output(here).write(folder.resolve("vgg.onnx"));
    check(file, "conv1_1", 224, -1, 3, 1);
    check(file, "conv1_2", 224, -2, 5, 1);
    check(file, "conv2_2", 112, -6, 14, 2);
    check(file, "conv3_3", 56, -18, 40, 4);
    check(file, "conv4_3", 28, -42, 92, 8);
    check(file, "conv5_3", 14, -90, 196, 16);
  }

  /** Inception modules: the 5 × 5 branch decides. Pools round up, as Caffe's do. */
  @Test
  void googLeNet() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1);
    String here = graph.image(1, 3, 224, 224);
    here = graph.conv("conv1", here, 3, 1, 7, "strides=2,2", "pads=3,3,3,3");
    here = pool(graph, "pool1", here);
    here = graph.conv("conv2_reduce", here, 1, 1, 1);
    here = graph.node("Relu", "relu2", graph.conv("conv2", here, 1, 1, 3, "pads=1,1,1,1"));
    here = pool(graph, "pool2", here);
    here = inception(graph, "3a", here, 1);
    here = inception(graph, "3b", here, 4);
    here = pool(graph, "pool3", here);
    here = inception(graph, "4a", here, 4);
    here = inception(graph, "4b", here, 4);
    here = inception(graph, "4c", here, 4);
    here = inception(graph, "4d", here, 4);
    here = inception(graph, "4e", here, 4);
    here = pool(graph, "pool4", here);
    here = inception(graph, "5a", here, 4);
    here = inception(graph, "5b", here, 4);
    Path file = graph.output(here).write(folder.resolve("googlenet.onnx"));
    check(file, "conv2", 56, -7, 19, 4);
    check(file, "3b", 28, -39, 91, 8);
    check(file, "4e", 14, -199, 427, 16);
    check(file, "5b", 7, -327, 715, 32);
  }

  private static String pool(GraphBuilder graph, String name, String input) {
    return graph.node("MaxPool", name, input, "kernel_shape=3,3", "strides=2,2", "ceil_mode=1");
  }

  private static String inception(GraphBuilder graph, String name, String input, int from) {
    String one = graph.conv(name + "/1x1", input, from, 1, 1);
    String three = graph.conv(name + "/3x3_reduce", input, from, 1, 1);
    three = graph.conv(name + "/3x3", three, 1, 1, 3, "pads=1,1,1,1");
    String five = graph.conv(name + "/5x5_reduce", input, from, 1, 1);
    five = graph.conv(name + "/5x5", five, 1, 1, 5, "pads=2,2,2,2");
    String pool =
        graph.node(
            "MaxPool", name + "/pool", input, "kernel_shape=3,3", "strides=1,1", "pads=1,1,1,1");
    pool = graph.conv(name + "/pool_proj", pool, from, 1, 1);
    return graph.node("Concat", name, String.join(" ", one, three, five, pool), "axis=1");
  }

  /** ResNet-152 as Caffe has it: the stride in the first 1 × 1, the first pool without padding. */
  @Test
  void resNet152() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1);
    String here = graph.image(1, 3, 224, 224);
    here = graph.conv("conv1", here, 3, 1, 7, "strides=2,2", "pads=3,3,3,3");
    here = graph.node("Relu", "relu1", graph.batchNorm("bn1", here, 1));
    here = pool(graph, "pool1", here);
    int[] blocks = {3, 8, 36, 3};
    for (int stage = 2; stage <= 5; stage++) {
      for (int block = 0; block < blocks[stage - 2]; block++) {
        String name = "res" + stage + (block == 0 ? "a" : "b" + block);
        if (stage == 2 || stage == 5) {
          name = "res" + stage + (char) ('a' + block);
        }
        int stride = stage > 2 && block == 0 ? 2 : 1;
        String strides = "strides=" + stride + "," + stride;
        String way = graph.conv(name + "_branch2a", here, 1, 1, 1, strides);
        way = graph.conv(name + "_branch2b", way, 1, 1, 3, "pads=1,1,1,1");
        way = graph.conv(name + "_branch2c", way, 1, 1, 1);
        String shortcut = block == 0 ? graph.conv(name + "_branch1", here, 1, 1, 1, strides) : here;
        here = graph.node("Relu", name, graph.node("Add", name + "_sum", shortcut + " " + way));
      }
    }
    Path file = graph.output(here).write(folder.resolve("resnet.onnx"));
    check(file, "res3b7", 28, -79, 163, 8);
    check(file, "res4b35", 14, -655, 1315, 16);
    check(file, "res5c", 7, -751, 1507, 32);
  }

  private static void check(
      Path file, String name, int cells, double offset, double size, double step)
      throws IOException {
    try (Network network = Network.open(file)) {
      Layer layer = network.resolve(name).get(0);
      assertEquals(cells, layer.height(), name);
      assertEquals(cells, layer.width(), name);
      assertEquals(ReceptiveField.square(offset, size, step), layer.field(), name);
    }
  }

  /**
   * Random chains of operations with positive weights: a cell changes exactly when a row or column
   * of its field changes (gaps of strides and dilations aside).
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void windowsCoverWhatChanges(int round) throws IOException {
    for (int i = 0; i < 8; i++) {
      long seed = 1000L * round + i;
      Random random = new Random(seed);
      GraphBuilder graph = GraphBuilder.seeded(seed);
      int height = 20 + random.nextInt(12);
      int width = 20 + random.nextInt(12);
      String here = graph.image(1, 1, height, width);
      int depth = 1 + random.nextInt(4);
      int[] size = {height, width};
      StringBuilder story = new StringBuilder("seed " + seed + ": " + height + "x" + width);
      for (int d = 0; d < depth && Math.min(size[0], size[1]) > 8; d++) {
        here = randomWindow(graph, random, "op" + d, here, size, story);
      }
      Path file = graph.output(here).write(folder.resolve("random.onnx"));
      compare(file, here, story.toString(), true);
    }
  }

  private static String randomWindow(
      GraphBuilder graph,
      Random random,
      String name,
      String input,
      int[] size,
      StringBuilder story) {
    int kernelY = 1 + random.nextInt(4);
    int kernelX = 1 + random.nextInt(4);
    int strideY = 1 + random.nextInt(2);
    int strideX = 1 + random.nextInt(2);
    List<String> attributes = new ArrayList<>();
    int kind = random.nextInt(5);
    int dilation = kind == 0 || kind == 1 ? 1 + random.nextInt(2) : 1;
    attributes.add("strides=" + strideY + "," + strideX);
    // The runtime refuses SAME together with dilation.
    switch (dilation > 1 ? 2 + random.nextInt(2) : random.nextInt(4)) {
      case 0 -> attributes.add("auto_pad=SAME_UPPER");
      case 1 -> attributes.add("auto_pad=SAME_LOWER");
      case 2 -> attributes.add("auto_pad=VALID");
      default ->
          // Padding must stay below the kernel.
          attributes.add(
              "pads="
                  + random.nextInt(kernelY)
                  + ","
                  + random.nextInt(kernelX)
                  + ","
                  + random.nextInt(kernelY)
                  + ","
                  + random.nextInt(kernelX));
    }
    if (dilation > 1) {
      attributes.add("dilations=" + dilation + "," + dilation);
    }
    String made;
    if (kind <= 1) {
      made = graph.ones(name, input, 1, 1, kernelY, kernelX, attributes.toArray(String[]::new));
    } else if (kind == 4) {
      String pads =
          graph.longs(name + ".pads", 0, 0, random.nextInt(3), random.nextInt(3), 0, 0, 1, 2);
      made = graph.node("Pad", name, input + " " + pads);
      attributes.clear();
    } else {
      attributes.add("kernel_shape=" + kernelY + "," + kernelX);
      boolean isAuto = attributes.stream().anyMatch(a -> a.startsWith("auto_pad"));
      if (!isAuto && random.nextBoolean()) {
        attributes.add("ceil_mode=1");
      }
      made =
          graph.node(
              kind == 2 ? "MaxPool" : "AveragePool",
              name,
              input,
              attributes.toArray(String[]::new));
    }
    story
        .append(" kind ")
        .append(kind)
        .append(" kernel ")
        .append(kernelY)
        .append("x")
        .append(kernelX)
        .append(attributes);
    size[0] = size[0] / strideY - 2;
    size[1] = size[1] / strideX - 2;
    return made;
  }

  /** Operations that enlarge: the field is an upper bound, at most a step too wide at each end. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ConvTranspose kernel_shape=2,2 strides=2,2",
        "ConvTranspose kernel_shape=4,4 strides=2,2 pads=1,1,1,1",
        "ConvTranspose kernel_shape=3,3 strides=2,2 pads=1,1,1,1 output_padding=1,1",
        "ConvTranspose kernel_shape=3,3 strides=1,1 pads=1,1,1,1",
        "ConvTranspose kernel_shape=5,5 strides=3,3",
        "ConvTranspose kernel_shape=4,4 strides=2,2 auto_pad=SAME_UPPER",
        "ConvTranspose kernel_shape=3,3 strides=2,2 auto_pad=SAME_UPPER",
        "ConvTranspose kernel_shape=3,3 strides=2,2 auto_pad=SAME_LOWER",
        "ConvTranspose kernel_shape=3,3 strides=1,1 dilations=2,2",
        "Resize:2 mode=nearest coordinate_transformation_mode=asymmetric nearest_mode=floor",
        "Resize:2 mode=nearest",
        "Resize:3 mode=nearest coordinate_transformation_mode=asymmetric nearest_mode=ceil",
        "Resize:2 mode=linear",
        "Resize:2 mode=linear coordinate_transformation_mode=align_corners",
        "Resize:4 mode=linear coordinate_transformation_mode=pytorch_half_pixel",
        "Resize:0.5 mode=linear",
        "Resize:0.5 mode=nearest coordinate_transformation_mode=asymmetric nearest_mode=floor",
        "Resize:0.5 mode=nearest",
        "Resize:0.3333333433 mode=nearest",
        "DepthToSpace blocksize=2",
        "SpaceToDepth blocksize=2",
        "Six:1,1,2,2,12,12:1,1,24,24 perm=0,1,4,2,5,3",
        "Six:1,2,2,1,12,12:1,1,24,24 perm=0,3,4,1,5,2",
        "Six:1,4,6,2,6,2:1,16,6,6 perm=0,1,3,5,2,4",
        "Six:1,4,4,3,4,3:1,36,4,4 perm=0,3,5,1,2,4"
      })
  void enlargingOperations(String text) throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(3);
    String here = graph.image(1, 1, 24, 24);
    here = graph.ones("before", here, 1, 4, 3, 3, "strides=2,2", "pads=1,1,1,1");
    String[] parts = text.split(" ", -1);
    String[] attributes = java.util.Arrays.copyOfRange(parts, 1, parts.length);
    String op = parts[0];
    if (op.equals("ConvTranspose")) {
      String kernel =
          attributes[0].substring("kernel_shape=".length(), "kernel_shape=".length() + 1);
      String weights =
          graph.floats("w", i -> 1, 4, 1, Integer.parseInt(kernel), Integer.parseInt(kernel));
      here = graph.node(op, "up", here + " " + weights, attributes);
    } else if (op.startsWith("Resize")) {
      double scale = Double.parseDouble(op.substring("Resize:".length()));
      String scales = graph.floats("scales", i -> i < 2 ? 1 : scale, 4);
      here = graph.node("Resize", "up", here + " - " + scales, attributes);
    } else if (op.startsWith("Six")) {
      // As exporters write depth to space: through six axes.
      String[] shapes = op.split(":", -1);
      String six = graph.node("Reshape", "six", here + " " + longs(graph, "to6", shapes[1]));
      String turned = graph.node("Transpose", "turned", six, attributes);
      here = graph.node("Reshape", "up", turned + " " + longs(graph, "to4", shapes[2]));
    } else {
      here = graph.node(op, "up", here, attributes);
    }
    Path file = graph.output(here).write(folder.resolve("up.onnx"));
    compare(file, "up", text, false);
  }

  private static String longs(GraphBuilder graph, String name, String values) {
    return graph.longs(name, Stream.of(values.split(",", -1)).mapToLong(Long::parseLong).toArray());
  }

  private static void compare(Path file, String name, String story, boolean exact)
      throws IOException {
    try (Network network = Network.open(file)) {
      Layer layer = network.resolve("tensor:" + name).get(0);
      assertTrue(layer.field().isKnown(), story);
      try (TappedNetwork tapped = network.tap(List.of(layer), Preprocessing.UNIT);
          Runner runner = tapped.newRunner(1)) {
        int height = network.inputHeight();
        int width = network.inputWidth();
        int rows = layer.height();
        int columns = layer.width();
        boolean[][] byRow = new boolean[rows][height];
        boolean[][] byColumn = new boolean[columns][width];
        float[] still = maps(runner, layer, new byte[3 * height * width]);
        for (int line = 0; line < height + width; line++) {
          byte[] photograph = new byte[3 * height * width];
          for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
              if (y == line || x == line - height) {
                int at = 3 * (y * width + x);
                photograph[at] = photograph[at + 1] = photograph[at + 2] = (byte) 255;
              }
            }
          }
          float[] moved = maps(runner, layer, photograph);
          for (int i = 0; i < moved.length; i++) {
            if (Math.abs(moved[i] - still[i]) > 1e-6f) {
              if (line < height) {
                byRow[i / columns % rows][line] = true;
              } else {
                byColumn[i % columns][line - height] = true;
              }
            }
          }
        }
        compare(byRow, layer.field().y(), exact, story + " y " + layer.field());
        compare(byColumn, layer.field().x(), exact, story + " x " + layer.field());
      }
    }
  }

  private static float[] maps(Runner runner, Layer layer, byte[] photograph) throws IOException {
    runner.photograph(0, photograph);
    FloatBuffer buffer = runner.run(1)[0];
    float[] values = new float[layer.values()];
    buffer.get(0, values);
    return values;
  }

  private static void compare(boolean[][] changed, Axis axis, boolean exact, String story) {
    boolean isInside = false;
    for (int i = 0; i < changed.length; i++) {
      double start = axis.offset() + i * axis.step();
      double end = start + axis.size();
      int first = -1;
      int last = -1;
      for (int p = 0; p < changed[i].length; p++) {
        if (changed[i][p]) {
          first = first < 0 ? p : first;
          last = p;
          // Resizing clamps at the border, so cells whose field sticks out may read more inside.
          boolean isClamped = !exact && (start < 0 || end > changed[i].length);
          assertTrue(
              isClamped || (p >= start - 1e-6 && p <= end - 1 + 1e-6),
              story + ": cell " + i + " depends on pixel " + p);
        }
      }
      if (start >= 0 && end <= changed[i].length) {
        isInside = true;
        double slack = exact ? 1e-6 : 2 * Math.max(1, axis.step());
        assertTrue(first >= 0, story + ": cell " + i + " depends on nothing");
        assertEquals(start, first, slack, story + ": first pixel of cell " + i);
        assertEquals(end - 1, last, slack, story + ": last pixel of cell " + i);
      }
    }
    assertTrue(isInside || axis.size() > changed[0].length / 2.0, story + ": nothing compared");
  }

  /** Over all phases of an enlarging operation the centres must not drift to one side. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mode=nearest coordinate_transformation_mode=asymmetric nearest_mode=floor",
        "mode=nearest",
        "mode=linear"
      })
  void doublingIsHalfPixel(String text) throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(3);
    String image = graph.image(1, 3, 16, 16);
    String scales = graph.floats("scales", i -> i < 2 ? 1 : 2, 4);
    String up = graph.node("Resize", "up", image + " - " + scales, text.split(" ", -1));
    Path file = graph.output(up).write(folder.resolve("double.onnx"));
    try (Network network = Network.open(file)) {
      Axis axis = network.resolve("up").get(0).field().y();
      assertEquals(-0.25, axis.centre(0), 1e-9);
      assertEquals(0.25, axis.centre(1), 1e-9);
      assertEquals(15.25, axis.centre(31), 1e-9);
    }
  }
}
