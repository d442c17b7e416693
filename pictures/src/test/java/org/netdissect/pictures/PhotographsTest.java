package org.netdissect.pictures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
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

  /** A JPEG of four components as ImageIO writes it: what it holds is what is stored. */
  private static byte[] ofInks(Raster raster) throws Exception {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(raster, null, null), null);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static Raster stored(byte[] file) throws Exception {
    ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
    try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(in);
      return reader.readRaster(0, null);
    } finally {
      reader.dispose();
    }
  }

  private static int clip(double value) {
    return (int) Math.max(0, Math.min(255, Math.rint(value)));
  }

  @Test
  void inksBecomeColours() throws Exception {
    int h = 21;
    int w = 19;
    WritableRaster raster = Raster.createInterleavedRaster(0, w, h, 4, null);
    for (int i = 0; i < h * w * 4; i++) {
      int smooth = (i / 4 % w * 9 + i / 4 / w * 5 + i % 4 * 60) % 256;
      raster.setSample(i / 4 % w, i / 4 / w, i % 4, smooth);
    }
    byte[] plain = ofInks(raster);
    byte[] adobe = {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 2};
    byte[] ycck =
        join(
            Arrays.copyOf(plain, 2),
            segment(0xee, adobe),
            Arrays.copyOfRange(plain, 2, plain.length));
    byte[] cmyk = Photographs.decode(plain, "inks").rgb();
    byte[] luma = Photographs.decode(ycck, "luma").rgb();
    Raster stored = stored(plain);
    int[] s = new int[4];
    for (int i = 0; i < h * w; i++) {
      stored.getPixel(i % w, i / w, s);
      // What Adobe stores as YCCK are inks, 255 for all of one, as if they were red, green, blue.
      int[] inks = {
        clip(s[0] + 1.402 * (s[2] - 128)),
        clip(s[0] - 0.344136 * (s[1] - 128) - 0.714136 * (s[2] - 128)),
        clip(s[0] + 1.772 * (s[1] - 128))
      };
      for (int c = 0; c < 3; c++) {
        assertEquals(clip(s[c] * s[3] / 255.0), cmyk[3 * i + c] & 0xff, 1, "pixel " + i);
        assertEquals(
            clip((255 - inks[c]) * s[3] / 255.0), luma[3 * i + c] & 0xff, 1.01, "pixel " + i);
      }
    }
    byte[] cut = Arrays.copyOf(plain, plain.length - 20);
    assertRefused("CMYK", cut);
  }

  private static void assertRefused(String what, byte[] file) {
    UnreadableImageException e =
        assertThrows(
            UnreadableImageException.class, () -> Photographs.decode(file, "some/picture"));
    assertTrue(e.getMessage().startsWith("some/picture: "), e.getMessage());
    assertTrue(e.getMessage().contains(what), e.getMessage());
  }

  @Test
  void otherKindsByImageIo() throws Exception {
    BufferedImage image = picture(BufferedImage.TYPE_3BYTE_BGR, 23, 31);
    byte[] expected = Photographs.decode(encode(image, "png"), "x.png").rgb();
    assertArrayEquals(expected, Photographs.decode(encode(image, "bmp"), "x.bmp").rgb());
    byte[] tiff = encode(image, "tiff");
    assertArrayEquals(expected, Photographs.decode(tiff, "x.tif").rgb());
    BufferedImage grey = picture(BufferedImage.TYPE_BYTE_GRAY, 23, 31);
    expected = Photographs.decode(encode(grey, "png"), "x.png").rgb();
    byte[] gif = encode(grey, "gif");
    assertArrayEquals(expected, Photographs.decode(gif, "x.gif").rgb());
    assertArrayEquals(expected, Photographs.decode(encode(grey, "tiff"), "x.tif").rgb());
    // A screen larger than the picture on it.
    gif[6]++;
    assertRefused("does not fill it", gif);
    // Photometric interpretation 5: inks, of which there must be four.
    for (int at = 8; at + 12 <= tiff.length; at++) {
      if (tiff[at] == 1 && tiff[at + 1] == 6 && tiff[at + 3] == 3) { // Tag 262, a short.
        tiff[at + 9] = 5;
        break;
      }
    }
    assertRefused("unusual kind of", tiff);
    assertRefused("AVIF", join(new byte[4], "ftypavif".getBytes(StandardCharsets.US_ASCII)));
    assertRefused("WebP", "RIFF....WEBPVP8 ".getBytes(StandardCharsets.US_ASCII));
  }

  /** Pixels of four inks and the colours that Pillow 9.4 gives for them. */
  @Test
  void inksOfTiff() throws Exception {
    int[][] inks = {{0, 0, 0, 0}, {255, 0, 0, 0}, {10, 200, 77, 128}, {3, 2, 1, 254}};
    int[] colours = {0xffffff, 0x00ffff, 0x7a1b59, 0x010101};
    byte[] tiff = inked(inks);
    byte[] rgb = Photographs.decode(tiff, "x.tif").rgb();
    for (int p = 0; p < inks.length; p++) {
      for (int c = 0; c < 3; c++) {
        assertEquals(colours[p] >> (16 - 8 * c) & 0xff, rgb[3 * p + c] & 0xff, p + ", " + c);
      }
    }
    // InkSet 2: other inks than these.
    tiff[tiff.length - 4 * inks.length - 4 - 4] = 2;
    assertRefused("unusual kind of colours", tiff);
  }

  /** A TIFF of one row, uncompressed, little-endian. */
  private static byte[] inked(int[][] inks) {
    int[][] tags = {
      {256, 3, 1, inks.length}, // width
      {257, 3, 1, 1}, // height
      {258, 3, 4, 0}, // bits a sample: beside the directory
      {259, 3, 1, 1}, // no compression
      {262, 3, 1, 5}, // inks
      {273, 4, 1, 0}, // where the pixels are
      {277, 3, 1, 4}, // samples a pixel
      {278, 3, 1, 1}, // rows a strip
      {279, 4, 1, 4 * inks.length}, // bytes of the strip
      {332, 3, 1, 1}, // CMYK
    };
    int bits = 8;
    int directory = bits + 8;
    int pixels = directory + 2 + 12 * tags.length + 4;
    tags[2][3] = bits;
    tags[5][3] = pixels;
    ByteBuffer file = ByteBuffer.allocate(pixels + 4 * inks.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 'I').put((byte) 'I').putShort((short) 42).putInt(directory);
    for (int i = 0; i < 4; i++) {
      file.putShort((short) 8);
    }
    file.putShort((short) tags.length);
    for (int[] tag : tags) {
      file.putShort((short) tag[0]).putShort((short) tag[1]).putInt(tag[2]).putInt(tag[3]);
    }
    file.putInt(0);
    for (int[] pixel : inks) {
      for (int ink : pixel) {
        file.put((byte) ink);
      }
    }
    return file.array();
  }

  @Test
  void damagedFilesOfOtherKinds() throws Exception {
    for (String kind : new String[] {"bmp", "gif", "tiff"}) {
      byte[] sound = encode(picture(BufferedImage.TYPE_BYTE_GRAY, 23, 31), kind);
      byte[] pixels = Photographs.decode(sound, "x").rgb();
      for (int length = 0; length < sound.length; length++) {
        try {
          byte[] read = Photographs.decode(Arrays.copyOf(sound, length), "x").rgb();
          assertArrayEquals(pixels, read, kind + " of length " + length);
        } catch (UnreadableImageException e) {
          assertTrue(e.getMessage().startsWith("x: "), e.getMessage());
        }
      }
      for (int round = 0; round < 1000; round++) {
        byte[] damaged = sound.clone();
        for (int i = 0; i < 3; i++) {
          int last = random.nextBoolean() ? 200 : sound.length;
          damaged[random.nextInt(Math.min(last, sound.length))] = (byte) random.nextInt();
        }
        try {
          Photographs.decode(damaged, "x");
        } catch (UnreadableImageException e) {
          assertTrue(e.getMessage().startsWith("x: "), e.getMessage());
        } catch (RuntimeException e) {
          fail(kind + " seed " + seed, e);
        }
      }
    }
  }

  @Test
  void noMoreScansThanSensible() throws Exception {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam how = writer.getDefaultWriteParam();
      how.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
      BufferedImage image = picture(BufferedImage.TYPE_BYTE_GRAY, 32, 32);
      writer.write(null, new IIOImage(image, null, null), how);
    } finally {
      writer.dispose();
    }
    byte[] file = bytes.toByteArray();
    assertEquals(32, Photographs.decode(file, "x").width());
    int last = file.length;
    while ((file[last - 2] & 0xff) != 0xff || (file[last - 1] & 0xff) != 0xda) {
      last--;
    }
    byte[] scan = Arrays.copyOfRange(file, last - 2, file.length - 2);
    ByteArrayOutputStream many = new ByteArrayOutputStream();
    many.write(file, 0, file.length - 2);
    for (int i = 0; i < 200; i++) {
      many.writeBytes(scan);
    }
    many.write(file, file.length - 2, 2);
    assertRefused("scans", many.toByteArray());
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
    e = assertThrows(UnreadableImageException.class, () -> Photographs.read(temp));
    assertTrue(e.getMessage().contains("is a folder"), e.getMessage());
  }

  @Test
  void pipesAreNotOpened() throws Exception {
    Path pipe = temp.resolve("pipe.jpg");
    try {
      assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);
    } catch (IOException e) {
      assumeTrue(false, "no mkfifo");
    }
    DataException e = assertThrows(UnreadableImageException.class, () -> Photographs.read(pipe));
    assertTrue(e.getMessage().contains("not a file"), e.getMessage());
    assertThrows(UnreadableImageException.class, () -> Photographs.header(pipe));
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
