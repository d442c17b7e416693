package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.report.browse.DataBrowser;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect data browse}: a page to look through a data set. */
@Command(
    name = "browse",
    description =
        "Writes a page that shows each concept with the images that hold it, and each image with"
            + " its labels. It opens from disk.",
    mixinStandardHelpOptions = true)
final class DataBrowseCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "DIR",
      description = "The folder of the data set; several are joined.")
  private List<Path> data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "PAGE",
      description =
          "A new folder for the page, or one that holds an earlier page or an unfinished one.")
  private Path out;

  @Mixin private DataOptions dataOptions;
  @Mixin private DataCommand.AtlasMixin atlasOptions;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    ConceptDataset from = dataOptions.open(data, 0, 0, progress);
    AtlasOptions options = atlasOptions.options();
    try (Atlas atlas = Atlas.open(from, options, progress)) {
      Output.line(DataBrowser.write(from, atlas, out, options.workers(), progress));
    }
    return 0;
  }
}
