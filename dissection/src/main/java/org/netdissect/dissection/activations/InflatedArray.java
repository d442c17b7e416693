package org.netdissect.dissection.activations;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.netdissect.base.DiskSpace;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.base.files.SectionFile;
import org.netdissect.results.DissectionException;

/**
 * A compressed array of an archive, inflated into a temporary file, since maps are read image by
 * image and from all over. The file is gone when it is closed, also by a kill.
 */
final class InflatedArray {
  private static final int BLOCK = 1 << 16;
  private static final int MEGABYTE = 1_000_000;

  private InflatedArray() {}

  /**
   * Inflates an array.
   *
   * @param channel of the archive; its position is moved
   * @param array a deflated one that lies within the archive
   * @return a file that holds the array alone, to be closed
   * @throws DissectionException if there is no room, or the archive is damaged
   */
  static FileChannel of(Path path, FileChannel channel, StoredArray array, Progress progress)
      throws IOException {
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    checkRoom(path, folder, array.size());
    FileChannel target =
        FileChannel.open(
            Files.createTempFile(folder, "netdissect-maps", ".npy"),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    try {
      inflate(path, channel, array, target, progress);
      return target;
    } catch (IOException | RuntimeException e) {
      target.close();
      throw e;
    }
  }

  private static void checkRoom(Path path, Path folder, long bytes) throws DissectionException {
    if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
      throw new DissectionException(
          "%s: compressed, and there is no folder %s to inflate it in: save it with numpy.save, or name another with NETDISSECT_OPTS=-Djava.io.tmpdir=DIR"
              .formatted(Text.oneLine(path.toString()), Text.oneLine(folder.toString())));
    }
    long usable = DiskSpace.usable(folder);
    if (DiskSpace.isChecked() && usable >= 0 && usable < bytes) {
      throw new DissectionException(
          "%s: compressed; there is no room in %s for the %s that it holds (%s are free): save it with numpy.save, or name another folder with NETDISSECT_OPTS=-Djava.io.tmpdir=DIR"
              .formatted(
                  Text.oneLine(path.toString()),
                  Text.oneLine(folder.toString()),
                  DiskSpace.text(bytes),
                  DiskSpace.text(usable)));
    }
  }

  private static void inflate(
      Path path, FileChannel channel, StoredArray array, FileChannel target, Progress progress)
      throws IOException {
    String name = String.valueOf(path.getFileName());
    Inflater inflater = new Inflater(true);
    try (Progress.Phase phase =
            progress.phase("inflating " + name, array.size() / MEGABYTE + 1, "MB");
        InputStream in =
            new InflaterInputStream(
                new Part(channel.position(array.start()), array.packed()), inflater, BLOCK)) {
      CRC32 crc = new CRC32();
      byte[] block = new byte[BLOCK];
      long left = array.size();
      while (left > 0) {
        int got = in.read(block, 0, (int) Math.min(left, BLOCK));
        if (got < 0) {
          throw StoredArray.broken(path);
        }
        crc.update(block, 0, got);
        SectionFile.write(target, ByteBuffer.wrap(block, 0, got));
        phase.advance(megabytes(array.size() - left + got) - megabytes(array.size() - left));
        left -= got;
      }
      if (in.read() >= 0 || crc.getValue() != array.crc()) {
        throw StoredArray.broken(path);
      }
      phase.advance(1);
      phase.done();
    } catch (ZipException | java.io.EOFException e) {
      throw StoredArray.broken(path);
    } finally {
      inflater.end();
    }
  }

  private static long megabytes(long bytes) {
    return bytes / MEGABYTE;
  }

  /** So many bytes of a file, from where it stands; it stays open. */
  private static final class Part extends FilterInputStream {
    private long left;

    Part(FileChannel channel, long length) {
      super(Channels.newInputStream(channel));
      left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int got = left == 0 ? -1 : super.read(target, offset, (int) Math.min(length, left));
      left -= Math.max(0, got);
      return got;
    }

    @Override
    public void close() {
      // The archive's channel is its opener's.
    }
  }
}
