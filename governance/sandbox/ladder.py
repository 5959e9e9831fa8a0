"""Which tier to use: the strongest that the probes prove, and never a weaker one in silence.

Promises: fails closed; the accident guard is chosen only where it was named or allowed; no tier below the one demanded.
Does not promise: to warn: whoever allowed the accident guard says so to the user.
"""

from __future__ import annotations

from typing import Literal

from storage import SandboxUnavailable

from .process import TierRefused
from .proof import prove
from .run import GUARD, GUARD_LABEL, TIERS, Tier, suffices
from .sandbox import Sandbox

STRONG: tuple[Tier, ...] = tuple(tier for tier in TIERS if tier != GUARD)


def open_sandbox(
    tier: Literal["auto"] | Tier = "auto", *, hash_seed: int = 0, allow_rlimit: bool = False, demanded: Tier = GUARD
) -> Sandbox:
    """Return a proved sandbox; close it, or use it with `with`.

    Args: tier: `auto` takes the strongest tier that the probes prove; `rlimit` is an accident guard, not a sandbox;
    hash_seed: fixes the hash of text inside, 0 to 4294967295; allow_rlimit: lets `auto` fall down to `rlimit`;
    demanded: the weakest tier that will do, as a charter has it.
    Raises: SandboxUnavailable: no tier allowed here holds. ValueError: the hash seed is out of range.
    """
    if not 0 <= hash_seed <= 0xFFFFFFFF:
        raise ValueError(f"hash_seed must be 0 to 4294967295, not {hash_seed}")
    if tier != "auto" and tier not in TIERS:
        raise SandboxUnavailable(f"no sandbox tier is called {tier!r}; there are auto, {', '.join(TIERS)}")
    if tier != "auto" and not suffices(tier, demanded):
        raise SandboxUnavailable(
            f"the charter demands the sandbox tier {demanded} or a stronger one, not {tier}; "
            "name one of those or `auto`, or lower behaviour.TierDemanded in the charter"
        )
    if tier == GUARD:
        return _guard(hash_seed)
    reasons: list[str] = []
    for candidate in STRONG if tier == "auto" else (tier,):
        if not suffices(candidate, demanded):
            break
        try:
            return prove(candidate, hash_seed=hash_seed)
        except SandboxUnavailable as error:
            reasons.append(str(error))
    if allow_rlimit and tier == "auto" and demanded == GUARD:
        return _guard(hash_seed)
    cure = "`--sandbox rlimit` runs with an accident guard only, which is not a sandbox"
    if demanded != GUARD:
        cure = f"the charter demands {demanded} or a stronger tier, so nothing is run"
    raise SandboxUnavailable(f"no sandbox can be proved on this machine ({'; '.join(reasons)}); {cure}")


def _guard(hash_seed: int) -> Sandbox:
    try:
        guard = Sandbox(GUARD, hash_seed=hash_seed)
    except TierRefused as error:
        raise SandboxUnavailable(f"{error}; not even `--sandbox rlimit` works here") from error
    guard.proof = f"{GUARD_LABEL}; nothing was proved"
    return guard
