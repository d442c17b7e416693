package org.netdissect.dissection.recording;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.netdissect.base.files.Bytes;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.SectionFile;
import org.netdissect.results.DissectionException;

/**
 * The trimmed activation maps of one layer while they are recorded: a file of segments, one for
 * each block of images, appended in the order in which blocks are done. A segment holds its images,
 * then per unit the length and checksum of that unit's piece, then the pieces; so the maps of some
 * units can be read without the others.
 *
 * <p>Appending is serialised; reading is safe from several threads once nothing is appended.
 */
public final class Spill implements Closeable {
  private static final int MAGIC = 0x4e445331;
  private static final int HEAD = 16;

  private final Path path;
  private final int units;
  private final FileChannel channel;
  private final List<Segment> segments = new ArrayList<>();
  private final long[] unitBytes;
  private long length;

  /**
   * One block of images in the file.
   *
   * @param images numbers of the images, ascending
   * @param pieceAt file position of each unit's piece, and of the end
   * @param crc checksum of each piece
   */
  public record Segment(int[] images, long[] pieceAt, int[] crc) {}

  private Spill(Path path, int units, FileChannel channel) {
    this.path = path;
    this.units = units;
    this.channel = channel;
    this.unitBytes = new long[units];
  }

  /**
   * Opens or creates the file and keeps its first bytes only: what a checkpoint vouches for.
   *
   * @param imageCount of the dissection
   * @param keep length to keep; everything after it is cut off
   * @throws DissectionException if what is kept is damaged
   */
  static Spill open(Path path, int units, int imageCount, long keep) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      Spill spill = new Spill(path, units, channel);
      if (channel.size() < keep) {
        throw SectionFile.damaged(path, "shorter than recorded");
      }
      channel.truncate(keep);
      spill.readSegments(imageCount, keep);
      return spill;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Opens a file that nothing is appended to any more.
   *
   * @param imageCount of the dissection
   * @throws DissectionException if it is damaged
   */
  static Spill openWhole(Path path, int units, int imageCount) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      Spill spill = new Spill(path, units, channel);
      spill.readSegments(imageCount, channel.size());
      return spill;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void readSegments(int imageCount, long end) throws IOException {
    while (length < end) {
      readSegment(imageCount, end);
    }
  }

  private void readSegment(int imageCount, long end) throws IOException {
    if (end - length < HEAD) {
      throw SectionFile.damaged(path, "a segment is cut");
    }
    ByteBuffer head = SectionFile.read(channel, path, length, HEAD);
    int magic = head.getInt();
    int images = head.getInt();
    int found = head.getInt();
    int crc = head.getInt();
    long index = 4L * images + 8L * units;
    if (magic != MAGIC
        || found != units
        || images < 0
        || index > end - length - HEAD
        || index > Integer.MAX_VALUE - 16) {
      throw SectionFile.damaged(path, "a segment's head is wrong");
    }
    ByteBuffer table = SectionFile.read(channel, path, length + HEAD, (int) index);
    if (SectionFile.crcOf(table) != crc) {
      throw SectionFile.damaged(path, "checksum of a segment's table is wrong");
    }
    int last = -1;
    for (int i = 0; i < images; i++) {
      int image = table.getInt(4 * i);
      if (image <= last || image >= imageCount) {
        throw SectionFile.damaged(path, "a segment names an image that there is not");
      }
      last = image;
    }
    long at = length + HEAD + index;
    addSegment(table, images, at);
    if (length > end) {
      throw SectionFile.damaged(path, "a segment is cut");
    }
  }

  private void addSegment(ByteBuffer table, int images, long at) throws IOException {
    int[] numbers = new int[images];
    table.asIntBuffer().get(numbers);
    table.position(4 * images);
    long[] pieceAt = new long[units + 1];
    int[] crc = new int[units];
    pieceAt[0] = at;
    for (int u = 0; u < units; u++) {
      int bytes = table.getInt();
      if (bytes < 0) {
        throw SectionFile.damaged(path, "a piece has a negative length");
      }
      unitBytes[u] += bytes;
      pieceAt[u + 1] = pieceAt[u] + bytes;
      crc[u] = table.getInt();
    }
    segments.add(new Segment(numbers, pieceAt, crc));
    length = pieceAt[units];
  }

  /**
   * Appends a block.
   *
   * @param images numbers of its images, ascending
   * @param pieces all units' pieces, one behind the other
   * @param pieceEnd where each unit's piece ends in {@code pieces}
   */
  synchronized void append(int[] images, Bytes pieces, int[] pieceEnd) throws IOException {
    int index = 4 * images.length + 8 * units;
    ByteBuffer head = ByteBuffer.allocate(HEAD + index).order(ByteOrder.LITTLE_ENDIAN);
    head.position(HEAD);
    for (int image : images) {
      head.putInt(image);
    }
    int start = 0;
    for (int u = 0; u < units; u++) {
      head.putInt(pieceEnd[u] - start);
      head.putInt(SectionFile.crcOf(pieces.array(), start, pieceEnd[u] - start));
      start = pieceEnd[u];
    }
    int crc = SectionFile.crcOf(head.array(), HEAD, index);
    head.putInt(0, MAGIC).putInt(4, images.length).putInt(8, units).putInt(12, crc);
    channel.position(length);
    SectionFile.write(channel, head.flip());
    SectionFile.write(channel, pieces.buffer());
    head.position(HEAD);
    addSegment(head.slice().order(ByteOrder.LITTLE_ENDIAN), images.length, length + HEAD + index);
  }

  Path path() {
    return path;
  }

  /** Whether there are so many segments, and their images are these, each once. */
  boolean holds(BitSet images, int count) {
    BitSet found = new BitSet();
    long named = 0;
    for (Segment segment : segments) {
      named += segment.images().length;
      for (int image : segment.images()) {
        found.set(image);
      }
    }
    return segments.size() == count && named == found.cardinality() && found.equals(images);
  }

  /** The failure to report when maps make no sense although their checksums are right. */
  public DamagedException malformed(RuntimeException cause) {
    return new DamagedException(path, "recorded maps are malformed", cause);
  }

  /** Bytes in the file. */
  public synchronized long length() {
    return length;
  }

  public int segments() {
    return segments.size();
  }

  public Segment segment(int number) {
    return segments.get(number);
  }

  /** The numbers of the segments by ascending image: blocks are runs of images. */
  public int[] byImage() {
    return IntStream.range(0, segments.size())
        .filter(number -> segments.get(number).images().length > 0)
        .boxed()
        .sorted(Comparator.comparingInt(number -> segments.get(number).images()[0]))
        .mapToInt(number -> number)
        .toArray();
  }

  /** Bytes of a unit's pieces in all segments. */
  public long unitBytes(int unit) {
    return unitBytes[unit];
  }

  /** Reads the pieces of units from {@code first} to before {@code end} of a segment. */
  public ByteBuffer read(int number, int first, int end) throws IOException {
    Segment segment = segments.get(number);
    long at = segment.pieceAt()[first];
    ByteBuffer buffer =
        SectionFile.read(channel, path, at, Math.toIntExact(segment.pieceAt()[end] - at));
    for (int u = first; u < end; u++) {
      int from = (int) (segment.pieceAt()[u] - at);
      int bytes = (int) (segment.pieceAt()[u + 1] - segment.pieceAt()[u]);
      if (SectionFile.crcOf(buffer.slice(from, bytes)) != segment.crc()[u]) {
        throw SectionFile.damaged(
            path, "checksum of unit " + u + "'s maps in block " + number + " is wrong");
      }
    }
    return buffer;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
