package org.netdissect.cluster;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.networks.TestModels;

/** A master and two workers of Spark as processes of their own, on this machine's own address. */
class StandaloneClusterTest {
  private static final String HERE = "127.0.0.1";

  @TempDir Path folder;
  private final List<Process> processes = new ArrayList<>();
  private int port;

  @BeforeEach
  void startCluster() throws IOException {
    port = freePort();
    Path home = folder.resolve("spark");
    Files.createDirectories(home.resolve("jars"));
    Map<String, String> environment =
        Map.of(
            "SPARK_HOME", home.toString(), "SPARK_SCALA_VERSION", "2.13", "SPARK_LOCAL_IP", HERE);
    start("master.Master", environment, "--host", HERE, "--port", "" + port, "--webui-port", "0");
    long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (!answers()) {
      assertTrue(System.nanoTime() < patience, "the master does not answer");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
    for (String worker : List.of("w1", "w2")) {
      start(
          "worker.Worker",
          environment,
          "--host",
          HERE,
          "--cores",
          "1",
          "--memory",
          "1g",
          "--webui-port",
          "0",
          "--work-dir",
          folder.resolve(worker).toString(),
          "spark://" + HERE + ":" + port);
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private void start(String program, Map<String, String> environment, String... arguments)
      throws IOException {
    processes.add(
        JavaProcess.start(
            "org.apache.spark.deploy." + program,
            List.of(),
            environment,
            List.of(arguments),
            folder.resolve(program + processes.size() + ".log")));
  }

  @AfterEach
  void stopCluster() throws InterruptedException {
    for (Process process : processes) {
      process.destroy();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }

  @Test
  void processesOfTheirOwnGiveTheSameFolder() throws Exception {
    Path world = folder.resolve("world");
    run(List.of(), "world", "--images", "60", "--size", "112", "--out", world.toString());
    Path model = TestModels.tiny(1).write(folder.resolve("model.onnx"));
    Path here = folder.resolve("here");
    Path there = folder.resolve("there");
    String[] words = {
      "run",
      model.toString(),
      "--data",
      world.toString(),
      "--preprocess",
      "torch",
      "--no-report",
      "--cache",
      folder.resolve("cache").toString(),
      "--out"
    };
    run(List.of(), with(words, here.toString()));
    List<String> options =
        List.of(
            "-Dspark.driver.host=" + HERE,
            "-Dspark.driver.bindAddress=" + HERE,
            "-Dspark.ui.enabled=false",
            "-Dspark.executor.memory=512m",
            "-Dspark.executor.extraClassPath=" + System.getProperty("java.class.path"));
    try {
      String master = "spark://" + HERE + ":" + port;
      run(options, with(words, there.toString(), "--master", master, "--parts", "5"));
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + logs(), e);
    }
    JavaProcess.assertSameFolders(here, there);
    String result = Files.readString(there.resolve("dissection.json"));
    assertFalse(result.contains(HERE) || result.contains(folder.toString()), result);
  }

  /** What the cluster's processes said. */
  private String logs() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      StringBuilder all = new StringBuilder();
      for (Path file :
          files.filter(f -> f.toString().matches(".*(\\.log|stderr|stdout)")).sorted().toList()) {
        all.append(file).append(":\n").append(Files.readString(file));
      }
      return all.toString();
    }
  }

  private static String[] with(String[] words, String... more) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private String run(List<String> options, String... words) throws Exception {
    return JavaProcess.netdissect(folder, 0, "", options, List.of(words));
  }
}
