package org.netdissect.dissection.activations;

import java.io.Closeable;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.netdissect.base.Digests;
import org.netdissect.base.Progress;
import org.netdissect.base.threads.InOrder;
import org.netdissect.dissection.rules.ImageOrder;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LayerInfo;

/**
 * Goes once over the maps of a source, block by block: on several threads, and yet in order, so
 * that what is summed over the blocks does not depend on the number of threads. Memory: for each
 * thread one block of maps, and what waits of the blocks' outcomes.
 */
public final class MapsPass {
  private static final int MOST_IMAGES = 32;

  /** Values of all layers in one block. */
  private static final long MOST_VALUES = 1L << 24;

  private final ActivationSource source;
  private final ImageOrder images;
  private final int blockImages;

  public MapsPass(ActivationSource source, ImageOrder images) {
    this.source = source;
    this.images = images;
    long perImage =
        source.layers().stream().mapToLong(layer -> (long) layer.units() * layer.cells()).sum();
    blockImages = (int) Math.max(1, Math.min(MOST_IMAGES, MOST_VALUES / perImage));
  }

  /**
   * Some images that were read, and their maps.
   *
   * @param images their numbers
   * @param maps per layer of the source images × units × height × width; there may be room behind
   */
  public record Block(int[] images, float[][] maps) {}

  /** What is made of a block, on any thread. */
  public interface Work<T> {
    T of(Block block) throws IOException;
  }

  /** Takes what was made of the blocks, one after the other in their order. */
  public interface Sink<T> {
    void take(T made) throws IOException;
  }

  /**
   * What was read.
   *
   * @param images how many
   * @param unreadable why not, by name
   * @param sha256 of the digests of all photographs, in order
   */
  public record Read(int images, SortedMap<String, String> unreadable, String sha256) {}

  private record Outcome<T>(T made, List<byte[]> digests, SortedMap<Integer, String> unreadable) {}

  /**
   * Does it.
   *
   * @param name what is done, for people
   * @throws DissectionException if no image can be read
   */
  public <T> Read run(
      String name, int workers, Progress progress, Work<T> work, Sink<? super T> sink)
      throws IOException {
    int blocks = (images.size() + blockImages - 1) / blockImages;
    MessageDigest sha256 = Digests.sha256();
    SortedMap<String, String> unreadable = new TreeMap<>();
    int[] read = new int[1];
    try (Readers readers = new Readers();
        Progress.Phase phase = progress.phase(name, images.size(), "images")) {
      InOrder.run(
          workers,
          workers,
          0,
          blocks,
          "maps",
          block -> readers.use(block, work),
          (block, outcome) -> {
            outcome.digests().forEach(sha256::update);
            read[0] += outcome.digests().size();
            for (Map.Entry<Integer, String> failed : outcome.unreadable().entrySet()) {
              String image = images.name(failed.getKey());
              progress.warn("left out " + ImageOrder.problem(image, failed.getValue()));
              unreadable.put(image, failed.getValue());
            }
            sink.take(outcome.made());
            phase.advance(Math.min(blockImages, images.size() - block * blockImages));
          });
      phase.done();
    }
    if (read[0] == 0) {
      throw new DissectionException(
          "none of the "
              + images.size()
              + " images could be read"
              + (unreadable.isEmpty()
                  ? ""
                  : "; the first: "
                      + ImageOrder.problem(
                          unreadable.firstKey(),
                          Objects.requireNonNull(unreadable.get(unreadable.firstKey())))));
    }
    return new Read(read[0], unreadable, Digests.hex(sha256.digest()));
  }

  /** Readers that wait for a thread that needs one. */
  private final class Readers implements Closeable {
    private final ConcurrentLinkedDeque<BlockReader> free = new ConcurrentLinkedDeque<>();

    <T> Outcome<T> use(int block, Work<T> work) throws IOException {
      BlockReader reader = free.poll();
      if (reader == null) {
        reader = new BlockReader();
      }
      try {
        return reader.read(block, work);
      } finally {
        free.push(reader);
      }
    }

    @Override
    public void close() throws IOException {
      for (BlockReader reader : free) {
        reader.reader.close();
      }
    }
  }

  private final class BlockReader implements ActivationSource.Outcome {
    private final ActivationSource.Reader reader;
    private final float[][] maps;
    private final int[] numbers = new int[blockImages];
    private List<byte[]> digests = new ArrayList<>();
    private SortedMap<Integer, String> failed = new TreeMap<>();

    BlockReader() throws IOException {
      List<LayerInfo> layers = source.layers();
      maps = new float[layers.size()][];
      for (int l = 0; l < maps.length; l++) {
        maps[l] = new float[blockImages * layers.get(l).units() * layers.get(l).cells()];
      }
      reader = source.newReader();
    }

    <T> Outcome<T> read(int block, Work<T> work) throws IOException {
      digests = new ArrayList<>();
      failed = new TreeMap<>();
      int from = block * blockImages;
      int to = Math.min(images.size(), from + blockImages);
      for (int start = from; start < to; start += source.batch()) {
        int[] wanted = new int[Math.min(to, start + source.batch()) - start];
        for (int i = 0; i < wanted.length; i++) {
          wanted[i] = start + i;
        }
        reader.read(wanted, maps, digests.size(), this);
      }
      Block made = new Block(Arrays.copyOf(numbers, digests.size()), maps);
      return new Outcome<>(work.of(made), digests, failed);
    }

    @Override
    public void read(int image, byte[] digest) {
      numbers[digests.size()] = image;
      digests.add(digest);
    }

    @Override
    public void unreadable(int image, String reason) {
      failed.put(image, reason);
    }
  }
}
