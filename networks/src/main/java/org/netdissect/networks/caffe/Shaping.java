package org.netdissect.networks.caffe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.caffe.GraphWriter.Attribute;
import org.netdissect.networks.caffe.Parameters.Wanted;

/** Layers that move values, and those that sum over axes. */
final class Shaping {
  private Shaping() {}

  static void innerProduct(Step step) throws ModelException {
    step.expect(1, 1);
    Message param = step.param("inner_product_param");
    Operand in = step.bottom(0);
    int axis = step.axis(in, param.integer("axis", 1));
    if (axis == 0) {
      throw step.error("a product over all images at once (axis 0) is not known here");
    }
    long outputs = param.integer("num_output", 0);
    if (outputs < 1) {
      throw step.error("num_output is missing or 0");
    }
    long inputs = in.shape().count(axis, in.shape().rank());
    boolean isTransposed = param.flag("transpose", false);
    long[] dims = isTransposed ? new long[] {inputs, outputs} : new long[] {outputs, inputs};
    Wanted weights = new Wanted(dims, param.message("weight_filler"), null);
    Wanted bias = new Wanted(new long[] {outputs}, param.message("bias_filler"), 0.0);
    boolean hasBias = param.flag("bias_term", true);
    List<Blob> blobs = hasBias ? step.blobs(weights, bias) : step.blobs(weights);
    String rows =
        in.shape().rank() == 2
            ? in.tensor()
            : step.inner(
                "rows", "Flatten", List.of(in.tensor()), Attribute.of("axis", (long) axis));
    List<String> operands = new ArrayList<>(List.of(rows));
    operands.add(step.weight("weight", blobs.get(0), dims));
    if (hasBias) {
      operands.add(step.weight("bias", blobs.get(1), outputs));
    }
    Attribute transposed = Attribute.of("transB", isTransposed ? 0L : 1L);
    long[] out = Arrays.copyOf(in.shape().dims(), axis + 1);
    out[axis] = outputs;
    Shape shape = new Shape(out, in.shape().free());
    if (axis == 1) {
      step.top(0, shape, "Gemm", operands, transposed);
    } else {
      step.reshape(
          0, step.inner("product", "Gemm", operands, transposed), in.shape().with(0, -1), shape);
    }
  }

  /** Copies, one or more. */
  static void copies(Step step) throws ModelException {
    step.expect(1, step.tops());
    for (int i = 0; i < step.tops(); i++) {
      step.top(i, step.bottom(0).shape(), "Identity", List.of(step.bottom(0).tensor()));
    }
  }

  static void concat(Step step) throws ModelException {
    Message param = step.param("concat_param");
    step.expect(1, Integer.MAX_VALUE, 1);
    List<Operand> operands = step.bottoms();
    Shape first = operands.get(0).shape();
    if (param.has("axis") && param.has("concat_dim")) {
      throw step.error("both axis and concat_dim are given");
    }
    int axis =
        step.axis(
            operands.get(0),
            param.has("concat_dim") ? param.integer("concat_dim", 1) : param.integer("axis", 1));
    long sum = 0;
    for (Operand operand : operands) {
      Shape shape = operand.shape();
      if (shape.rank() != first.rank() || !shape.with(axis, 1).hasSameDims(first.with(axis, 1))) {
        throw step.error(
            "it joins blobs of %s and %s, which may differ on axis %d only"
                .formatted(first, shape, axis));
      }
      sum += shape.dim(axis);
    }
    Shape shape = new Shape(first.with(axis, sum).dims(), step.free(operands));
    step.top(
        0,
        shape,
        "Concat",
        operands.stream().map(Operand::tensor).toList(),
        Attribute.of("axis", (long) axis));
  }

  static void slice(Step step) throws ModelException {
    Message param = step.param("slice_param");
    step.expect(1, Math.max(1, step.tops()));
    Operand in = step.bottom(0);
    if (param.has("axis") && param.has("slice_dim")) {
      throw step.error("both axis and slice_dim are given");
    }
    int axis =
        step.axis(
            in, param.has("slice_dim") ? param.integer("slice_dim", 1) : param.integer("axis", 1));
    if (axis == 0 && in.shape().free()) {
      throw step.mixesImages();
    }
    long size = in.shape().dim(axis);
    List<Long> points = param.integers("slice_point");
    int tops = step.tops();
    if (!points.isEmpty() && points.size() != tops - 1) {
      throw step.error("%d slice points for %d blobs".formatted(points.size(), tops));
    }
    if (points.isEmpty() && size % tops != 0) {
      throw step.error("%d does not divide into %d equal parts".formatted(size, tops));
    }
    long begin = 0;
    for (int i = 0; i < tops; i++) {
      long end = i == tops - 1 ? size : points.isEmpty() ? (i + 1) * (size / tops) : points.get(i);
      if (end <= begin || end > size) {
        throw step.error("slice points must rise from 1 to below " + size);
      }
      cut(step, i, in, new int[] {axis}, new long[] {begin}, new long[] {end});
      begin = end;
    }
  }

  static void crop(Step step) throws ModelException {
    Message param = step.param("crop_param");
    step.expect(2, 1);
    Operand in = step.bottom(0);
    Shape reference = step.bottom(1).shape();
    int first = step.axis(in, param.integer("axis", 2));
    List<Long> offsets = param.integers("offset");
    int rank = in.shape().rank();
    if (offsets.size() > 1 && offsets.size() != rank - first) {
      throw step.error("%d offsets for %d axes".formatted(offsets.size(), rank - first));
    }
    if (reference.rank() != rank) {
      throw step.error(
          "blobs of %s and %s have different numbers of axes".formatted(in.shape(), reference));
    }
    if (first == 0 && (in.shape().free() || reference.free())) {
      throw step.mixesImages();
    }
    int[] axes = new int[rank - first];
    long[] begins = new long[axes.length];
    long[] ends = new long[axes.length];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = first + i;
      begins[i] = offsets.isEmpty() ? 0 : offsets.get(offsets.size() == 1 ? 0 : i);
      if (begins[i] > in.shape().dim(axes[i]) - reference.dim(axes[i])) {
        throw step.error(
            "offset %d: %d of %d do not fit on axis %d"
                .formatted(begins[i], reference.dim(axes[i]), in.shape().dim(axes[i]), axes[i]));
      }
      ends[i] = begins[i] + reference.dim(axes[i]);
    }
    cut(step, 0, in, axes, begins, ends);
  }

  private static void cut(Step step, int top, Operand in, int[] axes, long[] begins, long[] ends)
      throws ModelException {
    Shape shape = in.shape();
    for (int i = 0; i < axes.length; i++) {
      shape = shape.with(axes[i], ends[i] - begins[i]);
    }
    step.top(
        top,
        shape,
        "Slice",
        List.of(
            in.tensor(),
            step.longs(begins),
            step.longs(ends),
            step.longs(Arrays.stream(axes).asLongStream().toArray())));
  }

  static void flatten(Step step) throws ModelException {
    step.expect(1, 1);
    Message param = step.param("flatten_param");
    Operand in = step.bottom(0);
    int first = step.axis(in, param.integer("axis", 1));
    int last = step.axis(in, param.integer("end_axis", -1));
    int rank = in.shape().rank();
    if (last < first) {
      throw step.error("end_axis %d lies before axis %d".formatted(last, first));
    }
    long[] dims = new long[rank - (last - first)];
    System.arraycopy(in.shape().dims(), 0, dims, 0, first);
    dims[first] = in.shape().count(first, last + 1);
    System.arraycopy(in.shape().dims(), last + 1, dims, first + 1, rank - last - 1);
    Shape shape = new Shape(dims, in.shape().free());
    if (first == 1 && last == rank - 1) {
      step.top(0, shape, "Flatten", List.of(in.tensor()), Attribute.of("axis", 1L));
    } else {
      step.reshape(0, in.tensor(), in.shape(), shape);
    }
  }

  static void reshape(Step step) throws ModelException {
    step.expect(1, 1);
    Message param = step.param("reshape_param");
    Operand in = step.bottom(0);
    Shape from = in.shape();
    long start = param.integer("axis", 0);
    int first = (int) (start < 0 ? start + from.rank() + 1 : start);
    long axes = param.integer("num_axes", -1);
    long end = axes == -1 ? from.rank() : first + axes;
    if (first < 0 || first > from.rank() || axes < -1 || end > from.rank()) {
      throw step.error("axis %d, num_axes %d of a blob of %s".formatted(start, axes, from));
    }
    List<Long> told = param.message("shape").integers("dim");
    long[] dims = new long[first + told.size() + from.rank() - (int) end];
    System.arraycopy(from.dims(), 0, dims, 0, first);
    System.arraycopy(from.dims(), (int) end, dims, first + told.size(), from.rank() - (int) end);
    int inferred = -1;
    for (int i = 0; i < told.size(); i++) {
      long dim = told.get(i);
      if (dim == 0 && first + i >= from.rank()) {
        throw step.error("dimension 0 at axis %d of a blob of %s".formatted(first + i, from));
      }
      if (dim < -1 || dim > Integer.MAX_VALUE || (dim == -1 && inferred >= 0)) {
        throw step.error("dimensions " + told + " make no shape");
      }
      inferred = dim == -1 ? first + i : inferred;
      dims[first + i] = dim == 0 ? from.dim(first + i) : Math.abs(dim);
    }
    long known = new Shape(dims, false).count();
    if (inferred >= 0) {
      dims[inferred] = from.count() / known;
      known = Math.multiplyExact(known, dims[inferred]);
    }
    if (known != from.count()) {
      throw step.error("a blob of %s cannot become one of %s".formatted(from, Blob.text(dims)));
    }
    if (dims.length > 8) {
      throw step.error("more than 8 axes");
    }
    step.reshape(0, in.tensor(), from, new Shape(dims, staysFree(step, from, first, told, dims)));
  }

  /** Whether the first axis still counts images. */
  private static boolean staysFree(Step step, Shape from, int first, List<Long> told, long[] dims) {
    if (!from.free()) {
      return false;
    }
    if (first > 0) {
      return true;
    }
    boolean isKept = !told.isEmpty() && told.get(0) == 0;
    boolean isInferred =
        !told.isEmpty()
            && told.get(0) == -1
            && from.count(1, from.rank()) % new Shape(dims, false).count(1, dims.length) == 0;
    if (!isKept && !isInferred) {
      throw step.mixesImages();
    }
    return true;
  }

  static void permute(Step step) throws ModelException {
    step.expect(1, 1);
    Operand in = step.bottom(0);
    List<Long> order = new ArrayList<>(step.param("permute_param").integers("order"));
    int rank = in.shape().rank();
    for (long axis = 0; axis < rank; axis++) {
      if (!order.contains(axis)) {
        order.add(axis);
      }
    }
    if (order.size() != rank) {
      throw step.error("order %s of a blob of %s".formatted(order, in.shape()));
    }
    if (order.get(0) != 0 && in.shape().free()) {
      throw step.mixesImages();
    }
    long[] dims = order.stream().mapToLong(a -> in.shape().dim(a.intValue())).toArray();
    step.top(
        0,
        new Shape(dims, in.shape().free()),
        "Transpose",
        List.of(in.tensor()),
        Attribute.of("perm", Step.longs(order)));
  }

  static void softmax(Step step) throws ModelException {
    step.expect(1, 1);
    int axis = step.axis(step.bottom(0), step.param("softmax_param").integer("axis", 1));
    if (axis == 0 && step.bottom(0).shape().free()) {
      throw step.mixesImages();
    }
    step.map("Softmax", Attribute.of("axis", (long) axis));
  }

  static void tile(Step step) throws ModelException {
    step.expect(1, 1);
    Message param = step.param("tile_param");
    Operand in = step.bottom(0);
    int axis = step.axis(in, param.integer("axis", 1));
    long tiles = param.integer("tiles", 0);
    if (tiles < 1 || tiles > Integer.MAX_VALUE) {
      throw step.error("tiles must be at least 1, not " + tiles);
    }
    long[] repeats = new long[in.shape().rank()];
    Arrays.fill(repeats, 1);
    repeats[axis] = tiles;
    step.top(
        0,
        in.shape().with(axis, in.shape().dim(axis) * tiles),
        "Tile",
        List.of(in.tensor(), step.longs(repeats)));
  }

  /** ShuffleNet's: deals the channels of each group out in turn. */
  static void shuffleChannel(Step step) throws ModelException {
    step.expect(1, 1);
    Operand in = step.bottom(0);
    long group = step.param("shuffle_channel_param").integer("group", 1);
    if (in.shape().rank() != 4 || group < 1 || in.shape().dim(1) % group != 0) {
      throw step.error("group %d of a blob of %s".formatted(group, in.shape()));
    }
    long[] dims = in.shape().dims();
    // The images' axis is copied.
    String groups =
        step.inner(
            "groups",
            "Reshape",
            List.of(in.tensor(), step.longs(0, group, dims[1] / group, dims[2], dims[3])));
    String dealt =
        step.inner("dealt", "Transpose", List.of(groups), Attribute.of("perm", 0L, 2L, 1L, 3L, 4L));
    step.reshape(0, dealt, in.shape(), in.shape());
  }

  static void parameter(Step step) throws ModelException {
    step.expect(0, 1);
    long[] dims = Step.longs(step.param("parameter_param").message("shape").integers("dim"));
    Blob blob = step.blobs(new Wanted(dims, Message.EMPTY, null)).get(0);
    step.top(0, new Shape(dims, false), "Identity", List.of(step.weight("value", blob, dims)));
  }

  static void reduction(Step step) throws ModelException {
    step.expect(1, 1);
    Message param = step.param("reduction_param");
    Operand in = step.bottom(0);
    int axis = step.axis(in, param.integer("axis", 0));
    if (axis == 0 && in.shape().free()) {
      throw step.mixesImages();
    }
    double coefficient = param.real("coeff", 1);
    Shape shape = new Shape(Arrays.copyOf(in.shape().dims(), axis), in.shape().free() && axis > 0);
    long[] axes = LongStream.range(axis, in.shape().rank()).toArray();
    String operation = param.text("operation", "SUM");
    List<String> inputs = new ArrayList<>(List.of(in.tensor()));
    List<Attribute> attributes = new ArrayList<>(List.of(Attribute.of("keepdims", 0L)));
    if (operation.equals("SUM")) {
      inputs.add(step.longs(axes));
    } else {
      attributes.add(Attribute.of("axes", axes));
    }
    String op =
        switch (operation) {
          case "SUM" -> "ReduceSum";
          case "ASUM" -> "ReduceL1";
          case "SUMSQ" -> "ReduceSumSquare";
          default -> "ReduceMean";
        };
    Attribute[] all = attributes.toArray(Attribute[]::new);
    if (coefficient == 1) {
      step.top(0, shape, op, inputs, all);
    } else {
      String reduced = step.inner("reduced", op, inputs, all);
      step.top(0, shape, "Mul", List.of(reduced, step.scalar(coefficient)));
    }
  }

  static void argMax(Step step) throws ModelException {
    step.expect(1, 1);
    Message param = step.param("argmax_param");
    Operand in = step.bottom(0);
    boolean givesValue = param.flag("out_max_val", false);
    if (param.integer("top_k", 1) != 1) {
      throw step.error("top_k other than 1 is not known here");
    }
    if (param.has("axis")) {
      int axis = step.axis(in, param.integer("axis", 0));
      if (axis == 0 && in.shape().free()) {
        throw step.mixesImages();
      }
      Shape shape = in.shape().with(axis, 1);
      if (givesValue) {
        step.top(
            0, shape, "ReduceMax", List.of(in.tensor()), Attribute.of("axes", new long[] {axis}));
      } else {
        step.top(0, shape, "Cast", List.of(place(step, in.tensor(), axis)), Attribute.of("to", 1L));
      }
      return;
    }
    String rows = step.inner("rows", "Flatten", List.of(in.tensor()), Attribute.of("axis", 1L));
    String places =
        step.inner("places", "Cast", List.of(place(step, rows, 1)), Attribute.of("to", 1L));
    long images = in.shape().dim(0);
    Shape column = new Shape(new long[] {images, 1}, in.shape().free());
    if (!givesValue) {
      step.reshape(0, places, column, new Shape(new long[] {images, 1, 1}, in.shape().free()));
      return;
    }
    String values =
        step.inner("values", "ReduceMax", List.of(rows), Attribute.of("axes", new long[] {1}));
    String both = step.inner("both", "Concat", List.of(places, values), Attribute.of("axis", 1L));
    step.reshape(0, both, column, new Shape(new long[] {images, 2, 1}, in.shape().free()));
  }

  /** Where equal values meet, Caffe takes the last. */
  private static String place(Step step, String tensor, int axis) {
    return step.inner(
        "place",
        "ArgMax",
        List.of(tensor),
        Attribute.of("axis", (long) axis),
        Attribute.of("select_last_index", 1L));
  }
}
