package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.netdissect.analysis.trust.TrustOptions;
import org.netdissect.base.Numbers;
import org.netdissect.lab.demo.Demo;
import org.netdissect.results.DetectorCounts;
import org.netdissect.results.Dissection;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.ResultFolder;
import org.netdissect.results.TrustTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code netdissect demo}: the whole thing, with nothing to download. */
@Command(
    name = "demo",
    description =
        "Dissects a small network on a made-up world, next to the same network with random weights.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "netdissect-demo",
      description = "Folder for images, models and results. Default: ${DEFAULT-VALUE}.")
  private Path out;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "" + Demo.IMAGES,
      description = "Images of the world. Default: ${DEFAULT-VALUE}.")
  private int images;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    if (images < 100 || images > 100_000) {
      throw new UsageException("--images must be 100 to 100000");
    }
    Interruption.resumable();
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    Demo.Result result =
        Demo.run(
            out,
            images,
            new TrustStep(TrustOptions.defaults(), null, progress),
            (dissection, data) -> Reports.write(dissection, data, null, progress),
            progress,
            progress::say);
    Output.print(text(result));
    return 0;
  }

  /** A network's units beyond chance, detectors, and those that are both. */
  private static void trust(StringBuilder out, String name, Dissection dissection)
      throws IOException {
    LayerDissection layer = dissection.layers().get(0);
    DetectorCounts counts = Demo.Result.counts(dissection);
    TrustTable trust = TrustTable.read(dissection, layer);
    out.append(
        trust == null
            ? String.format(
                Locale.ROOT, "  %-10s not tested; netdissect trust %s%n", name, dissection.folder())
            : String.format(
                Locale.ROOT,
                "  %-10s %4d of %d units, %d detectors, of these %d beyond chance%n",
                name,
                trust.info().beyondChance(),
                counts.units(),
                counts.detectors(),
                trust.detectorsBeyondChance(counts.iou())));
  }

  private static String text(Demo.Result result) throws IOException {
    DetectorCounts trained = Demo.Result.counts(result.trained());
    List<Dissection> random = result.random();
    StringBuilder out = new StringBuilder(Summary.text(result.trained(), trained.iou()));
    out.append("\nunique detectors, counted per category\n");
    out.append(String.format(Locale.ROOT, "  %-10s %8s %12s%n", "", "trained", "random mean"));
    for (int c = 0; c < trained.byCategory().size(); c++) {
      int category = c;
      DetectorCounts.CategoryCount count = trained.byCategory().get(c);
      double mean =
          random.stream()
              .mapToInt(one -> Demo.Result.counts(one).byCategory().get(category).unique())
              .average()
              .orElseThrow();
      out.append(
          String.format(
              Locale.ROOT, "  %-10s %8d %12.1f%n", count.category(), count.unique(), mean));
    }
    out.append(
        String.format(
            Locale.ROOT,
            "  %-10s %8d %12.1f   (%d %s with random weights)%n",
            "all",
            trained.uniquePerCategory(),
            result.randomMean(),
            random.size(),
            random.size() == 1 ? "network" : "networks"));
    out.append("\nunits beyond chance (false discovery rate 0.05), beside detectors (IoU > ")
        .append(Numbers.general(trained.iou(), 6))
        .append(")\n");
    trust(out, "trained", result.trained());
    for (int r = 0; r < random.size(); r++) {
      trust(out, "random " + (r + 1), random.get(r));
    }
    out.append("\nreport of the trained network: ")
        .append(result.trained().folder().resolve(ResultFolder.REPORT).resolve("index.html"))
        .append("\nreport of a random network:    ")
        .append(random.get(0).folder().resolve(ResultFolder.REPORT).resolve("index.html"))
        .append("\nthe images:                    ")
        .append(result.trained().folder().resolveSibling("world"))
        .append("\nto look again:                 netdissect show ")
        .append(result.trained().folder())
        .append('\n');
    return out.toString();
  }
}
