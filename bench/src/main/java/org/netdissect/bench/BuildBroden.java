package org.netdissect.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.netdissect.base.files.Trees;
import org.netdissect.datasets.broden.build.BrodenBuild;
import org.netdissect.datasets.broden.build.BrodenSources;

/**
 * Builds Broden from generated sources.
 *
 * <p>Usage: {@code build IMAGES [workers=1] [folder=DIR]}; Broden has 63,305 images.
 */
public final class BuildBroden {
  private BuildBroden() {}

  /** See the class. */
  public static void main(String[] arguments) throws IOException {
    int images = Integer.parseInt(arguments[0]);
    int workers = 1;
    Path folder = Path.of(System.getProperty("java.io.tmpdir"), "netdissect-bench");
    for (int i = 1; i < arguments.length; i++) {
      String value = arguments[i].substring(arguments[i].indexOf('=') + 1);
      switch (arguments[i].substring(0, arguments[i].length() - value.length())) {
        case "workers=" -> workers = Integer.parseInt(value);
        case "folder=" -> folder = Path.of(value);
        default -> throw new IllegalArgumentException(arguments[i]);
      }
    }
    Files.createDirectories(folder);
    Path work = Files.createTempDirectory(folder, "build");
    try {
      BrodenSources sources = GeneratedSources.write(work.resolve("sources"), images);
      Watched watched = new Watched();
      try (Usage usage = Usage.of(ProcessHandle.current().pid())) {
        double before = usage.cpuSeconds();
        long since = System.nanoTime();
        BrodenBuild.Result result =
            BrodenBuild.build(
                sources,
                work.resolve("broden"),
                new BrodenBuild.Options(224, false, 10, 0.5, null, workers, true),
                watched);
        double clock = (System.nanoTime() - since) / 1e9;
        usage.close();
        double processor = usage.cpuSeconds() - before;
        System.out.printf(
            Locale.ROOT,
            "%d images, %d labels, %d workers: %.1f s, %.1f s of processor, %.1f images a second of"
                + " processor; RssAnon peak %s; %.1f kB an image%n",
            result.images(),
            result.labels(),
            workers,
            clock,
            processor,
            images / processor,
            usage.peak(),
            Trees.bytes(work.resolve("broden")) / 1e3 / images);
      }
    } finally {
      Trees.delete(work);
    }
  }
}
