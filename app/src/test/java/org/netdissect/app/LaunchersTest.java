package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The two launchers say the same to Java: one is tried, of the other is told what reading can. */
class LaunchersTest {
  private static final Path SCRIPTS = Path.of("src/main/scripts");

  /** Options for Java, its main class, and what the environment says to native libraries. */
  private static final Pattern SAID =
      Pattern.compile(
          "-XX:[+-]?\\w+(=[0-9]+)?|-D[a-z.]+|-jar\\b|-cp\\b|org\\.netdissect\\.\\w+\\.\\w+"
              + "|(?:ORT|OMP|ONEDNN|ATEN)_\\w+|java\\.options|lib-train|build\\.id"
              + "|netdissect-app-\\*\\.jar");

  private static final Pattern PATH =
      Pattern.compile("%(~dp0|home|java|jar|file|cache|LOCALAPPDATA)%?");

  private static List<String> lines(String script) throws IOException {
    return Files.readAllLines(SCRIPTS.resolve(script)).stream()
        .filter(line -> !line.startsWith("#") && !line.startsWith("rem "))
        .toList();
  }

  private static Set<String> said(String script) throws IOException {
    Set<String> said = new TreeSet<>();
    Matcher found = SAID.matcher(String.join("\n", lines(script)));
    while (found.find()) {
      said.add(found.group());
    }
    return said;
  }

  @Test
  void bothSayTheSameToJava() throws IOException {
    Set<String> unix = said("netdissect");
    assertEquals(unix, said("netdissect.cmd"));
    assertTrue(unix.contains("-XX:+VerifySharedSpaces"), unix.toString());
  }

  @Test
  void bothGiveLibrariesTheSameWords() throws IOException {
    String unix = String.join("\n", lines("netdissect"));
    String windows = String.join("\n", lines("netdissect.cmd"));
    for (String name : List.of("OMP_WAIT_POLICY", "ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY")) {
      Matcher word = Pattern.compile(name + "=\\$\\{" + name + ":-(\\w+)}").matcher(unix);
      assertTrue(word.find(), name);
      String given = "if not defined " + name + " set \"" + name + "=" + word.group(1) + "\"";
      assertTrue(windows.contains(given), given);
    }
  }

  /**
   * A folder may have spaces and ampersands in its name: it stands in quotes wherever it is used.
   */
  @Test
  void pathsStandInQuotesOnWindows() throws IOException {
    for (String line : lines("netdissect.cmd")) {
      Matcher path = PATH.matcher(line);
      while (path.find()) {
        long quotes = line.substring(0, path.start()).chars().filter(c -> c == '"').count();
        // What a replacement works on is a name, not a path.
        assertEquals(1, quotes % 2, line + " at " + path.group());
      }
      assertEquals(0, line.chars().filter(c -> c == '"').count() % 2, line);
    }
  }

  /** Words go on as they were given, quotes and all, and Java's exit code comes back. */
  @Test
  void wordsGoOnAsTheyAreOnWindows() throws IOException {
    List<String> lines = lines("netdissect.cmd");
    int started = 0;
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith("\"%java%\"")) {
        started++;
        assertTrue(lines.get(i).endsWith(" %*"), lines.get(i));
        assertEquals("exit /b %errorlevel%", lines.get(i + 1));
      }
    }
    assertEquals(2, started);
    // Otherwise exclamation marks in words would be lost.
    assertTrue(
        lines.stream()
            .noneMatch(line -> line.toLowerCase(Locale.ROOT).contains("delayedexpansion")));
  }

  @Test
  void labelsThatAreGoneToAreThere() throws IOException {
    List<String> lines = lines("netdissect.cmd");
    for (String line : lines) {
      Matcher gone = Pattern.compile("goto (\\w+)").matcher(line);
      while (gone.find()) {
        assertTrue(lines.contains(":" + gone.group(1)), gone.group());
      }
    }
  }

  /** What the user says comes after the launcher's own options and so wins; then the program. */
  @Test
  void optionsOfTheUserStandBehindTheirOwn() throws IOException {
    String unix = String.join(" ", lines("netdissect")).replaceAll("\\\\\\s*", "");
    assertInOrder(
        unix.substring(unix.lastIndexOf("exec")),
        List.of("java.options", "brief", "classes", "archive", "NETDISSECT_OPTS", "-jar", "$@"));
    String windows =
        lines("netdissect.cmd").stream().filter(l -> l.contains("-jar")).findFirst().orElseThrow();
    assertInOrder(
        windows,
        List.of("java.options", "brief", "classes", "archive", "NETDISSECT_OPTS", "-jar", "%*"));
  }

  private static void assertInOrder(String text, List<String> words) {
    int at = 0;
    for (String word : words) {
      int found = text.indexOf(word, at);
      assertTrue(found >= at, word + " is not where it should be in: " + text);
      at = found + word.length();
    }
  }

  /** The one launcher is tried, the other one read: a Java that only repeats what it is told. */
  @Test
  void shortRunsCompileLess(@TempDir Path home) throws IOException, InterruptedException {
    Path launcher = launcherWhoseJavaRepeats(home);
    for (String words :
        List.of("run m --limit 1", "run --limit=499 m", "run --limit 10 m", "layers m", "show o")) {
      assertTrue(told(launcher, home, words).contains("-XX:TieredStopAtLevel=1 "), words);
    }
    for (String words :
        List.of("run m", "run --limit 500", "run --limit=0499", "run 8", "trust --limit 8")) {
      assertFalse(told(launcher, home, words).contains("TieredStopAtLevel"), words);
    }
    String windows = String.join("\n", lines("netdissect.cmd"));
    assertTrue(windows.contains("if not \"%~1\"==\"run\" goto start"), windows);
    // All numbers from 1 to 499; "=" parts words there.
    assertTrue(windows.contains("if \"%~1\"==\"--limit\" for /l %%n in (1,1,499)"), windows);
    for (String command : List.of("layers", "show", "--help", "--version")) {
      assertTrue(windows.matches("(?s).*%%c in \\([^)]*" + command + "\\b.*"), command);
    }
  }

  /** What trains has the libraries of the build that trains; the rest starts without them. */
  @Test
  void trainingsAndStudiesHaveTheirLibraries(@TempDir Path home)
      throws IOException, InterruptedException {
    Path launcher = launcherWhoseJavaRepeats(home);
    for (String words : List.of("train --data d", "study s.yaml --dry-run")) {
      assertFalse(told(launcher, home, words).contains("lib-train"), words);
    }
    Files.createDirectories(home.resolve("lib-train"));
    for (String words : List.of("train --data d", "study s.yaml --dry-run")) {
      String told = told(launcher, home, words);
      assertTrue(told.contains("/lib-train/* ") && told.endsWith(" " + words + "\n"), told);
    }
    assertFalse(told(launcher, home, "run m").contains("lib-train"));
    String windows = String.join("\n", lines("netdissect.cmd"));
    assertTrue(
        windows.contains(
            "for %%c in (train study) do if \"%~1\"==\"%%c\" if exist \"%home%\\lib-train\" goto"
                + " train"),
        windows);
  }

  private static Path launcherWhoseJavaRepeats(Path home) throws IOException {
    Path launcher = Files.createDirectories(home.resolve("bin")).resolve("netdissect");
    Files.copy(SCRIPTS.resolve("netdissect"), launcher);
    Path java = Files.createDirectories(home.resolve("java/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\necho \"$@\"\n");
    assumeTrue(java.toFile().setExecutable(true) && Files.isExecutable(Path.of("/bin/sh")));
    return launcher;
  }

  private static String told(Path launcher, Path home, String words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("/bin/sh", launcher.toString()));
    command.addAll(List.of(words.split(" ", -1)));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", home.resolve("java").toString());
    builder.environment().remove("NETDISSECT_OPTS");
    Process process = builder.start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), told);
    return told;
  }

  /** Who says how Java shares classes means that, whichever launcher it is. */
  @Test
  void archivesOfTheUserAreLeftAlone() throws IOException {
    String unix = String.join("\n", lines("netdissect"));
    String windows = String.join("\n", lines("netdissect.cmd"));
    for (String word : List.of("SharedArchiveFile", "AOT", "-Xshare", "DumpLoadedClassList")) {
      assertTrue(unix.contains("*" + word + "*"), word);
      assertTrue(windows.contains("/c:\"" + word + "\""), word);
    }
  }
}
