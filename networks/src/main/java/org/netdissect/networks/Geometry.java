package org.netdissect.networks;

import org.netdissect.networks.ReceptiveField.Axis;

/**
 * Where the image's rows and columns lie in a tensor, and which input pixels each cell covers.
 *
 * @param layout null where they are not found any more
 * @param y rows of the receptive field; null if it is unknown
 * @param x columns of the receptive field; null if it is unknown
 * @param crop from what the tensor was cut, null if from nothing
 */
record Geometry(Layout layout, Axis y, Axis x, Crop crop) {
  static final Geometry LOST = new Geometry(null, null, null, null);

  /**
   * A piece of a tensor, to see when pieces are put together again in another order.
   *
   * @param size of the whole along that axis
   */
  record Crop(String whole, int axis, long start, long size, Geometry geometry) {}

  Geometry(Layout layout, Axis y, Axis x) {
    this(layout, y, x, null);
  }

  /** A layout whose cells depend on one cannot say which pixels. */
  static Geometry unknown(Layout layout) {
    return layout == null ? LOST : new Geometry(layout, null, null);
  }

  boolean isLost() {
    return layout == null;
  }

  boolean hasPositions() {
    return layout != null && layout.hasPositions();
  }

  boolean isKnown() {
    return y != null && x != null;
  }

  /** The same field in another layout. */
  Geometry in(Layout other) {
    return other == null ? LOST : new Geometry(other, y, x);
  }

  Geometry mixed() {
    return unknown(layout);
  }

  /** Seen through windows along rows and columns. */
  Geometry through(Axis rows, Axis columns, Layout other) {
    return isKnown() ? new Geometry(other, y.through(rows), x.through(columns)) : unknown(other);
  }

  ReceptiveField field() {
    return isKnown() ? new ReceptiveField(y, x) : ReceptiveField.UNKNOWN;
  }
}
