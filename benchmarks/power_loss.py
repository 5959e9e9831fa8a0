"""Let the power fail at random moments of a run, go on from what the disk kept, and compare with a run left alone.

    python benchmarks/power_loss.py [--losses 20] [--seed 1]

What the run does to its files is logged by a preloaded library (`io_log.c`, built with `cc` when this starts). A loss
keeps what was synced; of what was written since, each sector of 512 bytes is kept or not by chance, and so are names
that were given or taken since their folder was synced. Linux only.
Promises: an event counts as lost where its commit was acknowledged before the loss and is not there after it.
Does not promise: disks that lie about a sync.
"""

from __future__ import annotations

import argparse
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from ecology import Store

SCRIPT = Path(__file__).with_name("crash_run.py")
SOURCE = Path(__file__).with_name("io_log.c")
_HEAD = struct.Struct("=cIIQQ")
_SECTOR = 512


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done to a file: `w`rite, `t`runcate, `s`ync, `r`ename (to `other`) or `u`nlink."""

    op: str
    path: str
    other: str
    offset: int
    data: bytes


@dataclass
class File:
    """What a file holds for sure, and what was done to it since it was synced."""

    kept: bytearray = field(default_factory=bytearray)
    since: list[Act] = field(default_factory=list)

    def sync(self) -> None:
        """Make sure of everything."""
        for act in self.since:
            _apply(self.kept, act)
        self.since.clear()

    def after(self, rng: Random) -> bytes:
        """Return what a loss leaves."""
        left = bytearray(self.kept)
        for act in self.since:
            for part in _sectors(act):
                if rng.random() < 0.5:
                    _apply(left, part)
        return bytes(left)


class Disk:
    """The files of a folder as acts on them went by; what hangs on a name is synced with the name's folder."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}
        self._sure: dict[str, File] = {}

    def do(self, act: Act) -> None:
        """Take in an act."""
        if act.op == "r":
            self._files[act.other] = self._files.pop(act.path, File())
        elif act.op == "u":
            self._files.pop(act.path, None)
        elif act.op == "s" and not self._is_file(act.path):
            self._sure = dict(self._files)
        elif act.op == "s":
            self._files.setdefault(act.path, File()).sync()
        else:
            self._files.setdefault(act.path, File()).since.append(act)

    def lose_power(self, folder: Path, into: Path, rng: Random) -> None:
        """Write what a loss leaves into another folder."""
        for path in {*self._files, *self._sure}:
            names = self._files if rng.random() < 0.5 else self._sure
            if path in names:
                (into / Path(path).relative_to(folder)).write_bytes(names[path].after(rng))

    def _is_file(self, path: str) -> bool:
        return path in self._files or Path(path).suffix != ""


def _sectors(act: Act) -> Iterator[Act]:
    if act.op != "w":
        yield act
        return
    first = _SECTOR - act.offset % _SECTOR
    starts = [0, *range(first, len(act.data), _SECTOR)]
    for start, end in zip(starts, [*starts[1:], len(act.data)], strict=True):
        yield Act("w", act.path, "", act.offset + start, act.data[start:end])


def _apply(content: bytearray, act: Act) -> None:
    if act.op == "t":
        del content[act.offset :]
        content.extend(bytes(act.offset - len(content)))
    else:
        content.extend(bytes(max(0, act.offset - len(content))))
        content[act.offset : act.offset + len(act.data)] = act.data


def acts(log: Path) -> list[Act]:
    """Read a log."""
    data, at, found = log.read_bytes(), 0, []
    while at < len(data):
        op, path_size, other_size, offset, size = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        path, other = data[at : at + path_size].decode(), data[at + path_size : at + path_size + other_size].decode()
        at += path_size + other_size
        # A cut has no data; its size stands in the offset.
        found.append(Act(op.decode(), path, other, offset, data[at : at + size]))
        at += size
    return found


def logged_run(folder: Path, log: Path) -> str:
    """Live the run with everything logged that it does to its files, and return the hash of its history."""
    library = log.with_suffix(".so")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl", "-lpthread"], check=True)
    return _live(folder, {"LD_PRELOAD": str(library), "IO_LOG": str(log), "IO_FOLDER": str(folder)})


def _live(folder: Path, more: dict[str, str]) -> str:
    command = [sys.executable, str(SCRIPT), str(folder / "run.db"), str(folder / "acknowledged.txt")]
    return subprocess.run(command, env=os.environ | more, check=True, capture_output=True, text=True).stdout.strip()


def acknowledged(done: Sequence[Act]) -> dict[int, str]:
    """Return the digests, by seq, of the commits that had been acknowledged."""
    text = b"".join(act.data for act in done if act.op == "w" and act.path.endswith("acknowledged.txt")).decode()
    return {int(seq): digest for seq, digest in (line.split() for line in text.splitlines())}


def lost(database: Path, known: dict[int, str]) -> int:
    """Return how many acknowledged commits a database has not; reading it proves that it is whole.

    Raises: StorageError: it is not.
    """
    with Store.open(database, write=True) as store:
        store.verify()
        digests = {row.seq: row.digest.hex() for row in store._reader.raw("SELECT seq, digest FROM event")}
    return sum(digests.get(seq) != digest for seq, digest in known.items())


def main() -> int:
    """Print the table; exit with 1 where anything was lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--losses", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng, total, same = Random(options.seed), 0, 0
    with TemporaryDirectory() as top:
        folder, log = Path(top) / "run", Path(top) / "io.log"
        folder.mkdir()
        expected = logged_run(folder, log)
        done = acts(log)
        first = next(place for place, act in enumerate(done) if act.path.endswith("acknowledged.txt"))
        print(f"{len(done)} acts on files, {len(acknowledged(done))} acknowledged commits", flush=True)
        for number in range(options.losses):
            cut = rng.randrange(first + 1, len(done))
            disk = Disk()
            for act in done[:cut]:
                disk.do(act)
            # The run is gone on with under its own path, for its files know it.
            shutil.rmtree(folder)
            folder.mkdir()
            disk.lose_power(folder, folder, rng)
            known = acknowledged(done[:cut])
            (folder / "acknowledged.txt").unlink(missing_ok=True)
            missing = lost(folder / "run.db", known)
            again = _live(folder, {})
            total, same = total + missing, same + (again == expected)
            told = f"{len(known)} acknowledged, {missing} lost, same history: {again == expected}"
            print(f"loss {number + 1} after act {cut}: {told}", flush=True)
    print(f"power losses: {options.losses}; acknowledged commits lost: {total}; same history: {same}")
    return 0 if total == 0 and same == options.losses else 1


if __name__ == "__main__":
    raise SystemExit(main())
