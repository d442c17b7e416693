package org.netdissect.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.report.browse.DataBrowser;
import org.netdissect.report.compare.Comparison;
import org.netdissect.report.rating.RatingSheets;

/** The pages' scripts keep to what their heads say; skipped where there is no Node. */
class ScriptsTest {
  @TempDir Path folder;

  @BeforeEach
  void needsNode() {
    Assumptions.assumeTrue(
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(path -> Files.isExecutable(Path.of(path, "node"))),
        "no node is installed: the pages' scripts are not checked");
  }

  @Test
  void pagesTakeAndGiveWhatTheySay() throws Exception {
    assertEquals("", check(page(Page.SCRIPTS), page(Comparison.SCRIPTS), browse(), rate()));
  }

  @Test
  void tellsWhatIsAmiss() throws Exception {
    Path first =
        script(
            "first.js",
            """
            // gives: one, gone, spare
            function one() {}
            const spare = 1;
            const own = `${one()}`;
            """);
    Path second =
        script(
            "second.js",
            """
            // takes: one, idle
            const of = (a, { b: c = lost, ...d }) => a.b + c + one(d);
            for (const x of /[/]y/.exec(of(1, {}))) {
              const z = { x, y: () => typo };
            }
            """);
    assertEquals(
        """
        first.js: gives gone and does not define it
        first.js:4: own is neither used nor given
        first.js: gives gone, which nothing takes
        first.js: gives spare, which nothing takes
        second.js:4: z is not used
        second.js:2: lost is neither declared nor taken
        second.js:4: typo is neither declared nor taken
        second.js: takes idle and does not use it
        second.js: takes idle, which nothing gives in the page of second.js
        """,
        check(List.of(first, second)));
  }

  @Test
  void tellsNamesThatTwoFilesDefine() throws Exception {
    Path first = script("first.js", "function one() {}\none();\n");
    Path second = script("second.js", "function one() {}\none();\n");
    assertEquals("second.js: defines one as first.js does\n", check(List.of(first, second)));
  }

  private Path script(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static List<Path> page(List<String> names) throws URISyntaxException {
    List<Path> paths = new ArrayList<>();
    for (String name : names) {
      paths.add(resource(Page.class, name));
    }
    return paths;
  }

  private static List<Path> browse() throws URISyntaxException {
    return List.of(resource(Page.class, "names.js"), resource(DataBrowser.class, "browse.js"));
  }

  private static List<Path> rate() throws URISyntaxException {
    return List.of(resource(RatingSheets.class, "rate.js"));
  }

  private static Path resource(Class<?> beside, String name) throws URISyntaxException {
    return Path.of(beside.getResource(name).toURI());
  }

  /** What the checker has to say; every page is a list of scripts. */
  @SafeVarargs
  private static String check(List<Path>... pages) throws Exception {
    List<String> command = new ArrayList<>();
    command.add("node");
    command.add(resource(ScriptsTest.class, "check-scripts.js").toString());
    for (List<Path> page : pages) {
      command.add(page.stream().map(Path::toString).collect(Collectors.joining(",")));
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor() < 2, said);
    return said;
  }
}
