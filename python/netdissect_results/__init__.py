"""Reads the result folders of netdissect.

``open("OUT")`` gives a Result: tables of units, concepts and images, and of each layer the counts,
hits, trimmed activation maps, masks and histograms. The format is that of docs/formats.md.
"""

from ._folder import DamagedResult, Layer, Result, open

__all__ = ["DamagedResult", "Layer", "Result", "open"]
__version__ = "0.1.0"
