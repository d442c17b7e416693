package org.netdissect.datasets.broden.build;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.files.Bytes;
import org.netdissect.base.files.SectionFile;

/**
 * The drafts of all images in one file, in the order in which they were done. A kill at any moment
 * leaves drafts that are whole, and at most one that is not, which is cut off when the file is
 * opened again.
 *
 * <p>The file begins with a digest of what is built; a draft is its length, its checksum, the
 * number of the image and {@link ImageDraft#write}.
 */
final class DraftFile implements Closeable {
  private static final int FRAME = 8;
  private static final int LONGEST = 1 << 30;

  private final Path file;
  private final FileChannel channel;

  /** Where each image's draft begins; 0 for those that have none. */
  private final long[] places;

  private long end;

  private DraftFile(Path file, FileChannel channel, int images) {
    this.file = file;
    this.channel = channel;
    this.places = new long[images];
  }

  /** Whether a draft that was found is still of use. */
  interface Check {
    boolean isGood(int image, ImageDraft draft) throws IOException;
  }

  /**
   * Opens the file, or begins it.
   *
   * @param key digest of all that the drafts depend on
   * @throws DataException if it was begun for something else
   */
  static DraftFile open(Path file, byte[] key, int images, Check check) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    DraftFile drafts = new DraftFile(file, channel, images);
    try {
      if (channel.size() < key.length) {
        channel.truncate(0);
        SectionFile.write(channel, ByteBuffer.wrap(key));
        drafts.end = key.length;
      } else if (!Arrays.equals(SectionFile.read(channel, file, 0, key.length).array(), key)) {
        throw new DataException(
            Text.oneLine(String.valueOf(file.getParent()))
                + " is unfinished, and was begun from other sources or with other options; repeat"
                + " the command that began it, delete the folder or name another");
      } else {
        drafts.find(key.length, check);
      }
      return drafts;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void find(long from, Check check) throws IOException {
    long size = channel.size();
    end = from;
    while (end + FRAME <= size) {
      ByteBuffer frame = SectionFile.read(channel, file, end, FRAME);
      int length = frame.getInt();
      int crc = frame.getInt();
      if (length < 1 || length > LONGEST || end + FRAME + length > size) {
        break;
      }
      ByteBuffer draft = SectionFile.read(channel, file, end + FRAME, length);
      if (SectionFile.crcOf(draft) != crc) {
        break;
      }
      int image = Bytes.getVarint(draft, places.length - 1);
      if (check.isGood(image, ImageDraft.read(draft))) {
        places[image] = end;
      }
      end += FRAME + length;
    }
    channel.truncate(end);
  }

  /** Whether there is a draft of the image. */
  synchronized boolean has(int image) {
    return places[image] > 0;
  }

  /** How many images have a draft. */
  synchronized int count() {
    return (int) Arrays.stream(places).filter(place -> place > 0).count();
  }

  /** Adds the draft of an image. */
  void add(int image, ImageDraft draft) throws IOException {
    Bytes bytes = new Bytes(1 << 12);
    bytes.put(new byte[FRAME], 0, FRAME);
    bytes.putVarint(image);
    draft.write(bytes);
    int length = bytes.size() - FRAME;
    ByteBuffer buffer = bytes.buffer().order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(0, length);
    buffer.putInt(4, SectionFile.crcOf(bytes.array(), FRAME, length));
    synchronized (this) {
      channel.position(end);
      SectionFile.write(channel, buffer);
      places[image] = end;
      end += FRAME + length;
    }
  }

  /** The draft of an image that has one. */
  ImageDraft read(int image) throws IOException {
    long place;
    synchronized (this) {
      place = places[image];
    }
    int length = SectionFile.read(channel, file, place, FRAME).getInt();
    ByteBuffer draft = SectionFile.read(channel, file, place + FRAME, length);
    Bytes.getVarint(draft);
    return ImageDraft.read(draft);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
