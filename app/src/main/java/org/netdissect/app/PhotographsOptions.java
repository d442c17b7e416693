package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.networks.Network;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Photographs whose labels are not looked at, for commands that feed a network with them. */
final class PhotographsOptions {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Images, in any format that 'netdissect data' reads, or the name of a data set that"
              + " 'netdissect data fetch' got. Labels are not looked at.")
  private List<Path> data = List.of();

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "In place of --data a folder of photographs without labels.")
  private @Nullable Path images;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Take only the first N images of the data set.")
  private @Nullable Long limit;

  @Mixin private DataOptions dataOptions;

  /** How many of the first images to take; null for all. */
  @Nullable Long limit() {
    if (limit != null && limit < 1) {
      throw new UsageException("--limit must be at least 1");
    }
    return limit;
  }

  /** Opens what was named, for a network. */
  ConceptDataset open(Network network, TerminalProgress progress) throws IOException {
    if (images != null) {
      data = dataOptions.photographs(images, data);
    }
    if (data.isEmpty()) {
      throw new UsageException(
          "name the images with --data, or photographs without labels with --images");
    }
    return dataOptions.open(data, network.inputHeight(), network.inputWidth(), progress);
  }
}
