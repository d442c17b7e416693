package org.netdissect.networks.caffe;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.netdissect.base.Text;
import org.netdissect.networks.ModelException;

/**
 * Reads the weights of a {@code .caffemodel} of any generation: each layer's blobs by its name.
 * Fields are read by number; all else that the file holds is passed over.
 *
 * <p>Values stay in the mapped file where it holds them in one packed piece, as Caffe writes them.
 */
final class WeightFile {
  private static final int NET_V1_LAYER = 2;
  private static final int NET_LAYER = 100;

  /** The fields of a layer that matter, by generation. */
  private enum Generation {
    V0(1, 50, 0),
    V1(4, 6, 1),
    V2(1, 7, 0);

    final int name;
    final int blobs;

    /** The field that holds a layer of the generation before; 0: none. */
    final int older;

    Generation(int name, int blobs, int older) {
      this.name = name;
      this.blobs = blobs;
      this.older = older;
    }
  }

  private final Map<String, List<Blob>> layers = new LinkedHashMap<>();
  private final List<String> repeated = new ArrayList<>();

  /** The layer whose name was read last. */
  private String last = "";

  private WeightFile() {}

  /**
   * Reads a file.
   *
   * @throws ModelException if it cannot be read, is truncated or malformed
   */
  static WeightFile read(Path file) throws ModelException {
    WeightFile weights = new WeightFile();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new ModelException(file + ": larger than 2 GB, which ONNX cannot hold in one file.");
      }
      ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      weights.net(input(UnsafeByteOperations.unsafeWrap(bytes)));
    } catch (InvalidProtocolBufferException e) {
      throw new ModelException(
          "%s: is no caffemodel, or is damaged or truncated%s; fetch it again."
              .formatted(
                  file,
                  weights.last.isEmpty()
                      ? ""
                      : " in the layer " + Text.oneLine(weights.last) + " or behind it"),
          e);
    } catch (ModelException e) {
      throw e;
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
    } catch (OutOfMemoryError e) {
      throw new ModelException(
          file + ": not enough memory for its weights; give java a larger -Xmx.", e);
    }
    return weights;
  }

  /** One blob alone, as a {@code .binaryproto} holds it. */
  static Blob blob(ByteString message) throws IOException {
    return new BlobReader().read(input(message));
  }

  /**
   * Blobs by the name of their layer, in the order of the file; a later layer replaces an older.
   */
  Map<String, List<Blob>> layers() {
    return layers;
  }

  /** Names of layers that the file holds more than once; the last counts, as in Caffe. */
  List<String> repeated() {
    return repeated;
  }

  private void net(CodedInputStream in) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      boolean isMessage = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
      if (isMessage && field == NET_LAYER) {
        layer(in.readBytes(), Generation.V2);
      } else if (isMessage && field == NET_V1_LAYER) {
        layer(in.readBytes(), Generation.V1);
      } else {
        skip(in, tag);
      }
    }
  }

  private void layer(ByteString message, Generation generation) throws IOException {
    CodedInputStream in = input(message);
    String name = "";
    List<Blob> blobs = new ArrayList<>();
    ByteString older = null;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      boolean isMessage = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
      if (isMessage && field == generation.name) {
        name = TextParser.decoded(in.readByteArray());
        last = name;
      } else if (isMessage && field == generation.blobs) {
        blobs.add(blob(in.readBytes()));
      } else if (isMessage && generation.older != 0 && field == generation.older) {
        older = in.readBytes();
      } else {
        skip(in, tag);
      }
    }
    if (older != null) {
      layer(older, Generation.V0);
    } else if (!blobs.isEmpty()) {
      // Behind the others: where layers share weights, the one that comes last counts.
      if (layers.remove(name) != null) {
        repeated.add(name);
      }
      layers.put(name, blobs);
    }
  }

  private static CodedInputStream input(ByteString message) {
    CodedInputStream in = message.newCodedInput();
    in.enableAliasing(true);
    return in;
  }

  private static void skip(CodedInputStream in, int tag) throws IOException {
    if (!in.skipField(tag)) {
      throw new InvalidProtocolBufferException("a group ends that never began");
    }
  }

  /** Puts one blob together from what its message holds. */
  private static final class BlobReader {
    private static final int NUM = 1;
    private static final int WIDTH = 4;
    private static final int DATA = 5;
    private static final int SHAPE = 7;
    private static final int DOUBLE_DATA = 8;

    private final long[] old = new long[4];
    private boolean hasOld;
    private long[] shape = new long[0];
    private final Pieces floats = new Pieces(4);
    private final Pieces doubles = new Pieces(8);

    Blob read(CodedInputStream in) throws IOException {
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        int field = WireFormat.getTagFieldNumber(tag);
        int type = WireFormat.getTagWireType(tag);
        boolean isBytes = type == WireFormat.WIRETYPE_LENGTH_DELIMITED;
        if (field >= NUM && field <= WIDTH && type == WireFormat.WIRETYPE_VARINT) {
          old[field - NUM] = in.readInt64();
          hasOld = true;
        } else if (field == SHAPE && isBytes) {
          shape = shape(input(in.readBytes()));
        } else if (field == DATA && isBytes) {
          floats.packed(in.readBytes());
        } else if (field == DATA && type == WireFormat.WIRETYPE_FIXED32) {
          floats.single(in.readRawLittleEndian32());
        } else if (field == DOUBLE_DATA && isBytes) {
          doubles.packed(in.readBytes());
        } else if (field == DOUBLE_DATA && type == WireFormat.WIRETYPE_FIXED64) {
          doubles.single(in.readRawLittleEndian64());
        } else {
          skip(in, tag);
        }
      }
      ByteString doubled = doubles.all();
      return new Blob(
          hasOld ? old : shape, hasOld, doubled.isEmpty() ? floats.all() : rounded(doubled));
    }

    private static long[] shape(CodedInputStream in) throws IOException {
      List<Long> dims = new ArrayList<>();
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        int type = WireFormat.getTagWireType(tag);
        if (WireFormat.getTagFieldNumber(tag) != 1) {
          skip(in, tag);
        } else if (type == WireFormat.WIRETYPE_VARINT) {
          dims.add(in.readInt64());
        } else if (type == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
          CodedInputStream packed = input(in.readBytes());
          while (!packed.isAtEnd()) {
            dims.add(packed.readInt64());
          }
        } else {
          skip(in, tag);
        }
        if (dims.size() > 32) {
          throw new InvalidProtocolBufferException("a blob of more than 32 axes");
        }
      }
      return dims.stream().mapToLong(Long::longValue).toArray();
    }

    private static ByteString rounded(ByteString doubles) {
      ByteBuffer from = doubles.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer to = ByteBuffer.allocate(doubles.size() / 2).order(ByteOrder.LITTLE_ENDIAN);
      FloatBuffer floats = to.asFloatBuffer();
      while (from.hasRemaining()) {
        floats.put((float) from.getDouble());
      }
      return UnsafeByteOperations.unsafeWrap(to);
    }
  }

  /** A repeated number: packed pieces as they lie in the file, single values gathered. */
  private static final class Pieces {
    private final int size;
    private ByteString whole = ByteString.EMPTY;
    private ByteString.Output singles = ByteString.newOutput();

    Pieces(int size) {
      this.size = size;
    }

    void packed(ByteString piece) throws IOException {
      if (piece.size() % size != 0) {
        throw new InvalidProtocolBufferException("packed numbers with a part of one");
      }
      flush();
      whole = whole.concat(piece);
    }

    void single(long bits) {
      for (int i = 0; i < size; i++) {
        singles.write((int) (bits >>> (8 * i)) & 0xff);
      }
    }

    ByteString all() {
      flush();
      return whole;
    }

    private void flush() {
      if (singles.size() > 0) {
        whole = whole.concat(singles.toByteString());
        singles = ByteString.newOutput();
      }
    }
  }
}
