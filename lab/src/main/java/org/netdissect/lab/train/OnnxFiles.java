package org.netdissect.lab.train;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.netdissect.base.NetdissectException;

/** Writes networks as ONNX (opset 13) and reads the weights of such files back. */
public final class OnnxFiles {
  private static final long LARGEST = 1L << 30;

  private OnnxFiles() {}

  /**
   * The network as the bytes of an ONNX file: input {@code image} (N × 3 × size × size), output
   * {@code logits} (N × classes). Batch normalisation stays a node of its own; dropout is left out.
   *
   * @param notes go into the file's metadata: how it was trained, names of the classes
   */
  public static byte[] write(NetworkSpec spec, Weights weights, Map<String, String> notes) {
    OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder().setName("network");
    graph.addInput(value("image", "N", 3, spec.size(), spec.size()));
    String from = "image";
    List<NetworkSpec.Step> layers = spec.layers();
    for (int i = 0; i < layers.size(); i++) {
      NetworkSpec.Step step = layers.get(i);
      if (step instanceof NetworkSpec.Dropout) {
        continue;
      }
      String to = i == layers.size() - 1 ? "logits" : step.name();
      OnnxMl.NodeProto.Builder node =
          OnnxMl.NodeProto.newBuilder().setName(step.name()).addInput(from);
      if (step instanceof NetworkSpec.Conv conv) {
        node.setOpType("Conv")
            .addInput(conv.name() + ".weight")
            .addInput(conv.name() + ".bias")
            .addAttribute(ints("kernel_shape", conv.kernel(), conv.kernel()))
            .addAttribute(ints("strides", conv.stride(), conv.stride()))
            .addAttribute(ints("pads", conv.pad(), conv.pad(), conv.pad(), conv.pad()));
      } else if (step instanceof NetworkSpec.Norm norm) {
        node.setOpType("BatchNormalization");
        for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
          node.addInput(norm.name() + "." + part);
        }
        node.addAttribute(
            OnnxMl.AttributeProto.newBuilder()
                .setName("epsilon")
                .setType(OnnxMl.AttributeProto.AttributeType.FLOAT)
                .setF(1e-5f));
      } else if (step instanceof NetworkSpec.Relu) {
        node.setOpType("Relu");
      } else if (step instanceof NetworkSpec.MaxPool pool) {
        node.setOpType("MaxPool")
            .addAttribute(ints("kernel_shape", pool.kernel(), pool.kernel()))
            .addAttribute(ints("strides", pool.stride(), pool.stride()))
            .addAttribute(ints("pads", pool.pad(), pool.pad(), pool.pad(), pool.pad()));
      } else if (step instanceof NetworkSpec.GlobalMean mean) {
        graph.addNode(
            OnnxMl.NodeProto.newBuilder()
                .setName(mean.name())
                .setOpType("GlobalAveragePool")
                .addInput(from)
                .addOutput(mean.name()));
        from = mean.name();
        to = mean.name() + ".flat";
        node.clear().setName(to).setOpType("Flatten").addInput(from);
      } else if (step instanceof NetworkSpec.Linear linear) {
        node.setOpType("Gemm")
            .addInput(linear.name() + ".weight")
            .addInput(linear.name() + ".bias")
            .addAttribute(
                OnnxMl.AttributeProto.newBuilder()
                    .setName("transB")
                    .setType(OnnxMl.AttributeProto.AttributeType.INT)
                    .setI(1));
      }
      graph.addNode(node.addOutput(to));
      from = to;
    }
    graph.addOutput(value("logits", "N", spec.classes()));
    weights.all().forEach((name, tensor) -> graph.addInitializer(tensor(name, tensor)));
    OnnxMl.ModelProto.Builder model =
        OnnxMl.ModelProto.newBuilder()
            .setIrVersion(8)
            .setProducerName("netdissect")
            .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(13))
            .setGraph(graph);
    notes.forEach(
        (key, text) ->
            model.addMetadataProps(
                OnnxMl.StringStringEntryProto.newBuilder().setKey(key).setValue(text)));
    return model.build().toByteArray();
  }

  private static OnnxMl.ValueInfoProto value(String name, String batch, long... sizes) {
    OnnxMl.TensorShapeProto.Builder shape =
        OnnxMl.TensorShapeProto.newBuilder()
            .addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimParam(batch));
    for (long n : sizes) {
      shape.addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimValue(n));
    }
    return OnnxMl.ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            OnnxMl.TypeProto.newBuilder()
                .setTensorType(
                    OnnxMl.TypeProto.Tensor.newBuilder()
                        .setElemType(OnnxMl.TensorProto.DataType.FLOAT_VALUE)
                        .setShape(shape)))
        .build();
  }

  private static OnnxMl.AttributeProto ints(String name, long... values) {
    OnnxMl.AttributeProto.Builder attribute =
        OnnxMl.AttributeProto.newBuilder()
            .setName(name)
            .setType(OnnxMl.AttributeProto.AttributeType.INTS);
    for (long v : values) {
      attribute.addInts(v);
    }
    return attribute.build();
  }

  private static OnnxMl.TensorProto tensor(String name, Weights.Tensor tensor) {
    ByteBuffer raw = ByteBuffer.allocate(4 * tensor.values().length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(tensor.values());
    OnnxMl.TensorProto.Builder proto =
        OnnxMl.TensorProto.newBuilder()
            .setName(name)
            .setDataType(OnnxMl.TensorProto.DataType.FLOAT_VALUE)
            .setRawData(ByteString.copyFrom(raw));
    for (long n : tensor.shape()) {
      proto.addDims(n);
    }
    return proto.build();
  }

  /**
   * Reads the weights of a checkpoint this class wrote.
   *
   * @throws IOException when the file is no ONNX file or holds weights of another kind
   */
  public static Weights readWeights(Path file) throws IOException {
    if (Files.size(file) > LARGEST) {
      throw new NetdissectException(file + ": too large for a checkpoint");
    }
    return readWeights(Files.readAllBytes(file), file.toString());
  }

  /** As {@link #readWeights(Path)}, from bytes; the name is for messages. */
  public static Weights readWeights(byte[] model, String name) throws IOException {
    OnnxMl.ModelProto proto;
    try {
      proto = OnnxMl.ModelProto.parseFrom(model);
    } catch (InvalidProtocolBufferException e) {
      throw new NetdissectException(name + ": not an ONNX file", e);
    }
    Map<String, Weights.Tensor> tensors = new LinkedHashMap<>();
    for (OnnxMl.TensorProto tensor : proto.getGraph().getInitializerList()) {
      long size = 1;
      long[] shape = new long[tensor.getDimsCount()];
      for (int i = 0; i < shape.length; i++) {
        shape[i] = tensor.getDims(i);
        size = shape[i] < 0 || size > LARGEST ? -1 : size * shape[i];
      }
      if (tensor.getDataType() != OnnxMl.TensorProto.DataType.FLOAT_VALUE
          || size < 0
          || tensor.getRawData().size() != 4 * size) {
        throw new NetdissectException(
            name + ": weights " + tensor.getName() + " are not as the trainer writes them");
      }
      float[] values = new float[(int) size];
      tensor
          .getRawData()
          .asReadOnlyByteBuffer()
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(values);
      tensors.put(tensor.getName(), new Weights.Tensor(shape, values));
    }
    if (tensors.isEmpty()) {
      throw new NetdissectException(name + ": holds no weights");
    }
    return new Weights(tensors);
  }

  /** The notes of a file, in its order. */
  public static Map<String, String> readNotes(byte[] model) throws IOException {
    Map<String, String> notes = new LinkedHashMap<>();
    for (OnnxMl.StringStringEntryProto note :
        OnnxMl.ModelProto.parseFrom(model).getMetadataPropsList()) {
      notes.put(note.getKey(), note.getValue());
    }
    return notes;
  }
}
