package org.netdissect.lab.train;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.netdissect.lab.train.NetworkSpec.Add;
import org.netdissect.lab.train.NetworkSpec.Concat;
import org.netdissect.lab.train.NetworkSpec.Conv;
import org.netdissect.lab.train.NetworkSpec.Dropout;
import org.netdissect.lab.train.NetworkSpec.Flatten;
import org.netdissect.lab.train.NetworkSpec.GlobalMean;
import org.netdissect.lab.train.NetworkSpec.Linear;
import org.netdissect.lab.train.NetworkSpec.MaxPool;
import org.netdissect.lab.train.NetworkSpec.Norm;
import org.netdissect.lab.train.NetworkSpec.Relu;

/**
 * Small networks after the patterns that the paper compares. All begin with a convolution of stride
 * 2 and end, at 112 pixels, in maps of 14×14 (7×7 for {@link #RESNET_SMALL} and {@link #VGG_SMALL}
 * with their third halving). With {@code w} the width, the last maps have 4·w channels.
 */
public enum Architecture {
  /**
   * After AlexNet (Krizhevsky 2012): two 5×5 convolutions, each with pooling, then 3×3 ones. Depth
   * is the number of convolutions.
   */
  ALEXNET_SMALL(5, 3, 12) {
    @Override
    int layers(NetworkSpec.Builder to, String prefix, int in, Shape shape) {
      for (int i = 1; i <= shape.depth(); i++) {
        int w = shape.width();
        int out = i == 1 ? w : i == 2 ? 2 * w : i < shape.depth() ? 3 * w : 4 * w;
        int kernel = i <= 2 ? 5 : 3;
        unit(to, prefix, Integer.toString(i), in, out, kernel, i == 1 ? 2 : 1, shape);
        if (i <= 2) {
          to.add(new MaxPool(prefix + "pool" + i, 2, 2, 0));
        }
        in = out;
      }
      return in;
    }
  },

  /**
   * After VGG (Simonyan &amp; Zisserman 2015): 3×3 convolutions in four blocks with pooling between
   * them. Depth is the number of convolutions, shared out over the blocks, later blocks first.
   */
  VGG_SMALL(8, 4, 16) {
    @Override
    int layers(NetworkSpec.Builder to, String prefix, int in, Shape shape) {
      for (int block = 1; block <= 4; block++) {
        int convolutions = shape.depth() / 4 + (4 - block < shape.depth() % 4 ? 1 : 0);
        for (int i = 1; i <= convolutions; i++) {
          int out = block * shape.width();
          unit(to, prefix, block + "_" + i, in, out, 3, block == 1 && i == 1 ? 2 : 1, shape);
          in = out;
        }
        if (block < 4) {
          to.add(new MaxPool(prefix + "pool" + block, 2, 2, 0));
        }
      }
      return in;
    }
  },

  /**
   * After GoogLeNet (Szegedy 2015): two convolutions with pooling, then inception blocks of 1×1,
   * 3×3 and 5×5 convolutions and a pooling side by side, joined by channels. Depth is the number of
   * blocks.
   */
  GOOGLENET_SMALL(4, 1, 9) {
    @Override
    int layers(NetworkSpec.Builder to, String prefix, int in, Shape shape) {
      int w = shape.width();
      stem(to, prefix, in, shape);
      unit(to, prefix, "2", w, 2 * w, 3, 1, shape);
      to.add(new MaxPool(prefix + "pool2", 2, 2, 0));
      int channels = 2 * w;
      for (int block = 1; block <= shape.depth(); block++) {
        String name = prefix + "inception" + block;
        String from = to.last();
        unit(to, prefix, block + "_1x1", channels, w, 1, 1, shape);
        String one = to.last();
        unit(to.from(from), prefix, block + "_3x3_reduce", channels, w, 1, 1, shape);
        unit(to, prefix, block + "_3x3", w, 2 * w - 8, 3, 1, shape);
        String three = to.last();
        unit(to.from(from), prefix, block + "_5x5_reduce", channels, 8, 1, 1, shape);
        unit(to, prefix, block + "_5x5", 8, 8, 5, 1, shape);
        String five = to.last();
        to.add(new MaxPool(name + "_pool", 3, 1, 1), from);
        unit(to, prefix, block + "_pool_proj", channels, w, 1, 1, shape);
        to.add(new Concat(name), one, three, five, to.last());
        channels = 4 * w;
      }
      return channels;
    }
  },

  /**
   * After ResNet (He 2016): a convolution with pooling, then residual blocks of two 3×3
   * convolutions and a shortcut, a 1×1 convolution where sizes change. Depth is the number of
   * blocks.
   */
  RESNET_SMALL(4, 1, 16) {
    @Override
    int layers(NetworkSpec.Builder to, String prefix, int in, Shape shape) {
      int w = shape.width();
      stem(to, prefix, in, shape);
      int channels = w;
      for (int block = 1; block <= shape.depth(); block++) {
        // The width grows from w to 4w; the maps are halved where it reaches 2w and 4w.
        int out = (4 * block + shape.depth() - 1) / shape.depth() * w;
        int stride = out > channels && (out == 2 * w || out == 4 * w) ? 2 : 1;
        String id = Integer.toString(block + 1);
        String from = to.last();
        unit(to, prefix, id + "a", channels, out, 3, stride, shape);
        conv(to, prefix, id + "b", out, out, 3, 1, shape);
        String residual = to.last();
        String shortcut = from;
        if (out != channels) {
          conv(to.from(from), prefix, id + "s", channels, out, 1, stride, shape);
          shortcut = to.last();
        }
        to.add(new Add(prefix + "sum" + id), residual, shortcut).add(new Relu(prefix + "res" + id));
        channels = out;
      }
      return channels;
    }
  };

  /**
   * Size of the trunk.
   *
   * @param width channels of the first convolution; a multiple of 8
   * @param depth see the architectures
   * @param batchNorm whether each convolution is followed by batch normalisation
   */
  public record Shape(int width, int depth, boolean batchNorm) {}

  private final int usualDepth;
  private final int leastDepth;
  private final int mostDepth;

  Architecture(int usualDepth, int leastDepth, int mostDepth) {
    this.usualDepth = usualDepth;
    this.leastDepth = leastDepth;
    this.mostDepth = mostDepth;
  }

  /** Adds the trunk behind the builder's last step; returns its number of channels. */
  abstract int layers(NetworkSpec.Builder to, String prefix, int in, Shape shape);

  /**
   * The architecture of a name as people type it.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Architecture of(String name) {
    for (Architecture architecture : values()) {
      if (architecture.typed().equals(name)) {
        return architecture;
      }
    }
    throw new IllegalArgumentException(
        "unknown architecture \""
            + name
            + "\": "
            + Stream.of(values()).map(Architecture::typed).collect(Collectors.joining(", ")));
  }

  /** Its name as people type it. */
  public String typed() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The depth it has unless told otherwise. */
  public int usualDepth() {
    return usualDepth;
  }

  /**
   * Adds the trunk, input to last maps, behind the builder's last step.
   *
   * @param prefix of all names of steps
   * @param in channels it takes
   * @return channels of the last maps
   * @throws IllegalArgumentException when the shape cannot be
   */
  public int trunk(NetworkSpec.Builder to, String prefix, int in, Shape shape) {
    if (shape.width() < 1 || shape.width() > 512) {
      throw new IllegalArgumentException("width " + shape.width() + ": 1 to 512");
    }
    if (this == GOOGLENET_SMALL && shape.width() < 8) {
      throw new IllegalArgumentException("width " + shape.width() + ": " + typed() + " needs 8");
    }
    if (shape.depth() < leastDepth || shape.depth() > mostDepth) {
      throw new IllegalArgumentException(
          "depth " + shape.depth() + ": " + leastDepth + " to " + mostDepth + " for " + typed());
    }
    return layers(to, prefix, in, shape);
  }

  /** A 5×5 convolution with stride 2 and a pooling. */
  private static void stem(NetworkSpec.Builder to, String prefix, int in, Shape shape) {
    unit(to, prefix, "1", in, shape.width(), 5, 2, shape);
    to.add(new MaxPool(prefix + "pool1", 2, 2, 0));
  }

  /** Convolution, normalisation if wished, ReLU: conv…, bn…, relu…. */
  private static void unit(
      NetworkSpec.Builder to,
      String prefix,
      String id,
      int in,
      int out,
      int kernel,
      int stride,
      Shape shape) {
    conv(to, prefix, id, in, out, kernel, stride, shape);
    to.add(new Relu(prefix + "relu" + id));
  }

  private static void conv(
      NetworkSpec.Builder to,
      String prefix,
      String id,
      int in,
      int out,
      int kernel,
      int stride,
      Shape shape) {
    to.add(new Conv(prefix + "conv" + id, in, out, kernel, stride, kernel / 2));
    if (shape.batchNorm()) {
      to.add(new Norm(prefix + "bn" + id, out));
    }
  }

  /** How a trunk's maps become a classifier's values. */
  public enum Head {
    /** Mean over all places, dropout, one linear layer. */
    GAP {
      @Override
      void add(NetworkSpec.Builder to, int channels, int side, int classes, double dropout) {
        to.add(new GlobalMean("mean"));
        if (dropout > 0) {
          to.add(new Dropout("drop", dropout));
        }
        to.add(new Linear("fc", channels, classes));
      }
    },
    /**
     * All places, two hidden layers of 256 units with ReLU and dropout each, one linear layer, as
     * in AlexNet and VGG (the paper's NoDropout leaves these two out).
     */
    FC {
      @Override
      void add(NetworkSpec.Builder to, int channels, int side, int classes, double dropout) {
        to.add(new Flatten("flat"));
        int in = channels * side * side;
        for (int i = 6; i <= 7; i++) {
          to.add(new Linear("fc" + i, in, HIDDEN)).add(new Relu("relu_fc" + i));
          if (dropout > 0) {
            to.add(new Dropout("drop" + i, dropout));
          }
          in = HIDDEN;
        }
        to.add(new Linear("fc8", in, classes));
      }
    };

    private static final int HIDDEN = 256;

    abstract void add(NetworkSpec.Builder to, int channels, int side, int classes, double dropout);

    /**
     * The head of a name in lower case.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Head of(String name) {
      for (Head head : values()) {
        if (head.typed().equals(name)) {
          return head;
        }
      }
      throw new IllegalArgumentException("unknown head \"" + name + "\": gap or fc");
    }

    /** Its name as people type it. */
    public String typed() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A classifier of one image.
   *
   * @param size pixels a side, 32 to 1024
   * @throws IllegalArgumentException when it cannot be
   */
  public NetworkSpec classifier(int size, int classes, Shape shape, Head head, double dropout) {
    checkSize(size);
    checkDropout(dropout);
    if (classes < 2) {
      throw new IllegalArgumentException("a classifier needs at least 2 classes, not " + classes);
    }
    NetworkSpec.Builder to = new NetworkSpec.Builder();
    int channels = trunk(to, "", 3, shape);
    head.add(to, channels, to.build(size).output().side(), classes, dropout);
    return to.build(size);
  }

  static void checkSize(int size) {
    if (size < 32 || size > 1024) {
      throw new IllegalArgumentException("input size " + size + ": 32 to 1024 pixels");
    }
  }

  static void checkDropout(double dropout) {
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout " + dropout + ": 0 to below 1");
    }
  }
}
