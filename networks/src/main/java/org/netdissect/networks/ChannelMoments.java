package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.stream.DoubleStream;

/**
 * Mean and variance of each channel of a tensor, over images and places. Sums are of doubles, about
 * the first image's mean, so that little is lost of small variances.
 */
final class ChannelMoments {
  private double[] origin = {};
  private double[] sums = {};
  private double[] squares = {};
  private long count;

  /**
   * Adds the first image of an output.
   *
   * @param images that the output holds
   */
  void add(NetworkOutputs.Output output, int images) throws ModelException {
    float[] values = output.floats();
    if (values == null || output.dims().size() < 2 || output.dims().get(0) != images) {
      throw new ModelException(output.name() + ": batch norm takes in no floats by channel.");
    }
    int channels = Math.toIntExact(output.dims().get(1));
    int places = values.length / images / Math.max(1, channels);
    if (origin.length == 0) {
      origin = new double[channels];
      sums = new double[channels];
      squares = new double[channels];
      for (int c = 0; c < channels; c++) {
        double sum = 0;
        for (int p = 0; p < places; p++) {
          sum += values[c * places + p];
        }
        origin[c] = places == 0 ? 0 : sum / places;
      }
    }
    for (int c = 0; c < channels; c++) {
      for (int p = 0; p < places; p++) {
        double from = values[c * places + p] - origin[c];
        sums[c] += from;
        squares[c] += from * from;
      }
    }
    count += places;
  }

  boolean isFinite() {
    return count > 0
        && DoubleStream.concat(DoubleStream.of(sums), DoubleStream.of(squares))
            .allMatch(Double::isFinite);
  }

  TensorProto means(FloatTensor old, OnnxNode node) throws ModelException {
    check(old, node);
    return old.with(c -> origin[c] + sums[c] / count);
  }

  TensorProto variances(FloatTensor old, OnnxNode node) throws ModelException {
    check(old, node);
    return old.with(c -> Math.max(0, squares[c] / count - (sums[c] / count) * (sums[c] / count)));
  }

  private void check(FloatTensor old, OnnxNode node) throws ModelException {
    if (old.size() != sums.length) {
      throw new ModelException(
          node + ": has statistics of " + old.size() + " channels for " + sums.length + ".");
    }
  }
}
