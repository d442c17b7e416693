package org.netdissect.bench;

import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.netdissect.results.values.BinCounter;
import org.netdissect.results.values.ValueHistograms;
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
 * The threshold's tail: what it takes to see a value. The histogram, a heap of the largest half
 * percent, and sorting everything (what a dense dump makes of it). An operation is one map.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TailBenchmark {
  private static final int MAPS = 4096;

  /** Maps counted at a time; the recorder takes up to 64. */
  private static final int BLOCK = 32;

  /** Cells along a side of the map. */
  @Param({"7", "13"})
  public int side;

  private float[] dense;
  private final int[] peaks = new int[BinCounter.stretches(13 * 13)];
  private final BinCounter counter = new BinCounter();
  private int cells;

  /** Makes the maps of one unit. */
  @Setup
  public void setUp() {
    GeneratedActivations source = GeneratedActivations.of(16, side, 1);
    cells = side * side;
    dense = new float[MAPS * cells];
    float[] all = new float[16 * cells];
    for (int i = 0; i < MAPS; i++) {
      source.fill(0, i, all, 0);
      System.arraycopy(all, 8 * cells, dense, i * cells, cells);
    }
  }

  /** What the recorder does. */
  @Benchmark
  @OperationsPerInvocation(MAPS)
  public int histogram() {
    ValueHistograms histograms = new ValueHistograms(1);
    for (int i = 0; i < MAPS; i++) {
      counter.count(dense, i * cells, cells, peaks, 0);
      if (i % BLOCK == BLOCK - 1) {
        histograms.add(0, counter);
      }
    }
    return histograms.boundBin(0, dense.length / 200 + 1);
  }

  /** The largest values in a heap. */
  @Benchmark
  @OperationsPerInvocation(MAPS)
  public float naiveHeap() {
    PriorityQueue<Float> largest = new PriorityQueue<>();
    int keep = dense.length / 200 + 1;
    for (float value : dense) {
      if (largest.size() < keep) {
        largest.add(value);
      } else if (value > largest.peek()) {
        largest.poll();
        largest.add(value);
      }
    }
    return largest.peek();
  }

  /** All values kept and sorted. */
  @Benchmark
  @OperationsPerInvocation(MAPS)
  public float naiveSort() {
    float[] all = dense.clone();
    Arrays.sort(all);
    return all[all.length - 1 - all.length / 200];
  }
}
