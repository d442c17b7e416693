package org.netdissect.concepts.atlas;

import java.io.Closeable;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.netdissect.concepts.ImageRow;

/**
 * What an unfinished compilation has done: all that it knows of the images so far, in blocks, each
 * with a checksum of its own and one of the region maps that stand in the draft of the atlas;
 * docs/formats.md describes it. What follows the first block that is cut short or damaged is done
 * again.
 */
final class AtlasJournal implements Closeable {
  private static final byte[] MAGIC = "NDATJOUR".getBytes(StandardCharsets.US_ASCII);
  private static final int STAMP_AT = 12;
  private static final int ROWS_AT = STAMP_AT + 32;
  private static final int CRC_AT = ROWS_AT + 4;
  private static final int HEADER_BYTES = CRC_AT + 4;

  /** Length and checksum before each block. */
  private static final int BLOCK_HEAD = 8;

  /** Number of images, bytes and checksum of their maps. */
  private static final int BLOCK_START = 16;

  private final FileChannel channel;
  private ByteBuffer block = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
  private final CRC32C mapsCrc = new CRC32C();
  private int images;
  private long mapBytes;
  private boolean begun;

  private AtlasJournal(FileChannel channel) {
    this.channel = channel;
    clear();
  }

  static AtlasJournal create(Path file, byte[] stamp, int rows) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      writeFully(channel, header(stamp, rows));
      return new AtlasJournal(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** The journal in the file, or null when it is none of this data set as it is now. */
  static @Nullable AtlasJournal open(Path file, byte[] stamp, int rows) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES);
      if (readFully(channel, 0, bytes) && bytes.equals(header(stamp, rows))) {
        return new AtlasJournal(channel);
      }
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    channel.close();
    return null;
  }

  private static ByteBuffer header(byte[] stamp, int rows) {
    ByteBuffer b = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    b.put(MAGIC).putInt(AtlasFile.VERSION).put(stamp).putInt(rows);
    return b.putInt(crcOf(b.duplicate().flip())).flip();
  }

  /** Who takes the images that an earlier process compiled. */
  @FunctionalInterface
  interface Taker {
    void take(CompiledImage image) throws IOException;
  }

  /** How far the journal leads. */
  record Replayed(int images, long mapBytes, boolean damaged) {}

  /**
   * Hands on the images that are sound, in the order of the rows, and cuts off what is not. Their
   * region maps stay in the draft and are only checked.
   */
  Replayed replay(List<ImageRow> rows, FileChannel draft, Taker taker) throws IOException {
    int done = 0;
    long maps = 0;
    long at = HEADER_BYTES;
    boolean damaged = false;
    ByteBuffer head = ByteBuffer.allocate(BLOCK_HEAD).order(ByteOrder.LITTLE_ENDIAN);
    while (readFully(channel, at, head.clear())) {
      long length = Integer.toUnsignedLong(head.getInt(0));
      if (length > channel.size() - at - BLOCK_HEAD) {
        break;
      }
      List<CompiledImage> block = null;
      long bytes = 0;
      ByteBuffer body =
          length < BLOCK_START || length > Integer.MAX_VALUE - 8
              ? null
              : ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
      if (body != null
          && readFully(channel, at + BLOCK_HEAD, body)
          && crcOf(body.duplicate()) == head.getInt(4)) {
        bytes = body.getLong(4);
        if (areSound(draft, AtlasFile.HEADER_BYTES + maps, bytes, body.getInt(12))) {
          block = decode(body, rows, done);
        }
      }
      if (block == null) {
        damaged = true;
        break;
      }
      for (CompiledImage image : block) {
        taker.take(image);
      }
      done += block.size();
      maps += bytes;
      at += BLOCK_HEAD + length;
    }
    channel.truncate(at);
    channel.position(at);
    begun = done > 0;
    return new Replayed(done, maps, damaged);
  }

  private static boolean areSound(FileChannel draft, long at, long bytes, int crc)
      throws IOException {
    if (bytes < 0 || bytes > draft.size() - at) {
      return false;
    }
    CRC32C sum = new CRC32C();
    read(draft, at, bytes, sum);
    return (int) sum.getValue() == crc;
  }

  /** Passes bytes of a file through a checksum. */
  static void read(FileChannel file, long at, long bytes, CRC32C sum) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
    for (long done = 0; done < bytes; ) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), bytes - done));
      if (!readFully(file, at + done, buffer)) {
        throw new IOException("a file became shorter while it was read");
      }
      done += buffer.limit();
      sum.update(buffer);
    }
  }

  /** The images of a block, or null when they make no sense. */
  private static @Nullable List<CompiledImage> decode(
      ByteBuffer b, List<ImageRow> rows, int first) {
    int n = b.getInt();
    long maps = b.getLong();
    b.getInt();
    if (n < 1 || n > rows.size() - first) {
      return null;
    }
    List<CompiledImage> images = new ArrayList<>(n);
    long sum = 0;
    try {
      for (int i = 0; i < n; i++) {
        ImageRow row = rows.get(first + i);
        CompiledImage image = CompiledBytes.get(b, row, CompiledImage.NOTHING);
        if (image == null) {
          return null;
        }
        long size = (long) row.maskHeight() * row.maskWidth();
        sum += AtlasReader.mapBytes(size, image.pixels().length);
        images.add(image);
      }
    } catch (BufferUnderflowException e) {
      return null;
    }
    return b.hasRemaining() || sum != maps ? null : images;
  }

  /** Notes an image; it counts once {@link #append} has written it. */
  void add(CompiledImage image) {
    room(CompiledBytes.size(image));
    CompiledBytes.put(image, block);
    mapsCrc.update(image.regionMap());
    mapBytes += image.regionMap().length;
    images++;
  }

  private void room(int bytes) {
    if (block.remaining() < bytes) {
      int capacity = Math.max(2 * block.capacity(), block.position() + bytes);
      block =
          ByteBuffer.wrap(Arrays.copyOf(block.array(), capacity))
              .order(ByteOrder.LITTLE_ENDIAN)
              .position(block.position());
    }
  }

  /** Bytes noted and not yet written. */
  int pending() {
    return images == 0 ? 0 : block.position();
  }

  /** Writes what was noted; the region maps must stand in the draft already. */
  void append() throws IOException {
    if (images == 0) {
      return;
    }
    block.putInt(BLOCK_HEAD, images).putLong(BLOCK_HEAD + 4, mapBytes);
    block.putInt(BLOCK_HEAD + 12, (int) mapsCrc.getValue());
    block.flip();
    block.putInt(0, block.limit() - BLOCK_HEAD);
    block.putInt(4, crcOf(block.duplicate().position(BLOCK_HEAD)));
    writeFully(channel, block);
    begun = true;
    clear();
  }

  private void clear() {
    block.clear().position(BLOCK_HEAD + BLOCK_START);
    mapsCrc.reset();
    images = 0;
    mapBytes = 0;
  }

  /** Whether anything stands in it to go on from. */
  boolean isBegun() {
    return begun;
  }

  private static int crcOf(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Fills the buffer and flips it; false when the file ends before. */
  private static boolean readFully(FileChannel channel, long at, ByteBuffer bytes)
      throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, at + bytes.position()) < 0) {
        return false;
      }
    }
    bytes.flip();
    return true;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
