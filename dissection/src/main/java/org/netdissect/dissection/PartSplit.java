package org.netdissect.dissection;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.netdissect.concepts.atlas.AtlasImage;
import org.netdissect.dissection.rules.ImageSet;

/**
 * Which part each image falls to. Every part has about as many large and small photographs as any
 * other of its size, so that they take about as long.
 *
 * <p>A quarter of the parts, the first ones, are small: they hold one image in twenty. They are
 * done first, and what they find bounds what all others have to keep.
 */
final class PartSplit {
  /** One image in so many is of the sample. */
  private static final int SAMPLE = 20;

  /** One part in so many is of the sample. */
  private static final int SAMPLE_PARTS = 4;

  private final int[][] parts;

  /**
   * Splits all images.
   *
   * @param parts how many are wanted; more than there are images are not made
   */
  PartSplit(ImageSet images, int parts) {
    int all = images.size();
    int made = Math.max(1, Math.min(parts, all));
    int sampled = all / SAMPLE;
    int samples = Math.min(made / SAMPLE_PARTS, sampled);
    int[] bySize = bySize(images);
    int[] partOf = new int[all];
    int[] count = new int[made];
    int sample = 0;
    int rest = 0;
    for (int i = 0; i < all; i++) {
      boolean isSampled = samples > 0 && i % SAMPLE == SAMPLE / 2 && sample < sampled;
      int part = isSampled ? sample++ % samples : samples + rest++ % (made - samples);
      partOf[bySize[i]] = part;
      count[part]++;
    }
    this.parts = new int[made][];
    for (int p = 0; p < made; p++) {
      this.parts[p] = new int[count[p]];
    }
    for (int image = all - 1; image >= 0; image--) {
      this.parts[partOf[image]][--count[partOf[image]]] = image;
    }
  }

  /** Numbers of the images, the largest photographs first; of equal ones in their order. */
  private static int[] bySize(ImageSet images) {
    long[] keys =
        IntStream.range(0, images.size())
            .mapToLong(
                image -> {
                  AtlasImage about = images.atlasImage(image);
                  long size = (long) about.photoHeight() * about.photoWidth();
                  return (Integer.MAX_VALUE - Math.min(size, Integer.MAX_VALUE)) << 32 | image;
                })
            .toArray();
    Arrays.sort(keys);
    return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
  }

  /** How many there are. */
  int count() {
    return parts.length;
  }

  /** Numbers of a part's images, ascending; at least one. */
  int[] images(int part) {
    return parts[part];
  }
}
