package org.netdissect.lab.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.netdissect.lab.train.NetworkCost;
import org.netdissect.lab.train.TrainingOptions;

/**
 * About how long steps take. Measured on two cores of an AMD EPYC (Zen 3), and divided among the
 * cores at hand; on other machines off by their speed.
 */
final class Estimates {
  private static final double CORES = Runtime.getRuntime().availableProcessors() / 2.0;

  /** Multiplications and additions a second in training and in use. */
  private static final double TRAINING_RATE = 4.5e10;

  private static final double FORWARD_RATE = 7e10;

  private Estimates() {}

  static double rendering(Study.WorldBlock world) {
    double pixels = (double) world.size() * world.size() / (112 * 112);
    return world.images() * (0.0005 + 0.0015 * pixels) / CORES;
  }

  static double training(TrainingOptions options) {
    NetworkCost cost = NetworkCost.of(options);
    double images = (double) options.iterations() * options.batch();
    double pixels = (double) options.size() * options.size() / (112 * 112);
    double shown =
        images * cost.views() * (3 * cost.operations() / TRAINING_RATE + 0.0002 * pixels);
    double validated = 20 * 1000.0 * cost.views() * cost.operations() / FORWARD_RATE;
    return 2 + shown / CORES + validated / CORES + (options.task().needsWorld() ? 20 * pixels : 0);
  }

  static double dissection(Subject subject, int images, int bases, boolean report)
      throws IOException {
    double operations = operations(subject);
    int layers = Math.max(1, subject.layers().size());
    double image = operations / FORWARD_RATE + 0.002 + 0.0006 * layers * (1 + bases);
    return 2 + images * image / CORES + (report ? 6 + images * 0.001 : 0);
  }

  static double probe(Subject subject, int images) throws IOException {
    return 2 + images * (operations(subject) / FORWARD_RATE + 0.001) / CORES;
  }

  /** Multiplications and additions for one picture. */
  private static double operations(Subject subject) throws IOException {
    TrainingOptions options = subject.training();
    Path model = subject.model();
    return options != null
        ? NetworkCost.of(options).operations()
        : model == null ? 1e8 : 80.0 * Files.size(model);
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
