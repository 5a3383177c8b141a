"""`python -m tools.wheels`: a source distribution, and from it a wheel for each Python that is named.

A wheel is built from what the source distribution holds, so nothing that is missing there can be in
it, and without a path of the machine that builds it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tools import readme

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ROOT = Path(__file__).parents[1]
MATURIN = (sys.executable, "-m", "maturin")


def run(*command: str | Path, folder: Path = ROOT, more: Mapping[str, str] | None = None) -> None:
    """Run a command, and stop if it fails."""
    # maturin looks for zig on the PATH.
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    variables = {**os.environ, "PATH": path, **(more or {})}
    subprocess.run([*map(str, command)], cwd=folder, env=variables, check=True)


def packed_in(folder: Path) -> Path:
    """Return the one source distribution in a folder."""
    (archive,) = folder.glob("fastcors-*.tar.gz")
    return archive


def unpacked(archive: Path, folder: Path) -> Path:
    """Unpack a source distribution, and return its folder."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def source_distribution(into: Path) -> Path:
    """Make the source distribution, with a README for a package index, and return its path."""
    with tempfile.TemporaryDirectory() as folder:
        run(*MATURIN, "sdist", "--out", folder)
        archive = packed_in(Path(folder))
        source = unpacked(archive, Path(folder, "source"))
        text = (source / "README.md").read_text(encoding="utf-8")
        (source / "README.md").write_text(readme.absolute(text), encoding="utf-8")
        run(*MATURIN, "sdist", "--out", into, folder=source)
    return into / archive.name


def remapped(source: Path, target: Path) -> Iterable[str]:
    """Return the compiler's flags that shorten each path of this machine."""
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    # The folder of a registry has its host in its name; there is none before the first download.
    run("cargo", "fetch", "--quiet", "--locked", folder=source)
    crates = sorted((home / "registry" / "src").iterdir())
    sysroot = subprocess.run(
        ["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True
    )
    # The last one that fits wins, so the more general come first.
    shortened = {
        Path.home(): "home",
        Path(sysroot.stdout.strip()): "rust",
        home: "cargo",
        **dict.fromkeys(crates, "crates"),
        target: "target",
        source: "fastcors",
    }
    return [f"--remap-path-prefix={path}={name}" for path, name in shortened.items()]


def wheels(archive: Path, into: Path, arguments: Sequence[str], target: Path) -> list[Path]:
    """Build wheels from a source distribution with maturin's arguments, and return their paths."""
    given = os.environ.get("CARGO_ENCODED_RUSTFLAGS", "").split("\x1f")
    given += os.environ.get("RUSTFLAGS", "").split()
    with tempfile.TemporaryDirectory() as folder:
        # The same folder each time, so that cargo keeps what it has compiled.
        source = target / "source"
        shutil.rmtree(source, ignore_errors=True)
        shutil.copytree(unpacked(archive, Path(folder)), source)
        flags = [*filter(None, given), *remapped(source, target)]
        made = Path(folder, "wheels")
        run(
            *MATURIN,
            *("build", "--release", "--locked", "--out", str(made), *arguments),
            folder=source,
            more={"CARGO_ENCODED_RUSTFLAGS": "\x1f".join(flags), "CARGO_TARGET_DIR": str(target)},
        )
        names = sorted(path.name for path in made.iterdir())
        for name in names:
            shutil.copy2(made / name, into / name)
    return [into / name for name in names]


def main(arguments: Sequence[str] | None = None) -> None:
    """Make what the arguments say."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="Other arguments are maturin's: --interpreter, --target, --zig"
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / "dist", help="the folder for what is made"
    )
    parser.add_argument("--sdist", action="store_true", help="make no wheel")
    parser.add_argument(
        "--from", type=Path, dest="archive", help="the folder of a source distribution"
    )
    given, for_maturin = parser.parse_known_args(arguments)
    out = given.out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    archive = packed_in(given.archive.absolute()) if given.archive else source_distribution(out)
    if not given.sdist:
        wheels(archive, out, for_maturin, ROOT / "target" / "wheels")


if __name__ == "__main__":
    main()
