package org.netdissect.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** How much may be written where, and how people read it. */
public final class DiskSpace {
  /** System property; false to go on whatever an estimate says. */
  public static final String CHECK = "netdissect.spaceCheck";

  private DiskSpace() {}

  /** Whether estimates are to be heeded. */
  public static boolean isChecked() {
    return Boolean.parseBoolean(System.getProperty(CHECK, "true"));
  }

  /** Bytes that may be written where a folder lies; −1 if the system does not tell. */
  public static long usable(Path folder) {
    try {
      long free = Files.getFileStore(folder).getUsableSpace();
      // Some network drives tell nothing.
      return free == 0 && Files.getFileStore(folder).getTotalSpace() == 0 ? -1 : free;
    } catch (IOException e) {
      return -1;
    }
  }

  /** Bytes as people read them. */
  public static String text(long bytes) {
    double value = Math.max(0, bytes);
    String[] units = {"bytes", "kB", "MB", "GB", "TB"};
    int unit = 0;
    while (value >= 999.5 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(
        Locale.ROOT, unit == 0 || value >= 99.5 ? "%.0f %s" : "%.1f %s", value, units[unit]);
  }
}
