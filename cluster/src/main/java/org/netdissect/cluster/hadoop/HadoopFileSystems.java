package org.netdissect.cluster.hadoop;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import scala.Tuple2;

/**
 * The file systems that this process uses, with the settings ({@code spark.hadoop.…}) of the run.
 */
final class HadoopFileSystems {
  private static final Pattern ADDRESS =
      Pattern.compile("(?<scheme>[A-Za-z][A-Za-z0-9+.-]+)://(?<authority>[^/]*)(?<path>(/.*)?)");

  private static final String SETTING = "spark.hadoop.";

  /**
   * Unless somebody has set them: whoever is not there is not waited for by the quarter hour, nor
   * each small file for 0.4 s, which HDFS sleeps where the data node has not told of a block yet.
   */
  private static final Map<String, String> PATIENCE =
      Map.of(
          "dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "10",
          "dfs.client.block.write.locateFollowingBlock.retries", "12",
          "ipc.client.connect.max.retries", "3",
          "ipc.client.connect.max.retries.on.timeouts", "2",
          "fs.s3a.connection.establish.timeout", "5s",
          "fs.s3a.attempts.maximum", "3",
          "fs.s3a.retry.limit", "3");

  private static final Map<String, HadoopFileSystem> OPENED = new ConcurrentHashMap<>();

  private HadoopFileSystems() {}

  /**
   * The path that an address leads to.
   *
   * @throws InvalidPathException in one line, if there is no such file system
   */
  static Path path(String address) {
    Matcher parts = ADDRESS.matcher(address);
    if (!parts.matches()) {
      throw new InvalidPathException(address, "not an address");
    }
    String authority = parts.group("authority");
    if (authority.matches(".*:.*@.*")) {
      throw new InvalidPathException(
          parts.group("scheme") + "://…",
          "a password in an address would be seen by everybody; give it as a setting,"
              + " spark.hadoop.fs.… (docs/cluster.md)");
    }
    String root = parts.group("scheme").toLowerCase(Locale.ROOT) + "://" + authority;
    HadoopFileSystem files = OPENED.get(root);
    if (files == null) {
      files = open(root, address);
      HadoopFileSystem before = OPENED.putIfAbsent(root, files);
      files = before == null ? files : before;
    }
    String path = parts.group("path");
    return HadoopPath.parse(files, path.isEmpty() ? "/" : path);
  }

  private static HadoopFileSystem open(String root, String address) {
    try {
      URI uri = new URI(root + "/");
      return new HadoopFileSystem(FileSystem.newInstance(uri, configuration()), uri);
    } catch (URISyntaxException e) {
      throw new InvalidPathException(address, "not an address: " + e.getReason());
    } catch (IOException | RuntimeException e) {
      throw new InvalidPathException(address, why(uriScheme(root), root, e));
    }
  }

  private static String uriScheme(String root) {
    return root.substring(0, root.indexOf(':'));
  }

  private static String why(String scheme, String root, Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof ClassNotFoundException
          || cause instanceof org.apache.hadoop.fs.UnsupportedFileSystemException) {
        return "Hadoop's classes for "
            + scheme
            + ": are not beside Spark"
            + (scheme.equals("s3a")
                ? "; add --packages org.apache.hadoop:hadoop-aws:VERSION to spark-submit, of the"
                    + " version of its Hadoop"
                : "");
      }
    }
    return HadoopFailures.reason(root, e);
  }

  private static Configuration configuration() {
    Configuration configuration = new Configuration();
    // Also classes that came with --packages.
    configuration.setClassLoader(HadoopFileSystems.class.getClassLoader());
    SparkConf spark = SparkEnv.get() == null ? new SparkConf() : SparkEnv.get().conf();
    for (Tuple2<String, String> setting : spark.getAllWithPrefix(SETTING)) {
      configuration.set(setting._1(), setting._2());
    }
    PATIENCE.forEach(
        (name, value) -> {
          String[] sources = configuration.getPropertySources(name);
          if (sources == null || sources[0].endsWith("-default.xml")) {
            configuration.set(name, value);
          }
        });
    // What is being written when the process ends is ended by whoever writes it.
    configuration.setBoolean("fs.automatic.close", false);
    return configuration;
  }
}
