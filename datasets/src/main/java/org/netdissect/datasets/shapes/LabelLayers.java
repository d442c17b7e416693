package org.netdissect.datasets.shapes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.netdissect.concepts.AnnotatedImage;

/** Shapes of one image, gathered by label. Where labels overlap, a pixel has all of them. */
public final class LabelLayers {
  private final int pixels;
  private final Map<Integer, boolean[]> ofLabel = new TreeMap<>();

  /**
   * Nothing yet.
   *
   * @param pixels of the mask
   */
  public LabelLayers(int pixels) {
    this.pixels = pixels;
  }

  /** One flag a mask pixel: where the label is. */
  public boolean[] of(int label) {
    return ofLabel.computeIfAbsent(label, n -> new boolean[pixels]);
  }

  /** The labels above one another, in as few maps of the category as a greedy choice needs. */
  public List<AnnotatedImage.LabelMap> maps(int category) {
    List<char[]> layers = new ArrayList<>();
    ofLabel.forEach(
        (number, mask) -> {
          char[] free = null;
          for (char[] layer : layers) {
            boolean clash = false;
            for (int p = 0; p < pixels && !clash; p++) {
              clash = mask[p] && layer[p] != 0;
            }
            if (!clash) {
              free = layer;
              break;
            }
          }
          if (free == null) {
            free = new char[pixels];
            layers.add(free);
          }
          for (int p = 0; p < pixels; p++) {
            if (mask[p]) {
              free[p] = (char) (int) number;
            }
          }
        });
    return layers.stream().map(layer -> new AnnotatedImage.LabelMap(category, layer)).toList();
  }
}
