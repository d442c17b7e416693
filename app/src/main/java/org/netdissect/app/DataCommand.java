package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.netdissect.concepts.Atlas;
import org.netdissect.concepts.AtlasOptions;
import org.netdissect.concepts.BrodenDataset;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code netdissect data}: tools for labelled images. */
@Command(
    name = "data",
    description = "Tools for labelled images.",
    mixinStandardHelpOptions = true,
    subcommands = DataCommand.Compile.class)
final class DataCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "a data command is missing");
  }

  /** {@code netdissect data compile}: the atlas alone. */
  @Command(
      name = "compile",
      description = "Compiles a data set once, so that later runs start at once.",
      mixinStandardHelpOptions = true)
  static final class Compile implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "The folder of the data set.")
    private Path data;

    @Option(
        names = "--cache",
        paramLabel = "DIR",
        description = "Folder for the compiled data set.")
    private Path cache;

    @Option(names = "--strict", description = "Stop at an unreadable mask.")
    private boolean strict;

    @Mixin private CommonOptions common;

    @Override
    public Integer call() throws IOException {
      TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
      try (Atlas atlas =
          Atlas.open(
              BrodenDataset.open(data),
              new AtlasOptions(cache, Runtime.getRuntime().availableProcessors(), strict, false),
              progress)) {
        System.out.println(atlas.name() + ": " + atlas.size() + " images in " + atlas.file());
      }
      return 0;
    }
  }
}
