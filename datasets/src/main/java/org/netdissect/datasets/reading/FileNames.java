package org.netdissect.datasets.reading;

import java.util.ArrayList;
import java.util.List;

/**
 * File names in json files, as many tools write them: absolute, with backslashes, relative to the
 * folder that the tool was started in, or as a URL.
 */
public final class FileNames {
  private FileNames() {}

  /**
   * The name with "/" between its parts, and nothing that leads out of a folder: without a host, a
   * drive, a leading "/", and everything up to the last "..". Blank when nothing is left.
   */
  public static String clean(String written) {
    String name = written.replace('\\', '/');
    int host = name.indexOf("://");
    if (host >= 0) {
      int path = name.indexOf('/', host + 3);
      name = path < 0 ? "" : name.substring(path);
      int query = name.indexOf('?');
      name = query < 0 ? name : name.substring(0, query);
    } else if (name.matches("(?s)[A-Za-z]:/.*")) {
      name = name.substring(2);
    }
    List<String> parts = new ArrayList<>();
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        parts.clear();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return String.join("/", parts);
  }

  /** The name without so many of its leading parts, but always with its last. */
  public static String tail(String name, int dropped) {
    String rest = name;
    for (int i = 0; i < dropped && rest.indexOf('/') >= 0; i++) {
      rest = rest.substring(rest.indexOf('/') + 1);
    }
    return rest;
  }

  /** How many parts can be dropped from a name. */
  public static int folders(String name) {
    return (int) name.chars().filter(c -> c == '/').count();
  }
}
