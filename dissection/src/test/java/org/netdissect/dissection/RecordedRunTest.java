package org.netdissect.dissection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Npy;
import org.netdissect.base.Progress;
import org.netdissect.base.files.NpyFile;
import org.netdissect.base.files.Trees;
import org.netdissect.concepts.ImageRow;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.activations.RecordedMaps;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.ConceptCounts;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.HitTable;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.UnitScore;

/** What a user of recorded activations meets: the same result every time, and clear refusals. */
class RecordedRunTest {
  private static final int IMAGES = 90;
  private static final int UNITS = 40;
  private static final int SIDE = 7;

  @TempDir Path folder;
  private MadeUpData data;

  @BeforeEach
  void makeData() {
    data = new MadeUpData(5, IMAGES, 32, 32, folder);
  }

  private static float[] maps(long seed) {
    Random random = new Random(seed);
    float[] maps = new float[IMAGES * UNITS * SIDE * SIDE];
    for (int i = 0; i < maps.length; i++) {
      maps[i] = (float) Math.max(0, random.nextGaussian());
    }
    return maps;
  }

  private List<String> names() {
    return data.rows.stream().map(ImageRow::name).toList();
  }

  private Dissection run(
      String out, Path file, MadeUpData labels, List<String> list, Consumer<Dissector.Builder> more)
      throws IOException {
    Dissector.Builder builder = builder(out, file, labels, list);
    more.accept(builder);
    return builder.build().run();
  }

  private Dissector.Builder builder(String out, Path file, MadeUpData labels, List<String> list) {
    return Dissector.builder()
        .setRecorded(
            new RecordedActivations(
                List.of(
                    new RecordedActivations.Maps("maps", file, ReceptiveField.square(-4, 12, 4))),
                list,
                new InputSize(32, 32)))
        .setData(labels)
        .setOut(folder.resolve(out))
        .optCache(folder.resolve("cache"));
  }

  private Path file(float[] maps) throws IOException {
    return Npy.write(folder.resolve("maps.npy"), maps, IMAGES, UNITS, SIDE, SIDE);
  }

  private Map<String, Integer> contents(String out) throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder.resolve(out))) {
      for (Path path : files.filter(Files::isRegularFile).toList()) {
        if (!path.endsWith("run.json")) {
          contents.put(
              folder.resolve(out).relativize(path).toString(),
              Arrays.hashCode(Files.readAllBytes(path)));
        }
      }
    }
    return contents;
  }

  @Test
  void workersBatchAndRowOrderDoNotShow() throws IOException {
    float[] maps = maps(1);
    run("one", file(maps), data, names(), builder -> builder.optWorkers(1).optBatch(1));
    run("many", file(maps), data, names(), builder -> builder.optWorkers(5).optBatch(16));
    assertEquals(contents("one"), contents("many"));

    MadeUpData shuffled = data.shuffled(3);
    run("rows", file(maps), shuffled, names(), builder -> builder.optWorkers(2));
    assertEquals(contents("one"), contents("rows"));

    // The list and its maps in another order: the same photographs, so the same result.
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      order.add(i);
    }
    java.util.Collections.shuffle(order, new Random(8));
    float[] moved = new float[maps.length];
    int per = UNITS * SIDE * SIDE;
    for (int i = 0; i < IMAGES; i++) {
      System.arraycopy(maps, order.get(i) * per, moved, i * per, per);
    }
    run(
        "list",
        file(moved),
        data,
        order.stream().map(i -> names().get(i)).toList(),
        builder -> builder.optWorkers(2));
    assertEquals(contents("one"), contents("list"));
  }

  @Test
  void buildingAgainDoesNotChangeWhatWasBuilt() throws IOException {
    Dissector.Builder builder = builder("one", file(maps(1)), data, names());
    Dissector first = builder.build();
    List<Dissection> done = new ArrayList<>();
    builder
        .setOut(folder.resolve("two"))
        .optIou(0.5)
        .optLimit(3)
        .optThen((dissection, labels) -> done.add(dissection))
        .build();
    assertEquals(folder.resolve("one"), first.run().folder());
    assertFalse(Files.exists(folder.resolve("two")));
    assertEquals(List.of(), done);
    assertEquals(0.04, Dissection.open(folder.resolve("one")).info().rules().iou());
    assertNull(Dissection.open(folder.resolve("one")).info().data().limit());
  }

  private NetdissectException refused(
      Path file, List<String> list, Consumer<Dissector.Builder> more) {
    NetdissectException e =
        assertThrows(
            NetdissectException.class,
            () -> {
              Dissector.Builder builder = builder("out", file, data, list);
              more.accept(builder);
              builder.build().run();
            });
    assertFalse(Files.exists(folder.resolve("out")), "before anything is recorded");
    return e;
  }

  @Test
  void masksThatPaperHasNoRuleForAreRefusedBeforeRecording() throws IOException {
    Path file = file(maps(1));
    NetdissectException e =
        refused(
            file,
            names(),
            builder ->
                builder
                    .optConvention(Convention.PAPER)
                    .setRecorded(
                        new RecordedActivations(
                            List.of(
                                new RecordedActivations.Maps(
                                    "maps", file, ReceptiveField.square(-4, 12, 4))),
                            names(),
                            null))
                    .setData(new MadeUpData(5, IMAGES, 4, 4, folder)));
    assertTrue(e.getMessage().contains("no rule for masks larger than the input"), e.getMessage());
  }

  @Test
  void mapsThatNoOneCouldHoldAreRefused() throws IOException {
    Path file = folder.resolve("maps.npy");
    Npy.write(file, "<f2", new byte[0], IMAGES, 40_000, 600, 100);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      // A hole, which takes no room.
      channel.write(
          ByteBuffer.wrap(new byte[1]), channel.size() - 1 + 2L * IMAGES * 40_000 * 600 * 100);
    }
    NetdissectException e = refused(file, names(), builder -> {});
    assertTrue(e.getMessage().contains("values"), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"dissection.json", "images.csv", "Concepts.csv", "run.json", "report", ".work"})
  void layersCalledAsFilesOfTheResultGetAnotherFolder(String name) throws IOException {
    Path file = file(maps(2));
    run(
        "out",
        file,
        data,
        names(),
        builder ->
            builder.setRecorded(
                new RecordedActivations(
                    List.of(new RecordedActivations.Maps(name, file, ReceptiveField.UNKNOWN)),
                    names(),
                    new InputSize(32, 32))));
    Dissection dissection = Dissection.open(folder.resolve("out"));
    assertEquals(name, dissection.layers().get(0).layer().name());
    assertTrue(
        Files.isDirectory(
            folder.resolve("out").resolve(dissection.layers().get(0).layer().folder())));
    dissection.verify();
  }

  @Test
  void theSameMapsInOtherWaysOfWritingThem() throws IOException {
    float[] maps = maps(1);
    run("plain", file(maps), data, names(), builder -> {});
    Map<String, Integer> plain = contents("plain");
    plain.remove("dissection.json"); // the digest of what was recorded
    int per = UNITS * SIDE * SIDE;
    ByteBuffer big = ByteBuffer.allocate(4 * maps.length);
    ByteBuffer wide = ByteBuffer.allocate(8 * maps.length).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer fortran = ByteBuffer.allocate(4 * maps.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < maps.length; i++) {
      big.putFloat(maps[i]);
      wide.putDouble(maps[i]);
      int x = i % SIDE;
      int y = i / SIDE % SIDE;
      int unit = i / (SIDE * SIDE) % UNITS;
      fortran.putFloat(4 * (i / per + IMAGES * (unit + UNITS * (y + SIDE * x))), maps[i]);
    }
    Map<String, Path> files = new TreeMap<>();
    files.put("big", npy("big", ">f4", big.array()));
    files.put("wide", npy("wide", "<f8", wide.array()));
    Path columns = npy("fortran", "<f4", fortran.array());
    String text = Files.readString(columns, StandardCharsets.ISO_8859_1);
    Files.writeString(
        columns,
        text.replace("'fortran_order': False", "'fortran_order': True "),
        StandardCharsets.ISO_8859_1);
    files.put("fortran", columns);
    byte[] array = Files.readAllBytes(file(maps));
    files.put("stored", npz("stored", true, array, "maps"));
    files.put("packed", npz("packed", false, array, "maps"));
    for (Map.Entry<String, Path> file : files.entrySet()) {
      run(file.getKey(), file.getValue(), data, names(), builder -> {});
      Map<String, Integer> other = contents(file.getKey());
      other.remove("dissection.json");
      assertEquals(plain, other, file.getKey());
    }
    assertRefused("an archive of 2 arrays (a.npy, b.npy)", npz("two", true, array, "a", "b"));
    for (String whole : List.of("stored", "packed")) {
      byte[] cut = Files.readAllBytes(files.get(whole));
      for (int length : new int[] {4, 30, 500, cut.length - 3}) {
        assertRefused(
            "cut.npz", Files.write(folder.resolve("cut.npz"), Arrays.copyOf(cut, length)));
      }
    }
    assertRefused("is no file", folder);
  }

  @Test
  void damagedCompressedArraysAreRefused() throws IOException {
    byte[] packed =
        Files.readAllBytes(npz("packed", false, Files.readAllBytes(file(maps(1))), "maps"));
    int entry = 0;
    while (ByteBuffer.wrap(packed).getInt(entry) != 0x504b0102) {
      entry++;
    }
    // Values, CRC-32, size, a size that no stream inflates to, place.
    Map<Integer, Integer> damages =
        Map.of(entry / 2, 1, entry + 16, 1, entry + 24, 9, entry + 26, 99, entry + 42, 5);
    for (Map.Entry<Integer, Integer> damage : damages.entrySet()) {
      byte[] damaged = packed.clone();
      damaged[damage.getKey()] ^= damage.getValue().byteValue();
      assertRefused(
          "a broken archive of arrays", Files.write(folder.resolve("damaged.npz"), damaged));
    }
  }

  @Test
  void wholeNumbersAreReadWhereTheyAreExact() throws IOException {
    int n = IMAGES * UNITS * SIDE * SIDE;
    float[] maps = new float[n];
    for (int i = 0; i < n; i++) {
      maps[i] = (i * 7919L) % 127;
    }
    run("float", file(maps), data, names(), builder -> {});
    Map<String, Integer> asFloat = contents("float");
    asFloat.remove("dissection.json"); // the digest of what was recorded
    for (String type : List.of("|i1", "|u1", "<i2", ">u2", "<i4", ">i4", "<u4", "<i8", ">u8")) {
      int bytes = type.charAt(2) - '0';
      ByteBuffer values = ByteBuffer.allocate(bytes * n);
      for (float map : maps) {
        for (int b = 0; b < bytes; b++) {
          boolean isLowest = b == (type.startsWith(">") ? bytes - 1 : 0);
          values.put((byte) (isLowest ? map : 0));
        }
      }
      run("whole", npy("whole", type, values.array()), data, names(), builder -> {});
      Map<String, Integer> asWhole = contents("whole");
      asWhole.remove("dissection.json");
      assertEquals(asFloat, asWhole, type);
      Trees.delete(folder.resolve("whole"));
    }
  }

  @Test
  void wholeNumbersThatAreNotExactAreRefused() throws IOException {
    Map<String, Long> values =
        Map.of("<i4", (1L << 24) + 1, "<i8", Long.MAX_VALUE, "<u4", 0xffffffffL, "<u8", -1L);
    for (Map.Entry<String, Long> value : values.entrySet()) {
      int bytes = value.getKey().charAt(2) - '0';
      byte[] all = new byte[bytes * IMAGES * UNITS * SIDE * SIDE];
      for (int b = 0; b < bytes; b++) {
        all[b] = (byte) (value.getValue() >> (8 * b));
      }
      refused("is not exact in float32", npy("large", value.getKey(), all));
      Trees.delete(folder.resolve("out"));
    }
  }

  private static void assertRefused(String words, Path file) {
    IOException e =
        assertThrows(IOException.class, () -> RecordedMaps.open(file, Progress.NONE).close());
    assertTrue(e.getMessage().contains(words), e.getMessage());
  }

  private Path npy(String name, String type, byte[] values) throws IOException {
    return Npy.write(folder.resolve(name + ".npy"), type, values, IMAGES, UNITS, SIDE, SIDE);
  }

  private Path npz(String name, boolean stored, byte[] array, String... names) throws IOException {
    Path file = folder.resolve(name + ".npz");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      for (String of : names) {
        ZipEntry entry = new ZipEntry(of + ".npy");
        if (stored) {
          CRC32 crc = new CRC32();
          crc.update(array);
          entry.setMethod(ZipEntry.STORED);
          entry.setSize(array.length);
          entry.setCrc(crc.getValue());
        }
        out.putNextEntry(entry);
        out.write(array);
        out.closeEntry();
      }
    }
    return file;
  }

  @Test
  void mapsWithUnitsLastAreAskedAbout() throws IOException {
    float[] values = new float[2 * 7 * 7 * 32];
    try (RecordedMaps maps =
        RecordedMaps.open(Npy.write(folder.resolve("a.npy"), values, 2, 7, 7, 32), Progress.NONE)) {
      assertTrue(maps.doubt().contains("numpy.moveaxis(maps, -1, 1)"), maps.doubt());
    }
    try (RecordedMaps maps =
        RecordedMaps.open(Npy.write(folder.resolve("b.npy"), values, 2, 32, 7, 7), Progress.NONE)) {
      assertNull(maps.doubt());
    }
  }

  @Test
  void dataWithoutAnyLabelAreRefused() throws IOException {
    IOException e =
        assertThrows(
            IOException.class,
            () -> run("none", file(maps(1)), data.unlabelled(), names(), builder -> {}));
    assertTrue(e.getMessage().contains("hold no label at all"), e.getMessage());
  }

  @Test
  void float16IsReadExactly() throws IOException {
    Random random = new Random(4);
    ByteBuffer halves =
        ByteBuffer.allocate(2 * IMAGES * UNITS * SIDE * SIDE).order(ByteOrder.LITTLE_ENDIAN);
    float[] floats = new float[IMAGES * UNITS * SIDE * SIDE];
    for (int i = 0; i < floats.length; i++) {
      short half;
      do {
        half = (short) random.nextInt(1 << 16);
        floats[i] = NpyFile.halfToFloat(half);
      } while (!Float.isFinite(floats[i]));
      halves.putShort(half);
    }
    run("wide", file(floats), data, names(), builder -> {});
    Path narrow =
        Npy.write(folder.resolve("half.npy"), "<f2", halves.array(), IMAGES, UNITS, SIDE, SIDE);
    run("narrow", narrow, data, names(), builder -> {});
    Map<String, Integer> wide = contents("wide");
    Map<String, Integer> half = contents("narrow");
    // The digest of the recorded bytes differs; all that is measured does not.
    wide.remove("dissection.json");
    half.remove("dissection.json");
    assertEquals(wide, half);
    assertEquals(1f, NpyFile.halfToFloat((short) 0x3c00));
    assertEquals(65504f, NpyFile.halfToFloat((short) 0x7bff));
    assertEquals(-0x1p-24f, NpyFile.halfToFloat((short) 0x8001));
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void aValueThatIsNoNumberIsNamed(float value) throws IOException {
    float[] maps = maps(2);
    maps[(17 * UNITS + 23) * SIDE * SIDE + 11] = value;
    Path file = file(maps);
    DissectionException failure =
        assertThrows(
            DissectionException.class, () -> run("out", file, data, names(), builder -> {}));
    assertTrue(failure.getMessage().contains("unit 23"), failure.getMessage());
    assertTrue(failure.getMessage().contains("image17.png"), failure.getMessage());
    assertFalse(Files.exists(folder.resolve("out/dissection.json")));
  }

  @Test
  void everyHitOfAUnitIsCountedOnce() throws IOException {
    Dissection dissection = run("out", file(maps(6)), data, names(), builder -> {});
    LayerDissection layer = dissection.layers().get(0);
    try (HitTable hits = layer.hits();
        ConceptCounts counts = layer.conceptCounts()) {
      for (UnitScore unit : layer.units()) {
        long[] pixels = new long[1];
        hits.read(unit.unit(), (image, region, count) -> pixels[0] += count);
        for (long activation : counts.read(unit.unit()).activation()) {
          assertTrue(activation <= pixels[0], "A never exceeds the pixels of the mask");
        }
      }
    }
  }

  @Test
  void malformedFilesAreRefused() throws IOException {
    refused("not a NumPy file", Files.writeString(folder.resolve("a.npy"), "x".repeat(200)));
    refused("not a NumPy file", Files.writeString(folder.resolve("b.npy"), ""));
    byte[] bytes = new byte[4 * IMAGES * UNITS * SIDE * SIDE];
    refused(
        "float32, float16 or float64",
        Npy.write(folder.resolve("c.npy"), "<c8", bytes, IMAGES, UNITS, SIDE, SIDE));
    refused(
        "images × units × height × width",
        Npy.write(folder.resolve("d.npy"), "<f4", bytes, IMAGES, UNITS * SIDE * SIDE));
    refused(
        "where its shape needs",
        Npy.write(folder.resolve("e.npy"), "<f4", bytes, IMAGES, UNITS, SIDE, SIDE + 1));
    refused(
        "where its shape needs",
        Npy.write(folder.resolve("f.npy"), "<f4", bytes, 1 << 30, 1, 1, 1));
    refused(
        "makes no sense",
        Npy.write(folder.resolve("g.npy"), "<f4", bytes, 2147483647, 2147483647, 2147483647, 9));
    Path good = Npy.write(folder.resolve("h.npy"), "<f4", bytes, IMAGES, UNITS, SIDE, SIDE);
    byte[] cut = Files.readAllBytes(good);
    refused(
        "where its shape needs",
        Files.write(folder.resolve("i.npy"), Arrays.copyOf(cut, cut.length - 1)));
    refused("cut", Files.write(folder.resolve("j.npy"), Arrays.copyOf(cut, 20)));
  }

  private void refused(String because, Path file) {
    IOException failure =
        assertThrows(IOException.class, () -> run("out", file, data, names(), builder -> {}));
    assertTrue(failure.getMessage().contains(because), failure.getMessage());
    assertFalse(failure.getMessage().contains("\n"), failure.getMessage());
  }

  @Test
  void listsThatDoNotFitAreRefused() throws IOException {
    Path file = file(maps(1));
    List<String> names = new ArrayList<>(names());
    names.set(3, "elsewhere.png");
    assertTrue(
        assertThrows(IOException.class, () -> run("out", file, data, names, builder -> {}))
            .getMessage()
            .contains("line 4"));
    names.set(3, names.get(2));
    assertTrue(
        assertThrows(IOException.class, () -> run("out", file, data, names, builder -> {}))
            .getMessage()
            .contains("twice"));
    assertTrue(
        assertThrows(
                IOException.class,
                () -> run("out", file, data, names().subList(0, 10), builder -> {}))
            .getMessage()
            .contains("the list names 10"));
  }
}
