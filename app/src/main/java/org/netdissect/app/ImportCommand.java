package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Digests;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.report.tables.OriginalCsv;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionInfo;
import org.netdissect.results.ImportedResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect import}: tables of other programs as a result folder. */
@Command(
    name = "import",
    description =
        "Makes a result of tables that the original project (*-result.csv) or NetDissect-Lite"
            + " (tally.csv) wrote, to show and compare it. It has scores only: no images, masks or"
            + " hits.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ImportCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "FILE.csv", description = "One table for each layer.")
  private List<Path> files;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The result folder.")
  private Path out;

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "What the network is called. Default: the first file's name.")
  private @Nullable String network;

  @Option(
      names = "--layers",
      split = ",",
      paramLabel = "A,B",
      description =
          "What the layers are called, in the order of the files. Default: the files' names.")
  private List<String> layers = List.of();

  @Option(
      names = "--data-name",
      paramLabel = "NAME",
      defaultValue = "Broden",
      description = "What the data set is called. Default: ${DEFAULT-VALUE}.")
  private String data;

  @Option(
      names = "--convention",
      paramLabel = "NAME",
      description =
          "The rules that the scores were made by: paper (the original code) or lite"
              + " (NetDissect-Lite). Default: as the files' numbers tell, after a spreadsheet their"
              + " names.")
  private @Nullable String convention;

  @Option(
      names = "--quantile",
      paramLabel = "Q",
      defaultValue = "0.005",
      description = "The quantile that they were made with. Default: ${DEFAULT-VALUE}.")
  private String quantile;

  @Option(names = "--overwrite", description = "Replace the result that --out holds.")
  private boolean overwrite;

  @Mixin
  @SuppressWarnings("UnusedVariable") // its options are read by the parser
  private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    if (!layers.isEmpty() && layers.size() != files.size()) {
      throw new UsageException(
          "--layers names " + layers.size() + " layers for " + files.size() + " files");
    }
    Quantile share;
    Convention given;
    try {
      share = Quantile.of(quantile);
      given = convention == null ? null : Convention.of(convention);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
    int tallies = 0;
    List<String> categories = List.of();
    List<ImportedResult.Layer> read = new ArrayList<>();
    List<DissectionInfo.ImportedFile> sources = new ArrayList<>();
    for (int f = 0; f < files.size(); f++) {
      Path file = files.get(f);
      OriginalCsv table = OriginalCsv.read(file);
      if (f > 0 && !categories.equals(table.categories())) {
        throw new UsageException(
            file
                + " has the categories "
                + table.categories()
                + ", "
                + files.get(0)
                + " has "
                + categories
                + ": they are not layers of one result");
      }
      categories = table.categories();
      tallies += isTally(file, table) ? 1 : 0;
      if (table.rounded() > 0) {
        Output.note(
            "warning: "
                + file
                + ": "
                + table.rounded()
                + " scores were rounded (by a spreadsheet?); all are computed anew from the counts");
      }
      read.add(
          new ImportedResult.Layer(layers.isEmpty() ? name(file) : layers.get(f), table.units()));
      sources.add(
          new DissectionInfo.ImportedFile(file.getFileName().toString(), Digests.sha256Hex(file)));
    }
    DissectionInfo.Rules rules =
        new DissectionInfo.Rules(
            (given == null ? usual(tallies) : given).word(),
            share.toString(),
            Dissector.DEFAULT_IOU);
    Dissection made =
        ImportedResult.write(
            out,
            overwrite,
            network == null ? name(files.get(0)) : network,
            data,
            categories,
            rules,
            read,
            sources);
    Output.print(Summary.text(made, rules.iou()));
    return 0;
  }

  /** By which program wrote the tables. */
  private Convention usual(int tallies) {
    if (tallies > 0 && tallies < files.size()) {
      throw new UsageException(
          "some files are NetDissect-Lite's tallies and some are not; say with --convention by"
              + " which rules they were made");
    }
    return tallies > 0 ? Convention.LITE : Convention.PAPER;
  }

  private static boolean isTally(Path file, OriginalCsv table) {
    if (table.style() != null) {
      return table.style() == OriginalCsv.Style.LITE;
    }
    return file.getFileName().toString().matches("(?i)(.*[-_.])?tally(\\.csv)?");
  }

  /** A file's name without what the programs put behind it. */
  private static String name(Path file) {
    String name = file.getFileName().toString().replaceFirst("(?i)\\.csv$", "");
    String layer = name.replaceFirst("[-_.]?(result|tally)$", "");
    return layer.isBlank() ? name : layer;
  }
}
