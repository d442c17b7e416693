package org.netdissect.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Progress;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasImage;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.datasets.broden.BrodenConverter;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.datasets.broden.BrodenFolder;
import org.netdissect.datasets.check.DatasetInfo;
import org.netdissect.datasets.check.DatasetVerifier;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.Splits;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.Pictures;
import org.netdissect.pictures.UnreadableImageException;

class ToolsTest {
  @TempDir Path temp;
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  private Atlas atlas(ConceptDataset data) throws IOException {
    return Atlas.open(
        data, AtlasOptions.defaults().withCache(temp.resolve("cache")), Progress.NONE);
  }

  private List<String> verify(Path folder, boolean expectSound) throws IOException {
    return verify(folder, DatasetOptions.defaults(), expectSound);
  }

  private List<String> verify(Path folder, DatasetOptions options, boolean expectSound)
      throws IOException {
    List<String> texts = new ArrayList<>();
    boolean[] serious = new boolean[1];
    boolean sound =
        DatasetVerifier.verify(
            folder,
            options,
            2,
            finding -> {
              texts.add((finding.serious() ? "error: " : "note: ") + finding.text());
              serious[0] |= finding.serious();
              assertFalse(finding.text().contains("\n"), finding.text());
            },
            Progress.NONE);
    assertEquals(expectSound, sound, texts.toString());
    assertEquals(sound, !serious[0]);
    return texts;
  }

  private static void assertHas(List<String> texts, String kind, String... words) {
    assertTrue(
        texts.stream()
            .anyMatch(t -> t.startsWith(kind + ": ") && Arrays.stream(words).allMatch(t::contains)),
        kind + " " + Arrays.toString(words) + " in " + texts);
  }

  private static int[][] filled(int value) {
    int[][] values = new int[2][2];
    for (int[] row : values) {
      Arrays.fill(row, value);
    }
    return values;
  }

  @Test
  void masksInBlackAndWhiteNeedTheirValue() throws Exception {
    Path folder = temp.resolve("d");
    Pictures.photo(folder.resolve("images/a.jpg"), 2, 2);
    Pictures.grey(folder.resolve("masks/a.png"), 8, new int[][] {{255, 0}, {255, 0}});
    Path labels = folder.resolve("labels.csv");
    Files.writeString(labels, "value,name\n1,polyp\n");
    assertHas(verify(folder, true), "note", "masks in black and white need 255");
    Files.writeString(labels, "value,name\n255,polyp\n");
    assertEquals(List.of(), verify(folder, true));
  }

  @Test
  void infoCounts() throws Exception {
    BrodenFolder broden = new BrodenFolder(temp.resolve("d"));
    broden.mask("a.png", 2, 2, new char[] {3, 3, 4, 0});
    broden.mask("b.png", 2, 2, new char[] {0, 0, 4, 5});
    broden.index.add("a.jpg,train,4,4,2,2,,a.png,b.png,7");
    broden.index.add("b.jpg,val,4,4,2,2,,b.png,,0");
    broden.index.add("c.jpg,val,4,4,1,1,,c.png,,7");
    broden.writeIndex();
    DatasetInfo info = DatasetInfo.of(atlas(BrodenDataset.open(broden.folder)), Set.of());
    assertEquals(3, info.images());
    assertEquals(1, info.unreadable());
    assertEquals(Map.of("train", 1, "val", 2), info.splits());
    assertEquals(Map.of("2×2", 2, "1×1", 1), info.maskSizes());
    assertEquals(3 + 3, info.regions());
    DatasetInfo.OfCategory object = info.categories().get(1);
    assertEquals("object", object.name());
    assertEquals(3, object.concepts());
    assertEquals(2, object.images());
    assertEquals(
        List.of(
            new DatasetInfo.OfConcept(4, "dog", 2, 0.5),
            new DatasetInfo.OfConcept(3, "car", 1, 0.5),
            new DatasetInfo.OfConcept(5, "screen", 1, 0.25)),
        object.labels());
    assertEquals(0, info.categories().get(0).images());
    assertEquals(2, info.categories().get(0).concepts());
    assertEquals(1, info.categories().get(3).images());
  }

  @Test
  void verifyFindsEverythingInBroden() throws Exception {
    BrodenFolder broden = new BrodenFolder(temp.resolve("d"));
    Path images = broden.folder.resolve("images");
    for (String name : List.of("a", "b", "c", "d", "e", "f")) {
      Pictures.photo(images.resolve(name + ".png"), 4, 4 + name.charAt(0) % 5);
    }
    Pictures.photo(images.resolve("same.png"), 4, 4 + 'a' % 5);
    broden.mask("good.png", 2, 2, new char[] {3, 3, 4, 5});
    broden.mask("unknown.png", 2, 2, new char[] {3, 99, 4, 5});
    broden.mask("strange.png", 2, 2, new char[] {3, 1, 4, 5});
    broden.mask("large.png", 3, 2, new char[6]);
    byte[] png = Files.readAllBytes(images.resolve("good.png"));
    Files.write(images.resolve("cut.png"), Arrays.copyOf(png, png.length - 9));
    Pictures.grey(images.resolve("grey.png"), 8, filled(3));
    broden.index.add("a.png,train,4,6,2,2,,good.png,unknown.png,9999");
    broden.index.add("b.png,train,4,x,2,2,,good.png,,");
    broden.index.add("c.png,train,4,8,2,2,strange.png,cut.png;large.png;none.png,grey.png,");
    broden.index.add("d.png,train,4,4,2,2,,../x.png,,");
    broden.index.add("e.png,train,4,4,2,2,,,,7");
    broden.index.add("a.png,train,4,6,2,2,,good.png,,");
    broden.index.add("missing.png,train,4,6,2,2,,good.png,,");
    broden.index.add("same.png,train,4,6,2,2,,good.png,,");
    broden.writeIndex();
    List<String> found = verify(broden.folder, false);
    assertHas(found, "error", "index.csv line 3", "\"iw\"", "\"x\"");
    assertHas(found, "error", "index.csv line 5", "leaves the data folder");
    assertHas(found, "error", "index.csv line 7", "stands twice", "line 2");
    assertHas(found, "error", "label number 99 is in no table");
    assertHas(found, "error", "label number 9999 is in no table");
    assertHas(found, "error", "label 3 (car) is not in c_color.csv");
    assertHas(found, "error", "index.csv line 4", "column \"object\"", "cut.png", "truncated");
    assertHas(found, "error", "index.csv line 4", "large.png", "3 × 2", "2 × 2");
    assertHas(found, "error", "index.csv line 4", "missing file", "none.png");
    assertHas(found, "error", "index.csv line 4", "column \"part\"", "grey.png");
    assertHas(found, "error", "e.png is 4 × 5 pixels, the data set says 4 × 4");
    assertHas(found, "error", "missing file", "missing.png");
    assertHas(found, "note", "same.png is the same photograph", "a.png");
    assertHas(found, "note", "label 2 (blue-c) is never used");
    assertHas(found, "note", "label 5 (screen) is used in several categories");

    // Tables that contradict each other; and a table that cannot be read further.
    broden.index.clear();
    broden.index.add("a.png,train,4,6,2,2,,good.png,,");
    broden.writeIndex();
    verify(broden.folder, true);
    broden.write(
        "c_scene.csv", "code,number,name,frequency,coverage", "1,7,road-s,1,2.5", "x,y,z,,");
    broden.write(
        "category.csv",
        "name,first,last,count,frequency",
        "color,1,2,2,1",
        "object,3,9,3,1",
        "part,5,6,2,1",
        "scene,7,300,2,1");
    found = verify(broden.folder, false);
    assertHas(found, "error", "c_scene.csv line 3, column \"number\"");
    assertHas(found, "error", "c_scene.csv line 2, column \"name\"", "road-s", "straße-s");
    assertHas(found, "error", "label.csv line 9", "300", "is not in c_scene.csv");
    assertHas(found, "error", "category.csv line 3, column \"last\"", "contradicts");
    assertHas(found, "error", "category.csv line 5, column \"last\"");
    Files.delete(broden.folder.resolve("c_part.csv"));
    assertHas(verify(broden.folder, false), "error", "missing file", "c_part.csv");
    Files.delete(broden.folder.resolve("label.csv"));
    assertHas(verify(broden.folder, false), "error", "label.csv is missing");
  }

  @Test
  void verifyFindsEverythingInOtherFormats() throws Exception {
    Path dir = temp.resolve("m");
    Files.createDirectories(dir);
    Files.writeString(dir.resolve("labels.csv"), "value,name\n1,car\n2,bus\n");
    Pictures.photo(dir.resolve("images/a.jpg"), 4, 4);
    Pictures.photo(dir.resolve("images/b.jpg"), 4, 4);
    Pictures.photo(dir.resolve("images/c.jpg"), 4, 4);
    Pictures.photo(dir.resolve("images/bare.jpg"), 4, 4);
    Pictures.grey(dir.resolve("masks/a.png"), 8, filled(1));
    Pictures.grey(dir.resolve("masks/b.png"), 8, filled(9));
    Pictures.grey(dir.resolve("masks/c.png"), 8, new int[8][2]);
    Pictures.grey(dir.resolve("masks/orphan.png"), 8, filled(9));
    List<String> found = verify(dir, false);
    assertHas(found, "error", "no photograph for the mask", "orphan.png");
    assertHas(found, "note", "1 photograph has no mask");
    assertHas(found, "error", "b.png holds the value 9");
    assertHas(found, "error", "c.png is 8 × 2 pixels", "not the same shape");
    assertHas(found, "note", "b.jpg is the same photograph");
    assertHas(found, "note", "label 2 (bus) is never used");

    Path coco = temp.resolve("coco");
    Pictures.photo(coco.resolve("a.jpg"), 4, 4);
    Files.writeString(
        coco.resolve("x.json"),
        "{\"images\":[{\"id\":1,\"file_name\":\"a.jpg\",\"height\":4,\"width\":5},"
            + "{\"id\":2,\"file_name\":\"none.jpg\",\"height\":4,\"width\":5}],"
            + "\"categories\":[{\"id\":1,\"name\":\"cat\"}],\"annotations\":["
            + "{\"id\":11,\"image_id\":1,\"category_id\":1,\"segmentation\":[[1,2,3]]},"
            + "{\"id\":12,\"image_id\":1,\"category_id\":7,\"segmentation\":[]},"
            + "{\"id\":13,\"image_id\":1,\"category_id\":1,\"segmentation\":"
            + "{\"size\":[4,5],\"counts\":[99]}},"
            + "{\"id\":14,\"image_id\":5,\"category_id\":1,\"segmentation\":[]}]}");
    found = verify(coco, false);
    assertHas(found, "error", "1 annotations name an image that is not there");
    assertHas(found, "error", "annotation 11", "odd");
    assertHas(found, "error", "annotation 12", "category 7");
    assertHas(found, "error", "annotation 13", "longer or shorter");
    assertHas(found, "error", "a.jpg is 4 × 4 pixels, the data set says 4 × 5");
    assertHas(found, "error", "missing file", "none.jpg");

    assertHas(verify(temp.resolve("nothing"), false), "error", "nothing");
  }

  @Test
  void verifyGoesOnInBrokenTables() throws Exception {
    Path dir = temp.resolve("m");
    Files.createDirectories(dir);
    Files.writeString(
        dir.resolve("labels.csv"), "value,name\n1,car\nx,bus\n1,van\n70000,tram\n2,bus\n");
    Pictures.photo(dir.resolve("images/a.jpg"), 4, 4);
    Pictures.photo(dir.resolve("images/a.png"), 4, 4);
    Pictures.grey(dir.resolve("masks/a.png"), 8, new int[][] {{1, 9}, {7, 9}});
    List<String> found = verify(dir, false);
    assertHas(found, "error", "labels.csv line 3", "\"x\"");
    assertHas(found, "error", "labels.csv line 4", "line 2");
    assertHas(found, "error", "labels.csv line 5", "70000");
    assertHas(found, "error", "a.png differ only in their endings");
    assertHas(found, "error", "holds the value 9 at row 0, column 1", "nor does it list 7");

    Path coco = temp.resolve("coco");
    Pictures.photo(coco.resolve("a.jpg"), 4, 4);
    Pictures.photo(coco.resolve("b.jpg"), 4, 4);
    Files.writeString(
        coco.resolve("x.json"),
        """
        {"images":[{"id":1,"file_name":"a.jpg","height":4,"width":4},
        {"id":2.5,"file_name":{"x":[1]},"height":4,"width":4},
        {"id":3,"file_name":"../b.jpg","height":4,"width":4},
        {"id":1,"file_name":"b.jpg","height":4,"width":4},
        {"id":99999999999999999999,"file_name":"c.jpg","height":4,"width":4}],
        "categories":[{"id":1,"name":"cat"},
        {"id":1,"name":"dog"},
        {"name":"cow"}],
        "annotations":[{"id":11,"category_id":1,"segmentation":[[1,2,3]]},
        {"id":12,"image_id":1,"category_id":7,"segmentation":[[1,2,3,4,5,6]]}]}
        """);
    Files.writeString(
        coco.resolve("y.json"), "{\"images\":[{\"id\":1,\"file_name\":\"a.jpg\",\"height\":4,");
    found = verify(coco, false);
    assertHas(found, "error", "x.json line 2", "\"id\" is not a whole number");
    assertHas(found, "error", "image id 1 stands twice");
    assertHas(found, "error", "x.json line 5", "not a whole number");
    assertHas(found, "error", "x.json line 7", "category 1 is \"cat\" and \"dog\"");
    assertHas(found, "error", "x.json line 8", "a category without id or name");
    assertHas(found, "error", "x.json line 9", "an annotation without image_id");
    assertHas(found, "error", "annotation 12", "category 7");
    assertHas(found, "error", "y.json line 1");
  }

  @Test
  void verifyTellsOfJpegOddities() throws Exception {
    Path dir = temp.resolve("j");
    Path file = Pictures.photo(dir.resolve("a/x.jpg"), 4, 4);
    byte[] jpeg = Files.readAllBytes(file);
    byte[] exif = {
      (byte) 0xff,
      (byte) 0xe1,
      0,
      34,
      'E',
      'x',
      'i',
      'f',
      0,
      0,
      'M',
      'M',
      0,
      42,
      0,
      0,
      0,
      8,
      0,
      1,
      1,
      0x12,
      0,
      3,
      0,
      0,
      0,
      1,
      0,
      6,
      0,
      0,
      0,
      0,
      0,
      0
    };
    byte[] turned = new byte[jpeg.length + exif.length];
    System.arraycopy(jpeg, 0, turned, 0, 2);
    System.arraycopy(exif, 0, turned, 2, exif.length);
    System.arraycopy(jpeg, 2, turned, 2 + exif.length, jpeg.length - 2);
    Files.write(file, turned);
    Files.copy(Pictures.photo(temp.resolve("p.png"), 5, 5), dir.resolve("a/y.jpg"));
    Files.write(dir.resolve("a/z.AVIF"), new byte[3]);
    List<String> found = verify(dir, DatasetOptions.defaults().withFormat("folders"), true);
    assertHas(found, "note", "1 picture of a kind that is not read (AVIF)");
    assertHas(found, "note", "x.jpg", "Exif asks to turn or flip it (6)");
    assertHas(found, "note", "y.jpg is a PNG in truth");
    for (int cut = 0; cut < turned.length; cut++) {
      remarks(Arrays.copyOf(turned, cut));
    }
    for (int round = 0; round < 1000; round++) {
      byte[] flipped = turned.clone();
      flipped[random.nextInt(60)] ^= (byte) (1 << random.nextInt(8));
      remarks(flipped);
    }
  }

  /** Whatever the bytes are, nothing but remarks or a verdict comes of it. */
  private static void remarks(byte[] file) {
    try {
      assertNotNull(Photographs.remarks(file, Path.of("x.jpg"), 0, 0));
    } catch (UnreadableImageException e) {
      assertTrue(e.getMessage().startsWith("x.jpg: "), e.getMessage());
    }
  }

  /** Images, and pixels by "image category label", whatever the numbers. */
  private static Map<String, Integer> counts(Atlas atlas) {
    Map<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < atlas.size(); i++) {
      AtlasImage image = atlas.image(i);
      String name = PhotoFiles.stem(image.name());
      name = name.substring(name.lastIndexOf('/') + 1);
      counts.put(name + " has " + image.dataCategories(), 1);
      for (int r = atlas.firstRegion(i); r < atlas.firstRegion(i + 1); r++) {
        for (int k = atlas.labelStart(r); k < atlas.labelStart(r + 1); k++) {
          int label = atlas.label(k);
          counts.merge(
              name
                  + " "
                  + atlas.vocabulary().categories().get(label & 0xff).name()
                  + " "
                  + atlas.vocabulary().concept(label >> 8).name(),
              atlas.regionPixels(r),
              Integer::sum);
        }
      }
    }
    return counts;
  }

  @Test
  void convertedDataSayTheSame() throws Exception {
    Path dir = temp.resolve("m y");
    Files.createDirectories(dir);
    Files.writeString(
        dir.resolve("labels.csv"),
        "value,name,category\n1,car,object\n2,wheel,part\n3,bus,object\n");
    for (int i = 0; i < 12; i++) {
      int h = 5 + random.nextInt(40);
      int w = 5 + random.nextInt(40);
      Pictures.photo(dir.resolve("images/i" + i + (i % 2 == 0 ? ".jpg" : ".png")), h, w);
      int[][] mask = new int[h][w];
      for (int[] row : mask) {
        for (int x = 0; x < w && i > 0; x++) {
          row[x] = random.nextInt(4);
        }
      }
      Pictures.grey(dir.resolve("masks/i" + i + ".png"), 8, mask);
    }
    Pictures.photo(dir.resolve("images/broken.jpg"), 9, 9);
    Pictures.grey(dir.resolve("masks/broken.png"), 8, filled(1));
    Files.write(dir.resolve("images/broken.jpg"), new byte[100]);
    DatasetOptions options = DatasetOptions.defaults().withMaskSize(16, 16).withColors(null);
    ConceptDataset data = Datasets.open(dir, options);
    Path out = temp.resolve("out");
    BrodenConverter.Result result =
        BrodenConverter.convert(data, out, 32, 1, 2, false, Progress.NONE);
    assertEquals(new BrodenConverter.Result(12, 1), result);
    BrodenDataset converted = BrodenDataset.open(out);
    Map<String, Integer> before = counts(atlas(data));
    before.remove("broken has 0");
    assertEquals(before, counts(atlas(converted)), "seed " + seed);
    for (ImageRow row : converted.images()) {
      assertEquals(32, row.photoHeight());
      assertEquals(16, row.maskWidth());
      assertEquals(32, Photographs.read(converted.photograph(row)).width());
      assertTrue(row.name().startsWith("m y/i"), row.name());
    }
    List<String> found = verify(out, true);
    assertFalse(found.stream().anyMatch(t -> t.startsWith("error")), found.toString());

    // Broden to Broden; and strict.
    Path again = temp.resolve("again");
    BrodenConverter.convert(converted, again, 32, 1, 1, true, Progress.NONE);
    assertEquals(before, counts(atlas(BrodenDataset.open(again))));
    assertEquals(
        converted.images().stream().map(ImageRow::name).toList(),
        BrodenDataset.open(again).images().stream().map(ImageRow::name).toList());
    assertThrows(
        IOException.class,
        () -> BrodenConverter.convert(data, out, 32, 1, 2, false, Progress.NONE));
    assertThrows(
        UnreadableImageException.class,
        () -> BrodenConverter.convert(data, temp.resolve("strict"), 32, 1, 2, true, Progress.NONE));
    assertFalse(Files.exists(temp.resolve("strict/index.csv")));
  }

  @Test
  void splitsOfTheDataStayAndOthersFollowFromTheName() throws Exception {
    Path dir = temp.resolve("s");
    Path plain = temp.resolve("p");
    for (int i = 0; i < 8; i++) {
      Pictures.photo(dir.resolve("train/a/t" + i + ".jpg"), 5, 5);
      Pictures.photo(dir.resolve("val/a/v" + i + ".jpg"), 5, 5);
      Pictures.photo(plain.resolve("a/x" + i + ".jpg"), 5, 5);
    }
    DatasetOptions options = DatasetOptions.defaults().withMaskSize(4, 4);
    Path out = temp.resolve("both");
    ConceptDataset data = Datasets.open(List.of(dir, plain), options);
    BrodenConverter.convert(data, out, 8, 1, 1, true, Progress.NONE);
    List<ImageRow> rows = BrodenDataset.open(out).images();
    assertEquals(24, rows.size());
    for (ImageRow row : rows) {
      String split =
          row.name().contains("/train/")
              ? "train"
              : row.name().contains("/val/") ? "val" : Splits.ofName(row.name());
      assertEquals(split, row.split(), row.name());
    }
  }

  @Test
  void namesThatCannotBeWrittenAreChanged() throws Exception {
    Path dir = temp.resolve("n");
    Pictures.photo(dir.resolve("a;b/x <b>.jpg"), 5, 5);
    Pictures.photo(dir.resolve("a;b/x.png"), 5, 5);
    Pictures.photo(dir.resolve("a;b/x.jpg"), 5, 5);
    ConceptDataset data =
        Datasets.open(dir, DatasetOptions.defaults().withFormat("folders").withMaskSize(4, 4));
    Path out = temp.resolve("out");
    BrodenConverter.convert(data, out, 8, 1, 1, true, Progress.NONE);
    assertEquals(
        List.of("n/a_b/x _b_.jpg", "n/a_b/x-2.jpg", "n/a_b/x.jpg"),
        BrodenDataset.open(out).images().stream().map(ImageRow::name).sorted().toList());

    Path alike = temp.resolve("alike");
    String endless = "y".repeat(200);
    for (String name : List.of("a/b.jpg", "a/B.jpg", "A/b.jpg", "a/é.jpg", "a/e\u0301.jpg")) {
      Pictures.photo(alike.resolve(name), 5, 5);
    }
    Pictures.photo(alike.resolve("a/x .jpg"), 5, 5);
    Pictures.photo(alike.resolve("a/" + endless + "1.jpg"), 5, 5);
    Pictures.photo(alike.resolve("a/" + endless + "2.jpg"), 5, 5);
    Path written = temp.resolve("written");
    BrodenConverter.convert(
        Datasets.open(alike, DatasetOptions.defaults().withMaskSize(4, 4)),
        written,
        8,
        1,
        1,
        true,
        Progress.NONE);
    List<ImageRow> rows = BrodenDataset.open(written).images();
    assertEquals(8, rows.size());
    assertEquals(
        8,
        rows.stream().map(row -> row.name().toLowerCase(java.util.Locale.ROOT)).distinct().count());
    for (ImageRow row : rows) {
      assertTrue(row.name().length() < 200 && !row.name().contains(" ."), row.name());
      assertTrue(Files.exists(written.resolve("images").resolve(row.name())), row.name());
    }
  }
}
