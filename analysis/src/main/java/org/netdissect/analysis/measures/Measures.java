package org.netdissect.analysis.measures;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.ConceptTruths;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.Peaks;
import org.netdissect.analysis.UnitTallies;
import org.netdissect.base.Progress;
import org.netdissect.base.ToolVersion;
import org.netdissect.base.threads.Workers;
import org.netdissect.concepts.atlas.AtlasImage;
import org.netdissect.dissection.scoring.ConceptTotals;
import org.netdissect.results.ConceptCounts;
import org.netdissect.results.HitTable;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.Measure;
import org.netdissect.results.MeasureInfo;
import org.netdissect.results.MeasureScore;
import org.netdissect.results.MeasureTable;
import org.netdissect.results.TopImage;
import org.netdissect.results.UnitMeaning;
import org.netdissect.results.UnitScore;

/**
 * Second opinions on the labels of a result, and whether its units mean one thing; writes {@code
 * measures.csv}, {@code meanings.csv} and {@code measures.json} beside each layer's other tables.
 */
public final class Measures {
  /** Images that must have a concept, and as many that must not, for measures of whole images. */
  public static final int LEAST_IMAGES = 5;

  /** Patches of a unit that its meaning is read from, at most. */
  public static final int PATCHES = 50;

  /** Concepts of a unit with the highest IoU that are listed whatever other measures say. */
  private static final int LISTED = 5;

  private final LabelledResult data;
  private final int workers;
  private final Progress progress;
  private final ConceptTotals totals;
  private final ConceptTruths truths;

  /** By category: mask pixels of the images annotated for it. */
  private final long[] pixels;

  private Measures(LabelledResult data, int workers, Progress progress) {
    this.data = data;
    this.workers = workers;
    this.progress = progress;
    totals = data.totals();
    truths = new ConceptTruths(data);
    pixels = new long[totals.categories().size()];
    for (int i = data.read().nextSetBit(0); i >= 0; i = data.read().nextSetBit(i + 1)) {
      AtlasImage about = data.images().atlasImage(i);
      for (int c = 0; c < pixels.length; c++) {
        pixels[c] +=
            (totals.imageCategories(i) >> c & 1) * about.maskHeight() * (long) about.maskWidth();
      }
    }
  }

  /**
   * Measures all layers.
   *
   * @param workers threads; the tables do not depend on them
   * @return the tables written, in the order of the layers
   */
  public static List<MeasureTable> write(LabelledResult data, int workers, Progress progress)
      throws IOException {
    Measures measures = new Measures(data, workers, progress);
    List<MeasureTable> tables = new ArrayList<>();
    for (LayerDissection layer : data.dissection().layers()) {
      tables.add(measures.layer(layer));
    }
    return tables;
  }

  private MeasureTable layer(LayerDissection layer) throws IOException {
    int units = layer.units().size();
    MeasureScore[][] scores = new MeasureScore[units][];
    UnitMeaning[] alone = new UnitMeaning[units];
    double[][] means = new double[units][];
    boolean anyPeaks = layer.hasPeaks() || layer.hasMaps();
    List<List<TopImage>> top = layer.topImages();
    try (HitTable hits = layer.hits();
        ConceptCounts counts = layer.conceptCounts();
        Peaks peaks = anyPeaks ? Peaks.open(data, layer) : null;
        Progress.Phase phase =
            progress.phase("measures of " + layer.layer().name(), units, "units")) {
      Workers.run(
          workers,
          units,
          "measures",
          () -> {
            UnitTallies tallies = new UnitTallies(data);
            ImageMeasures images = new ImageMeasures(data, truths, LEAST_IMAGES);
            return unit -> {
              UnitScore score = layer.units().get(unit);
              if (peaks != null) {
                images.measure(peaks.read(score), layer.hasPeaks());
              }
              scores[unit] = rows(score, counts.read(unit), peaks == null ? null : images);
              tallies.read(data, hits, unit);
              Patches patches = Patches.of(tallies, numbers(top.get(unit)), totals.numbers());
              alone[unit] = meaning(unit, patches);
              means[unit] = patches.mean();
              phase.advance(1);
            };
          });
      phase.done();
    }
    String known = layer.hasPeaks() ? "exact" : anyPeaks ? "above threshold" : null;
    return MeasureTable.write(
        data.dissection(),
        layer,
        new MeasureInfo(
            MeasureInfo.FORMAT, ToolVersion.get(), "", known, LEAST_IMAGES, PATCHES, null, null),
        Arrays.stream(scores).flatMap(Arrays::stream).toList(),
        besides(alone, means));
  }

  private static int[] numbers(List<TopImage> top) {
    return top.stream().limit(PATCHES).mapToInt(TopImage::image).toArray();
  }

  private MeasureScore[] rows(
      UnitScore unit, ConceptCounts.OfUnit counts, @Nullable ImageMeasures images) {
    List<MeasureScore> all = new ArrayList<>();
    int at = 0;
    for (int number = 1; number < totals.numbers(); number++) {
      while (at < counts.number().length && counts.number()[at] < number) {
        at++;
      }
      boolean meets = at < counts.number().length && counts.number()[at] == number;
      boolean common = images != null && images.isCommon(number);
      if (totals.truth(number) > 0 && (meets || common)) {
        int c = totals.primary(number);
        long both = meets ? counts.intersection()[at] : 0;
        long mask = counts.activation()[c];
        PixelCounts overlap = new PixelCounts(both, mask, totals.truth(number), pixels[c]);
        all.add(score(unit.unit(), number, overlap, images));
      }
    }
    Map<Measure, MeasureScore> best = new EnumMap<>(Measure.class);
    for (Measure measure : Measure.values()) {
      best(measure, all, unit.label()).ifPresent(score -> best.put(measure, score));
    }
    TreeSet<Integer> shown = new TreeSet<>();
    best.values().forEach(score -> shown.add(score.number()));
    all.stream()
        .filter(score -> score.iou() > 0)
        .sorted(Comparator.comparingDouble((MeasureScore s) -> -s.iou()))
        .limit(LISTED)
        .forEach(score -> shown.add(score.number()));
    return all.stream()
        .filter(score -> shown.contains(score.number()))
        .map(score -> named(score, best))
        .toArray(MeasureScore[]::new);
  }

  /** The best concept by a measure; by IoU the unit's own label. Of equals the higher IoU wins. */
  private static Optional<MeasureScore> best(
      Measure measure, List<MeasureScore> all, LabelScore label) {
    if (measure == Measure.IOU) {
      return all.stream().filter(score -> score.number() == label.number()).findFirst();
    }
    return all.stream()
        .filter(score -> measure.isOfImages() || score.iou() > 0)
        .filter(score -> !Double.isNaN(measure.of(score)))
        .max(
            Comparator.comparingDouble((MeasureScore score) -> measure.of(score))
                .thenComparingDouble(MeasureScore::iou)
                .thenComparingInt(score -> score.number() == label.number() ? 1 : 0)
                .thenComparingInt(score -> -score.number()));
  }

  private MeasureScore score(
      int unit, int number, PixelCounts overlap, @Nullable ImageMeasures images) {
    double none = Double.NaN;
    return new MeasureScore(
        unit,
        number,
        totals.name(number),
        totals.categories().get(totals.primary(number)).name(),
        overlap.mask() + overlap.concept() > overlap.both() ? overlap.iou() : 0,
        overlap.precision(),
        overlap.recall(),
        overlap.f1(),
        overlap.mask() > 0 ? overlap.lift() : none,
        overlap.mcc(),
        images == null ? none : images.auc[number],
        images == null ? none : images.auprc[number],
        images == null ? none : images.pointBiserial[number],
        images == null ? none : images.rankCorrelation[number],
        "");
  }

  private static MeasureScore named(MeasureScore s, Map<Measure, MeasureScore> best) {
    String words =
        best.entrySet().stream()
            .filter(entry -> entry.getValue().number() == s.number())
            .map(entry -> entry.getKey().word())
            .collect(Collectors.joining("; "));
    return new MeasureScore(
        s.unit(),
        s.number(),
        s.label(),
        s.category(),
        s.iou(),
        s.precision(),
        s.recall(),
        s.f1(),
        s.lift(),
        s.mcc(),
        s.auc(),
        s.auprc(),
        s.pointBiserial(),
        s.rankCorrelation(),
        words);
  }

  /** What a unit's patches say; which unit is nearest is not known yet. */
  private UnitMeaning meaning(int unit, Patches patches) {
    Patches.Pair pair = patches.pair();
    return new UnitMeaning(
        unit,
        patches.count(),
        patches.clarity(),
        pair == null ? Double.NaN : pair.polysemanticity(),
        pair == null ? "" : totals.name(pair.nameOfFirst()),
        pair == null ? "" : totals.name(pair.nameOfSecond()),
        pair == null ? Double.NaN : pair.secondShare(),
        Double.NaN,
        -1);
  }

  /** The same with the nearest other unit of each. */
  private List<UnitMeaning> besides(UnitMeaning[] alone, double[][] means) throws IOException {
    UnitMeaning[] meanings = new UnitMeaning[alone.length];
    Workers.run(
        workers,
        alone.length,
        "meanings",
        () -> unit -> meanings[unit] = besides(alone[unit], means));
    return List.of(meanings);
  }

  private static UnitMeaning besides(UnitMeaning alone, double[][] means) {
    double[] own = means[alone.unit()];
    int nearest = -1;
    double redundancy = Double.NaN;
    for (int other = 0; other < means.length && own.length > 0; other++) {
      if (other != alone.unit() && means[other].length > 0) {
        double cosine = Patches.dot(own, means[other]);
        if (nearest < 0 || cosine > redundancy) {
          nearest = other;
          redundancy = cosine;
        }
      }
    }
    return new UnitMeaning(
        alone.unit(),
        alone.patches(),
        alone.clarity(),
        alone.polysemanticity(),
        alone.first(),
        alone.second(),
        alone.secondShare(),
        redundancy,
        nearest);
  }
}
