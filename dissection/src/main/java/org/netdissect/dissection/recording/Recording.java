package org.netdissect.dissection.recording;

import java.io.Closeable;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.IntStream;
import org.netdissect.base.Digests;
import org.netdissect.base.Progress;
import org.netdissect.base.files.Bytes;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.FileKind;
import org.netdissect.base.files.SectionFile;
import org.netdissect.base.files.WholeFile;
import org.netdissect.base.threads.Workers;
import org.netdissect.dissection.activations.ActivationSource;
import org.netdissect.dissection.rules.ImageOrder;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.dissection.rules.ThresholdRule;
import org.netdissect.dissection.tally.Parts;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.ResultFolder;
import org.netdissect.results.values.BinCounter;
import org.netdissect.results.values.ValueHistograms;

/**
 * The one pass over the images: every layer's activations recorded, block by block. A checkpoint
 * every few seconds says how much of the files is good, so that a killed run goes on from there.
 *
 * <p>Blocks are fixed runs of the image order; their size depends on the layers alone, so workers
 * and batches do not show in the files that stay.
 */
public final class Recording implements Recorded, Closeable {
  /** Name of the file that says how much of the others is good. */
  private static final FileKind KIND = new FileKind("NDRECOR", 2);

  /** Dense activations of a block, about. */
  private static final long BLOCK_BYTES = 32L << 20;

  private static final int MAX_BLOCK = 64;

  /** Work that a kill may cost; the property lets tests be killed between many checkpoints. */
  private final long checkpointNanos =
      TimeUnit.MILLISECONDS.toNanos(Long.getLong("netdissect.checkpointMillis", 3000));

  private final ImageSet images;
  private final List<LayerInfo> layers;
  private final List<LayerRecorder> recorders;
  private final Path checkpoint;
  private final int blockImages;

  /** Numbers of the images of this part, ascending; blocks are runs of them. */
  private final int[] part;

  private final BitSet doneBlocks;
  private final BitSet read;
  private final SortedMap<Integer, String> unreadable;
  private final byte[] digests;

  /** Shared by blocks being recorded, exclusive to a checkpoint: which then sees whole blocks. */
  private final ReadWriteLock blocks = new ReentrantReadWriteLock(true);

  private final AtomicLong nextCheckpoint = new AtomicLong(System.nanoTime() + checkpointNanos);

  /** Whether a block failed halfway, so that the tables hold a part of it. */
  private boolean broken;

  private Recording(
      ImageSet images,
      List<LayerInfo> layers,
      List<LayerRecorder> recorders,
      Path checkpoint,
      int[] part,
      State state) {
    this.images = images;
    this.part = part;
    this.layers = layers;
    this.recorders = recorders;
    this.checkpoint = checkpoint;
    blockImages = blockImages(layers);
    doneBlocks = state.doneBlocks;
    read = state.read;
    unreadable = state.unreadable;
    digests = state.digests;
  }

  /** What a checkpoint knows besides the layers' tables. */
  private static final class State {
    BitSet doneBlocks = new BitSet();
    BitSet read = new BitSet();
    final SortedMap<Integer, String> unreadable = new TreeMap<>();
    final byte[] digests;
    final long[] spillLength;

    /** By layer; empty if the largest values of maps are not kept. */
    final long[] peaksLength;

    State(int images, int layers, boolean peaks) {
      digests = new byte[Digests.BYTES * images];
      spillLength = new long[layers];
      peaksLength = new long[peaks ? layers : 0];
    }
  }

  private static int blockImages(List<LayerInfo> layers) {
    long perImage = layers.stream().mapToLong(layer -> 4L * layer.units() * layer.cells()).sum();
    return (int) Math.max(1, Math.min(MAX_BLOCK, BLOCK_BYTES / perImage));
  }

  /**
   * Starts the recording of all images, or goes on with the one that the folder holds.
   *
   * @param peaks whether to keep the largest value of each map
   */
  public static Recording open(
      ImageSet images,
      List<LayerInfo> layers,
      ThresholdRule rule,
      Path work,
      int topImages,
      boolean peaks)
      throws IOException {
    return open(
        images, IntStream.range(0, images.size()).toArray(), layers, rule, work, topImages, peaks);
  }

  /**
   * Starts the recording of a part of the images, or goes on with the one that the folder holds.
   * Parts may be recorded by several processes or machines; see {@link Parts}.
   *
   * @param part numbers of the images, ascending
   * @param work folder for the files; exists
   */
  public static Recording open(
      ImageSet images,
      int[] part,
      List<LayerInfo> layers,
      ThresholdRule rule,
      Path work,
      int topImages)
      throws IOException {
    return open(images, part, layers, rule, work, topImages, false);
  }

  private static Recording open(
      ImageSet images,
      int[] part,
      List<LayerInfo> layers,
      ThresholdRule rule,
      Path work,
      int topImages,
      boolean peaks)
      throws IOException {
    Path checkpoint = work.resolve(ResultFolder.CHECKPOINT);
    State state = new State(images.size(), layers.size(), peaks);
    List<ValueHistograms> histograms = new ArrayList<>();
    List<TopImages> tops = new ArrayList<>();
    for (LayerInfo layer : layers) {
      histograms.add(new ValueHistograms(layer.units()));
      tops.add(new TopImages(layer.units(), topImages, images.nameRank()));
    }
    if (Files.exists(checkpoint)) {
      readCheckpoint(checkpoint, layers, state, histograms, tops);
      checkBlocks(checkpoint, part, blockImages(layers), state);
    }
    List<LayerRecorder> recorders = new ArrayList<>();
    Recording recording = new Recording(images, layers, recorders, checkpoint, part, state);
    try {
      for (int l = 0; l < layers.size(); l++) {
        LayerInfo layer = layers.get(l);
        // Layers of several networks may share a name.
        Path folder = Files.createDirectories(work.resolve("layer-" + l));
        Path file = folder.resolve("spill.bin");
        Spill spill = Spill.open(file, layer.units(), images.size(), state.spillLength[l]);
        PeakRecorder ofPeaks =
            peaks
                ? PeakRecorder.open(
                    folder.resolve("peaks.bin"), layer.units(), images.size(), state.peaksLength[l])
                : null;
        recorders.add(
            new LayerRecorder(
                layer,
                rule.convention().tailSize(rule.reach(), (long) images.size() * layer.cells()),
                images::name,
                histograms.get(l),
                tops.get(l),
                spill,
                ofPeaks));
        int blocks = state.doneBlocks.cardinality();
        if (!spill.holds(state.read, blocks)
            || (ofPeaks != null && !ofPeaks.holds(state.read, blocks))) {
          throw new DamagedException(file, "it is not of the images in " + checkpoint, null);
        }
      }
      return recording;
    } catch (IOException | RuntimeException e) {
      recording.close();
      throw e;
    }
  }

  private static void readCheckpoint(
      Path path,
      List<LayerInfo> layers,
      State state,
      List<ValueHistograms> histograms,
      List<TopImages> tops)
      throws IOException {
    int units = layers.stream().mapToInt(LayerInfo::units).sum();
    try (SectionFile file = SectionFile.open(path, KIND, 1 + units)) {
      int section = 0;
      try {
        ByteBuffer in = file.read(section++);
        for (int l = 0; l < layers.size(); l++) {
          state.spillLength[l] = in.getLong();
        }
        for (int l = 0; l < state.peaksLength.length; l++) {
          state.peaksLength[l] = in.getLong();
        }
        if (Bytes.getVarint(in, MAX_BLOCK) != blockImages(layers)) {
          throw new IllegalStateException("blocks of another size");
        }
        state.doneBlocks = readBits(in);
        state.read = readBits(in);
        if (state.read.length() > state.digests.length / Digests.BYTES) {
          throw new IllegalStateException("an image that there is not");
        }
        int failures = Bytes.getVarint(in, in.remaining());
        for (int i = 0; i < failures; i++) {
          int image = Bytes.getVarint(in, state.digests.length / Digests.BYTES - 1);
          byte[] reason = new byte[Bytes.getVarint(in, in.remaining())];
          in.get(reason);
          state.unreadable.put(image, new String(reason, StandardCharsets.UTF_8));
        }
        in.get(state.digests);
        for (int l = 0; l < layers.size(); l++) {
          for (int u = 0; u < layers.get(l).units(); u++) {
            LayerRecorder.decode(u, file.read(section++), histograms.get(l), tops.get(l));
            long values = (long) state.read.cardinality() * layers.get(l).cells();
            if (histograms.get(l).counted(u) != values) {
              throw new IllegalStateException("values of other images");
            }
            if (!tops.get(l).isOf(u, state.read)) {
              throw new IllegalStateException("top images that were not read");
            }
          }
        }
      } catch (BufferUnderflowException | IllegalStateException | IndexOutOfBoundsException e) {
        throw file.malformed(section - 1, e);
      }
    }
  }

  /** Each image of a block that is done was read or could not be; of others nothing is known. */
  private static void checkBlocks(Path path, int[] part, int blockImages, State state)
      throws DamagedException {
    BitSet known = new BitSet();
    state.unreadable.keySet().forEach(known::set);
    boolean isTwice = known.intersects(state.read);
    known.or(state.read);
    BitSet done = new BitSet();
    for (int i = 0; i < part.length; i++) {
      done.set(part[i], state.doneBlocks.get(i / blockImages));
    }
    long blocks = ((long) part.length + blockImages - 1) / blockImages;
    if (isTwice || !known.equals(done) || state.doneBlocks.length() > blocks) {
      throw new DamagedException(path, "its blocks and its images do not belong together", null);
    }
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

  private int blockCount() {
    return (part.length + blockImages - 1) / blockImages;
  }

  /**
   * Records what is not yet recorded.
   *
   * @param strict whether an unreadable image stops the run
   */
  public void run(ActivationSource source, int workers, boolean strict, Progress progress)
      throws IOException {
    int[] todo = IntStream.range(0, blockCount()).filter(block -> !doneBlocks.get(block)).toArray();
    try (Progress.Phase phase = progress.phase("recording", part.length, "images")) {
      phase.advance((long) (blockCount() - todo.length) * blockImages);
      Workers.run(
          workers,
          todo.length,
          "record",
          () -> {
            BlockWorker worker = new BlockWorker(source, strict, progress, phase);
            return new Workers.Worker() {
              @Override
              public void task(int number) throws IOException {
                worker.block(todo[number]);
              }

              @Override
              public void close() throws IOException {
                worker.reader.close();
              }
            };
          });
      if (todo.length > 0) {
        writeCheckpoint();
      }
      phase.done();
    }
  }

  private final class BlockWorker {
    private final ActivationSource.Reader reader;
    private final boolean strict;
    private final Progress progress;
    private final Progress.Phase phase;
    private final int batch;
    private final float[][] dense;
    private final List<LayerRecorder.Scratch> scratch = new ArrayList<>();
    private final int[] readNow = new int[blockImages];
    private final byte[][] readDigests = new byte[blockImages][];
    private final SortedMap<Integer, String> failedNow = new TreeMap<>();
    private int readCount;

    BlockWorker(ActivationSource source, boolean strict, Progress progress, Progress.Phase phase)
        throws IOException {
      this.strict = strict;
      this.progress = progress;
      this.phase = phase;
      batch = Math.min(source.batch(), blockImages);
      dense = new float[layers.size()][];
      BinCounter counter = new BinCounter();
      for (int l = 0; l < layers.size(); l++) {
        dense[l] = new float[blockImages * layers.get(l).units() * layers.get(l).cells()];
        scratch.add(new LayerRecorder.Scratch(layers.get(l), blockImages, counter));
      }
      reader = source.newReader();
    }

    void block(int block) throws IOException {
      int from = block * blockImages;
      int to = Math.min(part.length, from + blockImages);
      readCount = 0;
      failedNow.clear();
      int[] wanted = new int[to - from];
      int count = 0;
      for (int i = from; i < to; i++) {
        int image = part[i];
        String problem = images.atlasImage(image).problem();
        if (problem == null) {
          wanted[count++] = image;
        } else {
          fail(image, problem);
        }
      }
      for (int start = 0; start < count; start += batch) {
        int end = Math.min(count, start + batch);
        int before = readCount;
        reader.read(Arrays.copyOfRange(wanted, start, end), dense, before, outcome);
        phase.advance(end - start);
      }
      int[] numbers = Arrays.copyOf(readNow, readCount);
      blocks.readLock().lock();
      try {
        for (int l = 0; l < layers.size(); l++) {
          recorders.get(l).record(numbers, dense[l], scratch.get(l));
        }
        synchronized (doneBlocks) {
          doneBlocks.set(block);
          unreadable.putAll(failedNow);
          for (int i = 0; i < readCount; i++) {
            read.set(numbers[i]);
            System.arraycopy(readDigests[i], 0, digests, numbers[i] * Digests.BYTES, Digests.BYTES);
          }
        }
      } catch (Throwable failure) {
        synchronized (doneBlocks) {
          broken = true;
        }
        throw failure;
      } finally {
        blocks.readLock().unlock();
      }
      long due = nextCheckpoint.get();
      if (System.nanoTime() - due > 0
          && nextCheckpoint.compareAndSet(due, Long.MAX_VALUE / 2 + System.nanoTime())) {
        writeCheckpoint();
        nextCheckpoint.set(System.nanoTime() + checkpointNanos);
      }
    }

    private final ActivationSource.Outcome outcome =
        new ActivationSource.Outcome() {
          @Override
          public void read(int image, byte[] digest) {
            readDigests[readCount] = digest;
            readNow[readCount++] = image;
          }

          @Override
          public void unreadable(int image, String reason) throws IOException {
            fail(image, reason);
          }
        };

    private void fail(int image, String reason) throws IOException {
      String problem = ImageOrder.problem(images.name(image), reason);
      if (strict) {
        throw new DissectionException("image " + problem + " (--strict stops here)");
      }
      progress.warn("left out " + problem);
      failedNow.put(image, reason);
    }
  }

  private void writeCheckpoint() throws IOException {
    Path next = checkpoint.resolveSibling("record.next");
    blocks.writeLock().lock();
    try {
      synchronized (doneBlocks) {
        if (broken) {
          // A block recorded by half would be counted twice when the run is gone on with.
          return;
        }
      }
      try (SectionFile.Writer writer = new SectionFile.Writer(next, KIND)) {
        Bytes section = new Bytes(1 << 16);
        ByteBuffer lengths =
            ByteBuffer.allocate(16 * layers.size()).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        recorders.forEach(recorder -> lengths.putLong(recorder.spill().length()));
        for (LayerRecorder recorder : recorders) {
          if (recorder.peaks() != null) {
            lengths.putLong(recorder.peaks().length());
          }
        }
        section.put(lengths.array(), 0, lengths.position());
        section.putVarint(blockImages);
        putBits(doneBlocks, section);
        putBits(read, section);
        section.putVarint(unreadable.size());
        unreadable.forEach(
            (image, reason) -> {
              byte[] bytes = reason.getBytes(StandardCharsets.UTF_8);
              section.putVarint(image);
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
    } finally {
      blocks.writeLock().unlock();
    }
    // Outside the lock: file systems write a file out before it may replace another.
    WholeFile.place(next, checkpoint);
  }

  public List<LayerRecorder> recorders() {
    return recorders;
  }

  @Override
  public List<LayerTotals> totals() {
    return recorders.stream().map(LayerRecorder::totals).toList();
  }

  @Override
  public BitSet read() {
    return read;
  }

  @Override
  public SortedMap<Integer, String> unreadable() {
    return unreadable;
  }

  @Override
  public String contentSha256() {
    return contentSha256(images, read, digests);
  }

  /** Copies the digests of the images read to their places. */
  void copyDigests(byte[] all) {
    read.stream()
        .forEach(
            image ->
                System.arraycopy(
                    digests, image * Digests.BYTES, all, image * Digests.BYTES, Digests.BYTES));
  }

  /**
   * SHA-256 over the names and contents of some images.
   *
   * @param digests of all images, by number
   */
  static String contentSha256(ImageSet images, BitSet read, byte[] digests) {
    MessageDigest sha256 = Digests.sha256();
    for (int image = read.nextSetBit(0); image >= 0; image = read.nextSetBit(image + 1)) {
      sha256.update(images.name(image).getBytes(StandardCharsets.UTF_8));
      sha256.update((byte) 0);
      sha256.update(digests, image * Digests.BYTES, Digests.BYTES);
    }
    return Digests.hex(sha256.digest());
  }

  @Override
  public void close() throws IOException {
    for (LayerRecorder recorder : recorders) {
      recorder.spill().close();
      if (recorder.peaks() != null) {
        recorder.peaks().close();
      }
    }
  }
}
