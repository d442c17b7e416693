package org.netdissect.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.netdissect.base.Progress;
import org.netdissect.base.files.Trees;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.rules.AxisInterpolation;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.dissection.rules.MaskGeometry;
import org.netdissect.dissection.scoring.ConceptTotals;
import org.netdissect.dissection.scoring.Scorer;
import org.netdissect.pictures.Frame;
import org.netdissect.results.ActivationMaps;
import org.netdissect.results.Dissection;
import org.netdissect.results.HitTable;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerInfo;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * IoU of units with all 1,197 concepts over 500 images: from the counts by region, against laying
 * each unit's mask over each image's label maps pixel by pixel. An operation is one unit.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ScoreBenchmark {
  private static final int UNITS = 16;
  private static final int IMAGES = 500;

  private Path folder;
  private GeneratedBroden data;
  private Atlas atlas;
  private ConceptTotals totals;
  private ImageSet images;
  private HitTable hits;
  private Dissection dissection;
  private LayerInfo layer;
  private final List<AnnotatedImage> labels = new ArrayList<>();

  /** Dissects generated activations. */
  @Setup
  public void setUp() throws IOException {
    folder = Files.createTempDirectory("netdissect-bench");
    data = new GeneratedBroden(IMAGES, 24, folder);
    dissection =
        Dissector.builder()
            .setSource(all -> GeneratedActivations.of(UNITS, 13, 1))
            .setData(data)
            .setOut(folder.resolve("out"))
            .build()
            .run();
    atlas = Atlas.open(data, AtlasOptions.defaults(), Progress.NONE);
    images = ImageSet.choose(atlas, null, null, 0, -1L);
    java.util.BitSet read = new java.util.BitSet();
    read.set(0, images.size());
    totals = new ConceptTotals(images, atlas.vocabulary().categories(), Convention.EXACT, read);
    layer = dissection.info().layers().get(0).layer();
    hits =
        HitTable.open(
            dissection.folder().resolve(layer.folder()).resolve("hits.bin"), UNITS, images.size());
    for (int i = 0; i < images.size(); i++) {
      labels.add(data.annotate(data.images().get(images.atlasIndex(i))));
    }
  }

  /** Removes what was written. */
  @TearDown
  public void tearDown() throws IOException {
    hits.close();
    atlas.close();
    Trees.delete(folder);
  }

  /** What scoring does. */
  @Benchmark
  @OperationsPerInvocation(UNITS)
  public double fromRegions() throws IOException {
    Scorer scorer = new Scorer(totals, Convention.EXACT);
    double best = 0;
    for (int u = 0; u < UNITS; u++) {
      scorer.sum(hits, u);
      best += scorer.score(u, 0).byCategory().size();
    }
    return best;
  }

  /** Mask by mask and pixel by pixel. */
  @Benchmark
  @OperationsPerInvocation(UNITS)
  public double naivePixels() throws IOException {
    MaskGeometry.Cache geometries =
        new MaskGeometry.Cache(Convention.EXACT, layer.field(), layer.height(), layer.width());
    float[] dense = new float[layer.cells()];
    double[] best = new double[1];
    try (ActivationMaps maps =
        ActivationMaps.open(
            dissection.folder().resolve(layer.folder()).resolve("maps.bin"),
            layer,
            images.size())) {
      for (int u = 0; u < UNITS; u++) {
        float threshold = dissection.layers().get(0).units().get(u).threshold();
        long[] intersection = new long[totals.numbers()];
        maps.read(
            u,
            (image, cells, index, value) -> {
              AnnotatedImage about = labels.get(image);
              java.util.Arrays.fill(dense, Float.NEGATIVE_INFINITY);
              for (int c = 0; c < cells; c++) {
                dense[index[c]] = value[c];
              }
              MaskGeometry geometry =
                  geometries.of(Frame.whole(224, 224), about.maskHeight(), about.maskWidth());
              for (int y = 0; y < about.maskHeight(); y++) {
                for (int x = 0; x < about.maskWidth(); x++) {
                  if (interpolated(geometry, dense, y, x) > threshold) {
                    for (AnnotatedImage.LabelMap map : about.maps()) {
                      intersection[map.labels()[y * about.maskWidth() + x]]++;
                    }
                    for (AnnotatedImage.WholeLabel whole : about.wholeLabels()) {
                      intersection[whole.number()]++;
                    }
                  }
                }
              }
            });
        for (int number = 1; number < intersection.length; number++) {
          best[0] =
              Math.max(
                  best[0],
                  LabelScore.iou(intersection[number], intersection[number], totals.truth(number)));
        }
      }
    }
    return best[0];
  }

  private float interpolated(MaskGeometry geometry, float[] dense, int y, int x) {
    AxisInterpolation axisY = geometry.y();
    AxisInterpolation axisX = geometry.x();
    int above = axisY.lower[y] * layer.width();
    int below = axisY.upper[y] * layer.width();
    int left = axisX.lower[x];
    int right = axisX.upper[x];
    double start = mixed(dense[above + left], dense[below + left], axisY.fraction[y]);
    double end = mixed(dense[above + right], dense[below + right], axisY.fraction[y]);
    return (float) mixed(start, end, axisX.fraction[x]);
  }

  private static double mixed(double a, double b, double fraction) {
    return a + (b - a) * fraction;
  }
}
