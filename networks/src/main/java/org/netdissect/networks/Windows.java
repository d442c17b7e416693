package org.netdissect.networks;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.Layout.AxisParts;
import org.netdissect.networks.Layout.Role;
import org.netdissect.networks.Operators.Trait;
import org.netdissect.networks.ReceptiveField.Axis;

/** Convolutions, pools and what else slides over rows and columns. */
final class Windows {
  private final Traced traced;

  Windows(Traced traced) {
    this.traced = traced;
  }

  /** A convolution or pool. */
  Geometry slid(OnnxNode node) {
    long[] in = traced.dims(node.input(0));
    if (in.length == 3) {
      return alongTokens(node, in);
    }
    if (in.length != 4) {
      return Geometry.LOST;
    }
    long[] kernel = kernel(node);
    long[] strides = orOnes(node.integers("strides"));
    long[] dilations = orOnes(node.integers("dilations"));
    long[] pads = node.integers("pads");
    String auto = node.text("auto_pad", "NOTSET");
    Axis[] windows = new Axis[2];
    for (int i = 0; i < 2; i++) {
      long reach = (kernel[i] - 1) * dilations[i] + 1;
      long begin;
      if (auto.equals("SAME_UPPER") || auto.equals("SAME_LOWER")) {
        long cells = (in[2 + i] + strides[i] - 1) / strides[i];
        long total = Math.max(0, (cells - 1) * strides[i] + reach - in[2 + i]);
        begin = auto.equals("SAME_LOWER") ? (total + 1) / 2 : total / 2;
      } else {
        begin = auto.equals("VALID") || pads == null ? 0 : pads[i];
      }
      windows[i] = new Axis(-begin, reach, strides[i]);
    }
    return through(node, windows[0], windows[1]);
  }

  /**
   * Output cell o of a transposed convolution reads the input cells from (o + pad − reach)/stride
   * to (o + pad)/stride, where reach = (kernel − 1)·dilation: step and edges are fractions.
   */
  Geometry transposedConvolution(OnnxNode node) {
    long[] in = traced.dims(node.input(0));
    long[] out = traced.dims(node.output());
    if (in.length != 4) {
      return Geometry.LOST;
    }
    long[] kernel = kernel(node);
    long[] strides = orOnes(node.integers("strides"));
    long[] dilations = orOnes(node.integers("dilations"));
    long[] pads = node.integers("pads");
    long[] extra = node.integers("output_padding");
    String auto = node.text("auto_pad", "NOTSET");
    Axis[] windows = new Axis[2];
    for (int i = 0; i < 2; i++) {
      double reach = (kernel[i] - 1) * dilations[i];
      long begin;
      if (auto.startsWith("SAME") || node.integers("output_shape") != null) {
        long full =
            strides[i] * (in[2 + i] - 1) + (extra == null ? 0 : extra[i]) + (long) reach + 1;
        long total = Math.max(0, full - out[2 + i]);
        begin = auto.equals("SAME_UPPER") ? total / 2 : total - total / 2;
      } else {
        begin = auto.equals("VALID") || pads == null ? 0 : pads[i];
      }
      double step = 1.0 / strides[i];
      windows[i] = new Axis((begin - reach) * step, reach * step + 1, step);
    }
    return through(node, windows[0], windows[1]);
  }

  Geometry spaceToDepth(OnnxNode node) {
    return spaceToDepth(node.input(0), node, node.integer("blocksize", 1));
  }

  private Geometry spaceToDepth(String source, OnnxNode node, long block) {
    double side = block;
    Axis window = new Axis(0, side, side);
    return through(source, node, window, window);
  }

  Geometry depthToSpace(OnnxNode node) {
    return depthToSpace(node.input(0), node, node.integer("blocksize", 1));
  }

  private Geometry depthToSpace(String source, OnnxNode node, long block) {
    // Each cell becomes a block of cells.
    double step = 1.0 / block;
    Axis window = new Axis(step - 1, 2 - step, step);
    return through(source, node, window, window);
  }

  /** The same in three operations, of which {@code node} is the last. */
  Geometry shuffled(PixelShuffle shuffle, OnnxNode node) {
    return shuffle.isToSpace()
        ? depthToSpace(shuffle.source(), node, shuffle.block())
        : spaceToDepth(shuffle.source(), node, shuffle.block());
  }

  Geometry globalPool(OnnxNode node) {
    long[] out = traced.dims(node.output());
    return out.length == 4 && !traced.of(node.input(0)).isLost()
        ? Geometry.unknown(planar(out))
        : Geometry.LOST;
  }

  /** N × C × H × W of those dimensions; null if they are not of the images there are. */
  @Nullable Layout planar(long[] dims) {
    return dims[0] == traced.batch()
        ? Layout.image(dims[0], dims[1], dims[2], dims[3], false)
        : null;
  }

  /** Composes with windows along axes 2 and 3 of N × C × H × W. */
  private Geometry through(OnnxNode node, Axis axis2, Axis axis3) {
    return through(node.input(0), node, axis2, axis3);
  }

  /** From a tensor to the output of a node behind it. */
  private Geometry through(String source, OnnxNode node, Axis axis2, Axis axis3) {
    Geometry in = traced.of(source);
    long[] out = traced.dims(node.output());
    if (in.isLost() || in.layout().rank() != 4 || out.length != 4) {
      return Geometry.LOST;
    }
    Layout layout = in.layout();
    boolean isWhole = layout.axis(0).isOnly(Role.IMAGE) && !layout.isShifted();
    if (isWhole && layout.axisOf(Role.ROW) == 2 && layout.axisOf(Role.COLUMN) == 3) {
      return in.through(axis2, axis3, planar(out));
    }
    if (isWhole && layout.axisOf(Role.ROW) == 3 && layout.axisOf(Role.COLUMN) == 2) {
      Layout turned =
          Layout.image(out[0], out[1], out[3], out[2], false).transposed(new int[] {0, 1, 3, 2});
      return in.through(axis3, axis2, turned);
    }
    // Inside windows of a partition: positions stay where they are if there are as many as before.
    boolean isKept =
        layout.hasPositions()
            && layout.axis(2).size() == out[2]
            && layout.axis(3).size() == out[3]
            && isPlaces(layout.axis(2))
            && isPlaces(layout.axis(3))
            && layout.axis(1).isOnly(Role.CHANNEL);
    return isKept
        ? Geometry.unknown(layout.withAxis(1, AxisParts.of(Role.CHANNEL, out[1])))
        : Geometry.LOST;
  }

  private static boolean isPlaces(AxisParts axis) {
    return !axis.isPadded()
        && axis.parts().stream().allMatch(p -> p.is(Role.ROW) || p.is(Role.COLUMN));
  }

  /** A convolution over N × C × T: every token by itself if the window is 1. */
  private Geometry alongTokens(OnnxNode node, long[] in) {
    Geometry before = traced.of(node.input(0));
    long[] out = traced.dims(node.output());
    if (before.isLost()
        || !Operators.is(node, Trait.CONVOLUTION)
        || !before.layout().axis(1).isOnly(Role.CHANNEL)
        || out[2] != in[2]) {
      return Geometry.LOST;
    }
    Geometry after =
        before.in(
            before
                .layout()
                .withAxis(1, AxisParts.of(Role.CHANNEL, out[1]))
                .renumbered(Role.CHANNEL));
    return kernel(node)[0] == 1 ? after : after.mixed();
  }

  private long[] kernel(OnnxNode node) {
    long[] kernel = node.integers("kernel_shape");
    if (kernel != null) {
      return kernel;
    }
    long[] dims = traced.dims(weights(node));
    return Arrays.copyOfRange(dims, 2, dims.length);
  }

  /** The weights of a convolution of any kind. */
  static String weights(OnnxNode node) {
    return node.input(node.op().equals("QLinearConv") ? 3 : 1);
  }

  private static long[] orOnes(long @Nullable [] list) {
    return list == null ? new long[] {1, 1} : list;
  }
}
