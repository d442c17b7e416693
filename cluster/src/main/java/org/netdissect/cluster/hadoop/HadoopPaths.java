package org.netdissect.cluster.hadoop;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.netdissect.base.files.AddressedPaths;

/** Finds the paths that are meant by addresses that Hadoop knows; found as a service. */
public final class HadoopPaths implements AddressedPaths {
  @Override
  public Path of(String address) {
    try {
      return HadoopFileSystems.path(address);
    } catch (NoClassDefFoundError e) {
      throw new InvalidPathException(
          address, "there is no Hadoop beside this copy; start it with spark-submit");
    }
  }
}
