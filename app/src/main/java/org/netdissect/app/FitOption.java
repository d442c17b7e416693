package org.netdissect.app;

import org.netdissect.pictures.Framing;
import picocli.CommandLine.Option;

/** How photographs come into the network's input. */
final class FitOption {
  @Option(
      names = "--fit",
      paramLabel = "stretch|letterbox|crop",
      defaultValue = "stretch",
      description =
          "How photographs of other proportions than the network's input come into it: stretched;"
              + " whole, with YOLO's grey (114) at two sides (letterbox); or their middle, whose surroundings take"
              + " no part (crop). Default: ${DEFAULT-VALUE}.")
  private String fit = "stretch";

  Framing framing() {
    try {
      return Framing.of(fit);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }
}
