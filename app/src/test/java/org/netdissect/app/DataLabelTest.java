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
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.datasets.Datasets;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.networks.GraphBuilder;

class DataLabelTest {
  @TempDir Path temp;

  /** A network whose three scores are red, green and blue; or the number of the largest. */
  private Path model(boolean classes) throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1);
    String image = graph.image(-1, 3, 8, 8);
    String weights = graph.floats("w", i -> i % 4 == 0 ? 1 : 0, 3, 3, 1, 1);
    String scores = graph.node("Conv", "scores", image + " " + weights);
    String out = classes ? graph.node("ArgMax", "classes", scores, "axis=1", "keepdims=0") : scores;
    return graph.output(out).write(temp.resolve(classes ? "classes.onnx" : "scores.onnx"));
  }

  private Path photos(long seed) throws IOException {
    Random random = new Random(seed);
    Path dir = Files.createDirectories(temp.resolve("photos/in"));
    for (int i = 0; i < 3; i++) {
      BufferedImage photo = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 64; p++) {
        photo.setRGB(p % 8, p / 8, 0xff << (8 * random.nextInt(3)));
      }
      ImageIO.write(photo, "png", dir.resolve("p" + i + ".png").toFile());
    }
    Files.write(dir.resolve("broken.png"), new byte[7]);
    return temp.resolve("photos");
  }

  private static int run(Object... arguments) {
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    return Netdissect.execute(words);
  }

  @Test
  void photographsBecomeADataSet() throws Exception {
    Path photos = photos(5);
    Path names = temp.resolve("names.csv");
    Files.writeString(
        names, "value,name,category\n0,tomato,object\n1,leaf,object\n2,sea,scenery\n");
    for (boolean classes : new boolean[] {false, true}) {
      Path out = temp.resolve("out" + classes);
      assertEquals(
          0,
          run(
              "data",
              "label",
              "--model",
              model(classes),
              "--names",
              names,
              "--images",
              photos,
              "--out",
              out,
              "--preprocess",
              "unit",
              "--quiet"));
      assertEquals("masks", Datasets.recognise(out, null).format());
      ConceptDataset data = Datasets.open(out, DatasetOptions.defaults().withMaskSize(8, 8));
      assertEquals(3, data.images().size());
      for (ImageRow row : data.images()) {
        BufferedImage photo = ImageIO.read(data.photograph(row).toFile());
        AnnotatedImage labels = data.annotate(row);
        for (int p = 0; p < 64; p++) {
          int colour = photo.getRGB(p % 8, p / 8) & 0xffffff;
          String expected = colour == 0xff0000 ? "tomato" : colour == 0xff00 ? "leaf" : "sea";
          String found = "";
          for (AnnotatedImage.LabelMap map : labels.maps()) {
            found += data.vocabulary().concept(map.labels()[p]).name();
          }
          assertEquals(expected, found);
        }
      }
      String record = Files.readString(out.resolve("labelled-by.json"));
      assertTrue(record.contains(classes ? "classes.onnx" : "scores.onnx"), record);
      assertTrue(record.matches("(?s).*\"sha256\" : \"[0-9a-f]{64}\".*"), record);
    }
  }

  @Test
  void namesCountFromZero() throws Exception {
    Path names = temp.resolve("names.csv");
    Files.writeString(names, "value,name\n1,tomato\n2,leaf\n3,sea\n");
    String command = "data label --preprocess unit --quiet --names " + names + " --images ";
    List<String> words = new ArrayList<>(List.of(command.strip().split(" ")));
    words.add(photos(7).toString());
    words.addAll(List.of("--model", model(false).toString()));
    words.addAll(List.of("--out", temp.resolve("out").toString()));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    assertEquals(1, InProcess.run(new ByteArrayOutputStream(), said, words.toArray()));
    String error = said.toString(StandardCharsets.UTF_8);
    assertTrue(error.contains("value 3, but the model's classes are 0 to 2"), error);
  }

  @Test
  void whatCannotBeLabelled() throws Exception {
    Path photos = photos(6);
    Path names = temp.resolve("names.csv");
    Path out = temp.resolve("out");
    Files.writeString(names, "value,name\n1,leaf\n");
    Object[] command = {
      "data",
      "label",
      "--model",
      model(false),
      "--names",
      names,
      "--images",
      photos,
      "--out",
      out,
      "--quiet",
      "--preprocess",
      "unit"
    };
    assertEquals(1, run(command), "class 2 is not listed");
    assertFalse(Files.exists(out.resolve("labels.csv")), "nothing that passes for a result");
    Files.writeString(names, "value,label\n1,leaf\n");
    assertEquals(1, run(command));
    assertEquals(
        1,
        run(
            "data",
            "label",
            "--model",
            names,
            "--names",
            names,
            "--images",
            photos,
            "--out",
            temp.resolve("other")));
    assertEquals(2, run("data", "label", "--model", names));
  }
}
