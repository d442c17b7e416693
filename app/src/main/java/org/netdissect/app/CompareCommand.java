package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Text;
import org.netdissect.report.compare.Accuracies;
import org.netdissect.report.compare.Comparison;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect compare}: results side by side. */
@Command(
    name = "compare",
    description =
        "Sets results side by side: a page, compare.csv (detectors and unique detectors of every"
            + " network and layer) and concepts.csv (which concept is found where).",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class CompareCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "OUT", description = "The result folders.")
  private List<Path> results;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Gets the page and the tables.")
  private Path out;

  @Option(
      names = "--names",
      split = ",",
      paramLabel = "A,B",
      description = "What the results are called, in their order. Default: their networks.")
  private List<String> names = List.of();

  @Option(
      names = "--axis",
      paramLabel = "NAME=N,N",
      description =
          "A number of each result, in their order, to draw a curve over: iteration=1,10.")
  private @Nullable String axis;

  @Option(
      names = "--group",
      split = ",",
      paramLabel = "A,A,B",
      description = "Results of the same group are repeats: their mean and spread are shown.")
  private List<String> groups = List.of();

  @Option(
      names = "--iou",
      paramLabel = "X",
      description = "IoU above which a unit is a detector. Default: ${DEFAULT-VALUE}.",
      defaultValue = "0.04")
  private double iou;

  @Option(
      names = "--with-published",
      description = "Show the 27 networks of the CVPR 2017 paper as published, measured on Broden.")
  private boolean published;

  @Option(
      names = "--accuracy",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "NAME",
      description =
          "Draw the accuracy of layers on another task, as 'netdissect probe --result' found it,"
              + " against their unique object detectors. NAME: that of the task's data, where the"
              + " results know several, or the task's whole words, as the refusal tells them.")
  private @Nullable String accuracy;

  @Option(
      names = "--follow",
      description =
          "The results are of one network in training, in its order: tell each unit's label in"
              + " each, since when it has its last one, and draw how units go from kind to kind.")
  private boolean follow;

  @Option(
      names = "--curves",
      paramLabel = "threshold",
      description =
          "threshold: draw unique detectors over the IoU above which a unit is a detector, from"
              + " 0.02 to 0.1, and tell whether orders stay; thresholds.csv holds the numbers.")
  private @Nullable String curves;

  @Option(
      names = "--anyway",
      description =
          "Compare although data sets, quantiles or conventions differ; the page says so loudly.")
  private boolean anyway;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    if (!(iou >= 0 && iou < 1)) {
      throw new UsageException("--iou must lie from 0 to below 1: " + iou);
    }
    CurvesOption.check(curves);
    sizes("--names", names.size());
    sizes("--group", groups.size());
    Double[] numbers = numbers();
    List<Dissection> dissections = new ArrayList<>();
    for (Path result : results) {
      dissections.add(Dissection.open(result));
    }
    List<String> called = names.isEmpty() ? called(dissections) : names;
    if (new HashSet<>(called).size() < called.size()) {
      throw new UsageException("two results are called the same; name them with --names");
    }
    for (Dissection dissection : dissections) {
      dissection.checkLabelled();
    }
    List<Comparison.Run> runs = new ArrayList<>();
    for (int r = 0; r < results.size(); r++) {
      runs.add(
          new Comparison.Run(
              called.get(r),
              dissections.get(r),
              groups.isEmpty() ? null : groups.get(r),
              numbers == null ? null : numbers[r]));
    }
    Comparison comparison = Comparison.of(runs).withThreshold(iou);
    if (axis != null && numbers != null) {
      comparison = comparison.withAxis(axis.substring(0, axis.indexOf('=')).trim());
    }
    if (accuracy != null) {
      comparison =
          comparison.withAccuracies(Accuracies.of(runs, accuracy.isEmpty() ? null : accuracy));
    }
    if (curves != null) {
      comparison = comparison.withThresholdCurves();
    }
    if (follow) {
      comparison = comparison.withFollowing();
    }
    if (published) {
      comparison = comparison.withPublished();
    }
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    List<String> differences = comparison.differences();
    if (!differences.isEmpty() && !anyway) {
      throw new DissectionException(
          "these results are not comparable ("
              + String.join("; ", differences)
              + "); --anyway compares them and says so on the page");
    }
    differences.forEach(line -> progress.warn("not comparable: " + line));
    comparison.notes().forEach(note -> progress.warn(Text.oneLine(note)));
    comparison.write(out);
    Output.line(out.resolve("index.html"));
    return 0;
  }

  private void sizes(String option, int given) {
    if (given != 0 && given != results.size()) {
      throw new UsageException(
          option + " needs one entry for each of the " + results.size() + " results, not " + given);
    }
  }

  private Double @Nullable [] numbers() {
    if (axis == null) {
      return null;
    }
    int cut = axis.indexOf('=');
    if (cut < 1) {
      throw new UsageException("--axis is NAME=N,N,…: " + axis);
    }
    String[] parts = axis.substring(cut + 1).split(",", -1);
    sizes("--axis", parts.length);
    try {
      Double[] numbers =
          Arrays.stream(parts).map(part -> Double.valueOf(part.trim())).toArray(Double[]::new);
      if (Arrays.stream(numbers).allMatch(number -> Double.isFinite(number))) {
        return numbers;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new UsageException("--axis needs numbers: " + axis);
  }

  /** The networks' names; the folders' where networks are called the same or have none. */
  private List<String> called(List<Dissection> dissections) {
    List<String> called = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Dissection dissection : dissections) {
      String file = dissection.info().network().file();
      called.add(file == null ? "" : file.replaceFirst("\\.onnx$", ""));
    }
    if (called.stream().allMatch(name -> !name.isBlank() && seen.add(name))) {
      return called;
    }
    called.clear();
    for (Path result : results) {
      Path name = result.toAbsolutePath().normalize().getFileName();
      called.add(name == null ? result.toString() : name.toString());
    }
    return called;
  }
}
