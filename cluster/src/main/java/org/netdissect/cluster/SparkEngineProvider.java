package org.netdissect.cluster;

import java.io.IOException;
import java.util.List;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Progress;
import org.netdissect.dissection.PartEngine;

/** Starts Spark for {@code netdissect run --master}; found as a service. */
public final class SparkEngineProvider implements PartEngine.Provider {
  @Override
  public PartEngine open(String master, int parts, List<String> command, Progress progress)
      throws IOException {
    return withSpark(() -> SparkEngine.start(master, parts, command, progress));
  }

  /** Starts something of Spark. */
  interface Start<T> {
    T now() throws IOException;
  }

  /** Starts something, or says that Spark is not there. */
  static <T> T withSpark(Start<T> start) throws IOException {
    try {
      return start.now();
    } catch (NoClassDefFoundError e) {
      throw new NetdissectException(
          "there is no Apache Spark beside this copy; start it with spark-submit (docs/cluster.md)",
          e);
    }
  }
}
