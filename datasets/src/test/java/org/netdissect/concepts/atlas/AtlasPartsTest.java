package org.netdissect.concepts.atlas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.base.RecordedProgress;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.datasets.StoppedData;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.datasets.broden.BrodenFolder;

/** An atlas that is compiled in parts is that of one compilation, byte for byte. */
class AtlasPartsTest {
  private static final int IMAGES = 130;

  @TempDir Path temp;
  private Path folder;
  private byte[] whole;
  private List<String> warnings;

  @BeforeEach
  void compileInOne() throws IOException {
    BrodenFolder broden = BrodenFolder.random(temp.resolve("d"), IMAGES, new Random(5));
    folder = broden.folder;
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> masks = files.filter(f -> f.toString().endsWith(".png")).sorted().toList();
      Files.writeString(masks.get(masks.size() / 3), "no picture");
      Files.delete(masks.get(masks.size() / 2));
    }
    RecordedProgress progress = new RecordedProgress();
    whole = Files.readAllBytes(open(cache("whole"), null, progress).file());
    warnings = progress.warnings;
    assertTrue(warnings.size() > 1, "images are left out: " + warnings);
  }

  private AtlasOptions cache(String name) {
    return AtlasOptions.defaults().withCache(temp.resolve(name));
  }

  private StoppedData data() throws IOException {
    return new StoppedData(BrodenDataset.open(folder));
  }

  private Atlas open(AtlasOptions options, AtlasEngine engine, Progress progress)
      throws IOException {
    return Atlas.open(data(), options, engine, progress);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  /** Compiles ranges in any order, some of them twice, and only so many. */
  private final class Unsteady implements AtlasEngine {
    private final int parts;
    private final Random random;
    private int left;

    Unsteady(int parts, int left) {
      this.parts = parts;
      this.left = left;
      random = new Random(parts);
    }

    @Override
    public int parts(int images) {
      return parts;
    }

    @Override
    public void compile(List<AtlasRange> ranges, LongConsumer told) throws IOException {
      List<AtlasRange> order = new ArrayList<>(ranges);
      Collections.shuffle(order, random);
      for (AtlasRange range : order) {
        if (--left < 0) {
          throw new IOException("killed");
        }
        ConceptDataset there = data();
        assertEquals(range.inputs(), AtlasRange.inputs(there));
        for (int attempt = 0; attempt <= random.nextInt(2); attempt++) {
          assertTrue(range.compile(there, told));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 64, 1000})
  void anyNumberOfPartsGivesTheSameFile(int parts) throws IOException {
    RecordedProgress progress = new RecordedProgress();
    StoppedData here = data();
    Atlas atlas =
        Atlas.open(here, cache("parts"), new Unsteady(parts, Integer.MAX_VALUE), progress);
    assertArrayEquals(whole, Files.readAllBytes(atlas.file()));
    assertEquals(warnings, progress.warnings);
    assertEquals(0, here.annotated.get(), "compiled here");
    assertEquals(List.of(atlas.file()), files(temp.resolve("parts")));
  }

  @Test
  void whatPartsLeftIsNotCompiledAgain() throws IOException {
    for (int left = 0; left < 7; left++) {
      AtlasOptions options = cache("cut" + left);
      Unsteady cut = new Unsteady(7, left);
      assertThrows(IOException.class, () -> open(options, cut, Progress.NONE));
      Unsteady rest = new Unsteady(7, 7 - left);
      Atlas atlas = open(options, rest, Progress.NONE);
      assertArrayEquals(whole, Files.readAllBytes(atlas.file()), "cut after " + left);
      assertEquals(List.of(atlas.file()), files(temp.resolve("cut" + left)));
    }
  }

  @Test
  void aDamagedPartIsCompiledHere() throws IOException {
    AtlasEngine engine =
        new AtlasEngine() {
          @Override
          public int parts(int images) {
            return 5;
          }

          @Override
          public void compile(List<AtlasRange> ranges, LongConsumer told) throws IOException {
            for (AtlasRange range : ranges) {
              range.compile(data(), told);
            }
            byte[] bytes = Files.readAllBytes(ranges.get(2).file());
            bytes[bytes.length / 2] ^= 1;
            Files.write(ranges.get(2).file(), bytes);
            Files.write(ranges.get(4).file(), new byte[] {1, 2, 3});
          }
        };
    RecordedProgress progress = new RecordedProgress();
    Atlas atlas = open(cache("damaged"), engine, progress);
    assertArrayEquals(whole, Files.readAllBytes(atlas.file()));
    assertEquals(warnings.size() + 2, progress.warnings.size(), progress.warnings.toString());
    assertEquals(List.of(atlas.file()), files(temp.resolve("damaged")));
  }

  @Test
  void whatNobodyReachesIsCompiledHere() throws IOException {
    AtlasEngine engine =
        new AtlasEngine() {
          @Override
          public int parts(int images) {
            return 3;
          }

          @Override
          public void compile(List<AtlasRange> ranges, LongConsumer told) throws IOException {
            for (AtlasRange range : ranges) {
              AtlasRange unreached =
                  new AtlasRange(
                      range.inputs(), temp.resolve("no").toString(), range.from(), range.to());
              assertFalse(unreached.compile(data(), told));
            }
          }
        };
    RecordedProgress progress = new RecordedProgress();
    Atlas atlas = open(cache("unreached"), engine, progress);
    assertArrayEquals(whole, Files.readAllBytes(atlas.file()));
    assertTrue(progress.warnings.get(0).contains("--cache"), progress.warnings.toString());
  }

  @Test
  void strictStopsAtTheSameImageAndLeavesNothing() {
    AtlasOptions strict = cache("strict").withStrict(true);
    String alone =
        assertThrows(DataException.class, () -> open(strict, null, Progress.NONE)).getMessage();
    Unsteady engine = new Unsteady(7, Integer.MAX_VALUE);
    String message =
        assertThrows(DataException.class, () -> open(strict, engine, Progress.NONE)).getMessage();
    assertEquals(alone, message);
    assertEquals(0, temp.resolve("strict").toFile().list().length);
  }

  @Test
  void anAtlasThatIsThereIsNotCompiledAgain() throws IOException {
    Atlas atlas = open(cache("whole"), new Unsteady(7, 0), Progress.NONE);
    assertArrayEquals(whole, Files.readAllBytes(atlas.file()));
  }
}
