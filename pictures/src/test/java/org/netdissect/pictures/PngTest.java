package org.netdissect.pictures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.netdissect.base.Limits;

public class PngTest {
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  private static byte[] encode(BufferedImage image, boolean interlaced) throws Exception {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam param = writer.getDefaultWriteParam();
      param.setProgressiveMode(
          interlaced ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
      writer.write(null, new IIOImage(image, null, null), param);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private BufferedImage noise(int kind, int h, int w) {
    BufferedImage image =
        switch (kind) {
          case 0 -> new BufferedImage(w, h, BufferedImage.TYPE_3BYTE_BGR);
          case 1 -> new BufferedImage(w, h, BufferedImage.TYPE_4BYTE_ABGR);
          case 2 -> new BufferedImage(w, h, BufferedImage.TYPE_BYTE_GRAY);
          case 3 -> new BufferedImage(w, h, BufferedImage.TYPE_USHORT_GRAY);
          case 4 -> new BufferedImage(w, h, BufferedImage.TYPE_BYTE_BINARY);
          default -> {
            int bits = 1 << (kind - 5); // 1, 2, 4, 8
            byte[] colours = new byte[1 << bits];
            random.nextBytes(colours);
            IndexColorModel model = new IndexColorModel(bits, 1 << bits, colours, colours, colours);
            yield ImageTypeSpecifier.createFromRenderedImage(
                    new BufferedImage(
                        model, model.createCompatibleWritableRaster(w, h), false, null))
                .createBufferedImage(w, h);
          }
        };
    WritableRaster raster = image.getRaster();
    boolean smooth = random.nextBoolean();
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        for (int b = 0; b < raster.getNumBands(); b++) {
          int most = 1 << raster.getSampleModel().getSampleSize(b);
          raster.setSample(x, y, b, smooth ? (x + 2 * y + b) % most : random.nextInt(most));
        }
      }
    }
    return image;
  }

  @Test
  void rawSamplesOfEveryKind() throws Exception {
    for (int round = 0; round < 200; round++) {
      BufferedImage image = noise(round % 9, 1 + random.nextInt(20), 1 + random.nextInt(20));
      byte[] file = encode(image, round % 2 == 0);
      Png png = Png.decode(file, "x.png", 1000);
      String message = "seed " + seed + " round " + round;
      assertEquals(image.getHeight(), png.height, message);
      assertEquals(image.getWidth(), png.width, message);
      assertEquals(image.getRaster().getNumBands(), png.channels, message);
      int bytes = png.bitDepth == 16 ? 2 : 1;
      for (int y = 0; y < png.height; y++) {
        for (int x = 0; x < png.width; x++) {
          for (int b = 0; b < png.channels; b++) {
            int at = ((y * png.width + x) * png.channels + b) * bytes;
            int value = png.samples[at] & 0xff;
            if (bytes == 2) {
              value = (value << 8) | (png.samples[at + 1] & 0xff);
            }
            assertEquals(image.getRaster().getSample(x, y, b), value, message);
          }
        }
      }
    }
  }

  @Test
  void damageIsNoticedOrHarmless() throws Exception {
    for (boolean interlaced : new boolean[] {false, true}) {
      byte[] file = encode(noise(0, 9, 11), interlaced);
      byte[] sound = Png.decode(file, "x.png", 1000).samples;
      for (int length = 0; length < file.length; length++) {
        byte[] cut = Arrays.copyOf(file, length);
        assertThrows(UnreadableImageException.class, () -> Png.decode(cut, "x.png", 1000));
      }
      for (int at = 0; at < file.length; at++) {
        byte[] flipped = file.clone();
        flipped[at] ^= (byte) (1 << random.nextInt(8));
        try {
          assertArrayEquals(sound, Png.decode(flipped, "x.png", 1000).samples, "byte " + at);
        } catch (UnreadableImageException e) {
          assertTrue(e.getMessage().startsWith("x.png: "), e.getMessage());
        }
      }
    }
  }

  @Test
  void absurdSizesAreRefusedBeforeMemoryIsTaken() throws Exception {
    byte[] file = encode(noise(0, 9, 11), false);
    int[][] sizes = {{0x7fffffff, 1}, {1, 0x7fffffff}, {-1, -1}, {0, 5}, {60_000, 60_000}};
    for (int[] size : sizes) {
      byte[] claim = claim(file, size[0], size[1]);
      UnreadableImageException e =
          assertThrows(
              UnreadableImageException.class,
              () -> Png.decode(claim, "bomb.png", Limits.PHOTO_PIXELS));
      assertTrue(e.getMessage().contains("bomb.png"));
    }
    byte[] thin = claim(file, 9_000, 9_000);
    UnreadableImageException e =
        assertThrows(
            UnreadableImageException.class, () -> Png.decode(thin, "b", Limits.PHOTO_PIXELS));
    assertTrue(e.getMessage().contains("too short"), e.getMessage());
  }

  public static byte[] claim(byte[] png, int width, int height) {
    byte[] claim = png.clone();
    for (int i = 0; i < 4; i++) {
      claim[16 + i] = (byte) (width >>> (24 - 8 * i));
      claim[20 + i] = (byte) (height >>> (24 - 8 * i));
    }
    CRC32 crc = new CRC32();
    crc.update(claim, 12, 17);
    for (int i = 0; i < 4; i++) {
      claim[29 + i] = (byte) (crc.getValue() >>> (24 - 8 * i));
    }
    return claim;
  }

  /** A PNG of 16 × 16 whose data go on for so many bytes behind its pixels. */
  private static byte[] withExcess(int bytes) {
    byte[] rows = new byte[16 * 49 + bytes];
    Deflater deflater = new Deflater(9);
    deflater.setInput(rows);
    deflater.finish();
    byte[] data = new byte[rows.length + 100];
    int length = deflater.deflate(data);
    deflater.end();
    byte[] small = PngWriter.encode(new byte[16 * 48], 16, 16, PngWriter.Filter.NONE, 9);
    ByteBuffer file = ByteBuffer.allocate(33 + 12 + length + 12).put(small, 0, 33);
    CRC32 crc = new CRC32();
    crc.update("IDAT".getBytes(StandardCharsets.US_ASCII));
    crc.update(data, 0, length);
    file.putInt(length).put("IDAT".getBytes(StandardCharsets.US_ASCII)).put(data, 0, length);
    file.putInt((int) crc.getValue()).put(small, small.length - 12, 12);
    return file.array();
  }

  @Test
  void noMoreIsInflatedThanThePixelsNeed() throws Exception {
    assertEquals(16, Png.decode(withExcess(0), "x.png", 1000).width);
    assertEquals(16, Png.decode(withExcess(1000), "x.png", 1000).width);
    UnreadableImageException e =
        assertThrows(
            UnreadableImageException.class, () -> Png.decode(withExcess(1 << 24), "x.png", 1000));
    assertTrue(e.getMessage().contains("far beyond the pixels"), e.getMessage());
  }
}
