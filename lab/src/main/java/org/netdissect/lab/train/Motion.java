package org.netdissect.lab.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.NetdissectException;
import org.netdissect.lab.world.World;
import org.netdissect.lab.world.WorldFolder;
import org.netdissect.pictures.Photographs;

/**
 * Tasks about views of one scene by a moving camera, which the made-up world can render. A motion
 * slides left, not at all or right; up, not at all or down; zooms out, not at all or in; never none
 * at all. Each image has several, drawn from its number, and each may be seen backwards: with one
 * motion an image, networks learnt the answers of the images by heart.
 */
abstract class Motion extends Related {
  /** Motions: 27 less the one that is none. */
  private static final int MOTIONS = 26;

  /** Motions that an image is seen in. */
  private static final int OF_IMAGE = 4;

  private static final int REACH = 2;

  private final WorldFolder.Origin origin;
  private final int[] numbers;

  /** Asked for by the thread that trains and the one that makes batches. */
  private final Map<View, byte[]> views = new ConcurrentHashMap<>();

  /** The image after so many steps of one of its motions. */
  private record View(int image, int which, int steps) {}

  Motion(Samples samples, TrainingOptions options) throws IOException {
    super(samples, options);
    origin = origin(options);
    numbers = new int[samples.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = number(samples.file(i));
    }
  }

  /**
   * What the images are rendered from.
   *
   * @throws NetdissectException in one line if they are no made-up world's
   */
  static WorldFolder.Origin origin(TrainingOptions options) throws IOException {
    WorldFolder.Origin found = WorldFolder.origin(options.data());
    if (found == null) {
      throw new NetdissectException(
          options.data()
              + ": --task "
              + options.task().lowerCase()
              + " needs further views of each scene, which only a folder made by 'netdissect"
              + " world' can give");
    }
    return found;
  }

  private static int number(Path file) throws NetdissectException {
    String name = file.getFileName().toString();
    if (!name.matches("\\d{6,9}\\.png")) {
      throw new NetdissectException(file + ": not an image as 'netdissect world' writes them");
    }
    return Integer.parseInt(name.substring(0, name.length() - 4));
  }

  /**
   * One of an image's motions and its amount a step, in sides of the picture. All steps together go
   * no farther than what is compared.
   */
  private record Move(int motion, double amount) {}

  private Move move(int image, int which) {
    Random random = new Random(77L * numbers[image] + 5 + 1_000_003L * which);
    int motion = random.nextInt(MOTIONS);
    return new Move(motion, (0.08 + 0.08 * random.nextDouble()) / (views() - 1));
  }

  /** Draws one of an image's motions. */
  static int which(Random draw) {
    return draw.nextInt(OF_IMAGE);
  }

  /** −1, 0 or 1 along right, down and in. */
  private static int[] directionsOf(int motion) {
    int code = motion < MOTIONS / 2 ? motion : motion + 1;
    return new int[] {code % 3 - 1, code / 3 % 3 - 1, code / 9 - 1};
  }

  /** Where the camera goes, as a mirror shows it if wished. */
  int[] directions(int image, int which, boolean mirror) {
    int[] d = directionsOf(move(image, which).motion());
    return mirror ? new int[] {-d[0], d[1], d[2]} : d;
  }

  /**
   * What moved where from view to view, up to a quarter of the picture: networks that were given
   * the maps alone, as Agrawal's, did not learn to compare them within the few iterations of small
   * runs.
   */
  @Override
  NetworkSpec.Step together() {
    return new NetworkSpec.Correlate("correlated", views(), REACH);
  }

  /** The image seen after so many steps of one of its motions, at the network's size. */
  byte[] view(int image, int which, int steps) throws IOException {
    if (steps == 0) {
      return samples.pixels(image);
    }
    View key = new View(image, which, steps);
    byte[] rgb = views.get(key);
    if (rgb == null) {
      rgb = render(image, move(image, which), steps);
      if (samples.room(rgb.length)) {
        views.put(key, rgb);
      }
    }
    return rgb;
  }

  private byte[] render(int image, Move move, int steps) {
    int[] d = directionsOf(move.motion());
    double amount = steps * move.amount();
    World.Camera camera =
        new World.Camera(d[0] * amount, d[1] * amount, StrictMath.exp(1.5 * d[2] * amount));
    var seen = origin.world().render(numbers[image], camera);
    return new Photographs.Photograph(seen.size(), seen.size(), seen.rgb())
        .resized(side(), side())
        .rgb();
  }

  /**
   * Agrawal, Carreira and Malik 2015: the motion from the view before it and the one after, for
   * each of three axes a class of its own.
   */
  static final class Ego extends Motion {
    private static final int AXES = 3;

    Ego(Samples samples, TrainingOptions options) throws IOException {
      super(samples, options);
    }

    /** Along each axis back, not at all or forth. */
    @Override
    List<Integer> answers() {
      return Collections.nCopies(AXES, 3);
    }

    @Override
    void sample(int image, @Nullable Random random, float[] images, int at, float[] targets, int to)
        throws IOException {
      boolean mirror = mirrored(random);
      Random draw = drawing(random, image);
      int which = which(draw);
      int first = draw.nextInt(2); // 1: seen backwards
      Pixels.whole(view(image, which, first), side(), mirror, 0, images, at);
      Pixels.whole(view(image, which, 1 - first), side(), mirror, 0, images, at + valuesOfView());
      int[] directions = directions(image, which, mirror);
      for (int axis = 0; axis < AXES; axis++) {
        targets[to + axis] = 1 + (first == 0 ? directions[axis] : -directions[axis]);
      }
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
      int which = which(draw);
      boolean ordered = draw.nextBoolean();
      boolean backwards = draw.nextBoolean();
      // Out of order is what has an end in the middle.
      int[] order = ordered ? new int[] {0, 1, 2} : new int[] {1, 0, 2};
      if (!ordered && draw.nextBoolean()) {
        order = new int[] {0, 2, 1};
      }
      for (int i = 0; i < 3; i++) {
        int step = order[backwards ? 2 - i : i];
        Pixels.whole(view(image, which, step), side(), mirror, 0, images, at + i * valuesOfView());
      }
      targets[to] = ordered ? 1 : 0;
    }
  }
}
