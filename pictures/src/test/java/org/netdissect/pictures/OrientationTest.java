package org.netdissect.pictures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.netdissect.pictures.Photographs.Photograph;

/** Sizes that a data set states, and how Exif asks to show a photograph. */
class OrientationTest {
  private static final int H = 3;
  private static final int W = 5;

  private static Photograph picture(int height, int width) {
    byte[] rgb = new byte[3 * height * width];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i * 37 + 11);
    }
    return new Photograph(height, width, rgb);
  }

  private static byte[] exif(int orientation, boolean little) {
    return little
        ? new byte[] {
          'I',
          'I',
          42,
          0,
          8,
          0,
          0,
          0,
          1,
          0,
          0x12,
          1,
          3,
          0,
          1,
          0,
          0,
          0,
          (byte) orientation,
          0,
          0,
          0,
          0,
          0,
          0,
          0
        }
        : new byte[] {
          'M',
          'M',
          0,
          42,
          0,
          0,
          0,
          8,
          0,
          1,
          1,
          0x12,
          0,
          3,
          0,
          0,
          0,
          1,
          0,
          (byte) orientation,
          0,
          0,
          0,
          0,
          0,
          0
        };
  }

  /** A PNG, since its pixels come back as they are. */
  private static byte[] png(Photograph photo, byte[] exif) {
    byte[] plain =
        PngWriter.encode(photo.rgb(), photo.height(), photo.width(), PngWriter.Filter.NONE, 6);
    byte[] chunk = new byte[exif.length + 4];
    System.arraycopy(new byte[] {'e', 'X', 'I', 'f'}, 0, chunk, 0, 4);
    System.arraycopy(exif, 0, chunk, 4, exif.length);
    CRC32 crc = new CRC32();
    crc.update(chunk);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(plain, 0, 33);
    all.writeBytes(ByteBuffer.allocate(4).putInt(exif.length).array());
    all.writeBytes(chunk);
    all.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    all.write(plain, 33, plain.length - 33);
    return all.toByteArray();
  }

  /** Where Exif's table puts the first row and the first column of what is stored. */
  private static Photograph shown(Photograph stored, int orientation) {
    boolean turned = orientation > 4;
    int height = turned ? stored.width() : stored.height();
    int width = turned ? stored.height() : stored.width();
    String rowZero =
        new String[] {"top", "top", "bottom", "bottom", "left", "right", "right", "left"}
            [orientation - 1];
    String columnZero =
        new String[] {"left", "right", "right", "left", "top", "top", "bottom", "bottom"}
            [orientation - 1];
    byte[] rgb = new byte[stored.rgb().length];
    for (int r = 0; r < stored.height(); r++) {
      for (int c = 0; c < stored.width(); c++) {
        int y = 0;
        int x = 0;
        switch (rowZero) {
          case "top" -> y = r;
          case "bottom" -> y = height - 1 - r;
          case "left" -> x = r;
          default -> x = width - 1 - r;
        }
        switch (columnZero) {
          case "left" -> x = c;
          case "right" -> x = width - 1 - c;
          case "top" -> y = c;
          default -> y = height - 1 - c;
        }
        System.arraycopy(stored.rgb(), 3 * (r * stored.width() + c), rgb, 3 * (y * width + x), 3);
      }
    }
    return new Photograph(height, width, rgb);
  }

  @Test
  void allEight() {
    Photograph stored = picture(H, W);
    assertSame(stored, Orientation.apply(stored, 1));
    for (int orientation = 1; orientation <= 8; orientation++) {
      Photograph expected = shown(stored, orientation);
      Photograph photo = Orientation.apply(stored, orientation);
      assertEquals(expected.height(), photo.height());
      assertArrayEquals(expected.rgb(), photo.rgb(), "orientation " + orientation);
    }
  }

  @Test
  void appliedWhereTheStatedSizeIsThatOfTheTurned() throws Exception {
    Photograph stored = picture(H, W);
    for (int orientation = 1; orientation <= 8; orientation++) {
      for (boolean little : new boolean[] {false, true}) {
        byte[] file = png(stored, exif(orientation, little));
        assertArrayEquals(stored.rgb(), Photographs.decode(file, "x").rgb());
        assertArrayEquals(stored.rgb(), Photographs.decode(file, "x", 0, 0).rgb());
        assertArrayEquals(stored.rgb(), Photographs.decode(file, "x", H, W).rgb());
        if (orientation > 4) {
          Photograph turned = Photographs.decode(file, "x", W, H);
          assertEquals(W, turned.height());
          assertArrayEquals(shown(stored, orientation).rgb(), turned.rgb());
          assertEquals(orientation, Photographs.orientation(file, "x", W, H));
        } else {
          assertRefused(file, W, H);
        }
        assertRefused(file, H, W + 1);
        assertRefused(file, 2 * H, 2 * W);
      }
    }
    // Nonsense is as if nothing were said.
    assertArrayEquals(
        stored.rgb(), Photographs.decode(png(stored, exif(9, true)), "x", H, W).rgb());
    byte[] cut = Arrays.copyOf(exif(6, true), 15);
    assertRefused(png(stored, cut), W, H);
  }

  private static void assertRefused(byte[] file, int height, int width) {
    UnreadableImageException e =
        assertThrows(
            UnreadableImageException.class,
            () -> Photographs.decode(file, "a/x.png", height, width));
    assertTrue(
        e.getMessage()
            .startsWith("a/x.png is 3 × 5 pixels, the data set says " + height + " × " + width),
        e.getMessage());
  }
}
