package org.netdissect.cluster;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.netdissect.base.Npy;
import org.netdissect.networks.TestModels;

/** The command on Spark in one process against the command without it, byte for byte. */
class LocalClusterTest {
  private static final int IMAGES = 40;
  private static final int UNITS = 9;
  private static final int SIDE = 6;

  @TempDir Path folder;
  private Path world;

  @BeforeEach
  void makeWorld() throws Exception {
    world = folder.resolve("world");
    assertSays(0, "", "world", "--images", "" + IMAGES, "--size", "64", "--out", world.toString());
  }

  private String assertSays(int code, String words, String... arguments) throws Exception {
    return JavaProcess.netdissect(folder, code, words, List.of(), List.of(arguments));
  }

  private List<String> recorded(Path out, String convention) throws IOException {
    Random random = new Random(3);
    float[] maps = new float[IMAGES * UNITS * SIDE * SIDE];
    for (int i = 0; i < maps.length; i++) {
      maps[i] = (float) Math.max(0, random.nextGaussian());
    }
    Path file = Npy.write(folder.resolve("maps.npy"), maps, IMAGES, UNITS, SIDE, SIDE);
    List<String> names = new ArrayList<>();
    for (String row : Files.readAllLines(world.resolve("index.csv"))) {
      names.add(row.substring(0, row.indexOf(',')));
    }
    Path list = folder.resolve("names.txt");
    Files.write(list, names.subList(1, names.size()));
    List<String> words = common(out, convention);
    words.addAll(List.of("--activations", "maps=" + file, "--images", list.toString()));
    words.addAll(List.of("--input-size", "64,64", "--field", "-3,20,10"));
    words.addAll(List.of("--keep-quantile", "0.1", "--basis", "rotation:seeds=1;alphas=1"));
    return words;
  }

  private List<String> common(Path out, String convention) {
    List<String> words = new ArrayList<>(List.of("run", "--out", out.toString(), "--no-report"));
    words.addAll(List.of("--data", world.toString(), "--quantile", "0.02"));
    words.addAll(
        List.of("--convention", convention, "--cache", folder.resolve("cache").toString()));
    return words;
  }

  private String run(List<String> words, String... more) throws Exception {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of(more));
    return assertSays(0, "", all.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"exact", "paper", "lite"})
  void recordedMapsGiveTheSameFolder(String convention) throws Exception {
    Path here = folder.resolve("here");
    run(recorded(here, convention));
    for (String parts : List.of("1", "2", "7")) {
      Path there = folder.resolve("there" + parts);
      String said = run(recorded(there, convention), "--master", "local[2]", "--parts", parts);
      assertTrue(said.contains("at local[2], 2 cores"), said);
      JavaProcess.assertSameFolders(here, there);
    }
  }

  @Test
  void aNetworkGivesTheSameFolder() throws Exception {
    Path model = TestModels.tiny(1).write(folder.resolve("model.onnx"));
    Path here = folder.resolve("here");
    Path there = folder.resolve("there");
    for (Path out : List.of(here, there)) {
      List<String> words = common(out, "exact");
      words.addAll(1, List.of(model.toString(), "--preprocess", "torch"));
      if (out.equals(there)) {
        words.addAll(List.of("--master", "local[2]"));
      }
      run(words);
    }
    JavaProcess.assertSameFolders(here, there);
  }

  @Test
  void whatIsWrongIsSaidInOneLine() throws Exception {
    Path out = folder.resolve("out");
    List<String> words = recorded(out, "exact");
    words.addAll(List.of("--master", "nowhere:7"));
    String said = assertSays(1, "no Spark at nowhere:7", words.toArray(String[]::new));
    assertFalse(said.contains("\tat "), said);
    assertFalse(Files.exists(out.resolve("dissection.json")));
  }
}
