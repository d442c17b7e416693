package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netdissect.networks.TestModels;

/** The archive of classes that the first command leaves in the user's cache folder. */
class ClassArchiveIT {
  @TempDir static Path shared;
  @TempDir Path folder;

  /** Made by one command, with leftovers of others lying there. */
  private static Path made;

  @BeforeAll
  static void make() throws Exception {
    assumeTrue(!System.getProperty("os.name").startsWith("Windows"), "skipped: no sh");
    made = shared.resolve("netdissect/classes");
    Files.createDirectories(made.resolve("making-1/runs"));
    Files.writeString(made.resolve("making-1/runs/file"), "of a killed maker");
    Files.writeString(made.resolve("gone-1.jsa"), "of a program that is gone");
    Files.writeString(made.resolve("gone-1.txt"), "made 1 1\njar /gone/lib/a.jar\njava /gone\n");
    Files.writeString(made.resolve("bare-1.jsa"), "without its note");
    version(shared, "now", "");
    assumeTrue(archive(shared) != null, "skipped: this Java makes no archive of classes");
  }

  private static void version(Path cache, String mode, String options) throws Exception {
    ProcessBuilder version = Distribution.command(List.of("--version"));
    version.environment().put("XDG_CACHE_HOME", cache.toString());
    version.environment().put("NETDISSECT_ARCHIVE", mode);
    version.environment().put("NETDISSECT_OPTS", options);
    // Where the mode is empty, nothing is made in the background either.
    version.environment().put("CI", "true");
    Process process = version.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertTrue(said.matches("netdissect \\d+\\.\\d+[^\\n]*\\s*"), said);
  }

  private static Path archive(Path cache) throws IOException {
    Path classes = cache.resolve("netdissect/classes");
    if (!Files.isDirectory(classes)) {
      return null;
    }
    try (Stream<Path> files = Files.list(classes)) {
      return files.filter(file -> file.toString().endsWith(".jsa")).findFirst().orElse(null);
    }
  }

  /** Whether Java took the program's classes from the archive. */
  private boolean serves(Path cache) throws Exception {
    Path log = folder.resolve("classes.log");
    version(cache, "", "-Xlog:class+load:file=" + log);
    try (Stream<String> lines = Files.lines(log)) {
      return lines.anyMatch(
          line -> line.contains(Netdissect.class.getName() + " source: shared objects file"));
    }
  }

  /** A cache folder with these bytes as the archive. */
  private Path cacheWith(byte[] bytes) throws IOException {
    Path classes = Files.createDirectories(folder.resolve("cache/netdissect/classes"));
    Path archive = archive(shared);
    Files.write(classes.resolve(archive.getFileName()), bytes);
    Files.copy(
        ClassArchive.note(archive), ClassArchive.note(classes.resolve(archive.getFileName())));
    return folder.resolve("cache");
  }

  @Test
  void servesTheCommandsAfterTheFirstAndLeavesNothingElse() throws Exception {
    assertTrue(serves(shared));
    try (Stream<Path> files = Files.list(made)) {
      String name = archive(shared).getFileName().toString().replace(".jsa", "");
      assertEquals(
          List.of(name + ".jsa", name + ".txt", "lock"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }

  /** What a copy that was broken off leaves. */
  @ParameterizedTest
  @CsvSource({"0", "0.00001", "0.01", "0.5", "0.9", "0.999"})
  void isPassedOverWhereItIsCutShort(double share) throws Exception {
    byte[] whole = Files.readAllBytes(archive(shared));
    version(cacheWith(Arrays.copyOf(whole, (int) (share * whole.length))), "", "");
  }

  @ParameterizedTest
  @CsvSource({"0", "0.002", "0.05", "0.1", "0.3", "0.5", "0.7", "0.85", "0.95", "0.99"})
  void isPassedOverWhereItIsDamaged(double at) throws Exception {
    byte[] bytes = Files.readAllBytes(archive(shared));
    Random random = new Random(1);
    byte[] noise = new byte[4096];
    random.nextBytes(noise);
    System.arraycopy(noise, 0, bytes, (int) (at * bytes.length), noise.length);
    version(cacheWith(bytes), "", "");
  }

  @Test
  void isMadeAgainWhereItIsNotTheOneMade() throws Exception {
    Path cache = cacheWith(new byte[100]);
    version(cache, "now", "");
    assertTrue(serves(cache));
  }

  @Test
  void isNotTriedAgainAtOnceWhereItFailed() throws Exception {
    Path cache = cacheWith(new byte[100]);
    Path note = ClassArchive.note(archive(cache));
    List<String> lines = Files.readAllLines(note);
    lines.set(0, ClassArchive.FAILED);
    Files.write(note, lines);
    version(cache, "now", "");
    assertArrayEquals(new byte[100], Files.readAllBytes(archive(cache)));
  }

  @Test
  void isNeitherMadeNorUsedWhereItIsOff() throws Exception {
    version(folder, "off", "");
    assertEquals(null, archive(folder));
    Path log = folder.resolve("classes.log");
    version(shared, "off", "-Xlog:class+load:file=" + log);
    assertFalse(Files.readString(log).contains("Netdissect source: shared objects file"));
  }

  @Test
  void isDoneWithoutWhereTheCacheFolderCannotBeMade() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    version(file, "now", "");
    version(file.resolve("below"), "now", "");
    version(folder.resolve("with:colon"), "now", "");
    assertEquals("no folder", Files.readString(file));
  }

  /** Java 17 broke down there on classes that it had generated while it made the archive. */
  @Test
  void bearsAFlightRecorder() throws Exception {
    Path data = SmallData.write(folder.resolve("data"), 20, 1);
    Path model = TestModels.tiny(1).write(folder.resolve("tiny.onnx"));
    ProcessBuilder run =
        Distribution.command(
            List.of(
                "run",
                model.toString(),
                "--data",
                data.toString(),
                "--out",
                folder.resolve("out").toString()));
    run.environment().put("XDG_CACHE_HOME", shared.toString());
    run.environment()
        .put("NETDISSECT_OPTS", "-XX:StartFlightRecording=filename=" + folder.resolve("a.jfr"));
    Process process =
        run.directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("said.txt").toFile())
            .start();
    assertEquals(0, process.waitFor(), () -> read(folder.resolve("said.txt")));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
