package org.netdissect.datasets.broden;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Writes small Broden folders for tests. */
public final class BrodenFolder {
  static final String[] CATEGORIES = {"color", "object", "part", "scene"};

  public final Path folder;
  public final List<String> index = new ArrayList<>();
  String header = "image,split,ih,iw,sh,sw,color,object,part,scene";

  public BrodenFolder(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder.resolve("images"));
    write(
        "category.csv",
        "name,first,last,count,frequency",
        "color,1,2,2,1",
        "object,3,5,3,1",
        "part,5,6,2,1",
        "scene,7,300,2,1");
    write(
        "label.csv",
        "number,name,category,frequency,coverage,syns",
        "1,red-c,color(1),1,1.0,",
        "2,blue-c,color(1),1,1.0,",
        "3,car,object(1),1,1.0,auto;automobile",
        "4,dog,object(1),1,1.0,",
        "5,screen,object(1);part(1),1,1.0,",
        "6,wheel,part(1),1,1.0,",
        "7,straße-s,scene(1),1,1.0,",
        "300,beach-s,scene(1),1,1.0,");
    write(
        "c_color.csv", "code,number,name,frequency,coverage", "1,1,red-c,1,2.5", "2,2,blue-c,1,1");
    write(
        "c_object.csv",
        "code,number,name,frequency,coverage",
        "1,3,car,1,2.5",
        "2,4,dog,1,1",
        "3,5,screen,1,2.5");
    write("c_part.csv", "code,number,name,frequency,coverage", "1,5,screen,1,2.5", "2,6,wheel,1,1");
    write(
        "c_scene.csv",
        "code,number,name,frequency,coverage",
        "1,7,straße-s,1,2.5",
        "2,300,beach-s,1,1");
  }

  public void write(String name, String... lines) throws IOException {
    Files.writeString(folder.resolve(name), String.join("\r\n", lines) + "\r\n");
  }

  public void writeIndex() throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(header);
    lines.addAll(index);
    write("index.csv", lines.toArray(String[]::new));
  }

  /** A mask as an RGB PNG. */
  public void mask(String name, int height, int width, char[] labels) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < labels.length; p++) {
      image.setRGB(p % width, p / width, ((labels[p] & 0xff) << 16) | ((labels[p] >> 8) << 8));
    }
    Path file = folder.resolve("images").resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }

  /** A folder of so many random images, all corners of the format among them. */
  public static BrodenFolder random(Path folder, int images, Random random) throws IOException {
    BrodenFolder broden = new BrodenFolder(folder);
    int[][] numbers = {{0, 1, 2}, {0, 3, 4, 5}, {0, 5, 6, 300}, {0, 7, 300}};
    for (int i = 0; i < images; i++) {
      int h = 3 + random.nextInt(6);
      int w = 3 + random.nextInt(6);
      List<String> cells = new ArrayList<>();
      for (int c = 0; c < 4; c++) {
        List<String> parts = new ArrayList<>();
        int n = random.nextInt(4);
        for (int k = 0; k < n; k++) {
          int[] of = numbers[c];
          if (random.nextInt(3) == 0) {
            parts.add(String.valueOf(of[random.nextInt(of.length)]));
          } else {
            String name = "ä/m" + i + "_" + CATEGORIES[c] + "_" + k + ".png";
            char[] labels = new char[h * w];
            int kind = random.nextInt(3);
            for (int p = 0; p < labels.length; p++) {
              labels[p] = (char) (kind == 0 ? 0 : of[random.nextInt(of.length)]);
            }
            broden.mask(name, h, w, labels);
            parts.add(name);
          }
        }
        if (random.nextInt(4) == 0) {
          parts.add(""); // an empty part is dropped
        }
        cells.add(String.join(";", parts));
      }
      broden.index.add(
          "ä/i"
              + i
              + ".jpg,"
              + (i % 3 == 0 ? "val" : "train")
              + ","
              + 2 * h
              + ","
              + 2 * w
              + ","
              + h
              + ","
              + w
              + ","
              + String.join(",", cells));
    }
    broden.writeIndex();
    return broden;
  }

  public void shuffle(Random random) throws IOException {
    Collections.shuffle(index, random);
    writeIndex();
  }
}
