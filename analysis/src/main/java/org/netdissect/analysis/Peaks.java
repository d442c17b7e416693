package org.netdissect.analysis;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netdissect.results.ActivationMaps;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.PeakActivations;
import org.netdissect.results.UnitScore;

/**
 * The largest activation of a unit on each image: exactly where the run kept it, otherwise from its
 * trimmed maps, where all images on which it does not exceed its threshold tie at the threshold.
 * Safe for concurrent reading.
 */
public final class Peaks implements Closeable {
  private final int images;
  private final @Nullable PeakActivations exact;
  private final @Nullable ActivationMaps maps;

  private Peaks(int images, @Nullable PeakActivations exact, @Nullable ActivationMaps maps) {
    this.images = images;
    this.exact = exact;
    this.maps = maps;
  }

  /** Of a layer that has peaks or the maps of all images. */
  public static Peaks open(LabelledResult data, LayerDissection layer) throws IOException {
    int images = data.images().size();
    return layer.hasPeaks()
        ? new Peaks(images, layer.peaks(), null)
        : new Peaks(images, null, layer.maps());
  }

  /** By image; what it says of images that were not read means nothing. */
  public float[] read(UnitScore unit) throws IOException {
    if (exact != null) {
      return exact.read(unit.unit());
    }
    float[] peaks = new float[images];
    Arrays.fill(peaks, unit.threshold());
    if (maps != null) {
      maps.readTrimmed(
          unit.unit(),
          (image, map) -> {
            for (int c = 0; c < map.cells; c++) {
              peaks[image] = Math.max(peaks[image], map.value[c]);
            }
          });
    }
    return peaks;
  }

  @Override
  public void close() throws IOException {
    if (exact != null) {
      exact.close();
    }
    if (maps != null) {
      maps.close();
    }
  }
}
