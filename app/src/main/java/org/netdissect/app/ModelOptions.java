package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Text;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.Network;
import org.netdissect.networks.NetworkOptions;
import org.netdissect.networks.TokenGrid;
import org.netdissect.networks.caffe.CaffeModel;
import picocli.CommandLine.Option;

/** How a model is to be understood where its file leaves that open. */
final class ModelOptions {
  @Option(
      names = "--input-size",
      paramLabel = "H,W",
      description =
          "Size of the network's input, for models that leave it free and for recorded maps.")
  private @Nullable String inputSize;

  @Option(
      names = "--tokens",
      paramLabel = "grid=HxW,skip=S",
      description =
          "How the tokens of a transformer cover the image, where the model does not tell: rows and"
              + " columns, and how many tokens to skip before them; for example grid=14x14,skip=1.")
  private @Nullable String tokens;

  @Option(
      names = "--input",
      paramLabel = "NAME=FILE.npy",
      description =
          "Values of an input other than the image, for models that have several. May be repeated.")
  private Map<String, Path> inputs = new LinkedHashMap<>();

  @Option(
      names = "--weights",
      paramLabel = "NET.caffemodel",
      description = "The weights of a Caffe net; once for each that is given, in their order.")
  private List<Path> weights = List.of();

  /** The size given, or null. */
  @Nullable InputSize inputSize() {
    try {
      return inputSize == null ? null : InputSize.parse(inputSize);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--input-size: " + e.getMessage());
    }
  }

  /** Whether weights are given, which go with a Caffe net only. */
  boolean hasWeights() {
    return !weights.isEmpty();
  }

  /** Opens all models; none stays open if one fails. */
  List<Network> open(List<Path> models, TerminalProgress progress) throws IOException {
    List<Path> texts = models.stream().filter(CaffeModel::isText).toList();
    if (texts.isEmpty() && models.size() == 1 && weights.size() == 1) {
      // Whatever it is, its weights say that it is meant to be a net's text.
      texts = models;
    }
    if (texts.size() != weights.size()) {
      throw new UsageException(
          texts.isEmpty()
              ? "--weights goes with the text of a Caffe net (deploy.prototxt)"
              : "%s needs its weights: give --weights NET.caffemodel%s"
                  .formatted(
                      texts.get(0),
                      texts.size() == 1 ? "" : " once for each Caffe net, in their order"));
    }
    List<Network> networks = new ArrayList<>();
    int next = 0;
    try {
      for (Path model : models) {
        networks.add(open(model, texts.contains(model) ? weights.get(next++) : null, progress));
      }
      return networks;
    } catch (IOException | RuntimeException e) {
      networks.forEach(Network::close);
      throw e;
    }
  }

  /** Opens a model that need not run: of a Caffe net the text will do. */
  Network outline(Path model, TerminalProgress progress) throws IOException {
    if (weights.size() > 1) {
      throw new UsageException("--weights stands once");
    }
    return open(model, hasWeights() ? weights.get(0) : null, progress);
  }

  private Network open(Path model, @Nullable Path weightsOrNull, TerminalProgress progress)
      throws IOException {
    if (weightsOrNull != null
        && String.valueOf(model.getFileName()).toLowerCase(Locale.ROOT).endsWith(".onnx")) {
      throw new UsageException(
          "--weights goes with a Caffe net's .prototxt; "
              + Text.oneLine(model.toString())
              + " has weights of its own");
    }
    try {
      TokenGrid grid = tokens == null ? null : TokenGrid.parse(tokens);
      if (weightsOrNull == null && !CaffeModel.isText(model)) {
        return Network.openWith(model, new NetworkOptions(inputSize(), grid, inputs));
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException("--tokens: " + e.getMessage());
    }
    CaffeModel caffe = CaffeModel.read(model, weightsOrNull, inputSize());
    tell(caffe, progress);
    return caffe.open();
  }

  /** Refuses to write a file where something is that may not be replaced. */
  static void requireReplaceable(Path out, boolean overwrite) {
    if (Files.isDirectory(out)) {
      throw new UsageException(out + " is a folder; --out names a file");
    }
    if (Files.exists(out) && !overwrite) {
      throw new UsageException(out + " is there already; give another --out, or --overwrite");
    }
  }

  /** Refuses to write a model where something is that may not be replaced, or no folder is. */
  static void requireWritable(Path out, boolean overwrite) {
    requireReplaceable(out, overwrite);
    Path folder = out.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new UsageException(folder + ": no such folder");
    }
  }

  /** Says what a person should know of a Caffe net. */
  static void tell(CaffeModel model, TerminalProgress progress) {
    model.notes().forEach(note -> progress.say("note: " + Text.oneLine(note)));
  }
}
