package org.netdissect.lab.train;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.NetdissectException;
import org.netdissect.lab.train.NetworkSpec.GlobalMean;

/**
 * A task as the trainer sees it: what the network looks like, what it is shown of an image, and
 * what its values are compared with.
 */
abstract class Exercise {
  final Samples samples;
  final TrainingOptions options;

  Exercise(Samples samples, TrainingOptions options) {
    this.samples = samples;
    this.options = options;
  }

  /** The exercise of the options' task. */
  static Exercise of(Samples samples, TrainingOptions options) throws IOException {
    checkHead(options);
    return switch (options.task()) {
      case SCENE, OBJECT, ROTATION -> new WholeImage(samples, options);
      case CONTEXT -> new Patches.Context(samples, options);
      case PUZZLE -> new Patches.Puzzle(samples, options);
      case COLORIZATION -> new Colours.Colorization(samples, options);
      case CROSSCHANNEL -> new Colours.CrossChannel(samples, options);
      case AUTOENCODING -> new Autoencoding(samples, options);
      case CONTRASTIVE -> new Contrastive(samples, options);
      case EGOMOTION -> new Motion.Ego(samples, options);
      case VIDEOORDER -> new Motion.Order(samples, options);
    };
  }

  static void checkHead(TrainingOptions options) throws NetdissectException {
    if (options.head() != Architecture.Head.GAP && !options.task().classifiesWholeImage()) {
      throw new NetdissectException(
          "--head "
              + options.head().typed()
              + " is for tasks that end in a classifier of one image:"
              + " scene, object and rotation; --task "
              + options.task().lowerCase()
              + " has its own");
    }
  }

  /** The network that is trained, on images of {@link #side}. */
  abstract NetworkSpec network();

  abstract Goal goal();

  /** Names of the classes that are told apart, for the record; none where there are none. */
  List<String> classes() {
    return List.of();
  }

  /** Pixels a side of what the network is shown. */
  int side() {
    return options.size();
  }

  /** Pictures that the network is shown of one image. */
  final int views() {
    return options.task().views();
  }

  /** Values of one picture that the network is shown. */
  final int valuesOfView() {
    return 3 * side() * side();
  }

  /** Values that one image's network output is compared with. */
  int targets() {
    return 1;
  }

  /**
   * Makes one sample.
   *
   * @param image number in {@link Samples}
   * @param random what to draw from; null to validate: then the same sample every time
   * @param images receives views × 3 × side × side values
   * @param at first place in images
   * @param targets receives {@link #targets} values
   * @param to first place in targets
   */
  abstract void sample(
      int image, @Nullable Random random, float[] images, int at, float[] targets, int to)
      throws IOException;

  /**
   * The network as people dissect it: one photograph of the options' size in, the classifier's
   * values or the last maps' means out.
   */
  NetworkSpec exported() {
    return exported(network(), last(), options.size());
  }

  /** A network up to its last maps, and their means. */
  static NetworkSpec exported(NetworkSpec network, String last, int size) {
    return new NetworkSpec.Builder(network.upTo(last))
        .from(last)
        .add(new GlobalMean("mean"))
        .build(size);
  }

  /** Name of the last maps. */
  String last() {
    return trunkOutput(new NetworkSpec.Builder());
  }

  /** Adds the plain trunk, from the network's input; returns the name of the last maps. */
  String trunkOutput(NetworkSpec.Builder to) {
    options.architecture().trunk(to, "", 3, options.shape());
    return to.last();
  }

  boolean mirrored(@Nullable Random random) {
    return random != null && options.flip() && random.nextBoolean();
  }

  /** What to draw a sample from: given, or the image's own. */
  static Random drawing(@Nullable Random random, int image) {
    return random == null ? new Random(0x9E3779B97F4A7C15L * (image + 1)) : random;
  }
}
