package org.netdissect.pictures;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;

/**
 * Reads photographs: JPEG (grey, RGB or CMYK) and PNG of every kind, and by ImageIO GIF, BMP and
 * TIFF. What comes out is what Pillow's {@code convert("RGB")} gives for 8-bit files; alpha is
 * dropped, of 16 bits the high ones are kept, and the orientation that Exif may ask for is applied
 * only where the data set's sizes are those of the picture turned.
 */
public final class Photographs {
  private static final int HEAD_BYTES = 1 << 15;
  private static final int LONGEST_HEAD = 1 << 27;

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

    /** The photograph as it comes into an input of another size. */
    public Photograph framed(Framing framing, int inputHeight, int inputWidth) {
      return framed(framing.frame(height, width, inputHeight, inputWidth));
    }

    /**
     * The photograph as it comes into a network's input: the pixels of {@link #resized} that lie
     * within it, and {@link Framing#GREY} around them. Memory and work do not grow with what is cut
     * off.
     */
    public Photograph framed(Frame frame) {
      if (frame.y().isWhole() && frame.x().isWhole()) {
        return resized(frame.inputHeight(), frame.inputWidth());
      }
      int top = Math.max(0, frame.top());
      int left = Math.max(0, frame.left());
      int rows = Math.min(frame.inputHeight(), frame.top() + frame.height()) - top;
      int columns = Math.min(frame.inputWidth(), frame.left() + frame.width()) - left;
      byte[] seen =
          BilinearResize.resize(
              rgb,
              new BilinearResize.Axis(height, frame.height(), top - frame.top(), rows),
              new BilinearResize.Axis(width, frame.width(), left - frame.left(), columns));
      byte[] input = new byte[frame.inputHeight() * frame.inputWidth() * 3];
      Arrays.fill(input, (byte) Framing.GREY);
      for (int y = 0; y < rows; y++) {
        int to = 3 * ((top + y) * frame.inputWidth() + left);
        System.arraycopy(seen, 3 * y * columns, input, to, 3 * columns);
      }
      return new Photograph(frame.inputHeight(), frame.inputWidth(), input);
    }
  }

  /** Whether a file's name ends as those of the kinds that are read. */
  public static boolean isPhotographName(String name) {
    PictureKind kind = PictureKind.ofName(name);
    return kind != null && kind.isRead();
  }

  /**
   * Reads a file as it is stored.
   *
   * @throws UnreadableImageException when it is missing, broken, truncated, of a kind that is not
   *     read or too large (above 100 megapixels); the message names the file
   */
  public static Photograph read(Path file) throws DataException {
    return decode(bytes(file), file.toString());
  }

  /**
   * The bytes of a picture's file, be it a photograph or a mask. What is no file (a folder, a pipe,
   * a device) is never opened.
   *
   * @throws UnreadableImageException for whatever reason it cannot be read, or when it is larger
   *     than half a gigabyte; the message names the file; the cause is a {@link
   *     java.nio.file.NoSuchFileException} when there is none
   */
  public static byte[] bytes(Path file) throws UnreadableImageException {
    return PictureFiles.read(file, Integer.MAX_VALUE);
  }

  /**
   * Reads a file as the data set means it.
   *
   * @see #decode(byte[], String, int, int)
   */
  public static Photograph read(Path file, int statedHeight, int statedWidth) throws DataException {
    return decode(bytes(file), file.toString(), statedHeight, statedWidth);
  }

  /**
   * Decodes the bytes of a file, as they are stored.
   *
   * @param nameForMessages how errors name it
   */
  public static Photograph decode(byte[] file, String nameForMessages) throws DataException {
    try {
      PictureKind kind = PictureKind.ofContents(file);
      if (kind == PictureKind.JPEG) {
        return Jpeg.decode(file, nameForMessages);
      } else if (kind == PictureKind.PNG) {
        return fromPng(Png.decode(file, nameForMessages, Limits.PHOTO_PIXELS), nameForMessages);
      } else if (kind != null && kind.isRead()) {
        return OtherKinds.decode(file, nameForMessages, kind);
      }
      throw notRead(file, nameForMessages, kind);
    } catch (OutOfMemoryError e) {
      throw new UnreadableImageException(
          Text.oneLine(nameForMessages) + ": not enough memory for it; give Java more with -Xmx",
          e);
    }
  }

  /**
   * Decodes the bytes of a file as the data set means it. Labels belong to a picture of the size
   * that the data set states. Where that is the size of what is stored, Exif's orientation is not
   * looked at; where it is the size of what Exif asks to show, the photograph is turned so.
   *
   * @param nameForMessages how errors name it
   * @param statedHeight pixels; 0 where the data set does not state sizes
   * @param statedWidth pixels; 0 where the data set does not state sizes
   * @throws UnreadableImageException also when the photograph has another size
   */
  public static Photograph decode(
      byte[] file, String nameForMessages, int statedHeight, int statedWidth) throws DataException {
    Photograph stored = decode(file, nameForMessages);
    if (statedHeight == 0
        || statedWidth == 0
        || (stored.height == statedHeight && stored.width == statedWidth)) {
      return stored;
    }
    return Orientation.apply(stored, orientation(file, nameForMessages, statedHeight, statedWidth));
  }

  /**
   * How a photograph has to be turned to be what the data set means.
   *
   * @return 1 … 8 as in Exif
   * @throws UnreadableImageException when it has another size whichever way it is turned
   */
  public static int orientation(
      byte[] file, String nameForMessages, int statedHeight, int statedWidth)
      throws UnreadableImageException {
    return orientation(header(file, nameForMessages), nameForMessages, statedHeight, statedWidth);
  }

  /** The same from what the file says before its pixels. */
  public static int orientation(
      PhotoHeader header, String nameForMessages, int statedHeight, int statedWidth)
      throws UnreadableImageException {
    if (statedHeight == 0
        || statedWidth == 0
        || (header.height() == statedHeight && header.width() == statedWidth)) {
      return 1;
    }
    if (header.shownHeight() == statedHeight && header.shownWidth() == statedWidth) {
      return header.orientation();
    }
    throw new UnreadableImageException(
        Text.oneLine(nameForMessages)
            + " is "
            + header.height()
            + " × "
            + header.width()
            + " pixels, the data set says "
            + statedHeight
            + " × "
            + statedWidth
            + " (height × width); put in the photograph that was labelled, or correct the size");
  }

  /**
   * What a file says before its pixels.
   *
   * @throws UnreadableImageException as {@link #read(Path)}, as far as can be told from there
   */
  public static PhotoHeader header(Path file) throws UnreadableImageException {
    String name = file.toString();
    for (int bytes = HEAD_BYTES; ; bytes *= 8) {
      byte[] head = PictureFiles.read(file, bytes);
      try {
        return header(head, name);
      } catch (UnreadableImageException e) {
        // Exif, thumbnails and profiles may come before the size.
        if (head.length < bytes || bytes >= LONGEST_HEAD) {
          throw e;
        }
      }
    }
  }

  private static PhotoHeader header(byte[] head, String name) throws UnreadableImageException {
    PictureKind kind = PictureKind.ofContents(head);
    if (kind == PictureKind.JPEG) {
      JpegHead jpeg = JpegHead.readSize(head, name);
      return new PhotoHeader(jpeg.height(), jpeg.width(), jpeg.orientation());
    } else if (kind == PictureKind.PNG) {
      Png.Header png = Png.header(head, name, Limits.PHOTO_PIXELS);
      return new PhotoHeader(png.height, png.width, Png.orientation(head, name));
    } else if (kind != null && kind.isRead()) {
      return OtherKinds.header(head, name, kind);
    }
    throw notRead(head, name, kind);
  }

  /**
   * What is unusual about a file that can be decoded, a line each.
   *
   * @param statedHeight pixels as the data set states them, or 0
   * @param statedWidth pixels as the data set states them, or 0
   */
  public static List<String> remarks(byte[] file, Path path, int statedHeight, int statedWidth)
      throws UnreadableImageException {
    String name = Text.oneLine(path.toString());
    List<String> remarks = new ArrayList<>();
    PictureKind kind = PictureKind.ofContents(file);
    if (kind != null && kind != PictureKind.ofName(path.toString())) {
      remarks.add(name + " is a " + kind.title() + " in truth");
    }
    PhotoHeader header = header(file, name);
    if (header.orientation() > 1) {
      boolean done = orientation(header, name, statedHeight, statedWidth) > 1;
      remarks.add(
          name
              + ": Exif asks to turn or flip it ("
              + header.orientation()
              + "), which is "
              + (done ? "done, as the data set's sizes are those of the turned one" : "not done"));
    }
    if (kind == PictureKind.JPEG && JpegHead.read(file, name).hasProfile()) {
      remarks.add(name + ": a colour profile, which is not applied");
    }
    return remarks;
  }

  private static UnreadableImageException notRead(
      byte[] file, String name, @Nullable PictureKind kind) {
    String what =
        file.length == 0
            ? ": an empty file"
            : kind == null
                ? ": neither a JPEG nor a PNG file, nor a GIF, BMP or TIFF one"
                : ": a " + kind.title() + " picture, which is not read; convert it to JPEG or PNG";
    return new UnreadableImageException(Text.oneLine(name) + what);
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
