package org.netdissect.datasets.broden.build;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.netdissect.base.Progress;
import org.netdissect.base.files.WholeFile;
import org.netdissect.base.threads.Workers;
import org.netdissect.datasets.broden.BrodenWriter;
import org.netdissect.datasets.reading.Splits;
import org.netdissect.pictures.PngWriter;

/** Writes the masks, and the table of all images. */
final class BrodenMasks {
  private final BuildPlan plan;
  private final DraftFile drafts;
  private final LabelNumbers numbers;
  private final List<Kind> kinds;
  private final BrodenBuild.Options options;
  private final Path folder;

  /**
   * A writer.
   *
   * @param kinds the categories in which labels have stayed, in the order of the columns
   */
  BrodenMasks(
      BuildPlan plan,
      DraftFile drafts,
      LabelNumbers numbers,
      List<Kind> kinds,
      BrodenBuild.Options options,
      Path folder) {
    this.plan = plan;
    this.drafts = drafts;
    this.numbers = numbers;
    this.kinds = kinds;
    this.options = options;
    this.folder = folder;
  }

  void write(Progress progress) throws IOException {
    int[] images = IntStream.range(0, plan.size()).filter(drafts::has).toArray();
    try (Progress.Phase phase = progress.phase("Writing masks", images.length, "images")) {
      Workers.run(
          options.workers(),
          images.length,
          "masks",
          () ->
              n -> {
                writeMasks(images[n]);
                phase.advance(1);
              });
      phase.done();
    }
    WholeFile.write(folder.resolve("index.csv"), next -> writeIndex(next, images));
  }

  private void writeMasks(int image) throws IOException {
    ImageDraft draft = drafts.read(image);
    List<CodeMap> maps = draft.maps(options.side());
    int m = 0;
    for (ImageDraft.Of of : draft.labels()) {
      List<CodeMap> its = maps.subList(m, m + of.maps());
      m += of.maps();
      List<String> names = maskNames(image, of);
      for (int k = 0; k < its.size(); k++) {
        Path file = folder.resolve("images").resolve(names.get(k));
        if (kinds.contains(of.kind())) {
          Files.write(file, png(image, of.kind(), its.get(k)));
        } else {
          Files.deleteIfExists(file); // of a command that was stopped, with other minima
        }
      }
    }
  }

  private byte[] png(int image, Kind kind, CodeMap map) {
    String source = plan.source(image).name();
    byte[] rgb = new byte[3 * map.codes().length];
    int last = 0;
    int number = 0;
    for (int i = 0, at = 0; i < map.codes().length; i++, at += 3) {
      int code = map.codes()[i];
      if (code != last) {
        last = code;
        number = code == 0 ? 0 : numbers.number(new SourceLabel(source, kind, code));
      }
      rgb[at] = (byte) number;
      rgb[at + 1] = (byte) (number >> 8);
    }
    return PngWriter.encode(rgb, map.height(), map.width(), PngWriter.Filter.NONE, 1);
  }

  private List<String> maskNames(int image, ImageDraft.Of of) {
    String base = plan.base(image) + "_" + of.kind().title();
    List<String> names = new ArrayList<>();
    for (int k = 1; k <= of.maps(); k++) {
      names.add(of.form() == KindLabels.Form.LAYERS ? base + "_" + k + ".png" : base + ".png");
    }
    return names;
  }

  /** Rows in the order of their names' hash. */
  private void writeIndex(Path file, int[] images) throws IOException {
    record Row(int image, String name, long hash) {}
    List<Row> rows = new ArrayList<>();
    for (int image : images) {
      String name = plan.name(image);
      rows.add(new Row(image, name, Splits.hash(name)));
    }
    rows.sort(
        Comparator.<Row>comparingLong(row -> row.hash ^ Long.MIN_VALUE).thenComparing(Row::name));
    try (CsvWriter out = BrodenTables.csv(file)) {
      List<String> header = new ArrayList<>(BrodenWriter.COLUMNS);
      kinds.forEach(kind -> header.add(kind.title()));
      out.writeRecord(header);
      String size = Integer.toString(options.size());
      String side = Integer.toString(options.side());
      for (Row row : rows) {
        List<String> line =
            new ArrayList<>(List.of(row.name, Splits.ofHash(row.hash), size, size, side, side));
        ImageDraft draft = drafts.read(row.image);
        kinds.forEach(kind -> line.add(cell(row.image, draft, kind)));
        out.writeRecord(line);
      }
    }
  }

  private String cell(int image, ImageDraft draft, Kind kind) {
    List<String> parts = new ArrayList<>();
    for (ImageDraft.Of of : draft.labels()) {
      if (of.kind() == kind) {
        for (int code : of.whole()) {
          if (code != 0) {
            // A label that was dropped stays as "0".
            String source = plan.source(image).name();
            int number = numbers.number(new SourceLabel(source, kind, code));
            parts.add(Integer.toString(number));
          }
        }
        parts.addAll(maskNames(image, of));
      }
    }
    return String.join(";", parts);
  }
}
