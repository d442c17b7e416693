package org.netdissect.networks;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of cells made of channels, or channels made of blocks, as exporters write what ONNX calls
 * DepthToSpace and SpaceToDepth: a reshape to six axes, a transpose, and a reshape back.
 *
 * @param source tensor of N × C × H × W
 * @param block cells of a block's side
 * @param isToSpace whether blocks are made of channels
 */
record PixelShuffle(String source, long block, boolean isToSpace) {
  /** N × C × b × b × H × W to N × C × H × b × W × b. */
  private static final long[] CHANNELS_FIRST = {0, 1, 4, 2, 5, 3};

  /** N × b × b × C × H × W to N × C × H × b × W × b. */
  private static final long[] BLOCKS_FIRST = {0, 3, 4, 1, 5, 2};

  /** N × C × H × b × W × b to N × C × b × b × H × W. */
  private static final long[] TO_CHANNELS = {0, 1, 3, 5, 2, 4};

  /** N × C × H × b × W × b to N × b × b × C × H × W. */
  private static final long[] TO_BLOCKS = {0, 3, 5, 1, 2, 4};

  /** What ends in a node; null where it is no such thing. */
  static @Nullable PixelShuffle endingIn(OnnxNode node, OnnxGraph graph, Traced traced) {
    OnnxNode turn = graph.producer(node.input(0));
    if (turn == null || !node.op().equals("Reshape") || !turn.op().equals("Transpose")) {
      return null;
    }
    OnnxNode split = graph.producer(turn.input(0));
    if (split == null || !split.op().equals("Reshape")) {
      return null;
    }
    long[] perm = turn.integers("perm");
    boolean isOfSixAxes =
        traced.rank(split.input(0)) == 4
            && traced.rank(split.output()) == 6
            && traced.rank(node.output()) == 4;
    if (perm == null || !isOfSixAxes) {
      return null;
    }
    long[] from = traced.dims(split.input(0));
    long[] six = traced.dims(split.output());
    long[] to = traced.dims(node.output());
    if (Arrays.equals(perm, CHANNELS_FIRST) || Arrays.equals(perm, BLOCKS_FIRST)) {
      long block = six[2];
      int other = perm[1] == 1 ? 3 : 1;
      boolean isAsSaid =
          six[other] == block
              && six[4] == from[2]
              && six[5] == from[3]
              && is(to, from[0], from[1] / (block * block), from[2] * block, from[3] * block);
      return isAsSaid ? new PixelShuffle(split.input(0), block, true) : null;
    }
    if (Arrays.equals(perm, TO_CHANNELS) || Arrays.equals(perm, TO_BLOCKS)) {
      long block = six[3];
      boolean isAsSaid =
          six[5] == block
              && six[1] == from[1]
              && six[2] * block == from[2]
              && six[4] * block == from[3]
              && is(to, from[0], from[1] * block * block, six[2], six[4]);
      return isAsSaid ? new PixelShuffle(split.input(0), block, false) : null;
    }
    return null;
  }

  private static boolean is(long[] dims, long... expected) {
    return Arrays.equals(dims, expected);
  }
}
