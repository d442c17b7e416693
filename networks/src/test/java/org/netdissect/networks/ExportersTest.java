package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Graphs in the naming and with the operators of exporters of today, made by hand: which layers are
 * found, under which names they can be asked for, and which is taken unasked.
 */
class ExportersTest {
  @TempDir Path folder;

  private Network open(GraphBuilder graph) throws IOException {
    return Network.open(graph.write(folder.resolve("net.onnx")));
  }

  private static Map<String, Layer> layers(Network network) {
    return network.layers().stream().collect(Collectors.toMap(Layer::name, Function.identity()));
  }

  private static void assertField(Network network, String name, ReceptiveField field, int cells)
      throws IOException {
    Layer layer = network.resolve("tensor:" + name).get(0);
    assertEquals(field, layer.field(), name);
    assertEquals(cells, layer.height(), name);
    assertEquals(cells, layer.width(), name);
  }

  private static String named(Network network, String spec) throws IOException {
    return network.resolve(spec).stream().map(Layer::name).collect(Collectors.joining(" "));
  }

  /** torch.onnx.export(dynamo=True): nodes node_OP, tensors after the functions of PyTorch. */
  @Test
  void dynamoConvolutions() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1).opset(18).irVersion(10);
    graph.input("x", 2, 3, 32, 32);
    graph.weights("conv1.weight", 0.2, 8, 3, 3, 3);
    graph.weights("conv1.bias", 0.1, 8);
    graph.weights("layer1.0.conv1.weight", 0.2, 8, 8, 3, 3);
    graph.weights("layer1.0.conv1.bias", 0.1, 8);
    graph.weights("fc.weight", 0.2, 5, 8);
    graph.weights("fc.bias", 0.2, 5);
    graph.named(
        "Conv",
        "node_conv2d",
        "conv2d",
        "x conv1.weight conv1.bias",
        "auto_pad=NOTSET",
        "strides=2,2",
        "pads=1,1,1,1",
        "group=1",
        "dilations=1,1");
    graph.named("Relu", "node_relu", "relu", "conv2d");
    graph.named(
        "MaxPool",
        "node_max_pool2d",
        "max_pool2d",
        "relu",
        "kernel_shape=3,3",
        "strides=2,2",
        "pads=1,1,1,1",
        "storage_order=0",
        "auto_pad=NOTSET",
        "ceil_mode=0");
    graph.named(
        "Conv",
        "node_conv2d_1",
        "conv2d_1",
        "max_pool2d layer1.0.conv1.weight layer1.0.conv1.bias",
        "pads=1,1,1,1");
    graph.named("Add", "node_add", "add_6", "conv2d_1 max_pool2d");
    graph.named("Relu", "node_relu_1", "relu_1", "add_6");
    graph.longs("val_8", -1, -2);
    graph.named(
        "ReduceMean", "node_mean", "mean", "relu_1 val_8", "keepdims=1", "noop_with_empty_axes=0");
    graph.longs("val_9", 2, 8);
    graph.named("Reshape", "node_view", "view", "mean val_9", "allowzero=1");
    graph.output(
        graph.named("Gemm", "node_linear", "linear", "view fc.weight fc.bias", "transB=1"));
    try (Network network = open(graph)) {
      assertEquals("relu_1", network.defaultLayer().name());
      assertEquals("relu", named(network, "node_conv2d"));
      assertEquals("relu", named(network, "conv2d"));
      assertEquals("relu_1", named(network, "node_relu_1"));
      assertField(network, "relu", ReceptiveField.square(-1, 3, 2), 16);
      assertField(network, "max_pool2d", ReceptiveField.square(-3, 7, 4), 8);
      assertField(network, "add_6", ReceptiveField.square(-7, 15, 4), 8);
    }
  }

  /** The same exporter's attention: one operator for it, LayerNormalization, Gelu. */
  @Test
  void dynamoTokens() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1).opset(20).irVersion(10);
    graph.input("pixel_values", 1, 3, 32, 32);
    graph.weights("patch_embed.proj.weight", 0.2, 8, 3, 8, 8);
    graph.named(
        "Conv", "node_conv2d", "conv2d", "pixel_values patch_embed.proj.weight", "strides=8,8");
    graph.longs("val_3", 1, 8, 16);
    graph.named("Reshape", "node_view", "view", "conv2d val_3", "allowzero=1");
    graph.named("Transpose", "node_transpose", "transpose", "view", "perm=0,2,1");
    graph.weights("cls_token", 0.2, 1, 1, 8);
    graph.named("Concat", "node_cat", "cat", "cls_token transpose", "axis=1");
    graph.weights("pos_embed", 0.2, 1, 17, 8);
    graph.named("Add", "node_add", "add", "cat pos_embed");
    String scale = graph.weights("norm.weight", 0.2, 8);
    graph.named(
        "LayerNormalization",
        "node_layer_norm",
        "layer_norm",
        "add " + scale,
        "axis=-1",
        "epsilon=1e-6");
    graph.weights("val_9", 0.2, 8, 24);
    graph.named("MatMul", "node_linear", "linear", "layer_norm val_9");
    graph.weights("val_10", 0.2, 24, 8);
    graph.named("Gelu", "node_gelu", "gelu", "linear");
    graph.named("MatMul", "node_linear_1", "linear_1", "gelu val_10");
    graph.named("Add", "node_add_1", "add_1", "add linear_1");
    graph.named(
        "LayerNormalization", "node_layer_norm_1", "layer_norm_1", "add_1 " + scale, "axis=-1");
    graph.longs("val_11", 0);
    graph.named("Gather", "node_select", "select", "layer_norm_1 val_11", "axis=1");
    graph.output("select");
    try (Network network = open(graph)) {
      Map<String, Layer> layers = layers(network);
      for (String name : List.of("conv2d", "add", "gelu", "add_1", "layer_norm_1")) {
        assertTrue(layers.containsKey(name), name + " in " + layers.keySet());
        assertField(network, name, ReceptiveField.square(0, 8, 8), 4);
      }
      assertEquals(24, layers.get("gelu").channels());
    }
  }

  /** ultralytics: SiLU, C2f, SPPF, upsampling and heads that are joined as boxes. */
  @Test
  void ultralytics() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1).opset(19).irVersion(9);
    graph.input("images", 1, 3, 64, 64);
    String stem = silu(graph, "/model.0", "images", 3, 8, 3, "strides=2,2", "pads=1,1,1,1");
    String down = silu(graph, "/model.1", stem, 8, 16, 3, "strides=2,2", "pads=1,1,1,1");
    String cv1 = silu(graph, "/model.2/cv1", down, 16, 16, 1);
    graph.longs("/model.2/sizes", 8, 8);
    graph.node(
        NodeProto.newBuilder()
            .setOpType("Split")
            .setName("/model.2/Split")
            .addInput(cv1)
            .addInput("/model.2/sizes")
            .addOutput("/model.2/Split_output_0")
            .addOutput("/model.2/Split_output_1")
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("axis")
                    .setType(AttributeProto.AttributeType.INT)
                    .setI(1))
            .build());
    String inner =
        silu(graph, "/model.2/m.0/cv1", "/model.2/Split_output_1", 8, 8, 3, "pads=1,1,1,1");
    graph.node("Add", "/model.2/m.0/Add_output_0", "/model.2/Split_output_1 " + inner);
    graph.node(
        "Concat", "/model.2/Concat_output_0",
        "/model.2/Split_output_0 /model.2/Split_output_1 /model.2/m.0/Add_output_0", "axis=1");
    String c2f = silu(graph, "/model.2/cv2", "/model.2/Concat_output_0", 24, 16, 1);
    String deep = silu(graph, "/model.3", c2f, 16, 16, 3, "strides=2,2", "pads=1,1,1,1");
    graph.node(
        "MaxPool",
        "/model.9/m/MaxPool_output_0",
        deep,
        "kernel_shape=5,5",
        "pads=2,2,2,2",
        "strides=1,1");
    graph.node(
        "Concat", "/model.9/Concat_output_0", deep + " /model.9/m/MaxPool_output_0", "axis=1");
    graph.floats("/model.10/scales", i -> i < 2 ? 1 : 2, 4);
    graph.node(
        "Resize",
        "/model.10/Resize_output_0",
        "/model.9/Concat_output_0 - /model.10/scales",
        "coordinate_transformation_mode=asymmetric",
        "mode=nearest",
        "nearest_mode=floor");
    graph.node("Concat", "/model.11/Concat_output_0", "/model.10/Resize_output_0 " + c2f, "axis=1");
    String neck = silu(graph, "/model.12", "/model.11/Concat_output_0", 48, 16, 1);
    String box = graph.conv("/model.22/cv2.0/cv2.0.2/Conv_output_0", neck, 16, 4, 1);
    String score = graph.conv("/model.22/cv3.0/cv3.0.2/Conv_output_0", neck, 16, 3, 1);
    graph.node("Concat", "/model.22/Concat_output_0", box + " " + score, "axis=1");
    graph.longs("/model.22/shape", 1, 7, -1);
    graph.node(
        "Reshape", "/model.22/Reshape_output_0", "/model.22/Concat_output_0 /model.22/shape");
    graph.output(graph.node("Sigmoid", "output0", "/model.22/Reshape_output_0"));
    try (Network network = open(graph)) {
      Map<String, Layer> layers = layers(network);
      assertEquals(neck, network.defaultLayer().name());
      assertEquals(c2f, named(network, "/model.2/cv2/conv/Conv_output_0"));
      assertField(network, c2f, ReceptiveField.square(-7, 15, 4), 16);
      assertField(network, deep, ReceptiveField.square(-11, 23, 8), 8);
      assertTrue(layers.containsKey("/model.11/Concat_output_0"));
      assertEquals(48, layers.get("/model.11/Concat_output_0").channels());
      assertEquals(16, layers.get(neck).height());
    }
  }

  /** A convolution and SiLU, as Sigmoid and Mul. */
  private static String silu(
      GraphBuilder graph, String name, String from, int in, int out, int kernel, String... words) {
    String conv = graph.conv(name + "/conv/Conv_output_0", from, in, out, kernel, words);
    String gate = graph.node("Sigmoid", name + "/act/Sigmoid_output_0", conv);
    return graph.node("Mul", name + "/act/Mul_output_0", conv + " " + gate);
  }

  /** tf2onnx: pictures with channels last, transposed behind the input and before the output. */
  @Test
  void tensorFlow() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1).opset(15);
    String model = "StatefulPartitionedCall/model/";
    graph.input("input_1", -1, 32, 32, 3);
    graph.named(
        "Transpose",
        model + "conv1/Conv2D__6",
        model + "conv1/Conv2D__6:0",
        "input_1",
        "perm=0,3,1,2");
    graph.weights("conv1/kernel", 0.2, 8, 3, 3, 3);
    graph.weights("conv1/bias", 0.2, 8);
    graph.named(
        "Conv",
        model + "conv1/BiasAdd",
        model + "conv1/BiasAdd:0",
        model + "conv1/Conv2D__6:0 conv1/kernel conv1/bias",
        "strides=2,2",
        "pads=0,0,1,1");
    graph.named(
        "Relu", model + "conv1_relu/Relu", model + "conv1_relu/Relu:0", model + "conv1/BiasAdd:0");
    graph.weights("conv2/kernel", 0.2, 12, 8, 3, 3);
    graph.named(
        "Conv",
        model + "conv2/BiasAdd",
        model + "conv2/BiasAdd:0",
        model + "conv1_relu/Relu:0 conv2/kernel",
        "pads=1,1,1,1");
    graph.named(
        "Relu", model + "out_relu/Relu", model + "out_relu/Relu:0", model + "conv2/BiasAdd:0");
    graph.named(
        "ReduceMean",
        model + "gap/Mean",
        model + "gap/Mean:0",
        model + "out_relu/Relu:0",
        "axes=2,3",
        "keepdims=0");
    graph.weights("dense/kernel", 0.2, 12, 5);
    graph.named(
        "MatMul",
        model + "predictions/MatMul",
        model + "predictions/MatMul:0",
        model + "gap/Mean:0 dense/kernel");
    graph.output(
        graph.named(
            "Softmax",
            model + "predictions/Softmax",
            "predictions",
            model + "predictions/MatMul:0"));
    try (Network network = open(graph)) {
      assertEquals(32, network.inputHeight());
      assertEquals(model + "out_relu/Relu:0", network.defaultLayer().name());
      assertEquals(model + "conv1_relu/Relu:0", named(network, model + "conv1/BiasAdd"));
      assertField(network, model + "conv1_relu/Relu:0", ReceptiveField.square(0, 3, 2), 16);
      assertField(network, model + "out_relu/Relu:0", ReceptiveField.square(-2, 7, 2), 16);
    }
  }

  /** Keras through tf2onnx keeps channels last within: each block is transposed there and back. */
  @Test
  void tensorFlowWithChannelsLastWithin() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1).opset(13);
    graph.input("x:0", 1, 32, 32, 3);
    String at = "x:0";
    int width = 3;
    for (int i = 1; i <= 2; i++) {
      graph.node("Transpose", "conv" + i + "__1:0", at, "perm=0,3,1,2");
      graph.conv("conv" + i + "/Conv2D:0", "conv" + i + "__1:0", width, 8, 3, "pads=1,1,1,1");
      at = graph.node("Transpose", "conv" + i + "__2:0", "conv" + i + "/Conv2D:0", "perm=0,2,3,1");
      at = graph.node("Add", "bias" + i + ":0", at + " " + graph.weights("b" + i, 0.1, 8));
      at = graph.node("Relu", "relu" + i + ":0", at);
      width = 8;
    }
    graph.output(at);
    try (Network network = open(graph)) {
      assertEquals("relu2:0", network.defaultLayer().name());
      Layer layer = network.resolve("tensor:relu2:0").get(0);
      assertEquals(List.of(8, 32, 32), List.of(layer.channels(), layer.height(), layer.width()));
      assertField(network, "relu2:0", ReceptiveField.square(-2, 5, 1), 32);
    }
  }

  /** paddle2onnx: numbered temporaries, and batch norm left as an operator of its own. */
  @Test
  void paddle() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1).opset(11).irVersion(7);
    graph.input("x", -1, 3, 48, 48);
    graph.weights("conv2d_0.w_0", 0.2, 8, 3, 3, 3);
    graph.named(
        "Conv",
        "p2o.Conv.0",
        "conv2d_0.tmp_0",
        "x conv2d_0.w_0",
        "strides=2,2",
        "pads=1,1,1,1",
        "kernel_shape=3,3",
        "group=1",
        "dilations=1,1");
    graph.batchNorm("batch_norm_0.tmp_3", "conv2d_0.tmp_0", 8);
    graph.named("Relu", "p2o.Relu.0", "relu_0.tmp_0", "batch_norm_0.tmp_3");
    graph.weights("conv2d_1.w_0", 0.2, 8, 1, 3, 3);
    graph.named(
        "Conv",
        "p2o.Conv.1",
        "depthwise_conv2d_0.tmp_0",
        "relu_0.tmp_0 conv2d_1.w_0",
        "pads=1,1,1,1",
        "group=8");
    graph.scalar("p2o.alpha", 3.0);
    graph.named("HardSwish", "p2o.HardSwish.0", "hardswish_0.tmp_0", "depthwise_conv2d_0.tmp_0");
    graph.named("GlobalAveragePool", "p2o.Pool.0", "pool2d_0.tmp_0", "hardswish_0.tmp_0");
    graph.named("Flatten", "p2o.Flatten.0", "flatten_0.tmp_0", "pool2d_0.tmp_0");
    graph.weights("linear_0.w_0", 0.2, 8, 5);
    graph.named("MatMul", "p2o.MatMul.0", "linear_0.tmp_0", "flatten_0.tmp_0 linear_0.w_0");
    graph.output(graph.named("Softmax", "p2o.Softmax.0", "softmax_0.tmp_0", "linear_0.tmp_0"));
    graph.opset(14);
    try (Network network = open(graph)) {
      assertEquals("hardswish_0.tmp_0", network.defaultLayer().name());
      assertEquals("relu_0.tmp_0", named(network, "p2o.Conv.0"));
      assertField(network, "hardswish_0.tmp_0", ReceptiveField.square(-3, 7, 2), 24);
    }
  }
}
