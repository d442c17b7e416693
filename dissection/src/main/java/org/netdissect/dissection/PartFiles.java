package org.netdissect.dissection;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.netdissect.base.files.Bytes;
import org.netdissect.base.files.SectionFile;
import org.netdissect.base.files.WholeFile;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.ResultFolder;
import org.netdissect.results.values.ValueHistograms;

/**
 * The files of a measurement in parts, in a folder that all processes reach. Whatever stands under
 * its name is whole.
 *
 * @param folder of all parts
 */
record PartFiles(Path folder) {
  /** What a part recorded, and its tallies. */
  Path part(int part) {
    return folder.resolve("part-" + part);
  }

  /** Whether a part is recorded. */
  boolean isRecorded(int part) {
    return Files.exists(part(part).resolve(ResultFolder.CHECKPOINT));
  }

  /** What a part tallied of a group of units. */
  Path group(int part, int layer, int first, int end) {
    return part(part).resolve("layer-" + layer).resolve("group-" + first + "-" + end + ".bin");
  }

  /** What is merged of a layer. */
  Path layer(int layer) throws IOException {
    return Files.createDirectories(folder.resolve("layer-" + layer));
  }

  /** Writes the histograms of all parts. */
  void writeHistograms(int layer, LayerInfo info, ValueHistograms histograms) throws IOException {
    WholeFile.write(
        layer(layer).resolve("histograms.bin"),
        next -> {
          try (SectionFile.Writer writer = new SectionFile.Writer(next, ValueHistograms.KIND)) {
            Bytes section = new Bytes(1 << 12);
            for (int unit = 0; unit < info.units(); unit++) {
              section.clear();
              histograms.encode(unit, section);
              writer.add(section);
            }
            writer.finish();
          }
        });
  }

  /** Reads the histograms of all parts. */
  ValueHistograms readHistograms(int layer, LayerInfo info) throws IOException {
    ValueHistograms histograms = new ValueHistograms(info.units());
    try (SectionFile file =
        SectionFile.open(
            folder.resolve("layer-" + layer).resolve("histograms.bin"),
            ValueHistograms.KIND,
            info.units())) {
      for (int unit = 0; unit < info.units(); unit++) {
        ByteBuffer section = file.read(unit);
        try {
          histograms.decode(unit, section);
        } catch (BufferUnderflowException | IllegalStateException e) {
          throw file.malformed(unit, e);
        }
      }
    }
    return histograms;
  }
}
