package org.netdissect.dissection;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.BadFileException;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.results.Dissection;
import org.netdissect.results.ResultFolder;

/**
 * One run of a plan: what is asked for is opened and checked, what an earlier run left is gone on
 * with, and what is left to do is done.
 */
final class DissectionRun {
  private final DissectionPlan plan;
  private final List<Path> results;
  private final RunLog log;

  DissectionRun(DissectionPlan plan) {
    this.plan = plan;
    results = plan.subject().resultFolders(plan.out());
    log = new RunLog(plan.progress());
  }

  List<Dissection> run() throws IOException {
    ResultFolder.check(plan.out(), results, plan.overwrite());
    PartedLabels elsewhere = PartedLabels.of(plan.engine(), log);
    try (Atlas atlas = Atlas.open(plan.data(), plan.atlasOptions(), elsewhere, log)) {
      try {
        return run(atlas);
      } catch (InternalError e) {
        // So Java reports that a file in memory has become shorter.
        if (String.valueOf(e.getMessage()).contains("unsafe memory access")) {
          throw atlas.cut(e);
        }
        throw e;
      }
    }
  }

  private List<Dissection> run(Atlas atlas) throws IOException {
    try (OpenedPlan opened = OpenedPlan.of(plan, atlas, log)) {
      Measurement measurement = opened.measurement(plan, results, log);
      measurement.check();
      try (ResultFolder out =
          ResultFolder.open(plan.out(), results, plan.overwrite(), measurement.inputs(), log)) {
        return finish(out, measurement);
      }
    }
  }

  private List<Dissection> finish(ResultFolder out, Measurement measurement) throws IOException {
    List<Dissection> dissections = out.complete ? standing() : null;
    if (dissections == null) {
      measure(out, measurement);
      dissections = new ArrayList<>();
      for (Path result : results) {
        dissections.add(Dissection.open(result));
      }
    }
    for (Dissection dissection : dissections) {
      for (Dissector.Step step : plan.steps()) {
        step.run(dissection, plan.data());
      }
      log.write(dissection.folder(), plan, out.resumed);
    }
    out.finish();
    return dissections;
  }

  /** Results that a run left before its last steps, or null if one of them is damaged. */
  private @Nullable List<Dissection> standing() throws IOException {
    List<Dissection> standing = new ArrayList<>();
    for (Path result : results) {
      Dissection dissection = ResultFolder.standing(result, log);
      if (dissection == null) {
        return null;
      }
      standing.add(dissection);
    }
    return standing;
  }

  /** Measures; what an earlier run recorded is dropped if it turns out damaged. */
  private void measure(ResultFolder out, Measurement measurement) throws IOException {
    try {
      measurement.run(out.work());
    } catch (BadFileException e) {
      if (!e.isIn(out.work()) && !e.isIn(out.work().toAbsolutePath())) {
        throw e;
      }
      log.warn(e.getMessage() + "; recording anew");
      out.clearWork();
      measurement.run(out.work());
    }
  }
}
