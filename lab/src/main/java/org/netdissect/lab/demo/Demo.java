package org.netdissect.lab.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.netdissect.base.Digests;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Progress;
import org.netdissect.base.files.WholeFile;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.dissection.Dissector;
import org.netdissect.lab.train.Architecture;
import org.netdissect.lab.train.NetworkSpec;
import org.netdissect.lab.train.OnnxFiles;
import org.netdissect.lab.train.Weights;
import org.netdissect.lab.world.WorldFolder;
import org.netdissect.networks.Network;
import org.netdissect.results.DetectorCounts;
import org.netdissect.results.Dissection;

/**
 * Renders a world, dissects the network of this project that was trained on another world, and the
 * same network with random weights.
 */
public final class Demo {
  /** The world the demonstration measures on; no network was trained or chosen on it. */
  public static final long WORLD_SEED = 20170726;

  /** Images of that world. */
  public static final int IMAGES = 1500;

  private static final int RANDOM_NETWORKS = 5;
  private static final String MODEL = "world-scene.onnx";

  private Demo() {}

  /**
   * What came out.
   *
   * @param trained result of the trained network
   * @param random results of the networks with random weights
   */
  public record Result(Dissection trained, List<Dissection> random) {
    public Result {
      random = List.copyOf(random);
    }

    /** Detectors of the only layer at the run's own threshold. */
    public static DetectorCounts counts(Dissection dissection) {
      return dissection.layers().get(0).counts(dissection.info().rules().iou());
    }

    /** Unique detectors of the random networks, counted per category, on average. */
    public double randomMean() {
      return random.stream()
          .mapToInt(one -> counts(one).uniquePerCategory())
          .average()
          .orElseThrow();
    }

    /** Unique detectors of one category of the trained network. */
    public int unique(String category) {
      return counts(trained).byCategory().stream()
          .filter(count -> count.category().equals(category))
          .mapToInt(DetectorCounts.CategoryCount::unique)
          .sum();
    }
  }

  /** The bytes of the network's ONNX file. */
  public static byte[] model() throws IOException {
    try (InputStream in = Demo.class.getResourceAsStream(MODEL)) {
      if (in == null) {
        throw new NetdissectException("the demonstration's network is missing from this build");
      }
      return in.readAllBytes();
    }
  }

  /**
   * Runs it. What a call before this one finished in the same folder is taken as it is, and what it
   * began is finished.
   *
   * @param out folder for the world, the models and one result folder a network
   * @param images of the world; {@link #IMAGES} in the demonstration
   * @param test step to do with the result of every network, before the report
   * @param report step to do with the result of the trained and of the first random network
   * @param progress is told how it goes
   * @param say is told what begins
   */
  public static Result run(
      Path out,
      int images,
      Dissector.Step test,
      Dissector.Step report,
      Progress progress,
      Consumer<String> say)
      throws IOException {
    if (Files.exists(out) && !Files.isDirectory(out)) {
      throw new NetdissectException(out + " is a file; name a folder that does not exist yet");
    }
    Path world = out.resolve("world");
    byte[] model = model();
    NetworkSpec spec = spec(OnnxFiles.readNotes(model));
    Path models = Files.createDirectories(out.resolve("models"));
    Path trained = models.resolve(MODEL);
    WholeFile.bytes(trained, model);

    boolean render = !Files.exists(world);
    if (render) {
      say.accept("rendering " + images + " images of a made-up world into " + world);
    }
    try (Progress.Phase phase =
        render ? progress.phase("rendering", images, "images") : Progress.Phase.NONE) {
      WorldFolder.ensure(
          WORLD_SEED,
          spec.size(),
          images,
          world,
          Runtime.getRuntime().availableProcessors(),
          n -> phase.advance(1));
      phase.done();
    }
    say.accept("dissecting a network trained to tell the world's scenes");
    Dissection first =
        dissect(trained, world, out.resolve("trained"), List.of(test, report), progress);
    List<Dissection> random = new ArrayList<>();
    say.accept("dissecting " + RANDOM_NETWORKS + " networks with random weights");
    for (int i = 1; i <= RANDOM_NETWORKS; i++) {
      Path file = models.resolve("random-" + i + ".onnx");
      WholeFile.bytes(
          file,
          OnnxFiles.write(
              spec, Weights.random(spec, 1000 + i), Map.of("seed", Integer.toString(1000 + i))));
      random.add(
          dissect(
              file,
              world,
              out.resolve("random-" + i),
              i == 1 ? List.of(test, report) : List.of(test),
              progress));
    }
    return new Result(first, random);
  }

  static NetworkSpec spec(Map<String, String> notes) throws IOException {
    try {
      return Architecture.ALEXNET_SMALL.classifier(
          Integer.parseInt(notes.get("size")),
          Objects.requireNonNull(notes.get("classes")).split(",", -1).length,
          new Architecture.Shape(
              Integer.parseInt(notes.get("width")),
              Integer.parseInt(notes.get("depth")),
              Boolean.parseBoolean(notes.get("batch-norm"))),
          Architecture.Head.GAP,
          Double.parseDouble(Objects.requireNonNull(notes.get("dropout"))));
    } catch (IllegalArgumentException | NullPointerException e) {
      throw new NetdissectException("the demonstration's network does not say how it was made", e);
    }
  }

  private static Dissection dissect(
      Path model, Path data, Path out, List<Dissector.Step> steps, Progress progress)
      throws IOException {
    if (Files.exists(out.resolve("dissection.json")) && !Files.exists(out.resolve(".work"))) {
      Dissection standing = Dissection.open(out);
      if (!Digests.sha256Hex(Files.readAllBytes(model))
          .equals(standing.info().network().sha256())) {
        throw new NetdissectException(
            out + " holds the result of another network; delete it or name another folder");
      }
      return standing;
    }
    try (Network network = Network.open(model)) {
      Dissector.Builder builder =
          Dissector.builder()
              .setNetwork(network)
              .setData(BrodenDataset.open(data))
              .setOut(out)
              .optProgress(progress);
      steps.forEach(builder::optThen);
      return builder.build().run();
    }
  }
}
