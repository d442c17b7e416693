package org.netdissect.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.trust.Trust;
import org.netdissect.analysis.trust.TrustOptions;
import org.netdissect.base.Progress;
import org.netdissect.base.files.Trees;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.dissection.Dissector;
import org.netdissect.results.Dissection;
import org.netdissect.results.TrustInfo;

/**
 * Dissects generated activations with a generated data set of Broden's size: everything but the
 * network and the photographs.
 *
 * <p>Usage: {@code broden UNITS SIDE [regions=24] [share=1] [layers=1] [folder=DIR]
 * [trust=PERMUTATIONS|auto]}, the last to put the labels to the test after it, with 200 resamples.
 * The data set's atlas is compiled before the clock starts, as it is kept from run to run.
 */
public final class BrodenSize {
  private BrodenSize() {}

  /** See the class. */
  public static void main(String[] arguments) throws IOException {
    int units = Integer.parseInt(arguments[0]);
    int side = Integer.parseInt(arguments[1]);
    int regions = 24;
    double share = 1;
    int layers = 1;
    int permutations = -1;
    Path folder = Path.of(System.getProperty("java.io.tmpdir"), "netdissect-bench");
    for (int i = 2; i < arguments.length; i++) {
      String value = arguments[i].substring(arguments[i].indexOf('=') + 1);
      switch (arguments[i].substring(0, arguments[i].length() - value.length())) {
        case "regions=" -> regions = Integer.parseInt(value);
        case "share=" -> share = Double.parseDouble(value);
        case "layers=" -> layers = Integer.parseInt(value);
        case "folder=" -> folder = Path.of(value);
        case "trust=" -> permutations = value.equals("auto") ? 0 : Integer.parseInt(value);
        default -> throw new IllegalArgumentException(arguments[i]);
      }
    }
    int images = (int) Math.round(share * GeneratedBroden.IMAGES);
    Files.createDirectories(folder);
    GeneratedBroden data = new GeneratedBroden(images, regions, folder);
    try (Atlas atlas = Atlas.open(data, AtlasOptions.defaults(), Progress.NONE)) {
      System.out.printf(
          Locale.ROOT,
          "%d layers of %d units of %d×%d, %d images, %.1f regions an image, %d concepts%n",
          layers,
          units,
          side,
          side,
          images,
          atlas.firstRegion(atlas.size()) / (double) atlas.size(),
          atlas.vocabulary().concepts().size());
    }
    GeneratedActivations source = GeneratedActivations.of(units, side, layers);
    Path out = Files.createTempDirectory(folder, "out");
    try (Usage usage = Usage.of(ProcessHandle.current().pid())) {
      Watched watched = new Watched();
      Dissector.builder()
          .setSource(all -> source)
          .setData(data)
          .setOut(out)
          .optProgress(watched)
          .optThen(watched)
          .build()
          .run();
      System.out.printf(
          Locale.ROOT,
          "  RssAnon peak %s, -Xmx %d MiB, %d cores, Java %s%n%s",
          usage.peak(),
          Runtime.getRuntime().maxMemory() >> 20,
          Runtime.getRuntime().availableProcessors(),
          Runtime.version(),
          watched.told());
      if (permutations >= 0) {
        trust(Dissection.open(out), data, permutations);
      }
    } finally {
      Trees.delete(out);
    }
  }

  /** Puts the labels to the test, with a clock and a watch on memory of its own. */
  private static void trust(Dissection dissection, GeneratedBroden data, int permutations)
      throws IOException {
    TrustOptions usual = TrustOptions.defaults();
    TrustOptions options =
        new TrustOptions(
            permutations,
            usual.most(),
            usual.resamples(),
            usual.fdr(),
            usual.seed(),
            null,
            usual.workers());
    Watched watched = new Watched();
    try (Usage usage = Usage.of(ProcessHandle.current().pid());
        LabelledResult labelled =
            LabelledResult.open(dissection, data, AtlasOptions.defaults(), Progress.NONE)) {
      TrustInfo info = Trust.write(labelled, options, watched).get(0).info();
      System.out.printf(
          Locale.ROOT,
          "trust, permutations %s, %d resamples: %d units beyond chance, %d within, %d unresolved%n"
              + "  RssAnon peak %s%n%s",
          info.permutations(),
          info.resamples(),
          info.beyondChance(),
          info.withinChance(),
          info.unresolved(),
          usage.peak(),
          watched.phases());
    }
  }
}
