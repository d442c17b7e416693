package org.netdissect.cluster.hadoop;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.server.datanode.metrics.DataNodeMetrics;
import org.apache.hadoop.metrics2.lib.MutableCounterLong;
import org.netdissect.base.files.TypedPath;

/** A name node and a data node of HDFS in this process, which listen on this machine alone. */
public final class TestHdfs implements AutoCloseable {
  private final MiniDFSCluster cluster;

  /** A setting of whoever uses it: with its one data node, files are kept once. */
  public static final String SETTING = "spark.hadoop.dfs.replication";

  private TestHdfs(MiniDFSCluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Starts it.
   *
   * @param folder for its files
   */
  public static TestHdfs start(Path folder) throws IOException {
    System.setProperty(SETTING, "1");
    Configuration configuration = new Configuration();
    configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.toString());
    return new TestHdfs(new MiniDFSCluster.Builder(configuration).numDataNodes(1).build());
  }

  /** The path of its root. */
  public Path root() throws IOException {
    return TypedPath.of(cluster.getURI(0) + "/");
  }

  /** Bytes that were read of its files, by whomever. */
  public long bytesRead() throws ReflectiveOperationException {
    DataNodeMetrics metrics = cluster.getDataNodes().get(0).getMetrics();
    Field bytes = DataNodeMetrics.class.getDeclaredField("bytesRead");
    bytes.setAccessible(true);
    return ((MutableCounterLong) bytes.get(metrics)).value();
  }

  @Override
  public void close() {
    cluster.shutdown();
  }
}
