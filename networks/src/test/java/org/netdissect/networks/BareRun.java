package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs a model as it is and gives every tensor of it. */
public final class BareRun {
  private BareRun() {}

  /** Values and their dimensions. */
  public record Tensor(long[] dims, float[] values) {}

  /**
   * All float tensors that nodes make.
   *
   * @param prefix of names that are not asked for
   */
  public static Map<String, Tensor> run(ModelProto model, String prefix, Map<String, Tensor> inputs)
      throws IOException, OrtException {
    GraphProto.Builder graph = model.getGraph().toBuilder().clearOutput();
    for (NodeProto node : model.getGraph().getNodeList()) {
      if (!node.getOutput(0).startsWith(prefix)) {
        graph.addOutput(ValueInfoProto.newBuilder().setName(node.getOutput(0)));
      }
    }
    byte[] bytes = model.toBuilder().setGraph(graph).build().toByteArray();
    OrtEnvironment environment = Natives.environment();
    Map<String, OnnxTensor> fed = new LinkedHashMap<>();
    Map<String, Tensor> all = new LinkedHashMap<>();
    try (OrtSession session = environment.createSession(bytes)) {
      for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
        if (session.getInputNames().contains(input.getKey())) {
          fed.put(
              input.getKey(),
              OnnxTensor.createTensor(
                  environment,
                  FloatBuffer.wrap(input.getValue().values()),
                  input.getValue().dims()));
        }
      }
      try (OrtSession.Result result = session.run(fed)) {
        for (Map.Entry<String, OnnxValue> output : result) {
          OnnxTensor tensor = (OnnxTensor) output.getValue();
          FloatBuffer values = tensor.getFloatBuffer();
          float[] copy = new float[values.remaining()];
          values.get(copy);
          all.put(output.getKey(), new Tensor(tensor.getInfo().getShape(), copy));
        }
      }
    } finally {
      fed.values().forEach(OnnxTensor::close);
    }
    return all;
  }
}
