package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.rating.Answers;
import org.netdissect.analysis.rating.Question;
import org.netdissect.analysis.rating.RatingTable;
import org.netdissect.analysis.rating.SecondSource;
import org.netdissect.analysis.rating.Study;
import org.netdissect.analysis.rating.StudyMaker;
import org.netdissect.analysis.rating.StudyOptions;
import org.netdissect.base.Text;
import org.netdissect.base.files.WholeFile;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.report.rating.RatingSheets;
import org.netdissect.results.Dissection;
import org.netdissect.results.LayerDissection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect rate}: what people say of the labels. */
@Command(
    name = "rate",
    description =
        "Writes sheets on which people say whether labels describe what units fire on, a page a"
            + " rater that needs no network; with --read, counts the answers that the sheets saved.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RateCommand implements Callable<Integer> {
  /** What sheets are made by; answers that are read tell their study themselves. */
  private static final List<String> OF_SHEETS =
      List.of(
          "--units",
          "--images",
          "--raters",
          "--phrases",
          "--first-group",
          "--layers",
          "--seed",
          "--data",
          "--cache");

  @Parameters(arity = "0..1", paramLabel = "OUT", description = "The result folder.")
  private @Nullable Path result;

  @Option(
      names = "--units",
      paramLabel = "N",
      defaultValue = "50",
      description = "Units of each layer, drawn at random. Default: ${DEFAULT-VALUE}.")
  private int units;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "15",
      description = "Pictures of a unit, its most activating ones. Default: ${DEFAULT-VALUE}.")
  private int images;

  @Option(
      names = "--raters",
      paramLabel = "N",
      defaultValue = "3",
      description = "Sheets, one a rater. Default: ${DEFAULT-VALUE}.")
  private int raters;

  @Option(
      names = "--phrases",
      paramLabel = "FILE",
      description =
          "Phrases of a second source, such as human ground truth: CSV with unit, phrase, and layer"
              + " where there are several.")
  private @Nullable Path phrases;

  @Option(
      names = "--first-group",
      paramLabel = "K",
      description =
          "With --phrases, raters 1 to K decide which units are interpretable, and the others judge"
              + " within these. Default: half of the raters, and the odd one.")
  private @Nullable Integer firstGroup;

  @Option(
      names = {"--layers", "--layer"},
      split = ",",
      paramLabel = "A,B",
      description = "Layers, by name or folder. Default: all but views of others (--basis).")
  private List<String> layers = List.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of all draws. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--read",
      arity = "1..*",
      paramLabel = "FILE",
      description = "Count the answers in these files instead.")
  private List<Path> read = List.of();

  @Option(
      names = "--without-failed",
      description = "With --read, leave out raters who failed a check.")
  private boolean withoutFailed;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "OUT",
      description = "A new folder for the sheets, or the file for the table.")
  private Path out;

  @Option(names = "--overwrite", description = "With --read, replace the table that --out names.")
  private boolean overwrite;

  @Mixin private ResultData resultData;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    if (!read.isEmpty()) {
      if (result != null) {
        throw new UsageException("--read needs no result folder: " + result);
      }
      refuse(OF_SHEETS, "is of sheets that are made; with --read the answers tell their study");
      count();
    } else if (result == null) {
      throw new UsageException("name a result folder to make sheets of, or answers with --read");
    } else {
      refuse(List.of("--without-failed", "--overwrite"), "is of answers that are read (--read)");
      if (phrases == null) {
        refuse(List.of("--first-group"), "is of studies with --phrases");
      }
      ask(result);
    }
    return 0;
  }

  /** Refuses options that would do nothing. */
  private void refuse(List<String> options, String why) {
    for (String option : options) {
      if (common.given(option)) {
        throw new UsageException(option + " " + why);
      }
    }
  }

  private void ask(Path folder) throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    StudyOptions options = options();
    Dissection dissection = Dissection.open(folder);
    dissection.checkLabelled();
    List<LayerDissection> chosen = StudyMaker.layers(dissection, options.layers(), progress::warn);
    SecondSource second = phrases == null ? null : SecondSource.read(phrases, chosen);
    Study study = StudyMaker.make(dissection, chosen, second, options, progress::warn);
    ConceptDataset data = resultData.open(dissection);
    List<List<RatingSheets.Item>> orders = new ArrayList<>();
    for (int rater = 1; rater <= study.raters(); rater++) {
      List<RatingSheets.Item> items = new ArrayList<>();
      for (Question q : StudyMaker.order(study, seed, rater)) {
        items.add(new RatingSheets.Item(q.id(), q.layer(), q.unit(), q.phrase()));
      }
      orders.add(items);
    }
    List<Path> sheets =
        new RatingSheets(dissection, chosen, data, study.images())
            .write(
                new RatingSheets.Content(study.id(), Answers.key(study), orders),
                out,
                Runtime.getRuntime().availableProcessors(),
                progress);
    Output.line(
        sheets.size()
            + (sheets.size() == 1 ? " sheet" : " sheets")
            + " of "
            + study.questions().size()
            + " questions on "
            + study.units().size()
            + (study.units().size() == 1 ? " unit" : " units")
            + ofLayers(study)
            + ":");
    sheets.forEach(Output::line);
    Output.line(
        "send each to one rater; then: netdissect rate --read answers-*.json --out TABLE.csv");
  }

  /** How many units of which layer, where there are several. */
  private static String ofLayers(Study study) {
    if (study.layers().size() < 2) {
      return "";
    }
    List<String> each = new ArrayList<>();
    for (int l = 0; l < study.layers().size(); l++) {
      int layer = l;
      long units = study.units().stream().filter(unit -> unit.layer() == layer).count();
      each.add(units + " of " + Text.oneLine(study.layers().get(l)));
    }
    return " in all, " + String.join(", ", each);
  }

  private StudyOptions options() {
    try {
      if (phrases != null && firstGroup == null && raters < 2) {
        throw new UsageException("--phrases needs --raters of at least 2: two groups judge them");
      }
      int first = firstGroup == null ? StudyOptions.half(raters) : firstGroup;
      if (phrases != null && first >= raters) {
        throw new UsageException("--first-group must leave raters for the second group");
      }
      return new StudyOptions(units, images, raters, first, layers, seed);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private void count() throws IOException {
    ModelOptions.requireReplaceable(out, overwrite);
    List<Answers> answers = new ArrayList<>();
    for (Path file : read) {
      answers.add(Answers.read(file));
    }
    RatingTable table = RatingTable.of(answers, withoutFailed);
    Path parent = out.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    WholeFile.text(out, table.csv());
    Output.print(text(table, answers.get(0).study()));
  }

  private static String text(RatingTable table, Study study) {
    StringBuilder text = new StringBuilder();
    String layer = null;
    for (RatingTable.Row row : table.rows()) {
      if (!row.layer().equals(layer)) {
        layer = row.layer();
        text.append(layer.isEmpty() ? "raters\n" : "layer " + layer + "\n");
      }
      boolean alpha = Double.isNaN(row.low());
      text.append(String.format(Locale.ROOT, "  %-48s", row.measure()));
      if (Double.isNaN(row.value())) {
        text.append("not defined\n");
      } else if (alpha) {
        text.append(String.format(Locale.ROOT, "%.3f%n", row.value()));
      } else {
        text.append(
            String.format(
                Locale.ROOT,
                "%4d of %-4d %5.1f %%  (%.1f to %.1f)%n",
                row.count(),
                row.of(),
                100 * row.value(),
                100 * row.low(),
                100 * row.high()));
      }
    }
    table.notes().forEach(note -> text.append("! ").append(note).append('\n'));
    if (study.secondSource()) {
      text.append("interpretable units: raters 1 to ")
          .append(study.firstGroup())
          .append("; the rows within them: the other raters\n");
    }
    return text.toString();
  }
}
