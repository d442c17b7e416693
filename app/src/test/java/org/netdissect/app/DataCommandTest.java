package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Npy;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DataCommandTest {
  @TempDir Path temp;

  /** Runs a command; what it printed follows its exit code. */
  private static String run(Object... arguments) {
    return capturing(new ByteArrayOutputStream(), arguments);
  }

  /** The same; what it said beside is added to the stream. */
  private static String capturing(ByteArrayOutputStream said, Object... arguments) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    return InProcess.run(bytes, said, arguments) + "\n" + bytes.toString(StandardCharsets.UTF_8);
  }

  /** A folder of photographs and masks: left half a car, right half nothing. */
  private Path masks(String name, int images) throws IOException {
    Path dir = temp.resolve(name);
    Files.createDirectories(dir.resolve("images"));
    Files.createDirectories(dir.resolve("masks"));
    Files.writeString(dir.resolve("labels.csv"), "value,name,category\n1,car,object\n");
    for (int i = 0; i < images; i++) {
      BufferedImage photo = new BufferedImage(12 + i, 8, BufferedImage.TYPE_INT_RGB);
      BufferedImage mask = new BufferedImage(12 + i, 8, BufferedImage.TYPE_BYTE_GRAY);
      for (int x = 0; x < 6; x++) {
        for (int y = 0; y < 8; y++) {
          mask.getRaster().setSample(x, y, 0, 1);
          photo.setRGB(x, y, 0xff0000 + i);
        }
      }
      ImageIO.write(photo, "png", dir.resolve("images/i" + i + ".png").toFile());
      ImageIO.write(mask, "png", dir.resolve("masks/i" + i + ".png").toFile());
    }
    return dir;
  }

  @Test
  void infoVerifyConvert() throws Exception {
    Path dir = masks("cars", 3);
    Path cache = temp.resolve("cache");
    String text = run("data", "info", dir, "--cache", cache, "--quiet");
    assertTrue(
        text.startsWith("0\ncars\n  format       masks, " + dir + "\n  images       3\n"), text);
    assertTrue(text.matches("(?s).*\n    car +3 +1\\.39\n.*"), text);
    String json = run("data", "info", dir, "--cache", cache, "--json", "--mask-size", "4,6");
    JsonNode info = JsonMapper.builder().build().readTree(json.substring(2));
    assertEquals(3, info.get("images").asInt());
    int train = info.get("splits").path("train").asInt(0);
    assertEquals(3, train + info.get("splits").path("val").asInt(0));
    assertEquals("object", info.get("categories").get(0).get("name").asString());
    assertEquals(1, info.get("categories").get(0).get("concepts").asInt());
    assertEquals(3, info.get("categories").get(0).get("images").asInt());
    assertEquals(3, info.get("maskSizes").get("4×6").asInt());

    text = run("data", "verify", dir, "--quiet");
    assertTrue(text.startsWith("0\n") && text.endsWith(": 0 errors, 0 notes\n"), text);

    Path out = temp.resolve("broden");
    text = run("data", "convert", dir, "--out", out, "--size", 16, "--colors", "--quiet");
    assertEquals("0\n" + out + ": 3 images\n", text);
    text = run("data", "info", out, "--cache", cache, "--quiet");
    assertTrue(text.matches("(?s).*\\n  color .*\\n    red-c +3 .*"), text);
    text = run("data", "verify", out, "--quiet");
    assertTrue(text.startsWith("0\n"), text);

    Files.write(dir.resolve("masks/i1.png"), new byte[9]);
    Files.writeString(dir.resolve("masks/i0.png"), "<b>\n");
    text = run("data", "verify", dir, "--quiet");
    assertTrue(text.startsWith("1\n"), text);
    assertTrue(text.endsWith(": 2 errors, 0 notes\n"), text);
  }

  @Test
  void wordsOfCommands() {
    assertEquals("data/broden1_224", Output.word(Path.of("data/broden1_224")));
    assertEquals("'my data/it'\\''s'", Output.word(Path.of("my data/it's")));
    assertEquals("'$HOME;x'", Output.word(Path.of("$HOME;x")));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    assertEquals("2\n", capturing(said, "data", "fetch", "broden_224"));
    assertTrue(said.toString(StandardCharsets.UTF_8).contains("did you mean broden1_224?"));
  }

  /** A folder that is only gone through on the way is not made; one that is there counts. */
  @Test
  void detoursInPathsMakeNoFolders() throws Exception {
    Path dir = masks("cars", 2);
    Path out = temp.resolve("x/../y/../broden");
    String text = run("data", "convert", dir, "--out", out, "--size", 16, "--quiet");
    assertEquals("0\n" + temp.resolve("broden") + ": 2 images\n", text);
    assertFalse(Files.exists(temp.resolve("x")));
    assertFalse(Files.exists(temp.resolve("y")));
    Path elsewhere = Files.createDirectories(temp.resolve("deep/er"));
    Path link = Files.createSymbolicLink(temp.resolve("link"), elsewhere);
    text = run("data", "convert", dir, "--out", link.resolve("../broden"), "--size", 16, "--quiet");
    assertTrue(text.startsWith("0\n"), text);
    assertTrue(Files.exists(temp.resolve("deep/broden/index.csv")));
  }

  @Test
  void runTakesAnyDataSet() throws Exception {
    Path dir = masks("cars", 2);
    Path list = temp.resolve("list.txt");
    Files.writeString(list, "i0.png\ni1.png\n");
    // The left cell fires.
    Path maps = Npy.write(temp.resolve("maps.npy"), new float[] {4, 0, 3, 0}, 2, 1, 1, 2);
    Path out = temp.resolve("result");
    Object[] command = {
      "run",
      "--activations",
      "layer=" + maps,
      "--images",
      list,
      "--input-size",
      "16,16",
      "--data",
      dir,
      "--out",
      out,
      "--quantile",
      "0.5",
      "--no-report",
      "--cache",
      temp.resolve("cache")
    };
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    String text = capturing(said, command);
    assertTrue(text.startsWith("0\n"), text);
    assertFalse(
        said.toString(StandardCharsets.UTF_8).contains("data: "),
        said.toString(StandardCharsets.UTF_8));
    assertTrue(Files.readString(out.resolve("layer/units.csv")).contains(",car,"), text);

    // The folder above will do, and which one was taken is told.
    Path above = Files.createDirectories(temp.resolve("above"));
    Path below = Files.move(dir, above.resolve("cars"));
    command[8] = above;
    command[10] = temp.resolve("second");
    assertTrue(capturing(said, command).startsWith("0\n"), said.toString(StandardCharsets.UTF_8));
    String line = "data: " + below + " (found below " + above + ")";
    assertTrue(
        said.toString(StandardCharsets.UTF_8).contains(line),
        said.toString(StandardCharsets.UTF_8));
  }

  @Test
  void severalDataSetsAreOne() throws Exception {
    Path one = masks("one", 2);
    Path two = masks("two", 1);
    Path cache = temp.resolve("cache");
    String text = run("data", "compile", one, two, "--cache", cache, "--quiet");
    assertTrue(text.startsWith("0\none+two: 3 images in "), text);
    assertFalse(Files.exists(one.resolve(".netdissect")));
  }

  @Test
  void wrongUse() throws Exception {
    Path dir = masks("cars", 1);
    assertEquals("1\n", run("data", "info", dir, "--format", "x"));
    assertEquals("2\n", run("data", "info", dir, "--mask-size", "x"));
    assertEquals("2\n", run("data", "compile", dir, "--workers", "0"));
    assertEquals("2\n", run("data", "convert", dir));
    assertEquals("1\n", run("data", "convert", dir, "--out", dir));
    assertEquals("1\n", run("data", "info", temp.resolve("none")));
    assertTrue(run("data", "verify", temp.resolve("none")).startsWith("1\nerror: "));
  }

  @Test
  void buildBroden() throws Exception {
    Path dtd = temp.resolve("dtd");
    Files.createDirectories(dtd.resolve("images/x"));
    Files.createDirectories(dtd.resolve("labels"));
    StringBuilder table = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      BufferedImage photo = new BufferedImage(40 + i, 30, BufferedImage.TYPE_INT_RGB);
      photo.setRGB(i, i, 0xff0000);
      ImageIO.write(photo, "jpg", dtd.resolve("images/x/x_" + i + ".jpg").toFile());
      table.append("x/x_").append(i).append(".jpg dotted ").append(i > 0 ? "lined " : "");
      table.append('\n');
    }
    table.append("x/lost.jpg dotted \n");
    Files.writeString(dtd.resolve("labels/labels_joint_anno.txt"), table);
    Path out = temp.resolve("made/broden");
    String text = run("data", "build-broden", "--dtd", dtd, "--out", out, "--dry-run", "--quiet");
    assertTrue(text.startsWith("0\ndtd: DTD, 4 images, 1 of them not whole:\n"), text);
    assertTrue(text.contains("lost.jpg") && text.contains("3 images in all"), text);
    assertFalse(Files.exists(out));
    text =
        run(
            "data",
            "build-broden",
            "--dtd",
            dtd,
            "--out",
            out,
            "--size",
            32,
            "--min-images",
            2,
            "--quiet");
    assertTrue(text.startsWith("0\n" + out + ": 3 images, "), text);
    assertTrue(text.endsWith(" labels, 1 left out as unreadable\n"), text);
    assertTrue(
        Files.readString(out.resolve("label.csv")).contains(",lined,texture(2),2,2.000000,"));
    text = run("data", "verify", out, "--quiet");
    assertTrue(text.startsWith("0\n"), text);

    Path none = temp.resolve("none");
    assertTrue(run("data", "build-broden", "--out", none).startsWith("2\n"));
    assertTrue(
        run("data", "build-broden", "--dtd", dtd, "--out", none, "--size", 2).startsWith("2"));
    text = run("data", "build-broden", "--ade20k", dtd, "--out", none, "--dry-run", "--quiet");
    assertTrue(text.startsWith("1\n") && text.contains("is no full ADE20K"), text);
    assertFalse(Files.exists(none));
  }
}
