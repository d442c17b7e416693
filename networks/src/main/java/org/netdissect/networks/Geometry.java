package org.netdissect.networks;

import org.jspecify.annotations.Nullable;
import org.netdissect.networks.ReceptiveField.Axis;

/**
 * Where the image's rows and columns lie in a tensor, and which input pixels each cell covers.
 *
 * @param layoutOrNull null where they are not found any more
 * @param field which input pixels; {@link ReceptiveField#UNKNOWN} where that cannot be told
 * @param crop from what the tensor was cut, null if from nothing
 */
record Geometry(@Nullable Layout layoutOrNull, ReceptiveField field, @Nullable Crop crop) {
  static final Geometry LOST = new Geometry(null, ReceptiveField.UNKNOWN, null);

  /**
   * A piece of a tensor, to see when pieces are put together again in another order.
   *
   * @param size of the whole along that axis
   */
  record Crop(String whole, int axis, long start, long size, Geometry geometry) {}

  Geometry(Layout layout, ReceptiveField field) {
    this(layout, field, null);
  }

  /** A layout whose cells depend on one cannot say which pixels. */
  static Geometry unknown(@Nullable Layout layout) {
    return layout == null ? LOST : new Geometry(layout, ReceptiveField.UNKNOWN);
  }

  boolean isLost() {
    return layoutOrNull == null;
  }

  /**
   * The layout of what is not lost.
   *
   * @throws IllegalStateException if it is lost
   */
  Layout layout() {
    if (layoutOrNull == null) {
      throw new IllegalStateException("lost");
    }
    return layoutOrNull;
  }

  boolean hasPositions() {
    return layoutOrNull != null && layoutOrNull.hasPositions();
  }

  boolean isKnown() {
    return field.isKnown();
  }

  /** The same field in another layout. */
  Geometry in(@Nullable Layout other) {
    return other == null ? LOST : new Geometry(other, field);
  }

  Geometry mixed() {
    return unknown(layoutOrNull);
  }

  /** Seen through windows along rows and columns. */
  Geometry through(Axis rows, Axis columns, @Nullable Layout other) {
    return other == null ? LOST : new Geometry(other, field.through(rows, columns));
  }
}
