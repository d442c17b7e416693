package org.netdissect.analysis.measures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.MadeUpImages;
import org.netdissect.base.Progress;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.ImageRow;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.scoring.MapsKept;
import org.netdissect.results.ConceptCounts;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.Measure;
import org.netdissect.results.MeasureScore;
import org.netdissect.results.MeasureTable;
import org.netdissect.results.PeakActivations;

/** Measures against exact fractions and against definitions followed word by word. */
class MeasuresTest {
  private static final MathContext DIGITS = new MathContext(40);

  @TempDir Path folder;

  private static BigDecimal big(long value) {
    return BigDecimal.valueOf(value);
  }

  private static double ratio(BigDecimal part, BigDecimal whole) {
    return part.divide(whole, DIGITS).doubleValue();
  }

  @Test
  void ratiosOfPixelsAreThoseOfExactFractions() {
    Random random = new Random(71);
    for (int round = 0; round < 5_000; round++) {
      long all = 1 + (long) (random.nextDouble() * (1L << random.nextInt(45)));
      long mask = 1 + (long) (random.nextDouble() * all);
      long concept = 1 + (long) (random.nextDouble() * all);
      long least = Math.max(0, mask + concept - all);
      long both = least + (long) (random.nextDouble() * (Math.min(mask, concept) - least + 1));
      PixelCounts counts = new PixelCounts(both, mask, concept, all);
      String about = counts.toString();
      assertEquals(ratio(big(both), big(mask)), counts.precision(), 0, about);
      assertEquals(ratio(big(both), big(concept)), counts.recall(), 0, about);
      assertEquals(ratio(big(2 * both), big(mask + concept)), counts.f1(), 0, about);
      assertEquals(ratio(big(both), big(mask + concept - both)), counts.iou(), 0, about);
      double lift = ratio(big(both).multiply(big(all)), big(mask).multiply(big(concept)));
      assertEquals(lift, counts.lift(), 4e-16 * lift, about);
      BigDecimal product =
          big(mask).multiply(big(concept)).multiply(big(all - mask)).multiply(big(all - concept));
      if (product.signum() == 0) {
        assertTrue(Double.isNaN(counts.mcc()), about);
        continue;
      }
      long tn = all - mask - concept + both;
      BigDecimal above =
          big(both).multiply(big(tn)).subtract(big(mask - both).multiply(big(concept - both)));
      double mcc = above.divide(product.sqrt(DIGITS), DIGITS).doubleValue();
      assertEquals(mcc, counts.mcc(), 1e-15 * Math.abs(mcc) + 1e-300, about);
    }
  }

  /**
   * A perfect unit whose concept loses every second label, or gets as many wrong ones as it has: by
   * how much of its range each measure falls, as Oikarinen, Yan and Weng publish it ("Evaluating
   * Neuron Explanations", 2025). There the concept predicts the unit; here the unit finds the
   * concept: so their recall is our precision, and their AUC takes the unit as the truth.
   */
  @ParameterizedTest
  @CsvSource({"0.499", "0.1", "0.01", "0.001", "0.0001"})
  void missingAndExtraLabelsLowerMeasuresAsPublished(double frequency) {
    long all = 500_000;
    long labels = Math.round(frequency * all / 2) * 2;
    PixelCounts perfect = new PixelCounts(labels, labels, labels, all);
    PixelCounts missing = new PixelCounts(labels / 2, labels, labels / 2, all);
    PixelCounts extra = new PixelCounts(labels, labels, 2 * labels, all);
    assertEquals(-0.5, missing.precision() - perfect.precision(), 1e-12);
    assertEquals(0, extra.precision() - perfect.precision(), 1e-12);
    assertEquals(0, missing.recall() - perfect.recall(), 1e-12);
    assertEquals(-0.5, extra.recall() - perfect.recall(), 1e-12);
    assertEquals(-1 / 3.0, missing.f1() - perfect.f1(), 1e-12);
    assertEquals(-1 / 3.0, extra.f1() - perfect.f1(), 1e-12);
    assertEquals(-0.5, missing.iou() - perfect.iou(), 1e-12);
    assertEquals(-0.5, extra.iou() - perfect.iou(), 1e-12);
    if (frequency == 0.01) {
      assertEquals(-0.1474, (missing.mcc() - perfect.mcc()) / 2, 1e-4);
      assertEquals(-0.1482, (extra.mcc() - perfect.mcc()) / 2, 1e-4);
    }
    if (frequency == 0.0001) {
      // The area under the curve does not see missing labels of a rare concept.
      assertEquals(0, auc(missing) - auc(perfect), 1e-4);
      assertEquals(-0.249, auc(extra) - auc(perfect), 2e-3);
    }
  }

  /** AUC of a unit that is 1 or 0: the chance to find the pixel with the concept, ties half. */
  private static double auc(PixelCounts of) {
    double hit = of.recall();
    double wrong = (double) (of.mask() - of.both()) / (of.all() - of.concept());
    return (1 + hit - wrong) / 2;
  }

  private static float coarse(int image, int unit, int y, int x, Random random) {
    // Few different values, so that there are many ties.
    return Math.max(0, Math.round(4 * random.nextGaussian()) / 4f + (image * unit % 7) / 8f);
  }

  @ParameterizedTest
  @EnumSource(
      value = Convention.class,
      names = {"EXACT", "LITE"})
  void tablesFollowTheDefinitions(Convention convention) throws IOException {
    MadeUpImages images = new MadeUpImages(81, 70, 14, true, 9, folder);
    try (LabelledResult data =
        images.dissect(convention, 10, 82, MeasuresTest::coarse, "out", MapsKept.ALL, true)) {
      LayerDissection layer = data.dissection().layers().get(0);
      MeasureTable table = Measures.write(data, 2, Progress.NONE).get(0);
      assertEquals("exact", table.info().peaks());
      try (PeakActivations peaks = layer.peaks();
          ConceptCounts counts = layer.conceptCounts()) {
        for (MeasureScore score : table.scores()) {
          checkPixels(images, data, counts.read(score.unit()), score);
          checkImages(images, data, peaks.read(score.unit()), score);
        }
      }
      for (int unit = 0; unit < layer.units().size(); unit++) {
        assertEquals(
            layer.units().get(unit).label().label(), table.best(unit, Measure.IOU).label());
        assertEquals(
            table.best(unit, Measure.IOU), table.best(unit, Measure.F1), "F1 rises with IoU");
      }
      MeasureTable again = MeasureTable.read(data.dissection(), layer);
      assertEquals(table.scores().size(), again.scores().size());
      List<byte[]> bytes = new ArrayList<>();
      for (String name : List.of("measures.csv", "meanings.csv", "measures.json", "choices.csv")) {
        bytes.add(Files.readAllBytes(layer.folder().resolve(name)));
      }
      Measures.write(data, 1, Progress.NONE);
      for (String name : List.of("measures.csv", "meanings.csv", "measures.json", "choices.csv")) {
        assertArrayEquals(bytes.remove(0), Files.readAllBytes(layer.folder().resolve(name)), name);
      }
    }
  }

  private static int category(MeasureScore score) {
    return List.of("color", "object", "scene").indexOf(score.category());
  }

  private static boolean isOf(AnnotatedImage image, int category) {
    return image.maps().stream()
            .flatMapToInt(map -> IntStream.range(0, map.labels().length).map(p -> map.labels()[p]))
            .anyMatch(number -> number > 0 && number % 3 == category)
        || image.wholeLabels().stream().anyMatch(label -> label.number() % 3 == category);
  }

  private void checkPixels(
      MadeUpImages images, LabelledResult data, ConceptCounts.OfUnit counts, MeasureScore score) {
    int at = Arrays.binarySearch(counts.number(), score.number());
    BigInteger both = BigInteger.valueOf(at < 0 ? 0 : counts.intersection()[at]);
    long mask = counts.activation()[category(score)];
    long concept = data.totals().truth(score.number());
    long all = 0;
    for (int row = 0; row < images.rows.size(); row++) {
      AnnotatedImage image = images.labels.get(row);
      all += isOf(image, category(score)) ? image.maskHeight() * image.maskWidth() : 0;
    }
    PixelCounts expected = new PixelCounts(both.longValue(), mask, concept, all);
    assertEquals(expected.mcc(), score.mcc(), 1e-15, score.toString());
    assertEquals(expected.lift(), score.lift(), 1e-12, score.toString());
    assertEquals(expected.precision(), score.precision(), 0, score.toString());
    assertEquals(expected.recall(), score.recall(), 0, score.toString());
  }

  /** Pair by pair, image by image. */
  private void checkImages(
      MadeUpImages images, LabelledResult data, float[] peaks, MeasureScore score) {
    List<Double> with = new ArrayList<>();
    List<Double> without = new ArrayList<>();
    for (int row = 0; row < images.rows.size(); row++) {
      int number = row(data, images.rows.get(row));
      if (number >= 0 && isOf(images.labels.get(row), category(score))) {
        int pixels = images.labels.get(row).maskHeight() * images.labels.get(row).maskWidth();
        int place = row;
        boolean holds =
            IntStream.range(0, pixels).anyMatch(p -> images.bears(place, p, score.number()));
        (holds ? with : without).add((double) peaks[number]);
      }
    }
    if (with.size() < Measures.LEAST_IMAGES || without.size() < Measures.LEAST_IMAGES) {
      assertTrue(Double.isNaN(score.auc()) && Double.isNaN(score.auprc()), score.toString());
      return;
    }
    double pairs = 0;
    for (double a : with) {
      for (double b : without) {
        pairs += a > b ? 1 : a == b ? 0.5 : 0;
      }
    }
    assertEquals(pairs / (with.size() * without.size()), score.auc(), 1e-14, score.toString());
    BigDecimal average = BigDecimal.ZERO;
    for (double a : with) {
      long above = with.stream().filter(x -> x >= a).count();
      long all = above + without.stream().filter(x -> x >= a).count();
      average = average.add(big(above).divide(big(all), DIGITS));
    }
    assertEquals(ratio(average, big(with.size())), score.auprc(), 1e-14, score.toString());
    List<Double> values = new ArrayList<>(with);
    values.addAll(without);
    List<Double> presence = new ArrayList<>();
    List<Double> ranks = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      double own = values.get(i);
      presence.add(i < with.size() ? 1.0 : 0.0);
      ranks.add(
          values.stream().filter(x -> x < own).count()
              + (values.stream().filter(x -> x == own).count() + 1) / 2.0);
    }
    assertEquals(pearson(values, presence), score.pointBiserial(), 1e-12, score.toString());
    assertEquals(pearson(ranks, presence), score.rankCorrelation(), 1e-12, score.toString());
  }

  private static int row(LabelledResult data, ImageRow row) {
    return data.dissection().imageNumber(row.name());
  }

  private static double pearson(List<Double> x, List<Double> y) {
    double meanX = x.stream().mapToDouble(v -> v).average().orElseThrow();
    double meanY = y.stream().mapToDouble(v -> v).average().orElseThrow();
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.size(); i++) {
      xy += (x.get(i) - meanX) * (y.get(i) - meanY);
      xx += (x.get(i) - meanX) * (x.get(i) - meanX);
      yy += (y.get(i) - meanY) * (y.get(i) - meanY);
    }
    return xy / Math.sqrt(xx * yy);
  }

  @Test
  void withoutPeaksWhatCanBeKnownFromMapsIsSaid() throws IOException {
    MadeUpImages images = new MadeUpImages(91, 60, 12, false, 9, folder);
    try (LabelledResult data =
        images.dissect(
            Convention.EXACT, 5, 92, MeasuresTest::coarse, "maps", MapsKept.ALL, false)) {
      MeasureTable table = Measures.write(data, 2, Progress.NONE).get(0);
      assertEquals("above threshold", table.info().peaks());
      assertTrue(table.scores().stream().anyMatch(score -> score.auc() > 0));
      assertTrue(table.scores().stream().allMatch(score -> Double.isNaN(score.pointBiserial())));
    }
    try (LabelledResult data =
        images.dissect(
            Convention.EXACT, 5, 92, MeasuresTest::coarse, "none", MapsKept.NONE, false)) {
      MeasureTable table = Measures.write(data, 2, Progress.NONE).get(0);
      assertNull(table.info().peaks());
      assertTrue(table.scores().stream().allMatch(score -> Double.isNaN(score.auc())));
      assertTrue(table.scores().stream().allMatch(score -> score.precision() >= 0));
    }
    try (LabelledResult data =
        images.dissect(
            Convention.EXACT, 5, 92, MeasuresTest::coarse, "peaks", MapsKept.NONE, true)) {
      assertEquals("exact", Measures.write(data, 2, Progress.NONE).get(0).info().peaks());
    }
  }
}
