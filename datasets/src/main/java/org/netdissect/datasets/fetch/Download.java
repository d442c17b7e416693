package org.netdissect.datasets.fetch;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.DiskSpace;
import org.netdissect.base.Json;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.base.ToolVersion;
import org.netdissect.base.files.WholeFile;
import tools.jackson.core.JacksonException;

/**
 * A download that goes on where it broke off, in this process or a later one, as long as the server
 * says that its file is still the same (ETag or Last-Modified); otherwise it starts over. What is
 * got lies in a folder of its own, with what the server said of it.
 */
final class Download {
  private static final String PART = "archive.part";
  private static final String STATE = "state.json";
  private static final int MOST_REDIRECTS = 10;
  private static final long GETTING_ON = 1 << 20;
  private static final Pattern UNSATISFIED = Pattern.compile("bytes \\*/(\\d{1,18})");
  private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

  /** Room that unpacking takes, as a multiple of the archive. */
  private static final double UNPACKED = 1.2;

  private final URI address;
  private final Path work;
  private final Patience patience;
  private final Progress progress;
  private final HttpClient client;
  private boolean resumed;

  Download(URI address, Path work, Patience patience, Progress progress) {
    this.address = address;
    this.work = work;
    this.patience = patience;
    this.progress = progress;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(patience.connect())
            .proxy(Proxies.of(System.getenv()))
            .build();
  }

  /**
   * What is known of the file that is being got.
   *
   * @param address it was asked for at
   * @param etag a strong one; null if there is none
   * @param modified Last-Modified; null if there is none
   * @param total bytes; −1 if the server does not say
   */
  private record State(
      String address, @Nullable String etag, @Nullable String modified, long total) {
    /** By which a later answer is known to be of the same file; null if nothing is. */
    @Nullable String validator() {
      return etag != null ? etag : modified;
    }
  }

  /** A failure after which another try may do better. */
  private static final class Broken extends IOException {
    private static final long serialVersionUID = 1L;
    final long waitSeconds;

    Broken(String message, @Nullable Throwable cause, long waitSeconds) {
      super(message, cause);
      this.waitSeconds = waitSeconds;
    }

    Broken(String message) {
      this(message, null, 0);
    }
  }

  /** Whether there is anything to go on with. */
  boolean hasAny() throws IOException {
    return size() > 0;
  }

  /** Whether any of it was got by an earlier try. */
  boolean isResumed() {
    return resumed;
  }

  /** Throws away what was got. */
  void discard() throws IOException {
    Files.deleteIfExists(work.resolve(STATE));
    Files.deleteIfExists(work.resolve(PART));
  }

  /**
   * Gets the file.
   *
   * @return the file, as long as the server said
   * @throws DataException with one line, if the server does not give it
   */
  Path get() throws IOException {
    long best = 0;
    int failed = 0;
    while (true) {
      try {
        attempt();
        return work.resolve(PART);
      } catch (Broken e) {
        long have = size();
        State state = state();
        long total = state == null ? -1 : state.total();
        if (have
            >= best + Math.max(1, total < 0 ? GETTING_ON : Math.min(GETTING_ON, total / 100))) {
          best = have;
          failed = 0;
        }
        failed++;
        if (failed >= patience.tries()) {
          throw new DataException(
              shown(address)
                  + ": "
                  + e.getMessage()
                  + ", "
                  + failed
                  + " times without getting on"
                  + (have > 0 ? "; repeat the command to go on where it was" : "")
                  + ", or name another source with --mirror",
              e);
        }
        pause(Math.max(patience.pause(failed).toMillis(), 1000 * e.waitSeconds));
      }
    }
  }

  private void pause(long millis) throws IOException {
    try {
      Thread.sleep(Math.min(millis, patience.longestPause().toMillis()));
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted");
  }

  private long size() throws IOException {
    Path part = work.resolve(PART);
    return Files.isRegularFile(part) ? Files.size(part) : 0;
  }

  private @Nullable State state() throws IOException {
    Path file = work.resolve(STATE);
    if (!Files.isRegularFile(file) || Files.size(file) > 1 << 16) {
      return null;
    }
    try {
      State state = Json.mapper().readValue(Files.readAllBytes(file), State.class);
      return address.toString().equals(state.address()) ? state : null;
    } catch (JacksonException e) {
      return null;
    }
  }

  /** Asks once, from where it broke off if that can be, and takes what comes. */
  private void attempt() throws IOException {
    long have = size();
    State known = goneOnWith(have);
    if (known != null && have == known.total()) {
      resumed = true;
      return;
    }
    if (known == null) {
      discard();
      have = 0;
    }
    HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer =
        ask(have, known == null ? null : known.validator());
    State now = stateOf(answer);
    if (answer.statusCode() == 206 && known != null) {
      checkRange(answer, known, now, have);
      resumed = true;
      take(answer, have, known.total());
    } else if (answer.statusCode() == 200) {
      discard();
      checkRoom(answer, now.total());
      Files.createDirectories(work);
      WholeFile.text(work.resolve(STATE), Json.pretty(now));
      take(answer, 0, now.total());
    } else {
      drop(answer);
      throw refused(answer, known);
    }
  }

  /** What is known of the file of which there is a beginning; null if it is to start over. */
  private @Nullable State goneOnWith(long have) throws IOException {
    State state = have > 0 ? state() : null;
    boolean fits =
        state != null && state.validator() != null && (state.total() < 0 || have <= state.total());
    return fits ? state : null;
  }

  /** Gives up an answer whose body is not wanted. */
  private static void drop(HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer) {
    answer.body().subscribe(new Dropped());
  }

  private State stateOf(HttpResponse<?> answer) {
    Optional<String> etag = answer.headers().firstValue("ETag");
    return new State(
        address.toString(),
        etag.filter(tag -> tag.startsWith("\"") && tag.length() < 500).orElse(null),
        answer.headers().firstValue("Last-Modified").filter(t -> t.length() < 100).orElse(null),
        answer.headers().firstValueAsLong("Content-Length").orElse(-1));
  }

  /** The rest must be of the file whose beginning is there. */
  private void checkRange(
      HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer, State before, State now, long have)
      throws IOException {
    Matcher range = RANGE.matcher(answer.headers().firstValue("Content-Range").orElse(""));
    boolean isSame =
        range.matches()
            && Long.parseLong(range.group(1)) == have
            && (before.total() < 0 || Long.parseLong(range.group(3)) == before.total())
            && (before.etag() == null || now.etag() == null || before.etag().equals(now.etag()))
            && (before.modified() == null
                || now.modified() == null
                || before.modified().equals(now.modified()));
    if (!isSame) {
      drop(answer);
      discard();
      String validator = before.validator();
      if (range.matches() && validator != null && validator.equals(now.validator())) {
        checkLength(before, Long.parseLong(range.group(3)));
      }
      throw new Broken("its file changed under way");
    }
  }

  /** Of the same file fewer bytes must not be there than were announced: more never come. */
  private void checkLength(State before, long length) throws DataException {
    if (length < before.total()) {
      throw new DataException(
          "%s: the server announced %d bytes, but its file has %d; try again later, or name another source with --mirror"
              .formatted(shown(address), before.total(), length));
    }
  }

  private IOException refused(HttpResponse<?> answer, @Nullable State known) throws IOException {
    int status = answer.statusCode();
    if (status == 416 || status == 206) {
      long have = size();
      discard();
      Matcher length = UNSATISFIED.matcher(answer.headers().firstValue("Content-Range").orElse(""));
      if (known != null && length.matches() && Long.parseLong(length.group(1)) == have) {
        checkLength(known, have);
      }
      return new Broken("it cannot go on where it was");
    }
    if (status == 408 || status == 429 || status >= 500) {
      long wait;
      try {
        wait = Long.parseLong(answer.headers().firstValue("Retry-After").orElse("0"));
      } catch (NumberFormatException e) {
        wait = 0;
      }
      return new Broken("the server answers " + status, null, Math.max(0, Math.min(wait, 3600)));
    }
    String why =
        switch (status) {
          case 401, 403 -> " (not allowed)";
          case 404, 410 -> " (there is no such file any more)";
          case 407 -> " (the proxy wants a password)";
          default -> "";
        };
    return new DataException(
        shown(address)
            + ": the server answers "
            + status
            + why
            + "; name another source with --mirror");
  }

  /** Asks, and follows where the server points; to https, but never away from it. */
  private HttpResponse<Flow.Publisher<List<ByteBuffer>>> ask(long from, @Nullable String validator)
      throws IOException {
    URI at = address;
    Set<URI> seen = new HashSet<>();
    while (true) {
      if (!seen.add(at) || seen.size() > MOST_REDIRECTS) {
        throw new DataException(
            shown(address)
                + ": the server points round in a circle; name another source with --mirror");
      }
      HttpRequest.Builder request =
          HttpRequest.newBuilder(at)
              .timeout(patience.connect())
              .header("User-Agent", ToolVersion.get().replaceAll("[^ -~]", ""))
              .header("Accept-Encoding", "identity");
      if (validator != null) {
        request.header("Range", "bytes=" + from + "-").header("If-Range", validator);
      }
      HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer = send(request.build());
      int status = answer.statusCode();
      if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308) {
        checkCoding(answer);
        return answer;
      }
      drop(answer);
      at = pointed(at, answer.headers().firstValue("Location").orElse(""));
    }
  }

  /**
   * Where a server points to.
   *
   * @throws DataException if that is no address, or leads from https to http
   */
  static URI pointed(URI from, String location) throws DataException {
    URI to;
    try {
      to = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new DataException(shown(from) + ": the server points to no address", e);
    }
    String scheme = String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
    boolean isHttps = scheme.equals("https");
    if (location.isEmpty() || to.getHost() == null || !(isHttps || scheme.equals("http"))) {
      throw new DataException(
          shown(from)
              + ": the server points to "
              + Text.quoted(location)
              + ", which is no address");
    }
    if (!isHttps && "https".equalsIgnoreCase(from.getScheme())) {
      throw new DataException(
          shown(from)
              + ": the server points from https to "
              + shown(to)
              + ", which is not encrypted; name a source with --mirror if you trust it");
    }
    return to;
  }

  private void checkCoding(HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer)
      throws DataException {
    String coding = answer.headers().firstValue("Content-Encoding").orElse("identity");
    if (!coding.equalsIgnoreCase("identity") && answer.statusCode() < 300) {
      drop(answer);
      throw new DataException(
          shown(address)
              + ": the server sends it encoded ("
              + Text.oneLine(coding)
              + "), which was not asked for");
    }
  }

  private HttpResponse<Flow.Publisher<List<ByteBuffer>>> send(HttpRequest request)
      throws IOException {
    CompletableFuture<HttpResponse<Flow.Publisher<List<ByteBuffer>>>> sent =
        client.sendAsync(request, HttpResponse.BodyHandlers.ofPublisher());
    try {
      return sent.get(2 * patience.connect().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      sent.cancel(true);
      throw interrupted();
    } catch (TimeoutException e) {
      sent.cancel(true);
      throw new Broken("the server does not answer", e, 0);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    }
  }

  private IOException failure(@Nullable Throwable cause) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof UnresolvedAddressException) {
        return new DataException(
            shown(address) + ": there is no such server, or no way to it from here", cause);
      }
      if (at instanceof SSLHandshakeException) {
        return new DataException(
            shown(address)
                + ": no safe connection: "
                + Text.oneLine(String.valueOf(at.getMessage())),
            cause);
      }
    }
    String why = cause == null ? "" : cause.getMessage();
    return new Broken(
        why == null || why.isBlank()
            ? "the server cannot be reached"
            : "the connection failed (" + Text.oneLine(why) + ")",
        cause,
        0);
  }

  private void checkRoom(HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer, long total)
      throws DataException {
    Path at = work;
    while (at != null && !Files.exists(at)) {
      at = at.getParent();
    }
    long usable = at == null || !DiskSpace.isChecked() ? -1 : DiskSpace.usable(at);
    long needed = (long) (total * (1 + UNPACKED));
    if (total > 0 && usable >= 0 && usable < needed) {
      drop(answer);
      throw new DataException(
          "the archive and what is in it take about "
              + DiskSpace.text(needed)
              + ", but "
              + DiskSpace.text(usable)
              + " are free at "
              + Text.oneLine(String.valueOf(at))
              + "; make room or name another folder with --out");
    }
  }

  private void take(HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer, long from, long total)
      throws IOException {
    String host = String.valueOf(address.getHost());
    try (Progress.Phase phase =
        progress.phase("from " + host, Math.max(0, total - from) >> 20, "MB")) {
      Intake intake = new Intake(work.resolve(PART), from, total, phase);
      answer.body().subscribe(intake);
      await(intake);
      long have = size();
      if (total >= 0 && have != total) {
        throw new Broken("the server breaks off after " + have + " of " + total + " bytes");
      }
      phase.done();
    }
  }

  /** Waits for the end of an answer as long as enough comes. */
  private void await(Intake intake) throws IOException {
    long last = intake.taken();
    while (true) {
      try {
        intake.done().get(patience.window().toMillis(), TimeUnit.MILLISECONDS);
        return;
      } catch (InterruptedException e) {
        intake.stop();
        throw interrupted();
      } catch (TimeoutException e) {
        long now = intake.taken();
        if (now - last < patience.leastBytes()) {
          intake.stop();
          throw new Broken(
              now == last ? "the server has stalled" : "the server sends too slowly", e, 0);
        }
        last = now;
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Intake.LocalException local) {
          throw local.cause();
        }
        throw failure(e.getCause());
      }
    }
  }

  /** An address on one line, without what may be secret in it. */
  private static String shown(URI address) {
    String user = address.getRawUserInfo();
    String text = address.toString();
    return Text.oneLine(user == null ? text : text.replace(user + "@", ""));
  }

  /** Takes nothing. */
  private static final class Dropped implements Flow.Subscriber<List<ByteBuffer>> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.cancel();
    }

    @Override
    public void onNext(List<ByteBuffer> item) {}

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onComplete() {}
  }
}
