package org.netdissect.cluster.hadoop;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.server.namenode.AuditLogger;
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
    configuration.set("dfs.namenode.audit.loggers", Opened.class.getName());
    configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.toString());
    return new TestHdfs(new MiniDFSCluster.Builder(configuration).numDataNodes(1).build());
  }

  /** The path of its root. */
  public Path root() throws IOException {
    return TypedPath.of(cluster.getURI(0) + "/");
  }

  /** How often a file was opened to be read since the beginning, by whomever. */
  public int opened(Path file) {
    String name = file.toString().substring(cluster.getURI(0).toString().length());
    return Opened.TIMES.getOrDefault(name, 0);
  }

  /** Hears from the name node of every file that is opened. */
  public static final class Opened implements AuditLogger {
    private static final Map<String, Integer> TIMES = new ConcurrentHashMap<>();

    @Override
    public void initialize(Configuration configuration) {}

    @Override
    public void logAuditEvent(
        boolean succeeded,
        String user,
        InetAddress address,
        String command,
        String source,
        String target,
        FileStatus status) {
      if (succeeded && command.equals("open")) {
        TIMES.merge(source, 1, Integer::sum);
      }
    }
  }

  @Override
  public void close() {
    cluster.shutdown();
  }
}
