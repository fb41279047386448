"""The key of pseudonyms, kept apart from the database, and digests under it (HMAC-SHA-256) in SQL.

In: a store and a cursor. Out: the key, and a cursor on which `digest_sql` works. Whoever has the database without the key cannot try
names on it; a database remembers which key is its own, so that another one, or none, does not go unseen.
"""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

import duckdb

from cxdata.errors import CxError
from cxdata.parsing import quoted
from cxdata.store import Store

VARIABLE = "CX_KEY_FILE"
DIGITS = 16  # of a digest that are kept: with a hundred million names two of them are alike once in four thousand times
NUMBER, EMAIL, NAME, AGENT, ROW = "number", "email", "name", "agent", "row"  # what a digest is of
PREFIX = "p-"
_BLOCK = 64  # bytes of a block of SHA-256


def key_path(store: Store) -> Path | None:
    """Where the key is: CX_KEY_FILE, else cx.key beside the database; None for a database in memory."""
    given = os.environ.get(VARIABLE)
    if given:
        return Path(given)
    return store.path.with_name("cx.key") if store.path else None


def key_of(store: Store, cursor: duckdb.DuckDBPyConnection, *, make: bool) -> bytes:
    """The key of a database. `make`: one without a key gets one, in a file for its owner only; else the answer is a key that
    nobody keeps, under which nothing is like anything.

    Raises CxError where the key of this database is not there, or is another one.
    """
    path, known = key_path(store), _known(cursor)
    key = _read(path) if path and path.exists() else None
    if key is None and known is not None:
        raise CxError(
            "The key of this database is not at {path}: persons who were erased could not be recognised. Put the file "
            "back from a backup, or say where it is with CX_KEY_FILE. docs/privacy.md says what to do when it is lost.",
            path=path,
        )
    if key is not None and known not in (None, _mark(key)):
        raise CxError(
            "The key at {path} is not that of this database. Put the right file there, or say where it is with CX_KEY_FILE.",
            path=path,
        )
    if key is None:
        key = secrets.token_bytes(32)
        if make and path:
            _write(path, key)
    if make and known is None:
        cursor.execute("insert into state values ('key', ?)", [_mark(key)])
    return key


def use(cursor: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Make digests possible on a cursor."""
    padded = key.ljust(_BLOCK, b"\0")
    for name, byte in (("key_inner", 0x36), ("key_outer", 0x5C)):
        cursor.execute(f"set variable {name} = ?::blob", [bytes(one ^ byte for one in padded)])


def new_key(store: Store) -> Path | None:
    """Begin with a new key: those who were erased under the old one are recognised no more. Where the new one will be."""
    with store.writing() as cursor:
        cursor.execute("delete from erased")
        cursor.execute("delete from state where name = 'key'")
    path = key_path(store)
    if path:
        path.unlink(missing_ok=True)
    return path


def _known(cursor: duckdb.DuckDBPyConnection) -> int | None:
    found = cursor.execute("select value from state where name = 'key'").fetchall()
    return int(found[0][0]) if found else None


def _mark(key: bytes) -> int:
    """A number by which a database knows its key, and which tells nothing of it."""
    return int.from_bytes(hmac.digest(key, b"mark", "sha256")[:7], "big")


def _read(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise CxError("The key at {path} cannot be read: {reason}.", path=path, reason=error) from error
    if len(key) < 32:
        raise CxError("The key at {path} cannot be read: {reason}.", path=path, reason="it is too short")
    return key


def _write(path: Path, key: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key.hex() + "\n")
    except OSError as error:
        raise CxError(
            "The key cannot be written to {path}: {reason}. Say where it may be with CX_KEY_FILE.",
            path=path,
            reason=error.strerror or error,
        ) from error


def digest_sql(what: str, text: str) -> str:
    """SQL: the digest of a text. E-mail addresses and names are the same in any case; a pseudonym is that of its text."""
    if what in (EMAIL, NAME, AGENT):
        text = f"lower(trim({text}))"
    own = f"unhex(sha256(getvariable('key_inner') || encode({quoted(what + chr(31))} || {text})))"
    made = f"left(sha256(getvariable('key_outer') || {own}), {DIGITS})"
    return f"case when {is_pseudonym_sql(text)} then substr({text}, {len(PREFIX) + 1}) else {made} end"


def pseudonym_sql(what: str, text: str) -> str:
    """SQL: the pseudonym of an e-mail address, a name or an agent: the same for the same one in every file."""
    return f"{quoted(PREFIX)} || {digest_sql(what, text)}"


def is_pseudonym_sql(text: str) -> str:
    return f"regexp_full_match({text}, '{PREFIX}[0-9a-f]{{{DIGITS}}}')"


def digests(cursor: duckdb.DuckDBPyConnection, what: str, texts: list[str]) -> dict[str, str]:
    """{text: its digest}."""
    sql = f"select word, {digest_sql(what, 'word')} from (select unnest(cast(? as varchar[])) as word)"
    return dict(cursor.execute(sql, [texts]).fetchall())
