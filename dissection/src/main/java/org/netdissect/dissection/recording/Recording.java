package org.netdissect.dissection.recording;

import java.io.Closeable;
import java.io.IOException;
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
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.netdissect.base.Digests;
import org.netdissect.base.Progress;
import org.netdissect.base.files.DamagedException;
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

/**
 * The one pass over the images: every layer's activations recorded, block by block. A checkpoint
 * every few seconds says how much of the files is good, so that a killed run goes on from there.
 *
 * <p>Blocks are fixed runs of the image order; their size depends on the layers alone, so workers
 * and batches do not show in the files that stay.
 */
public final class Recording implements Recorded, Closeable {
  /** Dense activations of a block, about. */
  private static final long BLOCK_BYTES = 32L << 20;

  static final int MAX_BLOCK = 64;

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

  private final Checkpoint state;
  private final BitSet doneBlocks;
  private final BitSet read;
  private final SortedMap<Integer, String> unreadable;

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
      Checkpoint state) {
    this.images = images;
    this.part = part;
    this.layers = layers;
    this.recorders = recorders;
    this.checkpoint = checkpoint;
    blockImages = blockImages(layers);
    this.state = state;
    doneBlocks = state.doneBlocks();
    read = state.read();
    unreadable = state.unreadable();
  }

  /** Images of a block. */
  static int blockImages(List<LayerInfo> layers) {
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
   * @param peaks whether to keep the largest value of each map
   */
  public static Recording open(
      ImageSet images,
      int[] part,
      List<LayerInfo> layers,
      ThresholdRule rule,
      Path work,
      int topImages,
      boolean peaks)
      throws IOException {
    Path checkpoint = work.resolve(ResultFolder.CHECKPOINT);
    Checkpoint state = new Checkpoint(images, part, layers, topImages, peaks);
    if (Files.exists(checkpoint)) {
      state.read(checkpoint, blockImages(layers));
    }
    List<LayerRecorder> recorders = new ArrayList<>();
    Recording recording = new Recording(images, layers, recorders, checkpoint, part, state);
    try {
      for (int l = 0; l < layers.size(); l++) {
        LayerInfo layer = layers.get(l);
        // Layers of several networks may share a name.
        Path folder = Files.createDirectories(work.resolve("layer-" + l));
        Path file = folder.resolve("spill.bin");
        Spill spill = Spill.open(file, layer.units(), images.size(), state.spillLength(l));
        PeakRecorder ofPeaks =
            peaks
                ? PeakRecorder.open(
                    folder.resolve("peaks.bin"), layer.units(), images.size(), state.peaksLength(l))
                : null;
        recorders.add(
            new LayerRecorder(
                layer,
                tail(rule, images, layer),
                images::name,
                state.histograms().get(l),
                state.tops().get(l),
                spill,
                ofPeaks));
        int blocks = state.doneBlocks().cardinality();
        if (!spill.holds(state.read(), blocks)
            || (ofPeaks != null && !ofPeaks.holds(state.read(), blocks))) {
          throw new DamagedException(file, "it is not of the images in " + checkpoint, null);
        }
      }
      return recording;
    } catch (IOException | RuntimeException e) {
      recording.close();
      throw e;
    }
  }

  /** How many of a unit's largest values its threshold, or what is kept below it, can depend on. */
  public static long tail(ThresholdRule rule, ImageSet images, LayerInfo layer) {
    return rule.convention().tailSize(rule.reach(), (long) images.size() * layer.cells());
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
            state.putDigest(numbers[i], readDigests[i]);
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
      state.write(next, blockImages, recorders);
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
    return contentSha256(images, read, state::digest);
  }

  /** Whether every image of the part was read or could not be. */
  public boolean isWhole() {
    return state.isWhole();
  }

  /** What is recorded but for the maps. */
  Checkpoint state() {
    return state;
  }

  /**
   * SHA-256 over the names and contents of some images.
   *
   * @param digests of the images, by number
   */
  static String contentSha256(ImageSet images, BitSet read, IntFunction<byte[]> digests) {
    MessageDigest sha256 = Digests.sha256();
    for (int image = read.nextSetBit(0); image >= 0; image = read.nextSetBit(image + 1)) {
      sha256.update(images.name(image).getBytes(StandardCharsets.UTF_8));
      sha256.update((byte) 0);
      sha256.update(digests.apply(image));
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
