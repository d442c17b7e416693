package org.netdissect.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Digests;
import org.netdissect.base.files.Trees;

/**
 * Kills a study at random moments and goes on with it each time: in the end page, figures, tables,
 * networks and results must be the bytes of a study that nobody disturbed.
 *
 * <p>Usage: {@code kills STUDY.yaml [kills=10] [seed=N] [folder=DIR]}. Every kind of work that the
 * undisturbed study did (measuring, rendering, training, dissecting, probing, the page) gets its
 * share of the kills, at least one each where there are enough; which piece of work of the kind,
 * and how long after its beginning, is drawn. A study that ends before its kill is compared and
 * begun anew.
 */
public final class KilledStudy {
  private static final Pattern STEP = Pattern.compile("step \\d+ of \\d+, about .* left: (.+)");
  private static final String BEFORE = "start";

  /** Exit code of a process that was killed: 128 and the signal's number. */
  private static final int KILLED = 137;

  private final Path study;
  private final Path folder;
  private final Random random;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

  /** A piece of work: what it is, and how long it took undisturbed. */
  private record Piece(String name, long nanos) {
    String kind() {
      return name.split(" ", 2)[0];
    }
  }

  /** Where to kill: so long after the beginning of the piece of a kind with that number. */
  private record Moment(String kind, int number, double share) {}

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
    KilledStudy killed = new KilledStudy(Path.of(arguments[0]), folder, seed);
    boolean alike = killed.endsAlike(kills);
    killed.clock.shutdownNow();
    System.exit(alike ? 0 : 1);
  }

  private boolean endsAlike(int kills) throws Exception {
    Path whole = folder.resolve("whole");
    Path cut = folder.resolve("cut");
    Files.createDirectories(folder);
    Trees.delete(whole);
    Trees.delete(cut);
    List<Piece> pieces = new Run(whole, Map.of(), null).over().pieces;
    Map<String, Long> usual = new LinkedHashMap<>();
    pieces.forEach(piece -> usual.merge(piece.name(), piece.nanos(), Long::sum));
    System.out.printf(
        Locale.ROOT, "undisturbed: %.1f s%n", pieces.stream().mapToLong(Piece::nanos).sum() / 1e9);
    Map<String, String> expected = contents(whole);
    Set<String> done = new HashSet<>();
    List<String> kinds = kinds(pieces, kills);
    boolean alike = true;
    for (int kill = 1; kill <= kills; ) {
      String kind = kinds.get(kill - 1);
      // Those that are left are shared by the kills that are left for them.
      long left =
          usual.keySet().stream().filter(n -> n.startsWith(kind) && !done.contains(n)).count();
      long share = left / kinds.subList(kill - 1, kills).stream().filter(kind::equals).count();
      int number = random.nextInt((int) Math.max(1, share));
      Run run = new Run(cut, usual, new Moment(kind, number, random.nextDouble())).over();
      if (run.ended) {
        System.out.println("ended before its kill in " + kind + "; begun anew");
        alike &= compare(expected, contents(cut));
        Trees.delete(cut);
        done.clear();
        continue;
      }
      run.pieces.subList(0, run.pieces.size() - 1).forEach(piece -> done.add(piece.name()));
      Piece last = run.pieces.get(run.pieces.size() - 1);
      System.out.printf(
          Locale.ROOT,
          "kill %d: %.2f s into \"%s\" (%.2f s undisturbed)%n",
          kill,
          last.nanos() / 1e9,
          last.name(),
          usual.getOrDefault(last.name(), 0L) / 1e9);
      kill++;
    }
    new Run(cut, usual, null).over();
    return compare(expected, contents(cut)) && alike;
  }

  /** A kind for each kill, in the order in which a study comes to them. */
  private List<String> kinds(List<Piece> pieces, int kills) {
    List<String> all = pieces.stream().map(Piece::kind).distinct().toList();
    List<String> drawn = new ArrayList<>();
    while (drawn.size() < kills) {
      List<String> round = new ArrayList<>(all);
      Collections.shuffle(round, random);
      drawn.addAll(round.subList(0, Math.min(round.size(), kills - drawn.size())));
    }
    drawn.sort(Comparator.comparingInt(all::indexOf));
    return drawn;
  }

  /** One run of the study, killed or not; both of its outputs are read as they come. */
  private final class Run {
    private final Process process;
    private final Map<String, Long> usual;
    private final @Nullable Moment moment;
    private final List<String> lines = new ArrayList<>();
    private final List<Piece> pieces = new ArrayList<>();
    private boolean ended;
    private String under = BEFORE;
    private long since = System.nanoTime();
    private int number;

    /**
     * Starts the study.
     *
     * @param usual nanoseconds of each piece of work
     * @param moment when it is killed; null for never
     */
    Run(Path out, Map<String, Long> usual, @Nullable Moment moment) throws IOException {
      this.usual = usual;
      this.moment = moment;
      process =
          new ProcessBuilder(Command.program(), "study", study.toString(), "--out", out.toString())
              .redirectErrorStream(true)
              .start();
    }

    /** Waits for its end, or its kill. */
    Run over() throws InterruptedException {
      begun();
      try (BufferedReader said = process.inputReader()) {
        for (String line = said.readLine(); line != null; line = said.readLine()) {
          told(line);
        }
      } catch (IOException e) {
        // The process is gone.
      }
      int exit = process.waitFor();
      ends();
      ended = exit != KILLED;
      if (ended && exit != 0) {
        throw new IllegalStateException(String.join("\n", lines));
      }
      return this;
    }

    private void told(String line) {
      lines.add(line);
      Matcher step = STEP.matcher(line);
      String next =
          step.matches()
              ? step.group(1)
              : line.startsWith("measuring") || line.startsWith("writing") ? line : null;
      if (next != null) {
        ends();
        under = next;
        since = System.nanoTime();
        begun();
      }
    }

    private void ends() {
      pieces.add(new Piece(under, System.nanoTime() - since));
    }

    /** Sets the clock if this is where the study is to be killed. */
    private void begun() {
      if (moment != null
          && moment.kind().equals(new Piece(under, 0).kind())
          && number++ == moment.number()) {
        long nanos = (long) (moment.share() * usual.getOrDefault(under, 0L));
        Future<?> unused = clock.schedule(process::destroyForcibly, nanos, TimeUnit.NANOSECONDS);
      }
    }
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
