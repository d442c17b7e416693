package org.netdissect.networks;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.Trees;

/** The runtime's native libraries, unpacked once into the user's cache folder. */
final class NativeCache {
  private static final String UNPACKING = ".unpacking-";

  /** A folder being filled: process number and when the process started. */
  private static final Pattern OWNED = Pattern.compile("\\.unpacking-(\\d{1,18})-(\\d{1,18})-.*");

  /** Folders that name no process are left alone for so long. */
  private static final Duration ABANDONED = Duration.ofHours(1);

  private NativeCache() {}

  /**
   * The folder below {@code cache} that holds this platform's libraries, filled if need be; null if
   * the class path has none for this platform.
   */
  static @Nullable Path unpacked(Path cache) throws IOException {
    Map<String, ZipEntry> libraries = new LinkedHashMap<>();
    String folder = "/ai/onnxruntime/native/" + Natives.platform() + "/";
    for (String name :
        List.of(
            "onnxruntime",
            "onnxruntime4j_jni",
            "onnxruntime_providers_shared",
            "onnxruntime_providers_cuda")) {
      String file = Natives.fileName(name);
      URL resource = OrtEnvironment.class.getResource(folder + file);
      if (resource == null) {
        if (name.startsWith("onnxruntime_providers")) {
          continue;
        }
        return null;
      }
      URLConnection connection = resource.openConnection();
      connection.setUseCaches(true);
      if (!(connection instanceof JarURLConnection jar)) {
        return null;
      }
      libraries.put(file, jar.getJarEntry());
    }
    StringBuilder key = new StringBuilder("onnxruntime-" + Natives.platform());
    for (ZipEntry library : libraries.values()) {
      if (library.getCrc() < 0 || library.getSize() < 0) {
        return null;
      }
      key.append('-').append(Long.toHexString(library.getCrc()));
    }
    Path target = cache.toAbsolutePath().resolve(key.toString());
    Files.createDirectories(cache);
    removeAbandoned(cache);
    if (isComplete(target, libraries)) {
      return target;
    }
    ProcessHandle own = ProcessHandle.current();
    Path fresh = Files.createTempDirectory(cache, UNPACKING + own.pid() + "-" + started(own) + "-");
    try {
      for (String file : libraries.keySet()) {
        try (InputStream in = OrtEnvironment.class.getResourceAsStream(folder + file)) {
          Files.copy(in, fresh.resolve(file));
        }
      }
      if (Files.exists(target) && !isComplete(target, libraries)) {
        Trees.delete(target);
      }
      try {
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        // Another process may have been faster; its files are as good.
        if (!isComplete(target, libraries)) {
          throw e;
        }
      }
      return target;
    } finally {
      Trees.delete(fresh);
    }
  }

  private static boolean isComplete(Path folder, Map<String, ZipEntry> libraries)
      throws IOException {
    for (Map.Entry<String, ZipEntry> library : libraries.entrySet()) {
      Path file = folder.resolve(library.getKey());
      if (!Files.isRegularFile(file)
          || Files.size(file) != library.getValue().getSize()
          || checksum(file) != library.getValue().getCrc()) {
        return false;
      }
    }
    return true;
  }

  /**
   * The CRC-32 that the archive holds of each library. Of the whole file, at each start (15 ms for
   * 28 MB): a library that is damaged in the middle does not fail to load, it kills the process.
   */
  private static long checksum(Path file) throws IOException {
    CRC32 checksum = new CRC32();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      checksum.update(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
    }
    return checksum.getValue();
  }

  /** A process killed while unpacking leaves a folder that nobody will ever use. */
  private static void removeAbandoned(Path cache) throws IOException {
    try (var folders = Files.newDirectoryStream(cache, UNPACKING + "*")) {
      for (Path folder : folders) {
        if (isAbandoned(folder)) {
          Trees.delete(folder);
        }
      }
    }
  }

  /** Whether the process that unpacks there, told by its number and start, is gone. */
  private static boolean isAbandoned(Path folder) throws IOException {
    Matcher name = OWNED.matcher(folder.getFileName().toString());
    if (!name.matches()) {
      Instant limit = Instant.now().minus(ABANDONED);
      return Files.getLastModifiedTime(folder).toInstant().isBefore(limit);
    }
    return ProcessHandle.of(Long.parseLong(name.group(1)))
        .filter(process -> started(process).equals(name.group(2)))
        .isEmpty();
  }

  private static String started(ProcessHandle process) {
    return process.info().startInstant().map(i -> Long.toString(i.toEpochMilli())).orElse("0");
  }
}
