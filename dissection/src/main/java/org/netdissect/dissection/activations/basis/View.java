package org.netdissect.dissection.activations.basis;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.results.BasisInfo;
import org.netdissect.results.DissectionInfo.NetworkInfo;
import org.netdissect.results.FitInfo;

/**
 * A view of a layer.
 *
 * @param name appended to the layer's
 * @param weights directions × channels, by rows; null leaves the channels as they are
 * @param bias added to each direction; null for none
 * @param directions how many
 * @param relu whether values below zero become zero
 * @param topK how many of the largest values are kept at each place; 0 for all
 * @param info what results record of it
 */
record View(
    String name,
    float @Nullable [] weights,
    float @Nullable [] bias,
    int directions,
    boolean relu,
    int topK,
    BasisInfo info) {

  /**
   * Warns where fitted directions are used on something else than they were fitted to.
   *
   * @param called how the view is called
   * @param layer name of the layer that it is of
   * @param network whose layer that is
   */
  void tellOfOtherUse(String called, String layer, NetworkInfo network, Progress progress) {
    FitInfo fitted = info.fitted();
    List<String> differences = fitted == null ? List.of() : fitted.differences(layer, network);
    if (!differences.isEmpty()) {
      progress.warn(
          Text.oneLine(
              called
                  + ": these directions were fitted to another "
                  + String.join(", another ", differences)));
    }
  }
}
