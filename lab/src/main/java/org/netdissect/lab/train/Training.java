package org.netdissect.lab.train;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Trains a small network and writes the run folder: {@code model.onnx} (and {@code
 * model-<iteration>.onnx}), {@code log.csv}, {@code validation.csv}, {@code curve.svg}, {@code
 * classes.txt}, {@code run.txt}. Networks expect RGB / 255 with ImageNet's mean and standard
 * deviation, the default of {@code netdissect run}.
 */
public final class Training {
  private static final int VALIDATION_IMAGES = 1000;

  /** What came out. */
  public record Result(Path model, double accuracy, int classes, double imagesPerSecond) {}

  private record Point(int iteration, double accuracy, double loss) {}

  private Training() {}

  /** Whether the libraries that train are on the class path. */
  public static boolean isAvailable() {
    try {
      Class.forName("ai.djl.pytorch.engine.PtEngine", false, Training.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  /**
   * Trains.
   *
   * @param say is told, line by line, how it goes
   * @throws IOException when the data or the checkpoint do not fit, the run folder is taken, or the
   *     libraries that train are not there
   */
  public static Result run(TrainingOptions options, Consumer<String> say) throws IOException {
    if (!isAvailable()) {
      throw new IOException(
          "training needs PyTorch, which the plain build leaves out (110 MB): run"
              + " \"mvn -B -q -DskipTests -Ptrain package\" once in the source folder");
    }
    // Nothing is downloaded at run time; natives are unpacked to a folder of our own.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    if (System.getenv("DJL_CACHE_DIR") == null && System.getProperty("DJL_CACHE_DIR") == null) {
      System.setProperty(
          "DJL_CACHE_DIR",
          Path.of(System.getProperty("user.home"), ".cache", "netdissect", "djl").toString());
    }
    if (Files.exists(options.out().resolve("model.onnx"))) {
      throw new IOException(options.out() + " holds a finished run; name another folder");
    }
    Samples samples = Samples.open(options);
    NetworkSpec spec =
        NetworkSpec.alexnetSmall(
            options.size(),
            samples.classes().size(),
            options.width(),
            options.depth(),
            options.dropout(),
            options.batchNorm());
    Weights weights = Weights.random(spec, options.seed());
    if (options.init() != null) {
      try {
        weights = weights.startedFrom(OnnxFiles.readWeights(options.init()));
      } catch (IllegalArgumentException e) {
        throw new IOException(options.init() + ": " + e.getMessage(), e);
      }
    }
    Files.createDirectories(options.out());
    Files.write(options.out().resolve("classes.txt"), samples.classes());
    say.accept(
        String.format(
            Locale.ROOT,
            "%d images to train on, %d to validate on, %d classes, %d parameters",
            samples.training().length,
            samples.validation().length,
            samples.classes().size(),
            weights.all().values().stream().mapToLong(t -> t.values().length).sum()));
    return train(options, samples, spec, weights, say);
  }

  private static Result train(
      TrainingOptions options,
      Samples samples,
      NetworkSpec spec,
      Weights weights,
      Consumer<String> say)
      throws IOException {
    Batches batches = new Batches(samples, options);
    int[] validation = samples.someValidation(VALIDATION_IMAGES, 7);
    int every = Math.max(1, options.iterations() / 20);
    List<Point> curve = new ArrayList<>();
    Path out = options.out();
    long start = System.nanoTime();
    try (PrintWriter log =
            new PrintWriter(
                Files.newBufferedWriter(out.resolve("log.csv"), StandardCharsets.UTF_8));
        DjlTraining training = DjlTraining.open(spec, weights, options.seed())) {
      log.print("iteration,loss,rate\n");
      if (options.checkpoints().contains(0)) {
        checkpoint(options, samples, spec, training, 0);
      }
      double[] mean = {0};
      training.train(
          batches,
          samples,
          options,
          (iteration, loss, rate) -> {
            log.printf(Locale.ROOT, "%d,%.5f,%.6f%n", iteration, loss, rate);
            mean[0] += loss;
            if (iteration % every == 0 || iteration == options.iterations()) {
              DjlTraining.Score score = training.validate(batches, samples, validation);
              curve.add(new Point(iteration, score.accuracy(), score.loss()));
              double seconds = (System.nanoTime() - start) / 1e9;
              say.accept(
                  String.format(
                      Locale.ROOT,
                      "iteration %d: loss %.3f, validation accuracy %.3f, %.0f images/s",
                      iteration,
                      mean[0] / (iteration % every == 0 ? every : iteration % every),
                      score.accuracy(),
                      iteration * (double) options.batch() / seconds));
              mean[0] = 0;
            }
            if (options.checkpoints().contains(iteration)) {
              checkpoint(options, samples, spec, training, iteration);
            }
          });
      double seconds = (System.nanoTime() - start) / 1e9;
      writeCurve(out, curve);
      Files.writeString(out.resolve("run.txt"), notesText(options, samples, seconds));
      OnnxFiles.save(
          out.resolve("model.onnx"),
          OnnxFiles.write(spec, training.weights(), notes(options, samples, options.iterations())));
      return new Result(
          out.resolve("model.onnx"),
          curve.get(curve.size() - 1).accuracy(),
          samples.classes().size(),
          options.iterations() * (double) options.batch() / seconds);
    }
  }

  private static void checkpoint(
      TrainingOptions options,
      Samples samples,
      NetworkSpec spec,
      DjlTraining training,
      int iteration)
      throws IOException {
    OnnxFiles.save(
        options.out().resolve(String.format(Locale.ROOT, "model-%06d.onnx", iteration)),
        OnnxFiles.write(spec, training.weights(), notes(options, samples, iteration)));
  }

  /** What the ONNX file says of its making; no paths and no times, so that it is repeatable. */
  private static Map<String, String> notes(
      TrainingOptions options, Samples samples, int iteration) {
    Map<String, String> notes = new LinkedHashMap<>();
    notes.put("architecture", "alexnet-small");
    notes.put("size", Integer.toString(options.size()));
    notes.put("width", Integer.toString(options.width()));
    notes.put("depth", Integer.toString(options.depth()));
    notes.put("dropout", Double.toString(options.dropout()));
    notes.put("batch-norm", Boolean.toString(options.batchNorm()));
    notes.put("task", options.task().lowerCase());
    notes.put("iteration", Integer.toString(iteration));
    notes.put("batch", Integer.toString(options.batch()));
    notes.put("rate", Double.toString(options.rate()));
    notes.put("seed", Long.toString(options.seed()));
    notes.put("preprocessing", Batches.PREPROCESSING.name());
    notes.put("classes", String.join(",", samples.classes()));
    return notes;
  }

  private static String notesText(TrainingOptions options, Samples samples, double seconds) {
    StringBuilder text = new StringBuilder();
    notes(options, samples, options.iterations())
        .forEach((key, value) -> text.append(key).append(": ").append(value).append('\n'));
    text.append("training images: ").append(samples.training().length).append('\n');
    text.append(String.format(Locale.ROOT, "seconds: %.0f%n", seconds));
    return text.toString();
  }

  private static void writeCurve(Path out, List<Point> curve) throws IOException {
    StringBuilder csv = new StringBuilder("iteration,accuracy,loss\n");
    StringBuilder line = new StringBuilder();
    int last = curve.get(curve.size() - 1).iteration();
    for (Point p : curve) {
      csv.append(
          String.format(Locale.ROOT, "%d,%.4f,%.4f\n", p.iteration(), p.accuracy(), p.loss()));
      line.append(
          String.format(
              Locale.ROOT,
              "%.1f,%.1f ",
              50 + 420.0 * p.iteration() / last,
              230 - 200 * p.accuracy()));
    }
    Files.writeString(out.resolve("validation.csv"), csv);
    Files.writeString(
        out.resolve("curve.svg"),
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 490 270" font-family="sans-serif" font-size="12">
        <rect width="490" height="270" fill="white"/>
        <path d="M50 30V230H470M50 30h420M50 80h420M50 130h420M50 180h420" fill="none" stroke="#ccc"/>
        <text x="44" y="34" text-anchor="end">1</text>
        <text x="44" y="134" text-anchor="end">0.5</text>
        <text x="44" y="234" text-anchor="end">0</text>
        <text x="470" y="250" text-anchor="end">iteration %d</text>
        <text x="50" y="18">validation accuracy</text>
        <polyline points="%s" fill="none" stroke="#4B4CBF" stroke-width="2"/>
        </svg>
        """
            .formatted(last, line.toString().trim()));
  }
}
