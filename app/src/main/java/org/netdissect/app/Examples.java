package org.netdissect.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What --help shows of the use of each command. */
final class Examples {
  private static final Map<String, List<String>> OF =
      Map.ofEntries(
          Map.entry(
              "netdissect",
              List.of(
                  "netdissect demo",
                  "netdissect run MODEL.onnx --data BRODEN --out OUT",
                  "source <(netdissect generate-completion)      completes names in bash and zsh")),
          Map.entry(
              "run",
              List.of(
                  "netdissect run resnet18.onnx --data BRODEN --out OUT",
                  "netdissect run vgg.onnx --preprocess caffe --layers 'conv5*' --data BRODEN --out OUT",
                  "netdissect run a.onnx b.onnx --data COCO --data VOC --out BOTH",
                  "netdissect run --activations conv5=maps.npy --images list.txt --data BRODEN --out OUT")),
          Map.entry("layers", List.of("netdissect layers MODEL.onnx")),
          Map.entry("check", List.of("netdissect check MODEL.onnx --data PHOTOGRAPHS")),
          Map.entry(
              "basis",
              List.of(
                  "netdissect basis fit MODEL.onnx --data BRODEN --kind pca --out pca.npy",
                  "netdissect basis fit MODEL.onnx --data BRODEN --kind dictionary --components 2048 --out dictionary.npy",
                  "netdissect basis check MODEL.onnx --data BRODEN --basis rotation:seed=1")),
          Map.entry(
              "basis fit",
              List.of(
                  "netdissect basis fit MODEL.onnx --layer conv5 --data BRODEN --kind nmf --components 32 --out parts.npy",
                  "netdissect run MODEL.onnx --layers conv5 --data BRODEN --basis matrix:parts.npy --out OUT")),
          Map.entry(
              "basis check",
              List.of(
                  "netdissect basis check MODEL.onnx --data BRODEN --basis 'rotation:seeds=1,2,3;alphas=1'",
                  "netdissect basis check MODEL.onnx --images PHOTOS --limit 50 --basis 'matrix:pca.npy;bias=pca.bias.npy'")),
          Map.entry(
              "probe",
              List.of(
                  "netdissect probe MODEL.onnx --data ACTIONS/train --test ACTIONS/test",
                  "netdissect probe A.onnx B.onnx --data SCENES --result OUT-A --result OUT-B",
                  "netdissect compare OUT-A OUT-B --accuracy --out COMPARED")),
          Map.entry(
              "show",
              List.of(
                  "netdissect show OUT",
                  "netdissect show OUT --iou 0.1 --json",
                  "netdissect show OUT --sparsity")),
          Map.entry("report", List.of("netdissect report OUT --data BRODEN")),
          Map.entry(
              "compare",
              List.of(
                  "netdissect compare OUT1 OUT2 --out COMPARED --with-published",
                  "netdissect compare IT1 IT10 IT100 --out COMPARED --axis iteration=1,10,100",
                  "netdissect compare OUT1 OUT2 --out COMPARED --curves threshold")),
          Map.entry(
              "figure",
              List.of(
                  "netdissect figure OUT                        lists the kinds",
                  "netdissect figure OUT --kind detectors --out detectors.svg",
                  "netdissect figure OUT --kind units --units 1,2 --data BRODEN --out units.png")),
          Map.entry(
              "randomize",
              List.of(
                  "netdissect randomize MODEL.onnx --seed 1 --out RANDOM.onnx",
                  "netdissect randomize MODEL.onnx --how shuffle --data PHOTOS --out RANDOM.onnx")),
          Map.entry(
              "rate",
              List.of(
                  "netdissect rate OUT --units 50 --raters 3 --out SHEETS",
                  "netdissect rate OUT --phrases GROUND-TRUTH.csv --raters 6 --out SHEETS",
                  "netdissect rate --read answers-*.json --out TABLE.csv")),
          Map.entry(
              "study",
              List.of(
                  "netdissect study studies/five-minutes.yaml --dry-run",
                  "netdissect study STUDY.yaml --out OUT --curves threshold")),
          Map.entry("export", List.of("netdissect export OUT --format arrow --out TABLES")),
          Map.entry("import", List.of("netdissect import conv5-result.csv --out OUT")),
          Map.entry(
              "data",
              List.of(
                  "netdissect data fetch broden1_224",
                  "netdissect data info DIR",
                  "netdissect data browse DIR --out PAGE")),
          Map.entry("demo", List.of("netdissect demo", "netdissect demo --out DEMO --images 500")));

  private Examples() {}

  /** Lines to print below the options; none for a command that needs none. */
  static List<String> of(String qualified) {
    String command = qualified.replaceFirst("^netdissect ", "");
    List<String> lines = new ArrayList<>();
    if (OF.containsKey(command)) {
      lines.add("");
      lines.add("Examples:");
      OF.get(command).forEach(example -> lines.add("  " + example));
    }
    return lines;
  }
}
