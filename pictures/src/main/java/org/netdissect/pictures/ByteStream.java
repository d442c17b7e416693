package org.netdissect.pictures;

import javax.imageio.stream.ImageInputStreamImpl;

/** Bytes as ImageIO takes them; its own stream over bytes copies them block by block. */
final class ByteStream extends ImageInputStreamImpl {
  private final byte[] bytes;

  ByteStream(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public int read() {
    setBitOffsetToZero();
    return streamPos < bytes.length ? bytes[(int) streamPos++] & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int from, int length) {
    setBitOffsetToZero();
    if (length == 0) {
      return 0;
    }
    int n = (int) Math.min(length, bytes.length - streamPos);
    if (n <= 0) {
      return -1;
    }
    System.arraycopy(bytes, (int) streamPos, target, from, n);
    streamPos += n;
    return n;
  }

  private void setBitOffsetToZero() {
    bitOffset = 0;
  }

  @Override
  public long length() {
    return bytes.length;
  }
}
