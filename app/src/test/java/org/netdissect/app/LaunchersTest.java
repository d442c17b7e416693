package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The two launchers say the same to Java; what can be told of them by reading. */
class LaunchersTest {
  private static final Path SCRIPTS = Path.of("src/main/scripts");

  /** Options for Java, its main class, and what the environment says to native libraries. */
  private static final Pattern SAID =
      Pattern.compile(
          "-XX:[+-]?\\w+(=[0-9]+)?|-D[a-z.]+|-jar\\b|-cp\\b|org\\.netdissect\\.\\w+\\.\\w+"
              + "|(?:ORT|OMP|ONEDNN|ATEN)_\\w+|java\\.options|lib-train|build\\.id"
              + "|netdissect-app-\\*\\.jar");

  private static final Pattern PATH = Pattern.compile("%(~dp0|home|java|jar|file|LOCALAPPDATA)%?");

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
    // Windows has the user's cache folder of its own, LOCALAPPDATA.
    unix.remove("-Dnetdissect.cache");
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
}
