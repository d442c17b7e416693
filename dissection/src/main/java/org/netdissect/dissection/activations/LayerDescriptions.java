package org.netdissect.dissection.activations;

import org.netdissect.base.Limits;
import org.netdissect.base.Progress;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.DissectionException;
import org.netdissect.results.FolderNames;
import org.netdissect.results.LayerInfo;

/** Describes the layers of a source: folders of their own, sizes that can be worked with. */
final class LayerDescriptions {
  /** Values of a layer on one image: a gibibyte. */
  private static final long MOST_VALUES = 1L << 28;

  private final FolderNames folders = FolderNames.inResult();
  private final Convention convention;
  private final Progress progress;

  /**
   * For one network's layers.
   *
   * @param progress warned of layers of unknown receptive field
   */
  LayerDescriptions(Convention convention, Progress progress) {
    this.convention = convention;
    this.progress = progress;
  }

  /**
   * Describes a layer.
   *
   * @throws DissectionException if it is larger than anything honest
   */
  LayerInfo of(String name, String kind, int units, int height, int width, ReceptiveField field)
      throws DissectionException {
    long cells = (long) height * width;
    if (cells > Limits.MASK_PIXELS || cells > MOST_VALUES / units) {
      throw new DissectionException(
          "layer "
              + name
              + ": "
              + units
              + " units of "
              + height
              + "×"
              + width
              + " are too many values for one image");
    }
    return new LayerInfo(
        name, folders.of(name), kind, units, height, width, knownOrNull(name, field));
  }

  /** The field, or null where it is unknown: the layer's maps are then stretched. */
  private ReceptiveField knownOrNull(String layer, ReceptiveField field) {
    if (field.isKnown()) {
      return field;
    }
    if (convention != Convention.LITE) {
      progress.warn(
          "the receptive field of layer "
              + layer
              + " is unknown: its maps are stretched over the image (half-pixel centres)");
    }
    return null;
  }
}
