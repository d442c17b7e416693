package org.netdissect.datasets.fetch;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.text.Normalizer;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.DiskSpace;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;

/**
 * Unpacks zip, tar and tar.gz files of unknown origin. Refused are names that lead out of the
 * folder or mean something else on other systems, two names for one file where cases of letters are
 * not told apart, links and devices, what is encrypted, and archives that unpack to much more than
 * they are, or that are broken.
 */
final class Unpacker {
  /** Unpacked, an archive may be so many times as large, and this much in any case. */
  private static final long MOST_GROWTH = 100;

  private static final long ALLOWED = 64L << 20;
  private static final int MOST_FILES = 5_000_000;
  private static final int LONGEST_NAME = 1_000;
  private static final int DEEPEST = 50;

  /** Bytes of a part of a name; most file systems allow so many. */
  private static final int LONGEST_PART = 255;

  private static final Pattern OF_WINDOWS =
      Pattern.compile("(?i:con|prn|aux|nul|(com|lpt)[0-9¹²³]|conin\\$|conout\\$)( *\\..*)?");

  private final Path folder;
  private final long most;
  private final long room;

  /** Paths so far as a file system without cases has them; whether each is a folder. */
  private final Map<String, Boolean> taken = new HashMap<>();

  /** How each of them was spelled. */
  private final Map<String, String> spelled = new HashMap<>();

  private long bytes;
  private int files;

  private Unpacker(Path folder, long archive) {
    this.folder = folder;
    this.most = Math.max(ALLOWED, MOST_GROWTH * archive);
    this.room = DiskSpace.isChecked() ? DiskSpace.usable(folder) : -1;
  }

  /**
   * Unpacks.
   *
   * @param folder new; what stands in it after a failure is of no use
   * @throws ArchiveException if the archive is broken or not to be trusted
   * @throws IOException if it cannot be read, or what is in it cannot be written
   */
  static void unpack(Path archive, Path folder, Progress progress) throws IOException {
    Files.createDirectories(folder);
    Unpacker unpacker = new Unpacker(folder, Files.size(archive));
    try (Progress.Phase phase =
        progress.phase("unpacking", Math.max(1, Files.size(archive) >> 20), "MB")) {
      unpacker.unpack(archive, phase);
      phase.done();
    }
  }

  private void unpack(Path archive, Progress.Phase phase) throws IOException {
    byte[] head = head(archive);
    try {
      if (startsWith(head, "PK")) {
        zip(archive, phase);
      } else if (head.length > 2 && head[0] == 0x1f && (head[1] & 0xff) == 0x8b) {
        try (InputStream in = counted(archive, phase)) {
          tar(new GZIPInputStream(in, 1 << 16));
        }
      } else if (head.length > 262
          && new String(head, 257, 5, StandardCharsets.ISO_8859_1).equals("ustar")) {
        try (InputStream in = counted(archive, phase)) {
          tar(in);
        }
      } else {
        String text = new String(head, StandardCharsets.ISO_8859_1).strip();
        throw new ArchiveException(
            text.startsWith("<")
                ? "it is a web page, not an archive: is the address right, and does the network ask"
                    + " for a login?"
                : "it is no zip, tar or tar.gz file");
      }
    } catch (EOFException | ZipException e) {
      throw brokenAs(e);
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
      throw new ArchiveException("it is no archive that makes sense", e);
    }
    if (files == 0) {
      throw new ArchiveException("it is empty");
    }
  }

  private static byte[] head(Path archive) throws IOException {
    try (InputStream in = Files.newInputStream(archive)) {
      return in.readNBytes(512);
    }
  }

  private static boolean startsWith(byte[] head, String text) {
    return head.length >= 2 && head[0] == text.charAt(0) && head[1] == text.charAt(1);
  }

  /** The file's bytes, told as they are read. */
  private static InputStream counted(Path archive, Progress.Phase phase) throws IOException {
    return new FilterInputStream(new BufferedInputStream(Files.newInputStream(archive), 1 << 16)) {
      private long read;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] to, int offset, int length) throws IOException {
        int n = super.read(to, offset, length);
        if (n > 0) {
          phase.advance(((read + n) >> 20) - (read >> 20));
          read += n;
        }
        return n;
      }
    };
  }

  private void zip(Path archive, Progress.Phase phase) throws IOException {
    long size = Files.size(archive);
    try (ZipFile zip = ZipFile.builder().setPath(archive).setIgnoreLocalFileHeader(true).get()) {
      List<ZipArchiveEntry> entries = Collections.list(zip.getEntries());
      if (entries.size() > MOST_FILES) {
        throw new ArchiveException("it claims " + entries.size() + " files");
      }
      long packed = 0;
      long unpacked = 0;
      for (ZipArchiveEntry entry : entries) {
        packed = Math.addExact(packed, Math.max(0, entry.getCompressedSize()));
        unpacked = Math.addExact(unpacked, Math.max(0, entry.getSize()));
      }
      if (packed > size) {
        throw new ArchiveException("its files lie over one another, which only harmful ones do");
      }
      check(unpacked);
      long done = 0;
      for (ZipArchiveEntry entry : entries) {
        zipped(zip, entry);
        long before = done;
        done += Math.max(0, entry.getCompressedSize());
        phase.advance((done >> 20) - (before >> 20));
      }
    } catch (IOException e) {
      throw e instanceof ZipException || e.getClass() != IOException.class ? e : broken(archive, e);
    }
  }

  /** The library tells of a broken file as of one that cannot be read. */
  private static IOException broken(Path archive, IOException failure) {
    return Files.isReadable(archive) ? brokenAs(failure) : failure;
  }

  private static ArchiveException brokenAs(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    return new ArchiveException(
        "it is broken: "
            + (message.contains("is not a ZIP archive") // begins like one
                ? "the list of its files, which stands at its end, is missing; was it cut short?"
                : Text.oneLine(message)),
        failure);
  }

  private void zipped(ZipFile zip, ZipArchiveEntry entry) throws IOException {
    String name = entry.getName();
    if (entry.isUnixSymlink()) {
      throw refused(name, "is a link");
    }
    // The kind of file, as Unix has it: none, a folder, or a plain file.
    int kind = entry.getUnixMode() & 0170000;
    if (kind != 0 && kind != 0040000 && kind != 0100000) {
      throw refused(name, "is no plain file");
    }
    if (entry.getGeneralPurposeBit().usesEncryption() || !zip.canReadEntryData(entry)) {
      throw refused(name, "is encrypted, or packed in a way that is not known");
    }
    if (entry.isDirectory()) {
      folder(name);
      return;
    }
    CRC32 sum = new CRC32();
    try (InputStream in = zip.getInputStream(entry)) {
      write(name, in, entry.getSize(), sum);
    }
    if (entry.getCrc() >= 0 && entry.getCrc() != sum.getValue()) {
      throw new ArchiveException("it is broken: " + Text.quoted(name) + " is not what was packed");
    }
  }

  private void tar(InputStream in) throws IOException {
    try (TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        String name = entry.getName();
        if (entry.isSymbolicLink() || entry.isLink()) {
          throw refused(name, "is a link");
        }
        if (entry.isDirectory()) {
          folder(name);
        } else if (!isPlain(entry) || !tar.canReadEntryData(entry)) {
          throw refused(name, "is no plain file");
        } else {
          write(name, tar, entry.getSize(), new CRC32());
        }
      }
      // To the end, so that the sum of a packed file is looked at.
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      if (e.getClass() == IOException.class) {
        throw brokenAs(e);
      }
      throw e;
    }
  }

  /** The library takes for a file whatever has no other name. */
  private static boolean isPlain(TarArchiveEntry entry) {
    byte kind = entry.getLinkFlag();
    boolean isFile =
        kind == TarConstants.LF_OLDNORM
            || kind == TarConstants.LF_NORMAL
            || kind == TarConstants.LF_CONTIG;
    return isFile && !entry.isSparse();
  }

  private static ArchiveException refused(String name, String why) {
    return new ArchiveException(
        Text.quoted(name) + " in it " + why + ", so nothing of it is unpacked");
  }

  private void folder(String name) throws IOException {
    Path path = place(name, true);
    if (path != null) {
      Files.createDirectories(path);
    }
  }

  private void write(String name, InputStream in, long size, CRC32 sum) throws IOException {
    Path path = place(name, false);
    if (path == null) {
      throw refused(name, "has no name");
    }
    Files.createDirectories(Objects.requireNonNull(path.getParent()));
    byte[] buffer = new byte[1 << 16];
    long written = 0;
    try (OutputStream out =
        Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        written += n;
        bytes += n;
        if (size >= 0 && written > size) {
          throw refused(name, "is larger than it says");
        }
        check(bytes);
        sum.update(buffer, 0, n);
        put(out, buffer, n);
      }
    }
    if (size >= 0 && written != size) {
      throw new ArchiveException("it is broken: " + Text.quoted(name) + " ends too early");
    }
  }

  /** A disk that is full must not be taken for an archive that is broken. */
  private static void put(OutputStream out, byte[] buffer, int length) {
    try {
      out.write(buffer, 0, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void check(long unpacked) throws IOException {
    if (unpacked > most) {
      throw new ArchiveException(
          "it unpacks to more than "
              + DiskSpace.text(most)
              + ", far more than it is, which only harmful ones do");
    }
    if (room >= 0 && unpacked > room) {
      throw new DataException(
          "what is in the archive takes "
              + DiskSpace.text(unpacked)
              + " and more, but "
              + DiskSpace.text(room)
              + " are free at "
              + Text.oneLine(folder.toString())
              + "; make room and repeat the command");
    }
  }

  /** Where an entry goes; null for the folder itself. */
  private @Nullable Path place(String name, boolean isFolder) throws ArchiveException {
    if (++files > MOST_FILES) {
      throw new ArchiveException("it holds more than " + MOST_FILES + " files");
    }
    if (name.startsWith("/")) {
      throw refused(name, "has a name that leads elsewhere");
    }
    if (name.isEmpty() || name.length() > LONGEST_NAME) {
      throw refused(name, name.isEmpty() ? "has no name" : "has too long a name");
    }
    Path path = folder;
    StringBuilder key = new StringBuilder();
    String[] parts = name.split("/", -1);
    if (parts.length > DEEPEST) {
      throw refused(name, "lies too deep");
    }
    int last = parts.length - (parts[parts.length - 1].isEmpty() ? 2 : 1);
    for (int i = 0; i <= last; i++) {
      String part = parts[i];
      if (part.equals(".")) {
        continue;
      }
      String complaint = complaint(part);
      if (complaint != null) {
        throw refused(name, complaint);
      }
      key.append('/')
          .append(Normalizer.normalize(part, Normalizer.Form.NFC).toLowerCase(Locale.ROOT));
      path = path.resolve(part);
      take(key.toString(), path, name, isFolder || i < last);
    }
    return path.equals(folder) ? null : path;
  }

  private void take(String key, Path path, String name, boolean isFolder) throws ArchiveException {
    String spelling = folder.relativize(path).toString();
    Boolean before = taken.put(key, isFolder);
    String other = spelled.putIfAbsent(key, spelling);
    if (before != null && !(before && isFolder)) {
      throw refused(name, "stands there twice, or beside one that differs in the case of letters");
    }
    if (other != null && !other.equals(spelling)) {
      throw refused(name, "differs from " + Text.quoted(other) + " in the case of letters only");
    }
  }

  /** What is wrong with a part of a name; null if every system takes it as it is. */
  private static @Nullable String complaint(String part) {
    if (part.equals("..") || part.indexOf('\\') >= 0 || part.matches("[A-Za-z]:.*")) {
      return "has a name that leads elsewhere";
    }
    if (part.isEmpty()) {
      return "has a name with nothing between two strokes";
    }
    if (part.chars().anyMatch(Character::isISOControl)) {
      return "has a control character in its name";
    }
    if (part.getBytes(StandardCharsets.UTF_8).length > LONGEST_PART) {
      return "has too long a name";
    }
    if (OF_WINDOWS.matcher(part).matches()) {
      return "has a name that Windows keeps for a device";
    }
    boolean isPlain = part.equals(part.strip()) && !part.endsWith(".");
    for (int i = 0; isPlain && i < part.length(); i++) {
      isPlain = ":*?\"<>|".indexOf(part.charAt(i)) < 0;
    }
    return isPlain ? null : "has a name that some systems cannot have, or change";
  }
}
