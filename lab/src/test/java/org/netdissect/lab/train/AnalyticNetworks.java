package org.netdissect.lab.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Networks whose units compute something known. */
public final class AnalyticNetworks {
  private AnalyticNetworks() {}

  /**
   * A 1×1 convolution with ReLU: unit → weights on the three channels, and a bias.
   *
   * @return an ONNX file
   */
  public static byte[] ofPixels(int side, Map<Integer, float[]> units) {
    int n = units.size();
    NetworkSpec spec =
        NetworkSpec.sequence(
            side,
            List.of(
                new NetworkSpec.Conv("conv1", 3, n, 1, 1, 0),
                new NetworkSpec.Relu("relu1"),
                new NetworkSpec.GlobalMean("mean"),
                new NetworkSpec.Linear("fc", n, 2)));
    float[] weights = new float[3 * n];
    float[] bias = new float[n];
    units.forEach(
        (unit, values) -> {
          System.arraycopy(values, 0, weights, 3 * unit, 3);
          bias[unit] = values[3];
        });
    Map<String, Weights.Tensor> tensors = new LinkedHashMap<>(Weights.random(spec, 1).all());
    tensors.put("conv1.weight", new Weights.Tensor(new long[] {n, 3, 1, 1}, weights));
    tensors.put("conv1.bias", new Weights.Tensor(new long[] {n}, bias));
    return OnnxFiles.write(spec, new Weights(tensors), Map.of());
  }
}
