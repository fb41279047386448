"""Which tool wrote a table: its header records, the source, and the mapping with the user's columns.

In: a TextTable and the user's choices. Out: the table with its header, the source and the mapping. Raises MappingProblem
where nothing is recognised.
"""

from __future__ import annotations

from cxdata import sources
from cxdata.errors import MappingProblem
from cxdata.reading import TextTable, unique_names
from cxdata.schema import KINDS
from cxdata.sources.base import Mapping_, Source, folded, joined_labels, map_columns
from cxdata.understanding import Choices, apply_choices

HEADERS_TRIED = 20


def recognise(table: TextTable, choices: Choices) -> tuple[TextTable, Source, Mapping_]:
    """The table with its header records, the source that wrote it, and the mapping with the user's columns."""
    table = table.with_header(header_at(table, choices))
    header = table.header
    source, mapping = (
        sources.identify(header, kind=choices.kind, source=choices.source)
        if not choices.mapping
        else (_identify_with(table, choices))
    )
    table = table.with_header(table.header_at, _header_records(table, source))
    labels = _labels(table, source)
    if labels:
        mapping = map_columns(source, header, labels)
    return table, source, apply_choices(mapping, header, labels, choices)


def _identify_with(table: TextTable, choices: Choices) -> tuple[Source, Mapping_]:
    """Identify a file whose columns the user maps: what is missing without his columns may be there with them."""
    try:
        return sources.identify(table.header, kind=choices.kind, source=choices.source)
    except MappingProblem:
        if choices.kind:
            raise
    for kind in (entry.name for entry in KINDS):
        source, mapping = sources.identify(table.header, kind=kind, source="generic")
        names = {entry.name for entry in mapping.kind.fields}
        if set(choices.mapping) <= names:
            mapping = apply_choices(mapping, table.header, (), choices)
            if not mapping.missing and (not mapping.kind.scores or mapping.kind.scores & set(mapping.uses)):
                return source, mapping
    return sources.identify(table.header, kind=choices.kind, source=choices.source)


def header_at(table: TextTable, choices: Choices) -> int:
    """The record that is the header: the proposed one, or the only other of the first ones that a known tool writes.

    Some tools write a title, a period or an account of the survey above the header.
    """
    if table.line_column is not None or sources.claimed(table.header, choices.source):
        return table.header_at
    firsts = table.records[:HEADERS_TRIED]
    found = [at for at, cells in enumerate(firsts) if sources.claimed(unique_names(cells), choices.source)]
    return found[0] if len(found) == 1 else table.header_at


def _header_records(table: TextTable, source: Source) -> int:
    """How many records the header takes: what the source says, and one more where the second record is none of data."""
    below = table.records[table.header_at + 1 : table.header_at + 2]
    if source.second_header and below and folded(below[0][0]) in map(folded, source.second_header):
        return source.header_records + 1
    return source.header_records


def _labels(table: TextTable, source: Source) -> tuple[str, ...]:
    """The texts of the questions, where a header record below the first has them; else nothing."""
    under = table.records[table.header_at + 1 : table.header_at + table.header_records]
    if source.labels_in:
        return tuple(" ".join(cell.split()) for cell in under[source.labels_in - 1][: table.columns])
    if not (source.second_header and under):
        return ()
    return joined_labels(table.records[table.header_at], under[0])
