package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.netdissect.pictures.PngWriter;

/**
 * Photographs of grey noise, each with a square of one colour somewhere, and masks that say so:
 * what a network that knows colours must be labelled with.
 */
final class ColouredPatches {
  static final List<String> NAMES = List.of("red", "green", "blue");

  private ColouredPatches() {}

  /**
   * Writes a folder of the format {@code masks}.
   *
   * @param heights of the photographs, taken in turn
   * @param widths of the photographs, taken in turn
   * @param side of the squares
   */
  static Path write(Path folder, int images, int[] heights, int[] widths, int side)
      throws IOException {
    Random random = new Random(3);
    Files.createDirectories(folder.resolve("images"));
    Files.createDirectories(folder.resolve("masks"));
    Files.writeString(folder.resolve("labels.csv"), "value,name\n1,red\n2,green\n3,blue\n");
    for (int i = 0; i < images; i++) {
      int height = heights[i % heights.length];
      int width = widths[i % widths.length];
      byte[] photo = new byte[3 * height * width];
      byte[] mask = new byte[3 * height * width];
      int colour = random.nextInt(NAMES.size());
      int top = random.nextInt(height - side + 1);
      int left = random.nextInt(width - side + 1);
      byte full = (byte) (215 + random.nextInt(40));
      for (int p = 0; p < height * width; p++) {
        int y = p / width - top;
        int x = p % width - left;
        boolean inside = y >= 0 && y < side && x >= 0 && x < side;
        byte grey = (byte) (110 + random.nextInt(30));
        for (int c = 0; c < 3; c++) {
          photo[3 * p + c] = inside ? (c == colour ? full : 20) : grey;
        }
        mask[3 * p] = (byte) (inside ? 1 + colour : 0);
      }
      String name = String.format("%03d.png", i);
      Files.write(
          folder.resolve("images").resolve(name),
          PngWriter.encode(photo, height, width, PngWriter.Filter.UP, 1));
      Files.write(
          folder.resolve("masks").resolve(name),
          PngWriter.encode(mask, height, width, PngWriter.Filter.NONE, 1));
    }
    return folder;
  }
}
