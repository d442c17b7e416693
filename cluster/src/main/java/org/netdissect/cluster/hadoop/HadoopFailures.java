package org.netdissect.cluster.hadoop;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.PathExistsException;
import org.apache.hadoop.security.AccessControlException;

/** What Hadoop says, in the words in which Java's file systems say it. */
final class HadoopFailures {
  private HadoopFailures() {}

  /** A failure about a path, in one line. */
  static IOException of(HadoopPath path, Exception e) {
    String file = path.toAbsolutePath().toString();
    IOException told;
    if (e instanceof FileSystemException || isOfThread(e)) {
      return (IOException) e;
    } else if (e instanceof FileNotFoundException) {
      told = new NoSuchFileException(file);
    } else if (e instanceof org.apache.hadoop.fs.FileAlreadyExistsException
        || e instanceof PathExistsException) {
      told = new FileAlreadyExistsException(file);
    } else if (e instanceof AccessControlException || e instanceof AccessDeniedException) {
      told = new AccessDeniedException(file);
    } else {
      told = new FileSystemException(file, null, reason(path.getFileSystem(), e));
    }
    told.initCause(e);
    return told;
  }

  /** Whether a failure tells that a file is not there, or not for us. */
  static boolean isAnswer(FileSystemException e) {
    Throwable cause = e.getCause();
    return e instanceof NoSuchFileException
        || cause instanceof ParentNotDirectoryException
        || cause instanceof AccessControlException
        || cause instanceof IllegalArgumentException;
  }

  private static boolean isOfThread(Exception e) {
    return e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException);
  }

  /** Why a file system cannot be used. */
  static String reason(HadoopFileSystem files, Exception e) {
    return reason(files.address(), e);
  }

  /** Why the file system at an address cannot be used. */
  static String reason(String address, Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException) {
        return "nobody knows the host of " + address;
      }
      if (cause instanceof SocketException || cause instanceof SocketTimeoutException) {
        return address + " does not answer (" + last(cause) + ")";
      }
    }
    return firstLine(e);
  }

  /** The innermost message: those around it tell of this machine and of a page of help. */
  private static String last(Throwable e) {
    return e.getCause() == null ? firstLine(e) : last(e.getCause());
  }

  static String firstLine(Throwable e) {
    String message = e.getMessage();
    return message == null || message.isBlank()
        ? e.getClass().getSimpleName()
        : message.strip().lines().findFirst().orElseThrow();
  }
}
