package org.netdissect.base;

import java.nio.file.Path;

/**
 * The one folder for data sets that were fetched: the system property {@code netdissect.data}, else
 * {@code %LOCALAPPDATA%\netdissect\data} on Windows, {@code $XDG_DATA_HOME/netdissect}, or {@code
 * ~/.local/share/netdissect}.
 */
public final class DataFolder {
  /** System property that names the folder. */
  public static final String PROPERTY = "netdissect.data";

  private DataFolder() {}

  /**
   * The folder, which need not exist yet.
   *
   * @throws NetdissectException if nothing says where it is to be
   */
  public static Path get() throws NetdissectException {
    String windows = CacheFolder.isWindows() ? System.getenv("LOCALAPPDATA") : null;
    String own = System.getProperty(PROPERTY);
    Path folder =
        CacheFolder.first(
            own,
            windows,
            System.getenv("XDG_DATA_HOME"),
            System.getProperty("user.home"),
            ".local/share");
    if (folder == null) {
      throw new NetdissectException(
          "there is no home folder for data; name a folder with XDG_DATA_HOME or"
              + " -Dnetdissect.data");
    }
    // What can be made again lies in the same folder there.
    boolean isShared = (own == null || own.isBlank()) && windows != null && !windows.isBlank();
    return isShared ? folder.resolve("data") : folder;
  }
}
