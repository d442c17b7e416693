package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Json;
import org.netdissect.base.Text;
import org.netdissect.networks.Layer;
import org.netdissect.networks.Network;
import org.netdissect.networks.ReceptiveField;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect layers}: what can be dissected in a model. */
@Command(
    name = "layers",
    description = "Lists the tensors of a model that can be dissected.",
    mixinStandardHelpOptions = true)
final class LayersCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "MODEL.onnx",
      description = "The network: an ONNX file, or the text of a Caffe net (deploy.prototxt).")
  private Path model;

  @Option(names = "--json", description = "Print JSON for programs.")
  private boolean json;

  @Mixin private ModelOptions modelOptions;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    try (Network network = modelOptions.outline(model, progress)) {
      Output.print(json ? Json.pretty(json(network)) : text(network));
    }
    return 0;
  }

  private static Map<String, Object> json(Network network) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("network", network.name());
    root.put("sha256", network.sha256());
    root.put("inputHeight", network.inputHeight());
    root.put("inputWidth", network.inputWidth());
    root.put("defaultLayer", network.defaultLayer().name());
    List<Object> layers = new ArrayList<>();
    for (Layer layer : network.layers()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", layer.name());
      entry.put("node", network.nodeName(layer));
      entry.put("kind", layer.kind());
      entry.put("channels", layer.channels());
      entry.put("height", layer.height());
      entry.put("width", layer.width());
      entry.put("receptiveField", field(layer.field()));
      network.tokens(layer).ifPresent(tokens -> entry.put("tokens", tokens));
      entry.put("resolvesTo", network.afterActivation(layer).map(Layer::name).orElse(layer.name()));
      layers.add(entry);
    }
    root.put("layers", layers);
    if (!network.remarks().isEmpty()) {
      root.put("remarks", network.remarks());
    }
    return root;
  }

  private static @Nullable Map<String, Object> field(ReceptiveField field) {
    if (!field.isKnown()) {
      return null;
    }
    Map<String, Object> axes = new LinkedHashMap<>();
    axes.put("y", field.y());
    axes.put("x", field.x());
    return axes;
  }

  private static String text(Network network) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"tensor", "kind", "channels × height × width", "receptive field", ""});
    String standard = network.defaultLayer().name();
    for (Layer layer : network.layers()) {
      Optional<Layer> after = network.afterActivation(layer);
      String note =
          after
              .filter(target -> !target.name().equals(layer.name()))
              .map(target -> Text.oneLine("--layers " + layer.name() + " means " + target.name()))
              .orElse("");
      String tokens = network.tokens(layer).map(grid -> "tokens " + grid).orElse("");
      if (!tokens.isEmpty()) {
        note = note.isEmpty() ? tokens : tokens + "; " + note;
      }
      if (layer.name().equals(standard)) {
        note = note.isEmpty() ? "default" : "default; " + note;
      }
      rows.add(
          new String[] {
            Text.oneLine(layer.name()),
            Text.oneLine(layer.kind()),
            layer.channels() + " × " + layer.height() + " × " + layer.width(),
            layer.field().toString(),
            note
          });
    }
    int[] width = new int[4];
    for (String[] row : rows) {
      for (int c = 0; c < width.length; c++) {
        width[c] = Math.max(width[c], row[c].length());
      }
    }
    StringBuilder out = new StringBuilder();
    out.append(Text.oneLine(network.name()))
        .append(": input ")
        .append(network.inputHeight())
        .append('×')
        .append(network.inputWidth())
        .append('\n');
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < width.length; c++) {
        line.append(row[c]).append(" ".repeat(width[c] - row[c].length() + 2));
      }
      out.append(line.append(row[4]).toString().stripTrailing()).append('\n');
    }
    network.remarks().forEach(remark -> out.append(remark).append('\n'));
    return out.toString();
  }
}
