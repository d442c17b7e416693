package org.netdissect.concepts.atlas;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Digests;
import org.netdissect.base.DiskSpace;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Progress;
import org.netdissect.base.threads.InOrder;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;

/** Turns a data set into an atlas file. */
final class AtlasCompiler {
  private static final String IMAGES = "images";

  /** Bytes of the journal that are held in memory. */
  private static final int MOST_PENDING = 1 << 24;

  /** How much work a kill may undo. */
  private final long checkpointNanos =
      TimeUnit.MILLISECONDS.toNanos(Long.getLong("netdissect.checkpointMillis", 2000));

  private final ConceptDataset data;
  private final AtlasOptions options;
  private final Progress progress;
  private final @Nullable AtlasEngine engine;
  private final AtlasFile.Header header = new AtlasFile.Header();
  private final AtlasFile.IntList pixels = new AtlasFile.IntList();
  private final AtlasFile.IntList labelStarts = new AtlasFile.IntList();
  private final AtlasFile.IntList labels = new AtlasFile.IntList();
  private final List<AtlasImage> images = new ArrayList<>();
  private final List<byte[]> digests = new ArrayList<>();

  /** Pixels of each label by size of mask; summed as integers, so the order does not matter. */
  private final Map<Integer, Map<Integer, Long>> covered = new TreeMap<>();

  /** When the journal was last appended to. */
  private long noted;

  private AtlasCompiler(
      ConceptDataset data,
      String stamp,
      AtlasOptions options,
      @Nullable AtlasEngine engine,
      Progress progress) {
    this.engine = engine;
    this.data = data;
    this.options = options;
    this.progress = progress;
    header.stamp = Digests.parseHex(stamp);
  }

  /**
   * Compiles into the file: written beside it under another name and moved there when whole, so
   * that several processes may do the same at once and a kill leaves nothing that looks like an
   * atlas. What was compiled before a kill, or before the disk was full, is not compiled again.
   *
   * @param engine that compiles images elsewhere; null to compile all here
   */
  static void compile(
      ConceptDataset data,
      String stamp,
      Path file,
      AtlasOptions options,
      @Nullable AtlasEngine engine,
      Progress progress)
      throws IOException {
    Files.createDirectories(file.getParent());
    checkSpace(data, file);
    AtlasCompiler compiler = new AtlasCompiler(data, stamp, options, engine, progress);
    try (AtlasDraft draft =
        AtlasDraft.take(file, compiler.header.stamp, data.images().size(), options.rebuild())) {
      AtlasJournal journal = draft.journal();
      if (journal != null) {
        compiler.write(draft, journal);
      }
      draft.moveIntoPlace();
    } catch (FileSystemException | NetdissectException | InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      throw new NetdissectException(
          "cannot write the atlas "
              + file
              + ": "
              + e.getMessage()
              + "; choose another place with"
              + " --cache",
          e);
    }
  }

  /** The least that an atlas takes: a byte for each pixel. Its tables add some twentieth to it. */
  private static void checkSpace(ConceptDataset data, Path file) throws IOException {
    long free = DiskSpace.usable(Objects.requireNonNull(file.getParent()));
    if (free < 0 || !DiskSpace.isChecked()) {
      return;
    }
    long needed = 0;
    for (ImageRow row : data.images()) {
      needed += AtlasReader.mapBytes((long) row.maskHeight() * row.maskWidth(), 1);
    }
    if (free + AtlasDraft.bytesLeft(file) < needed) {
      throw new DataException(
          "not enough disk: the compiled labels of "
              + data.name()
              + " need about "
              + DiskSpace.text(needed - AtlasDraft.bytesLeft(file))
              + " in "
              + file.getParent()
              + ", and "
              + DiskSpace.text(free)
              + " is free; make room or choose another folder with --cache");
    }
  }

  private void write(AtlasDraft draft, AtlasJournal journal) throws IOException {
    try {
      compile(draft, journal);
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      if (journal.isBegun() || Files.exists(draft.parts())) {
        draft.keep();
      }
      throw e;
    }
  }

  private void compile(AtlasDraft draft, AtlasJournal journal) throws IOException {
    AtlasFile.Writer writer = new AtlasFile.Writer(draft.channel(), header);
    labelStarts.add(0);
    try {
      compileImages(draft, journal, writer);
    } catch (OutOfMemoryError e) {
      throw new DataException(
          "not enough memory to compile the atlas; give Java more with -Xmx", e);
    }
    writer.endSection(AtlasFile.REGION_MAPS);
    // What follows is quickly made from what the journal says.
    journal.append();
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

  private void compileImages(AtlasDraft draft, AtlasJournal journal, AtlasFile.Writer writer)
      throws IOException {
    int all = data.images().size();
    int done;
    AtlasParts parts;
    try (Progress.Phase phase =
        progress.phase("Compiling the atlas of " + data.name(), all, IMAGES)) {
      done = replay(draft, journal, writer);
      phase.advance(done);
      noted = System.nanoTime();
      parts = parts(draft, done);
      if (parts == null) {
        new Sink(journal, writer, phase).compile(done, all);
      } else {
        parts.compile(Objects.requireNonNull(engine), done, progress, phase);
      }
      phase.done();
    }
    if (parts != null) {
      try (Progress.Phase phase =
          progress.phase("Joining the atlas of " + data.name(), all, IMAGES)) {
        phase.advance(done);
        parts.join(done, new Sink(journal, writer, phase), progress);
        phase.done();
      }
    }
  }

  /** Takes what an earlier compilation left; gives how many images. */
  private int replay(AtlasDraft draft, AtlasJournal journal, AtlasFile.Writer writer)
      throws IOException {
    AtlasJournal.Replayed before = journal.replay(data.images(), draft.channel(), this::append);
    writer.takeOver(before.mapBytes());
    if (before.damaged()) {
      progress.warn(
          "what an earlier compilation left of the atlas is damaged after "
              + before.images()
              + " images; compiling the others again");
    }
    return before.images();
  }

  /** What is compiled elsewhere; null if all is compiled here. */
  private @Nullable AtlasParts parts(AtlasDraft draft, int done) {
    List<ImageRow> rows = data.images();
    int count = engine == null ? 0 : engine.parts(rows.size() - done);
    String inputs = AtlasRange.inputs(data, Digests.hex(header.stamp));
    return count == 0 ? null : new AtlasParts(draft.parts(), inputs, rows, count);
  }

  /** Puts images into the atlas, in their order. */
  private final class Sink implements AtlasParts.Taker {
    private final AtlasJournal journal;
    private final AtlasFile.Writer writer;
    private final Progress.Phase phase;

    Sink(AtlasJournal journal, AtlasFile.Writer writer, Progress.Phase phase) {
      this.journal = journal;
      this.writer = writer;
      this.phase = phase;
    }

    @Override
    public void take(CompiledImage image) throws IOException {
      append(image);
      writer.put(image.regionMap());
      journal.add(image);
      phase.advance(1);
      if (System.nanoTime() - noted >= checkpointNanos || journal.pending() > MOST_PENDING) {
        keep();
      }
    }

    @Override
    public void compile(int from, int to) throws IOException {
      List<ImageRow> rows = data.images();
      InOrder.run(
          options.workers(),
          from,
          to,
          "atlas",
          n -> CompiledImage.of(data, rows.get(n)),
          (n, image) -> take(image));
    }

    @Override
    public void keep() throws IOException {
      writer.flush();
      journal.append();
      noted = System.nanoTime();
    }
  }

  /** Everything of an image but its region map. */
  private void append(CompiledImage compiled) throws IOException {
    AtlasImage image = compiled.image();
    if (image.problem() != null) {
      if (options.strict()) {
        throw new DataException(image.problem());
      }
      progress.warn(image.problem());
    }
    Map<Integer, Long> ofSize =
        covered.computeIfAbsent(image.maskHeight() * image.maskWidth(), n -> new HashMap<>());
    for (int r = 0; r < image.regions(); r++) {
      pixels.add(compiled.pixels()[r]);
      for (int label : compiled.labels()[r]) {
        labels.add(label);
        if (!data.coverageKnown()) {
          ofSize.merge(label, (long) compiled.pixels()[r], Long::sum);
        }
      }
      labelStarts.add(labels.size());
    }
    images.add(image);
    digests.add(compiled.digest());
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
    CompiledImage.Canonical c = new CompiledImage.Canonical();
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
}
