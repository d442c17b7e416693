package org.netdissect.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.netdissect.base.Json;
import tools.jackson.databind.JsonNode;

/**
 * A headless Chromium, driven over its DevTools protocol. Remembers what went wrong in the page and
 * every request it made.
 */
public final class Browser implements AutoCloseable {
  private static final List<String> PLACES =
      List.of(
          "/usr/bin/chromium",
          "/usr/bin/chromium-browser",
          "/usr/bin/google-chrome",
          "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
  private static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final Path profile;
  private final WebSocket socket;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final List<String> complaints = new ArrayList<>();
  private final List<String> requests = new ArrayList<>();
  private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();
  private final String session;

  private Browser(Process process, Path profile, String address) throws Exception {
    this.process = process;
    this.profile = profile;
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(URI.create(address), new Listener())
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    String target =
        send(null, "Target.createTarget", Map.of("url", "about:blank")).get("targetId").asString();
    session =
        send(null, "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
            .get("sessionId")
            .asString();
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      command(domain + ".enable", Map.of());
    }
  }

  /** Starts a browser; skips the test where none is installed. */
  public static Browser start() throws Exception {
    String named = System.getProperty("netdissect.browser", "");
    String place =
        Stream.concat(Stream.of(named), PLACES.stream())
            .filter(path -> !path.isEmpty() && Files.isExecutable(Path.of(path)))
            .findFirst()
            .orElse(null);
    Assumptions.assumeTrue(
        place != null, "no Chromium is installed: the page itself is not tested");
    Path profile = Files.createTempDirectory("netdissect-browser");
    Process process =
        new ProcessBuilder(
                place,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--force-color-profile=srgb",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(profile.resolve("output.txt").toFile())
            .start();
    Path port = profile.resolve("DevToolsActivePort");
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (process.isAlive() && System.nanoTime() < until) {
      List<String> lines = Files.exists(port) ? Files.readAllLines(port) : List.of();
      if (lines.size() >= 2) {
        return new Browser(process, profile, "ws://127.0.0.1:" + lines.get(0) + lines.get(1));
      }
      process.waitFor(50, TimeUnit.MILLISECONDS);
    }
    String output = Files.readString(profile.resolve("output.txt"));
    process.destroyForcibly();
    throw new IOException("the browser does not start: " + output);
  }

  private JsonNode send(String session, String method, Map<String, Object> params)
      throws Exception {
    int id = numbers.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(id, answer);
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("id", id);
    message.put("method", method);
    message.put("params", params);
    if (session != null) {
      message.put("sessionId", session);
    }
    synchronized (socket) {
      socket.sendText(Json.mapper().writeValueAsString(message), true).join();
    }
    JsonNode got = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (got.has("error")) {
      throw new IOException(method + ": " + got.get("error"));
    }
    return got.get("result");
  }

  /** Sends a command of the protocol to the page. */
  public JsonNode command(String method, Map<String, Object> params) throws Exception {
    return send(session, method, params);
  }

  /** Sets the size of the window in CSS pixels. */
  public void size(int width, int height, double scale) throws Exception {
    command(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", scale, "mobile", false));
  }

  void dark(boolean dark) throws Exception {
    command(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** Opens a page and waits until it has loaded. */
  public void open(String address) throws Exception {
    loaded = new CompletableFuture<>();
    command("Page.navigate", Map.of("url", address));
    loaded.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** The value of an expression of JavaScript; promises are waited for. */
  public JsonNode eval(String script) throws Exception {
    JsonNode result =
        command(
            "Runtime.evaluate",
            Map.of("expression", script, "awaitPromise", true, "returnByValue", true));
    if (result.has("exceptionDetails")) {
      throw new IOException(script + ": " + result.get("exceptionDetails"));
    }
    return result.get("result").has("value") ? result.get("result").get("value") : null;
  }

  public String text(String selector) throws Exception {
    JsonNode text = eval("document.querySelector(" + quote(selector) + ")?.textContent ?? null");
    return text == null || text.isNull() ? null : text.asString();
  }

  public static String quote(String text) {
    return Json.mapper().writeValueAsString(text);
  }

  /** Waits until an expression is true, also where a click just led to another page. */
  public void await(String condition) throws Exception {
    String script =
        "new Promise(done => { const end = performance.now() + 20000; const look = () => {"
            + " if ("
            + condition
            + ") done(true); else if (performance.now() > end) done(false);"
            + " else setTimeout(look, 20); }; look(); })";
    JsonNode got;
    try {
      got = eval(script);
    } catch (IOException e) {
      if (!e.getMessage().contains("navigated")) {
        throw e;
      }
      got = eval(script);
    }
    if (!got.asBoolean()) {
      throw new AssertionError("never came true: " + condition + "; page says " + complaints);
    }
  }

  /** Clicks with the mouse in the middle of an element. */
  public void click(String selector) throws Exception {
    JsonNode at =
        eval(
            "(() => { const e = document.querySelector("
                + quote(selector)
                + "); e.scrollIntoView({block: 'center', behavior: 'instant'});"
                + " const r = e.getBoundingClientRect();"
                + " return [r.x + r.width / 2, r.y + r.height / 2]; })()");
    for (String kind : List.of("mousePressed", "mouseReleased")) {
      command(
          "Input.dispatchMouseEvent",
          Map.of(
              "type",
              kind,
              "x",
              at.get(0).asDouble(),
              "y",
              at.get(1).asDouble(),
              "button",
              "left",
              "clickCount",
              1));
    }
  }

  /** Types text into an element, replacing what it holds. */
  void type(String selector, String text) throws Exception {
    eval(
        "(() => { const e = document.querySelector("
            + quote(selector)
            + "); e.focus(); e.select?.(); })()");
    if (text.isEmpty()) {
      key("Delete");
    } else {
      command("Input.insertText", Map.of("text", text));
    }
  }

  public void key(String key) throws Exception {
    for (String kind : List.of("rawKeyDown", "keyUp")) {
      Map<String, Object> event =
          new LinkedHashMap<>(Map.of("type", kind, "key", key, "code", key));
      Integer code =
          Map.of(
                  "Delete",
                  46,
                  "Enter",
                  13,
                  "Escape",
                  27,
                  "ArrowLeft",
                  37,
                  "ArrowUp",
                  38,
                  "ArrowRight",
                  39,
                  "ArrowDown",
                  40,
                  "Tab",
                  9)
              .get(key);
      if (code != null) {
        event.put("windowsVirtualKeyCode", code);
      }
      command("Input.dispatchKeyEvent", event);
    }
  }

  /** The window as it is, pixel by pixel. */
  BufferedImage seen() throws Exception {
    JsonNode shot = command("Page.captureScreenshot", Map.of("format", "png"));
    return ImageIO.read(
        new ByteArrayInputStream(Base64.getDecoder().decode(shot.get("data").asString())));
  }

  /** Writes a picture (JPEG) of the window, or of the whole page. */
  public void picture(Path file, boolean whole) throws Exception {
    JsonNode shot =
        command(
            "Page.captureScreenshot",
            Map.of("format", "jpeg", "quality", 82, "captureBeyondViewport", whole));
    Files.write(file, Base64.getDecoder().decode(shot.get("data").asString()));
  }

  /** Errors and warnings of the page so far. */
  public List<String> complaints() {
    synchronized (complaints) {
      return List.copyOf(complaints);
    }
  }

  /** Addresses that the page asked for so far. */
  public List<String> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  @Override
  public void close() throws Exception {
    try {
      send(null, "Browser.close", Map.of());
    } catch (Exception e) {
      process.destroy();
    }
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    socket.abort();
    try (Stream<Path> files = Files.walk(profile)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // Left in the temporary folder of the build.
    }
  }

  private void event(JsonNode message) {
    JsonNode params = message.get("params");
    switch (message.get("method").asString()) {
      case "Page.loadEventFired" -> loaded.complete(null);
      case "Runtime.exceptionThrown" -> complain(params.get("exceptionDetails").toString());
      case "Runtime.consoleAPICalled" -> {
        if (!params.get("type").asString().equals("log")) {
          complain(params.get("args").toString());
        }
      }
      case "Log.entryAdded" -> complain(params.get("entry").toString());
      case "Network.requestWillBeSent" -> {
        synchronized (requests) {
          requests.add(params.get("request").get("url").asString());
        }
      }
      default -> {
        // Of no interest.
      }
    }
  }

  private void complain(String what) {
    synchronized (complaints) {
      complaints.add(what);
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        JsonNode message = Json.mapper().readTree(text.toString().getBytes(StandardCharsets.UTF_8));
        text.setLength(0);
        if (message.has("id")) {
          answers.remove(message.get("id").asInt()).complete(message);
        } else {
          event(message);
        }
      }
      from.request(1);
      return null;
    }
  }
}
