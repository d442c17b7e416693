package org.netdissect.report.compare;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Numbers;
import org.netdissect.base.ToolVersion;
import org.netdissect.dissection.Dissector;
import org.netdissect.report.figures.Figure;
import org.netdissect.report.figures.ThresholdCurves;
import org.netdissect.report.page.LayerPages;
import org.netdissect.report.page.Page;
import org.netdissect.report.page.ReportFolder;
import org.netdissect.report.page.TrustPages;
import org.netdissect.results.DetectorCounts;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionInfo;
import org.netdissect.results.FormulaGrowth;
import org.netdissect.results.FormulaTable;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.ProbeInfo;
import org.netdissect.results.ResultFolder;
import org.netdissect.results.TrustTable;
import org.netdissect.results.UnitScore;

/**
 * Results side by side: unique detectors by category for every network and layer (the paper's
 * Figures 7, 8 and 13), which concepts are found where, curves over a number that the runs carry,
 * and repeats as mean and spread. A page {@code index.html} and the tables {@code compare.csv} and
 * {@code concepts.csv}.
 */
public final class Comparison {
  /** Scripts of the page, in order; the head of each says what it takes and gives. */
  public static final List<String> SCRIPTS =
      List.of(
          "names.js",
          "model.js",
          "address.js",
          "trust.js",
          "charts.js",
          "views.js",
          "accuracy.js",
          "save.js",
          "growth.js",
          "curves.js",
          "following.js",
          "compare.js");

  private final List<Run> runs;
  private final @Nullable String axis;
  private final boolean published;
  private final double iou;
  private final @Nullable Accuracies accuracies;
  private final boolean followed;
  private final boolean curves;
  private final List<String> categories;

  /**
   * One of the results.
   *
   * @param name for people, different for each
   * @param group name of the condition that it repeats; null for none
   * @param axis the number it carries; null for none
   */
  public record Run(
      String name, Dissection dissection, @Nullable String group, @Nullable Double axis) {}

  private Comparison(
      List<Run> runs,
      @Nullable String axis,
      boolean published,
      double iou,
      @Nullable Accuracies accuracies,
      boolean followed,
      boolean curves) {
    this.followed = followed;
    this.curves = curves;
    this.accuracies = accuracies;
    this.runs = List.copyOf(runs);
    this.axis = axis;
    this.published = published;
    this.iou = iou;
    Set<String> all = new LinkedHashSet<>();
    runs.forEach(run -> all.addAll(run.dissection().categories()));
    categories = List.copyOf(all);
  }

  /** Compares results at IoU 0.04. */
  public static Comparison of(List<Run> runs) {
    if (runs.isEmpty() || runs.stream().map(Run::name).distinct().count() < runs.size()) {
      throw new IllegalArgumentException("runs need different names, and at least one run");
    }
    return new Comparison(runs, null, false, Dissector.DEFAULT_IOU, null, false, false);
  }

  /** The same with a curve over the runs' numbers, which this is the name of. */
  public Comparison withAxis(String name) {
    return new Comparison(runs, name, published, iou, accuracies, followed, curves);
  }

  /** The same beside the 27 networks of the CVPR 2017 paper, as their authors published them. */
  public Comparison withPublished() {
    return new Comparison(runs, axis, true, iou, accuracies, followed, curves);
  }

  /** The same with another IoU above which a unit is a detector. */
  public Comparison withThreshold(double threshold) {
    return new Comparison(runs, axis, published, threshold, accuracies, followed, curves);
  }

  /** The same with how well layers serve another task (the paper's Figure 12). */
  public Comparison withAccuracies(Accuracies known) {
    return new Comparison(runs, axis, published, iou, known, followed, curves);
  }

  /**
   * The same with every unit followed through the results, which are of one network in training, in
   * its order: {@code following.csv}, {@code became.csv} and a flow picture for each layer.
   */
  public Comparison withFollowing() {
    return new Comparison(runs, axis, published, iou, accuracies, true, curves);
  }

  /**
   * The same with unique detectors over the IoU above which a unit is a detector, and whether
   * orders depend on it: {@code thresholds.csv} and a picture.
   */
  public Comparison withThresholdCurves() {
    return new Comparison(runs, axis, published, iou, accuracies, followed, true);
  }

  /** What makes the numbers not comparable, one line each; empty where nothing does. */
  public List<String> differences() {
    List<String> differences = new ArrayList<>();
    Run first = runs.get(0);
    for (Run run : runs.subList(1, runs.size())) {
      DissectionInfo one = first.dissection().info();
      DissectionInfo other = run.dissection().info();
      String names = first.name() + " and " + run.name() + ": ";
      String data = differentData(first.dissection(), run.dissection());
      if (data != null) {
        differences.add(names + data);
      }
      if (!Set.copyOf(one.data().categories()).equals(Set.copyOf(other.data().categories()))) {
        differences.add(
            names
                + "categories "
                + String.join(", ", one.data().categories())
                + " and "
                + String.join(", ", other.data().categories()));
      }
      different(differences, names + "quantile ", one.rules().quantile(), other.rules().quantile());
      different(
          differences, names + "convention ", one.rules().convention(), other.rules().convention());
    }
    return differences;
  }

  /** What a reader should know although the numbers are comparable, one line each. */
  public List<String> notes() {
    List<String> notes = new ArrayList<>();
    for (int r = 1; r < runs.size(); r++) {
      DissectionInfo.NetworkInfo network = runs.get(r).dissection().info().network();
      for (Run before : runs.subList(0, r)) {
        DissectionInfo.NetworkInfo other = before.dissection().info().network();
        if (network.sha256() != null
            && network.sha256().equals(other.sha256())
            && !Objects.equals(network.describePreprocessing(), other.describePreprocessing())) {
          notes.add(
              "%s and %s are one network under two preprocessings: %s; %s"
                  .formatted(
                      before.name(),
                      runs.get(r).name(),
                      other.describePreprocessing(),
                      network.describePreprocessing()));
          break;
        }
      }
    }
    return notes;
  }

  private static void different(
      List<String> differences, String what, @Nullable Object a, @Nullable Object b) {
    if (!Objects.equals(a, b)) {
      differences.add(what + shown(a) + " and " + shown(b));
    }
  }

  private static String shown(@Nullable Object value) {
    return value == null ? "all" : value.toString();
  }

  private static @Nullable String differentData(Dissection a, Dissection b) {
    DissectionInfo.DataInfo one = a.info().data();
    DissectionInfo.DataInfo other = b.info().data();
    if (one.fingerprint() != null && other.fingerprint() != null) {
      if (!one.fingerprint().equals(other.fingerprint())) {
        return "data sets " + one.name() + " and " + other.name();
      }
      if (!Objects.equals(one.split(), other.split())
          || !Objects.equals(one.limit(), other.limit())
          || a.info().images().read() != b.info().images().read()) {
        return "different images of the data set " + one.name();
      }
      return null;
    }
    // An imported table names no data set, but the truth of a concept is the data set's own.
    Map<String, Long> truths = new HashMap<>();
    labels(a, (score) -> truths.put(score.category() + "/" + score.label(), score.truth()));
    int[] shared = new int[2];
    labels(
        b,
        (score) -> {
          Long truth = truths.get(score.category() + "/" + score.label());
          if (truth != null) {
            shared[truth == score.truth() ? 0 : 1]++;
          }
        });
    if (shared[1] > 0) {
      return "data sets differ ("
          + one.name()
          + ", "
          + other.name()
          + "): the same concept has another number of pixels";
    }
    return shared[0] == 0 ? "no concept in common tells that the data sets are the same" : null;
  }

  private static void labels(
      Dissection dissection, java.util.function.Consumer<LabelScore> consumer) {
    for (LayerDissection layer : dissection.layers()) {
      for (UnitScore unit : layer.units()) {
        unit.byCategory().stream().filter(score -> !score.label().isBlank()).forEach(consumer);
      }
    }
  }

  /**
   * Writes page and tables; the page last.
   *
   * @param folder made if absent
   */
  public void write(Path folder) throws IOException {
    // All that can fail comes before what stood in the folder is touched.
    List<Following> following =
        followed ? Following.of(runs, categories, iou) : List.<Following>of();
    Map<String, String> tables = tables(following);
    List<String> names = List.copyOf(tables.keySet());
    ReportFolder.check(folder, names);
    Files.createDirectories(folder);
    String page = page(folder, following);
    ReportFolder out = ReportFolder.begin(folder, names);
    for (Map.Entry<String, String> table : tables.entrySet()) {
      out.write(table.getKey(), table.getValue());
    }
    out.finish(page);
  }

  /** The files beside the page. */
  private Map<String, String> tables(List<Following> following) throws IOException {
    Map<String, String> tables = new LinkedHashMap<>();
    tables.put("compare.csv", table());
    tables.put("concepts.csv", concepts());
    if (curves) {
      tables.put("thresholds.csv", thresholds().csv());
      tables.put("thresholds.svg", thresholds().svg());
    }
    if (followed) {
      tables.put("following.csv", Following.table(following));
      tables.put("became.csv", Following.became(following));
      for (Following layer : following) {
        tables.put(layer.file(), layer.figure().svg());
      }
    }
    return tables;
  }

  private String page(Path folder, List<Following> following) throws IOException {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("tool", ToolVersion.get());
    root.put("network", Map.of());
    root.put("data", Map.of("name", runs.get(0).dissection().info().data().name()));
    // Not Map.of: its order changes from one process to the next.
    Map<String, Object> rules = new LinkedHashMap<>();
    rules.put("iou", iou);
    rules.put("convention", "");
    rules.put("quantile", "");
    root.put("rules", rules);
    root.put("categories", categories);
    root.put("concepts", List.of());
    root.put("photos", List.of());
    root.put("differences", differences());
    root.put("notes", notes());
    root.put("axis", axis);
    List<Object> layers = new ArrayList<>();
    for (Run run : runs) {
      for (LayerDissection layer : run.dissection().layers()) {
        layers.add(layer(folder, run, layer, layers.size()));
      }
    }
    root.put("layers", layers);
    root.put("curves", curves ? curvesView() : null);
    root.put("following", following.stream().map(Following::view).toList());
    List<Object> bars = new ArrayList<>();
    if (published) {
      for (Published network : Published.all()) {
        Map<String, Object> bar = new LinkedHashMap<>();
        bar.put("name", network.name());
        bar.put("training", network.training());
        bar.put("layer", network.layer());
        bar.put("units", network.units());
        bar.put("detectors", network.detectors());
        bar.put("unique", network.unique());
        bar.put("byCategory", network.byCategory());
        bars.add(bar);
      }
    }
    root.put("published", bars);
    return Page.page(
        runs.size() == 1 ? runs.get(0).name() : runs.size() + " results compared",
        withoutScripts(),
        root,
        SCRIPTS);
  }

  /** Unique detectors over thresholds: a curve a layer of a network, or of networks that repeat. */
  private ThresholdCurves curves() {
    boolean single = runs.stream().allMatch(run -> run.dissection().layers().size() == 1);
    Map<String, List<LayerDissection>> repeats = new LinkedHashMap<>();
    for (Run run : runs) {
      for (LayerDissection layer : run.dissection().layers()) {
        String of = run.group() == null ? run.name() : run.group();
        String name = single ? of : of + " " + layer.layer().name();
        repeats.computeIfAbsent(name, n -> new ArrayList<>()).add(layer);
      }
    }
    List<ThresholdCurves.Curve> all = new ArrayList<>();
    repeats.forEach(
        (name, layers) ->
            all.add(
                new ThresholdCurves.Curve(
                    name,
                    ThresholdCurves.THRESHOLDS.stream()
                        .map(
                            threshold ->
                                layers.stream()
                                    .map(l -> (double) l.counts(threshold).uniquePerCategory())
                                    .toList())
                        .toList())));
    return ThresholdCurves.of(all, "unique detectors");
  }

  private Figure thresholds() {
    return curves()
        .figure(
            "thresholds",
            "Unique detectors, counted per category, by the IoU above which a unit is a detector;"
                + " of repeats the mean and the range.");
  }

  private Map<String, Object> curvesView() {
    Map<String, Object> view = new LinkedHashMap<>();
    String svg = thresholds().svg();
    view.put("svg", svg.substring(svg.indexOf("<svg")));
    view.put("caption", thresholds().caption());
    view.put("orders", curves().orders());
    return view;
  }

  private Map<String, Object> layer(Path folder, Run run, LayerDissection dissected, int index)
      throws IOException {
    DissectionInfo info = run.dissection().info();
    Map<String, Object> layer = new LinkedHashMap<>();
    layer.put("name", dissected.layer().name());
    layer.put("folder", Integer.toString(index));
    layer.put("run", run.name());
    layer.put("single", run.dissection().layers().size() == 1);
    layer.put("group", run.group());
    layer.put("axis", run.axis());
    LayerPages.basis(dissected.layer(), layer);
    layer.put("probe", accuracies == null ? null : accuracies.of(dissected));
    FormulaTable formulas = FormulaTable.read(run.dissection(), dissected);
    if (formulas != null) {
      layer.put("growth", FormulaGrowth.of(formulas));
    }
    layer.put("dataName", info.data().name());
    layer.put("images", info.images().read());
    layer.put("concepts", run.dissection().concepts().size());
    layer.put("preprocessing", info.network().describePreprocessing());
    layer.put("convention", info.rules().convention());
    layer.put("quantile", info.rules().quantile());
    Path report = run.dissection().folder().resolve(ResultFolder.REPORT).resolve(ReportFolder.PAGE);
    if (Files.isRegularFile(report)) {
      layer.put("report", link(folder, report));
      layer.put("reportLayer", dissected.layer().folder());
    }
    List<UnitScore> units = dissected.units();
    layer.put(
        "order",
        units.stream()
            .sorted(
                Comparator.comparingDouble((UnitScore unit) -> -unit.label().iou())
                    .thenComparingInt(UnitScore::unit))
            .map(UnitScore::unit)
            .toList());
    layer.put("thresholds", new int[units.size()]);
    layer.put("empty", dissected.result().emptyMasks());
    layer.put("inactive", dissected.result().inactive());
    LayerPages.scores(units, categories, layer);
    TrustTable trust = TrustTable.read(run.dissection(), dissected);
    if (trust != null) {
      layer.put(
          "trust", TrustPages.summary(trust, categories, info.images().read(), info.rules().iou()));
    }
    return layer;
  }

  /** The way from the page to a report, so that both can be moved together. */
  private static String link(Path folder, Path report) throws IOException {
    Path from = folder.toRealPath();
    Path to = report.toRealPath();
    if (!Objects.equals(from.getRoot(), to.getRoot())) {
      return to.toUri().toASCIIString();
    }
    return Page.link(from.relativize(to));
  }

  /** The numbers: a row a network and layer, then the published ones. */
  private String table() throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
      List<String> row =
          new ArrayList<>(
              List.of(
                  "network",
                  "layer",
                  "group",
                  axis == null ? "axis" : axis,
                  "source",
                  "data",
                  "convention",
                  "quantile",
                  "iou",
                  "units",
                  "detectors",
                  "detector-share",
                  "unique-per-category",
                  "unique-top-label",
                  "beyond-chance",
                  "detectors-beyond-chance"));
      if (accuracies != null) {
        row.addAll(List.of("accuracy", "accuracy-spread"));
      }
      for (String category : categories) {
        row.addAll(List.of(category + "-detectors", category + "-share", category + "-unique"));
      }
      csv.writeRecord(row);
      for (Run run : runs) {
        DissectionInfo info = run.dissection().info();
        for (LayerDissection layer : run.dissection().layers()) {
          DetectorCounts counts = layer.counts(iou);
          row.clear();
          row.addAll(
              List.of(
                  run.name(),
                  layer.layer().name(),
                  run.group() == null ? "" : run.group(),
                  run.axis() == null ? "" : Numbers.general(run.axis(), 12),
                  info.imported() == null ? "measured" : "imported",
                  info.data().name(),
                  info.rules().convention(),
                  info.rules().quantile(),
                  Numbers.general(iou, 12),
                  Integer.toString(counts.units()),
                  Integer.toString(counts.detectors()),
                  share(counts.detectors(), counts.units()),
                  Integer.toString(counts.uniquePerCategory()),
                  Integer.toString(counts.uniqueTopLabel())));
          TrustTable trust = TrustTable.read(run.dissection(), layer);
          row.add(trust == null ? "" : Integer.toString(trust.info().beyondChance()));
          row.add(trust == null ? "" : Long.toString(trust.detectorsBeyondChance(iou)));
          if (accuracies != null) {
            ProbeInfo.Entry probe = accuracies.of(layer);
            row.add(probe == null ? "" : Numbers.general(probe.accuracy(), 6));
            row.add(probe == null ? "" : Numbers.general(probe.spread(), 6));
          }
          for (String category : categories) {
            DetectorCounts.CategoryCount count =
                counts.byCategory().stream()
                    .filter(c -> c.category().equals(category))
                    .findFirst()
                    .orElse(new DetectorCounts.CategoryCount(category, 0, 0));
            row.add(Integer.toString(count.detectors()));
            row.add(share(count.detectors(), counts.units()));
            row.add(Integer.toString(count.unique()));
          }
          csv.writeRecord(row);
        }
      }
      for (Published network : published ? Published.all() : List.<Published>of()) {
        row.clear();
        row.addAll(
            List.of(
                network.name(),
                network.layer(),
                network.training(),
                "",
                "published",
                "Broden",
                "paper",
                "0.005",
                "0.04",
                Integer.toString(network.units()),
                Integer.toString(network.detectors()),
                share(network.detectors(), network.units()),
                Integer.toString(network.unique()),
                "",
                "",
                ""));
        if (accuracies != null) {
          row.addAll(List.of("", ""));
        }
        for (String category : categories) {
          Published.Counts counts = network.byCategory().get(category);
          row.add(counts == null ? "" : Integer.toString(counts.detectors()));
          row.add(counts == null ? "" : share(counts.detectors(), network.units()));
          row.add(counts == null ? "" : Integer.toString(counts.unique()));
        }
        csv.writeRecord(row);
      }
    }
    return text.toString();
  }

  private static String share(int part, int whole) {
    return Numbers.general((double) part / whole, 6);
  }

  /** Matched concepts: a row a concept that some unit detects; per layer its detectors and best. */
  private String concepts() {
    record Found(int detectors, int unit, double iou) {}
    List<String> columns = new ArrayList<>();
    Map<String, Map<Integer, Found>> found = new TreeMap<>();
    for (Run run : runs) {
      for (LayerDissection layer : run.dissection().layers()) {
        int at = columns.size();
        columns.add(run.name() + ":" + layer.layer().name());
        for (UnitScore unit : layer.units()) {
          for (LabelScore score : unit.byCategory()) {
            if (DetectorCounts.passes(score, iou)) {
              found
                  .computeIfAbsent(score.category() + "\0" + score.label(), key -> new HashMap<>())
                  .merge(
                      at,
                      new Found(1, unit.unit(), score.iou()),
                      (a, b) ->
                          new Found(
                              a.detectors() + 1,
                              b.iou() > a.iou() ? b.unit() : a.unit(),
                              Math.max(a.iou(), b.iou())));
            }
          }
        }
      }
    }
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
      List<String> row = new ArrayList<>(List.of("category", "label"));
      columns.forEach(
          column ->
              row.addAll(
                  List.of(column + " detectors", column + " best unit", column + " best iou")));
      csv.writeRecord(row);
      for (Map.Entry<String, Map<Integer, Found>> entry : found.entrySet()) {
        row.clear();
        row.addAll(List.of(entry.getKey().split("\0", -1)));
        for (int at = 0; at < columns.size(); at++) {
          Found of = entry.getValue().get(at);
          row.add(of == null ? "0" : Integer.toString(of.detectors()));
          row.add(of == null ? "" : Integer.toString(of.unit()));
          row.add(of == null ? "" : Numbers.general(of.iou(), 9));
        }
        csv.writeRecord(row);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return text.toString();
  }

  private String withoutScripts() {
    StringBuilder html = new StringBuilder();
    Stream.of(differences(), notes())
        .flatMap(List::stream)
        .forEach(line -> html.append("<p>").append(Page.escape(line)).append("</p>"));
    html.append(
        "<table><tr><th>network<th>layer<th>units<th>detectors<th>unique, per category</tr>");
    for (Run run : runs) {
      for (LayerDissection layer : run.dissection().layers()) {
        DetectorCounts counts = layer.counts(iou);
        html.append("<tr><td>")
            .append(Page.escape(run.name()))
            .append("<td>")
            .append(Page.escape(layer.layer().name()))
            .append("<td>")
            .append(counts.units())
            .append("<td>")
            .append(counts.detectors())
            .append("<td>")
            .append(counts.uniquePerCategory())
            .append("</tr>");
      }
    }
    return html.append("</table>").toString();
  }
}
