"""The self-test that decides whether a tier may be used, and what is recorded of it.

Promises: a tier is proved by attacks, never by a version number; one attack that gets through refuses the tier.
Does not promise: a second test of a tier that this process has proved already.
"""

from __future__ import annotations

from collections.abc import Sequence

from storage import SandboxUnavailable

from .probes import PROBES, ProbeResult, run_probes
from .process import TierRefused
from .run import Tier
from .sandbox import Sandbox

_proofs: dict[Tier, str] = {}
_VITAL = frozenset(probe.name for probe in PROBES if probe.vital)
_OPEN = frozenset(probe.name for probe in PROBES if probe.open)


def prove(tier: Tier, *, hash_seed: int) -> Sandbox:
    """Return a sandbox of `tier` that contained every quick probe; a tier that once did so is not probed again.

    Raises: SandboxUnavailable: the tier cannot be entered here, or a probe was not contained.
    """
    try:
        sandbox = Sandbox(tier, hash_seed=hash_seed)
    except TierRefused as error:
        raise SandboxUnavailable(str(error)) from error
    if tier not in _proofs:
        try:
            _proofs[tier] = _prove(sandbox)
        except SandboxUnavailable:
            sandbox.close()
            raise
        except OSError as error:
            sandbox.close()
            raise SandboxUnavailable(
                f"the sandbox self-test needs a temporary folder it can write to: {error}"
            ) from error
    sandbox.proof = _proofs[tier]
    return sandbox


def _prove(sandbox: Sandbox) -> str:
    rows = run_probes(sandbox, quick=True)
    failed = failure(rows)
    if failed is not None:
        raise SandboxUnavailable(
            f"the sandbox tier {sandbox.tier} let a probe out: {failed.name} ({failed.cell}: {failed.detail})"
        )
    return said(sandbox, rows)


def failure(rows: Sequence[ProbeResult]) -> ProbeResult | None:
    """Return the first row that refuses a tier: a probe that got through, or a vital one that could not be tried."""
    return next((row for row in rows if row.name not in _OPEN and not _holds(row)), None)


def _holds(row: ProbeResult) -> bool:
    # Nothing is known from what a tier could not even try, unless that is native code in one that has none.
    return row.cell == "stopped" or (row.cell == "not run" and row.name not in _VITAL)


def said(sandbox: Sandbox, rows: Sequence[ProbeResult]) -> str:
    """Return in one line what is recorded of a self-test: tier, Landlock ABI and how many probes were stopped."""
    stopped = sum(row.cell == "stopped" for row in rows)
    left = sum(row.cell == "not run" for row in rows)
    open_ = len(rows) - stopped - left
    # A run is not to wait for the bombs, which must run into a limit first, nor for every system call by itself.
    rest = len(PROBES) - len(rows)
    more = f"; `ecology doctor` runs {rest} more" if rest else ""
    abi = f", Landlock ABI {sandbox.landlock_abi}" if sandbox.landlock_abi else ", no Landlock"
    return f"self-test of {sandbox.tier}{abi}: {stopped} probes stopped, {open_} not stopped, {left} not run{more}"
