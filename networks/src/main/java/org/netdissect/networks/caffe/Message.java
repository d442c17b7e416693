package org.netdissect.networks.caffe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A message of the text format: values by the names of their fields. Values are {@link Long},
 * {@link Double}, {@link Boolean}, {@link String} or {@link Message}, as the {@link Schema} says;
 * numbers with a fraction are rounded to 32 bits, as Caffe holds them.
 */
final class Message {
  static final Message EMPTY = new Message(0);

  private final int line;
  private final Map<String, List<Object>> fields = new LinkedHashMap<>();

  /**
   * @param line where it begins in the file, counted from 1
   */
  Message(int line) {
    this.line = line;
  }

  int line() {
    return line;
  }

  void add(String name, Object value) {
    fields.computeIfAbsent(name, k -> new ArrayList<>()).add(value);
  }

  boolean has(String name) {
    return fields.containsKey(name);
  }

  /** The names of the fields that have values. */
  List<String> names() {
    return List.copyOf(fields.keySet());
  }

  /** All values of a field; empty where it is absent. */
  List<Object> values(String name) {
    return fields.getOrDefault(name, List.of());
  }

  String text(String name, String otherwise) {
    return (String) first(name, otherwise);
  }

  long integer(String name, long otherwise) {
    return (Long) Objects.requireNonNull(first(name, otherwise));
  }

  double real(String name, double otherwise) {
    return (Double) Objects.requireNonNull(first(name, otherwise));
  }

  boolean flag(String name, boolean otherwise) {
    return (Boolean) Objects.requireNonNull(first(name, otherwise));
  }

  /** A message inside; an empty one where it is absent. */
  Message message(String name) {
    return (Message) Objects.requireNonNull(first(name, EMPTY));
  }

  List<String> texts(String name) {
    return values(name).stream().map(String.class::cast).toList();
  }

  List<Long> integers(String name) {
    return values(name).stream().map(Long.class::cast).toList();
  }

  List<Double> reals(String name) {
    return values(name).stream().map(Double.class::cast).toList();
  }

  List<Message> messages(String name) {
    return values(name).stream().map(Message.class::cast).toList();
  }

  private Object first(String name, Object otherwise) {
    List<Object> values = fields.get(name);
    return values == null ? otherwise : values.get(0);
  }
}
