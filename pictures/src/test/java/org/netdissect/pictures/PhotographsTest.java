package org.netdissect.pictures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.DataException;
import org.netdissect.base.Shared;
import org.netdissect.pictures.Photographs.Photograph;

class PhotographsTest {
  @TempDir Path temp;
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  static BufferedImage picture(int type, int h, int w) {
    BufferedImage image = new BufferedImage(w, h, type);
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        for (int b = 0; b < image.getRaster().getNumBands(); b++) {
          image.getRaster().setSample(x, y, b, (7 * x + 11 * y + 50 * b + x * y / 9) % 256);
        }
      }
    }
    return image;
  }

  static byte[] encode(BufferedImage image, String format) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertTrue(ImageIO.write(image, format, bytes));
    return bytes.toByteArray();
  }

  private static byte[] segment(int marker, byte[] content) {
    byte[] segment = new byte[content.length + 4];
    segment[0] = (byte) 0xff;
    segment[1] = (byte) marker;
    segment[2] = (byte) ((content.length + 2) >> 8);
    segment[3] = (byte) (content.length + 2);
    System.arraycopy(content, 0, segment, 4, content.length);
    return segment;
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] expected(byte[] plainJpeg) throws Exception {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(plainJpeg));
    byte[] rgb = new byte[image.getWidth() * image.getHeight() * 3];
    for (int p = 0; p < rgb.length / 3; p++) {
      int colour = image.getRGB(p % image.getWidth(), p / image.getWidth());
      rgb[3 * p] = (byte) (colour >> 16);
      rgb[3 * p + 1] = (byte) (colour >> 8);
      rgb[3 * p + 2] = (byte) colour;
    }
    return rgb;
  }

  private static final byte[] SOI = {(byte) 0xff, (byte) 0xd8};

  @Test
  void segmentsOfApplicationsDoNotChangePixels() throws Exception {
    byte[] jpeg = encode(picture(BufferedImage.TYPE_3BYTE_BGR, 40, 50), "jpg");
    byte[] rgb = expected(jpeg);
    byte[] rest = Arrays.copyOfRange(jpeg, 2, jpeg.length);
    byte[] withoutJfif = Arrays.copyOfRange(jpeg, 20, jpeg.length);
    byte[] icc = new byte[3000];
    random.nextBytes(icc);
    System.arraycopy("ICC_PROFILE\0\1\1".getBytes(StandardCharsets.ISO_8859_1), 0, icc, 0, 14);
    byte[] exif = "Exif\0\0MM\0*garbage".getBytes(StandardCharsets.ISO_8859_1);
    byte[] adobe = {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 1};
    byte[][] files = {
      jpeg,
      join(SOI, segment(0xe1, exif), segment(0xe2, icc), segment(0xed, icc), rest),
      join(jpeg, "trailing".getBytes(StandardCharsets.US_ASCII)),
      join(SOI, segment(0xe2, icc), withoutJfif),
      join(SOI, segment(0xe1, exif), withoutJfif),
      join(SOI, segment(0xee, adobe), withoutJfif),
      join(SOI, segment(0xfe, exif), segment(0xee, adobe), rest),
    };
    for (int i = 0; i < files.length; i++) {
      Photograph photo = Photographs.decode(files[i], "x.jpg");
      assertEquals(40, photo.height());
      assertEquals(50, photo.width());
      assertArrayEquals(rgb, photo.rgb(), "file " + i);
    }
  }

  @Test
  void fullChromaWithoutAnyMarkerIsStillYCbCr() throws Exception {
    // Some versions of ImageIO take equal sampling without JFIF for RGB; libjpeg does not.
    BufferedImage picture = picture(BufferedImage.TYPE_3BYTE_BGR, 16, 16);
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageTypeSpecifier type = ImageTypeSpecifier.createFromRenderedImage(picture);
      IIOMetadata metadata = writer.getDefaultImageMetadata(type, null);
      String format = metadata.getNativeMetadataFormatName();
      IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(format);
      IIOMetadataNode luma = (IIOMetadataNode) root.getElementsByTagName("componentSpec").item(0);
      luma.setAttribute("HsamplingFactor", "1");
      luma.setAttribute("VsamplingFactor", "1");
      metadata.setFromTree(format, root);
      writer.write(null, new IIOImage(picture, null, metadata), null);
    } finally {
      writer.dispose();
    }
    byte[] full = bytes.toByteArray();
    byte[] bare = join(SOI, Arrays.copyOfRange(full, 20, full.length));
    assertArrayEquals(expected(full), Photographs.decode(full, "with").rgb());
    assertArrayEquals(expected(full), Photographs.decode(bare, "without").rgb());
  }

  @Test
  void greyIsTheRasterThreeTimes() throws Exception {
    BufferedImage grey = picture(BufferedImage.TYPE_BYTE_GRAY, 16, 24);
    byte[] png = Photographs.decode(encode(grey, "png"), "g.png").rgb();
    byte[] jpegFile = encode(grey, "jpg");
    Raster raster = ImageIO.read(new ByteArrayInputStream(jpegFile)).getRaster();
    byte[] jpeg = Photographs.decode(jpegFile, "g.jpg").rgb();
    for (int p = 0; p < 16 * 24; p++) {
      for (int b = 0; b < 3; b++) {
        assertEquals(grey.getRaster().getSample(p % 24, p / 24, 0), png[3 * p + b] & 0xff);
        assertEquals(raster.getSample(p % 24, p / 24, 0), jpeg[3 * p + b] & 0xff);
      }
    }
  }

  @Test
  void pngOfOtherKinds() throws Exception {
    BufferedImage alpha = picture(BufferedImage.TYPE_4BYTE_ABGR, 5, 6);
    Photograph photo = Photographs.decode(encode(alpha, "png"), "a.png");
    for (int p = 0; p < 30; p++) {
      for (int b = 0; b < 3; b++) {
        assertEquals(alpha.getRaster().getSample(p % 6, p / 6, b), photo.rgb()[3 * p + b] & 0xff);
      }
    }
    BufferedImage deep = new BufferedImage(4, 4, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setSample(1, 0, 0, 0xabcd);
    assertEquals((byte) 0xab, Photographs.decode(encode(deep, "png"), "d.png").rgb()[3]);
    BufferedImage bits = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_BINARY);
    bits.setRGB(2, 0, 0xffffff);
    byte[] rgb = Photographs.decode(encode(bits, "png"), "b.png").rgb();
    assertEquals(0, rgb[0]);
    assertEquals(-1, rgb[6]);
  }

  @Test
  void cmykIsRefusedByName() throws Exception {
    WritableRaster raster = Raster.createInterleavedRaster(0, 8, 8, 4, null);
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(raster, null, null), null);
    } finally {
      writer.dispose();
    }
    UnreadableImageException e =
        assertThrows(
            UnreadableImageException.class,
            () -> Photographs.decode(bytes.toByteArray(), "ink.jpg"));
    assertTrue(e.getMessage().startsWith("ink.jpg: CMYK"), e.getMessage());
  }

  @Test
  void truncatedAndDamagedFiles() throws Exception {
    byte[] jpeg = encode(picture(BufferedImage.TYPE_3BYTE_BGR, 64, 64), "jpg");
    byte[] sound = Photographs.decode(jpeg, "x").rgb();
    for (int length = 0; length < jpeg.length; length++) {
      byte[] cut = Arrays.copyOf(jpeg, length);
      try {
        assertArrayEquals(sound, Photographs.decode(cut, "cut.jpg").rgb(), "length " + length);
        assertTrue(length >= jpeg.length - 3, "length " + length);
      } catch (UnreadableImageException e) {
        assertTrue(e.getMessage().startsWith("cut.jpg: "), e.getMessage());
      }
    }
    for (int round = 0; round < 2000; round++) {
      byte[] flipped = jpeg.clone();
      int at = random.nextInt(jpeg.length);
      flipped[at] ^= (byte) (1 << random.nextInt(8));
      try {
        Photographs.decode(flipped, "x");
      } catch (UnreadableImageException e) {
        assertTrue(e.getMessage().startsWith("x: "), e.getMessage());
      } catch (RuntimeException e) {
        fail("byte " + at + " seed " + seed, e);
      }
    }
  }

  @Test
  void otherFilesAreNamed() throws Exception {
    Path text = temp.resolve("a.jpg");
    Files.writeString(text, "not a picture");
    DataException e = assertThrows(DataException.class, () -> Photographs.read(text));
    assertTrue(e.getMessage().contains("a.jpg: neither a JPEG nor a PNG"), e.getMessage());
    e = assertThrows(DataException.class, () -> Photographs.read(temp.resolve("none.jpg")));
    assertTrue(e.getMessage().contains("missing file"), e.getMessage());
    Files.write(text, new byte[0]);
    assertThrows(DataException.class, () -> Photographs.read(text));
    assertThrows(DataException.class, () -> Photographs.read(temp));
  }

  @Test
  void realPhotographsAsImageIoReadsThem() throws Exception {
    Path folder = Shared.path("data/minibroden-224/images/dtd");
    int n = 0;
    try (var files = Files.newDirectoryStream(folder, "*.jpg")) {
      for (Path file : files) {
        Photograph photo = Photographs.read(file);
        assertArrayEquals(expected(Files.readAllBytes(file)), photo.rgb(), file.toString());
        if (++n == 20) {
          break;
        }
      }
    }
  }
}
