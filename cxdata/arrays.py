"""Arrow tables as they are asked for: texts spelt out, numbers as doubles in numpy, keys of rows as places of their distinct
values.

In: the answer of an engine. Out: arrays, and keys as tuples of plain values in a fixed order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Key = tuple[Any, ...]


def spelt_out(table: pa.Table) -> pa.Table:
    """A table in which words that are stored as places in a list are texts."""
    for place, column in enumerate(table.schema):
        if pa.types.is_dictionary(column.type):
            table = table.set_column(place, column.name, table.column(place).cast(column.type.value_type))
    return table


def sortable(key: Key) -> tuple[tuple[bool, Any], ...]:
    """What a key is sorted by: values in order, none last; numbers as numbers, others as text."""
    return tuple((value is None, value if isinstance(value, int) else str(value)) for value in key)


def doubles(column: pa.ChunkedArray) -> Array:
    """Numbers as doubles, nan where there is none."""
    return np.asarray(pc.cast(column, pa.float64()).to_numpy(), dtype="float64")


def coded(table: pa.Table, names: Sequence[str]) -> tuple[Whole, tuple[Key, ...]]:
    """(for each row the place of its key, the distinct keys) of some columns; no columns is the one key ()."""
    codes = np.zeros(table.num_rows, dtype="int64")
    values: list[list[Any]] = []
    for name in names:
        column = table[name].combine_chunks()
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        encoded = column.dictionary_encode(null_encoding="encode")
        values.append(encoded.dictionary.to_pylist())
        codes = codes * max(len(values[-1]), 1) + encoded.indices.to_numpy().astype("int64")
    if not names:
        return codes, ((),)
    possible = int(np.prod([len(each) for each in values]))
    if possible <= 4 * codes.size:  # counting is quicker than sorting
        distinct = np.flatnonzero(np.bincount(codes, minlength=possible))
        place_of = np.zeros(possible, dtype="int64")
        place_of[distinct] = np.arange(distinct.size)
        places = place_of[codes]
    else:
        distinct, places = np.unique(codes, return_inverse=True)
    keys = []
    for code in distinct.tolist():
        key: list[Any] = []
        for each in reversed(values):
            code, index = divmod(code, len(each))
            key.append(each[index])
        keys.append(tuple(reversed(key)))
    return places, tuple(keys)
