package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Npy;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code netdissect show} tells of the spread of a layer's values. */
class ShowCommandTest {
  private static final int IMAGES = 12;
  private static final int UNITS = 4;
  private static final int CELLS = 25;

  @TempDir private Path temp;

  /** Units of rising sparsity, and one that never varies. */
  private float[] maps() {
    Random random = new Random(23);
    float[] maps = new float[IMAGES * UNITS * CELLS];
    for (int i = 0; i < maps.length; i++) {
      int unit = i / CELLS % UNITS;
      maps[i] = unit == 3 ? 7 : (float) Math.max(0, random.nextGaussian() - unit);
    }
    return maps;
  }

  private static double[] moments(float[] maps, int unit) {
    double[] values =
        IntStream.range(0, maps.length)
            .filter(i -> i / CELLS % UNITS == unit)
            .mapToDouble(i -> maps[i])
            .toArray();
    double mean = IntStream.range(0, values.length).mapToDouble(i -> values[i]).average().orElse(0);
    double second = 0;
    double fourth = 0;
    double zeros = 0;
    for (double value : values) {
      second += Math.pow(value - mean, 2) / values.length;
      fourth += Math.pow(value - mean, 4) / values.length;
      zeros += value == 0 ? 1.0 / values.length : 0;
    }
    return new double[] {zeros, fourth / (second * second)};
  }

  @Test
  void sparsityIsThatOfTheMedianUnitOfThoseThatVary() throws Exception {
    Path data = SmallData.write(temp.resolve("data"), IMAGES, 1);
    float[] maps = maps();
    Npy.write(temp.resolve("maps.npy"), maps, IMAGES, UNITS, 5, 5);
    Files.writeString(
        temp.resolve("list.txt"),
        IntStream.range(0, IMAGES)
            .mapToObj(i -> "made/" + i + ".png\n")
            .collect(Collectors.joining()));
    Path out = temp.resolve("out");
    String ran =
        InProcess.run(
            "run",
            "--activations",
            "layer=" + temp.resolve("maps.npy"),
            "--images",
            temp.resolve("list.txt"),
            "--input-size",
            "32,32",
            "--data",
            data,
            "--quantile",
            "0.05",
            "--no-report",
            "--out",
            out);
    assertTrue(ran.startsWith("0\n"), ran);
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    assertEquals(0, InProcess.run(printed, said, "show", out, "--sparsity", "--json"));
    JsonNode sparsity =
        JsonMapper.shared()
            .readTree(printed.toString(StandardCharsets.UTF_8))
            .get("layers")
            .get(0)
            .get("sparsity");
    double[] expected = moments(maps, 1);
    assertEquals(expected[0], sparsity.get("zeros").asDouble(), 1e-12);
    assertEquals(expected[1], sparsity.get("kurtosis").asDouble(), 0.01 * expected[1]);
    String text = InProcess.run("show", out, "--sparsity");
    assertTrue(text.contains("sparsity: the median unit is zero at "), text);
  }
}
