package org.netdissect.networks.caffe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ModelException;

/** Which blobs are fed in, and their shapes. */
final class Inputs {
  private static final int MOST_IMAGES = 1 << 16;
  private static final int LARGEST_SIDE = 1 << 16;

  /** A blob that is fed in: dimensions of which those not told are 0. */
  private record Declared(String blob, long[] dims, String by) {}

  /** A blob that is fed in. */
  record Input(String blob, Shape shape) {}

  private final Path file;
  private final CaffeNet net;
  private final @Nullable WeightFile weights;
  private final List<String> notes = new ArrayList<>();

  private Inputs(Path file, CaffeNet net, @Nullable WeightFile weights) {
    this.file = file;
    this.net = net;
    this.weights = weights;
  }

  /**
   * The inputs of a net, those declared outside of layers first.
   *
   * @param size height and width asked for, which replace those of the text; or null
   * @param free whether the number of images is free
   * @param notes takes what is worth saying
   */
  static List<Input> of(
      Path file,
      CaffeNet net,
      @Nullable WeightFile weights,
      @Nullable InputSize size,
      boolean free,
      List<String> notes)
      throws ModelException {
    Inputs inputs = new Inputs(file, net, weights);
    List<Declared> declared = inputs.declared();
    if (declared.isEmpty()) {
      throw new ModelException(
          file
              + ": declares no input: add a layer { name: \"data\" type: \"Input\" top: \"data\""
              + " input_param { shape { dim: 1 dim: 3 dim: 224 dim: 224 } } }.");
    }
    boolean isOnly = declared.stream().filter(d -> d.dims.length == 4).count() == 1;
    List<Input> all = new ArrayList<>();
    for (Declared one : declared) {
      long[] dims = inputs.complete(one, isOnly ? size : null);
      all.add(new Input(one.blob, new Shape(dims, free && dims.length > 0)));
    }
    notes.addAll(inputs.notes);
    return all;
  }

  private List<Declared> declared() throws ModelException {
    List<Declared> all = new ArrayList<>();
    for (CaffeNet.Input input : net.inputs()) {
      all.add(new Declared(input.blob(), dims(input.dims()), "input " + input.blob()));
    }
    for (CaffeLayer layer : net.layers()) {
      if (layer.type().equals("Input")) {
        List<Message> shapes = layer.param("input_param").messages("shape");
        if (shapes.size() > 1 && shapes.size() != layer.tops().size()) {
          throw new ModelException(
              "%s: %s: %d shapes for %d blobs."
                  .formatted(file, layer, shapes.size(), layer.tops().size()));
        }
        for (int i = 0; i < layer.tops().size(); i++) {
          List<Long> own =
              shapes.isEmpty() ? List.of() : shapes.get(shapes.size() == 1 ? 0 : i).integers("dim");
          all.add(new Declared(layer.tops().get(i), dims(own), layer.toString()));
        }
      } else if (LayerTypes.SOURCES.contains(layer.type()) && !layer.tops().isEmpty()) {
        String blob = layer.tops().get(0);
        all.add(new Declared(blob, ofSource(layer), layer.toString()));
        notes.add(layer + ": its blob " + blob + " is the input");
      }
    }
    return all;
  }

  /** Nothing told: an image of unknown sides. */
  private static long[] dims(List<Long> told) {
    return told.isEmpty() ? new long[4] : Step.longs(told);
  }

  /** What a layer that reads data tells of its images. */
  private static long[] ofSource(CaffeLayer layer) {
    Message transform = layer.param("transform_param");
    long[] dims = new long[4];
    long crop = transform.integer("crop_size", 0);
    dims[2] = transform.integer("crop_h", crop);
    dims[3] = transform.integer("crop_w", crop);
    long means = transform.values("mean_value").size();
    dims[1] = transform.flag("force_gray", false) ? 1 : means > 1 ? means : 0;
    switch (layer.type()) {
      case "MemoryData" -> {
        Message data = layer.param("memory_data_param");
        dims[0] = data.integer("batch_size", 0);
        dims[1] = data.integer("channels", 0);
        dims[2] = data.integer("height", 0);
        dims[3] = data.integer("width", 0);
      }
      case "DummyData" -> {
        Message data = layer.param("dummy_data_param");
        if (data.has("shape")) {
          return dims(data.messages("shape").get(0).integers("dim"));
        }
        String[] names = {"num", "channels", "height", "width"};
        for (int i = 0; i < names.length; i++) {
          dims[i] = data.integer(names[i], 0);
        }
      }
      case "ImageData" -> side(dims, layer.param("image_data_param"));
      case "WindowData" -> side(dims, layer.param("window_data_param"));
      default -> side(dims, layer.param("data_param"));
    }
    return dims;
  }

  /** Older files keep the crop with the data. */
  private static void side(long[] dims, Message data) {
    dims[0] = data.integer("batch_size", 0);
    long crop = data.has("crop_size") ? data.integer("crop_size", 0) : 0;
    String[] sides = {"new_height", "new_width"};
    for (int i = 0; i < 2; i++) {
      if (dims[2 + i] == 0) {
        dims[2 + i] = crop > 0 ? crop : data.has(sides[i]) ? data.integer(sides[i], 0) : 0;
      }
    }
  }

  private long[] complete(Declared declared, @Nullable InputSize size) throws ModelException {
    long[] dims = declared.dims.clone();
    if (dims.length == 4) {
      if (size != null) {
        dims[2] = size.height();
        dims[3] = size.width();
      }
      if (dims[2] == 0 || dims[3] == 0) {
        throw new ModelException(
            "%s: %s does not tell height and width; give --input-size H,W, for example --input-size 224,224."
                .formatted(file, declared.by));
      }
      dims[0] = dims[0] == 0 ? 1 : dims[0];
      dims[1] = dims[1] == 0 ? channels(declared.blob) : dims[1];
    }
    boolean isSound = dims.length <= 8;
    for (int i = 0; i < dims.length; i++) {
      isSound &= dims[i] > 0 && dims[i] <= (i == 0 ? MOST_IMAGES : LARGEST_SIDE);
    }
    if (!isSound) {
      throw new ModelException(
          "%s: %s of %s is no image that can go in.".formatted(file, declared.by, Blob.text(dims)));
    }
    return dims;
  }

  /** Where the text does not tell the channels, the weights of the first convolution do. */
  private long channels(String blob) {
    for (CaffeLayer layer : net.layers()) {
      List<Blob> blobs = weights == null ? null : weights.layers().get(layer.name());
      boolean reads = layer.type().equals("Convolution") && layer.bottoms().contains(blob);
      if (reads && blobs != null && !blobs.isEmpty() && blobs.get(0).dims().length == 4) {
        return blobs.get(0).dims()[1]
            * Math.max(1, layer.param("convolution_param").integer("group", 1));
      }
    }
    notes.add("the text does not tell how many channels " + blob + " has: taken as 3");
    return 3;
  }
}
