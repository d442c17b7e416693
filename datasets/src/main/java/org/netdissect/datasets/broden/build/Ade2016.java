package org.netdissect.datasets.broden.build;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.datasets.reading.Folders;
import org.netdissect.pictures.UnreadableImageException;

/** ADE20K as released in 2016, with its index in a MATLAB file. */
final class Ade2016 implements BrodenSource {
  private static final long MOST_MEMORY = 1L << 28;

  private final Path folder;
  private final Path index;
  private final List<String> files;
  private final List<String> folders;
  private final List<String> sceneOf;
  private final List<String> objects;
  private final Scenes scenes;

  /** The row of each image in the index. */
  private final int[] images;

  /**
   * Reads the index.
   *
   * @param folder that holds it
   * @param problems takes images that it names twice
   */
  Ade2016(Path folder, Path index, Problems problems) throws DataException {
    this.folder = folder;
    this.index = index;
    MatlabValue all =
        MatlabValue.read(
            index, "index", Set.of("filename", "folder", "scene", "objectnames"), MOST_MEMORY);
    files = all.field("filename").texts();
    folders = all.field("folder").texts();
    sceneOf = all.field("scene").texts();
    objects = all.field("objectnames").texts();
    if (files.size() != folders.size() || files.size() != sceneOf.size()) {
      throw new DataException(
          Text.oneLine(index.toString())
              + " names "
              + files.size()
              + " files, "
              + folders.size()
              + " folders and "
              + sceneOf.size()
              + " scenes, which should be as many; fetch it again");
    }
    if (objects.isEmpty()) {
      throw new DataException(Text.oneLine(index.toString()) + " names no object; fetch it again");
    }
    scenes = new Scenes(sceneOf);
    images = withoutRepeats(problems);
  }

  /** The rows that name an image for the first time. */
  private int[] withoutRepeats(Problems problems) throws DataException {
    Repeats repeats = new Repeats(index, "image");
    List<Integer> rows = new ArrayList<>();
    for (int row = 0; row < files.size(); row++) {
      try {
        repeats.check(folders.get(row) + "/" + files.get(row), row + 1);
        rows.add(row);
      } catch (DataException e) {
        problems.add(e);
      }
    }
    return rows.stream().mapToInt(row -> row).toArray();
  }

  @Override
  public String name() {
    return "ade20k";
  }

  @Override
  public String title() {
    return "ADE20K of 2016";
  }

  @Override
  public List<Path> tables() {
    return List.of(index);
  }

  @Override
  public Path list() {
    return index;
  }

  @Override
  public int size() {
    return images.length;
  }

  @Override
  public String file(int image) {
    return files.get(images[image]);
  }

  @Override
  public Path photograph(int image) throws UnreadableImageException {
    int row = images[image];
    String in = folders.get(row).replace('\\', '/');
    // The index says where the folder of the release lies; it may lie elsewhere by now.
    String below = in.replaceFirst("^(?i:ADE20K_[^/]*)/", "");
    String name = below + "/" + files.get(row);
    String complaint = Folders.complaint(name);
    if (complaint == null && files.get(row).contains("/")) {
      complaint = "a folder in file name " + Text.quoted(files.get(row));
    }
    if (complaint != null) {
      throw new UnreadableImageException(
          Text.oneLine(index.toString()) + " image " + (row + 1) + ": " + complaint);
    }
    return Folders.below(folder, name);
  }

  @Override
  public List<Path> labelFiles(int image) throws UnreadableImageException {
    return AdeFiles.maps(photograph(image));
  }

  @Override
  public List<String> names(Kind kind, int code) {
    return switch (kind) {
      case SCENE -> scenes.names(code);
      case OBJECT, PART -> AdeFiles.names(objects.get(code - 1));
      default -> List.of();
    };
  }

  @Override
  public List<KindLabels> labels(int image) throws UnreadableImageException {
    List<KindLabels> labels = new ArrayList<>();
    labels.add(KindLabels.whole(Kind.SCENE, List.of(scenes.code(sceneOf.get(images[image])))));
    labels.addAll(
        AdeFiles.labels(
            photograph(image), objects.size(), Text.oneLine(String.valueOf(index.getFileName()))));
    return labels;
  }
}
