package org.netdissect.app;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.netdissect.lab.demo.Demo;
import org.netdissect.pictures.Photographs;

/** What {@link ArchiveMaker} has done to learn which classes the commands use. */
final class OrdinaryRuns {
  private OrdinaryRuns() {}

  /** Argument: a new folder. Ends with 1 if a command failed. */
  public static void main(String[] arguments) throws IOException {
    Interruption.handle();
    Path folder = Path.of(arguments[0]);
    String world = folder.resolve("world").toString();
    String out = folder.resolve("out").toString();
    String model = folder.resolve("model.onnx").toString();
    Files.write(Files.createDirectories(folder).resolve("model.onnx"), Demo.model());
    List<List<String>> commands =
        List.of(
            List.of("world", "--images=60", "--out", world),
            List.of("run", model, "--data", world, "--out", out, "--preprocess", "unit"),
            List.of("layers", model),
            List.of("data", "info", world),
            List.of("show", out),
            List.of("--help"),
            List.of("--version"));
    int failed = 0;
    for (List<String> command : commands) {
      failed += Netdissect.execute(command.toArray(String[]::new)) == 0 ? 0 : 1;
    }
    // The made-up world is of PNG files; most photographs are of the other kind.
    try (InputStream sample =
        Objects.requireNonNull(OrdinaryRuns.class.getResourceAsStream("sample.jpg"))) {
      Photographs.decode(sample.readAllBytes(), "sample.jpg");
    }
    System.exit(failed == 0 ? 0 : 1);
  }
}
