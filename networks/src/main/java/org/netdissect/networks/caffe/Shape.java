package org.netdissect.networks.caffe;

import java.util.Arrays;

/**
 * Dimensions of a blob for the number of images that the net's text says.
 *
 * @param dims at most 8, each at least 1
 * @param free whether the first counts images (or a multiple of them), so that it follows the
 *     number of images that really go in
 */
record Shape(long[] dims, boolean free) {

  int rank() {
    return dims.length;
  }

  long dim(int axis) {
    return dims[axis];
  }

  /** The axis with negative ones counted from the end; −1 where there is no such axis. */
  int axis(long axis) {
    long normal = axis < 0 ? axis + dims.length : axis;
    return normal < 0 || normal >= dims.length ? -1 : (int) normal;
  }

  /** Values on the axes from one to before another. */
  long count(int from, int to) {
    long count = 1;
    for (int i = from; i < to; i++) {
      count = Math.multiplyExact(count, dims[i]);
    }
    return count;
  }

  long count() {
    return count(0, dims.length);
  }

  /** The same with another length of one axis. */
  Shape with(int axis, long dim) {
    long[] changed = dims.clone();
    changed[axis] = dim;
    return new Shape(changed, free);
  }

  boolean hasSameDims(Shape other) {
    return Arrays.equals(dims, other.dims);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && free == shape.free && hasSameDims(shape);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  @Override
  public String toString() {
    return Blob.text(dims);
  }
}
