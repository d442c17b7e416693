package org.netdissect.pictures;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.ImageInputStreamImpl;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;
import org.netdissect.pictures.Photographs.Photograph;

/**
 * JPEG by way of ImageIO, made to give what libjpeg gives: every application segment is dropped
 * before decoding (colour profiles make ImageIO slow and its pixels wrong; without Exif it guesses
 * colours from the sampling), and one plain segment that says which colours these are is put in.
 */
public final class Jpeg {
  private static final byte[] JFIF = {
    (byte) 0xff, (byte) 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0
  };
  // Colour transform 0: the components are R, G, B.
  private static final byte[] ADOBE_RGB = {
    (byte) 0xff, (byte) 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
  };

  private static final ThreadLocal<ImageReader> READERS = ThreadLocal.withInitial(Jpeg::reader);

  private Jpeg() {}

  public static boolean isJpeg(byte[] file) {
    return file.length >= 3
        && (file[0] & 0xff) == 0xff
        && (file[1] & 0xff) == 0xd8
        && (file[2] & 0xff) == 0xff;
  }

  /** What stands before the pixels, and the file without its application segments. */
  private static final class Head {
    int height;
    int width;
    int components;
    byte[] plain;
  }

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

  /** Height and width as the frame header states them. */
  public static int[] size(byte[] file, String name) throws UnreadableImageException {
    Head head = readHead(file, name, true);
    return new int[] {head.height, head.width};
  }

  private static Head readHead(byte[] file, String name, boolean sizeOnly)
      throws UnreadableImageException {
    Head head = new Head();
    ByteArrayOutputStream kept = new ByteArrayOutputStream(file.length + 18);
    boolean jfif = false;
    int adobe = -1;
    boolean namedRgb = false;
    int at = 2;
    while (true) {
      if (at >= file.length || (file[at] & 0xff) != 0xff) {
        // libjpeg skips to the next marker; so do we.
        if (at >= file.length) {
          throw broken(name, "truncated JPEG");
        }
        at++;
        continue;
      }
      while (at < file.length && (file[at] & 0xff) == 0xff) {
        at++;
      }
      if (at >= file.length) {
        throw broken(name, "truncated JPEG");
      }
      int marker = file[at++] & 0xff;
      if (marker == 0 || marker == 1 || (marker >= 0xd0 && marker <= 0xd8)) {
        continue; // no length
      }
      if (marker == 0xd9) {
        throw broken(name, "no image in the JPEG file");
      }
      if (at + 2 > file.length) {
        throw broken(name, "truncated JPEG");
      }
      int length = ((file[at] & 0xff) << 8) | (file[at + 1] & 0xff);
      if (length < 2 || at + length > file.length) {
        throw broken(name, "truncated JPEG");
      }
      if (marker == 0xe0) {
        jfif |= length >= 16 && startsWith(file, at + 2, "JFIF\0");
      } else if (marker == 0xee) {
        if (length >= 14 && startsWith(file, at + 2, "Adobe")) {
          adobe = file[at + 13] & 0xff;
        }
      } else if (marker < 0xe0 || (marker > 0xef && marker != 0xfe)) {
        if (marker >= 0xc0
            && marker <= 0xcf
            && marker != 0xc4
            && marker != 0xc8
            && marker != 0xcc) {
          if (head.components != 0) {
            throw broken(name, "two frames in one JPEG file");
          }
          namedRgb = readFrame(file, name, marker, at, length, head);
          if (sizeOnly) {
            return head;
          }
        }
        kept.write(0xff);
        kept.write(marker);
        kept.write(file, at, length);
        if (marker == 0xda) {
          if (head.components == 0) {
            throw broken(name, "damaged JPEG: pixels before their header");
          }
          kept.write(file, at + length, file.length - at - length);
          break;
        }
      }
      at += length;
    }
    ByteArrayOutputStream plain = new ByteArrayOutputStream(kept.size() + 20);
    plain.write(0xff);
    plain.write(0xd8);
    if (head.components == 3) {
      // libjpeg's own rule for what three components mean.
      boolean rgb = !jfif && (adobe >= 0 ? adobe == 0 : namedRgb);
      plain.writeBytes(rgb ? ADOBE_RGB : JFIF);
    }
    plain.writeBytes(kept.toByteArray());
    head.plain = plain.toByteArray();
    return head;
  }

  /** Reads the frame header; tells whether the components are named R, G and B. */
  private static boolean readFrame(
      byte[] file, String name, int marker, int at, int length, Head head)
      throws UnreadableImageException {
    if (length < 8) {
      throw broken(name, "damaged JPEG frame header");
    }
    int precision = file[at + 2] & 0xff;
    head.height = ((file[at + 3] & 0xff) << 8) | (file[at + 4] & 0xff);
    head.width = ((file[at + 5] & 0xff) << 8) | (file[at + 6] & 0xff);
    head.components = file[at + 7] & 0xff;
    if (head.height == 0 || head.width == 0) {
      throw broken(name, "a JPEG of " + head.height + " × " + head.width + " pixels");
    }
    if ((long) head.height * head.width > Limits.PHOTO_PIXELS) {
      throw broken(
          name,
          "its header claims " + head.height + " × " + head.width + " pixels, which is too many");
    }
    if (precision != 8) {
      throw broken(name, precision + "-bit JPEG; only 8 bits are read, convert it first");
    }
    if (head.components == 4) {
      throw broken(name, "CMYK JPEG; convert it to RGB first");
    }
    if (head.components != 1 && head.components != 3) {
      throw broken(name, "JPEG of " + head.components + " components; only grey and RGB are read");
    }
    if (marker > 0xc2) {
      throw broken(name, "a lossless or arithmetic-coded JPEG; convert it first");
    }
    if (length != 8 + 3 * head.components) {
      throw broken(name, "damaged JPEG frame header");
    }
    return head.components == 3
        && file[at + 8] == 'R'
        && file[at + 11] == 'G'
        && file[at + 14] == 'B';
  }

  /** Whether the file is a JPEG of three components without a colour profile. */
  public static boolean isPlainColour(byte[] file) throws UnreadableImageException {
    return isJpeg(file) && readHead(file, "", true).components == 3 && oddities(file).isEmpty();
  }

  /** What is unusual about a file that can be decoded. */
  public static List<String> oddities(byte[] file) {
    List<String> oddities = new ArrayList<>();
    int at = 2;
    while (at + 4 <= file.length && (file[at] & 0xff) == 0xff) {
      int marker = file[at + 1] & 0xff;
      if (marker == 0xff) {
        at++;
        continue;
      }
      int length = ((file[at + 2] & 0xff) << 8) | (file[at + 3] & 0xff);
      if (marker == 0xda || length < 2) {
        break;
      }
      if (marker == 0xe1 && startsWith(file, at + 4, "Exif\0\0")) {
        int orientation = orientation(file, at + 10, Math.min(file.length, at + 2 + length));
        if (orientation > 1 && orientation < 9) {
          oddities.add("Exif asks to turn or flip it (" + orientation + "), which is not done");
        }
      } else if (marker == 0xe2 && startsWith(file, at + 4, "ICC_PROFILE\0")) {
        String profile = "a colour profile, which is not applied";
        if (!oddities.contains(profile)) {
          oddities.add(profile);
        }
      }
      at += 2 + length;
    }
    return oddities;
  }

  /** Tag 0x0112 of the first directory of Exif's TIFF; 0 where there is none. */
  private static int orientation(byte[] file, int tiff, int end) {
    if (tiff + 8 > end) {
      return 0;
    }
    ByteBuffer b = ByteBuffer.wrap(file, tiff, end - tiff).slice();
    b.order(b.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = b.getInt(4);
    if (directory < 8 || directory > b.limit() - 2) {
      return 0;
    }
    int entries = b.getShort(directory) & 0xffff;
    for (int i = 0; i < entries; i++) {
      int entry = directory + 2 + 12 * i;
      if (entry > b.limit() - 12) {
        return 0;
      }
      if (b.getShort(entry) == 0x0112) {
        return b.getShort(entry + 8);
      }
    }
    return 0;
  }

  private static boolean startsWith(byte[] file, int at, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (at + i >= file.length || file[at + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  static Photograph decode(byte[] file, String name) throws UnreadableImageException {
    Photograph usual = JpegDecoder.decode(file);
    return usual != null ? usual : decodeByImageIo(file, name);
  }

  /** Slow, for what {@link JpegDecoder} leaves; its verdict on a damaged file is the one given. */
  static Photograph decodeByImageIo(byte[] file, String name) throws UnreadableImageException {
    Head head = readHead(file, name, false);
    ImageReader reader = READERS.get();
    Warnings warnings = new Warnings();
    try {
      reader.setInput(new Bytes(head.plain), true, true);
      reader.addIIOReadWarningListener(warnings);
      BufferedImage image = reader.read(0);
      if (warnings.serious != null) {
        throw broken(name, "damaged or truncated JPEG (" + warnings.serious + ")");
      }
      if (image.getWidth() != head.width || image.getHeight() != head.height) {
        throw broken(name, "damaged JPEG: sizes contradict each other");
      }
      return new Photograph(head.height, head.width, rgb(image, name));
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
    private String serious;

    @Override
    public void warningOccurred(ImageReader source, String warning) {
      // Junk between segments is skipped without harm.
      if (serious == null && !warning.contains("extraneous bytes")) {
        serious = Text.oneLine(warning);
      }
    }
  }

  /** ImageIO's own stream over bytes copies them block by block. */
  private static final class Bytes extends ImageInputStreamImpl {
    private final byte[] bytes;

    Bytes(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read() {
      setBitOffsetToZero();
      return streamPos < bytes.length ? bytes[(int) streamPos++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int from, int length) {
      setBitOffsetToZero();
      if (length == 0) {
        return 0;
      }
      int n = (int) Math.min(length, bytes.length - streamPos);
      if (n <= 0) {
        return -1;
      }
      System.arraycopy(bytes, (int) streamPos, target, from, n);
      streamPos += n;
      return n;
    }

    private void setBitOffsetToZero() {
      bitOffset = 0;
    }

    @Override
    public long length() {
      return bytes.length;
    }
  }
}
