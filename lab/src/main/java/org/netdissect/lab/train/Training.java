package org.netdissect.lab.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.netdissect.base.CacheFolder;
import org.netdissect.base.NetdissectException;

/**
 * Trains a small network and writes the run folder: {@code model.onnx} (and {@code
 * model-<iteration>.onnx}), {@code log.csv}, {@code validation.csv}, {@code curve.svg}, {@code
 * classes.txt}, {@code run.txt}. Networks expect RGB / 255 with ImageNet's mean and standard
 * deviation, the default of {@code netdissect run}.
 */
public final class Training {
  private static final int VALIDATION_IMAGES = 1000;

  /** What came out. */
  public record Result(Path model, double accuracy, int classes) {}

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
      throw new NetdissectException(
          "training needs PyTorch, which the plain build leaves out (110 MB): run"
              + " \"mvn -B -q -DskipTests -Ptrain package\" once in the source folder");
    }
    // Nothing is downloaded at run time; natives are unpacked to a folder of our own.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    if (System.getenv("DJL_CACHE_DIR") == null && System.getProperty("DJL_CACHE_DIR") == null) {
      System.setProperty(
          "DJL_CACHE_DIR", CacheFolder.get().toAbsolutePath().resolve("djl").toString());
    }
    RunFolder.requireFree(options.out());
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
        throw new NetdissectException(options.init() + ": " + e.getMessage(), e);
      }
    }
    try (RunFolder folder = RunFolder.begin(options.out(), samples.classes())) {
      folder.note(options.command());
      folder.note("");
      notes(options, samples, options.iterations())
          .forEach((key, value) -> folder.note(key + ": " + value));
      folder.note("");
      Consumer<String> sayAndNote =
          line -> {
            say.accept(line);
            folder.note(line);
          };
      sayAndNote.accept(
          String.format(
              Locale.ROOT,
              "%d images to train on, %d to validate on, %d classes, %d parameters",
              samples.training().length,
              samples.validation().length,
              samples.classes().size(),
              weights.all().values().stream().mapToLong(t -> t.values().length).sum()));
      return train(options, samples, spec, weights, folder, sayAndNote);
    }
  }

  private static Result train(
      TrainingOptions options,
      Samples samples,
      NetworkSpec spec,
      Weights weights,
      RunFolder folder,
      Consumer<String> say)
      throws IOException {
    Batches batches = new Batches(samples, options);
    int[] validation = samples.someValidation(VALIDATION_IMAGES, 7);
    int last = options.iterations();
    int every = Math.max(1, last / 20);
    long start = System.nanoTime();
    try (DjlTraining training =
        DjlTraining.open(spec, weights, options.seed(), options.threads())) {
      IntFunction<byte[]> model =
          at -> OnnxFiles.write(spec, training.weights(), notes(options, samples, at));
      if (options.checkpoints().contains(0)) {
        folder.checkpoint(0, model.apply(0));
      }
      double[] sum = {0};
      double[] accuracy = {0};
      training.train(
          batches,
          samples,
          options,
          (iteration, loss, rate) -> {
            folder.step(iteration, loss, rate);
            sum[0] += loss;
            if (iteration % every == 0 || iteration == last) {
              DjlTraining.Score score = training.validate(batches, samples, validation);
              folder.validated(iteration, score.accuracy(), score.loss(), last);
              accuracy[0] = score.accuracy();
              int steps = iteration % every == 0 ? every : iteration % every;
              say.accept(
                  String.format(
                      Locale.ROOT,
                      "iteration %d: loss %.3f, validation accuracy %.3f, %.0f images/s",
                      iteration,
                      sum[0] / steps,
                      score.accuracy(),
                      iteration * (double) options.batch() / seconds(start)));
              sum[0] = 0;
            }
            if (options.checkpoints().contains(iteration)) {
              folder.checkpoint(iteration, model.apply(iteration));
            }
          });
      folder.note(String.format(Locale.ROOT, "seconds: %.0f", seconds(start)));
      return new Result(folder.finish(model.apply(last)), accuracy[0], samples.classes().size());
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  /** What the ONNX file says of its making; no paths and no times, so that it is repeatable. */
  private static Map<String, String> notes(
      TrainingOptions options, Samples samples, int iteration) {
    Map<String, String> notes = new LinkedHashMap<>();
    notes.put("architecture", NetworkSpec.ALEXNET_SMALL);
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
}
