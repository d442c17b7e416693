package org.netdissect.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForeignExportTest {
  @TempDir Path folder;

  private String found(String json) throws IOException {
    Path file = Files.createDirectories(folder.resolve("ds/ann")).resolve("a.jpg.json");
    Files.writeString(file, json);
    return ForeignExport.in(folder);
  }

  @Test
  void programsAreKnownByTheirFiles() throws IOException {
    assertEquals(
        "VGG Image Annotator",
        found("{\"a.jpg1\":{\"regions\":[{\"shape_attributes\":{},\"region_attributes\":{}}]}}"));
    assertEquals(
        "Supervisely",
        found("{\"objects\":[{\"classTitle\":\"cat\",\"geometryType\":\"polygon\"}]}"));
    assertEquals(
        "Label Studio",
        found("[{\"id\":1,\"data\":{\"image\":\"/a.jpg\"},\"annotations\":[{\"result\":[]}]}]"));
    assertNull(found("{\"anything\": 1}"));
    assertNull(found("no json"));
  }
}
