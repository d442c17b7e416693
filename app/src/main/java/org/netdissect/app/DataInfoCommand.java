package org.netdissect.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.datasets.Datasets;
import org.netdissect.datasets.check.DatasetInfo;
import org.netdissect.datasets.check.UnreadablePhotographs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** {@code netdissect data info}: what is in a data set. */
@Command(
    name = "info",
    description = "Tells what is in a data set.",
    mixinStandardHelpOptions = true)
final class DataInfoCommand implements Callable<Integer> {
  private static final int MOST_SIZES = 4;
  private static final int MOST_NAMED = 5;

  @Parameters(
      arity = "1..*",
      paramLabel = "DIR",
      description = "The folder of the data set; several are joined.")
  private List<Path> data;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(
      names = "--top",
      paramLabel = "N",
      description = "Concepts listed a category, the most frequent. Default: ${DEFAULT-VALUE}.")
  private int top = 5;

  @Mixin private DataOptions dataOptions;
  @Mixin private DataCommand.AtlasMixin atlasOptions;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet || json);
    DatasetInfo info;
    String fingerprint;
    ConceptDataset from = dataOptions.open(data, 0, 0, progress);
    SortedMap<Integer, String> unreadable = UnreadablePhotographs.of(from, progress);
    unreadable.values().stream().limit(MOST_NAMED).forEach(progress::warn);
    if (unreadable.size() > MOST_NAMED) {
      progress.warn("and " + (unreadable.size() - MOST_NAMED) + " more such photographs");
    }
    try (Atlas atlas = Atlas.open(from, atlasOptions.options(), progress)) {
      info = DatasetInfo.of(atlas, unreadable.keySet());
      fingerprint = atlas.fingerprint();
    }
    if (json) {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("name", info.name());
      all.put("fingerprint", fingerprint);
      all.put("images", info.images());
      all.put("unreadable", info.unreadable());
      all.put("splits", info.splits());
      all.put("photoSizes", info.photoSizes());
      all.put("maskSizes", info.maskSizes());
      all.put("regions", info.regions());
      List<Map<String, Object>> categories = new ArrayList<>();
      for (DatasetInfo.OfCategory category : info.categories()) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("name", category.name());
        one.put("concepts", category.concepts());
        one.put("images", category.images());
        one.put("labels", category.labels());
        categories.add(one);
      }
      all.put("categories", categories);
      Output.line(
          JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(all));
    } else {
      StringWriter text = new StringWriter();
      print(info, fingerprint, new PrintWriter(text));
      Output.print(text.toString());
    }
    return 0;
  }

  private void print(DatasetInfo info, String fingerprint, PrintWriter out) throws IOException {
    out.println(info.name());
    boolean isBroden = false;
    for (Path folder : data) {
      Datasets.Recognised found = dataOptions.recognise(folder);
      isBroden |= found.format().equals("broden");
      out.println("  format       " + found.format() + ", " + found.folder());
    }
    out.println(
        "  images       "
            + info.images()
            + (info.unreadable() > 0 ? " (" + info.unreadable() + " unreadable)" : ""));
    out.println("  splits       " + list(info.splits()));
    out.println("  photographs  " + list(info.photoSizes()));
    out.println("  masks        " + list(info.maskSizes()));
    int readable = info.images() - info.unreadable();
    out.printf(
        Locale.ROOT,
        "  regions      %d, %.1f an image, at most %d%n",
        info.regions(),
        readable == 0 ? 0.0 : (double) info.regions() / readable,
        info.mostRegions());
    out.println("  fingerprint  " + fingerprint);
    out.println();
    out.printf("  %-24s %8s %8s %9s%n", "", "concepts", "images", "coverage");
    for (DatasetInfo.OfCategory category : info.categories()) {
      List<DatasetInfo.OfConcept> labels = category.labels();
      out.printf(
          Locale.ROOT,
          "  %-24s %8d %8d %9.2f%n",
          Failures.oneLine(category.name()),
          category.concepts(),
          category.images(),
          labels.stream().mapToDouble(DatasetInfo.OfConcept::coverage).sum());
      int listed = Math.min(Math.max(0, top), labels.size());
      for (DatasetInfo.OfConcept label : labels.subList(0, listed)) {
        out.printf(
            Locale.ROOT,
            "    %-31s %8d %9.2f%n",
            Failures.oneLine(label.name()),
            label.images(),
            label.coverage());
      }
      if (listed > 0 && listed < labels.size()) {
        out.println("    and " + (labels.size() - listed) + " more (--top N)");
      }
    }
    out.println();
    out.println(
        "  images: how many hold it in their masks as they are read; coverage: its pixels, in whole"
            + " images");
    if (isBroden) {
      out.println(
          "  label.csv counts labels before masks were made smaller, which loses small ones: its"
              + " numbers can be higher");
    }
    if (info.unreadable() > 0) {
      out.println("  \"netdissect data verify\" tells what is wrong with the unreadable images");
    }
  }

  /** The most frequent of a list of counts. */
  private static String list(Map<String, Integer> counts) {
    List<Map.Entry<String, Integer>> sorted = new ArrayList<>(counts.entrySet());
    sorted.sort(
        Map.Entry.<String, Integer>comparingByValue()
            .reversed()
            .thenComparing(Map.Entry.comparingByKey()));
    List<String> texts = new ArrayList<>();
    for (Map.Entry<String, Integer> e : sorted.subList(0, Math.min(MOST_SIZES, sorted.size()))) {
      texts.add((e.getKey().isEmpty() ? "none" : e.getKey()) + " (" + e.getValue() + ")");
    }
    if (sorted.size() > MOST_SIZES) {
      texts.add(sorted.size() - MOST_SIZES + " more");
    }
    return String.join(", ", texts);
  }
}
