package org.netdissect.analysis.rating;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.DataException;
import org.netdissect.base.Digests;
import org.netdissect.base.Json;
import tools.jackson.core.JacksonException;

/**
 * What raters are asked, and what their answers are for.
 *
 * @param format {@value #FORMAT}
 * @param tool that made it
 * @param network file name, or what stands in its place
 * @param iou above which a unit is a detector
 * @param images that a unit is shown by
 * @param raters how many sheets there are
 * @param firstGroup raters 1 to this decide which units are interpretable
 * @param secondSource whether phrases of a second source are asked for
 * @param layers names
 * @param units all that are shown, layer by layer
 * @param questions all, in no order that a rater sees
 */
public record Study(
    int format,
    String tool,
    String network,
    double iou,
    int images,
    int raters,
    int firstGroup,
    boolean secondSource,
    List<String> layers,
    List<RatedUnit> units,
    List<Question> questions) {

  static final int FORMAT = 1;

  private static final int ID_DIGITS = 16;

  public Study {
    layers = List.copyOf(layers);
    units = List.copyOf(units);
    questions = List.copyOf(questions);
  }

  /**
   * A unit that is shown.
   *
   * @param layer place of its layer
   * @param unit number
   * @param detector whether its IoU is above the study's
   */
  public record RatedUnit(int layer, int unit, boolean detector) {}

  /** All of it as text; {@link #parse} reads it again. The same study gives the same text. */
  public String text() {
    return Json.mapper().writeValueAsString(this);
  }

  /** By which answers tell what study they are of. */
  public String id() {
    return idOf(text());
  }

  static String idOf(String text) {
    return Digests.sha256Hex(text.getBytes(StandardCharsets.UTF_8)).substring(0, ID_DIGITS);
  }

  /**
   * Reads what {@link #text} wrote.
   *
   * @throws DataException if it is not that, or of another version
   */
  static Study parse(String text) throws DataException {
    Study study;
    try {
      study = Json.mapper().readValue(text, Study.class);
    } catch (JacksonException e) {
      throw new DataException("its key makes no sense", e);
    }
    if (study.format() != FORMAT) {
      throw new DataException(
          "its key has format " + study.format() + "; this version reads " + FORMAT);
    }
    study.check();
    return study;
  }

  private void check() throws DataException {
    List<String> ids = new ArrayList<>();
    for (Question question : questions) {
      if (question.layer() < 0 || question.layer() >= layers.size()) {
        throw new DataException("its key names a layer that is not in it");
      }
      ids.add(question.id());
    }
    boolean right =
        raters >= 1
            && raters <= StudyOptions.MOST_RATERS
            && firstGroup >= 1
            && firstGroup <= raters
            && ids.stream().distinct().count() == ids.size()
            && units.stream().allMatch(u -> u.layer() >= 0 && u.layer() < layers.size());
    if (!right) {
      throw new DataException("its key contradicts itself");
    }
  }

  /**
   * Whether a rater, counted from 1, is of the group that decides which units are interpretable.
   */
  boolean isFirst(int rater) {
    return rater <= firstGroup;
  }
}
