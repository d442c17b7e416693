package org.netdissect.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.formulas.FormulaOptions;
import org.netdissect.analysis.formulas.FormulaSearch;
import org.netdissect.base.Progress;
import org.netdissect.base.files.Trees;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.dissection.Dissector;
import org.netdissect.results.Dissection;
import org.netdissect.results.FormulaScore;
import org.netdissect.results.LayerDissection;

/**
 * Searches for the formulas of planted units on a generated data set of Broden's size.
 *
 * <p>Usage: {@code formulas UNITS [share=1] [regions=24] [folder=DIR]}. Prints processor and wall
 * time of each unit with one worker, for the beam and with proof, and the share of units whose beam
 * answer is not the best.
 */
public final class FormulaSize {
  private FormulaSize() {}

  /** See the class. */
  public static void main(String[] arguments) throws IOException {
    int units = Integer.parseInt(arguments[0]);
    int regions = 24;
    double share = 1;
    Path folder = Path.of(System.getProperty("java.io.tmpdir"), "netdissect-bench");
    for (String argument : Arrays.asList(arguments).subList(1, arguments.length)) {
      String value = argument.substring(argument.indexOf('=') + 1);
      switch (argument.substring(0, argument.length() - value.length())) {
        case "regions=" -> regions = Integer.parseInt(value);
        case "share=" -> share = Double.parseDouble(value);
        case "folder=" -> folder = Path.of(value);
        default -> throw new IllegalArgumentException(argument);
      }
    }
    int images = (int) Math.round(share * GeneratedBroden.IMAGES);
    Files.createDirectories(folder);
    GeneratedBroden data = new GeneratedBroden(images, regions, folder);
    PlantedFormulas source = new PlantedFormulas(data, units);
    Path out = Files.createTempDirectory(folder, "out");
    try (Usage usage = Usage.of(ProcessHandle.current().pid())) {
      Dissection result =
          Dissector.builder().setSource(source::over).setData(data).setOut(out).build().run();
      long begin = System.nanoTime();
      try (LabelledResult labelled =
          LabelledResult.open(result, data, AtlasOptions.defaults(), Progress.NONE)) {
        FormulaSearch search = FormulaSearch.in(labelled);
        System.out.printf(
            Locale.ROOT,
            "%d units, %d images, %.1f regions an image, %d concepts; labels gathered in %.1f s%n",
            units,
            images,
            labelled.atlas().firstRegion(labelled.atlas().size()) / (double) images,
            data.vocabulary().concepts().size(),
            (System.nanoTime() - begin) / 1e9);
        compare(search, result.layers().get(0), source);
      }
      System.out.printf(
          Locale.ROOT,
          "RssAnon peak %s, -Xmx %d MiB, Java %s%n",
          usage.peak(),
          Runtime.getRuntime().maxMemory() >> 20,
          Runtime.version());
    } finally {
      Trees.delete(out);
    }
  }

  private static void compare(FormulaSearch search, LayerDissection layer, PlantedFormulas source)
      throws IOException {
    FormulaOptions optimal =
        FormulaOptions.defaults().withWorkers(1).withTimeLimit(Duration.ofMinutes(10));
    FormulaOptions beam = optimal.withBeam(10);
    int worse = 0;
    int proven = 0;
    double[] seconds = new double[4];
    for (int unit = 0; unit < layer.units().size(); unit++) {
      Timed quick = Timed.of(search, layer, unit, beam);
      Timed sure = Timed.of(search, layer, unit, optimal);
      worse += quick.best().iou() < sure.best().iou() ? 1 : 0;
      proven += sure.best().proven() ? 1 : 0;
      seconds[0] += quick.processor();
      seconds[1] = Math.max(seconds[1], quick.processor());
      seconds[2] += sure.processor();
      seconds[3] = Math.max(seconds[3], sure.processor());
      System.out.printf(
          Locale.ROOT,
          "  unit %d: beam %.2f s, IoU %.4f; optimal %.2f s, IoU %.4f %s%s%n    planted %s%n",
          unit,
          quick.processor(),
          quick.best().iou(),
          sure.processor(),
          sure.best().iou(),
          sure.best().formula(),
          sure.best().proven() ? "" : " (not proven)",
          source.text(unit));
    }
    int units = layer.units().size();
    System.out.printf(
        Locale.ROOT,
        "processor seconds a unit: beam %.2f (at most %.2f), optimal %.2f (at most %.2f); proven %d of"
            + " %d; the beam's answer is not the best for %.1f %% of the units%n",
        seconds[0] / units,
        seconds[1],
        seconds[2] / units,
        seconds[3],
        proven,
        units,
        100.0 * worse / units);
  }

  /** A unit's formula of length three and what it took. */
  private record Timed(FormulaScore best, double processor) {
    static Timed of(FormulaSearch search, LayerDissection layer, int unit, FormulaOptions options)
        throws IOException {
      double before = processorSeconds();
      List<FormulaScore> rows = search.search(layer, new int[] {unit}, options, Progress.NONE);
      return new Timed(rows.get(rows.size() - 1), processorSeconds() - before);
    }

    private static double processorSeconds() {
      return ((com.sun.management.OperatingSystemMXBean)
                  ManagementFactory.getOperatingSystemMXBean())
              .getProcessCpuTime()
          / 1e9;
    }
  }
}
