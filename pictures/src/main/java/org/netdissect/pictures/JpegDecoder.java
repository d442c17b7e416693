package org.netdissect.pictures;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Limits;
import org.netdissect.pictures.Photographs.Photograph;

/**
 * Decodes the JPEG files that people have (ITU-T T.81: baseline, extended and progressive Huffman
 * coding of 8 bits; grey, three or four components, any sampling) bit for bit as libjpeg-turbo does
 * by default, whatever Java this is. Photographs of 224 pixels take about twice the time of
 * libjpeg-turbo, whose transforms and conversions are vector instructions; three quarters of that
 * of ImageIO, and a fifth for progressive files, which ImageIO decodes once per scan.
 *
 * <p>It takes a file only when nothing at all is odd about it: where libjpeg would fail, warn,
 * guess or skip, or where its versions differ, this gives up and leaves the verdict to {@link
 * Jpeg}. All work is bounded by the size of the file and of the picture.
 *
 * <p>An object serves one thread and keeps its buffers from file to file.
 */
final class JpegDecoder {
  private static final ThreadLocal<JpegDecoder> DECODERS =
      ThreadLocal.withInitial(JpegDecoder::new);

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final byte[] NO_FILE = {};

  /**
   * More than one block can take: 64 codes of 16 bits with 15 bits each, and what is read ahead.
   */
  private static final int PAD = 512;

  /** Buffers above this many bytes are not kept. */
  private static final int KEEP = 1 << 22;

  /** Coefficients of a progressive file that are always held, 2 bytes each. */
  private static final long COEFFICIENTS = 1L << 25;

  /** The same where there is memory enough: they may take a quarter of it. */
  private static final long MOST_COEFFICIENTS =
      Math.max(COEFFICIENTS, Math.min(1L << 28, Runtime.getRuntime().maxMemory() / 8));

  /**
   * Coefficients that the scans of one file may go over: five times what the usual scans of the
   * largest picture do, some seconds of work.
   */
  private static final long MOST_WORK = 1L << 31;

  /** Huffman tables of one file. No scan needs more than four anew. */
  private static final int MOST_TABLES = 4 * Jpeg.MOST_SCANS;

  /** Samples of all planes that are held at most. */
  private static final long PLANES = 1L << 29;

  /** Pixels converted at a time. */
  private static final int BAND = 1024;

  /**
   * Where the coefficients stand in the block; what a damaged file puts beyond goes to the last.
   */
  private static final int[] ZIGZAG = new int[80];

  static {
    Arrays.fill(ZIGZAG, 63);
    int row = 0;
    int column = 0;
    for (int k = 0; k < 64; k++) {
      ZIGZAG[k] = 8 * row + column;
      boolean up = (row + column) % 2 == 0;
      if (up ? column == 7 : row == 7) {
        row += up ? 1 : 0;
        column += up ? 0 : 1;
      } else {
        row += up ? -1 : 1;
        column += up ? 1 : -1;
        row = Math.max(row, 0);
        column = Math.max(column, 0);
      }
    }
  }

  /** The first ten coefficients of the zigzag lie in the first four rows and columns. */
  private static final int CORNER = 9;

  /** Not a file for this decoder. */
  private static final class Unusual extends Exception {
    private static final long serialVersionUID = 1L;

    Unusual() {
      super(null, null, false, false);
    }
  }

  private static final class Component {
    int id;
    int h;
    int v;
    int quantNumber;

    /** Samples that mean something. */
    int width;

    int height;

    /** Blocks of them. */
    int blocksWide;

    int blocksHigh;

    /** Blocks with those that fill up the last units. */
    int paddedWide;

    int paddedHigh;

    /** Samples, {@code 8 · paddedWide} a row. */
    byte[] plane = {};

    /** Progressive: the coefficients of each block in zigzag order. */
    short[] coefficients = {};

    /** Progressive: how many low bits of each coefficient are still to come; -1: all of it. */
    final int[] missing = new int[64];

    boolean seen;
    final int[] quant = new int[80];
    int previous;
    JpegHuffman dc = JpegHuffman.NONE;
    JpegHuffman ac = JpegHuffman.NONE;

    /** A row of the picture. */
    byte[] row = {};

    /** The same as ints, even columns first. */
    int[] wide = {};

    /** Rows of the plane widened, by row number modulo 3. */
    final int[][] widened = new int[3][0];

    final int[] widenedRow = new int[3];
  }

  private byte[] file = NO_FILE;
  private int at;

  private boolean progressive;

  /** Whether the first three components are luma and chroma. */
  private boolean luma;

  private int height;
  private int width;
  private int count;
  private int hMax;
  private int vMax;
  private final Component[] components = {
    new Component(), new Component(), new Component(), new Component()
  };
  private final int[][] quants = new int[4][80];
  private final boolean[] quantSet = new boolean[4];
  private final JpegHuffman[][] tables = new JpegHuffman[2][4];
  private final boolean[][] tableSet = new boolean[2][4];
  private int restartInterval;
  private int scans;
  private int tablesRead;
  private long work;

  // The scan at hand.
  private final Component[] scanned = new Component[4];
  private int scannedCount;
  private int first;
  private int last;
  private int low;
  private boolean refining;
  private int restartIn;
  private int restarts;
  private int endOfBand;

  // Entropy-coded bytes up to the next marker without what is stuffed between them. The next bit
  // is the highest of `bits`, of which `ready` count; those below are right or 0.
  private byte[] data = {};
  private int dataLength;
  private int dataAt;
  private long bits;
  private int ready;

  private final int[] block = new int[64];
  private final int[] between = new int[64];

  /** Luma, both chromas and pixels of some rows. */
  private final int[][] lines = new int[4][0];

  private JpegDecoder() {}

  /** The photograph, or null when the file is not one for this decoder. */
  static @Nullable Photograph decode(byte[] file) {
    return DECODERS.get().tryDecode(file);
  }

  private @Nullable Photograph tryDecode(byte[] bytes) {
    file = bytes;
    try {
      return read();
    } catch (Unusual e) {
      return null;
    } finally {
      file = NO_FILE;
      if (data.length > KEEP) {
        data = new byte[0];
      }
      for (Component c : components) {
        if (c.plane.length > KEEP) {
          c.plane = new byte[0];
        }
        if (c.coefficients.length > KEEP / 2) {
          c.coefficients = new short[0];
        }
      }
    }
  }

  private static void check(boolean usual) throws Unusual {
    if (!usual) {
      throw new Unusual();
    }
  }

  // Markers.

  private int u8(int i) throws Unusual {
    check(i < file.length);
    return file[i] & 0xff;
  }

  private int u16(int i) throws Unusual {
    return (u8(i) << 8) | u8(i + 1);
  }

  private Photograph read() throws Unusual {
    Arrays.fill(block, 0);
    Arrays.fill(quantSet, false);
    Arrays.fill(tableSet[0], false);
    Arrays.fill(tableSet[1], false);
    count = 0;
    restartInterval = 0;
    scans = 0;
    tablesRead = 0;
    work = 0;
    boolean jfif = false;
    int adobe = -1;
    check(u16(0) == 0xffd8);
    at = 2;
    while (true) {
      check(u8(at) == 0xff);
      do {
        at++;
      } while (u8(at) == 0xff);
      int marker = u8(at++);
      if (marker == 0xd9) {
        check(scans > 0);
        return photograph();
      }
      int length = u16(at);
      int end = at + length;
      check(length >= 2 && end <= file.length);
      int from = at + 2;
      at = end;
      if (marker == 0xda) {
        if (scans == 0) {
          check(count > 0);
          // The rules of libjpeg for what three and four components mean.
          luma = count == 3 ? jfif || (adobe >= 0 ? adobe != 0 : !namedRgb()) : adobe == 2;
          check(count < 4 || adobe == -1 || adobe == 0 || adobe == 2);
          takeMemory();
        }
        check(++scans <= Jpeg.MOST_SCANS);
        readScanHeader(from, length);
        decodeScan();
      } else if (marker == 0xdb) {
        readQuants(from, end);
      } else if (marker == 0xc4) {
        readTables(from, end);
      } else if (marker == 0xdd) {
        check(length == 4);
        restartInterval = u16(from);
      } else if (marker >= 0xc0 && marker <= 0xc2) {
        check(count == 0);
        progressive = marker == 0xc2;
        readFrame(from, length);
      } else {
        // Application segments and comments, which mean nothing once the pixels have begun.
        check(scans == 0 && ((marker >= 0xe0 && marker <= 0xef) || marker == 0xfe));
        if (marker == 0xe0) {
          jfif |= length >= 16 && says(from, "JFIF\0");
        } else if (marker == 0xee && length >= 14 && says(from, "Adobe")) {
          adobe = u8(from + 11);
        }
      }
    }
  }

  private boolean says(int from, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (file[from + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private boolean namedRgb() {
    return count == 3
        && components[0].id == 'R'
        && components[1].id == 'G'
        && components[2].id == 'B';
  }

  private void readQuants(int from, int end) throws Unusual {
    int i = from;
    while (i < end) {
      int kind = u8(i++);
      int number = kind & 15;
      int size = kind >> 4 == 0 ? 1 : 2;
      check(kind >> 4 <= 1 && number < 4 && i + 64 * size <= end);
      for (int k = 0; k < 64; k++, i += size) {
        quants[number][k] = size == 1 ? u8(i) : u16(i);
      }
      quantSet[number] = true;
    }
  }

  private void readTables(int from, int end) throws Unusual {
    int i = from;
    while (i < end) {
      int kind = u8(i++);
      int number = kind & 15;
      check(kind >> 4 <= 1 && number < 4 && ++tablesRead <= MOST_TABLES);
      JpegHuffman[] same = tables[kind >> 4];
      if (same[number] == null) {
        same[number] = new JpegHuffman();
      }
      int taken = same[number].set(file, i, end, kind >> 4 == 0);
      check(taken > 0);
      tableSet[kind >> 4][number] = true;
      i += taken;
    }
  }

  private static int divideUp(int a, int b) {
    return (a + b - 1) / b;
  }

  private void readFrame(int from, int length) throws Unusual {
    check(length >= 8 && u8(from) == 8);
    height = u16(from + 1);
    width = u16(from + 3);
    count = u8(from + 5);
    check(height > 0 && width > 0 && (long) height * width <= Limits.PHOTO_PIXELS);
    check((count == 1 || count == 3 || count == 4) && length == 8 + 3 * count);
    hMax = 1;
    vMax = 1;
    for (int i = 0; i < count; i++) {
      Component c = components[i];
      c.id = u8(from + 6 + 3 * i);
      c.h = u8(from + 7 + 3 * i) >> 4;
      c.v = u8(from + 7 + 3 * i) & 15;
      c.quantNumber = u8(from + 8 + 3 * i);
      check(c.h >= 1 && c.h <= 4 && c.v >= 1 && c.v <= 4 && c.quantNumber < 4);
      for (int j = 0; j < i; j++) {
        check(components[j].id != c.id);
      }
      hMax = Math.max(hMax, c.h);
      vMax = Math.max(vMax, c.v);
    }
    for (int i = 0; i < count; i++) {
      Component c = components[i];
      check(hMax % c.h == 0 && vMax % c.v == 0);
      c.width = divideUp(width * c.h, hMax);
      c.height = divideUp(height * c.v, vMax);
      c.blocksWide = divideUp(c.width, 8);
      c.blocksHigh = divideUp(c.height, 8);
      c.paddedWide = divideUp(width, 8 * hMax) * c.h;
      c.paddedHigh = divideUp(height, 8 * vMax) * c.v;
      c.seen = false;
      Arrays.fill(c.missing, -1);
    }
  }

  private void takeMemory() throws Unusual {
    long blocks = 0;
    for (int i = 0; i < count; i++) {
      blocks += (long) components[i].blocksWide * components[i].blocksHigh;
    }
    // Each block takes two bits at least, in a progressive file one.
    check(blocks / (progressive ? 8 : 4) <= file.length);
    blocks = 0;
    for (int i = 0; i < count; i++) {
      blocks += (long) components[i].paddedWide * components[i].paddedHigh;
    }
    check(64 * blocks <= (progressive ? MOST_COEFFICIENTS : PLANES));
    for (int i = 0; i < count; i++) {
      Component c = components[i];
      int samples = 64 * c.paddedWide * c.paddedHigh;
      if (c.plane.length < samples) {
        c.plane = new byte[samples];
      }
      if (progressive) {
        if (c.coefficients.length < samples) {
          c.coefficients = new short[samples];
        } else {
          Arrays.fill(c.coefficients, 0, samples, (short) 0);
        }
      }
      int wide = 8 * c.paddedWide * (hMax / c.h);
      if (c.row.length < wide) {
        for (int j = 0; j < 3; j++) {
          c.widened[j] = new int[wide];
        }
        c.wide = new int[wide];
        // Last, so that it is no larger than the others should memory run out before it.
        c.row = new byte[wide];
      }
      Arrays.fill(c.widenedRow, -1);
    }
  }

  private Component component(int id) throws Unusual {
    for (int i = 0; i < count; i++) {
      if (components[i].id == id) {
        return components[i];
      }
    }
    throw new Unusual();
  }

  private void readScanHeader(int from, int length) throws Unusual {
    scannedCount = u8(from);
    check(scannedCount >= 1 && scannedCount <= count && length == 6 + 2 * scannedCount);
    int rest = from + 1 + 2 * scannedCount;
    first = u8(rest);
    last = u8(rest + 1);
    int high = u8(rest + 2) >> 4;
    low = u8(rest + 2) & 15;
    refining = high != 0;
    if (progressive) {
      check(first == 0 ? last == 0 : first <= last && last < 64 && scannedCount == 1);
      check(low <= 13 && (high == 0 || high == low + 1));
    } else {
      check(first == 0 && last == 63 && high == 0 && low == 0);
    }
    boolean useDc = first == 0 && !refining;
    boolean useAc = last > 0;
    int unit = 0;
    for (int i = 0; i < scannedCount; i++) {
      Component c = component(u8(from + 1 + 2 * i));
      for (int j = 0; j < i; j++) {
        check(scanned[j] != c);
      }
      scanned[i] = c;
      unit += c.h * c.v;
      int numbers = u8(from + 2 + 2 * i);
      check(numbers >> 4 < 4 && (numbers & 15) < 4);
      check(!useDc || tableSet[0][numbers >> 4]);
      check(!useAc || tableSet[1][numbers & 15]);
      c.dc = tables[0][numbers >> 4];
      c.ac = tables[1][numbers & 15];
      check(progressive || !c.seen);
      if (!c.seen) {
        check(quantSet[c.quantNumber]);
        System.arraycopy(quants[c.quantNumber], 0, c.quant, 0, 64);
        c.seen = true;
      }
      if (progressive) {
        check(first == 0 || c.missing[0] >= 0);
        for (int k = first; k <= last; k++) {
          check(c.missing[k] == (refining ? high : -1));
          c.missing[k] = low;
        }
      }
    }
    check(scannedCount == 1 || unit <= 10);
    for (int i = 0; i < scannedCount; i++) {
      work += (long) scanned[i].paddedWide * scanned[i].paddedHigh * (last - first + 1);
    }
    check(work <= MOST_WORK);
  }

  // Scans.

  private void decodeScan() throws Unusual {
    restarts = 0;
    beginSegment();
    if (scannedCount == 1) {
      Component c = scanned[0];
      for (int y = 0; y < c.blocksHigh; y++) {
        for (int x = 0; x < c.blocksWide; x++) {
          restartWhenDue();
          decodeBlock(c, x, y);
        }
      }
    } else {
      int unitsWide = divideUp(width, 8 * hMax);
      int unitsHigh = divideUp(height, 8 * vMax);
      for (int y = 0; y < unitsHigh; y++) {
        for (int x = 0; x < unitsWide; x++) {
          restartWhenDue();
          for (int i = 0; i < scannedCount; i++) {
            Component c = scanned[i];
            for (int v = 0; v < c.v; v++) {
              for (int h = 0; h < c.h; h++) {
                decodeBlock(c, x * c.h + h, y * c.v + v);
              }
            }
          }
        }
      }
    }
    endSegment();
  }

  private void restartWhenDue() throws Unusual {
    if (restartInterval == 0 || restartIn-- > 0) {
      return;
    }
    endSegment();
    check(u16(at) == (0xffd0 | (restarts & 7)));
    at += 2;
    restarts++;
    beginSegment();
    restartIn--;
  }

  /** Takes what lies before the next marker. */
  private void beginSegment() throws Unusual {
    int room = file.length - at + PAD;
    if (data.length < room) {
      data = new byte[room + room / 4];
    }
    int from = at;
    int to = 0;
    while (true) {
      while (from + 8 <= file.length) {
        long eight = (long) LONG.get(file, from);
        if (((~eight - 0x0101010101010101L) & eight & 0x8080808080808080L) != 0) {
          break;
        }
        LONG.set(data, to, eight);
        from += 8;
        to += 8;
      }
      int one = u8(from);
      while (one != 0xff) {
        data[to++] = (byte) one;
        one = u8(++from);
      }
      if (u8(from + 1) != 0) {
        break;
      }
      data[to++] = (byte) 0xff;
      from += 2;
    }
    at = from;
    Arrays.fill(data, to, to + PAD, (byte) 0);
    dataLength = to;
    dataAt = 0;
    bits = 0;
    ready = 0;
    endOfBand = 0;
    restartIn = restartInterval;
    for (int i = 0; i < scannedCount; i++) {
      scanned[i].previous = 0;
    }
  }

  /** Whole bytes left over, or bits too few, are not usual. */
  private void endSegment() throws Unusual {
    long left = 8L * (dataLength - dataAt) + ready;
    check(left >= 0 && left < 8);
  }

  private void decodeBlock(Component c, int x, int y) throws Unusual {
    if (!progressive) {
      decodeSequential(c, 64 * y * c.paddedWide + 8 * x, 8 * c.paddedWide);
    } else {
      int base = 64 * (y * c.paddedWide + x);
      if (first == 0) {
        if (refining) {
          refineDc(c, base);
        } else {
          firstDc(c, base);
        }
      } else if (refining) {
        refineAc(c, base);
      } else {
        firstAc(c, base);
      }
    }
    check(8L * (dataLength - dataAt) + ready >= 0);
  }

  private void decodeSequential(Component c, int to, int stride) throws Unusual {
    byte[] in = data;
    int inAt = dataAt;
    long b = bits;
    int n = ready;
    int[] into = block;
    int[] quant = c.quant;

    if (n < 32) {
      b |= (long) LONG.get(in, inAt) >>> n;
      inAt += (63 - n) >> 3;
      n |= 56;
    }
    int entry = c.dc.look[(int) (b >>> (64 - JpegHuffman.LOOK))];
    if (entry == 0) {
      entry = c.dc.longCode((int) (b >>> 48));
      check(entry != 0);
    }
    int taken = entry & 0xff;
    b <<= taken;
    n -= taken;
    int value = entry >> 16;
    int size = (entry >> 12) & 15;
    if (value == 0 && size != 0) {
      value = JpegHuffman.extend((int) (b >>> (64 - size)), size);
      b <<= size;
      n -= size;
    }
    int dc = c.previous + value;
    c.previous = dc;
    check(dc == (short) dc);
    dc *= quant[0];
    long sum = Math.abs((long) dc);

    int[] look = c.ac.look;
    int k = 1;
    int highest = 0;
    while (k < 64) {
      if (n < 32) {
        b |= (long) LONG.get(in, inAt) >>> n;
        inAt += (63 - n) >> 3;
        n |= 56;
      }
      entry = look[(int) (b >>> (64 - JpegHuffman.LOOK))];
      value = entry >> 16;
      if (value == 0) {
        if (entry == 0) {
          entry = c.ac.longCode((int) (b >>> 48));
          check(entry != 0);
        }
        size = (entry >> 12) & 15;
        if (size == 0) {
          taken = entry & 0xff;
          b <<= taken;
          n -= taken;
          if (((entry >> 8) & 15) != 15) {
            break;
          }
          k += 16;
          continue;
        }
        taken = entry & 0xff;
        value = JpegHuffman.extend((int) ((b << taken) >>> (64 - size)), size);
        entry += size;
      }
      taken = entry & 0xff;
      b <<= taken;
      n -= taken;
      k += (entry >> 8) & 15;
      int product = value * quant[k];
      into[ZIGZAG[k]] = product;
      sum += Math.abs(product);
      highest = k++;
    }
    dataAt = inAt;
    bits = b;
    ready = n;
    check(k <= 64);
    transform(c, dc, highest, sum, to, stride);
  }

  /** The samples of the coefficients in {@link #block}, which is cleared. */
  private void transform(Component c, int dc, int highest, long sum, int to, int stride)
      throws Unusual {
    if (sum > JpegInverseDct.SMALL) {
      block[0] = dc;
      check(JpegInverseDct.large(block, between, c.plane, to, stride));
    } else if (highest == 0) {
      JpegInverseDct.flat(dc, c.plane, to, stride);
    } else {
      block[0] = dc;
      if (highest <= CORNER) {
        JpegInverseDct.corner(block, between, c.plane, to, stride);
      } else {
        JpegInverseDct.full(block, between, c.plane, to, stride);
      }
    }
  }

  // Progressive scans (annex G). What is not needed bit by bit is not tuned: they are rare.

  private void fill() {
    if (ready < 32) {
      bits |= (long) LONG.get(data, dataAt) >>> ready;
      dataAt += (63 - ready) >> 3;
      ready |= 56;
    }
  }

  /** The next bits, of which there may be 0. */
  private int take(int size) {
    fill();
    int value = (int) ((bits >>> 1) >>> (63 - size));
    bits <<= size;
    ready -= size;
    return value;
  }

  /** The next code as {@link JpegHuffman} enters it; the extra bits are not taken. */
  private int takeCode(JpegHuffman table) throws Unusual {
    fill();
    int entry = table.look[(int) (bits >>> (64 - JpegHuffman.LOOK))];
    if (entry == 0) {
      entry = table.longCode((int) (bits >>> 48));
      check(entry != 0);
    }
    int taken = (entry & 0xff) - (entry >> 16 == 0 ? 0 : (entry >> 12) & 15);
    bits <<= taken;
    ready -= taken;
    return entry;
  }

  private static short fit(int coefficient) throws Unusual {
    check(coefficient == (short) coefficient);
    return (short) coefficient;
  }

  private void firstDc(Component c, int base) throws Unusual {
    int size = (takeCode(c.dc) >> 12) & 15;
    if (size > 0) {
      c.previous += JpegHuffman.extend(take(size), size);
    }
    check(c.previous == (short) c.previous);
    c.coefficients[base] = fit(c.previous << low);
  }

  private void refineDc(Component c, int base) {
    c.coefficients[base] |= (short) (take(1) << low);
  }

  private void firstAc(Component c, int base) throws Unusual {
    if (endOfBand > 0) {
      endOfBand--;
      return;
    }
    int k = first;
    while (k <= last) {
      int entry = takeCode(c.ac);
      int run = (entry >> 8) & 15;
      int size = (entry >> 12) & 15;
      if (size == 0) {
        if (run != 15) {
          endOfBand = (1 << run) + take(run) - 1;
          break;
        }
        k += 16;
      } else {
        k += run;
        check(k <= last);
        c.coefficients[base + k++] = fit(JpegHuffman.extend(take(size), size) << low);
      }
    }
    check(k <= last + 1);
  }

  private void refineAc(Component c, int base) throws Unusual {
    short[] all = c.coefficients;
    int bit = 1 << low;
    int k = first;
    if (endOfBand == 0) {
      for (; k <= last; k++) {
        int entry = takeCode(c.ac);
        int run = (entry >> 8) & 15;
        int size = (entry >> 12) & 15;
        int fresh = 0;
        if (size != 0) {
          check(size == 1);
          fresh = take(1) != 0 ? bit : -bit;
        } else if (run != 15) {
          endOfBand = (1 << run) + take(run);
          break;
        }
        while (k <= last) {
          if (all[base + k] != 0) {
            refine(all, base + k, bit);
          } else if (--run < 0) {
            break;
          }
          k++;
        }
        if (fresh != 0) {
          check(k <= last);
          all[base + k] = (short) fresh;
        } else {
          check(k <= last + 1);
        }
      }
    }
    if (endOfBand > 0) {
      for (; k <= last; k++) {
        if (all[base + k] != 0) {
          refine(all, base + k, bit);
        }
      }
      endOfBand--;
    }
  }

  private void refine(short[] all, int i, int bit) throws Unusual {
    if (take(1) != 0 && (all[i] & bit) == 0) {
      all[i] = fit(all[i] + (all[i] > 0 ? bit : -bit));
    }
  }

  private void transformAll(Component c) throws Unusual {
    for (int missing : c.missing) {
      // libjpeg smooths over what is missing.
      check(missing == 0);
    }
    for (int y = 0; y < c.blocksHigh; y++) {
      for (int x = 0; x < c.blocksWide; x++) {
        int base = 64 * (y * c.paddedWide + x);
        int dc = c.coefficients[base] * c.quant[0];
        long sum = Math.abs((long) dc);
        int highest = 0;
        for (int k = 1; k < 64; k++) {
          int coefficient = c.coefficients[base + k];
          if (coefficient != 0) {
            int product = coefficient * c.quant[k];
            block[ZIGZAG[k]] = product;
            sum += Math.abs((long) product);
            highest = k;
          }
        }
        transform(c, dc, highest, sum, 64 * y * c.paddedWide + 8 * x, 8 * c.paddedWide);
      }
    }
  }

  // Pixels.

  private Photograph photograph() throws Unusual {
    for (int i = 0; i < count; i++) {
      check(components[i].seen);
      if (progressive) {
        transformAll(components[i]);
      }
    }
    byte[] pixels = new byte[3 * height * width];
    if (count == 1) {
      Component c = components[0];
      for (int y = 0; y < height; y++) {
        JpegPixels.grey(c.plane, 8 * c.paddedWide * y, pixels, 3 * width * y, width);
      }
    } else if (luma) {
      convert(pixels);
    } else {
      interleave(pixels);
    }
    if (count == 4) {
      Component black = components[3];
      for (int y = 0; y < height; y++) {
        byte[] row = row(black, y);
        JpegPixels.ink(row, rowAt(black, y), luma, pixels, 3 * width * y, width);
      }
    }
    return new Photograph(height, width, pixels);
  }

  private void interleave(byte[] pixels) {
    Component r = components[0];
    Component g = components[1];
    Component b = components[2];
    for (int y = 0; y < height; y++) {
      JpegPixels.interleave(
          row(r, y),
          rowAt(r, y),
          row(g, y),
          rowAt(g, y),
          row(b, y),
          rowAt(b, y),
          pixels,
          3 * width * y,
          width);
    }
  }

  private void convert(byte[] pixels) {
    boolean halves = false;
    for (int i = 0; i < 3; i++) {
      halves |= isWidened(components[i]);
    }
    int rowSize = halves ? (width + 1) / 2 * 2 : width;
    // As many rows at a time as make loops long and fit into the nearest cache.
    int rows = Math.max(1, BAND / rowSize);
    for (int i = 0; i < lines.length; i++) {
      if (lines[i].length < rows * rowSize) {
        lines[i] = new int[rows * rowSize];
      }
    }
    for (int top = 0; top < height; top += rows) {
      int some = Math.min(rows, height - top);
      for (int i = 0; i < 3; i++) {
        for (int y = 0; y < some; y++) {
          samples(components[i], top + y, halves, lines[i], y * rowSize);
        }
      }
      JpegPixels.convert(lines[0], lines[1], lines[2], lines[3], some * rowSize);
      for (int y = 0; y < some; y++) {
        int to = 3 * width * (top + y);
        if (halves) {
          JpegPixels.storeHalves(lines[3], y * rowSize, pixels, to, width);
        } else {
          JpegPixels.store(lines[3], y * rowSize, pixels, to, width);
        }
      }
    }
  }

  /** A row of the picture as ints. */
  private void samples(Component c, int y, boolean halves, int[] to, int toAt) {
    if (isWidened(c)) {
      widenRow(c, y);
      System.arraycopy(c.wide, 0, to, toAt, 2 * c.width);
    } else if (halves) {
      JpegPixels.halves(row(c, y), rowAt(c, y), to, toAt, (width + 1) / 2);
    } else {
      JpegPixels.ints(row(c, y), rowAt(c, y), to, toAt, width);
    }
  }

  /** Makes a row of the picture of a component that {@link #isWidened}. */
  private void widenRow(Component c, int y) {
    if (c.v == vMax) {
      JpegPixels.round(widened(c, y), c.wide, c.width);
    } else {
      JpegPixels.between(widened(c, y / 2), widened(c, farRow(c, y)), c.wide, c.width);
    }
  }

  /** Whether libjpeg interpolates it across. */
  private boolean isWidened(Component c) {
    return hMax == 2 * c.h && (vMax == c.v || vMax == 2 * c.v) && c.width > 2;
  }

  /** Of twice the height: the other row of the component that a row of the picture is made of. */
  private static int farRow(Component c, int y) {
    return Math.max(0, Math.min(c.height - 1, (y & 1) != 0 ? y / 2 + 1 : y / 2 - 1));
  }

  private static int[] widened(Component c, int row) {
    int slot = row % 3;
    if (c.widenedRow[slot] != row) {
      JpegPixels.widen(c.plane, 8 * c.paddedWide * row, c.width, c.widened[slot]);
      c.widenedRow[slot] = row;
    }
    return c.widened[slot];
  }

  /** Where in its {@link #row} a row of the picture begins. */
  private int rowAt(Component c, int y) {
    return c.h == hMax && c.v == vMax ? 8 * c.paddedWide * y : 0;
  }

  /** A row of the picture: the component's own plane where its sampling is full. */
  private byte[] row(Component c, int y) {
    int across = hMax / c.h;
    int down = vMax / c.v;
    int stride = 8 * c.paddedWide;
    int near = y / down;
    if (across == 1 && down == 1) {
      return c.plane;
    }
    if (isWidened(c)) {
      widenRow(c, y);
      JpegPixels.bytes(c.wide, c.row, c.width);
    } else if (across == 1 && down == 2) {
      JpegPixels.heighten(
          c.plane, near * stride, farRow(c, y) * stride, (y & 1) != 0, c.row, c.width);
    } else {
      JpegPixels.repeat(c.plane, near * stride, across, c.row, width);
    }
    return c.row;
  }
}
