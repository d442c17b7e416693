package org.netdissect.base.threads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InOrderTest {
  @Test
  void resultsComeInOrderAndOnceEach() throws IOException {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      int from = random.nextInt(20);
      int to = from + random.nextInt(200);
      int threads = 1 + random.nextInt(6);
      int ahead = random.nextInt(10);
      List<Integer> taken = new ArrayList<>();
      InOrder.run(
          threads,
          ahead,
          from,
          to,
          "test",
          n -> 3 * n,
          (n, result) -> {
            assertEquals(3 * n, result);
            taken.add(n);
          });
      assertEquals(IntStream.range(from, to).boxed().toList(), taken);
    }
  }

  @Test
  void noMoreIsUnderWayThanAllowed() throws IOException {
    AtomicInteger begun = new AtomicInteger();
    InOrder.run(
        3,
        5,
        0,
        100,
        "test",
        n -> begun.incrementAndGet(),
        (n, result) -> assertTrue(begun.get() <= n + 1 + 5, n + ": " + begun));
    assertEquals(100, begun.get());
  }

  @Test
  void theFailureOfTheLowestNumberIsThrownAndTheRestIsNotDone() {
    AtomicInteger begun = new AtomicInteger();
    IOException failure = new IOException("eleven");
    IOException thrown =
        assertThrows(
            IOException.class,
            () ->
                InOrder.run(
                    4,
                    0,
                    1000,
                    "test",
                    n -> {
                      begun.incrementAndGet();
                      if (n == 13) {
                        throw new IllegalStateException("thirteen");
                      } else if (n == 11) {
                        throw failure;
                      }
                      return n;
                    },
                    (n, result) -> assertTrue(n < 11)));
    assertSame(failure, thrown);
    assertTrue(begun.get() < 100, begun.toString());
  }

  @Test
  void runtimeExceptionsAndErrorsAreThrownAsTheyAre() {
    OutOfMemoryError error = new OutOfMemoryError("made up");
    assertSame(
        error,
        assertThrows(
            OutOfMemoryError.class,
            () ->
                InOrder.run(
                    2,
                    0,
                    9,
                    "test",
                    n -> {
                      throw error;
                    },
                    (n, result) -> {})));
    assertThrows(
        IllegalStateException.class,
        () ->
            InOrder.run(
                2,
                0,
                9,
                "test",
                n -> n,
                (n, result) -> {
                  throw new IllegalStateException("the sink");
                }));
  }

  @Test
  void interruptedItEndsItsThreadsFirst() {
    CountDownLatch under = new CountDownLatch(1);
    AtomicInteger running = new AtomicInteger();
    Thread caller = Thread.currentThread();
    assertThrows(
        InterruptedIOException.class,
        () ->
            InOrder.run(
                2,
                0,
                1000,
                "test",
                n -> {
                  running.incrementAndGet();
                  if (n == 5) {
                    caller.interrupt();
                    under.countDown();
                  }
                  running.decrementAndGet();
                  return n;
                },
                (n, result) -> {}));
    assertEquals(0, under.getCount());
    assertEquals(0, running.get());
    assertTrue(Thread.interrupted(), "the interruption is kept");
  }

  @Test
  void workersStopAtTheFirstFailure() {
    AtomicInteger closed = new AtomicInteger();
    IOException thrown =
        assertThrows(
            IOException.class,
            () ->
                Workers.run(
                    3,
                    1000,
                    "test",
                    () ->
                        new Workers.Worker() {
                          @Override
                          public void task(int number) throws IOException {
                            throw new IOException("task");
                          }

                          @Override
                          public void close() {
                            closed.incrementAndGet();
                          }
                        }));
    assertEquals("task", thrown.getMessage());
    assertTrue(closed.get() >= 1 && closed.get() <= 3);
  }
}
