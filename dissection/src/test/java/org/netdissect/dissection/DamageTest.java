package org.netdissect.dissection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Npy;
import org.netdissect.base.RecordedProgress;
import org.netdissect.base.files.FileCheck;
import org.netdissect.base.files.FileKind;
import org.netdissect.base.files.SectionFile;
import org.netdissect.base.files.Trees;
import org.netdissect.base.files.WorkLock;
import org.netdissect.concepts.ImageRow;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.ActivationMaps;
import org.netdissect.results.ConceptCounts;
import org.netdissect.results.Dissection;
import org.netdissect.results.HitTable;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.LayerInfo;

/**
 * Files that are read back, changed in every way: bits flipped, cut, lengthened, overwritten,
 * exchanged, gone. Never a different number: refused by name, or computed again.
 */
class DamageTest {
  private static final int IMAGES = 150;
  private static final int UNITS = 6;
  private static final int SIDE = 5;

  @TempDir Path folder;
  private MadeUpData data;
  private final RecordedProgress progress = new RecordedProgress();

  @BeforeEach
  void makeData() throws IOException {
    data = new MadeUpData(11, IMAGES, 32, 32, folder);
    Random random = new Random(12);
    for (String layer : List.of("one", "two")) {
      float[] maps = new float[IMAGES * UNITS * SIDE * SIDE];
      for (int i = 0; i < maps.length; i++) {
        maps[i] = (float) Math.max(0, random.nextGaussian());
      }
      Npy.write(folder.resolve(layer + ".npy"), maps, IMAGES, UNITS, SIDE, SIDE);
    }
  }

  private Dissection run(Path out, Dissector.Step... steps) throws IOException {
    Dissector.Builder builder = builder(out);
    for (Dissector.Step step : steps) {
      builder.optThen(step);
    }
    return builder.build().run();
  }

  private Dissector.Builder builder(Path out) {
    List<RecordedActivations.Maps> maps = new ArrayList<>();
    for (String layer : List.of("one", "two")) {
      maps.add(
          new RecordedActivations.Maps(
              layer, folder.resolve(layer + ".npy"), ReceptiveField.square(-4, 12, 4)));
    }
    return Dissector.builder()
        .setRecorded(
            new RecordedActivations(
                maps, data.rows.stream().map(ImageRow::name).toList(), new InputSize(32, 32)))
        .setData(data)
        .setOut(out)
        .optWorkers(2)
        .optQuantile(Quantile.of("0.02"))
        .optKeepQuantile(Quantile.of("0.05"))
        .optPeaks(true)
        .optCache(folder.resolve("cache"))
        .optProgress(progress);
  }

  /** Every byte of a folder but for the times of the run. */
  private static Map<String, Integer> contents(Path folder) throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    for (Path file : files(folder)) {
      contents.put(folder.relativize(file).toString(), Arrays.hashCode(Files.readAllBytes(file)));
    }
    contents.remove("run.json");
    return contents;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  /** Changes a file's bytes; always to something else. */
  private static byte[] damaged(byte[] bytes, Random random) {
    byte[] changed = bytes.clone();
    int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
    switch (bytes.length == 0 ? 5 : random.nextInt(7)) {
      case 0, 1 -> changed[at] ^= (byte) (1 << random.nextInt(8));
      case 2 -> changed[at] += (byte) (1 + random.nextInt(255));
      case 3 -> changed = Arrays.copyOf(bytes, at);
      case 4 -> {
        // A length of the worst kind, where a length may stand.
        byte[] length = random.nextBoolean() ? new byte[] {-1, -1, -1, 127} : new byte[] {0, 0, 0};
        System.arraycopy(length, 0, changed, at, Math.min(length.length, bytes.length - at));
      }
      case 5 -> changed = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(40));
      default -> {
        int from = random.nextInt(bytes.length);
        System.arraycopy(bytes, from, changed, at, Math.min(64, bytes.length - Math.max(from, at)));
      }
    }
    return changed;
  }

  /** Reads all that can be read of a result. */
  private static void readAll(Path out) throws IOException {
    Dissection dissection = Dissection.open(out);
    for (LayerDissection layer : dissection.layers()) {
      layer.topImages();
      try (HitTable hits = layer.hits();
          ActivationMaps maps = layer.maps();
          ConceptCounts counts = layer.conceptCounts()) {
        for (int u = 0; u < layer.units().size(); u++) {
          hits.read(u, (image, region, pixels) -> {});
          maps.read(u, (image, cells, index, value) -> {});
          counts.read(u);
        }
      }
    }
    dissection.verify();
  }

  @Test
  void everyChangeOfAResultIsNoticed() throws IOException {
    Path out = folder.resolve("out");
    run(out);
    readAll(out);
    List<Path> files =
        files(out).stream()
            .filter(file -> !file.getFileName().toString().equals("run.json"))
            .toList();
    for (int seed = 0; seed < 2500; seed++) {
      Random random = new Random(seed);
      Path file = files.get(random.nextInt(files.size()));
      byte[] bytes = Files.readAllBytes(file);
      byte[] changed = damaged(bytes, random);
      if (Arrays.equals(bytes, changed)) {
        continue;
      }
      Files.write(file, changed);
      try {
        readAll(out);
        fail("not noticed in " + file + ", seed " + seed);
      } catch (NetdissectException e) {
        assertTrue(e.getMessage().contains(file.toString()), e.getMessage() + ", seed " + seed);
      }
      Files.write(file, bytes);
    }
    readAll(out);
  }

  @Test
  void filesOfOtherLayersAndOldOnesAreNoticed() throws IOException {
    Path out = folder.resolve("out");
    run(out);
    for (String name : List.of("units.csv", "top-images.csv", "hits.bin", "maps.bin")) {
      Path one = out.resolve("one").resolve(name);
      byte[] bytes = Files.readAllBytes(one);
      Files.write(one, Files.readAllBytes(out.resolve("two").resolve(name)));
      NetdissectException e = assertThrows(NetdissectException.class, () -> readAll(out));
      assertTrue(e.getMessage().contains(one.toString()), e.getMessage());
      Files.delete(one);
      e = assertThrows(NetdissectException.class, () -> readAll(out));
      assertTrue(e.getMessage().contains(one.toString()), e.getMessage());
      Files.write(one, bytes);
    }
    readAll(out);
  }

  /** Content that makes no sense behind checksums that are right: no hang, no memory, one line. */
  @Test
  void senselessContentIsRefused() throws IOException {
    LayerInfo layer = new LayerInfo("l", "l", "recorded", 1, SIDE, SIDE, null);
    int refused = 0;
    for (int seed = 0; seed < 700; seed++) {
      Random random = new Random(seed);
      byte[] content = new byte[random.nextInt(60)];
      random.nextBytes(content);
      for (int i = 0; i < content.length; i++) {
        // Small numbers get further than large ones.
        content[i] = random.nextInt(3) == 0 ? (byte) random.nextInt(4) : content[i];
      }
      for (FileKind kind : List.of(HitTable.KIND, ActivationMaps.KIND, ConceptCounts.KIND)) {
        Path file = folder.resolve("file.bin");
        try (SectionFile.Writer writer = new SectionFile.Writer(file, kind)) {
          writer.add(ByteBuffer.wrap(content));
          writer.finish();
        }
        try (HitTable hits = kind.equals(HitTable.KIND) ? HitTable.open(file, 1, IMAGES) : null;
            ActivationMaps maps =
                kind.equals(ActivationMaps.KIND) ? ActivationMaps.open(file, layer, IMAGES) : null;
            ConceptCounts counts =
                kind.equals(ConceptCounts.KIND)
                    ? ConceptCounts.open(file, 1, 3, List.of(), FileCheck.ofSections(file, kind))
                    : null) {
          if (hits != null) {
            hits.read(0, (image, region, pixels) -> {});
          } else if (maps != null) {
            maps.read(0, (image, cells, index, value) -> {});
          } else {
            counts.read(0);
          }
        } catch (NetdissectException e) {
          refused++;
        } catch (RuntimeException | OutOfMemoryError e) {
          throw new AssertionError(kind + ", seed " + seed, e);
        }
      }
    }
    assertTrue(refused > 700, "refused " + refused);
  }

  /** How far an unfinished run had come. */
  enum Left {
    PARTLY_RECORDED,
    RECORDED,
    TALLIED,
    WRITTEN
  }

  private Path unfinished(Left left) throws IOException {
    Path out = folder.resolve("unfinished");
    if (left == Left.PARTLY_RECORDED) {
      System.setProperty("netdissect.checkpointMillis", "0");
      Path file = folder.resolve("two.npy");
      byte[] whole = Files.readAllBytes(file);
      // The last rows of the file are no numbers, so that the run stops in the middle.
      byte[] broken = whole.clone();
      Arrays.fill(broken, whole.length - 400, whole.length, (byte) -1);
      var time = Files.getLastModifiedTime(file);
      Files.write(file, broken);
      Files.setLastModifiedTime(file, time);
      try {
        // One worker: of two, the other may not have recorded anything by then.
        assertThrows(NetdissectException.class, () -> builder(out).optWorkers(1).build().run());
      } finally {
        System.clearProperty("netdissect.checkpointMillis");
      }
      Files.write(file, whole);
      Files.setLastModifiedTime(file, time);
      assertTrue(Files.exists(out.resolve(".work/inputs.json")));
      return out;
    }
    assertThrows(
        IOException.class,
        () ->
            run(
                out,
                (dissection, labels) -> {
                  throw new IOException("stopped");
                }));
    if (left != Left.WRITTEN) {
      Files.delete(out.resolve(Dissection.FILE));
    }
    if (left == Left.RECORDED) {
      for (Path file : files(out)) {
        if (file.getFileName().toString().startsWith("group")) {
          Files.delete(file);
        }
      }
    }
    return out;
  }

  @ParameterizedTest
  @EnumSource(Left.class)
  void damageIsRepairedOrRefusedOnResume(Left left) throws IOException {
    Path whole = folder.resolve("whole");
    run(whole);
    Map<String, Integer> expected = contents(whole);
    Path unfinished = unfinished(left);
    int repaired = 0;
    int refused = 0;
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      Path out = folder.resolve("out-" + seed);
      copy(unfinished, out);
      List<Path> files = files(out);
      Path file = files.get(random.nextInt(files.size()));
      if (random.nextInt(12) == 0) {
        Files.delete(file);
      } else {
        Files.write(file, damaged(Files.readAllBytes(file), random));
      }
      progress.warnings.clear();
      String about = left + ", seed " + seed + ", " + file;
      try {
        run(out);
        assertEquals(expected, contents(out), about);
        repaired += progress.warnings.isEmpty() ? 0 : 1;
      } catch (NetdissectException e) {
        // Only what says whether this is the same run is refused, by name.
        assertTrue(file.endsWith("inputs.json") && e.getMessage().contains("inputs"), about + e);
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError(about, e);
      }
      Trees.delete(out);
    }
    System.out.println(left + ": repaired " + repaired + ", refused " + refused + " of 60");
    assertTrue(repaired > 5, "repaired " + repaired);
  }

  private interface Lie {
    void change(ByteBuffer bytes);
  }

  /** Changes a section of a file, with the checksums that belong to it. */
  private static void forge(Path file, FileKind kind, int sections, int section, Lie lie)
      throws IOException {
    Path forged = file.resolveSibling("forged");
    try (SectionFile in = SectionFile.open(file, kind, sections);
        SectionFile.Writer out = new SectionFile.Writer(forged, kind)) {
      for (int s = 0; s < sections; s++) {
        ByteBuffer from = in.read(s);
        ByteBuffer copy = ByteBuffer.allocate(from.remaining()).order(from.order());
        copy.put(from).flip();
        if (s == section) {
          lie.change(copy);
        }
        out.add(copy);
      }
      out.finish();
    }
    Files.move(forged, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Numbers that do not fit together behind checksums that are right: recorded anew. */
  @Test
  void forgedWorkIsNotGoneOnWith() throws IOException {
    Path whole = folder.resolve("whole");
    run(whole);
    Map<String, Integer> expected = contents(whole);
    Path unfinished = unfinished(Left.RECORDED);
    FileKind kind = new FileKind("NDRECOR", 2);
    List<Lie> lies =
        List.of(
            // Behind the lengths of two spills and two files of peaks, and the size of blocks:
            // which of the three blocks are done.
            bytes -> put(bytes, 34, 0x07, 0x03),
            bytes -> put(bytes, 34, 0x07, 0x0f),
            // And which images were read: the first was not.
            bytes -> put(bytes, 36, 0xff, 0xfe));
    for (int i = 0; i <= lies.size(); i++) {
      Path out = folder.resolve("forged-" + i);
      copy(unfinished, out);
      if (i < lies.size()) {
        forge(out.resolve(".work/record.bin"), kind, 1 + 2 * UNITS, 0, lies.get(i));
      } else {
        nameAnother(out.resolve(".work/layer-1/spill.bin"));
      }
      progress.warnings.clear();
      run(out);
      assertEquals(expected, contents(out), "lie " + i);
      assertFalse(progress.warnings.isEmpty(), "lie " + i + " is said");
    }
  }

  private static void put(ByteBuffer bytes, int at, int before, int after) {
    assertEquals((byte) before, bytes.get(at), "layout");
    bytes.put(at, (byte) after);
  }

  /** Makes the last image of the first segment one of another segment. */
  private static void nameAnother(Path spill) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(spill)).order(ByteOrder.LITTLE_ENDIAN);
    int images = bytes.getInt(4);
    int table = 4 * images + 8 * UNITS;
    bytes.putInt(16 + 4 * (images - 1), IMAGES - 1);
    bytes.putInt(12, SectionFile.crcOf(bytes.array(), 16, table));
    Files.write(spill, bytes.array());
  }

  /** A block that failed halfway must not be in a checkpoint: it would be counted twice. */
  @Test
  void aBlockThatFailedHalfwayIsNotCounted() throws IOException {
    Path whole = folder.resolve("whole");
    run(whole);
    Path out = unfinished(Left.PARTLY_RECORDED);
    run(out);
    assertEquals(contents(whole), contents(out));
  }

  /** Numbers among the inputs are the same after a way through a file. */
  @Test
  void aRunWithALimitGoesOnAndAnotherIsRefusedSayingWhy() throws IOException {
    Path out = folder.resolve("limited");
    assertThrows(
        IOException.class,
        () ->
            builder(out)
                .optLimit(100)
                .optThen(
                    (dissection, labels) -> {
                      throw new IOException("stopped");
                    })
                .build()
                .run());
    NetdissectException e =
        assertThrows(NetdissectException.class, () -> builder(out).optLimit(99).build().run());
    assertTrue(e.getMessage().contains("(data.limit was 100, now 99)"), e.getMessage());
    builder(out).optLimit(100).build().run();
    assertTrue(Files.readString(out.resolve("run.json")).contains("\"resumed\" : true"));
  }

  @Test
  void aRunWithOverwriteGoesOnToo() throws IOException {
    Path out = unfinished(Left.WRITTEN);
    run(out);
    assertTrue(progress.warnings.isEmpty(), progress.warnings.toString());
    NetdissectException e = assertThrows(NetdissectException.class, () -> run(out));
    assertTrue(e.getMessage().contains("--overwrite"), e.getMessage());
  }

  /** A kill while the work of a finished run is being removed leaves a finished run. */
  @Test
  void aFinishedRunStaysFinished() throws IOException {
    Path out = unfinished(Left.WRITTEN);
    Files.delete(out.resolve(".work/inputs.json"));
    Map<String, Integer> before = contents(out);
    NetdissectException e = assertThrows(NetdissectException.class, () -> run(out));
    assertTrue(e.getMessage().contains("already holds a result"), e.getMessage());
    before.keySet().removeIf(name -> name.startsWith(".work"));
    assertEquals(before, contents(out), "nothing but the rest of the work is gone");
  }

  @Test
  void oneRunAtATimeEvenInOneProcess() throws IOException {
    Path out = folder.resolve("out");
    run(
        out,
        (dissection, labels) -> {
          NetdissectException e = assertThrows(NetdissectException.class, () -> run(out));
          assertTrue(e.getMessage().contains("is in use"), e.getMessage());
        });
    assertTrue(progress.warnings.isEmpty(), progress.warnings.toString());
    assertTrue(Files.notExists(out.resolve(".work")));
  }

  @Test
  void fileSystemsWithoutLocksAreWarnedOf() throws IOException {
    Path work = Files.createDirectories(folder.resolve("locks/.work"));
    WorkLock lock =
        WorkLock.take(
            work.getParent(),
            work,
            progress,
            channel -> {
              throw new IOException("No locks available");
            });
    assertTrue(progress.warnings.get(0).contains("knows no locks"), progress.warnings.toString());
    lock.remove();
    NetdissectException e =
        assertThrows(
            NetdissectException.class,
            () -> WorkLock.take(work.getParent(), work, progress, channel -> null));
    assertTrue(e.getMessage().contains("is in use by another run"), e.getMessage());
  }
}
