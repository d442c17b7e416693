package org.netdissect.dissection.recording;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.netdissect.base.Digests;
import org.netdissect.base.files.Bytes;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.FileKind;
import org.netdissect.base.files.SectionFile;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.values.ValueHistograms;

/**
 * What a recording knows but for the maps, and the file that says so: which images are done, how
 * much of the files of maps is good, and of each unit the histogram and the top images. Whatever
 * there is one of for each image, there is for those of the part only, so that the file of a small
 * part is small.
 */
final class Checkpoint {
  private static final FileKind KIND = new FileKind("NDRECOR", 2);

  private static final int MAX_BLOCK = Recording.MAX_BLOCK;

  /** Numbers of the part's images, ascending. */
  private final int[] part;

  private final List<LayerInfo> layers;
  private final List<ValueHistograms> histograms = new ArrayList<>();
  private final List<TopImages> tops = new ArrayList<>();
  private final BitSet doneBlocks = new BitSet();
  private final BitSet read = new BitSet();
  private final SortedMap<Integer, String> unreadable = new TreeMap<>();

  /** By place in the part. */
  private final byte[] digests;

  private final long[] spillLength;

  /** By layer; empty if the largest values of maps are not kept. */
  private final long[] peaksLength;

  /**
   * Of nothing yet.
   *
   * @param part numbers of the images, ascending
   * @param topImages of each unit
   * @param peaks whether the largest value of each map is kept
   */
  Checkpoint(ImageSet images, int[] part, List<LayerInfo> layers, int topImages, boolean peaks) {
    this.part = part;
    this.layers = layers;
    for (LayerInfo layer : layers) {
      histograms.add(new ValueHistograms(layer.units()));
      tops.add(new TopImages(layer.units(), topImages, images.nameRank()));
    }
    digests = new byte[Math.multiplyExact(Digests.BYTES, part.length)];
    spillLength = new long[layers.size()];
    peaksLength = new long[peaks ? layers.size() : 0];
  }

  /** By layer. */
  List<ValueHistograms> histograms() {
    return histograms;
  }

  /** By layer. */
  List<TopImages> tops() {
    return tops;
  }

  /** By number of a block; guarded by whoever records. */
  BitSet doneBlocks() {
    return doneBlocks;
  }

  /** By number of an image; guarded by whoever records. */
  BitSet read() {
    return read;
  }

  /** By number of an image; guarded by whoever records. */
  SortedMap<Integer, String> unreadable() {
    return unreadable;
  }

  /** How much of the file of a layer's maps is good. */
  long spillLength(int layer) {
    return spillLength[layer];
  }

  /** How much of the file of the largest values of a layer's maps is good. */
  long peaksLength(int layer) {
    return peaksLength[layer];
  }

  private int place(int image) {
    return Arrays.binarySearch(part, image);
  }

  void putDigest(int image, byte[] digest) {
    System.arraycopy(digest, 0, digests, place(image) * Digests.BYTES, Digests.BYTES);
  }

  byte[] digest(int image) {
    int at = place(image) * Digests.BYTES;
    return Arrays.copyOfRange(digests, at, at + Digests.BYTES);
  }

  /**
   * Reads a file into one of nothing.
   *
   * @param blockImages images of a block
   * @throws DamagedException if it contradicts itself or is of other images
   */
  void read(Path path, int blockImages) throws IOException {
    int units = layers.stream().mapToInt(LayerInfo::units).sum();
    try (SectionFile file = SectionFile.open(path, KIND, 1 + units)) {
      int section = 0;
      try {
        readState(file.read(section++), blockImages);
        for (int l = 0; l < layers.size(); l++) {
          for (int u = 0; u < layers.get(l).units(); u++) {
            readUnit(file.read(section++), l, u);
          }
        }
      } catch (BufferUnderflowException | IllegalStateException | IndexOutOfBoundsException e) {
        throw file.malformed(section - 1, e);
      }
    }
    checkBlocks(path, blockImages);
  }

  private void readState(ByteBuffer in, int blockImages) {
    for (int l = 0; l < layers.size(); l++) {
      spillLength[l] = in.getLong();
    }
    for (int l = 0; l < peaksLength.length; l++) {
      peaksLength[l] = in.getLong();
    }
    if (Bytes.getVarint(in, MAX_BLOCK) != blockImages) {
      throw new IllegalStateException("blocks of another size");
    }
    doneBlocks.or(readBits(in));
    BitSet places = readBits(in);
    if (places.length() > part.length) {
      throw new IllegalStateException("an image that there is not");
    }
    places.stream().forEach(place -> read.set(part[place]));
    int failures = Bytes.getVarint(in, in.remaining());
    for (int i = 0; i < failures; i++) {
      int place = Bytes.getVarint(in, part.length - 1);
      byte[] reason = new byte[Bytes.getVarint(in, in.remaining())];
      in.get(reason);
      unreadable.put(part[place], new String(reason, StandardCharsets.UTF_8));
    }
    in.get(digests);
  }

  private void readUnit(ByteBuffer in, int layer, int unit) {
    LayerRecorder.decode(unit, in, histograms.get(layer), tops.get(layer));
    long values = (long) read.cardinality() * layers.get(layer).cells();
    if (histograms.get(layer).counted(unit) != values) {
      throw new IllegalStateException("values of other images");
    }
    if (!tops.get(layer).isOf(unit, read)) {
      throw new IllegalStateException("top images that were not read");
    }
  }

  /** Each image of a block that is done was read or could not be; of others nothing is known. */
  private void checkBlocks(Path path, int blockImages) throws DamagedException {
    BitSet known = new BitSet();
    unreadable.keySet().forEach(known::set);
    boolean isTwice = known.intersects(read);
    known.or(read);
    BitSet done = new BitSet();
    for (int i = 0; i < part.length; i++) {
      done.set(part[i], doneBlocks.get(i / blockImages));
    }
    long blocks = ((long) part.length + blockImages - 1) / blockImages;
    if (isTwice || !known.equals(done) || doneBlocks.length() > blocks) {
      throw new DamagedException(path, "its blocks and its images do not belong together", null);
    }
  }

  /** Whether every image of the part was read or could not be. */
  boolean isWhole() {
    return read.cardinality() + unreadable.size() == part.length;
  }

  private static BitSet readBits(ByteBuffer in) {
    byte[] bytes = new byte[Bytes.getVarint(in, in.remaining())];
    in.get(bytes);
    return BitSet.valueOf(bytes);
  }

  private static void putBits(BitSet bits, Bytes out) {
    byte[] bytes = bits.toByteArray();
    out.putVarint(bytes.length);
    out.put(bytes, 0, bytes.length);
  }

  /**
   * Writes the file.
   *
   * @param blockImages images of a block
   * @param recorders of the layers, whose files are as long as they are now
   */
  void write(Path path, int blockImages, List<LayerRecorder> recorders) throws IOException {
    try (SectionFile.Writer writer = new SectionFile.Writer(path, KIND)) {
      Bytes section = new Bytes(1 << 16);
      ByteBuffer lengths = ByteBuffer.allocate(16 * layers.size()).order(ByteOrder.LITTLE_ENDIAN);
      recorders.forEach(recorder -> lengths.putLong(recorder.spill().length()));
      for (LayerRecorder recorder : recorders) {
        if (recorder.peaks() != null) {
          lengths.putLong(recorder.peaks().length());
        }
      }
      section.put(lengths.array(), 0, lengths.position());
      section.putVarint(blockImages);
      putBits(doneBlocks, section);
      BitSet places = new BitSet();
      read.stream().forEach(image -> places.set(place(image)));
      putBits(places, section);
      section.putVarint(unreadable.size());
      unreadable.forEach(
          (image, reason) -> {
            byte[] bytes = reason.getBytes(StandardCharsets.UTF_8);
            section.putVarint(place(image));
            section.putVarint(bytes.length);
            section.put(bytes, 0, bytes.length);
          });
      section.put(digests, 0, digests.length);
      writer.add(section);
      for (LayerRecorder recorder : recorders) {
        for (int u = 0; u < recorder.layer().units(); u++) {
          section.clear();
          recorder.encode(u, section);
          writer.add(section);
        }
      }
      writer.finish();
    }
  }
}
