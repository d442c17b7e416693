package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;

/** Opens sessions of ONNX Runtime, all in the same way. */
final class Sessions {
  private static final String EXTERNAL_FOLDER =
      "session.model_external_initializers_file_folder_path";

  private Sessions() {}

  /**
   * A session over an edited graph, with one thread inside an operation: callers run it from as
   * many threads as they like.
   */
  static OrtSession open(OnnxGraph graph, ModelProto cut, boolean optimised)
      throws OrtException, ModelException {
    OrtEnvironment environment = Natives.environment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.setOptimizationLevel(
          optimised
              ? OrtSession.SessionOptions.OptLevel.ALL_OPT
              : OrtSession.SessionOptions.OptLevel.NO_OPT);
      if (!graph.externalFiles().isEmpty()) {
        Path folder = graph.file().toAbsolutePath().normalize().getParent();
        options.addConfigEntry(EXTERNAL_FOLDER, folder.toString());
      }
      return environment.createSession(graph.serialised(cut), options);
    }
  }
}
