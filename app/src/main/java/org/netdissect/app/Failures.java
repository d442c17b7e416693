package org.netdissect.app;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Text;
import picocli.CommandLine;

/** Failures as one clear line; the stack trace only where asked for. */
final class Failures {
  private Failures() {}

  /** Says what failed; gives the exit code. */
  static int report(Throwable failure, PrintWriter err, boolean verbose) {
    return report(failure, err, verbose, null);
  }

  /**
   * Says what failed; gives the exit code.
   *
   * @param writing where the command writes, to be named when there is no room; or null
   */
  static int report(Throwable failure, PrintWriter err, boolean verbose, @Nullable String writing) {
    err.println("netdissect: " + oneLine(text(failure, writing)));
    if (verbose) {
      StringWriter trace = new StringWriter();
      failure.printStackTrace(new PrintWriter(trace));
      err.print(Text.terminal(trace.toString()));
    }
    err.flush();
    return failure instanceof UsageException ? CommandLine.ExitCode.USAGE : 1;
  }

  static String line(Throwable failure) {
    return oneLine(text(failure, null));
  }

  /** The text on one line, fit for a terminal. */
  static String oneLine(String text) {
    return Text.terminal(text.replaceAll("\\s*[\\r\\n]+\\s*", " ").strip());
  }

  /** What to do about a limit of Java itself, or null if none was met. */
  private static @Nullable String limit(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError) {
        long megabytes = Runtime.getRuntime().maxMemory() >> 20;
        return "Java's memory of "
            + megabytes
            + " MB is used up ("
            + cause.getMessage()
            + "); give it more, such as NETDISSECT_OPTS=-Xmx"
            + 2 * megabytes
            + "m, or take fewer --workers";
      }
      if (cause instanceof StackOverflowError) {
        return "something is nested too deeply for Java's stack; NETDISSECT_OPTS=-Xss64m makes it"
            + " deeper, if the file is not simply hostile";
      }
    }
    return null;
  }

  /** What to say if a file could not grow, or null if that is not what failed. */
  private static @Nullable String noRoom(Throwable failure, @Nullable String writing) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      String lower = message == null ? "" : message.toLowerCase(Locale.ROOT);
      String what =
          lower.contains("no space left") || lower.contains("not enough space on the disk")
              ? "the disk is full"
              : lower.contains("quota exceeded")
                  ? "your share of the disk is used up"
                  : lower.contains("file too large") ? "a file may not grow any more" : null;
      if (what != null) {
        return what
            + " ("
            + (writing == null || cause != failure ? "" : writing + ": ")
            + failure.getMessage()
            + "); make room and repeat the command"
            + (Interruption.isResumable() ? ": it goes on where it was" : "");
      }
    }
    return null;
  }

  private static String text(Throwable failure, @Nullable String writing) {
    String message = failure.getMessage();
    if (failure instanceof UncheckedIOException && failure.getCause() != null) {
      return text(failure.getCause(), writing);
    }
    String limit = limit(failure);
    if (limit != null) {
      return limit;
    }
    String full = noRoom(failure, writing);
    if (full != null) {
      return full;
    }
    if (failure instanceof NoSuchFileException || failure instanceof FileNotFoundException) {
      return message + ": no such file";
    }
    if (failure instanceof AccessDeniedException) {
      return message + ": no permission";
    }
    if (failure instanceof ReadOnlyFileSystemException) {
      return "the file system is read-only";
    }
    if (failure instanceof NotDirectoryException) {
      return message + ": not a folder";
    }
    if (failure instanceof FileSystemException fs) {
      return fs.getFile() + ": " + (fs.getReason() == null ? "cannot be used" : fs.getReason());
    }
    if (failure instanceof InterruptedIOException) {
      return "interrupted; repeat the command to go on where it was";
    }
    if (failure instanceof IOException || failure instanceof UsageException) {
      return message == null ? failure.toString() : message;
    }
    return "internal error: " + failure + " (--verbose shows where; please report it)";
  }
}
