package org.netdissect.lab.world;

import java.util.List;

/**
 * A made-up world of cartoon pictures in which the truth is known to the pixel: scenes with objects
 * made of parts and materials, and close-ups of textures. An image is a function of the world's
 * seed, its index and its size; the pixels and labels are the same on every Java runtime.
 */
public final class World {
  /** One image in this many is a texture's close-up. */
  private static final int TEXTURE_EVERY = 5;

  private final long seed;
  private final int size;

  private World(long seed, int size) {
    this.seed = seed;
    this.size = size;
  }

  /**
   * A world.
   *
   * @param size pixels a side, even, 32 … 1024; 112 or 224 in what the project ships
   */
  public static World of(long seed, int size) {
    if (size < 32 || size > 1024 || size % 2 != 0) {
      throw new IllegalArgumentException(
          "size " + size + ": an even number of pixels from 32 to 1024");
    }
    return new World(seed, size);
  }

  /** Names of the scenes, without Broden's ending "-s". */
  public static List<String> scenes() {
    return Scenes.NAMES;
  }

  /** Names of the textures. */
  public static List<String> textures() {
    return Textures.NAMES;
  }

  /** Renders an image. Scenes and textures follow each other in turn, so all are equally common. */
  public WorldImage render(long index) {
    return render(index, Camera.STILL);
  }

  /**
   * How far the camera has moved from where {@link #render(long)} stands.
   *
   * @param right by how much of the picture's side what is seen slides to the left
   * @param down by how much of the picture's side what is seen slides up
   * @param zoom by how much it is magnified about the middle; 1 for not at all
   */
  public record Camera(double right, double down, double zoom) {
    /** Not moved. */
    public static final Camera STILL = new Camera(0, 0, 1);
  }

  /** As {@link #render(long)}, the same scene under the same light seen by a moved camera. */
  public WorldImage render(long index, Camera camera) {
    Rng r = Rng.of(seed, index);
    Canvas c = new Canvas(size);
    if (!camera.equals(Camera.STILL)) {
      c.move(0.5, 0.5).scale(camera.zoom(), camera.zoom());
      c.move(-0.5 - camera.right(), -0.5 - camera.down());
    }
    String scene = "";
    List<String> textures = List.of();
    if (index % TEXTURE_EVERY == TEXTURE_EVERY - 1) {
      String name = Textures.NAMES.get((int) (index / TEXTURE_EVERY % Textures.NAMES.size()));
      textures = List.of(name);
      Textures.paint(name, c, r);
    } else {
      long nth = index - index / TEXTURE_EVERY;
      scene = Scenes.NAMES.get((int) (nth % Scenes.NAMES.size()));
      new Scenes(c, r).paint(scene);
    }
    double light = r.in(0.72, 1.15);
    double warmth = r.in(-0.08, 0.08);
    double blur = r.chance(0.4) ? r.in(0.1, 0.8) : 0;
    c.develop(
        light * (1 + warmth),
        light,
        light * (1 - warmth),
        r.in(0.8, 1.15),
        blur,
        r.whole(0, 10),
        r.salt());
    return c.finish(scene, textures);
  }
}
