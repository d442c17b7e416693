package org.netdissect.pictures;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A JPEG file without colour profile, Exif and comments, so that a browser shows the very pixels
 * that the network was given: no profile is applied and nothing is turned. The compressed picture
 * itself stays as it is.
 */
public record PlainJpeg(int height, int width, byte[] bytes) {
  private static final byte[] JFIF = {
    (byte) 0xff, (byte) 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0
  };
  private static final byte[] ADOBE_RGB = {
    (byte) 0xff, (byte) 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
  };

  /**
   * Strips a file.
   *
   * @return null if it is no JPEG of one or three 8-bit components that every browser shows; then
   *     the picture has to be encoded anew
   */
  public static PlainJpeg of(byte[] file) {
    if (file.length < 4 || (file[0] & 0xff) != 0xff || (file[1] & 0xff) != 0xd8) {
      return null;
    }
    ByteArrayOutputStream kept = new ByteArrayOutputStream(file.length + 20);
    int height = 0;
    int width = 0;
    int components = 0;
    boolean jfif = false;
    boolean named = false;
    int adobe = -1;
    int at = 2;
    while (true) {
      if (at + 4 > file.length || (file[at] & 0xff) != 0xff) {
        return null;
      }
      int marker = file[at + 1] & 0xff;
      if (marker == 0xff) {
        at++;
        continue;
      }
      int length = (file[at + 2] & 0xff) << 8 | (file[at + 3] & 0xff);
      if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd9) || length < 2) {
        return null;
      }
      if (at + 2 + length > file.length) {
        return null;
      }
      if (marker == 0xe0) {
        jfif |= length >= 16 && is(file, at + 4, "JFIF\0");
      } else if (marker == 0xee) {
        if (length >= 14 && is(file, at + 4, "Adobe")) {
          adobe = file[at + 15] & 0xff;
        }
      } else if (marker < 0xe0) {
        if (marker == 0xc0 || marker == 0xc1 || marker == 0xc2) {
          if (components != 0 || length < 8 || file[at + 4] != 8) {
            return null;
          }
          height = (file[at + 5] & 0xff) << 8 | (file[at + 6] & 0xff);
          width = (file[at + 7] & 0xff) << 8 | (file[at + 8] & 0xff);
          components = file[at + 9] & 0xff;
          if (height == 0 || width == 0 || length != 8 + 3 * components) {
            return null;
          }
          named =
              components == 3
                  && file[at + 10] == 'R'
                  && file[at + 13] == 'G'
                  && file[at + 16] == 'B';
        } else if (marker > 0xc2 && marker < 0xd0 && marker != 0xc4) {
          return null;
        }
        kept.write(file, at, 2 + length);
        if (marker == 0xda) {
          kept.write(file, at + 2 + length, file.length - at - 2 - length);
          break;
        }
      }
      at += 2 + length;
    }
    if (components != 1 && components != 3) {
      return null;
    }
    ByteArrayOutputStream plain = new ByteArrayOutputStream(kept.size() + 20);
    plain.write(0xff);
    plain.write(0xd8);
    if (components == 3) {
      plain.writeBytes(!jfif && (adobe >= 0 ? adobe == 0 : named) ? ADOBE_RGB : JFIF);
    }
    plain.writeBytes(kept.toByteArray());
    return new PlainJpeg(height, width, plain.toByteArray());
  }

  private static boolean is(byte[] file, int at, String text) {
    byte[] expected = text.getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < expected.length; i++) {
      if (at + i >= file.length || file[at + i] != expected[i]) {
        return false;
      }
    }
    return true;
  }
}
