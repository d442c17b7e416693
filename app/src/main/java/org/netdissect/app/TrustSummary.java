package org.netdissect.app;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.netdissect.base.Numbers;
import org.netdissect.base.Text;
import org.netdissect.report.page.ChanceWords;
import org.netdissect.results.Dissection;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.TrustInfo;
import org.netdissect.results.TrustScore;
import org.netdissect.results.TrustTable;

/** What a test of the labels found, for people. */
final class TrustSummary {
  /** Share of resamples from which a label is called stable. */
  private static final double STABLE = 0.95;

  /** Share of untrained units up to which a label is one that they rarely reach. */
  private static final double RARE = 0.01;

  private TrustSummary() {}

  /** Of all layers that have been put to the test; blank if none has. */
  static String text(Dissection dissection) throws IOException {
    StringBuilder text = new StringBuilder();
    double iou = dissection.info().rules().iou();
    for (LayerDissection layer : dissection.layers()) {
      TrustTable table = TrustTable.read(dissection, layer);
      if (table != null) {
        line(
            text,
            "trust in layer %s: %d units",
            Text.oneLine(layer.layer().name()),
            table.best().size());
        text.append(of(dissection, table, iou));
      }
    }
    return text.toString();
  }

  /** Detectors of a layer, and what became of them when they were put to the test. */
  private record Detectors(long all, long beyondChance, long stable, long confirmed) {
    static Detectors of(TrustTable table, double iou) {
      List<TrustScore> detectors = table.best().stream().filter(s -> s.iou() > iou).toList();
      return new Detectors(
          detectors.size(),
          table.detectorsBeyondChance(iou),
          detectors.stream().filter(s -> s.unitWins() >= STABLE).count(),
          detectors.stream().filter(s -> s.heldOutIou() > iou && s.heldOutRank() == 1).count());
    }
  }

  /**
   * Of one layer, line by line.
   *
   * @param iou above which a unit is a detector
   */
  static String of(Dissection dissection, TrustTable table, double iou) {
    TrustInfo info = table.info();
    int units = table.best().size();
    int withoutLabel = units - info.beyondChance() - info.withinChance() - info.unresolved();
    Detectors detectors = Detectors.of(table, iou);
    StringBuilder text = new StringBuilder();
    line(
        text,
        "  beyond chance (false discovery rate %s): %d units; within chance: %d; unresolved: %d%s",
        info.fdr(),
        info.beyondChance(),
        info.withinChance(),
        info.unresolved(),
        withoutLabel == 0 ? "" : "; no label: " + withoutLabel);
    line(
        text,
        "  of %d detectors (IoU > %s) %d are beyond chance",
        detectors.all(),
        Numbers.general(iou, 6),
        detectors.beyondChance());
    line(text, "  %s", ChanceWords.level(info, dissection.info().images().read()));
    line(text, "  %s", ChanceWords.threshold(info, units, dissection.info().rules().iou()));
    if (info.imagesAlone() > 0) {
      line(
          text,
          "  %d images have no other of their mask size: their masks stayed where they were",
          info.imagesAlone());
    }
    if (info.unresolved() > 0) {
      line(
          text,
          "  unresolved units met no chance as good, in too few permutations to tell: "
              + (info.permutations().equals("auto")
                  ? "raise --most-permutations above %d"
                  : "raise --permutations above %d, or leave it out (auto)"),
          table.best().stream().mapToInt(TrustScore::permutations).max().orElse(0));
    }
    line(
        text,
        "  stable: %d of %d detectors keep their label in 95 %% of %d resamples",
        detectors.stable(),
        detectors.all(),
        info.resamples());
    line(
        text,
        "  held out: labels chosen on %d images pass %s again, as the best of their category, on the"
            + " other %d: %d of %d",
        info.chosenOn(),
        Numbers.general(iou, 6),
        info.lookedAtOn(),
        detectors.confirmed(),
        detectors.all());
    untrained(text, table, iou);
    return text.toString();
  }

  private static void untrained(StringBuilder text, TrustTable table, double iou) {
    TrustInfo.Untrained untrained = table.info().untrained();
    if (untrained != null) {
      long detectors = table.best().stream().filter(s -> s.iou() > iou).count();
      long rare = table.best().stream().filter(s -> s.iou() > iou && s.untrained() <= RARE).count();
      line(
          text,
          "  untrained: of %d units with random weights (%d %s) %d pass %s; the label and IoU of"
              + " %d of %d detectors are reached by at most %s %% of them",
          untrained.units(),
          untrained.networks().size(),
          untrained.networks().size() == 1 ? "network" : "networks",
          untrained.detectors(),
          Numbers.general(iou, 6),
          rare,
          detectors,
          Numbers.general(100 * RARE, 3));
    }
  }

  /** The same for programs. */
  static Map<String, Object> json(TrustTable table, double iou) {
    TrustInfo info = table.info();
    Detectors detectors = Detectors.of(table, iou);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("fdr", info.fdr());
    json.put("beyondChance", info.beyondChance());
    json.put("withinChance", info.withinChance());
    json.put("unresolved", info.unresolved());
    json.put("chance", info.chance());
    json.put("meanUnitsAboveIouByChance", info.meanNullDetectors());
    json.put("detectorsBeyondChance", detectors.beyondChance());
    json.put("detectorsStable", detectors.stable());
    json.put("detectorsConfirmed", detectors.confirmed());
    if (info.untrained() != null) {
      json.put("untrained", info.untrained());
    }
    return json;
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
