package org.netdissect.lab.train;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.netdissect.base.NetdissectException;

/** Writes networks as ONNX (opset 13) and reads the weights of such files back. */
public final class OnnxFiles {
  private static final long LARGEST = 1L << 30;

  private OnnxFiles() {}

  /**
   * The network as the bytes of an ONNX file: input {@code image} (N × 3 × size × size), output
   * {@code logits} (N × classes), or {@code features} (N × channels) where it ends in the means of
   * its last maps. Batch normalisation stays a node of its own; dropout is left out.
   *
   * @param notes go into the file's metadata: how it was trained, names of the classes
   */
  public static byte[] write(NetworkSpec spec, Weights weights, Map<String, String> notes) {
    OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder().setName("network");
    graph.addInput(value(NetworkSpec.INPUT, "N", 3, spec.size(), spec.size()));
    // What a step's value is called in the file.
    Map<String, String> values = new HashMap<>(Map.of(NetworkSpec.INPUT, NetworkSpec.INPUT));
    for (NetworkSpec.Node node : spec.nodes()) {
      NetworkSpec.Step step = node.step();
      List<String> from =
          node.from().stream().map(name -> Objects.requireNonNull(values.get(name))).toList();
      if (step instanceof NetworkSpec.Dropout) {
        values.put(step.name(), from.get(0));
        continue;
      }
      String to = step.name().equals(spec.outputs().get(0)) ? output(step) : step.name();
      if (step instanceof NetworkSpec.GlobalMean) {
        graph.addNode(node("GlobalAveragePool", step.name(), from).addOutput(step.name()));
        from = List.of(step.name());
        to = to.equals(step.name()) ? step.name() + ".flat" : to;
      }
      graph.addNode(node(step, to, from).addOutput(to));
      values.put(step.name(), to);
    }
    NetworkSpec.Step last = spec.nodes().get(spec.nodes().size() - 1).step();
    graph.addOutput(
        last instanceof NetworkSpec.Linear linear
            ? value("logits", "N", linear.out())
            : value(output(last), "N", spec.output().channels()));
    weights.of(spec).all().forEach((name, tensor) -> graph.addInitializer(tensor(name, tensor)));
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

  private static String output(NetworkSpec.Step last) {
    return last instanceof NetworkSpec.Linear ? "logits" : "features";
  }

  private static OnnxMl.NodeProto.Builder node(String type, String name, List<String> from) {
    return OnnxMl.NodeProto.newBuilder().setName(name).setOpType(type).addAllInput(from);
  }

  /** A step's node, without its output. */
  private static OnnxMl.NodeProto.Builder node(
      NetworkSpec.Step step, String to, List<String> from) {
    String name = step.name();
    if (step instanceof NetworkSpec.Conv conv) {
      return window(weighted("Conv", name, from), conv.kernel(), conv.stride(), conv.pad());
    } else if (step instanceof NetworkSpec.Mix) {
      return window(weighted("Conv", name, from), 1, 1, 0);
    } else if (step instanceof NetworkSpec.Norm) {
      OnnxMl.NodeProto.Builder node = node("BatchNormalization", name, from);
      for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
        node.addInput(name + "." + part);
      }
      return node.addAttribute(
          OnnxMl.AttributeProto.newBuilder()
              .setName("epsilon")
              .setType(OnnxMl.AttributeProto.AttributeType.FLOAT)
              .setF(1e-5f));
    } else if (step instanceof NetworkSpec.Relu) {
      return node("Relu", name, from);
    } else if (step instanceof NetworkSpec.MaxPool pool) {
      return window(node("MaxPool", name, from), pool.kernel(), pool.stride(), pool.pad());
    } else if (step instanceof NetworkSpec.GlobalMean) {
      return node("Flatten", to, from);
    } else if (step instanceof NetworkSpec.Flatten) {
      return node("Flatten", name, from);
    } else if (step instanceof NetworkSpec.Concat) {
      return node("Concat", name, from).addAttribute(whole("axis", 1));
    } else if (step instanceof NetworkSpec.Add) {
      return node("Add", name, from);
    } else if (step instanceof NetworkSpec.Linear) {
      return weighted("Gemm", name, from).addAttribute(whole("transB", 1));
    }
    throw new IllegalArgumentException("an ONNX file of one image has no place for " + step);
  }

  private static OnnxMl.NodeProto.Builder weighted(String type, String name, List<String> from) {
    return node(type, name, from).addInput(name + ".weight").addInput(name + ".bias");
  }

  private static OnnxMl.NodeProto.Builder window(
      OnnxMl.NodeProto.Builder node, int kernel, int stride, int pad) {
    return node.addAttribute(ints("kernel_shape", kernel, kernel))
        .addAttribute(ints("strides", stride, stride))
        .addAttribute(ints("pads", pad, pad, pad, pad));
  }

  private static OnnxMl.AttributeProto whole(String name, long value) {
    return OnnxMl.AttributeProto.newBuilder()
        .setName(name)
        .setType(OnnxMl.AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
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
