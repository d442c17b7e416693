package org.netdissect.pictures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.netdissect.base.Shared;
import org.netdissect.pictures.Photographs.Photograph;
import org.w3c.dom.NodeList;

/** Compares with ImageIO, which is libjpeg, bit for bit. */
class JpegDecoderTest {
  /** How a file is written. */
  private record Form(
      boolean grey, int h, int v, float quality, boolean progressive, int restartInterval) {}

  /** Some Javas bring libjpeg 6b, which repeats chroma of half the height. */
  private static final boolean INTERPOLATES_DOWN = interpolatesDown();

  private static byte[] write(BufferedImage image, Form form) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam param = writer.getDefaultWriteParam();
      param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      param.setCompressionQuality(form.quality);
      if (form.progressive) {
        param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
      }
      IIOMetadata metadata =
          writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), param);
      String format = metadata.getNativeMetadataFormatName();
      IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(format);
      NodeList specs = root.getElementsByTagName("componentSpec");
      ((IIOMetadataNode) specs.item(0)).setAttribute("HsamplingFactor", "" + form.h);
      ((IIOMetadataNode) specs.item(0)).setAttribute("VsamplingFactor", "" + form.v);
      if (form.restartInterval > 0) {
        IIOMetadataNode dri = new IIOMetadataNode("dri");
        dri.setAttribute("interval", "" + form.restartInterval);
        root.getElementsByTagName("markerSequence").item(0).appendChild(dri);
      }
      metadata.setFromTree(format, root);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, metadata), param);
    } catch (IOException e) {
      throw new AssertionError(e);
    } finally {
      writer.dispose();
    }
    return form.restartInterval > 0 ? restarting(bytes.toByteArray(), form) : bytes.toByteArray();
  }

  private static byte[] restarting(byte[] file, Form form) {
    assertTrue(find(file, 0xdd) > 0, "ImageIO has not written restart markers for " + form);
    return file;
  }

  /** Smooth with noise on it and some flat patches, so that blocks of every kind come up. */
  private static BufferedImage image(Random random, int height, int width, boolean grey) {
    BufferedImage image =
        new BufferedImage(
            width, height, grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR);
    int noise = 1 << random.nextInt(9);
    double[] wave = random.doubles(9, 0, 0.5).toArray();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int band = 0; band < image.getRaster().getNumBands(); band++) {
          double smooth =
              128 + 160 * Math.sin(wave[band] * x + wave[band + 3] * y + 9 * wave[band + 6]);
          boolean flat = (x / 11 + y / 13) % 3 == 0;
          int sample =
              (int) (flat ? wave[band] * 500 : smooth + random.nextInt(noise) - noise / 2.0);
          image.getRaster().setSample(x, y, band, Math.max(0, Math.min(255, sample)));
        }
      }
    }
    return image;
  }

  private static boolean interpolatesDown() {
    BufferedImage image = new BufferedImage(16, 32, BufferedImage.TYPE_3BYTE_BGR);
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 16; x++) {
        image.setRGB(x, y, y % 16 < 8 ? 0xff0000 : 0x0000ff);
      }
    }
    byte[] file = write(image, new Form(false, 1, 2, 1, false, 0));
    try {
      byte[] rgb = Jpeg.decodeByImageIo(file, "test").rgb();
      return !Arrays.equals(rgb, 2 * 48, 3 * 48, rgb, 3 * 48, 4 * 48)
          || !Arrays.equals(rgb, 6 * 48, 7 * 48, rgb, 7 * 48, 8 * 48);
    } catch (UnreadableImageException e) {
      throw new AssertionError(e);
    }
  }

  private static int find(byte[] file, int marker) {
    for (int i = 2; i + 4 < file.length && (file[i] & 0xff) == 0xff; ) {
      if ((file[i + 1] & 0xff) == marker) {
        return i;
      }
      i += 2 + (((file[i + 2] & 0xff) << 8) | (file[i + 3] & 0xff));
    }
    return -1;
  }

  private static void assertSame(byte[] file, String what) throws IOException {
    Photograph ours = JpegDecoder.decode(file);
    assertNotNull(ours, what);
    Photograph theirs = Jpeg.decodeByImageIo(file, what);
    assertEquals(theirs.height(), ours.height(), what);
    assertEquals(theirs.width(), ours.width(), what);
    assertArrayEquals(theirs.rgb(), ours.rgb(), what);
  }

  @Test
  void decodesTheReferencePhotographsAsLibjpegDoes() throws IOException {
    List<Path> folders =
        List.of(Shared.path("data/minibroden-224/images"), Shared.path("oracles/edge/data/images"));
    int files = 0;
    for (Path folder : folders) {
      try (Stream<Path> walk = Files.walk(folder)) {
        for (Path path : walk.filter(p -> p.toString().endsWith(".jpg")).toList()) {
          assertSame(Files.readAllBytes(path), path.toString());
          files++;
        }
      }
    }
    assertTrue(files > 1000, files + " files");
  }

  @Test
  void decodesEverySizeAndFormAsLibjpegDoes() throws IOException {
    int[][] samplings = {{1, 1}, {2, 2}, {2, 1}, {1, 2}, {4, 1}, {1, 4}, {4, 2}, {2, 4}};
    float[] qualities = {0.1f, 0.5f, 0.75f, 0.9f, 0.95f, 1};
    for (int size = 1; size <= 70; size++) {
      for (int[] sampling : samplings) {
        if (sampling[0] == 1 && sampling[1] == 2 && !INTERPOLATES_DOWN) {
          continue;
        }
        long seed = 1000L * size + 10L * sampling[0] + sampling[1];
        Random random = new Random(seed);
        boolean grey = random.nextInt(5) == 0;
        int other = 1 + random.nextInt(70);
        int height = random.nextBoolean() ? size : other;
        int width = height == size ? other : size;
        Form form =
            new Form(
                grey,
                sampling[0],
                sampling[1],
                qualities[random.nextInt(qualities.length)],
                random.nextInt(3) == 0,
                random.nextInt(3) == 0 ? 1 + random.nextInt(20) : 0);
        byte[] file = write(image(random, height, width, grey), form);
        assertSame(file, "seed " + seed + ": " + height + " × " + width + " " + form);
      }
    }
  }

  @Test
  void decodesLargerPhotographs() throws IOException {
    for (int h = 1; h <= 2; h++) {
      for (boolean progressive : new boolean[] {false, true}) {
        Form form = new Form(false, h, h, 0.8f, progressive, 0);
        assertSame(write(image(new Random(h), 611, 1403, false), form), form.toString());
      }
    }
  }

  @Test
  void decodesRgbFiles() throws IOException {
    for (int h = 1; h <= 2; h++) {
      byte[] file = write(image(new Random(3), 37, 41, false), new Form(false, h, h, 1, false, 0));
      assertSame(adobe(file, 0), "RGB, sampling " + h);
      assertSame(adobe(file, 1), "YCbCr, sampling " + h);
    }
  }

  private static byte[] adobe(byte[] file, int transform) {
    int jfif = find(file, 0xe0);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(file, 0, jfif);
    out.writeBytes(
        new byte[] {-1, -18, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, (byte) transform});
    int next = jfif + 2 + ((file[jfif + 2] << 8) | file[jfif + 3]);
    out.write(file, next, file.length - next);
    return out.toByteArray();
  }

  /** One scan for each component, put together from grey files. */
  @Test
  void decodesSeparateScans() throws IOException {
    Random random = new Random(4);
    byte[] y = write(image(random, 45, 61, true), new Form(true, 1, 1, 0.8f, false, 0));
    byte[] cb = write(image(random, 23, 31, true), new Form(true, 1, 1, 0.8f, false, 0));
    byte[] cr = write(image(random, 23, 31, true), new Form(true, 1, 1, 0.8f, false, 0));
    int frame = find(y, 0xc0);
    int scan = find(y, 0xda);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(y, 0, frame);
    out.writeBytes(new byte[] {-1, -64, 0, 17, 8, 0, 45, 0, 61, 3, 1, 34, 0, 2, 17, 0, 3, 17, 0});
    out.write(y, frame + 13, scan - frame - 13);
    byte number = 1;
    for (byte[] plane : new byte[][] {y, cb, cr}) {
      out.writeBytes(new byte[] {-1, -38, 0, 8, 1, number++, 0, 0, 63, 0});
      int from = find(plane, 0xda) + 10;
      out.write(plane, from, plane.length - 2 - from);
    }
    out.writeBytes(new byte[] {-1, -39});
    assertSame(out.toByteArray(), "separate scans");
  }

  @Test
  void leavesWhatIsOddToImageIo() throws IOException {
    byte[] good = write(image(new Random(5), 30, 40, false), new Form(false, 2, 2, 1, false, 0));
    assertNotNull(JpegDecoder.decode(good));
    for (int length = 0; length < good.length; length++) {
      assertNull(JpegDecoder.decode(Arrays.copyOf(good, length)), "length " + length);
    }
    byte[] huge = good.clone();
    int frame = find(huge, 0xc0);
    Arrays.fill(huge, frame + 5, frame + 9, (byte) 0xff);
    assertNull(JpegDecoder.decode(huge));
    assertThrows(UnreadableImageException.class, () -> Photographs.decode(huge, "huge.jpg"));
    byte[] tall = good.clone();
    tall[frame + 5] = 0x20;
    assertNull(JpegDecoder.decode(tall));
    assertThrows(UnreadableImageException.class, () -> Photographs.decode(tall, "tall.jpg"));
  }

  /** Whatever it accepts ImageIO accepts without a warning, and the pixels are the same. */
  @Test
  void neverAcceptsWhatImageIoReports() throws IOException {
    long base = Long.getLong("netdissect.jpeg.seed", 0);
    int count = Integer.getInteger("netdissect.jpeg.count", 3000);
    List<byte[]> good = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Random random = new Random(i);
      Form form =
          new Form(i % 6 == 5, 1 + i % 2, 1 + i / 2 % 2, 0.75f, i % 4 == 3, i % 3 == 2 ? 2 : 0);
      good.add(write(image(random, 33 - i, 24 + i, form.grey), form));
    }
    int accepted = 0;
    for (long seed = base; seed < base + count; seed++) {
      Random random = new Random(seed);
      byte[] file = good.get(random.nextInt(good.size())).clone();
      int entropy = find(file, 0xda);
      int flips = 1 + random.nextInt(3);
      for (int i = 0; i < flips; i++) {
        // As often before the pixels as within.
        int at = random.nextBoolean() ? random.nextInt(entropy + 14) : random.nextInt(file.length);
        if (random.nextBoolean()) {
          file[at] ^= (byte) (1 << random.nextInt(8));
        } else {
          file[at] = (byte) random.nextInt(256);
        }
      }
      if (random.nextInt(8) == 0) {
        file = Arrays.copyOf(file, file.length + random.nextInt(40) - 20);
      }
      Photograph ours = JpegDecoder.decode(file);
      if (ours != null && (INTERPOLATES_DOWN || !halfHeight(file))) {
        String what = "seed " + seed;
        Photograph theirs;
        try {
          theirs = Jpeg.decodeByImageIo(file, what);
        } catch (UnreadableImageException e) {
          throw new AssertionError(what, e);
        }
        assertEquals(theirs.height(), ours.height(), what);
        assertArrayEquals(theirs.rgb(), ours.rgb(), what);
        accepted++;
      }
    }
    assertTrue(accepted > count / 50, accepted + " of " + count);
  }

  private static boolean halfHeight(byte[] file) {
    for (int i = 2; i + 9 < file.length; i++) {
      if ((file[i] & 0xff) == 0xff && (file[i + 1] & 0xf0) == 0xc0 && file[i + 4] == 8) {
        int max = 0;
        int min = 9;
        for (int k = i + 11; k < Math.min(file.length, i + 11 + 3 * file[i + 9]); k += 3) {
          max = Math.max(max, file[k] & 15);
          min = Math.min(min, file[k] & 15);
        }
        if (max == 2 * min) {
          return true;
        }
      }
    }
    return false;
  }
}
