package org.netdissect.pictures;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.BitSet;
import java.util.Optional;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadUpdateListener;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;
import org.netdissect.pictures.Photographs.Photograph;

/**
 * Photographs of the kinds that few data sets have, by way of ImageIO: GIF, BMP and TIFF, which
 * every Java reads. Of each the first picture.
 */
final class OtherKinds {
  /** A tile of a TIFF file may be this many times larger than the picture. */
  private static final int TILE = 4;

  private static final int PHOTOMETRIC_TAG = 262;

  private static final int WHITE_IS_ZERO = 0;
  private static final int INKS = 5;

  /**
   * Grey, either way round, RGB, palette, inks and YCbCr; others, such as CIELAB, ImageIO guesses.
   */
  private static final Set<Integer> PHOTOMETRIC = Set.of(WHITE_IS_ZERO, 1, 2, 3, INKS, 6);

  private static final int INK_SET_TAG = 332;
  private static final int CMYK = 1;

  private OtherKinds() {}

  /** Work on an open reader. */
  private interface Reading<T> {
    T of(ImageReader reader) throws IOException;
  }

  static PhotoHeader header(byte[] file, String name, PictureKind kind)
      throws UnreadableImageException {
    return with(
        file,
        name,
        kind,
        reader ->
            new PhotoHeader(
                reader.getHeight(0),
                reader.getWidth(0),
                kind == PictureKind.TIFF ? Exif.orientation(file, 0, file.length) : 1));
  }

  static Photograph decode(byte[] file, String name, PictureKind kind)
      throws UnreadableImageException {
    return with(
        file,
        name,
        kind,
        reader -> {
          BufferedImage image = image(reader, kind);
          byte[] rgb =
              kind == PictureKind.TIFF && photometric(file) == INKS ? printed(image) : rgb(image);
          return new Photograph(image.getHeight(), image.getWidth(), rgb);
        });
  }

  /** The pixels as numbers; nothing where they are colours, or grey the other way round. */
  static Optional<NumberedPicture> numbers(byte[] file, String name, PictureKind kind)
      throws UnreadableImageException {
    return with(
        file,
        name,
        kind,
        reader ->
            kind == PictureKind.TIFF && photometric(file) == WHITE_IS_ZERO
                ? Optional.empty()
                : numbers(image(reader, kind)));
  }

  private static BufferedImage image(ImageReader reader, PictureKind kind) throws IOException {
    Rows rows = new Rows();
    reader.addIIOReadUpdateListener(rows);
    BufferedImage image = reader.read(0);
    check(
        kind != PictureKind.GIF || rows.seen.cardinality() == image.getHeight(),
        "damaged or truncated");
    return image;
  }

  private static int photometric(byte[] file) {
    return Exif.tag(file, 0, file.length, PHOTOMETRIC_TAG, 2);
  }

  private static <T> T with(byte[] file, String name, PictureKind kind, Reading<T> reading)
      throws UnreadableImageException {
    ImageReader reader = ImageIO.getImageReadersByFormatName(kind.title()).next();
    try {
      reader.addIIOReadWarningListener(
          (source, warning) -> {
            throw new IllegalStateException(warning); // It would go on with half a picture.
          });
      reader.setInput(new ByteStream(file), false, true);
      checkSize(reader, file, kind);
      return reading.of(reader);
    } catch (Refused e) {
      throw new UnreadableImageException(
          Text.oneLine(name) + ": a " + kind.title() + " picture: " + e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw new UnreadableImageException(
          Text.oneLine(name)
              + ": a "
              + kind.title()
              + " picture that cannot be decoded ("
              + Text.oneLine(why)
              + "); convert it to JPEG or PNG",
          e);
    } finally {
      reader.dispose();
    }
  }

  private static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  private static void check(boolean right, String otherwise) throws Refused {
    if (!right) {
      throw new Refused(otherwise);
    }
  }

  /** Before anything is decoded. */
  private static void checkSize(ImageReader reader, byte[] file, PictureKind kind)
      throws IOException {
    int height = reader.getHeight(0);
    int width = reader.getWidth(0);
    String size = height + " × " + width + " pixels";
    check(
        height > 0
            && width > 0
            && height <= Limits.SIDE
            && width <= Limits.SIDE
            && (long) height * width <= Limits.PHOTO_PIXELS,
        "its header claims " + size + ", which is too many");
    if (kind == PictureKind.TIFF) {
      check(Exif.isWhole(file, 0, file.length), "damaged or truncated");
      long tile = (long) reader.getTileHeight(0) * reader.getTileWidth(0);
      check(
          tile > 0 && tile <= Math.max(1 << 20, (long) TILE * height * width),
          "tiles much larger than the picture");
      check(
          PHOTOMETRIC.contains(photometric(file))
              && Exif.tag(file, 0, file.length, INK_SET_TAG, CMYK) == CMYK,
          "of an unusual kind of colours; convert it to RGB");
    } else if (kind == PictureKind.GIF) {
      check(
          width == le16(file, 6) && height == le16(file, 8),
          "its first picture of " + size + " does not fill it; convert it to PNG");
    }
  }

  private static int le16(byte[] file, int at) {
    return at + 2 > file.length ? 0 : (file[at] & 0xff) | ((file[at + 1] & 0xff) << 8);
  }

  /** The samples as they are stored: no colour profile is applied, alpha is dropped. */
  private static byte[] rgb(BufferedImage image) throws IOException {
    ColorModel colors = image.getColorModel();
    Raster raster = image.getRaster();
    int bands = raster.getNumBands();
    int bits = colors.getComponentSize(0);
    boolean plain =
        colors instanceof ComponentColorModel
            && (bits == 8 || bits == 16)
            && raster.getTransferType() <= DataBuffer.TYPE_USHORT
            && (colors.getNumColorComponents() == 1 || colors.getNumColorComponents() == 3)
            && bands == colors.getNumComponents()
            && !colors.isAlphaPremultiplied();
    boolean packed =
        !(colors instanceof ComponentColorModel)
            && (colors instanceof IndexColorModel || colors.getColorSpace().isCS_sRGB());
    check(plain || packed, "of an unusual kind of colours; convert it to RGB");
    int width = image.getWidth();
    int height = image.getHeight();
    byte[] rgb = new byte[Math.multiplyExact(3 * width, height)];
    int green = colors.getNumColorComponents() == 3 ? 1 : 0;
    int[] row = new int[plain ? bands * width : 0];
    Object pixel = null;
    for (int y = 0, k = 0; y < height; y++) {
      if (plain) {
        raster.getPixels(0, y, width, 1, row);
      }
      for (int x = 0; x < width; x++, k += 3) {
        if (plain) {
          rgb[k] = (byte) (row[bands * x] >> (bits - 8));
          rgb[k + 1] = (byte) (row[bands * x + green] >> (bits - 8));
          rgb[k + 2] = (byte) (row[bands * x + 2 * green] >> (bits - 8));
        } else {
          pixel = raster.getDataElements(x, y, pixel);
          rgb[k] = (byte) colors.getRed(pixel);
          rgb[k + 1] = (byte) colors.getGreen(pixel);
          rgb[k + 2] = (byte) colors.getBlue(pixel);
        }
      }
    }
    return rgb;
  }

  /** Four inks of 8 or 16 bits as on white paper, as {@link JpegPixels#ink}. */
  private static byte[] printed(BufferedImage image) throws IOException {
    Raster raster = image.getRaster();
    int bits = image.getColorModel().getComponentSize(0);
    check(
        raster.getNumBands() == 4
            && (bits == 8 || bits == 16)
            && raster.getTransferType() <= DataBuffer.TYPE_USHORT,
        "of an unusual kind of inks; convert it to RGB");
    int width = image.getWidth();
    byte[] rgb = new byte[Math.multiplyExact(3 * width, image.getHeight())];
    byte[] light = new byte[width];
    int[] row = new int[4 * width];
    for (int y = 0; y < image.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, row);
      int at = 3 * width * y;
      for (int x = 0; x < width; x++) {
        for (int ink = 0; ink < 3; ink++) {
          rgb[at + 3 * x + ink] = (byte) (row[4 * x + ink] >> (bits - 8));
        }
        light[x] = (byte) ~(row[4 * x + 3] >> (bits - 8));
      }
      JpegPixels.ink(light, 0, true, rgb, at, width);
    }
    return rgb;
  }

  private static Optional<NumberedPicture> numbers(BufferedImage image) {
    ColorModel colors = image.getColorModel();
    Raster raster = image.getRaster();
    int bits = colors.getComponentSize(0);
    boolean isPalette = colors instanceof IndexColorModel;
    boolean isGrey =
        colors instanceof ComponentColorModel
            && raster.getNumBands() == 1
            && (bits == 8 || bits == 16)
            && raster.getTransferType() <= DataBuffer.TYPE_USHORT;
    if (!isGrey && !(isPalette && colors.getPixelSize() <= 8)) {
      return Optional.empty();
    }
    int width = image.getWidth();
    int bytes = isGrey ? bits / 8 : 1;
    byte[] samples = new byte[Math.multiplyExact(bytes * width, image.getHeight())];
    int[] row = new int[width];
    int k = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int value : raster.getPixels(0, y, width, 1, row)) {
        if (bytes == 2) {
          samples[k++] = (byte) (value >> 8);
        }
        samples[k++] = (byte) value;
      }
    }
    return Optional.of(
        new NumberedPicture(
            image.getHeight(), width, 8 * bytes, samples, bytes == 2 ? null : palette(colors)));
  }

  private static byte[] palette(ColorModel colors) {
    int size = colors instanceof IndexColorModel index ? index.getMapSize() : 256;
    byte[] palette = new byte[3 * size];
    for (int i = 0; i < size; i++) {
      int rgb = colors instanceof IndexColorModel index ? index.getRGB(i) : i * 0x010101;
      palette[3 * i] = (byte) (rgb >> 16);
      palette[3 * i + 1] = (byte) (rgb >> 8);
      palette[3 * i + 2] = (byte) rgb;
    }
    return palette;
  }

  /** The rows that were read: a GIF may end before its last one without a warning. */
  private static final class Rows implements IIOReadUpdateListener {
    private final BitSet seen = new BitSet();

    @Override
    public void imageUpdate(
        ImageReader source,
        BufferedImage image,
        int minX,
        int minY,
        int width,
        int height,
        int periodX,
        int periodY,
        int[] bands) {
      for (int y = 0; y < height; y++) {
        seen.set(minY + y * periodY);
      }
    }

    @Override
    public void passStarted(
        ImageReader source,
        BufferedImage image,
        int pass,
        int minPass,
        int maxPass,
        int minX,
        int minY,
        int periodX,
        int periodY,
        int[] bands) {}

    @Override
    public void passComplete(ImageReader source, BufferedImage image) {}

    @Override
    public void thumbnailPassStarted(
        ImageReader source,
        BufferedImage thumbnail,
        int pass,
        int minPass,
        int maxPass,
        int minX,
        int minY,
        int periodX,
        int periodY,
        int[] bands) {}

    @Override
    public void thumbnailUpdate(
        ImageReader source,
        BufferedImage thumbnail,
        int minX,
        int minY,
        int width,
        int height,
        int periodX,
        int periodY,
        int[] bands) {}

    @Override
    public void thumbnailPassComplete(ImageReader source, BufferedImage thumbnail) {}
  }
}
