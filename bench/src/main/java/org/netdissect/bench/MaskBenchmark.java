package org.netdissect.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.netdissect.base.files.Bytes;
import org.netdissect.dissection.rules.AxisInterpolation;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.MaskGeometry;
import org.netdissect.dissection.tally.RegionCounter;
import org.netdissect.pictures.Frame;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.values.BinCounter;
import org.netdissect.results.values.TrimmedMap;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A unit's mask of 112 × 112 pixels on an image, counted by region: only the spans with a corner
 * above the threshold, against every pixel. And what is kept of a map before: its cells above the
 * threshold and their neighbours. An operation is one map that fires.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MaskBenchmark {
  private static final int MASK = 112;
  private static final int REGIONS = 24;
  private static final int MAPS = 256;

  /** Cells along a side of the map. */
  @Param({"7", "13", "112"})
  public int side;

  private final char[] regionMap = new char[MASK * MASK];
  private final List<float[]> firing = new ArrayList<>();
  private final List<int[]> stretches = new ArrayList<>();
  private final List<TrimmedMap> trimmed = new ArrayList<>();
  private final Bytes bytes = new Bytes(1 << 16);
  private float threshold;
  private MaskGeometry geometry;
  private RegionCounter counter;
  private TrimmedMap map;

  /** Makes maps that fire, and regions of 16 × 32 pixels or so. */
  @Setup
  public void setUp() {
    GeneratedActivations source = GeneratedActivations.of(16, side, 1);
    LayerInfo layer = source.layers().get(0);
    int cells = side * side;
    float[] all = new float[16 * cells];
    float[] values = new float[MAPS * cells];
    for (int i = 0; i < MAPS; i++) {
      source.fill(0, i, all, 0);
      System.arraycopy(all, 8 * cells, values, i * cells, cells);
    }
    Arrays.sort(values);
    threshold = values[values.length - 1 - values.length / 200];
    geometry =
        new MaskGeometry.Cache(Convention.EXACT, layer.field(), side, side)
            .of(Frame.whole(224, 224), MASK, MASK);
    counter = new RegionCounter(side, side);
    map = new TrimmedMap(side, side);
    for (int i = 0; firing.size() < MAPS; i++) {
      source.fill(0, i, all, 0);
      float[] one = Arrays.copyOfRange(all, 8 * cells, 9 * cells);
      TrimmedMap kept = new TrimmedMap(side, side);
      int[] peaks = new int[BinCounter.stretches(cells)];
      new BinCounter().count(one, 0, cells, peaks, 0);
      if (kept.trim(one, 0, threshold, peaks, 0)) {
        firing.add(one);
        stretches.add(peaks);
        trimmed.add(kept);
      }
    }
    for (int p = 0; p < regionMap.length; p++) {
      regionMap[p] = (char) Mix.below(Mix.of(p / MASK / 16, p % MASK / 32, 3), REGIONS);
    }
  }

  /** What the tally does. */
  @Benchmark
  @OperationsPerInvocation(MAPS)
  public long cornerSkip() {
    long pixels = 0;
    for (TrimmedMap one : trimmed) {
      pixels += counter.count(one, threshold, geometry, regionMap, REGIONS);
    }
    return pixels;
  }

  /** Every pixel is interpolated, compared and counted. */
  @Benchmark
  @OperationsPerInvocation(MAPS)
  public long naiveMask() {
    long pixels = 0;
    for (float[] one : firing) {
      int[] hits = new int[REGIONS];
      for (int y = 0; y < MASK; y++) {
        for (int x = 0; x < MASK; x++) {
          if (interpolated(one, y, x) > threshold) {
            pixels++;
            hits[regionMap[y * MASK + x]]++;
          }
        }
      }
      pixels += hits[0];
    }
    return pixels;
  }

  private float interpolated(float[] one, int y, int x) {
    AxisInterpolation axisY = geometry.y();
    AxisInterpolation axisX = geometry.x();
    int above = axisY.lower[y] * side;
    int below = axisY.upper[y] * side;
    int left = axisX.lower[x];
    int right = axisX.upper[x];
    double start =
        one[above + left] + ((double) one[below + left] - one[above + left]) * axisY.fraction[y];
    double end =
        one[above + right] + ((double) one[below + right] - one[above + right]) * axisY.fraction[y];
    return (float) (start + (end - start) * axisX.fraction[x]);
  }

  /** A firing map cut down and encoded, as it goes to disk. */
  @Benchmark
  @OperationsPerInvocation(MAPS)
  public int trim() {
    bytes.clear();
    for (int i = 0; i < MAPS; i++) {
      map.trim(firing.get(i), 0, threshold, stretches.get(i), 0);
      map.encode(bytes);
    }
    return bytes.size();
  }

  /** A firing map as a dense dump writes it. */
  @Benchmark
  @OperationsPerInvocation(MAPS)
  public int naiveDump() {
    bytes.clear();
    for (float[] one : firing) {
      for (float value : one) {
        bytes.putFloat(value);
      }
    }
    return bytes.size();
  }
}
