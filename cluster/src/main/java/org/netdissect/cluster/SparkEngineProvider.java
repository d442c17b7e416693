package org.netdissect.cluster;

import java.io.IOException;
import java.util.List;
import org.netdissect.base.Progress;
import org.netdissect.dissection.PartEngine;

/** Starts Spark for {@code netdissect run --master}; found as a service. */
public final class SparkEngineProvider implements PartEngine.Provider {
  @Override
  public PartEngine open(String master, int parts, List<String> command, Progress progress)
      throws IOException {
    return SparkEngine.start(master, parts, command, progress);
  }
}
