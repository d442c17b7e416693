package org.netdissect.app;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Ends the process at once when it is interrupted (Ctrl-C) or asked to end, with one line that says
 * how to go on. What a run needs to go on is on the disk at every moment; only what a cluster has
 * on disks of its own has to be tidied up.
 *
 * <p>The process is halted rather than exited: on exit ONNX Runtime's shutdown hook would take its
 * environment away from threads that still work in it.
 */
final class Interruption {
  private static final String RESUME = "; repeat the command to go on where it was";

  /** Signals and their numbers; exit codes are 128 above. */
  private static final Map<String, Integer> SIGNALS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

  /** Tidying takes no longer than this. */
  private static final long PATIENCE_MILLIS = 10_000;

  private static volatile boolean resumable;
  private static volatile @Nullable Runnable tidy;

  private Interruption() {}

  /** From now on repeating the command goes on where it was. */
  static void resumable() {
    resumable = true;
  }

  /** What is to be done before the process ends, in a thread of its own. */
  static void tidy(Runnable work) {
    tidy = work;
  }

  static boolean isResumable() {
    return resumable;
  }

  /** Takes over the signals; does nothing where Java does not let it. */
  static void handle() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Method handle = signal.getMethod("handle", signal, handler);
      SIGNALS.forEach(
          (name, number) -> {
            InvocationHandler end =
                (proxy, method, arguments) -> {
                  if (method.getName().equals("handle")) {
                    end(number);
                  }
                  return switch (method.getName()) {
                    case "hashCode" -> number;
                    case "equals" -> proxy == arguments[0];
                    case "toString" -> name;
                    default -> null;
                  };
                };
            try {
              handle.invoke(
                  null,
                  signal.getConstructor(String.class).newInstance(name),
                  Proxy.newProxyInstance(
                      Interruption.class.getClassLoader(), new Class<?>[] {handler}, end));
            } catch (ReflectiveOperationException e) {
              // This system knows no such signal, or Java keeps it: then it ends in its own way.
            }
          });
    } catch (ReflectiveOperationException e) {
      // Another Java: it ends in its own way.
    }
  }

  private static void end(int signal) {
    // Not through the progress: a thread that holds it may be in the middle of a line.
    System.err.println(
        System.lineSeparator() + "netdissect: interrupted" + (resumable ? RESUME : ""));
    System.err.flush();
    tidyUp();
    Runtime.getRuntime().halt(128 + signal);
  }

  private static void tidyUp() {
    Runnable work = tidy;
    if (work == null) {
      return;
    }
    Thread thread = new Thread(work, "tidy");
    thread.setDaemon(true);
    thread.start();
    try {
      thread.join(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
