package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.datasets.broden.build.BrodenBuild;
import org.netdissect.datasets.broden.build.BrodenSources;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code netdissect data build-broden}: Broden from its sources. */
@Command(
    name = "build-broden",
    description =
        "Builds Broden from the data sets that it joins, or some of them, as the original was"
            + " built.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class DataBuildBrodenCommand implements Callable<Integer> {
  @Option(
      names = "--ade20k",
      paramLabel = "DIR",
      description = "The full ADE20K, of 2016 (with index_ade20k.mat) or 2021 (with json files).")
  private @Nullable Path ade20k;

  @Option(
      names = "--pascal",
      paramLabel = "DIR",
      description =
          "VOC 2010's JPEGImages, PASCAL-Context's trainval and labels.txt, PASCAL-Part's"
              + " Annotations_Part and part2ind.m; may be given several times where they lie apart.")
  private List<Path> pascal = new ArrayList<>();

  @Option(
      names = "--opensurfaces",
      paramLabel = "DIR",
      description = "OpenSurfaces, after its own script has made photos-labels.")
  private @Nullable Path openSurfaces;

  @Option(names = "--dtd", paramLabel = "DIR", description = "The Describable Textures Dataset.")
  private @Nullable Path dtd;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "A new folder, or an unfinished one, which is gone on with.")
  private Path out;

  @Option(
      names = "--size",
      paramLabel = "N",
      description = "Pixels a side of the photographs; masks have half. Default: ${DEFAULT-VALUE}.")
  private int size = 224;

  @Option(
      names = "--min-images",
      paramLabel = "N",
      description = "Drop labels in fewer images. Default: ${DEFAULT-VALUE}.")
  private int minImages = 10;

  @Option(
      names = "--min-coverage",
      paramLabel = "X",
      description =
          "Drop labels that cover less than so many whole images. Default: ${DEFAULT-VALUE}.")
  private double minCoverage = 0.5;

  @Option(
      names = "--colors",
      paramLabel = "TABLE.npy",
      description =
          "Van de Weijer's table of colour names, with which Broden was made (w2color.npy of the"
              + " project NetDissect). Default: the built-in naming, which differs.")
  private @Nullable Path colors;

  @Option(
      names = "--compat",
      description = "Leave the last row and column of masks blank where the original did.")
  private boolean compat;

  @Option(
      names = "--dry-run",
      description = "Only say what is there of each source and what is missing.")
  private boolean dryRun;

  @Option(names = "--strict", description = "Stop at an unreadable image.")
  private boolean strict;

  @Mixin private WorkersOption workers;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    BrodenSources sources = new BrodenSources(ade20k, dtd, openSurfaces, pascal);
    if (sources.isEmpty()) {
      throw new UsageException(
          "name at least one source: --ade20k, --pascal, --opensurfaces or --dtd");
    }
    BrodenBuild.Options options;
    try {
      options =
          new BrodenBuild.Options(
              size, compat, minImages, minCoverage, colors, workers.workers(), strict);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
    if (dryRun) {
      return survey(sources, progress);
    }
    if (colors == null) {
      progress.say(
          "Colours are named by the built-in table; for Broden's own give --colors w2color.npy.");
    }
    Interruption.resumable();
    BrodenBuild.Result result = BrodenBuild.build(sources, out, options, progress);
    Output.line(
        out
            + ": "
            + result.images()
            + " images, "
            + result.labels()
            + " labels"
            + (result.leftOut() > 0 ? ", " + result.leftOut() + " left out as unreadable" : ""));
    return 0;
  }

  private int survey(BrodenSources sources, TerminalProgress progress) throws IOException {
    BrodenSources.Survey survey = sources.survey(out, size, workers.workers(), progress);
    survey.lines().forEach(Output::line);
    return survey.isUsable() ? 0 : 1;
  }
}
