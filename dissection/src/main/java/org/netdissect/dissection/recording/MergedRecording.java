package org.netdissect.dissection.recording;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.netdissect.base.Digests;
import org.netdissect.base.files.DamagedException;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.values.ValueHistograms;

/** The sum of recordings of parts of the images: what one recording of all would know. */
public final class MergedRecording implements Recorded {
  private final ImageSet images;
  private final List<LayerInfo> layers;
  private final int topImages;
  private final List<LayerTotals> totals = new ArrayList<>();
  private final BitSet read = new BitSet();
  private final SortedMap<Integer, String> unreadable = new TreeMap<>();
  private final byte[] digests;

  /**
   * A sum of nothing yet.
   *
   * @param topImages of each unit
   */
  public MergedRecording(ImageSet images, List<LayerInfo> layers, int topImages) {
    this.images = images;
    this.layers = List.copyOf(layers);
    this.topImages = topImages;
    digests = new byte[Digests.BYTES * images.size()];
    for (LayerInfo layer : layers) {
      totals.add(
          new LayerTotals(
              layer,
              new ValueHistograms(layer.units()),
              new TopImages(layer.units(), topImages, images.nameRank()),
              null));
    }
  }

  /** Adds a part; parts are disjoint. */
  public void add(Recording part) {
    add(part.state());
  }

  /**
   * Adds a part of which the maps are elsewhere.
   *
   * @param checkpoint file that its recording ended with
   * @param part numbers of its images, ascending
   * @param peaks whether it kept the largest value of each map
   * @throws DamagedException if the file is no such, or tells of a part of these images
   */
  public void add(Path checkpoint, int[] part, boolean peaks) throws IOException {
    Checkpoint state = new Checkpoint(images, part, layers, topImages, peaks);
    state.read(checkpoint, Recording.blockImages(layers));
    if (!state.isWhole()) {
      throw new DamagedException(checkpoint, "it does not tell of all images", null);
    }
    add(state);
  }

  private void add(Checkpoint part) {
    for (int l = 0; l < totals.size(); l++) {
      LayerTotals sum = totals.get(l);
      for (int u = 0; u < sum.layer().units(); u++) {
        sum.histograms().addAll(u, part.histograms().get(l), u);
        sum.top().addAll(u, part.tops().get(l), u);
      }
    }
    read.or(part.read());
    unreadable.putAll(part.unreadable());
    part.read().stream()
        .forEach(
            image ->
                System.arraycopy(
                    part.digest(image), 0, digests, image * Digests.BYTES, Digests.BYTES));
  }

  /** Sets the largest values of the maps of a layer, which are elsewhere. */
  public void setPeaks(int layer, Peaks peaks) {
    LayerTotals of = totals.get(layer);
    totals.set(layer, new LayerTotals(of.layer(), of.histograms(), of.top(), peaks));
  }

  /**
   * True lower bounds of the units' thresholds over all images, from the histograms of some; −∞
   * where they do not tell.
   *
   * @param tail from {@link Recording#tail}
   */
  public static float[] bounds(ValueHistograms histograms, int units, long tail) {
    float[] bounds = new float[units];
    for (int u = 0; u < units; u++) {
      bounds[u] = histograms.lowerBound(u, tail);
    }
    return bounds;
  }

  @Override
  public List<LayerTotals> totals() {
    return totals;
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
    return Recording.contentSha256(
        images,
        read,
        image -> Arrays.copyOfRange(digests, image * Digests.BYTES, (image + 1) * Digests.BYTES));
  }
}
