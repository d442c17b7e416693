package org.netdissect.concepts.atlas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.base.RecordedProgress;
import org.netdissect.base.Shared;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.datasets.broden.BrodenFolder;

/** Atlases of Broden folders: they lie here because formats are of a floor above the atlas. */
class AtlasTest {
  @TempDir Path temp;
  private final RecordedProgress progress = new RecordedProgress();

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @BeforeEach
  void cacheStaysHere() {
    System.setProperty("netdissect.cache", temp.resolve("user-cache").toString());
  }

  private Atlas open(Path folder, AtlasOptions options) throws IOException {
    return Atlas.open(BrodenDataset.open(folder), options, progress);
  }

  private Atlas open(Path folder) throws IOException {
    return open(folder, AtlasOptions.defaults());
  }

  private static void assertSays(Atlas atlas, ConceptDataset data, String message)
      throws IOException {
    assertEquals(data.images().size(), atlas.size(), message);
    int regions = 0;
    for (int i = 0; i < atlas.size(); i++) {
      ImageRow row = data.images().get(i);
      AtlasImage image = atlas.image(i);
      assertEquals(row.name(), image.name(), message);
      assertEquals(row.split(), image.split(), message);
      assertEquals(row.photoWidth(), image.photoWidth(), message);
      assertEquals(row.maskHeight(), image.maskHeight(), message);
      assertEquals(i, atlas.indexOf(row.name()), message);
      AnnotatedImage annotated = data.annotate(row);
      assertEquals(annotated.dataCategories(), image.dataCategories(), message);
      char[] map = new char[row.maskHeight() * row.maskWidth()];
      atlas.readRegionMap(i, map);
      assertEquals(regions, atlas.firstRegion(i), message);
      int[] pixels = new int[image.regions()];
      for (int p = 0; p < map.length; p++) {
        int region = atlas.firstRegion(i) + map[p];
        pixels[map[p]]++;
        List<Integer> labels = new ArrayList<>();
        for (int k = atlas.labelStart(region); k < atlas.labelStart(region + 1); k++) {
          labels.add(atlas.label(k));
        }
        assertEquals(RegionsTest.labelsOf(annotated, p), labels, message);
      }
      for (int r = 0; r < pixels.length; r++) {
        assertEquals(pixels[r], atlas.regionPixels(atlas.firstRegion(i) + r), message);
      }
      regions += image.regions();
    }
    assertEquals(regions, atlas.firstRegion(atlas.size()), message);
    assertEquals(-1, atlas.indexOf("no such image"), message);
    assertEquals(
        List.copyOf(data.vocabulary().concepts()),
        List.copyOf(atlas.vocabulary().concepts()),
        message);
  }

  @Test
  void saysWhatTheMasksSay() throws Exception {
    for (int round = 0; round < 5; round++) {
      BrodenFolder broden = BrodenFolder.random(temp.resolve("d" + round), 30, random);
      BrodenDataset data = BrodenDataset.open(broden.folder);
      assertSays(open(broden.folder), data, "compiled, seed " + seed);
      progress.phases.clear();
      assertSays(open(broden.folder), data, "opened again, seed " + seed);
      assertEquals(List.of(), progress.phases);
    }
  }

  @Test
  void manyRegionsNeedTwoBytes() throws Exception {
    BrodenFolder broden = new BrodenFolder(temp.resolve("d"));
    for (int n : new int[] {255, 256, 257, 1000}) {
      char[] labels = new char[35 * 35];
      for (int p = 0; p < labels.length; p++) {
        labels[p] = (char) (p % n);
      }
      broden.mask("m" + n + ".png", 35, 35, labels);
      broden.index.add("i" + n + ".jpg,train,70,70,35,35,m" + n + ".png,,,");
    }
    broden.writeIndex();
    BrodenDataset data = BrodenDataset.open(broden.folder);
    Atlas atlas = open(broden.folder);
    assertEquals(1000, atlas.image(3).regions());
    assertSays(atlas, data, "");
  }

  @Test
  void mapsInChunks() throws Exception {
    BrodenFolder broden = BrodenFolder.random(temp.resolve("d"), 20, random);
    Atlas whole = open(broden.folder);
    for (long chunk : new long[] {1, 100, 333, 1 << 20}) {
      AtlasReader reader = AtlasReader.open(whole.file(), null, chunk).atlas();
      for (int i = 0; i < whole.size(); i++) {
        char[] expected = new char[64];
        whole.readRegionMap(i, expected);
        AtlasImage image = whole.image(i);
        for (int p = 0; p < image.maskHeight() * image.maskWidth(); p++) {
          assertEquals(
              expected[p],
              reader.chunks[reader.chunkOf[i]].get(reader.offsetInChunk[i] + p),
              "seed " + seed);
        }
      }
    }
  }

  @Test
  void fingerprintIsOfContentsOnly() throws Exception {
    BrodenFolder broden = BrodenFolder.random(temp.resolve("one"), 20, new Random(seed));
    String fingerprint = open(broden.folder).fingerprint();
    assertEquals(64, fingerprint.length());
    for (int workers = 1; workers < 4; workers++) {
      AtlasOptions options = AtlasOptions.defaults().withWorkers(workers).withRebuild(true);
      assertEquals(fingerprint, open(broden.folder, options).fingerprint());
    }
    broden.shuffle(random);
    Atlas shuffled = open(broden.folder);
    assertEquals(fingerprint, shuffled.fingerprint(), "seed " + seed);
    assertSays(shuffled, BrodenDataset.open(broden.folder), "shuffled, seed " + seed);

    // The same contents elsewhere, with other line ends and columns in another order.
    BrodenFolder other = BrodenFolder.random(temp.resolve("two"), 20, new Random(seed));
    Path index = other.folder.resolve("index.csv");
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(index)) {
      List<String> cells = new ArrayList<>(Arrays.asList(line.split(",", -1)));
      cells.add(cells.remove(0));
      lines.add(String.join(",", cells));
    }
    Files.writeString(index, '\ufeff' + String.join("\n", lines));
    assertEquals(fingerprint, open(other.folder).fingerprint());

    // One pixel, one coverage, one split.
    other.mask("x.png", 5, 5, new char[25]);
    other.index.add("new.jpg,train,10,10,5,5,x.png,,,");
    other.writeIndex();
    String before = open(other.folder).fingerprint();
    char[] labels = new char[25];
    labels[7] = 1;
    other.mask("x.png", 5, 5, labels);
    Files.setLastModifiedTime(
        other.folder.resolve("images/x.png"), FileTime.fromMillis(1_000_000_000_000L));
    String pixel = open(other.folder).fingerprint();
    assertNotEquals(before, pixel);
    other.write(
        "c_scene.csv",
        "code,number,name,frequency,coverage",
        "1,7,straße-s,1,2.75",
        "2,300,beach-s,1,1");
    String coverage = open(other.folder).fingerprint();
    assertNotEquals(pixel, coverage);
    other.index.set(0, other.index.get(0).replace(",val,", ",test,"));
    other.writeIndex();
    assertNotEquals(coverage, open(other.folder).fingerprint());
  }

  @Test
  void everyFlippedByteIsNoticed() throws Exception {
    BrodenFolder broden = BrodenFolder.random(temp.resolve("d"), 4, random);
    Atlas atlas = open(broden.folder);
    byte[] sound = Files.readAllBytes(atlas.file());
    Path copy = temp.resolve("copy.atlas");
    for (int at = 0; at < sound.length; at += at < 250 ? 1 : 1 + random.nextInt(30)) {
      byte[] flipped = sound.clone();
      flipped[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(copy, flipped);
      AtlasReader.Outcome outcome = AtlasReader.open(copy, null);
      assertNull(outcome.atlas(), "byte " + at + " seed " + seed);
      assertTrue(outcome.damaged());
    }
    for (int length = 0; length < sound.length; length += 1 + random.nextInt(90)) {
      Files.write(copy, Arrays.copyOf(sound, length));
      assertNull(AtlasReader.open(copy, null).atlas(), "length " + length);
    }
    Files.write(copy, Arrays.copyOf(sound, sound.length + 8));
    assertNull(AtlasReader.open(copy, null).atlas());

    // And the atlas is compiled again.
    sound[sound.length / 2] ^= 1;
    Files.write(atlas.file(), sound);
    Atlas again = open(broden.folder);
    assertEquals(1, progress.warnings.size());
    assertTrue(progress.warnings.get(0).contains("compiling it again"), progress.warnings.get(0));
    assertSays(again, BrodenDataset.open(broden.folder), "seed " + seed);
  }

  @Test
  void brokenMasksAreLeftOutAndReported() throws Exception {
    BrodenFolder broden = BrodenFolder.random(temp.resolve("d"), 5, random);
    broden.mask("good.png", 5, 5, new char[25]);
    broden.index.add("good.jpg,train,10,10,5,5,good.png,,,");
    broden.index.add("missing.jpg,train,10,10,5,5,missing.png,,,");
    byte[] png = Files.readAllBytes(broden.folder.resolve("images/good.png"));
    Files.write(broden.folder.resolve("images/short.png"), Arrays.copyOf(png, png.length - 20));
    broden.index.add("short.jpg,train,10,10,5,5,,short.png,,7");
    broden.writeIndex();
    Atlas atlas = open(broden.folder);
    assertNull(atlas.image(5).problem());
    assertTrue(atlas.image(6).problem().contains("missing.png"), atlas.image(6).problem());
    assertTrue(atlas.image(7).problem().contains("short.png"), atlas.image(7).problem());
    assertEquals(0, atlas.image(7).regions());
    assertEquals(0, atlas.image(7).dataCategories());
    assertEquals(atlas.firstRegion(6), atlas.firstRegion(8));
    assertEquals(2, progress.warnings.size());
    assertThrows(IllegalStateException.class, () -> atlas.readRegionMap(7, new char[25]));
    open(broden.folder);
    assertEquals(4, progress.warnings.size(), "reported again when opened");
    AtlasOptions strict = AtlasOptions.defaults().withStrict(true);
    DataException e = assertThrows(DataException.class, () -> open(broden.folder, strict));
    assertTrue(e.getMessage().contains("missing.png"));
    assertThrows(DataException.class, () -> open(broden.folder, strict.withRebuild(true)));

    // Mended, it is compiled again.
    Files.write(broden.folder.resolve("images/missing.png"), png);
    Files.write(broden.folder.resolve("images/short.png"), png);
    Atlas mended = open(broden.folder, strict);
    assertNull(mended.image(6).problem());
    assertSays(mended, BrodenDataset.open(broden.folder), "seed " + seed);
  }

  @Test
  void maskOfAnotherSizeIsAnError() throws Exception {
    BrodenFolder broden = BrodenFolder.random(temp.resolve("d"), 5, random);
    broden.mask("odd.png", 6, 5, new char[30]);
    broden.index.add("odd.jpg,train,10,10,5,5,odd.png,,,");
    broden.writeIndex();
    DataException e = assertThrows(DataException.class, () -> open(broden.folder));
    assertTrue(e.getMessage().contains("odd.png"), e.getMessage());
    assertTrue(e.getMessage().contains("6 × 5") && e.getMessage().contains("5 × 5"));
    assertFalse(Files.exists(temp.resolve("user-cache")));
    try (Stream<Path> files = Files.list(broden.folder.resolve(".netdissect"))) {
      assertEquals(0, files.count(), "nothing half-written stays");
    }
  }

  @Test
  void placeOfTheFile() throws Exception {
    BrodenFolder broden = BrodenFolder.random(temp.resolve("d"), 3, random);
    Path cache = temp.resolve("elsewhere");
    assertTrue(
        open(broden.folder, AtlasOptions.defaults().withCache(cache)).file().startsWith(cache));
    assertFalse(Files.exists(broden.folder.resolve(".netdissect")));

    assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
    Files.setPosixFilePermissions(broden.folder, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assertTrue(open(broden.folder).file().startsWith(temp.resolve("user-cache")));
      progress.phases.clear();
      open(broden.folder);
      assertEquals(List.of(), progress.phases, "found again");
    } finally {
      Files.setPosixFilePermissions(broden.folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Path inData = open(broden.folder, AtlasOptions.defaults().withRebuild(true)).file();
    assertTrue(inData.startsWith(broden.folder));
    Files.setPosixFilePermissions(broden.folder, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assertEquals(inData, open(broden.folder).file(), "read where it cannot be written");
    } finally {
      Files.setPosixFilePermissions(broden.folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @Test
  void severalMayCompileAtOnce() throws Exception {
    BrodenFolder broden = BrodenFolder.random(temp.resolve("d"), 20, random);
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Callable<String>> tasks = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        tasks.add(
            () ->
                Atlas.open(
                        BrodenDataset.open(broden.folder),
                        AtlasOptions.defaults().withRebuild(true),
                        Progress.NONE)
                    .fingerprint());
      }
      String first = null;
      for (Future<String> result : pool.invokeAll(tasks)) {
        first = first == null ? result.get() : first;
        assertEquals(first, result.get());
      }
    } finally {
      pool.shutdown();
    }
    assertSays(open(broden.folder), BrodenDataset.open(broden.folder), "seed " + seed);
  }

  @Test
  void readsTheEdgeOracle() throws Exception {
    Path folder = Shared.path("oracles/edge/data");
    AtlasOptions options = AtlasOptions.defaults().withCache(temp.resolve("cache"));
    Atlas atlas = open(folder, options);
    assertSays(atlas, BrodenDataset.open(folder), "");
    assertNotNull(atlas.vocabulary().concept(13));
    assertEquals("", atlas.vocabulary().concept(10).name());
    assertEquals(300, atlas.vocabulary().maxNumber());
  }

  @Test
  void readsRealPhotographs() throws Exception {
    Path folder = Shared.path("data/minibroden-224");
    AtlasOptions options = AtlasOptions.defaults().withCache(temp.resolve("cache"));
    Atlas atlas = open(folder, options);
    assertEquals(1281, atlas.size());
    assertEquals(List.of(), progress.warnings);
    // Coverage within a category is what its table says, which was measured at full size.
    Vocabulary vocabulary = atlas.vocabulary();
    double[][] coverage = new double[vocabulary.maxNumber() + 1][vocabulary.categories().size()];
    for (int i = 0; i < atlas.size(); i++) {
      AtlasImage image = atlas.image(i);
      double all = image.maskHeight() * image.maskWidth();
      for (int r = atlas.firstRegion(i); r < atlas.firstRegion(i + 1); r++) {
        for (int k = atlas.labelStart(r); k < atlas.labelStart(r + 1); k++) {
          coverage[atlas.label(k) >> 8][atlas.label(k) & 0xff] += atlas.regionPixels(r) / all;
        }
      }
    }
    for (Concept concept : vocabulary.concepts()) {
      for (Category category : vocabulary.categories()) {
        assertEquals(
            concept.coverage(category.index()),
            coverage[concept.number()][category.index()],
            0.3 + 0.02 * concept.coverage(category.index()),
            concept.name() + " as " + category.name());
      }
    }
    assertArrayEquals(new double[vocabulary.categories().size()], coverage[0]);
  }
}
