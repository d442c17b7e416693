package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The one place that opens sessions of ONNX Runtime, all in the same way. */
final class Sessions {
  private static final String EXTERNAL_FOLDER =
      "session.model_external_initializers_file_folder_path";

  /** A place in the runtime's code, as its messages begin. */
  private static final Pattern PLACE =
      Pattern.compile(".*?\\[ONNXRuntimeError\\] : \\d+ : \\w+ : ");

  private Sessions() {}

  /** A session that only tells shapes and types: the graph as it stands. */
  static OrtSession plain(OnnxGraph graph, ModelProto cut) throws OrtException, ModelException {
    return open(graph, cut, OptLevel.NO_OPT, Device.CPU);
  }

  /**
   * A session that computes, with one thread inside an operation: callers run it from as many
   * threads as they like.
   *
   * @throws ModelException if ONNX Runtime refuses the graph
   */
  static OrtSession computing(OnnxGraph graph, ModelProto cut, Device device)
      throws ModelException {
    try {
      return open(graph, cut, OptLevel.ALL_OPT, device);
    } catch (OrtException e) {
      try {
        // What the runtime puts in place of old operators it does not always have in that version.
        return open(graph, cut, OptLevel.NO_OPT, device);
      } catch (OrtException again) {
        throw refused(graph, e);
      }
    }
  }

  /** A session that computes a graph of our own. */
  static OrtSession computing(ModelProto own) throws ModelException {
    try (OrtSession.SessionOptions options = options(OptLevel.ALL_OPT, Device.CPU)) {
      return Natives.environment().createSession(own.toByteArray(), options);
    } catch (OrtException e) {
      throw new ModelException("ONNX Runtime cannot load it: " + Natives.firstLine(e), e);
    }
  }

  static ModelException refused(OnnxGraph graph, OrtException e) {
    return new ModelException(
        "%s: ONNX Runtime cannot load it: %s".formatted(graph.file(), Natives.firstLine(e)), e);
  }

  private static OrtSession open(OnnxGraph graph, ModelProto cut, OptLevel level, Device device)
      throws OrtException, ModelException {
    OrtEnvironment environment = Natives.environment();
    // The options are closed whatever happens: a session keeps none of them.
    try (OrtSession.SessionOptions options = options(level, device)) {
      if (!graph.externalFiles().isEmpty()) {
        options.addConfigEntry(EXTERNAL_FOLDER, ExternalWeights.localFolder(graph).toString());
      }
      return environment.createSession(GraphEdit.serialised(graph.file(), cut), options);
    }
  }

  /** What all sessions have in common. */
  private static OrtSession.SessionOptions options(OptLevel level, Device device)
      throws OrtException, ModelException {
    // Options need the runtime's library, which this loads.
    Natives.environment();
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    try {
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.setOptimizationLevel(level);
      use(device, options);
      return options;
    } catch (OrtException | RuntimeException e) {
      options.close();
      throw e;
    }
  }

  private static void use(Device device, OrtSession.SessionOptions options) throws OrtException {
    switch (device.kind()) {
      case CPU -> options.addCPU(true);
      case CUDA -> {
        try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(device.number())) {
          // Products as exact as the processor's, and no search whose outcome varies.
          cuda.add("use_tf32", "0");
          cuda.add("cudnn_conv_algo_search", "HEURISTIC");
          options.addCUDA(cuda);
        }
      }
    }
  }

  /**
   * Has a device compute a small graph.
   *
   * @throws ModelException in one line if it cannot be used
   */
  static void tryOut(Device device) throws ModelException {
    Natives.environment();
    if (!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
      throw new ModelException(
          "%s cannot be used: this copy of netdissect computes on processors only; build it with the profile 'cuda' (docs/networks.md)."
              .formatted(device));
    }
    float[] two = {2};
    try (OrtSession.SessionOptions options = options(OptLevel.NO_OPT, device);
        OrtSession session =
            Natives.environment().createSession(doubling().toByteArray(), options);
        OnnxTensor input =
            OnnxTensor.createTensor(Natives.environment(), FloatBuffer.wrap(two), new long[] {1});
        OrtSession.Result result = session.run(Map.of("x", input))) {
      float four = ((OnnxTensor) result.get(0)).getFloatBuffer().get(0);
      if (four != 4) {
        throw new ModelException(device + " cannot be used: it finds that 2 + 2 is " + four + ".");
      }
    } catch (OrtException | LinkageError e) {
      throw new ModelException(device + " cannot be used: " + reason(e), e);
    }
  }

  /** What the runtime says of a device, without where in its code it says it. */
  private static String reason(Throwable e) {
    String line = Natives.firstLine(e);
    Matcher place = PLACE.matcher(line);
    if (place.lookingAt()) {
      line = line.substring(place.end());
    }
    int missing = line.indexOf(" with error: ");
    return line.startsWith("Failed to load library") && missing > 0
        ? line.substring(missing + " with error: ".length()).strip()
            + " (CUDA and cuDNN must be installed, see docs/networks.md)."
        : line;
  }

  /** y = x + x. */
  private static ModelProto doubling() {
    TypeProto.Tensor.Builder type =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT_VALUE)
            .setShape(
                TensorShapeProto.newBuilder()
                    .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(1)));
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("doubling")
            .addInput(
                ValueInfoProto.newBuilder()
                    .setName("x")
                    .setType(TypeProto.newBuilder().setTensorType(type)))
            .addNode(
                NodeProto.newBuilder().setOpType("Add").addInput("x").addInput("x").addOutput("y"))
            .addOutput(
                ValueInfoProto.newBuilder()
                    .setName("y")
                    .setType(TypeProto.newBuilder().setTensorType(type)));
    return ModelProto.newBuilder()
        .setIrVersion(7)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
        .setGraph(graph)
        .build();
  }

  /** Closes a session that was opened here. */
  static void close(OrtSession session) {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot close a session.", e);
    }
  }
}
