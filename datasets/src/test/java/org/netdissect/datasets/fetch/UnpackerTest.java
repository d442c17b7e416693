package org.netdissect.datasets.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;

/**
 * Archives as they are, broken ones, and such as are made to do harm, all the way from a server.
 */
class UnpackerTest {
  private static final Patience SHORT =
      new Patience(
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          1,
          2,
          Duration.ofMillis(1),
          Duration.ofMillis(1));

  @TempDir Path folder;

  /** What may be put into an archive. */
  private interface Filling {
    void into(ZipArchiveOutputStream zip) throws IOException;
  }

  private static byte[] zip(Filling filling) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
      put(zip, new ZipArchiveEntry("set/index.csv"), "image\n".getBytes(StandardCharsets.UTF_8));
      filling.into(zip);
    }
    return bytes.toByteArray();
  }

  private static void put(ZipArchiveOutputStream zip, ZipArchiveEntry entry, byte[] content)
      throws IOException {
    zip.putArchiveEntry(entry);
    zip.write(content);
    zip.closeArchiveEntry();
  }

  private static Filling named(String... names) {
    return zip -> {
      for (String name : names) {
        put(zip, new ZipArchiveEntry(name), new byte[] {1});
      }
    };
  }

  private static Filling ofMode(int mode) {
    return zip -> {
      ZipArchiveEntry entry = new ZipArchiveEntry("set/link");
      entry.setUnixMode(mode);
      put(zip, entry, "/etc/passwd".getBytes(StandardCharsets.UTF_8));
    };
  }

  /** Changes bytes behind each place where the signature stands. */
  private static byte[] patched(byte[] zip, int signature, int offset, int value, int width) {
    byte[] changed = zip.clone();
    for (int i = 0; i + 46 < zip.length; i++) {
      if (changed[i] == 'P'
          && changed[i + 1] == 'K'
          && changed[i + 2] == signature >> 8
          && changed[i + 3] == (signature & 0xff)) {
        for (int k = 0; k < width; k++) {
          changed[i + offset + k] = (byte) (value >> (8 * k));
        }
      }
    }
    return changed;
  }

  private static byte[] cut(byte[] zip) {
    return Arrays.copyOf(zip, zip.length * 9 / 10);
  }

  private static final int CENTRAL = 0x0102;

  @Test
  void tenKindsOfHostileZipsAndMoreLeaveNothing() throws Exception {
    Map<String, byte[]> hostile = new LinkedHashMap<>();
    hostile.put("leads elsewhere 1", zip(named("../out.txt")));
    hostile.put("leads elsewhere 2", zip(named("set/../../out.txt")));
    Path absolute = folder.resolve("absolute.txt").toAbsolutePath();
    hostile.put("leads elsewhere 3", zip(named(absolute.toString())));
    hostile.put("leads elsewhere 4", zip(named("set\\..\\..\\out.txt")));
    hostile.put("leads elsewhere 5", zip(named("C:/out.txt")));
    hostile.put("a control character 1", zip(named("set/a\u0000.txt")));
    hostile.put("a control character 2", zip(named("set/a\u001b[31m.txt")));
    hostile.put("nothing between two strokes", zip(named("set//a.txt")));
    hostile.put("some systems cannot have 1", zip(named("set/a. ")));
    hostile.put("some systems cannot have 2", zip(named("set/what?.txt")));
    hostile.put("Windows keeps for a device 1", zip(named("set/con.txt")));
    hostile.put("Windows keeps for a device 2", zip(named("Aux/a.txt")));
    hostile.put("Windows keeps for a device 3", zip(named("set/LPT1.tar.gz")));
    hostile.put("too long a name 1", zip(named("set/" + "a".repeat(256))));
    hostile.put("too long a name 2", zip(named("set/" + "ä".repeat(128))));
    hostile.put(
        "too long a name 3", zip(named("set/" + "abcdefghi/".repeat(40) + "b".repeat(700))));
    hostile.put("is a link", zip(ofMode(0120777)));
    hostile.put("is no plain file", zip(ofMode(0010644)));
    hostile.put("case of letters 1", zip(named("set/a.txt", "set/A.txt")));
    hostile.put("case of letters 2", zip(named("set/a/1", "set/A/2")));
    hostile.put("stands there twice 1", zip(named("set/a.txt", "set/a.txt")));
    hostile.put("stands there twice 2", zip(named("set/a", "set/a/b")));
    hostile.put("stands there twice 3", zip(named("set/a/b", "set/a")));
    byte[] zeros = new byte[80 << 20];
    hostile.put("unpacks to more than", zip(zip -> put(zip, new ZipArchiveEntry("set/0"), zeros)));
    byte[] plain = zip(zip -> put(zip, new ZipArchiveEntry("set/0"), new byte[100_000]));
    hostile.put("larger than it says", patched(plain, CENTRAL, 24, 5, 4));
    hostile.put("lie over one another", patched(plain, CENTRAL, 20, 1 << 20, 4));
    hostile.put("encrypted", patched(plain, CENTRAL, 8, 1, 1));
    hostile.put("in a way that is not known", patched(plain, CENTRAL, 10, 99, 2));
    hostile.put("not what was packed", patched(plain, CENTRAL, 16, 1234, 4));
    hostile.put("lies too deep", zip(named("a/".repeat(60) + "b")));
    hostile.put("the list of its files, which stands at its end, is missing", cut(plain));
    hostile.put("is broken 1", Arrays.copyOf(plain, plain.length - 30));
    hostile.put("is broken 2", Arrays.copyOf(plain, plain.length / 2));
    hostile.put("is broken 3", new byte[] {'P', 'K', 3, 4, 5, 6, 7});
    hostile.put("no zip, tar or tar.gz", new byte[5000]);
    for (Map.Entry<String, byte[]> one : hostile.entrySet()) {
      refused(one.getKey().replaceAll(" \\d$", ""), one.getKey(), one.getValue());
    }
    assertFalse(Files.exists(absolute));
    assertFalse(Files.exists(folder.resolve("out.txt")));
  }

  private void refused(String why, String kind, byte[] archive) throws IOException {
    Path place = folder.resolve("data/set");
    try (RoughServer server =
        new RoughServer((request, out) -> RoughServer.serve(request, out, archive, "\"a\""))) {
      DataException failure =
          assertThrows(
              DataException.class,
              () ->
                  new Fetch(
                          made(),
                          place,
                          server.address("/set.zip"),
                          null,
                          false,
                          SHORT,
                          Progress.NONE)
                      .run(),
              kind);
      assertTrue(failure.getMessage().contains(why), kind + ": " + failure.getMessage());
      assertTrue(failure.getMessage().startsWith("set.zip: "), failure.getMessage());
      assertFalse(failure.getMessage().contains("\n"));
    }
    try (Stream<Path> all = Files.walk(folder.resolve("data"))) {
      assertEquals(List.of(folder.resolve("data")), all.toList(), kind + " leaves something");
    }
  }

  private static Fetchable made() {
    return new Fetchable(
        "set",
        "set",
        URI.create("http://127.0.0.1/set.zip"),
        -1,
        null,
        null,
        Contents.of("index.csv", ""),
        "",
        "",
        "");
  }

  private static byte[] tar(boolean packed, TarFilling filling) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = packed ? new GZIPOutputStream(bytes) : bytes;
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      filling.into(tar);
    }
    return bytes.toByteArray();
  }

  private interface TarFilling {
    void into(TarArchiveOutputStream tar) throws IOException;
  }

  private static void put(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private static TarFilling special(byte kind) {
    return tar -> {
      put(tar, "set/index.csv", new byte[5]);
      TarArchiveEntry entry = new TarArchiveEntry("set/x", kind);
      entry.setLinkName("/etc/passwd");
      tar.putArchiveEntry(entry);
      tar.closeArchiveEntry();
    };
  }

  @Test
  void hostileTars() throws Exception {
    for (boolean packed : new boolean[] {false, true}) {
      refused("is a link", "symbolic", tar(packed, special(TarConstants.LF_SYMLINK)));
      refused("is a link", "hard", tar(packed, special(TarConstants.LF_LINK)));
      refused("no plain file", "device", tar(packed, special(TarConstants.LF_CHR)));
      refused("no plain file", "pipe", tar(packed, special(TarConstants.LF_FIFO)));
      refused("leads elsewhere", "up", tar(packed, tar -> put(tar, "../out.txt", new byte[1])));
      refused("leads elsewhere", "root", tar(packed, tar -> put(tar, "/out.txt", new byte[1])));
      byte[] random = new byte[50_000];
      new Random(1).nextBytes(random);
      byte[] whole = tar(packed, tar -> put(tar, "set/index.csv", random));
      refused("is broken", "cut", Arrays.copyOf(whole, whole.length / 2));
    }
    byte[] packed = tar(true, tar -> put(tar, "set/index.csv", new byte[50_000]));
    packed[packed.length - 6] ^= 1; // its sum
    refused("is broken", "sum", packed);
  }

  @Test
  void wholeTarsAndZipsComeOutAsTheyWentIn() throws Exception {
    byte[] random = new byte[150_000];
    new Random(2).nextBytes(random);
    String deep = "kit/set/" + "long/".repeat(30) + "ä b.bin";
    for (String kind : List.of("zip", "tar", "tar.gz")) {
      byte[] archive =
          kind.equals("zip")
              ? zip(zip -> put(zip, new ZipArchiveEntry(deep.substring(4)), random))
              : tar(
                  kind.equals("tar.gz"),
                  tar -> {
                    put(tar, "kit/set/index.csv", "image\n".getBytes(StandardCharsets.UTF_8));
                    put(tar, deep, random);
                  });
      Path place = folder.resolve(kind);
      try (RoughServer server =
          new RoughServer((request, out) -> RoughServer.serve(request, out, archive, "\"a\""))) {
        new Fetch(made(), place, server.address("/set"), null, false, SHORT, Progress.NONE).run();
      }
      assertEquals("image\n", Files.readString(place.resolve("index.csv")));
      assertArrayEquals(random, Files.readAllBytes(place.resolve(deep.substring(8))), kind);
    }
  }
}
