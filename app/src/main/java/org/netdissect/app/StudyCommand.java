package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DiskSpace;
import org.netdissect.base.Text;
import org.netdissect.lab.study.Study;
import org.netdissect.lab.study.StudyRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    CurvesOption.check(curves);
    Study study = Study.read(file);
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    Path folder = (out != null ? out : usualOut()).toAbsolutePath().normalize();
    StudyRun run =
        StudyRun.of(study, folder, Reports.step(null, progress), progress, progress::say)
            .withThresholdCurves(curves != null);
    if (dryRun) {
      Output.print(plan(run.plan(), folder));
      return 0;
    }
    StudyRun.Answers answers = run.run();
    Output.print(verdicts(answers.answers()));
    Output.line(answers.page());
    return 0;
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
