package org.netdissect.lab.study;

import java.io.IOException;
import java.util.Arrays;
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

  /** Images that are rendered before the measurement, and for it. */
  private static final int IMAGES = 300;

  private static final int ROUNDS = 5;
  private static final long LONGEST_WARM_UP = 4_000_000_000L;
  private static final int CORES = Runtime.getRuntime().availableProcessors();

  /** Of a world's image: what is rendered is written, too. */
  private static final double RENDER_AND_WRITE = 2;

  private static final double WORLD_BYTES_OF_PIXEL = 2.9;

  /** Pixels of the pictures for which the figures below were had. */
  private static final double SMALL_PIXELS = 64 * 64;

  private static final int PHOTOGRAPHS_OF_UNIT = 20;
  private static final int LOOKS = 5;
  private static final int VALIDATIONS = 20;
  private static final int VALIDATED = 1000;

  /** How much slower this machine is than that of the figures, as things are. */
  private final double slower;

  private final Map<String, Double> iterations = new HashMap<>();

  /**
   * What a network is like.
   *
   * @param seconds for a picture
   * @param pixels of a picture
   * @param layers units and cells of each that is dissected
   */
  record Looked(double seconds, double pixels, List<int[]> layers) {}

  /** A step's cost. */
  record Cost(double seconds, double bytes) {}

  private Estimates(double slower) {
    this.slower = slower;
  }

  /**
   * Measures how fast Java is here: the median of a few rounds, after what has to be compiled first
   * is, so that a moment in which others had the processors decides nothing.
   */
  static Estimates measured() {
    World world = World.of(1, 64);
    int image = 0;
    long until = System.nanoTime() + LONGEST_WARM_UP;
    while (image < IMAGES && System.nanoTime() < until) {
      world.render(image++);
    }
    double[] seconds = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < IMAGES / ROUNDS; i++) {
        world.render(image++);
      }
      seconds[round] = (System.nanoTime() - start) / 1e9 / (IMAGES / ROUNDS);
    }
    Arrays.sort(seconds);
    return new Estimates(seconds[ROUNDS / 2] / RENDERED);
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
        slower * (0.5 + 0.0008 * images) + options.iterations() * iteration + validated + views / 2,
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
   * @param given what was seen of a network that is there; null for one that is trained first
   * @param together networks that are fed from one decoding
   */
  Cost dissection(
      Subject subject, @Nullable Looked given, int images, int together, @Nullable Reports reports)
      throws IOException {
    Looked of = given != null ? given : looked(subject);
    int views = 1 + subject.bases().stream().mapToInt(basis -> Basis.parse(basis).count()).sum();
    double units = 0;
    double bytes = 0;
    for (int[] layer : of.layers()) {
      units += (double) views * layer[0];
      bytes += (double) views * layer[0] * (8_000 + 0.6 * Math.sqrt(layer[1]) * images);
    }
    double decoding = (0.0008 + 0.0004 * of.pixels() / SMALL_PIXELS) / together;
    double image = of.seconds() + slower * (decoding + 2e-6 * units);
    // Photographs take most of a report's time: those that some unit shows are written.
    double photographs = Math.min(images, PHOTOGRAPHS_OF_UNIT * units);
    double report =
        reports == null
            ? 0
            : slower
                * (0.3
                    + 0.002 * units
                    + photographs * (0.0005 + 0.0003 * of.pixels() / SMALL_PIXELS));
    return new Cost(
        (0.1 + 0.4 / together) * slower + images * image / CORES + report,
        bytes + (reports == null ? 0 : reports.bytes((int) units, images)));
  }

  /** About how many bytes a report of so many units takes. */
  interface Reports {
    double bytes(int units, int images) throws IOException;
  }

  Cost probe(Subject subject, @Nullable Looked given, int images) throws IOException {
    Looked of = given != null ? given : looked(subject);
    double image = of.seconds() + slower * (0.0016 + 0.0004 * of.pixels() / SMALL_PIXELS);
    return new Cost(slower + images * image / CORES, 200);
  }

  /** Of a training: its trunk's maps; all layers are taken to be like the last where unnamed. */
  private Looked looked(Subject subject) throws IOException {
    TrainingOptions options = Objects.requireNonNull(subject.training());
    NetworkCost cost = NetworkCost.of(options);
    Map<String, int[]> maps = NetworkCost.layers(options, false);
    List<int[]> last = List.copyOf(NetworkCost.layers(options, true).values());
    List<int[]> layers =
        subject.layers().isEmpty()
            ? last
            : subject.layers().stream().map(name -> maps.getOrDefault(name, last.get(0))).toList();
    // ONNX Runtime takes about half as long as the trainer without its gradient.
    return new Looked(
        iteration(options) / options.batch() / cost.views() / 6,
        (double) options.size() * options.size(),
        layers);
  }

  /** Lets the network look at a few pictures; the first, which is slow, does not count. */
  static Looked look(Network network, List<Layer> layers) throws IOException {
    byte[] picture = new byte[3 * network.inputHeight() * network.inputWidth()];
    double[] seconds = new double[LOOKS];
    try (TappedNetwork tapped = network.tap(layers, network.usualPreprocessing());
        Runner runner = tapped.newRunner(1)) {
      for (int i = -1; i < LOOKS; i++) {
        long start = System.nanoTime();
        runner.photograph(0, picture);
        runner.run(1);
        if (i >= 0) {
          seconds[i] = (System.nanoTime() - start) / 1e9;
        }
      }
    }
    Arrays.sort(seconds);
    return new Looked(
        seconds[LOOKS / 2],
        (double) network.inputHeight() * network.inputWidth(),
        layers.stream()
            .map(layer -> new int[] {layer.channels(), Math.max(1, layer.height() * layer.width())})
            .toList());
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
