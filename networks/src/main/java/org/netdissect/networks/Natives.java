package org.netdissect.networks;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.CacheFolder;

/**
 * Starts ONNX Runtime. Its own way unpacks 28 MB of native code into the temporary folder at each
 * start (0.26 s, and folders left behind when the process is killed). Here it is unpacked once into
 * the user's cache folder, under a key made of the libraries' checksums, so that a new version
 * never meets old files.
 */
final class Natives {
  private static final String PATH_PROPERTY = "onnxruntime.native.path";
  private static final int LONGEST_LINE = 400;
  private static final long START_STACK = 256L << 20;
  private static @Nullable OrtEnvironment environment;

  private Natives() {}

  /** The one environment of this process, silent on stderr: what goes wrong comes as exception. */
  static synchronized OrtEnvironment environment() throws ModelException {
    if (environment == null) {
      requireTemporaryFolder();
      if (System.getProperty(PATH_PROPERTY) == null) {
        try {
          Path folder = NativeCache.unpacked(CacheFolder.get());
          if (folder != null) {
            // A folder from which nothing may be executed fails here, while there is another way.
            System.load(folder.resolve(fileName("onnxruntime")).toString());
            System.setProperty(PATH_PROPERTY, folder.toString());
          }
        } catch (IOException | RuntimeException | UnsatisfiedLinkError e) {
          // The runtime then unpacks for itself: slower, but it works.
        }
      }
      try {
        OrtEnvironment started = start();
        environment = started;
        started.setTelemetry(false);
        removeTemporaryFolder();
        removeEmptyLog();
        return started;
      } catch (LinkageError | RuntimeException | OrtException e) {
        throw new ModelException(
            "ONNX Runtime cannot be started on %s: %s".formatted(platform(), firstLine(e)), e);
      }
    }
    return environment;
  }

  /**
   * Starts the runtime on a thread with a large stack: it copies the command line onto the stack,
   * and that of a program with a long class path overflows a usual one.
   */
  private static OrtEnvironment start() throws ModelException {
    FutureTask<OrtEnvironment> start =
        new FutureTask<>(
            () ->
                OrtEnvironment.getEnvironment(
                    OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "netdissect"));
    Thread thread = new Thread(null, start, "onnxruntime-start", START_STACK);
    thread.setDaemon(true);
    thread.start();
    try {
      return start.get();
    } catch (ExecutionException e) {
      throw new ModelException(
          "ONNX Runtime cannot be started on %s: %s"
              .formatted(platform(), firstLine(Objects.requireNonNullElse(e.getCause(), e))),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ModelException("interrupted while ONNX Runtime was starting", e);
    }
  }

  /** The runtime makes a folder there whatever happens, and says nothing one understands if not. */
  private static void requireTemporaryFolder() throws ModelException {
    String folder = System.getProperty("java.io.tmpdir", "");
    if (!Files.isDirectory(Path.of(folder)) || !Files.isWritable(Path.of(folder))) {
      throw new ModelException(
          "The folder for temporary files, \"%s\", does not exist or cannot be written to; give another with -Djava.io.tmpdir=DIR (NETDISSECT_OPTS)."
              .formatted(folder));
    }
  }

  /**
   * Removes the folder that the runtime makes at its start in the temporary folder, empty if it
   * loads its libraries from elsewhere: it would stay behind when the process is killed.
   */
  private static void removeTemporaryFolder() {
    try {
      Field folder = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("tempDirectory");
      folder.setAccessible(true);
      if (folder.get(null) instanceof Path path) {
        // Fails, as it should, when it is in use.
        Files.deleteIfExists(path);
      }
    } catch (ReflectiveOperationException | RuntimeException | IOException e) {
      // Another version of the runtime: it removes the folder on exit.
    }
  }

  /**
   * Removes the empty file that the runtime's telemetry, which is off, leaves in the temporary
   * folder once per process.
   */
  private static void removeEmptyLog() {
    String own = System.getenv("TMPDIR");
    Path folder =
        Path.of(
            own != null && !own.isBlank()
                ? own
                : isWindows() ? System.getProperty("java.io.tmpdir") : "/tmp");
    Path log = folder.resolve("mat-debug-" + ProcessHandle.current().pid() + ".log");
    try {
      if (Files.isRegularFile(log, LinkOption.NOFOLLOW_LINKS) && Files.size(log) == 0) {
        Files.delete(log);
      }
    } catch (IOException | RuntimeException e) {
      // In use, or of somebody else: an empty file stays.
    }
  }

  private static boolean isWindows() {
    return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
  }

  /** The runtime's own names of platforms. */
  static String platform() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    String system =
        os.contains("win") && !os.contains("darwin") ? "win" : os.contains("mac") ? "osx" : "linux";
    boolean arm = arch.startsWith("aarch64") || arch.startsWith("arm64");
    return system
        + (arm ? "-aarch64" : arch.equals("amd64") || arch.equals("x86_64") ? "-x64" : "-" + arch);
  }

  static String fileName(String library) {
    String platform = platform();
    if (platform.startsWith("win")) {
      return library + ".dll";
    }
    return "lib" + library + (platform.startsWith("osx") ? ".dylib" : ".so");
  }

  /** The first line of an exception's message, without the runtime's own error code. */
  static String firstLine(Throwable e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    String line = message.strip().lines().findFirst().orElse("").strip();
    int mark = line.indexOf("message: ");
    if (line.startsWith("Error code") && mark > 0) {
      line = line.substring(mark + "message: ".length());
    }
    return line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + " …" : line;
  }
}
