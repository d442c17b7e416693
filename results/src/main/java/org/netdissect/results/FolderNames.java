package org.netdissect.results;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Hands out names of folders in a result: file-safe, and none twice. */
public final class FolderNames {
  private final Set<String> taken;

  private FolderNames(Set<String> taken) {
    this.taken = new HashSet<>(taken);
  }

  /** For the folders of a result's layers, beside what else lies in a result. */
  public static FolderNames inResult() {
    Set<String> taken = new HashSet<>(ResultFolder.FILES);
    taken.addAll(Set.of(ResultFolder.REPORT, ResultFolder.WORK));
    return new FolderNames(taken);
  }

  /** A folder of its own for a layer or a network of that name. */
  public String of(String name) {
    String safe = LayerInfo.fileSafe(name);
    String folder = safe;
    // Some file systems do not tell cases apart.
    for (int i = 2; !taken.add(folder.toLowerCase(Locale.ROOT)); i++) {
      folder = safe + "-" + i;
    }
    return folder;
  }
}
