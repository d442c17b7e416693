package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DiskSpace;
import org.netdissect.base.Text;
import org.netdissect.base.files.TypedPath;
import org.netdissect.lab.study.StepEngine;
import org.netdissect.lab.study.Study;
import org.netdissect.lab.study.StudyRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code netdissect study}: many networks, trained or given, compared from one file. */
@Command(
    name = "study",
    description = {
      "Trains what is to be trained, dissects every network, and writes one page that answers the"
          + " questions of the file (docs/studies.md). What is there already is not done again."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class StudyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE.yaml", description = "The study.")
  private Path file;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Gets everything the study makes. Default: the file's name without its ending.")
  private @Nullable Path out;

  @Option(
      names = "--dry-run",
      description = "Say what would be done and about how long it takes; write nothing.")
  private boolean dryRun;

  @Option(
      names = "--curves",
      paramLabel = "threshold",
      description =
          "threshold: draw each question that counts detectors over the IoU above which a unit is"
              + " one, from 0.02 to 0.1, and tell whether orders stay.")
  private @Nullable String curves;

  @Option(
      names = "--master",
      paramLabel = "URL",
      description =
          "Dissect and probe the networks on a cluster of Apache Spark, each in one of its tasks;"
              + " its processes must reach the study's files and --out under the same names. What is"
              + " to be rendered or trained is done here (docs/cluster.md).")
  private @Nullable String master;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    CurvesOption.check(curves);
    for (Path named : out == null ? List.of(file) : List.of(file, out)) {
      if (!TypedPath.isLocal(named)) {
        throw new UsageException(
            "a study lies in folders, not at " + named + ": mount what the address leads to");
      }
    }
    if (master != null) {
      Engines.steps();
    }
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    Path folder = folder();
    StudyRun run = run(folder, progress);
    if (dryRun) {
      Output.print(plan(run.plan(), folder));
      return 0;
    }
    Interruption.resumable();
    StudyRun.Answers answers = answers(run, progress);
    Output.print(verdicts(answers.answers()));
    Output.line(answers.page());
    return 0;
  }

  private Path folder() {
    return (out != null ? out : usualOut()).toAbsolutePath().normalize();
  }

  private StudyRun run(Path folder, TerminalProgress progress) throws IOException {
    return StudyRun.of(
            Study.read(file), folder, Reports.step(null, progress), progress, progress::say)
        .withThresholdCurves(curves != null);
  }

  private StudyRun.Answers answers(StudyRun run, TerminalProgress progress) throws IOException {
    if (master == null) {
      return run.run();
    }
    List<String> command = spec.commandLine().getParseResult().originalArgs();
    try (StepEngine engine = Engines.steps().open(master, command, progress)) {
      Interruption.tidy(engine::abandon);
      return run.run(engine);
    }
  }

  /** Does one step, for another process that runs the study. */
  void step(String name, int threads) throws IOException {
    run(folder(), new TerminalProgress(System.err, true)).step(name, threads);
  }

  private static String verdicts(List<StudyRun.Answer> answers) {
    StringBuilder text = new StringBuilder();
    for (StudyRun.Answer answer : answers) {
      if (!answer.verdict().isEmpty()) {
        text.append(
            String.format(
                "%-15s %s%n%16s%s%n",
                answer.verdict(),
                Text.oneLine(answer.question()),
                "",
                Text.oneLine(answer.statistic())));
      }
    }
    return text.toString();
  }

  private Path usualOut() {
    String name = String.valueOf(file.getFileName()).replaceFirst("\\.ya?ml$", "");
    Path parent = file.toAbsolutePath().getParent();
    Path beside = parent == null ? Path.of(name) : parent.resolve(name);
    if (beside.equals(file.toAbsolutePath())) {
      throw new UsageException("name the folder of results with --out");
    }
    return beside;
  }

  private static String plan(List<StudyRun.Step> steps, Path folder) {
    StringBuilder text = new StringBuilder();
    double left = 0;
    double bytes = 0;
    int missing = 0;
    for (StudyRun.Step step : steps) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-10s %s%n",
              step.done() ? "done" : StudyRun.shown(step.seconds()),
              step.name()));
      left += step.seconds();
      bytes += step.bytes();
      missing += step.done() ? 0 : 1;
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%d of %d steps to do, about %s and %s, in %s%n",
            missing,
            steps.size(),
            StudyRun.shown(left),
            DiskSpace.text((long) bytes),
            folder));
    return text.toString();
  }
}
