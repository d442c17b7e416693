package org.netdissect.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.netdissect.base.Json;
import tools.jackson.databind.JsonNode;

/** A headless Firefox, driven over WebDriver BiDi. */
public final class Firefox implements AutoCloseable, WebSocket.Listener {
  private static final List<String> PLACES =
      List.of("/usr/bin/firefox-esr", "/usr/bin/firefox", "/snap/bin/firefox");
  private static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final StringBuilder text = new StringBuilder();
  public final List<String> complaints = Collections.synchronizedList(new ArrayList<>());
  public final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private WebSocket socket;
  private String context;

  private Firefox(Process process) {
    this.process = process;
  }

  /**
   * Starts it; skips the test where none is installed.
   *
   * @param profile an empty folder, which also gets what is downloaded
   */
  public static Firefox start(Path profile) throws Exception {
    Files.writeString(
        profile.resolve("user.js"),
        String.join(
            "\n",
            "user_pref('browser.download.folderList', 2);",
            "user_pref('browser.download.dir', '" + profile + "');",
            "user_pref('browser.download.useDownloadDir', true);",
            "user_pref('browser.download.alwaysOpenPanel', false);",
            "user_pref('browser.helperApps.neverAsk.saveToDisk', 'application/json');",
            ""));
    String place =
        Stream.concat(Stream.of(System.getProperty("netdissect.firefox", "")), PLACES.stream())
            .filter(path -> !path.isEmpty() && Files.isExecutable(Path.of(path)))
            .findFirst()
            .orElse(null);
    Assumptions.assumeTrue(place != null, "no Firefox is installed: the page is not tested in it");
    Firefox firefox =
        new Firefox(
            new ProcessBuilder(
                    place,
                    "--headless",
                    "--no-remote",
                    "--profile",
                    profile.toString(),
                    "--remote-debugging-port",
                    "0",
                    "about:blank")
                .redirectErrorStream(true)
                .start());
    try {
      firefox.connect();
    } catch (Exception e) {
      firefox.close();
      throw e;
    }
    return firefox;
  }

  private void connect() throws Exception {
    String marker = "WebDriver BiDi listening on ";
    BufferedReader said = process.inputReader();
    String address = null;
    for (String line; address == null && (line = said.readLine()) != null; ) {
      address = line.startsWith(marker) ? line.substring(marker.length()) : null;
    }
    if (address == null) {
      throw new IOException("Firefox does not listen");
    }
    Thread drain =
        new Thread(
            () -> {
              try {
                said.transferTo(Writer.nullWriter());
              } catch (IOException e) {
                // It has ended.
              }
            });
    drain.setDaemon(true);
    drain.start();
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(URI.create(address + "/session"), this)
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    command("session.new", Map.of("capabilities", Map.of()));
    command(
        "session.subscribe",
        Map.of("events", List.of("log.entryAdded", "network.beforeRequestSent")));
    context =
        command("browsingContext.getTree", Map.of())
            .get("contexts")
            .get(0)
            .get("context")
            .asString();
    command(
        "browsingContext.setViewport",
        Map.of("context", context, "viewport", Map.of("width", 1280, "height", 2400)));
  }

  private JsonNode command(String method, Map<String, Object> params) throws Exception {
    int id = numbers.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(id, answer);
    socket
        .sendText(
            Json.mapper().writeValueAsString(Map.of("id", id, "method", method, "params", params)),
            true)
        .join();
    JsonNode got = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (!got.has("result")) {
      throw new IOException(method + ": " + got);
    }
    return got.get("result");
  }

  /** Opens a page and waits until it is complete. */
  public void open(String address) throws Exception {
    command(
        "browsingContext.navigate", Map.of("context", context, "url", address, "wait", "complete"));
  }

  /** The value of the last statement, as text; promises are waited for. */
  public String eval(String script) throws Exception {
    JsonNode got =
        command(
            "script.evaluate",
            Map.of(
                "expression",
                "{" + script + "}",
                "target",
                Map.of("context", context),
                "awaitPromise",
                true));
    if (!got.get("type").asString().equals("success")) {
      throw new IOException(script + ": " + got);
    }
    JsonNode value = got.get("result").get("value");
    return value == null ? null : value.asString();
  }

  /** Presses a key and lets it go. */
  public void key(String key) throws Exception {
    List<Map<String, String>> actions =
        List.of(Map.of("type", "keyDown", "value", key), Map.of("type", "keyUp", "value", key));
    command(
        "input.performActions",
        Map.of(
            "context",
            context,
            "actions",
            List.of(Map.of("type", "key", "id", "keyboard", "actions", actions))));
  }

  /** Waits until a condition is true. */
  public void await(String condition) throws Exception {
    String came =
        eval(
            "new Promise(done => { const end = performance.now() + 20000; const look = () => {"
                + " if ("
                + condition
                + ") done(true); else if (performance.now() > end) done(false);"
                + " else setTimeout(look, 20); }; look(); })");
    assertEquals("true", came, "never came true: " + condition + "; page says " + complaints);
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      JsonNode message = Json.mapper().readTree(text.toString());
      text.setLength(0);
      if (message.has("id") && message.get("id").isNumber()) {
        answers.remove(message.get("id").asInt()).complete(message);
      } else if (message.get("method").asString().equals("log.entryAdded")) {
        complaints.add(message.get("params").toString());
      } else if (message.get("method").asString().equals("network.beforeRequestSent")) {
        requests.add(message.get("params").get("request").get("url").asString());
      }
    }
    from.request(1);
    return null;
  }

  @Override
  public void close() throws Exception {
    if (socket != null) {
      socket.abort();
    }
    // The launcher's children are the browser's own processes.
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
