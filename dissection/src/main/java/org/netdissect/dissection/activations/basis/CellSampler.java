package org.netdissect.dissection.activations.basis;

import java.util.SplittableRandom;
import org.netdissect.dissection.activations.MapsPass;

/**
 * Draws cells from a layer's maps: from each image as many as from the next, give or take one,
 * without putting back. What is drawn depends on the seed and the image's number alone.
 */
final class CellSampler {
  private static final long STEP = 0x9E3779B97F4A7C15L;

  private final int images;
  private final int channels;
  private final int places;
  private final long wanted;
  private final long seed;

  /**
   * @param wanted cells in all; fewer where there are not so many
   */
  CellSampler(int images, int channels, int places, int wanted, long seed) {
    this.images = images;
    this.channels = channels;
    this.places = places;
    this.wanted = Math.min(wanted, (long) images * places);
    this.seed = seed;
  }

  /** The cells of a block of images, vector after vector. */
  double[] draw(MapsPass.Block block) {
    int count = 0;
    for (int image : block.images()) {
      count += share(image);
    }
    double[] drawn = new double[count * channels];
    int at = 0;
    for (int i = 0; i < block.images().length; i++) {
      int[] cells = choose(block.images()[i]);
      for (int c = 0; c < share(block.images()[i]); c++) {
        for (int u = 0; u < channels; u++) {
          drawn[at++] = block.maps()[0][(i * channels + u) * places + cells[c]];
        }
      }
    }
    return drawn;
  }

  private int share(int image) {
    return (int) ((image + 1) * wanted / images - image * wanted / images);
  }

  /** All cells, of which the first are those drawn. */
  private int[] choose(int image) {
    SplittableRandom random = new SplittableRandom(seed + (image + 1) * STEP);
    int[] cells = new int[places];
    for (int p = 0; p < places; p++) {
      cells[p] = p;
    }
    for (int c = 0; c < share(image); c++) {
      int other = c + random.nextInt(places - c);
      int kept = cells[c];
      cells[c] = cells[other];
      cells[other] = kept;
    }
    return cells;
  }
}
