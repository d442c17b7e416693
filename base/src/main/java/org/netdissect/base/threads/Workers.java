package org.netdissect.base.threads;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs numbered tasks on a few threads, in no order; the first failure stops all and is thrown. For
 * results that are wanted in order there is {@link InOrder}.
 */
public final class Workers {
  private Workers() {}

  /** One thread's way of working: made once per thread, closed at its end. */
  public interface Worker extends AutoCloseable {
    void task(int number) throws IOException;

    @Override
    default void close() throws IOException {}
  }

  /** Makes a thread's worker, on that thread. */
  public interface Factory {
    Worker create() throws IOException;
  }

  /**
   * Runs tasks 0 to {@code tasks} − 1, each once, handed out in ascending order.
   *
   * @throws InterruptedIOException if the calling thread is interrupted; all workers have ended
   *     then
   */
  public static void run(int threads, int tasks, String name, Factory factory) throws IOException {
    AtomicInteger next = new AtomicInteger();
    AtomicBoolean stop = new AtomicBoolean();
    int count = Math.max(1, Math.min(threads, tasks));
    try (Pool pool = new Pool(count, name)) {
      List<Future<?>> futures = new ArrayList<>();
      for (int t = 0; t < count; t++) {
        futures.add(
            pool.submit(
                () -> {
                  try (Worker worker = factory.create()) {
                    for (int n = next.getAndIncrement();
                        n < tasks && !stop.get();
                        n = next.getAndIncrement()) {
                      worker.task(n);
                    }
                    return null;
                  } catch (Throwable failure) {
                    stop.set(true);
                    throw failure;
                  }
                }));
      }
      await(futures, stop);
    }
  }

  private static void await(List<Future<?>> futures, AtomicBoolean stop) throws IOException {
    Throwable failure = null;
    boolean interrupted = false;
    for (Future<?> future : futures) {
      while (true) {
        try {
          future.get();
          break;
        } catch (ExecutionException e) {
          if (failure == null) {
            failure = e.getCause();
          } else if (failure != e.getCause()) {
            failure.addSuppressed(e.getCause());
          }
          break;
        } catch (InterruptedException e) {
          interrupted = true;
          stop.set(true);
        }
      }
    }
    if (interrupted) {
      throw Pool.interrupted();
    }
    if (failure != null) {
      throw Pool.thrown(failure);
    }
  }
}
