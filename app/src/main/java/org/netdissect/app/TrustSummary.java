package org.netdissect.app;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.netdissect.results.Dissection;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.TrustInfo;
import org.netdissect.results.TrustScore;
import org.netdissect.results.TrustScore.Verdict;
import org.netdissect.results.TrustTable;

/** What a test of the labels found, for people. */
final class TrustSummary {
  private TrustSummary() {}

  /** Of all layers that have been put to the test; blank if none has. */
  static String text(Dissection dissection) throws IOException {
    StringBuilder text = new StringBuilder();
    for (LayerDissection layer : dissection.layers()) {
      TrustTable table = TrustTable.read(dissection, layer);
      if (table != null) {
        text.append(layer(dissection, layer, table));
      }
    }
    return text.toString();
  }

  private static String layer(Dissection dissection, LayerDissection layer, TrustTable table) {
    double iou = dissection.info().rules().iou();
    TrustInfo info = table.info();
    List<TrustScore> units = table.scores().stream().filter(TrustScore::best).toList();
    long detectors = units.stream().filter(s -> s.iou() > iou).count();
    long both =
        units.stream().filter(s -> s.iou() > iou && s.verdict() == Verdict.BEYOND_CHANCE).count();
    StringBuilder text = new StringBuilder();
    line(text, "trust in layer %s: %d units", layer.layer().name(), units.size());
    line(
        text,
        "  beyond chance (false discovery rate %s): %d units; within chance: %d; unresolved: %d",
        info.fdr(),
        info.beyondChance(),
        info.withinChance(),
        info.unresolved());
    line(text, "  of %d detectors (IoU > %s) %d are beyond chance", detectors, iou, both);
    TrustInfo.Chance all = info.chance().get(0);
    line(
        text,
        "  by chance a unit's best IoU stays below %.4f in 95 %% and below %.4f in 99 %% of cases;",
        all.p95(),
        all.p99());
    line(
        text,
        "  with labels of other images %s of %d units pass %s",
        range(info.nullDetectors()),
        units.size(),
        iou);
    if (info.unresolved() > 0) {
      line(
          text,
          "  unresolved units met no chance as good, in too few permutations to tell: raise"
              + " --most-permutations above %d",
          units.stream().mapToInt(TrustScore::permutations).max().orElse(0));
    }
    long stable = units.stream().filter(s -> s.iou() > iou && s.unitWins() >= 0.95).count();
    line(
        text,
        "  stable: %d of %d detectors keep their label in 95 %% of %d resamples",
        stable,
        detectors,
        info.resamples());
    long confirmed =
        units.stream()
            .filter(s -> s.iou() > iou && s.heldOutIou() > iou && s.heldOutRank() == 1)
            .count();
    line(
        text,
        "  held out: labels chosen on %d images pass %s again, as the best of their category, on the"
            + " other %d: %d of %d",
        info.chosenOn(),
        iou,
        info.lookedAtOn(),
        confirmed,
        detectors);
    return text.toString();
  }

  private static String range(List<Integer> counts) {
    List<Integer> sorted = new ArrayList<>(counts);
    sorted.sort(Comparator.naturalOrder());
    double mean = sorted.stream().mapToInt(n -> n).average().orElse(0);
    return sorted.isEmpty()
        ? "none"
        : String.format(
            Locale.ROOT,
            "%d to %d (mean %.1f)",
            sorted.get(0),
            sorted.get(sorted.size() - 1),
            mean);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
