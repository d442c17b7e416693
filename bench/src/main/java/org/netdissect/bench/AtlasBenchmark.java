package org.netdissect.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.netdissect.base.Progress;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.datasets.broden.BrodenDataset;
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
 * An image's labels: from the atlas, against the data set's own mask files. An operation is one
 * image; give the data with {@code -p data=FOLDER}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AtlasBenchmark {
  private static final int IMAGES = 256;

  /** A folder in Broden's format. */
  @Param("../shared/data/minibroden-224")
  public String data;

  private ConceptDataset dataset;
  private Atlas atlas;
  private char[] regionMap;

  /** Opens, or compiles, the atlas. */
  @Setup
  public void setUp() throws IOException {
    dataset = BrodenDataset.open(Path.of(data));
    atlas = Atlas.open(dataset, AtlasOptions.defaults(), Progress.NONE);
    int size = 0;
    for (int i = 0; i < IMAGES; i++) {
      size = Math.max(size, atlas.image(i).maskHeight() * atlas.image(i).maskWidth());
    }
    regionMap = new char[size];
  }

  /** What the tally does. */
  @Benchmark
  @OperationsPerInvocation(IMAGES)
  public int atlas() {
    int sum = 0;
    for (int i = 0; i < IMAGES; i++) {
      atlas.readRegionMap(i, regionMap);
      sum += regionMap[0];
    }
    return sum;
  }

  /** Decodes the mask files. */
  @Benchmark
  @OperationsPerInvocation(IMAGES)
  public int naiveFiles() throws IOException {
    int sum = 0;
    for (int i = 0; i < IMAGES; i++) {
      AnnotatedImage image = dataset.annotate(dataset.images().get(i));
      sum += image.maps().size();
    }
    return sum;
  }
}
