"""A sparkline as an SVG text: a light image instead of a chart.

In: values. Out: SVG.
"""

from __future__ import annotations

from collections.abc import Sequence

from cxdata import formats


def spark_svg(values: Sequence[float | None], colour: str, *, last_partial: bool = False, width: int = 150) -> str:
    """A sparkline as an SVG text: a light image instead of a chart. Gaps where nothing was measured."""
    height, pad = 34, 3
    known = [value for value in values if value is not None and not formats.nothing(value)]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    across = (width - 2 * pad) / max(len(values) - 1, 1)

    def scale(value: float) -> float:
        return height / 2 if high == low else height - pad - (value - low) / (high - low) * (height - 2 * pad)

    points = [
        None if value is None or formats.nothing(value) else (pad + place * across, scale(value))
        for place, value in enumerate(values)
    ]
    whole = points[:-1] if last_partial and len(points) > 2 else points
    parts = [f'<path d="{_path(whole)}" fill="none" stroke="{colour}" stroke-width="1.8" stroke-linejoin="round"/>']
    if whole is not points:
        parts.append(
            f'<path d="{_path(points[-2:])}" fill="none" stroke="{colour}" stroke-width="1.6" stroke-dasharray="2 3"/>'
        )
    last = next((point for point in reversed(points) if point), None)
    if last:
        parts.append(f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="2.6" fill="{colour}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" preserveAspectRatio="none" '
        f'width="{width}" height="{height}">{"".join(parts)}</svg>'
    )


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    path, pen_down = [], False
    for point in points:
        if point is None:
            pen_down = False
            continue
        path.append(f"{'L' if pen_down else 'M'}{point[0]:.1f} {point[1]:.1f}")
        pen_down = True
    return " ".join(path)
