package org.netdissect.dissection;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.netdissect.base.Json;
import org.netdissect.base.Progress;
import org.netdissect.base.files.TypedPath;
import org.netdissect.base.files.WholeFile;

/** Passes on what it is told of a run's progress, and keeps what {@code run.json} tells of it. */
final class RunLog implements Progress {
  /** The address of a file, up to its name. */
  private static final Pattern ADDRESS = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+://\\S*/");

  private final Instant began = Instant.now();
  private final Progress progress;
  private final List<String> messages = new ArrayList<>();

  RunLog(Progress progress) {
    this.progress = progress;
  }

  @Override
  public Phase phase(String name, long total, String unit) {
    return progress.phase(name, total, unit);
  }

  @Override
  public void say(String message) {
    progress.say(message);
  }

  @Override
  public void warn(String message) {
    synchronized (messages) {
      messages.add(message);
    }
    progress.warn(message);
  }

  /**
   * Writes what does not decide a result: when, where, and what was warned of.
   *
   * @param result its folder
   */
  void write(Path result, DissectionPlan plan, boolean resumed) throws IOException {
    Map<String, Object> run = new LinkedHashMap<>();
    Instant ended = Instant.now();
    run.put("began", began.toString());
    run.put("ended", ended.toString());
    run.put("seconds", Duration.between(began, ended).toMillis() / 1000.0);
    run.put("resumed", resumed);
    if (plan.engine() == null) {
      run.put("host", hostName());
    }
    run.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    run.put("workers", plan.workers());
    if (plan.subject().device() != null) {
      run.put("device", plan.subject().device().toString());
    }
    if (TypedPath.isLocal(plan.data().folder())) {
      run.put("data", plan.data().folder().toAbsolutePath().toString());
    }
    run.putAll(plan.notes());
    synchronized (messages) {
      run.put("messages", messages.stream().map(RunLog::withoutAddress).toList());
    }
    WholeFile.text(result.resolve("run.json"), Json.pretty(run));
  }

  /** A cluster's addresses are no part of a result. */
  private static String withoutAddress(String message) {
    return ADDRESS.matcher(message).replaceAll("");
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }
}
