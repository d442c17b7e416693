package org.netdissect.report.page;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.results.TrustInfo;
import org.netdissect.results.TrustScore;
import org.netdissect.results.TrustTable;

/** What pages know of how far a layer's labels can be believed. */
public final class TrustPages {
  private TrustPages() {}

  /**
   * What all pages need: how it was found, and per unit what filters and sorts it.
   *
   * @param categories in the page's order; a digit for every unit and category says whether its
   *     label is beyond chance
   * @param images that were dissected with
   * @param iou of the result
   */
  public static Map<String, Object> summary(
      TrustTable trust, List<String> categories, int images, double iou) {
    TrustInfo info = trust.info();
    List<TrustScore> best = trust.best();
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("fdr", info.fdr());
    summary.put("p95", info.ofAll().p95());
    summary.put("p99", info.ofAll().p99());
    summary.put("level", ChanceWords.level(info, images));
    summary.put("atThreshold", ChanceWords.threshold(info, best.size(), iou));
    summary.put("resamples", info.resamples());
    summary.put("chosenOn", info.chosenOn());
    summary.put("lookedAtOn", info.lookedAtOn());
    summary.put("untrained", info.untrained());
    summary.put("alone", info.imagesAlone());
    summary.put("passes", passes(trust, categories));
    summary.put("verdicts", best.stream().map(score -> score.verdict().words()).toList());
    summary.put("p", best.stream().map(TrustScore::p).toList());
    summary.put("q", best.stream().map(TrustScore::q).toList());
    summary.put("wins", best.stream().map(score -> known(score.unitWins())).toList());
    summary.put("heldOut", best.stream().map(score -> known(score.heldOutIou())).toList());
    summary.put("heldOutRank", best.stream().map(TrustScore::heldOutRank).toList());
    return summary;
  }

  private static @Nullable Double known(double value) {
    return Double.isNaN(value) ? null : value;
  }

  private static String passes(TrustTable trust, List<String> categories) {
    char[] passes = new char[trust.best().size() * categories.size()];
    Arrays.fill(passes, '0');
    for (TrustScore score : trust.scores()) {
      int category = categories.indexOf(score.category());
      if (category >= 0 && trust.beyondChance(score)) {
        passes[score.unit() * categories.size() + category] = '1';
      }
    }
    return new String(passes);
  }

  /** By unit what its page shows: a row a category, as {@code trust.csv} has them. */
  static List<List<Object>> rows(TrustTable trust) {
    List<List<Object>> rows = new ArrayList<>();
    trust.best().forEach(unit -> rows.add(new ArrayList<>()));
    for (TrustScore score : trust.scores()) {
      rows.get(score.unit()).add(MeasurePages.row(TrustTable.COLUMNS, score));
    }
    return rows;
  }
}
