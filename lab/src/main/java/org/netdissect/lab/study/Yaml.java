package org.netdissect.lab.study;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.netdissect.base.DataException;
import org.netdissect.base.Numbers;
import org.netdissect.base.Text;
import org.netdissect.networks.NearestNames;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A value of a YAML file that knows its line, so that every complaint names it. */
final class Yaml {
  private static final long LARGEST = 1 << 20;
  private static final int MOST_ALIASES = 100;
  private static final int DEEPEST = 50;

  /** Numbers as YAML has them; Java reads others as well, 1f and 0x1p3. */
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

  private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]+");

  private final Path file;
  private final Node node;

  /** What it is, for complaints: "networks.depth.train". */
  private final String name;

  private Yaml(Path file, Node node, String name) {
    this.file = file;
    this.node = node;
    this.name = name;
  }

  static Yaml read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new DataException(
          Text.oneLine(file.toString()) + " is a folder; a study is a YAML file");
    }
    if (!Files.isRegularFile(file)) {
      throw new DataException(
          Text.oneLine(file.toString())
              + (Files.exists(file) ? " is a pipe or a device, no file" : " does not exist"));
    }
    Place whole = new Place(file, 1, "");
    if (Files.size(file) > LARGEST) {
      throw whole.wrong(
          "the file has " + Files.size(file) + " bytes; a study's has " + LARGEST + " at most");
    }
    String text = text(file, Files.readAllBytes(file));
    LoadSettings settings =
        LoadSettings.builder()
            .setAllowDuplicateKeys(true) // told below, with the line of both
            .setMaxAliasesForCollections(MOST_ALIASES)
            .build();
    Node root;
    try {
      checkBounds(file, new Parse(settings).parseString(text));
      root = new Compose(settings).composeString(text).orElse(null);
    } catch (MarkedYamlEngineException e) {
      throw new Place(file, e.getProblemMark().map(Yaml::line).orElse(1L), "")
          .wrong("no YAML: " + Text.oneLine(String.valueOf(e.getProblem())), e);
    } catch (YamlEngineException e) {
      throw whole.wrong("no YAML: " + Text.oneLine(String.valueOf(e.getMessage())), e);
    }
    if (root == null) {
      throw whole.wrong("the file is empty");
    }
    return new Yaml(file, root, "");
  }

  /** The file's text; what is no UTF-8, or no text, is told with its line. */
  private static String text(Path file, byte[] bytes) throws DataException {
    CharBuffer text = CharBuffer.allocate(bytes.length);
    CoderResult result =
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes), text, true);
    text.flip();
    if (result.isError()) {
      throw new Place(file, lines(text), "").wrong("no text in UTF-8");
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) && c != '\n' && c != '\r' && c != '\t' && c != '\u0085') {
        throw new Place(file, lines(text.subSequence(0, i)), "")
            .wrong(String.format("a control character, U+%04X", (int) c));
      }
    }
    return text.toString();
  }

  private static long lines(CharSequence text) {
    return 1 + text.chars().filter(c -> c == '\n').count();
  }

  private static long line(Mark mark) {
    return mark.getLine() + 1L;
  }

  /** Refuses what would cost much more than its length: aliases of aliases, deep nesting. */
  private static void checkBounds(Path file, Iterable<Event> events) throws DataException {
    int aliases = 0;
    int depth = 0;
    for (Event event : events) {
      aliases += event instanceof AliasEvent ? 1 : 0;
      depth +=
          event instanceof CollectionStartEvent ? 1 : event instanceof CollectionEndEvent ? -1 : 0;
      if (aliases > MOST_ALIASES || depth > DEEPEST) {
        throw new Place(file, event.getStartMark().map(Yaml::line).orElse(1L), "")
            .wrong(
                aliases > MOST_ALIASES
                    ? "more than " + MOST_ALIASES + " aliases"
                    : "blocks and lists nested more than " + DEEPEST + " deep");
      }
    }
  }

  /** A name that is not known, the one that may be meant, and those that are. */
  static String named(String wrong, Collection<String> known) {
    List<String> near = NearestNames.near(wrong, known);
    return Text.quoted(wrong)
        + (near.isEmpty() ? "" : "; " + Text.quoted(near.get(0)) + " is meant?")
        + " (there are "
        + Text.oneLine(String.join(", ", known))
        + ")";
  }

  String name() {
    return name;
  }

  /** A complaint about this value. */
  DataException wrong(String what) {
    return place().wrong(what);
  }

  Place place() {
    return new Place(file, node.getStartMark().map(Yaml::line).orElse(1L), name);
  }

  private static String kind(Node node) {
    if (node instanceof MappingNode) {
      return "a block of keys";
    }
    return node instanceof SequenceNode ? "a list" : "a single value";
  }

  /**
   * The values by key.
   *
   * @param known keys that may be there; empty for any
   */
  Map<String, Yaml> map(Set<String> known) throws DataException {
    if (!(node instanceof MappingNode mapping)) {
      throw wrong("a block of keys is wanted here, not " + kind(node));
    }
    Map<String, Yaml> values = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        throw wrong("a key must be a single word");
      }
      String word = key.getValue();
      Yaml value = new Yaml(file, tuple.getValueNode(), name.isEmpty() ? word : name + "." + word);
      Yaml at = new Yaml(file, key, name);
      if (word.equals("<<")) {
        throw at.wrong("keys are not merged (<<); they must be written out");
      }
      if (!known.isEmpty() && !known.contains(word)) {
        List<String> near = NearestNames.of(word, known);
        throw at.wrong(
            "unknown key "
                + Text.quoted(word)
                + (near.isEmpty() ? "" : "; " + Text.quoted(near.get(0)) + " is meant?")
                + " (known: "
                + String.join(", ", known)
                + ")");
      }
      if (word.isBlank()) {
        throw at.wrong("a key is empty");
      }
      if (values.put(word, value) != null) {
        throw at.wrong(Text.quoted(word) + " is there twice");
      }
    }
    if (known.isEmpty() && values.isEmpty()) {
      throw wrong("the block is empty");
    }
    return values;
  }

  boolean isList() {
    return node instanceof SequenceNode;
  }

  boolean isMap() {
    return node instanceof MappingNode;
  }

  /** The entries of a list; a single value counts as a list of one. */
  List<Yaml> list() throws DataException {
    if (!(node instanceof SequenceNode sequence)) {
      return List.of(this);
    }
    if (sequence.getValue().isEmpty()) {
      throw wrong("the list is empty");
    }
    List<Yaml> values = new ArrayList<>();
    for (Node value : sequence.getValue()) {
      values.add(new Yaml(file, value, name));
    }
    return values;
  }

  /** Texts of a list, each once. */
  List<String> texts() throws DataException {
    Set<String> texts = new LinkedHashSet<>();
    for (Yaml value : list()) {
      if (!texts.add(value.text())) {
        throw value.wrong(Text.quoted(value.text()) + " is there twice");
      }
    }
    return List.copyOf(texts);
  }

  String text() throws DataException {
    if (!(node instanceof ScalarNode scalar)) {
      throw wrong("a single value is wanted here, not " + kind(node));
    }
    if (scalar.getValue().isBlank()) {
      throw wrong("is empty");
    }
    return scalar.getValue().strip();
  }

  /** A whole number. */
  long whole(long least, long most) throws DataException {
    String text = text();
    try {
      long value = Long.parseLong(text);
      if (WHOLE.matcher(text).matches() && value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw wrong(
        "a whole number from " + least + " to " + most + " is wanted, not " + Text.quoted(text));
  }

  double number(double least, double most) throws DataException {
    String text = text();
    try {
      double value = Double.parseDouble(text);
      if (NUMBER.matcher(text).matches() && value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw wrong(
        "a number from "
            + Numbers.general(least, 6)
            + " to "
            + Numbers.general(most, 6)
            + " is wanted, not "
            + Text.quoted(text));
  }

  boolean yes() throws DataException {
    String text = text();
    if (text.equals("true") || text.equals("false")) {
      return text.equals("true");
    }
    throw wrong("true or false is wanted, not " + Text.quoted(text));
  }

  /** What makes a value of a text; its complaint becomes one about this value. */
  interface Reader<T> {
    T read(String text) throws IOException;
  }

  <T> T as(Reader<T> reader) throws DataException {
    String text = text();
    try {
      return reader.read(text);
    } catch (IOException | IllegalArgumentException e) {
      throw place().wrong(String.valueOf(e.getMessage()), e);
    }
  }
}
