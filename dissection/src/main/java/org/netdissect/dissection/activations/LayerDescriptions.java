package org.netdissect.dissection.activations;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Limits;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
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
  private final List<String> unknown = new ArrayList<>();

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
  private @Nullable ReceptiveField knownOrNull(String layer, ReceptiveField field) {
    if (field.isKnown()) {
      return field;
    }
    unknown.add(layer);
    return null;
  }

  /** Tells once of all layers of unknown field, where the convention would lay their maps else. */
  void warn() {
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
