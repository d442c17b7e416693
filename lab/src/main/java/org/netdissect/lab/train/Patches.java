package org.netdissect.lab.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Tasks whose network sees patches of an image, each through the same trunk. The image is cut into
 * 3×3 cells; a patch is 7/8 of its cell, at a random place in it, so that no line runs on from one
 * patch into the next.
 */
abstract class Patches extends Related {
  Patches(Samples samples, TrainingOptions options) {
    super(samples, options);
  }

  private int cell() {
    return options.size() / 3;
  }

  @Override
  int side() {
    return side(options.size());
  }

  /** Pixels a side of a patch of an image of that size. */
  static int side(int size) {
    return size / 3 * 7 / 8;
  }

  /** Puts the patch of a cell, 0 … 8 in rows, anywhere in the cell. */
  void patch(byte[] rgb, int cell, boolean mirror, Random random, float[] images, int at) {
    int play = cell() - side() + 1;
    int column = mirror ? 2 - cell % 3 : cell % 3;
    int left = column * cell() + random.nextInt(play);
    int top = cell / 3 * cell() + random.nextInt(play);
    Pixels.patch(rgb, options.size(), left, top, side(), mirror, images, at);
  }

  /** Doersch, Gupta and Efros 2015: the middle patch and one of the eight around it. */
  static final class Context extends Patches {
    Context(Samples samples, TrainingOptions options) {
      super(samples, options);
    }

    @Override
    List<String> classes() {
      return List.of(
          "above left",
          "above",
          "above right",
          "left",
          "right",
          "below left",
          "below",
          "below right");
    }

    @Override
    void sample(int image, @Nullable Random random, float[] images, int at, float[] targets, int to)
        throws IOException {
      boolean mirror = mirrored(random);
      Random draw = drawing(random, image);
      int place = draw.nextInt(8);
      byte[] rgb = samples.pixels(image);
      patch(rgb, 4, mirror, draw, images, at);
      patch(rgb, place < 4 ? place : place + 1, mirror, draw, images, at + valuesOfView());
      targets[to] = place;
    }
  }

  /** Noroozi and Favaro 2016: the nine tiles in one of 24 orders that differ in many places. */
  static final class Puzzle extends Patches {
    private static final int ORDERS = 24;
    private static final int[][] PERMUTATIONS = permutations();

    Puzzle(Samples samples, TrainingOptions options) {
      super(samples, options);
    }

    /** Each the farthest, by Hamming distance to the nearest before it, of 2,000 random ones. */
    private static int[][] permutations() {
      Random random = new Random(9);
      List<int[]> candidates = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        int[] order = {0, 1, 2, 3, 4, 5, 6, 7, 8};
        for (int j = 8; j > 0; j--) {
          int k = random.nextInt(j + 1);
          int swap = order[j];
          order[j] = order[k];
          order[k] = swap;
        }
        candidates.add(order);
      }
      int[][] chosen = new int[ORDERS][];
      chosen[0] = candidates.get(0);
      for (int n = 1; n < ORDERS; n++) {
        int best = -1;
        for (int[] candidate : candidates) {
          int nearest = 9;
          for (int i = 0; i < n; i++) {
            nearest = Math.min(nearest, distance(chosen[i], candidate));
          }
          if (nearest > best) {
            best = nearest;
            chosen[n] = candidate;
          }
        }
      }
      return chosen;
    }

    private static int distance(int[] a, int[] b) {
      int differing = 0;
      for (int i = 0; i < a.length; i++) {
        differing += a[i] == b[i] ? 0 : 1;
      }
      return differing;
    }

    @Override
    List<String> classes() {
      List<String> names = new ArrayList<>();
      for (int[] order : PERMUTATIONS) {
        StringBuilder name = new StringBuilder();
        for (int tile : order) {
          name.append(tile + 1);
        }
        names.add(name.toString());
      }
      return names;
    }

    @Override
    void sample(int image, @Nullable Random random, float[] images, int at, float[] targets, int to)
        throws IOException {
      boolean mirror = mirrored(random);
      Random draw = drawing(random, image);
      int order = draw.nextInt(ORDERS);
      byte[] rgb = samples.pixels(image);
      for (int view = 0; view < 9; view++) {
        patch(rgb, PERMUTATIONS[order][view], mirror, draw, images, at + view * valuesOfView());
      }
      targets[to] = order;
    }
  }
}
