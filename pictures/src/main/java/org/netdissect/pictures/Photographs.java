package org.netdissect.pictures;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.netdissect.base.DataException;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;

/**
 * Reads photographs: JPEG (grey or RGB) and PNG of every kind. What comes out is what Pillow's
 * {@code convert("RGB")} gives for 8-bit files; alpha is dropped, of 16 bits the high ones are
 * kept, and the orientation that Exif may ask for is not applied.
 */
public final class Photographs {
  private Photographs() {}

  /** A decoded photograph. A plain class, not a record, since arrays have no equality. */
  public static final class Photograph {
    private final int height;
    private final int width;
    private final byte[] rgb;

    /**
     * A photograph over the given samples, which are not copied.
     *
     * @param rgb {@code height × width × 3} bytes, rows from the top, R, G, B interleaved
     */
    public Photograph(int height, int width, byte[] rgb) {
      if (height < 1 || width < 1 || rgb.length != (long) height * width * 3) {
        throw new IllegalArgumentException(
            rgb.length + " bytes for a photograph of " + height + " × " + width);
      }
      this.height = height;
      this.width = width;
      this.rgb = rgb;
    }

    /** Pixels. */
    public int height() {
      return height;
    }

    /** Pixels. */
    public int width() {
      return width;
    }

    /** Height × width × 3 bytes, rows from the top, R, G, B interleaved; the array itself. */
    public byte[] rgb() {
      return rgb;
    }

    /**
     * The photograph in another size, aspect ratio not kept: bilinear as Pillow does it, bit for
     * bit. When shrinking, the triangle filter is widened so that every pixel counts. Returns this
     * very photograph when the size is the same.
     */
    public Photograph resized(int toHeight, int toWidth) {
      if (toHeight < 1 || toWidth < 1) {
        throw new IllegalArgumentException("resize to " + toHeight + " × " + toWidth);
      }
      if (toHeight == height && toWidth == width) {
        return this;
      }
      return new Photograph(
          toHeight, toWidth, BilinearResize.resize(rgb, height, width, toHeight, toWidth));
    }
  }

  /**
   * Reads a file.
   *
   * @throws UnreadableImageException when it is missing, broken, truncated, CMYK or too large
   *     (above 100 megapixels); the message names the file
   */
  public static Photograph read(Path file) throws DataException {
    return decode(bytes(file), file.toString());
  }

  /** The bytes of an image file; its size is checked first. */
  public static byte[] bytes(Path file) throws UnreadableImageException {
    try {
      long size = Files.size(file);
      if (size > Limits.FILE_BYTES) {
        throw new UnreadableImageException(
            Text.oneLine(file.toString()) + " is too large for an image: " + size + " bytes");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new UnreadableImageException("missing file " + Text.oneLine(file.toString()), e);
    } catch (AccessDeniedException e) {
      throw new UnreadableImageException(
          "no permission to read " + Text.oneLine(file.toString()), e);
    } catch (UnreadableImageException e) {
      throw e;
    } catch (IOException e) {
      throw new UnreadableImageException(
          "cannot read " + Text.oneLine(file + ": " + e.getMessage()), e);
    }
  }

  /**
   * Decodes the bytes of a file.
   *
   * @param nameForMessages how errors name it
   */
  public static Photograph decode(byte[] file, String nameForMessages) throws DataException {
    try {
      if (Jpeg.isJpeg(file)) {
        return Jpeg.decode(file, nameForMessages);
      }
      if (Png.isPng(file)) {
        return fromPng(Png.decode(file, nameForMessages, Limits.PHOTO_PIXELS), nameForMessages);
      }
    } catch (OutOfMemoryError e) {
      throw new UnreadableImageException(
          Text.oneLine(nameForMessages) + ": not enough memory for it; give Java more with -Xmx",
          e);
    }
    throw new UnreadableImageException(
        Text.oneLine(nameForMessages)
            + (file.length == 0 ? ": an empty file" : ": neither a JPEG nor a PNG file"));
  }

  private static Photograph fromPng(Png png, String name) throws DataException {
    int pixels = png.height * png.width;
    byte[] rgb = new byte[Math.multiplyExact(pixels, 3)];
    byte[] s = png.samples;
    int sample = png.bitDepth == 16 ? 2 : 1;
    int step = png.channels * sample;
    switch (png.colorType) {
      case Png.RGB, Png.RGBA -> {
        for (int i = 0, k = 0; i < rgb.length; i += 3, k += step) {
          rgb[i] = s[k];
          rgb[i + 1] = s[k + sample];
          rgb[i + 2] = s[k + 2 * sample];
        }
      }
      case Png.PALETTE -> {
        int entries = png.palette.length / 3;
        for (int i = 0, k = 0; i < rgb.length; i += 3, k++) {
          int entry = s[k] & 0xff;
          if (entry >= entries) {
            throw new UnreadableImageException(
                Text.oneLine(name) + ": a pixel beyond the end of the palette");
          }
          System.arraycopy(png.palette, 3 * entry, rgb, i, 3);
        }
      }
      default -> {
        int scale = png.bitDepth < 8 ? 255 / ((1 << png.bitDepth) - 1) : 1;
        for (int i = 0, k = 0; i < rgb.length; i += 3, k += step) {
          byte grey = (byte) (s[k] * scale);
          rgb[i] = grey;
          rgb[i + 1] = grey;
          rgb[i + 2] = grey;
        }
      }
    }
    return new Photograph(png.height, png.width, rgb);
  }
}
