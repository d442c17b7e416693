package org.netdissect.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.networks.TestModels;

/** The jar for {@code spark-submit}, and the scripts that start a cluster and submit it there. */
class OneJarIT {
  private static final Path JAR = Path.of("target", "netdissect-cluster.jar").toAbsolutePath();

  /** Where classes may lie: ours, and libraries that no cluster has. */
  private static final List<String> OWN =
      List.of(
          "org/netdissect/",
          "ai/onnx/",
          "ai/onnxruntime/",
          "org/tribuo/",
          "org/hipparchus/",
          "org/jspecify/",
          "com/github/weisj/",
          "de/bwaldvogel/liblinear/",
          "de/siegmar/fastcsv/",
          "picocli/",
          "us/hebi/matlab/");

  @TempDir Path folder;

  @Test
  void itHoldsNoClassThatAClusterMayHaveInAnotherVersion() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      List<String> others =
          jar.stream()
              .map(ZipEntry::getName)
              .filter(name -> name.endsWith(".class"))
              .filter(name -> OWN.stream().noneMatch(name::startsWith))
              .toList();
      assertEquals(List.of(), others);
    }
  }

  @Test
  void itHoldsServicesNativesAndLicences() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      for (String name :
          List.of(
              "META-INF/services/org.netdissect.dissection.PartEngine$Provider",
              "ai/onnxruntime/native/linux-x64/libonnxruntime.so",
              "org/netdissect/carried/protobuf/Message.class",
              "org/netdissect/carried/jackson2/annotation/JsonProperty.class",
              "LICENSE",
              "NOTICE",
              "META-INF/LICENSE",
              "META-INF/NOTICE",
              "ThirdPartyNotices.txt")) {
        assertNotNull(jar.getEntry(name), name);
      }
      assertEquals(
          NetdissectOnSpark.class.getName(),
          jar.getManifest().getMainAttributes().getValue("Main-Class"));
    }
  }

  @Test
  void withoutSparkItSaysInOneLineWhatIsMissing() throws Exception {
    Files.createDirectories(folder.resolve("photos"));
    String said = local(2, "run", "none.onnx", "--data", "photos", "--out", "out", "--parts", "2");
    assertTrue(said.contains("--parts goes with --master"), said);
    TestModels.tiny(1).write(folder.resolve("model.onnx"));
    local(0, "world", "--images", "10", "--size", "32", "--out", "world");
    said = local(1, run("out", "--master", "spark://127.0.0.1:1"));
    assertTrue(said.contains("start it with spark-submit (docs/cluster.md)"), said);
    assertFalse(said.contains("\tat "), said);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void submittedItGivesTheFoldersOfTheLocalCommands() throws Exception {
    TestModels.tiny(1).write(folder.resolve("model.onnx"));
    local(0, "world", "--images", "50", "--size", "64", "--out", "world");
    local(0, run("here"));
    TestModels.tiny(2).write(folder.resolve("other.onnx"));
    Files.writeString(
        folder.resolve("both.yaml"),
        """
        data: world
        networks:
          both: {models: ["model.onnx", "other.onnx"], number: seed}
        questions:
          - {ask: How many?, by: network, measure: detectors}
        """);
    local(0, "study", "both.yaml", "--out", "study-here");
    int port = TestCluster.freePort();
    Map<String, String> environment =
        Map.of(
            "SPARK_MASTER_PORT",
            "" + port,
            "SPARK_PID_DIR",
            folder.resolve("pids").toString(),
            "SPARK_WORKER_DIR",
            folder.resolve("work").toString(),
            "SPARK_LOCAL_IP",
            "127.0.0.1",
            "SPARK_SUBMIT_OPTS",
            "--master spark://127.0.0.1:" + port);
    String started = said(0, environment, List.of(script("spark"), "start", "1"));
    assertEquals("spark://127.0.0.1:" + port, started.strip());
    try {
      List<String> words = new ArrayList<>(List.of(script("netdissect")));
      words.addAll(List.of(run("there")));
      String said = said(0, environment, words);
      assertTrue(said.contains("at spark://127.0.0.1:" + port), said);
      assertFalse(said.contains("ERROR"), said);
      words = List.of(script("netdissect"), "study", "both.yaml", "--out", "study-there");
      said = said(0, environment, words);
      assertTrue(said.contains("dissecting: 2 networks in"), said);
    } finally {
      said(0, environment, List.of(script("spark"), "stop"));
    }
    JavaProcess.assertSameFolders(folder.resolve("here"), folder.resolve("there"));
    for (String study : List.of("study-here", "study-there")) {
      Files.delete(folder.resolve(study).resolve("lock"));
    }
    JavaProcess.assertSameFolders(folder.resolve("study-here"), folder.resolve("study-there"));
    try (Stream<Path> left = Files.list(folder)) {
      List<String> names = left.map(f -> f.getFileName().toString()).toList();
      assertFalse(names.contains(JAR.getFileName().toString()), names.toString());
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void networksOfDifferentInputsGiveTheFoldersOfTheLocalRun() throws Exception {
    TestModels.tiny(1).write(folder.resolve("small.onnx"));
    TestModels.resnet18(2, 4, 10).write(folder.resolve("large.onnx"));
    local(0, "world", "--images", "10", "--size", "64", "--out", "world");
    List<String> words = new ArrayList<>(List.of("run", "small.onnx", "large.onnx"));
    words.addAll(List.of("--data", "world", "--fit", "crop", "--no-report", "--cache", "cache"));
    words.addAll(List.of("--preprocess", "small=unit", "--out"));
    words.add("here");
    local(0, words.toArray(String[]::new));
    words.set(words.size() - 1, "there");
    words.add(0, script("netdissect"));
    words.addAll(List.of("--master", "local[2]", "--parts", "3"));
    String said = said(0, Map.of(), words);
    assertTrue(said.contains("each is dissected by itself"), said);
    JavaProcess.assertSameFolders(folder.resolve("here"), folder.resolve("there"));
  }

  /** The names are relative: an executor's folder is another. */
  private static String[] run(String out, String... more) {
    List<String> words = new ArrayList<>(List.of("run", "model.onnx", "--data", "world"));
    words.addAll(List.of("--preprocess", "torch", "--no-report", "--cache", "cache"));
    words.addAll(List.of("--basis", "random:k=3", "--out", out));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  private static String script(String name) {
    return Path.of("bin", name).toAbsolutePath().toString();
  }

  /** What the command says in a process that has the jar and no Spark. */
  private String local(int code, String... arguments) throws Exception {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-jar", JAR.toString()));
    words.addAll(List.of(arguments));
    return said(code, Map.of(), words);
  }

  private String said(int code, Map<String, String> environment, List<String> words)
      throws Exception {
    Path said = Files.createTempFile(folder, "said", ".txt");
    ProcessBuilder builder = new ProcessBuilder(words).directory(folder.toFile());
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();
    assertTrue(process.waitFor(300, TimeUnit.SECONDS), "it does not end");
    String text = Files.readString(said, StandardCharsets.UTF_8);
    assertEquals(code, process.exitValue(), text);
    return text;
  }
}
