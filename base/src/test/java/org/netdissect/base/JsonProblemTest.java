package org.netdissect.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;

class JsonProblemTest {
  /** What a parser says of its settings, and names of classes. */
  private static final Pattern FOREIGN =
      Pattern.compile("REDACTED|StreamRead|jackson|java\\.|netdissect|Exception|\n");

  private static final String WHOLE =
      "{\"name\": \"ü\", \"sides\": [1, 2.5e3],\n \"axis\": {\"step\": 2},\n  \"on\": true}";

  /** A class of ours that refuses values. */
  record Axis(double step) {
    Axis {
      if (!(step > 0)) {
        throw new IllegalArgumentException("Not an axis: step " + step + ".");
      }
    }
  }

  record Thing(String name, List<Double> sides, Axis axis, boolean on) {}

  private static String problem(byte[] json) {
    JacksonException e =
        assertThrows(JacksonException.class, () -> Json.mapper().readValue(json, Thing.class));
    return JsonProblem.of(e);
  }

  private static String problem(String json) {
    return problem(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void saysWhereAndWhat() {
    assertEquals(
        "line 2, column 5: the JSON text ends in the middle; is the file whole?",
        problem("{\"name\":\n \"a "));
    assertEquals("line 1, column 10: unexpected \"}\"", problem("{\"name\": }"));
    assertEquals("line 1, column 9: unexpected \"oops\"", problem("{\"name\":oops}"));
    assertEquals("line 1, column 16: unexpected \"]\"", problem("{\"name\": \"a\" , ]"));
    assertEquals(
        "line 3, column 10: bytes that are no text in UTF-8",
        problem("{\n\n\"name\":\"\u00ff\"".getBytes(StandardCharsets.ISO_8859_1)));
    String deep = "{\"more\":" + "[".repeat(5000);
    assertTrue(problem(deep).contains("deeper nested"), problem(deep));
    assertTrue(
        problem("{\"sides\":[1,2,{}]}").contains("sides[2]: a value of another kind"),
        problem("{\"sides\":[1,2,{}]}"));
    assertTrue(
        problem("{\"axis\":{\"step\":0}}").endsWith("axis: Not an axis: step 0.0."),
        problem("{\"axis\":{\"step\":0}}"));
    assertTrue(problem("{} {}").endsWith("or more behind it"), problem("{} {}"));
  }

  @Test
  void nothingOfTheParserShows() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] whole = WHOLE.getBytes(StandardCharsets.UTF_8);
    Json.mapper().readValue(whole, Thing.class);
    for (int cut = 0; cut < whole.length; cut++) {
      String said = problem(java.util.Arrays.copyOf(whole, cut));
      assertTrue(said.startsWith("line "), said);
      assertTrue(!FOREIGN.matcher(said).find(), said);
    }
    for (int i = 0; i < 5000; i++) {
      byte[] forged = whole.clone();
      for (int change = random.nextInt(3); change >= 0; change--) {
        forged[random.nextInt(forged.length)] = (byte) random.nextInt(256);
      }
      try {
        Json.mapper().readValue(forged, Thing.class);
      } catch (JacksonException e) {
        String said = JsonProblem.of(e);
        assertTrue(!FOREIGN.matcher(said).find(), "seed " + seed + ": " + said);
      }
    }
  }
}
