package org.netdissect.concepts.atlas;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How an atlas is opened.
 *
 * @param cache the folder to keep it in, or null: {@code .netdissect} in the data folder where that
 *     can be written, otherwise the user's cache folder
 * @param workers threads that compile
 * @param strict whether an unreadable image stops the work instead of being left out
 * @param rebuild whether to compile even when a current atlas is there
 */
public record AtlasOptions(@Nullable Path cache, int workers, boolean strict, boolean rebuild) {
  public AtlasOptions {
    if (workers < 1) {
      throw new IllegalArgumentException("workers: " + workers);
    }
  }

  /** The usual: place found by itself, a worker a core, not strict, not rebuilt without need. */
  public static AtlasOptions defaults() {
    return new AtlasOptions(null, Runtime.getRuntime().availableProcessors(), false, false);
  }

  public AtlasOptions withCache(@Nullable Path folder) {
    return new AtlasOptions(folder, workers, strict, rebuild);
  }

  public AtlasOptions withWorkers(int threads) {
    return new AtlasOptions(cache, threads, strict, rebuild);
  }

  public AtlasOptions withStrict(boolean stop) {
    return new AtlasOptions(cache, workers, stop, rebuild);
  }

  public AtlasOptions withRebuild(boolean anew) {
    return new AtlasOptions(cache, workers, strict, anew);
  }
}
