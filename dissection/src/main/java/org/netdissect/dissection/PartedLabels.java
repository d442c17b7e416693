package org.netdissect.dissection;

import java.io.IOException;
import java.nio.file.Files;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.DiskSpace;
import org.netdissect.base.Progress;
import org.netdissect.concepts.atlas.AtlasEngine;
import org.netdissect.concepts.atlas.AtlasRange;

/** Has labels compiled by the processes of an engine. */
final class PartedLabels implements AtlasEngine {
  /** System property; fewer images are compiled where the command is. */
  static final String LEAST = "netdissect.leastLabels";

  /** So many images are compiled in about the time that tasks take to begin and end. */
  private static final int USUAL_LEAST = 500;

  /** Images of a part at most: so much work is done again where a process is lost. */
  private static final int MOST = 2000;

  private final PartEngine engine;
  private final Progress progress;

  private PartedLabels(PartEngine engine, Progress progress) {
    this.engine = engine;
    this.progress = progress;
  }

  /** Of an engine; null where there is none. */
  static @Nullable PartedLabels of(@Nullable PartEngine engine, Progress progress) {
    return engine == null ? null : new PartedLabels(engine, progress);
  }

  @Override
  public int parts(int images) {
    return images < Integer.getInteger(LEAST, USUAL_LEAST)
        ? 0
        : Math.max(engine.parts(), (images + MOST - 1) / MOST);
  }

  @Override
  public void compile(List<AtlasRange> ranges, LongConsumer told) throws IOException {
    Compiled compiled = new Compiled(ranges, told);
    engine.run(
        "compile labels", ranges.stream().map(PartTasks.CompileLabels::new).toList(), compiled);
    progress.say(
        ranges.size()
            + " parts of the labels compiled; moved between processes: "
            + DiskSpace.text(compiled.moved));
  }

  /** Takes what came of ranges. */
  private static final class Compiled implements PartEngine.Listener<PartTasks.Compiled> {
    private final List<AtlasRange> ranges;
    private final Told told;
    private final BitSet ended = new BitSet();
    private int failed = Integer.MAX_VALUE;
    private @Nullable String failure;

    /** Written by whoever compiled it, and then read here. */
    private long moved;

    Compiled(List<AtlasRange> ranges, LongConsumer told) {
      this.ranges = ranges;
      this.told = new Told(ranges.size(), told);
    }

    @Override
    public void done(int task, PartTasks.Compiled found) throws IOException {
      ended.set(task);
      if (found.failure() != null && task < failed) {
        failed = task;
        failure = found.failure();
      }
      // Of several failures the first one counts, as where all are compiled in their order.
      if (failed < ended.nextClearBit(0)) {
        throw new DataException(String.valueOf(failure));
      }
      AtlasRange range = ranges.get(task);
      moved += found.isReached() ? 2 * Files.size(range.file()) : 0;
      told.of(task, range.images());
    }

    @Override
    public void underWay(int task, long images) {
      told.of(task, Math.min(images, ranges.get(task).images()));
    }
  }
}
