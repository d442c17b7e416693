package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.Network;
import org.netdissect.networks.NetworkOptions;
import org.netdissect.networks.TokenGrid;
import picocli.CommandLine.Option;

/** How a model is to be understood where its file leaves that open. */
final class ModelOptions {
  @Option(
      names = "--input-size",
      paramLabel = "H,W",
      description =
          "Size of the network's input, for models that leave it free and for recorded maps.")
  private String inputSize;

  @Option(
      names = "--tokens",
      paramLabel = "grid=HxW,skip=S",
      description =
          "How the tokens of a transformer cover the image, where the model does not tell: rows and"
              + " columns, and how many tokens to skip before them; for example grid=14x14,skip=1.")
  private String tokens;

  @Option(
      names = "--input",
      paramLabel = "NAME=FILE.npy",
      description =
          "Values of an input other than the image, for models that have several. May be repeated.")
  private Map<String, Path> inputs = new LinkedHashMap<>();

  /** The size given, or null. */
  InputSize inputSize() {
    try {
      return inputSize == null ? null : InputSize.parse(inputSize);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--input-size: " + e.getMessage());
    }
  }

  Network open(Path model) throws IOException {
    try {
      TokenGrid grid = tokens == null ? null : TokenGrid.parse(tokens);
      return Network.openWith(model, new NetworkOptions(inputSize(), grid, inputs));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--tokens: " + e.getMessage());
    }
  }
}
