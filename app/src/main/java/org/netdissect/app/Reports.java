package org.netdissect.app;

import java.io.IOException;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.Progress;
import org.netdissect.dissection.Dissection;
import org.netdissect.report.HtmlReport;

/** Writes the report of a result. */
final class Reports {
  private Reports() {}

  static void write(Dissection dissection, ConceptDataset data, Progress progress)
      throws IOException {
    HtmlReport.of(dissection, data).write(dissection.folder().resolve("report"), progress);
  }
}
