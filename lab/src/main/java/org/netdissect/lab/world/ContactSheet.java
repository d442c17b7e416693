package org.netdissect.lab.world;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.netdissect.concepts.PngWriter;

/** Many images on one sheet, for a look at a world. */
public final class ContactSheet {
  private ContactSheet() {}

  /**
   * Writes rows of images as one PNG file, with a white line between.
   *
   * @param first index of the first image
   * @param step indices from one image to the next
   */
  public static void write(World world, long first, long step, int rows, int columns, Path file)
      throws IOException {
    byte[] sheet = null;
    int cell = 0;
    for (int i = 0; i < rows * columns; i++) {
      WorldImage image = world.render(first + i * step);
      if (sheet == null) {
        cell = image.size() + 2;
        sheet = new byte[3 * rows * cell * columns * cell];
        Arrays.fill(sheet, (byte) 255);
      }
      for (int y = 0; y < image.size(); y++) {
        System.arraycopy(
            image.rgb(),
            3 * y * image.size(),
            sheet,
            3 * ((i / columns * cell + y) * columns * cell + i % columns * cell),
            3 * image.size());
      }
    }
    Files.write(file, PngWriter.encode(sheet, rows * cell, columns * cell, PngWriter.Filter.UP, 6));
  }
}
