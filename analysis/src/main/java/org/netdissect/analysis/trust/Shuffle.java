package org.netdissect.analysis.trust;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.concepts.atlas.AtlasImage;

/**
 * Random permutations of the images that were read, uniform among those that send every image to
 * one with a mask of the same size. The r-th depends on the seed and on r alone.
 */
final class Shuffle {
  private final int images;
  private final List<int[]> ofEqualSize = new ArrayList<>();
  private final long seed;

  Shuffle(LabelledResult data, long seed) {
    this.seed = seed;
    images = data.images().size();
    Map<List<Integer>, List<Integer>> bySize = new LinkedHashMap<>();
    for (int i = data.read().nextSetBit(0); i >= 0; i = data.read().nextSetBit(i + 1)) {
      AtlasImage about = data.images().atlasImage(i);
      bySize
          .computeIfAbsent(
              List.of(about.maskHeight(), about.maskWidth()), size -> new ArrayList<>())
          .add(i);
    }
    bySize.values().forEach(group -> ofEqualSize.add(group.stream().mapToInt(i -> i).toArray()));
  }

  /**
   * Images that have no other of their size, so that only their own labels can meet their masks.
   */
  int alone() {
    return (int) ofEqualSize.stream().filter(group -> group.length == 1).count();
  }

  /** By image, the one whose masks are laid on it; −1 for images that were not read. */
  int[] permutation(int number) {
    SplittableRandom random = new SplittableRandom(mix(seed, number));
    int[] masksOf = new int[images];
    java.util.Arrays.fill(masksOf, -1);
    for (int[] group : ofEqualSize) {
      int[] order = group.clone();
      for (int i = order.length - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swapped = order[i];
        order[i] = order[j];
        order[j] = swapped;
      }
      for (int i = 0; i < order.length; i++) {
        masksOf[group[i]] = order[i];
      }
    }
    return masksOf;
  }

  /** A seed for a numbered draw, such that neighbouring seeds and numbers share nothing. */
  static long mix(long seed, long number) {
    long z = (seed * 0x9E3779B97F4A7C15L) ^ (number * 0xD1B54A32D192ED03L);
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
