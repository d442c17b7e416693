package org.netdissect.base.files;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Files and folders by the names that people type. A relative name is meant from the folder in
 * which the command was given, which for a process of a cluster is not its own: its environment
 * tells.
 */
public final class TypedPath {
  /** Environment variable with the folder in which the command was given, if it is another. */
  public static final String FOLDER = "NETDISSECT_FOLDER";

  private TypedPath() {}

  /**
   * What is meant by a name.
   *
   * @throws InvalidPathException if it is no path
   */
  public static Path of(String name) {
    return from(System.getenv(FOLDER), Path.of(name));
  }

  /** What is not there is left as it was typed: it may be a name of something else. */
  static Path from(@Nullable String folder, Path typed) {
    if (folder == null || typed.isAbsolute()) {
      return typed;
    }
    Path there = Path.of(folder).resolve(typed);
    return Files.exists(there) ? there : typed;
  }
}
