"""Compares what the reader reads of a result with what Java wrote into expected.json.

python3 check_result.py OUT expected.json
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import netdissect_results as nd  # noqa: E402


def check(out, expected):
    result = nd.open(out, frames=False)
    assert result.images == expected["images"]
    assert result.categories == expected["categories"]
    assert len(result.units) == sum(len(layer["units"]) for layer in expected["layers"])
    for number, want in enumerate(expected["layers"]):
        layer = result[want["name"]]
        assert layer is result[number]
        units = layer.units
        assert list(units["label"]) == [unit["label"] for unit in want["units"]]
        assert np.allclose(units["iou"], [unit["iou"] for unit in want["units"]], atol=1e-8)
        best = np.zeros(len(layer))
        np.maximum.at(best, layer.counts["unit"], layer.counts["iou"])
        assert np.allclose(best, units["iou"], atol=1e-8)
        assert np.allclose(layer.iou().max(1), units["iou"], atol=1e-8)
        for unit in (-1, len(layer)):
            try:
                layer.hits(unit)
                assert False, unit
            except IndexError as e:
                assert str(e) == f"no unit {unit}; they are 0 to {len(layer) - 1}"
        for unit, about in enumerate(want["units"]):
            hits = layer.hits(unit)
            assert hits["pixels"].sum() == about["maskPixels"], unit
            histogram = layer.histogram(unit)
            assert histogram["count"].sum() == about["values"], unit
            assert (histogram["from"] <= histogram["to"]).all()
            maps = layer.maps(unit)
            assert sum(len(cells) for cells, values in maps.values()) == about["cells"], unit
            assert abs(sum(values.sum(dtype=np.float64) for cells, values in maps.values()) - about["sum"]) < 1e-2
            assert np.array_equal(layer.peaks(unit), np.float32(about["peaks"])), unit
            for image in range(len(result.images)):
                # A mask drawn from the map has as many pixels as Java counted.
                mask = layer.mask(unit, image, tuple(want["mask"]), tuple(want["input"]))
                assert mask.sum() == hits["pixels"][hits["image"] == image].sum(), (unit, image)
        check_trust(layer, want["beyondChance"])
        check_measures(layer, want)
        for name in "measures", "meanings", "choices", "formulas", "linear", "ranges":
            # What was not computed is not there; what was is a table with a row for some unit.
            table = getattr(layer, name)
            assert table is None or (np.asarray(table["unit"]) < len(layer)).all(), name
        top = layer.top_images
        assert [result.images[i] for i in top["image"]] == list(top["name"])
    damage(out, result)
    if nd._folder.pandas is not None:
        frame = nd.open(out).units
        assert list(frame["unit"]) == list(result.units["unit"])


def check_trust(layer, beyond):
    trust = layer.trust
    assert (trust is not None) == bool(beyond)
    if trust is None:
        return
    best = trust[trust["best"] == 1]
    assert list(best["unit"]) == list(range(len(layer)))
    assert list(best["verdict"] == "beyond chance") == beyond
    assert list(best["label"]) == list(layer.units["label"])
    assert layer.trust_info["fdr"] == 0.05


def check_measures(layer, want):
    measures = layer.measures
    assert (measures is not None) == ("f1" in want)
    if measures is None:
        assert layer.meanings is None and layer.measures_info is None
        return
    assert np.allclose(measures["f1"], want["f1"], atol=1e-8)
    assert np.isnan(measures["auc"]).all()
    assert set(measures["best-by"]) == {"iou; f1"}
    assert np.allclose(layer.meanings["clarity"], want["clarity"], atol=1e-8)
    assert np.isnan(layer.meanings["nearest"][0]) and layer.meanings["nearest"][1] == 0
    assert layer.measures_info["peaks"] == "exact"


def damage(out, result):
    """A changed byte in any file that is read is noticed."""
    folder = result.layers[0].folder_name
    for name in ["dissection.json", "images.csv", "concepts.csv", f"{folder}/units.csv", f"{folder}/hits.bin",
                 f"{folder}/maps.bin", f"{folder}/counts.bin", f"{folder}/histograms.bin"]:
        with tempfile.TemporaryDirectory() as other:
            copy = Path(other) / "out"
            shutil.copytree(out, copy, ignore=shutil.ignore_patterns("report"))
            data = bytearray((copy / name).read_bytes())
            data[len(data) // 2] ^= 1
            (copy / name).write_bytes(data)
            try:
                changed = nd.open(copy, frames=False)
                changed.images, changed.concepts, changed.units
                for unit in range(len(changed[0])):
                    changed[0].hits(unit), changed[0].maps(unit), changed[0].intersections(unit), changed[0].histogram(unit)
            except nd.DamagedResult:
                continue
            raise AssertionError(f"damage in {name} was not noticed")


if __name__ == "__main__":
    check(sys.argv[1], json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))
    print("the reader agrees")
