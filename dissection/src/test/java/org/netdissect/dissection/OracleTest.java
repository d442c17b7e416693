package org.netdissect.dissection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.netdissect.base.Shared;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.CountsExport;
import org.netdissect.results.Dissection;

/** Thresholds and every integer count against independent implementations, exactly. */
class OracleTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"exact", "paper", "lite"})
  void tinyRealActivations(String convention) throws IOException {
    Path oracle = Shared.path("oracles/tiny");
    Path out =
        dissect(
            Shared.path("data/minibroden-224"),
            oracle.resolve("activations.npy"),
            oracle.resolve("images.txt"),
            ReceptiveField.square(-88, 207, 16),
            new InputSize(224, 224),
            convention);
    assertSame(oracle.resolve("thresholds-" + convention + ".csv"), out.resolve("thresholds.csv"));
    assertSame(oracle.resolve("counts-" + convention + ".csv"), out.resolve("counts.csv"));
  }

  static Stream<String> edgeCases() {
    return Stream.of("a", "b", "c", "d", "e", "f", "g")
        .flatMap(c -> Stream.of("exact", "paper", "lite").map(rule -> c + " " + rule));
  }

  @ParameterizedTest
  @MethodSource("edgeCases")
  void edgesAndTies(String which) throws IOException {
    String name = which.split(" ")[0];
    String convention = which.split(" ")[1];
    Path oracle = Shared.path("oracles/edge");
    String[] row =
        Files.readAllLines(oracle.resolve("cases.csv")).stream()
            .map(line -> line.split(","))
            .filter(parts -> parts[0].equals(name))
            .findFirst()
            .orElseThrow();
    Path out =
        dissect(
            oracle.resolve("data"),
            oracle.resolve(row[1]),
            oracle.resolve(row[2]),
            ReceptiveField.square(
                Double.parseDouble(row[3]), Double.parseDouble(row[4]), Double.parseDouble(row[5])),
            null,
            convention);
    String suffix = name + "-" + convention + ".csv";
    assertSame(oracle.resolve("thresholds-" + suffix), out.resolve("thresholds.csv"));
    assertSame(oracle.resolve("counts-" + suffix), out.resolve("counts.csv"));
  }

  private Path dissect(
      Path data, Path maps, Path list, ReceptiveField field, InputSize input, String convention)
      throws IOException {
    Dissection dissection =
        Dissector.builder()
            .setRecorded(
                new RecordedActivations(
                    List.of(new RecordedActivations.Maps("layer", maps, field)),
                    Files.readAllLines(list),
                    input))
            .setData(BrodenDataset.open(data))
            .setOut(folder.resolve("out"))
            .optConvention(Convention.of(convention))
            .optCache(folder.resolve("cache"))
            .build()
            .run();
    CountsExport.write(dissection, folder.resolve("tables"));
    return folder.resolve("tables/layer");
  }

  private static void assertSame(Path expected, Path actual) throws IOException {
    List<String> wanted = lines(expected);
    List<String> found = lines(actual);
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < Math.max(wanted.size(), found.size()); i++) {
      String one = i < wanted.size() ? wanted.get(i) : "nothing";
      String other = i < found.size() ? found.get(i) : "nothing";
      if (!one.equals(other)) {
        differences.add("expected " + one + " but found " + other);
      }
    }
    assertTrue(
        differences.isEmpty(),
        () ->
            expected.getFileName()
                + ": "
                + differences.size()
                + " differences, "
                + differences.stream().limit(10).toList());
    assertEquals(wanted, found);
  }

  private static List<String> lines(Path path) throws IOException {
    return Files.readAllLines(path);
  }
}
