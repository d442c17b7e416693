package org.netdissect.pictures;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;

/**
 * What stands before the pixels of a JPEG file (ITU-T T.81, annex B): its frame and what the
 * application segments say of it. Junk between segments is skipped, as libjpeg does.
 */
final class JpegHead {
  private static final byte[] JFIF = {
    (byte) 0xff, (byte) 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0
  };
  // Colour transform 0: the components are R, G, B.
  private static final byte[] ADOBE_RGB = {
    (byte) 0xff, (byte) 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
  };

  private final byte[] file;
  private final String name;
  private int at = 2;

  private int height;
  private int width;
  private int components;
  private long blocks;
  private boolean namedRgb;
  private boolean jfif;
  private int adobe = -1;
  private int orientation = 1;
  private boolean profile;
  private boolean tidy = true;

  /** Where the segments that pixels need begin, at the marker's code, and end. */
  private final List<int[]> needed = new ArrayList<>();

  private int pixels;

  private JpegHead(byte[] file, String name) {
    this.file = file;
    this.name = name;
  }

  static boolean isJpeg(byte[] file) {
    return file.length >= 3
        && (file[0] & 0xff) == 0xff
        && (file[1] & 0xff) == 0xd8
        && (file[2] & 0xff) == 0xff;
  }

  /**
   * Reads up to the first pixels.
   *
   * @param name of the file, for messages
   * @throws UnreadableImageException for what is damaged, too large or not read at all
   */
  static JpegHead read(byte[] file, String name) throws UnreadableImageException {
    JpegHead head = new JpegHead(file, name);
    while (!head.readSegment()) {
      // The next one.
    }
    if (head.blocks / 8 > file.length) {
      throw head.broken( // Each block takes a bit at least.
          "too short for the " + head.height + " × " + head.width + " pixels it claims");
    }
    return head;
  }

  /** Reads up to the frame, before which Exif stands; the file may be cut off behind it. */
  static JpegHead readSize(byte[] file, String name) throws UnreadableImageException {
    JpegHead head = new JpegHead(file, name);
    while (head.components == 0) {
      head.readSegment();
    }
    return head;
  }

  int height() {
    return height;
  }

  int width() {
    return width;
  }

  /** 1, 3 or 4. */
  int components() {
    return components;
  }

  /** What Exif asks for, 1 … 8. */
  int orientation() {
    return orientation;
  }

  /** Whether a colour profile comes with it. */
  boolean hasProfile() {
    return profile;
  }

  /** Whether it is so orderly that every decoder takes it for the same. */
  boolean isTidy() {
    return tidy;
  }

  /**
   * The file without its application segments and comments, but for one that says what libjpeg
   * takes its three components for.
   */
  byte[] plain() {
    byte[] start = {(byte) 0xff, (byte) 0xd8};
    byte[] colours = {};
    if (components == 3) {
      // libjpeg's own rule for what three components mean.
      boolean rgb = !jfif && (adobe >= 0 ? adobe == 0 : namedRgb);
      colours = rgb ? ADOBE_RGB : JFIF;
    }
    int size = start.length + colours.length + file.length - pixels;
    for (int[] segment : needed) {
      size += 1 + segment[1] - segment[0];
    }
    ByteBuffer plain = ByteBuffer.allocate(size).put(start).put(colours);
    for (int[] segment : needed) {
      plain.put((byte) 0xff).put(file, segment[0], segment[1] - segment[0]);
    }
    return plain.put(file, pixels, file.length - pixels).array();
  }

  private UnreadableImageException broken(String what) {
    return new UnreadableImageException(Text.oneLine(name) + ": " + what);
  }

  private int u8(int i) throws UnreadableImageException {
    if (i >= file.length) {
      throw broken("truncated JPEG");
    }
    return file[i] & 0xff;
  }

  /** The code of the next marker. */
  private int nextMarker() throws UnreadableImageException {
    while (u8(at) != 0xff) {
      tidy = false;
      at++;
    }
    while (u8(at) == 0xff) {
      at++;
    }
    return u8(at++);
  }

  /** Reads a segment; tells whether pixels follow. */
  private boolean readSegment() throws UnreadableImageException {
    int marker = nextMarker();
    if (marker <= 1 || (marker >= 0xd0 && marker <= 0xd8)) {
      tidy = false;
      return false; // no length
    }
    if (marker == 0xd9) {
      throw broken("no image in the JPEG file");
    }
    int from = at + 2;
    int length = (u8(at) << 8) | u8(at + 1);
    int end = at + length;
    if (length < 2 || end > file.length) {
      throw broken("truncated JPEG");
    }
    if (marker >= 0xe0 && marker <= 0xef) {
      readApplication(marker, from, end);
    } else if (marker != 0xfe) {
      if (isFrame(marker)) {
        if (components != 0) {
          throw broken("two frames in one JPEG file");
        }
        readFrame(marker, from, end);
      }
      tidy &= marker >= 0xc0 && marker < 0xe0 && marker != 0xc8 && marker != 0xcc;
      needed.add(new int[] {at - 1, end});
    }
    at = end;
    if (marker != 0xda) {
      return false;
    }
    if (components == 0) {
      throw broken("damaged JPEG: pixels before their header");
    }
    pixels = end;
    return true;
  }

  private static boolean isFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  private void readApplication(int marker, int from, int end) {
    int length = end - from + 2;
    if (marker == 0xe0) {
      jfif |= length >= 16 && says(from, end, "JFIF\0");
    } else if (marker == 0xe1 && says(from, end, "Exif\0\0") && orientation == 1) {
      orientation = Exif.orientation(file, from + 6, end);
    } else if (marker == 0xe2) {
      profile |= says(from, end, "ICC_PROFILE\0");
    } else if (marker == 0xee && length >= 14 && says(from, end, "Adobe")) {
      adobe = file[from + 11] & 0xff;
    }
  }

  private boolean says(int from, int end, String text) {
    if (from + text.length() > end) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (file[from + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private void readFrame(int marker, int from, int end) throws UnreadableImageException {
    if (end - from < 6) {
      throw broken("damaged JPEG frame header");
    }
    int precision = u8(from);
    height = (u8(from + 1) << 8) | u8(from + 2);
    width = (u8(from + 3) << 8) | u8(from + 4);
    int count = u8(from + 5);
    if (height == 0 || width == 0) {
      throw broken("a JPEG of " + height + " × " + width + " pixels");
    }
    if ((long) height * width > Limits.PHOTO_PIXELS) {
      throw broken("its header claims " + height + " × " + width + " pixels, which is too many");
    }
    if (precision != 8) {
      throw broken(precision + "-bit JPEG; only 8 bits are read, convert it first");
    }
    if (count != 1 && count != 3 && count != 4) {
      throw broken("JPEG of " + count + " components; only grey, RGB and CMYK are read");
    }
    if (marker > 0xc2) {
      throw broken("a lossless or arithmetic-coded JPEG; convert it first");
    }
    if (end - from != 6 + 3 * count) {
      throw broken("damaged JPEG frame header");
    }
    components = count;
    namedRgb =
        count == 3 && file[from + 6] == 'R' && file[from + 9] == 'G' && file[from + 12] == 'B';
    countBlocks(from + 6);
  }

  private void countBlocks(int from) {
    int hMax = 1;
    int vMax = 1;
    for (int i = 0; i < components; i++) {
      hMax = Math.max(hMax, (file[from + 3 * i + 1] & 0xff) >> 4);
      vMax = Math.max(vMax, file[from + 3 * i + 1] & 15);
    }
    for (int i = 0; i < components; i++) {
      long across = (long) width * ((file[from + 3 * i + 1] & 0xff) >> 4) / hMax;
      long down = (long) height * (file[from + 3 * i + 1] & 15) / vMax;
      blocks += (across / 8) * (down / 8);
    }
  }
}
