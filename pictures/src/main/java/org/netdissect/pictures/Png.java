package org.netdissect.pictures;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;

/**
 * A PNG file as its raw samples: no gamma, no colour profile, no palette applied, which is what
 * label masks need. Reads every colour type, bit depth and interlacing of the PNG specification
 * (third edition, W3C 2025). Strict: checksums are verified, and a truncated file is an error.
 *
 * <p>{@code samples} holds {@code height × width × channels} samples in rows from the top, one byte
 * each (two, high byte first, when {@code bitDepth} is 16). Samples of fewer than 8 bits are not
 * scaled.
 */
public final class Png {
  public static final int GREY = 0;
  static final int RGB = 2;
  public static final int PALETTE = 3;
  static final int GREY_ALPHA = 4;
  static final int RGBA = 6;

  private static final long SIGNATURE = 0x89504E470D0A1A0AL;
  private static final int IHDR = 0x49484452;
  private static final int PLTE = 0x504C5445;
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454E44;
  private static final int EXIF = 0x65584966;

  /** Bytes beyond the pixels that some writers leave and that are read without a word. */
  private static final int EXCESS = 1 << 16;

  /** Deflate never packs tighter than this, so a small file cannot claim a huge image. */
  private static final long TIGHTEST = 1_040;

  // Adam7: first column, first row, column step, row step of each pass.
  private static final int[][] PASSES = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  public final int height;
  public final int width;
  public final int bitDepth;
  public final int colorType;
  public final int channels;
  public final byte[] samples;

  /** R, G, B of each palette entry; empty in files of other colours. */
  public final byte[] palette;

  private Png(Header header, byte[] samples, byte[] palette) {
    this.height = header.height;
    this.width = header.width;
    this.bitDepth = header.bitDepth;
    this.colorType = header.colorType;
    this.channels = header.channels;
    this.samples = samples;
    this.palette = palette;
  }

  /** What the first chunk says. */
  public static final class Header {
    public final int height;
    public final int width;
    public final int bitDepth;
    public final int colorType;
    public final int channels;
    public final boolean interlaced;

    private Header(byte[] file, String name, long maxPixels) throws UnreadableImageException {
      if (!isPng(file)) {
        throw broken(name, "not a PNG file");
      }
      if (file.length < 33 || int32(file, 8) != 13 || int32(file, 12) != IHDR) {
        throw broken(name, "the PNG header is missing");
      }
      long w = int32(file, 16) & 0xffffffffL;
      long h = int32(file, 20) & 0xffffffffL;
      if (w == 0 || h == 0 || w > Limits.SIDE || h > Limits.SIDE || w * h > maxPixels) {
        throw broken(
            name,
            "its header claims "
                + h
                + " × "
                + w
                + " pixels; at most "
                + maxPixels / 1_000_000
                + " million are read, "
                + Limits.SIDE
                + " a side");
      }
      this.width = (int) w;
      this.height = (int) h;
      this.bitDepth = file[24];
      this.colorType = file[25];
      this.interlaced = file[28] == 1;
      this.channels =
          switch (colorType) {
            case GREY, PALETTE -> 1;
            case GREY_ALPHA -> 2;
            case RGB -> 3;
            case RGBA -> 4;
            default -> throw broken(name, "unknown PNG colour type " + colorType);
          };
      boolean depthFits =
          switch (bitDepth) {
            case 1, 2, 4 -> channels == 1;
            case 8 -> true;
            case 16 -> colorType != PALETTE;
            default -> false;
          };
      // GREY_ALPHA has two channels, so the sub-byte depths are excluded for it above.
      if (!depthFits || file[26] != 0 || file[27] != 0 || file[28] < 0 || file[28] > 1) {
        throw broken(name, "impossible values in the PNG header");
      }
      CRC32 crc = new CRC32();
      crc.update(file, 12, 17);
      if ((int) crc.getValue() != int32(file, 29)) {
        throw broken(name, "checksum of the PNG header is wrong");
      }
    }

    private int rowBytes(int pixels) {
      return (int) (((long) pixels * channels * bitDepth + 7) / 8);
    }

    private int passWidth(int[] pass) {
      return (width - pass[0] + pass[2] - 1) / pass[2];
    }

    private int passHeight(int[] pass) {
      return (height - pass[1] + pass[3] - 1) / pass[3];
    }

    /** Bytes of the filtered rows, each with its filter byte. */
    private long rawBytes() {
      if (!interlaced) {
        return (long) height * (rowBytes(width) + 1);
      }
      long sum = 0;
      for (int[] pass : PASSES) {
        if (passWidth(pass) > 0 && passHeight(pass) > 0) {
          sum += (long) passHeight(pass) * (rowBytes(passWidth(pass)) + 1);
        }
      }
      return sum;
    }
  }

  public static boolean isPng(byte[] file) {
    return file.length >= 8
        && (((long) int32(file, 0) << 32) | (int32(file, 4) & 0xffffffffL)) == SIGNATURE;
  }

  /** Reads the first chunk only. */
  public static Header header(byte[] file, String name, long maxPixels)
      throws UnreadableImageException {
    return new Header(file, name, maxPixels);
  }

  /**
   * What Exif before the pixels asks for, 1 … 8.
   *
   * @param file may be cut off behind the chunk where the pixels begin
   */
  static int orientation(byte[] file, String name) throws UnreadableImageException {
    long at = 8;
    while (true) {
      if (at + 12 > file.length) {
        throw broken(name, "truncated PNG");
      }
      int i = (int) at;
      long length = int32(file, i) & 0xffffffffL;
      int type = int32(file, i + 4);
      if (type == IDAT || type == IEND) {
        return 1;
      }
      if (type == EXIF && at + 8 + length <= file.length) {
        return Exif.orientation(file, i + 8, (int) (i + 8 + length));
      }
      at += 12 + length;
    }
  }

  /**
   * Decodes a file.
   *
   * @param name of the file, for messages
   * @param maxPixels an image that claims more is refused before memory is taken
   */
  public static Png decode(byte[] file, String name, long maxPixels)
      throws UnreadableImageException {
    Header header = new Header(file, name, maxPixels);
    if (header.rawBytes() > file.length * TIGHTEST) {
      throw broken(
          name, "too short for the " + header.height + " × " + header.width + " pixels it claims");
    }
    Decoder decoder = new Decoder(file, name, header);
    try {
      return decoder.decode();
    } catch (OutOfMemoryError e) {
      throw new UnreadableImageException(
          Text.oneLine(name) + ": not enough memory for it; give Java more with -Xmx", e);
    } finally {
      decoder.inflater.end();
    }
  }

  private static UnreadableImageException broken(String name, String what) {
    return new UnreadableImageException(Text.oneLine(name) + ": " + what);
  }

  private static int int32(byte[] b, int at) {
    return ((b[at] & 0xff) << 24)
        | ((b[at + 1] & 0xff) << 16)
        | ((b[at + 2] & 0xff) << 8)
        | (b[at + 3] & 0xff);
  }

  private static final class Decoder {
    private final byte[] file;
    private final String name;
    private final Header header;
    private final Inflater inflater = new Inflater();
    private final CRC32 crc = new CRC32();
    private int next = 33; // the chunk after IHDR
    private boolean dataOver;

    Decoder(byte[] file, String name, Header header) {
      this.file = file;
      this.name = name;
      this.header = header;
    }

    Png decode() throws UnreadableImageException {
      byte[] palette = {};
      while (true) {
        int length = chunkLength();
        int type = int32(file, next + 4);
        if (type == IDAT) {
          break;
        } else if (type == PLTE) {
          checkCrc(length);
          if (length == 0 || length % 3 != 0 || length > 768) {
            throw broken(name, "a palette of " + length + " bytes");
          }
          palette = new byte[length];
          System.arraycopy(file, next + 8, palette, 0, length);
        } else if (type == IEND) {
          throw broken(name, "no image data");
        } else {
          checkCritical(type);
        }
        next += 12 + length;
      }
      if (header.colorType == PALETTE && palette.length == 0) {
        throw broken(name, "the palette is missing");
      }
      int bytes = header.bitDepth == 16 ? 2 : 1;
      long size = (long) header.height * header.width * header.channels * bytes;
      if (size > Integer.MAX_VALUE - 16) {
        throw broken(name, "too large");
      }
      byte[] samples = new byte[(int) size];
      if (header.interlaced) {
        for (int[] pass : PASSES) {
          readPass(
              samples,
              header.passWidth(pass),
              header.passHeight(pass),
              pass[0],
              pass[1],
              pass[2],
              pass[3]);
        }
      } else {
        readPass(samples, header.width, header.height, 0, 0, 1, 1);
      }
      finish();
      return new Png(header, samples, header.colorType == PALETTE ? palette : new byte[0]);
    }

    /** The stream must end well: its own checksum right, then the last chunk. */
    private void finish() throws UnreadableImageException {
      byte[] rest = new byte[256];
      int excess = 0;
      while (!inflater.finished()) {
        excess += inflate(rest, 0, rest.length);
        if (excess > EXCESS) {
          throw broken(name, "data far beyond the pixels; the file is damaged");
        }
      }
      while (true) {
        int length = chunkLength();
        int type = int32(file, next + 4);
        if (type == IEND) {
          return;
        }
        if (type != IDAT) {
          checkCritical(type);
        }
        next += 12 + length;
      }
    }

    private void checkCritical(int type) throws UnreadableImageException {
      if ((type & 0x20000000) == 0 && type != PLTE) {
        throw broken(name, "an unknown critical chunk; the file is damaged");
      }
    }

    private int chunkLength() throws UnreadableImageException {
      if (next > file.length - 12) {
        throw broken(name, "truncated PNG");
      }
      int length = int32(file, next);
      if (length < 0 || length > file.length - 12 - next) {
        throw broken(name, "truncated PNG");
      }
      return length;
    }

    private void checkCrc(int length) throws UnreadableImageException {
      crc.reset();
      crc.update(file, next + 4, length + 4);
      if ((int) crc.getValue() != int32(file, next + 8 + length)) {
        throw broken(name, "checksum of the PNG is wrong; the file is damaged");
      }
    }

    /** Inflates at least one byte, or reaches the end of the stream. */
    private int inflate(byte[] target, int from, int count) throws UnreadableImageException {
      try {
        while (true) {
          int n = inflater.inflate(target, from, count);
          if (n > 0 || inflater.finished()) {
            return n;
          }
          if (inflater.needsDictionary() || dataOver) {
            throw broken(name, "truncated PNG");
          }
          int length = chunkLength();
          if (int32(file, next + 4) != IDAT) {
            dataOver = true;
            throw broken(name, "truncated PNG");
          }
          checkCrc(length);
          if (length > 0) {
            inflater.setInput(file, next + 8, length);
          }
          next += 12 + length;
        }
      } catch (DataFormatException e) {
        throw broken(name, "damaged PNG data");
      }
    }

    private void readFully(byte[] target, int count) throws UnreadableImageException {
      int done = 0;
      while (done < count) {
        int n = inflate(target, done, count - done);
        if (n == 0) {
          throw broken(name, "truncated PNG");
        }
        done += n;
      }
    }

    private void readPass(byte[] samples, int w, int h, int x0, int y0, int stepX, int stepY)
        throws UnreadableImageException {
      if (w <= 0 || h <= 0) {
        return;
      }
      int rowBytes = header.rowBytes(w);
      int pixelBytes = Math.max(1, header.channels * header.bitDepth / 8);
      byte[] row = new byte[rowBytes + 1];
      byte[] above = new byte[rowBytes + 1];
      for (int y = 0; y < h; y++) {
        readFully(row, rowBytes + 1);
        unfilter(row, above, pixelBytes);
        place(row, samples, w, y0 + y * stepY, x0, stepX);
        byte[] swap = above;
        above = row;
        row = swap;
      }
    }

    private void place(byte[] row, byte[] samples, int w, int y, int x0, int stepX) {
      int unit = header.channels * (header.bitDepth == 16 ? 2 : 1);
      int base = y * header.width * unit;
      if (header.bitDepth >= 8) {
        if (stepX == 1) {
          System.arraycopy(row, 1, samples, base + x0 * unit, w * unit);
          return;
        }
        for (int x = 0; x < w; x++) {
          System.arraycopy(row, 1 + x * unit, samples, base + (x0 + x * stepX) * unit, unit);
        }
        return;
      }
      int depth = header.bitDepth;
      int mask = (1 << depth) - 1;
      for (int x = 0; x < w; x++) {
        int bit = x * depth;
        samples[base + x0 + x * stepX] =
            (byte) (((row[1 + (bit >> 3)] & 0xff) >> (8 - depth - (bit & 7))) & mask);
      }
    }

    private void unfilter(byte[] row, byte[] above, int bpp) throws UnreadableImageException {
      int n = row.length;
      switch (row[0]) {
        case 0 -> {}
        case 1 -> {
          for (int i = 1 + bpp; i < n; i++) {
            row[i] += row[i - bpp];
          }
        }
        case 2 -> {
          for (int i = 1; i < n; i++) {
            row[i] += above[i];
          }
        }
        case 3 -> {
          for (int i = 1; i < n; i++) {
            int left = i > bpp ? row[i - bpp] & 0xff : 0;
            row[i] += (byte) ((left + (above[i] & 0xff)) >> 1);
          }
        }
        case 4 -> {
          int first = Math.min(n, 1 + bpp);
          for (int i = 1; i < first; i++) {
            row[i] += above[i];
          }
          for (int i = first; i < n; i++) {
            row[i] += (byte) paeth(row[i - bpp] & 0xff, above[i] & 0xff, above[i - bpp] & 0xff);
          }
        }
        default -> throw broken(name, "damaged PNG data");
      }
      row[0] = 0;
    }

    private static int paeth(int left, int up, int corner) {
      int a = Math.abs(up - corner);
      int b = Math.abs(left - corner);
      int c = Math.abs(left + up - 2 * corner);
      return a <= b && a <= c ? left : b <= c ? up : corner;
    }
  }
}
