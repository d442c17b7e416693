package org.netdissect.base.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
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

  @Test
  void addressesAreOfFilesOrRefused() {
    assertEquals(folder, TypedPath.of(folder.toUri().toString()));
    assertEquals(folder.resolve("a b"), TypedPath.of(folder.toUri() + "a%20b"));
    for (String other : List.of("hdfs://host:9000/data", "s3a://bucket/data", "HDFS://host/x")) {
      Exception failure = assertThrows(InvalidPathException.class, () -> TypedPath.of(other));
      assertTrue(failure.getMessage().contains("the cluster's command"), failure.getMessage());
    }
    assertThrows(InvalidPathException.class, () -> TypedPath.of("file://host/data"));
    assertThrows(InvalidPathException.class, () -> TypedPath.of("file:///a b"));
  }
}
