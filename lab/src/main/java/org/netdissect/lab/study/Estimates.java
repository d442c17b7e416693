package org.netdissect.lab.study;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netdissect.dissection.activations.basis.Basis;
import org.netdissect.lab.train.Architecture;
import org.netdissect.lab.train.NetworkCost;
import org.netdissect.lab.train.Training;
import org.netdissect.lab.train.TrainingOptions;
import org.netdissect.lab.world.World;
import org.netdissect.networks.Layer;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.Network;
import org.netdissect.networks.Runner;
import org.netdissect.networks.TappedNetwork;

/**
 * About how long steps take and how many bytes they write. Before anything is estimated, the
 * machine's speed is measured: images are rendered for a second, a few iterations of each kind of
 * training are done on made-up images, and each model file looks at one picture.
 */
final class Estimates {
  /** Seconds to render an image of 64 pixels on the machine on which the figures below were had. */
  private static final double RENDERED = 0.0014;

  private static final int CORES = Runtime.getRuntime().availableProcessors();

  /** Of a world's image: what is rendered is written, too. */
  private static final double RENDER_AND_WRITE = 2;

  private static final double WORLD_BYTES_OF_PIXEL = 2.9;
  private static final int VALIDATIONS = 20;
  private static final int VALIDATED = 1000;

  /** How much slower this machine is than that of the figures, as things are. */
  private final double slower;

  private final Map<String, Double> iterations = new HashMap<>();
  private final Map<String, Looked> looked = new HashMap<>();

  /** What a network's layers are like: seconds for a picture, units and cells of each. */
  private record Looked(double seconds, List<int[]> layers) {}

  /** A step's cost. */
  record Cost(double seconds, double bytes) {}

  private Estimates(double slower) {
    this.slower = slower;
  }

  /** Measures how fast Java is here. */
  static Estimates measured() {
    World world = World.of(1, 64);
    long until = System.nanoTime() + 400_000_000L;
    int image = 0;
    while (System.nanoTime() < until) {
      world.render(image++);
    }
    long start = System.nanoTime();
    int from = image;
    while (System.nanoTime() - start < 400_000_000L) {
      world.render(image++);
    }
    return new Estimates((System.nanoTime() - start) / 1e9 / (image - from) / RENDERED);
  }

  private double rendered(int size) {
    return RENDERED * slower * (0.3 + 0.7 * size * size / (64.0 * 64));
  }

  Cost rendering(Study.WorldBlock world) {
    return new Cost(
        1 + world.images() * RENDER_AND_WRITE * rendered(world.size()) / CORES,
        world.images() * WORLD_BYTES_OF_PIXEL * world.size() * world.size());
  }

  /**
   * A training.
   *
   * @param images of its data
   */
  Cost training(TrainingOptions options, int images) throws IOException {
    NetworkCost cost = NetworkCost.of(options);
    double iteration = iteration(options);
    // Without its gradient a picture costs a third.
    double picture = iteration / options.batch() / 3;
    double validated = VALIDATIONS * Math.min(VALIDATED, 0.3 * images) * picture;
    double views =
        options.task().needsWorld()
            ? Math.min(4.0 * images, (double) options.iterations() * options.batch())
                * (cost.views() - 1)
                * rendered(options.size())
            : 0;
    double head =
        options.head() == Architecture.Head.FC ? 256.0 * options.size() * options.size() : 0;
    return new Cost(
        2 * slower + options.iterations() * iteration + validated + views / 2,
        30_000 + 4 * (cost.parameters() + head) * (1 + options.checkpoints().size()));
  }

  /** Trainings of one kind differ by their task and seed only. */
  private double iteration(TrainingOptions options) throws IOException {
    NetworkCost cost = NetworkCost.of(options);
    String kind =
        String.join(
            " ",
            options.architecture().typed(),
            options.shape().toString(),
            options.head().typed(),
            "" + cost.side(),
            "" + options.batch() * cost.views(),
            "" + options.threads());
    Double known = iterations.get(kind);
    if (known == null) {
      double measured = Training.secondsOfIteration(options);
      // Without PyTorch nothing can be measured; then this is only roughly so.
      known =
          Double.isNaN(measured)
              ? slower * options.batch() * cost.views() * 3 * cost.operations() / 3e10
              : measured;
      iterations.put(kind, known);
    }
    return known;
  }

  /**
   * A dissection.
   *
   * @param network that is there; null for one that is trained first
   */
  Cost dissection(Subject subject, @Nullable Network network, int images, @Nullable Reports reports)
      throws IOException {
    Looked of = looked(subject, network);
    int views = 1 + subject.bases().stream().mapToInt(basis -> Basis.parse(basis).count()).sum();
    double pixels = pixels(subject, network) / (64.0 * 64);
    double units = 0;
    double bytes = 0;
    for (int[] layer : of.layers()) {
      units += (double) views * layer[0];
      bytes += (double) views * layer[0] * (8_000 + 0.6 * Math.sqrt(layer[1]) * images);
    }
    double image = of.seconds() + slower * (0.0008 + 0.0004 * pixels + 2e-6 * units);
    double report = reports == null ? 0 : slower * (5 + 0.0008 * images);
    return new Cost(
        0.5 * slower + images * image / CORES + report,
        bytes + (reports == null ? 0 : reports.bytes((int) units, images)));
  }

  /** About how many bytes a report of so many units takes. */
  interface Reports {
    double bytes(int units, int images) throws IOException;
  }

  Cost probe(Subject subject, @Nullable Network network, int images) throws IOException {
    double pixels = pixels(subject, network) / (64.0 * 64);
    double image = looked(subject, network).seconds() + slower * (0.0016 + 0.0004 * pixels);
    return new Cost(slower + images * image / CORES, 200);
  }

  private static double pixels(Subject subject, @Nullable Network network) {
    TrainingOptions options = subject.training();
    return options != null
        ? (double) options.size() * options.size()
        : network == null ? 224 * 224 : (double) network.inputHeight() * network.inputWidth();
  }

  private Looked looked(Subject subject, @Nullable Network network) throws IOException {
    TrainingOptions options = subject.training();
    String key = (network == null ? String.valueOf(options) : network.sha256()) + subject.layers();
    Looked known = looked.get(key);
    if (known == null) {
      known =
          options == null && network != null
              ? look(subject, network)
              : looked(subject, Objects.requireNonNull(options));
      looked.put(key, known);
    }
    return known;
  }

  /** Of a training: its trunk's maps; all layers are taken to be like the last where unnamed. */
  private Looked looked(Subject subject, TrainingOptions options) throws IOException {
    NetworkCost cost = NetworkCost.of(options);
    Map<String, int[]> maps = NetworkCost.layers(options, false);
    List<int[]> last = List.copyOf(NetworkCost.layers(options, true).values());
    List<int[]> layers =
        subject.layers().isEmpty()
            ? last
            : subject.layers().stream().map(name -> maps.getOrDefault(name, last.get(0))).toList();
    // ONNX Runtime takes about half as long as the trainer without its gradient.
    return new Looked(iteration(options) / options.batch() / cost.views() / 6, layers);
  }

  /** Lets the network look at one picture, twice. */
  private static Looked look(Subject subject, Network network) throws IOException {
    List<Layer> layers = layers(subject, network);
    int side = network.inputHeight();
    double seconds = 0;
    try (TappedNetwork tapped = network.tap(layers, network.usualPreprocessing());
        Runner runner = tapped.newRunner(1)) {
      for (int i = 0; i < 2; i++) {
        long start = System.nanoTime();
        runner.photograph(0, new byte[3 * side * network.inputWidth()]);
        runner.run(1);
        seconds = (System.nanoTime() - start) / 1e9;
      }
    }
    return new Looked(
        seconds,
        layers.stream()
            .map(layer -> new int[] {layer.channels(), Math.max(1, layer.height() * layer.width())})
            .toList());
  }

  /**
   * The layers that a subject names.
   *
   * @throws ModelException in one line where the network has none of such a name
   */
  static List<Layer> layers(Subject subject, Network network) throws ModelException {
    if (subject.layers().isEmpty()) {
      return List.of(network.defaultLayer());
    }
    List<Layer> layers = new ArrayList<>();
    for (String name : subject.layers()) {
      layers.addAll(network.resolve(name));
    }
    return layers;
  }

  /** Seconds as people say them. */
  static String shown(double seconds) {
    if (seconds < 90) {
      return Math.round(seconds) + " s";
    }
    return seconds < 5400
        ? Math.round(seconds / 60) + " min"
        : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
  }
}
