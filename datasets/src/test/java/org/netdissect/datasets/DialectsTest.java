package org.netdissect.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.netdissect.datasets.FormatsTest.assertBroken;
import static org.netdissect.datasets.FormatsTest.at;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.pictures.Pictures;
import org.netdissect.pictures.UnreadableImageException;

/** Data sets as labelling tools export them. All photographs have 8 × 12 pixels, as masks have. */
class DialectsTest {
  private static final DatasetOptions FULL = DatasetOptions.defaults().withMaskSize(8, 12);

  /** A rectangle of a quarter of the photograph: columns 3 … 8, rows 2 … 5. */
  private static final String CORNERS = "3,2;9,2;9,6;3,6";

  @TempDir Path temp;
  private Path dir;

  @BeforeEach
  void folder() {
    dir = temp.resolve("Мой набор"); // neither ASCII nor without a space
  }

  private Path photo(String name) throws IOException {
    return Pictures.photo(dir.resolve(name), 8, 12);
  }

  private void write(String name, String... lines) throws IOException {
    Path file = dir.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, String.join("\n", lines) + "\n");
  }

  private String format() throws IOException {
    return Datasets.recognise(dir, null).format();
  }

  private ConceptDataset open() throws IOException {
    return Datasets.open(dir, FULL);
  }

  /** How much of an image a label covers. */
  private static double share(ConceptDataset data, String image, String label) throws IOException {
    ImageRow row =
        data.images().stream().filter(r -> r.name().equals(image)).findFirst().orElseThrow();
    AnnotatedImage annotated = data.annotate(row);
    long pixels = 0;
    for (AnnotatedImage.LabelMap map : annotated.maps()) {
      for (char number : map.labels()) {
        pixels += data.vocabulary().concept(number).name().equals(label) ? 1 : 0;
      }
    }
    return (double) pixels / (annotated.maskHeight() * annotated.maskWidth());
  }

  private static void assertLeftOut(ConceptDataset data, String image, String words) {
    UnreadableImageException e =
        assertThrows(UnreadableImageException.class, () -> share(data, image, ""));
    assertTrue(e.getMessage().contains(words), e.getMessage());
  }

  private static void assertRemark(ConceptDataset data, String words) {
    assertTrue(
        data.remarks().stream().anyMatch(remark -> remark.contains(words)),
        () -> words + " in " + data.remarks());
  }

  @Test
  void yoloOfUltralytics() throws Exception {
    String quarter = "0 0.25 0.25 0.75 0.25 0.75 0.75 0.25 0.75";
    write("data.yaml", "path: .", "train: images/train", "names:", "  0: mug", "  1: spoon");
    photo("images/train/a.jpg");
    write("labels/train/a.txt", quarter, "1 0.5 0.5 1 1");
    photo("images/val/b.JPG");
    write("labels/val/b.txt", "1 0 0 1 0 1 1 0 1");
    photo("images/val/empty.png");
    write("labels/val/empty.txt", "");
    photo("images/val/unlabelled.png");
    photo("images/val/broken.png");
    write("labels/val/broken.txt", "7 0 0 1 0 1 1");
    photo("images/val/pixels.png");
    write("labels/val/pixels.txt", "1 0 0 64 0 64 48");
    assertEquals("yolo", format());
    ConceptDataset data = open();
    assertEquals(5, data.images().size());
    assertEquals("train", data.images().get(0).split());
    assertEquals(0.25, share(data, "images/train/a.jpg", "mug"));
    assertEquals(0, share(data, "images/train/a.jpg", "spoon"));
    assertEquals(1, share(data, "images/val/b.JPG", "spoon"));
    assertEquals(0, share(data, "images/val/empty.png", "spoon"));
    assertLeftOut(data, "images/val/broken.png", "class \"7\" is not in data.yaml");
    assertLeftOut(data, "images/val/pixels.png", "line 1: 64.0 is no share");
    assertRemark(data, "1 of 3 annotations have a box but no shape");
    assertRemark(data, "1 photograph has no labels");
    ConceptDataset boxes = Datasets.open(dir, FULL.withBoxes());
    assertEquals(1, share(boxes, "images/train/a.jpg", "spoon"));
    assertRemark(boxes, "drawn as rectangles");
  }

  @Test
  void yoloOfRoboflowLabelStudioAndDarknet() throws Exception {
    write("data.yaml", "names: ['mug', \"spoon\"]", "nc: 2", "roboflow:", "  license: x");
    for (String split : List.of("train", "valid", "test")) {
      photo(split + "/images/" + split + "_jpg.rf.0a.jpg");
      write(split + "/labels/" + split + "_jpg.rf.0a.txt", "1 0 0 1 0 1 0.5 0 0.5");
    }
    assertEquals("yolo", format());
    assertEquals(3, open().images().size());
    assertEquals(0.5, share(open(), "valid/images/valid_jpg.rf.0a.jpg", "spoon"));

    dir = temp.resolve("studio");
    photo("images/a.jpg");
    write("labels/a.txt", "0 0 0 1 0 1 0.5 0 0.5");
    assertBroken("YOLO labels (txt), but no data.yaml", this::open);
    write("classes.txt", "mug");
    assertEquals(0.5, share(open(), "images/a.jpg", "mug"));

    dir = temp.resolve("darknet");
    photo("obj_train_data/a.jpg");
    write("obj_train_data/a.txt", "0 0.5 0.5 1 0.5");
    write("obj.names", "mug");
    write("obj.data", "classes = 1");
    write("train.txt", "data/obj_train_data/a.jpg");
    assertEquals("yolo", format());
    assertEquals(0.5, share(Datasets.open(dir, FULL.withBoxes()), "obj_train_data/a.jpg", "mug"));

    dir = temp.resolve("pose");
    photo("images/a.jpg");
    write("labels/a.txt", "0 0.5 0.5 1 0.5 0.1 0.1 2 0.2 0.2 2");
    write("data.yaml", "names: [mug]", "kpt_shape: [2, 3]");
    assertRemark(open(), "1 of 1 annotations have a box but no shape");
  }

  @Test
  void hostileYaml() throws Exception {
    photo("images/a.jpg");
    write("labels/a.txt", "0 0 0 1 0 1 0.5 0 0.5");
    write(
        "data.yaml",
        "a: &a [x,x,x,x,x,x,x,x,x]",
        "b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]",
        "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]",
        "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]",
        "names: [*d]");
    assertBroken("data.yaml", this::open);
    write("data.yaml", "names: " + "[".repeat(100_000));
    assertBroken("data.yaml", this::open);
    write("data.yaml", "names: !!javax.script.ScriptEngineManager [x]");
    assertBroken("data.yaml", this::open);
  }

  private static String labelme(String imagePath, String... shapes) {
    return "{\"version\": \"5.4.1\", \"flags\": {}, \"shapes\": ["
        + String.join(", ", shapes)
        + "], \"imagePath\": \""
        + imagePath
        + "\", \"imageData\": \""
        + "A".repeat(100_000)
        + "\", \"imageHeight\": 8, \"imageWidth\": 12}";
  }

  private static String shape(String label, String type, String points) {
    return "{\"label\": \""
        + label
        + "\", \"points\": "
        + points
        + ", \"group_id\": null, \"shape_type\": \""
        + type
        + "\", \"flags\": {}}";
  }

  @Test
  void labelmeBesidePhotographs() throws Exception {
    String quarter = "[[3,2],[9,2],[9,6],[3,6]]";
    photo("train/a.jpg");
    write("train/a.json", labelme("a.jpg", shape("mug", "polygon", quarter)));
    photo("train/b.jpg");
    write(
        "train/b.json",
        labelme(
            "..\\\\elsewhere\\\\b.jpg",
            shape("spoon", "rectangle", "[[0,0],[12,8]]"),
            shape("mug", "linestrip", "[[0,0],[12,8]]"),
            shape("_background_", "polygon", quarter)));
    photo("val/c.png");
    Path bits = Pictures.grey(temp.resolve("m.png"), 8, new int[][] {{255, 0}, {255, 255}});
    String mask = Base64.getEncoder().encodeToString(Files.readAllBytes(bits));
    write(
        "val/c.json",
        labelme(
            "c.png",
            shape("mug", "mask", "[[5,3],[6,4]]")
                .replace("\"flags\"", "\"mask\": \"" + mask + "\", \"flags\""),
            shape("spoon", "circle", "[[6,4],[6,6]]")));
    write("val/lost.json", labelme("lost.png", shape("mug", "polygon", quarter)));
    photo("val/broken.png");
    write("val/broken.json", labelme("broken.png", shape("mug", "circle", "[[6,4]]")));
    assertEquals("labelme", format());
    ConceptDataset data = open();
    assertEquals(4, data.images().size());
    assertEquals(0.25, share(data, "train/a.jpg", "mug"));
    assertEquals(0, share(data, "train/b.jpg", "spoon"));
    assertEquals(1, share(Datasets.open(dir, FULL.withBoxes()), "train/b.jpg", "spoon"));
    assertEquals(List.of("object:mug"), at(data, "val/c.png", 3, 5).subList(0, 1));
    assertTrue(!at(data, "val/c.png", 3, 6).contains("object:mug"));
    assertTrue(at(data, "val/c.png", 4, 6).contains("object:spoon"));
    assertEquals(12 / 96.0, share(data, "val/c.png", "spoon"));
    assertLeftOut(data, "val/broken.png", "a circle of 1 points");
    assertRemark(data, "1 of 7 annotations have a box");
    assertRemark(data, "lost.png");
  }

  @Test
  void cvatForImages() throws Exception {
    String runs = "6,6,6,6";
    photo("images/a b.jpg");
    photo("images/c.jpg");
    photo("images/bad.jpg");
    write(
        "annotations.xml",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
        "<!DOCTYPE annotations [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
        "<annotations><version>1.1</version><meta><task><name>t</name></task></meta>",
        "<image id=\"0\" name=\"a b.jpg\" width=\"12\" height=\"8\">",
        "<polygon label=\"mug\" source=\"manual\" points=\"" + CORNERS + "\" z_order=\"0\">",
        "<attribute name=\"x\">1</attribute></polygon>",
        "<box label=\"spoon\" xtl=\"0\" ytl=\"0\" xbr=\"12.0\" ybr=\"8\"/>",
        "<points label=\"mug\" points=\"1,1\"/><tag label=\"scene\"/></image>",
        "<image id=\"1\" name=\"c.jpg\" width=\"12\" height=\"8\">",
        "<mask label=\"mug\" rle=\"" + runs + "\" left=\"3\" top=\"2\" width=\"6\" height=\"4\"/>",
        "</image>",
        "<image id=\"2\" name=\"bad.jpg\" width=\"12\" height=\"8\">",
        "<polygon label=\"mug\" points=\"1,2;x\"/></image></annotations>");
    assertEquals("cvat", format());
    ConceptDataset data = open();
    assertEquals(0.25, share(data, "images/a b.jpg", "mug"));
    assertEquals(0, share(data, "images/a b.jpg", "spoon"));
    assertEquals(1, share(Datasets.open(dir, FULL.withBoxes()), "images/a b.jpg", "spoon"));
    assertEquals(0.125, share(data, "images/c.jpg", "mug"));
    assertEquals(List.of(), at(data, "images/c.jpg", 2, 3));
    assertEquals(List.of("object:mug"), at(data, "images/c.jpg", 3, 3));
    assertLeftOut(data, "images/bad.jpg", "no point");
    assertRemark(data, "1 of 4 annotations have a box");

    dir = temp.resolve("video");
    write(
        "annotations.xml",
        "<annotations><version>1.1</version><track id=\"0\" label=\"mug\"/></annotations>");
    assertBroken("CVAT for video", this::open);
    dir = temp.resolve("voc boxes");
    photo("a.jpg");
    write("a.xml", "<annotation><object><name>x</name></object></annotation>");
    assertBroken("boxes in PASCAL VOC's xml", this::open);
    dir = temp.resolve("bomb");
    photo("a.jpg");
    write(
        "annotations.xml",
        "<!DOCTYPE annotations [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;\">",
        "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>",
        "<annotations><meta/><image name=\"&c;\"/></annotations>");
    assertBroken("", this::open);
  }

  @Test
  void shapesOfLabelmeThatAreTurnedOrCoverNothing() throws Exception {
    photo("a.jpg");
    String diamond = "[[6,0],[12,4],[6,8],[0,4]]";
    write(
        "a.json",
        labelme(
            "a.jpg",
            shape("mug", "oriented_rectangle", diamond),
            shape("spoon", "line", "[[0,0],[12,8]]"),
            shape("spoon", "points", "[[0,0],[12,8],[1,1]]")));
    assertEquals(0, share(open(), "a.jpg", "mug"));
    assertEquals(0.5, share(Datasets.open(dir, FULL.withBoxes()), "a.jpg", "mug"), 0.1);
    assertRemark(open(), "1 of 3 annotations have a box");
    assertRemark(open(), "2 of 3 annotations are lines, points or the like");
  }

  @Test
  void cvatForAProjectOfSeveralTasks() throws Exception {
    photo("images/train/a.jpg");
    photo("images/val/a.jpg");
    String size = "width=\"12\" height=\"8\"";
    String half = "<polygon label=\"mug\" points=\"0,0;6,0;6,8;0,8\"/>";
    // Turned by a right angle, a rectangle of 8 × 4 is one of 4 × 8.
    String turned = "<box label=\"mug\" xtl=\"2\" ytl=\"2\" xbr=\"10\" ybr=\"6\" rotation=\"90\"/>";
    String skeleton = "<skeleton label=\"mug\"/>";
    write(
        "annotations.xml",
        "<annotations><version>1.1</version><meta><project><name>p</name></project></meta>",
        "<image id=\"0\" name=\"a.jpg\" subset=\"train\" task_id=\"1\" " + size + ">",
        half + "</image>",
        "<image id=\"0\" name=\"a.jpg\" subset=\"val\" task_id=\"2\" " + size + ">",
        turned + skeleton + "</image></annotations>");
    ConceptDataset data = Datasets.open(dir, FULL.withBoxes());
    assertEquals(2, data.images().size());
    assertEquals(0.5, share(data, "images/train/a.jpg", "mug"));
    assertEquals(4 * 8 / 96.0, share(data, "images/val/a.jpg", "mug"));
    assertEquals(List.of(), at(data, "images/val/a.jpg", 4, 3));
    assertEquals(List.of("object:mug"), at(data, "images/val/a.jpg", 0, 4));
    assertRemark(data, "1 of 3 annotations are lines, points or the like");
    photo("images/a.jpg");
    for (String subset : List.of("train", "val")) {
      Files.delete(dir.resolve("images/" + subset + "/a.jpg"));
    }
    assertBroken("\"images/a.jpg\" is labelled twice in annotations.xml", this::open);
  }

  /** Of what a file's reader says nothing is passed on but the place. */
  @Test
  void filesCutInTheMiddle() throws Exception {
    photo("a.jpg");
    write("a.json", labelme("a.jpg", shape("mug", "polygon", "[[3,2],[9,2],[9,6]]")));
    photo("b.jpg");
    write("b.json", labelme("b.jpg", shape("mug", "polygon", "[[3,2],[9,2],[9,6]]")));
    String whole = Files.readString(dir.resolve("a.json"));
    Files.writeString(dir.resolve("a.json"), whole.substring(0, whole.length() - 12));
    assertRemark(open(), "a.json line 1, column 100");
    assertRemark(open(), ": the JSON text ends in the middle");

    dir = temp.resolve("cvat");
    photo("a.jpg");
    write(
        "annotations.xml",
        "<annotations><meta><task><name>t</name></task></meta>",
        "<image id=\"0\" name=\"a.jpg\" width=\"12\" height=\"8\">");
    assertBroken("annotations.xml line 3, column 1: no XML that can be read: ", this::open);
  }

  @Test
  void masksOfRoboflow() throws Exception {
    for (String split : List.of("train", "valid")) {
      photo(split + "/a_jpg.rf.1.jpg");
      Pictures.grey(dir.resolve(split + "/a_jpg.rf.1_mask.png"), 8, new int[][] {{1, 0}});
      write(split + "/_classes.csv", "Pixel Value, Class", "0, background", "1, mug");
    }
    assertEquals("masks", format());
    assertEquals(0.5, share(open(), "valid/a_jpg.rf.1.jpg", "mug"));
    assertEquals("train", open().images().get(0).split());
    write("valid/_classes.csv", "Pixel Value, Class", "0, background", "1, spoon");
    assertBroken("_classes.csv", this::open);
  }

  @Test
  void photographsAndMasksInOneFolder() throws Exception {
    write("class_dict.csv", "name,r,g,b", "urban_land,0,255,255", "unknown,0,0,0");
    photo("train/1_sat.jpg");
    photo("train/2_sat.jpg");
    photo("train/3_sat.jpg");
    Pictures.rgb(dir.resolve("train/1_mask.png"), new int[][] {{0x00FFFF, 0}});
    Pictures.rgb(dir.resolve("train/2_mask.png"), new int[][] {{0x00FFFF, 0x00FFFF}});
    Pictures.rgb(dir.resolve("train/9_mask.png"), new int[][] {{0, 0}});
    assertEquals("masks", format());
    assertEquals(0.5, share(open(), "train/1_sat.jpg", "urban_land"));
    assertEquals(1, share(open(), "train/2_sat.jpg", "urban_land"));
    assertRemark(open(), "1 photograph has no mask");

    dir = temp.resolve("twins");
    write("LABELS.CSV", "value,name", "1,mug");
    photo("a.JPG");
    Pictures.grey(dir.resolve("a.png"), 8, new int[][] {{1, 0}});
    assertEquals(0.5, share(open(), "a.JPG", "mug"));
  }

  @Test
  void masksThatAreJpegs() throws Exception {
    photo("images/a.jpg");
    Path mask = dir.resolve("masks/a.jpg");
    int[][] white = new int[64][96];
    for (int[] row : white) {
      java.util.Arrays.fill(row, 0, 48, 0xFFFFFF);
    }
    Pictures.rgb(mask, white);
    assertBroken("no labels.csv", this::open);
    write("labels.csv", "value,name", "255,polyp");
    assertEquals(0.5, share(open(), "images/a.jpg".substring(7), "polyp"));
    write("labels.csv", "value,name", "#FFFFFF,polyp", "#000000,");
    assertEquals(0.5, share(open(), "a.jpg", "polyp"));
    write("labels.csv", "value,name", "1,polyp");
    assertLeftOut(open(), "a.jpg", "a JPEG blurs");
    write("labels.csv", "value,name", "255,polyp", "128,other");
    assertLeftOut(open(), "a.jpg", "save masks as PNG");
  }

  @Test
  void masksOfNumbersThatAreNoPng() throws Exception {
    write("labels.csv", "value,name", "1,mug", "2,spoon");
    byte[] levels = new byte[256];
    levels[1] = 90;
    levels[2] = (byte) 200;
    IndexColorModel palette = new IndexColorModel(8, 256, levels, levels, levels);
    for (String kind : List.of("gif", "bmp", "tiff")) {
      photo("images/" + kind + ".jpg");
      BufferedImage mask = new BufferedImage(12, 8, BufferedImage.TYPE_BYTE_INDEXED, palette);
      for (int p = 0; p < 12 * 8; p++) {
        mask.getRaster().setSample(p % 12, p / 12, 0, p % 12 < 3 ? 2 : p % 12 < 9 ? 1 : 0);
      }
      write(mask, kind);
      assertEquals(0.25, share(open(), kind + ".jpg", "spoon"), kind);
      assertEquals(0.5, share(open(), kind + ".jpg", "mug"), kind);
    }
    BufferedImage deep = new BufferedImage(12, 8, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setSample(0, 0, 0, 300);
    write(deep, "tiff");
    write("labels.csv", "value,name", "300,mug");
    assertEquals(1 / 96.0, share(open(), "tiff.jpg", "mug"));
  }

  private void write(BufferedImage mask, String kind) throws IOException {
    Path file = dir.resolve("masks/" + kind + "." + kind);
    Files.createDirectories(file.getParent());
    assertTrue(ImageIO.write(mask, kind, file.toFile()));
  }

  @Test
  void yoloTakesDataYamlBeforeOthersAndAnyCase() throws Exception {
    photo("IMAGES/a.JPG");
    write("LABELS/a.TXT", "0 0 0 1 0 1 0.5 0 0.5");
    write("a.yaml", "names: [fork]");
    assertEquals(0.5, share(open(), "IMAGES/a.JPG", "fork"));
    write("b.yaml", "names: [knife]");
    assertBroken("\"b.yaml\" both name classes", this::open);
    write("data.yaml", "names: [mug]");
    assertEquals(0.5, share(open(), "IMAGES/a.JPG", "mug"));
    write("data.yaml", "names: [mug");
    assertBroken("data.yaml line 1, column 12: no YAML that can be read: ", this::open);
  }

  @Test
  void whatOthersWriteIsNamed() throws Exception {
    photo("images/a.jpg");
    write("train.csv", "filename,label", "a.jpg,cat");
    assertBroken("a table, \"train.csv\", which is not read as labels", this::open);
    dir = temp.resolve("datumaro");
    photo("images/default/a.jpg");
    write(
        "annotations/default.json",
        "{\"info\": {}, \"categories\": {\"label\": {\"labels\": []}},",
        "\"items\": [{\"id\": \"a\", \"annotations\": []}]}");
    assertBroken("is Datumaro's", this::open);
  }

  @Test
  void halfOfCityscapes() throws Exception {
    photo("leftImg8bit/val/x/1_leftImg8bit.png");
    assertBroken("gtFine, the masks, is missing", this::open);
    dir = temp.resolve("masks alone");
    photo("gtFine/val/x/1_gtFine_labelIds.png");
    assertBroken("leftImg8bit, the photographs, is missing", this::open);
  }

  @Test
  void ownNamesInTheShapeOfVoc() throws Exception {
    for (int i = 1; i <= 2; i++) {
      photo("JPEGImages/2007_00000" + i + ".jpg");
      Pictures.palette(dir.resolve("SegmentationClass/2007_00000" + i + ".png"), new int[][] {{i}});
    }
    write("class_names.txt", "__ignore__", "_background_", "mug", "spoon");
    assertEquals("voc", format());
    assertEquals(1, share(open(), "2007_000001.jpg", "mug"));
    assertEquals(1, share(open(), "2007_000002.jpg", "spoon"));
    // A line is a value, whatever stands in it.
    write("class_names.txt", "__ignore__", "_background_", "", "spoon", "", "");
    assertEquals(1, share(open(), "2007_000002.jpg", "spoon"));
    assertBroken("value 1", () -> share(open(), "2007_000001.jpg", "spoon"));
    Files.delete(dir.resolve("class_names.txt"));
    Files.createDirectory(dir.resolve("labelmap.txt"));
    assertBroken("labelmap.txt is no file", this::open);
    Files.delete(dir.resolve("labelmap.txt"));
    assertEquals(1, share(open(), "2007_000001.jpg", "aeroplane"));
    Files.move(dir.resolve("JPEGImages/2007_000002.jpg"), dir.resolve("JPEGImages/kitchen.jpg"));
    Files.move(
        dir.resolve("SegmentationClass/2007_000002.png"),
        dir.resolve("SegmentationClass/kitchen.png"));
    assertBroken("class_names.txt", this::open);
    assertEquals(
        1, share(Datasets.open(dir, FULL.withFormat("voc")), "2007_000001.jpg", "aeroplane"));
    write("labelmap.txt", "mug:1,2,3::");
    write("class_names.txt", "nothing", "mug");
    assertBroken("holds both", this::open);
    Files.delete(dir.resolve("labelmap.txt"));
    Files.delete(dir.resolve("class_names.txt"));
    Files.move(dir.resolve("JPEGImages/kitchen.jpg"), dir.resolve("JPEGImages/2007_000002.jpg"));
    Files.move(
        dir.resolve("SegmentationClass/kitchen.png"),
        dir.resolve("SegmentationClass/2007_000002.png"));
    write("labels.txt", "nothing", "mug");
    assertBroken("labels.txt may say what the masks", this::open);
    Files.move(dir.resolve("labels.txt"), dir.resolve("../class_names.txt"));
    assertBroken("class_names.txt may say what the masks", this::open);
    Files.delete(dir.resolve("../class_names.txt"));
    assertEquals("voc", format());
    write("labels.csv", "value,name,category", "1,mug,thing", "2,spoon,thing");
    assertEquals("masks", format());
    assertEquals(1, share(open(), "2007_000002.jpg", "spoon"));
  }

  @Test
  void labelmapOfCvat() throws Exception {
    photo("JPEGImages/sub/one.jpg");
    photo("JPEGImages/two.jpg");
    Pictures.rgb(dir.resolve("SegmentationClass/sub/one.png"), new int[][] {{0xFA3253, 0}});
    Pictures.rgb(dir.resolve("SegmentationClass/two.png"), new int[][] {{0x33DDFF, 0x33DDFF}});
    write("ImageSets/Segmentation/val.txt", "two");
    write(
        "labelmap.txt",
        "# label:color_rgb:parts:actions",
        "background:0,0,0::",
        "mug:big:250,50,83::",
        "spoon:51,221,255:a,b:");
    ConceptDataset data = open();
    assertEquals(0.5, share(data, "sub/one.jpg", "mug:big"));
    assertEquals(1, share(data, "two.jpg", "spoon"));
    assertEquals("val", data.images().get(1).split());
    // Datumaro leaves colours out; then they are those of VOC's palette.
    write("labelmap.txt", "# label:color_rgb:parts:actions", "background:::", "mug:::", "spoon:::");
    Pictures.rgb(dir.resolve("SegmentationClass/two.png"), new int[][] {{0x008000}});
    assertEquals(1, share(open(), "two.jpg", "spoon"));
    write("labelmap.txt", "mug:250,50::");
    assertBroken("labelmap.txt line 1", this::open);
  }

  @Test
  void cityscapesWithTrainIds() throws Exception {
    photo("leftImg8bit/train/ulm/1_leftImg8bit.png");
    photo("leftImg8bit/train/ulm/2_leftImg8bit.png");
    Pictures.grey(
        dir.resolve("gtFine/train/ulm/1_gtFine_labelTrainIds.png"), 8, new int[][] {{13, 255}});
    Pictures.grey(dir.resolve("gtFine/train/ulm/2_gtFine_labelIds.png"), 8, new int[][] {{26}});
    ConceptDataset data = open();
    assertEquals(0.5, share(data, "train/ulm/1_leftImg8bit.png", "car"));
    assertEquals(1, share(data, "train/ulm/2_leftImg8bit.png", "car"));
    Pictures.grey(
        dir.resolve("gtFine/train/ulm/2_gtFine_labelIds.png"), 8, new int[][] {{13, 255}});
    assertBroken(
        "holds the value 255: labelIds never do",
        () -> share(open(), "train/ulm/2_leftImg8bit.png", "car"));
    dir = temp.resolve("colours");
    photo("leftImg8bit/train/ulm/1_leftImg8bit.png");
    Pictures.rgb(dir.resolve("gtFine/train/ulm/1_gtFine_color.png"), new int[][] {{13}});
    assertBroken("labelIds.png", this::open);
    assertBroken("1_gtFine_color", this::open);
  }

  @Test
  void whatLacksAPartIsRefusedByName() throws Exception {
    // Broden without a table: its masks are no photographs.
    for (String name : List.of("a", "b")) {
      photo("images/s/" + name + ".jpg");
      Pictures.rgb(dir.resolve("images/s/" + name + "_object.png"), new int[][] {{1}});
    }
    write("category.csv", "name,first,last,count,frequency", "object,1,1,1,2");
    write("label.csv", "number,name,category,frequency,coverage,syns", "1,cat,object(2),2,2,");
    write("c_object.csv", "code,number,name,frequency,coverage", "1,1,cat,2,2.0");
    write(
        "index.csv",
        "image,split,ih,iw,sh,sw,object",
        "s/a.jpg,train,8,12,1,1,s/a_object.png",
        "s/b.jpg,val,8,12,1,1,s/b_object.png");
    assertEquals("broden", format());
    write("c_part.csv", "code,number,name,frequency,coverage", "1,1,cat,2,2.0");
    assertBroken("no category \"part\"", this::open);
    write("c_part.csv", "code,number,name,frequency,coverage"); // as converting leaves it
    open();
    Files.delete(dir.resolve("c_part.csv"));
    for (String table : List.of("index.csv", "category.csv", "label.csv")) {
      Path moved = temp.resolve(table);
      Files.move(dir.resolve(table), moved);
      assertBroken(table + " is missing", this::open);
      assertBroken(table + " is missing", () -> Datasets.open(temp, FULL));
      Files.createDirectory(dir.resolve(table));
      assertBroken(table + " is no file", this::open);
      Files.delete(dir.resolve(table));
      Files.move(moved, dir.resolve(table));
    }
    for (String table : List.of("index.csv", "category.csv", "label.csv", "c_object.csv")) {
      Files.delete(dir.resolve(table));
    }
    assertBroken("a_object.png", this::open);
    assertBroken("a_object.png", () -> Datasets.open(dir, FULL.withFormat("folders")));
  }

  @Test
  void theFullAde20kIsRefusedByName() throws Exception {
    for (String at : List.of("a/abbey", "b/beach")) {
      photo("ADE20K_2021/images/ADE/training/" + at + "/ADE_train_1.jpg");
      Pictures.rgb(
          dir.resolve("ADE20K_2021/images/ADE/training/" + at + "/ADE_train_1_seg.png"),
          new int[][] {{1}});
    }
    assertBroken("data build-broden --ade20k", this::open);
    dir = dir.resolve("ADE20K_2021/images/ADE/training");
    assertBroken("is the full ADE20K", this::open);
  }

  @Test
  void unfinishedFoldersAreNoDataSets() throws Exception {
    photo("images/world/000001.png");
    write(".masks-inc", "");
    assertBroken("is unfinished", this::open);
    Files.delete(dir.resolve(".masks-inc"));
    write(".netdissect-unfinished", "x");
    assertBroken("is unfinished", this::open);
    assertBroken("is unfinished", () -> Datasets.open(dir, FULL.withFormat("folders")));
    assertBroken("is unfinished", () -> Datasets.open(temp, FULL));
  }

  @Test
  void classesWithLabelsBesideThem() throws Exception {
    photo("a/x.jpg");
    photo("b/y.jpg");
    write("a/x.txt", "a photograph of a cat");
    assertBroken("x.txt", this::open);
    assertEquals(2, Datasets.open(dir, FULL.withFormat("folders")).images().size());
    Files.delete(dir.resolve("a/x.txt"));
    assertEquals("folders", format());
    photo("a/deep/images/1.jpg");
    photo("a/deep/masks/1.png");
    assertBroken("mask by its name", this::open);
  }

  @Test
  void everyFolderOfALevelIsLookedAt() throws Exception {
    for (int i = 1; i <= 250; i++) {
      Files.createDirectories(dir.resolve("s" + i));
    }
    for (String set : List.of("s1", "s99")) {
      Pictures.photo(dir.resolve(set + "/images/a.jpg"), 8, 12);
      Pictures.grey(dir.resolve(set + "/masks/a.png"), 8, new int[][] {{1}});
      write(set + "/labels.csv", "value,name", "1,cat");
      if (set.equals("s1")) {
        assertEquals(dir.resolve("s1"), Datasets.recognise(dir, null).folder());
      }
    }
    assertBroken("s99 (masks)", this::open);
  }

  @Test
  void whatIsNoFolder() throws Exception {
    assertBroken("blank", () -> Datasets.open(Path.of(""), FULL));
    Path text = Files.writeString(temp.resolve("x.txt"), "x", StandardCharsets.UTF_8);
    assertBroken("neither a folder nor", () -> Datasets.open(text, FULL));
    assertBroken("x.txt", () -> Datasets.open(text, FULL.withFormat("coco")));
    Path pipe = temp.resolve("pipe.json");
    if (new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0) {
      assertBroken("pipe.json", () -> Datasets.open(pipe, FULL));
      assertBroken("pipe.json is no file", () -> Datasets.open(pipe, FULL.withFormat("coco")));
    }
    for (String name : Datasets.FORMATS) {
      Files.createDirectories(dir);
      assertBroken(
          dir.getFileName().toString().toLowerCase(Locale.ROOT).substring(1),
          () -> Datasets.open(dir, FULL.withFormat(name)));
    }
  }
}
