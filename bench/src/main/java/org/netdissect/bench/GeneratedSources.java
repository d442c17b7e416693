package org.netdissect.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.netdissect.datasets.broden.build.BrodenSources;
import org.netdissect.pictures.JpegWriter;
import org.netdissect.pictures.Photographs.Photograph;
import org.netdissect.pictures.PngWriter;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.MatlabType;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Struct;

/**
 * Broden's sources in the form in which people have them, in the proportions of the real ones, with
 * photographs of VOC's usual size. A few files of each kind are generated; all others are hard
 * links to them, so that sources of the real size take little room.
 */
final class GeneratedSources {
  private static final int HEIGHT = 375;
  private static final int WIDTH = 500;
  private static final int DISTINCT = 12;
  private static final int NAMES = 600;
  private static final int OBJECTS = 3;
  private static final int PARTS = 8;

  private final Random random = new Random(1);
  private final Path folder;
  private final Path models;

  private GeneratedSources(Path folder) throws IOException {
    this.folder = folder;
    this.models = Files.createDirectories(folder.resolve("models"));
  }

  /** Writes sources of so many images; Broden has 63,305. */
  static BrodenSources write(Path folder, int images) throws IOException {
    GeneratedSources all = new GeneratedSources(folder);
    all.writeModels();
    int ade = (int) (images * 22_210L / 63_305);
    int dtd = (int) (images * 5_640L / 63_305);
    int pascal = (int) (images * 10_103L / 63_305);
    all.writeAde(ade);
    all.writeDtd(dtd);
    all.writePascal(pascal);
    all.writeOpenSurfaces(images - ade - dtd - pascal);
    return new BrodenSources(
        folder.resolve("ade20k"),
        folder.resolve("dtd"),
        folder.resolve("opensurfaces"),
        List.of(folder.resolve("pascal")));
  }

  private void writeModels() throws IOException {
    for (int m = 0; m < DISTINCT; m++) {
      int[] map = map();
      Files.write(models.resolve(m + ".jpg"), JpegWriter.encode(photograph(map), 0.85f));
      Files.write(models.resolve("seg" + m + ".png"), png(map, code -> code / 256 * 10));
      Files.write(models.resolve("parts" + m + ".png"), png(sparse(map), code -> code / 256 * 10));
      Files.write(models.resolve("material" + m + ".png"), png(map, code -> code % 44 + 1));
      Matrix labels = Mat5.newMatrix(Mat5.dims(HEIGHT, WIDTH), MatlabType.UInt16);
      for (int i = 0; i < map.length; i++) {
        labels.setInt(i % WIDTH * HEIGHT + i / WIDTH, map[i] % 459 + 1);
      }
      Mat5.writeToFile(
          Mat5.newMatFile().addArray("LabelMap", labels),
          models.resolve("map" + m + ".mat").toFile());
      Mat5.writeToFile(
          Mat5.newMatFile().addArray("anno", annotation()),
          models.resolve("anno" + m + ".mat").toFile());
    }
  }

  /** Two dozen regions, the nearest of as many points. */
  private int[] map() {
    int points = 24;
    int[][] at = new int[points][];
    for (int p = 0; p < points; p++) {
      at[p] =
          new int[] {random.nextInt(HEIGHT), random.nextInt(WIDTH), 1 + random.nextInt(NAMES - 1)};
    }
    int[] map = new int[HEIGHT * WIDTH];
    for (int i = 0; i < map.length; i++) {
      int nearest = Integer.MAX_VALUE;
      for (int[] point : at) {
        int dy = i / WIDTH - point[0];
        int dx = i % WIDTH - point[1];
        if (dy * dy + dx * dx < nearest) {
          nearest = dy * dy + dx * dx;
          map[i] = point[2];
        }
      }
    }
    return map;
  }

  private static int[] sparse(int[] map) {
    int[] few = map.clone();
    for (int i = 0; i < few.length; i++) {
      few[i] = few[i] % 5 == 0 ? few[i] : 0;
    }
    return few;
  }

  private Photograph photograph(int[] map) {
    byte[] rgb = new byte[3 * map.length];
    for (int i = 0; i < rgb.length; i++) {
      int base = map[i / 3] * (37 + 11 * (i % 3)) & 0xff;
      int value = (int) (base + 0.1 * (i / 3 % WIDTH) + 9 * random.nextGaussian());
      rgb[i] = (byte) Math.max(0, Math.min(255, value));
    }
    return new Photograph(HEIGHT, WIDTH, rgb);
  }

  private interface Red {
    int of(int code);
  }

  private static byte[] png(int[] map, Red red) {
    byte[] rgb = new byte[3 * map.length];
    for (int i = 0; i < map.length; i++) {
      rgb[3 * i] = (byte) red.of(map[i]);
      rgb[3 * i + 1] = (byte) map[i];
    }
    return PngWriter.encode(rgb, HEIGHT, WIDTH, PngWriter.Filter.NONE, 6);
  }

  private Struct annotation() {
    Struct objects = Mat5.newStruct(1, OBJECTS);
    for (int o = 0; o < OBJECTS; o++) {
      Struct parts = Mat5.newStruct(1, PARTS);
      for (int p = 0; p < PARTS; p++) {
        parts.set("part_name", p, Mat5.newString("part" + p));
        parts.set("mask", p, mask());
      }
      objects.set("class", o, Mat5.newString("thing"));
      objects.set("class_ind", o, Mat5.newScalar(1));
      objects.set("mask", o, mask());
      objects.set("parts", o, parts);
    }
    return Mat5.newStruct().set("imname", Mat5.newString("x")).set("objects", objects);
  }

  private Matrix mask() {
    Matrix mask = Mat5.newMatrix(Mat5.dims(HEIGHT, WIDTH), MatlabType.UInt8);
    int top = random.nextInt(HEIGHT / 2);
    int left = random.nextInt(WIDTH / 2);
    for (int x = left; x < left + WIDTH / 3; x++) {
      for (int y = top; y < top + HEIGHT / 3; y++) {
        mask.setInt(x * HEIGHT + y, 1);
      }
    }
    return mask;
  }

  private void link(Path file, String model) throws IOException {
    Path from = models.resolve(model);
    try {
      Files.createLink(file, from);
    } catch (IOException | UnsupportedOperationException e) {
      Files.copy(from, file); // a file has no more links than its file system allows
    }
  }

  private Path make(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  private static Cell cells(List<String> texts) {
    Cell cells = Mat5.newCell(texts.size(), 1);
    for (int i = 0; i < texts.size(); i++) {
      cells.set(i, Mat5.newString(texts.get(i)));
    }
    return cells;
  }

  private void writeAde(int images) throws IOException {
    String release = "ADE20K_2016_07_26";
    Path at = make("ade20k/" + release + "/images/training/x");
    List<String> files = new ArrayList<>();
    List<String> folders = new ArrayList<>();
    List<String> scenes = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      String name = String.format("ADE_train_%08d", i + 1);
      int m = i % DISTINCT;
      link(at.resolve(name + ".jpg"), m + ".jpg");
      link(at.resolve(name + "_seg.png"), "seg" + m + ".png");
      // As in the release: a half has parts, a fifth a second level of them.
      if (i % 2 == 0) {
        link(at.resolve(name + "_parts_1.png"), "parts" + m + ".png");
      }
      if (i % 10 < 4 && i % 2 == 0) {
        link(at.resolve(name + "_parts_2.png"), "parts" + m + ".png");
      }
      files.add(name + ".jpg");
      folders.add(release + "/images/training/x");
      scenes.add(i % 9 == 0 ? "~not labeled" : "scene " + i % 800);
    }
    List<String> names = new ArrayList<>();
    for (int n = 0; n < NAMES; n++) {
      names.add("thing " + n + ", object " + n);
    }
    Struct index = Mat5.newStruct();
    index.set("filename", cells(files));
    index.set("folder", cells(folders));
    index.set("scene", cells(scenes));
    index.set("objectnames", cells(names));
    Mat5.writeToFile(
        Mat5.newMatFile().addArray("index", index),
        folder.resolve("ade20k/" + release + "/index_ade20k.mat").toFile());
  }

  private void writeDtd(int images) throws IOException {
    Path at = make("dtd/images/x");
    StringBuilder table = new StringBuilder();
    for (int i = 0; i < images; i++) {
      link(at.resolve("x_" + i + ".jpg"), i % DISTINCT + ".jpg");
      table.append("x/x_" + i + ".jpg texture" + i % 47 + " \n");
    }
    Files.writeString(make("dtd/labels").resolve("labels_joint_anno.txt"), table);
  }

  private void writePascal(int images) throws IOException {
    Path photographs = make("pascal/VOC2010/JPEGImages");
    Path objects = make("pascal/context/trainval");
    Path parts = make("pascal/part/Annotations_Part");
    for (int i = 0; i < images; i++) {
      String id = String.format("2010_%06d", i);
      link(photographs.resolve(id + ".jpg"), i % DISTINCT + ".jpg");
      link(objects.resolve(id + ".mat"), "map" + i % DISTINCT + ".mat");
      link(parts.resolve(id + ".mat"), "anno" + i % DISTINCT + ".mat");
    }
    StringBuilder labels = new StringBuilder();
    for (int n = 1; n <= 459; n++) {
      labels.append(n + ": object " + n + "\n");
    }
    Files.writeString(objects.resolveSibling("labels.txt"), labels);
    StringBuilder function = new StringBuilder("function pimap = part2ind()\n% [thing]\n");
    for (int p = 0; p < PARTS; p++) {
      function.append("pimap{1}('part" + p + "') = " + (p + 1) + ";\n");
    }
    Files.writeString(parts.resolveSibling("part2ind.m"), function, StandardCharsets.ISO_8859_1);
  }

  private void writeOpenSurfaces(int images) throws IOException {
    Path photographs = make("opensurfaces/photos");
    Path labels = make("opensurfaces/photos-labels");
    StringBuilder table = new StringBuilder("photo_id,scene_category_name\n");
    for (int i = 1; i <= images; i++) {
      link(photographs.resolve(i + ".jpg"), i % DISTINCT + ".jpg");
      link(labels.resolve(i + ".png"), "material" + i % DISTINCT + ".png");
      table.append(i + ",kitchen\n");
    }
    Files.writeString(folder.resolve("opensurfaces/photos.csv"), table);
    StringBuilder materials = new StringBuilder("substance_id,substance_name,red_color\n");
    for (int m = 1; m <= 45; m++) {
      materials.append(m + ",Material " + m + "," + m + "\n");
    }
    Files.writeString(folder.resolve("opensurfaces/label-substance-colors.csv"), materials);
  }
}
