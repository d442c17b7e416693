package org.netdissect.datasets.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.DataException;
import org.netdissect.base.Digests;
import org.netdissect.base.Progress;
import org.netdissect.base.RecordedProgress;
import org.netdissect.base.files.Trees;

/** Fetching from servers that misbehave: the right bytes, or one clear line and nothing else. */
class FetchTest {
  /** As the usual, in a hundredth of the time. */
  private static final Patience SHORT =
      new Patience(
          Duration.ofSeconds(10),
          Duration.ofMillis(300),
          1000,
          4,
          Duration.ofMillis(1),
          Duration.ofMillis(20));

  private static final String TAG = "\"one\"";

  @TempDir Path folder;
  private byte[] pixels;
  private byte[] zip;
  private Path place;

  @BeforeEach
  void pack() throws IOException {
    pixels = new byte[200_000];
    new Random(3).nextBytes(pixels);
    zip = zip(pixels);
    place = folder.resolve("data/made_1");
  }

  private static byte[] zip(byte[] pixels) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (String name : List.of("made_1/", "made_1/images/")) {
        out.putNextEntry(new ZipEntry(name));
      }
      out.putNextEntry(new ZipEntry("made_1/index.csv"));
      out.write("image,split\n".getBytes(StandardCharsets.UTF_8));
      out.putNextEntry(new ZipEntry("made_1/images/a.jpg"));
      out.write(pixels);
    }
    return bytes.toByteArray();
  }

  private static Fetchable made(String md5) {
    return new Fetchable(
        "made_1",
        "made_1",
        URI.create("http://127.0.0.1/made_1.zip"),
        -1,
        md5,
        null,
        Contents.of("index.csv", ""),
        "none",
        "a page",
        "use it");
  }

  private Fetch fetch(URI address, String sha256, boolean keep) {
    return new Fetch(made(null), place, address, sha256, keep, SHORT, Progress.NONE);
  }

  private boolean run(RoughServer server) throws IOException {
    return fetch(server.address("/made_1.zip"), Digests.sha256Hex(zip), false).run();
  }

  /** All of it stands there, and nothing else. */
  private void assertRight() throws IOException {
    assertArrayEquals(pixels, Files.readAllBytes(place.resolve("images/a.jpg")));
    assertEquals("image,split\n", Files.readString(place.resolve("index.csv")));
    try (Stream<Path> beside = Files.list(place.getParent())) {
      assertEquals(List.of(place), beside.toList());
    }
  }

  private String assertRefused(RoughServer server) throws IOException {
    DataException failure = assertThrows(DataException.class, () -> run(server));
    assertFalse(Files.exists(place), "nothing may stand under the final name");
    String message = failure.getMessage();
    assertFalse(message.contains("\n"), message);
    return message;
  }

  @Test
  void fetchesUnpacksAndRecognisesWhatIsThere() throws IOException {
    try (RoughServer server =
        new RoughServer((request, out) -> RoughServer.serve(request, out, zip, TAG))) {
      assertTrue(run(server));
      assertRight();
      assertFalse(run(server), "it is there");
      assertEquals(1, server.requests().size());
      // Kept beside it.
      Fetch keeping = fetch(server.address("/made_1.zip"), null, true);
      Trees.delete(place);
      assertTrue(keeping.run());
      assertArrayEquals(zip, Files.readAllBytes(folder.resolve("data/made_1.zip")));
    }
  }

  @Test
  void goesOnAfterCutsAtEveryTenthAndBetween() throws IOException {
    for (int part : new int[] {1, zip.length / 10 + 1, zip.length / 3, zip.length - 1}) {
      Trees.delete(folder.resolve("data"));
      try (RoughServer server =
          new RoughServer(
              (request, out) ->
                  RoughServer.serve(
                      request,
                      out,
                      zip,
                      TAG,
                      request.number() < 11 ? Math.max(part, zip.length / 50) : zip.length))) {
        assertTrue(run(server));
        assertRight();
        assertTrue(server.requests().stream().skip(1).allMatch(RoughServer.Request::hasRange));
      }
    }
  }

  @Test
  void aKilledDownloadIsGoneOnWithByTheNextCommand() throws IOException {
    try (RoughServer server =
        new RoughServer(
            (request, out) ->
                RoughServer.serve(
                    request,
                    out,
                    zip,
                    TAG,
                    request.number() < 4
                        ? (request.number() == 0 ? zip.length / 2 : 0)
                        : zip.length))) {
      assertTrue(assertRefused(server).contains("repeat the command to go on where it was"));
      int asked = server.requests().size();
      assertTrue(run(server));
      assertRight();
      assertEquals(zip.length / 2, server.requests().get(asked).from());
    }
  }

  @Test
  void aServerThatStallsIsAskedAgainAndThenGivenUp() throws IOException {
    RoughServer[] self = new RoughServer[1];
    try (RoughServer server =
        new RoughServer(
            (request, out) -> {
              RoughServer.serve(
                  request, out, zip, TAG, request.number() == 0 ? 60_000 : zip.length);
              if (request.number() == 0) {
                out.flush();
                self[0].stall();
              }
            })) {
      self[0] = server;
      assertTrue(run(server));
      assertRight();
      assertEquals(60_000, server.requests().get(1).from());
    }
    Trees.delete(folder.resolve("data"));
    try (RoughServer server =
        new RoughServer(
            (request, out) -> {
              RoughServer.head(out, "200 OK", "Content-Length: " + zip.length);
              out.flush();
              self[0].stall();
            })) {
      self[0] = server;
      assertTrue(assertRefused(server).contains("has stalled, 4 times"));
    }
  }

  @Test
  void aSlowDripIsGivenUp() throws IOException {
    try (RoughServer server =
        new RoughServer(
            (request, out) -> {
              RoughServer.head(out, "200 OK", "Content-Length: " + zip.length);
              for (int i = 0; i < zip.length; i++) {
                out.write(zip, i, 1);
                out.flush();
                LockSupport.parkNanos(20_000_000);
              }
            })) {
      assertTrue(assertRefused(server).contains("sends too slowly"));
    }
  }

  @Test
  void aWrongLengthIsNoticed() throws IOException {
    // Too long: never comes whole.
    try (RoughServer server =
        new RoughServer(
            (request, out) -> {
              RoughServer.head(out, "200 OK", "Content-Length: " + (zip.length + 10));
              out.write(zip);
            })) {
      String message = assertRefused(server);
      assertTrue(message.contains("4 times without getting on"), message);
    }
    // Too long, of a server that gives the rest: it says itself that there is none.
    int announced = zip.length + 500;
    for (String rest : List.of("206 Partial Content", "416 Range Not Satisfiable")) {
      try (RoughServer server =
          new RoughServer(
              (request, out) -> {
                if (request.hasRange()) {
                  String range = rest.startsWith("416") ? "*" : request.from() + "-" + zip.length;
                  RoughServer.head(
                      out,
                      rest,
                      "Content-Length: 0",
                      "Content-Range: bytes " + range + "/" + zip.length,
                      "ETag: " + TAG);
                } else {
                  RoughServer.head(out, "200 OK", "Content-Length: " + announced, "ETag: " + TAG);
                  out.write(zip);
                }
              })) {
        String message = assertRefused(server);
        String told = "announced " + announced + " bytes, but its file has " + zip.length;
        assertTrue(message.contains(told), message);
        assertEquals(2, server.requests().size(), "asking again is of no use");
      }
    }
    // Too short: what comes is no whole archive.
    try (RoughServer server =
        new RoughServer(
            (request, out) -> {
              RoughServer.head(out, "200 OK", "Content-Length: " + (zip.length - 10));
              out.write(zip);
            })) {
      String message = assertRefused(server);
      assertTrue(message.contains("is not the file that is known"), message);
      DataException unknown =
          assertThrows(
              DataException.class, () -> fetch(server.address("/x.zip"), null, false).run());
      assertTrue(unknown.getMessage().contains("x.zip: it is broken"), unknown.getMessage());
    }
  }

  @Test
  void withoutALengthTheEndIsTheEnd() throws IOException {
    try (RoughServer server =
        new RoughServer(
            (request, out) -> {
              RoughServer.head(out, "200 OK");
              out.write(zip, 0, request.number() == 0 ? zip.length / 2 : zip.length);
            })) {
      // Half of it looks like all of it, until it is looked into.
      assertTrue(assertRefused(server).contains("is not the file that is known"));
      assertTrue(run(server));
      assertRight();
    }
  }

  @Test
  void aServerThatKnowsNoRangesIsAskedForAllOfIt() throws IOException {
    try (RoughServer server =
        new RoughServer(
            (request, out) -> {
              RoughServer.head(out, "200 OK", "Content-Length: " + zip.length, "ETag: " + TAG);
              out.write(zip, 0, request.number() < 2 ? zip.length / 2 : zip.length);
            })) {
      assertTrue(run(server));
      assertRight();
    }
    Trees.delete(folder.resolve("data"));
    // And one that refuses them.
    try (RoughServer server =
        new RoughServer(
            (request, out) -> {
              if (request.hasRange()) {
                RoughServer.head(out, "416 Range Not Satisfiable", "Content-Length: 0");
              } else {
                RoughServer.serve(
                    request, out, zip, TAG, request.number() == 0 ? 1000 : zip.length);
              }
            })) {
      assertTrue(run(server));
      assertRight();
    }
  }

  @Test
  void aFileThatChangesBetweenTriesIsNeverMixed() throws IOException {
    byte[] before = new byte[zip.length];
    new Random(4).nextBytes(before);
    // An honest server, and one that sends the rest of another file with the old or a new tag.
    for (String answer : List.of("honest", "new tag", "old tag", "other length")) {
      Trees.delete(folder.resolve("data"));
      try (RoughServer server =
          new RoughServer(
              (request, out) -> {
                if (request.number() == 0) {
                  RoughServer.serve(request, out, before, TAG, zip.length / 2);
                } else if (request.hasRange() && !answer.equals("honest")) {
                  int length = answer.equals("other length") ? zip.length + 5 : zip.length;
                  RoughServer.head(
                      out,
                      "206 Partial Content",
                      "Content-Length: " + (length - request.from()),
                      "Content-Range: bytes " + request.from() + "-" + (length - 1) + "/" + length,
                      "ETag: " + (answer.equals("old tag") ? TAG : "\"two\""));
                  out.write(zip, request.from(), zip.length - request.from());
                } else {
                  RoughServer.serve(request, out, zip, "\"two\"");
                }
              })) {
        assertTrue(run(server), answer);
        assertRight();
      }
    }
  }

  @Test
  void errorsOfTheServer() throws IOException {
    try (RoughServer server =
        new RoughServer(
            (request, out) -> RoughServer.head(out, "404 Not Found", "Content-Length: 0"))) {
      String message = assertRefused(server);
      assertTrue(message.contains("answers 404") && message.contains("--mirror"), message);
      assertEquals(1, server.requests().size(), "asking again is of no use");
    }
    try (RoughServer server =
        new RoughServer(
            (request, out) -> {
              if (request.number() < 2) {
                RoughServer.head(
                    out,
                    request.number() == 0 ? "500 Oh" : "503 Busy",
                    "Content-Length: 0",
                    "Retry-After: 0");
              } else {
                RoughServer.serve(request, out, zip, TAG);
              }
            })) {
      assertTrue(run(server));
      assertRight();
    }
    Trees.delete(folder.resolve("data"));
    try (RoughServer server =
        new RoughServer((request, out) -> RoughServer.head(out, "500 Oh", "Content-Length: 0"))) {
      assertTrue(assertRefused(server).contains("answers 500, 4 times"));
    }
    try (RoughServer server =
        new RoughServer((request, out) -> out.write("HELO\r\n".getBytes(StandardCharsets.UTF_8)))) {
      assertTrue(assertRefused(server).contains("the connection failed"));
    }
    RoughServer gone = new RoughServer((request, out) -> {});
    gone.close();
    assertRefused(gone);
  }

  @Test
  void redirects() throws IOException {
    try (RoughServer server =
        new RoughServer(
            (request, out) -> {
              if (request.path().equals("/made_1.zip")) {
                RoughServer.head(out, "302 Found", "Location: /here.zip", "Content-Length: 0");
              } else {
                RoughServer.serve(
                    request, out, zip, TAG, request.number() < 3 ? zip.length / 2 : zip.length);
              }
            })) {
      assertTrue(run(server));
      assertRight();
    }
    Trees.delete(folder.resolve("data"));
    try (RoughServer server =
        new RoughServer(
            (request, out) ->
                RoughServer.head(
                    out,
                    "301 Moved",
                    "Location: " + (request.path().equals("/a") ? "/b" : "/a"),
                    "Content-Length: 0"))) {
      assertTrue(assertRefused(server).contains("round in a circle"));
    }
    try (RoughServer server =
        new RoughServer(
            (request, out) ->
                RoughServer.head(
                    out, "301 Moved", "Location: /" + request.number(), "Content-Length: 0"))) {
      assertTrue(assertRefused(server).contains("round in a circle"));
    }
    for (String location : List.of("file:///etc/passwd", "ftp://127.0.0.1/x", "http://", "")) {
      try (RoughServer server =
          new RoughServer(
              (request, out) ->
                  RoughServer.head(
                      out, "301 Moved", "Location: " + location, "Content-Length: 0"))) {
        assertTrue(assertRefused(server).contains("no address"), location);
      }
    }
  }

  @Test
  void redirectsLeadToHttpsAndNeverAwayFromIt() throws IOException {
    URI plain = URI.create("http://a.example/x.zip");
    URI safe = URI.create("https://a.example/x.zip");
    assertEquals(safe, Download.pointed(plain, "https://a.example/x.zip"));
    assertEquals(URI.create("https://a.example/y"), Download.pointed(safe, "/y"));
    DataException failure =
        assertThrows(DataException.class, () -> Download.pointed(safe, "http://a.example/x.zip"));
    assertTrue(failure.getMessage().contains("not encrypted"), failure.getMessage());
  }

  @Test
  void whatIsNoArchiveIsSaid() throws IOException {
    byte[] page = "<!doctype html><title>Log in</title>".getBytes(StandardCharsets.UTF_8);
    try (RoughServer server =
        new RoughServer((request, out) -> RoughServer.serve(request, out, page, TAG))) {
      DataException failure =
          assertThrows(
              DataException.class, () -> fetch(server.address("/x.zip"), null, false).run());
      assertTrue(failure.getMessage().contains("a web page"), failure.getMessage());
    }
    try (RoughServer server =
        new RoughServer(
            (request, out) -> {
              RoughServer.head(
                  out, "200 OK", "Content-Encoding: gzip", "Content-Length: " + zip.length);
              out.write(zip);
            })) {
      assertTrue(assertRefused(server).contains("encoded (gzip)"));
    }
    byte[] other = zipOf("something/else.txt");
    try (RoughServer server =
        new RoughServer((request, out) -> RoughServer.serve(request, out, other, TAG))) {
      DataException failure =
          assertThrows(
              DataException.class, () -> fetch(server.address("/x.zip"), null, false).run());
      assertTrue(
          failure.getMessage().contains("it is not made_1: there is no index.csv"),
          failure.getMessage());
      assertFalse(Files.exists(place));
    }
  }

  private static byte[] zipOf(String... names) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (String name : names) {
        out.putNextEntry(new ZipEntry(name));
        out.write(1);
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void digestsAreHeeded() throws IOException {
    try (RoughServer server =
        new RoughServer((request, out) -> RoughServer.serve(request, out, zip, TAG))) {
      URI address = server.address("/made_1.zip");
      String wrong = "0".repeat(64);
      DataException failure =
          assertThrows(DataException.class, () -> fetch(address, wrong, false).run());
      assertTrue(failure.getMessage().contains(Digests.sha256Hex(zip)), failure.getMessage());
      assertTrue(failure.getMessage().contains("not " + wrong), failure.getMessage());
      // A recorded one, which --sha256 takes the place of.
      Fetchable recorded = made("0".repeat(32));
      failure =
          assertThrows(
              DataException.class,
              () -> new Fetch(recorded, place, address, null, false, SHORT, Progress.NONE).run());
      assertTrue(failure.getMessage().contains("give --sha256"), failure.getMessage());
      assertFalse(Files.exists(place));
      int asked = server.requests().size();
      assertTrue(
          new Fetch(recorded, place, address, Digests.sha256Hex(zip), false, SHORT, Progress.NONE)
              .run());
      assertEquals(asked, server.requests().size(), "it need not be got again");
      assertRight();
    }
  }

  private static final List<String> BRODEN =
      List.of("index.csv", "category.csv", "label.csv", "c_color.csv", "images/a.jpg");

  /** A zip of a Broden of one image without one of its files. */
  private static byte[] broden(int side, String without) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (String name : BRODEN) {
        if (!name.equals(without)) {
          out.putNextEntry(new ZipEntry("broden/" + name));
          String text =
              switch (name) {
                case "index.csv" ->
                    "image,split,ih,iw,sh,sw,color\na.jpg,train," + side + "," + side + ",1,1,1\n";
                case "category.csv" -> "name,first,last,count,frequency\ncolor,1,1,1,1\n";
                default -> "x\n";
              };
          out.write(text.getBytes(StandardCharsets.UTF_8));
        }
      }
    }
    return bytes.toByteArray();
  }

  private Fetch fetchBroden(URI address) {
    Fetchable broden = Objects.requireNonNull(Fetchable.named("broden1_227"));
    return new Fetch(broden, place, address, null, false, SHORT, Progress.NONE);
  }

  /** No Broden without one of its files, or with photographs of another size, is taken for one. */
  @Test
  void aDataSetThatIsNotWholeIsNeverThere() throws IOException {
    byte[][] served = new byte[1][];
    try (RoughServer server =
        new RoughServer((request, out) -> RoughServer.serve(request, out, served[0], TAG))) {
      URI address = server.address("/broden1_227.zip");
      for (String lost : BRODEN) {
        served[0] = broden(227, lost);
        String message =
            assertThrows(DataException.class, () -> fetchBroden(address).run()).getMessage();
        String part = lost.startsWith("images") ? "images/" : lost;
        assertTrue(message.contains("not broden1_227: there is no " + part), message);
        assertFalse(Files.exists(place));
      }
      served[0] = broden(224, "");
      String message =
          assertThrows(DataException.class, () -> fetchBroden(address).run()).getMessage();
      assertTrue(message.contains("of 224 × 224 pixels, not 227"), message);
      assertFalse(Files.exists(place));

      served[0] = broden(227, "");
      assertTrue(fetchBroden(address).run());
      assertFalse(fetchBroden(address).run());
      for (String lost : BRODEN) {
        byte[] bytes = Files.readAllBytes(place.resolve(lost));
        Files.delete(place.resolve(lost));
        message = assertThrows(DataException.class, () -> fetchBroden(address).run()).getMessage();
        assertTrue(
            message.contains(lost.equals("index.csv") ? "take it away" : "delete that folder"),
            message);
        Files.write(place.resolve(lost), bytes);
      }
      Files.delete(place.resolve("label.csv"));
      Trees.delete(place);
      assertTrue(fetchBroden(address).run(), "as was said");
    }
  }

  @Test
  void aDigestIsNotSaidToBeCheckedOfWhatIsThere() throws IOException {
    try (RoughServer server =
        new RoughServer((request, out) -> RoughServer.serve(request, out, zip, TAG))) {
      assertTrue(run(server));
      RecordedProgress progress = new RecordedProgress();
      URI address = server.address("/made_1.zip");
      assertFalse(
          new Fetch(made(null), place, address, "0".repeat(64), false, SHORT, progress).run());
      assertTrue(progress.warnings.get(0).contains("not compared"), progress.warnings.toString());
    }
  }

  /** A server that announces less than the file has: what comes is cut there. */
  @Test
  void aLengthThatIsTooShort() throws IOException {
    try (RoughServer server =
        new RoughServer(
            (request, out) -> {
              int length = zip.length * 3 / 4;
              out.write(
                  ("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n")
                      .getBytes(StandardCharsets.US_ASCII));
              out.write(zip);
            })) {
      String message =
          assertThrows(
                  DataException.class,
                  () -> fetch(server.address("/made_1.zip"), null, false).run())
              .getMessage();
      assertTrue(message.contains("was it cut short?"), message);
      assertFalse(Files.exists(place));
      assertFalse(Files.exists(place.resolveSibling(".made_1.fetch")));
    }
  }

  @Test
  void whatStandsInTheWayIsLeftAlone() throws IOException {
    Files.createDirectories(place);
    Files.writeString(place.resolve("mine.txt"), "mine");
    try (RoughServer server =
        new RoughServer((request, out) -> RoughServer.serve(request, out, zip, TAG))) {
      DataException failure = assertThrows(DataException.class, () -> run(server));
      assertTrue(failure.getMessage().contains("holds something else"), failure.getMessage());
      assertEquals(List.of(), server.requests());
      assertEquals("mine", Files.readString(place.resolve("mine.txt")));
      Files.delete(place.resolve("mine.txt"));
      assertTrue(run(server), "an empty folder is as good as none");
      assertRight();
    }
  }

  @Test
  void proxiesOfTheEnvironment() {
    Map<String, String> environment =
        Map.of(
            "HTTPS_PROXY", "http://proxy.example:3128",
            "http_proxy", "plain.example:80",
            "NO_PROXY", "localhost, .inside.example");
    ProxySelector proxies = Proxies.of(environment);
    assertEquals(
        "[HTTP @ proxy.example/<unresolved>:3128]", selected(proxies, "https://a.example/x"));
    assertEquals("[HTTP @ plain.example/<unresolved>:80]", selected(proxies, "http://a.example/x"));
    assertEquals("[DIRECT]", selected(proxies, "https://b.inside.example/x"));
    assertEquals("[DIRECT]", selected(proxies, "http://localhost:1/x"));
    assertEquals("[DIRECT]", selected(Proxies.of(Map.of()), "http://a.example/x"));
  }

  private static String selected(ProxySelector proxies, String address) {
    return proxies.select(URI.create(address)).toString();
  }

  @Test
  void theTableIsWhole() {
    for (Fetchable one : Fetchable.ALL) {
      assertTrue(one.md5() == null || one.md5().matches("[0-9a-f]{32}"), one.name());
      assertTrue(one.sha256() == null || one.sha256().matches("[0-9a-f]{64}"), one.name());
      assertFalse(one.contents().parts().isEmpty() || one.licence().isEmpty());
      assertFalse(one.page().isEmpty() || one.next().contains("{}"));
      assertFalse(Path.of(one.place()).isAbsolute() || one.place().contains(".."));
    }
    assertThrows(
        DataException.class,
        () -> Fetch.of(Fetchable.named("ade20k"), folder, null, null, false, Progress.NONE));
    for (String bad : List.of("file:///x", "nowhere", "http:///x", "http://a b/")) {
      assertThrows(
          DataException.class,
          () -> Fetch.of(Fetchable.named("dtd"), folder, bad, null, false, Progress.NONE),
          bad);
    }
  }
}
