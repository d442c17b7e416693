"""Files of sections: one section a unit, with checksums."""

import struct

import numpy as np

_TRAILER = 16
_ENTRY = 12


class DamagedResult(Exception):
    """A file is not what netdissect wrote, or of a version that this reader does not know."""


def _crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_CRC = _crc_table()


def crc32c(data):
    """CRC-32C (Castagnoli) of bytes."""
    crc = 0xFFFFFFFF
    table = _CRC
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


class Sections:
    """The sections of a file, each read and checked when asked for."""

    def __init__(self, path, letters, count, table_crc):
        self.path = path
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8)
            if head != letters or size < 8 + _TRAILER + _ENTRY * count:
                raise DamagedResult(f"{path} is damaged or of another version: {head!r}")
            file.seek(size - _TRAILER)
            number, crc, again = struct.unpack("<II8s", file.read(_TRAILER))
            if number != count or again != letters:
                raise DamagedResult(f"{path} is damaged: its end is not what was written")
            file.seek(size - _TRAILER - _ENTRY * count)
            table = file.read(_ENTRY * count)
        if crc32c(table) != crc or (table_crc is not None and int(table_crc, 16) != crc):
            raise DamagedResult(f"{path} is damaged: its table is not what was written")
        self._entries = []
        at = 8
        for length, section_crc in struct.iter_unpack("<QI", table):
            self._entries.append((at, length, section_crc))
            at += length
        if at != size - _TRAILER - _ENTRY * count:
            raise DamagedResult(f"{path} is damaged: its sections do not fill it")

    def read(self, number):
        """The bytes of a unit's section as a reader of numbers."""
        if not 0 <= number < len(self._entries):
            raise IndexError(f"no unit {number}; they are 0 to {len(self._entries) - 1}")
        at, length, crc = self._entries[number]
        with self.path.open("rb") as file:
            file.seek(at)
            data = file.read(length)
        if len(data) != length or crc32c(data) != crc:
            raise DamagedResult(f"{self.path} is damaged: section {number} is not what was written")
        return Numbers(data, f"{self.path}, section {number}")


class Numbers:
    """Reads numbers one after the other; refuses one that leads outside."""

    def __init__(self, data, where):
        self._data = data
        self._at = 0
        self._where = where

    def __bool__(self):
        return self._at < len(self._data)

    def varint(self, most=2**63 - 1):
        value = 0
        shift = 0
        while True:
            if self._at >= len(self._data) or shift > 63:
                raise DamagedResult(f"{self._where} ends within a number")
            byte = self._data[self._at]
            self._at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
        if value > most:
            raise DamagedResult(f"{self._where} holds {value} where at most {most} can be")
        return value

    def bytes(self, count):
        if count > len(self._data) - self._at:
            raise DamagedResult(f"{self._where} ends within its bits")
        values = np.frombuffer(self._data, np.uint8, count, self._at)
        self._at += count
        return values

    def floats(self, count):
        end = self._at + 4 * count
        if end > len(self._data):
            raise DamagedResult(f"{self._where} ends within its values")
        values = np.frombuffer(self._data, "<f4", count, self._at)
        self._at = end
        return values
