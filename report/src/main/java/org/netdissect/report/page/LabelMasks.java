package org.netdissect.report.page;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.netdissect.results.ConceptInfo;
import org.netdissect.results.Dissection;

/**
 * A file for each concept that is some unit's label: where it is on the images that such units show
 * and that hold it. Each image once, however many units show it.
 */
final class LabelMasks {
  private final Map<Integer, SortedSet<Integer>> images = new TreeMap<>();

  /** Takes note that an image which holds a concept is shown by a unit of that label. */
  void add(ConceptInfo concept, int image) {
    images.computeIfAbsent(concept.number(), key -> new TreeSet<>()).add(image);
  }

  /**
   * Writes the files: masks as text by the place of the photograph. A mask of specks is left out.
   */
  void write(Dissection dissection, Photos photos, ConceptImages concepts, ReportFolder out)
      throws IOException {
    for (int place = 0; place < dissection.concepts().size(); place++) {
      int number = dissection.concepts().get(place).number();
      if (!images.containsKey(number)) {
        continue;
      }
      Map<Integer, String> masks = new LinkedHashMap<>();
      for (int image : images.get(number)) {
        String mask = concepts.mask(image, number);
        if (mask != null) {
          masks.put(photos.place(image), mask);
        }
      }
      out.write(
          ConceptPages.FOLDER + "/label-" + place + ".js",
          Page.call("label", "concepts~", place, masks));
    }
  }
}
