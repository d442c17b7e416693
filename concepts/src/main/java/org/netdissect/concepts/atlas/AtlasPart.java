package org.netdissect.concepts.atlas;

import java.io.Closeable;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.FileKind;
import org.netdissect.base.files.SectionFile;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;

/** The file of the images of a range; docs/formats.md describes it. */
final class AtlasPart implements Closeable {
  private static final FileKind KIND = new FileKind("NDATPRT", 1);

  /** For each image what is known of it, and its region map. */
  private static final int SECTIONS = 2;

  private final AtlasRange range;
  private final SectionFile file;

  private AtlasPart(AtlasRange range, SectionFile file) {
    this.range = range;
    this.file = file;
  }

  /** Compiles a range into a file. */
  static void write(Path path, AtlasRange range, ConceptDataset data, LongConsumer told)
      throws IOException {
    List<ImageRow> rows = data.images();
    try (SectionFile.Writer writer = new SectionFile.Writer(path, KIND)) {
      writer.add(head(range));
      for (int n = range.from(); n < range.to(); n++) {
        CompiledImage image = CompiledImage.of(data, rows.get(n));
        ByteBuffer known =
            ByteBuffer.allocate(CompiledBytes.size(image)).order(ByteOrder.LITTLE_ENDIAN);
        CompiledBytes.put(image, known);
        writer.add(known.flip());
        writer.add(ByteBuffer.wrap(image.regionMap()));
        told.accept(1);
      }
      writer.finish();
    }
  }

  private static ByteBuffer head(AtlasRange range) {
    return ByteBuffer.wrap(range.inputs().getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Opens the file of a range.
   *
   * @throws DamagedException if it is damaged, or none of this range
   */
  static AtlasPart open(AtlasRange range) throws IOException {
    Path path = range.file();
    SectionFile file = SectionFile.open(path, KIND, 1 + SECTIONS * range.images());
    try {
      if (!file.read(0).equals(head(range))) {
        throw new DamagedException(path, "it is of other data", null);
      }
      return new AtlasPart(range, file);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Reads an image.
   *
   * @param n its row
   * @throws DamagedException if the file is damaged
   */
  CompiledImage image(int n, ImageRow row) throws IOException {
    int section = 1 + SECTIONS * (n - range.from());
    ByteBuffer known = file.read(section);
    ByteBuffer map = file.read(section + 1);
    byte[] regionMap = new byte[map.remaining()];
    map.get(regionMap);
    try {
      CompiledImage image = CompiledBytes.get(known, row, regionMap);
      long pixels = (long) row.maskHeight() * row.maskWidth();
      if (image == null
          || known.hasRemaining()
          || AtlasReader.mapBytes(pixels, image.pixels().length) != regionMap.length) {
        throw new IllegalStateException("it is not of " + row.name());
      }
      return image;
    } catch (BufferUnderflowException | IllegalStateException e) {
      throw file.malformed(section, e);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
