package org.netdissect.app;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;

/**
 * Progress on standard error: a bar with rate and remaining time on a terminal, a line now and then
 * where nothing can be redrawn, nothing but warnings when quiet.
 */
final class TerminalProgress implements Progress {
  /** Of a terminal that does not tell how wide it is. The last column stays free. */
  private static final int COLUMNS = 80;

  private static final int NARROWEST = 40;
  private static final int LONGEST_NAME = 36;
  private static final long BAR_NANOS = 200_000_000L;
  private static final long LINE_NANOS = 10_000_000_000L;

  private final PrintStream err;
  private final boolean quiet;
  private final boolean redraws;
  private final int columns;
  private final LongSupplier nanos;

  /** The innermost phase under way, or null. */
  private @Nullable Shown current;

  /** Columns that the bar takes on the terminal's last line. */
  private int drawn;

  TerminalProgress(PrintStream err, boolean quiet) {
    this(err, quiet, redraws(), columns(System.getenv("COLUMNS")), System::nanoTime);
  }

  /**
   * For tests.
   *
   * @param redraws whether a line may be written over
   * @param nanos the clock
   */
  TerminalProgress(
      PrintStream err, boolean quiet, boolean redraws, int columns, LongSupplier nanos) {
    this.err = err;
    this.quiet = quiet;
    this.redraws = redraws;
    this.columns = columns;
    this.nanos = nanos;
  }

  private static boolean redraws() {
    return !"dumb".equals(System.getenv("TERM")) && isTerminal(System.console());
  }

  /** Before Java 22 there is a console only on a terminal; from then on it says so itself. */
  private static boolean isTerminal(java.io.@Nullable Console console) {
    if (console == null) {
      return false;
    }
    try {
      return (Boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  /** As many as the environment says, within reason. */
  static int columns(String said) {
    return said != null && said.matches("[1-9][0-9]{0,3}")
        ? Math.max(NARROWEST, Math.min(COLUMNS, Integer.parseInt(said)))
        : COLUMNS;
  }

  /** A line for people, unless quiet. */
  @Override
  public synchronized void say(String line) {
    if (!quiet) {
      print(line);
    }
  }

  @Override
  public synchronized void warn(String message) {
    print("warning: " + message);
  }

  @Override
  public synchronized Phase phase(String name, long total, String unit) {
    Shown begun = new Shown(Text.oneLine(name), total, unit, current);
    current = begun;
    begun.draw();
    return begun;
  }

  /** A line above the bar, which stays. */
  private void print(String line) {
    erase();
    err.println(Text.terminal(line));
    if (current != null) {
      current.draw();
    }
  }

  private void erase() {
    if (drawn > 0) {
      err.print("\r" + " ".repeat(drawn) + "\r");
      drawn = 0;
    }
  }

  private static String time(double seconds) {
    long s = Math.round(seconds);
    return s >= 3600
        ? s / 3600 + " h " + s % 3600 / 60 + " min"
        : s >= 60 ? s / 60 + " min " + s % 60 + " s" : s + " s";
  }

  private final class Shown implements Phase {
    private final String name;
    private final long total;
    private final String unit;
    private final @Nullable Shown outer;
    private final long began = nanos.getAsLong();
    private long next = began + (redraws ? BAR_NANOS : LINE_NANOS);
    private long advanced;
    private boolean done;
    private boolean closed;

    Shown(String name, long total, String unit, @Nullable Shown outer) {
      this.name = name;
      this.total = total;
      this.unit = unit;
      this.outer = outer;
    }

    @Override
    public void advance(long n) {
      synchronized (TerminalProgress.this) {
        advanced = Math.min(total, advanced + n);
        long now = nanos.getAsLong();
        if (quiet || this != current || now - next < 0) {
          return;
        }
        if (redraws) {
          next = now + BAR_NANOS;
          draw();
        } else {
          next = now + LINE_NANOS;
          err.println(name + ": " + advanced + " of " + total + " " + unit + ", " + speed());
        }
      }
    }

    @Override
    public void done() {
      synchronized (TerminalProgress.this) {
        done = true;
      }
    }

    @Override
    public void close() {
      synchronized (TerminalProgress.this) {
        if (closed) {
          return;
        }
        closed = true;
        if (this == current) {
          current = outer;
        }
        if (!quiet) {
          print(
              done
                  ? String.format(Locale.ROOT, "%s: %d %s in %.1f s", name, total, unit, seconds())
                  : name + ": stopped after " + advanced + " of " + total + " " + unit);
        }
      }
    }

    private double seconds() {
      return (nanos.getAsLong() - began) / 1e9;
    }

    private String speed() {
      double rate = advanced / Math.max(1e-9, seconds());
      return rate > 0
          ? String.format(Locale.ROOT, "%.0f/s, %s left", rate, time((total - advanced) / rate))
          : "unknown time left";
    }

    /** Writes the bar over what is there of it: never more columns than the terminal has. */
    void draw() {
      if (quiet || !redraws) {
        return;
      }
      String left = cut(name, LONGEST_NAME);
      double share = total <= 0 ? 1 : (double) advanced / total;
      String right =
          String.format(Locale.ROOT, "%3d%% %d/%d %s", (int) (100 * share), advanced, total, unit);
      if (advanced > 0) {
        right += ", " + speed();
      }
      int room = columns - 1 - left.length() - right.length() - 4;
      String line;
      if (room >= 5) {
        int filled = (int) Math.round(room * share);
        line = left + " [" + "=".repeat(filled) + " ".repeat(room - filled) + "] " + right;
      } else {
        line = cut(left + " " + right, columns - 1);
      }
      err.print("\r" + line + " ".repeat(Math.max(0, drawn - line.length())));
      if (drawn > line.length()) {
        err.print("\b".repeat(drawn - line.length()));
      }
      err.flush();
      drawn = line.length();
    }

    private static String cut(String text, int most) {
      return text.length() <= most ? text : text.substring(0, most - 1) + "…";
    }
  }
}
