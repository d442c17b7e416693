package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.dissection.fit.PreprocessingCheck;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.RandomNetwork;
import org.netdissect.pictures.Framing;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect randomize}: the same architecture, untrained. */
@Command(
    name = "randomize",
    description =
        "Writes a network of the same architecture with random weights, to see what its units reach"
            + " untrained. The same seed gives the same bytes.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RandomizeCommand implements Callable<Integer> {
  /** How many names of tensors are told. */
  private static final int NAMED = 3;

  /** How weights are made. */
  enum How {
    init(RandomNetwork.How.INIT),
    shuffle(RandomNetwork.How.SHUFFLE);

    final RandomNetwork.How how;

    How(RandomNetwork.How how) {
      this.how = how;
    }
  }

  @Parameters(paramLabel = "MODEL.onnx", description = "The trained network.")
  private Path model;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Seed of all draws. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--how",
      paramLabel = "init|shuffle",
      defaultValue = "init",
      description =
          "init: as before training (He et al. 2015); shuffle: each tensor's values in another"
              + " order. Default: ${DEFAULT-VALUE}.")
  private How how;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Photographs to estimate the statistics of batch norm on. Without, they are 0 and 1"
              + " (init) or stay as trained (shuffle).")
  private List<Path> data = List.of();

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "64",
      description = "How many photographs, 1 to 10000. Default: ${DEFAULT-VALUE}.")
  private int images;

  @Option(
      names = "--preprocess",
      paramLabel = "NAME|FILE",
      description = "What is done to these photographs' pixels, as to 'netdissect run'.")
  private @Nullable String preprocess;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "RANDOM.onnx",
      description = "The file to write.")
  private Path out;

  @Option(names = "--overwrite", description = "Replace the file that --out names.")
  private boolean overwrite;

  @Mixin private ModelOptions modelOptions;
  @Mixin private DataOptions dataOptions;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    if (images < 1 || images > 10_000) {
      throw new UsageException("--images must be 1 to 10000");
    }
    ModelOptions.requireWritable(out, overwrite);
    if (Files.exists(out) && Files.isSameFile(model, out)) {
      throw new UsageException("--out would replace the network itself");
    }
    RandomNetwork random = RandomNetwork.of(model, how.how, seed);
    if (random.hasBatchNorm()) {
      if (data.isEmpty()) {
        progress.warn(
            "the statistics of batch norm "
                + (how == How.init ? "are 0 and 1" : "stay as trained")
                + "; --data estimates them on photographs");
      } else {
        estimate(random, progress);
      }
    } else if (!data.isEmpty()) {
      progress.warn("the network has no batch norm, so --data is not needed");
    }
    random.write(out);
    told(random);
    return 0;
  }

  private void estimate(RandomNetwork random, TerminalProgress progress) throws IOException {
    List<Network> opened = modelOptions.open(List.of(model), progress);
    try {
      Network network = opened.get(0);
      Preprocessing preprocessing =
          preprocess == null ? network.usualPreprocessing() : PreprocessOption.one(preprocess);
      if (preprocess == null) {
        progress.say(PreprocessOption.usual(network));
      }
      ConceptDataset from =
          dataOptions.open(data, network.inputHeight(), network.inputWidth(), progress);
      List<byte[]> photographs =
          PreprocessingCheck.photographs(network, from, Framing.STRETCH, images);
      if (photographs.isEmpty()) {
        throw new UsageException("none of the photographs of --data can be read");
      }
      try (Meter meter = new Meter(progress)) {
        random.estimate(network, preprocessing, photographs, from.name(), meter);
        meter.done();
      }
    } finally {
      opened.forEach(Network::close);
    }
  }

  /** Shows how far it is. */
  private static final class Meter implements RandomNetwork.Watch, AutoCloseable {
    private final Progress progress;
    private Progress.@Nullable Phase phase;

    Meter(Progress progress) {
      this.progress = progress;
    }

    @Override
    public void begins(long photographs) {
      phase = progress.phase("batch norm", photographs, "photographs");
    }

    @Override
    public void advances() {
      if (phase != null) {
        phase.advance(1);
      }
    }

    void done() {
      if (phase != null) {
        phase.done();
      }
    }

    @Override
    public void close() {
      if (phase != null) {
        phase.close();
      }
    }
  }

  private void told(RandomNetwork random) {
    Output.line(out + ": " + random.changed() + " tensors made random, seed " + seed);
    List<String> kept = random.kept();
    if (!kept.isEmpty()) {
      Output.line(
          kept.size()
              + (kept.size() == 1 ? " tensor stays" : " tensors stay")
              + " as trained, since it is not known what they do: "
              + Text.oneLine(String.join(", ", kept.subList(0, Math.min(NAMED, kept.size()))))
              + (kept.size() > NAMED ? ", …" : ""));
    }
  }
}
