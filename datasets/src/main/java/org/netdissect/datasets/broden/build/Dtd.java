package org.netdissect.datasets.broden.build;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.datasets.reading.Folders;
import org.netdissect.datasets.reading.TextLines;
import org.netdissect.pictures.UnreadableImageException;

/** The Describable Textures Dataset: whole images, each with one texture or several. */
final class Dtd implements BrodenSource {
  private final Path folder;
  private final Path table;
  private final List<String> files = new ArrayList<>();
  private final List<List<Integer>> texturesOf = new ArrayList<>();
  private final List<String> textures = new ArrayList<>();

  /**
   * Reads the list of images.
   *
   * @param folder with {@code images} and {@code labels}
   * @param problems takes rows that cannot be used
   */
  Dtd(Path folder, Problems problems) throws DataException {
    this.folder = folder;
    this.table = folder.resolve(SourceFolders.DTD_TABLE);
    List<List<String>> named = new ArrayList<>();
    SortedSet<String> all = new TreeSet<>();
    Repeats repeats = new Repeats(table, "line");
    int lineNumber = 0;
    for (String line : TextLines.of(table)) {
      lineNumber++;
      if (!line.isBlank()) {
        List<String> words = Arrays.asList(line.strip().split("\\s+"));
        try {
          repeats.check(words.get(0), lineNumber);
          if (words.size() == 1) {
            throw DataException.at(
                table, lineNumber, Text.quoted(words.get(0)) + " has no texture; it is left out");
          }
        } catch (DataException e) {
          problems.add(e);
          continue;
        }
        files.add(words.get(0));
        named.add(words.subList(1, words.size()));
        all.addAll(words.subList(1, words.size()));
      }
    }
    textures.add(LabelNames.NONE);
    textures.addAll(all);
    Map<String, Integer> codes = new HashMap<>();
    for (String texture : all) {
      codes.put(texture, codes.size() + 1);
    }
    for (List<String> names : named) {
      texturesOf.add(names.stream().map(name -> codes.getOrDefault(name, 0)).toList());
    }
  }

  @Override
  public String name() {
    return "dtd";
  }

  @Override
  public String title() {
    return "DTD";
  }

  @Override
  public List<Path> tables() {
    return List.of(table);
  }

  @Override
  public Path list() {
    return table;
  }

  @Override
  public int size() {
    return files.size();
  }

  @Override
  public String file(int image) {
    String name = files.get(image);
    return name.substring(name.lastIndexOf('/') + 1);
  }

  @Override
  public Path photograph(int image) throws UnreadableImageException {
    String complaint = Folders.complaint(files.get(image));
    if (complaint != null) {
      throw new UnreadableImageException(
          Text.oneLine(table.toString()) + " image " + (image + 1) + ": " + complaint);
    }
    return Folders.below(folder.resolve("images"), files.get(image));
  }

  @Override
  public List<Path> labelFiles(int image) {
    return List.of();
  }

  @Override
  public List<String> names(Kind kind, int code) {
    return code == 0 ? List.of() : List.of(textures.get(code));
  }

  @Override
  public List<KindLabels> labels(int image) {
    return List.of(KindLabels.whole(Kind.TEXTURE, texturesOf.get(image)));
  }
}
