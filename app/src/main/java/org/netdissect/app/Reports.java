package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.dissection.Dissector;
import org.netdissect.report.page.HtmlReport;
import org.netdissect.results.Dissection;
import org.netdissect.results.ResultFolder;

/** Writes the report of a result. */
final class Reports {
  private Reports() {}

  /**
   * Writes it into the result's folder.
   *
   * @param cache where the compiled data set is; null for the usual places
   */
  static void write(
      Dissection dissection, ConceptDataset data, @Nullable Path cache, Progress progress)
      throws IOException {
    HtmlReport.of(dissection, data)
        .withAtlas(AtlasOptions.defaults().withCache(cache))
        .write(dissection.folder().resolve(ResultFolder.REPORT), progress);
  }

  /**
   * Writes the report of a result anew if it has one, since something was found out about it.
   *
   * @param leave it as it is, and say how to renew it
   */
  static void renew(
      Dissection dissection,
      ConceptDataset data,
      AtlasOptions atlas,
      boolean leave,
      TerminalProgress progress)
      throws IOException {
    Path folder = dissection.folder().resolve(ResultFolder.REPORT);
    if (!HtmlReport.isIn(folder)) {
      return;
    }
    if (leave) {
      progress.say(
          "the report does not show it yet; netdissect report " + dissection.folder() + " does");
      return;
    }
    HtmlReport.of(dissection, data).withAtlas(atlas).write(folder, progress);
    progress.say("report, written anew: " + folder.resolve("index.html"));
  }

  /** Writing it as the last step of a run. */
  static Dissector.Step step(@Nullable Path cache, Progress progress) {
    return new Dissector.Step() {
      @Override
      public void run(Dissection dissection, ConceptDataset data) throws IOException {
        write(dissection, data, cache, progress);
      }

      @Override
      public long estimate(ConceptDataset data, int units, long images) {
        return HtmlReport.estimate(data, units, images);
      }
    };
  }
}
