package org.netdissect.dissection.activations.basis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Npy;
import org.netdissect.base.Shared;
import org.netdissect.base.files.NpyWriter;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.MadeUpData;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.CountsExport;
import org.netdissect.results.Dissection;

/** Views of layers against the integer oracle and against maps multiplied beforehand. */
class ViewsTest {
  private static final int IMAGES = 60;
  private static final int UNITS = 12;
  private static final int SIDE = 5;

  @TempDir Path folder;

  private Dissection run(
      String out,
      ConceptDataset data,
      Path maps,
      List<String> names,
      ReceptiveField field,
      InputSize input,
      String convention,
      String... bases)
      throws IOException {
    return Dissector.builder()
        .setRecorded(
            new RecordedActivations(
                List.of(new RecordedActivations.Maps("layer", maps, field)), names, input))
        .setData(data)
        .setOut(folder.resolve(out))
        .optConvention(Convention.of(convention))
        .optBases(Arrays.stream(bases).map(Basis::parse).toList())
        .optCache(folder.resolve("cache"))
        .build()
        .run();
  }

  static Stream<String> oracleCases() {
    return Stream.of("a", "c", "d", "f", "g")
        .flatMap(c -> Stream.of("exact", "paper", "lite").map(rule -> c + " " + rule));
  }

  @ParameterizedTest
  @MethodSource("oracleCases")
  void integerMapsUnderAnIntegerMatrix(String which) throws IOException {
    String name = which.split(" ")[0];
    String convention = which.split(" ")[1];
    Path edge = Shared.path("oracles/edge");
    Path oracle = Shared.path("oracles/basis");
    String[] row =
        Files.readAllLines(edge.resolve("cases.csv")).stream()
            .map(line -> line.split(","))
            .filter(parts -> parts[0].equals(name))
            .findFirst()
            .orElseThrow();
    Dissection result =
        run(
            "out",
            BrodenDataset.open(edge.resolve("data")),
            edge.resolve(row[1]),
            Files.readAllLines(edge.resolve(row[2])),
            ReceptiveField.square(
                Double.parseDouble(row[3]), Double.parseDouble(row[4]), Double.parseDouble(row[5])),
            null,
            convention,
            "matrix:" + oracle.resolve("matrix.npy"));
    assertEquals("layer@matrix-matrix", result.layers().get(1).layer().name());
    CountsExport.write(result, folder.resolve("tables"));
    Path tables = folder.resolve("tables").resolve(result.layers().get(1).layer().folder());
    String suffix = name + "-" + convention + ".csv";
    for (String table : List.of("thresholds", "counts")) {
      assertEquals(
          Files.readAllLines(oracle.resolve(table + "-" + suffix)),
          Files.readAllLines(tables.resolve(table + ".csv")),
          table);
    }
  }

  private float[] maps(long seed) {
    Random random = new Random(seed);
    float[] maps = new float[IMAGES * UNITS * SIDE * SIDE];
    for (int i = 0; i < maps.length; i++) {
      maps[i] = random.nextInt(40) - 10;
    }
    return maps;
  }

  private Dissection run(String out, float[] maps, int units, String... bases) throws IOException {
    MadeUpData data = new MadeUpData(5, IMAGES, 32, 32, folder);
    return run(
        out,
        data,
        Npy.write(folder.resolve(out + ".npy"), maps, IMAGES, units, SIDE, SIDE),
        data.rows.stream().map(ImageRow::name).toList(),
        ReceptiveField.square(-4, 12, 4),
        new InputSize(32, 32),
        "exact",
        bases);
  }

  /** A matrix of small whole numbers, so that sums are exact in any order. */
  private static double[][] matrix(int k, long seed) {
    Random random = new Random(seed);
    double[][] matrix = new double[k][UNITS];
    for (double[] row : matrix) {
      for (int j = 0; j < UNITS; j++) {
        row[j] = random.nextInt(7) - 3;
      }
    }
    return matrix;
  }

  private Path file(String name, double[][] matrix, boolean fortran, boolean big)
      throws IOException {
    int k = matrix.length;
    int n = matrix[0].length;
    ByteBuffer data =
        ByteBuffer.allocate(8 * k * n).order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    for (int a = 0; a < k * n; a++) {
      data.putDouble(fortran ? matrix[a % k][a / k] : matrix[a / n][a % n]);
    }
    String header =
        "{'descr': '"
            + (big ? ">" : "<")
            + "f8', 'fortran_order': "
            + (fortran ? "True" : "False")
            + ", 'shape': ("
            + k
            + ", "
            + n
            + "), }\n";
    ByteBuffer all = ByteBuffer.allocate(10 + header.length() + data.capacity());
    all.order(ByteOrder.LITTLE_ENDIAN);
    all.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    all.putShort((short) header.length());
    all.put(header.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    all.put(data.array());
    return Files.write(folder.resolve(name), all.array());
  }

  private static float[] multiplied(float[] maps, double[][] matrix, float[] bias) {
    int cells = SIDE * SIDE;
    float[] product = new float[IMAGES * matrix.length * cells];
    for (int i = 0; i < IMAGES; i++) {
      for (int d = 0; d < matrix.length; d++) {
        for (int c = 0; c < cells; c++) {
          double sum = bias == null ? 0 : bias[d];
          for (int u = 0; u < UNITS; u++) {
            sum += matrix[d][u] * maps[(i * UNITS + u) * cells + c];
          }
          product[(i * matrix.length + d) * cells + c] = (float) sum;
        }
      }
    }
    return product;
  }

  private static void assertSameUnits(Dissection expected, Dissection found, int layer) {
    assertEquals(expected.layers().get(0).units(), found.layers().get(layer).units());
  }

  @Test
  void viewsAreTheMapsMultipliedBeforehand() throws IOException {
    float[] maps = maps(1);
    double[][] matrix = matrix(7, 2);
    float[] bias = {3, 0, -2, 1, 0, 0, 5};
    Path biasFile = Npy.write(folder.resolve("bias.npy"), bias, 7);
    Path plain = file("plain.npy", matrix, false, false);
    Path turned = file("turned.npy", matrix, true, true);
    Dissection views =
        run(
            "views",
            maps,
            UNITS,
            "matrix:" + plain,
            "matrix:" + turned + ";bias=" + biasFile,
            "matrix:" + plain + ";relu",
            "matrix:" + plain + ";topk=2");
    assertSameUnits(run("layer", maps, UNITS), views, 0);
    assertSameUnits(run("product", multiplied(maps, matrix, null), 7), views, 1);
    assertSameUnits(run("biased", multiplied(maps, matrix, bias), 7), views, 2);
    float[] relu = multiplied(maps, matrix, null);
    for (int i = 0; i < relu.length; i++) {
      relu[i] = Math.max(0, relu[i]);
    }
    assertSameUnits(run("relu", relu, 7), views, 3);
    assertSameUnits(run("top", top(multiplied(maps, matrix, null), 7, 2), 7), views, 4);
  }

  private static float[] top(float[] maps, int units, int k) {
    int cells = SIDE * SIDE;
    float[] kept = new float[maps.length];
    for (int i = 0; i < IMAGES; i++) {
      for (int c = 0; c < cells; c++) {
        int image = i;
        int cell = c;
        java.util.stream.IntStream.range(0, units)
            .boxed()
            .sorted(
                (a, b) ->
                    Float.compare(
                        maps[(image * units + b) * cells + cell],
                        maps[(image * units + a) * cells + cell]))
            .limit(k)
            .forEach(
                u ->
                    kept[(image * units + u) * cells + cell] =
                        maps[(image * units + u) * cells + cell]);
      }
    }
    return kept;
  }

  @Test
  void noTurnIsTheLayerAndAPermutationPermutes() throws IOException {
    float[] maps = maps(3);
    double[][] permutation = new double[UNITS][UNITS];
    for (int i = 0; i < UNITS; i++) {
      permutation[i][(5 * i + 2) % UNITS] = 1;
    }
    Dissection result =
        run(
            "out",
            maps,
            UNITS,
            "rotation:seeds=4;alphas=0,0.5",
            "matrix:" + file("p.npy", permutation, false, false));
    List<String> names = result.layers().stream().map(layer -> layer.layer().name()).toList();
    assertEquals(
        List.of("layer", "layer@rotation-s4-a0", "layer@rotation-s4-a0.5", "layer@matrix-p"),
        names);
    for (String table : List.of("units.csv", "hits.bin", "maps.bin", "top-images.csv")) {
      assertEquals(
          -1,
          Files.mismatch(
              result.layers().get(0).folder().resolve(table),
              result.layers().get(1).folder().resolve(table)),
          table);
    }
    for (int i = 0; i < UNITS; i++) {
      assertEquals(
          result.layers().get(0).units().get((5 * i + 2) % UNITS).byCategory(),
          result.layers().get(3).units().get(i).byCategory());
    }
    assertEquals(Double.valueOf(0.5), result.layers().get(2).layer().basis().alpha());
    assertEquals("layer", result.layers().get(2).layer().basis().layer());
    Dissection again = Dissection.open(folder.resolve("out"));
    assertEquals(result.info(), again.info());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rotation:seeds=1,1",
        "rotation:seeds=x",
        "rotation:alphas=NaN",
        "rotation:seed=1;alpha=0.5,0.5",
        "rotation:sedes=1",
        "random:seed=1",
        "random:k=0",
        "random:k=99999999999",
        "matrix:",
        "matrix:a.npy;topk=0",
        "pca:3",
        ""
      })
  void wordsThatMakeNoSenseAreRefused(String text) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Basis.parse(text)).getMessage();
    assertTrue(message.startsWith("--basis "), message);
  }

  @Test
  void matricesThatDoNotFitAreRefusedByName() throws IOException {
    float[] maps = maps(6);
    double[][] wide = new double[3][UNITS + 1];
    double[][] nan = matrix(2, 1);
    nan[1][3] = Double.NaN;
    double[][] tall = new double[UNITS][3];
    Path cut = file("cut.npy", matrix(2, 1), false, false);
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 90));
    for (Path file :
        List.of(
            file("wide.npy", wide, false, false),
            file("nan.npy", nan, false, false),
            file("tall.npy", tall, false, false),
            cut,
            folder.resolve("missing.npy"),
            folder)) {
      String message =
          assertThrows(
                  NetdissectException.class, () -> run("refused", maps, UNITS, "matrix:" + file))
              .getMessage();
      assertTrue(message.contains(file.toString()), message);
      assertTrue(message.lines().count() == 1, message);
    }
    String twice =
        assertThrows(
                NetdissectException.class,
                () -> run("refused", maps, UNITS, "random:k=3", "random:k=3"))
            .getMessage();
    assertTrue(twice.contains("ask for each once"), twice);
    List<Path> files = new ArrayList<>();
    for (String parent : List.of("here", "there")) {
      Path file = Files.createDirectories(folder.resolve(parent)).resolve("same.npy");
      double[][] matrix = new double[2][UNITS];
      matrix[0][files.size()] = 1;
      matrix[1][2] = 1;
      NpyWriter.write(file, matrix);
      files.add(file);
    }
    String named =
        assertThrows(
                NetdissectException.class,
                () ->
                    run("refused", maps, UNITS, "matrix:" + files.get(0), "matrix:" + files.get(1)))
            .getMessage();
    assertTrue(named.contains("have the same name; rename one"), named);
  }

  @Test
  void aMatrixGoesToTheLayersThatItFits() throws IOException {
    MadeUpData data = new MadeUpData(5, IMAGES, 32, 32, folder);
    List<String> names = data.rows.stream().map(ImageRow::name).toList();
    float[] maps = maps(8);
    Path wide = Npy.write(folder.resolve("wide.npy"), maps, IMAGES, UNITS, SIDE, SIDE);
    float[] some = Arrays.copyOf(maps, IMAGES * 4 * SIDE * SIDE);
    Path narrow = Npy.write(folder.resolve("narrow.npy"), some, IMAGES, 4, SIDE, SIDE);
    List<String> said = new java.util.ArrayList<>();
    Dissector.Builder builder =
        Dissector.builder()
            .setRecorded(
                new RecordedActivations(
                    List.of(
                        new RecordedActivations.Maps("wide", wide, ReceptiveField.UNKNOWN),
                        new RecordedActivations.Maps("narrow", narrow, ReceptiveField.UNKNOWN)),
                    names,
                    new InputSize(32, 32)))
            .setData(data)
            .setOut(folder.resolve("both"))
            .optProgress(
                new org.netdissect.base.Progress() {
                  @Override
                  public Phase phase(String name, long total, String unit) {
                    return Phase.NONE;
                  }

                  @Override
                  public void warn(String message) {
                    said.add(message);
                  }
                })
            .optCache(folder.resolve("cache"));
    Path matrix = file("seven.npy", matrix(7, 2), false, false);
    List<Basis> bases = List.of(Basis.parse("matrix:" + matrix), Basis.parse("random:k=2;seed=1"));
    Dissection result = builder.optBases(bases).build().run();
    assertEquals(
        List.of("wide", "wide@matrix-seven", "wide@random-k2-s1", "narrow", "narrow@random-k2-s1"),
        result.layers().stream().map(layer -> layer.layer().name()).toList());
    assertEquals(
        List.of("--basis matrix:" + matrix + " is of 12 channels: no view of narrow (4)"),
        said.stream().filter(line -> line.startsWith("--basis")).toList());
    Path none = file("none.npy", new double[3][UNITS + 1], false, false);
    String message =
        assertThrows(
                NetdissectException.class,
                () ->
                    builder
                        .setOut(folder.resolve("none"))
                        .optBases(List.of(Basis.parse("matrix:" + none)))
                        .build()
                        .run())
            .getMessage();
    assertTrue(message.contains("directions of 13 channels, but layer wide has 12"), message);
  }

  @Test
  void aViewTellsItsLargestCoefficients() throws IOException {
    double[][] matrix = new double[2][UNITS];
    matrix[0][3] = -4;
    matrix[0][7] = 3;
    for (int j = 0; j < UNITS; j++) {
      matrix[1][j] = j;
    }
    Dissection result =
        run("out", maps(2), UNITS, "matrix:" + file("two.npy", matrix, false, false));
    assertTrue(!result.layers().get(0).hasCoefficients());
    List<List<org.netdissect.results.DirectionTable.Coefficient>> all =
        result.layers().get(1).coefficients();
    assertEquals(
        List.of(
            new org.netdissect.results.DirectionTable.Coefficient(3, -4, 0.64),
            new org.netdissect.results.DirectionTable.Coefficient(7, 3, 0.36)),
        all.get(0));
    assertEquals(
        List.of(11, 10, 9, 8, 7, 6, 5, 4, 3, 2), all.get(1).stream().map(c -> c.unit()).toList());
    Files.writeString(
        result.layers().get(1).folder().resolve("directions.csv"),
        "direction,unit,coefficient,share\n");
    assertThrows(NetdissectException.class, () -> Dissection.open(folder.resolve("out")).verify());
  }

  @Test
  void oneDirectionAndSixteenThousand() throws IOException {
    float[] maps = maps(4);
    double[][] one = {matrix(1, 9)[0]};
    double[][] many = new double[1 << 14][UNITS];
    for (int d = 0; d < many.length; d++) {
      many[d][d % UNITS] = 1;
    }
    Dissection result =
        run(
            "out",
            maps,
            UNITS,
            "matrix:" + file("one.npy", one, false, false),
            "matrix:" + file("many.npy", many, false, false));
    assertEquals(1, result.layers().get(1).units().size());
    assertEquals(1 << 14, result.layers().get(2).units().size());
    for (int d = 0; d < many.length; d += 1_777) {
      assertEquals(
          result.layers().get(0).units().get(d % UNITS).byCategory(),
          result.layers().get(2).units().get(d).byCategory());
    }
  }

  @Test
  void arraysOfOtherThingsThanRealNumbersAreRefused() throws IOException {
    for (String type : List.of("<c8", "|O8", "<i8", "|b1", "<U3", "|V8")) {
      byte[] plain = Files.readAllBytes(file("plain.npy", matrix(2, 1), false, false));
      String text = new String(plain, java.nio.charset.StandardCharsets.ISO_8859_1);
      Path other =
          Files.writeString(
              folder.resolve("other.npy"),
              text.replace("'<f8'", "'" + type + "'"),
              java.nio.charset.StandardCharsets.ISO_8859_1);
      String message =
          assertThrows(
                  NetdissectException.class, () -> run("no", maps(1), UNITS, "matrix:" + other))
              .getMessage();
      assertTrue(message.startsWith(other.toString()), message);
      assertEquals(1, message.lines().count(), message);
    }
    for (float[] shape : new float[][] {{12}, {2, 3, 2}}) {
      int[] sides = new int[shape.length];
      for (int i = 0; i < sides.length; i++) {
        sides[i] = (int) shape[i];
      }
      Path other = Npy.write(folder.resolve("shape.npy"), new float[12], sides);
      String message =
          assertThrows(
                  NetdissectException.class, () -> run("no", maps(1), UNITS, "matrix:" + other))
              .getMessage();
      assertTrue(message.contains("is not directions × channels"), message);
    }
  }

  @Test
  void whatIsNoNumberIsRefusedByItsPlace() throws IOException {
    for (double wrong : new double[] {Double.NaN, Double.NEGATIVE_INFINITY, 1e300}) {
      double[][] rows = matrix(3, 1);
      rows[1][5] = wrong;
      Path file = file("wrong.npy", rows, true, false);
      String message =
          assertThrows(NetdissectException.class, () -> run("no", maps(1), UNITS, "matrix:" + file))
              .getMessage();
      assertTrue(message.contains("direction 1, channel 5 is " + wrong), message);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "random:k=3,4 | k is one number",
        "random:k=3;seed=1,2 | seed is one number",
        "matrix:a.npy;topk=1,2 | topk is one number",
        "matrix:a.npy;relu=no | relu takes no value",
        "matrix:a.npy;bias= | bias needs a file",
        "matrix:a.npy;bias | bias needs a file",
        "rotation:seed=1;seeds=2 | seed and seeds are the same",
        "rotation:alpha=1;alphas=1,0.5 | alpha and alphas are the same",
        "rotation:seeds=1,1 | 1 stands twice",
        "rotation:seeds= | is not a whole number",
        "rotation:alphas=1,1.0 | 1.0 stands twice"
      })
  void whatIsSaidTwiceOrHalfIsRefused(String spec, String words) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Basis.parse(spec)).getMessage();
    assertTrue(message.contains(words), message);
  }

  @Test
  void powersBeyondOneAreAllowedAndSaid() {
    assertEquals(null, Basis.parse("rotation:seed=1;alphas=0,1").remark());
    String remark = Basis.parse("rotation:seed=1;alphas=-0.5,2").remark();
    assertTrue(remark != null && remark.contains("outside 0 to 1"), remark);
  }

  @Test
  void whatAMatrixWasMadeOfComesIntoTheResult() throws IOException {
    float[] cells = new float[IMAGES * UNITS];
    float[] maps = maps(1);
    System.arraycopy(maps, 0, cells, 0, cells.length);
    MadeMaps made = new MadeMaps(cells, UNITS, 1, 1, -1);
    Fitted fitted =
        BasisFit.fit(
            made,
            made,
            new org.netdissect.results.DissectionInfo.NetworkInfo(
                "made.onnx", "0".repeat(64), null, 32, 32, null, null, null),
            "made",
            new FitOptions(FitOptions.Kind.PCA, 3, 1, 0, 1, 1),
            org.netdissect.base.Progress.NONE);
    Path npy = folder.resolve("three.npy");
    fitted.write(npy);
    Dissection result = run("out", maps, UNITS, fitted.spec(npy));
    assertEquals(fitted.info(), result.layers().get(1).layer().basis().fitted());
    assertEquals(fitted.info().matrix(), result.layers().get(1).layer().basis().sha256());
    assertEquals(fitted.info().bias(), result.layers().get(1).layer().basis().biasSha256());
    assertEquals(result.info(), Dissection.open(folder.resolve("out")).info());
    // Other numbers than it tells of are refused, and a file of another kind is nobody's.
    file("three.npy", matrix(3, 4), false, false);
    String message =
        assertThrows(NetdissectException.class, () -> run("no", maps, UNITS, "matrix:" + npy))
            .getMessage();
    assertTrue(message.contains("three.json tells of other numbers than " + npy), message);
    Files.writeString(folder.resolve("three.json"), "{\"a\" : 1}\n");
    Dissection plain = run("plain", maps, UNITS, "matrix:" + npy);
    assertEquals(null, plain.layers().get(1).layer().basis().fitted());
  }
}
