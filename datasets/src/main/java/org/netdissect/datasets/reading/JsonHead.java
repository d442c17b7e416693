package org.netdissect.datasets.reading;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/** What a json file is, by the names at its top that stand early in it. */
public final class JsonHead {
  private static final int BYTES = 1 << 16;
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private JsonHead() {}

  /**
   * The names at the top of a json file, as far as its first 64 KB tell.
   *
   * @return nothing for what is no file, does not end in ".json" or has no object at its top
   */
  public static Set<String> names(Path file) {
    Set<String> names = new LinkedHashSet<>();
    if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".json") || !Files.isRegularFile(file)) {
      return names;
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] head = in.readNBytes(BYTES);
      try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), head)) {
        if (json.nextToken() != JsonToken.START_OBJECT) {
          return names;
        }
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
          names.add(json.currentName());
          json.nextToken();
          json.skipChildren();
        }
      }
    } catch (JacksonException | IOException e) {
      return names; // the file goes on, or is broken: its reader will tell
    }
    return names;
  }
}
