package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasOptions;
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
    subcommands = {
      DataInfoCommand.class,
      DataLabelCommand.class,
      DataVerifyCommand.class,
      DataBrowseCommand.class,
      DataConvertCommand.class,
      DataFetchCommand.class,
      DataBuildBrodenCommand.class,
      DataCommand.Compile.class,
      CommandLine.HelpCommand.class
    })
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
    @Parameters(
        arity = "1..*",
        paramLabel = "DIR",
        description = "The folder of the data set; several are joined.")
    private List<Path> data;

    @Mixin private DataOptions dataOptions;
    @Mixin private AtlasMixin atlasOptions;
    @Mixin private CommonOptions common;

    @Override
    public Integer call() throws IOException {
      TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
      Interruption.resumable();
      try (Atlas atlas =
          Atlas.open(dataOptions.open(data, 0, 0, progress), atlasOptions.options(), progress)) {
        Output.line(atlas.name() + ": " + atlas.size() + " images in " + atlas.file());
      }
      return 0;
    }
  }

  /** Options of commands that need the compiled data set. */
  static final class AtlasMixin {
    @Option(
        names = "--cache",
        paramLabel = "DIR",
        description =
            "Folder for the compiled data set. Default: DATA/.netdissect, or the user's cache"
                + " folder.")
    private @Nullable Path cache;

    @Option(names = "--strict", description = "Stop at an unreadable mask.")
    private boolean strict;

    @Mixin private WorkersOption workers;

    AtlasOptions options() {
      return new AtlasOptions(cache, workers.workers(), strict, false);
    }
  }
}
