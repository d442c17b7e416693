package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random chains of reshapes and transposes, beside a tensor of numbers that goes the same way. */
class LayoutTest {
  private static final int CHANNELS = 6;
  private static final int ROWS = 4;
  private static final int COLUMNS = 6;

  @Test
  void everyValueIsFoundAgain() {
    int found = 0;
    for (long seed = 0; seed < 400; seed++) {
      found += follow(new Random(seed), "seed " + seed) ? 1 : 0;
    }
    assertTrue(found > 200, "only " + found + " chains came through");
  }

  private static boolean follow(Random random, String what) {
    Layout layout = Layout.image(1, CHANNELS, ROWS, COLUMNS, false);
    long[] dims = {1, CHANNELS, ROWS, COLUMNS};
    int[] values = new int[CHANNELS * ROWS * COLUMNS];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    for (int step = 0; step < 6; step++) {
      if (random.nextBoolean()) {
        dims = otherDims(dims, random);
        layout = layout.reshaped(dims);
        if (layout == null) {
          return false;
        }
      } else {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < dims.length; i++) {
          order.add(i);
        }
        Collections.shuffle(order, random);
        int[] perm = order.stream().mapToInt(Integer::intValue).toArray();
        values = transposed(values, dims, perm);
        long[] turned = new long[dims.length];
        for (int i = 0; i < turned.length; i++) {
          turned[i] = dims[perm[i]];
        }
        dims = turned;
        layout = layout.transposed(perm);
      }
    }
    assertTrue(layout.hasPositions(), what);
    assertEquals(CHANNELS, layout.channels(), what);
    int[] offsets = layout.offsets();
    // Channels may be numbered anew, but each keeps its own map whole.
    for (int c = 0; c < CHANNELS; c++) {
      int channel = values[offsets[c * ROWS * COLUMNS]] / (ROWS * COLUMNS);
      for (int p = 0; p < ROWS * COLUMNS; p++) {
        int expected = channel * ROWS * COLUMNS + p;
        assertEquals(expected, values[offsets[c * ROWS * COLUMNS + p]], what);
      }
    }
    return true;
  }

  /** Splits one axis or joins two neighbours. */
  private static long[] otherDims(long[] dims, Random random) {
    List<Long> made = new ArrayList<>();
    for (long dim : dims) {
      made.add(dim);
    }
    int at = random.nextInt(dims.length);
    if (random.nextBoolean() && at + 1 < dims.length) {
      made.set(at, dims[at] * dims[at + 1]);
      made.remove(at + 1);
    } else {
      for (long part = 2; part < dims[at]; part++) {
        if (dims[at] % part == 0) {
          made.set(at, part);
          made.add(at + 1, dims[at] / part);
          break;
        }
      }
    }
    return made.stream().mapToLong(Long::longValue).toArray();
  }

  private static int[] transposed(int[] values, long[] dims, int[] perm) {
    int rank = dims.length;
    int[] made = new int[values.length];
    int[] place = new int[rank];
    for (int i = 0; i < made.length; i++) {
      int rest = i;
      for (int axis = rank - 1; axis >= 0; axis--) {
        place[perm[axis]] = (int) (rest % dims[perm[axis]]);
        rest /= (int) dims[perm[axis]];
      }
      int from = 0;
      for (int axis = 0; axis < rank; axis++) {
        from = from * (int) dims[axis] + place[axis];
      }
      made[i] = values[from];
    }
    return made;
  }
}
