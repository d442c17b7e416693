package org.netdissect.dissection.recording;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.Bytes;
import org.netdissect.dissection.tally.Parts;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.values.BinCounter;
import org.netdissect.results.values.TrimmedMap;
import org.netdissect.results.values.ValueHistograms;

/**
 * Records the activations of one layer, exactly and in one pass: per unit a histogram of all values
 * and the images of the largest ones; on disk the cells that can still matter.
 *
 * <p>The histogram gives at every moment a lower bound of the unit's final threshold. It only
 * rises, so a cell that is not above it (and has no neighbour above it) is dropped for good.
 *
 * <p>Blocks of images may be recorded from several threads in any order: the outcome, once the maps
 * are cut to the final threshold, does not depend on it.
 */
public final class LayerRecorder {
  private static final int LOCKS = 256;

  private final LayerInfo layer;
  private final IntFunction<String> imageName;
  private final long tail;
  private final ValueHistograms histograms;
  private final TopImages top;
  private final Spill spill;
  private final @Nullable PeakRecorder peaks;

  private final Object[] locks = new Object[LOCKS];
  private volatile float @Nullable [] given;

  /**
   * A recorder.
   *
   * @param tail how many of a unit's largest values its threshold, or what is kept below it, can
   *     depend on
   * @param peaks null if the largest value of each map need not be kept
   */
  public LayerRecorder(
      LayerInfo layer,
      long tail,
      IntFunction<String> imageName,
      ValueHistograms histograms,
      TopImages top,
      Spill spill,
      @Nullable PeakRecorder peaks) {
    this.layer = layer;
    this.tail = tail;
    this.imageName = imageName;
    this.histograms = histograms;
    this.top = top;
    this.spill = spill;
    this.peaks = peaks;
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new Object();
    }
  }

  public LayerInfo layer() {
    return layer;
  }

  /** What was recorded but for the maps. */
  public LayerTotals totals() {
    return new LayerTotals(layer, histograms, top, peaks);
  }

  public ValueHistograms histograms() {
    return histograms;
  }

  public TopImages top() {
    return top;
  }

  public Spill spill() {
    return spill;
  }

  /** The largest value of each map; null if they are not kept. */
  public @Nullable PeakRecorder peaks() {
    return peaks;
  }

  /** The folder for what is needed until the layer's result stands. */
  public Path folder() {
    return Objects.requireNonNull(spill.path().getParent(), "a spill lies in a folder");
  }

  /** What one thread needs to record; reused from block to block. */
  static final class Scratch {
    private final TrimmedMap map;
    private final Bytes pieces = new Bytes(1 << 16);
    private final int[] pieceEnd;
    private final float[] peak;
    private final BinCounter counter;
    private final PeakRecorder.Block peakBlock;

    /** Of each image's map, by stretch. */
    private final int[] peaks;

    private final int stretches;

    /**
     * For blocks of a layer.
     *
     * @param counter may serve several layers, one after the other
     */
    Scratch(LayerInfo layer, int blockImages, BinCounter counter) {
      this.counter = counter;
      map = new TrimmedMap(layer.height(), layer.width());
      pieceEnd = new int[layer.units()];
      peak = new float[blockImages];
      peakBlock = new PeakRecorder.Block(layer.units());
      stretches = BinCounter.stretches(layer.cells());
      peaks = new int[blockImages * stretches];
    }
  }

  /**
   * Records a block of images.
   *
   * @param images numbers of the images, ascending
   * @param dense their activations, images × units × height × width
   * @throws DissectionException if a value is no finite number
   */
  void record(int[] images, float[] dense, Scratch scratch) throws IOException {
    scratch.pieces.clear();
    scratch.peakBlock.clear();
    for (int unit = 0; unit < layer.units(); unit++) {
      trim(unit, images.length, count(unit, images, dense, scratch), dense, scratch);
      scratch.pieceEnd[unit] = scratch.pieces.size();
      if (peaks != null) {
        scratch.peakBlock.add(unit, scratch.peak, images.length);
      }
    }
    spill.append(images, scratch.pieces, scratch.pieceEnd);
    if (peaks != null) {
      peaks.append(images, scratch.peakBlock);
    }
  }

  // A unit's two steps are methods of their own, so that Java compiles each once and by itself.

  /** Counts a unit's values; gives the best bound then known. */
  private float count(int unit, int[] images, float[] dense, Scratch scratch)
      throws DissectionException {
    int cells = layer.cells();
    for (int s = 0; s < images.length; s++) {
      int offset = (s * layer.units() + unit) * cells;
      scratch.peak[s] =
          scratch.counter.count(dense, offset, cells, scratch.peaks, s * scratch.stretches);
    }
    synchronized (locks[unit % LOCKS]) {
      if (!histograms.add(unit, scratch.counter)) {
        throw notFinite(unit, images, dense);
      }
      for (int s = 0; s < images.length; s++) {
        top.offer(unit, images[s], scratch.peak[s]);
      }
      return bound(unit);
    }
  }

  /** Encodes what of a unit's maps is above the bound. */
  private void trim(int unit, int images, float bound, float[] dense, Scratch scratch) {
    int last = -1;
    for (int s = 0; s < images; s++) {
      if (scratch.peak[s] > bound
          && scratch.map.trim(
              dense,
              (s * layer.units() + unit) * layer.cells(),
              bound,
              scratch.peaks,
              s * scratch.stretches)) {
        scratch.pieces.putVarint(s - last - 1);
        scratch.map.encode(scratch.pieces);
        last = s;
      }
    }
  }

  private DissectionException notFinite(int unit, int[] images, float[] dense) {
    int image = 0;
    int cell = 0;
    while (Float.isFinite(dense[(image * layer.units() + unit) * layer.cells() + cell])) {
      if (++cell == layer.cells()) {
        cell = 0;
        image++;
      }
    }
    return new DissectionException(
        "layer "
            + layer.name()
            + ": unit "
            + unit
            + " gives "
            + dense[(image * layer.units() + unit) * layer.cells() + cell]
            + " on image "
            + imageName.apply(images[image])
            + "; check the network and its preprocessing");
  }

  /** The best known lower bound of a unit's final threshold. */
  private float bound(int unit) {
    float own = histograms.lowerBound(unit, tail);
    float[] others = given;
    return others == null ? own : Math.max(own, others[unit]);
  }

  /**
   * Gives lower bounds of the units' final thresholds that were found elsewhere; may be called at
   * any time.
   *
   * @param bounds by unit, from {@link Parts#bounds}
   */
  public void raiseBounds(float[] bounds) {
    given = bounds.clone();
  }

  /** How many of a unit's largest values its threshold can depend on. */
  public long tail() {
    return tail;
  }

  /** Writes a unit's histogram and top images. */
  void encode(int unit, Bytes out) {
    histograms.encode(unit, out);
    top.encode(unit, out);
  }

  /** Reads what {@link #encode} wrote into empty tables. */
  static void decode(int unit, ByteBuffer in, ValueHistograms histograms, TopImages top) {
    histograms.decode(unit, in);
    top.decode(unit, in);
  }
}
