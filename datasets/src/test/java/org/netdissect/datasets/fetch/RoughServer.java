package org.netdissect.datasets.fetch;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A server on loopback that answers byte for byte as it is told, right or wrong. */
final class RoughServer implements Closeable {
  /** What is asked. */
  record Request(int number, String path, Map<String, String> headers) {
    /** Where the client wants to begin. */
    int from() {
      String range = headers.getOrDefault("range", "bytes=0-");
      return Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
    }

    boolean hasRange() {
      return headers.containsKey("range");
    }
  }

  /** Answers; the connection is closed afterwards. */
  interface Manners {
    void answer(Request request, OutputStream out) throws IOException;
  }

  private final ServerSocket socket;
  private final Manners manners;
  private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
  private final List<Socket> open = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch closed = new CountDownLatch(1);

  RoughServer(Manners manners) throws IOException {
    this.manners = manners;
    this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread accepting = new Thread(this::accept, "rough server");
    accepting.setDaemon(true);
    accepting.start();
  }

  URI address(String path) {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort() + path);
  }

  List<Request> requests() {
    return List.copyOf(requests);
  }

  /** Waits until the server is closed: a stall. */
  void stall() throws IOException {
    try {
      closed.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        open.add(client);
        Thread one = new Thread(() -> serve(client), "rough answer");
        one.setDaemon(true);
        one.start();
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      Request request = read(client.getInputStream());
      OutputStream out = client.getOutputStream();
      manners.answer(request, out);
      out.flush();
      client.shutdownOutput();
    } catch (IOException e) {
      // The client has gone, or was to be cut off.
    }
  }

  private Request read(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int c = in.read();
      if (c < 0) {
        throw new IOException("no request");
      }
      head.write(c);
    }
    String[] lines = head.toString(StandardCharsets.ISO_8859_1).split("\r\n", -1);
    Map<String, String> headers = new HashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon > 0) {
        headers.put(
            lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
            lines[i].substring(colon + 1).strip());
      }
    }
    synchronized (requests) {
      Request request = new Request(requests.size(), lines[0].split(" ", -1)[1], headers);
      requests.add(request);
      return request;
    }
  }

  static void head(OutputStream out, String status, String... headers) throws IOException {
    StringBuilder text = new StringBuilder("HTTP/1.1 ").append(status).append("\r\n");
    for (String header : headers) {
      text.append(header).append("\r\n");
    }
    text.append("Connection: close\r\n\r\n");
    out.write(text.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  /** A well-behaved answer: the whole file, or the rest where that is asked for. */
  static void serve(Request request, OutputStream out, byte[] file, String etag)
      throws IOException {
    serve(request, out, file, etag, file.length);
  }

  /** As a server would, but that it cuts the connection after so many bytes of the answer. */
  static void serve(Request request, OutputStream out, byte[] file, String etag, int cut)
      throws IOException {
    boolean isRest = request.hasRange() && etag.equals(request.headers().get("if-range"));
    int from = isRest ? request.from() : 0;
    if (isRest) {
      head(
          out,
          "206 Partial Content",
          "Content-Length: " + (file.length - from),
          "Content-Range: bytes " + from + "-" + (file.length - 1) + "/" + file.length,
          "ETag: " + etag);
    } else {
      head(out, "200 OK", "Content-Length: " + file.length, "ETag: " + etag);
    }
    out.write(file, from, Math.min(cut, file.length - from));
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    socket.close();
    synchronized (open) {
      for (Socket one : open) {
        one.close();
      }
    }
  }
}
