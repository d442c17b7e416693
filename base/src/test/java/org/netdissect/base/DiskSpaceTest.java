package org.netdissect.base;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class DiskSpaceTest {
  @Test
  void numbersReadWell() {
    assertEquals("0 bytes", DiskSpace.text(-5));
    assertEquals("999 bytes", DiskSpace.text(999));
    assertEquals("1.0 kB", DiskSpace.text(1000));
    assertEquals("123 MB", DiskSpace.text(123_456_789));
    assertEquals("5.0 TB", DiskSpace.text(5_000_000_000_000L));
  }
}
