package org.netdissect.analysis.probes;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.netdissect.results.LayerInfo;

/** What becomes of a layer's maps before they are features of an image. */
public enum Pool {
  /** Every cell of every unit is a feature. */
  FLATTEN,
  /** The mean of each unit. */
  AVG,
  /** The largest value of each unit. */
  MAX;

  /**
   * The one of that name.
   *
   * @throws IllegalArgumentException with one line if there is none
   */
  public static Pool of(String name) {
    List<String> names = Arrays.stream(values()).map(Pool::toString).toList();
    if (!names.contains(name)) {
      throw new IllegalArgumentException(
          "--pool '" + name + "' is unknown; there are " + String.join(", ", names));
    }
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** Features of an image. */
  int size(LayerInfo layer) {
    return this == FLATTEN ? layer.units() * layer.cells() : layer.units();
  }

  /** The features of one image, whose maps begin at {@code from}. */
  float[] of(LayerInfo layer, float[] maps, int from) {
    if (this == FLATTEN) {
      return Arrays.copyOfRange(maps, from, from + layer.units() * layer.cells());
    }
    float[] features = new float[layer.units()];
    for (int u = 0; u < features.length; u++) {
      int first = from + u * layer.cells();
      double sum = 0;
      float largest = Float.NEGATIVE_INFINITY;
      for (int c = first; c < first + layer.cells(); c++) {
        sum += maps[c];
        largest = Math.max(largest, maps[c]);
      }
      features[u] = this == AVG ? (float) (sum / layer.cells()) : largest;
    }
    return features;
  }

  /** As people write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
