package org.netdissect.lab.train;

import java.util.ArrayList;
import java.util.List;

/**
 * A feed-forward network, layer by layer: what both the trainer and the ONNX writer build from.
 * Input is 1 × 3 × size × size.
 *
 * @param size pixels a side of the input
 * @param layers from the input to the classifier
 */
public record NetworkSpec(int size, List<Step> layers) {
  /** Name of the only architecture there is: {@link #alexnetSmall}. */
  public static final String ALEXNET_SMALL = "alexnet-small";

  public NetworkSpec {
    layers = List.copyOf(layers);
  }

  /** One layer. Its name names the ONNX node and the node's output. */
  public sealed interface Step {
    String name();
  }

  /** A convolution with square kernel and bias. */
  public record Conv(String name, int in, int out, int kernel, int stride, int pad)
      implements Step {}

  /** Batch normalisation, epsilon 1e-5. */
  public record Norm(String name, int channels) implements Step {}

  /** max(x, 0). */
  public record Relu(String name) implements Step {}

  /** Maximum pooling, square. */
  public record MaxPool(String name, int kernel, int stride, int pad) implements Step {}

  /** Dropout in training; nothing in the ONNX file. */
  public record Dropout(String name, double rate) implements Step {}

  /** Mean over all places. */
  public record GlobalMean(String name) implements Step {}

  /** A fully connected layer. */
  public record Linear(String name, int in, int out) implements Step {}

  /**
   * A small network after AlexNet's pattern (Krizhevsky 2012): a 5×5 convolution with stride 2, a
   * 5×5 one, then 3×3 ones, each with ReLU; maximum pooling after the first two; at 112 pixels the
   * last maps are 14×14. The mean over all places feeds one linear layer.
   *
   * @param size pixels a side, at least 32
   * @param width channels of conv1; conv2 has twice as many, conv3 and those between three times,
   *     the last four times
   * @param depth number of convolutions, 3 … 12
   * @param dropout rate before the classifier, 0 for none
   * @param batchNorm whether each convolution is followed by batch normalisation
   */
  public static NetworkSpec alexnetSmall(
      int size, int classes, int width, int depth, double dropout, boolean batchNorm) {
    if (size < 32 || size > 1024) {
      throw new IllegalArgumentException("input size " + size + ": 32 to 1024 pixels");
    }
    if (width < 1 || width > 512) {
      throw new IllegalArgumentException("width " + width + ": 1 to 512");
    }
    if (depth < 3 || depth > 12) {
      throw new IllegalArgumentException("depth " + depth + ": 3 to 12 convolutions");
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout " + dropout + ": 0 to below 1");
    }
    if (classes < 2) {
      throw new IllegalArgumentException("a classifier needs at least 2 classes, not " + classes);
    }
    List<Step> layers = new ArrayList<>();
    int in = 3;
    for (int i = 1; i <= depth; i++) {
      int out = i == 1 ? width : i == 2 ? 2 * width : i < depth ? 3 * width : 4 * width;
      int kernel = i <= 2 ? 5 : 3;
      layers.add(new Conv("conv" + i, in, out, kernel, i == 1 ? 2 : 1, kernel / 2));
      if (batchNorm) {
        layers.add(new Norm("bn" + i, out));
      }
      layers.add(new Relu("relu" + i));
      if (i <= 2) {
        layers.add(new MaxPool("pool" + i, 2, 2, 0));
      }
      in = out;
    }
    layers.add(new GlobalMean("mean"));
    if (dropout > 0) {
      layers.add(new Dropout("drop", dropout));
    }
    layers.add(new Linear("fc", in, classes));
    return new NetworkSpec(size, layers);
  }

  /** Number of values the network gives: the classifier's. */
  public int classes() {
    for (int i = layers.size() - 1; i >= 0; i--) {
      if (layers.get(i) instanceof Linear linear) {
        return linear.out();
      }
    }
    throw new IllegalStateException("the network has no classifier");
  }
}
