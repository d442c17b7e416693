package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.formulas.Formula;
import org.netdissect.analysis.formulas.FormulaOptions;
import org.netdissect.analysis.formulas.FormulaSearch;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.results.Dissection;
import org.netdissect.results.FormulaScore;
import org.netdissect.results.FormulaTable;
import org.netdissect.results.LayerDissection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect formulas}: what units detect, as logical formulas. */
@Command(
    name = "formulas",
    description =
        "Finds for every unit the logical formula of concepts that agrees best with its mask, by"
            + " length and with proof. Writes formulas.csv beside units.csv; the network is not"
            + " needed.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class FormulasCommand implements Callable<Integer> {
  private static final int MOST_SHOWN = 20;

  @Parameters(paramLabel = "OUT", description = "The result folder.")
  private Path result;

  @Option(
      names = "--length",
      paramLabel = "N",
      defaultValue = "3",
      description = "Most concepts of a formula. Default: ${DEFAULT-VALUE}.")
  private int length;

  @Option(
      names = "--search",
      paramLabel = "optimal|beam",
      defaultValue = "optimal",
      description =
          "optimal proves lengths up to 3; beam is faster and proves nothing. Default:"
              + " ${DEFAULT-VALUE}.")
  private String search;

  @Option(
      names = "--beam",
      paramLabel = "N",
      defaultValue = "10",
      description = "Formulas that the beam keeps. Default: ${DEFAULT-VALUE}.")
  private int beam;

  @Option(
      names = "--operators",
      split = ",",
      paramLabel = "A,B",
      defaultValue = "or,and,and-not",
      description = "What may join concepts. Default: ${DEFAULT-VALUE}.")
  private List<String> operators;

  @Option(
      names = "--penalty",
      paramLabel = "X",
      defaultValue = "1",
      description =
          "Factor on the IoU for each concept more, in what the beam keeps. Default:"
              + " ${DEFAULT-VALUE}.")
  private double penalty;

  @Option(
      names = "--time-limit",
      paramLabel = "30s",
      defaultValue = "30s",
      description =
          "For each unit (s, m or ms); what is not proven by then is given with a bound. Default:"
              + " ${DEFAULT-VALUE}.")
  private String timeLimit;

  @Option(
      names = "--units",
      split = ",",
      paramLabel = "N,M",
      description = "Only these units. Default: all.")
  private List<Integer> units = List.of();

  @Option(
      names = "--evaluate",
      paramLabel = "FORMULA",
      description =
          "Score this formula for all units instead, for example \"car AND NOT (road OR wheel)\";"
              + " names of several words in double quotes.")
  private @Nullable String evaluate;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Threads. Default: the number of cores. The result does not depend on it.")
  private @Nullable Integer workers;

  @Mixin private ResultData resultData;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    FormulaOptions options = options();
    Dissection dissection = Dissection.open(result);
    ConceptDataset data = resultData.open(dissection);
    try (LabelledResult labelled =
        LabelledResult.open(dissection, data, resultData.atlas(), progress)) {
      FormulaSearch formulas = FormulaSearch.in(labelled);
      for (LayerDissection layer : dissection.layers()) {
        if (evaluate != null) {
          print(layer, evaluated(formulas, layer, evaluate, progress));
          continue;
        }
        List<FormulaScore> scores = formulas.search(layer, units(layer), options, progress);
        FormulaTable.write(layer, scores);
        print(layer, scores, options.length());
      }
    }
    return 0;
  }

  private List<FormulaScore> evaluated(
      FormulaSearch formulas, LayerDissection layer, String formula, TerminalProgress progress)
      throws IOException {
    try {
      List<FormulaScore> scores = new ArrayList<>(formulas.evaluate(layer, formula, progress));
      scores.sort(
          Comparator.comparingDouble(FormulaScore::iou)
              .reversed()
              .thenComparingInt(FormulaScore::unit));
      return scores;
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private int[] units(LayerDissection layer) {
    if (units.isEmpty()) {
      return IntStream.range(0, layer.units().size()).toArray();
    }
    for (int unit : units) {
      if (unit < 0 || unit >= layer.units().size()) {
        throw new UsageException(
            "--units: layer "
                + layer.layer().name()
                + " has units 0 to "
                + (layer.units().size() - 1)
                + ", not "
                + unit);
      }
    }
    return units.stream().mapToInt(unit -> unit).sorted().distinct().toArray();
  }

  private FormulaOptions options() {
    try {
      if (!List.of("optimal", "beam").contains(search)) {
        throw new IllegalArgumentException("--search must be optimal or beam: " + search);
      }
      return new FormulaOptions(
          length,
          search.equals("optimal"),
          beam,
          operators.stream().map(FormulasCommand::operator).distinct().toList(),
          penalty,
          duration(timeLimit),
          workers == null ? Runtime.getRuntime().availableProcessors() : workers);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private static Formula.Operator operator(String word) {
    return switch (word.trim()) {
      case "or" -> Formula.Operator.OR;
      case "and" -> Formula.Operator.AND;
      case "and-not" -> Formula.Operator.AND_NOT;
      default ->
          throw new IllegalArgumentException("--operators are or, and, and-not, not " + word);
    };
  }

  private static Duration duration(String text) {
    java.util.regex.Matcher parts =
        java.util.regex.Pattern.compile("(\\d{1,9})(ms|s|m|h)?").matcher(text.trim());
    if (!parts.matches()) {
      throw new IllegalArgumentException("--time-limit is a number with ms, s, m or h: " + text);
    }
    long number = Long.parseLong(parts.group(1));
    return switch (parts.group(2) == null ? "s" : parts.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofSeconds(number);
    };
  }

  private static void print(LayerDissection layer, List<FormulaScore> ranked) {
    Output.print(
        String.format(
            Locale.ROOT,
            "%s in layer %s: %d pixels%n",
            ranked.get(0).formula(),
            layer.layer().name(),
            ranked.get(0).pixels()));
    for (FormulaScore score : ranked.subList(0, Math.min(MOST_SHOWN, ranked.size()))) {
      Output.print(String.format(Locale.ROOT, "  unit %5d  IoU %.4f%n", score.unit(), score.iou()));
    }
  }

  private static void print(LayerDissection layer, List<FormulaScore> scores, int length) {
    Output.print(String.format(Locale.ROOT, "formulas of layer %s:%n", layer.layer().name()));
    for (int l = 1; l <= length; l++) {
      int here = l;
      List<FormulaScore> rows = scores.stream().filter(s -> s.length() == here).toList();
      Output.print(
          String.format(
              Locale.ROOT,
              "  length %d: mean IoU %.4f, proven for %d of %d units%n",
              l,
              rows.stream().mapToDouble(FormulaScore::iou).average().orElse(0),
              rows.stream().filter(FormulaScore::proven).count(),
              rows.size()));
    }
    List<FormulaScore> best =
        scores.stream()
            .filter(s -> s.length() == length)
            .sorted(Comparator.comparingDouble(FormulaScore::iou).reversed())
            .limit(MOST_SHOWN)
            .toList();
    for (FormulaScore score : best) {
      Output.print(
          String.format(
              Locale.ROOT,
              "  unit %5d  IoU %.4f  %s%s%n",
              score.unit(),
              score.iou(),
              score.formula(),
              score.proven() ? "" : String.format(Locale.ROOT, " (at most %.4f)", score.bound())));
    }
  }
}
