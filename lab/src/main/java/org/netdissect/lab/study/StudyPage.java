package org.netdissect.lab.study;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Numbers;
import org.netdissect.base.Text;
import org.netdissect.base.ToolVersion;
import org.netdissect.base.files.WholeFile;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.report.figures.ConditionsChart;
import org.netdissect.report.figures.Figure;
import org.netdissect.report.figures.Figures;
import org.netdissect.report.figures.ThresholdCurves;
import org.netdissect.report.page.Page;
import org.netdissect.results.BasisInfo;
import org.netdissect.results.DetectorCounts;
import org.netdissect.results.LayerDissection;

/** The page of a study: each question with its figure, its table and what can be said. */
final class StudyPage {
  /** Thresholds at which each question is asked again. */
  private static final double[] THRESHOLDS = {0.02, 0.04, 0.06, 0.08, 0.1};

  private static final int IMAGES_OF_UNIT = 4;

  private final Study study;
  private final List<Outcome> outcomes;
  private final Path out;
  private final boolean curves;
  private final ConceptDataset data;

  /**
   * A page.
   *
   * @param data that the networks were dissected with
   * @param curves whether counts are drawn over thresholds
   */
  StudyPage(Study study, List<Outcome> outcomes, Path out, ConceptDataset data, boolean curves) {
    this.data = data;
    this.curves = curves;
    this.study = study;
    this.outcomes = List.copyOf(outcomes);
    this.out = out;
  }

  /** One value of the factor and of the measure, from one network and layer. */
  private record Observation(String factor, double value, Outcome from, LayerDissection layer) {}

  /** Writes figures and tables, the page last. */
  StudyRun.Answers write() throws IOException {
    Path figures = Files.createDirectories(out.resolve("figures"));
    StringBuilder body = new StringBuilder();
    StringBuilder list = new StringBuilder();
    List<StudyRun.Answer> answers = new ArrayList<>();
    Set<String> names = new HashSet<>();
    int number = 0;
    for (Question question : study.questions()) {
      number++;
      String name = number + "-" + fileName(question.title(), 40);
      body.append("<section id=\"q").append(number).append("\">\n<h2>");
      body.append(Page.escape(question.title())).append("</h2>\n");
      StudyRun.Answer answer =
          question.measure().kind() == Question.Measure.Kind.CONCEPTS
              ? concepts(question, name, figures, names, body)
              : values(question, name, figures, names, body);
      body.append("</section>\n");
      list.append(item(number, question.title(), answer.verdict()));
      answers.add(answer);
    }
    removeOthers(figures, names);
    Path page = out.resolve("index.html");
    WholeFile.text(page, html(list.toString(), body + networks()));
    return new StudyRun.Answers(page, answers);
  }

  private static String fileName(String text, int longest) {
    // Names stand in links, where other signs would mean something.
    return Text.fileSafe(text.replaceAll("[^\\p{L}\\p{N}._]+", "-"))
        .replaceAll("^(.{0," + longest + "}).*", "$1")
        .replaceAll("-+$", "");
  }

  /** Draws and judges what a question measures. */
  private StudyRun.Answer values(
      Question question, String name, Path figures, Set<String> names, StringBuilder body)
      throws IOException {
    List<Observation> seen = observations(question, study.iou());
    if (seen.isEmpty()) {
      body.append("<p>No network has both the factor and the measure.</p>\n");
      return new StudyRun.Answer(
          question.title(),
          Finding.Verdict.CANNOT_BE_TOLD.words(),
          "no network has both the factor and the measure");
    }
    List<Finding.Level> levels = levels(question, seen);
    Figure figure = figure(question, levels, name);
    names.addAll(List.of(name + ".svg", name + ".csv"));
    WholeFile.text(figures.resolve(name + ".svg"), figure.svg());
    WholeFile.text(figures.resolve(name + ".csv"), table(question, seen));
    StudyRun.Answer answer = answer(question, levels, body);
    body.append(drawn(figure, name, true));
    if (curves && question.measure().kind().counts() && !isMeasured(question)) {
      names.addAll(drawCurves(question, name + "-thresholds", figures, body));
    }
    body.append(byThreshold(question));
    int without =
        participants(question).size()
            - (int) seen.stream().map(Observation::from).distinct().count();
    if (without > 0) {
      body.append("<p class=\"quiet\">Left out: ").append(without);
      body.append(" networks without the factor or the measure.</p>\n");
    }
    return answer;
  }

  /** Shows, for each value of the factor, what the units of its first network detect. */
  private StudyRun.Answer concepts(
      Question question, String name, Path figures, Set<String> names, StringBuilder body)
      throws IOException {
    StringWriter text = new StringWriter();
    Set<String> shown = new HashSet<>();
    try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
      List<String> head = new ArrayList<>(List.of(question.by(), "network", "layer"));
      head.addAll(StudyConcepts.columns());
      csv.writeRecord(head);
      for (Outcome outcome : participants(question)) {
        for (LayerDissection layer : layers(question, outcome)) {
          String factor = factor(question.by(), outcome, layer);
          if (factor == null) {
            continue;
          }
          StudyConcepts found = StudyConcepts.of(layer, study.iou());
          String network = outcome.subject().name();
          for (List<String> row : found.rows()) {
            List<String> cells = new ArrayList<>(List.of(factor, network, layer.layer().name()));
            cells.addAll(row);
            csv.writeRecord(cells);
          }
          if (shown.add(factor)) {
            body.append("<h3>").append(Page.escape(factor)).append("</h3>\n<p class=\"quiet\">");
            body.append(Page.escape(network + ", " + layer.layer().name())).append("</p>\n");
            String file = name + "-" + fileName(shown.size() + "-" + factor, 30);
            names.addAll(units(outcome, layer, found, file, figures, body));
          }
        }
      }
    }
    names.add(name + ".csv");
    WholeFile.text(figures.resolve(name + ".csv"), text.toString());
    body.append(
        "<p class=\"quiet\">Of the first network of each value: its three categories with the");
    body.append(" most concepts, in each the two that are detected best. All concepts of all");
    body.append(" networks: <a href=\"figures/")
        .append(Page.escape(name))
        .append(".csv\">CSV</a></p>\n");
    return new StudyRun.Answer(question.title(), "", "");
  }

  private List<String> units(
      Outcome outcome,
      LayerDissection layer,
      StudyConcepts found,
      String name,
      Path figures,
      StringBuilder body)
      throws IOException {
    if (found.shown().isEmpty()) {
      body.append("<p>No unit is a detector.</p>\n");
      return List.of();
    }
    Figure figure =
        Figures.of(outcome.dissection(), layer, study.iou())
            .units(found.shown(), data, IMAGES_OF_UNIT);
    WholeFile.text(figures.resolve(name + ".svg"), figure.svg());
    WholeFile.text(figures.resolve(name + ".csv"), figure.csv());
    body.append(drawn(figure, name, false));
    return List.of(name + ".svg", name + ".csv");
  }

  /**
   * A figure as it stands on the page.
   *
   * @param chart whether it may be shown light on dark; photographs may not, and say what they are
   *     themselves
   */
  private static String drawn(Figure figure, String name, boolean chart) {
    String svg = figure.svg();
    String link = " <a href=\"figures/" + Page.escape(name);
    return (chart ? "<figure class=\"chart\">" : "<figure>")
        + svg.substring(svg.indexOf("<svg"))
        + "<figcaption>"
        + (chart ? Page.escape(figure.caption()) : "")
        + link
        + ".svg\">SVG</a>"
        + link
        + ".csv\">CSV</a></figcaption></figure>\n";
  }

  /** Draws a question's values over thresholds; returns the files that it wrote. */
  private List<String> drawCurves(Question question, String name, Path figures, StringBuilder body)
      throws IOException {
    Map<String, List<List<Double>>> values = new LinkedHashMap<>();
    for (double threshold : ThresholdCurves.THRESHOLDS) {
      for (Finding.Level level : levels(question, observations(question, threshold))) {
        values.computeIfAbsent(level.label(), l -> new ArrayList<>()).add(level.values());
      }
    }
    List<ThresholdCurves.Curve> all = new ArrayList<>();
    values.forEach((label, of) -> all.add(new ThresholdCurves.Curve(label, of)));
    ThresholdCurves drawn = ThresholdCurves.of(all, question.measure().words());
    Figure figure =
        drawn.figure(
            name,
            "%s by the IoU above which a unit is a detector, a curve for each value of %s: means, and ranges as bars."
                .formatted(capital(question.measure().words()), question.by()));
    WholeFile.text(figures.resolve(name + ".svg"), figure.svg());
    WholeFile.text(figures.resolve(name + ".csv"), figure.csv());
    body.append(drawn(figure, name, true));
    body.append("<p>").append(Page.escape(drawn.orders())).append("</p>\n");
    return List.of(name + ".svg", name + ".csv");
  }

  /** What earlier questions left would be taken for an answer to these. */
  private static void removeOthers(Path figures, Set<String> names) throws IOException {
    try (Stream<Path> inside = Files.list(figures)) {
      for (Path file : inside.toList()) {
        if (!names.contains(String.valueOf(file.getFileName()))) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private static String item(int number, String title, String verdict) {
    return "<li><a href=\"#q%d\">%s</a>%s</li>\n"
        .formatted(
            number,
            Page.escape(title),
            verdict.isEmpty() ? "" : ": <b>" + Page.escape(verdict) + "</b>");
  }

  /** Of a training that gave several networks the last, unless the question is about iterations. */
  private List<Outcome> participants(Question question) {
    List<Outcome> all =
        outcomes.stream().filter(outcome -> question.asks(outcome.subject())).toList();
    if (question.by().equals("iteration")) {
      return all;
    }
    Map<String, Long> last = new HashMap<>();
    all.forEach(outcome -> last.merge(training(outcome), iteration(outcome), Math::max));
    return all.stream()
        .filter(o -> iteration(o) == Objects.requireNonNull(last.get(training(o))))
        .toList();
  }

  private static String training(Outcome outcome) {
    return outcome.subject().group() + "\n" + outcome.origin();
  }

  private static long iteration(Outcome outcome) {
    return Long.parseLong(outcome.subject().factors().getOrDefault("iteration", "0"));
  }

  private List<Observation> observations(Question question, double iou) {
    List<Observation> seen = new ArrayList<>();
    for (Outcome outcome : participants(question)) {
      for (LayerDissection layer : layers(question, outcome)) {
        String factor = factor(question.by(), outcome, layer);
        Double value = measure(question.measure(), outcome, layer, iou);
        if (factor != null && value != null) {
          seen.add(new Observation(factor, value, outcome, layer));
        }
      }
    }
    return seen;
  }

  /** The layers of a network that a question is about: one, unless it asks by layer or view. */
  private static List<LayerDissection> layers(Question question, Outcome outcome) {
    List<LayerDissection> own =
        outcome.dissection().layers().stream()
            .filter(layer -> layer.layer().basis() == null)
            .filter(
                layer -> question.layer() == null || layer.layer().name().equals(question.layer()))
            .toList();
    if (own.isEmpty() || question.by().equals("layer")) {
      return own;
    }
    LayerDissection last = own.get(own.size() - 1);
    if (!question.by().equals("alpha")) {
      return List.of(last);
    }
    List<LayerDissection> views = new ArrayList<>(List.of(last));
    for (LayerDissection layer : outcome.dissection().layers()) {
      BasisInfo basis = layer.layer().basis();
      if (basis != null && basis.alpha() != null && basis.layer().equals(last.layer().name())) {
        views.add(layer);
      }
    }
    return views;
  }

  private static @Nullable String factor(String by, Outcome outcome, LayerDissection layer) {
    return switch (by) {
      case "layer" -> layer.layer().name();
      case "alpha" -> {
        BasisInfo basis = layer.layer().basis();
        yield basis == null ? "0" : Numbers.general(Objects.requireNonNull(basis.alpha()), 6);
      }
      case "accuracy" -> measured(outcome.accuracy());
      case "probe" -> measured(outcome.probed());
      default -> outcome.subject().factors().get(by);
    };
  }

  private static @Nullable String measured(@Nullable Double accuracy) {
    return accuracy == null ? null : Numbers.general(accuracy, 4);
  }

  /** Whether the factor is measured of each network, not set. */
  private static boolean isMeasured(Question question) {
    return question.by().equals("accuracy") || question.by().equals("probe");
  }

  private static @Nullable Double measure(
      Question.Measure measure, Outcome outcome, LayerDissection layer, double iou) {
    if (!measure.kind().counts()) {
      return measure.kind() == Question.Measure.Kind.PROBE ? outcome.probed() : outcome.accuracy();
    }
    DetectorCounts counts = layer.counts(iou);
    int unique = counts.uniquePerCategory();
    int detectors = counts.detectors();
    if (!measure.category().isEmpty()) {
      DetectorCounts.CategoryCount of =
          counts.byCategory().stream()
              .filter(count -> count.category().equals(measure.category()))
              .findFirst()
              .orElse(null);
      if (of == null) {
        return null;
      }
      unique = of.unique();
      detectors = of.detectors();
    }
    return switch (measure.kind()) {
      case UNIQUE -> (double) unique;
      case DETECTORS -> (double) detectors;
      default -> (double) detectors / counts.units();
    };
  }

  /** The values of each value of the factor, one a network: its rotations are averaged. */
  private static List<Finding.Level> levels(Question question, List<Observation> seen) {
    if (isMeasured(question)) {
      // Networks of the same accuracy are no repeats of each other.
      return seen.stream()
          .map(
              o ->
                  new Finding.Level(
                      o.factor(),
                      Finding.number(o.factor()),
                      List.of(o.value()),
                      List.of(o.from().origin().condition())))
          .sorted(Comparator.comparingDouble(level -> Objects.requireNonNull(level.x())))
          .toList();
    }
    Map<String, Map<Outcome, List<Double>>> values = new LinkedHashMap<>();
    for (Observation o : seen) {
      values
          .computeIfAbsent(o.factor(), f -> new LinkedHashMap<>())
          .computeIfAbsent(o.from(), f -> new ArrayList<>())
          .add(o.value());
    }
    List<Finding.Level> levels = new ArrayList<>();
    values.forEach(
        (label, of) -> {
          List<Double> means = new ArrayList<>();
          List<String> repeats = new ArrayList<>();
          of.forEach(
              (outcome, own) -> {
                means.add(own.stream().mapToDouble(v -> v).average().orElseThrow());
                repeats.add(repeat(outcome.origin()));
              });
          levels.add(new Finding.Level(label, Finding.number(label), means, repeats));
        });
    if (levels.stream().allMatch(level -> level.x() != null)) {
      levels.sort(Comparator.comparingDouble(level -> Objects.requireNonNull(level.x())));
    }
    return levels;
  }

  /** Networks of one seed are one repeat; where it is not known, those of one training. */
  private static String repeat(Subject.Origin origin) {
    return origin.seed().isEmpty() ? origin.condition() : "seed " + origin.seed();
  }

  private static Finding.Repeats repeats(Question question) {
    return switch (question.by()) {
      case "accuracy", "probe" -> Finding.Repeats.CONDITIONS;
      case "layer", "alpha", "iteration" -> Finding.Repeats.WITHIN;
      default -> Finding.Repeats.BETWEEN;
    };
  }

  private Figure figure(Question question, List<Finding.Level> levels, String name) {
    return ConditionsChart.of(
        levels.stream()
            .map(l -> new ConditionsChart.Condition(l.label(), l.x(), l.values()))
            .toList(),
        question.by(),
        question.measure().words(),
        name,
        "%s by %s: every network a dot, means as bars, ranges as lines%s."
            .formatted(
                capital(question.measure().words()),
                question.by(),
                question.measure().kind().counts()
                    ? "; IoU above " + Numbers.general(study.iou(), 4)
                    : ""));
  }

  private static String capital(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  /** Judges what was expected, and says so on the page. */
  private static StudyRun.Answer answer(
      Question question, List<Finding.Level> levels, StringBuilder body) {
    if (question.expected() == null) {
      return new StudyRun.Answer(question.title(), "", "");
    }
    Finding finding = Finding.of(question.expected(), levels, repeats(question));
    String verdict = finding.verdict().words();
    body.append("<p>Expected: ").append(Page.escape(question.expected().words()));
    body.append(". This <b>").append(verdict).append("</b>: ");
    body.append(Page.escape(finding.statistic())).append(".</p>\n");
    return new StudyRun.Answer(question.title(), verdict, finding.statistic());
  }

  /** How the means change with the threshold; the paper: counts change, orders stay. */
  private String byThreshold(Question question) {
    if (!question.measure().kind().counts()) {
      return "";
    }
    List<List<Finding.Level>> columns = new ArrayList<>();
    for (double threshold : THRESHOLDS) {
      columns.add(levels(question, observations(question, threshold)));
    }
    StringBuilder rows = new StringBuilder();
    rows.append(
        "<details><summary>At other thresholds</summary><div class=\"wide\" tabindex=\"0\"><table><tr><th>");
    rows.append(Page.escape(question.by()));
    for (double threshold : THRESHOLDS) {
      rows.append("<th>IoU &gt; ").append(Numbers.general(threshold, 3));
    }
    for (int i = 0; i < columns.get(0).size(); i++) {
      rows.append("<tr><td>").append(Page.escape(columns.get(0).get(i).label()));
      for (List<Finding.Level> column : columns) {
        double mean = column.get(i).mean();
        rows.append("<td>").append(Numbers.general(Math.rint(mean * 100) / 100, 5));
      }
    }
    if (question.expected() != null) {
      rows.append("<tr><td>verdict");
      for (List<Finding.Level> column : columns) {
        Finding finding = Finding.of(question.expected(), column, repeats(question));
        rows.append("<td>").append(finding.verdict().words());
      }
    }
    return rows.append("</table></div></details>\n").toString();
  }

  private static String table(Question question, List<Observation> seen) throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
      csv.writeRecord(question.by(), question.measure().words(), "network", "layer");
      for (Observation o : seen) {
        csv.writeRecord(
            o.factor(),
            Numbers.general(o.value(), 9),
            o.from().subject().name(),
            o.layer().layer().name());
      }
    }
    return text.toString();
  }

  private String networks() {
    StringBuilder rows =
        new StringBuilder("<section><h2>Networks</h2><div class=\"wide\" tabindex=\"0\"><table>");
    rows.append(
        "<tr><th>network<th>layer<th>units<th>detectors<th>unique<th>accuracy<th>probe<th>report\n");
    for (Outcome outcome : outcomes) {
      for (LayerDissection layer : outcome.dissection().layers()) {
        DetectorCounts counts = layer.counts(study.iou());
        rows.append("<tr><td>").append(Page.escape(outcome.subject().name()));
        rows.append("<td>").append(Page.escape(layer.layer().name()));
        rows.append("<td>").append(counts.units()).append("<td>").append(counts.detectors());
        rows.append("<td>").append(counts.uniquePerCategory()).append("<td>");
        rows.append(Objects.requireNonNullElse(measured(outcome.accuracy()), "")).append("<td>");
        rows.append(Objects.requireNonNullElse(measured(outcome.probed()), ""));
        Path report = outcome.dissection().folder().resolve("report/index.html");
        rows.append("<td>");
        if (Files.exists(report)) {
          rows.append("<a href=\"").append(Page.escape(Page.link(out.relativize(report))));
          rows.append("\">report</a>");
        }
        rows.append('\n');
      }
    }
    return rows.append("</table></div></section>\n").toString();
  }

  private String html(String list, String body) {
    return """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>%1$s</title>
    <style>
    :root { color-scheme: light dark; --ink: #222; --paper: #fff; --line: #ccc; --quiet: #666; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --paper: #1b1b1d; --line: #444; --quiet: #999; } }
    body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto; padding: 1rem; max-width: 60rem; }
    a { color: light-dark(#2f45b5, #9db0ff); }
    h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
    h3 { font-size: 1rem; margin-bottom: 0; } h3 + p { margin-top: 0; }
    figure { margin: 1rem 0; overflow-x: auto; } figure svg { max-width: 100%%; height: auto; background: #fff; border-radius: 4px; }
    @media screen and (prefers-color-scheme: dark) { .chart svg { filter: invert(0.9) hue-rotate(180deg); } }
    figcaption, .quiet { color: var(--quiet); font-size: .85rem; }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
    th, td { text-align: left; padding: .2rem .7rem .2rem 0; border-bottom: 1px solid var(--line); }
    .wide { overflow-x: auto; }
    @media print { details { display: none; } section { break-inside: avoid; } }
    </style></head><body>
    <h1>%1$s</h1>
    <p class="quiet">A study by %2$s on %3$s, %4$d networks.</p>
    <ol>%5$s</ol>
    <p class="quiet">%6$s</p>
    %7$s</body></html>
    """
        .formatted(
            Page.escape(study.title()),
            Page.escape(ToolVersion.get()),
            Page.escape(outcomes.get(0).dissection().info().data().name()),
            outcomes.size(),
            list,
            Page.escape(Finding.rule()),
            body);
  }
}
