package org.netdissect.networks.caffe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.netdissect.networks.BareRun.Tensor;

/** Reads float32 arrays as NumPy writes them. */
final class NumPy {
  private static final Pattern SHAPE = Pattern.compile("'shape': \\(([^)]*)\\)");

  private NumPy() {}

  static Tensor read(Path npy) throws IOException {
    return parse(Files.readAllBytes(npy));
  }

  /** All arrays of a zip by their names. */
  static Map<String, Tensor> readAll(Path npz) throws IOException {
    Map<String, Tensor> all = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(npz.toFile())) {
      for (Enumeration<? extends ZipEntry> e = zip.entries(); e.hasMoreElements(); ) {
        ZipEntry entry = e.nextElement();
        try (InputStream in = zip.getInputStream(entry)) {
          all.put(entry.getName().replaceFirst("\\.npy$", ""), parse(in.readAllBytes()));
        }
      }
    }
    return all;
  }

  private static Tensor parse(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int header = buffer.getShort(8);
    String text = new String(bytes, 10, header, StandardCharsets.US_ASCII);
    Matcher shape = SHAPE.matcher(text);
    if (!text.contains("<f4") || !text.contains("False") || !shape.find()) {
      throw new IllegalArgumentException(text);
    }
    long[] dims =
        Arrays.stream(shape.group(1).split(",", -1))
            .map(String::trim)
            .filter(d -> !d.isEmpty())
            .mapToLong(Long::parseLong)
            .toArray();
    float[] values = new float[(bytes.length - 10 - header) / 4];
    buffer.position(10 + header);
    buffer.asFloatBuffer().get(values);
    return new Tensor(dims, values);
  }
}
