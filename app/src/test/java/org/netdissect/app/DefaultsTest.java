package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DefaultsTest {
  @TempDir Path folder;

  private Defaults defaults(String text) throws Exception {
    Path file = folder.resolve("netdissect/netdissect.properties");
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return Defaults.of(folder.toString(), null);
  }

  private static Object value(Defaults defaults, Object command, String option) throws Exception {
    CommandLine line = new CommandLine(command).setDefaultValueProvider(defaults);
    defaults.check(line.getCommandSpec());
    line.parseArgs("OUT");
    return line.getCommandSpec().findOption(option).getValue();
  }

  @Test
  void aLineSetsAnOptionOfEveryCommandOrOfOne() throws Exception {
    Defaults defaults = defaults("images = 7\nfigure.images = 3\nphoto-size = 100\n");
    assertEquals(7, value(defaults, new ReportCommand(), "--images"));
    assertEquals(100, value(defaults, new ReportCommand(), "--photo-size"));
    assertEquals(3, value(defaults, new FigureCommand(), "--images"));
    assertEquals(folder.resolve("netdissect/netdissect.properties"), defaults.file());
  }

  @Test
  void aLineThatNamesNoOptionIsRefused() throws Exception {
    Defaults defaults = defaults("figure.imagse = 3\n");
    UsageException failure =
        assertThrows(UsageException.class, () -> value(defaults, new FigureCommand(), "--images"));
    assertTrue(failure.getMessage().contains("'figure.imagse' names no option"));
  }

  @Test
  void withoutAFileTheOptionsHaveTheirOwn() throws Exception {
    Defaults none = Defaults.of(folder.resolve("none").toString(), null);
    assertNull(none.file());
    assertEquals(50, value(none, new ReportCommand(), "--images"));
  }
}
