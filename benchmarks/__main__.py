"""`python -m benchmarks`: how fast imports and page queries are, against peers in the same run. See README.md."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import imports, pages, reports
from benchmarks.generate import generate

GOALS = {"import": 1 / 3, "peak": 2e9, "pandas": 5.0, "sql": 2.0, "report": 20.0}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, and write the figures where asked."""
    given = _parser().parse_args(arguments)
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="cx-benchmarks-") as temporary:
        folder = given.folder or Path(temporary)
        for tickets in given.tickets:
            say(f"{tickets:,} tickets")
            files = generate(tickets, folder)
            found = results[str(tickets)] = {}
            if given.only in (None, "import"):
                found["import"] = imports.measure(files["tickets"], folder, given.rounds, say)
                print(import_table(tickets, found["import"]), flush=True)
            if given.only in (None, "pages"):
                found["pages"] = pages.measure(files, folder, given.rounds, say)
                print(page_table(tickets, found["pages"]), flush=True)
            if given.only in (None, "reports"):
                found["reports"] = reports.measure(files, folder, given.rounds, say)
                print(report_table(tickets, found["reports"]), flush=True)
            if given.json:
                given.json.write_text(json.dumps(results, indent=1))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Speed, against peers, in one run.")
    parser.add_argument("--tickets", nargs="+", type=int, default=[1_000_000, 10_000_000], metavar="N")
    parser.add_argument("--only", choices=("import", "pages", "reports"), help="measure only this")
    parser.add_argument("--rounds", type=int, default=5, help="how often each pair is measured (default 5)")
    parser.add_argument("--folder", type=Path, help="keep the generated files and the filled store here for a next run")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures here")
    return parser


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def import_table(tickets: int, found: dict[str, Any]) -> str:
    """One line a figure, as Markdown."""
    ratios = ", ".join(f"{ratio:.3f}" for ratio in found["ratios"])
    peak, bare = (f"{found[f'{way}_peak'] / 1e9:.2f} GB" for way in ("ours", "bare"))
    return f"""
### Import, {tickets:,} tickets ({found["file_bytes"] / 1e6:,.0f} MB)

| | measured | goal |
| --- | --- | --- |
| bare read ÷ ours | **{found["ratio"]:.3f}** ({ratios}) | ≥ {GOALS["import"]:.2f} |
| the same in processor time | **{found["cpu_ratio"]:.3f}** | |
| peak memory | **{peak}** (bare {bare}) | < {GOALS["peak"] / 1e9:.0f} GB |
| seconds | ours {found["ours_s"]:.1f}, bare {found["bare_s"]:.1f} | |"""


def page_table(tickets: int, found: dict[str, Any]) -> str:
    """One line a page, as Markdown."""
    lines = [
        f"\n### Page queries, {tickets:,} tickets (in brackets: in processor time)\n",
        f"| page | pandas ÷ ours (goal ≥ {GOALS['pandas']:g}) | raw DuckDB ÷ ours (goal ≥ {GOALS['sql']:g}) "
        "| ours, ms | pandas, ms | raw DuckDB, ms |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for page, one in found.items():
        single = " | ".join(f"{1000 * one[f'{way}_s']:,.0f}" for way in ("ours", "pandas", "sql"))
        both = " | ".join(f"**{one[peer]:.2f}** ({one[f'{peer}_cpu']:.2f})" for peer in ("pandas", "sql"))
        lines.append(f"| {page} | {both} | {single} |")
    return "\n".join(lines)


def report_table(tickets: int, found: dict[str, Any]) -> str:
    """One line a kind of file, as Markdown."""
    lines = [
        f"\n### All pages to take along, {tickets:,} tickets\n",
        f"| file | seconds, asked and written (goal ≤ {GOALS['report']:g}) | of which writing |",
        "| --- | --- | --- |",
    ]
    for name, seconds in found.items():
        if name != "ask":
            lines.append(f"| {name.upper()} | **{found['ask'] + seconds:.1f}** | {seconds:.1f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
