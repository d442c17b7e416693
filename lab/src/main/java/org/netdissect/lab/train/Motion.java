package org.netdissect.lab.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.NetdissectException;
import org.netdissect.lab.world.World;
import org.netdissect.lab.world.WorldFolder;
import org.netdissect.pictures.Photographs;

/**
 * Tasks about views of one scene by a moving camera, which the made-up world can render. Each image
 * has one motion, drawn from its number: slide left, not at all or right; up, not at all or down;
 * zoom out, not at all or in; never none at all.
 */
abstract class Motion extends Related {
  /** Motions: 27 less the one that is none. */
  private static final int MOTIONS = 26;

  private final WorldFolder.Origin origin;
  private final int[] numbers;
  private final byte[][][] views;

  Motion(Samples samples, TrainingOptions options) throws IOException {
    super(samples, options);
    WorldFolder.Origin found = WorldFolder.origin(options.data());
    if (found == null) {
      throw new NetdissectException(
          options.data()
              + ": --task "
              + options.task().lowerCase()
              + " needs further views of each scene, which only a folder made by 'netdissect"
              + " world' can give");
    }
    origin = found;
    numbers = new int[samples.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = number(samples.file(i));
    }
    views = new byte[numbers.length][][];
  }

  private static int number(Path file) throws NetdissectException {
    String name = file.getFileName().toString();
    if (!name.matches("\\d{6,9}\\.png")) {
      throw new NetdissectException(file + ": not an image as 'netdissect world' writes them");
    }
    return Integer.parseInt(name.substring(0, name.length() - 4));
  }

  private static int motion(int number) {
    return new Random(77L * number + 5).nextInt(MOTIONS);
  }

  /** −1, 0 or 1 along right, down and in. */
  private static int[] directionsOf(int motion) {
    int code = motion < MOTIONS / 2 ? motion : motion + 1;
    return new int[] {code % 3 - 1, code / 3 % 3 - 1, code / 9 - 1};
  }

  int[] directions(int image, boolean mirror) {
    int[] d = directionsOf(motion(numbers[image]));
    return mirror ? new int[] {-d[0], d[1], d[2]} : d;
  }

  /** The class of directions: inverse of {@link #directionsOf}. */
  static int code(int... d) {
    int code = (d[0] + 1) + 3 * (d[1] + 1) + 9 * (d[2] + 1);
    return code > MOTIONS / 2 ? code - 1 : code;
  }

  /** The image seen after that many steps of its motion, at the network's size. */
  byte[] view(int image, int steps) throws IOException {
    if (steps == 0) {
      return samples.pixels(image);
    }
    byte[][] of = views[image];
    if (of == null) {
      of = new byte[2][];
    }
    byte[] rgb = of[steps - 1];
    if (rgb == null) {
      rgb = render(image, steps);
      if (samples.room(rgb.length)) {
        of[steps - 1] = rgb;
        views[image] = of;
      }
    }
    return rgb;
  }

  private byte[] render(int image, int steps) {
    int[] d = directionsOf(motion(numbers[image]));
    Random random = new Random(31L * numbers[image] + 7);
    double amount = steps * (0.04 + 0.03 * random.nextDouble());
    World.Camera camera =
        new World.Camera(d[0] * amount, d[1] * amount, StrictMath.exp(1.5 * d[2] * amount));
    var seen = origin.world().render(numbers[image], camera);
    return new Photographs.Photograph(seen.size(), seen.size(), seen.rgb())
        .resized(side(), side())
        .rgb();
  }

  /** Agrawal, Carreira and Malik 2015: the motion from the view before it and the one after. */
  static final class Ego extends Motion {
    Ego(Samples samples, TrainingOptions options) throws IOException {
      super(samples, options);
    }

    @Override
    List<String> classes() {
      List<String> names = new ArrayList<>();
      for (int motion = 0; motion < MOTIONS; motion++) {
        int[] d = directionsOf(motion);
        List<String> words = new ArrayList<>();
        words.add(d[0] == 0 ? "" : d[0] < 0 ? "left" : "right");
        words.add(d[1] == 0 ? "" : d[1] < 0 ? "up" : "down");
        words.add(d[2] == 0 ? "" : d[2] < 0 ? "out" : "in");
        words.removeIf(String::isEmpty);
        names.add(String.join(" ", words));
      }
      return names;
    }

    @Override
    void sample(int image, @Nullable Random random, float[] images, int at, float[] targets, int to)
        throws IOException {
      boolean mirror = mirrored(random);
      Pixels.whole(view(image, 0), side(), mirror, 0, images, at);
      Pixels.whole(view(image, 1), side(), mirror, 0, images, at + valuesOfView());
      targets[to] = code(directions(image, mirror));
    }
  }

  /** Misra, Zitnick and Hebert 2016: whether three views follow each other in time. */
  static final class Order extends Motion {
    Order(Samples samples, TrainingOptions options) throws IOException {
      super(samples, options);
    }

    @Override
    List<String> classes() {
      return List.of("shuffled", "in order");
    }

    @Override
    void sample(int image, @Nullable Random random, float[] images, int at, float[] targets, int to)
        throws IOException {
      boolean mirror = mirrored(random);
      Random draw = drawing(random, image);
      boolean ordered = draw.nextBoolean();
      boolean backwards = draw.nextBoolean();
      // Out of order is what has an end in the middle.
      int[] order = ordered ? new int[] {0, 1, 2} : new int[] {1, 0, 2};
      if (!ordered && draw.nextBoolean()) {
        order = new int[] {0, 2, 1};
      }
      for (int i = 0; i < 3; i++) {
        int step = order[backwards ? 2 - i : i];
        Pixels.whole(view(image, step), side(), mirror, 0, images, at + i * valuesOfView());
      }
      targets[to] = ordered ? 1 : 0;
    }
  }
}
