package org.netdissect.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TileCodecTest {
  /** The obvious decoder: value above T in units of the largest difference; NaN where not held. */
  private static double[] decode(String text, int size) {
    byte[] bytes = Base64.getDecoder().decode(text);
    int[] at = {1};
    double[] map = new double[size];
    java.util.Arrays.fill(map, Double.NaN);
    int peak = varint(bytes, at);
    int runs = varint(bytes, at);
    int[] cells = new int[size];
    int count = 0;
    int end = 0;
    for (int r = 0; r < runs; r++) {
      int from = end + varint(bytes, at);
      end = from + varint(bytes, at);
      for (int c = from; c < end; c++) {
        cells[count++] = c;
      }
    }
    int bits = bytes[0];
    for (int c = 0; c < count; c++) {
      int position = at[0] + c * bits / 8;
      int raw =
          switch (bits) {
            case 4 -> bytes[position] >> (c % 2 == 0 ? 0 : 4);
            case 8 -> bytes[position];
            default -> (bytes[position] & 0xff) | (bytes[position + 1] << 8);
          };
      map[cells[c]] = (double) (raw << (32 - bits) >> (32 - bits)) / ((1 << (bits - 1)) - 1);
    }
    assertEquals(bytes.length, at[0] + (count * bits + 7) / 8);
    for (double cell : map) {
      assertTrue(count == 0 || !(cell > map[peak]));
    }
    return map;
  }

  private static int varint(byte[] bytes, int[] at) {
    int value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = bytes[at[0]++];
      value |= (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }

  @Test
  void keepsEverySignAndRoundsFinely() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      int size = 1 + random.nextInt(700);
      int[] index = new int[size];
      float[] value = new float[size];
      int cells = 0;
      float threshold = (float) random.nextGaussian();
      double largest = 0;
      for (int i = 0; i < size; i++) {
        if (random.nextInt(4) > 0) {
          index[cells] = i;
          value[cells] =
              switch (random.nextInt(4)) {
                case 0 -> threshold;
                case 1 -> Math.nextUp(threshold);
                default -> threshold + (float) random.nextGaussian();
              };
          largest = Math.max(largest, Math.abs((double) value[cells] - threshold));
          cells++;
        }
      }
      String text = TileCodec.encode(cells, index, value, threshold);
      double[] map = decode(text, size);
      double step = largest / ((1 << (Base64.getDecoder().decode(text)[0] - 1)) - 1);
      int held = 0;
      for (double cell : map) {
        held += Double.isNaN(cell) ? 0 : 1;
      }
      assertEquals(cells, held, "seed " + seed);
      for (int c = 0; c < cells; c++) {
        double above = (double) value[c] - threshold;
        assertEquals(above > 0, map[index[c]] > 0, "seed " + seed);
        assertTrue(Math.abs(map[index[c]] * largest - above) <= step, "seed " + seed);
      }
    }
  }

  @Test
  void smallMapsHaveSixteenBitsAndStayShort() {
    int[] index = new int[100];
    float[] value = new float[100];
    for (int i = 0; i < 100; i++) {
      index[i] = i;
      value[i] = i;
    }
    String text = TileCodec.encode(100, index, value, 50);
    assertEquals(16, Base64.getDecoder().decode(text)[0]);
    assertTrue(text.length() <= TileCodec.AIM);
  }
}
