"""The files as they came: packed aside while the database reads them, and kept once.

In: a file on disk. Out: its bytes in compressed blocks, its digest, and their place in the store.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from cxdata.store import BLOCK


@dataclass(frozen=True)
class Packed:
    """An original, compressed in blocks one after the other in a file. `parts`: bytes of each block before and after."""

    path: Path
    sha256: str
    size: int
    parts: tuple[tuple[int, int], ...]


def pack(original: Path, folder: Path) -> Packed:
    """Compress a file into the folder; done aside, while the database reads the same file."""
    digest, parts = hashlib.sha256(), []
    codec, packed = pa.Codec("zstd", compression_level=1), folder / "original.zst"
    with original.open("rb") as file, packed.open("wb") as written:
        while block := file.read(BLOCK):
            digest.update(block)
            parts.append((len(block), written.write(codec.compress(block, asbytes=True))))
    return Packed(packed, digest.hexdigest(), sum(size for size, _ in parts), tuple(parts))


def keep(cursor: duckdb.DuckDBPyConnection, packed: Packed, name: str = "") -> None:
    """Store the bytes of a file, once; under the `name` that its imports know it by where that is not its digest."""
    name = name or packed.sha256
    if cursor.execute("select count(*) from originals where sha256 = ?", [name]).fetchall()[0][0]:
        return
    with packed.path.open("rb") as file:
        for part, (raw, size) in enumerate(packed.parts):
            cursor.execute("insert into originals values (?, ?, ?, ?)", [name, part, raw, file.read(size)])
