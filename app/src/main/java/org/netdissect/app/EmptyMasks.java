package org.netdissect.app;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.TopImage;
import org.netdissect.results.UnitScore;

/**
 * Units that are active but whose masks are empty, by why that is.
 *
 * @param tied so many values are the largest that none is above the threshold
 * @param small values are above the threshold, but too few of them, as with few images: what is
 *     interpolated between cells is above it on no pixel of a mask
 */
record EmptyMasks(List<Integer> tied, List<Integer> small) {
  static EmptyMasks of(LayerDissection layer) throws IOException {
    List<Integer> empty = layer.result().emptyMasks();
    if (empty.isEmpty()) {
      return new EmptyMasks(List.of(), List.of());
    }
    List<Integer> tied = new ArrayList<>();
    List<Integer> small = new ArrayList<>();
    List<List<TopImage>> top = layer.topImages();
    for (UnitScore unit : layer.units()) {
      if (empty.contains(unit.unit())) {
        boolean isAbove =
            top.get(unit.unit()).stream().anyMatch(one -> one.activation() > unit.threshold());
        (isAbove ? small : tied).add(unit.unit());
      }
    }
    return new EmptyMasks(tied, small);
  }
}
