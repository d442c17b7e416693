package org.netdissect.dissection.activations;

import org.netdissect.base.Progress;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.networks.ReceptiveField;

/** What is done about a layer whose receptive field is unknown. */
final class LayerFields {
  private LayerFields() {}

  /**
   * The field, or null where it is unknown: the layer's maps are then stretched over the image.
   *
   * @param progress warned of that where the convention would lay them otherwise
   */
  static ReceptiveField knownOrNull(
      String layer, ReceptiveField field, Convention convention, Progress progress) {
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
