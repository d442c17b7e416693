"""A result folder and its layers."""

import csv
import hashlib
import io
import json
import re
from pathlib import Path

import numpy as np

from ._sections import DamagedResult, Sections

try:
    import pandas
except ImportError:
    pandas = None

_FORMAT = 1
_DERIVED_FORMAT = 1
_WORDS = {"category", "label", "verdict", "labels", "heldout-label", "best-by", "first", "second", "formula", "concept",
          "linear"}
_COUNTS = {"unit", "number", "best", "exceedances", "permutations", "heldout-rank", "patches", "length", "intersect",
           "formula-pixels", "mask-pixels", "proven", "terms"}
_SEAL = re.compile(rb',\n  "sha256" : "([0-9a-f]{64})"\n\}\n\Z')
_MOST_CELLS = 1 << 28


def open(folder, frames=True):
    """Opens a finished result.

    folder: what ``netdissect run --out`` wrote.
    frames: give tables as pandas data frames where pandas is installed; else structured arrays.
    Raises DamagedResult if it holds no result, a damaged one, or one of another format.
    """
    return Result(folder, frames)


class Result:
    """What was dissected and how every unit scored."""

    def __init__(self, folder, frames=True):
        self.folder = Path(folder)
        self._frames = frames and pandas is not None
        path = self.folder / "dissection.json"
        if not path.is_file():
            raise DamagedResult(f"{folder} holds no result (no dissection.json)")
        #: The content of dissection.json.
        self.info = _sealed(path)
        if self.info["format"] != _FORMAT:
            raise DamagedResult(f"{path}: format {self.info['format']}; this version reads {_FORMAT}")
        #: The layers in the order asked for.
        self.layers = [Layer(self, about) for about in self.info["layers"]]
        self._images = None
        self._concepts = None

    def __getitem__(self, key):
        """A layer by name, folder or number."""
        if isinstance(key, (int, np.integer)):
            return self.layers[key]
        for layer in self.layers:
            if key in (layer.name, layer.folder_name):
                return layer
        raise KeyError(f"no layer {key!r}; there are {[layer.name for layer in self.layers]}")

    def __repr__(self):
        network = self.info["network"].get("file") or "recorded activations"
        return f"<Result of {network} on {self.info['data']['name']}: {[layer.name for layer in self.layers]}>"

    @property
    def categories(self):
        """The selected categories in the data set's order."""
        return list(self.info["data"]["categories"])

    @property
    def images(self):
        """Names of the chosen images; the number of an image is its place."""
        if self._images is None:
            rows = self._text("images.csv")
            if [row["number"] for row in rows] != [str(i) for i in range(len(rows))]:
                raise DamagedResult(f"{self.folder / 'images.csv'} is damaged: numbers are missing")
            self._images = [row["image"] for row in rows]
        return self._images

    @property
    def concepts(self):
        """number, name, category, truth (G) and images of every concept that could be found."""
        return self._table(self._concept_columns())

    def _concept_columns(self):
        if self._concepts is None:
            rows = self._text("concepts.csv")
            self._concepts = _columns(rows, {"number": int, "name": str, "category": str, "truth": int, "images": int})
        return self._concepts

    @property
    def units(self):
        """Every unit of every layer: layer, unit, threshold, category, label, iou, and the best label of each category."""
        parts = [layer._unit_columns() for layer in self.layers]
        names = np.concatenate([np.repeat(layer.name, len(layer)) for layer in self.layers])
        return self._table({"layer": names, **{name: np.concatenate([part[name] for part in parts]) for name in parts[0]}})

    def _text(self, name):
        """Rows of a CSV file that is what dissection.json says."""
        path = self.folder / name
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != self.info["files"][name]["sha256"]:
            raise DamagedResult(f"{path} is not what was written (SHA-256 differs)")
        return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))

    def _table(self, columns):
        if self._frames:
            return pandas.DataFrame(columns)
        arrays = {name: np.asarray(values) for name, values in columns.items()}
        table = np.empty(len(next(iter(arrays.values()))), [(name, values.dtype) for name, values in arrays.items()])
        for name, values in arrays.items():
            table[name] = values
        return table


class Layer:
    """The dissection of one layer."""

    def __init__(self, result, about):
        self.result = result
        self.info = about["layer"]
        self.name = self.info["name"]
        self.folder_name = self.info["folder"]
        self.height = self.info["height"]
        self.width = self.info["width"]
        if not re.fullmatch(r"[^/\\]+", self.folder_name) or self.folder_name in (".", ".."):
            raise DamagedResult(f"{self.folder_name!r} is no name of a layer's folder")
        if self.height * self.width > _MOST_CELLS:
            raise DamagedResult(f"layer {self.name}: maps of {self.height} × {self.width} cells are too large")
        self._files = {}
        self._units = None

    def __len__(self):
        """How many units it has."""
        return self.info["units"]

    def __repr__(self):
        return f"<Layer {self.name}: {len(self)} units of {self.height} × {self.width}>"

    @property
    def units(self):
        """A row a unit: unit, threshold, category, label, iou, and the best label of each category."""
        return self.result._table(self._unit_columns())

    def _unit_columns(self):
        if self._units is None:
            kinds = {"unit": int, "threshold": float, "category": str, "label": str, "iou": float}
            for category in self.result.categories:
                kinds.update({f"{category}-label": str, f"{category}-truth": int, f"{category}-activation": int,
                              f"{category}-intersect": int, f"{category}-iou": float})
            columns = _columns(self.result._text(f"{self.folder_name}/units.csv"), kinds)
            if len(columns["unit"]) != len(self):
                raise DamagedResult(f"{self.folder_name}/units.csv has {len(columns['unit'])} rows, not {len(self)}")
            self._units = columns
        return self._units

    @property
    def thresholds(self):
        """T of each unit."""
        return self._unit_columns()["threshold"]

    @property
    def trust(self):
        """A row a unit and category of what ``netdissect trust`` found: p, q, verdict, interval, held-out scores.

        None if labels were not put to the test, or an earlier result in this folder was.
        """
        return self._derived("trust.csv", self.trust_info)

    @property
    def trust_info(self):
        """How the trust in labels was found, and what chance does there: the content of trust.json; None without it."""
        return self._derived_info("trust.json")

    @property
    def measures(self):
        """A row a unit and concept: label, category and every measure of ``netdissect measures``; None without it."""
        return self._derived("measures.csv", self.measures_info)

    @property
    def meanings(self):
        """A row a unit: clarity and polysemanticity of its top patches (``netdissect measures``); None without it."""
        return self._derived("meanings.csv", self.measures_info, "meanings")

    @property
    def choices(self):
        """The concept that each measure chooses, of units where they differ (``netdissect measures``); None without it."""
        return self._derived("choices.csv", self.measures_info, None)

    @property
    def measures_info(self):
        """How the measures were found: the content of measures.json; None without it."""
        return self._derived_info("measures.json")

    @property
    def formulas(self):
        """A row a unit and length: the best formula and its counts (``netdissect formulas``); None without it."""
        return self._derived("formulas.csv", self._derived_info("formulas.json"))

    @property
    def linear(self):
        """A row a unit: its activation as a sum of concepts (``netdissect formulas --linear``); None without it."""
        return self._derived("linear.csv", self._derived_info("linear.json"))

    @property
    def ranges(self):
        """A row a unit and range of its activation: the range's formula (``netdissect formulas --ranges``); None without it."""
        return self._derived("ranges.csv", self._derived_info("ranges.json"))

    def _derived_info(self, name):
        """The sealed content of what was computed from this result; None without it, or if it is of an earlier result."""
        path = self.result.folder / self.folder_name / name
        if not path.is_file():
            return None
        info = _sealed(path)
        if info["format"] != _DERIVED_FORMAT:
            raise DamagedResult(f"{path}: format {info['format']}; this version reads {_DERIVED_FORMAT}")
        written = hashlib.sha256((self.result.folder / "dissection.json").read_bytes()).hexdigest()
        return info if info["result"] == written else None

    def _derived(self, name, info, table="table"):
        """A table that was computed from this result. None without it.

        info: how it was made, or None; table: where its digest stands there, None for nowhere.
        """
        path = self.result.folder / self.folder_name / name
        if info is None or not path.is_file():
            return None
        data = path.read_bytes()
        if table is not None and hashlib.sha256(data).hexdigest() != info[table]["sha256"]:
            raise DamagedResult(f"{path} is not what was written (SHA-256 differs)")
        reader = csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""))
        rows = list(reader)
        words = _WORDS | (set(reader.fieldnames) if name == "choices.csv" else set())
        kinds = {column: int if column in _COUNTS else str if column in words else float for column in reader.fieldnames}
        return self.result._table(_columns(rows, kinds))

    @property
    def top_images(self):
        """Per unit the images with the largest activation: unit, rank, image (number), name, activation."""
        rows = self.result._text(f"{self.folder_name}/top-images.csv")
        numbers = {name: number for number, name in enumerate(self.result.images)}
        names = [row["image"] for row in rows]
        columns = _columns(rows, {"unit": int, "rank": int})
        columns["image"] = np.array([numbers[name] for name in names], np.int64)
        columns["name"] = np.array(names, str)
        columns["activation"] = np.array([row["activation"] for row in rows], np.float32)
        return self.result._table(columns)

    def intersections(self, unit):
        """A by category (place → pixels) and I by concept number, of one unit."""
        numbers = self._sections("counts.bin", b"NDCOUNT1").read(unit)
        activation = np.array([numbers.varint() for _ in self.result.categories], np.int64)
        met = {}
        number = 0
        for _ in range(numbers.varint()):
            number += numbers.varint(2**31)
            met[number] = numbers.varint()
        return activation, met

    @property
    def counts(self):
        """Every unit and concept that meet: unit, concept (number), name, category, I, G, A, iou. Tidy."""
        concepts = self.result._concept_columns()
        place = {number: i for i, number in enumerate(concepts["number"])}
        category = {name: c for c, name in enumerate(self.result.categories)}
        units, places, hits, activations = [], [], [], []
        for unit in range(len(self)):
            activation, met = self.intersections(unit)
            for number, pixels in met.items():
                if number in place:
                    units.append(unit)
                    places.append(place[number])
                    hits.append(pixels)
                    activations.append(activation[category[concepts["category"][place[number]]]])
        places = np.array(places, np.int64)
        inter, truth, active = np.array(hits, np.int64), concepts["truth"][places], np.array(activations, np.int64)
        return self.result._table({
            "unit": np.array(units, np.int64), "concept": concepts["number"][places], "name": concepts["name"][places],
            "category": concepts["category"][places], "I": inter, "G": truth, "A": active,
            "iou": _iou(inter, active, truth)})

    def iou(self):
        """IoU of every unit with every concept: units × concepts, in the order of ``result.concepts``."""
        concepts = self.result._concept_columns()
        place = {number: i for i, number in enumerate(concepts["number"])}
        categories = np.array([self.result.categories.index(name) for name in concepts["category"]], np.int64)
        table = np.zeros((len(self), len(place)))
        for unit in range(len(self)):
            activation, met = self.intersections(unit)
            inter = np.zeros(len(place), np.int64)
            for number, pixels in met.items():
                if number in place:
                    inter[place[number]] = pixels
            table[unit] = _iou(inter, activation[categories], concepts["truth"])
        return table

    def hits(self, unit):
        """Pixels of a unit's mask by image and region of the data set: image, region, pixels."""
        numbers = self._sections("hits.bin", b"NDHITS01").read(unit)
        rows = []
        image = -1
        while numbers:
            image += 1 + numbers.varint(len(self.result.images))
            region = -1
            for _ in range(numbers.varint()):
                region += 1 + numbers.varint(2**31)
                rows.append((image, region, numbers.varint(2**31)))
        array = np.array(rows, np.int64).reshape(-1, 3)
        return self.result._table({"image": array[:, 0], "region": array[:, 1], "pixels": array[:, 2]})

    def maps(self, unit):
        """The trimmed maps of a unit: image number → (cells, values), cells row-major."""
        numbers = self._sections("maps.bin", b"NDMAPS01").read(unit)
        cells_all = self.height * self.width
        maps = {}
        image = -1
        while numbers:
            image += 1 + numbers.varint(len(self.result.images))
            pieces = []
            end = 0
            for _ in range(numbers.varint(cells_all)):
                start = end + numbers.varint(cells_all)
                end = start + numbers.varint(cells_all)
                if end > cells_all:
                    raise DamagedResult(f"{self.folder_name}/maps.bin: a map leads outside its {cells_all} cells")
                pieces.append(np.arange(start, end))
            cells = np.concatenate(pieces) if pieces else np.empty(0, np.int64)
            maps[image] = (cells, numbers.floats(len(cells)))
        return maps

    def map(self, unit, image):
        """One map as an array of height × width, NaN where nothing was kept (it is then not above T)."""
        dense = np.full(self.height * self.width, np.nan, np.float32)
        cells, values = self.maps(unit).get(self._image(image), (np.empty(0, np.int64), np.empty(0, np.float32)))
        dense[cells] = values
        return dense.reshape(self.height, self.width)

    def mask(self, unit, image, size, input_size=None, photo_size=None):
        """Where a unit fires on an image, as booleans of size (height, width).

        The activation map is interpolated at the pixels as the result's convention says; the mask is
        where it exceeds T. At the size of the data set's masks it is the mask that was counted. input_size: (height, width) that the network saw; by default what the
        result says, or the size itself. photo_size: (height, width) of the photograph, needed where the
        run had --fit letterbox or crop; pixels that the network did not see are not in the mask.
        """
        network = self.result.info["network"]
        seen = input_size or (network.get("inputHeight") or size[0], network.get("inputWidth") or size[1])
        dense = self.map(unit, image)
        # What is not kept has no neighbour above T, so any value not above T will do.
        threshold = self.thresholds[unit]
        dense = np.where(np.isnan(dense), min(threshold, -3e37), dense).astype(np.float64)
        frames = _frames(network.get("fit"), seen, photo_size)
        y0, y1, fy, seen_y = self._axis("y", self.height, frames[0], size[0])
        x0, x1, fx, seen_x = self._axis("x", self.width, frames[1], size[1])
        upper = dense[y0][:, x0] * (1 - fx) + dense[y0][:, x1] * fx
        lower = dense[y1][:, x0] * (1 - fx) + dense[y1][:, x1] * fx
        lit = (upper * (1 - fy)[:, None] + lower * fy[:, None]).astype(np.float32) > threshold
        return lit & seen_y[:, None] & seen_x

    def _axis(self, name, cells, frame, pixels):
        """Between which cells each pixel lies, how far, and whether the network saw it."""
        seen, start, extent = frame
        convention = self.result.info["rules"]["convention"]
        field = (self.info.get("field") or {}).get(name)
        pixel = np.arange(pixels)
        place = (pixel + 0.5) * extent / pixels + start
        if field is None or convention == "lite":
            whole = start == 0 and extent == seen
            at = ((pixel + 0.5) * cells / pixels if whole else place * cells / seen) - 0.5
        elif convention == "paper":
            # As the original: cells sit on whole pixels of the mask, if a step is one at least.
            ratio = np.rint(seen / pixels)
            first, step = (np.floor(field["size"] / 2) + field["offset"]) / ratio, field["step"] / ratio
            if np.floor(step) > 0:
                first, step = np.floor(first), np.floor(step)
            at = (pixel - first) / step
        else:
            centre = field["offset"] + (field["size"] - 1) / 2
            at = (place - 0.5 - centre) / field["step"]
        at = np.clip(at, 0, cells - 1)
        low = np.floor(at).astype(np.int64)
        return low, np.minimum(low + 1, cells - 1), at - low, (place >= 0) & (place < seen)

    def peaks(self, unit):
        """The largest activation of a unit on every image, by image number; 0 for images that could not be read.

        None for a run without --peaks.
        """
        if f"{self.folder_name}/peaks.bin" not in self.result.info["files"]:
            return None
        numbers = self._sections("peaks.bin", b"NDPEAKS1").read(unit)
        count = len(self.result.images)
        held = np.unpackbits(numbers.bytes((count + 7) // 8), bitorder="little")[:count].astype(bool)
        peaks = np.zeros(count, np.float32)
        peaks[held] = numbers.floats(int(held.sum()))
        return peaks

    def histogram(self, unit):
        """All values of a unit, counted: from, to, count; a row with from = to = 0 holds the exact zeros."""
        numbers = self._sections("histograms.bin", b"NDHISTO1").read(unit)
        numbers.varint()
        zeros = numbers.varint()
        bins, counts = [], []
        at = 0
        for _ in range(numbers.varint(1 << 16)):
            at += numbers.varint(1 << 16)
            bins.append(at)
            counts.append(numbers.varint())
        bins = np.array(bins, np.int64)
        low, high = _edge(bins), _edge(bins + 1)
        low, high = np.append(low, np.float32(0)), np.append(high, np.float32(0))
        counts = np.append(np.array(counts, np.int64), zeros)
        return self.result._table({"from": low, "to": high, "count": counts})

    def _image(self, image):
        if isinstance(image, str):
            return self.result.images.index(image)
        if not 0 <= image < len(self.result.images):
            raise IndexError(f"no image {image}; they are 0 to {len(self.result.images) - 1}")
        return int(image)

    def _sections(self, name, letters):
        if name not in self._files:
            path = f"{self.folder_name}/{name}"
            recorded = self.result.info["files"].get(path)
            if recorded is None:
                raise DamagedResult(f"{self.result.folder} holds no {path}: it was imported, or run without")
            self._files[name] = Sections(self.result.folder / path, letters, len(self), recorded.get("tableCrc32c"))
        return self._files[name]


def _sealed(path):
    """The content of a JSON file that ends with a digest of itself."""
    data = path.read_bytes()
    seal = _SEAL.search(data)
    # The comma up to the closing quote is what the digits are not of.
    if not seal or hashlib.sha256(data[: seal.start()] + data[seal.end() - 3 :]).hexdigest() != seal[1].decode():
        raise DamagedResult(f"{path} is not what was written (SHA-256 differs)")
    return json.loads(data)


def _columns(rows, kinds):
    """Columns of CSV rows as arrays; a missing number is 0, or NaN."""
    columns = {}
    for name, kind in kinds.items():
        cells = [row[name] for row in rows]
        if kind is int:
            columns[name] = np.array([int(cell or 0) for cell in cells], np.int64)
        elif kind is float:
            columns[name] = np.array([float(cell or "nan") for cell in cells], np.float64)
        else:
            columns[name] = np.array(cells, str)
    return columns


def _iou(inter, active, truth):
    union = active + truth - inter
    return np.divide(inter, union, out=np.zeros(len(inter)), where=union > 0)


def _edge(bins):
    """Lower edge of each bin: the float32 whose ordered key has these upper sixteen bits."""
    keys = (np.minimum(bins, 0xFFFF).astype(np.uint32)) << np.uint32(16)
    positive = keys >= np.uint32(0x80000000)
    bits = np.where(positive, keys ^ np.uint32(0x80000000), ~keys)
    return bits.astype(np.uint32).view(np.float32)


def _frames(fit, seen, photo_size):
    """Along both axes: pixels of the input, where the photograph begins in it, and its extent."""
    if fit not in ("letterbox", "crop"):
        return [(side, 0, side) for side in seen]
    if photo_size is None:
        raise ValueError(f"photographs were fitted by {fit}: give photo_size=(height, width)")
    scale = (min if fit == "letterbox" else max)(side / photo for side, photo in zip(seen, photo_size))
    extents = [max(1, int(np.rint(photo * scale))) for photo in photo_size]
    return [(side, int((side - extent) / 2), extent) for side, extent in zip(seen, extents)]
