package org.netdissect.base;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The one folder for what can be made again: the system property {@code netdissect.cache}, else
 * {@code %LOCALAPPDATA%\netdissect} on Windows, {@code $XDG_CACHE_HOME/netdissect}, or {@code
 * ~/.cache/netdissect}. The scripts that start the program follow the same rule.
 */
public final class CacheFolder {
  /** System property that names the folder. */
  public static final String PROPERTY = "netdissect.cache";

  private static final String NAME = "netdissect";

  private CacheFolder() {}

  /**
   * The folder, which need not exist yet.
   *
   * @throws NetdissectException if nothing says where it is to be
   */
  public static Path get() throws NetdissectException {
    return of(
        System.getProperty(PROPERTY),
        isWindows() ? System.getenv("LOCALAPPDATA") : null,
        System.getenv("XDG_CACHE_HOME"),
        System.getProperty("user.home"));
  }

  static Path of(
      @Nullable String own,
      @Nullable String localAppData,
      @Nullable String xdg,
      @Nullable String home)
      throws NetdissectException {
    Path folder = first(own, localAppData, xdg, home, ".cache");
    if (folder == null) {
      throw new NetdissectException(
          "there is no home folder for the cache; name a folder with XDG_CACHE_HOME or"
              + " -Dnetdissect.cache");
    }
    return folder;
  }

  /**
   * The first of these that says something; null if none does.
   *
   * @param underHome the folder in the home folder that xdg stands for
   */
  static @Nullable Path first(
      @Nullable String own,
      @Nullable String localAppData,
      @Nullable String xdg,
      @Nullable String home,
      String underHome) {
    if (own != null && !own.isBlank()) {
      return Path.of(own);
    }
    if (localAppData != null && !localAppData.isBlank()) {
      return Path.of(localAppData, NAME);
    }
    if (xdg != null && Path.of(xdg).isAbsolute()) {
      return Path.of(xdg, NAME);
    }
    if (home != null && Path.of(home).isAbsolute() && Files.isDirectory(Path.of(home))) {
      return Path.of(home).resolve(underHome).resolve(NAME);
    }
    return null;
  }

  static boolean isWindows() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
  }
}
