package org.netdissect.results;

import org.jspecify.annotations.Nullable;
import org.netdissect.base.Text;
import org.netdissect.networks.ReceptiveField;

/**
 * A dissected layer.
 *
 * @param name of its tensor, or the name given to recorded maps
 * @param folder name of its folder in the result: the name made file-safe
 * @param kind the operation that gives the tensor, or {@code recorded}
 * @param units channels
 * @param height of its activation map, cells
 * @param width of its activation map, cells
 * @param field receptive field in input pixels, or null where it is unknown: then maps are laid
 *     over the image with half-pixel centres
 * @param basis what the units are directions of; null where they are the layer's own channels
 */
public record LayerInfo(
    String name,
    String folder,
    String kind,
    int units,
    int height,
    int width,
    @Nullable ReceptiveField field,
    @Nullable BasisInfo basis) {

  /** A layer whose units are its channels. */
  public LayerInfo(
      String name,
      String folder,
      String kind,
      int units,
      int height,
      int width,
      @Nullable ReceptiveField field) {
    this(name, folder, kind, units, height, width, field, null);
  }

  /** Cells of one activation map. */
  public int cells() {
    return height * width;
  }

  /** A layer's name as a folder's. */
  static String fileSafe(String name) {
    String safe = Text.fileSafe(name);
    return safe.isEmpty() ? "layer" : safe;
  }
}
