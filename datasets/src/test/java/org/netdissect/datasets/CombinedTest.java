package org.netdissect.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Progress;
import org.netdissect.base.Shared;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.datasets.broden.BrodenFolder;
import org.netdissect.datasets.reading.ColorNames;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.Pictures;

class CombinedTest {
  private static final DatasetOptions SMALL = DatasetOptions.defaults().withMaskSize(2, 3);
  @TempDir Path temp;

  @Test
  void labelsAreJoinedByName() throws Exception {
    BrodenFolder broden = new BrodenFolder(temp.resolve("a/set"));
    broden.mask("m.png", 2, 2, new char[] {0, 3, 5, 77});
    broden.index.add("x.jpg,train,4,4,2,2,,m.png,,300");
    broden.writeIndex();
    Path own = temp.resolve("b/set");
    Files.createDirectories(own);
    Files.writeString(
        own.resolve("labels.csv"),
        "value,name,category\n1,Car,object\n2,monitor,object\n3,fur,x\n");
    Pictures.photo(own.resolve("images/x.jpg"), 4, 6);
    Pictures.grey(own.resolve("masks/x.png"), 8, new int[][] {{1, 2, 3}});
    Path synonyms = temp.resolve("synonyms.csv");
    Files.writeString(synonyms, "name,synonyms\ndisplay,screen;Monitor\n");
    ConceptDataset data = Datasets.open(List.of(broden.folder, own), SMALL.withSynonyms(synonyms));
    assertEquals("set+set", data.name());
    assertEquals(
        List.of("set/x.jpg", "set-2/x.jpg"), data.images().stream().map(ImageRow::name).toList());
    assertEquals(List.of("scene:beach-s"), FormatsTest.at(data, "set/x.jpg", 0, 0));
    assertEquals(List.of("object:car", "scene:beach-s"), FormatsTest.at(data, "set/x.jpg", 0, 1));
    assertEquals(
        List.of("object:display", "scene:beach-s"), FormatsTest.at(data, "set/x.jpg", 1, 0));
    assertEquals(List.of("object:car"), FormatsTest.at(data, "set-2/x.jpg", 0, 0));
    assertEquals(List.of("object:display"), FormatsTest.at(data, "set-2/x.jpg", 0, 1));
    assertEquals(List.of("x:fur"), FormatsTest.at(data, "set-2/x.jpg", 1, 2));
    assertTrue(Files.exists(data.photograph(data.images().get(1))));
    Concept display =
        data.vocabulary().concepts().stream()
            .filter(c -> c.name().equals("display"))
            .findFirst()
            .orElseThrow();
    assertEquals(List.of("screen", "monitor"), display.synonyms());
    Atlas atlas =
        Atlas.open(data, AtlasOptions.defaults().withCache(temp.resolve("cache")), Progress.NONE);
    // A quarter of one image and a third of the other.
    assertEquals(
        1 / 4.0 + 1 / 3.0, atlas.vocabulary().concept(display.number()).coverage(1), 1e-12);

    Files.writeString(synonyms, "name,synonyms\na,x\nb,X\n");
    FormatsTest.assertBroken(
        "synonyms.csv line 3",
        () -> Datasets.open(List.of(broden.folder, own), SMALL.withSynonyms(synonyms)));
  }

  @Test
  void synonymsOfOneDataSet() throws Exception {
    Path dir = temp.resolve("one");
    Pictures.photo(dir.resolve("sea/1.jpg"), 8, 12);
    Pictures.photo(dir.resolve("ocean/1.jpg"), 8, 12);
    Path synonyms = Files.writeString(temp.resolve("s.csv"), "name,synonyms\nocean-s,sea-s\n");
    ConceptDataset data =
        Datasets.open(dir, DatasetOptions.defaults().withMaskSize(2, 3).withSynonyms(synonyms));
    assertEquals(1, data.vocabulary().concepts().size());
    assertEquals(List.of("scene:ocean-s"), FormatsTest.at(data, "sea/1.jpg", 0, 0));
  }

  @Test
  void colours() throws Exception {
    Path own = temp.resolve("c");
    Pictures.rgb(own.resolve("flag/x.png"), new int[][] {{0xFF0000, 0xFFFFFF, 0x0000FF}});
    ConceptDataset data = Datasets.open(own, SMALL.withColors(null));
    assertEquals(List.of("color:red-c", "scene:flag-s"), FormatsTest.at(data, "flag/x.png", 1, 0));
    assertEquals(
        List.of("color:white-c", "scene:flag-s"), FormatsTest.at(data, "flag/x.png", 1, 1));
    assertEquals(List.of("color:blue-c", "scene:flag-s"), FormatsTest.at(data, "flag/x.png", 0, 2));
    Atlas atlas =
        Atlas.open(data, AtlasOptions.defaults().withCache(temp.resolve("cache")), Progress.NONE);
    assertEquals(3, atlas.image(0).regions());
    Files.write(own.resolve("flag/x.png"), new byte[5]);
    FormatsTest.assertBroken("x.png", () -> FormatsTest.at(data, "flag/x.png", 1, 0));
    BrodenFolder broden = new BrodenFolder(temp.resolve("b"));
    broden.index.add("x.jpg,train,4,4,2,2,,,,300");
    broden.writeIndex();
    FormatsTest.assertBroken(
        "names colours already", () -> Datasets.open(broden.folder, SMALL.withColors(null)));
    assertEquals(
        2, Datasets.open(List.of(broden.folder, own), SMALL.withColors(null)).images().size());
  }

  @Test
  void aTableOfColoursThatIsNoFileIsRefused() {
    FormatsTest.assertBroken("it is not a file", () -> ColorNames.read(temp));
  }

  @Test
  void tablesOfColours() throws Exception {
    Path file = temp.resolve("t.npy");
    byte[] values = new byte[32 * 32 * 32];
    values[(3 << 10) | (2 << 5) | 1] = 9;
    for (boolean fortran : new boolean[] {true, false}) {
      String text =
          "\u0093NUMPY\u0001\u0000F\u0000{'descr': '|u1', 'fortran_order': "
              + (fortran ? "True" : "False")
              + ", 'shape': (32, 32, 32), }";
      text = text + " ".repeat(79 - text.length()) + "\n";
      byte[] header = text.getBytes(StandardCharsets.ISO_8859_1);
      byte[] bytes = Arrays.copyOf(header, header.length + values.length);
      System.arraycopy(values, 0, bytes, header.length, values.length);
      Files.write(file, bytes);
      ColorNames names = ColorNames.read(file);
      assertEquals(9, fortran ? names.name(8, 16, 24) : names.name(24, 16, 8));
      assertEquals(0, fortran ? names.name(24, 16, 8) : names.name(8, 16, 24));
      bytes[bytes.length - 1] = 11;
      Files.write(file, bytes);
      FormatsTest.assertBroken("colour 11", () -> ColorNames.read(file));
      Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
      FormatsTest.assertBroken("32 × 32 × 32", () -> ColorNames.read(file));
    }
    FormatsTest.assertBroken("w2color.npy", () -> ColorNames.read(temp.resolve("none.npy")));
  }

  @Test
  void builtInNamesAgreeWithTheTableAsDocumented() throws Exception {
    ColorNames table = ColorNames.read(Shared.path("oracles/official/w2color.npy"));
    int[][] known = {
      {0, 0, 0, 0}, {255, 255, 255, 9}, {255, 0, 0, 8}, {0, 255, 0, 4}, {0, 0, 255, 1},
      {255, 255, 0, 10}, {255, 165, 0, 5}, {128, 128, 128, 3}, {255, 192, 203, 6}, {128, 0, 128, 7}
    };
    ColorNames builtIn = ColorNames.builtIn();
    for (int[] c : known) {
      assertEquals(c[3], table.name(c[0], c[1], c[2]), Arrays.toString(c));
      assertEquals(c[3], builtIn.name(c[0], c[1], c[2]), Arrays.toString(c));
    }
    int agree = 0;
    for (int box = 0; box < 1 << 15; box++) {
      int r = (box & 31) << 3;
      int g = ((box >> 5) & 31) << 3;
      int b = (box >> 10) << 3;
      agree += table.name(r, g, b) == builtIn.name(r, g, b) ? 1 : 0;
    }
    assertEquals(0.717, agree / 32768.0, 0.005);
    long pixels = 0;
    long same = 0;
    BrodenDataset data = BrodenDataset.open(Shared.path("data/minibroden-224"));
    for (int i = 0; i < data.images().size(); i += 10) {
      byte[] rgb = Photographs.read(data.photograph(data.images().get(i))).rgb();
      for (int p = 0; p < rgb.length; p += 3) {
        int r = rgb[p] & 0xff;
        int g = rgb[p + 1] & 0xff;
        int b = rgb[p + 2] & 0xff;
        same += table.name(r, g, b) == builtIn.name(r, g, b) ? 1 : 0;
        pixels++;
      }
    }
    assertEquals(0.73, (double) same / pixels, 0.005);
  }
}
