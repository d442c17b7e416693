package org.netdissect.networks.caffe;

import java.util.ArrayList;
import java.util.List;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.caffe.GraphWriter.Attribute;
import org.netdissect.networks.caffe.Parameters.Wanted;

/** Layers that slide a window over rows and columns: convolutions and poolings. */
final class Windows {
  /** Beyond this, sizes are no longer those of an image. */
  private static final long LARGEST = 1 << 20;

  private Windows() {}

  /** A window's sizes on rows and columns. */
  private record Window(long[] kernel, long[] stride, long[] pad, long[] dilation) {
    long reach(int axis) {
      return (kernel[axis] - 1) * dilation[axis] + 1;
    }

    Attribute[] attributes(long[] pads, Attribute... more) {
      List<Attribute> all = new ArrayList<>(List.of(more));
      all.add(Attribute.of("kernel_shape", kernel));
      all.add(Attribute.of("strides", stride));
      all.add(Attribute.of("pads", pads));
      return all.toArray(Attribute[]::new);
    }

    long[] symmetricPads() {
      return new long[] {pad[0], pad[1], pad[0], pad[1]};
    }
  }

  static void convolution(Step step) throws ModelException {
    convolution(step, false);
  }

  static void deconvolution(Step step) throws ModelException {
    convolution(step, true);
  }

  private static void convolution(Step step, boolean isTransposed) throws ModelException {
    Message param = step.param("convolution_param");
    Window window = window(step, param);
    Shape in = image(step);
    long group = group(step, param, in.dim(1));
    long outputs = outputs(step, param);
    if (outputs % group != 0) {
      throw step.error("group %d does not divide its %d outputs".formatted(group, outputs));
    }
    long[] out = in.dims().clone();
    out[1] = outputs;
    for (int i = 0; i < 2; i++) {
      out[2 + i] = isTransposed ? spread(step, window, in, i) : windows(step, window, in, i);
    }
    long[] weights = {
      isTransposed ? in.dim(1) : outputs,
      (isTransposed ? outputs : in.dim(1)) / group,
      window.kernel[0],
      window.kernel[1]
    };
    step.top(
        0,
        new Shape(out, in.free()),
        isTransposed ? "ConvTranspose" : "Conv",
        inputs(step, param, weights, outputs),
        window.attributes(
            window.symmetricPads(),
            Attribute.of("dilations", window.dilation),
            Attribute.of("group", group)));
  }

  /** How many windows fit on an axis of a convolution. */
  private static long windows(Step step, Window window, Shape in, int axis) throws ModelException {
    long rest = in.dim(2 + axis) + 2 * window.pad[axis] - window.reach(axis);
    if (rest < 0) {
      throw tooLarge(step, in);
    }
    return rest / window.stride[axis] + 1;
  }

  /** How far the windows of a transposed convolution reach on an axis. */
  private static long spread(Step step, Window window, Shape in, int axis) throws ModelException {
    long size =
        window.stride[axis] * (in.dim(2 + axis) - 1) + window.reach(axis) - 2 * window.pad[axis];
    if (size < 1) {
      throw step.error("its padding leaves nothing of the output");
    }
    return size;
  }

  static void pooling(Step step) throws ModelException {
    Message param = step.param("pooling_param");
    String method = param.text("pool", "MAX");
    if (method.equals("STOCHASTIC")) {
      throw step.error("stochastic pooling is not known here; change it to MAX or AVE");
    }
    boolean isMax = method.equals("MAX");
    if (step.tops() == 2 && isMax) {
      step.leaveOut(1, "the places of the maxima");
    } else {
      step.expect(1, 1);
    }
    Shape in = imageOf(step);
    if (param.flag("global_pooling", false)) {
      global(step, param, in, isMax);
      return;
    }
    Window window =
        new Window(
            pair(step, param, "kernel_size", "kernel", -1),
            pair(step, param, "stride", "stride", 1),
            pair(step, param, "pad", "pad", 0),
            new long[] {1, 1});
    check(step, window);
    for (int i = 0; i < 2; i++) {
      if (window.pad[i] >= window.kernel[i]) {
        throw step.error(
            "pad %d must be smaller than the kernel %d".formatted(window.pad[i], window.kernel[i]));
      }
    }
    long[] out = in.dims().clone();
    // How far the last window reaches beyond the image's far edge.
    long[] beyond = new long[2];
    for (int i = 0; i < 2; i++) {
      out[2 + i] = pooled(step, param, window, in, i);
      beyond[i] =
          Math.max(
              0,
              (out[2 + i] - 1) * window.stride[i]
                  + window.kernel[i]
                  - in.dim(2 + i)
                  - window.pad[i]);
    }
    Shape shape = new Shape(out, in.free());
    if (isMax) {
      step.top(0, shape, "MaxPool", input(step), window.attributes(pads(window.pad, beyond)));
    } else {
      average(step, window, shape, beyond);
    }
  }

  /** The number of windows on one axis, by Caffe's rules. */
  private static long pooled(Step step, Message param, Window window, Shape in, int axis)
      throws ModelException {
    boolean roundsUp =
        param.has("ceil_mode")
            ? param.flag("ceil_mode", true)
            : param.text("round_mode", "CEIL").equals("CEIL");
    long size = in.dim(2 + axis);
    long pad = window.pad[axis];
    long stride = window.stride[axis];
    long rest = size + 2 * pad - window.kernel[axis];
    long windows = (roundsUp ? -Math.floorDiv(-rest, stride) : Math.floorDiv(rest, stride)) + 1;
    boolean isPadded = window.pad[0] > 0 || window.pad[1] > 0;
    // With padding on either axis, a last window must begin inside the image.
    if (isPadded && (windows - 1) * stride >= size + pad) {
      windows--;
    }
    if (windows < 1) {
      throw tooLarge(step, in);
    }
    if ((windows - 1) * stride >= size + pad) {
      throw step.error(
          "its last window lies wholly outside the %s of %d, where Caffe's values mean nothing"
              .formatted(axis == 0 ? "height" : "width", size));
    }
    return windows;
  }

  /**
   * Caffe divides by the part of the window that lies inside the padded image, padding included.
   */
  private static void average(Step step, Window window, Shape shape, long[] beyond)
      throws ModelException {
    boolean isPadded = window.pad[0] > 0 || window.pad[1] > 0;
    boolean staysInPadding = beyond[0] <= window.pad[0] && beyond[1] <= window.pad[1];
    if (!isPadded || staysInPadding) {
      step.top(
          0,
          shape,
          "AveragePool",
          input(step),
          window.attributes(
              pads(window.pad, beyond), Attribute.of("count_include_pad", isPadded ? 1L : 0L)));
      return;
    }
    String padded =
        step.inner(
            "padded",
            "Pad",
            List.of(
                step.bottom(0).tensor(),
                step.longs(
                    0, 0, window.pad[0], window.pad[1], 0, 0, window.pad[0], window.pad[1])));
    long[] further = {
      Math.max(0, beyond[0] - window.pad[0]), Math.max(0, beyond[1] - window.pad[1])
    };
    step.top(
        0,
        shape,
        "AveragePool",
        List.of(padded),
        window.attributes(pads(new long[2], further), Attribute.of("count_include_pad", 0L)));
  }

  private static void global(Step step, Message param, Shape in, boolean isMax)
      throws ModelException {
    for (String field : List.of("kernel_size", "kernel_h", "kernel_w")) {
      if (param.has(field)) {
        throw step.error("global_pooling does not go with " + field);
      }
    }
    boolean isPlain =
        pair(step, param, "stride", "stride", 1)[0] == 1
            && pair(step, param, "stride", "stride", 1)[1] == 1
            && pair(step, param, "pad", "pad", 0)[0] == 0
            && pair(step, param, "pad", "pad", 0)[1] == 0;
    if (!isPlain) {
      throw step.error("global_pooling goes with stride 1 and pad 0 only");
    }
    step.top(
        0, in.with(2, 1).with(3, 1), isMax ? "GlobalMaxPool" : "GlobalAveragePool", input(step));
  }

  private static List<String> input(Step step) {
    return List.of(step.bottom(0).tensor());
  }

  private static long[] pads(long[] begin, long[] end) {
    return new long[] {begin[0], begin[1], end[0], end[1]};
  }

  private static List<String> inputs(Step step, Message param, long[] weights, long outputs)
      throws ModelException {
    boolean hasBias = param.flag("bias_term", true);
    Wanted kernel = new Wanted(weights, param.message("weight_filler"), null);
    Wanted bias = new Wanted(new long[] {outputs}, param.message("bias_filler"), 0.0);
    List<Blob> blobs = hasBias ? step.blobs(kernel, bias) : step.blobs(kernel);
    List<String> inputs = new ArrayList<>(input(step));
    inputs.add(step.weight("weight", blobs.get(0), weights));
    if (hasBias) {
      inputs.add(step.weight("bias", blobs.get(1), outputs));
    }
    return inputs;
  }

  /** The window of a convolution. */
  private static Window window(Step step, Message param) throws ModelException {
    step.expect(1, 1);
    if (param.integer("axis", 1) != 1) {
      throw step.error("a convolution whose channels are not axis 1 is not known here");
    }
    Window window =
        new Window(
            pair(step, param, "kernel_size", "kernel", -1),
            pair(step, param, "stride", "stride", 1),
            pair(step, param, "pad", "pad", 0),
            pair(step, param, "dilation", "dilation", 1));
    check(step, window);
    return window;
  }

  private static void check(Step step, Window window) throws ModelException {
    for (int i = 0; i < 2; i++) {
      positive(step, "kernel size", window.kernel[i]);
      positive(step, "stride", window.stride[i]);
      positive(step, "dilation", window.dilation[i]);
      if (window.pad[i] > LARGEST) {
        throw step.error("pad %d is too large".formatted(window.pad[i]));
      }
    }
  }

  private static void positive(Step step, String what, long value) throws ModelException {
    if (value < 1 || value > LARGEST) {
      throw step.error("%s %d; it must be from 1 to %d".formatted(what, value, LARGEST));
    }
  }

  /** A size for rows and columns, given once, twice, or as {@code name_h} and {@code name_w}. */
  private static long[] pair(Step step, Message param, String field, String name, long otherwise)
      throws ModelException {
    List<Long> given = param.integers(field);
    boolean hasHeight = param.has(name + "_h");
    boolean hasWidth = param.has(name + "_w");
    if (hasHeight || hasWidth) {
      if (!given.isEmpty()) {
        throw step.error("both %s and %s_h or %s_w are given".formatted(field, name, name));
      }
      if (otherwise < 0 && !(hasHeight && hasWidth)) {
        throw step.error("%s_h and %s_w must both be given".formatted(name, name));
      }
      return new long[] {
        param.integer(name + "_h", otherwise), param.integer(name + "_w", otherwise)
      };
    }
    if (given.size() > 2) {
      throw step.error(
          "%s has %d values; only rows and columns are known here".formatted(field, given.size()));
    }
    if (given.isEmpty()) {
      if (otherwise < 0) {
        throw step.error("its kernel size is missing");
      }
      return new long[] {otherwise, otherwise};
    }
    return new long[] {given.get(0), given.get(given.size() - 1)};
  }

  private static long group(Step step, Message param, long channels) throws ModelException {
    long group = param.integer("group", 1);
    if (group < 1 || channels % group != 0) {
      throw step.error(
          "group %d does not divide the %d channels it reads".formatted(group, channels));
    }
    return group;
  }

  private static long outputs(Step step, Message param) throws ModelException {
    long outputs = param.integer("num_output", 0);
    if (outputs < 1) {
      throw step.error("num_output is missing or 0");
    }
    return outputs;
  }

  private static Shape image(Step step) throws ModelException {
    step.expect(1, 1);
    return imageOf(step);
  }

  private static Shape imageOf(Step step) throws ModelException {
    if (step.bottoms().size() != 1) {
      throw step.error("it must read one blob");
    }
    Shape shape = step.bottom(0).shape();
    if (shape.rank() != 4) {
      throw step.error("it reads a blob of %s, not one of 4 axes".formatted(shape));
    }
    return shape;
  }

  private static ModelException tooLarge(Step step, Shape in) {
    return step.error(
        "its window is larger than what it reads, %d×%d".formatted(in.dim(2), in.dim(3)));
  }
}
