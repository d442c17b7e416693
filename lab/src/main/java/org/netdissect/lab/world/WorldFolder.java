package org.netdissect.lab.world;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.files.Trees;
import org.netdissect.base.threads.Workers;
import org.netdissect.datasets.broden.BrodenWriter;
import org.netdissect.pictures.PngWriter;

/** Writes images of a {@link World} as a data set in Broden's format. */
public final class WorldFolder {
  /** The categories of a world's labels. */
  public static final List<String> CATEGORIES =
      List.of("color", "object", "part", "material", "scene", "texture");

  private static final String README = "README.txt";
  private static final Pattern SAID =
      Pattern.compile("seed (-?\\d{1,18}), (\\d{1,9}) images of (\\d{1,4}) x ");

  private WorldFolder() {}

  /**
   * Renders images 0 … images − 1 of a world into a folder. Photographs are PNG files, as JPEG
   * encoders differ between Java runtimes.
   *
   * @param folder must not exist or be empty
   * @param threads that render
   * @param progress is told how many images are done, from any thread; then the masks are written
   */
  public static void write(
      long seed, int size, int images, Path folder, int threads, IntConsumer progress)
      throws IOException {
    World world = World.of(seed, size);
    try (BrodenWriter writer =
        BrodenWriter.builder(folder, CATEGORIES)
            .optCommand("netdissect world")
            .optReadme(readme(seed, size, images))
            .open()) {
      AtomicInteger done = new AtomicInteger();
      try {
        Workers.run(
            threads,
            images,
            "world",
            () ->
                i -> {
                  add(writer, world.render(i), i);
                  progress.accept(done.incrementAndGet());
                });
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        throw new NetdissectException("cannot write " + folder + ": " + e.getMessage(), e);
      }
      writer.finish();
    }
  }

  /**
   * As {@link #write}, unless the folder holds such images already. A folder that was not finished
   * is made anew, so that a caller that is cut off may be called again.
   *
   * @throws IOException also when the folder holds something else
   */
  public static void ensure(
      long seed, int size, int images, Path folder, int threads, IntConsumer progress)
      throws IOException {
    if (!Files.exists(folder)) {
      Path unfinished = folder.resolveSibling(folder.getFileName() + ".inc");
      Trees.delete(unfinished);
      write(seed, size, images, unfinished, threads, progress);
      Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    Path readme = folder.resolve(README);
    if (!Files.isRegularFile(readme)
        || !Files.readString(readme).equals(readme(seed, size, images))) {
      throw new NetdissectException(
          folder + " holds other images than those wanted; delete it or name another folder");
    }
  }

  /**
   * What a folder's photographs were rendered from.
   *
   * @param world whose images they are
   * @param images their number; photograph {@code world/000012.png} is image 12
   */
  public record Origin(World world, int images) {}

  /** The world that a folder shows, or null when {@link #write} did not make it. */
  public static @Nullable Origin origin(Path folder) throws IOException {
    Path readme = folder.resolve(README);
    if (!Files.isRegularFile(readme) || Files.size(readme) > 10_000) {
      return null;
    }
    Matcher matcher = SAID.matcher(Files.readString(readme));
    if (!matcher.find()) {
      return null;
    }
    long seed = Long.parseLong(matcher.group(1));
    int images = Integer.parseInt(matcher.group(2));
    int size = Integer.parseInt(matcher.group(3));
    boolean ours = Files.readString(readme).equals(readme(seed, size, images));
    return ours ? new Origin(World.of(seed, size), images) : null;
  }

  private static String readme(long seed, int size, int images) {
    return """
        Images of a made-up world, rendered by netdissect.
        seed %d, %d images of %d x %d pixels, masks of half that size.
        """
        .formatted(seed, images, size, size);
  }

  private static void add(BrodenWriter writer, WorldImage image, int index) throws IOException {
    int[] codes = new int[image.names().size()];
    for (int i = 1; i < codes.length; i++) {
      codes[i] = writer.code(image.names().get(i));
    }
    List<BrodenWriter.AddedMap> maps = new ArrayList<>();
    List<BrodenWriter.AddedWhole> whole = new ArrayList<>();
    maps.add(new BrodenWriter.AddedMap(0, translate(image.colors(), codes)));
    if (image.scene().isEmpty()) {
      for (String texture : image.textures()) {
        whole.add(new BrodenWriter.AddedWhole(5, writer.code(texture)));
      }
    } else {
      maps.add(new BrodenWriter.AddedMap(1, translate(image.objects(), codes)));
      maps.add(new BrodenWriter.AddedMap(2, translate(image.parts(), codes)));
      maps.add(new BrodenWriter.AddedMap(3, translate(image.materials(), codes)));
      whole.add(new BrodenWriter.AddedWhole(4, writer.code(image.scene() + "-s")));
    }
    writer.add(
        new BrodenWriter.Image(
            String.format(Locale.ROOT, "world/%06d.png", index),
            PngWriter.encode(image.rgb(), image.size(), image.size(), PngWriter.Filter.UP, 1),
            image.size(),
            image.size(),
            image.maskSize(),
            image.maskSize(),
            maps,
            whole));
  }

  private static char[] translate(char[] layer, int[] codes) {
    char[] result = new char[layer.length];
    for (int i = 0; i < layer.length; i++) {
      result[i] = (char) codes[layer[i]];
    }
    return result;
  }
}
