package org.netdissect.datasets.reading;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import org.netdissect.base.Digests;

/** Collects sizes and times of files into one stamp. */
public final class Stamper {
  private final MessageDigest digest = Digests.sha256();

  /** Adds a file; that it is missing is part of the stamp too. */
  public void add(Path file) {
    String line;
    try {
      BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
      line =
          file.getFileName() + " " + a.size() + " " + a.lastModifiedTime().to(NANOSECONDS) + "\n";
    } catch (IOException e) {
      line = file.getFileName() + " missing\n";
    }
    add(line);
  }

  public void add(String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
  }

  public String stamp() {
    return Digests.hex(digest.digest());
  }
}
