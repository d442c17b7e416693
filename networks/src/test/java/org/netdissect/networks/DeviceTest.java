package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import org.junit.jupiter.api.Test;

class DeviceTest {
  @Test
  void names() {
    for (String name : new String[] {"cpu", "cuda:0", "cuda:12"}) {
      assertEquals(name, Device.parse(name).toString());
    }
    assertEquals(Device.CUDA, Device.parse("cuda"));
    for (String name : new String[] {"gpu", "cuda:", "cuda:-1", "cuda:x", "CPU", "cuda:9999"}) {
      assertThrows(IllegalArgumentException.class, () -> Device.parse(name), name);
    }
  }

  @Test
  void withoutItsLibraryADeviceIsRefusedInOneLine() throws ModelException {
    Device.CPU.require();
    Natives.environment();
    assumeFalse(OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA));
    String line = assertThrows(ModelException.class, Device.CUDA::require).getMessage();
    assertFalse(line.contains("\n"), line);
    assertEquals(
        "cuda:0 cannot be used: this copy of netdissect computes on processors only; build it with"
            + " the profile 'cuda' (docs/networks.md).",
        line);
  }
}
