package org.netdissect.pictures;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Text;
import org.netdissect.pictures.Photographs.Photograph;

/**
 * JPEG by way of ImageIO, made to give what libjpeg gives: every application segment is dropped
 * before decoding (colour profiles make ImageIO slow and its pixels wrong; without Exif it guesses
 * colours from the sampling), and one plain segment that says which colours these are is put in.
 */
public final class Jpeg {
  /**
   * Scans of one file. Usual files have 1 to 12; nobody needs more than 64, but each makes the
   * decoder go over the whole picture.
   */
  static final int MOST_SCANS = 100;

  /** Pixels that ImageIO may go over, some ten seconds of work: it decodes once per scan. */
  private static final long MOST_WORK = 1L << 30;

  private static final ThreadLocal<ImageReader> READERS = ThreadLocal.withInitial(Jpeg::reader);

  private Jpeg() {}

  private static ImageReader reader() {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName("jpeg");
    if (!readers.hasNext()) {
      throw new IllegalStateException("this Java cannot read JPEG");
    }
    return readers.next();
  }

  private static UnreadableImageException broken(String name, String what) {
    return new UnreadableImageException(Text.oneLine(name) + ": " + what);
  }

  /** Whether the file is a JPEG of three components without a colour profile, shown as it is. */
  public static boolean isPlainColour(byte[] file) throws UnreadableImageException {
    if (!JpegHead.isJpeg(file)) {
      return false;
    }
    JpegHead head = JpegHead.read(file, "");
    return head.components() == 3 && head.orientation() == 1 && !head.hasProfile();
  }

  static Photograph decode(byte[] file, String name) throws UnreadableImageException {
    Photograph usual = JpegDecoder.decode(file);
    return usual != null ? usual : decodeByImageIo(file, name);
  }

  /** Slow, for what {@link JpegDecoder} leaves; its verdict on a damaged file is the one given. */
  static Photograph decodeByImageIo(byte[] file, String name) throws UnreadableImageException {
    JpegHead head = JpegHead.read(file, name);
    checkWork(head, file, name);
    if (head.components() == 4) {
      throw broken(name, "a damaged or unusual CMYK JPEG; convert it to RGB");
    }
    ImageReader reader = READERS.get();
    Warnings warnings = new Warnings();
    try {
      reader.setInput(new ByteStream(head.plain()), true, true);
      reader.addIIOReadWarningListener(warnings);
      BufferedImage image = reader.read(0);
      if (warnings.serious != null) {
        throw broken(name, "damaged or truncated JPEG (" + warnings.serious + ")");
      }
      if (image.getWidth() != head.width() || image.getHeight() != head.height()) {
        throw broken(name, "damaged JPEG: sizes contradict each other");
      }
      return new Photograph(head.height(), head.width(), rgb(image, name));
    } catch (UnreadableImageException e) {
      throw e;
    } catch (IIOException e) {
      throw new UnreadableImageException(
          Text.oneLine(name) + ": damaged JPEG (" + Text.oneLine(message(e)) + ")", e);
    } catch (IOException | RuntimeException e) {
      throw new UnreadableImageException(
          Text.oneLine(name) + ": cannot be decoded (" + Text.oneLine(message(e)) + ")", e);
    } finally {
      reader.reset();
    }
  }

  private static void checkWork(JpegHead head, byte[] file, String name)
      throws UnreadableImageException {
    int scans = 0;
    for (int i = 1; i < file.length; i++) {
      if ((file[i] & 0xff) == 0xda && (file[i - 1] & 0xff) == 0xff) {
        scans++;
      }
    }
    if (scans > MOST_SCANS || (long) scans * head.height() * head.width() > MOST_WORK) {
      throw broken(
          name,
          "a JPEG of "
              + scans
              + " scans of "
              + head.height()
              + " × "
              + head.width()
              + " pixels, which is too much work; save it anew");
    }
  }

  private static String message(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** The bytes of the raster itself: no colour conversion of ImageIO's is passed through. */
  private static byte[] rgb(BufferedImage image, String name) throws UnreadableImageException {
    int pixels = image.getWidth() * image.getHeight();
    byte[] raw =
        image.getRaster().getDataBuffer() instanceof DataBufferByte bytes ? bytes.getData() : null;
    byte[] rgb = new byte[pixels * 3];
    if (raw != null
        && image.getType() == BufferedImage.TYPE_3BYTE_BGR
        && raw.length == 3 * pixels) {
      for (int i = 0; i < rgb.length; i += 3) {
        rgb[i] = raw[i + 2];
        rgb[i + 1] = raw[i + 1];
        rgb[i + 2] = raw[i];
      }
    } else if (raw != null && image.getRaster().getNumBands() == 1 && raw.length == pixels) {
      for (int i = 0, k = 0; i < pixels; i++, k += 3) {
        rgb[k] = raw[i];
        rgb[k + 1] = raw[i];
        rgb[k + 2] = raw[i];
      }
    } else {
      throw broken(name, "a JPEG of an unknown kind of colours; convert it to RGB first");
    }
    return rgb;
  }

  /** ImageIO decodes half a picture and only warns. */
  private static final class Warnings implements IIOReadWarningListener {
    private @Nullable String serious;

    @Override
    public void warningOccurred(ImageReader source, String warning) {
      // Junk between segments is skipped without harm.
      if (serious == null && !warning.contains("extraneous bytes")) {
        serious = Text.oneLine(warning);
      }
    }
  }
}
