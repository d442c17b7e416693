package org.netdissect.datasets.broden.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.DiskSpace;
import org.netdissect.base.Numbers;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.base.files.Trees;
import org.netdissect.base.files.Unfinished;
import org.netdissect.base.files.WholeFile;
import org.netdissect.base.files.WorkLock;
import org.netdissect.datasets.reading.ColorNames;
import org.netdissect.datasets.reading.Unreadable;
import org.netdissect.pictures.JpegWriter;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.UnreadableImageException;

/**
 * Builds a Broden data set (Bau et al., CVPR 2017) from ADE20K, DTD, OpenSurfaces and PASCAL, or
 * some of them, as the original was built. One pass over the sources counts labels, writes the
 * photographs and keeps the maps, small and in the sources' codes, in a file of drafts ({@link
 * DraftFile}); then labels are named and numbered ({@link LabelNames}, {@link LabelNumbers}), and
 * the masks and tables are written. After a kill the same call goes on with what is there, and
 * comes to the same bytes. Memory holds about 200 bytes an image, and the images under way.
 */
public final class BrodenBuild {
  private static final String COMMAND = "netdissect data build-broden";
  private static final String DRAFTS = ".netdissect-drafts";

  /** That of the library that the original was written with. */
  private static final float JPEG_QUALITY = 0.75f;

  private static final int SMALLEST = 8;
  private static final int LARGEST = 4096;

  private final BuildPlan plan;
  private final Path folder;
  private final Options options;
  private final ColorNames colours;
  private final Progress progress;

  private BrodenBuild(BuildPlan plan, Path folder, Options options, Progress progress)
      throws DataException {
    this.plan = plan;
    this.folder = folder;
    this.options = options;
    this.colours = ColorNames.of(options.colorTable);
    this.progress = progress;
  }

  /**
   * How to build.
   *
   * @param size of the photographs, pixels a side; masks have half, rounded down
   * @param compat whether a mask's last row and column are blank where they are in the original
   * @param minImages labels in fewer images are dropped (Broden: 10)
   * @param minCoverage in whole images; labels that cover less are dropped (Broden: 0.5)
   * @param colorTable van de Weijer's, with which Broden was made; null for the built-in one
   * @param workers threads
   * @param strict whether an image that cannot be read stops the work instead of being left out
   */
  public record Options(
      int size,
      boolean compat,
      int minImages,
      double minCoverage,
      @Nullable Path colorTable,
      int workers,
      boolean strict) {

    /** Checks the numbers. */
    public Options {
      if (size < SMALLEST || size > LARGEST) {
        throw new IllegalArgumentException(
            "a size of " + size + " pixels; " + SMALLEST + " to " + LARGEST + " are possible");
      }
      if (minImages < 0 || !(minCoverage >= 0) || Double.isInfinite(minCoverage)) {
        throw new IllegalArgumentException(
            "--min-images and --min-coverage must be numbers from 0 on");
      }
    }

    int side() {
      return size / 2;
    }
  }

  /**
   * What came of it.
   *
   * @param images written
   * @param leftOut images that cannot be read
   * @param labels that stayed
   */
  public record Result(int images, int leftOut, int labels) {}

  /**
   * Builds the data set.
   *
   * @param folder must not exist, be empty, or be what a build of the same left unfinished
   * @throws DataException if a source is not what it should be, or there is not enough room
   */
  public static Result build(BrodenSources sources, Path folder, Options options, Progress progress)
      throws IOException {
    for (Path from : sources.folders()) {
      if (Files.exists(from)) {
        Unfinished.checkApart(from, folder);
      }
    }
    BuildPlan plan = new BuildPlan(sources.open(options.workers, progress));
    BrodenBuild build = new BrodenBuild(plan, folder, options, progress);
    checkRoom(plan.size(), options.size, folder, DiskSpace::usable);
    Unfinished.goOn(folder, COMMAND);
    WorkLock lock = WorkLock.take(folder, folder, progress);
    try {
      return build.build();
    } finally {
      lock.remove();
    }
  }

  private Result build() throws IOException {
    Path file = folder.resolve(DRAFTS);
    Path images = folder.resolve("images");
    for (BrodenSource source : plan.sources()) {
      Files.createDirectories(images.resolve(source.name()));
    }
    Result result;
    try (DraftFile drafts =
        DraftFile.open(
            file,
            plan.key(options, colours),
            plan.size(),
            (image, draft) -> isWritten(images.resolve(plan.name(image)), draft.photoBytes()))) {
      int leftOut = draft(drafts, images);
      if (drafts.count() == 0) {
        throw new DataException("not one image of the sources can be read");
      }
      LabelNumbers numbers = number(drafts);
      checkAny(numbers);
      BrodenTables tables = new BrodenTables(numbers);
      List<Kind> kinds = tables.writeCategories(folder);
      numbers.emptied().stream()
          .filter(kind -> !kinds.contains(kind))
          .forEach(
              kind ->
                  progress.warn(
                      "no category "
                          + kind.title()
                          + ": none of its labels reaches --min-images and --min-coverage"));
      tables.writeLabels(folder);
      tables.writeSynonyms(folder, plan::namesOf);
      WholeFile.text(
          folder.resolve("README.txt"), BrodenReadme.of(folder, plan, options, colours, numbers));
      new BrodenMasks(plan, drafts, numbers, kinds, options, folder).write(progress);
      result = new Result(drafts.count(), leftOut, numbers.count());
    }
    Files.delete(file);
    Unfinished.unmark(folder);
    return result;
  }

  private void checkAny(LabelNumbers numbers) throws DataException {
    if (numbers.count() == 0) {
      throw new DataException(
          "no label is in "
              + options.minImages
              + " of the images and covers "
              + Numbers.general(options.minCoverage, 6)
              + " of them in all: give lower --min-images and --min-coverage with the same command,"
              + " it goes on from here");
    }
  }

  private static boolean isWritten(Path file, int bytes) throws IOException {
    return Files.isRegularFile(file) && Files.size(file) == bytes;
  }

  /** Refuses to begin where there is not enough room. */
  static void checkRoom(int images, int size, Path folder, ToLongFunction<Path> usable)
      throws IOException {
    long free = usable.applyAsLong(BrodenSources.existing(folder));
    long written = Files.exists(folder) ? Trees.bytes(folder) : 0;
    long needed = BrodenSources.estimate(images, size) - written;
    if (free >= 0 && free < needed && DiskSpace.isChecked()) {
      throw new DataException(
          "not enough disk: the data set needs about "
              + DiskSpace.text(needed)
              + " in "
              + Text.oneLine(folder.toString())
              + ", and "
              + DiskSpace.text(free)
              + " is free; make room or choose another --out (if you know better:"
              + " NETDISSECT_OPTS=-D"
              + DiskSpace.CHECK
              + "=false)");
    }
  }

  /** Drafts the images that have no draft yet; tells how many are left out. */
  private int draft(DraftFile drafts, Path images) throws IOException {
    int[] open = IntStream.range(0, plan.size()).filter(i -> !drafts.has(i)).toArray();
    int done = plan.size() - open.length;
    String name = done == 0 ? "Building" : "Building (" + done + " were there)";
    try (Progress.Phase phase = progress.phase(name, open.length, "images")) {
      int leftOut =
          Unreadable.leaveOut(
              open.length,
              options.workers,
              options.strict,
              "build",
              progress,
              phase,
              n -> draft(open[n], drafts, images));
      phase.done();
      return leftOut;
    }
  }

  private void draft(int image, DraftFile drafts, Path images) throws IOException {
    BrodenSource source = plan.source(image);
    int inSource = plan.inSource(image);
    Path file = source.photograph(inSource);
    try {
      List<KindLabels> labels = new ArrayList<>(source.labels(inSource));
      Photographs.Photograph photo = Photographs.read(file);
      for (KindLabels one : labels) {
        one.checkShape(file, photo.height(), photo.width(), source.isScaled());
      }
      labels.add(KindLabels.map(Kind.COLOR, colours(photo)));
      byte[] jpeg = JpegWriter.encode(photo.resized(options.size, options.size), JPEG_QUALITY);
      Files.write(images.resolve(plan.name(image)), jpeg);
      drafts.add(image, ImageDraft.of(jpeg.length, labels, options.side(), options.compat));
    } catch (OutOfMemoryError e) {
      throw new UnreadableImageException(
          Text.oneLine(file.toString()) + ": not enough memory for it; give Java more with -Xmx",
          e);
    }
  }

  private CodeMap colours(Photographs.Photograph photo) {
    byte[] rgb = photo.rgb();
    char[] codes = new char[rgb.length / 3];
    for (int i = 0, at = 0; i < codes.length; i++, at += 3) {
      codes[i] = (char) (1 + colours.name(rgb[at] & 0xff, rgb[at + 1] & 0xff, rgb[at + 2] & 0xff));
    }
    return new CodeMap(photo.height(), photo.width(), codes);
  }

  /** Names and numbers the labels; sums are taken in the order of the images. */
  private LabelNumbers number(DraftFile drafts) throws IOException {
    SortedMap<SourceLabel, Extent> extents = new TreeMap<>();
    for (int image = 0; image < plan.size(); image++) {
      if (drafts.has(image)) {
        String source = plan.source(image).name();
        for (ImageDraft.Of of : drafts.read(image).labels()) {
          of.count(
              (code, share) ->
                  extents
                      .computeIfAbsent(
                          new SourceLabel(source, of.kind(), code), label -> new Extent())
                      .add(share));
        }
      }
    }
    Unlisted.warn(extents, plan, progress);
    LabelNames names = new LabelNames(extents, plan::namesOf, new Synonyms());
    return new LabelNumbers(names, options.minImages, options.minCoverage);
  }
}
