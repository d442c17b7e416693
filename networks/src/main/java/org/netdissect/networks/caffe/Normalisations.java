package org.netdissect.networks.caffe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.caffe.GraphWriter.Attribute;
import org.netdissect.networks.caffe.Parameters.Wanted;

/** Layers that normalise, and those that scale and shift by parameters. */
final class Normalisations {
  private static final Attribute KEEP = Attribute.of("keepdims", 1L);

  private Normalisations() {}

  static void lrn(Step step) throws ModelException {
    step.expect(1, 1);
    Message param = step.param("lrn_param");
    long size = param.integer("local_size", 5);
    double alpha = param.real("alpha", 1);
    double beta = param.real("beta", 0.75);
    if (size < 1 || size % 2 == 0 || size > 1 << 16) {
      throw step.error("local_size must be odd, not " + size);
    }
    if (step.bottom(0).shape().rank() != 4) {
      throw step.error(
          "it reads a blob of %s, not one of 4 axes".formatted(step.bottom(0).shape()));
    }
    if (param.text("norm_region", "ACROSS_CHANNELS").equals("ACROSS_CHANNELS")) {
      step.map(
          "LRN",
          Attribute.of("size", size),
          Attribute.of("alpha", (float) alpha),
          Attribute.of("beta", (float) beta),
          Attribute.of("bias", (float) param.real("k", 1)));
      return;
    }
    // Within a channel Caffe passes over k, and divides by the whole window at the border too.
    String x = step.bottom(0).tensor();
    long pad = size / 2;
    String mean =
        step.inner(
            "mean",
            "AveragePool",
            List.of(step.inner("squares", "Mul", List.of(x, x))),
            Attribute.of("kernel_shape", new long[] {size, size}),
            Attribute.of("pads", new long[] {pad, pad, pad, pad}),
            Attribute.of("count_include_pad", 1L));
    String scaled = step.inner("scaled", "Mul", List.of(mean, step.scalar(alpha)));
    String shifted = step.inner("shifted", "Add", List.of(scaled, step.scalar(1)));
    step.map("Mul", step.inner("factor", "Pow", List.of(shifted, step.scalar(-beta))));
  }

  static void batchNorm(Step step) throws ModelException {
    step.expect(1, 1);
    Message param = step.param("batch_norm_param");
    Shape shape = step.bottom(0).shape();
    if (shape.rank() < 1) {
      throw step.error("it reads a single number");
    }
    long channels = shape.rank() == 1 ? 1 : shape.dim(1);
    double eps = param.real("eps", 1e-5);
    Message none = Message.EMPTY;
    List<Blob> blobs =
        step.blobs(
            new Wanted(new long[] {channels}, none, null),
            new Wanted(new long[] {channels}, none, null),
            new Wanted(new long[] {1}, none, null));
    if (!param.flag("use_global_stats", true)) {
      ofTheBatch(step, shape, eps);
      return;
    }
    // What is stored are sums, to be divided by the third blob.
    double sum = step.areWeightsAbsent() ? 1 : Parameters.values(blobs.get(2))[0];
    double factor = sum == 0 ? 0 : 1 / sum;
    float[] mean = Parameters.values(blobs.get(0));
    float[] variance = Parameters.values(blobs.get(1));
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) (mean[i] * factor);
      variance[i] = step.areWeightsAbsent() ? 1 : (float) (variance[i] * factor);
    }
    float[] ones = new float[mean.length];
    Arrays.fill(ones, 1);
    step.map(
        "BatchNormalization",
        step.floats("scale", GraphWriter.floats(ones), channels),
        step.floats("bias", GraphWriter.floats(new float[mean.length]), channels),
        step.floats("mean", GraphWriter.floats(mean), channels),
        step.floats("variance", GraphWriter.floats(variance), channels),
        Attribute.of("epsilon", (float) eps));
  }

  private static void ofTheBatch(Step step, Shape shape, double eps) throws ModelException {
    step.note(
        "use_global_stats is false, so its values depend on the other images of a batch; set it to"
            + " true to dissect with the stored statistics");
    long[] axes = LongStream.range(0, shape.rank()).filter(a -> a != 1).toArray();
    String centred = centred(step, axes);
    String variance =
        step.inner("variance", "ReduceMean", List.of(square(step, centred)), axes(axes), KEEP);
    String shifted = step.inner("shifted", "Add", List.of(variance, step.scalar(eps)));
    step.top(0, shape, "Div", List.of(centred, step.inner("deviation", "Sqrt", List.of(shifted))));
  }

  static void mvn(Step step) throws ModelException {
    step.expect(1, 1);
    Message param = step.param("mvn_param");
    Shape shape = step.bottom(0).shape();
    if (shape.rank() != 4) {
      throw step.error("it reads a blob of %s, not one of 4 axes".formatted(shape));
    }
    long[] axes = param.flag("across_channels", false) ? new long[] {1, 2, 3} : new long[] {2, 3};
    if (!param.flag("normalize_variance", true)) {
      step.map("Sub", mean(step, axes));
      return;
    }
    String centred = centred(step, axes);
    String variance =
        step.inner("variance", "ReduceMean", List.of(square(step, centred)), axes(axes), KEEP);
    String deviation = step.inner("deviation", "Sqrt", List.of(variance));
    String divisor =
        step.inner("divisor", "Add", List.of(deviation, step.scalar(param.real("eps", 1e-9))));
    step.top(0, shape, "Div", List.of(centred, divisor));
  }

  /** SSD's: divides by the Euclidean norm, then scales. */
  static void normalize(Step step) throws ModelException {
    step.expect(1, 1);
    Message param = step.param("norm_param");
    Shape shape = step.bottom(0).shape();
    if (shape.rank() != 4) {
      throw step.error("it reads a blob of %s, not one of 4 axes".formatted(shape));
    }
    boolean isShared = param.flag("channel_shared", true);
    long channels = isShared ? 1 : shape.dim(1);
    long[] dims = isShared ? new long[0] : new long[] {channels};
    Blob scale = step.blobs(new Wanted(dims, param.message("scale_filler"), 1.0)).get(0);
    String x = step.bottom(0).tensor();
    String squares = step.inner("squares", "Mul", List.of(x, x));
    String sum =
        step.inner(
            "sum",
            "ReduceSum",
            List.of(
                squares, param.flag("across_spatial", true) ? step.longs(1, 2, 3) : step.longs(1)),
            KEEP);
    String shifted =
        step.inner("shifted", "Add", List.of(sum, step.scalar(param.real("eps", 1e-10))));
    String norm = step.inner("norm", "Sqrt", List.of(shifted));
    String divided = step.inner("divided", "Div", List.of(x, norm));
    step.top(0, shape, "Mul", List.of(divided, step.weight("scale", scale, channels, 1, 1)));
  }

  private static String mean(Step step, long[] axes) {
    return step.inner("mean", "ReduceMean", List.of(step.bottom(0).tensor()), axes(axes), KEEP);
  }

  private static String centred(Step step, long[] axes) {
    return step.inner("centred", "Sub", List.of(step.bottom(0).tensor(), mean(step, axes)));
  }

  private static String square(Step step, String tensor) {
    return step.inner("squares", "Mul", List.of(tensor, tensor));
  }

  private static Attribute axes(long[] axes) {
    return Attribute.of("axes", axes);
  }

  static void scale(Step step) throws ModelException {
    Message param = step.param("scale_param");
    step.expect(1, 2, 1);
    Shape shape = step.bottom(0).shape();
    List<Wanted> wanted = new ArrayList<>();
    long[] dims = covered(step, param);
    if (step.bottoms().size() == 1) {
      wanted.add(new Wanted(dims, param.message("filler"), 1.0));
    }
    boolean hasBias = param.flag("bias_term", false);
    if (hasBias) {
      wanted.add(new Wanted(dims, param.message("bias_filler"), 0.0));
    }
    List<Blob> blobs = wanted.isEmpty() ? List.of() : step.blobs(wanted.toArray(Wanted[]::new));
    String factor = operand(step, param, dims, blobs, "scale");
    if (!hasBias) {
      step.top(0, shape, "Mul", List.of(step.bottom(0).tensor(), factor));
      return;
    }
    String product = step.inner("product", "Mul", List.of(step.bottom(0).tensor(), factor));
    Blob bias = blobs.get(blobs.size() - 1);
    step.top(
        0, shape, "Add", List.of(product, step.weight("bias", bias, aligned(step, param, dims))));
  }

  static void bias(Step step) throws ModelException {
    Message param = step.param("bias_param");
    step.expect(1, 2, 1);
    long[] dims = covered(step, param);
    List<Blob> blobs =
        step.bottoms().size() == 1
            ? step.blobs(new Wanted(dims, param.message("filler"), 0.0))
            : List.of();
    step.map("Add", operand(step, param, dims, blobs, "bias"));
  }

  /** What the first bottom meets: the second one, or the first parameter. */
  private static String operand(
      Step step, Message param, long[] dims, List<Blob> blobs, String name) throws ModelException {
    long[] aligned = aligned(step, param, dims);
    if (step.bottoms().size() == 1) {
      return step.weight(name, blobs.get(0), aligned);
    }
    Operand second = step.bottom(1);
    if (aligned.length == dims.length) {
      return second.tensor();
    }
    long[] behind = LongStream.range(dims.length, aligned.length).toArray();
    return step.inner("aligned", "Unsqueeze", List.of(second.tensor(), step.longs(behind)));
  }

  /** The dimensions with ones behind, so that they line up with the axes they cover. */
  private static long[] aligned(Step step, Message param, long[] dims) throws ModelException {
    Shape shape = step.bottom(0).shape();
    return dims.length == 0
        ? dims
        : Step.withOnes(dims, shape.rank() - step.axis(step.bottom(0), param.integer("axis", 1)));
  }

  /** The dimensions of the factor or summand: from the axis on, as many as are told. */
  private static long[] covered(Step step, Message param) throws ModelException {
    Shape shape = step.bottom(0).shape();
    if (step.bottoms().size() == 2) {
      Shape second = step.bottom(1).shape();
      int axis = second.rank() == 0 ? 0 : step.axis(step.bottom(0), param.integer("axis", 1));
      boolean fits = axis + second.rank() <= shape.rank();
      for (int i = 0; fits && i < second.rank(); i++) {
        fits = shape.dim(axis + i) == second.dim(i);
      }
      if (!fits) {
        throw step.error(
            "a blob of %s does not line up with one of %s from axis %d"
                .formatted(second, shape, axis));
      }
      boolean meetsImages = axis == 0 && second.rank() > 0;
      boolean hasBias = param.flag("bias_term", false);
      if (shape.free() != (meetsImages ? second.free() : shape.free())
          || (second.free() && (!meetsImages || hasBias))
          || (meetsImages && shape.free() && hasBias)) {
        throw step.mixesImages();
      }
      return second.dims();
    }
    long axes = param.integer("num_axes", 1);
    if (axes == 0) {
      return new long[0];
    }
    int axis = step.axis(step.bottom(0), param.integer("axis", 1));
    long end = axes == -1 ? shape.rank() : axis + axes;
    if (axes < -1 || end > shape.rank()) {
      throw step.error("num_axes %d from axis %d of a blob of %s".formatted(axes, axis, shape));
    }
    if (axis == 0 && shape.free()) {
      throw step.mixesImages();
    }
    return Arrays.copyOfRange(shape.dims(), axis, (int) end);
  }
}
