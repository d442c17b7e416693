package org.netdissect.networks.caffe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.Preprocessing.Channels;
import org.netdissect.networks.caffe.CaffeFiles.Generation;
import org.netdissect.networks.caffe.CaffeFiles.Values;

class CaffeMeanTest {
  private static final Preprocessing EXPECTED =
      new Preprocessing(Channels.BGR, 1, List.of(101.0, 110.0, 120.5), List.of(1.0, 1.0, 1.0));

  @TempDir Path folder;

  @Test
  void ofCaffesOwnTools() throws IOException {
    for (Generation generation : Generation.values()) {
      Values values = Values.of(new float[] {100, 102, 110, 110, 120, 121}, 1, 3, 1, 2);
      Path file =
          Files.write(
              folder.resolve("mean.binaryproto"),
              CaffeFiles.blob(values, generation).toByteArray());
      assertEquals(EXPECTED, CaffeMean.read(file));
    }
  }

  @Test
  void ofNumPy() throws IOException {
    assertEquals(
        EXPECTED, CaffeMean.read(npy("<f4", false, "3, 1, 2", 100, 102, 110, 110, 120, 121)));
    assertEquals(
        EXPECTED, CaffeMean.read(npy("<f8", true, "3, 2, 1", 100, 110, 120, 102, 110, 121)));
    assertEquals(EXPECTED, CaffeMean.read(npy("<f8", false, "3,", 101, 110, 120.5)));
    assertEquals(List.of(7.0, 7.0, 7.0), CaffeMean.read(npy("<f4", false, "1, 1, 2", 6, 8)).mean());
  }

  @Test
  void whatIsNoMean() throws IOException {
    refused(npy("<f4", false, "2, 2, 3", new double[12]), "2×2×3");
    refused(npy("<f4", false, "3, 4", new double[12]), "3×4");
    refused(npy("<f4", false, "3, 1, 9", 1, 2, 3), "does not fit");
    refused(npy("<i8", false, "3,", 1, 2, 3), "float32");
    refused(npy("<f4", false, "3,", Double.NaN, 2, 3), "not a number");
    refused(Files.writeString(folder.resolve("x.npy"), "hello"), "NumPy file");
    refused(Files.writeString(folder.resolve("x.binaryproto"), "hello"), "no mean");
    refused(Files.createFile(folder.resolve("y.binaryproto")), "no mean");
    refused(folder.resolve("absent.npy"), "no such file");
  }

  private static void refused(Path file, String said) {
    String message = assertThrows(IOException.class, () -> CaffeMean.read(file)).getMessage();
    assertTrue(message.contains(said), message);
  }

  private Path npy(String type, boolean reversed, String shape, double... values)
      throws IOException {
    String header =
        "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }\n"
            .formatted(type, reversed ? "True" : "False", shape);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes("\u0093NUMPY\u0001\0".getBytes(StandardCharsets.ISO_8859_1));
    bytes.write(header.length());
    bytes.write(0);
    bytes.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
    ByteBuffer data = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      if (type.equals("<f4")) {
        data.putFloat((float) value);
      } else {
        data.putDouble(value);
      }
    }
    bytes.write(data.array(), 0, data.position());
    return Files.write(folder.resolve("mean.npy"), bytes.toByteArray());
  }
}
