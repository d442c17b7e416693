package org.netdissect.base.files;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Finds what is meant by addresses that Java itself does not know; a service. */
@FunctionalInterface
public interface AddressedPaths {
  /**
   * The path that an address leads to. It reads as an address that leads there again.
   *
   * @param address {@code scheme://…}
   * @throws InvalidPathException in one line, if there is no such path
   */
  Path of(String address);
}
