"""Reads a data set in Broden's format as NetDissect-Lite's loader understands it, with NumPy and Pillow alone.

Prints what there is, then each mask with the SHA-256 of its labels (little-endian 16 bits, row by row).
"""

import csv
import hashlib
import os
import re
import sys

import numpy
from PIL import Image

WITHOUT_LABELS = ("image", "split", "ih", "iw", "sh", "sw")


def table(folder, name):
    with open(os.path.join(folder, name), newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def number(text):
    """Whole numbers and decimal fractions are numbers to the loader, all else is text."""
    if re.fullmatch(r"\d+", text):
        return int(text)
    return float(text) if re.fullmatch(r"\d+\.\d*", text) else text


def dense(rows, key):
    """Rows by their number, which must leave no gap from 1 on."""
    by_number = {number(row[key]): row for row in rows}
    assert sorted(by_number) == list(range(1, len(rows) + 1)), key
    return by_number


def labels(folder, row, category):
    """The layers of a category: a number for the whole image, or a map."""
    height, width = int(row["sh"]), int(row["sw"])
    for cell in row[category].split(";"):
        if re.fullmatch(r"\d+", cell):
            yield None, numpy.full((height, width), int(cell), numpy.uint16)
        elif cell:
            rgb = numpy.array(Image.open(os.path.join(folder, "images", cell)))
            assert rgb.dtype == numpy.uint8 and rgb.shape == (height, width, 3), cell
            yield cell, rgb[:, :, 0].astype(numpy.uint16) + rgb[:, :, 1].astype(numpy.uint16) * 256


def main(folder):
    index = table(folder, "index.csv")
    categories = [row["name"] for row in table(folder, "category.csv")]
    names = dense(table(folder, "label.csv"), "number")
    known = {}
    for category in categories:
        codes = dense(table(folder, "c_%s.csv" % category), "code")
        known[category] = {number(row["number"]) for row in codes.values()}
        for row in codes.values():
            assert names[number(row["number"])]["name"] == row["name"], row
            assert isinstance(number(row["coverage"]), (int, float)), row
    for row in names.values():
        counts = dict(re.fullmatch(r"([^(]*)\((\d+)\)", one).groups() for one in row["category"].split(";"))
        assert sum(map(int, counts.values())) == number(row["frequency"]), row
        assert all(number(row["number"]) in known[category] for category in counts), row
    assert set(index[0]) == set(WITHOUT_LABELS) | set(categories)
    print("%d images, %d labels, %d categories" % (len(index), len(names), len(categories)))
    for row in index:
        assert row["split"] in ("train", "val"), row
        photo = Image.open(os.path.join(folder, "images", row["image"]))
        assert photo.size == (int(row["iw"]), int(row["ih"])), row["image"]
        assert numpy.array(photo).shape == (int(row["ih"]), int(row["iw"]), 3), row["image"]
        for category in categories:
            for file, layer in labels(folder, row, category):
                assert set(numpy.unique(layer)) <= known[category] | {0}, (row["image"], category)
                if file:
                    print(file, hashlib.sha256(layer.astype("<u2").tobytes()).hexdigest())


main(sys.argv[1])
