package org.netdissect.pictures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PlainJpegTest {
  private static byte[] jpeg(int type) throws Exception {
    BufferedImage image = new BufferedImage(37, 23, type);
    Random random = new Random(5);
    for (int y = 0; y < 23; y++) {
      for (int x = 0; x < 37; x++) {
        image.setRGB(x, y, random.nextInt(0x1000000));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "jpg", out);
    return out.toByteArray();
  }

  /** Puts a segment behind the start of the file. */
  private static byte[] with(byte[] jpeg, int marker, byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(jpeg, 0, 2);
    out.write(0xff);
    out.write(marker);
    out.write((body.length + 2) >> 8);
    out.write((body.length + 2) & 0xff);
    out.writeBytes(body);
    out.write(jpeg, 2, jpeg.length - 2);
    return out.toByteArray();
  }

  @Test
  void dropsProfileAndOrientationAndKeepsThePixels() throws Exception {
    for (int type : new int[] {BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_BYTE_GRAY}) {
      byte[] plain = jpeg(type);
      byte[] laden = with(plain, 0xe2, "ICC_PROFILE\0..".getBytes(StandardCharsets.US_ASCII));
      laden = with(laden, 0xe1, "Exif\0\0II*\0".getBytes(StandardCharsets.US_ASCII));
      laden = with(laden, 0xfe, "taken by me".getBytes(StandardCharsets.US_ASCII));
      PlainJpeg stripped = PlainJpeg.of(laden);
      assertEquals(23, stripped.height());
      assertEquals(37, stripped.width());
      String text = new String(stripped.bytes(), StandardCharsets.ISO_8859_1);
      assertTrue(
          !text.contains("ICC_PROFILE") && !text.contains("Exif") && !text.contains("taken"));
      assertArrayEquals(
          Photographs.decode(laden, "laden").rgb(),
          Photographs.decode(stripped.bytes(), "stripped").rgb());
    }
  }

  @Test
  void leavesToOthersWhatItDoesNotKnow() throws Exception {
    byte[] plain = jpeg(BufferedImage.TYPE_INT_RGB);
    assertNull(PlainJpeg.of(new byte[0]));
    assertNull(PlainJpeg.of("not a picture".getBytes(StandardCharsets.US_ASCII)));
    for (int cut = 0; cut < 200; cut++) {
      PlainJpeg.of(Arrays.copyOf(plain, cut));
    }
  }
}
