package org.netdissect.lab.study;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A study as its file states it: data, networks, questions.
 *
 * @param title for people
 * @param data the labelled images
 * @param limit so many images of the data; 0 for all
 * @param subjects the networks, grids spread out
 * @param questions what is asked
 * @param iou above which a unit is a detector
 * @param probing how the networks are probed; null for not at all
 * @param reports whether each network gets a report of its own
 */
public record Study(
    String title,
    Data data,
    long limit,
    List<Subject> subjects,
    List<Question> questions,
    double iou,
    @Nullable Probing probing,
    boolean reports) {
  public Study {
    subjects = List.copyOf(subjects);
    questions = List.copyOf(questions);
  }

  /**
   * Where the labelled images are.
   *
   * @param folder of a data set; null for a world that is rendered first
   * @param world what to render; null for a folder
   * @param at where they are named; null before that is known
   */
  record Data(@Nullable Path folder, @Nullable WorldBlock world, @Nullable Place at) {}

  /** A made-up world. */
  record WorldBlock(long seed, int size, int images) {}

  /**
   * Reads a study's file.
   *
   * @throws IOException with one line that names file, line and key, when something cannot be
   */
  public static Study read(Path file) throws IOException {
    return new StudyReader(file).read();
  }
}
