package org.netdissect.pictures;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Writes small image files for tests. */
public final class Pictures {
  private Pictures() {}

  private static Path write(BufferedImage image, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    String name = file.toString();
    if (!ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile())) {
      throw new IOException("cannot write " + file);
    }
    return file;
  }

  /** A photograph with some structure. */
  public static Path photo(Path file, int height, int width) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < height * width; p++) {
      int x = p % width;
      int y = p / width;
      image.setRGB(x, y, ((x * 7 % 256) << 16) | ((y * 5 % 256) << 8) | ((x + y) % 256));
    }
    return write(image, file);
  }

  /** A grey PNG of 8 or 16 bits. */
  public static Path grey(Path file, int bits, int[][] values) throws IOException {
    BufferedImage image =
        new BufferedImage(
            values[0].length,
            values.length,
            bits == 8 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_USHORT_GRAY);
    fill(image, values);
    return write(image, file);
  }

  private static void fill(BufferedImage image, int[][] values) {
    for (int y = 0; y < values.length; y++) {
      for (int x = 0; x < values[0].length; x++) {
        image.getRaster().setSample(x, y, 0, values[y][x]);
      }
    }
  }

  /** A palette PNG whose colours have nothing to do with its values. */
  public static Path palette(Path file, int[][] values) throws IOException {
    byte[] colours = new byte[256];
    for (int i = 0; i < 256; i++) {
      colours[i] = (byte) (255 - 3 * i);
    }
    IndexColorModel model = new IndexColorModel(8, 256, colours, colours, colours);
    BufferedImage image =
        new BufferedImage(
            model,
            java.awt.image.Raster.createInterleavedRaster(
                DataBuffer.TYPE_BYTE, values[0].length, values.length, 1, null),
            false,
            null);
    fill(image, values);
    return write(image, file);
  }

  /** An RGB PNG of 0xRRGGBB values. */
  public static Path rgb(Path file, int[][] values) throws IOException {
    BufferedImage image =
        new BufferedImage(values[0].length, values.length, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < values.length; y++) {
      for (int x = 0; x < values[0].length; x++) {
        image.setRGB(x, y, values[y][x]);
      }
    }
    return write(image, file);
  }
}
