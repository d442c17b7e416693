package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class PreprocessingTest {
  @TempDir Path folder;

  @Test
  void names() throws IOException {
    assertEquals(
        List.of("torch", "caffe", "netdissect", "tf", "unit", "none"), Preprocessing.names());
    for (String name : Preprocessing.names()) {
      assertEquals(name, Preprocessing.of(name).name());
    }
    assertSame(Preprocessing.CAFFE, Preprocessing.of("caffe"));
    assertEquals(1.0, Preprocessing.TF.value(0, 255), 1e-12);
    assertEquals(-1.0, Preprocessing.TF.value(2, 0));
    assertEquals(255 - 123.68, Preprocessing.CAFFE.value(2, 255), 1e-12);
  }

  @Test
  void fromJson() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("p.json"),
            "{\"channels\":\"BGR\",\"scale\":1,\"mean\":[104.05,112.51,116.68],"
                + "\"std\":[255,255,255]}");
    Preprocessing read = Preprocessing.of(file.toString());
    assertEquals(
        new Preprocessing(
            Preprocessing.Channels.BGR,
            1,
            List.of(104.05, 112.51, 116.68),
            List.of(255.0, 255.0, 255.0)),
        read);
    assertEquals("custom", read.name());
    String json = JsonMapper.shared().writeValueAsString(read);
    Files.writeString(file, json);
    assertEquals(read, Preprocessing.of(file.toString()));
    assertEquals(read, JsonMapper.shared().readValue(json, Preprocessing.class));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "[]|one JSON object",
        "{\"channels\":\"RGB\"|no valid JSON",
        "{}|\"channels\" is missing",
        "{\"channels\":\"RBG\",\"scale\":1,\"mean\":[0,0,0],\"std\":[1,1,1]}|\"RGB\" or \"BGR\"",
        "{\"channels\":\"RGB\",\"scale\":\"1\",\"mean\":[0,0,0],\"std\":[1,1,1]}|\"scale\"",
        "{\"channels\":\"RGB\",\"scale\":0,\"mean\":[0,0,0],\"std\":[1,1,1]}|scale",
        "{\"channels\":\"RGB\",\"scale\":1,\"mean\":[0,0],\"std\":[1,1,1]}|\"mean\"",
        "{\"channels\":\"RGB\",\"scale\":1,\"mean\":[0,0,null],\"std\":[1,1,1]}|\"mean\"",
        "{\"channels\":\"RGB\",\"scale\":1,\"mean\":[0,0,0],\"std\":[1,0,1]}|std",
        "{\"channels\":\"RGB\",\"scale\":1,\"mean\":[0,0,0],\"std\":[1,1e999,1]}|finite",
        "{\"channels\":\"RGB\",\"scale\":1,\"mean\":[0,0,0],\"std\":[1,1,1],\"x\":1}|unknown key"
      })
  void malformedFilesAreRefused(String json, String part) throws IOException {
    Path file = Files.writeString(folder.resolve("p.json"), json);
    String message =
        assertThrows(ModelException.class, () -> Preprocessing.of(file.toString())).getMessage();
    assertTrue(message.contains(part) && message.contains("p.json"), message);
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void unknownNamesAreRefused() {
    for (String wrong : List.of("pytorch", "", "no/such/file.json", "a\0b")) {
      String message =
          assertThrows(ModelException.class, () -> Preprocessing.of(wrong)).getMessage();
      assertTrue(message.contains("torch, caffe, netdissect, tf, unit, none"), message);
    }
  }

  @Test
  void inputSizes() {
    assertEquals(new InputSize(224, 320), InputSize.parse("224,320"));
    assertEquals(new InputSize(224, 320), InputSize.parse(" 224 , 320 "));
    assertEquals("224,320", new InputSize(224, 320).toString());
    for (String wrong : List.of("", "224", "0,5", "224,-1", "224;224", "99999,4", "1,2,3")) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> InputSize.parse(wrong)).getMessage();
      assertTrue(message.startsWith("The size"), message);
    }
  }
}
