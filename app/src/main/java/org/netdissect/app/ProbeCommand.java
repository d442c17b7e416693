package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.probes.Pool;
import org.netdissect.analysis.probes.Probe;
import org.netdissect.analysis.probes.ProbeOptions;
import org.netdissect.base.CacheFolder;
import org.netdissect.base.Text;
import org.netdissect.base.ToolVersion;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.dissection.activations.ActivationSource;
import org.netdissect.dissection.activations.basis.Basis;
import org.netdissect.dissection.activations.basis.ViewedSource;
import org.netdissect.networks.Device;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.results.BasisInfo;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.DissectionInfo.NetworkInfo;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.ProbeInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect probe}: how well a layer serves another task. */
@Command(
    name = "probe",
    description =
        "Tells how well a layer serves another task: the accuracy of a linear classifier on its"
            + " features, averaged over classes. Features are extracted once and kept.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ProbeCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "MODEL", description = "The networks.")
  private List<Path> models;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "CLASSES",
      description =
          "Images of the task: a folder a class, or any data set with one label of the whole"
              + " image.")
  private List<Path> data;

  @Option(
      names = "--test",
      paramLabel = "CLASSES",
      description =
          "Images of the same classes to test on. Default: some of --data are held back, several"
              + " times.")
  private List<Path> test = List.of();

  @Option(
      names = "--pool",
      paramLabel = "avg|max|flatten",
      defaultValue = "avg",
      description =
          "What of each unit is a feature: its mean, its largest value, or every cell. Default:"
              + " ${DEFAULT-VALUE}.")
  private String pool;

  @Option(
      names = "--cost",
      paramLabel = "C",
      defaultValue = "0.001",
      description = "C of the support vector machine; the paper's by default: ${DEFAULT-VALUE}.")
  private double cost;

  @Option(
      names = "--basis",
      paramLabel = "SPEC",
      description = "Probe beside the layer its views, as to 'netdissect run'. May be repeated.")
  private List<String> bases = List.of();

  @Option(
      names = "--splits",
      paramLabel = "N",
      defaultValue = "5",
      description = "How often images are held back anew. Default: ${DEFAULT-VALUE}.")
  private int splits;

  @Option(
      names = "--trained",
      paramLabel = "X",
      defaultValue = "0.7",
      description = "Share of each class that is trained on. Default: ${DEFAULT-VALUE}.")
  private double trained;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of the splits. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--result",
      paramLabel = "OUT",
      description =
          "A result of one of the networks: gets the accuracies of its layers, for 'netdissect"
              + " compare --accuracy'. May be repeated.")
  private List<Path> results = List.of();

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description = "Folder for extracted features. Default: the user's cache folder.")
  private @Nullable Path cache;

  @Mixin private LayerOptions layerOptions;
  @Mixin private ModelOptions modelOptions;
  @Mixin private DataOptions dataOptions;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    ProbeOptions options = options();
    List<Basis> views = Bases.of(bases);
    List<Dissection> carriers = new ArrayList<>();
    for (Path result : results) {
      carriers.add(Dissection.open(result));
    }
    Device computing = layerOptions.device(progress);
    List<Network> networks = modelOptions.open(models, progress);
    try {
      List<Preprocessing> preprocessings = layerOptions.preprocessings(models, networks, progress);
      checkCarriers(carriers, networks, preprocessings);
      Network first = networks.get(0);
      ConceptDataset classes = open(data, first, progress);
      layerOptions.warnOfPreprocessing(networks, preprocessings, classes, progress);
      Probe probe =
          Probe.of(
              classes,
              test.isEmpty() ? null : open(test, first, progress),
              options,
              (cache == null ? CacheFolder.get() : cache).resolve("features"),
              progress);
      for (int n = 0; n < networks.size(); n++) {
        run(probe, networks.get(n), preprocessings.get(n), views, carriers, computing, progress);
      }
    } finally {
      networks.forEach(Network::close);
    }
    return 0;
  }

  private ConceptDataset open(List<Path> folders, Network network, TerminalProgress progress)
      throws IOException {
    return dataOptions.open(folders, network.inputHeight(), network.inputWidth(), progress);
  }

  private ProbeOptions options() {
    for (String option : List.of("--splits", "--trained")) {
      if (!test.isEmpty() && common.given(option)) {
        throw new UsageException(
            option + " is of images held back; with --test none are, so leave one of them out");
      }
    }
    try {
      return new ProbeOptions(Pool.of(pool), cost, splits, trained, seed, layerOptions.workers());
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  /** Before any work: each result must be of one of the networks. */
  private void checkCarriers(
      List<Dissection> carriers, List<Network> networks, List<Preprocessing> preprocessings)
      throws IOException {
    for (Dissection carrier : carriers) {
      boolean known = false;
      for (int n = 0; n < networks.size(); n++) {
        if (isOf(carrier, networks.get(n))) {
          known = true;
          checkInput(carrier, layerOptions.describe(networks.get(n), preprocessings.get(n)));
        }
      }
      if (!known) {
        throw new DissectionException(
            carrier.folder()
                + " is a result of "
                + named(carrier.info().network())
                + ", but of none of the networks given (SHA-256 of the model files)");
      }
    }
  }

  /** What a result is of; one of recorded maps knows no model file. */
  private static String named(NetworkInfo network) {
    return network.file() == null ? "recorded activations" : Text.oneLine(network.file());
  }

  private static void checkInput(Dissection carrier, NetworkInfo network)
      throws DissectionException {
    if (!network.equals(carrier.info().network())) {
      throw new DissectionException(
          carrier.folder()
              + " was dissected with another preprocessing, weights or input size; probe with the"
              + " same");
    }
  }

  private static boolean isOf(Dissection result, Network network) {
    return Objects.equals(result.info().network().sha256(), network.sha256());
  }

  private void run(
      Probe probe,
      Network network,
      Preprocessing preprocessing,
      List<Basis> views,
      List<Dissection> carriers,
      Device computing,
      TerminalProgress progress)
      throws IOException {
    NetworkInfo info = layerOptions.describe(network, preprocessing);
    List<Probe.OfLayer> all =
        probe.run(
            info,
            (images, order) ->
                sameViews(
                    ViewedSource.of(
                        layerOptions.source(
                            network, preprocessing, images, order, computing, progress),
                        views,
                        (n, input) -> info,
                        progress),
                    carriers.stream().filter(carrier -> isOf(carrier, network)).toList()));
    for (Probe.OfLayer one : all) {
      Output.print(text(network, one));
      for (Dissection carrier : carriers) {
        if (isOf(carrier, network)) {
          carry(carrier, one, progress);
        }
      }
    }
  }

  /**
   * A source whose views are those of the results, where they are called the same; else it is
   * closed.
   */
  private static ActivationSource sameViews(ActivationSource source, List<Dissection> carriers)
      throws IOException {
    try {
      for (Dissection carrier : carriers) {
        for (LayerDissection theirs : carrier.layers()) {
          for (LayerInfo layer : source.layers()) {
            if (layer.name().equals(theirs.layer().name())
                && !BasisInfo.isSameView(layer.basis(), theirs.layer().basis())) {
              throw otherView(carrier, layer.name());
            }
          }
        }
      }
      return source;
    } catch (IOException | RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private static DissectionException otherView(Dissection carrier, String name) {
    return new DissectionException(
        Text.oneLine(
            name
                + " has other numbers here than in "
                + carrier.folder()
                + " (SHA-256 of the matrix and its bias); give the same matrix and bias, or another"
                + " name to the file"));
  }

  private static void carry(Dissection carrier, Probe.OfLayer probed, TerminalProgress progress)
      throws IOException {
    for (LayerDissection layer : carrier.layers()) {
      if (layer.layer().name().equals(probed.layer())) {
        ProbeInfo.add(carrier, layer, ToolVersion.get(), probed.entry());
        return;
      }
    }
    progress.warn(
        Text.oneLine(
            carrier.folder() + " has no layer " + probed.layer() + ": its accuracy goes nowhere"));
  }

  private static String text(Network network, Probe.OfLayer probed) {
    ProbeInfo.Entry entry = probed.entry();
    String spread =
        entry.test() != null
            ? " on " + entry.test()
            : String.format(
                Locale.ROOT,
                " ± %.1f (%d splits)",
                100 * entry.spread(),
                entry.accuracies().size());
    return Text.oneLine(
            String.format(
                Locale.ROOT,
                "%s, layer %s, %s: %d features, %d classes of %s (%d images, %d left out):"
                    + " accuracy %.1f %%%s, over all images %.1f %%",
                network.name(),
                probed.layer(),
                entry.pool(),
                entry.features(),
                entry.classes(),
                entry.data(),
                entry.images(),
                entry.leftOut(),
                100 * entry.accuracy(),
                spread,
                100 * entry.overall()))
        + "\n";
  }
}
