package org.netdissect.datasets.reading;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;
import org.netdissect.pictures.NumberedPicture;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.PictureKind;
import org.netdissect.pictures.Png;
import org.netdissect.pictures.UnreadableImageException;

/**
 * The raw samples of a mask: a PNG, and a GIF, BMP or TIFF of numbers, as it is, or another picture
 * decoded to colours. A JPEG blurs what was drawn.
 */
public final class MaskPixels {
  final int height;
  final int width;
  final int bitDepth;
  final int channels;
  final byte[] samples;

  /** R, G, B of each palette entry; null where samples are no palette entries. */
  final byte @Nullable [] palette;

  /** Whether samples are only near what was drawn. */
  final boolean blurred;

  private MaskPixels(Png png) {
    height = png.height;
    width = png.width;
    bitDepth = png.bitDepth;
    channels = png.channels;
    samples = png.samples;
    palette = png.colorType == Png.PALETTE ? png.palette : null;
    blurred = false;
  }

  private MaskPixels(NumberedPicture numbers) {
    height = numbers.height();
    width = numbers.width();
    bitDepth = numbers.bitDepth();
    channels = 1;
    samples = numbers.samples();
    palette = numbers.palette();
    blurred = false;
  }

  private MaskPixels(Photographs.Photograph picture, boolean blurred) {
    height = picture.height();
    width = picture.width();
    bitDepth = 8;
    channels = 3;
    samples = picture.rgb();
    palette = null;
    this.blurred = blurred;
  }

  /**
   * Decodes the bytes of a file.
   *
   * @param name for messages
   * @throws UnreadableImageException when they are no picture, or a broken one
   */
  public static MaskPixels decode(byte[] file, String name) throws DataException {
    try {
      if (Png.isPng(file) || file.length == 0) {
        return new MaskPixels(Png.decode(file, name, Limits.PHOTO_PIXELS));
      }
      Optional<NumberedPicture> numbers = NumberedPicture.decode(file, name);
      return numbers.isPresent()
          ? new MaskPixels(numbers.get())
          : new MaskPixels(
              Photographs.decode(file, name), PictureKind.ofContents(file) == PictureKind.JPEG);
    } catch (OutOfMemoryError e) {
      throw new UnreadableImageException(
          Text.oneLine(name) + ": not enough memory for it; give Java more with -Xmx", e);
    }
  }

  /** Pixels. */
  public int height() {
    return height;
  }

  /** Pixels. */
  public int width() {
    return width;
  }

  /** All samples of a pixel as one number: alike in pixels that hold the same. */
  long value(int pixel) {
    int bytes = channels * (bitDepth == 16 ? 2 : 1);
    long value = 0;
    for (int i = pixel * bytes; i < (pixel + 1) * bytes; i++) {
      value = value << 8 | (samples[i] & 0xff);
    }
    return value;
  }
}
