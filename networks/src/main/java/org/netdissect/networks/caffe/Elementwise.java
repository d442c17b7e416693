package org.netdissect.networks.caffe;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.caffe.GraphWriter.Attribute;
import org.netdissect.networks.caffe.Parameters.Wanted;

/** Layers that compute each value from the values at its own place. */
final class Elementwise {
  private Elementwise() {}

  /** A layer without parameters that is one operator. */
  static LayerTypes.Translator plain(String op) {
    return step -> {
      step.expect(1, 1);
      step.map(op);
    };
  }

  static void relu(Step step) throws ModelException {
    step.expect(1, 1);
    double slope = step.param("relu_param").real("negative_slope", 0);
    if (slope == 0) {
      step.map("Relu");
    } else {
      step.map("LeakyRelu", Attribute.of("alpha", (float) slope));
    }
  }

  static void relu6(Step step) throws ModelException {
    step.expect(1, 1);
    step.map("Clip", step.scalar(0), step.scalar(6));
  }

  static void prelu(Step step) throws ModelException {
    step.expect(1, 1);
    Message param = step.param("prelu_param");
    Shape shape = step.bottom(0).shape();
    boolean isShared = param.flag("channel_shared", false);
    if (shape.rank() < 2) {
      throw step.error("it reads a blob of one axis");
    }
    long[] dims = isShared ? new long[0] : new long[] {shape.dim(1)};
    Blob slope = step.blobs(new Wanted(dims, param.message("filler"), 0.25)).get(0);
    step.map(
        "PRelu", step.weight("slope", slope, Step.withOnes(dims, isShared ? 1 : shape.rank() - 1)));
  }

  static void elu(Step step) throws ModelException {
    step.expect(1, 1);
    step.map("Elu", Attribute.of("alpha", (float) step.param("elu_param").real("alpha", 1)));
  }

  static void clip(Step step) throws ModelException {
    step.expect(1, 1);
    Message param = step.param("clip_param");
    if (!param.has("min") || !param.has("max")) {
      throw step.error("min and max must both be given");
    }
    step.map("Clip", step.scalar(param.real("min", 0)), step.scalar(param.real("max", 0)));
  }

  static void swish(Step step) throws ModelException {
    step.expect(1, 1);
    double beta = step.param("swish_param").real("beta", 1);
    String x = step.bottom(0).tensor();
    String gate = beta == 1 ? x : step.inner("scaled", "Mul", List.of(x, step.scalar(beta)));
    step.map("Mul", step.inner("gate", "Sigmoid", List.of(gate)));
  }

  static void threshold(Step step) throws ModelException {
    step.expect(1, 1);
    double threshold = step.param("threshold_param").real("threshold", 0);
    String isAbove =
        step.inner("above", "Greater", List.of(step.bottom(0).tensor(), step.scalar(threshold)));
    step.top(0, step.bottom(0).shape(), "Cast", List.of(isAbove), Attribute.of("to", 1L));
  }

  /** y = (shift + scale · x) ^ power. */
  static void power(Step step) throws ModelException {
    step.expect(1, 1);
    Message param = step.param("power_param");
    double power = param.real("power", 1);
    double scale = param.real("scale", 1);
    double shift = param.real("shift", 0);
    if (power * scale == 0) {
      // As in Caffe the input does not count then, not even where it is infinite.
      double value = power == 0 ? 1 : Math.pow(shift, power);
      String shape = step.inner("shape", "Shape", List.of(step.bottom(0).tensor()));
      step.top(0, step.bottom(0).shape(), "Expand", List.of(step.scalar(value), shape));
      return;
    }
    last(
        step,
        affine(step, scale, shift, power == 1),
        power == 1 ? null : "Pow",
        step.scalar(power));
  }

  /** y = base ^ (shift + scale · x). */
  static void exp(Step step) throws ModelException {
    step.expect(1, 1);
    Message param = step.param("exp_param");
    double log = logOfBase(step, param);
    last(
        step,
        affine(step, param.real("scale", 1) * log, param.real("shift", 0) * log, false),
        "Exp",
        null);
  }

  /** y = log to the base of (shift + scale · x). */
  static void log(Step step) throws ModelException {
    step.expect(1, 1);
    Message param = step.param("log_param");
    double log = logOfBase(step, param);
    String inside = affine(step, param.real("scale", 1), param.real("shift", 0), false);
    if (log == 1) {
      last(step, inside, "Log", null);
    } else {
      last(step, step.inner("log", "Log", List.of(inside)), "Mul", step.scalar(1 / log));
    }
  }

  private static double logOfBase(Step step, Message param) throws ModelException {
    double base = param.real("base", -1);
    if (base != -1 && (base <= 0 || base == 1)) {
      throw step.error("base " + base);
    }
    return base == -1 ? 1 : Math.log(base);
  }

  /**
   * Scale and shift as far as they do anything; gives the name of what comes out.
   *
   * @param isEnd whether nothing follows, so that the last operation is left to the caller: then
   *     the name may be that of the bottom
   */
  private static @Nullable String affine(Step step, double scale, double shift, boolean isEnd)
      throws ModelException {
    String x = step.bottom(0).tensor();
    boolean hasShift = shift != 0;
    if (scale != 1) {
      if (isEnd && !hasShift) {
        step.map("Mul", step.scalar(scale));
        return null;
      }
      x = step.inner("scaled", "Mul", List.of(x, step.scalar(scale)));
    }
    if (hasShift) {
      if (isEnd) {
        step.top(0, step.bottom(0).shape(), "Add", List.of(x, step.scalar(shift)));
        return null;
      }
      x = step.inner("shifted", "Add", List.of(x, step.scalar(shift)));
    }
    return x;
  }

  /** The last operation, unless the top is made already; without one a copy. */
  private static void last(
      Step step, @Nullable String x, @Nullable String op, @Nullable String operand)
      throws ModelException {
    if (x == null) {
      return;
    }
    List<String> inputs = new ArrayList<>(List.of(x));
    if (op != null && operand != null) {
      inputs.add(operand);
    }
    step.top(0, step.bottom(0).shape(), op == null ? "Identity" : op, inputs);
  }

  static void eltwise(Step step) throws ModelException {
    Message param = step.param("eltwise_param");
    String operation = param.text("operation", "SUM");
    List<Double> coefficients = param.reals("coeff");
    List<Operand> operands = step.bottoms();
    step.expect(2, Integer.MAX_VALUE, 1);
    for (Operand operand : operands) {
      if (!operand.shape().hasSameDims(operands.get(0).shape())) {
        throw step.error(
            "it reads blobs of %s and of %s, which must be the same"
                .formatted(operands.get(0).shape(), operand.shape()));
      }
    }
    boolean isSum = operation.equals("SUM");
    if (!coefficients.isEmpty() && !isSum) {
      throw step.error("coefficients go with SUM only");
    }
    if (!coefficients.isEmpty() && coefficients.size() != operands.size()) {
      throw step.error(
          "%d coefficients for %d blobs".formatted(coefficients.size(), operands.size()));
    }
    List<String> inputs = new ArrayList<>();
    for (int i = 0; i < operands.size(); i++) {
      String tensor = operands.get(i).tensor();
      double coefficient = coefficients.isEmpty() ? 1 : coefficients.get(i);
      inputs.add(
          coefficient == 1
              ? tensor
              : step.inner("scaled." + i, "Mul", List.of(tensor, step.scalar(coefficient))));
    }
    Shape shape = new Shape(operands.get(0).shape().dims(), step.free(operands));
    switch (operation) {
      case "SUM" -> step.top(0, shape, inputs.size() == 2 ? "Add" : "Sum", inputs);
      case "MAX" -> step.top(0, shape, "Max", inputs);
      default -> {
        String product = inputs.get(0);
        for (int i = 1; i < inputs.size() - 1; i++) {
          product = step.inner("product." + i, "Mul", List.of(product, inputs.get(i)));
        }
        step.top(0, shape, "Mul", List.of(product, inputs.get(inputs.size() - 1)));
      }
    }
  }
}
