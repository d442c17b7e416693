package org.netdissect.networks.caffe;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes small Caffe nets for tests: the text as it is given, weights in any generation. */
public final class CaffeFiles {
  /** Which numbers the fields have. */
  public enum Generation {
    V0,
    V1,
    V2
  }

  /** A parameter blob. */
  public record Values(long[] dims, float... values) {
    public static Values of(float[] values, long... dims) {
      return new Values(dims, values);
    }
  }

  /** A field of a message, written in place. */
  private interface Fields {
    void to(CodedOutputStream out) throws IOException;
  }

  private final Path folder;
  private final Map<String, List<Values>> layers = new LinkedHashMap<>();

  public CaffeFiles(Path folder) {
    this.folder = folder;
  }

  public CaffeFiles weights(String layer, Values... blobs) {
    layers.put(layer, List.of(blobs));
    return this;
  }

  Path text(String text) throws IOException {
    return Files.writeString(folder.resolve("net.prototxt"), text);
  }

  /** An input of these dimensions and layers behind it. */
  public Path net(String dims, String layersBehind) throws IOException {
    String input =
        "layer { name: 'in' type: 'Input' top: 'data' input_param { shape { dim: [%s] } } }";
    return text(input.formatted(dims) + "\n" + layersBehind);
  }

  public Path model(Generation generation) throws IOException {
    ByteString net =
        message(
            out -> {
              out.writeString(1, "net");
              for (Map.Entry<String, List<Values>> layer : layers.entrySet()) {
                layer(out, generation, layer.getKey(), layer.getValue());
              }
            });
    return Files.write(folder.resolve("net.caffemodel"), net.toByteArray());
  }

  CaffeModel read(Path text) throws IOException {
    return CaffeModel.read(text, model(Generation.V2), null);
  }

  public static String layer(String name, String type, String bottoms, String tops, String params) {
    StringBuilder text = new StringBuilder("layer { name: '%s' type: '%s'".formatted(name, type));
    for (String bottom : bottoms.split(" ", -1)) {
      text.append(" bottom: '").append(bottom).append("'");
    }
    for (String top : tops.split(" ", -1)) {
      text.append(" top: '").append(top).append("'");
    }
    return text.append(' ').append(params).append(" }\n").toString();
  }

  private static void layer(
      CodedOutputStream out, Generation generation, String name, List<Values> blobs)
      throws IOException {
    int nameField = generation == Generation.V1 ? 4 : 1;
    int blobField = generation == Generation.V0 ? 50 : generation == Generation.V1 ? 6 : 7;
    ByteString layer =
        message(
            in -> {
              in.writeString(nameField, name);
              for (Values blob : blobs) {
                in.writeBytes(blobField, blob(blob, generation));
              }
            });
    switch (generation) {
      case V0 -> out.writeBytes(2, message(in -> in.writeBytes(1, layer)));
      case V1 -> out.writeBytes(2, layer);
      default -> out.writeBytes(100, layer);
    }
  }

  static ByteString blob(Values blob, Generation generation) throws IOException {
    return message(
        out -> {
          if (generation == Generation.V2) {
            out.writeBytes(
                7,
                message(
                    in -> {
                      for (long dim : blob.dims()) {
                        in.writeInt64(1, dim);
                      }
                    }));
          } else {
            int missing = 4 - blob.dims().length;
            for (int i = 0; i < 4; i++) {
              out.writeInt64(i + 1, i < missing ? 1 : blob.dims()[i - missing]);
            }
          }
          out.writeBytes(5, GraphWriter.floats(blob.values()));
        });
  }

  private static ByteString message(Fields fields) throws IOException {
    ByteString.Output bytes = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    fields.to(out);
    out.flush();
    return bytes.toByteString();
  }
}
