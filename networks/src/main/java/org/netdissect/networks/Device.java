package org.netdissect.networks;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a network is computed.
 *
 * @param kind what does it
 * @param number which of its kind, from 0
 */
public record Device(Kind kind, int number) {
  /** Kinds of devices. */
  public enum Kind {
    /** The processor. */
    CPU,
    /** A GPU of NVIDIA; needs the build of ONNX Runtime for it. */
    CUDA
  }

  /** The processor. */
  public static final Device CPU = new Device(Kind.CPU, 0);

  /** The first GPU. */
  public static final Device CUDA = new Device(Kind.CUDA, 0);

  private static final Pattern NUMBERED = Pattern.compile("cuda(?::(\\d{1,3}))?");

  /**
   * Reads {@code cpu}, {@code cuda} or {@code cuda:N}.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static Device parse(String text) {
    Matcher cuda = NUMBERED.matcher(text);
    if (text.equals("cpu")) {
      return CPU;
    }
    if (!cuda.matches()) {
      throw new IllegalArgumentException("device '" + text + "' is not one of cpu, cuda, cuda:N");
    }
    return cuda.group(1) == null ? CUDA : new Device(Kind.CUDA, Integer.parseInt(cuda.group(1)));
  }

  /** How many images a call of a network had best take. */
  public int usualBatch() {
    return kind == Kind.CPU ? 8 : 32;
  }

  /**
   * Has it compute something.
   *
   * @throws ModelException in one line if this copy of the program cannot use it, its libraries are
   *     missing, or there is no such device
   */
  public void require() throws ModelException {
    if (kind != Kind.CPU) {
      Sessions.tryOut(this);
    }
  }

  /** As people write it, for example {@code cpu} or {@code cuda:0}. */
  @Override
  public String toString() {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return kind == Kind.CPU ? name : name + ":" + number;
  }
}
