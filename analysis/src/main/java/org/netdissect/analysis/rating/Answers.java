package org.netdissect.analysis.rating;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Json;
import org.netdissect.base.Text;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.exc.MismatchedInputException;

/**
 * What one rater answered, as a sheet saves it: a JSON object with {@code netdissect}, "answers";
 * {@code format}; {@code study} and {@code rater}; {@code answers}, "yes" or "no" by the ids of the
 * questions; and {@code key}, the text of the {@link Study} in base64.
 *
 * @param file that was read, for messages
 * @param rater from 1
 * @param study that was answered
 * @param said by question; those left open are not there
 */
public record Answers(Path file, int rater, Study study, Map<String, Boolean> said) {
  private static final int FORMAT = 1;
  private static final long MOST_BYTES = 1L << 26;

  /** Of two answers to a question, none is the right one. */
  private static final ObjectReader STRICT =
      Json.mapper().reader().with(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  public Answers {
    said = Map.copyOf(said);
  }

  /** The text that a sheet carries along and saves with its answers. */
  public static String key(Study study) {
    return Base64.getEncoder().encodeToString(study.text().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads what a sheet saved.
   *
   * @throws DataException naming the file, if it is anything else
   */
  public static Answers read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new DataException(
          Text.oneLine(file.toString()) + (Files.exists(file) ? " is no file" : ": no such file"));
    }
    if (Files.size(file) > MOST_BYTES) {
      throw bad(file, "it is too long for what a sheet saves", null);
    }
    JsonNode root;
    try {
      root = STRICT.readTree(Files.readAllBytes(file));
    } catch (MismatchedInputException e) {
      throw bad(file, "it says something twice: " + e.getOriginalMessage(), e);
    } catch (JacksonException e) {
      throw bad(file, "it is no JSON, or was cut off", e);
    }
    if (!root.path("netdissect").asString("").equals("answers")) {
      throw bad(file, "it is not what a rater's sheet saves", null);
    }
    if (root.path("format").asInt(0) != FORMAT) {
      throw bad(
          file,
          "its format is " + Text.oneLine(root.path("format").toString()) + ", not " + FORMAT,
          null);
    }
    Study study = study(file, root);
    int rater = root.path("rater").asInt(0);
    if (rater < 1 || rater > study.raters()) {
      throw bad(file, "it is of no rater 1 to " + study.raters(), null);
    }
    return new Answers(file, rater, study, said(file, root.path("answers"), study));
  }

  private static Study study(Path file, JsonNode root) throws DataException {
    String text;
    try {
      byte[] bytes = Base64.getDecoder().decode(root.path("key").asString(""));
      text = new String(bytes, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw bad(file, "its key is no base64", e);
    }
    if (!Study.idOf(text).equals(root.path("study").asString(""))) {
      throw bad(file, "its key is not that of its study: it was changed after it was saved", null);
    }
    try {
      return Study.parse(text);
    } catch (DataException e) {
      throw bad(file, String.valueOf(e.getMessage()), e);
    }
  }

  private static Map<String, Boolean> said(Path file, JsonNode answers, Study study)
      throws DataException {
    if (!answers.isObject()) {
      throw bad(file, "its answers are not a JSON object, a yes or no by question", null);
    }
    Set<String> known = new HashSet<>();
    study.questions().forEach(question -> known.add(question.id()));
    Map<String, Boolean> said = new HashMap<>();
    for (Map.Entry<String, JsonNode> answer : answers.properties()) {
      String word = answer.getValue().asString("");
      if (!known.contains(answer.getKey())) {
        throw bad(
            file, "it answers " + Text.quoted(answer.getKey()) + ", which was not asked", null);
      }
      if (!word.equals("yes") && !word.equals("no")) {
        throw bad(
            file,
            "its answer to "
                + answer.getKey()
                + " is "
                + Text.oneLine(answer.getValue().toString())
                + ", not yes or no",
            null);
      }
      said.put(answer.getKey(), word.equals("yes"));
    }
    return said;
  }

  private static DataException bad(Path file, String why, @Nullable Throwable cause) {
    return new DataException(Text.oneLine(file + ": " + why), cause);
  }

  /** The answer; null if it was left open. */
  @Nullable Boolean to(Question question) {
    return said.get(question.id());
  }
}
