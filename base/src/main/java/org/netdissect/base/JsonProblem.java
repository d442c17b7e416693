package org.netdissect.base;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;

/**
 * Says what is wrong with JSON from outside: the parser's own messages speak of its settings and of
 * our classes.
 */
public final class JsonProblem {
  private static final Pattern CHARACTER = Pattern.compile("'(.)' \\(code|marker '(.)'");
  private static final Pattern WORD = Pattern.compile("^Unrecognized token '(.+?)'");

  private JsonProblem() {}

  /**
   * Where and what: {@code line 3, column 7: the JSON text ends in the middle}, or {@code
   * layers[0].units: …} where it is JSON but does not say what it should.
   */
  public static String of(JacksonException e) {
    String place = place(e.getLocation());
    String path = isOfText(e) ? "" : path(e);
    String where = place + (place.isEmpty() || path.isEmpty() ? "" : ", ") + path;
    return (where.isEmpty() ? "" : where + ": ") + what(e);
  }

  /** Whether it is no JSON at all. */
  private static boolean isOfText(JacksonException e) {
    return e instanceof StreamReadException && !(e instanceof InputCoercionException);
  }

  /** The same behind a file's name: {@code FILE line 3, column 7: …}. */
  public static String in(String file, JacksonException e) {
    String problem = of(e);
    return file + (problem.startsWith("line ") ? " " : ": ") + problem;
  }

  private static String place(@Nullable TokenStreamLocation at) {
    return at == null || at.getLineNr() < 1
        ? ""
        : "line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  private static String path(JacksonException e) {
    StringBuilder path = new StringBuilder();
    for (JacksonException.Reference step : e.getPath()) {
      if (step.getPropertyName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
      }
    }
    return Text.oneLine(path.toString());
  }

  /** What is wrong, without the place. */
  public static String what(JacksonException e) {
    if (e instanceof UnexpectedEndOfInputException) {
      return "the JSON text ends in the middle; is the file whole?";
    }
    if (e instanceof StreamConstraintsException) {
      return "deeper nested, or a longer number or text, than any that is read";
    }
    if (e instanceof InputCoercionException) {
      return "a number that is too large there";
    }
    if (isOfText(e)) {
      return unexpected(e.getOriginalMessage());
    }
    if (e instanceof JacksonIOException io && io.getCause() != null) {
      return Text.oneLine("cannot be read: " + io.getCause().getMessage());
    }
    // What our own classes say of a value that they refuse.
    if (e.getCause() instanceof IllegalArgumentException own && own.getMessage() != null) {
      return Text.oneLine(own.getMessage());
    }
    return e.getPath().isEmpty()
        ? "not the JSON that belongs there, or more behind it"
        : "a value of another kind belongs there";
  }

  private static String unexpected(String message) {
    if (message.contains("UTF-8")) {
      return "bytes that are no text in UTF-8";
    }
    Matcher word = WORD.matcher(message);
    if (word.find()) {
      return "unexpected " + Text.quoted(word.group(1));
    }
    Matcher character = CHARACTER.matcher(message);
    if (character.find()) {
      String found = character.group(1) == null ? character.group(2) : character.group(1);
      return "unexpected " + Text.quoted(found);
    }
    return message.contains("numeric") ? "no number as JSON writes it" : "no JSON";
  }
}
