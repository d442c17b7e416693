package org.netdissect.datasets.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Digests;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.base.files.Trees;
import org.netdissect.base.files.WorkLock;

/**
 * Fetches a data set: downloads its archive, checks it, unpacks it beside its place, and puts it
 * there in one move. Whatever happens, under its name there is all of it or nothing. What was
 * downloaded when it broke off is gone on with the next time.
 */
public final class Fetch {
  /** Folders above the data set's root within an archive. */
  private static final int DEEPEST_ROOT = 4;

  private final Fetchable what;
  private final Path folder;
  private final URI address;
  private final @Nullable String sha256;
  private final boolean keep;
  private final Patience patience;
  private final Progress progress;

  Fetch(
      Fetchable what,
      Path folder,
      URI address,
      @Nullable String sha256,
      boolean keep,
      Patience patience,
      Progress progress) {
    this.what = what;
    this.folder = folder.toAbsolutePath().normalize();
    this.address = address;
    this.sha256 = sha256 == null ? null : sha256.toLowerCase(Locale.ROOT);
    this.keep = keep;
    this.patience = patience;
    this.progress = progress;
  }

  /**
   * A fetch.
   *
   * @param folder that will hold the data set: new or empty
   * @param mirror an address of the archive, or of a folder that holds it (ending with /), in place
   *     of the recorded one; null for that
   * @param sha256 of the archive, in place of what is recorded; null for that
   * @param keep the archive, beside the folder
   * @throws DataException if the data set can be had with registration only, or the address is none
   */
  public static Fetch of(
      Fetchable what,
      Path folder,
      @Nullable String mirror,
      @Nullable String sha256,
      boolean keep,
      Progress progress)
      throws DataException {
    if (what.address() == null && mirror == null) {
      throw new DataException(
          what.name()
              + " can be had with registration only: "
              + what.page()
              + "; then: "
              + what.next());
    }
    URI address = mirror == null ? Objects.requireNonNull(what.address()) : mirrored(what, mirror);
    return new Fetch(what, folder, address, sha256, keep, Patience.USUAL, progress);
  }

  private static URI mirrored(Fetchable what, String mirror) throws DataException {
    URI recorded = what.address();
    String file = recorded == null ? "" : fileName(recorded);
    URI address;
    try {
      address = URI.create(mirror.endsWith("/") ? mirror + file : mirror);
    } catch (IllegalArgumentException e) {
      throw new DataException("--mirror " + Text.quoted(mirror) + " is no address", e);
    }
    String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
    if (address.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
      throw new DataException(
          "--mirror " + Text.quoted(mirror) + " is no address that begins with http or https");
    }
    return address;
  }

  private static String fileName(URI address) {
    String path = String.valueOf(address.getPath());
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /**
   * Fetches it, unless it is there.
   *
   * @return whether it had to be fetched
   * @throws DataException with one line, if it cannot be had whole and unchanged
   */
  public boolean run() throws IOException {
    if (what.isIn(folder)) {
      if (sha256 != null) {
        progress.warn(
            "--sha256 is that of the archive, and what is there was not compared with it; to check,"
                + " fetch once more to another folder with --out");
      }
      return false;
    }
    checkFree();
    Path parent = Objects.requireNonNull(folder.getParent());
    Path work = parent.resolve("." + folder.getFileName() + ".fetch");
    Files.createDirectories(work);
    WorkLock lock = WorkLock.take(folder, work, progress);
    Download download = new Download(address, work, patience, progress);
    try {
      Path archive = archive(download);
      Path unpacked = work.resolve("unpacked");
      try {
        Trees.delete(unpacked);
        Unpacker.unpack(archive, unpacked, progress);
        Path root = root(unpacked);
        Files.deleteIfExists(folder); // empty, if anything
        Files.move(root, folder, StandardCopyOption.ATOMIC_MOVE);
      } catch (ArchiveException e) {
        download.discard();
        throw new ArchiveException(fileName(address) + ": " + e.getMessage(), e);
      } finally {
        Trees.delete(unpacked);
      }
      if (keep) {
        Files.move(archive, parent.resolve(kept()), StandardCopyOption.REPLACE_EXISTING);
      }
      download.discard();
    } finally {
      lock.remove();
      if (!download.hasAny()) {
        Trees.delete(work);
      }
    }
    return true;
  }

  /** Where the archive goes if it is kept. */
  private String kept() {
    String name = Text.fileSafe(fileName(address));
    return name.isEmpty() || name.equals(String.valueOf(folder.getFileName()))
        ? folder.getFileName() + ".archive"
        : name;
  }

  private void checkFree() throws IOException {
    if (folder.getParent() == null) {
      throw new DataException(Text.oneLine(folder.toString()) + " cannot hold a data set");
    }
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    boolean isFree = false;
    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> inside = Files.list(folder)) {
        isFree = inside.findAny().isEmpty();
      }
    }
    String damage = what.damage(folder);
    if (damage != null) {
      throw new DataException(
          damage + "; delete that folder and repeat the command, or name another with --out");
    }
    if (!isFree) {
      throw new DataException(
          Text.oneLine(folder.toString())
              + " holds something else than "
              + what.name()
              + " (there is no "
              + what.contents().marker()
              + "); take it away or name another folder with --out");
    }
  }

  /**
   * Downloads and checks; where a download that was gone on with is wrong, once more from the
   * start.
   */
  private Path archive(Download download) throws IOException {
    Path archive = download.get();
    String wrong = wrong(archive);
    if (wrong != null && download.isResumed()) {
      progress.warn(wrong + ": downloading it anew");
      download.discard();
      archive = download.get();
      wrong = wrong(archive);
    }
    if (wrong != null) {
      if (sha256 != null) {
        download.discard();
      } // else it is kept for who trusts it and gives --sha256
      throw new ArchiveException(wrong);
    }
    return archive;
  }

  /** What is wrong with the digest of an archive; null if nothing is, or none is known. */
  private @Nullable String wrong(Path archive) throws IOException {
    String expected = sha256 != null ? sha256 : what.sha256();
    if (expected == null && what.md5() == null) {
      return null;
    }
    String got = Digests.sha256Hex(archive);
    String md5 = sha256 == null && what.md5() != null ? md5(archive) : null;
    boolean isRight =
        (expected == null || expected.equals(got)) && (md5 == null || md5.equals(what.md5()));
    if (isRight) {
      return null;
    }
    return fileName(address)
        + " from "
        + address.getHost()
        + " is not the file that is known: its SHA-256 is "
        + got
        + (sha256 == null ? "; if you trust it, give --sha256 with that" : ", not " + sha256);
  }

  private static String md5(Path file) throws IOException {
    MessageDigest digest = Digests.of("MD5");
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return Digests.hex(digest.digest());
  }

  /** The folder within what was unpacked in which the data set lies, whole. */
  private Path root(Path unpacked) throws IOException {
    Contents contents = what.contents();
    Path root;
    try (Stream<Path> folders = Files.walk(unpacked, DEEPEST_ROOT)) {
      root =
          folders
              .filter(Files::isDirectory)
              .filter(contents::isBegunIn)
              .min(
                  Comparator.comparingInt(Path::getNameCount)
                      .thenComparing(Comparator.naturalOrder()))
              .orElse(unpacked);
    }
    String lack = contents.lackOf(root);
    if (lack != null) {
      throw new ArchiveException("it is not " + what.name() + ": " + lack);
    }
    return root;
  }
}
