package org.netdissect.dissection;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.Bytes;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.FileKind;
import org.netdissect.base.files.SectionFile;
import org.netdissect.base.files.Trees;
import org.netdissect.base.files.WholeFile;
import org.netdissect.dissection.tally.Cuts;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.values.ValueHistograms;

/**
 * The files that the processes of a measurement in parts share. Whatever stands under its name is
 * whole. The one that started the measurement makes the folders; without them nothing is written,
 * so that a process which outlives it leaves nothing behind.
 */
final class PartFiles {
  private static final FileKind BOUNDS = new FileKind("NDBOUND", 1);
  private static final FileKind CUTS = new FileKind("NDCUTS", 1);

  private static final int BUFFER = 1 << 16;

  /** More bytes than any unit's histogram has. */
  private static final int MOST_HISTOGRAM = 1 << 20;

  private final Path folder;
  private final AtomicLong moved = new AtomicLong();

  /**
   * The files of all parts.
   *
   * @param folder of this measurement and number of parts
   */
  PartFiles(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  /** Bytes read and written here since it was last asked. */
  long takeMoved() {
    return moved.getAndSet(0);
  }

  /**
   * Tells of bytes of a file that were read or written; of one that is gone it is not the place.
   */
  void move(Path file) throws IOException {
    moved.addAndGet(Files.exists(file) ? Files.size(file) : 0);
  }

  /**
   * Gives the folder another name, so that a task which nobody waits for any more, since another
   * did the same, finds none to write to.
   */
  void retire() throws IOException {
    Path retired = folder.resolveSibling(folder.getFileName() + ".done");
    Trees.delete(retired);
    Files.move(folder, retired);
  }

  /** What a part recorded but for its maps. */
  Path recorded(int part) {
    return folder.resolve("part-" + part + ".bin");
  }

  /** What a part tallied of a group of units. */
  Path tallied(int part, PartTasks.Group group) {
    return folder.resolve(
        "tally-%d-%d-%d-%d.bin".formatted(part, group.layer(), group.first(), group.end()));
  }

  /** The largest values of the maps that a part recorded of a layer. */
  Path peaks(int part, int layer) {
    return folder.resolve("peaks-%d-%d.bin".formatted(part, layer));
  }

  /** What is merged of a layer. */
  Path layer(int layer) throws IOException {
    return Files.createDirectories(folder.resolve("layer-" + layer));
  }

  private Path histograms(int layer) {
    return folder.resolve("layer-" + layer).resolve("histograms.gz");
  }

  /** Writes the histograms of all parts, as far as tasks need them. */
  void writeHistograms(int layer, ValueHistograms histograms, int units) throws IOException {
    layer(layer);
    Bytes section = new Bytes(1 << 12);
    WholeFile.write(
        histograms(layer),
        next -> {
          try (DataOutputStream out =
              new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(next), BUFFER))) {
            for (int unit = 0; unit < units; unit++) {
              section.clear();
              histograms.encode(unit, section);
              out.writeInt(section.size());
              out.write(section.array(), 0, section.size());
            }
          }
        });
    move(histograms(layer));
  }

  /** Reads what {@link #writeHistograms} wrote. */
  ValueHistograms readHistograms(int layer, LayerInfo info) throws IOException {
    ValueHistograms histograms = new ValueHistograms(info.units());
    Path path = histograms(layer);
    try (DataInputStream in =
        new DataInputStream(new GZIPInputStream(Files.newInputStream(path), BUFFER))) {
      for (int unit = 0; unit < info.units(); unit++) {
        int length = in.readInt();
        byte[] section = in.readNBytes(Math.max(0, Math.min(length, MOST_HISTOGRAM)));
        histograms.decode(unit, ByteBuffer.wrap(section));
      }
      if (in.read() >= 0) {
        throw new IllegalStateException("more units than the layer has");
      }
    } catch (EOFException | ZipException | BufferUnderflowException | IllegalStateException e) {
      throw new DamagedException(path, Objects.toString(e.getMessage(), "it ends early"), e);
    }
    move(path);
    return histograms;
  }

  /** The bytes of a file, to be sent. */
  static byte[] pack(Path file) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes, BUFFER)) {
      Files.copy(file, out);
    }
    return bytes.toByteArray();
  }

  /** Puts something under another name. */
  @FunctionalInterface
  interface Writing {
    void to(Path own) throws IOException;
  }

  /** Writes a file whole or not at all, whoever else does so. */
  void place(Path file, Writing writing) throws IOException {
    Path own = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
    try {
      writing.to(own);
      move(own);
      WholeFile.place(own, file);
    } finally {
      Files.deleteIfExists(own);
    }
  }

  /** Writes a file that {@link #pack} read. */
  static void unpack(byte[] packed, Path file) throws IOException {
    WholeFile.write(
        file,
        next -> {
          try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed), BUFFER)) {
            Files.copy(in, next, StandardCopyOption.REPLACE_EXISTING);
          }
        });
  }

  /** Where the bounds are that parts recorded so far give to the others. */
  Path bounds() {
    return folder.resolve("bounds.bin");
  }

  /**
   * Writes true lower bounds of the final thresholds.
   *
   * @param bounds by layer and unit
   */
  void writeBounds(List<float[]> bounds) throws IOException {
    write(bounds(), BOUNDS, bounds);
  }

  /** Reads the bounds by layer and unit; none if there are none, or not for the moment. */
  List<float[]> readBounds(List<LayerInfo> layers) {
    try {
      return Files.exists(bounds()) ? read(bounds(), BOUNDS, layers, layers.size()) : List.of();
    } catch (IOException e) {
      // One can do without, and the next are coming.
      return List.of();
    }
  }

  /** Where the cuts are, once all parts are counted. */
  Path cuts() {
    return folder.resolve("cuts.bin");
  }

  /**
   * Writes where maps are cut.
   *
   * @param cuts of all units, by layer
   */
  void writeCuts(List<Cuts> cuts) throws IOException {
    List<float[]> rows = new ArrayList<>();
    cuts.forEach(of -> rows.add(of.thresholds()));
    for (Cuts of : cuts) {
      if (of.floors() != null) {
        rows.add(of.floors());
      }
    }
    write(cuts(), CUTS, rows);
  }

  /**
   * Reads where maps are cut, by layer.
   *
   * @param floors whether more is kept than masks need
   */
  List<Cuts> readCuts(List<LayerInfo> layers, boolean floors) throws IOException {
    int count = layers.size();
    List<float[]> rows = read(cuts(), CUTS, layers, floors ? 2 * count : count);
    List<Cuts> cuts = new ArrayList<>();
    for (int l = 0; l < count; l++) {
      float @Nullable [] floor = floors ? rows.get(count + l) : null;
      cuts.add(new Cuts(rows.get(l), floor));
    }
    return cuts;
  }

  /** Writes rows of numbers, one for each unit of a layer. */
  private void write(Path path, FileKind kind, List<float[]> rows) throws IOException {
    WholeFile.write(
        path,
        next -> {
          try (SectionFile.Writer writer = new SectionFile.Writer(next, kind)) {
            Bytes section = new Bytes(1 << 12);
            for (float[] row : rows) {
              section.clear();
              section.putFloats(row, row.length);
              writer.add(section);
            }
            writer.finish();
          }
        });
    move(path);
  }

  /** Reads rows of numbers; the layers in turn, as often as there are rows. */
  private List<float[]> read(Path path, FileKind kind, List<LayerInfo> layers, int count)
      throws IOException {
    List<float[]> rows = new ArrayList<>();
    try (SectionFile file = SectionFile.open(path, kind, count)) {
      for (int r = 0; r < count; r++) {
        float[] row = new float[layers.get(r % layers.size()).units()];
        ByteBuffer section = file.read(r);
        if (section.remaining() != Float.BYTES * row.length) {
          throw file.malformed(r, new IllegalStateException("numbers of other units"));
        }
        section.asFloatBuffer().get(row);
        rows.add(row);
      }
    }
    move(path);
    return rows;
  }
}
