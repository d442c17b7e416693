package org.netdissect.concepts.atlas;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Progress;
import org.netdissect.base.files.DamagedException;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.Vocabulary;

/**
 * A data set, compiled: every image as regions, and the labels of every region. A region is the set
 * of pixels of one image that carry the same multiset of labels; the regions of an image partition
 * its mask. Regions are numbered through all images ("global"), those of an image one after the
 * other.
 *
 * <p>The atlas knows all categories of the data set; which of them are scored is decided later. It
 * lives in a mapped file, so its size does not burden the heap. Safe to use from several threads.
 */
public final class Atlas implements AutoCloseable {
  private final String name;
  private final Path file;
  private final AtlasReader reader;
  private final Map<String, Integer> indices = new HashMap<>();
  private final BasicFileAttributes opened;

  private Atlas(String name, Path file, AtlasReader reader) throws IOException {
    opened = Files.readAttributes(file, BasicFileAttributes.class);
    this.name = name;
    this.file = file;
    this.reader = reader;
    for (int i = 0; i < reader.images.length; i++) {
      indices.put(reader.images[i].name(), i);
    }
  }

  /**
   * Opens the compiled atlas of a data set, or compiles it when there is none or when the data have
   * changed since. A damaged atlas is noticed and compiled again.
   *
   * @param progress told of the compilation and of images that are left out
   * @throws DataException when the data set contradicts itself, or, if strict, an image is
   *     unreadable
   * @throws IOException when the atlas can be written nowhere
   */
  public static Atlas open(ConceptDataset data, AtlasOptions options, Progress progress)
      throws IOException {
    return open(data, options, null, progress);
  }

  /**
   * As {@link #open(ConceptDataset, AtlasOptions, Progress)}.
   *
   * @param engine that has images compiled elsewhere; null to compile all here
   */
  public static Atlas open(
      ConceptDataset data, AtlasOptions options, @Nullable AtlasEngine engine, Progress progress)
      throws IOException {
    String stamp = data.stamp();
    if (!options.rebuild()) {
      for (Path file : AtlasPlace.toRead(data, options.cache())) {
        AtlasReader.Outcome found = AtlasReader.open(file, stamp);
        if (found.damaged()) {
          progress.warn(
              "the atlas " + file + " is damaged or of another version; compiling it again");
        }
        if (found.atlas() != null) {
          reportProblems(found.atlas(), options, progress);
          return new Atlas(data.name(), file, found.atlas());
        }
      }
    }
    List<Path> places = AtlasPlace.toWrite(data, options.cache());
    for (int i = 0; ; i++) {
      Path file = places.get(i);
      try {
        AtlasCompiler.compile(data, stamp, file, options, engine, progress);
      } catch (FileSystemException e) {
        if (i + 1 < places.size()) {
          continue;
        }
        throw new NetdissectException(
            "cannot write the atlas " + file + " (" + reason(e) + "); choose a folder with --cache",
            e);
      }
      AtlasReader.Outcome written = AtlasReader.open(file, null);
      if (written.atlas() == null) {
        throw new NetdissectException(
            "the atlas " + file + " does not read back as written; is the disk sound?");
      }
      return new Atlas(data.name(), file, written.atlas());
    }
  }

  private static String reason(FileSystemException e) {
    return e.getReason() != null ? e.getReason() : e.getClass().getSimpleName();
  }

  private static void reportProblems(AtlasReader reader, AtlasOptions options, Progress progress)
      throws DataException {
    for (AtlasImage image : reader.images) {
      if (image.problem() != null) {
        if (options.strict()) {
          throw new DataException(image.problem());
        }
        progress.warn(image.problem());
      }
    }
  }

  /** The name of the data set. */
  public String name() {
    return name;
  }

  /** The compiled file. */
  public Path file() {
    return file;
  }

  /**
   * Makes sure that the file was not cut while it was read: it lies in memory as long as it is
   * open, and what is cut off reads as zeros or not at all.
   *
   * @throws DamagedException if it was
   */
  public void requireWhole() throws IOException {
    BasicFileAttributes now;
    try {
      now = Files.readAttributes(file, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      // Removed or replaced, it stays what it was for who has it open.
      return;
    }
    if (Objects.equals(now.fileKey(), opened.fileKey()) && now.size() != opened.size()) {
      throw cut(null);
    }
  }

  /** The failure to report when the file was cut while it was read. */
  public DamagedException cut(@Nullable Throwable cause) {
    return new DamagedException(
        file, "it was cut, or its disk failed, while it was read; repeat the command", cause);
  }

  /**
   * 64 hexadecimal digits that stand for everything the data set says: categories, concepts, images
   * and their labels; for neither paths nor times nor the order of its rows.
   */
  public String fingerprint() {
    return reader.fingerprint;
  }

  /** The categories and concepts. */
  public Vocabulary vocabulary() {
    return reader.vocabulary;
  }

  /** How many images there are, those with a problem included. */
  public int size() {
    return reader.images.length;
  }

  /** The image at that place in the order of the data set, from 0. */
  public AtlasImage image(int i) {
    return reader.images[i];
  }

  /** The place of the image of that name, or -1. */
  public int indexOf(String imageName) {
    return indices.getOrDefault(imageName, -1);
  }

  /**
   * Copies the region map of an image: for each pixel of its mask, rows from the top, the number of
   * the region within the image, 0 … regions − 1.
   *
   * @param target at least maskHeight · maskWidth long
   * @throws UncheckedIOException when the file is damaged although its checksums are right
   * @throws IllegalStateException when the image has a problem, and so no regions
   */
  public void readRegionMap(int i, char[] target) {
    AtlasImage image = reader.images[i];
    if (image.regions() == 0) {
      throw new IllegalStateException("no regions: " + image.problem());
    }
    ByteBuffer chunk = reader.chunks[reader.chunkOf[i]];
    int at = reader.offsetInChunk[i];
    int pixels = image.maskHeight() * image.maskWidth();
    int largest = 0;
    if (image.regions() <= 256) {
      byte[] bytes = new byte[pixels];
      chunk.get(at, bytes);
      for (int p = 0; p < pixels; p++) {
        target[p] = (char) (bytes[p] & 0xff);
        largest = Math.max(largest, target[p]);
      }
    } else {
      for (int p = 0; p < pixels; p++) {
        target[p] = chunk.getChar(at + 2 * p);
        largest = Math.max(largest, target[p]);
      }
    }
    if (largest >= image.regions()) {
      throw new UncheckedIOException(
          new DamagedException(file, image.name() + " names a region that it has not", null));
    }
  }

  /** The global number of the image's region 0; at {@code size()}, the number of all regions. */
  public int firstRegion(int i) {
    return reader.firstRegion[i];
  }

  /** How many pixels the region has. */
  public int regionPixels(int globalRegion) {
    return reader.regionPixels.get(globalRegion);
  }

  /**
   * The labels of region r stand at the positions from {@code labelStart(r)} up to, not including,
   * {@code labelStart(r + 1)}.
   */
  public int labelStart(int globalRegion) {
    return reader.labelStarts.get(globalRegion);
  }

  /**
   * A label: {@code number << 8 | category index}. Ascending within a region, and repeated when the
   * label stands twice on its pixels in the same category.
   */
  public int label(int position) {
    return reader.labels.get(position);
  }

  /** Forgets the atlas; the file stays mapped until the memory is collected. */
  @Override
  public void close() {
    indices.clear();
  }
}
