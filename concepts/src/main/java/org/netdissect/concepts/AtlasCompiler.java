package org.netdissect.concepts;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Turns a data set into an atlas file. */
final class AtlasCompiler {
  private static final Duration ABANDONED = Duration.ofHours(24);

  /** Between making a file and locking it. */
  private static final Duration UNLOCKED = Duration.ofSeconds(10);

  private final ConceptDataset data;
  private final AtlasOptions options;
  private final Progress progress;
  private final AtlasFile.Header header = new AtlasFile.Header();
  private final AtlasFile.IntList pixels = new AtlasFile.IntList();
  private final AtlasFile.IntList labelStarts = new AtlasFile.IntList();
  private final AtlasFile.IntList labels = new AtlasFile.IntList();
  private final List<AtlasImage> images = new ArrayList<>();
  private final List<byte[]> digests = new ArrayList<>();

  /** Pixels of each label by size of mask; summed as integers, so the order does not matter. */
  private final Map<Integer, Map<Integer, Long>> covered = new TreeMap<>();

  private AtlasCompiler(
      ConceptDataset data, String stamp, AtlasOptions options, Progress progress) {
    this.data = data;
    this.options = options;
    this.progress = progress;
    header.stamp = HexFormat.of().parseHex(stamp);
  }

  /**
   * Compiles into the file: written beside it under another name and moved there when whole, so
   * that several processes may do the same at once and a kill leaves nothing that looks like an
   * atlas.
   */
  static void compile(
      ConceptDataset data, String stamp, Path file, AtlasOptions options, Progress progress)
      throws IOException {
    Path folder = file.getParent();
    Files.createDirectories(folder);
    removeAbandoned(folder, file.getFileName().toString());
    Path temp =
        Files.createTempFile(
            folder, file.getFileName() + "-" + ProcessHandle.current().pid() + "-", ".tmp");
    try {
      try (FileChannel channel = FileChannel.open(temp, StandardOpenOption.WRITE)) {
        lock(channel);
        new AtlasCompiler(data, stamp, options, progress).write(channel);
      }
      try {
        Files.move(temp, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(temp, file, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (FileSystemException e) {
      throw e;
    } catch (DataException | InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException(
          "cannot write the atlas "
              + file
              + ": "
              + e.getMessage()
              + "; choose another place with"
              + " --cache",
          e);
    } finally {
      Files.deleteIfExists(temp);
    }
  }

  /** Tells other processes that somebody writes here; the system forgets it with the process. */
  private static FileLock lock(FileChannel channel) {
    try {
      return channel.tryLock();
    } catch (IOException | OverlappingFileLockException e) {
      return null;
    }
  }

  /**
   * What killed processes left behind: files that nobody holds any more. Files of this process are
   * left alone, since looking at a lock may give it up.
   */
  private static void removeAbandoned(Path folder, String name) {
    Instant now = Instant.now();
    String own = name + "-" + ProcessHandle.current().pid() + "-";
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, name + "-*.tmp")) {
      for (Path file : files) {
        Instant written = Files.getLastModifiedTime(file).toInstant();
        if (written.isBefore(now.minus(ABANDONED))
            || (written.isBefore(now.minus(UNLOCKED))
                && !file.getFileName().toString().startsWith(own)
                && isFree(file))) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      // Not ours to insist on: the next compilation tries again.
    }
  }

  private static boolean isFree(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return lock(channel) != null;
    }
  }

  private void write(FileChannel channel) throws IOException {
    AtlasFile.Writer writer = new AtlasFile.Writer(channel, header);
    List<ImageRow> rows = data.images();
    progress.begin("Compiling the atlas of " + data.name(), rows.size(), "images");
    ExecutorService pool =
        Executors.newFixedThreadPool(
            options.workers(),
            task -> {
              Thread thread = new Thread(task, "atlas");
              thread.setDaemon(true);
              return thread;
            });
    try {
      // A bounded window of images is under way; they are written in the order of the data set.
      Deque<Future<Compiled>> window = new ArrayDeque<>();
      int next = 0;
      labelStarts.add(0);
      while (next < rows.size() || !window.isEmpty()) {
        while (next < rows.size() && window.size() < 4 * options.workers()) {
          ImageRow row = rows.get(next++);
          window.add(pool.submit(() -> Compiled.of(data, row)));
        }
        append(window.remove().get(), writer);
        progress.advance(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while compiling the atlas");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException io) {
        throw io;
      } else if (cause instanceof OutOfMemoryError) {
        throw new DataException(
            "not enough memory to compile the atlas; give Java more with -Xmx", cause);
      } else if (cause instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) cause;
    } finally {
      pool.shutdownNow();
      progress.end();
    }
    writer.endSection(AtlasFile.REGION_MAPS);
    pixels.write(writer);
    writer.endSection(AtlasFile.REGION_PIXELS);
    labelStarts.write(writer);
    writer.endSection(AtlasFile.LABEL_STARTS);
    labels.write(writer);
    writer.endSection(AtlasFile.LABELS);
    Vocabulary vocabulary = data.coverageKnown() ? data.vocabulary() : measured();
    writeVocabulary(writer, vocabulary);
    writer.endSection(AtlasFile.VOCABULARY);
    writeImages(writer);
    writer.endSection(AtlasFile.IMAGES);
    header.fingerprint = fingerprint(vocabulary);
    writer.finish();
  }

  private void append(Compiled compiled, AtlasFile.Writer writer) throws IOException {
    AtlasImage image = compiled.image;
    if (image.problem() != null) {
      if (options.strict()) {
        throw new DataException(image.problem());
      }
      progress.warn(image.problem());
    } else {
      writer.put(compiled.regionMap);
      Map<Integer, Long> ofSize =
          covered.computeIfAbsent(image.maskHeight() * image.maskWidth(), n -> new HashMap<>());
      for (int r = 0; r < image.regions(); r++) {
        pixels.add(compiled.regions.pixels[r]);
        for (int label : compiled.regions.labels[r]) {
          labels.add(label);
          if (!data.coverageKnown()) {
            ofSize.merge(label, (long) compiled.regions.pixels[r], Long::sum);
          }
        }
        labelStarts.add(labels.size());
      }
    }
    images.add(image);
    digests.add(compiled.digest);
  }

  /** The vocabulary with what the regions say of coverage. */
  private Vocabulary measured() {
    Vocabulary vocabulary = data.vocabulary();
    List<Concept> concepts = new ArrayList<>();
    for (Concept concept : vocabulary.concepts()) {
      List<Double> coverage = new ArrayList<>();
      for (Category category : vocabulary.categories()) {
        int label = (concept.number() << 8) | category.index();
        double sum = 0;
        for (Map.Entry<Integer, Map<Integer, Long>> e : covered.entrySet()) {
          sum += (double) e.getValue().getOrDefault(label, 0L) / e.getKey();
        }
        coverage.add(sum);
      }
      concepts.add(new Concept(concept.number(), concept.name(), concept.synonyms(), coverage));
    }
    return Vocabulary.of(vocabulary.categories().stream().map(Category::name).toList(), concepts);
  }

  private static void writeVocabulary(AtlasFile.Writer writer, Vocabulary vocabulary)
      throws IOException {
    writer.putInt(vocabulary.categories().size());
    for (Category category : vocabulary.categories()) {
      writer.putString(category.name());
    }
    writer.putInt(vocabulary.concepts().size());
    for (Concept concept : vocabulary.concepts()) {
      writer.putInt(concept.number());
      writer.putString(concept.name());
      writer.putInt(concept.synonyms().size());
      for (String synonym : concept.synonyms()) {
        writer.putString(synonym);
      }
      for (double coverage : concept.coverage()) {
        writer.putLong(Double.doubleToLongBits(coverage));
      }
    }
  }

  private void writeImages(AtlasFile.Writer writer) throws IOException {
    writer.putInt(images.size());
    for (AtlasImage image : images) {
      writer.putString(image.name());
      writer.putString(image.split());
      writer.putInt(image.photoHeight());
      writer.putInt(image.photoWidth());
      writer.putInt(image.maskHeight());
      writer.putInt(image.maskWidth());
      writer.putInt(image.regions());
      writer.putLong(image.dataCategories());
      writer.putString(image.problem() == null ? "" : image.problem());
    }
  }

  /**
   * SHA-256 of what the data set says, and of nothing else: neither paths, times and the order of
   * rows nor how its files are written.
   */
  private byte[] fingerprint(Vocabulary vocabulary) {
    Canonical c = new Canonical();
    c.put("netdissect atlas 1");
    c.put(vocabulary.categories().size());
    for (Category category : vocabulary.categories()) {
      c.put(category.name());
    }
    c.put(vocabulary.concepts().size());
    for (Concept concept : vocabulary.concepts()) {
      c.put(concept.number());
      c.put(concept.name());
      for (double coverage : concept.coverage()) {
        long bits = Double.doubleToLongBits(coverage + 0.0);
        c.put((int) bits);
        c.put((int) (bits >>> 32));
      }
    }
    c.put(images.size());
    IntStream.range(0, images.size())
        .boxed()
        .sorted(Comparator.comparing((Integer i) -> images.get(i).name()))
        .forEach(i -> c.digest.update(digests.get(i)));
    return c.digest.digest();
  }

  /** A digest over values whose ends are told, so that no two sequences run together. */
  private static final class Canonical {
    final MessageDigest digest = Digests.sha256();
    private final ByteBuffer four = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);

    void put(int value) {
      digest.update(four.putInt(0, value).array());
    }

    void put(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      put(bytes.length);
      digest.update(bytes);
    }
  }

  /** One image, ready to be written. */
  private static final class Compiled {
    AtlasImage image;
    Regions regions;
    byte[] regionMap;
    byte[] digest;

    static Compiled of(ConceptDataset data, ImageRow row) throws DataException {
      Compiled compiled = new Compiled();
      Canonical c = new Canonical();
      c.put(row.name());
      c.put(row.split());
      c.put(row.photoHeight());
      c.put(row.photoWidth());
      c.put(row.maskHeight());
      c.put(row.maskWidth());
      long dataCategories = 0;
      int count = 0;
      String problem = null;
      try {
        AnnotatedImage annotated = data.annotate(row);
        if (annotated.maskHeight() != row.maskHeight()
            || annotated.maskWidth() != row.maskWidth()) {
          throw new IllegalStateException("masks of another size than told for " + row.name());
        }
        compiled.regions = Regions.of(annotated);
        dataCategories = annotated.dataCategories();
        count = compiled.regions.pixels.length;
        compiled.regionMap = encode(compiled.regions.map, count);
        c.put((int) dataCategories);
        c.put((int) (dataCategories >>> 32));
        c.put(count);
        for (int[] labels : compiled.regions.labels) {
          c.put(labels.length);
          for (int label : labels) {
            c.put(label);
          }
        }
        c.digest.update(compiled.regionMap);
      } catch (UnreadableImageException e) {
        problem = e.getMessage();
        c.put("unreadable");
      }
      compiled.digest = c.digest.digest();
      compiled.image =
          new AtlasImage(
              row.name(),
              row.split(),
              row.photoHeight(),
              row.photoWidth(),
              row.maskHeight(),
              row.maskWidth(),
              count,
              dataCategories,
              problem);
      return compiled;
    }

    /** One byte a pixel where that suffices, else two; a whole number of 8 bytes. */
    private static byte[] encode(char[] map, int regions) {
      byte[] bytes = new byte[Math.toIntExact(AtlasReader.mapBytes(map.length, regions))];
      if (regions <= 256) {
        for (int p = 0; p < map.length; p++) {
          bytes[p] = (byte) map[p];
        }
      } else {
        for (int p = 0; p < map.length; p++) {
          bytes[2 * p] = (byte) map[p];
          bytes[2 * p + 1] = (byte) (map[p] >>> 8);
        }
      }
      return bytes;
    }
  }
}
