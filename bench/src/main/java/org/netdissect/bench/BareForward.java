package org.netdissect.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.networks.Device;
import org.netdissect.networks.Layer;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.Runner;
import org.netdissect.networks.TappedNetwork;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.Photographs.Photograph;

/**
 * What a dissection cannot go below: the same pruned and tapped network, the same workers, and
 * inputs that lie in memory, decoded and preprocessed; the maps are not even looked at.
 *
 * <p>Arguments: model, data, images, workers, batch, layers.
 */
final class BareForward {
  private BareForward() {}

  public static void main(String[] arguments) throws Exception {
    int images = Integer.parseInt(arguments[2]);
    int workers = Integer.parseInt(arguments[3]);
    int batch = Integer.parseInt(arguments[4]);
    ConceptDataset data = BrodenDataset.open(Path.of(arguments[1]));
    try (Network network = Network.open(Path.of(arguments[0]), null)) {
      List<Layer> layers = new ArrayList<>();
      if (arguments.length == 5) {
        layers.add(network.defaultLayer());
      }
      for (int i = 5; i < arguments.length; i++) {
        layers.addAll(network.resolve(arguments[i]));
      }
      seconds(network, layers, Device.CPU, data, images, workers, batch);
    }
  }

  /** How long so many runs take, without opening the network and filling the inputs. */
  static double seconds(
      Network network,
      List<Layer> layers,
      Device device,
      ConceptDataset data,
      int images,
      int workers,
      int batch)
      throws IOException, InterruptedException {
    try (TappedNetwork tapped = network.tap(layers, Preprocessing.TORCH, device)) {
      AtomicInteger next = new AtomicInteger();
      List<Thread> threads = new ArrayList<>();
      for (int w = 0; w < workers; w++) {
        Runner runner = tapped.newRunner(batch);
        for (int slot = 0; slot < runner.batch(); slot++) {
          int row = (w * batch + slot) % data.images().size();
          Photograph photograph = Photographs.read(data.photograph(data.images().get(row)));
          photograph = photograph.resized(network.inputHeight(), network.inputWidth());
          runner.photograph(slot, photograph.rgb());
        }
        threads.add(
            new Thread(
                () -> {
                  try (runner) {
                    for (int at = next.getAndAdd(runner.batch());
                        at < images;
                        at = next.getAndAdd(runner.batch())) {
                      runner.run(Math.min(runner.batch(), images - at));
                    }
                  } catch (ModelException e) {
                    throw new UncheckedIOException(e);
                  }
                }));
      }
      long start = System.nanoTime();
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }
}
