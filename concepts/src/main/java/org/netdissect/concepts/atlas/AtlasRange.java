package org.netdissect.concepts.atlas;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.netdissect.base.DataException;
import org.netdissect.base.Digests;
import org.netdissect.base.ToolVersion;
import org.netdissect.base.files.TypedPath;
import org.netdissect.base.files.WholeFile;
import org.netdissect.concepts.ConceptDataset;

/**
 * Images of a data set that are compiled apart from the others, into a file of their own. It may be
 * done several times, even at once: the file is there as a whole or not at all, and the same.
 *
 * @param inputs {@link #inputs} of the data set as the one who asks sees it
 * @param folder for the file
 * @param from row of the first image
 * @param to row behind the last
 */
public record AtlasRange(String inputs, String folder, int from, int to) implements Serializable {
  /** Digest of all that decides how the labels of a data set come out. */
  public static String inputs(ConceptDataset data) throws IOException {
    return inputs(data, data.stamp());
  }

  static String inputs(ConceptDataset data, String stamp) {
    String all =
        String.join(
            "\n",
            ToolVersion.get(),
            "" + AtlasFile.VERSION,
            data.key(),
            stamp,
            "" + data.images().size());
    return Digests.sha256Hex(all.getBytes(StandardCharsets.UTF_8));
  }

  /** How many images there are. */
  public int images() {
    return to - from;
  }

  /** The file that they are compiled into. */
  public Path file() {
    return TypedPath.of(folder).resolve("part-" + from + "-" + to + ".bin");
  }

  /**
   * Compiles the images, unless that has been done.
   *
   * @param data the same as that of the one who asks, by its {@link #inputs}
   * @param told how many images more are compiled
   * @return false if the folder cannot be reached from here, or is not needed any more
   * @throws DataException when the data set contradicts itself
   */
  public boolean compile(ConceptDataset data, LongConsumer told) throws IOException {
    if (Files.exists(file())) {
      told.accept(images());
      return true;
    }
    if (!Files.isDirectory(TypedPath.of(folder))) {
      return false;
    }
    Path own = file().resolveSibling(file().getFileName() + "." + UUID.randomUUID());
    try {
      AtlasPart.write(own, this, data, told);
      WholeFile.place(own, file());
      return true;
    } catch (NoSuchFileException e) {
      if (Files.isDirectory(TypedPath.of(folder))) {
        throw e;
      }
      return false;
    } finally {
      Files.deleteIfExists(own);
    }
  }
}
