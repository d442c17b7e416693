package org.netdissect.concepts.atlas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.base.RecordedProgress;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.datasets.StoppedData;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.datasets.broden.BrodenFolder;

/**
 * Compilations that are cut off go on where they were, whatever was left of them; of Broden
 * folders, and so beside that format.
 */
class AtlasResumeTest {
  private static final String CHECKPOINT = "netdissect.checkpointMillis";

  @TempDir Path temp;

  @BeforeEach
  void noteEveryImage() {
    System.setProperty(CHECKPOINT, "0");
  }

  @AfterEach
  void asUsual() {
    System.clearProperty(CHECKPOINT);
  }

  /** Cuts a compilation off after so many images. */
  private static RecordedProgress cutAfter(long images) {
    AtomicLong left = new AtomicLong(images);
    return new RecordedProgress(
        n -> {
          if (left.addAndGet(-n) == 0) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private AtlasOptions cache(String name) {
    return AtlasOptions.defaults().withCache(temp.resolve(name));
  }

  private byte[] undisturbed(Path folder) throws IOException {
    return Files.readAllBytes(
        Atlas.open(new StoppedData(BrodenDataset.open(folder)), cache("whole"), Progress.NONE)
            .file());
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  /** Compiles so many images and stops. */
  private void cut(Path folder, AtlasOptions options, int images) throws IOException {
    StoppedData data = new StoppedData(BrodenDataset.open(folder));
    assertThrows(IOException.class, () -> Atlas.open(data, options, cutAfter(images)));
    assertTrue(Thread.interrupted());
  }

  @Test
  void nothingIsCompiledTwice() throws Exception {
    Path folder = BrodenFolder.random(temp.resolve("d"), 40, new Random(5)).folder;
    byte[] whole = undisturbed(folder);
    cut(folder, cache("cut"), 10);
    cut(folder, cache("cut"), 25);
    StoppedData data = new StoppedData(BrodenDataset.open(folder));
    RecordedProgress progress = new RecordedProgress();
    Atlas atlas = Atlas.open(data, cache("cut"), progress);
    // The image at which the thread was interrupted may not have been written.
    assertTrue(data.annotated.get() <= 16, "read " + data.annotated);
    assertArrayEquals(whole, Files.readAllBytes(atlas.file()));
    assertEquals(List.of(), progress.warnings);
    assertEquals(List.of(atlas.file()), files(temp.resolve("cut")));
  }

  @Test
  void otherDataAreNotGoneOnWith() throws Exception {
    BrodenFolder broden = BrodenFolder.random(temp.resolve("d"), 20, new Random(6));
    cut(broden.folder, cache("cut"), 10);
    for (Path file : files(temp.resolve("cut"))) {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));
    }
    try (Stream<Path> masks = Files.walk(broden.folder)) {
      for (Path file : masks.filter(f -> f.toString().endsWith(".png")).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
      }
    }
    StoppedData data = new StoppedData(BrodenDataset.open(broden.folder));
    Atlas atlas = Atlas.open(data, cache("cut"), Progress.NONE);
    assertEquals(20, data.annotated.get());
    assertArrayEquals(undisturbed(broden.folder), Files.readAllBytes(atlas.file()));
    assertEquals(List.of(atlas.file()), files(temp.resolve("cut")), "what is of no use is removed");
  }

  @Test
  void aJournalWithoutItsDraftIsRemoved() throws Exception {
    Path folder = BrodenFolder.random(temp.resolve("d"), 5, new Random(7)).folder;
    Path atlas = Atlas.open(BrodenDataset.open(folder), cache("c"), Progress.NONE).file();
    Files.delete(atlas);
    Files.writeString(atlas.resolveSibling(atlas.getFileName() + "-1-2.journal"), "x");
    Atlas.open(BrodenDataset.open(folder), cache("c"), Progress.NONE);
    assertEquals(List.of(atlas), files(temp.resolve("c")));
  }

  @Test
  void aDraftThatOnlyHadToBeMovedIsMoved() throws Exception {
    Path folder = BrodenFolder.random(temp.resolve("d"), 5, new Random(8)).folder;
    Path atlas = Atlas.open(BrodenDataset.open(folder), cache("c"), Progress.NONE).file();
    byte[] whole = Files.readAllBytes(atlas);
    Files.move(atlas, atlas.resolveSibling(atlas.getFileName() + "-1-2.tmp"));
    StoppedData data = new StoppedData(BrodenDataset.open(folder));
    assertEquals(atlas, Atlas.open(data, cache("c"), Progress.NONE).file());
    assertEquals(0, data.annotated.get());
    assertArrayEquals(whole, Files.readAllBytes(atlas));
    assertEquals(List.of(atlas), files(temp.resolve("c")));
  }

  /** Both files, changed in every way; the atlas must come out the same, without a failure. */
  @Test
  void whateverHappensToWhatWasLeft() throws Exception {
    Path folder = BrodenFolder.random(temp.resolve("d"), 12, new Random(9)).folder;
    byte[] whole = undisturbed(folder);
    cut(folder, cache("cut"), 9);
    List<Path> left = files(temp.resolve("cut"));
    assertEquals(2, left.size(), left.toString());
    byte[][] sound = {Files.readAllBytes(left.get(0)), Files.readAllBytes(left.get(1))};
    ConceptDataset broden = BrodenDataset.open(folder);
    int noticed = 0;
    int saved = 0;
    for (int seed = 0; seed < 1000; seed++) {
      Random random = new Random(seed);
      for (int f = 0; f < 2; f++) {
        Files.write(left.get(f), sound[f]);
      }
      int f = random.nextInt(2);
      byte[] changed = sound[f].clone();
      int at = random.nextInt(changed.length);
      switch (random.nextInt(4)) {
        case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> changed = Arrays.copyOf(changed, at);
        case 2 -> Arrays.fill(changed, at, Math.min(changed.length, at + 4), (byte) 0x7f);
        default -> changed = Arrays.copyOf(changed, changed.length + 1 + random.nextInt(99));
      }
      Files.write(left.get(f), changed);
      StoppedData data = new StoppedData(broden);
      RecordedProgress progress = new RecordedProgress();
      Atlas atlas = Atlas.open(data, cache("cut"), progress);
      assertArrayEquals(whole, Files.readAllBytes(atlas.file()), "seed " + seed);
      noticed += progress.warnings.size();
      saved += 12 - data.annotated.get();
      for (Path file : files(temp.resolve("cut"))) {
        Files.delete(file);
      }
    }
    System.out.println("of 1000 damaged drafts: " + noticed + " told, " + saved + " images saved");
    assertTrue(noticed > 100 && saved > 1000, noticed + " " + saved);
  }

  /** In a process of its own: reads an image for each byte it is sent, tells of each compiled. */
  static final class Compile {
    public static void main(String[] arguments) throws IOException {
      StoppedData data =
          new StoppedData(BrodenDataset.open(Path.of(arguments[0]))) {
            @Override
            public AnnotatedImage annotate(ImageRow image) throws DataException {
              try {
                System.in.read();
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
              return super.annotate(image);
            }
          };
      RecordedProgress progress =
          new RecordedProgress(
              n -> {
                for (long i = 0; i < n; i++) {
                  System.out.println("image");
                }
              });
      AtlasOptions options =
          AtlasOptions.defaults().withWorkers(1).withCache(Path.of(arguments[1]));
      Atlas.open(data, options, progress);
      progress.warnings.forEach(System.out::println);
      System.out.println("read " + data.annotated);
    }
  }

  private Process start(Path folder, Path cache) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Xmx64m",
            "-D" + CHECKPOINT + "=0",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Compile.class.getName(),
            folder.toString(),
            cache.toString())
        .redirectErrorStream(true)
        .start();
  }

  @Test
  void killedAtAnyMomentItGoesOn() throws Exception {
    long seed = Long.getLong("netdissect.seed", System.nanoTime());
    System.out.println("AtlasResumeTest: -Dnetdissect.seed=" + seed);
    Random random = new Random(seed);
    int images = 60;
    Path folder = BrodenFolder.random(temp.resolve("d"), images, new Random(10)).folder;
    byte[] whole = undisturbed(folder);
    Path cache = temp.resolve("cut");
    int done = 0;
    for (int kill = 0; kill < 10; kill++) {
      // Up to the last image, whose kill meets the tables behind the region maps.
      int more = kill == 9 ? images - done : random.nextInt(Math.max(1, (images - done) / 3)) + 2;
      Process process = start(folder, cache);
      try (OutputStream in = process.getOutputStream();
          BufferedReader out = process.inputReader()) {
        in.write(new byte[more]);
        in.flush();
        int seen = 0;
        // The last image that was told of may not have been written.
        for (int wanted = Math.min(images, done + more); seen < wanted; ) {
          String line = out.readLine();
          assertEquals("image", line, "seed " + seed);
          seen++;
        }
        process.destroyForcibly().waitFor();
        done = seen - 1;
      }
    }
    assertTrue(done >= images - 2, "seed " + seed);
    Process last = start(folder, cache);
    try (OutputStream in = last.getOutputStream();
        BufferedReader out = last.inputReader()) {
      in.write(new byte[images]);
      in.flush();
      List<String> lines = out.lines().toList();
      String end = lines.get(lines.size() - 1);
      assertTrue(end.matches("read [0-2]"), "seed " + seed + ": " + lines);
    }
    assertEquals(0, last.waitFor());
    List<Path> left = files(cache);
    assertEquals(1, left.size(), left.toString());
    assertArrayEquals(whole, Files.readAllBytes(left.get(0)), "seed " + seed);
  }

  @Test
  void whoComesWhileAnotherCompilesDoesSoForItself() throws Exception {
    Path folder = BrodenFolder.random(temp.resolve("d"), 20, new Random(11)).folder;
    byte[] whole = undisturbed(folder);
    Path cache = temp.resolve("both");
    Process other = start(folder, cache);
    try (OutputStream in = other.getOutputStream();
        BufferedReader out = other.inputReader()) {
      in.write(new byte[10]);
      in.flush();
      for (int i = 0; i < 9; i++) {
        assertEquals("image", out.readLine());
      }
      StoppedData data = new StoppedData(BrodenDataset.open(folder));
      Atlas atlas = Atlas.open(data, cache("both"), Progress.NONE);
      assertEquals(20, data.annotated.get());
      assertArrayEquals(whole, Files.readAllBytes(atlas.file()));
      in.write(new byte[10]);
      in.flush();
      List<String> lines = out.lines().toList();
      assertEquals("read 20", lines.get(lines.size() - 1));
    }
    assertEquals(0, other.waitFor());
    assertEquals(1, files(cache).size());
    assertArrayEquals(whole, Files.readAllBytes(files(cache).get(0)));
  }
}
