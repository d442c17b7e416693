package org.netdissect.cluster.hadoop;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
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
  public long bytesRead() throws JMException {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    ObjectName asked = new ObjectName("Hadoop:service=DataNode,name=DataNodeActivity*");
    long bytes = 0;
    for (ObjectName node : server.queryNames(asked, null)) {
      bytes += ((Number) server.getAttribute(node, "BytesRead")).longValue();
    }
    return bytes;
  }

  @Override
  public void close() {
    cluster.shutdown();
  }
}
