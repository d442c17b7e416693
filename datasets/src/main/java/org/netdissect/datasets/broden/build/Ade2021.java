package org.netdissect.datasets.broden.build;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Limits;
import org.netdissect.base.Progress;
import org.netdissect.base.threads.InOrder;
import org.netdissect.pictures.UnreadableImageException;

/**
 * ADE20K as released in 2021, with a json file beside each photograph. Its index, a Python object,
 * is not needed: codes and names are those of the json files.
 */
final class Ade2021 implements BrodenSource {
  private static final int DEEPEST = 12;

  private final Path folder;
  private final List<Path> photographs = new ArrayList<>();

  /** The scene of each image; null where its json file cannot be read. */
  private final List<@Nullable String> sceneOf = new ArrayList<>();

  private final Map<Integer, String> names = new TreeMap<>();
  private final Scenes scenes;
  private final int last;

  /** Reads all json files below a folder. */
  Ade2021(Path folder, int workers, Progress progress) throws IOException {
    this.folder = folder;
    List<Path> files = descriptions(folder);
    try (Progress.Phase phase = progress.phase("Reading descriptions", files.size(), "files")) {
      InOrder.run(
          workers,
          0,
          files.size(),
          "ade20k",
          i -> description(files.get(i)),
          (i, read) -> {
            photographs.add(AdeFiles.beside(files.get(i), ".jpg"));
            sceneOf.add(read.map(AdeDescription::scene).orElse(null));
            read.ifPresent(one -> one.names().forEach(names::putIfAbsent));
            phase.advance(1);
          });
      phase.done();
    }
    scenes = new Scenes(sceneOf.stream().flatMap(Stream::ofNullable).toList());
    last = names.keySet().stream().mapToInt(code -> code).max().orElse(0);
  }

  private static List<Path> descriptions(Path folder) throws IOException {
    try (Stream<Path> below = Files.walk(folder, DEEPEST)) {
      List<Path> files =
          below
              .filter(
                  file ->
                      SourceFolders.isAdeJson(String.valueOf(file.getFileName()))
                          && Files.isRegularFile(file))
              .sorted()
              .limit(Limits.IMAGES + 1L)
              .toList();
      if (files.size() > Limits.IMAGES) {
        throw new DataException("more than " + Limits.IMAGES + " images in " + folder);
      }
      return files;
    } catch (UncheckedIOException e) {
      throw new DataException("cannot list " + folder + ": " + e.getMessage(), e);
    }
  }

  private static Optional<AdeDescription> description(Path file) {
    try {
      return Optional.of(AdeDescription.read(file));
    } catch (UnreadableImageException e) {
      return Optional.empty(); // told when the image is reached
    }
  }

  @Override
  public String name() {
    return "ade20k";
  }

  @Override
  public String title() {
    return "ADE20K of 2021";
  }

  @Override
  public List<Path> tables() {
    return List.of();
  }

  @Override
  public Path list() {
    return folder;
  }

  @Override
  public int size() {
    return photographs.size();
  }

  @Override
  public String file(int image) {
    return String.valueOf(photographs.get(image).getFileName());
  }

  @Override
  public Path photograph(int image) {
    return photographs.get(image);
  }

  @Override
  public List<Path> labelFiles(int image) {
    return AdeFiles.maps(photographs.get(image));
  }

  @Override
  public List<String> names(Kind kind, int code) {
    return switch (kind) {
      case SCENE -> scenes.names(code);
      case OBJECT, PART -> AdeFiles.names(names.getOrDefault(code, LabelNames.NONE));
      default -> List.of();
    };
  }

  @Override
  public boolean isListed(Kind kind, int code) {
    return kind == Kind.SCENE || names.containsKey(code);
  }

  @Override
  public List<KindLabels> labels(int image) throws UnreadableImageException {
    Path photograph = photographs.get(image);
    String scene = sceneOf.get(image);
    if (scene == null) {
      scene = AdeDescription.read(AdeFiles.beside(photograph, ".json")).scene();
    }
    List<KindLabels> labels = new ArrayList<>();
    labels.add(KindLabels.whole(Kind.SCENE, List.of(scenes.code(scene))));
    labels.addAll(AdeFiles.labels(photograph, last, "the json files"));
    return labels;
  }
}
