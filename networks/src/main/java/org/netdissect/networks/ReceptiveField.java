package org.netdissect.networks;

import org.jspecify.annotations.Nullable;

/**
 * Which input pixels each cell of an activation map can depend on: cell i covers the pixels from
 * offset + i·step up to (not including) offset + i·step + size, on each axis. Pixels outside the
 * image are padding. Behind transposed convolutions and resizing the numbers may be fractions; the
 * centre offset + (size − 1)/2 + i·step is then still exact, the size an upper bound.
 *
 * <p>Composition follows the field maps of Network Dissection (Bau et al., CVPR 2017), with
 * dilation counted; where branches meet, the branch with the largest size in y decides, the first
 * on ties.
 *
 * @param y rows; null only in {@link #UNKNOWN}
 * @param x columns; null only in {@link #UNKNOWN}
 */
public record ReceptiveField(@Nullable Axis y, @Nullable Axis x) {

  /** The field of a layer that mixes all positions, or whose geometry cannot be told. */
  public static final ReceptiveField UNKNOWN = new ReceptiveField(null, null);

  /** The field of the input itself: each cell is its pixel. */
  static final ReceptiveField IDENTITY = new ReceptiveField(Axis.IDENTITY, Axis.IDENTITY);

  /**
   * @throws IllegalArgumentException if only one axis is given
   */
  public ReceptiveField {
    if ((y == null) != (x == null)) {
      throw new IllegalArgumentException("A receptive field has both axes or none.");
    }
  }

  /** The same geometry on both axes. */
  public static ReceptiveField square(double offset, double size, double step) {
    Axis axis = new Axis(offset, size, step);
    return new ReceptiveField(axis, axis);
  }

  /** False for {@link #UNKNOWN}. */
  public boolean isKnown() {
    return y != null;
  }

  /**
   * Rows.
   *
   * @throws IllegalStateException if the field is not known
   */
  @Override
  public Axis y() {
    return known(y);
  }

  /**
   * Columns.
   *
   * @throws IllegalStateException if the field is not known
   */
  @Override
  public Axis x() {
    return known(x);
  }

  private static Axis known(@Nullable Axis axis) {
    if (axis == null) {
      throw new IllegalStateException("The receptive field is unknown.");
    }
    return axis;
  }

  /** This field seen through windows along rows and columns; unknown if this one is. */
  ReceptiveField through(Axis rows, Axis columns) {
    return y == null || x == null
        ? UNKNOWN
        : new ReceptiveField(y.through(rows), x.through(columns));
  }

  @Override
  public String toString() {
    if (y == null) {
      return "unknown";
    }
    return y.equals(x) ? y.toString() : y + " × " + x;
  }

  /**
   * The geometry along one axis, in input pixels.
   *
   * @param offset first pixel of cell 0; negative where padding begins before the image
   * @param size pixels covered by a cell
   * @param step pixels from one cell to the next
   */
  public record Axis(double offset, double size, double step) {
    static final Axis IDENTITY = new Axis(0, 1, 1);

    /**
     * @throws IllegalArgumentException if a value is not finite, or size or step is not positive
     */
    public Axis {
      if (!Double.isFinite(offset)
          || !(size > 0 && size < Double.POSITIVE_INFINITY)
          || !(step > 0 && step < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "Not a receptive field: offset %s, size %s, step %s.".formatted(offset, size, step));
      }
    }

    /** Where cell {@code i} is centred, in index coordinates: pixel 0 is at 0. */
    public double centre(int i) {
      return offset + (size - 1) / 2 + i * step;
    }

    /** This axis seen through a window of another operation that reads the cells of this one. */
    Axis through(Axis window) {
      return new Axis(
          window.offset * step + offset, (window.size - 1) * step + size, window.step * step);
    }

    @Override
    public String toString() {
      return "offset %s, size %s, step %s".formatted(plain(offset), plain(size), plain(step));
    }

    private static String plain(double value) {
      return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
  }
}
