package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.netdissect.base.Text;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.dissection.activations.basis.Basis;
import org.netdissect.dissection.activations.basis.RoundTrip;
import org.netdissect.dissection.rules.ImageOrder;
import org.netdissect.networks.Device;
import org.netdissect.networks.Layer;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect basis check}: whether a network answers the same in another basis. */
@Command(
    name = "check",
    description =
        "Puts a basis and its transpose into the network at a layer and compares the outputs: in"
            + " a rotated basis a network is as good for its task. Ends with 1 if they differ. Without"
            + " --limit it takes 100 photographs from all over the data set.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class BasisCheckCommand implements Callable<Integer> {
  /** Photographs that are taken where nobody says how many. */
  private static final int USUAL = 100;

  @Parameters(paramLabel = "MODEL", description = "The network, as to 'netdissect run'.")
  private Path model;

  @Option(
      names = "--basis",
      required = true,
      paramLabel = "SPEC",
      description =
          "As to 'netdissect run', for example rotation:seed=1;alpha=1. Of fewer directions than"
              + " channels one sees how much the network loses without the others.")
  private String basis;

  @Mixin private LayerOptions layerOptions;
  @Mixin private ModelOptions modelOptions;
  @Mixin private PhotographsOptions photographs;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    Basis wanted = Bases.of(List.of(basis)).get(0);
    Long limit = photographs.limit();
    Device computing = layerOptions.device(progress);
    List<Network> networks = modelOptions.open(List.of(model), progress);
    try {
      Network network = networks.get(0);
      Layer layer = layerOptions.of(network);
      ConceptDataset images = photographs.open(network, progress);
      Preprocessing preprocessing =
          layerOptions.preprocessings(List.of(model), networks, progress).get(0);
      layerOptions.warnOfPreprocessing(networks, List.of(preprocessing), images, progress);
      List<RoundTrip> trips =
          RoundTrip.of(
              network,
              layer,
              wanted,
              preprocessing,
              layerOptions.framing(),
              images,
              limit == null ? ImageOrder.spread(images, USUAL) : ImageOrder.first(images, limit),
              computing,
              layerOptions.workers(),
              progress);
      trips.forEach(trip -> Output.print(text(network, layer, trip)));
      return trips.stream().allMatch(RoundTrip::isEqual) ? 0 : 1;
    } finally {
      networks.forEach(Network::close);
    }
  }

  private static String text(Network network, Layer layer, RoundTrip trip) {
    String top =
        trip.sameTop() < 0
            ? "its first output has no value a class"
            : String.format(
                Locale.ROOT, "same top-1 on %.1f %%", 100.0 * trip.sameTop() / trip.images());
    return Text.oneLine(
            String.format(
                Locale.ROOT,
                "%s, %s there and back at layer %s, %d photographs: %s; largest difference %.2g of"
                    + " the output, %s (%s on %s)",
                network.name(),
                trip.view(),
                layer.name(),
                trip.images(),
                trip.isEqual() ? "equal" : "NOT equal",
                trip.difference(),
                top,
                trip.output(),
                trip.image()))
        + "\n"
        + (trip.isEqual() || trip.orthonormal()
            ? ""
            : "  its directions are not of length 1 and at right angles, so the transpose does not undo"
                + " it\n");
  }
}
