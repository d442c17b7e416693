package org.netdissect.pictures;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The inverse cosine transform of 8 × 8 blocks, bit for bit that of libjpeg's accurate integer
 * method ("islow"): Loeffler, Ligtenberg and Moschytz, ICASSP 1989, with 13 bits of fraction, the
 * columns first and 2 bits kept between them and the rows. Integers are exact, so factors of the
 * same input may be added up beforehand and inputs known to be 0 left out.
 */
final class JpegInverseDct {
  /**
   * Blocks whose absolute coefficients add up to no more cannot leave what {@link #CLAMP} covers:
   * no base function exceeds cos²(π/16)/4 &lt; 0.2405.
   */
  static final int SMALL = 2000;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int F0_298 = 2446;
  private static final int F0_390 = 3196;
  private static final int F0_541 = 4433;
  private static final int F0_765 = 6270;
  private static final int F0_899 = 7373;
  private static final int F1_175 = 9633;
  private static final int F1_501 = 12299;
  private static final int F1_847 = 15137;
  private static final int F1_961 = 16069;
  private static final int F2_053 = 16819;
  private static final int F2_562 = 20995;
  private static final int F3_072 = 25172;

  private static final int HALF1 = 1 << 10;
  private static final int SHIFT1 = 11;
  private static final int HALF2 = 1 << 17;
  private static final int SHIFT2 = 18;

  /** From a sample between -512 and 511, its low ten bits, to 128 more, kept within a byte. */
  private static final byte[] CLAMP = new byte[1024];

  static {
    for (int i = -512; i < 512; i++) {
      CLAMP[i & 1023] = (byte) Math.max(0, Math.min(255, i + 128));
    }
  }

  private JpegInverseDct() {}

  /** A block with nothing but its first coefficient. */
  static void flat(int dc, byte[] plane, int at, int stride) {
    long samples = (CLAMP[(((dc << 2) + 16) >> 5) & 1023] & 0xff) * 0x0101010101010101L;
    for (int row = 0; row < 8; row++, at += stride) {
      LONG.set(plane, at, samples);
    }
  }

  /** A small block whose coefficients all lie in the first four rows and columns; is cleared. */
  static void corner(int[] block, int[] work, byte[] plane, int at, int stride) {
    for (int c = 0; c < 4; c++) {
      int i0 = (block[c] << 13) + HALF1;
      int i1 = block[8 + c];
      int i2 = block[16 + c];
      int i3 = block[24 + c];
      block[c] = 0;
      block[8 + c] = 0;
      block[16 + c] = 0;
      block[24 + c] = 0;
      int e3 = i2 * (F0_541 + F0_765);
      int e2 = i2 * F0_541;
      int o0 = i1 * (F1_175 - F0_899) + i3 * (F1_175 - F1_961);
      int o1 = i1 * (F1_175 - F0_390) + i3 * (F1_175 - F2_562);
      int o2 = i1 * F1_175 + i3 * (F3_072 - F2_562 - F1_961 + F1_175);
      int o3 = i1 * (F1_501 - F0_899 - F0_390 + F1_175) + i3 * F1_175;
      work[c] = (i0 + e3 + o3) >> SHIFT1;
      work[28 + c] = (i0 + e3 - o3) >> SHIFT1;
      work[4 + c] = (i0 + e2 + o2) >> SHIFT1;
      work[24 + c] = (i0 + e2 - o2) >> SHIFT1;
      work[8 + c] = (i0 - e2 + o1) >> SHIFT1;
      work[20 + c] = (i0 - e2 - o1) >> SHIFT1;
      work[12 + c] = (i0 - e3 + o0) >> SHIFT1;
      work[16 + c] = (i0 - e3 - o0) >> SHIFT1;
    }
    for (int r = 0; r < 32; r += 4, at += stride) {
      int i0 = (work[r] << 13) + HALF2;
      int i1 = work[r + 1];
      int i2 = work[r + 2];
      int i3 = work[r + 3];
      int e3 = i2 * (F0_541 + F0_765);
      int e2 = i2 * F0_541;
      int o0 = i1 * (F1_175 - F0_899) + i3 * (F1_175 - F1_961);
      int o1 = i1 * (F1_175 - F0_390) + i3 * (F1_175 - F2_562);
      int o2 = i1 * F1_175 + i3 * (F3_072 - F2_562 - F1_961 + F1_175);
      int o3 = i1 * (F1_501 - F0_899 - F0_390 + F1_175) + i3 * F1_175;
      plane[at] = CLAMP[((i0 + e3 + o3) >> SHIFT2) & 1023];
      plane[at + 1] = CLAMP[((i0 + e2 + o2) >> SHIFT2) & 1023];
      plane[at + 2] = CLAMP[((i0 - e2 + o1) >> SHIFT2) & 1023];
      plane[at + 3] = CLAMP[((i0 - e3 + o0) >> SHIFT2) & 1023];
      plane[at + 4] = CLAMP[((i0 - e3 - o0) >> SHIFT2) & 1023];
      plane[at + 5] = CLAMP[((i0 - e2 - o1) >> SHIFT2) & 1023];
      plane[at + 6] = CLAMP[((i0 + e2 - o2) >> SHIFT2) & 1023];
      plane[at + 7] = CLAMP[((i0 + e3 - o3) >> SHIFT2) & 1023];
    }
  }

  /** Any small block; is cleared. */
  static void full(int[] block, int[] work, byte[] plane, int at, int stride) {
    columns(block, work);
    for (int r = 0; r < 64; r += 8, at += stride) {
      int i1 = work[r + 1];
      int i3 = work[r + 3];
      int i5 = work[r + 5];
      int i7 = work[r + 7];
      int z1 = (work[r + 2] + work[r + 6]) * F0_541;
      int e2 = z1 - work[r + 6] * F1_847;
      int e3 = z1 + work[r + 2] * F0_765;
      int e0 = ((work[r] + work[r + 4]) << 13) + HALF2;
      int e1 = ((work[r] - work[r + 4]) << 13) + HALF2;
      int z5 = (i1 + i3 + i5 + i7) * F1_175;
      int z3 = z5 - (i7 + i3) * F1_961;
      int z4 = z5 - (i5 + i1) * F0_390;
      int z7 = (i7 + i1) * -F0_899;
      int z2 = (i5 + i3) * -F2_562;
      int o0 = i7 * F0_298 + z7 + z3;
      int o1 = i5 * F2_053 + z2 + z4;
      int o2 = i3 * F3_072 + z2 + z3;
      int o3 = i1 * F1_501 + z7 + z4;
      plane[at] = CLAMP[((e0 + e3 + o3) >> SHIFT2) & 1023];
      plane[at + 1] = CLAMP[((e1 + e2 + o2) >> SHIFT2) & 1023];
      plane[at + 2] = CLAMP[((e1 - e2 + o1) >> SHIFT2) & 1023];
      plane[at + 3] = CLAMP[((e0 - e3 + o0) >> SHIFT2) & 1023];
      plane[at + 4] = CLAMP[((e0 - e3 - o0) >> SHIFT2) & 1023];
      plane[at + 5] = CLAMP[((e1 - e2 - o1) >> SHIFT2) & 1023];
      plane[at + 6] = CLAMP[((e1 + e2 - o2) >> SHIFT2) & 1023];
      plane[at + 7] = CLAMP[((e0 + e3 - o3) >> SHIFT2) & 1023];
    }
  }

  private static void columns(int[] block, int[] work) {
    for (int c = 0; c < 8; c++) {
      int i0 = block[c];
      int i1 = block[8 + c];
      int i2 = block[16 + c];
      int i3 = block[24 + c];
      int i4 = block[32 + c];
      int i5 = block[40 + c];
      int i6 = block[48 + c];
      int i7 = block[56 + c];
      if ((i1 | i2 | i3 | i4 | i5 | i6 | i7) == 0) {
        block[c] = 0;
        int same = i0 << 2;
        work[c] = same;
        work[8 + c] = same;
        work[16 + c] = same;
        work[24 + c] = same;
        work[32 + c] = same;
        work[40 + c] = same;
        work[48 + c] = same;
        work[56 + c] = same;
        continue;
      }
      block[c] = 0;
      block[8 + c] = 0;
      block[16 + c] = 0;
      block[24 + c] = 0;
      block[32 + c] = 0;
      block[40 + c] = 0;
      block[48 + c] = 0;
      block[56 + c] = 0;
      int z1 = (i2 + i6) * F0_541;
      int e2 = z1 - i6 * F1_847;
      int e3 = z1 + i2 * F0_765;
      int e0 = ((i0 + i4) << 13) + HALF1;
      int e1 = ((i0 - i4) << 13) + HALF1;
      int z5 = (i1 + i3 + i5 + i7) * F1_175;
      int z3 = z5 - (i7 + i3) * F1_961;
      int z4 = z5 - (i5 + i1) * F0_390;
      int z7 = (i7 + i1) * -F0_899;
      int z2 = (i5 + i3) * -F2_562;
      int o0 = i7 * F0_298 + z7 + z3;
      int o1 = i5 * F2_053 + z2 + z4;
      int o2 = i3 * F3_072 + z2 + z3;
      int o3 = i1 * F1_501 + z7 + z4;
      work[c] = (e0 + e3 + o3) >> SHIFT1;
      work[8 + c] = (e1 + e2 + o2) >> SHIFT1;
      work[16 + c] = (e1 - e2 + o1) >> SHIFT1;
      work[24 + c] = (e0 - e3 + o0) >> SHIFT1;
      work[32 + c] = (e0 - e3 - o0) >> SHIFT1;
      work[40 + c] = (e1 - e2 - o1) >> SHIFT1;
      work[48 + c] = (e1 + e2 - o2) >> SHIFT1;
      work[56 + c] = (e0 + e3 - o3) >> SHIFT1;
    }
  }

  /**
   * A block that is not small; is cleared.
   *
   * @return whether it is still one on which all versions of libjpeg agree: those in C calculate
   *     with 32 bits or more and wrap samples beyond ±512, those for vector units have 16 bits for
   *     inputs of both halves and for what lies between, and never wrap samples
   */
  static boolean large(int[] block, int[] work, byte[] plane, int at, int stride) {
    boolean sound = true;
    for (int c = 0; c < 8; c++) {
      long sum = 0;
      for (int i = c; i < 64; i += 8) {
        sum += Math.abs((long) block[i]);
      }
      // Column sums grow by less than 4 · √2 · cos(π/16) = 5.55.
      sound &= sum <= Short.MAX_VALUE / 5.55;
    }
    if (!sound) {
      Arrays.fill(block, 0);
      return false;
    }
    columns(block, work);
    for (int r = 0; r < 64; r += 8) {
      int sum = 0;
      for (int i = r; i < r + 8; i++) {
        sum += Math.abs(work[i]);
      }
      sound &= sum <= Short.MAX_VALUE;
    }
    if (!sound) {
      return false;
    }
    for (int r = 0; r < 64; r += 8, at += stride) {
      int i1 = work[r + 1];
      int i3 = work[r + 3];
      int i5 = work[r + 5];
      int i7 = work[r + 7];
      int z1 = (work[r + 2] + work[r + 6]) * F0_541;
      int e2 = z1 - work[r + 6] * F1_847;
      int e3 = z1 + work[r + 2] * F0_765;
      int e0 = ((work[r] + work[r + 4]) << 13) + HALF2;
      int e1 = ((work[r] - work[r + 4]) << 13) + HALF2;
      int z5 = (i1 + i3 + i5 + i7) * F1_175;
      int z3 = z5 - (i7 + i3) * F1_961;
      int z4 = z5 - (i5 + i1) * F0_390;
      int z7 = (i7 + i1) * -F0_899;
      int z2 = (i5 + i3) * -F2_562;
      int o0 = i7 * F0_298 + z7 + z3;
      int o1 = i5 * F2_053 + z2 + z4;
      int o2 = i3 * F3_072 + z2 + z3;
      int o3 = i1 * F1_501 + z7 + z4;
      sound &= store(e0 + e3 + o3, plane, at);
      sound &= store(e1 + e2 + o2, plane, at + 1);
      sound &= store(e1 - e2 + o1, plane, at + 2);
      sound &= store(e0 - e3 + o0, plane, at + 3);
      sound &= store(e0 - e3 - o0, plane, at + 4);
      sound &= store(e1 - e2 - o1, plane, at + 5);
      sound &= store(e1 + e2 - o2, plane, at + 6);
      sound &= store(e0 + e3 - o3, plane, at + 7);
    }
    return sound;
  }

  private static boolean store(int scaled, byte[] plane, int at) {
    int sample = scaled >> SHIFT2;
    plane[at] = CLAMP[sample & 1023];
    return sample >= -512 && sample < 512;
  }
}
