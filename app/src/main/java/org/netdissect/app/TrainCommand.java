package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.lab.train.Architecture;
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
      description =
          "Architecture: alexnet-small, vgg-small, googlenet-small or resnet-small."
              + " Default: ${DEFAULT-VALUE}.")
  private String arch;

  @Option(
      names = "--task",
      paramLabel = "NAME",
      defaultValue = "scene",
      description =
          "From labels: scene (one an image), object (which are there). From images alone:"
              + " rotation, context, puzzle, colorization, crosschannel, autoencoding,"
              + " contrastive. From a made-up world: egomotion, videoorder."
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
      description =
          "alexnet-small, vgg-small: number of convolutions (default 5, 8); googlenet-small,"
              + " resnet-small: number of blocks (default 4).")
  private @Nullable Integer depth;

  @Option(
      names = "--head",
      paramLabel = "gap|fc",
      defaultValue = "gap",
      description =
          "Behind the convolutions: gap (mean over all places, one linear layer) or fc (two"
              + " hidden layers of 256 units). Default: ${DEFAULT-VALUE}.")
  private String head;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      description =
          "Dropout before the classifier, or behind each hidden layer. Default: 0 for gap, 0.5"
              + " for fc.")
  private @Nullable Double dropout;

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
      names = "--freeze",
      split = ",",
      paramLabel = "conv1,conv2",
      description = "Layers whose weights stay as they are at the start.")
  private List<String> freeze = List.of();

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
      Architecture architecture = Architecture.of(arch);
      Architecture.Head behind = Architecture.Head.of(head);
      options =
          new TrainingOptions(
              data,
              out,
              Task.of(task),
              iterations,
              batch,
              seed,
              size,
              architecture,
              new Architecture.Shape(
                  width, depth == null ? architecture.usualDepth() : depth, !noBatchNorm),
              behind,
              dropout != null ? dropout : behind == Architecture.Head.FC ? 0.5 : 0,
              rate,
              init,
              freeze,
              checkpoints,
              !noFlip,
              threads == null ? Runtime.getRuntime().availableProcessors() : threads);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    Training.Result result = Training.run(options, progress::say);
    Output.line(
        String.format(
            Locale.ROOT,
            "%s: validation %s %.3f; always the same answer: %.3f",
            result.model(),
            result.measured(),
            result.value(),
            result.chance()));
    return 0;
  }
}
