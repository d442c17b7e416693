package org.netdissect.datasets.broden.build;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.DataException;
import org.netdissect.base.Digests;
import org.netdissect.base.Limits;
import org.netdissect.datasets.broden.FreeNames;
import org.netdissect.datasets.reading.ColorNames;

/** All images of all sources, numbered through, each with its name in the data set. */
final class BuildPlan {
  private static final String FORMAT = "netdissect broden drafts 1";
  private static final String ENDING = ".jpg";

  private final List<BrodenSource> sources;

  /** The number of each source's first image, and of all. */
  private final int[] first;

  private final List<String> names = new ArrayList<>();

  BuildPlan(List<BrodenSource> sources) throws DataException {
    this.sources = List.copyOf(sources);
    this.first = new int[sources.size() + 1];
    FreeNames taken = new FreeNames();
    for (int s = 0; s < sources.size(); s++) {
      BrodenSource source = sources.get(s);
      first[s + 1] = first[s] + source.size();
      if (first[s + 1] < 0 || first[s + 1] > Limits.IMAGES) {
        throw new DataException("more than " + Limits.IMAGES + " images");
      }
      for (int i = 0; i < source.size(); i++) {
        names.add(free(source.name() + "/" + source.file(i), taken));
      }
    }
  }

  /** As the original, which puts a number behind a name that is taken. */
  private static String free(String wanted, FreeNames taken) {
    String plain = FreeNames.plain(wanted);
    String base =
        plain.endsWith(ENDING) ? plain.substring(0, plain.length() - ENDING.length()) : plain;
    String name = base + ENDING;
    for (int n = 2; !taken.take(name); n++) {
      name = base + n + ENDING;
    }
    return name;
  }

  List<BrodenSource> sources() {
    return sources;
  }

  /** How many images. */
  int size() {
    return names.size();
  }

  /** The name of an image: "ade20k/ADE_train_00000001.jpg". */
  String name(int image) {
    return names.get(image);
  }

  /** The name of an image without its ending, which masks have before their category. */
  String base(int image) {
    String name = names.get(image);
    return name.substring(0, name.length() - ENDING.length());
  }

  private int sourceNumber(int image) {
    int s = 0;
    while (image >= first[s + 1]) {
      s++;
    }
    return s;
  }

  /** The source that an image is of. */
  BrodenSource source(int image) {
    return sources.get(sourceNumber(image));
  }

  /** The image's number in its source. */
  int inSource(int image) {
    return image - first[sourceNumber(image)];
  }

  /** The names that a source gives to a label. */
  List<String> namesOf(SourceLabel label) {
    if (label.kind() == Kind.COLOR) {
      return List.of(ColorNames.NAMES.get(label.code() - 1) + "-c");
    }
    for (BrodenSource source : sources) {
      if (source.name().equals(label.source())) {
        return source.names(label.kind(), label.code()).stream()
            .map(name -> name.replaceAll("\\p{Cntrl}", " "))
            .toList();
      }
    }
    throw new IllegalArgumentException("no source for " + label);
  }

  /** A digest of all that drafts depend on. */
  byte[] key(BrodenBuild.Options options, ColorNames colours) throws IOException {
    MessageDigest digest = Digests.sha256();
    take(digest, FORMAT);
    take(digest, options.size() + " " + options.compat() + " " + colours.key());
    for (BrodenSource source : sources) {
      take(digest, source.title());
      for (Path table : source.tables()) {
        take(digest, Digests.sha256Hex(table));
      }
    }
    names.forEach(name -> take(digest, name));
    return digest.digest();
  }

  private static void take(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }
}
