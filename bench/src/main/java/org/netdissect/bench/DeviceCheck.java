package org.netdissect.bench;

import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.netdissect.base.files.Trees;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.dissection.Dissector;
import org.netdissect.networks.Device;
import org.netdissect.networks.Layer;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.Runner;
import org.netdissect.networks.TappedNetwork;
import org.netdissect.pictures.Photographs;

/**
 * Whether a device computes what the processor does, and how fast: the largest difference of a
 * layer's values, images a second of bare runs on the processor and on the device, and images a
 * second of a whole dissection on it, which decodes and records beside.
 *
 * <p>Usage: {@code device MODEL.onnx DATA cuda:0 [images=512] [workers=cores] [batch=32]}.
 */
final class DeviceCheck {
  private DeviceCheck() {}

  public static void main(String[] arguments) throws Exception {
    Path model = Path.of(arguments[0]);
    ConceptDataset data = BrodenDataset.open(Path.of(arguments[1]));
    Device device = Device.parse(arguments[2]);
    device.require();
    int images = number(arguments, "images=", 512);
    int workers = number(arguments, "workers=", Runtime.getRuntime().availableProcessors());
    int batch = number(arguments, "batch=", device.usualBatch());
    try (Network network = Network.open(model, null)) {
      List<Layer> layers = List.of(network.defaultLayer());
      agreement(network, layers.get(0), device, data);
      for (Device each : List.of(Device.CPU, device)) {
        int usual = each.equals(device) ? batch : each.usualBatch();
        // Once to warm up: the first runs choose kernels and take memory.
        BareForward.seconds(network, layers, each, data, images / 4 + 1, workers, usual);
        double seconds = BareForward.seconds(network, layers, each, data, images, workers, usual);
        say("bare %s: %.1f images a second (batch %d)", each, images / seconds, usual);
      }
      dissection(network, device, data, workers, batch);
    }
  }

  private static void agreement(Network network, Layer layer, Device device, ConceptDataset data)
      throws Exception {
    double largest = 0;
    double difference = 0;
    try (TappedNetwork here = network.tap(List.of(layer), Preprocessing.TORCH);
        TappedNetwork there = network.tap(List.of(layer), Preprocessing.TORCH, device);
        Runner processor = here.newRunner(1);
        Runner other = there.newRunner(1)) {
      for (int i = 0; i < Math.min(32, data.images().size()); i++) {
        byte[] rgb =
            Photographs.read(data.photograph(data.images().get(i)))
                .resized(network.inputHeight(), network.inputWidth())
                .rgb();
        processor.photograph(0, rgb);
        other.photograph(0, rgb);
        FloatBuffer expected = processor.run(1)[0];
        FloatBuffer actual = other.run(1)[0];
        for (int k = 0; k < layer.values(); k++) {
          largest = Math.max(largest, Math.abs(expected.get(k)));
          difference = Math.max(difference, Math.abs(expected.get(k) - actual.get(k)));
        }
      }
    }
    say(
        "layer %s: %s differs from the processor by at most %.2g of the largest value%s",
        layer.name(),
        device,
        difference / largest,
        difference > 1e-3 * largest ? ", which is TOO MUCH" : "");
  }

  private static void dissection(
      Network network, Device device, ConceptDataset data, int workers, int batch)
      throws Exception {
    Path out = Files.createTempDirectory("device-");
    try {
      List<Double> seconds = new ArrayList<>();
      for (int round = 0; round < 2; round++) {
        long start = System.nanoTime();
        Dissector.builder()
            .setNetwork(network)
            .setData(data)
            .setOut(out.resolve("result" + round))
            .optCache(out.resolve("cache"))
            .optDevice(device)
            .optWorkers(workers)
            .optBatch(batch)
            .build()
            .run();
        seconds.add((System.nanoTime() - start) / 1e9);
      }
      say(
          "whole dissection on %s: %.1f images a second (the labels compiled before)",
          device, data.images().size() / seconds.get(1));
    } finally {
      Trees.delete(out);
    }
  }

  private static int number(String[] arguments, String name, int otherwise) {
    for (String argument : arguments) {
      if (argument.startsWith(name)) {
        return Integer.parseInt(argument.substring(name.length()));
      }
    }
    return otherwise;
  }

  private static void say(String text, Object... values) {
    System.out.println(String.format(Locale.ROOT, text, values));
  }
}
