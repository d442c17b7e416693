package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.files.NpyWriter;
import org.netdissect.networks.GraphBuilder;
import org.netdissect.networks.TestModels;
import org.netdissect.networks.Transformers;
import org.netdissect.results.Dissection;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.UnitScore;

/** Bases and probes through the command, on small networks with random weights. */
class BasisCommandTest {
  @TempDir Path folder;

  static String passes(Object... arguments) {
    String said = InProcess.run(arguments);
    assertTrue(said.startsWith("0\n"), said);
    return said;
  }

  private static String fails(int code, String words, Object... arguments) {
    String said = InProcess.run(arguments);
    assertTrue(said.startsWith(code + "\n"), said);
    assertTrue(said.contains(words), said);
    return said;
  }

  private Path data() throws IOException {
    return SmallData.write(folder.resolve("data"), 60, 3);
  }

  private static double[][] matrix(int k, int n, long seed) {
    Random random = new Random(seed);
    double[][] matrix = new double[k][n];
    for (double[] row : matrix) {
      for (int j = 0; j < n; j++) {
        row[j] = (float) random.nextGaussian();
      }
    }
    return matrix;
  }

  private Path file(String name, double[][] matrix) throws IOException {
    NpyWriter.write(folder.resolve(name), matrix);
    return folder.resolve(name);
  }

  private static LayerDissection layer(Dissection result, String name) {
    return result.layers().stream()
        .filter(layer -> layer.layer().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Labels the same for 99 % of the units, IoU to 1e-3. */
  private static void assertAlike(LayerDissection built, LayerDissection view) {
    int same = 0;
    assertEquals(built.units().size(), view.units().size());
    for (UnitScore unit : built.units()) {
      UnitScore other = view.units().get(unit.unit());
      same += unit.label().label().equals(other.label().label()) ? 1 : 0;
      assertEquals(unit.label().iou(), other.label().iou(), 1e-3);
    }
    assertTrue(same >= 0.99 * built.units().size(), same + " labels of " + view.units().size());
  }

  @Test
  void aMatrixInTheNetworkIsTheSameAsItsView() throws IOException {
    double[][] matrix = matrix(40, 24, 5);
    GraphBuilder graph = TestModels.tiny(1);
    graph.floats("matrix", i -> matrix[i / 24][i % 24], 40, 24, 1, 1);
    graph.output(graph.node("Conv", "turned", "relu3 matrix"));
    Path model = folder.resolve("tiny.onnx");
    graph.write(model);
    Path out = folder.resolve("out");
    String said =
        passes(
            "run",
            model,
            "--data",
            data(),
            "--preprocess",
            "unit",
            "--no-report",
            "--layers",
            "relu3,tensor:turned",
            "--basis",
            "matrix:" + file("m.npy", matrix),
            "--out",
            out);
    assertTrue(said.contains("is of 24 channels: no view of turned (40)"), said);
    Dissection result = Dissection.open(out);
    assertAlike(layer(result, "turned"), layer(result, "relu3@matrix-m"));
  }

  @Test
  void aProductOnTokensIsTheSameAsItsView() throws IOException {
    GraphBuilder graph = Transformers.timm(4, 4, 8, 1);
    Path model = folder.resolve("plain.onnx");
    graph.write(model);
    String tokens = "/blocks.1/Add_1_output_0";
    int width = width(model, tokens);
    double[][] matrix = matrix(30, width, 6);
    graph.floats("matrix", i -> matrix[i % 30][i / 30], width, 30);
    graph.output(graph.node("MatMul", "turned", tokens + " matrix"));
    Path turned = folder.resolve("turned.onnx");
    graph.write(turned);
    Path out = folder.resolve("out");
    passes(
        "run",
        turned,
        "--data",
        data(),
        "--preprocess",
        "unit",
        "--no-report",
        "--layers",
        "tensor:" + tokens + ",tensor:turned",
        "--basis",
        "matrix:" + file("m.npy", matrix),
        "--out",
        out);
    Dissection result = Dissection.open(out);
    assertAlike(layer(result, "turned"), layer(result, tokens + "@matrix-m"));
    String said =
        passes(
            "basis",
            "check",
            model,
            "--layer",
            "tensor:" + tokens,
            "--data",
            folder.resolve("data"),
            "--basis",
            "rotation:seed=1",
            "--limit",
            10,
            "--preprocess",
            "unit");
    assertTrue(said.contains(": equal; "), said);
  }

  private static int width(Path model, String layer) throws IOException {
    try (var network = org.netdissect.networks.Network.open(model)) {
      return network.resolve("tensor:" + layer).get(0).channels();
    }
  }

  @Test
  void directionsAreFittedUsedAndTriedInTheNetwork() throws IOException {
    Path model = folder.resolve("tiny.onnx");
    TestModels.tiny(2).write(model);
    Path data = data();
    Path npy = folder.resolve("five.npy");
    Object[] fit = {
      "basis",
      "fit",
      model,
      "--layer",
      "relu3",
      "--data",
      data,
      "--kind",
      "pca",
      "--components",
      5,
      "--preprocess",
      "unit",
      "--out",
      npy
    };
    String said = passes(fit);
    String spec = "matrix:" + npy + ";bias=" + folder.resolve("five.bias.npy");
    assertTrue(said.contains("use it: --basis '" + spec + "'"), said);
    assertTrue(said.contains("explained variance"), said);
    fails(1, "is there already; use --overwrite", fit);
    Path out = folder.resolve("out");
    passes(
        "run",
        model,
        "--data",
        data,
        "--preprocess",
        "unit",
        "--no-report",
        "--layers",
        "relu3",
        "--basis",
        spec,
        "--out",
        out);
    LayerDissection view = layer(Dissection.open(out), "relu3@matrix-five");
    assertEquals(5, view.units().size());
    assertEquals("pca", view.layer().basis().fitted().kind());
    Object[] check = {
      "basis",
      "check",
      model,
      "--layer",
      "relu3",
      "--data",
      data,
      "--preprocess",
      "unit",
      "--limit",
      10,
      "--basis"
    };
    assertTrue(passes(with(check, "rotation:seeds=1,2;alphas=0,0.5,1")).contains("100.0 %"));
    fails(1, "NOT equal", with(check, "matrix:" + npy));
    String five = fails(1, "NOT equal", with(check, spec));
    assertFalse(five.contains("at right angles"), five);
    fails(1, "relu cannot be turned back", with(check, spec + ";relu"));
    fails(1, "topk cannot be turned back", with(check, spec + ";topk=2"));
    fails(1, "directions of 7 channels", with(check, "matrix:" + file("7.npy", matrix(2, 7, 1))));
    fails(
        2,
        "means 3 layers",
        "basis",
        "fit",
        model,
        "--layer",
        "relu*",
        "--data",
        data,
        "--kind",
        "pca",
        "--out",
        folder.resolve("x.npy"));
    fails(
        2,
        "--kind 'ica' is unknown",
        "basis",
        "fit",
        model,
        "--data",
        data,
        "--kind",
        "ica",
        "--out",
        folder.resolve("x.npy"));
    fails(
        2,
        "must end in .npy",
        "basis",
        "fit",
        model,
        "--data",
        data,
        "--kind",
        "pca",
        "--out",
        folder.resolve("x"));
    fails(2, "a basis command is missing", "basis");
  }

  @Test
  void allComponentsAreUndoneAndWhitenedOnesAreNot() throws IOException {
    Path model = folder.resolve("tiny.onnx");
    TestModels.tiny(2).write(model);
    Path photographs = data().resolve("images");
    for (String kind : List.of("pca", "whitening")) {
      Path npy = folder.resolve(kind + ".npy");
      passes(
          "basis",
          "fit",
          model,
          "--layer",
          "relu2",
          "--images",
          photographs,
          "--limit",
          40,
          "--kind",
          kind,
          "--components",
          kind.equals("pca") ? 16 : 5,
          "--preprocess",
          "unit",
          "--out",
          npy);
      assertTrue(Files.readString(folder.resolve(kind + ".json")).contains("\"images\" : 40"));
      Object[] check = {
        "basis",
        "check",
        model,
        "--layer",
        "relu2",
        "--images",
        photographs,
        "--preprocess",
        "unit",
        "--basis",
        "matrix:" + npy + ";bias=" + folder.resolve(kind + ".bias.npy")
      };
      if (kind.equals("pca")) {
        assertTrue(passes(check).contains("100.0 %"));
      } else {
        fails(1, "not of length 1 and at right angles", check);
      }
    }
    fails(2, "name the images with --data", "basis", "check", model, "--basis", "random:k=3");
    // Before the model and the photographs are looked at.
    String missing = "matrix:" + folder.resolve("missing.npy");
    Path nothing = folder.resolve("nothing");
    for (List<Object> words :
        List.<List<Object>>of(
            List.of("run", nothing, "--out", folder.resolve("never")),
            List.of("basis", "check", nothing),
            List.of("probe", nothing))) {
      fails(
          1,
          "missing.npy: there is no such file",
          with(words.toArray(), "--data", nothing, "--basis", missing));
    }
    fails(
        2,
        "--limit must be at least 1",
        "basis",
        "check",
        model,
        "--images",
        photographs,
        "--limit",
        0,
        "--basis",
        "random:k=3");
    fails(
        2,
        "is no folder of photographs",
        "basis",
        "check",
        model,
        "--images",
        "10",
        "--basis",
        "random:k=3");
  }

  @Test
  void directionsUsedElsewhereThanTheyWereFittedAreNamed() throws IOException {
    Path model = folder.resolve("tiny.onnx");
    TestModels.tiny(2).write(model);
    Path data = data();
    Path npy = folder.resolve("four.npy");
    passes(
        "basis",
        "fit",
        model,
        "--layer",
        "relu3",
        "--data",
        data,
        "--kind",
        "pca",
        "--components",
        4,
        "--preprocess",
        "unit",
        "--out",
        npy);
    String spec = "matrix:" + npy;
    Object[] run = {
      "run", model, "--data", data, "--no-report", "--layers", "relu3", "--basis", spec, "--out"
    };
    String said = passes(with(with(with(run, folder.resolve("out")), "--preprocess"), "caffe"));
    assertTrue(
        said.contains("relu3@matrix-four: these directions were fitted to another preprocessing"),
        said);
    assertTrue(said.contains("(unit (RGB/255); here caffe (BGR"), said);
    said =
        passes(
            "run",
            other(),
            "--data",
            data,
            "--no-report",
            "--preprocess",
            "unit",
            "--fit",
            "letterbox",
            "--layers",
            "relu3",
            "--basis",
            spec,
            "--out",
            folder.resolve("out2"));
    assertTrue(
        said.contains(
            "fitted to another network (tiny.onnx; here other.onnx), another fit of photographs"
                + " (stretch; here letterbox)"),
        said);
    fails(
        1,
        "relu3@matrix-four: these directions were fitted to another preprocessing",
        "basis",
        "check",
        model,
        "--layer",
        "relu3",
        "--data",
        data,
        "--preprocess",
        "torch",
        "--limit",
        5,
        "--basis",
        spec);
    said = passes(with(with(with(run, folder.resolve("out3")), "--preprocess"), "unit"));
    assertFalse(said.contains("were fitted"), said);
  }

  @Test
  void helpOfACommandWithinAGroupIsItsOwn() {
    for (Object[] words :
        new Object[][] {
          {"help", "basis", "fit"}, {"basis", "help", "fit"}, {"basis", "fit", "-h"}
        }) {
      String said = passes(words);
      assertTrue(said.contains("Usage: netdissect basis fit "), said);
      assertTrue(said.contains("--kind nmf"), said);
    }
    assertTrue(passes("help", "data", "verify").contains("Usage: netdissect data verify "));
    fails(2, "Unknown subcommand 'nix'", "help", "basis", "nix");
  }

  private static Object[] with(Object[] words, Object... last) {
    return Stream.of(words, last).flatMap(Stream::of).toArray();
  }

  @Test
  void accuracyIsCarriedByTheResultAndCompared() throws IOException {
    Path model = folder.resolve("tiny.onnx");
    TestModels.tiny(2).write(model);
    Path data = data();
    Path classes = classes(data);
    Files.createDirectories(classes.resolve("empty"));
    Path out = folder.resolve("out");
    passes(
        "run",
        model,
        "--data",
        data,
        "--preprocess",
        "unit",
        "--no-report",
        "--layers",
        "relu3",
        "--basis",
        "rotation:seeds=1,2;alphas=0.5,1",
        "--out",
        out);
    Path compared = folder.resolve("compared");
    fails(1, "carries an accuracy", "compare", out, "--accuracy", "--out", compared);
    Object[] probe = {
      "probe",
      model,
      "--layer",
      "relu3",
      "--data",
      classes,
      "--preprocess",
      "unit",
      "--basis",
      "rotation:seeds=1;alphas=1",
      "--cache",
      folder.resolve("cache"),
      "--result",
      out
    };
    String said = passes(probe);
    assertTrue(said.contains("no photographs in the folder empty"), said);
    assertTrue(said.contains("24 features, 2 classes of classes (60 images, 0 left out)"), said);
    assertTrue(said.contains("layer relu3@rotation-s1-a1,"), said);
    passes("compare", out, "--accuracy", "--out", compared);
    List<String> rows = Files.readAllLines(compared.resolve("compare.csv"));
    int column = List.of(rows.get(0).split(",")).indexOf("accuracy");
    List<String> accuracies = rows.stream().skip(1).map(row -> row.split(",", -1)[column]).toList();
    assertEquals(5, accuracies.size());
    assertTrue(Double.parseDouble(accuracies.get(0)) > 0.2, accuracies.toString());
    assertEquals(3, accuracies.stream().filter(String::isEmpty).count(), accuracies.toString());
    assertTrue(Files.readString(compared.resolve("index.html")).contains("\"probe\":{"));
    // The same task asked in another way is another task, and must be named.
    passes(with(with(probe, "--pool"), "max"));
    String several = fails(1, "several tasks", "compare", out, "--accuracy", "--out", compared);
    fails(1, "several tasks", "compare", out, "--accuracy=classes", "--out", compared);
    String[] tasks = several.replaceAll("(?s).*several tasks \\((.*)\\); name.*", "$1").split("; ");
    assertEquals(2, tasks.length, several);
    for (String task : tasks) {
      passes("compare", out, "--accuracy=" + task, "--out", folder.resolve("as" + task.length()));
    }
    fails(
        1,
        "of none of the networks given",
        "probe",
        other(),
        "--layer",
        "relu3",
        "--data",
        classes,
        "--result",
        out);
    Object[] one = {"probe", model, "--preprocess", "unit", "--data", one(classes)};
    fails(1, "all photographs are in one folder", one);
    fails(1, "one class only", with(with(one, "--format"), "folders"));
  }

  /** The photographs of a data set, by turns in two classes. */
  private Path classes(Path data) throws IOException {
    Path classes = folder.resolve("classes");
    List<Path> photographs;
    try (Stream<Path> files = Files.walk(data.resolve("images"))) {
      photographs =
          files.filter(file -> file.toString().matches(".*/[0-9]+\\.(png|jpg)")).sorted().toList();
    }
    for (int i = 0; i < photographs.size(); i++) {
      Path to = Files.createDirectories(classes.resolve(i % 2 == 0 ? "even" : "odd"));
      Files.copy(photographs.get(i), to.resolve(photographs.get(i).getFileName()));
    }
    return classes;
  }

  @Test
  void anAccuracyGoesToNoOtherViewOfTheSameName() throws IOException {
    Path model = folder.resolve("tiny.onnx");
    TestModels.tiny(2).write(model);
    Path data = data();
    Path out = folder.resolve("out");
    Path matrix = file("m.npy", matrix(8, 24, 1));
    Path bias = folder.resolve("b.npy");
    NpyWriter.write(bias, new double[] {1, 2, 3, 4, 5, 6, 7, 8});
    Object[] run = {
      "run", model, "--data", data, "--preprocess", "unit", "--no-report", "--layers", "relu3"
    };
    passes(with(with(with(with(run, "--basis"), "matrix:" + matrix), "--out"), out));
    Files.createDirectories(folder.resolve("elsewhere"));
    Path changed = file("elsewhere/m.npy", matrix(8, 24, 2));
    Path cache = folder.resolve("cache");
    Object[] probe = {
      "probe", model, "--layer", "relu3", "--data", classes(data), "--cache", cache, "--result", out
    };
    Object[] same = with(with(probe, "--preprocess"), "unit");
    String refusal = "relu3@matrix-m has other numbers here than in";
    fails(1, refusal, with(with(same, "--basis"), "matrix:" + changed));
    fails(1, refusal, with(with(same, "--basis"), "matrix:" + matrix + ";bias=" + bias));
    Object[] input = with(with(probe, "--preprocess"), "caffe");
    fails(1, "another preprocessing", with(with(input, "--basis"), "matrix:" + matrix));
    assertFalse(Files.exists(cache), "features were extracted before the refusal");
    passes(with(with(same, "--basis"), "matrix:" + matrix));
    assertTrue(
        Files.exists(layer(Dissection.open(out), "relu3@matrix-m").folder().resolve("probe.json")));
  }

  @Test
  void fittedDirectionsAreNamedAsAShellTakesThem() throws IOException {
    Path model = folder.resolve("tiny.onnx");
    TestModels.tiny(2).write(model);
    Object[] fit = {
      "basis",
      "fit",
      model,
      "--layer",
      "relu3",
      "--data",
      data(),
      "--preprocess",
      "unit",
      "--kind",
      "pca",
      "--components",
      "2",
      "--out"
    };
    fails(2, "--out must have no ';'", with(fit, folder.resolve("g;a=b.npy")));
    Path out = folder.resolve("it's.npy");
    String said = passes(with(fit, out));
    String spec = "matrix:" + out + ";bias=" + folder.resolve("it's.bias.npy");
    assertTrue(said.contains("use it: --basis " + Output.word(spec) + "\n"), said);
  }

  @Test
  void optionsThatWouldDoNothingAreRefused() {
    Object[] fit = {"basis", "fit", "none.onnx", "--layer", "a", "--data", "d", "--out", "o.npy"};
    Object[] pca = with(with(fit, "--kind"), "pca");
    fails(2, "--topk is for --kind dictionary only, not pca", with(pca, "--topk", "4"));
    fails(2, "pca takes all cells", with(with(pca, "--cells"), "400"));
    fails(2, "--components must be at least 1", with(with(pca, "--components"), "0"));
    Object[] probe = {"probe", "none.onnx", "--layer", "a", "--data", "d", "--test", "t"};
    fails(2, "--splits is of images held back", with(with(probe, "--splits"), "3"));
    fails(2, "--trained is of images held back", with(with(probe, "--trained"), "0.5"));
  }

  private Path other() throws IOException {
    TestModels.tiny(9).write(folder.resolve("other.onnx"));
    return folder.resolve("other.onnx");
  }

  private Path one(Path classes) throws IOException {
    Path one = Files.createDirectories(folder.resolve("one/even"));
    try (Stream<Path> files = Files.list(classes.resolve("even"))) {
      for (Path file : files.toList()) {
        Files.copy(file, one.resolve(file.getFileName()));
      }
    }
    return folder.resolve("one");
  }

  @Test
  void rotationsAreDrawnOverTheirPower() throws IOException {
    Path model = folder.resolve("tiny.onnx");
    TestModels.tiny(2).write(model);
    Path out = folder.resolve("out");
    passes(
        "run",
        model,
        "--data",
        data(),
        "--preprocess",
        "unit",
        "--layers",
        "relu2,relu3",
        "--basis",
        "rotation:seeds=1,2,3;alphas=0,0.5,1",
        "--out",
        out);
    Path csv = folder.resolve("alpha.csv");
    passes("figure", out, "--kind", "alpha", "--layer", "relu3", "--out", csv);
    passes("figure", out, "--kind", "alpha", "--out", folder.resolve("alpha.svg"));
    // Lines are told apart without their colours: three categories and all of them.
    assertEquals(
        4,
        Pattern.compile("translate\\([^)]*\\) scale\\([^)]*\\)\" d=\"([^\"]*)\"")
            .matcher(Files.readString(folder.resolve("alpha.svg")))
            .results()
            .map(point -> point.group(1))
            .distinct()
            .count());
    Dissection result = Dissection.open(out);
    List<String> rows = Files.readAllLines(csv);
    assertEquals(4, rows.size(), rows.toString());
    List<String> head = List.of(rows.get(0).split(","));
    for (int r = 1; r < rows.size(); r++) {
      String[] row = rows.get(r).split(",");
      double alpha = Double.parseDouble(row[0]);
      int[] unique =
          result.layers().stream()
              .filter(
                  one ->
                      alpha == 0
                          ? one.layer().name().equals("relu3")
                          : one.layer().basis() != null
                              && one.layer().basis().layer().equals("relu3")
                              && one.layer().basis().alpha() == alpha)
              .mapToInt(one -> one.counts(0.04).uniquePerCategory())
              .toArray();
      assertEquals(Integer.toString(unique.length), row[1]);
      assertEquals(
          Arrays.stream(unique).average().orElse(-1),
          Double.parseDouble(row[head.indexOf("all")]),
          1e-5);
      assertEquals(
          Arrays.stream(unique).max().orElse(-1),
          Double.parseDouble(row[head.indexOf("all-most")]));
    }
    String unit =
        Files.readString(
            out.resolve("report/data")
                .resolve(layer(result, "relu3@rotation-s1-a1").layer().folder())
                .resolve("unit-0.js"));
    assertTrue(unit.contains("\"coefficients\":[["), unit);
    passes(
        "run",
        model,
        "--data",
        folder.resolve("data"),
        "--preprocess",
        "unit",
        "--layers",
        "relu3",
        "--no-report",
        "--out",
        folder.resolve("plain"));
    fails(
        1, "has no rotations", "figure", folder.resolve("plain"), "--kind", "alpha", "--out", csv);
  }
}
