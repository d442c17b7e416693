package org.netdissect.dissection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.netdissect.base.Npy;
import org.netdissect.base.files.Trees;
import org.netdissect.concepts.ImageRow;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.activations.basis.Basis;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.DissectionException;

/**
 * A measurement whose parts are done by other processes gives the same result folder, byte for
 * byte: whatever the number of parts and their order, where tasks are done twice at once, fail and
 * are done again, and where the run that asks for them is cut off.
 */
class PartedMeasurementTest {
  private static final int IMAGES = 90;
  private static final int UNITS = 11;
  private static final int SIDE = 5;

  @TempDir Path folder;
  private MadeUpData data;
  private int disks;

  @BeforeEach
  void makeData() throws IOException {
    System.setProperty(PartedLabels.LEAST, "1");
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

  @AfterEach
  void asUsual() {
    System.clearProperty(PartedLabels.LEAST);
  }

  private Dissector.Builder builder(Path out, Convention convention) {
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
        .optConvention(convention)
        .optWorkers(2)
        .optPeaks(convention != Convention.LITE)
        .optQuantile(Quantile.of("0.02"))
        .optKeepQuantile(Quantile.of("0.1"))
        .optBases(List.of(Basis.parse("rotation:seeds=1;alphas=0.5")))
        .optCache(folder.resolve("cache"));
  }

  /** Two processes that fail, are too slow for whoever waits, and do things in any order. */
  private static final class Unsteady implements PartEngine {
    private final List<PartWorker> workers;
    private final int parts;
    private final Random random;

    /** Tasks until the one that asks dies; a large number for never. */
    private int left;

    Unsteady(List<PartWorker> workers, int parts, long seed, int left) {
      this.workers = workers;
      this.parts = parts;
      this.left = left;
      random = new Random(seed);
    }

    @Override
    public int parts() {
      return parts;
    }

    @Override
    public <R extends Serializable> void run(
        String stage, List<? extends PartTask<R>> tasks, Listener<? super R> listener)
        throws IOException {
      List<Integer> order = new ArrayList<>(IntStream.range(0, tasks.size()).boxed().toList());
      Collections.shuffle(order, random);
      ExecutorService threads = Executors.newFixedThreadPool(3);
      try {
        for (int i : order) {
          if (--left < 0) {
            throw new IllegalStateException("killed");
          }
          List<Callable<R>> attempts = new ArrayList<>();
          for (int a = 0; a <= random.nextInt(3); a++) {
            PartWorker worker = workers.get(random.nextInt(workers.size()));
            PartTask<R> sent = copy(tasks.get(i));
            attempts.add(() -> copy(sent.run(worker, n -> {})));
          }
          // Whichever is first counts; what the others leave is what it left.
          List<Future<R>> ended = threads.invokeAll(attempts);
          R found = null;
          for (Future<R> attempt : ended) {
            found = attempt.get();
          }
          listener.done(i, found);
        }
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IOException failure) {
          throw failure;
        }
        throw new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      } finally {
        threads.shutdownNow();
      }
    }

    @SuppressWarnings({"unchecked", "BanSerializableRead"})
    private static <T> T copy(T value) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(value);
      }
      try (ObjectInputStream in =
          new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
        return (T) in.readObject();
      } catch (ClassNotFoundException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {}
  }

  private List<PartWorker> workers(Convention convention) throws IOException {
    return List.of(
        worker(builder(folder.resolve("elsewhere"), convention)),
        worker(builder(folder.resolve("elsewhere"), convention).optWorkers(1)));
  }

  /** A process with a disk of its own. */
  private PartWorker worker(Dissector.Builder builder) throws IOException {
    return builder.build().worker(folder.resolve("disk-" + disks++), "there");
  }

  private static void assertSameFolders(Path one, Path other, String what) throws IOException {
    List<Path> files = files(one);
    assertEquals(files, files(other), what);
    for (Path file : files) {
      if (!file.endsWith("run.json")) {
        assertArrayEquals(
            Files.readAllBytes(one.resolve(file)),
            Files.readAllBytes(other.resolve(file)),
            what + ": " + file);
      }
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).map(folder::relativize).sorted().toList();
    }
  }

  @ParameterizedTest
  @EnumSource(Convention.class)
  void anyNumberOfPartsGivesTheSameFolder(Convention convention) throws IOException {
    Path whole = folder.resolve("whole");
    builder(whole, convention).build().run();
    List<PartWorker> workers = workers(convention);
    Path atlas = folder.resolve("cache").resolve(folder.resolve("cache").toFile().list()[0]);
    byte[] labels = Files.readAllBytes(atlas);
    for (int parts : new int[] {1, 2, 7, 64, 500}) {
      Path out = folder.resolve("parts" + parts);
      // Compiled anew, in parts as well.
      Files.delete(atlas);
      builder(out, convention)
          .optEngine(new Unsteady(workers, parts, parts, Integer.MAX_VALUE))
          .build()
          .run();
      assertSameFolders(whole, out, convention + ", " + parts + " parts");
      assertArrayEquals(labels, Files.readAllBytes(atlas), parts + " parts");
    }
    for (PartWorker worker : workers) {
      worker.close();
    }
  }

  @Test
  void aRunThatWasCutOffGoesOnWithWhatItsPartsLeft() throws IOException {
    Path whole = folder.resolve("whole");
    builder(whole, Convention.EXACT).build().run();
    List<PartWorker> workers = workers(Convention.EXACT);
    int cuts = 0;
    for (int left = 0; cuts == left; left++) {
      Path out = folder.resolve("cut");
      try {
        builder(out, Convention.EXACT)
            .optEngine(new Unsteady(workers, 3, left, left))
            .build()
            .run();
      } catch (IllegalStateException e) {
        cuts++;
        if (left % 2 == 1) {
          damage(out, left);
        }
        builder(out, Convention.EXACT)
            .optEngine(new Unsteady(workers, 3, left, Integer.MAX_VALUE))
            .build()
            .run();
      }
      assertSameFolders(whole, out, "cut after " + left);
      Trees.delete(out);
    }
    assertTrue(cuts > 8, "cut off " + cuts + " times");
  }

  /** Changes a byte of a file that parts left. */
  private static void damage(Path out, int number) throws IOException {
    try (Stream<Path> all = Files.walk(out)) {
      List<Path> files =
          all.filter(path -> path.toString().matches(".*\\.(bin|gz)")).sorted().toList();
      if (!files.isEmpty()) {
        Path file = files.get(number % files.size());
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
      }
    }
  }

  @Test
  void aProcessThatSeesOtherInputsIsRefused() throws IOException {
    try (PartWorker other = worker(builder(folder.resolve("x"), Convention.LITE))) {
      Dissector.Builder run =
          builder(folder.resolve("out"), Convention.EXACT)
              .optEngine(new Unsteady(List.of(other), 2, 1, Integer.MAX_VALUE));
      String message =
          assertThrows(DissectionException.class, () -> run.build().run()).getMessage();
      assertTrue(message.contains("sees other inputs"), message);
      assertFalse(Files.exists(folder.resolve("out/dissection.json")));
    }
  }

  @Test
  void aDiskWithoutRoomForItsShareIsToldWithItsMachine() throws IOException {
    Path full = Files.createDirectories(folder.resolve("full"));
    Dissector.Builder builder = builder(folder.resolve("out"), Convention.EXACT);
    DissectionPlan plan = builder.build().plan();
    try (PartWorker small =
        new PartWorker(plan, new LocalParts.Disk(full, "machine-7", path -> 1_000))) {
      builder.optEngine(new Unsteady(List.of(small), 4, 1, Integer.MAX_VALUE));
      String message =
          assertThrows(DissectionException.class, () -> builder.build().run()).getMessage();
      assertTrue(message.startsWith("not enough disk on machine-7: "), message);
      assertTrue(message.contains("1.0 kB is free"), message);
    }
    assertEquals(0, Trees.bytes(full));
  }

  @Test
  void nothingOfThePlaceOfThePartsIsInTheResult() throws IOException {
    List<PartWorker> workers = workers(Convention.EXACT);
    Path out = folder.resolve("out");
    builder(out, Convention.EXACT)
        .optEngine(new Unsteady(workers, 4, 1, Integer.MAX_VALUE))
        .build()
        .run();
    byte[] place = folder.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    for (Path file : files(out)) {
      String text =
          new String(
              Files.readAllBytes(out.resolve(file)), java.nio.charset.StandardCharsets.ISO_8859_1);
      assertEquals(
          file.endsWith("run.json"),
          text.contains(new String(place, java.nio.charset.StandardCharsets.ISO_8859_1)),
          file + " " + Arrays.toString(place));
    }
  }
}
