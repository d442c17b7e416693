package org.netdissect.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.ToolVersion;
import org.netdissect.results.Dissection;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.MeasureInfo;
import org.netdissect.results.MeasureScore;
import org.netdissect.results.MeasureTable;
import org.netdissect.results.UnitMeaning;
import org.netdissect.results.UnitScore;

/** Measures of a result with numbers that follow from the unit's. */
public final class MadeUpMeasures {
  private MadeUpMeasures() {}

  /** Writes them for all layers. */
  public static void write(Dissection dissection) throws IOException {
    for (LayerDissection layer : dissection.layers()) {
      List<MeasureScore> scores = new ArrayList<>();
      List<UnitMeaning> meanings = new ArrayList<>();
      for (UnitScore unit : layer.units()) {
        int u = unit.unit();
        double part = 1.0 / (u + 2);
        if (u % 3 != 1) {
          scores.add(
              new MeasureScore(
                  u,
                  1 + u,
                  "thing, " + u,
                  "object",
                  part,
                  part / 2,
                  part / 3,
                  part / 4,
                  10 * part,
                  -part,
                  Double.NaN,
                  Double.NaN,
                  part / 5,
                  part / 6,
                  "iou; f1"));
        }
        meanings.add(
            new UnitMeaning(
                u, 3 + u, part, 1 - part, "this", u % 2 == 0 ? "" : "that", part, part, u - 1));
      }
      MeasureInfo info =
          new MeasureInfo(MeasureInfo.FORMAT, ToolVersion.get(), "", "exact", 5, 15, null, null);
      MeasureTable.write(dissection, layer, info, scores, meanings);
    }
  }
}
