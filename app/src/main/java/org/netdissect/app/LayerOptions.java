package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.dissection.activations.NetworkSource;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.ImageOrder;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.networks.Device;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.Layer;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.pictures.Framing;
import org.netdissect.results.DissectionInfo.NetworkInfo;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One layer of a network, and how photographs go in; for commands that look at one layer. */
final class LayerOptions {
  private static final int BATCH = 8;

  @Option(
      names = "--layer",
      paramLabel = "NAME",
      description =
          "Tensor or node name; 'netdissect layers' lists them. Default: the last spatial tensor"
              + " before the classifier.")
  private @Nullable String layer;

  @Option(
      names = "--preprocess",
      paramLabel = "[MODEL=]NAME|FILE",
      description = "What is done to pixels, as to 'netdissect run'. Default: torch.")
  private List<String> preprocess = List.of();

  @Mixin private WorkersOption workers;

  @Mixin private FitOption fit;
  @Mixin private DeviceOption device;

  /** What results say of a network that is fed in this way. */
  NetworkInfo describe(Network network, Preprocessing preprocessing) throws IOException {
    return NetworkSource.describe(
        network,
        preprocessing,
        fit.framing(),
        new InputSize(network.inputHeight(), network.inputWidth()));
  }

  /** How photographs come into the input. */
  Framing framing() {
    return fit.framing();
  }

  /** What computes the network, tried out. */
  Device device(TerminalProgress progress) throws IOException {
    return device.device(progress);
  }

  int workers() {
    return workers.workers();
  }

  /** The preprocessing of each network; the usual one is announced. */
  List<Preprocessing> preprocessings(
      List<Path> models, List<Network> networks, TerminalProgress progress) throws IOException {
    if (preprocess.isEmpty()) {
      networks.stream().map(PreprocessOption::usual).distinct().forEach(progress::say);
    }
    return PreprocessOption.completed(PreprocessOption.of(preprocess, models), networks);
  }

  /** The one layer that is meant. */
  Layer of(Network network) throws IOException {
    List<Layer> found = layer == null ? List.of(network.defaultLayer()) : network.resolve(layer);
    if (found.size() > 1) {
      throw new UsageException(
          "--layer "
              + layer
              + " means "
              + found.size()
              + " layers of "
              + network.name()
              + ", such as "
              + found.get(0).name()
              + " and "
              + found.get(1).name()
              + "; name one");
    }
    return found.get(0);
  }

  /** Warns, as a run does, where another preprocessing seems to fit better. */
  void warnOfPreprocessing(
      List<Network> networks,
      List<Preprocessing> taken,
      ConceptDataset data,
      TerminalProgress progress)
      throws IOException {
    new PreprocessingWarning(data, fit.framing(), progress)
        .look(networks, taken, !preprocess.isEmpty());
  }

  /** The layer's maps on images of a data set. */
  NetworkSource source(
      Network network,
      Preprocessing preprocessing,
      ConceptDataset data,
      ImageOrder images,
      Device computing,
      TerminalProgress progress)
      throws IOException {
    return NetworkSource.open(
        List.of(network),
        List.of("tensor:" + of(network).name()),
        List.of(preprocessing),
        fit.framing(),
        data,
        images,
        // Where cells lie does not matter here, so nothing need be said of it.
        Convention.LITE,
        Quantile.DEFAULT,
        computing,
        BATCH,
        progress);
  }
}
