package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;

/** The one place that opens sessions of ONNX Runtime, all in the same way. */
final class Sessions {
  private static final String EXTERNAL_FOLDER =
      "session.model_external_initializers_file_folder_path";

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
        options.addConfigEntry(EXTERNAL_FOLDER, ExternalWeights.folder(graph.file()).toString());
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
    }
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
