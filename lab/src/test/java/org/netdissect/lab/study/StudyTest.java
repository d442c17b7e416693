package org.netdissect.lab.study;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netdissect.base.Progress;
import org.netdissect.base.files.NpyWriter;
import org.netdissect.lab.train.AnalyticNetworks;
import org.netdissect.lab.train.Training;
import org.netdissect.lab.world.WorldFolder;
import org.netdissect.networks.GraphBuilder;
import org.netdissect.networks.TestModels;
import org.netdissect.results.Dissection;

class StudyTest {
  @TempDir static Path shared;
  @TempDir Path temp;

  /** A world, and three checkpoints whose units see ever more colours. */
  @BeforeAll
  static void prepare() throws IOException {
    WorldFolder.write(5, 32, 60, shared.resolve("world"), 2, done -> {});
    Path models = Files.createDirectories(shared.resolve("models"));
    for (int step = 1; step <= 3; step++) {
      Map<Integer, float[]> units =
          Map.of(
              0, new float[] {1, -step, -1, 0},
              1, new float[] {-1, 1, -step, 0},
              2, new float[] {-step, -1, 1, 0},
              3, new float[] {0.3f, 0.6f, 0.1f * step, 0});
      Files.write(models.resolve("run-" + step + "00.onnx"), AnalyticNetworks.ofPixels(32, units));
    }
  }

  private Path study(String text) throws IOException {
    Path file = temp.resolve("study.yaml");
    Files.writeString(file, text.replace("WORLD", shared.resolve("world").toString()));
    return file;
  }

  private static final String GIVEN =
      """
      study: Three checkpoints
      data: WORLD
      networks:
        ours: {models: MODELS/run-*.onnx, layers: [relu1]}
      questions:
        - {ask: More with training?, by: iteration, expect: increases}
        - {ask: By layer, by: layer, measure: unique color}
      """;

  private Path given() throws IOException {
    return study(GIVEN.replace("MODELS", shared.resolve("models").toString()));
  }

  @Test
  void aStudyOfModelFilesNeedsNoTraining() throws IOException {
    Study study = Study.read(given());
    assertEquals(3, study.subjects().size());
    assertEquals(
        Set.of("100", "200", "300"),
        new HashSet<>(study.subjects().stream().map(s -> s.factors().get("iteration")).toList()));
    Path out = temp.resolve("out");
    List<String> said = new ArrayList<>();
    Path page = StudyRun.of(study, out, null, Progress.NONE, steps(said)).run().page();
    assertEquals(1, said.size(), "all three from one decoding: " + said);
    String html = Files.readString(page);
    assertTrue(html.contains("More with training?") && html.contains("Spearman"), html);
    assertTrue(Files.readString(out.resolve("figures/2-By-layer.csv")).contains("relu1,"));
    byte[] before = Files.readAllBytes(page);
    said.clear();
    StudyRun.of(study, out, null, Progress.NONE, steps(said)).run();
    assertEquals(List.of(), said, "nothing is done twice");
    assertArrayEquals(before, Files.readAllBytes(page));
  }

  private static Consumer<String> steps(List<String> to) {
    return line -> {
      if (line.startsWith("step ")) {
        to.add(line);
      }
    };
  }

  /** Networks that share a decoding get the results that each gets alone. */
  @Test
  void togetherAsAlone() throws IOException {
    Path out = temp.resolve("out");
    StudyRun.of(Study.read(given()), out, null, Progress.NONE, l -> {}).run();
    Study one =
        Study.read(
            study(
                GIVEN
                    .replace("MODELS/run-*", shared.resolve("models") + "/run-200")
                    .replace("by: iteration, expect: increases", "by: network")));
    StudyRun.of(one, temp.resolve("alone"), null, Progress.NONE, l -> {}).run();
    Path alone = resultOf(temp.resolve("alone/results"), "run-200.onnx");
    Path together = resultOf(out.resolve("results"), "run-200.onnx");
    for (String file : List.of("dissection.json", "relu1/units.csv", "relu1/hits.bin")) {
      assertArrayEquals(
          Files.readAllBytes(alone.resolve(file)),
          Files.readAllBytes(together.resolve(file)),
          file);
    }
  }

  /**
   * The curves pass through what the page says at its own threshold; without them it is as it was.
   */
  @Test
  void countsAreDrawnOverThresholds() throws IOException {
    Path out = temp.resolve("out");
    Study study = Study.read(given());
    StudyRun.of(study, out, null, Progress.NONE, l -> {}).run();
    byte[] plain = Files.readAllBytes(out.resolve("index.html"));
    StudyRun.of(study, out, null, Progress.NONE, l -> {}).withThresholdCurves(true).run();
    List<String> curves =
        Files.readAllLines(out.resolve("figures/1-More-with-training-thresholds.csv"));
    assertEquals(1 + 3 * 9, curves.size());
    List<String> values = Files.readAllLines(out.resolve("figures/1-More-with-training.csv"));
    for (String row : values.subList(1, 4)) {
      String[] cells = row.split(",");
      assertTrue(
          curves.contains(String.join(",", cells[0], "0.04", "1", cells[1], cells[1], cells[1])),
          row + " in " + curves);
    }
    assertTrue(Files.readString(out.resolve("index.html")).contains("order of the means"));
    StudyRun.of(study, out, null, Progress.NONE, l -> {}).run();
    assertArrayEquals(plain, Files.readAllBytes(out.resolve("index.html")));
    assertFalse(Files.exists(out.resolve("figures/1-More-with-training-thresholds.csv")));
  }

  /** The paper's Figure 9: what the units of each network detect, and where. */
  @Test
  void conceptsAreShownByTheirBestUnits() throws IOException {
    Path out = temp.resolve("out");
    String asked = "  - {ask: What do they see?, by: iteration, measure: concepts}\n";
    Study study =
        Study.read(study(GIVEN.replace("MODELS", shared.resolve("models").toString()) + asked));
    StudyRun.Answers answers = StudyRun.of(study, out, null, Progress.NONE, l -> {}).run();
    assertEquals("", answers.answers().get(2).verdict());
    Map<String, Integer> detectors = new HashMap<>();
    List<String> rows = Files.readAllLines(out.resolve("figures/3-What-do-they-see.csv"));
    assertEquals("iteration,network,layer,category,concept,detectors,best unit,IoU", rows.get(0));
    for (String row : rows.subList(1, rows.size())) {
      String[] cells = row.split(",");
      detectors.merge(cells[0], Integer.parseInt(cells[5]), Integer::sum);
    }
    for (Path result : results(out)) {
      Dissection dissection = Dissection.open(result);
      int own = dissection.layers().get(0).counts(0.04).detectors();
      String iteration = dissection.info().network().file().replaceAll("\\D", "");
      assertEquals(own, detectors.getOrDefault(iteration, 0), iteration);
    }
    String html = Files.readString(answers.page());
    assertTrue(html.contains("<h3>100</h3>") && html.contains("data:image/jpeg"), "no photographs");
  }

  @Test
  void reportsAreLinkedWhateverTheirNetworksAreCalled() throws IOException {
    Files.copy(shared.resolve("models/run-100.onnx"), temp.resolve("50%25 a&b.onnx"));
    Study study =
        Study.read(
            study(
                GIVEN
                    .replace("MODELS/run-*.onnx", "'50%25 a&b.onnx'")
                    .replace("by: iteration, expect: increases", "by: network")));
    Path out = temp.resolve("out");
    StudyRun.of(study, out, null, Progress.NONE, l -> {}).run();
    Path report = Files.createDirectories(results(out).get(0).resolve("report"));
    Files.writeString(report.resolve("index.html"), "a report");
    Path page = StudyRun.of(study, out, null, Progress.NONE, l -> {}).run().page();
    Matcher link = Pattern.compile("href=\"(results/[^\"]*)\"").matcher(Files.readString(page));
    assertTrue(link.find());
    URI address = page.toUri().resolve(link.group(1).replace("&amp;", "&"));
    assertEquals("a report", Files.readString(Path.of(address)));
  }

  private static List<Path> results(Path out) throws IOException {
    try (Stream<Path> inside = Files.list(out.resolve("results"))) {
      return inside.sorted().toList();
    }
  }

  /** Views of several networks are called alike, as their layers are. */
  @Test
  void rotationsOfSeveralNetworksTogether() throws IOException {
    String turned = "bases: [\"rotation:seeds=1;alphas=0.5,1\"]\n";
    Path out = temp.resolve("out");
    Study three =
        Study.read(study(turned + GIVEN.replace("MODELS", shared.resolve("models").toString())));
    StudyRun.of(three, out, null, Progress.NONE, l -> {}).run();
    Study one =
        Study.read(
            study(
                turned
                    + GIVEN
                        .replace("MODELS/run-*", shared.resolve("models") + "/run-200")
                        .replace("by: iteration", "by: alpha")));
    StudyRun.of(one, temp.resolve("alone"), null, Progress.NONE, l -> {}).run();
    for (String file : List.of("dissection.json", "relu1@rotation-s1-a0.5/hits.bin")) {
      assertArrayEquals(
          Files.readAllBytes(resultOf(temp.resolve("alone/results"), "run-200.onnx").resolve(file)),
          Files.readAllBytes(resultOf(out.resolve("results"), "run-200.onnx").resolve(file)),
          file);
    }
  }

  private static Path resultOf(Path folder, String model) throws IOException {
    List<Path> all;
    try (Stream<Path> inside = Files.list(folder)) {
      all = inside.toList();
    }
    for (Path result : all) {
      if (Files.readString(result.resolve("dissection.json")).contains("\"" + model + "\"")) {
        return result;
      }
    }
    throw new AssertionError("no result of " + model + " among " + all);
  }

  private List<StudyRun.Answer> answers(String text) throws IOException {
    Path models = Files.createDirectories(temp.resolve("nets"));
    for (int seed = 1; seed <= 3; seed++) {
      Files.copy(shared.resolve("models/run-100.onnx"), models.resolve("copy-" + seed + ".onnx"));
      Files.copy(
          shared.resolve("models/run-" + seed + "00.onnx"),
          models.resolve("net-" + seed + ".onnx"));
    }
    Study study = Study.read(study("data: WORLD\nreports: false\n" + text));
    return StudyRun.of(study, temp.resolve("out"), null, Progress.NONE, l -> {}).run().answers();
  }

  /** Weights beside a model, masks and photographs make a result as well as names do. */
  @Test
  void aResultBelongsToWhatMadeIt() throws IOException {
    Path world = temp.resolve("labels");
    try (Stream<Path> files = Files.walk(shared.resolve("world"))) {
      for (Path file : files.toList()) {
        Files.copy(file, world.resolve(shared.resolve("world").relativize(file).toString()));
      }
    }
    Path weights = temp.resolve("weights.bin");
    GraphBuilder graph = TestModels.tiny(1);
    graph.external("conv2.weight", "weights.bin", weights);
    graph.write(temp.resolve("model.onnx"));
    Path file =
        study(
            "data: labels\nnetworks:\n  a: {models: model.onnx}\nquestions:\n  - {by: network}\n");
    Set<Path> results = new HashSet<>();
    results.add(resultOf(file));
    results.add(resultOf(file));
    assertEquals(1, results.size());
    byte[] other = Files.readAllBytes(weights);
    other[0] ^= 1;
    Files.write(weights, other);
    results.add(resultOf(file));
    assertEquals(2, results.size(), "weights");
    for (String ending : List.of("_object.png", "7.png", "label.csv")) {
      try (Stream<Path> files = Files.walk(world)) {
        Path one = files.filter(path -> path.toString().endsWith(ending)).findFirst().orElseThrow();
        Files.setLastModifiedTime(one, FileTime.fromMillis(1234));
      }
      int before = results.size();
      results.add(resultOf(file));
      assertEquals(before + 1, results.size(), ending);
    }
  }

  private Path resultOf(Path file) throws IOException {
    Study study = Study.read(file);
    return new StudyFolders(study, temp.resolve("out")).result(study.subjects().get(0));
  }

  /** Rotations, checkpoints and copies of a network are no further networks. */
  @Test
  void whatIsNotIndependentIsNoEvidence() throws IOException {
    List<StudyRun.Answer> answers =
        answers(
            """
            networks:
              one: {models: nets/net-1.onnx, bases: ["rotation:seeds=1,2,3;alphas=0.5,1"]}
              steps: {models: nets/net-*.onnx}
              copies: {models: nets/copy-*.onnx, number: seed}
              seeds: {models: nets/net-*.onnx, number: seed}
            questions:
              - {ask: turned, networks: [one], by: alpha, measure: detectors, expect: decreases}
              - {ask: trained, networks: [steps], by: iteration, measure: detectors, expect: increases}
              - {ask: pooled, networks: [steps, seeds], by: network, expect: steps > seeds}
              - {ask: copied, networks: [copies, seeds], by: network, expect: copies > seeds}
            """);
    for (StudyRun.Answer answer : answers) {
      assertEquals("cannot be told", answer.verdict(), answer.toString());
    }
    for (int i = 0; i < 4; i++) {
      String statistic = answers.get(i).statistic();
      assertTrue(
          statistic.contains("one independent network only")
              || statistic.contains("the same everywhere"),
          answers.get(i).toString());
    }
    String table = Files.readString(temp.resolve("out/figures/1-turned.csv"));
    assertEquals(1 + 1 + 6, table.lines().count(), table);
    // Only the last checkpoint of a training is asked, unless the question is about iterations.
    String pooled = Files.readString(temp.resolve("out/figures/3-pooled.csv"));
    assertEquals(1 + 1 + 3, pooled.lines().count(), pooled);
  }

  @Test
  void matricesLieRelativeToTheStudy() throws IOException {
    NpyWriter.write(temp.resolve("turn.npy"), new double[][] {{0, 1, 0, 0}, {1, 0, 0, 0}});
    answers(
        """
        networks:
          one: {models: nets/net-1.onnx}
        bases: ["matrix:turn.npy;relu"]
        questions: [{by: network}]
        """);
    try (Stream<Path> results = Files.list(temp.resolve("out/results"))) {
      assertEquals(2, Dissection.open(results.findFirst().orElseThrow()).layers().size());
    }
    Study study = Study.read(temp.resolve("study.yaml"));
    StudyRun again = StudyRun.of(study, temp.resolve("out"), null, Progress.NONE, l -> {});
    assertTrue(again.plan().get(0).done());
    NpyWriter.write(temp.resolve("turn.npy"), new double[][] {{0, 1, 0, 0}, {1, 0, 0, 1}});
    again = StudyRun.of(study, temp.resolve("out"), null, Progress.NONE, l -> {});
    assertFalse(again.plan().get(0).done(), "another matrix is another result");
  }

  @Test
  void whatIsMissingIsDoneAgainAndTheRestIsKept() throws IOException {
    Study study = Study.read(given());
    Path out = temp.resolve("out");
    StudyRun.of(study, out, null, Progress.NONE, line -> {}).run();
    Path one;
    try (Stream<Path> results = Files.list(out.resolve("results"))) {
      one = results.sorted().findFirst().orElseThrow();
    }
    Files.delete(one.resolve("dissection.json"));
    // As after a kill between a dissection of several and the move to their own folders.
    Path left = Files.createDirectories(out.resolve("results/together-0123456789ab/x"));
    List<StudyRun.Step> plan = StudyRun.of(study, out, null, Progress.NONE, l -> {}).plan();
    assertEquals(1, plan.stream().filter(step -> !step.done()).count());
    List<String> said = new ArrayList<>();
    StudyRun.of(study, out, null, Progress.NONE, steps(said)).run();
    assertEquals(1, said.size());
    assertTrue(said.get(0).startsWith("step ") && said.get(0).contains("of 3"), said.get(0));
    assertFalse(Files.exists(left));
  }

  @Test
  void networksAreProbed() throws IOException {
    List<StudyRun.Answer> answers =
        answers(
            """
            probe: {splits: 2}
            networks:
              seeds: {models: nets/net-*.onnx, number: seed}
            questions:
              - {ask: probed, by: probe, expect: increases}
              - {ask: measured, by: network, measure: probe}
            """);
    // Networks that differ by their seed alone are of one kind.
    assertTrue(answers.get(0).statistic().contains("1 kind only"), answers.toString());
    List<String> table = Files.readAllLines(temp.resolve("out/figures/2-measured.csv"));
    assertEquals(4, table.size());
    for (String row : table.subList(1, 4)) {
      double accuracy = Double.parseDouble(row.split(",")[1]);
      assertTrue(accuracy >= 0 && accuracy <= 1, row);
    }
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                Study.read(
                    study(
                        GIVEN
                            .replace("by: layer", "by: probe")
                            .replace("MODELS", shared.resolve("models").toString()))));
    assertTrue(e.getMessage().contains("no network has the factor"), e.getMessage());
  }

  @Test
  void aLayerThatIsNotThereIsToldBeforeAnythingRuns() throws IOException {
    Study study =
        Study.read(
            study(
                GIVEN
                    .replace("MODELS", shared.resolve("models").toString())
                    .replace("[relu1]", "[relu9]")));
    StudyRun run = StudyRun.of(study, temp.resolve("out"), null, Progress.NONE, l -> {});
    IOException e = assertThrows(IOException.class, run::plan);
    assertTrue(e.getMessage().contains("study.yaml line 4: networks.ours.layers"), e.getMessage());
    assertTrue(e.getMessage().contains("relu9"), e.getMessage());
  }

  /** What only a look at networks and data tells, and the line that the complaint names. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "models: M.onnx|models: n.onnx|line 4: networks.a.models|is no ONNX model",
        "models: M.onnx|models: M.onnx, layers: [relu3]|line 4: networks.a.layers|relu3",
        "models: M.onnx|models: M.onnx, bases: [\"matrix:m.npy\"]|line 4: networks.a.bases|there"
            + " is no such file",
        "models: M.onnx|models: M.onnx, bases: [\"matrix:wide.npy\"]|line 4: networks.a.bases|of 9"
            + " channels, but layer relu1 has 4",
        "models: M.onnx|models: M.onnx, bases: [\"matrix:flat.npy\"]|line 4: networks.a.bases|is not"
            + " directions × channels",
        "study: t|bases: [\"matrix:wide.npy\"]|line 1: bases|of 9 channels",
        "data: WORLD|data: nothing|line 2: data|nothing",
        "models: M.onnx|train: {data: nothing}|line 4: networks.a.train|no sub-folders with",
        "models: M.onnx|train: {task: egomotion, data: classes}|line 4: networks.a.train|needs"
            + " further views",
        "models: M.onnx|train: {task: object, data: classes}|line 4: networks.a.train|needs one",
        "models: M.onnx|train: {task: scene, batch: 80}|line 4: networks.a.train|a batch needs 80",
        "study: t|probe: {data: nothing}|line 1: probe.data|nothing",
        "study: t|probe: {data: classes}|line 1: probe.data|all photographs are in one",
        "models: M.onnx|train: {}, layers: [relu9]|line 4: networks.a.layers|nearest names are"
            + " relu1",
        "models: M.onnx|train: {task: crosschannel}, layers: [relu1]|line 4|light_relu1",
        "models: M.onnx|train: {freeze: [conv9]}|line 4: networks.a.train|those that learn are"
            + " conv1",
        "models: M.onnx|train: {task: puzzle, head: fc}|line 4: networks.a.train|tasks that end in",
        "by: network|by: network, layer: relu2|line 6|\"relu1\" is meant? (there are relu1)",
        "by: network|by: layer, expect: relu1 > relu5|line 6|at layer \"relu5\"",
        "by: network|by: network, measure: unique colour|line 6|\"color\" is meant?"
      })
  void whatCannotBeIsNamedBeforeAnythingRuns(String from, String to, String first, String second)
      throws IOException {
    String good =
        """
        study: t
        data: WORLD
        networks:
          a: {models: M.onnx}
        questions:
          - {by: network}
        """;
    Files.copy(shared.resolve("models/run-100.onnx"), temp.resolve("M.onnx"));
    Files.write(temp.resolve("n.onnx"), new byte[20]);
    NpyWriter.write(temp.resolve("wide.npy"), new double[2][9]);
    NpyWriter.write(temp.resolve("flat.npy"), new double[9]);
    Files.createDirectories(temp.resolve("nothing"));
    Path classes = Files.createDirectories(temp.resolve("classes/one"));
    for (int i = 0; i < 2; i++) {
      Files.copy(
          shared.resolve("world/images/world/00000" + i + ".png"), classes.resolve(i + ".png"));
    }
    assertTrue(good.contains(from), from);
    Path file = study(good.replace(from, to));
    StudyRun run = StudyRun.of(Study.read(file), temp.resolve("out"), null, Progress.NONE, l -> {});
    String message = assertThrows(IOException.class, run::plan).getMessage();
    assertTrue(message.contains("study.yaml " + first), message);
    assertTrue(message.contains(second) && !message.contains("\n"), message);
    assertFalse(Files.exists(temp.resolve("out")));
  }

  /** Files that are no text, or cost more than their length. */
  @Test
  void filesThatAreNoStudyAreNamedWithTheirLine() throws IOException {
    String laughs = "a: &a [x]\n";
    for (char c = 'b'; c < 'm'; c++) {
      String before = "*" + (char) (c - 1);
      laughs += c + ": &" + c + " [" + String.join(", ", Collections.nCopies(10, before)) + "]\n";
    }
    Map<String, byte[]> files =
        Map.of(
            "line 1: the file is empty", new byte[0],
            "line 2: no YAML: found character '\\t(TAB)'",
                "a:\n\tb: c\n".getBytes(StandardCharsets.US_ASCII),
            "line 1: the file has ", new byte[1_200_000],
            "line 2: no text in UTF-8", "a: b\nc: é\n".getBytes(StandardCharsets.ISO_8859_1),
            "line 1: no text in UTF-8", "a: b\n".getBytes(StandardCharsets.UTF_16),
            "line 2: a control character, U+0000", "a: b\nc: \0\n".getBytes(StandardCharsets.UTF_8),
            "line 12: more than 100 aliases", laughs.getBytes(StandardCharsets.UTF_8),
            "line 2: blocks and lists nested",
                ("a: b\nc: " + "[".repeat(9999)).getBytes(StandardCharsets.US_ASCII));
    assertRefused(files);
    assertRefused(
        Map.of(
            "line 2: no YAML: but found another document",
                "a: b\n---\na: b\n".getBytes(StandardCharsets.US_ASCII),
            "line 1: no text in UTF-8", new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff},
            "line 3: networks.a.train: the grid has",
                ("data: {world: {}}\nnetworks:\n  a: {train: {seed: ["
                        + numbers(1, 3000)
                        + "], batch: ["
                        + numbers(2, 3000)
                        + "]}}\nquestions: [{by: seed}]\n")
                    .getBytes(StandardCharsets.US_ASCII)));
  }

  /** What patterns find, and what they do not: names with brackets, links in a circle, too many. */
  @Test
  void patternsFindWhatLiesThere() throws IOException {
    Path nets = Files.createDirectories(temp.resolve("nets/deep"));
    Path model = shared.resolve("models/run-100.onnx");
    Files.copy(model, nets.resolve("net-1.onnx"));
    Files.copy(model, nets.resolve("best [1].onnx"));
    Files.createSymbolicLink(nets.resolve("above"), temp.resolve("nets"));
    String text =
        GIVEN
            .replace("MODELS/run-*.onnx", "PATTERN")
            .replace("by: iteration, expect: increases", "by: network");
    assertEquals(2, Study.read(study(text.replace("PATTERN", "'**.onnx'"))).subjects().size());
    assertEquals(
        1,
        Study.read(study(text.replace("PATTERN", "'nets/deep/best [1].onnx'"))).subjects().size());
    Path many = Files.createDirectories(temp.resolve("many"));
    for (int i = 0; i < 2001; i++) {
      Files.createFile(many.resolve("net-" + i + ".onnx"));
    }
    Path file = study(text.replace("PATTERN", "many/*.onnx"));
    String message = assertThrows(IOException.class, () -> Study.read(file)).getMessage();
    assertTrue(message.endsWith("line 4: networks: 2001 networks; 2000 at most"), message);
  }

  private static String numbers(int first, int last) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(", "));
  }

  private void assertRefused(Map<String, byte[]> files) throws IOException {
    for (Map.Entry<String, byte[]> one : files.entrySet()) {
      Path file = Files.write(temp.resolve("study.yaml"), one.getValue());
      String message = assertThrows(IOException.class, () -> Study.read(file)).getMessage();
      assertTrue(message.contains("study.yaml " + one.getKey()), message);
      assertFalse(message.contains("\n"), message);
    }
  }

  @Test
  void aFolderOfOtherThingsIsLeftAlone() throws IOException {
    Study study = Study.read(given());
    Path figure = temp.resolve("paper/figures/mine.svg");
    Files.createDirectories(figure.getParent());
    Files.writeString(figure, "mine");
    for (Path out : List.of(temp.resolve("paper"), figure)) {
      StudyRun run = StudyRun.of(study, out, null, Progress.NONE, l -> {});
      String message = assertThrows(IOException.class, run::run).getMessage();
      assertTrue(message.endsWith("for --out"), message);
    }
    assertEquals("mine", Files.readString(figure));
    Path empty = Files.createDirectories(temp.resolve("empty"));
    assertEquals(3, StudyRun.of(study, empty, null, Progress.NONE, l -> {}).plan().size());
  }

  @Test
  void addingASeedAddsOneTrainingOnly() throws IOException {
    String text =
        """
        data: {world: {images: 100, size: 32}}
        networks:
          depth: {train: {depth: [3, 5], seed: SEEDS, iterations: 4, batch: 8, width: 8, threads: 1}}
          tuned: {train: {seed: SEEDS, init: depth5, task: rotation, width: 8, threads: 1}}
          depth5: {train: {depth: 5, seed: SEEDS, width: 8, threads: 1, checkpoints: [0, 3000]}}
        questions:
          - {by: depth}
        """;
    Study two = Study.read(study(text.replace("SEEDS", "[1, 2]")));
    Study three = Study.read(study(text.replace("SEEDS", "[1, 2, 3]")));
    assertEquals(4 + 2 + 4, two.subjects().size());
    Set<String> first = names(two);
    Set<String> then = names(three);
    assertTrue(then.containsAll(first));
    // A world, trainings and dissections.
    assertEquals(1 + 4 + 2 + 2 + 10, first.size());
    assertEquals(1 + 6 + 3 + 3 + 15, then.size());
    List<StudyRun.Step> plan =
        StudyRun.of(two, temp.resolve("o"), null, Progress.NONE, l -> {}).plan();
    List<String> order = plan.stream().map(StudyRun.Step::name).toList();
    assertTrue(
        order.indexOf("train depth5 seed=1") < order.indexOf("train tuned seed=1"),
        "what others start from comes first: " + order);
    assertTrue(plan.stream().allMatch(step -> step.seconds() >= 0 && !step.done()));
    assertFalse(Files.exists(temp.resolve("o")), "a plan writes nothing");
  }

  @Test
  void withoutPytorchNothingIsBegun() throws IOException {
    Assumptions.assumeFalse(Training.isAvailable(), "built with -Ptrain");
    Study study =
        Study.read(
            study(
                """
                data: {world: {images: 100, size: 32}}
                networks:
                  a: {train: {iterations: 4, batch: 8, width: 8}}
                questions: [{by: network}]
                """));
    Path out = temp.resolve("out");
    StudyRun run = StudyRun.of(study, out, null, Progress.NONE, l -> {});
    IOException e = assertThrows(IOException.class, run::run);
    assertTrue(e.getMessage().contains("mvn -B -q -DskipTests -Ptrain package"), e.getMessage());
    assertFalse(Files.exists(out), "told before the world is rendered");
    assertEquals(3, run.plan().size(), "what would be done can be told nevertheless");
  }

  private Set<String> names(Study study) throws IOException {
    return new HashSet<>(
        StudyRun.of(study, temp.resolve("o"), null, Progress.NONE, l -> {}).plan().stream()
            .map(StudyRun.Step::name)
            .toList());
  }

  /** What is changed in a good file, and what the complaint must say, its line included. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "questions:|qestions:|line 5: unknown key \"qestions\"; \"questions\" is meant|",
        "data: WORLD|data: /no/such/folder|line 2|is no folder",
        "data: WORLD|data: {format: voc}|line 2|is a folder, a block",
        "data: WORLD|data: {world: {seed: 2}, format: voc}|line 2|is a folder, a block",
        "data: WORLD|data: {folder: ., format: brodn}|line 2|\"broden\" is meant?",
        "data: WORLD|date: WORLD|line 2: unknown key|",
        "data: WORLD|data: {world: {images: many}}|line 2: data.world.images: a whole number from"
            + " 50|",
        "data: WORLD|data: {world: {size: 33}}|line 2: data.world.size: an even number|",
        "data: WORLD|data: [a, b]|line 2: data: a single value is wanted here, not a list|",
        "m.onnx|x*.none|line 4|finds no file",
        "m.onnx|missing.onnx|line 4|finds no file",
        "models: m.onnx|model: m.onnx|line 4|unknown key \"model\"; \"models\" is meant",
        "models: m.onnx|layers: [x]|line 4|either \"models\" or \"train\"",
        "models: m.onnx|train: {arch: resnet}|line 4|unknown architecture",
        "models: m.onnx|train: {task: scenes}|line 4|unknown task",
        "models: m.onnx|train: {depth: []}|line 4|the list is empty",
        "models: m.onnx|train: {seed: [1, 1]}|line 4|\"1\" is there twice",
        "models: m.onnx|train: {width: 12}|line 4|a multiple of 8",
        "models: m.onnx|train: {rate: fast}|line 4|a number from",
        "models: m.onnx|train: {flip: maybe}|line 4|true or false",
        "models: m.onnx|train: {init: a}|line 4|in a circle: a",
        "models: m.onnx|train: {init: other}|line 4|init names no networks: \"other\"",
        "models: m.onnx|train: {checkpoints: [9999999]}|line 4|iterations run from 0",
        "by: network|bye: network|line 6|unknown key \"bye\"; \"by\" is meant",
        "by: network|by: sizes|line 6|no network has the factor",
        "by: network|by: [network]|line 6|a single value is wanted",
        "by: network|by: network, expect: grows|line 6|increases, decreases or an order",
        "by: network|by: network, expect: a > a|line 6|names a value twice",
        "by: network|by: network, expect: a > b|line 6|has network \"b\"; \"a\" is meant? (there are a)",
        "by: network|by: network, expect: increases|line 6|network is no number",
        "  a: {models: m.onnx}|  {}|line 4: networks: the block is empty|",
        "  a: {models|  \"\": {models|line 4: networks: a key is empty|",
        "  a: {models: m.onnx}|  a: {<<: *b}|line 4|undefined alias",
        "models: m.onnx|train: {seed: 99999999999999999999}|line 4|a whole number from",
        "models: m.onnx|train: {rate: NaN}|line 4|a number from 1e-09 to 1",
        "data: WORLD|title: x|line 2|unknown key",
        "by: network|by: network, measure: many|line 6|unique, detectors or share",
        "by: network|by: network, networks: [b]|line 6|no networks \"b\"",
        "by: network|by: network, measure: concepts, expect: a > b|line 6|nothing is expected",
        "by: network|by: network, measure: concepts object|line 6|concepts has no category",
        "study: t|data: WORLD|line 2|is there twice",
        "study: t|iou: 4|line 1|a number from 0",
        "study: t|limit: 0|line 1|a whole number from 1",
        "study: t|bases: [rotations]|line 1|bases",
        "models: m.onnx|models: m.onnx, preprocess: bright|line 4|networks.a.preprocess",
        "models: m.onnx|models: m.onnx, layers: [a, a]|line 4|\"a\" is there twice",
        "models: m.onnx|models: [m.onnx, ./m.onnx]|line 4|which is there already",
        "models: m.onnx|models: m.onnx, number: epoch|line 4|iteration or seed",
        "models: m.onnx|train: {seed: 1}, number: seed|line 4|beside \"models\" only",
        "models: m.onnx|models: []|line 4|the list is empty",
        "models: m.onnx|models: m.onnx, bases: [\"rotation:alphas=x\"]|line 4|is not a number",
        "models: m.onnx|models: \"m[.onnx\"|line 4|no pattern",
        "- {by: network}|- network|line 6|a block of keys is wanted here",
        "- {by: network}|- {by: network, measure: probe}|line 6|no key \"probe\"",
        "study: t|probe: {pool: sum}|line 1|probe.pool",
        "study: t|probe: perhaps|line 1|true or false",
        "study: t|probe: {data: nowhere}|line 1|is no folder",
        "study: t|limit: 1.5|line 1|a whole number from 1",
        "study: t|iou: .nan|line 1|a number from 0",
        "study: t|study: [|line|no YAML",
        "study: t|iou: 0.04f|line 1|a number from 0",
        "study: t|iou: .inf|line 1|a number from 0",
        "study: t|iou: 0x1p-5|line 1|a number from 0",
        "study: t|limit: 2026-01-01|line 1|a whole number from 1",
        "study: t|limit: ١٢|line 1|a whole number from 1",
        "study: t|limit: 1_000|line 1|a whole number from 1",
        "study: t|reports: no|line 1|true or false",
        "study: t|study: {a: b}|line 1|a single value is wanted here, not a block",
        "study: t|prоbe: true|line 1|\"probe\" is meant?",
        "study: t|? [a, b] : c|line 1|a key must be a single word",
        "study: t|bases: [\"matrix:a\\0b.npy\"]|line 1: bases|",
        "data: WORLD|data: m.onnx|line 2: data|is no folder",
        "data: WORLD|data: {world: 5}|line 2: data.world|a block of keys",
        "data: WORLD|data: !include data.yaml|line 2: data|is no folder",
        "data: WORLD|data: ~|line 2: data|is no folder",
        "  a: {models: m.onnx}|  - {models: m.onnx}|line 4: networks|not a list",
        "  a: {models: m.onnx}|  a: &b {models: *b}|line 4: networks.a.models|a single value",
        "  a: {models: m.onnx}|  <<: {a: {models: m.onnx}}|line 4|are not merged",
        "  a: {models: m.onnx}|  \"a\\nb\": {modles: m.onnx}|line 4: networks.a\\u000ab|\"models\" is",
        "m.onnx|\"m\\0.onnx\"|line 4: networks.a.models|is no path",
        "m.onnx|\"m\\0/*.onnx\"|line 4: networks.a.models|is no path",
        "m.onnx|\"*/nowhere/**.onnx\"|line 4: networks.a.models|finds no file",
        "models: m.onnx|models: {a: b}|line 4: networks.a.models|a single value",
        "models: m.onnx|models: m.onnx, preprocess: none.json|line 4: networks.a.preprocess|no file",
        "models: m.onnx|models: m.onnx, preprocess: cafe|line 4|\"caffe\" is meant?",
        "models: m.onnx|train: {threads: 0}|line 4|a whole number from 1",
        "models: m.onnx|train: {dropout: [0, 0.0]}|line 4|two networks would be called",
        "models: m.onnx|train: {iterations: 1e3}|line 4|a whole number from 1",
        "questions:|questions: 5 #|line|",
        "by: network|by: network, expect: 3|line 6|increases, decreases or an order",
        "by: network|by: alpha|line 6: questions.by|dissected with rotations",
        "by: network|by: accuracy|line 6: questions.by|trained here",
        "by: network|by: network, measure: accuracy|line 6: questions.measure|trained here",
        "by: network|by: netwrk|line 6: questions.by|\"network\" is meant?"
      })
  void mistakesAreNamedWithTheirLine(String from, String to, String first, String second)
      throws IOException {
    String good =
        """
        study: t
        data: WORLD
        networks:
          a: {models: m.onnx}
        questions:
          - {by: network}
        """;
    Files.write(temp.resolve("m.onnx"), new byte[1]);
    Study.read(study(good));
    assertTrue(good.contains(from), from);
    Path file = study(good.replace(from, to));
    IOException e = assertThrows(IOException.class, () -> Study.read(file));
    String message = e.getMessage();
    assertTrue(message.contains(first), message);
    assertTrue(second == null || message.contains(second), message);
    assertTrue(message.contains("study.yaml") && !message.contains("\n"), message);
  }
}
