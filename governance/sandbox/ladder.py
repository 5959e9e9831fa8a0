"""Which tier to use: the strongest that the probes prove, and never a weaker one in silence.

Promises: fails closed; the accident guard is chosen only where it was named or allowed.
Does not promise: to warn: whoever allowed the accident guard says so to the user.
"""

from __future__ import annotations

from typing import Literal

from storage import SandboxUnavailable

from .probes import prove
from .process import TierRefused
from .run import Tier
from .sandbox import Sandbox

STRONG: tuple[Tier, ...] = ("namespaces", "zygote")


def open_sandbox(tier: Literal["auto"] | Tier = "auto", *, hash_seed: int = 0, allow_rlimit: bool = False) -> Sandbox:
    """Return a proved sandbox; close it, or use it with `with`.

    Args: tier: `auto` takes the strongest tier that the probes prove; `rlimit` is an accident guard, not a sandbox;
    hash_seed: fixes the hash of text inside, 0 to 4294967295; allow_rlimit: lets `auto` fall down to `rlimit`.
    Raises: SandboxUnavailable: no tier allowed here holds. ValueError: the hash seed is out of range.
    """
    if not 0 <= hash_seed <= 0xFFFFFFFF:
        raise ValueError(f"hash_seed must be 0 to 4294967295, not {hash_seed}")
    if tier == "rlimit":
        return _guard(hash_seed)
    reasons: list[str] = []
    for candidate in STRONG if tier == "auto" else (tier,):
        try:
            return prove(candidate, hash_seed=hash_seed)
        except SandboxUnavailable as error:
            reasons.append(str(error))
    if allow_rlimit and tier == "auto":
        return _guard(hash_seed)
    raise SandboxUnavailable(
        f"no sandbox can be proved on this machine ({'; '.join(reasons)}); "
        "`--sandbox rlimit` runs with an accident guard only, which is not a sandbox"
    )


def _guard(hash_seed: int) -> Sandbox:
    try:
        return Sandbox("rlimit", hash_seed=hash_seed)
    except TierRefused as error:
        raise SandboxUnavailable(f"{error}; not even `--sandbox rlimit` works here") from error
