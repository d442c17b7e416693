package org.netdissect.base.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Progress;

class WorkMarkTest {
  private static final WorkMark.Pace PACE =
      new WorkMark.Pace(Duration.ofMillis(50), Duration.ofSeconds(2));

  @TempDir Path folder;

  private WorkMark take(Progress progress) throws IOException {
    return WorkMark.take(folder.resolve("lock"), folder, progress, PACE);
  }

  @Test
  void oneAtATimeAndNothingStays() throws IOException {
    try (WorkMark first = take(Progress.NONE)) {
      assertNotNull(first);
      assertNull(take(Progress.NONE));
      assertTrue(Files.exists(folder.resolve("lock")));
    }
    assertFalse(Files.exists(folder.resolve("lock")));
    try (WorkMark next = take(Progress.NONE)) {
      assertNotNull(next);
    }
  }

  @Test
  void whatADeadProcessLeftIsTakenOverByOne() throws Exception {
    Files.writeString(folder.resolve("lock"), "somebody 7");
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<WorkMark> held = new ArrayList<>();
    try {
      Callable<WorkMark> one = () -> take(Progress.NONE);
      for (Future<WorkMark> taken : threads.invokeAll(List.of(one, one, one, one))) {
        if (taken.get() != null) {
          held.add(taken.get());
        }
      }
      assertEquals(1, held.size());
    } finally {
      threads.shutdown();
      for (WorkMark mark : held) {
        mark.close();
      }
    }
  }

  @Test
  void whoIsHeldUpForTooLongIsTold() throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    Progress progress =
        new Progress() {
          @Override
          public Phase phase(String name, long total, String unit) {
            return Progress.NONE.phase(name, total, unit);
          }

          @Override
          public void warn(String message) {
            assertTrue(message.contains("taken over"), message);
            told.countDown();
          }
        };
    try (WorkMark mark = take(progress)) {
      assertNotNull(mark);
      Files.writeString(folder.resolve("lock"), "another 0");
      assertTrue(told.await(1, TimeUnit.MINUTES));
    }
    // It is the other's.
    assertEquals("another 0", Files.readString(folder.resolve("lock")));
  }
}
