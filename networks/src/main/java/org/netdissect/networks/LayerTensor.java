package org.netdissect.networks;

import ai.onnxruntime.OnnxJavaType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.Layout.Role;

/**
 * A layer and how its tensor holds it.
 *
 * @param type of the values that are read: those of the tensor, or floats where it is quantised
 * @param quantisation what 8-bit values stand for; null for floats
 */
record LayerTensor(
    Layer layer, OnnxJavaType type, Layout layout, @Nullable Quantisation quantisation) {
  /** No name of a model ends so. */
  private static final String FLOATS = "\u00b7netdissect\u00b7floats";

  /** Largest maps of one image, so that they fit one buffer even as doubles. */
  private static final long LARGEST = Integer.MAX_VALUE / 8;

  /** Whether a layout holds maps at all, of a size that can be recorded. */
  static boolean isLayer(Layout layout) {
    return layout.hasPositions()
        && !layout.has(Role.OTHER)
        && layout.has(Role.CHANNEL)
        && (long) layout.rows() * layout.columns() > 1
        && (long) layout.rows() * layout.columns() * layout.channels() <= LARGEST;
  }

  /** The tensor to read: the layer's own, or its values as floats. */
  String tapped() {
    return quantisation == null ? layer.name() : layer.name() + FLOATS;
  }

  /** Has a graph give out the tensor to read. */
  void tap(GraphEdit edit) {
    if (quantisation != null) {
      edit.node(quantisation.dequantised(layer.name(), tapped()));
    }
    edit.outputs(List.of(tapped()));
  }

  /** Whether the tensor is N × C × H × W. */
  boolean isPlanar() {
    return isPlanar(layout);
  }

  static boolean isPlanar(Layout layout) {
    return layout.rank() == 4
        && layout.axisOf(Role.CHANNEL) == 1
        && layout.isGrid()
        && layout.axisOf(Role.ROW) == 2
        && layout.axisOf(Role.COLUMN) == 3;
  }

  /**
   * The tensor's dimensions for so many images.
   *
   * @param images a multiple of those in the layout; other than 1 only where {@link
   *     Layout#isImagesFirst}
   */
  long[] dims(long images) {
    long[] dims = layout.axes().stream().mapToLong(Layout.AxisParts::size).toArray();
    int inLayout = layout.count(Role.IMAGE);
    if (images != inLayout) {
      dims[0] = dims[0] / inLayout * images;
    }
    return dims;
  }

  /** Values of the tensor for one image; more than the layer's where tokens are left out. */
  int valuesPerImage() {
    long values = 1;
    for (long dim : dims(layout.count(Role.IMAGE))) {
      values = Math.multiplyExact(values, dim);
    }
    return Math.toIntExact(values / layout.count(Role.IMAGE));
  }

  /** How far the values of the next image lie from those of one. */
  int imageStep() {
    int step = 1;
    boolean isInside = false;
    for (Layout.AxisParts axis : layout.axes()) {
      if (isInside) {
        step = Math.multiplyExact(step, axis.size());
        continue;
      }
      for (Layout.Part part : axis.parts()) {
        step *= isInside ? part.size() : 1;
        isInside |= part.is(Role.IMAGE);
      }
    }
    return step;
  }

  /** How tokens cover the image, or null if rows and columns have axes of their own. */
  @Nullable TokenGrid tokens() {
    if (layout.isGrid()) {
      return null;
    }
    int before = 0;
    int after = 0;
    for (Layout.AxisParts axis : layout.axes()) {
      before = Math.max(before, axis.before());
      after = Math.max(after, axis.after());
    }
    return new TokenGrid(layout.rows(), layout.columns(), before, after);
  }
}
