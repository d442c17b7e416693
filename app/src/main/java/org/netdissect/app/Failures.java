package org.netdissect.app;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Failures as one clear line; the stack trace only where asked for. */
final class Failures {
  private Failures() {}

  static int report(Exception failure, CommandLine command) {
    PrintWriter err = command.getErr();
    err.println("netdissect: " + line(failure));
    if (verbose(command)) {
      failure.printStackTrace(err);
    }
    err.flush();
    return failure instanceof UsageException ? CommandLine.ExitCode.USAGE : 1;
  }

  private static boolean verbose(CommandLine command) {
    ParseResult parsed = command.getParseResult();
    return parsed != null && parsed.hasMatchedOption("--verbose");
  }

  static String line(Throwable failure) {
    return oneLine(text(failure));
  }

  /** The text on one line. */
  static String oneLine(String text) {
    return text.replaceAll("\\s*[\\r\\n]+\\s*", " ").strip();
  }

  private static String text(Throwable failure) {
    String message = failure.getMessage();
    if (message != null && message.toLowerCase(Locale.ROOT).contains("no space left")) {
      return "the disk is full ("
          + message
          + "); free some space and repeat the command: it goes on where it was";
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
