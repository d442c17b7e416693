package org.netdissect.pictures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.netdissect.pictures.Photographs.Photograph;

class FramingTest {
  @Test
  void frameIsWhatResizingAndPastingGives() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Photograph photo = noise(random, 1 + random.nextInt(60), 1 + random.nextInt(60));
      int height = 1 + random.nextInt(40);
      int width = 1 + random.nextInt(40);
      for (Framing framing : Framing.values()) {
        Frame frame = framing.frame(photo.height(), photo.width(), height, width);
        Photograph whole = photo.resized(frame.height(), frame.width());
        byte[] expected = new byte[3 * height * width];
        for (int y = 0; y < height; y++) {
          for (int x = 0; x < width; x++) {
            int fromY = y - frame.top();
            int fromX = x - frame.left();
            boolean inside =
                fromY >= 0 && fromY < frame.height() && fromX >= 0 && fromX < frame.width();
            for (int c = 0; c < 3; c++) {
              expected[3 * (y * width + x) + c] =
                  inside ? whole.rgb()[3 * (fromY * frame.width() + fromX) + c] : (byte) 114;
            }
          }
        }
        Photograph framed = photo.framed(frame);
        assertEquals(height, framed.height());
        assertEquals(width, framed.width());
        assertArrayEquals(expected, framed.rgb(), "seed " + seed + ", " + framing);
      }
    }
  }

  @Test
  void proportionsAreKept() {
    assertEquals(new Frame(640, 640, 80, 0, 480, 640), Framing.LETTERBOX.frame(480, 640, 640, 640));
    assertEquals(
        new Frame(640, 640, 80, 0, 480, 640), Framing.LETTERBOX.frame(960, 1280, 640, 640));
    assertEquals(new Frame(224, 224, 0, -37, 224, 299), Framing.CROP.frame(480, 640, 224, 224));
    assertEquals(Frame.whole(224, 224), Framing.CROP.frame(300, 300, 224, 224));
    assertEquals(Frame.whole(224, 100), Framing.STRETCH.frame(7, 9, 224, 100));
  }

  @Test
  void cropOfAThinPhotographNeedsNoMemoryForWhatIsCutOff() {
    Photograph photo = noise(new Random(1), 1, 1 << 20);
    Photograph framed = photo.framed(Framing.CROP.frame(1, 1 << 20, 224, 224));
    assertEquals(224, framed.height());
  }

  @Test
  void otherWordsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Framing.of("pad"));
  }

  private static Photograph noise(Random random, int height, int width) {
    byte[] rgb = new byte[3 * height * width];
    random.nextBytes(rgb);
    return new Photograph(height, width, rgb);
  }
}
