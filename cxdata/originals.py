"""The files as they came: packed aside while the database reads them, and kept once.

In: a file on disk. Out: its bytes in compressed blocks, its digest, and their place in the store.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from cxdata.store import BLOCK, Store

_AT_ONCE = 64  # blocks that one statement stores
_READ_AT_ONCE = 16  # of earlier versions they are larger


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


def not_kept(packed: Packed) -> Packed:
    """The mark of a file that is not kept: an empty block, so that it does not come in again."""
    empty = packed.path.with_name("nothing.zst")
    empty.write_bytes(b"")
    return replace(packed, path=empty, parts=((0, 0),))


def restore(store: Store, sha256: str, path: Path) -> int:
    """Write a kept file as it came, some blocks at a time; how many bytes it has. 0: it is not kept."""
    codec, size, first = pa.Codec("zstd"), 0, 0
    sql = """select raw_bytes, compressed from originals
             where sha256 = $sha and raw_bytes > 0 and part >= $first and part < $end order by part"""
    with path.open("wb") as file:
        while rows := store.query(sql, sha=sha256, first=first, end=first + _READ_AT_ONCE).to_pylist():
            for row in rows:
                size += file.write(codec.decompress(row["compressed"], row["raw_bytes"], asbytes=True))
            first += _READ_AT_ONCE
    return size


def keep(cursor: duckdb.DuckDBPyConnection, packed: Packed) -> None:
    """Store the bytes of a file, once."""
    if cursor.execute("select count(*) from originals where sha256 = ?", [packed.sha256]).fetchall()[0][0]:
        return
    write(cursor, packed.sha256, packed)


def write(cursor: duckdb.DuckDBPyConnection, sha256: str, packed: Packed) -> None:
    """Store the blocks of a file under a digest, many in one statement."""
    with packed.path.open("rb") as file:
        for first in range(0, len(packed.parts), _AT_ONCE):
            parts = packed.parts[first : first + _AT_ONCE]
            blocks = pa.table(
                {
                    "part": pa.array(range(first, first + len(parts)), pa.int32()),
                    "raw": pa.array([raw for raw, _ in parts], pa.int32()),
                    "block": pa.array([file.read(size) for _, size in parts], pa.binary()),
                }
            )
            cursor.register("blocks", blocks)
            cursor.execute("insert into originals select $sha, part, raw, block from blocks", {"sha": sha256})
            cursor.unregister("blocks")
