package org.netdissect.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.results.Dissection;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.TrustInfo;
import org.netdissect.results.TrustScore;
import org.netdissect.results.TrustScore.Verdict;
import org.netdissect.results.TrustTable;
import org.netdissect.results.UnitScore;

/** Tables as a test of the labels would write them, with figures that are easily told. */
public final class MadeUpTrust {
  private MadeUpTrust() {}

  /** Units of even number are beyond chance; the first is stable and confirmed. */
  public static void write(Dissection dissection) throws IOException {
    for (LayerDissection layer : dissection.layers()) {
      List<TrustScore> scores = new ArrayList<>();
      for (UnitScore unit : layer.units()) {
        for (int c = 0; c < unit.byCategory().size(); c++) {
          scores.add(row(unit, c));
        }
      }
      String csv = TrustTable.csv(scores);
      int beyond = (int) scores.stream().filter(MadeUpTrust::passes).count();
      TrustTable.write(layer, info(dissection, layer.units().size(), beyond, csv), csv);
    }
  }

  private static boolean passes(TrustScore score) {
    return score.best() && score.verdict() == Verdict.BEYOND_CHANCE;
  }

  private static TrustScore row(UnitScore unit, int c) {
    LabelScore label = unit.byCategory().get(c);
    boolean known = label.number() > 0;
    boolean even = unit.unit() % 2 == 0;
    double q = even ? 0.001 * (1 + unit.unit()) : 0.5;
    return new TrustScore(
        unit.unit(),
        label.category(),
        label.label(),
        label.iou(),
        c == unit.best(),
        q / 2,
        q,
        even ? 0 : 49,
        199,
        !known ? Verdict.NO_LABEL : even ? Verdict.BEYOND_CHANCE : Verdict.WITHIN_CHANCE,
        q / 2,
        q,
        known ? label.iou() / 2 : Double.NaN,
        known ? label.iou() * 1.5 : Double.NaN,
        known ? 0.75 : Double.NaN,
        known ? label.label() + "; other" : "",
        known ? (unit.unit() == 0 ? 0.97 : 0.5) : Double.NaN,
        known ? label.label() : "",
        known ? (unit.unit() == 0 ? 0.3 : 0.01) : Double.NaN,
        known ? 1 : 0,
        known ? 0.75 : Double.NaN,
        known ? 0.01 : Double.NaN,
        known ? 0.02 : Double.NaN,
        known ? 0.1 : Double.NaN,
        known ? 0.01 : Double.NaN);
  }

  private static TrustInfo info(Dissection dissection, int units, int beyond, String csv)
      throws IOException {
    return new TrustInfo(
        TrustInfo.FORMAT,
        "test",
        TrustTable.fingerprint(dissection),
        1,
        "auto",
        1_999,
        0.05,
        200,
        null,
        18,
        22,
        0,
        null,
        new TrustInfo.Untrained(List.of("0".repeat(64)), 2 * units, 3),
        List.of(new TrustInfo.Chance("all", 0.05, 0.1)),
        List.of(1, 2, 3),
        beyond,
        units - beyond,
        0,
        TrustTable.check(csv));
  }
}
