package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is asked of trust and measures through the command, on maps that were recorded elsewhere.
 */
class TrustCommandTest {
  private static final int IMAGES = 40;
  private static final int UNITS = 6;
  private static final int SIDE = 6;

  @TempDir Path temp;
  private Path data;
  private final List<Object> recorded = new ArrayList<>();

  private static String run(Object... arguments) {
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.out;
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      System.setOut(out);
      return Netdissect.execute(words) + "\n" + bytes.toString(StandardCharsets.UTF_8);
    } finally {
      System.setOut(before);
    }
  }

  /** Photographs with a square each, of one of two kinds; the first two units find one of them. */
  @BeforeEach
  void make() throws IOException {
    data = temp.resolve("squares");
    Files.createDirectories(data.resolve("images"));
    Files.createDirectories(data.resolve("masks"));
    Files.writeString(
        data.resolve("labels.csv"), "value,name,category\n1,red thing,object\n2,hole,part\n");
    Random random = new Random(17);
    StringBuilder list = new StringBuilder();
    ByteBuffer maps =
        ByteBuffer.allocate(4 * IMAGES * UNITS * SIDE * SIDE).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < IMAGES; i++) {
      BufferedImage photo = new BufferedImage(48, 48, BufferedImage.TYPE_INT_RGB);
      BufferedImage mask = new BufferedImage(48, 48, BufferedImage.TYPE_BYTE_GRAY);
      int kind = 1 + random.nextInt(2);
      int row = random.nextInt(SIDE);
      int column = random.nextInt(SIDE);
      for (int y = 8 * row; y < 8 * row + 8; y++) {
        for (int x = 8 * column; x < 8 * column + 8; x++) {
          mask.getRaster().setSample(x, y, 0, kind);
        }
      }
      ImageIO.write(photo, "png", data.resolve("images/i" + i + ".png").toFile());
      ImageIO.write(mask, "png", data.resolve("masks/i" + i + ".png").toFile());
      list.append("i").append(i).append(".png\n");
      for (int u = 0; u < UNITS; u++) {
        for (int cell = 0; cell < SIDE * SIDE; cell++) {
          boolean there = cell == row * SIDE + column && kind == u + 1;
          maps.putFloat((float) Math.max(0, random.nextGaussian()) + (there ? 9 : 0));
        }
      }
    }
    String shape = "(" + IMAGES + ", " + UNITS + ", " + SIDE + ", " + SIDE + "), }";
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape;
    header += " ".repeat(127 - 10 - header.length()) + "\n";
    ByteArrayOutputStream npy = new ByteArrayOutputStream();
    npy.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(), 0});
    npy.write(header.getBytes(StandardCharsets.US_ASCII));
    npy.write(maps.array());
    Files.write(temp.resolve("maps.npy"), npy.toByteArray());
    Files.writeString(temp.resolve("list.txt"), list);
    recorded.addAll(
        List.of(
            "run",
            "--activations",
            "layer=" + temp.resolve("maps.npy"),
            "--images",
            temp.resolve("list.txt"),
            "--data",
            data,
            "--mask-size",
            "24,24",
            "--quantile",
            "0.05",
            "--cache",
            temp.resolve("cache"),
            "--quiet"));
  }

  private String recorded(Path out, Object... more) {
    List<Object> all = new ArrayList<>(recorded);
    all.addAll(List.of("--out", out));
    all.addAll(List.of(more));
    return run(all.toArray());
  }

  @Test
  void aRunTestsItsLabelsAndTheCommandGivesTheSame() throws IOException {
    Path one = temp.resolve("one");
    String said = recorded(one, "--trust", "--peaks");
    assertTrue(said.startsWith("0\n"), said);
    assertTrue(said.contains("beyond chance (false discovery rate 0.05): 2 units"), said);
    assertTrue(run("show", one).contains("chance level"), "show tells it");
    String json = run("show", one, "--json");
    assertTrue(json.contains("\"detectorsBeyondChance\" : 2"), json);
    Path two = temp.resolve("two");
    recorded(two, "--peaks");
    assertFalse(run("show", two).contains("chance"));
    assertTrue(
        run("trust", two, "--workers", "1", "--cache", temp.resolve("cache"), "--quiet")
            .startsWith("0\ntrust in layer layer: 6 units\n"));
    for (String name : List.of("trust.csv", "trust.json")) {
      assertArrayEquals(
          Files.readAllBytes(one.resolve("layer/" + name)),
          Files.readAllBytes(two.resolve("layer/" + name)),
          name);
    }
    assertTrue(
        Files.readString(two.resolve("report/index.html")).contains("atThreshold"),
        "the report that stood there shows it");
    run("export", two, "--format", "counts-csv", "--out", temp.resolve("csv"));
    assertTrue(Files.exists(temp.resolve("csv/layer/trust.csv")));
  }

  @Test
  void measuresSayWhatTheyKnow() throws IOException {
    Path with = temp.resolve("with");
    recorded(with, "--peaks", "--no-report");
    String said = run("measures", with, "--cache", temp.resolve("cache"), "--quiet");
    assertTrue(said.startsWith("0\nmeasures of layer layer: of "), said);
    assertTrue(said.contains("point-biserial"), said);
    assertTrue(Files.exists(with.resolve("layer/choices.csv")));
    Path without = temp.resolve("without");
    recorded(without, "--maps", "none", "--no-report");
    said = run("measures", without, "--cache", temp.resolve("cache"), "--quiet");
    assertTrue(said.contains("no measures of whole images"), said);
  }

  @Test
  void whatCannotBeTestedIsRefusedBeforeAnyWork() {
    Path out = temp.resolve("refused");
    assertEquals("2\n", recorded(out, "--trust", "--maps", "shown"));
    assertFalse(Files.exists(out));
  }
}
