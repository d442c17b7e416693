package org.netdissect.app;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.netdissect.datasets.broden.BrodenWriter;

/** A Broden folder of small made-up photographs: coloured boxes on a grey ground. */
final class SmallData {
  private static final int SIDE = 32;

  private SmallData() {}

  static Path write(Path folder, int images, long seed) throws IOException {
    Random random = new Random(seed);
    try (BrodenWriter writer =
        BrodenWriter.builder(folder, List.of("color", "object", "scene")).open()) {
      int red = writer.code("red-c");
      int grey = writer.code("grey-c");
      int box = writer.code("box");
      int scene = writer.code("room-s");
      for (int i = 0; i < images; i++) {
        BufferedImage photo = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        char[] color = new char[SIDE * SIDE / 4];
        char[] object = new char[SIDE * SIDE / 4];
        int x0 = random.nextInt(12) * 2;
        int y0 = random.nextInt(12) * 2;
        for (int y = 0; y < SIDE; y++) {
          for (int x = 0; x < SIDE; x++) {
            boolean inside = x >= x0 && x < x0 + 8 && y >= y0 && y < y0 + 8;
            int noise = random.nextInt(40);
            photo.setRGB(
                x, y, inside ? (200 + noise) << 16 | noise << 8 : 0x606060 + noise * 0x010101);
            int at = y / 2 * (SIDE / 2) + x / 2;
            color[at] = (char) (inside ? red : grey);
            object[at] = (char) (inside ? box : 0);
          }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(photo, "png", png);
        writer.add(
            new BrodenWriter.Image(
                "made/" + i + ".png",
                png.toByteArray(),
                SIDE,
                SIDE,
                SIDE / 2,
                SIDE / 2,
                List.of(new BrodenWriter.AddedMap(0, color), new BrodenWriter.AddedMap(1, object)),
                i % 3 == 0 ? List.of(new BrodenWriter.AddedWhole(2, scene)) : List.of()));
      }
      writer.finish();
    }
    return folder;
  }
}
