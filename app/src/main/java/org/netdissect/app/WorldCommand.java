package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;
import org.netdissect.lab.world.World;
import org.netdissect.lab.world.WorldFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code netdissect world}: labelled images of a made-up world. */
@Command(
    name = "world",
    description = "Renders images of a made-up world with dense labels, in Broden's format.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class WorldCommand implements Callable<Integer> {
  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Number of images. Default: ${DEFAULT-VALUE}.")
  private int images;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Another seed, another world. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      defaultValue = "224",
      description = "Side of the images, even; labels have half of it. Default: ${DEFAULT-VALUE}.")
  private int size;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder to write; must not exist, be empty or be unfinished.")
  private Path out;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Threads. Default: the number of cores. The images do not depend on it.")
  private @Nullable Integer workers;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    if (images < 1 || images > 1_000_000) {
      throw new UsageException("--images must be 1 to 1000000");
    }
    if (workers != null && (workers < 1 || workers > 1024)) {
      throw new UsageException("--workers must be 1 to 1024");
    }
    try {
      World.of(seed, size);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--size: " + e.getMessage());
    }
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    try (Progress.Phase phase = progress.phase("rendering", images, "images")) {
      WorldFolder.write(
          seed,
          size,
          images,
          out,
          workers == null ? Runtime.getRuntime().availableProcessors() : workers,
          done -> phase.advance(1));
      phase.done();
    }
    Output.line(images + " images of " + size + " × " + size + " pixels in " + out);
    return 0;
  }
}
