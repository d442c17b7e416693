package org.netdissect.bench;

import java.nio.file.Path;

/**
 * Compares a run with five layers of ResNet-18 with a run with the last of them alone, or a run
 * with fifteen views of a layer with a run of the layer alone; or fits principal components to a
 * layer of many channels.
 *
 * <p>Usage: {@code layers DATA [what=layers|views|pca] [rounds=3] [repeat=1] [channels=2048]
 * [folder=DIR]}.
 */
public final class LayersTogether {
  private LayersTogether() {}

  /** See the class. */
  public static void main(String[] arguments) throws Exception {
    int rounds = 3;
    int repeat = 1;
    int channels = 2048;
    String what = "layers";
    Path folder = Path.of(System.getProperty("java.io.tmpdir"), "netdissect-bench");
    for (int i = 1; i < arguments.length; i++) {
      String value = arguments[i].substring(arguments[i].indexOf('=') + 1);
      switch (arguments[i].substring(0, arguments[i].length() - value.length())) {
        case "what=" -> what = value;
        case "rounds=" -> rounds = Integer.parseInt(value);
        case "channels=" -> channels = Integer.parseInt(value);
        case "repeat=" -> repeat = Integer.parseInt(value);
        case "folder=" -> folder = Path.of(value);
        default -> throw new IllegalArgumentException(arguments[i]);
      }
    }
    WholeProcess processes = new WholeProcess(folder);
    if (what.equals("views")) {
      processes.compareViews(Path.of(arguments[0]), repeat, rounds);
    } else if (what.equals("pca")) {
      processes.fit(Path.of(arguments[0]), channels);
    } else {
      processes.compareLayers(Path.of(arguments[0]), repeat, rounds);
    }
  }
}
