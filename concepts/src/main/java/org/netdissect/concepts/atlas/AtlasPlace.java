package org.netdissect.concepts.atlas;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.CacheFolder;
import org.netdissect.base.Digests;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Text;
import org.netdissect.concepts.ConceptDataset;

/** Where the compiled atlas of a data set may lie. */
final class AtlasPlace {
  static final String SUFFIX = ".atlas";

  /** The folder beside the data. */
  private static final String IN_DATA = ".netdissect";

  private AtlasPlace() {}

  /** The files to look for a current atlas in, best first. */
  static List<Path> toRead(ConceptDataset data, @Nullable Path cacheOption) throws IOException {
    List<Path> places = new ArrayList<>();
    if (cacheOption != null) {
      places.add(inCache(cacheOption, data));
    } else {
      places.add(inData(data));
      try {
        places.add(inCache(CacheFolder.get(), data));
      } catch (NetdissectException e) {
        // No home: beside the data, or nowhere.
      }
    }
    return places;
  }

  /** The files to try to write to, best first. */
  static List<Path> toWrite(ConceptDataset data, @Nullable Path cacheOption) throws IOException {
    List<Path> places = toRead(data, cacheOption);
    if (places.size() > 1) {
      Path folder = data.folder().toAbsolutePath();
      Path home = folder.resolve(IN_DATA);
      if (!isWritable(Files.exists(home) ? home : folder)) {
        places.remove(0);
      }
    }
    return places;
  }

  private static Path inData(ConceptDataset data) {
    return data.folder()
        .toAbsolutePath()
        .resolve(IN_DATA)
        .resolve("atlas-" + Digests.shortHash(data.key(), 8) + SUFFIX);
  }

  private static Path inCache(Path cache, ConceptDataset data) throws IOException {
    String name = Text.fileSafe(data.name());
    String key = data.folder().toRealPath() + "\n" + data.key();
    return cache
        .toAbsolutePath()
        .resolve(
            name.substring(0, Math.min(40, name.length()))
                + "-"
                + Digests.shortHash(key, 16)
                + SUFFIX);
  }

  /**
   * Whether files may be put into the folder. For root every permission check passes, so a folder
   * that its owner has protected counts as not writable; so does a read-only file system.
   */
  static boolean isWritable(Path folder) {
    try {
      FileStore store = Files.getFileStore(folder);
      if (store.isReadOnly() || !Files.isWritable(folder)) {
        return false;
      }
      PosixFileAttributeView view =
          Files.getFileAttributeView(folder, PosixFileAttributeView.class);
      return view == null
          || view.readAttributes().permissions().contains(PosixFilePermission.OWNER_WRITE);
    } catch (IOException e) {
      return false;
    }
  }
}
