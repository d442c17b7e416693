package org.netdissect.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.netdissect.base.Digests;
import org.netdissect.base.files.Trees;

/**
 * Kills a study at random moments and goes on with it each time: in the end page, figures, tables,
 * networks and results must be the bytes of a study that nobody disturbed.
 *
 * <p>Usage: {@code kills STUDY.yaml [kills=10] [seed=N] [folder=DIR]}. The moments are drawn evenly
 * over the time that the undisturbed study took; a study that ends before its kill is compared and
 * begun anew.
 */
public final class KilledStudy {
  private final Path study;
  private final Path folder;
  private final Random random;
  private int killed;

  private KilledStudy(Path study, Path folder, long seed) {
    this.study = study;
    this.folder = folder;
    random = new Random(seed);
  }

  /** See the class; the exit code is 1 where a byte differs. */
  public static void main(String[] arguments) throws Exception {
    int kills = 10;
    long seed = System.nanoTime();
    Path folder = Path.of(System.getProperty("java.io.tmpdir"), "netdissect-kills");
    for (int i = 1; i < arguments.length; i++) {
      String value = arguments[i].substring(arguments[i].indexOf('=') + 1);
      switch (arguments[i].substring(0, arguments[i].length() - value.length())) {
        case "kills=" -> kills = Integer.parseInt(value);
        case "seed=" -> seed = Long.parseLong(value);
        case "folder=" -> folder = Path.of(value);
        default -> throw new IllegalArgumentException(arguments[i]);
      }
    }
    System.out.println("seed=" + seed);
    if (!new KilledStudy(Path.of(arguments[0]), folder, seed).endsAlike(kills)) {
      System.exit(1);
    }
  }

  private boolean endsAlike(int kills) throws Exception {
    Path whole = folder.resolve("whole");
    Path cut = folder.resolve("cut");
    Files.createDirectories(folder);
    Trees.delete(whole);
    Trees.delete(cut);
    long start = System.nanoTime();
    run(whole, Long.MAX_VALUE);
    long took = System.nanoTime() - start;
    System.out.printf(Locale.ROOT, "undisturbed: %.1f s%n", took / 1e9);
    Map<String, String> expected = contents(whole);
    boolean alike = true;
    while (killed < kills) {
      if (run(cut, (long) (random.nextDouble() * took))) {
        alike &= compare(expected, contents(cut));
        Trees.delete(cut);
      }
    }
    run(cut, Long.MAX_VALUE);
    return compare(expected, contents(cut)) && alike;
  }

  /**
   * Runs the study.
   *
   * @param nanos after which it is killed
   * @return whether it ended before
   */
  private boolean run(Path out, long nanos) throws IOException, InterruptedException {
    Path said = folder.resolve("said.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("netdissect.home"), "bin", "netdissect").toString(),
                "study",
                study.toString(),
                "--out",
                out.toString())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    boolean ended = process.waitFor(nanos, TimeUnit.NANOSECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    int exit = process.waitFor();
    List<String> lines = Files.readAllLines(said);
    if (ended && exit != 0) {
      throw new IllegalStateException(String.join("\n", lines));
    }
    if (!ended) {
      killed++;
      String last = lines.stream().filter(l -> l.startsWith("step ")).reduce("before", (a, b) -> b);
      System.out.printf(Locale.ROOT, "kill %d after %.1f s: %s%n", killed, nanos / 1e9, last);
    }
    return ended;
  }

  /**
   * What must not depend on kills; the records of runs hold their times, atlases those of files.
   */
  private static Map<String, String> contents(Path out) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    List<Path> all;
    try (Stream<Path> files = Files.walk(out)) {
      all = files.filter(Files::isRegularFile).toList();
    }
    for (Path file : all) {
      String name = out.relativize(file).toString();
      if (!name.matches(".*(^|[/\\\\])(run\\.(txt|json)|lock|[^/\\\\]*\\.atlas)$")) {
        contents.put(name, Digests.sha256Hex(file));
      }
    }
    return contents;
  }

  private static boolean compare(Map<String, String> expected, Map<String, String> found) {
    TreeSet<String> names = new TreeSet<>(expected.keySet());
    names.addAll(found.keySet());
    List<String> different = new ArrayList<>(names);
    different.removeIf(
        name -> expected.containsKey(name) && expected.get(name).equals(found.get(name)));
    System.out.println(
        different.isEmpty()
            ? names.size() + " files, all the same"
            : different.size() + " of " + names.size() + " files differ: " + different);
    return different.isEmpty();
  }
}
