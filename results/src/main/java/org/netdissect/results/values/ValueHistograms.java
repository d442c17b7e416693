package org.netdissect.results.values;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.netdissect.base.files.Bytes;
import org.netdissect.base.files.FileKind;

/**
 * Per unit, how many of its activation values fall into each of 65,536 bins: the upper sixteen bits
 * of the float, ordered as numbers, so that a bin is 1/128 of a power of two wide. Zeros are
 * counted apart. From the counts follows, at every moment, a true lower bound of the final
 * threshold; the exact threshold then needs only the values of one bin.
 *
 * <p>Accuracy: counts are exact; a bin's relative width is at most 2⁻⁷. Memory: 1 KiB for each two
 * powers of two in which a unit has values, some 15 KiB a unit in practice.
 *
 * <p>Not synchronised: callers hold a lock per unit.
 */
public final class ValueHistograms {
  /** The bin of zero and of the positive subnormal numbers. */
  public static final int ZERO_BIN = 0x8000;

  public static final FileKind KIND = new FileKind("NDHISTO", 1);

  static final int PAGE = 256;

  /** Values in a bin at most. */
  private static final long MOST_COUNT = (1L << 32) - 1;

  private final int[][][] pages;
  private final long[] zeros;
  private final long[] counted;

  /** Per unit the bin that {@link #boundBin} gave last, or −1 where it is not known. */
  private final int[] bound;

  /** Values in the bins above {@link #bound}. */
  private final long[] aboveBound;

  public ValueHistograms(int units) {
    pages = new int[units][][];
    zeros = new long[units];
    counted = new long[units];
    bound = new int[units];
    aboveBound = new long[units];
    Arrays.fill(bound, -1);
  }

  int units() {
    return pages.length;
  }

  /** Maps floats to integers in the same order (unsigned). */
  public static int key(float value) {
    return keyOfBits(Float.floatToRawIntBits(value));
  }

  private static int keyOfBits(int bits) {
    return bits ^ ((bits >> 31) | 0x80000000);
  }

  public static float valueOfKey(int key) {
    int bits = key < 0 ? key ^ 0x80000000 : ~key;
    return Float.intBitsToFloat(bits);
  }

  public static int bin(float value) {
    return key(value) >>> 16;
  }

  /** The smallest value of a bin. */
  public static float lowerEdge(int bin) {
    return valueOfKey(bin << 16);
  }

  /**
   * Adds what was counted to a unit and empties the counter.
   *
   * @return false, and nothing is added, if one of the values is no finite number
   */
  public boolean add(int unit, BinCounter counter) {
    if (!counter.isFinite()) {
      for (int p = 0; p < PAGE; p++) {
        counter.clear(p);
      }
      counter.reset();
      return false;
    }
    counter.setZerosApart();
    int[][] own = pages[unit];
    if (own == null) {
      own = new int[PAGE][];
      pages[unit] = own;
    }
    int edge = bound[unit];
    int above = edge < ZERO_BIN ? counter.zeros() : 0;
    int left = counter.counted() - counter.zeros();
    for (int p = 0; p < PAGE; p++) {
      if (own[p] != null) {
        int sum = counter.sum(p);
        left -= sum;
        if (sum != 0) {
          above += above(edge, p, sum, counter);
          counter.addTo(own[p], p);
        }
        counter.clear(p);
      }
    }
    // Values where the unit never had any.
    for (int p = 0; left > 0; p++) {
      if (own[p] == null) {
        int sum = counter.sum(p);
        if (sum != 0) {
          left -= sum;
          above += above(edge, p, sum, counter);
          own[p] = new int[PAGE];
          counter.addTo(own[p], p);
          counter.clear(p);
        }
      }
    }
    aboveBound[unit] += above;
    zeros[unit] += counter.zeros();
    counted[unit] += counter.counted();
    counter.reset();
    return true;
  }

  /** How many of the {@code sum} values counted in a page are in the bins above {@code edge}. */
  private static int above(int edge, int page, int sum, BinCounter counter) {
    int edgePage = edge >> 8;
    return page > edgePage ? sum : page < edgePage ? 0 : counter.sum(page, (edge & 0xff) + 1);
  }

  /** Adds another histogram's counts to a unit. */
  public void addAll(int unit, ValueHistograms other, int otherUnit) {
    if (other.pages[otherUnit] != null) {
      for (int p = 0; p < PAGE; p++) {
        int[] page = other.pages[otherUnit][p];
        if (page != null) {
          for (int b = 0; b < PAGE; b++) {
            if (page[b] != 0) {
              addCount(unit, p << 8 | b, page[b]);
            }
          }
        }
      }
    }
    zeros[unit] += other.zeros[otherUnit];
    counted[unit] += other.counted[otherUnit];
    bound[unit] = -1;
  }

  /**
   * Adds of another histogram what tells where its largest values lie: the bins down to that of a
   * rank, the zeros, and how many values there are below, which count in bins that no finite value
   * falls into.
   *
   * @param rank from 1
   */
  public void addLargest(int unit, ValueHistograms other, int otherUnit, long rank) {
    int lowest = other.counted[otherUnit] > rank ? other.place(otherUnit, rank).bin() : 0;
    long below = 0;
    for (int p = 0; other.pages[otherUnit] != null && p < PAGE; p++) {
      int[] page = other.pages[otherUnit][p];
      for (int b = 0; page != null && b < PAGE; b++) {
        if ((p << 8 | b) < lowest) {
          below += Integer.toUnsignedLong(page[b]);
        } else if (page[b] != 0) {
          addCount(unit, p << 8 | b, page[b]);
        }
      }
    }
    for (int bin = 0; below > 0; bin++) {
      long count = Math.min(below, MOST_COUNT);
      addCount(unit, bin, (int) count);
      below -= count;
    }
    zeros[unit] += other.zeros[otherUnit];
    counted[unit] += other.counted[otherUnit];
    bound[unit] = -1;
  }

  private void addCount(int unit, int bin, int count) {
    if (pages[unit] == null) {
      pages[unit] = new int[PAGE][];
    }
    if (pages[unit][bin >>> 8] == null) {
      pages[unit][bin >>> 8] = new int[PAGE];
    }
    pages[unit][bin >>> 8][bin & 0xff] += count;
  }

  /** Values counted for a unit. */
  public long counted(int unit) {
    return counted[unit];
  }

  /** Values of a unit that are zero. */
  public long zeros(int unit) {
    return zeros[unit];
  }

  /** Values of a unit in a bin. */
  public long count(int unit, int bin) {
    long count = bin == ZERO_BIN ? zeros[unit] : 0;
    int[][] own = pages[unit];
    if (own != null && own[bin >>> 8] != null) {
      // Read as unsigned: a bin may hold up to 2³² − 1 values.
      count += Integer.toUnsignedLong(own[bin >>> 8][bin & 0xff]);
    }
    return count;
  }

  /**
   * Where the value of a rank lies.
   *
   * @param rank from 1 (the largest) to the number of values
   */
  public Place place(int unit, long rank) {
    long above = 0;
    int[][] own = pages[unit];
    for (int b = (1 << 16) - 1; b >= 0; b--) {
      if ((own == null || own[b >>> 8] == null) && b >>> 8 != ZERO_BIN >>> 8) {
        b &= ~0xff;
        continue;
      }
      long count = count(unit, b);
      if (above + count >= rank) {
        return new Place(b, rank - above);
      }
      above += count;
    }
    throw new IllegalArgumentException("rank " + rank + " of " + above + " values");
  }

  /**
   * The bin of the value of a rank among those counted so far. The first time it is searched for,
   * then followed upwards as values are added, which costs next to nothing.
   *
   * @param rank the same at every call
   * @return −1 as long as there are fewer values
   */
  public int boundBin(int unit, long rank) {
    if (counted[unit] < rank) {
      return -1;
    }
    int bin = bound[unit];
    if (bin < 0) {
      Place place = place(unit, rank);
      bin = place.bin();
      aboveBound[unit] = rank - place.rank();
    } else {
      while (aboveBound[unit] >= rank) {
        aboveBound[unit] -= count(unit, ++bin);
      }
    }
    bound[unit] = bin;
    assert bin == place(unit, rank).bin() : "the bound follows the counts";
    return bin;
  }

  /**
   * The lower edge of the bin of the value of a rank; −∞ while there are fewer values.
   *
   * @param rank the same at every call
   */
  public float lowerBound(int unit, long rank) {
    int bin = boundBin(unit, rank);
    return bin < 0 ? Float.NEGATIVE_INFINITY : lowerEdge(bin);
  }

  /**
   * A place among the values.
   *
   * @param bin that holds it
   * @param rank within the bin, from 1 (the largest there)
   */
  public record Place(int bin, long rank) {}

  /** Writes a unit: zeros, then the non-empty bins as distance and count. */
  public void encode(int unit, Bytes out) {
    out.putVarint(counted[unit]);
    out.putVarint(zeros[unit]);
    int bins = 0;
    if (pages[unit] != null) {
      for (int[] page : pages[unit]) {
        if (page != null) {
          for (int count : page) {
            bins += count != 0 ? 1 : 0;
          }
        }
      }
    }
    out.putVarint(bins);
    int last = 0;
    for (int p = 0; bins > 0 && p < PAGE; p++) {
      int[] page = pages[unit][p];
      if (page != null) {
        for (int b = 0; b < PAGE; b++) {
          if (page[b] != 0) {
            out.putVarint((p << 8 | b) - last);
            out.putVarint(Integer.toUnsignedLong(page[b]));
            last = p << 8 | b;
          }
        }
      }
    }
  }

  /**
   * Reads what {@link #encode} wrote and adds it to a unit.
   *
   * @throws IllegalStateException if it contradicts itself
   */
  public void decode(int unit, ByteBuffer in) {
    long all = Bytes.getVarint(in);
    long nought = Bytes.getVarint(in);
    counted[unit] += all;
    zeros[unit] += nought;
    int bins = Bytes.getVarint(in, 1 << 16);
    int bin = 0;
    // Zeros stand in no bin.
    long left = all - nought;
    if (all < 0 || nought < 0 || left < 0) {
      throw new IllegalStateException("more zeros than values");
    }
    for (int i = 0; i < bins; i++) {
      bin += Bytes.getVarint(in, (1 << 16) - 1 - bin);
      long count = Bytes.getVarint(in);
      if (count < 0 || count > left) {
        throw new IllegalStateException("bins that hold more than was counted");
      }
      left -= count;
      addCount(unit, bin, (int) count);
    }
    if (left != 0) {
      throw new IllegalStateException("bins that hold less than was counted");
    }
    bound[unit] = -1;
  }
}
