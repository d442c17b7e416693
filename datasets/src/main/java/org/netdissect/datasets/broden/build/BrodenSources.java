package org.netdissect.datasets.broden.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.DiskSpace;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;

/**
 * Where the sources lie; any may be missing.
 *
 * @param ade20k the full ADE20K, of 2016 or 2021
 * @param dtd the Describable Textures Dataset
 * @param openSurfaces OpenSurfaces, as its own script prepares it
 * @param pascal VOC 2010, PASCAL-Context and PASCAL-Part, in one folder or several; may be empty
 */
public record BrodenSources(
    @Nullable Path ade20k, @Nullable Path dtd, @Nullable Path openSurfaces, List<Path> pascal) {

  /** Bytes of a photograph and its masks, drafts and file system blocks, for each pixel. */
  private static final double BYTES_PER_PIXEL = 0.5;

  private static final int BYTES_PER_IMAGE = 12_000;

  /** Copies the list. */
  public BrodenSources {
    pascal = List.copyOf(pascal);
  }

  /** Whether none is given. */
  public boolean isEmpty() {
    return folders().isEmpty();
  }

  /** All folders that were given. */
  List<Path> folders() {
    List<Path> all = new ArrayList<>(pascal);
    for (@Nullable Path one : Arrays.asList(ade20k, dtd, openSurfaces)) {
      if (one != null) {
        all.add(one);
      }
    }
    return all;
  }

  /** A source, if it is given, to be opened. */
  private interface Opening {
    BrodenSource open(Problems problems) throws IOException;
  }

  private List<Opening> openings(int workers, Progress progress) {
    List<Opening> all = new ArrayList<>();
    if (ade20k != null) {
      all.add(problems -> SourceFolders.ade20k(ade20k, workers, progress, problems));
    }
    if (dtd != null) {
      all.add(problems -> SourceFolders.dtd(dtd, problems));
    }
    if (openSurfaces != null) {
      all.add(problems -> SourceFolders.openSurfaces(openSurfaces, problems));
    }
    if (!pascal.isEmpty()) {
      all.add(problems -> SourceFolders.pascal(pascal));
    }
    return all;
  }

  private static BrodenSource opened(Opening opening, Progress progress) throws IOException {
    BrodenSource source = opening.open(e -> progress.warn(e.getMessage()));
    if (source.size() == 0) {
      throw new DataException(
          source.name()
              + ": "
              + source.title()
              + " without one image: "
              + Text.oneLine(String.valueOf(source.list()))
              + " names none; fetch it again");
    }
    return source;
  }

  /**
   * Opens those that are given, in Broden's order.
   *
   * @throws DataException if one is not what it should be, or not one of its images is whole
   */
  List<BrodenSource> open(int workers, Progress progress) throws IOException {
    List<BrodenSource> open = new ArrayList<>();
    for (Opening opening : openings(workers, progress)) {
      BrodenSource source = opened(opening, progress);
      SourceSurvey.checkAny(source);
      open.add(source);
    }
    return open;
  }

  /**
   * What is there and what is missing.
   *
   * @param lines for people
   * @param isUsable whether every source can be opened and has an image that is whole
   */
  public record Survey(List<String> lines, boolean isUsable) {}

  /**
   * Looks at the sources without building anything.
   *
   * @param out where the data set is to lie
   * @param size of the photographs, pixels a side
   */
  public Survey survey(Path out, int size, int workers, Progress progress) throws IOException {
    List<String> lines = new ArrayList<>();
    boolean usable = true;
    int images = 0;
    for (Opening opening : openings(workers, progress)) {
      try {
        SourceSurvey survey = SourceSurvey.of(opened(opening, progress), workers, progress);
        lines.addAll(survey.lines());
        images += survey.whole();
        usable &= survey.whole() > 0;
      } catch (DataException e) {
        lines.add(e.getMessage());
        usable = false;
      }
    }
    lines.add(room(images, size, out));
    return new Survey(lines, usable);
  }

  private static String room(int images, int size, Path out) {
    long free = DiskSpace.usable(existing(out));
    return images
        + " images in all; the data set needs about "
        + DiskSpace.text(estimate(images, size))
        + (free < 0 ? "" : ", " + DiskSpace.text(free) + " is free");
  }

  /** The folder, or the nearest one around it that exists. */
  static Path existing(Path folder) {
    Path at = folder.toAbsolutePath();
    while (!Files.exists(at) && at.getParent() != null) {
      at = at.getParent();
    }
    return at;
  }

  /** Bytes that a data set will take, and the drafts while it is built. */
  static long estimate(int images, int size) {
    return (long) (images * (BYTES_PER_IMAGE + BYTES_PER_PIXEL * size * size));
  }
}
