package org.netdissect.networks;

/** Well-known architectures with random weights that follow from a seed, for tests. */
public final class TestModels {
  private TestModels() {}

  /**
   * A network that is done in a moment: three convolutions with batch norm and ReLU over 32 × 32
   * pixels, batch free. Layers conv1 (8 × 32 × 32), conv2 (16 × 16 × 16) and conv3 (24 × 8 × 8).
   */
  public static GraphBuilder tiny(long seed) {
    GraphBuilder graph = GraphBuilder.seeded(seed);
    String here = graph.image(-1, 3, 32, 32);
    int[] widths = {3, 8, 16, 24};
    for (int i = 1; i < widths.length; i++) {
      String stride = i == 1 ? "strides=1,1" : "strides=2,2";
      here = graph.conv("conv" + i, here, widths[i - 1], widths[i], 3, stride, "pads=1,1,1,1");
      here = graph.batchNorm("bn" + i, here, widths[i]);
      here = graph.node("Relu", "relu" + i, here);
    }
    return classifier(graph, here, 24, 10);
  }

  /**
   * ResNet-18 (He et al., CVPR 2016) as PyTorch writes it, over 224 × 224 pixels, batch free, 1000
   * classes; 45 MB. The last layer is layer4.1.relu2 of 512 × 7 × 7.
   */
  public static GraphBuilder resnet18(long seed) {
    return resnet18(seed, 64, 1000);
  }

  /** The same geometry with other widths: {@code width} channels in the first block. */
  public static GraphBuilder resnet18(long seed, int width, int classes) {
    GraphBuilder graph = GraphBuilder.seeded(seed);
    String here = graph.image(-1, 3, 224, 224);
    here = graph.conv("conv1", here, 3, width, 7, "strides=2,2", "pads=3,3,3,3");
    here = graph.batchNorm("bn1", here, width);
    here = graph.node("Relu", "relu", here);
    here =
        graph.node("MaxPool", "maxpool", here, "kernel_shape=3,3", "strides=2,2", "pads=1,1,1,1");
    int from = width;
    for (int stage = 1; stage <= 4; stage++) {
      int to = width << (stage - 1);
      for (int block = 0; block < 2; block++) {
        String name = "layer" + stage + "." + block + ".";
        int stride = stage > 1 && block == 0 ? 2 : 1;
        String strides = "strides=" + stride + "," + stride;
        String way = graph.conv(name + "conv1", here, from, to, 3, strides, "pads=1,1,1,1");
        way = graph.batchNorm(name + "bn1", way, to);
        way = graph.node("Relu", name + "relu1", way);
        way = graph.conv(name + "conv2", way, to, to, 3, "strides=1,1", "pads=1,1,1,1");
        way = graph.batchNorm(name + "bn2", way, to);
        String shortcut = here;
        if (stride != 1) {
          shortcut = graph.conv(name + "downsample.0", here, from, to, 1, strides);
          shortcut = graph.batchNorm(name + "downsample.1", shortcut, to);
        }
        String sum = graph.node("Add", name + "add", way + " " + shortcut);
        here = graph.node("Relu", name + "relu2", sum);
        from = to;
      }
    }
    return classifier(graph, here, from, classes);
  }

  private static GraphBuilder classifier(GraphBuilder graph, String here, int from, int classes) {
    String pooled = graph.node("GlobalAveragePool", "avgpool", here);
    String flat = graph.node("Flatten", "flatten", pooled, "axis=1");
    String weight = graph.weights("fc.weight", 0.05, classes, from);
    String bias = graph.weights("fc.bias", 0.05, classes);
    return graph.output(graph.node("Gemm", "fc", String.join(" ", flat, weight, bias), "transB=1"));
  }
}
