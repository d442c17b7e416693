package org.netdissect.app;

import static org.netdissect.app.Failures.oneLine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.netdissect.base.Numbers;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.results.DetectorCounts;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionInfo;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.Sparsity;
import org.netdissect.results.TrustTable;
import org.netdissect.results.UnitScore;

/** What a result says in short, for people and for programs. */
final class Summary {
  private static final int BEST = 10;
  private static final int NAMED = 12;

  /** Operations whose values no clip can have made equal. */
  private static final Set<String> UNBOUNDED =
      Set.of("Add", "BatchNormalization", "Conv", "Gemm", "LayerNormalization", "MatMul");

  /** Operations whose values are equal for they are whole numbers or few levels. */
  private static final Set<String> LEVELS =
      Set.of("ArgMax", "ArgMin", "Cast", "Ceil", "DequantizeLinear", "Floor", "Round", "Sign");

  /** Share of a layer's units from which something is wrong with the layer. */
  private static final double MANY_SATURATED = 0.1;

  private Summary() {}

  private static List<UnitScore> best(LayerDissection layer) {
    return layer.units().stream()
        .filter(unit -> !unit.label().label().isBlank())
        .sorted(
            Comparator.comparingDouble((UnitScore unit) -> -unit.label().iou())
                .thenComparingInt(UnitScore::unit))
        .limit(BEST)
        .toList();
  }

  static String text(Dissection dissection, double iou) throws IOException {
    return text(dissection, iou, false);
  }

  /**
   * The summary for people.
   *
   * @param sparsity whether to tell how sparsely each layer's units answer
   */
  static String text(Dissection dissection, double iou, boolean sparsity) throws IOException {
    DissectionInfo info = dissection.info();
    StringBuilder out = new StringBuilder();
    out.append(
            info.network().file() == null ? "recorded activations" : oneLine(info.network().file()))
        .append(" on ")
        .append(oneLine(info.data().name()))
        .append(": ")
        .append(info.imported() == null ? info.images().read() + " images" : "imported")
        .append(", convention ")
        .append(oneLine(info.rules().convention()))
        .append(", quantile ")
        .append(oneLine(info.rules().quantile()))
        .append('\n');
    if (info.imported() != null) {
      out.append("scores only, from ")
          .append(
              String.join(
                  ", ", info.imported().stream().map(DissectionInfo.ImportedFile::file).toList()))
          .append(": no images, masks, hits or thresholds\n");
    }
    if (info.network().preprocessing() != null) {
      out.append("preprocessing ").append(info.network().describePreprocessing()).append('\n');
    }
    if (Boolean.TRUE.equals(info.data().boxes())) {
      out.append("boxes without a shape counted as rectangles (--boxes)\n");
    }
    if (info.network().tokens() != null) {
      out.append("tokens as given, ").append(oneLine(info.network().tokens())).append('\n');
    }
    if (info.fewImages() && !dissection.isUnlabelled()) {
      out.append("few images: with fewer than 1000, other images of the same kind may give other")
          .append(" labels and scores\n");
    }
    if (dissection.isUnlabelled()) {
      out.append("no labels: no scores; top images, thresholds and histograms of each unit\n");
    }
    if (!info.images().unreadable().isEmpty()) {
      out.append(info.images().unreadable().size())
          .append(" images could not be read and took no part (dissection.json lists them)\n");
    }
    for (LayerDissection layer : dissection.layers()) {
      layer(out, dissection, layer, iou);
      if (sparsity) {
        out.append(sparsityLine(layer));
      }
    }
    return out.toString();
  }

  private static void layer(
      StringBuilder out, Dissection dissection, LayerDissection dissected, double iou)
      throws IOException {
    LayerInfo layer = dissected.layer();
    out.append('\n')
        .append("layer ")
        .append(oneLine(layer.name()))
        .append(": ")
        .append(layer.units())
        .append(" units");
    if (layer.height() > 0) {
      out.append(" of ").append(layer.height()).append('×').append(layer.width());
    }
    out.append('\n');
    if (!dissection.isUnlabelled()) {
      scores(out, dissection, dissected, iou);
    }
    EmptyMasks empty = EmptyMasks.of(dissected);
    units(
        out,
        empty.tied(),
        "active with an empty mask: the largest value is shared by more than the quantile");
    units(
        out,
        empty.small(),
        "active with a mask too small to hold a pixel: few images leave few cells above the"
            + " threshold");
    units(out, dissected.result().inactive(), "zero on every image");
    whyEmpty(out, dissected, empty.tied().size(), dissection.info());
    if (Ties.isQuantised(dissected.layer())) {
      out.append(Ties.line(dissection, dissected));
    }
  }

  private static String sparsityLine(LayerDissection layer) throws IOException {
    Sparsity sparsity = Sparsity.of(layer);
    return sparsity == null
        ? "  sparsity: not known (no histograms, or no unit that varies)\n"
        : String.format(
            Locale.ROOT,
            "  sparsity: the median unit is zero at %.1f %% of all places, kurtosis %.1f%n",
            100 * sparsity.zeros(),
            sparsity.kurtosis());
  }

  private static void scores(
      StringBuilder out, Dissection dissection, LayerDissection dissected, double iou)
      throws IOException {
    DetectorCounts counts = dissected.counts(iou);
    out.append(
        String.format(
            Locale.ROOT,
            "  detectors (IoU > %s): %d, %.1f %% of the units%n",
            Numbers.general(iou, 6),
            counts.detectors(),
            100.0 * counts.detectors() / counts.units()));
    out.append(
        String.format(
            Locale.ROOT,
            "  unique detectors: %d counted per category, %d by top label%n",
            counts.uniquePerCategory(),
            counts.uniqueTopLabel()));
    int width =
        Math.max(
            8, counts.byCategory().stream().mapToInt(c -> c.category().length()).max().orElse(8));
    out.append(
        String.format(
            Locale.ROOT, "    %-" + width + "s  %9s  %6s%n", "category", "detectors", "unique"));
    for (DetectorCounts.CategoryCount count : counts.byCategory()) {
      out.append(
          String.format(
              Locale.ROOT,
              "    %-" + width + "s  %9d  %6d%n",
              oneLine(count.category()),
              count.detectors(),
              count.unique()));
    }
    int sum = counts.byCategory().stream().mapToInt(c -> c.detectors()).sum();
    if (sum != counts.detectors()) {
      out.append(
          String.format(
              Locale.ROOT,
              "    (%d in all: a unit counts in every category in which its best label passes)%n",
              sum));
    }
    if (counts.detectors() == 0) {
      out.append("  no detectors: look at ")
          .append(String.join("; ", toLookAt(dissection)))
          .append('\n');
    }
    List<UnitScore> best = best(dissected);
    if (best.isEmpty()) {
      out.append("  no unit meets any concept\n");
    } else {
      out.append("  best units\n");
      for (UnitScore unit : best) {
        LabelScore score = unit.label();
        out.append(
            String.format(
                Locale.ROOT,
                "    unit %5d  IoU %.4f  %s (%s)%n",
                unit.unit(),
                score.iou(),
                oneLine(LabelScore.readable(score.label())),
                oneLine(score.category())));
      }
    }
    TrustTable trust = TrustTable.read(dissection, dissected);
    if (trust != null) {
      out.append(TrustSummary.of(dissection, trust, iou));
    }
  }

  /** What may be wrong where a layer has no detectors, the likeliest first. */
  private static List<String> toLookAt(Dissection dissection) {
    DissectionInfo info = dissection.info();
    List<String> causes = new ArrayList<>();
    if (info.network().preprocessing() != null) {
      causes.add("the preprocessing (--preprocess; 'netdissect check' tries those that are known)");
    }
    causes.add("the layer (--layers; early and very narrow ones have few)");
    causes.add("the quantile (--quantile) and the IoU threshold (--iou)");
    causes.add("the data (do its concepts occur in what the network was made for?)");
    return causes;
  }

  /** What to do where many masks are empty although the units are active. */
  private static void whyEmpty(
      StringBuilder out, LayerDissection dissected, int tied, DissectionInfo info) {
    if (dissected.result().emptyMasks().isEmpty()) {
      return;
    }
    if (keepsNothing(info, dissected.layer())) {
      out.append("  why: the quantile keeps less than one of a unit's values; give a larger one")
          .append(" (--quantile) or more images\n");
    } else if (emptiesMasks(info.rules())) {
      out.append("  why: ").append(Convention.EMPTY_MASKS).append('\n');
    } else if (tied > MANY_SATURATED * dissected.layer().units()
        && !UNBOUNDED.contains(dissected.layer().kind())) {
      whySaturated(out, dissected.layer(), info.network().file() != null);
    }
  }

  private static boolean keepsNothing(DissectionInfo info, LayerInfo layer) {
    try {
      double values = (double) info.images().read() * layer.cells();
      return Quantile.of(info.rules().quantile()).share() * values < 1;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static void whySaturated(StringBuilder out, LayerInfo layer, boolean ofNetwork) {
    if (layer.basis() != null) {
      if (layer.basis().topk() != null) {
        out.append("  why: topk leaves most places at 0, so that many values are equal\n");
      }
    } else if (!ofNetwork) {
      out.append("  why: many of the recorded values are equal (clipped, or whole numbers?)\n");
    } else if (!LEVELS.contains(layer.kind())) {
      out.append(
              "  why: the network clips this layer's values (as ReLU6 does), so that many of them")
          .append(" are equal;\n")
          .append("       dissect the tensor before the clip instead: \"netdissect layers MODEL\"")
          .append(
              " lists it, --layers tensor:NAME takes it (NAME alone means the clip's output)\n");
    }
  }

  private static boolean emptiesMasks(DissectionInfo.Rules rules) {
    try {
      return Convention.of(rules.convention()).emptiesMasks(Quantile.of(rules.quantile()));
    } catch (IllegalArgumentException e) {
      // A result of another version may name rules that this one does not know.
      return false;
    }
  }

  private static void units(StringBuilder out, List<Integer> units, String what) {
    if (!units.isEmpty()) {
      out.append("  ")
          .append(units.size())
          .append(units.size() == 1 ? " unit " : " units ")
          .append(what)
          .append(" (")
          .append(String.join(", ", units.stream().limit(NAMED).map(u -> u.toString()).toList()))
          .append(units.size() > NAMED ? ", …" : "")
          .append(")\n");
    }
  }

  /**
   * The summary for programs.
   *
   * @param sparsity whether to tell how sparsely each layer's units answer
   */
  static Map<String, Object> json(Dissection dissection, double iou, boolean sparsity)
      throws IOException {
    Map<String, Object> root = new LinkedHashMap<>();
    DissectionInfo info = dissection.info();
    root.put("network", info.network().file());
    root.put("data", info.data().name());
    root.put("images", info.images().read());
    if (info.imported() != null) {
      root.put("imported", info.imported());
      root.put("missing", List.of("images", "masks", "hits", "thresholds"));
    }
    root.put("labelled", !dissection.isUnlabelled());
    root.put("unreadable", info.images().unreadable().size());
    root.put("preprocessing", info.network().describePreprocessing());
    root.put("small", info.fewImages());
    root.put("convention", info.rules().convention());
    root.put("quantile", info.rules().quantile());
    root.put("iou", iou);
    List<Object> layers = new ArrayList<>();
    for (LayerDissection layer : dissection.layers()) {
      DetectorCounts counts = layer.counts(iou);
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", layer.layer().name());
      entry.put("folder", layer.layer().folder());
      entry.put("units", counts.units());
      entry.put("detectors", counts.detectors());
      Map<String, Object> unique = new LinkedHashMap<>();
      unique.put("perCategory", counts.uniquePerCategory());
      unique.put("topLabel", counts.uniqueTopLabel());
      entry.put("uniqueDetectors", unique);
      Map<String, Object> categories = new LinkedHashMap<>();
      for (DetectorCounts.CategoryCount count : counts.byCategory()) {
        Map<String, Object> category = new LinkedHashMap<>();
        category.put("detectors", count.detectors());
        category.put("unique", count.unique());
        categories.put(count.category(), category);
      }
      entry.put("categories", categories);
      List<Object> best = new ArrayList<>();
      for (UnitScore unit : best(layer)) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("unit", unit.unit());
        one.put("label", unit.label().label());
        one.put("category", unit.label().category());
        one.put("iou", unit.label().iou());
        best.add(one);
      }
      entry.put("best", best);
      TrustTable trust = TrustTable.read(dissection, layer);
      entry.put("trust", trust == null ? null : TrustSummary.json(trust, iou));
      entry.put("emptyMasks", layer.result().emptyMasks());
      entry.put("inactive", layer.result().inactive());
      if (sparsity) {
        entry.put("sparsity", Sparsity.of(layer));
      }
      layers.add(entry);
    }
    root.put("layers", layers);
    return root;
  }
}
