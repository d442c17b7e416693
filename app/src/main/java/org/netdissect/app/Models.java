package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.netdissect.base.Text;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.caffe.CaffeMean;
import org.netdissect.networks.caffe.CaffeModel;

/** Opens networks of any format that is read, and what is done to their pixels. */
final class Models {
  private Models() {}

  /**
   * Opens all models; none stays open if one fails.
   *
   * @param weights of the Caffe nets among them, in their order
   */
  static List<Network> open(
      List<Path> models, List<Path> weights, InputSize size, TerminalProgress progress)
      throws IOException {
    List<Path> texts = models.stream().filter(CaffeModel::isText).toList();
    if (texts.isEmpty() && models.size() == 1 && weights.size() == 1) {
      // Whatever it is, its weights say that it is meant to be a net's text.
      texts = models;
    }
    if (texts.size() != weights.size()) {
      throw new UsageException(
          texts.isEmpty()
              ? "--weights goes with the text of a Caffe net (deploy.prototxt)"
              : "%s needs its weights: give --weights NET.caffemodel %s"
                  .formatted(
                      texts.get(0),
                      texts.size() == 1 ? "once" : "once for each Caffe net, in their order"));
    }
    List<Network> networks = new ArrayList<>();
    try {
      for (Path model : models) {
        int place = texts.indexOf(model);
        networks.add(
            place < 0
                ? Network.open(model, size)
                : caffe(CaffeModel.read(model, weights.get(place), size), progress));
      }
      return networks;
    } catch (IOException | RuntimeException e) {
      networks.forEach(Network::close);
      throw e;
    }
  }

  /** Opens a net that need not run: of a Caffe net the text will do. */
  static Network outline(Path model, Path weights, InputSize size, TerminalProgress progress)
      throws IOException {
    return weights == null && !CaffeModel.isText(model)
        ? Network.open(model, size)
        : caffe(CaffeModel.read(model, weights, size), progress);
  }

  private static Network caffe(CaffeModel model, TerminalProgress progress) throws IOException {
    tell(model, progress);
    return model.open();
  }

  /** Says what a person should know of a Caffe net. */
  static void tell(CaffeModel model, TerminalProgress progress) {
    model.notes().forEach(note -> progress.say("note: " + Text.oneLine(note)));
  }

  /** A preprocessing by name or from a file: ours in JSON, or a mean in one of Caffe's formats. */
  static Preprocessing preprocessing(String text, TerminalProgress progress) throws IOException {
    String low = text.toLowerCase(Locale.ROOT);
    if (!low.endsWith(".binaryproto") && !low.endsWith(".npy")) {
      return Preprocessing.of(text);
    }
    Preprocessing mean = CaffeMean.read(Path.of(text));
    progress.say(
        "preprocessing: BGR minus %s, the mean of each channel of %s (the original subtracts one value a channel, too)"
            .formatted(listed(mean.mean()), text));
    return mean;
  }

  /** What the networks want where nobody says it; said, because it may be wrong. */
  static Preprocessing usual(List<Network> networks, TerminalProgress progress) {
    List<Preprocessing> all =
        networks.stream().map(Network::usualPreprocessing).distinct().toList();
    if (all.size() > 1) {
      throw new UsageException(
          "networks of Caffe and others take different preprocessing: run them apart, or choose one"
              + " with --preprocess");
    }
    progress.say(
        all.get(0).equals(Preprocessing.NETDISSECT)
            ? "preprocessing: netdissect (BGR minus "
                + listed(Preprocessing.NETDISSECT.mean())
                + "); choose with --preprocess"
            : "preprocessing: torch (RGB/255, ImageNet mean and std); choose with --preprocess");
    return all.get(0);
  }

  private static String listed(List<Double> values) {
    return String.join(
        ", ",
        values.stream()
            .map(v -> String.format(Locale.ROOT, "%.4f", v).replaceFirst("\\.?0+$", ""))
            .toList());
  }
}
