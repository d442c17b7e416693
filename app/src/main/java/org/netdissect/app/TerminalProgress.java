package org.netdissect.app;

import java.io.PrintStream;
import java.time.temporal.ChronoUnit;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;

/**
 * Progress on standard error: a bar with rate and remaining time on a terminal, a line now and then
 * where it is no terminal, nothing but warnings when quiet.
 */
final class TerminalProgress implements Progress {
  private static final long LINE_NANOS = 10_000_000_000L;

  private final PrintStream err;
  private final boolean quiet;
  private final boolean terminal;
  private ProgressBar bar;
  private String phase = "";
  private String unit = "";
  private long total;
  private long done;
  private long began;
  private long nextLine;

  TerminalProgress(PrintStream err, boolean quiet) {
    this.err = err;
    this.quiet = quiet;
    this.terminal = isTerminal(System.console());
  }

  /** Before Java 22 there is a console only on a terminal; from then on it says so itself. */
  private static boolean isTerminal(java.io.Console console) {
    if (console == null) {
      return false;
    }
    try {
      return (Boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  /** A line for people, unless quiet. */
  synchronized void say(String line) {
    if (!quiet) {
      err.println(Text.terminal(line));
    }
  }

  @Override
  public synchronized void begin(String newPhase, long newTotal, String newUnit) {
    phase = Text.oneLine(newPhase);
    unit = newUnit;
    total = newTotal;
    done = 0;
    began = System.nanoTime();
    nextLine = began + LINE_NANOS;
    if (quiet) {
      return;
    }
    if (terminal) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(phase)
              .setInitialMax(total)
              .setStyle(ProgressBarStyle.ASCII)
              .setUnit(" " + unit, 1)
              .setUpdateIntervalMillis(200)
              .showSpeed()
              .setSpeedUnit(ChronoUnit.SECONDS)
              .setConsumer(new ConsoleProgressBarConsumer(err))
              .build();
    }
  }

  @Override
  public synchronized void advance(long n) {
    done = Math.min(total, done + n);
    if (bar != null) {
      bar.stepTo(done);
    } else if (!quiet && System.nanoTime() >= nextLine) {
      nextLine = System.nanoTime() + LINE_NANOS;
      double seconds = (System.nanoTime() - began) / 1e9;
      double rate = done / seconds;
      err.printf(
          java.util.Locale.ROOT,
          "%s: %d of %d %s, %.0f/s, %s left%n",
          phase,
          done,
          total,
          unit,
          rate,
          rate > 0 ? time((total - done) / rate) : "unknown time");
    }
  }

  private static String time(double seconds) {
    long s = Math.round(seconds);
    return s >= 3600
        ? s / 3600 + " h " + s % 3600 / 60 + " min"
        : s >= 60 ? s / 60 + " min " + s % 60 + " s" : s + " s";
  }

  @Override
  public synchronized void end() {
    if (bar != null) {
      bar.stepTo(total);
      bar.close();
      bar = null;
    } else if (!quiet) {
      err.printf(
          java.util.Locale.ROOT,
          "%s: %d %s in %.1f s%n",
          phase,
          total,
          unit,
          (System.nanoTime() - began) / 1e9);
    }
  }

  @Override
  public synchronized void warn(String message) {
    err.println(Text.terminal("warning: " + message));
  }
}
