package org.netdissect.base.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TypedPathTest {
  @TempDir Path folder;

  @Test
  void relativeNamesAreMeantFromTheFolderOfTheCommand() throws IOException {
    Path there = Files.createDirectories(folder.resolve("data/small"));
    Path small = Path.of("data", "small");
    assertEquals(there, TypedPath.from(folder.toString(), small));
    assertEquals(small, TypedPath.from(null, small));
    assertEquals(there, TypedPath.from("/elsewhere", there));
    // The name of a data set, for one.
    assertEquals(Path.of("broden"), TypedPath.from(folder.toString(), Path.of("broden")));
  }
}
