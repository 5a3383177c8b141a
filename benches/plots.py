"""`python -m benches.plots`: draws `docs/img/*.svg` from `benches/results/*.json`.

The pictures have no background and no pure black or white, so they read on any page.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from benches.report import read as recorded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from benches.tables import Figures

IMAGES = Path(__file__).parents[1] / "docs" / "img"
# Each with a contrast of 3.5 or more to white and to the darkest grey of usual pages.
TEXT = "#7a828c"
OURS = "#2b7de9"
THEIRS = "#cc7021"
NEUTRAL = "#8a929b"
COLORS = {
    "fastcors": OURS,
    "Starlette": THEIRS,
    "no middleware": NEUTRAL,
    "the same bytes": NEUTRAL,
}
# The application that sends them itself: nothing that adds the headers can serve more.
COMPARED = "the same bytes"
STYLE: Any = {
    "axes.facecolor": "none",
    "axes.edgecolor": TEXT,
    "axes.labelcolor": TEXT,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": TEXT,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "figure.constrained_layout.h_pad": 0.08,
    "savefig.transparent": True,
    "svg.fonttype": "path",
    # The same picture from the same figures, to the byte.
    "svg.hashsalt": "fastcors",
    "text.color": TEXT,
    "xtick.color": TEXT,
    "ytick.color": TEXT,
}


def read(name: str) -> Figures:
    """Return the results of a benchmark, which must be there."""
    figures = recorded(name)
    if figures is None:
        sys.exit(f"there are no results of {name}: run `python -m benches.{name} --record` first")
    return figures


def figure(
    title: str, source: dict[str, Any], height: float, panels: int = 1
) -> tuple[Figure, Any]:
    """Return a figure with a title, what it was measured on, and its axes."""
    drawn = Figure(figsize=(8, height), layout="constrained")
    drawn.suptitle(title, x=0.01, ha="left", color=TEXT, fontweight="bold", fontsize=12)
    drawn.supxlabel(
        f"{source['python']}, {source['machine']}, {source['date']}",
        x=0.01,
        ha="left",
        color=TEXT,
        fontsize=8,
    )
    return drawn, drawn.subplots(panels, 1)


def bars(
    axes: Axes, groups: Sequence[str], variants: Sequence[str], values: Any, labels: Any
) -> None:
    """Draw groups of horizontal bars, each with its value."""
    thickness = 0.8 / len(variants)
    longest = max(values(group, variant) for group in groups for variant in variants)
    for row, group in enumerate(groups):
        for place, variant in enumerate(variants):
            middle = row - 0.4 + thickness * (place + 0.5)
            value = values(group, variant)
            axes.barh(middle, value, thickness * 0.86, color=COLORS[variant])
            axes.text(
                value + longest * 0.01,
                middle,
                labels(group, variant),
                va="center",
                color=TEXT,
                fontsize=9,
            )
    axes.set_yticks(range(len(groups)), groups)
    axes.invert_yaxis()
    axes.set_xlim(0, longest * 1.35)
    axes.xaxis.set_major_locator(NullLocator())
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def added_cost() -> Figure:
    """Draw what is added to each kind of request."""
    source = read("added_cost")
    rows = {row["request"]: row for row in source["rows"] if row["policy"] == "two origins"}
    drawn, axes = figure("Microseconds that the middleware adds to one request", source, 3.4)

    def label(kind: str, variant: str) -> str:
        return f"{rows[kind][variant] / 1000:.2f}  {variant}"

    names = {
        "without Origin": "without Origin",
        "allowed": "allowed origin",
        "rejected": "rejected origin",
        "preflight": "preflight",
    }
    bars(axes, list(names), ["Starlette", "fastcors"], lambda k, v: rows[k][v], label)
    axes.set_yticks(range(len(names)), list(names.values()))
    return drawn


def servers() -> Figure:
    """Draw the requests per second of each server."""
    source = read("servers")
    names = list(dict.fromkeys(row["server"] for row in source["rows"]))
    rows = {(row["server"], row["request"], row["variant"]): row for row in source["rows"]}
    drawn, panels = figure(
        "Requests per second, one worker on one core", source, 2.4 * len(names) + 0.8, len(names)
    )
    for server, axes in zip(names, panels if len(names) > 1 else [panels], strict=True):
        version = source["versions"][server]

        def value(kind: str, variant: str, server: str = server) -> float:
            return float(rows[server, kind, variant]["requests per second"])

        def label(kind: str, variant: str, server: str = server) -> str:
            row = rows[server, kind, variant]
            ratio = row[f"of {COMPARED}"]
            share = "" if variant == COMPARED or ratio is None else f", {ratio:.1%}"
            return f"{row['requests per second']:,.0f}  {variant}{share}"

        variants = [COMPARED, "fastcors", "Starlette"]
        bars(axes, ["actual request", "preflight"], variants, value, label)
        axes.set_title(f"{server} {version}")
    return drawn


def spelled(value: float, _: int = 0) -> str:
    """Return a number for a logarithmic axis."""
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def duration(value: float, _: int = 0) -> str:
    """Return nanoseconds for a logarithmic axis in words."""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if value >= size:
            return f"{value / size:g} {unit}"
    return f"{value:g} ns"


def logarithmic(axes: Axes, xs: Sequence[float], ys: Sequence[float], label: str) -> None:
    """Set a tick on both axes for each power of ten that the points span."""
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_major_locator(FixedLocator(xs))
    axes.yaxis.set_major_locator(FixedLocator(ys))
    axes.xaxis.set_major_formatter(FuncFormatter(spelled))
    axes.yaxis.set_major_formatter(FuncFormatter(duration))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(axis="y", color=TEXT, alpha=0.2, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(0.2 * ys[0], 3 * ys[-1])
    axes.set_xlabel(label)


def origins() -> Figure:
    """Draw the cost over the number of listed origins."""
    source = read("scaling")
    drawn, axes = figure("Time added to an allowed request, by listed origins", source, 4.2)
    logarithmic(
        axes, [10**n for n in range(7)], [10**n for n in range(3, 6)], "origins in allow_origins"
    )
    axes.set_xlim(0.8, 1.2e6)
    for name, which, color, style, text, at, offset in (
        ("fastcors", "one", OURS, "-", "fastcors, one origin asks again and again", 10**3, -16),
        ("fastcors", "turns", OURS, "--", "fastcors, all origins in turn", 10**4, 12),
        ("Starlette, a list", "turns", THEIRS, "-", "Starlette, a list", 10**3, 12),
        ("Starlette, a set", "turns", THEIRS, "--", "Starlette, a set", 10**5, 8),
    ):
        points = [
            (row["origins"], row[name])
            for row in source["origins"]
            if row["asking"] == which and name in row
        ]
        axes.plot(*zip(*points, strict=True), color=color, linestyle=style, linewidth=2.2)
        axes.annotate(
            text,
            (at, dict(points)[at]),
            (0, offset),
            textcoords="offset points",
            ha="right" if name == "Starlette, a list" else "center",
            color=color,
            fontsize=9,
        )
    return drawn


def hostile() -> Figure:
    """Draw the time for an origin that is hostile to a regular expression."""
    source = read("scaling")
    drawn, axes = figure("Time for one request with a hostile Origin", source, 4.2)
    logarithmic(
        axes,
        [10**n for n in range(1, 7)],
        [10**n for n in range(3, 10)],
        f"characters of an Origin that almost matches {source['expression']}",
    )
    axes.set_xlim(3.5, 1.2e6)
    for name, color, offset, side in (
        ("Starlette", THEIRS, (10, -4), "left"),
        ("fastcors", OURS, (-30, 6), "right"),
    ):
        points = [(row["length"], row[name]) for row in source["length"] if name in row]
        length, taken = points[-1]
        axes.plot(*zip(*points, strict=True), color=color, linewidth=2.2, marker="o", markersize=4)
        axes.annotate(
            f"{name}: {duration(float(f'{taken:.2g}'))} for {length:,} characters",
            (length, taken),
            offset,
            textcoords="offset points",
            ha=side,
            color=color,
            fontsize=9,
        )
    return drawn


PLOTS = {"added-cost": added_cost, "servers": servers, "origins": origins, "hostile": hostile}


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--png", type=Path, help="draw PNGs on white and on dark, into this folder")
    given = parser.parse_args(arguments)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(STYLE):
        for name, plot in PLOTS.items():
            drawn = plot()
            drawn.savefig(IMAGES / f"{name}.svg", metadata={"Date": None})
            print(f"written: docs/img/{name}.svg")
            for ground in ("#ffffff", "#0d1117") if given.png else ():
                drawn.savefig(
                    given.png / f"{name}{ground}.png",
                    dpi=110,
                    facecolor=ground,
                    transparent=False,
                )


if __name__ == "__main__":
    main()
