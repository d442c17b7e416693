package org.netdissect.analysis.probes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.BadFileException;
import org.netdissect.base.files.FileKind;
import org.netdissect.base.files.SectionFile;
import org.netdissect.base.files.WholeFile;

/**
 * Features that were extracted before, in files that are named after all that decides them; what is
 * damaged is extracted again.
 */
final class FeatureCache {
  private static final FileKind KIND = new FileKind("NDFEAT", 1);

  private final Path folder;

  FeatureCache(Path folder) {
    this.folder = folder;
  }

  private Path file(String key) {
    return folder.resolve(key + ".bin");
  }

  /**
   * The features of that key, by image; null for images that cannot be read.
   *
   * @return null if they are not there
   */
  float @Nullable [] @Nullable [] read(String key, int images, int size) throws IOException {
    if (!Files.isRegularFile(file(key))) {
      return null;
    }
    float[][] features = new float[images][];
    try (SectionFile file = SectionFile.open(file(key), KIND, images)) {
      for (int i = 0; i < images; i++) {
        ByteBuffer section = file.read(i).order(ByteOrder.LITTLE_ENDIAN);
        if (section.remaining() == 4 * size) {
          features[i] = new float[size];
          section.asFloatBuffer().get(features[i]);
        } else if (section.hasRemaining()) {
          return null;
        }
      }
      return features;
    } catch (BadFileException e) {
      return null;
    }
  }

  void write(String key, float[] @Nullable [] features) throws IOException {
    Files.createDirectories(folder);
    WholeFile.write(
        file(key),
        next -> {
          try (SectionFile.Writer writer = new SectionFile.Writer(next, KIND)) {
            for (float[] one : features) {
              ByteBuffer section =
                  ByteBuffer.allocate(one == null ? 0 : 4 * one.length)
                      .order(ByteOrder.LITTLE_ENDIAN);
              if (one != null) {
                section.asFloatBuffer().put(one);
              }
              writer.add(section);
            }
            writer.finish();
          }
        });
  }
}
