package org.netdissect.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A master of Spark and some workers as processes of their own, each worker with an address of this
 * machine and local folders of its own, so that they are to Spark as several machines.
 */
final class TestCluster implements AutoCloseable {
  private static final String HERE = "127.0.0.1";

  private final Path folder;
  private final Process master;
  private final List<Worker> workers = new ArrayList<>();
  private int machines;
  private final int port;

  /** A worker that lives. */
  private record Worker(String host, Process process) {}

  private TestCluster(Path folder, int port) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.port = port;
    Files.createDirectories(folder.resolve("spark").resolve("jars"));
    master = start("master.Master", HERE, "--host", HERE, "--port", "" + port, "--webui-port", "0");
  }

  /**
   * Starts a cluster.
   *
   * @param folder for what its processes write
   * @param workers how many, of one core each
   */
  static TestCluster start(Path folder, int workers) throws IOException {
    TestCluster cluster = new TestCluster(folder, freePort());
    try {
      await(cluster::answers, "the master does not answer");
      for (int w = 0; w < workers; w++) {
        cluster.addWorker();
      }
      return cluster;
    } catch (IOException | AssertionError e) {
      cluster.close();
      throw e;
    }
  }

  /** A port that nobody uses at the moment. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Something that will be so. */
  interface Condition {
    boolean holds() throws IOException;
  }

  /** Waits until something is so. */
  static void await(Condition condition, String otherwise) throws IOException {
    long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < patience, otherwise);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private Process start(String program, String host, String... arguments) throws IOException {
    Path own = folder.resolve(host);
    Map<String, String> environment =
        Map.of(
            "SPARK_HOME",
            folder.resolve("spark").toString(),
            "SPARK_SCALA_VERSION",
            "2.13",
            "SPARK_LOCAL_IP",
            host,
            "SPARK_LOCAL_DIRS",
            own.resolve("local").toString());
    return JavaProcess.start(
        "org.apache.spark.deploy." + program,
        List.of(),
        environment,
        List.of(arguments),
        folder.resolve(program + "-" + host + ".log"));
  }

  /** Adds a worker of one core, on a machine that was not there before. */
  void addWorker() throws IOException {
    String host = "127.0.0." + (2 + machines++);
    Process worker =
        start(
            "worker.Worker",
            host,
            "--host",
            host,
            "--cores",
            "1",
            "--memory",
            "2g",
            "--webui-port",
            "0",
            "--work-dir",
            folder.resolve(host).resolve("work").toString(),
            address());
    workers.add(new Worker(host, worker));
  }

  /** Kills a worker with its executors, as if its machine were gone. */
  void killWorker(int number) {
    Process worker = workers.remove(number).process();
    List<ProcessHandle> all = new ArrayList<>(worker.descendants().toList());
    worker.destroyForcibly();
    all.forEach(ProcessHandle::destroyForcibly);
  }

  /** Seconds of processor that the workers and their ended executors took so far. */
  double processorSeconds() throws IOException {
    double seconds = 0;
    for (Worker worker : workers) {
      seconds += JavaProcess.processorSeconds("" + worker.process().pid());
    }
    return seconds;
  }

  String address() {
    return "spark://" + HERE + ":" + port;
  }

  /** What the command needs to be a driver of this cluster. */
  List<String> driver(String... more) {
    List<String> options = new ArrayList<>();
    options.add("-Dspark.driver.host=" + HERE);
    options.add("-Dspark.driver.bindAddress=" + HERE);
    options.add("-Dspark.local.dir=" + folder.resolve("driver"));
    options.add("-Dspark.ui.enabled=false");
    // However few there are.
    options.add("-Dnetdissect.leastLabels=1");
    options.add("-Dspark.executor.memory=512m");
    options.add("-Dspark.executor.extraClassPath=" + System.getProperty("java.class.path"));
    options.addAll(List.of(more));
    return options;
  }

  /** Runs the command on this cluster; gives what it says. */
  String run(List<String> options, List<String> words, String... more) throws Exception {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of(more));
    all.addAll(List.of("--master", address()));
    try {
      return JavaProcess.netdissect(folder, 0, "", driver(options.toArray(String[]::new)), all);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + logs(), e);
    }
  }

  /**
   * Asserts that runs have left nothing on the disks of the machines that live; waits for what is
   * being removed.
   */
  void assertNothingLeft() throws IOException {
    await(() -> left().isEmpty(), "left on the disks");
  }

  private List<Path> left() throws IOException {
    List<Path> left = new ArrayList<>();
    for (Worker worker : workers) {
      Path local = folder.resolve(worker.host()).resolve("local");
      if (Files.exists(local)) {
        try (Stream<Path> files = Files.walk(local)) {
          files
              .filter(file -> local.relativize(file).toString().contains("netdissect"))
              .forEach(left::add);
        } catch (UncheckedIOException e) {
          // Being removed.
          left.add(local);
        }
      }
    }
    return left;
  }

  /** What the cluster's processes said. */
  String logs() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      StringBuilder all = new StringBuilder();
      for (Path file :
          files.filter(f -> f.toString().matches(".*(\\.log|stderr|stdout)")).sorted().toList()) {
        String text = Files.readString(file);
        all.append(file).append(":\n");
        all.append(text.substring(Math.max(0, text.length() - 4000)));
      }
      return all.toString();
    }
  }

  @Override
  public void close() {
    List<Process> all = new ArrayList<>(workers.stream().map(Worker::process).toList());
    all.add(master);
    for (Process process : all) {
      process.destroy();
      try {
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
