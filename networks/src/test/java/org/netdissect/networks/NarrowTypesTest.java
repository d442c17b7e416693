package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files whose numbers are of few bits: bfloat16, and quantised ones of other widths than eight. */
class NarrowTypesTest {
  private static final int SIDE = 12;

  @TempDir Path folder;

  private static TensorProto tensor(String name, int type, byte[] raw, long... dims) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type);
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    return tensor.setRawData(ByteString.copyFrom(raw)).build();
  }

  private Network open(ModelProto model) throws IOException {
    Path file = folder.resolve("net.onnx");
    Files.write(file, model.toByteArray());
    return Network.open(file);
  }

  private static float[] maps(Network network, String name) throws IOException {
    Layer layer = network.resolve("tensor:" + name).get(0);
    byte[] photograph = new byte[3 * SIDE * SIDE];
    new Random(4).nextBytes(photograph);
    try (TappedNetwork tapped = network.tap(java.util.List.of(layer), Preprocessing.UNIT);
        Runner runner = tapped.newRunner(1)) {
      runner.photograph(0, photograph);
      FloatBuffer buffer = runner.run(1)[0];
      float[] maps = new float[layer.values()];
      buffer.get(0, maps);
      return maps;
    }
  }

  /** Values are whole steps of the scale, cut off at the ends of the type. */
  @ParameterizedTest
  @CsvSource({
    "INT16, -32768, 32767, ''",
    "UINT16, 0, 65535, ''",
    "INT4, -8, 7, ''",
    "UINT4, 0, 15, ''",
    "INT16, -32768, 32767, com.microsoft",
    "UINT16, 0, 65535, com.microsoft",
    "INT8, -128, 127, com.microsoft"
  })
  void pairsOfQuantiseAndDequantise(DataType type, int least, int most, String domain)
      throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(3).opset(domain.isEmpty() ? 21 : 17);
    graph.image(-1, 3, SIDE, SIDE);
    graph.conv("conv", "image", 3, 4, 3);
    graph.scalar("scale", 0.125);
    for (String op : new String[] {"QuantizeLinear", "DequantizeLinear"}) {
      boolean isFirst = op.equals("QuantizeLinear");
      graph.node(
          NodeProto.newBuilder()
              .setOpType(op)
              .setDomain(domain)
              .setName(op)
              .addInput(isFirst ? "conv" : "q")
              .addInput("scale")
              .addInput("zero")
              .addOutput(isFirst ? "q" : "dq")
              .build());
    }
    graph.output(graph.node("Relu", "last", "dq"));
    ModelProto.Builder model = graph.build().toBuilder();
    boolean isWide = type == DataType.INT16 || type == DataType.UINT16;
    model
        .getGraphBuilder()
        .addInitializer(tensor("zero", type.getNumber(), new byte[isWide ? 2 : 1]));
    if (!domain.isEmpty()) {
      model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(1));
    }
    try (Network network = open(model.build())) {
      float[] plain = maps(network, "conv");
      float[] quantised = maps(network, "dq");
      for (int i = 0; i < plain.length; i++) {
        double steps = Math.max(least, Math.min(most, Math.rint(plain[i] / 0.125)));
        assertEquals(steps * 0.125, quantised[i], 1e-6);
      }
      assertTrue(network.isQuantised(network.resolve("tensor:dq").get(0)));
    }
  }

  /** Whole numbers of 4 bits, two in a byte, the first in the lower half. */
  private static byte[] nibbles(int[] values) {
    byte[] packed = new byte[(values.length + 1) / 2];
    for (int i = 0; i < values.length; i++) {
      packed[i / 2] |= (byte) ((values[i] & 0xf) << (i % 2 * 4));
    }
    return packed;
  }

  /**
   * Weights in blocks of 4 bits as ONNX Runtime's own quantiser makes them (symmetric: the value of
   * the largest magnitude becomes −8), in its operator, beside a product with what they stand for.
   */
  @ParameterizedTest
  @CsvSource({"32, false", "32, true", "16, true"})
  void productsOfBlocksOfFourBits(int block, boolean hasZeros) throws IOException {
    int in = 64;
    int out = 10;
    Random random = new Random(7);
    int blocks = in / block;
    int[] codes = new int[out * in];
    float[] scales = new float[out * blocks];
    int[] zeros = new int[out * blocks];
    float[] meant = new float[in * out];
    for (int n = 0; n < out; n++) {
      for (int b = 0; b < blocks; b++) {
        double[] values = random.doubles(block, -1, 1).toArray();
        double extreme = 0;
        for (double value : values) {
          extreme = Math.abs(value) > Math.abs(extreme) ? value : extreme;
        }
        int zero = hasZeros ? random.nextInt(16) : 8;
        float scale = (float) (extreme / -8);
        zeros[n * blocks + b] = zero;
        scales[n * blocks + b] = scale;
        for (int i = 0; i < block; i++) {
          int code = (int) Math.max(0, Math.min(15, Math.rint(values[i] / scale + zero)));
          codes[n * in + b * block + i] = code;
          meant[(b * block + i) * out + n] = (code - zero) * scale;
        }
      }
    }
    GraphBuilder graph = GraphBuilder.seeded(3);
    graph.image(1, 3, SIDE, SIDE);
    graph.conv("patch", "image", 3, in, 4, "strides=4,4");
    graph.node("Reshape", "flat", "patch " + graph.longs("shape", 1, in, -1));
    graph.node("Transpose", "tokens", "flat", "perm=0,2,1");
    graph.floats("scales", i -> scales[i], scales.length);
    graph.floats("meant", i -> meant[i], in, out);
    NodeProto.Builder packed =
        NodeProto.newBuilder()
            .setOpType("MatMulNBits")
            .setDomain("com.microsoft")
            .setName("packed")
            .addInput("tokens")
            .addInput("codes")
            .addInput("scales")
            .addOutput("packed");
    int[] words = {in, out, 4, block};
    for (int i = 0; i < words.length; i++) {
      packed.addAttribute(
          AttributeProto.newBuilder()
              .setName(List.of("K", "N", "bits", "block_size").get(i))
              .setType(AttributeProto.AttributeType.INT)
              .setI(words[i]));
    }
    graph.node((hasZeros ? packed.addInput("zeros") : packed).build());
    graph.output(
        graph.node("Relu", "a", "packed"),
        graph.node("Relu", "b", graph.node("MatMul", "plain", "tokens meant")));
    ModelProto.Builder model = graph.build().toBuilder();
    int bytes = DataType.UINT8_VALUE;
    model
        .getGraphBuilder()
        .addInitializer(tensor("codes", bytes, nibbles(codes), out, blocks, block / 2))
        .addInitializer(tensor("zeros", bytes, nibbles(zeros), out, (blocks + 1) / 2));
    try (Network network = open(model.build())) {
      assertEquals(
          new Layer("packed", "MatMulNBits", out, 3, 3, ReceptiveField.square(0, 4, 4)),
          network.resolve("tensor:packed").get(0));
      // The runtime may round the other factor to 8 bits, as its rules for this operator allow.
      assertArrayEquals(maps(network, "plain"), maps(network, "packed"), 0.03f);
    }
  }

  /** Weights of a convolution in blocks of 4 bits, as ONNX itself has them from opset 21 on. */
  @Test
  void convolutionsOfBlocksOfFourBits() throws IOException {
    Random random = new Random(8);
    int[] codes = random.ints(4 * 8 * 9, -8, 8).toArray();
    float[] scales = new float[4 * 2 * 9];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = 0.01f + random.nextFloat() / 50;
    }
    GraphBuilder graph = GraphBuilder.seeded(3).opset(21).irVersion(10);
    graph.image(1, 3, SIDE, SIDE);
    graph.conv("stem", "image", 3, 8, 3);
    graph.floats("scales", i -> scales[i], 4, 2, 3, 3);
    graph.node("DequantizeLinear", "weight", "codes scales", "axis=1", "block_size=4");
    graph.floats(
        "meant", i -> codes[i] * scales[(i / 72 * 2 + i / 9 % 8 / 4) * 9 + i % 9], 4, 8, 3, 3);
    graph.output(
        graph.node("Relu", "a", graph.node("Conv", "packed", "stem weight")),
        graph.node("Relu", "b", graph.node("Conv", "plain", "stem meant")));
    ModelProto.Builder model = graph.build().toBuilder();
    model
        .getGraphBuilder()
        .addInitializer(tensor("codes", DataType.INT4_VALUE, nibbles(codes), 4, 8, 3, 3));
    try (Network network = open(model.build())) {
      assertEquals(ReceptiveField.square(0, 5, 1), network.resolve("tensor:packed").get(0).field());
      assertArrayEquals(maps(network, "plain"), maps(network, "packed"), 1e-5f);
    }
  }

  /** Dynamic quantisation, as optimum and the runtime's quantize_dynamic write it. */
  @Test
  void scalesThatAreFoundForEachPicture() throws IOException {
    int[] codes = new Random(8).ints(4 * 3 * 9, -100, 100).toArray();
    byte[] raw = new byte[codes.length];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (byte) codes[i];
    }
    GraphBuilder graph = GraphBuilder.seeded(3);
    graph.image(1, 3, SIDE, SIDE);
    graph.node(
        NodeProto.newBuilder()
            .setOpType("DynamicQuantizeLinear")
            .setName("image_QuantizeLinear")
            .addInput("image")
            .addOutput("image_quantized")
            .addOutput("image_scale")
            .addOutput("image_zero_point")
            .build());
    graph.named(
        "ConvInteger",
        "conv_quant",
        "conv_output_quantized",
        "image_quantized w_quantized image_zero_point w_zero_point",
        "pads=1,1,1,1");
    graph.named("Cast", "conv_output_quantized_cast", "conv_cast", "conv_output_quantized", "to=1");
    graph.named("Mul", "scales_mul", "scales", "image_scale " + graph.scalar("w_scale", 0.01));
    graph.named("Mul", "conv_scaled", "conv_output", "conv_cast scales");
    graph.node("Relu", "relu", "conv_output");
    graph.floats("meant", i -> codes[i] * 0.01, 4, 3, 3, 3);
    graph.output("relu", graph.node("Conv", "plain", "image meant", "pads=1,1,1,1"));
    ModelProto.Builder model = graph.build().toBuilder();
    model
        .getGraphBuilder()
        .addInitializer(tensor("w_quantized", DataType.INT8_VALUE, raw, 4, 3, 3, 3))
        .addInitializer(tensor("w_zero_point", DataType.INT8_VALUE, new byte[1]));
    try (Network network = open(model.build())) {
      for (String name : List.of("conv_output", "relu")) {
        Layer layer = network.resolve("tensor:" + name).get(0);
        assertEquals(ReceptiveField.square(-1, 3, 1), layer.field());
        assertEquals(4, layer.channels());
      }
      // A step of the picture's 8 bits, times 27 weights of at most 1.
      assertArrayEquals(maps(network, "plain"), maps(network, "conv_output"), 27 / 255f);
    }
  }

  private static byte[] bfloats(float[] values) {
    ByteBuffer raw = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      raw.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
    }
    return raw.array();
  }

  /**
   * Convolution and ReLU with the same weights.
   *
   * @param type of the image and the weights
   * @param casts whether the image and the output are floats nevertheless
   */
  private static ModelProto.Builder net(TensorProto weights, int type, boolean casts) {
    GraphBuilder graph = GraphBuilder.seeded(3).opset(22).irVersion(10);
    graph.image(-1, 3, SIDE, SIDE);
    String image = casts ? graph.node("Cast", "x", "image", "to=" + type) : "image";
    graph.node("Relu", "relu", graph.node("Conv", "conv", image + " w"));
    graph.output(casts ? graph.node("Cast", "out", "relu", "to=1") : "relu");
    ModelProto.Builder model = graph.build().toBuilder();
    GraphProto.Builder inner = model.getGraphBuilder().addInitializer(weights);
    if (!casts) {
      inner.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder().setElemType(type);
    }
    return model;
  }

  @Test
  void bfloatIsComputedInThirtyTwoBits() throws IOException {
    Random random = new Random(5);
    float[] values = new float[4 * 3 * 3 * 3];
    ByteBuffer floats = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < values.length; i++) {
      int bits = Float.floatToRawIntBits((float) random.nextGaussian()) & 0xffff0000;
      values[i] = Float.intBitsToFloat(bits);
      floats.putFloat(values[i]);
    }
    long[] dims = {4, 3, 3, 3};
    float[] expected;
    TensorProto exact = tensor("w", DataType.FLOAT_VALUE, floats.array(), dims);
    try (Network network = open(net(exact, DataType.FLOAT_VALUE, false).build())) {
      expected = maps(network, "relu");
      assertTrue(network.remarks().isEmpty());
    }
    int type = DataType.BFLOAT16_VALUE;
    TensorProto raw = tensor("w", type, bfloats(values), dims);
    TensorProto.Builder typed = raw.toBuilder().clearRawData();
    for (float value : values) {
      typed.addInt32Data(Float.floatToRawIntBits(value) >>> 16);
    }
    Files.write(folder.resolve("weights.bin"), bfloats(values));
    TensorProto.Builder beside =
        raw.toBuilder()
            .clearRawData()
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(
                StringStringEntryProto.newBuilder().setKey("location").setValue("weights.bin"));
    for (TensorProto weights : new TensorProto[] {raw, typed.build(), beside.build()}) {
      for (boolean casts : new boolean[] {false, true}) {
        try (Network network = open(net(weights, type, casts).build())) {
          assertArrayEquals(expected, maps(network, "relu"));
          assertTrue(network.remarks().get(0).contains("bfloat16"), network.remarks().toString());
          boolean isBeside = weights.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
          assertEquals(isBeside ? 1 : 0, network.weightFiles().size());
        }
      }
    }
    Files.write(folder.resolve("weights.bin"), new byte[10]);
    assertThrows(ModelException.class, () -> open(net(beside.build(), type, true).build()));
  }
}
