package org.netdissect.datasets.broden.build;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.netdissect.base.Text;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.UnreadableImageException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What the json file beside a photograph of the release of 2021 says: the scene, and the names of
 * the codes in its maps.
 *
 * @param scene as the release of 2016 would name it; "~" for none
 * @param names by code
 */
record AdeDescription(String scene, Map<Integer, String> names) {
  private static final String NO_SCENE = "~";
  private static final int LARGEST_CODE = 0xffff;
  private static final int LONGEST = 1 << 26;

  /** Before the scene stand whether it is indoor or outdoor, and what kind it is of. */
  private static final int SCENE_FROM = 2;

  private static final JsonFactory JSON = JsonFactory.builder().build();

  static AdeDescription read(Path file) throws UnreadableImageException {
    String name = Text.oneLine(file.toString());
    byte[] bytes = Photographs.bytes(file);
    if (bytes.length > LONGEST) {
      throw new UnreadableImageException(name + " is too large: " + bytes.length + " bytes");
    }
    List<String> scene = new ArrayList<>();
    Map<Integer, String> names = new TreeMap<>();
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text(bytes))) {
      if (json.nextToken() == JsonToken.START_OBJECT) {
        fields(json, (top, value) -> annotation(json, top, scene, names));
      }
    } catch (JacksonException e) {
      throw new UnreadableImageException(
          name + " is no description of ADE20K's: " + Text.oneLine(e.getOriginalMessage()), e);
    }
    if (names.isEmpty() && scene.isEmpty()) {
      throw new UnreadableImageException(name + " is no description of ADE20K's");
    }
    return new AdeDescription(scene(scene), names);
  }

  /** Some of them are Latin-1. */
  private static String text(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }

  private static String scene(List<String> path) {
    boolean none = path.stream().anyMatch(n -> n.equals("unclassified") || n.startsWith(NO_SCENE));
    return none || path.isEmpty()
        ? NO_SCENE
        : String.join("/", path.subList(Math.min(SCENE_FROM, path.size() - 1), path.size()));
  }

  /** What is done with a field; it consumes the value, or leaves it to be passed over. */
  private interface Field {
    void take(String name, JsonToken value);
  }

  private static void fields(JsonParser json, Field field) {
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      field.take(name, json.nextToken());
      json.skipChildren();
    }
  }

  private static void annotation(
      JsonParser json, String top, List<String> scene, Map<Integer, String> names) {
    if (!top.equals("annotation") || json.currentToken() != JsonToken.START_OBJECT) {
      return;
    }
    fields(
        json,
        (name, value) -> {
          if (name.equals("scene") && value == JsonToken.START_ARRAY) {
            while (json.nextToken() == JsonToken.VALUE_STRING) {
              scene.add(json.getString());
            }
          } else if (name.equals("object") && value == JsonToken.START_ARRAY) {
            while (json.nextToken() == JsonToken.START_OBJECT) {
              object(json, names);
            }
          }
        });
  }

  private static void object(JsonParser json, Map<Integer, String> names) {
    String[] called = {""};
    int[] code = {0};
    fields(
        json,
        (name, value) -> {
          if (name.equals("name") && value == JsonToken.VALUE_STRING) {
            called[0] = json.getString();
          } else if (name.equals("name_ndx") && value == JsonToken.VALUE_NUMBER_INT) {
            double number = json.getDoubleValue();
            code[0] = number >= 1 && number <= LARGEST_CODE ? (int) number : 0;
          }
        });
    if (code[0] > 0) {
      names.putIfAbsent(code[0], called[0]);
    }
  }
}
