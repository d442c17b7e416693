package org.netdissect.bench;

import java.nio.file.Path;

/**
 * Compares a run with five layers of ResNet-18 with a run with the last of them alone, or a run
 * with fifteen views of a layer with a run of the layer alone.
 *
 * <p>Usage: {@code layers DATA [what=layers|views] [rounds=3] [repeat=1] [folder=DIR]}.
 */
public final class LayersTogether {
  private LayersTogether() {}

  /** See the class. */
  public static void main(String[] arguments) throws Exception {
    int rounds = 3;
    int repeat = 1;
    String what = "layers";
    Path folder = Path.of(System.getProperty("java.io.tmpdir"), "netdissect-bench");
    for (int i = 1; i < arguments.length; i++) {
      String value = arguments[i].substring(arguments[i].indexOf('=') + 1);
      switch (arguments[i].substring(0, arguments[i].length() - value.length())) {
        case "what=" -> what = value;
        case "rounds=" -> rounds = Integer.parseInt(value);
        case "repeat=" -> repeat = Integer.parseInt(value);
        case "folder=" -> folder = Path.of(value);
        default -> throw new IllegalArgumentException(arguments[i]);
      }
    }
    WholeProcess processes = new WholeProcess(folder);
    if (what.equals("views")) {
      processes.compareViews(Path.of(arguments[0]), repeat, rounds);
    } else {
      processes.compareLayers(Path.of(arguments[0]), repeat, rounds);
    }
  }
}
