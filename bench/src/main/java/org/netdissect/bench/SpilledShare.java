package org.netdissect.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.netdissect.base.files.Trees;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.dissection.Dissector;
import org.netdissect.networks.Network;
import org.netdissect.results.Dissection;

/**
 * Dissects a real network and tells how much of its activations was spilled, and how its units fire
 * (which the generated ones imitate).
 *
 * <p>Usage: {@code spill MODEL.onnx DATA [LAYER…]}.
 */
public final class SpilledShare {
  private SpilledShare() {}

  /** See the class. */
  public static void main(String[] arguments) throws IOException {
    List<String> layers = List.of(arguments).subList(2, arguments.length);
    Path out = Files.createTempDirectory("netdissect-bench");
    Watched watched = new Watched();
    try (Network network = Network.open(Path.of(arguments[0]), null)) {
      Dissection dissection =
          Dissector.builder()
              .setNetwork(network)
              .setData(BrodenDataset.open(Path.of(arguments[1])))
              .setOut(out)
              .optLayers(layers)
              .optProgress(watched)
              .optThen(watched)
              .build()
              .run();
      dissection
          .info()
          .layers()
          .forEach(
              result ->
                  System.out.printf(
                      "%s: layer %s, %d units of %d×%d, %d images%n",
                      network.name(),
                      result.layer().name(),
                      result.layer().units(),
                      result.layer().height(),
                      result.layer().width(),
                      dissection.images().size()));
      System.out.print(watched.told());
    } finally {
      Trees.delete(out);
    }
  }
}
