package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.netdissect.base.Progress;

class TerminalProgressTest {
  private static final long SECOND = 1_000_000_000L;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 3 * SECOND); // wraps on the way

  private TerminalProgress progress(boolean quiet, boolean redraws) {
    return new TerminalProgress(
        new PrintStream(bytes, true, StandardCharsets.UTF_8), quiet, redraws, 80, clock::get);
  }

  private String shown() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private void work(Progress.Phase phase, int steps) {
    for (int i = 0; i < steps; i++) {
      clock.addAndGet(SECOND);
      phase.advance(1);
    }
  }

  /** What a terminal shows at the end, and the widest line that it had. */
  private record Screen(String text, int widest) {
    static Screen of(String written) {
      StringBuilder text = new StringBuilder();
      StringBuilder line = new StringBuilder();
      int column = 0;
      int widest = 0;
      for (int i = 0; i < written.length(); i++) {
        char c = written.charAt(i);
        if (c == '\n') {
          text.append(line.toString().stripTrailing()).append('\n');
          line.setLength(0);
          column = 0;
        } else if (c == '\r') {
          column = 0;
        } else if (c == '\b') {
          column--;
        } else {
          if (column < line.length()) {
            line.setCharAt(column, c);
          } else {
            line.append(c);
          }
          widest = Math.max(widest, ++column);
        }
      }
      return new Screen(text + line.toString().stripTrailing(), widest);
    }
  }

  @Test
  void aBarBecomesALine() {
    try (Progress.Phase phase = progress(false, true).phase("recording", 20, "images")) {
      work(phase, 5);
      assertEquals(
          "recording [=========                         ]  25% 5/20 images, 1/s, 15 s left",
          Screen.of(shown()).text());
      work(phase, 15);
      phase.done();
    }
    assertEquals("recording: 20 images in 20.0 s\n", Screen.of(shown()).text());
  }

  @Test
  void whatFailedIsNotReportedAsDone() {
    for (boolean redraws : new boolean[] {true, false}) {
      bytes.reset();
      try (Progress.Phase phase = progress(false, redraws).phase("recording", 20, "images")) {
        work(phase, 5);
      }
      assertEquals("recording: stopped after 5 of 20 images\n", Screen.of(shown()).text());
    }
  }

  @Test
  void whateverItIsCalledABarFits80Columns() {
    String[] names = {"x", "Compiling the atlas of " + "long-".repeat(80), "ä".repeat(79)};
    for (String name : names) {
      for (long total : new long[] {0, 1, 1_000_000_000_000L}) {
        bytes.reset();
        try (Progress.Phase phase = progress(false, true).phase(name, total, "photographs")) {
          work(phase, 3);
          assertTrue(Screen.of(shown()).widest() < 80, shown());
        }
      }
    }
  }

  @Test
  void namesFromOutsideCannotSteerTheTerminal() {
    for (boolean redraws : new boolean[] {true, false}) {
      bytes.reset();
      try (Progress.Phase phase =
          progress(false, redraws).phase("Labelling with \u001b[2J\n.onnx", 30, "images")) {
        work(phase, 30);
        phase.done();
      }
      assertFalse(shown().contains("\u001b"), shown());
      assertTrue(shown().contains("\\u001b[2J\\u000a.onnx"), shown());
    }
  }

  @Test
  void warningsAndLinesStandAboveTheBar() {
    TerminalProgress progress = progress(false, true);
    try (Progress.Phase phase = progress.phase("recording", 20, "images")) {
      work(phase, 5);
      progress.warn("a photograph is gone");
      progress.say("still at it");
      String[] lines = Screen.of(shown()).text().split("\n");
      assertEquals("warning: a photograph is gone", lines[0]);
      assertEquals("still at it", lines[1]);
      assertTrue(lines[2].startsWith("recording [="), lines[2]);
    }
  }

  @Test
  void aPhaseWithinAPhaseTakesTheBarForItsTime() {
    TerminalProgress progress = progress(false, true);
    try (Progress.Phase outer = progress.phase("outer", 20, "units")) {
      work(outer, 5);
      try (Progress.Phase inner = progress.phase("inner", 2, "images")) {
        work(inner, 2);
        inner.done();
      }
      String[] lines = Screen.of(shown()).text().split("\n");
      assertEquals("inner: 2 images in 2.0 s", lines[0]);
      assertTrue(lines[1].startsWith("outer ["), lines[1]);
    }
  }

  @Test
  void whereNothingCanBeRedrawnALineComesNowAndThen() {
    try (Progress.Phase phase = progress(false, false).phase("recording", 25, "images")) {
      work(phase, 25);
      phase.done();
    }
    assertEquals(
        """
        recording: 10 of 25 images, 1/s, 15 s left
        recording: 20 of 25 images, 1/s, 5 s left
        recording: 25 images in 25.0 s
        """,
        shown());
  }

  @Test
  void quietMeansWarningsOnly() {
    TerminalProgress progress = progress(true, true);
    try (Progress.Phase phase = progress.phase("recording", 25, "images")) {
      work(phase, 25);
      progress.warn("one");
    }
    assertEquals("warning: one\n", shown());
  }

  @Test
  void theWidthIsTakenFromTheEnvironmentWithinReason() {
    assertEquals(80, TerminalProgress.columns(null));
    assertEquals(60, TerminalProgress.columns("60"));
    assertEquals(40, TerminalProgress.columns("7"));
    assertEquals(80, TerminalProgress.columns("500"));
    assertEquals(80, TerminalProgress.columns("-1"));
  }
}
