package org.netdissect.datasets.broden.build;

import java.util.List;

/**
 * What a source says of an image in one category: labels of the whole image, or maps.
 *
 * @param kind the category
 * @param form how the labels lie
 * @param whole codes of labels of the whole image, dominant first; 0 for none
 * @param maps of one size, dominant first; none where the image has only whole labels
 */
record KindLabels(Kind kind, Form form, List<Integer> whole, List<CodeMap> maps) {

  /** How labels lie, which decides how the masks' files are named. */
  enum Form {
    WHOLE,
    /** One map. */
    MAP,
    /** Maps on each other, numbered even if there is but one. */
    LAYERS
  }

  static KindLabels whole(Kind kind, List<Integer> codes) {
    return new KindLabels(kind, Form.WHOLE, codes, List.of());
  }

  static KindLabels map(Kind kind, CodeMap map) {
    return new KindLabels(kind, Form.MAP, List.of(), List.of(map));
  }

  /** Layers; where there are none the image has no labels of that category. */
  static KindLabels layers(Kind kind, List<CodeMap> maps) {
    return maps.isEmpty()
        ? whole(kind, List.of())
        : new KindLabels(kind, Form.LAYERS, List.of(), maps);
  }
}
