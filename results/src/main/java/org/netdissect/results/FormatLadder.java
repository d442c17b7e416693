package org.netdissect.results;

import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.netdissect.base.Json;
import org.netdissect.base.JsonProblem;
import org.netdissect.base.files.DamagedException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Brings what older versions wrote to the present format, a step a format. */
final class FormatLadder {
  /** The first format there was. */
  static final int OLDEST = 1;

  /** The n-th leads from format {@link #OLDEST} + n to the next. */
  private static final List<UnaryOperator<ObjectNode>> STEPS = List.of();

  static {
    assert OLDEST + STEPS.size() == DissectionInfo.FORMAT : "a step for each format but the last";
  }

  private FormatLadder() {}

  /**
   * Reads the content of a {@code dissection.json}, of whatever format this version knows.
   *
   * @throws DissectionException if its format is too new
   * @throws DamagedException if it makes no sense
   */
  static DissectionInfo read(String json, Path file) throws DissectionException, DamagedException {
    try {
      JsonNode root = Json.mapper().readTree(json);
      if (!(root instanceof ObjectNode object) || !object.path("format").isInt()) {
        throw new DamagedException(file, "it tells no format", null);
      }
      int format = object.path("format").asInt();
      if (format > DissectionInfo.FORMAT) {
        throw new DissectionException(
            file
                + " is of format "
                + format
                + ", which a newer netdissect wrote; this version reads "
                + range()
                + ": update netdissect");
      }
      if (format < OLDEST) {
        throw new DamagedException(
            file, "there is no format " + format + "; this version reads " + range(), null);
      }
      for (int step = format - OLDEST; step < STEPS.size(); step++) {
        object = STEPS.get(step).apply(object);
      }
      return Json.mapper().treeToValue(object, DissectionInfo.class);
    } catch (JacksonException e) {
      throw new DamagedException(file, JsonProblem.of(e), e);
    }
  }

  private static String range() {
    return OLDEST == DissectionInfo.FORMAT
        ? "format " + OLDEST
        : "formats " + OLDEST + " to " + DissectionInfo.FORMAT;
  }
}
