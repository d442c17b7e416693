package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.lab.train.NetworkSpec;
import org.netdissect.lab.train.Task;
import org.netdissect.lab.train.Training;
import org.netdissect.lab.train.TrainingOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code netdissect train}: a small network from labelled images. */
@Command(
    name = "train",
    description = {
      "Trains a small network and writes it as ONNX, ready for 'netdissect run'.",
      "Needs PyTorch, which only a build with -Ptrain has."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class TrainCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description =
          "A folder in Broden's format, or one with a sub-folder of images for each class.")
  private Path data;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The run folder.")
  private Path out;

  @Option(
      names = "--arch",
      paramLabel = "NAME",
      defaultValue = "alexnet-small",
      description = "Architecture: alexnet-small. Default: ${DEFAULT-VALUE}.")
  private String arch;

  @Option(
      names = "--task",
      paramLabel = "NAME",
      defaultValue = "scene",
      description =
          "scene (one label an image), object (which objects are there) or rotation (no labels)."
              + " Default: ${DEFAULT-VALUE}.")
  private String task;

  @Option(
      names = "--iterations",
      paramLabel = "N",
      defaultValue = "3000",
      description = "Batches to train on. Default: ${DEFAULT-VALUE}.")
  private int iterations;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "64",
      description = "Images a batch. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Of the first weights and the order of images. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      defaultValue = "112",
      description = "Side of the network's input. Default: ${DEFAULT-VALUE}.")
  private int size;

  @Option(
      names = "--width",
      paramLabel = "N",
      defaultValue = "24",
      description =
          "Units of the first layer, a multiple of 8; later ones have 2, 3, 4 times as many."
              + " Default: ${DEFAULT-VALUE}.")
  private int width;

  @Option(
      names = "--depth",
      paramLabel = "N",
      defaultValue = "5",
      description = "Number of convolutions. Default: ${DEFAULT-VALUE}.")
  private int depth;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0",
      description = "Dropout before the classifier. Default: ${DEFAULT-VALUE}.")
  private double dropout;

  @Option(names = "--no-batch-norm", description = "Leave batch normalisation out.")
  private boolean noBatchNorm;

  @Option(
      names = "--rate",
      paramLabel = "X",
      defaultValue = "0.002",
      description = "Largest learning rate. Default: ${DEFAULT-VALUE}.")
  private double rate;

  @Option(
      names = "--init",
      paramLabel = "MODEL.onnx",
      description = "Start from the weights of a network trained here; layers that fit are taken.")
  private @Nullable Path init;

  @Option(
      names = "--checkpoints",
      split = ",",
      paramLabel = "1,10,100",
      description = "Iterations after which the network is also written; 0 is before training.")
  private List<Integer> checkpoints = List.of();

  @Option(names = "--no-flip", description = "Do not mirror images at random.")
  private boolean noFlip;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads. Default: the number of cores. The last bits of the outcome depend on it.")
  private @Nullable Integer threads;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TrainingOptions options;
    try {
      if (!arch.equals(NetworkSpec.ALEXNET_SMALL)) {
        throw new IllegalArgumentException(
            "unknown architecture \"" + arch + "\": " + NetworkSpec.ALEXNET_SMALL);
      }
      options =
          new TrainingOptions(
              data,
              out,
              Task.of(task),
              iterations,
              batch,
              seed,
              size,
              width,
              depth,
              dropout,
              !noBatchNorm,
              rate,
              init,
              checkpoints,
              !noFlip,
              threads == null ? Runtime.getRuntime().availableProcessors() : threads);
      NetworkSpec.alexnetSmall(size, 2, width, depth, dropout, !noBatchNorm);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    Training.Result result = Training.run(options, progress::say);
    Output.line(
        String.format(
            Locale.ROOT,
            "%s: %d classes, validation accuracy %.3f",
            result.model(),
            result.classes(),
            result.accuracy()));
    return 0;
  }
}
