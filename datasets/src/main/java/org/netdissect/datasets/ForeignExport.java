package org.netdissect.datasets;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Annotations of programs whose own files are not read, recognised by the beginning of a file, so
 * that a folder with them is refused by name.
 */
final class ForeignExport {
  private static final int DEPTH = 3;
  private static final int MOST_FILES = 20;
  private static final int BEGINNING = 1 << 16;

  /** Words that stand near the beginning of a program's files, all of them. */
  private record Sign(String program, List<String> words) {}

  private static final List<Sign> SIGNS =
      List.of(
          new Sign("VGG Image Annotator", List.of("\"shape_attributes\"", "\"region_attributes\"")),
          new Sign("Label Studio", List.of("\"annotations\"", "\"result\"", "\"data\"")),
          new Sign("Supervisely", List.of("\"classTitle\"", "\"geometryType\"")),
          new Sign("Datumaro", List.of("\"categories\"", "\"items\"", "\"annotations\"")),
          new Sign("Labelbox", List.of("\"data_row\"", "\"projects\"")),
          new Sign("SuperAnnotate", List.of("\"className\"", "\"instances\"")),
          new Sign("V7 Darwin", List.of("\"bounding_box\"", "\"annotations\"", "\"item\"")),
          new Sign("BDD100K", List.of("\"poly2d\"", "\"category\"")));

  private ForeignExport() {}

  /** The program whose annotations a folder holds, or null if it is none that is known. */
  static @Nullable String in(Path folder) {
    try (Stream<Path> files = Files.walk(folder, DEPTH)) {
      return files
          .filter(ForeignExport::isJson)
          .limit(MOST_FILES)
          .map(ForeignExport::program)
          .filter(program -> program != null)
          .findFirst()
          .orElse(null);
    } catch (IOException | UncheckedIOException e) {
      // What cannot be read cannot be recognised.
      return null;
    }
  }

  /** A table (CSV) in a folder or below it, which may name photographs and classes; or null. */
  static @Nullable String table(Path folder) {
    try (Stream<Path> files = Files.walk(folder, DEPTH)) {
      return files
          .filter(file -> file.toString().toLowerCase(Locale.ROOT).endsWith(".csv"))
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .min(Comparator.naturalOrder())
          .orElse(null);
    } catch (IOException | UncheckedIOException e) {
      return null;
    }
  }

  private static boolean isJson(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return (name.endsWith(".json") || name.endsWith(".ndjson")) && Files.isRegularFile(file);
  }

  private static @Nullable String program(Path file) {
    String text;
    try (InputStream in = Files.newInputStream(file)) {
      text = new String(in.readNBytes(BEGINNING), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return null;
    }
    return SIGNS.stream()
        .filter(sign -> sign.words().stream().allMatch(text::contains))
        .map(Sign::program)
        .findFirst()
        .orElse(null);
  }
}
