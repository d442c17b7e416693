package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Text;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.dissection.activations.ActivationSource;
import org.netdissect.dissection.activations.basis.BasisFit;
import org.netdissect.dissection.activations.basis.FitOptions;
import org.netdissect.dissection.activations.basis.Fitted;
import org.netdissect.dissection.rules.ImageOrder;
import org.netdissect.networks.Device;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.results.FitInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect basis fit}: directions fitted to a layer. */
@Command(
    name = "fit",
    description =
        "Fits directions to a layer's activations on a data set and writes them as a matrix for"
            + " 'netdissect run --basis'. Labels are not looked at.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class BasisFitCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "The network, as to 'netdissect run'.")
  private Path model;

  @Option(
      names = "--kind",
      required = true,
      paramLabel = "KIND",
      description =
          "pca (principal components), whitening (the same with variance 1), nmf (non-negative"
              + " parts), kmeans (centres of clusters) or dictionary (the encoder of a sparse"
              + " dictionary).")
  private String kind;

  @Option(
      names = "--components",
      paramLabel = "K",
      defaultValue = "0",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "How many directions. Default for pca and whitening: as many as channels.")
  private int components;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Seed of all draws. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--cells",
      paramLabel = "N",
      defaultValue = "0",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description =
          "Cells of the maps that nmf, kmeans and dictionary draw; pca and whitening take all."
              + " Default: 20000, or fewer in layers of more than 838 channels.")
  private int cells;

  @Option(
      names = "--topk",
      paramLabel = "N",
      defaultValue = "32",
      description = "Latents that a dictionary keeps at each cell. Default: ${DEFAULT-VALUE}.")
  private int topK;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "F.npy",
      description =
          "Gets the matrix; F.json beside it tells what it was made of, F.bias.npy what to add.")
  private Path out;

  @Option(names = "--overwrite", description = "Replace the file.")
  private boolean overwrite;

  @Mixin private LayerOptions layerOptions;
  @Mixin private ModelOptions modelOptions;
  @Mixin private PhotographsOptions photographs;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    FitOptions options = options();
    checkOut();
    Long limit = photographs.limit();
    Device computing = layerOptions.device(progress);
    List<Network> networks = modelOptions.open(List.of(model), progress);
    try {
      Network network = networks.get(0);
      Preprocessing preprocessing =
          layerOptions.preprocessings(List.of(model), networks, progress).get(0);
      ConceptDataset images = photographs.open(network, progress);
      layerOptions.warnOfPreprocessing(networks, List.of(preprocessing), images, progress);
      ImageOrder order =
          limit == null ? ImageOrder.byName(images) : ImageOrder.first(images, limit);
      try (ActivationSource source =
          layerOptions.source(network, preprocessing, images, order, computing, progress)) {
        Fitted fitted =
            BasisFit.fit(
                source,
                order,
                layerOptions.describe(network, preprocessing),
                images.name(),
                options,
                progress);
        fitted.write(out);
        Output.print(text(fitted));
      }
    } finally {
      networks.forEach(Network::close);
    }
    return 0;
  }

  private FitOptions options() {
    try {
      FitOptions.Kind method = FitOptions.Kind.of(kind);
      if (common.given("--topk") && method != FitOptions.Kind.DICTIONARY) {
        throw new UsageException("--topk is for --kind dictionary only, not " + method);
      }
      if (common.given("--cells") && method.isOfAllCells()) {
        throw new UsageException(
            "--cells is for nmf, kmeans and dictionary; " + method + " takes all cells");
      }
      if (common.given("--components") && components == 0) {
        throw new UsageException("--components must be at least 1");
      }
      return new FitOptions(method, components, seed, cells, topK, layerOptions.workers());
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private void checkOut() throws IOException {
    if (!out.toString().endsWith(".npy")) {
      throw new UsageException("--out must end in .npy: " + out);
    }
    if (out.toString().contains(";")) {
      throw new UsageException(
          "--out must have no ';', which ends the file's name in --basis: "
              + Text.oneLine(out.toString()));
    }
    if (Files.exists(out) && !overwrite) {
      throw new NetdissectException(
          out + " is there already; use --overwrite to replace it, or another --out");
    }
    Path parent = out.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
  }

  private String text(Fitted fitted) {
    FitInfo info = fitted.info();
    StringBuilder text = new StringBuilder();
    text.append(
        "%s of layer %s: %d directions of %d channels, from %d %s of %d images%n"
            .formatted(
                info.kind(),
                Text.oneLine(info.layer()),
                info.components(),
                info.channels(),
                info.sample() == null ? info.cells() : info.sample(),
                info.sample() == null
                    ? "cells"
                    : "of " + info.cells() + " cells, seed " + info.seed() + ",",
                info.images()));
    if (info.unreadable() > 0) {
      text.append("  left out: %d images%n".formatted(info.unreadable()));
    }
    if (info.explained() != null) {
      text.append(
          String.format(
              Locale.ROOT,
              "  explained variance %.1f %%%s%n",
              100 * info.explained(),
              info.meanActive() == null
                  ? ""
                  : String.format(
                      Locale.ROOT,
                      " on cells not trained on, %.1f active at a cell, %d of %d dead",
                      info.meanActive(),
                      info.dead(),
                      info.components())));
    }
    if (info.error() != null) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %s %.6g after %d rounds%n",
              info.kind().equals("nmf") ? "norm of what is left" : "sum of squared distances",
              info.error(),
              info.rounds()));
    }
    return text.append("use it: --basis ")
        .append(Text.terminal(Output.word(fitted.spec(out))))
        .append('\n')
        .toString();
  }
}
