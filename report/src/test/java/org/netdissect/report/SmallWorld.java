package org.netdissect.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.Dissection;

/** A small made-up data set with hostile names, and activation maps that detect some of it. */
public final class SmallWorld {
  public static final String HOSTILE = "<script>alert(1)</script>";
  static final String QUOTES = "it's \"a\" & b</script>";
  static final int HEIGHT = 48;
  static final int WIDTH = 64;
  static final int MAP_HEIGHT = 6;
  static final int MAP_WIDTH = 8;
  static final int IMAGES = 40;
  public static final int UNITS = 12;

  /** Zero on every image. */
  public static final int INACTIVE = 10;

  /** Its largest value is nearly everywhere. */
  static final int SATURATED = 11;

  private static final String[] LABELS = {
    "", "car", HOSTILE, QUOTES, "red-c", "blue-c", "street-s", "living_room-s"
  };

  public final Path folder;
  final List<String> names = new ArrayList<>();

  /** By image, what it holds. */
  private final List<List<String>> labels = new ArrayList<>();

  private final List<String> masks = new ArrayList<>();

  /** By image, unit and cell. */
  final float[][][] activations = new float[IMAGES][UNITS][MAP_HEIGHT * MAP_WIDTH];

  private SmallWorld(Path folder) {
    this.folder = folder;
  }

  public static SmallWorld make(Path folder, long seed) throws IOException {
    return make(folder, seed, false);
  }

  /**
   * Makes the data.
   *
   * @param sparse leave every fourth image without a mask of objects
   */
  static SmallWorld make(Path folder, long seed, boolean sparse) throws IOException {
    SmallWorld world = new SmallWorld(folder);
    Random random = new Random(seed);
    Path data = Files.createDirectories(folder.resolve("data"));
    Files.createDirectories(data.resolve("images/a"));
    write(
        data.resolve("category.csv"),
        "name,first,last,count,frequency",
        "object,1,3,3,9",
        "color,4,5,2,9",
        "scene,6,7,2,9");
    List<String> labels = new ArrayList<>(List.of("number,name,category,frequency,coverage,syns"));
    for (int n = 1; n < LABELS.length; n++) {
      String category = n < 4 ? "object" : n < 6 ? "color" : "scene";
      labels.add(n + "," + quoted(LABELS[n]) + "," + category + "(9),9,9.0,");
    }
    write(data.resolve("label.csv"), labels.toArray(String[]::new));
    codes(data, "object", 1, 3);
    codes(data, "color", 4, 5);
    codes(data, "scene", 6, 7);
    List<String> index = new ArrayList<>(List.of("image,split,ih,iw,sh,sw,object,color,scene"));
    for (int i = 0; i < IMAGES; i++) {
      String name = "a/i" + i;
      world.names.add(name + ".jpg");
      int label = 1 + random.nextInt(3);
      int top = random.nextInt(HEIGHT / 4);
      int left = random.nextInt(WIDTH / 4);
      int tall = 5 + random.nextInt(HEIGHT / 4 - 5);
      int wide = 5 + random.nextInt(WIDTH / 4 - 5);
      photo(data.resolve("images/" + name + ".jpg"), random, label, 2 * top, 2 * left, tall, wide);
      mask(data.resolve("images/" + name + "_o.png"), label, top, left, tall, wide, 0);
      mask(data.resolve("images/" + name + "_c.png"), 4 + i % 2, top, left, tall, wide, 5 - i % 2);
      index.add(
          name
              + ".jpg,train,"
              + HEIGHT
              + ","
              + WIDTH
              + ","
              + HEIGHT / 2
              + ","
              + WIDTH / 2
              + ","
              + (sparse && i % 4 == 3 ? "" : name + "_o.png")
              + ","
              + name
              + "_c.png,"
              + (6 + i % 2));
      List<String> held =
          new ArrayList<>(List.of(LABELS[label], LABELS[4 + i % 2], LABELS[6 + i % 2]));
      held.add(LABELS[5 - i % 2]);
      if (sparse && i % 4 == 3) {
        held.remove(0);
      }
      world.labels.add(held);
      StringBuilder mask = new StringBuilder();
      for (int p = 0; p < HEIGHT / 2 * WIDTH / 2; p++) {
        int y = p / (WIDTH / 2);
        int x = p % (WIDTH / 2);
        mask.append(y >= top && y < top + tall && x >= left && x < left + wide ? '1' : '0');
      }
      world.masks.add(mask.toString());
      for (int u = 0; u < UNITS; u++) {
        for (int y = 0; y < MAP_HEIGHT; y++) {
          for (int x = 0; x < MAP_WIDTH; x++) {
            boolean inside =
                y * 4 + 2 >= top
                    && y * 4 + 2 < top + tall
                    && x * 4 + 2 >= left
                    && x * 4 + 2 < left + wide;
            float noise = (float) Math.abs(random.nextGaussian());
            float value = inside && u % 3 + 1 == label ? 3 + u * 0.1f + noise : noise;
            value = u == INACTIVE ? 0 : u == SATURATED ? Math.min(value, 0.3f) : value;
            world.activations[i][u][y * MAP_WIDTH + x] = value;
          }
        }
      }
    }
    write(data.resolve("index.csv"), index.toArray(String[]::new));
    world.writeMaps(folder.resolve("maps.npy"));
    return world;
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\"", "\"\"") + "\"";
  }

  private static void codes(Path data, String category, int first, int last) throws IOException {
    List<String> lines = new ArrayList<>(List.of("code,number,name,frequency,coverage"));
    for (int n = first; n <= last; n++) {
      lines.add((n - first + 1) + "," + n + "," + quoted(LABELS[n]) + ",9,9.0");
    }
    write(data.resolve("c_" + category + ".csv"), lines.toArray(String[]::new));
  }

  private static void write(Path file, String... lines) throws IOException {
    Files.writeString(file, String.join("\r\n", lines) + "\r\n");
  }

  private static void mask(Path file, int label, int top, int left, int tall, int wide, int around)
      throws IOException {
    BufferedImage image = new BufferedImage(WIDTH / 2, HEIGHT / 2, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < HEIGHT / 2; y++) {
      for (int x = 0; x < WIDTH / 2; x++) {
        boolean inside = y >= top && y < top + tall && x >= left && x < left + wide;
        image.setRGB(x, y, (inside ? label : around) << 16);
      }
    }
    ImageIO.write(image, "png", file.toFile());
  }

  private static void photo(
      Path file, Random random, int label, int top, int left, int tall, int wide)
      throws IOException {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    int ground = 0x606060 + random.nextInt(0x40) * 0x010101;
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        boolean inside = y >= top && y < top + 2 * tall && x >= left && x < left + 2 * wide;
        image.setRGB(x, y, inside ? 0xff << (8 * (label - 1)) : ground + y * 0x010101);
      }
    }
    ImageIO.write(image, "jpg", file.toFile());
  }

  private void writeMaps(Path file) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': ("
            + IMAGES
            + ", "
            + UNITS
            + ", "
            + MAP_HEIGHT
            + ", "
            + MAP_WIDTH
            + "), }";
    header = header + " ".repeat(63 - (10 + header.length()) % 64) + "\n";
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    out.write(header.length() & 0xff);
    out.write(header.length() >> 8);
    out.write(header.getBytes(StandardCharsets.US_ASCII));
    ByteBuffer values =
        ByteBuffer.allocate(4 * IMAGES * UNITS * MAP_HEIGHT * MAP_WIDTH)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (float[][] image : activations) {
      for (float[] unit : image) {
        for (float value : unit) {
          values.putFloat(value);
        }
      }
    }
    out.write(values.array());
    Files.write(file, bytes.toByteArray());
  }

  public ConceptDataset data() throws IOException {
    return BrodenDataset.open(folder.resolve("data"));
  }

  /** Where the compiled data set lies. */
  AtlasOptions atlas() {
    return AtlasOptions.defaults().withCache(folder.resolve("cache"));
  }

  /** Whether an image holds a label. */
  boolean holds(String image, String label) {
    return labels.get(names.indexOf(image)).contains(label);
  }

  /** The pixels of an image's object, 0 or 1, rows from the top. */
  String objectMask(String image) {
    return masks.get(names.indexOf(image));
  }

  /**
   * Dissects the maps.
   *
   * @param layers names; all are the same maps
   * @param input size of the network's input, or null for the photographs' own
   */
  public Dissection dissect(
      String out, Convention convention, ReceptiveField field, InputSize input, String... layers)
      throws IOException {
    List<RecordedActivations.Maps> maps = new ArrayList<>();
    for (String layer : layers) {
      maps.add(new RecordedActivations.Maps(layer, folder.resolve("maps.npy"), field));
    }
    return Dissector.builder()
        .setRecorded(new RecordedActivations(maps, names, input))
        .setData(data())
        .setOut(folder.resolve(out))
        .optConvention(convention)
        .optQuantile(Quantile.of("0.05"))
        .optCache(folder.resolve("cache"))
        .optPeaks(true)
        .build()
        .run();
  }
}
