package org.netdissect.analysis.probes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.netdissect.base.DataException;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.AnnotatedImage.WholeLabel;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.dissection.rules.ImageOrder;

/**
 * Images with one class each: a label of the whole image, of the category that gives most images
 * just one.
 *
 * @param data the data set
 * @param category of the classes
 * @param images those with a class, by their names
 * @param classes of the images, in their order
 * @param without images without a class, or with several
 */
record ClassImages(
    ConceptDataset data, String category, ImageOrder images, List<String> classes, int without) {
  /** Images that tell about how many have a class. */
  private static final int LOOKED_AT = 200;

  static ClassImages of(ConceptDataset data) throws IOException {
    ImageOrder order = ImageOrder.byName(data);
    List<Category> categories = data.vocabulary().categories();
    List<Map<Integer, Integer>> labels = new ArrayList<>();
    categories.forEach(category -> labels.add(new TreeMap<>()));
    for (int i = 0; i < order.size(); i++) {
      for (Map.Entry<Integer, Integer> one :
          single(data, data.images().get(order.atlasIndex(i))).entrySet()) {
        labels.get(one.getKey()).put(i, one.getValue());
      }
    }
    int most = 0;
    for (int c = 1; c < labels.size(); c++) {
      most = labels.get(c).size() > labels.get(most).size() ? c : most;
    }
    if (labels.isEmpty() || labels.get(most).isEmpty()) {
      throw new DataException(
          data.name()
              + ": no image has a class, a label of the whole image; give a folder a class");
    }
    Map<Integer, Integer> chosen = labels.get(most);
    return new ClassImages(
        data,
        categories.get(most).name(),
        ImageOrder.of(
            chosen.keySet().stream().map(i -> data.images().get(order.atlasIndex(i))).toList()),
        chosen.values().stream().map(n -> data.vocabulary().concept(n).name()).toList(),
        order.size() - chosen.size());
  }

  /** About what share of the images has a class: of some all over the data set. */
  static double share(ConceptDataset data) {
    int images = data.images().size();
    int looked = Math.min(images, LOOKED_AT);
    Map<Integer, Integer> counts = new TreeMap<>();
    for (int i = 0; i < looked; i++) {
      ImageRow row = data.images().get((int) ((long) i * images / looked));
      single(data, row).keySet().forEach(category -> counts.merge(category, 1, Integer::sum));
    }
    return (double) counts.values().stream().mapToInt(n -> n).max().orElse(0) / Math.max(1, looked);
  }

  /** Whether two images have different classes of one category. */
  static boolean areSeveral(ConceptDataset data) {
    Map<Integer, Integer> seen = new TreeMap<>();
    for (ImageRow row : data.images()) {
      for (Map.Entry<Integer, Integer> one : single(data, row).entrySet()) {
        Integer other = seen.putIfAbsent(one.getKey(), one.getValue());
        if (other != null && !other.equals(one.getValue())) {
          return true;
        }
      }
    }
    return false;
  }

  /** By category, the label of an image where there is just one. */
  private static Map<Integer, Integer> single(ConceptDataset data, ImageRow row) {
    Map<Integer, Integer> single = new TreeMap<>();
    try {
      AnnotatedImage image = data.annotate(row);
      List<Integer> several = new ArrayList<>();
      for (WholeLabel label : image.wholeLabels()) {
        if (single.put(label.category(), label.number()) != null) {
          several.add(label.category());
        }
      }
      several.forEach(single::remove);
    } catch (DataException e) {
      // It has no class that can be read, and is counted as such.
    }
    return single;
  }
}
