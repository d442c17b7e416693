package org.netdissect.concepts.atlas;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Digests;
import org.netdissect.base.Limits;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.Vocabulary;

/** Maps an atlas file, after every byte of it has passed its checksum. */
final class AtlasReader {
  /** Java 17 maps at most 2 GiB at once. */
  private static final long CHUNK = 1L << 30;

  final String fingerprint;
  final Vocabulary vocabulary;
  final AtlasImage[] images;

  /** Number of the first region of each image, and the number of all. */
  final int[] firstRegion;

  final IntBuffer regionPixels;
  final IntBuffer labelStarts;
  final IntBuffer labels;

  /** Region maps, in chunks that end where an image ends. */
  final ByteBuffer[] chunks;

  final int[] chunkOf;
  final int[] offsetInChunk;

  private AtlasReader(FileChannel channel, AtlasFile.Header header, long chunkBytes)
      throws IOException {
    fingerprint = Digests.hex(header.fingerprint);
    for (AtlasFile.Section section : header.sections) {
      verify(channel, section);
    }
    regionPixels = ints(channel, header.sections[AtlasFile.REGION_PIXELS]);
    labelStarts = ints(channel, header.sections[AtlasFile.LABEL_STARTS]);
    labels = ints(channel, header.sections[AtlasFile.LABELS]);
    vocabulary = readVocabulary(new Input(map(channel, header.sections[AtlasFile.VOCABULARY])));
    images = readImages(new Input(map(channel, header.sections[AtlasFile.IMAGES])));
    firstRegion = new int[images.length + 1];
    chunkOf = new int[images.length];
    offsetInChunk = new int[images.length];
    AtlasFile.Section maps = header.sections[AtlasFile.REGION_MAPS];
    List<ByteBuffer> mapped = new ArrayList<>();
    long start = 0;
    long end = 0;
    for (int i = 0; i < images.length; i++) {
      AtlasImage image = images[i];
      long bytes = mapBytes((long) image.maskHeight() * image.maskWidth(), image.regions());
      if (end + bytes - start > chunkBytes && end > start) {
        mapped.add(map(channel, maps.offset() + start, end - start));
        start = end;
      }
      chunkOf[i] = mapped.size();
      offsetInChunk[i] = Math.toIntExact(end - start);
      end += bytes;
      if (end > maps.length()) {
        throw new Damaged("region maps are missing");
      }
      firstRegion[i + 1] = Math.addExact(firstRegion[i], image.regions());
    }
    if (end != maps.length()) {
      throw new Damaged("region maps without an image");
    }
    mapped.add(map(channel, maps.offset() + start, end - start));
    chunks = mapped.toArray(ByteBuffer[]::new);
    checkTables();
  }

  /** Tables that contradict each other are as bad as a wrong checksum. */
  private void checkTables() throws Damaged {
    int regions = firstRegion[images.length];
    // The sections are padded to 8 bytes, which is at most one int.
    if (regionPixels.limit() < regions
        || labelStarts.limit() < regions + 1
        || labelStarts.get(0) != 0) {
      throw new Damaged("region tables are too short");
    }
    for (int r = 0; r < regions; r++) {
      if (labelStarts.get(r + 1) < labelStarts.get(r)) {
        throw new Damaged("labels out of order");
      }
    }
    if (labelStarts.get(regions) > labels.limit()) {
      throw new Damaged("labels are missing");
    }
    for (int i = 0; i < images.length; i++) {
      long sum = 0;
      for (int r = firstRegion[i]; r < firstRegion[i + 1]; r++) {
        sum += regionPixels.get(r);
      }
      if (images[i].regions() > 0 && sum != (long) images[i].maskHeight() * images[i].maskWidth()) {
        throw new Damaged("regions do not add up to their image");
      }
    }
  }

  /** Bytes of an image's region map in the file. */
  static long mapBytes(long pixels, int regions) {
    long bytes = regions == 0 ? 0 : regions <= 256 ? pixels : 2 * pixels;
    return (bytes + 7) & ~7L;
  }

  /** The file is not a whole, sound atlas. */
  private static final class Damaged extends IOException {
    private static final long serialVersionUID = 1L;

    Damaged(String what) {
      super(what);
    }
  }

  /** What became of an attempt to open a file; {@code atlas} is null when it cannot be used. */
  record Outcome(@Nullable AtlasReader atlas, boolean damaged) {}

  /** Opens the file when it is there, is sound, and has the stamp (any, when null). */
  static Outcome open(Path file, @Nullable String stamp) throws IOException {
    return open(file, stamp, CHUNK);
  }

  static Outcome open(Path file, @Nullable String stamp, long chunkBytes) throws IOException {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      return new Outcome(null, false);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer bytes = ByteBuffer.allocate(AtlasFile.HEADER_BYTES);
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, bytes.position()) < 0) {
          return new Outcome(null, true);
        }
      }
      AtlasFile.Header header = AtlasFile.Header.decode(bytes, channel.size());
      if (header == null) {
        return new Outcome(null, true);
      }
      if (stamp != null && !Arrays.equals(header.stamp, Digests.parseHex(stamp))) {
        return new Outcome(null, false);
      }
      return new Outcome(new AtlasReader(channel, header, chunkBytes), false);
    } catch (Damaged | RuntimeException e) {
      // Whatever a hostile table leads to: nothing of it is used.
      return new Outcome(null, true);
    }
  }

  private static ByteBuffer map(FileChannel channel, long offset, long length) throws IOException {
    MappedByteBuffer buffer = channel.map(FileChannel.MapMode.READ_ONLY, offset, length);
    return buffer.order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer map(FileChannel channel, AtlasFile.Section section) throws IOException {
    if (section.length() > Integer.MAX_VALUE) {
      throw new Damaged("a table that is too large");
    }
    return map(channel, section.offset(), section.length());
  }

  private static IntBuffer ints(FileChannel channel, AtlasFile.Section section) throws IOException {
    return map(channel, section).asIntBuffer();
  }

  private static void verify(FileChannel channel, AtlasFile.Section section) throws IOException {
    CRC32C crc = new CRC32C();
    for (long done = 0; done < section.length(); ) {
      long n = Math.min(CHUNK, section.length() - done);
      crc.update(map(channel, section.offset() + done, n));
      done += n;
    }
    if ((int) crc.getValue() != section.crc()) {
      throw new Damaged("a wrong checksum");
    }
  }

  private static Vocabulary readVocabulary(Input in) throws Damaged {
    int n = in.count(4);
    List<String> categories = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      categories.add(in.string());
    }
    int concepts = in.count(12);
    List<Concept> list = new ArrayList<>(concepts);
    for (int i = 0; i < concepts; i++) {
      int number = in.int32();
      String name = in.string();
      int others = in.count(4);
      List<String> synonyms = new ArrayList<>(others);
      for (int k = 0; k < others; k++) {
        synonyms.add(in.string());
      }
      List<Double> coverage = new ArrayList<>(n);
      for (int k = 0; k < n; k++) {
        coverage.add(Double.longBitsToDouble(in.int64()));
      }
      list.add(new Concept(number, name, synonyms, coverage));
    }
    return Vocabulary.of(categories, list);
  }

  private static AtlasImage[] readImages(Input in) throws Damaged {
    AtlasImage[] images = new AtlasImage[in.count(40)];
    for (int i = 0; i < images.length; i++) {
      String name = in.string();
      String split = in.string().intern();
      int photoHeight = in.int32();
      int photoWidth = in.int32();
      int maskHeight = in.int32();
      int maskWidth = in.int32();
      int regions = in.int32();
      long dataCategories = in.int64();
      String problem = in.string();
      if (maskHeight < 1
          || maskWidth < 1
          || (long) maskHeight * maskWidth > Limits.MASK_PIXELS
          || regions < 0
          || regions > Regions.MOST) {
        throw new Damaged("an impossible image");
      }
      images[i] =
          new AtlasImage(
              name,
              split,
              photoHeight,
              photoWidth,
              maskHeight,
              maskWidth,
              regions,
              dataCategories,
              problem.isEmpty() ? null : problem);
    }
    return images;
  }

  /** Reads values one after another, never beyond the end. */
  private static final class Input {
    private final ByteBuffer bytes;

    Input(ByteBuffer bytes) {
      this.bytes = bytes;
    }

    private void need(long n) throws Damaged {
      if (n < 0 || n > bytes.remaining()) {
        throw new Damaged("a table that ends too early");
      }
    }

    int int32() throws Damaged {
      need(4);
      return bytes.getInt();
    }

    long int64() throws Damaged {
      need(8);
      return bytes.getLong();
    }

    /** A number of things to follow that take at least so many bytes each. */
    int count(int bytesEach) throws Damaged {
      int n = int32();
      need(n < 0 ? -1 : (long) n * bytesEach);
      return n;
    }

    String string() throws Damaged {
      byte[] text = new byte[count(1)];
      bytes.get(text);
      return new String(text, StandardCharsets.UTF_8);
    }
  }
}
