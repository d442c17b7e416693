package org.netdissect.base.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.DataException;

class UnfinishedTest {
  @TempDir Path temp;
  private Path out;

  @BeforeEach
  void folder() {
    out = temp.resolve("out");
  }

  /** Begins, writes files and finishes: not at all, for good, or to be replaced. */
  private void write(String command, String end, String... names) throws IOException {
    try (Unfinished unfinished = Unfinished.begin(out, command)) {
      for (String name : names) {
        Path file = out.resolve(name);
        Files.createDirectories(file.getParent());
        unfinished.writing(file);
        Files.writeString(file, name);
      }
      switch (end) {
        case "finish" -> unfinished.finish();
        case "replaceable" -> unfinished.finishReplaceable();
        default -> assertTrue(Unfinished.is(out));
      }
    }
  }

  private void assertRefused(String command, String words) {
    DataException e = assertThrows(DataException.class, () -> write(command, "", "x"));
    assertTrue(e.getMessage().contains(words), e.getMessage());
  }

  @Test
  void whatFileManagersLeaveIsPassedOver() throws IOException {
    List<Path> foreign =
        List.of(out.resolve(".DS_Store"), out.resolve("a/Thumbs.db"), out.resolve("a/._1.jpg"));
    Files.createDirectories(out.resolve("a"));
    Files.writeString(out.resolve(".DS_Store"), "x");
    Files.delete(out.resolve("a"));
    write("one", "", "a/1.jpg", "a/2.jpg");
    for (Path file : foreign) {
      Files.writeString(file, "x");
    }
    write("one", "finish", "a/1.jpg");
    assertFalse(Files.exists(out.resolve("a/2.jpg")));
    for (Path file : foreign) {
      assertTrue(Files.exists(file), file.toString());
    }
    assertRefused("one", "not empty");
  }

  @Test
  void onlyAReplaceableFolderIsReplaced() throws IOException {
    write("one", "replaceable", "a/1.jpg", "a/2.jpg", "index.html");
    assertFalse(Unfinished.is(out));
    assertRefused("two", "not empty");
    Path mine = Files.writeString(out.resolve("a/12.jpg"), "mine");
    assertRefused("one", "a/12.jpg");
    assertFalse(Unfinished.is(out));
    assertEquals("index.html", Files.readString(out.resolve("index.html")));
    Files.delete(mine);
    write("one", "", "a/3.jpg"); // stopped while it replaces
    assertRefused("two", "another command");
    write("one", "replaceable", "b/1.jpg");
    assertFalse(Files.exists(out.resolve("a")));
    assertFalse(Files.exists(out.resolve("index.html")));
    assertFalse(Unfinished.is(out));
  }

  @Test
  void foldersOfOlderVersionsAreToBeDeleted() throws IOException {
    Files.createDirectories(out);
    Files.writeString(out.resolve(".masks-inc"), "");
    assertTrue(Unfinished.is(out));
    assertTrue(Unfinished.complaint(out).contains("delete it"));
    assertRefused("one", "not empty; delete it");
    Files.delete(out.resolve(".masks-inc"));
    write("one", "", "a");
    assertTrue(Unfinished.complaint(out).contains("starts over"));
  }

  @Test
  void aMarkWithoutALineIsAnyones() throws IOException {
    // A full disk makes the file, but has no room for its first line.
    Files.createDirectories(out);
    Files.createFile(out.resolve(Unfinished.MARK));
    write("one", "finish", "a");
  }
}
