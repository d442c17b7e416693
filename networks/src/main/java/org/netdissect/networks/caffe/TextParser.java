package org.netdissect.networks.caffe;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.NearestNames;
import org.netdissect.networks.caffe.Schema.Field;
import org.netdissect.networks.caffe.Schema.Kind;

/**
 * Reads protobuf's text format as Caffe's messages. Depth and number of fields are bounded; every
 * error names the line.
 *
 * <p>Fields of a layer that end in {@code _param} and are not in the {@link Schema} are kept under
 * {@link #UNKNOWN}: whether they matter depends on the layer's type.
 */
final class TextParser {
  /** Under this name a layer lists the parameters that the schema does not know. */
  static final String UNKNOWN = "?";

  private static final int DEEPEST = 32;
  private static final int MOST_FIELDS = 500_000;
  private static final int LONGEST_QUOTE = 60;

  private final Path file;
  private final byte[] source;
  private int at;
  private int line = 1;
  private int fields;

  private TextParser(Path file, byte[] source) {
    this.file = file;
    this.source = source;
  }

  /**
   * Reads a whole file.
   *
   * @param file what errors name
   * @throws ModelException if the text is malformed or holds what no net has
   */
  static Message parse(Path file, byte[] source) throws ModelException {
    TextParser parser = new TextParser(file, source);
    if (source.length > 2
        && source[0] == (byte) 0xEF
        && source[1] == (byte) 0xBB
        && source[2] == (byte) 0xBF) {
      parser.at = 3;
    }
    return parser.message(Schema.NET, '\0', 0);
  }

  /** Bytes as text: UTF-8, or where they are not that, Latin-1. */
  static String decoded(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.indexOf('\uFFFD') < 0 ? text : new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /**
   * @param type null for one that nobody looks at
   * @param end the bracket that closes it, or 0 at the end of the file
   */
  private Message message(@Nullable String type, char end, int depth) throws ModelException {
    if (depth > DEEPEST) {
      throw error("messages lie more than " + DEEPEST + " deep inside each other");
    }
    int begin = line;
    Message message = new Message(begin);
    while (true) {
      skipBlanks();
      while (at < source.length && (source[at] == ',' || source[at] == ';')) {
        at++;
        skipBlanks();
      }
      if (at >= source.length) {
        if (end != 0) {
          throw error(
              "the \"" + (end == '}' ? '{' : '<') + "\" of line " + begin + " is never closed");
        }
        return message;
      }
      char c = (char) source[at];
      if (c == '}' || c == '>') {
        if (c != end) {
          throw error(
              end == 0
                  ? "\"" + c + "\" closes nothing"
                  : "\"" + c + "\" where \"" + end + "\" is wanted");
        }
        at++;
        return message;
      }
      field(type, message, depth);
    }
  }

  private void field(@Nullable String type, Message message, int depth) throws ModelException {
    if (++fields > MOST_FIELDS) {
      throw error("more than " + MOST_FIELDS + " fields");
    }
    int begin = line;
    String name = identifier();
    Field field = type == null ? null : Schema.field(type, name);
    boolean isUnknown = type != null && field == null;
    if (type != null
        && field == null
        && !(Schema.LAYERS.contains(type) && name.endsWith("_param"))) {
      throw unknown(type, name);
    }
    skipBlanks();
    boolean colon = at < source.length && source[at] == ':';
    if (colon) {
      at++;
      skipBlanks();
    }
    if (field == null || field.kind() == Kind.ANY) {
      anything(colon, depth);
      if (isUnknown) {
        message.add(UNKNOWN, name + " (line " + begin + ")");
      } else if (field != null) {
        message.add(name, new Message(begin));
      }
      return;
    }
    if (!field.repeated() && message.has(name)) {
      throw error("the field \"" + name + "\" stands a second time in one message");
    }
    if (field.kind() != Kind.MESSAGE && !colon) {
      throw error("a colon is missing after \"" + name + "\"");
    }
    if (at < source.length && source[at] == '[') {
      if (!field.repeated()) {
        throw error("the field \"" + name + "\" takes one value, not a list");
      }
      list(field, message, depth);
    } else {
      message.add(name, value(field, depth));
    }
  }

  private void list(Field field, Message message, int depth) throws ModelException {
    at++;
    skipBlanks();
    if (at < source.length && source[at] == ']') {
      at++;
      return;
    }
    while (true) {
      if (++fields > MOST_FIELDS) {
        throw error("more than " + MOST_FIELDS + " fields");
      }
      message.add(field.name(), value(field, depth));
      skipBlanks();
      int c = at < source.length ? source[at++] : -1;
      if (c == ']') {
        return;
      }
      if (c != ',') {
        at--;
        throw error("a comma or \"]\" is missing in the list of \"" + field.name() + "\"");
      }
      skipBlanks();
    }
  }

  private Object value(Field field, int depth) throws ModelException {
    return switch (field.kind()) {
      case MESSAGE -> message(field.message(), bracket(field.name()), depth + 1);
      case STRING -> string(field.name());
      default -> scalar(field, word(field.name()));
    };
  }

  private Object scalar(Field field, String word) throws ModelException {
    try {
      switch (field.kind()) {
        case INTEGER, COUNT -> {
          long number = integer(word);
          if (field.kind() == Kind.COUNT && (number < 0 || word.startsWith("-"))) {
            throw error("\"" + field.name() + ": " + quoted(word) + "\" must not be negative");
          }
          return number;
        }
        case REAL -> {
          return real(word);
        }
        case FLAG -> {
          return flag(word);
        }
        case CHOICE -> {
          return choice(field, word);
        }
        default -> {
          return word;
        }
      }
    } catch (NumberFormatException e) {
      throw new ModelException(
          place() + "\"" + field.name() + ": " + quoted(word) + "\" is no " + wanted(field), e);
    }
  }

  private static String wanted(Field field) {
    return switch (field.kind()) {
      case INTEGER, COUNT -> "whole number.";
      case REAL -> "number.";
      case FLAG -> "true or false.";
      default -> "one of " + String.join(", ", field.choices().values()) + ".";
    };
  }

  private static long integer(String word) {
    boolean negative = word.startsWith("-");
    String digits = negative ? word.substring(1) : word;
    if (digits.isEmpty() || !Character.isDigit(digits.charAt(0))) {
      throw new NumberFormatException(word);
    }
    boolean hex = digits.toLowerCase(Locale.ROOT).startsWith("0x");
    int radix = hex ? 16 : digits.length() > 1 && digits.startsWith("0") ? 8 : 10;
    long number = Long.parseLong(hex ? digits.substring(2) : digits, radix);
    return negative ? -number : number;
  }

  private static double real(String word) {
    String low = word.toLowerCase(Locale.ROOT);
    String unsigned = low.startsWith("-") ? low.substring(1) : low;
    int sign = low.startsWith("-") ? -1 : 1;
    if (unsigned.equals("inf") || unsigned.equals("infinity")) {
      return sign * Double.POSITIVE_INFINITY;
    }
    if (unsigned.equals("nan")) {
      return Double.NaN;
    }
    if (unsigned.startsWith("0x") || unsigned.matches("0[0-7]+")) {
      return integer(word);
    }
    if (!unsigned.matches("(\\d+\\.?\\d*|\\.\\d+)(e[-+]?\\d+)?f?")) {
      throw new NumberFormatException(word);
    }
    return sign * (double) Float.parseFloat(unsigned);
  }

  private static boolean flag(String word) {
    return switch (word) {
      case "true", "True", "t", "1" -> true;
      case "false", "False", "f", "0" -> false;
      default -> throw new NumberFormatException(word);
    };
  }

  private static String choice(Field field, String word) {
    Map<Integer, String> choices = field.choices();
    if (choices.containsValue(word)) {
      return word;
    }
    String named = choices.get(Integer.parseInt(word));
    if (named == null) {
      throw new NumberFormatException(word);
    }
    return named;
  }

  /** Passes over a value of unknown form. */
  private void anything(boolean colon, int depth) throws ModelException {
    int c = at < source.length ? source[at] : -1;
    if (c == '{' || c == '<') {
      message(null, bracket(""), depth + 1);
    } else if (c == '[') {
      at++;
      skipBlanks();
      while (at < source.length && source[at] != ']') {
        anything(true, depth + 1);
        skipBlanks();
        if (at < source.length && source[at] == ',') {
          at++;
          skipBlanks();
        }
      }
      if (at >= source.length) {
        throw error("a list is never closed");
      }
      at++;
    } else if (!colon) {
      throw error("a colon or a message is missing");
    } else if (c == '"' || c == '\'') {
      string("");
    } else {
      word("");
    }
  }

  private char bracket(String name) throws ModelException {
    int c = at < source.length ? source[at] : -1;
    if (c != '{' && c != '<') {
      throw error("\"" + name + "\" holds a message: \"{\" is missing");
    }
    at++;
    return c == '{' ? '}' : '>';
  }

  private String identifier() throws ModelException {
    int from = at;
    while (at < source.length && isWord(source[at]) && source[at] != '.' && source[at] != '-') {
      at++;
    }
    if (from == at || Character.isDigit((char) source[from])) {
      throw error("the name of a field is wanted, not \"" + printable(source[from]) + "\"");
    }
    return new String(source, from, at - from, StandardCharsets.US_ASCII);
  }

  private String word(String name) throws ModelException {
    int from = at;
    boolean negative = at < source.length && source[at] == '-';
    if (negative) {
      at++;
      skipBlanks();
    }
    int begin = at;
    while (at < source.length && isWordAt(begin)) {
      at++;
    }
    if (begin == at) {
      at = from;
      throw error("the value of \"" + name + "\" is missing");
    }
    return (negative ? "-" : "") + new String(source, begin, at - begin, StandardCharsets.US_ASCII);
  }

  /** Signs belong to a number only behind its exponent's e. */
  private boolean isWordAt(int begin) {
    byte c = source[at];
    if (c == '-' || c == '+') {
      boolean afterExponent = at > begin && (source[at - 1] == 'e' || source[at - 1] == 'E');
      return afterExponent && (Character.isDigit((char) source[begin]) || source[begin] == '.');
    }
    return isWord(c);
  }

  private static boolean isWord(byte c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '.'
        || c == '-';
  }

  /** One or more strings side by side. */
  private String string(String name) throws ModelException {
    if (at >= source.length || (source[at] != '"' && source[at] != '\'')) {
      throw error("the value of \"" + name + "\" must be in quotes");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (at < source.length && (source[at] == '"' || source[at] == '\'')) {
      byte quote = source[at++];
      while (true) {
        if (at >= source.length || source[at] == '\n') {
          throw error("a string is never closed");
        }
        byte c = source[at++];
        if (c == quote) {
          break;
        }
        if (c == '\\') {
          escape(bytes);
        } else {
          bytes.write(c);
        }
      }
      skipBlanks();
    }
    return decoded(bytes.toByteArray());
  }

  private void escape(ByteArrayOutputStream bytes) throws ModelException {
    int c = at < source.length ? source[at++] : -1;
    switch (c) {
      case 'n' -> bytes.write('\n');
      case 't' -> bytes.write('\t');
      case 'r' -> bytes.write('\r');
      case 'a' -> bytes.write(7);
      case 'b' -> bytes.write('\b');
      case 'f' -> bytes.write('\f');
      case 'v' -> bytes.write(11);
      case '\\', '\'', '"', '?' -> bytes.write(c);
      case 'x', 'X' -> bytes.write(digits(16, 2, 0));
      case 'u', 'U' -> {
        int point = digits(16, c == 'u' ? 4 : 8, 0);
        if (!Character.isValidCodePoint(point)) {
          throw error("no such character in a string");
        }
        bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
      }
      default -> {
        if (c < '0' || c > '7') {
          throw error("an unknown escape in a string");
        }
        bytes.write(digits(8, 2, c - '0'));
      }
    }
  }

  /** Up to so many digits more. */
  private int digits(int radix, int most, int begun) {
    int number = begun;
    for (int i = 0; i < most && at < source.length; i++) {
      int digit = Character.digit((char) source[at], radix);
      if (digit < 0) {
        break;
      }
      number = number * radix + digit;
      at++;
    }
    return number;
  }

  private void skipBlanks() {
    while (at < source.length) {
      byte c = source[at];
      if (c == '#') {
        while (at < source.length && source[at] != '\n') {
          at++;
        }
      } else if (c == '\n') {
        line++;
        at++;
      } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == 11) {
        at++;
      } else {
        return;
      }
    }
  }

  private ModelException unknown(String type, String name) {
    List<String> solver =
        List.of("net", "train_net", "test_net", "base_lr", "lr_policy", "max_iter", "test_iter");
    if (type.equals(Schema.NET) && solver.contains(name)) {
      return new ModelException(
          file
              + ": is a solver file of Caffe, not a net; give the net that its field \"net\" names.");
    }
    List<String> near = NearestNames.of(name, Schema.names(type));
    return error(
        "\"%s\" is no field of Caffe's %s; the nearest are %s"
            .formatted(quoted(name), type, String.join(", ", near)));
  }

  private ModelException error(String what) {
    return new ModelException(place() + what + ".");
  }

  private String place() {
    return file + ": line " + line + ": ";
  }

  private static String quoted(String word) {
    return word.length() > LONGEST_QUOTE ? word.substring(0, LONGEST_QUOTE) + "…" : word;
  }

  private static String printable(byte c) {
    return c > ' ' && c < 127 ? String.valueOf((char) c) : "byte " + (c & 0xff);
  }
}
