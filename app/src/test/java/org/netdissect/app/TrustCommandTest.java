package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Npy;
import org.netdissect.networks.TestModels;

/**
 * What is asked of trust and measures through the command, on maps that were recorded elsewhere.
 */
class TrustCommandTest {
  private static final int IMAGES = 40;
  private static final int UNITS = 6;
  private static final int SIDE = 6;

  @TempDir Path temp;
  private Path data;
  private final List<Object> recorded = new ArrayList<>();

  /** Photographs with a square each, of one of two kinds; the first two units find one of them. */
  @BeforeEach
  void make() throws IOException {
    data = temp.resolve("squares");
    Files.createDirectories(data.resolve("images"));
    Files.createDirectories(data.resolve("masks"));
    Files.writeString(
        data.resolve("labels.csv"), "value,name,category\n1,red thing,object\n2,hole,part\n");
    Random random = new Random(17);
    StringBuilder list = new StringBuilder();
    ByteBuffer maps =
        ByteBuffer.allocate(4 * IMAGES * UNITS * SIDE * SIDE).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < IMAGES; i++) {
      BufferedImage photo = new BufferedImage(48, 48, BufferedImage.TYPE_INT_RGB);
      BufferedImage mask = new BufferedImage(48, 48, BufferedImage.TYPE_BYTE_GRAY);
      int kind = 1 + random.nextInt(2);
      int row = random.nextInt(SIDE);
      int column = random.nextInt(SIDE);
      for (int y = 8 * row; y < 8 * row + 8; y++) {
        for (int x = 8 * column; x < 8 * column + 8; x++) {
          mask.getRaster().setSample(x, y, 0, kind);
        }
      }
      ImageIO.write(photo, "png", data.resolve("images/i" + i + ".png").toFile());
      ImageIO.write(mask, "png", data.resolve("masks/i" + i + ".png").toFile());
      list.append("i").append(i).append(".png\n");
      for (int u = 0; u < UNITS; u++) {
        for (int cell = 0; cell < SIDE * SIDE; cell++) {
          boolean there = cell == row * SIDE + column && kind == u + 1;
          maps.putFloat((float) Math.max(0, random.nextGaussian()) + (there ? 9 : 0));
        }
      }
    }
    Npy.write(temp.resolve("maps.npy"), "<f4", maps.array(), IMAGES, UNITS, SIDE, SIDE);
    Files.writeString(temp.resolve("list.txt"), list);
    recorded.addAll(
        List.of(
            "run",
            "--activations",
            "layer=" + temp.resolve("maps.npy"),
            "--images",
            temp.resolve("list.txt"),
            "--data",
            data,
            "--mask-size",
            "24,24",
            "--quantile",
            "0.05",
            "--cache",
            temp.resolve("cache"),
            "--quiet"));
  }

  private String recorded(Path out, Object... more) {
    List<Object> all = new ArrayList<>(recorded);
    all.addAll(List.of("--out", out));
    all.addAll(List.of(more));
    return InProcess.run(all.toArray());
  }

  @Test
  void aRunTestsItsLabelsAndTheCommandGivesTheSame() throws IOException {
    Path one = temp.resolve("one");
    String said = recorded(one, "--trust", "--peaks");
    assertTrue(said.startsWith("0\n"), said);
    assertTrue(said.contains("beyond chance (false discovery rate 0.05): 2 units"), said);
    assertTrue(InProcess.run("show", one).contains("chance level"), "show tells it");
    String json = InProcess.run("show", one, "--json");
    assertTrue(json.contains("\"detectorsBeyondChance\" : 2"), json);
    Path two = temp.resolve("two");
    recorded(two, "--peaks");
    assertFalse(InProcess.run("show", two).contains("chance"));
    assertTrue(
        InProcess.run("trust", two, "--workers", "1", "--cache", temp.resolve("cache"), "--quiet")
            .startsWith("0\ntrust in layer layer: 6 units\n"));
    for (String name : List.of("trust.csv", "trust.json")) {
      assertArrayEquals(
          Files.readAllBytes(one.resolve("layer/" + name)),
          Files.readAllBytes(two.resolve("layer/" + name)),
          name);
    }
    assertTrue(
        Files.readString(two.resolve("report/index.html")).contains("atThreshold"),
        "the report that stood there shows it");
    InProcess.run("export", two, "--format", "counts-csv", "--out", temp.resolve("csv"));
    assertTrue(Files.exists(temp.resolve("csv/layer/trust.csv")));
  }

  @Test
  void measuresSayWhatTheyKnow() throws IOException {
    Path with = temp.resolve("with");
    recorded(with, "--peaks", "--no-report");
    String said = InProcess.run("measures", with, "--cache", temp.resolve("cache"), "--quiet");
    assertTrue(said.startsWith("0\nmeasures of layer layer: of "), said);
    assertTrue(said.contains("point-biserial"), said);
    assertTrue(Files.exists(with.resolve("layer/choices.csv")));
    Path without = temp.resolve("without");
    recorded(without, "--maps", "none", "--no-report");
    said = InProcess.run("measures", without, "--cache", temp.resolve("cache"), "--quiet");
    assertTrue(said.contains("no measures of whole images"), said);
  }

  @Test
  void whatCannotBeTestedIsRefusedBeforeAnyWork() {
    Path out = temp.resolve("refused");
    String said = recorded(out, "--trust", "--maps", "shown");
    assertTrue(said.startsWith("2\n") && said.contains("needs --maps all"), said);
    assertFalse(Files.exists(out));
  }

  @Test
  void adviceOnPermutationsIsOfTheOptionThatHelps() throws IOException {
    Path out = temp.resolve("out");
    recorded(out, "--no-report");
    Object[] trust = {"trust", out, "--resamples", 20, "--no-report", "--quiet"};
    String said = passes(with(trust, "--permutations", 19));
    assertTrue(said.contains("raise --permutations above 19, or leave it out (auto)"), said);
    assertFalse(said.contains("--most-permutations"), said);
    refused(
        with(trust, "--permutations", 19, "--most-permutations", 1999),
        2,
        "--permutations 19 is how many there are, so --most-permutations 1999 would do nothing");
    for (Object few : new Object[] {0, -1, 9, "many"}) {
      refused(
          with(trust, "--permutations=" + few),
          2,
          "--permutations must be auto or at least 19: " + few);
    }
    passes(with(trust, "--permutations", "auto", "--most-permutations", 99));
  }

  /** Of recorded activations no network is known, by which the result itself would be seen. */
  @Test
  void aRecordedResultIsNotItsOwnUntrainedOne() throws IOException {
    Path out = temp.resolve("out");
    recorded(out, "--no-report");
    Path copy = temp.resolve("copy");
    recorded(copy, "--no-report");
    Object[] trust = {"trust", out, "--permutations", 19, "--no-report", "--untrained"};
    String why = "is the result itself that is put to the test";
    refused(with(trust, out), 1, why);
    refused(with(trust, temp.resolve("copy/../out")), 1, why);
    refused(with(trust, copy), 1, why);
    assertFalse(Files.exists(out.resolve("layer/trust.csv")));
  }

  /** A small network and others of its architecture, all on the same photographs. */
  @Test
  void untrainedNetworksMustBeFedAlike() throws IOException {
    Path small = SmallData.write(temp.resolve("small"), 60, 3);
    Path trained = temp.resolve("trained.onnx");
    TestModels.tiny(2).write(trained);
    Path random = temp.resolve("random.onnx");
    Path second = temp.resolve("second.onnx");
    passes("randomize", trained, "--seed", 1, "--out", random, "--quiet");
    passes("randomize", trained, "--seed", 2, "--out", second, "--quiet");
    Object[] alike = {"--preprocess", "unit"};
    Path out = dissected(trained, small, "out", with(alike, "--basis", "rotation:seed=1;alpha=1"));
    Path one = dissected(random, small, "one", alike);
    Path two = dissected(second, small, "two", with(alike, "--basis", "rotation:seed=1;alpha=1"));
    Path three =
        dissected(second, small, "three", with(alike, "--basis", "rotation:seed=2;alpha=1"));
    Object[] trust = {"trust", out, "--permutations", 19, "--resamples", 20, "--no-report"};
    String said = passes(with(trust, "--untrained", one));
    assertTrue(said.contains("untrained: not said of 1 view that not all"), said);
    assertTrue(said.contains("(1 network)"), said);
    // Repeated, behind one another, and the other way about: the same.
    said = passes(with(trust, "--untrained", two));
    assertFalse(said.contains("not said of"), said);
    byte[] once = null;
    for (Object[] words :
        List.of(
            with(trust, "--untrained", one, "--untrained", two),
            with(trust, "--untrained", one, two))) {
      assertTrue(passes(words).contains("(2 networks)"));
      byte[] json = Files.readAllBytes(out.resolve("relu3/trust.json"));
      assertArrayEquals(once == null ? json : once, json);
      once = json;
    }
    passes("trust", "--untrained", one, out, "--permutations", 19, "--no-report");
    said = InProcess.run("trust", "--untrained", one, two, out, "--permutations", 19);
    assertTrue(said.startsWith("2\n"), said);
    assertTrue(said.contains("is put to the test? Name it before --untrained"), said);
    said = InProcess.run("trust", out, one, "--permutations", 19);
    assertTrue(said.startsWith("2\n") && said.contains("one result is put to the test"), said);
    refused(with(trust, "--untrained", three), 0, "not said of 1 view");
    // The same one twice, by another path, and the same network dissected again.
    refused(with(trust, "--untrained", one, one), 1, one + " and " + one + " are the same result");
    Path around = out.resolve("../one");
    refused(with(trust, "--untrained", one, two, around), 1, "are the same result");
    refused(with(trust, "--untrained", two, three), 1, "are of the same network");
    for (Object[] other :
        new Object[][] {
          {"--preprocess", "torch", "another preprocessing, torch"},
          {"--preprocess", "unit", "--fit", "letterbox", "another preprocessing"},
          {"--preprocess", "unit", "--convention", "lite", "other rules"},
          {"--preprocess", "unit", "--quantile", "0.01", "other rules"},
          {"--preprocess", "unit", "--limit", "30", "other images"},
          {"--preprocess", "unit", "--split", "val", "other images"},
          {"--preprocess", "unit", "--categories", "object", "other categories"},
        }) {
      int last = other.length - 1;
      Path unlike = dissected(random, small, "unlike", Arrays.copyOf(other, last));
      refused(with(trust, "--untrained", unlike), 1, other[last].toString());
    }
  }

  @Test
  void peopleAreAskedOfViewsOnlyWhereTheyAreNamed() throws IOException {
    Path small = SmallData.write(temp.resolve("small"), 60, 3);
    Path model = temp.resolve("model.onnx");
    TestModels.tiny(2).write(model);
    Path out = dissected(model, small, "out", "--basis", "rotation:seeds=1,2;alphas=1");
    Object[] rate = {"rate", out, "--units", 3, "--images", 4, "--out"};
    String said = passes(with(rate, temp.resolve("sheets")));
    assertTrue(said.contains("left out 2 views of layers: name them with --layers"), said);
    assertTrue(said.contains("questions on 3 units:"), said);
    said = passes(with(rate, temp.resolve("both"), "--layers", "relu3,relu3@rotation-s1-a1"));
    assertFalse(said.contains("left out 2 views"), said);
    assertTrue(said.contains("on 6 units in all, 3 of relu3, 3 of relu3@rotation-s1-a1:"), said);
    Path photographs = temp.resolve("photographs");
    passes("run", model, "--images", small.resolve("images"), "--out", photographs, "--no-report");
    refused(
        new Object[] {"rate", photographs, "--out", temp.resolve("none")},
        1,
        "is of photographs without labels");
  }

  private static void refused(Object[] words, int code, String why) {
    String said = InProcess.run(words);
    assertTrue(said.startsWith(code + "\n"), said);
    assertTrue(said.contains(why), why + ": " + said);
  }

  private static String passes(Object... words) {
    String said = InProcess.run(words);
    assertTrue(said.startsWith("0\n"), said);
    return said;
  }

  private static Object[] with(Object[] words, Object... more) {
    return Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray();
  }

  private Path dissected(Path model, Path small, String name, Object... more) {
    Path out = temp.resolve(name);
    Object[] words = {
      "run",
      model,
      "--data",
      small,
      "--layers",
      "relu3",
      "--no-report",
      "--quiet",
      "--overwrite",
      "--out",
      out
    };
    passes(with(words, more));
    return out;
  }
}
