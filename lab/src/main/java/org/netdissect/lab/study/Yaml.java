package org.netdissect.lab.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.networks.NearestNames;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
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
    if (Files.size(file) > LARGEST) {
      throw new DataException(Text.oneLine(file.toString()) + " is too large for a study's file");
    }
    Node root;
    try {
      LoadSettings settings =
          LoadSettings.builder()
              .setAllowDuplicateKeys(true) // told below, with the line of both
              .setMaxAliasesForCollections(20)
              .build();
      root = new Compose(settings).composeString(Files.readString(file)).orElse(null);
    } catch (MarkedYamlEngineException e) {
      long line = e.getProblemMark().map(mark -> mark.getLine() + 1L).orElse(1L);
      throw DataException.at(
          file, line, "no YAML: " + Text.oneLine(String.valueOf(e.getProblem())));
    } catch (YamlEngineException | java.nio.charset.CharacterCodingException e) {
      throw new DataException(Text.oneLine(file + ": no YAML: " + e.getMessage()), e);
    }
    if (root == null) {
      throw new DataException(Text.oneLine(file.toString()) + " is empty");
    }
    return new Yaml(file, root, "");
  }

  String name() {
    return name;
  }

  /** A complaint about this value. */
  DataException wrong(String what) {
    long line = node.getStartMark().map(mark -> mark.getLine() + 1L).orElse(1L);
    return DataException.at(file, line, (name.isEmpty() ? "" : name + ": ") + what);
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
      if (values.put(word, value) != null) {
        throw at.wrong(Text.quoted(word) + " is there twice");
      }
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
      if (value >= least && value <= most) {
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
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw wrong("a number from " + least + " to " + most + " is wanted, not " + Text.quoted(text));
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
      DataException wrong = wrong(String.valueOf(e.getMessage()));
      wrong.initCause(e);
      throw wrong;
    }
  }
}
