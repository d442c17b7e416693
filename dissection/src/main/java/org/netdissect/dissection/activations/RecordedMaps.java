package org.netdissect.dissection.activations;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.base.files.SectionFile;
import org.netdissect.results.DissectionException;

/**
 * Activation maps in a NumPy file: float32, float16 or float64 (rounded to float32), whole numbers
 * that float32 holds, or truth values, of either byte order; images × units × height × width in C
 * or Fortran order; also the only array of an archive of {@code numpy.savez}, compressed or not.
 * Read image by image, never as a whole.
 */
public final class RecordedMaps implements Closeable {
  /** How much wider than high maps may be before it is asked whether they are maps. */
  private static final int LONG = 4;

  private static final int PIECE = 1 << 30;

  private final Path path;
  private final FileChannel channel;
  private final NumpyFile file;

  /** In Fortran order, the values of an image are all over the file: it is mapped. */
  private final ByteBuffer @Nullable [] pieces;

  public final int images;
  public final int units;
  public final int height;
  public final int width;

  private RecordedMaps(Path path, FileChannel channel, NumpyFile file) throws IOException {
    this.path = path;
    this.channel = channel;
    this.file = file;
    images = file.shape()[0];
    units = file.shape()[1];
    height = file.shape()[2];
    width = file.shape()[3];
    pieces = file.fortran() ? map() : null;
  }

  private ByteBuffer[] map() throws IOException {
    long bytes = (long) images * valuesPerImage() * file.valueBytes();
    ByteBuffer[] all = new ByteBuffer[Math.toIntExact((bytes + PIECE - 1) / PIECE)];
    for (int i = 0; i < all.length; i++) {
      long at = (long) i * PIECE;
      all[i] =
          channel
              .map(MapMode.READ_ONLY, file.start() + at, Math.min(PIECE, bytes - at))
              .order(file.order());
    }
    return all;
  }

  /**
   * Opens a file and reads its header; a compressed array is inflated.
   *
   * @param progress told of the inflating
   * @throws DissectionException if it is no NumPy file of such maps
   */
  public static RecordedMaps open(Path path, Progress progress) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new DissectionException(
          Text.oneLine(path.toString()) + (Files.exists(path) ? " is no file" : " is missing"));
    }
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      long size = channel.size();
      if (size < 4 || SectionFile.read(channel, path, 0, 4).getInt() != StoredArray.MAGIC) {
        return new RecordedMaps(path, channel, NumpyFile.read(path, channel, 0, size));
      }
      StoredArray array = StoredArray.only(path, channel);
      if (!array.isDeflated()) {
        return new RecordedMaps(
            path,
            channel,
            NumpyFile.read(path, channel, array.start(), array.start() + array.size()));
      }
      FileChannel archive = channel;
      try (archive) {
        channel = InflatedArray.of(path, archive, array, progress);
      }
      return new RecordedMaps(path, channel, NumpyFile.read(path, channel, 0, array.size()));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * What to ask of maps whose shape looks as if the units came last, which the numbers alone cannot
   * tell; null where it does not.
   */
  public @Nullable String doubt() {
    boolean oblong = Math.max(height, width) >= LONG * Math.min(height, width);
    return height != width && (units == height || oblong)
        ? Text.oneLine(path.toString())
            + " is read as "
            + units
            + " units of "
            + height
            + " × "
            + width
            + "; if it is images × height × width × units, save numpy.moveaxis(maps, -1, 1)"
        : null;
  }

  /** Values of one image. */
  int valuesPerImage() {
    return units * height * width;
  }

  /**
   * Reads the maps of one image.
   *
   * @param row of the file
   * @return the bytes that tell whether it is the same image again: as they stand in the file, or
   *     little-endian float32 where they stand there in another way
   */
  ByteBuffer read(int row, float[] target, int offset) throws IOException {
    int n = valuesPerImage();
    if (pieces != null) {
      gather(pieces, row, target, offset);
      return canonical(target, offset, n);
    }
    int bytes = n * file.valueBytes();
    ByteBuffer raw =
        SectionFile.read(channel, path, file.start() + (long) row * bytes, bytes)
            .order(file.order());
    if (file.isFloat32()) {
      raw.asFloatBuffer().get(target, offset, n);
    } else {
      for (int i = 0; i < n; i++) {
        target[offset + i] = file.value(path, raw, i * file.valueBytes());
      }
    }
    return file.isPlain() ? raw : canonical(target, offset, n);
  }

  /**
   * The values of an image in Fortran order: the image's number runs fastest, the column slowest.
   */
  private void gather(ByteBuffer[] pieces, int row, float[] target, int offset)
      throws DissectionException {
    int to = offset;
    for (int u = 0; u < units; u++) {
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          long index = row + (long) images * (u + (long) units * (y + (long) height * x));
          long at = index * file.valueBytes();
          target[to++] = file.value(path, pieces[(int) (at / PIECE)], (int) (at % PIECE));
        }
      }
    }
  }

  private static ByteBuffer canonical(float[] values, int offset, int n) {
    ByteBuffer bytes = ByteBuffer.allocate(n * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values, offset, n);
    return bytes;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
