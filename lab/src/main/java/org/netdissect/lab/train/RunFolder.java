package org.netdissect.lab.train;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.netdissect.base.Digests;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.files.WholeFile;

/**
 * The folder of one training run. Tables grow line by line, so that a run that is cut off leaves
 * what it learnt of itself; networks are written as a whole, {@code model.onnx} last.
 */
final class RunFolder implements AutoCloseable {
  static final String MODEL = "model.onnx";

  private record Point(int iteration, double value) {}

  private final Path folder;
  private final StringBuilder record = new StringBuilder();
  private final List<Point> curve = new ArrayList<>();
  private final Writer log;
  private final Writer validation;

  private final String measure;

  private RunFolder(Path folder, String measure) throws IOException {
    this.folder = folder;
    this.measure = measure;
    this.log = Files.newBufferedWriter(folder.resolve("log.csv"));
    this.validation = Files.newBufferedWriter(folder.resolve("validation.csv"));
    line(log, "iteration,loss,rate");
    line(validation, "iteration," + measure + ",loss");
  }

  /** Refuses a folder that holds anything, so that no run is mixed with another. */
  static void requireFree(Path folder) throws IOException {
    if (Files.exists(folder.resolve(MODEL))) {
      throw new NetdissectException(folder + " holds a finished run; name another folder");
    }
    if (!Files.exists(folder)) {
      return;
    }
    if (!Files.isDirectory(folder)) {
      throw new NetdissectException(folder + " is no folder; name another one");
    }
    try (DirectoryStream<Path> inside = Files.newDirectoryStream(folder)) {
      if (inside.iterator().hasNext()) {
        throw new NetdissectException(
            Files.exists(folder.resolve("log.csv"))
                ? folder
                    + " holds a run that was cut off; delete it or name another folder"
                    + " (--init goes on from one of its checkpoints)"
                : folder + " is not empty; delete it or name another folder");
      }
    }
  }

  /** Begins a run in a new or empty folder. */
  static RunFolder begin(Path folder, List<String> classes, String measure) throws IOException {
    requireFree(folder);
    Files.createDirectories(folder);
    if (!classes.isEmpty()) {
      Files.write(folder.resolve("classes.txt"), classes);
    }
    return new RunFolder(folder, measure);
  }

  /** A line of the run's record, {@code run.txt}, which is written at the end. */
  void note(String line) {
    record.append(line).append('\n');
  }

  void step(int iteration, double loss, double rate) throws IOException {
    line(log, String.format(Locale.ROOT, "%d,%.5f,%.6f", iteration, loss, rate));
  }

  void validated(int iteration, double value, double loss, int last) throws IOException {
    line(validation, String.format(Locale.ROOT, "%d,%.4f,%.4f", iteration, value, loss));
    curve.add(new Point(iteration, value));
    WholeFile.text(folder.resolve("curve.svg"), svg(last));
  }

  void checkpoint(int iteration, byte[] model) throws IOException {
    WholeFile.bytes(
        folder.resolve(String.format(Locale.ROOT, "model-%06d.onnx", iteration)), model);
  }

  /** Writes the record and the network, which makes the run a finished one. */
  Path finish(byte[] model) throws IOException {
    note("SHA-256 of " + MODEL + ": " + Digests.sha256Hex(model));
    WholeFile.text(folder.resolve("run.txt"), record);
    Path file = folder.resolve(MODEL);
    WholeFile.bytes(file, model);
    return file;
  }

  @Override
  public void close() throws IOException {
    try (log;
        validation) {
      // closes both, whatever happens to the first
    }
  }

  private static void line(Writer to, String text) throws IOException {
    to.write(text + "\n");
    to.flush();
  }

  private String svg(int last) {
    StringBuilder line = new StringBuilder();
    for (Point p : curve) {
      double x = 50 + 420.0 * p.iteration() / last;
      double y = 230 - 200 * Math.max(0, Math.min(1, p.value()));
      line.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
    }
    return """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 490 270" font-family="sans-serif" font-size="12">
    <rect width="490" height="270" fill="white"/>
    <path d="M50 30V230H470M50 30h420M50 80h420M50 130h420M50 180h420" fill="none" stroke="#ccc"/>
    <text x="44" y="34" text-anchor="end">1</text>
    <text x="44" y="134" text-anchor="end">0.5</text>
    <text x="44" y="234" text-anchor="end">0</text>
    <text x="470" y="250" text-anchor="end">iteration %d</text>
    <text x="50" y="18">validation %s</text>
    <polyline points="%s" fill="none" stroke="#4B4CBF" stroke-width="2"/>
    </svg>
    """
        .formatted(last, measure, line.toString().trim());
  }
}
