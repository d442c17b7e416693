package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.datasets.label.PhotoLabeller;
import org.netdissect.networks.InputSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code netdissect data label}: a segmentation network labels photographs. */
@Command(
    name = "label",
    description = "Labels a folder of photographs with a segmentation network.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class DataLabelCommand implements Callable<Integer> {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "SEG.onnx",
      description = "Gives scores (N × C × H × W) or classes (N × H × W).")
  private Path model;

  @Option(
      names = "--names",
      required = true,
      paramLabel = "names.csv",
      description =
          "What the classes mean: value,name[,category[,synonyms]], values from 0; a blank name"
              + " means nothing.")
  private Path names;

  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR",
      description = "Photographs, in folders or not.")
  private Path images;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "A new folder, or an unfinished one.")
  private Path out;

  @Option(
      names = "--preprocess",
      paramLabel = "NAME|FILE",
      description = "As for 'netdissect run'. Default: ${DEFAULT-VALUE}.")
  private String preprocess = "torch";

  @Option(
      names = "--input-size",
      paramLabel = "H,W",
      description = "For models that leave height and width free.")
  private @Nullable String inputSize;

  @Option(
      names = "--output",
      paramLabel = "NAME",
      description = "The model's output to read. Default: its first.")
  private @Nullable String output;

  @Option(names = "--strict", description = "Stop at an unreadable photograph.")
  private boolean strict;

  @Mixin private WorkersOption workers;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    InputSize size;
    try {
      size = inputSize == null ? null : InputSize.parse(inputSize);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--input-size: " + e.getMessage());
    }
    PhotoLabeller.Result result =
        PhotoLabeller.label(
            model,
            names,
            images,
            out,
            new PhotoLabeller.Options(
                size, PreprocessOption.one(preprocess), output, workers.workers(), strict),
            progress);
    Output.line(
        out
            + ": "
            + result.labelled()
            + " photographs labelled"
            + (result.leftOut() > 0 ? ", " + result.leftOut() + " left out as unreadable" : ""));
    return 0;
  }
}
