package org.netdissect.dissection.recording;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.netdissect.base.Digests;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.values.ValueHistograms;

/** The sum of recordings of parts of the images: what one recording of all would know. */
public final class MergedRecording implements Recorded {
  private final ImageSet images;
  private final List<LayerTotals> totals = new ArrayList<>();
  private final List<long[]> unitBytes = new ArrayList<>();
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
    digests = new byte[Digests.BYTES * images.size()];
    for (LayerInfo layer : layers) {
      totals.add(
          new LayerTotals(
              layer,
              new ValueHistograms(layer.units()),
              new TopImages(layer.units(), topImages, images.nameRank()),
              null));
      unitBytes.add(new long[layer.units()]);
    }
  }

  /** Adds a part; parts are disjoint. */
  public void add(Recording part) {
    for (int l = 0; l < totals.size(); l++) {
      LayerRecorder own = part.recorders().get(l);
      LayerTotals sum = totals.get(l);
      for (int u = 0; u < sum.layer().units(); u++) {
        sum.histograms().addAll(u, own.histograms(), u);
        sum.top().addAll(u, own.top(), u);
        unitBytes.get(l)[u] += own.spill().unitBytes(u);
      }
    }
    read.or(part.read());
    unreadable.putAll(part.unreadable());
    part.copyDigests(digests);
  }

  /** Recorded bytes of maps by unit of a layer. */
  public long[] unitBytes(int layer) {
    return unitBytes.get(layer).clone();
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
    return Recording.contentSha256(images, read, digests);
  }
}
