"""The files as they came: packed aside while the database reads them, and kept once.

In: a file on disk. Out: its bytes as zstd frames one after the other, its digest, and their place in the store: in short
pieces, of which DuckDB puts many into one block of the database. A long one gets blocks of its own, in three times the time.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from cxdata.store import Store

BLOCK = 2**20  # bytes that are packed as one
PIECE = 2_000  # bytes of a row
_AT_ONCE = 16_000  # pieces that one statement stores or reads: of earlier versions they are longer, and fewer

_STRETCHES = """
    select min(part), max(part) from (
        select part, sum(octet_length(compressed)) over (order by part) // {most} as stretch
        from {table} where sha256 = ?)
    group by stretch order by 1"""


@dataclass(frozen=True)
class Packed:
    """An original, compressed in a file; None: it is not kept. `size`: its bytes as it came."""

    path: Path | None
    sha256: str
    size: int


def pack(original: Path, folder: Path) -> Packed:
    """Compress a file into the folder; done aside, while the database reads the same file."""
    digest, size = hashlib.sha256(), 0
    codec, packed = pa.Codec("zstd", compression_level=1), folder / "original.zst"
    with original.open("rb") as file, packed.open("wb") as written:
        while block := file.read(BLOCK):
            digest.update(block)
            size += len(block)
            written.write(codec.compress(block, asbytes=True))
    return Packed(packed, digest.hexdigest(), size)


def not_kept(packed: Packed) -> Packed:
    """The mark of a file that is not kept."""
    return replace(packed, path=None)


def restore(store: Store, sha256: str, path: Path) -> int:
    """Write a kept file as it came; how many bytes it has. 0: it is not kept."""
    packed = path.with_name(f"{path.name}.zst")
    with packed.open("wb") as file:
        for piece in _pieces(store, sha256):
            file.write(piece)
    with path.open("wb") as file:
        if packed.stat().st_size:
            with pa.input_stream(str(packed), compression="zstd") as stream:
                shutil.copyfileobj(stream, file, BLOCK)
    packed.unlink()
    return path.stat().st_size


def read(store: Store, sha256: str) -> bytes:
    """The bytes of a kept file as it came; none where it is not kept."""
    packed = b"".join(_pieces(store, sha256))
    return bytes(pa.input_stream(pa.py_buffer(packed), compression="zstd").read()) if packed else b""


def _pieces(store: Store, sha256: str) -> Iterator[bytes]:
    sql = """select compressed from originals where sha256 = $sha and part between $first and $last and compressed is not null
             order by part"""
    with store.reading() as cursor:
        stretches = _stretches(cursor, sha256)
    for first, last in stretches:
        yield from store.query(sql, sha=sha256, first=first, last=last)["compressed"].to_pylist()


def _stretches(cursor: duckdb.DuckDBPyConnection, sha256: str, table: str = "originals") -> list[tuple[int, int]]:
    """(first, last) of the pieces of a file that fit into the memory together."""
    return cursor.execute(_STRETCHES.format(table=table, most=_AT_ONCE * PIECE), [sha256]).fetchall()


def keep(cursor: duckdb.DuckDBPyConnection, packed: Packed) -> None:
    """Store the bytes of a file, once."""
    if cursor.execute("select count(*) from originals where sha256 = ?", [packed.sha256]).fetchall()[0][0]:
        return
    write(cursor, packed.sha256, packed.path)


def write(cursor: duckdb.DuckDBPyConnection, sha256: str, packed: Path | None) -> None:
    """Store the bytes of a packed file under a digest; None: that it is not kept, so that it does not come in again."""
    if packed is None:
        cursor.execute("insert into originals values (?, 0, null)", [sha256])
        return
    part = 0
    with packed.open("rb") as file:
        while block := file.read(_AT_ONCE * PIECE):
            ends = np.minimum(np.arange(0, len(block) + PIECE, PIECE), len(block)).astype(np.int32)
            pieces = pa.Array.from_buffers(pa.binary(), len(ends) - 1, [None, pa.py_buffer(ends), pa.py_buffer(block)])
            parts = np.arange(part, part + len(pieces), dtype=np.int32)
            cursor.register("pieces", pa.table({"part": parts, "piece": pieces}))
            cursor.execute("insert into originals select $sha, part, piece from pieces", {"sha": sha256})
            cursor.unregister("pieces")
            part += len(pieces)


def copy(cursor: duckdb.DuckDBPyConnection, sha256: str, old: str) -> None:
    """Store a kept file, or the mark that it is not, as it stands in another database."""
    for first, last in _stretches(cursor, sha256, f"{old}.originals"):
        sql = f"insert into originals select * from {old}.originals where sha256 = ? and part between ? and ?"
        cursor.execute(sql, [sha256, first, last])
