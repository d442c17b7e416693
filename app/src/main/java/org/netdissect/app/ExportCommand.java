package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.netdissect.base.files.WholeFiles;
import org.netdissect.report.tables.ArrowTables;
import org.netdissect.report.tables.OriginalCsv;
import org.netdissect.results.CountsExport;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.MeasureTable;
import org.netdissect.results.ResultFolder;
import org.netdissect.results.TrustTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect export}: the tables of a result for other programs. */
@Command(
    name = "export",
    description = "Writes the tables of a result for other programs.",
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "OUT", description = "The result folder.")
  private Path result;

  @Option(
      names = "--format",
      required = true,
      paramLabel = "FORMAT",
      description = {
        "counts-csv: per layer counts.csv (every unit and concept that meet), thresholds.csv, and"
            + " trust.csv if there is one.",
        "netdissect-csv: the original project's {layer}-result.csv.",
        "lite-csv: NetDissect-Lite's tally.csv.",
        "arrow: Arrow files (Feather) for notebooks, per layer the units, every unit and concept"
            + " that meet, and the trust in labels if it was looked into."
      })
  private String format;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR|FILE",
      description =
          "Gets a file or folder for each layer; for the table of a single layer also a .csv file.")
  private Path out;

  @Mixin
  @SuppressWarnings("UnusedVariable") // its options are read by the parser
  private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    switch (format) {
      case "counts-csv" -> counts(Dissection.open(result));
      case "netdissect-csv" ->
          tables(Dissection.open(result), OriginalCsv.Style.ORIGINAL, "-result.csv");
      case "lite-csv" -> tables(Dissection.open(result), OriginalCsv.Style.LITE, "-tally.csv");
      case "arrow" -> arrow(Dissection.open(result));
      default ->
          throw new UsageException(
              "--format '"
                  + format
                  + "' is unknown; there are counts-csv, netdissect-csv, lite-csv, arrow");
    }
    return 0;
  }

  private void counts(Dissection dissection) throws IOException {
    if (dissection.info().imported() != null) {
      throw new DissectionException(
          result
              + " was imported: it holds each unit's best labels only, no counts of other concepts");
    }
    print(CountsExport.write(dissection, out));
  }

  private static void print(List<Path> written) {
    written.forEach(Output::line);
  }

  private void arrow(Dissection dissection) throws IOException {
    ResultFolder.checkNotIn(out.resolve("units.arrow"));
    Files.createDirectories(out);
    try (WholeFiles files = new WholeFiles()) {
      for (LayerDissection layer : dissection.layers()) {
        String name = layer.layer().folder();
        ArrowTables.writeUnits(dissection, layer, files.next(out.resolve(name + "-units.arrow")));
        if (layer.hasConceptCounts()) {
          ArrowTables.writeCounts(
              dissection, layer, files.next(out.resolve(name + "-counts.arrow")));
        }
        TrustTable trust = TrustTable.read(dissection, layer);
        if (trust != null) {
          ArrowTables.writeTrust(trust, files.next(out.resolve(name + "-trust.arrow")));
        }
        MeasureTable measures = MeasureTable.read(dissection, layer);
        if (measures != null) {
          ArrowTables.writeMeasures(measures, files.next(out.resolve(name + "-measures.arrow")));
          ArrowTables.writeMeanings(measures, files.next(out.resolve(name + "-meanings.arrow")));
        }
      }
      print(files.commit());
    }
    if (dissection.info().imported() != null) {
      Output.note(
          result + " was imported: its units are written, it holds no counts of other concepts");
    }
  }

  private void tables(Dissection dissection, OriginalCsv.Style style, String suffix)
      throws IOException {
    dissection.checkLabelled();
    boolean file = out.getFileName() != null && out.getFileName().toString().endsWith(".csv");
    if (file && dissection.layers().size() > 1) {
      throw new UsageException(
          "--out names one file, but the result has "
              + dissection.layers().size()
              + " layers; name a folder");
    }
    try (WholeFiles files = new WholeFiles()) {
      for (LayerDissection layer : dissection.layers()) {
        Path target = file ? out : out.resolve(layer.layer().folder() + suffix);
        ResultFolder.checkNotIn(target);
        Path parent = target.toAbsolutePath().getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        new OriginalCsv(dissection.categories(), layer.units()).write(files.next(target), style);
      }
      print(files.commit());
    }
  }
}
