package org.netdissect.dissection.activations;

import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.networks.ReceptiveField;

/** What is done about layers whose receptive field is unknown. */
final class LayerFields {
  private final Convention convention;
  private final List<String> unknown = new ArrayList<>();

  LayerFields(Convention convention) {
    this.convention = convention;
  }

  /** The field, or null where it is unknown: the layer's maps are then stretched over the image. */
  ReceptiveField knownOrNull(String layer, ReceptiveField field) {
    if (field.isKnown()) {
      return field;
    }
    unknown.add(layer);
    return null;
  }

  /**
   * Tells once of all such layers, where the convention would lay their maps otherwise.
   *
   * @param progress warned
   */
  void warn(Progress progress) {
    if (unknown.isEmpty() || convention == Convention.LITE) {
      return;
    }
    String first = Text.oneLine(unknown.get(0));
    progress.warn(
        unknown.size() == 1
            ? "the receptive field of layer "
                + first
                + " is unknown: its maps are stretched over the image (half-pixel centres)"
            : "the receptive fields of "
                + unknown.size()
                + " layers ("
                + first
                + ", …) are unknown: their maps are stretched over the image (half-pixel centres)");
  }
}
