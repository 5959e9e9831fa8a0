"""Which tier is opened, where system calls are missing, and as an ordinary user."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pydantic
import pytest

from governance.sandbox import Sandbox, Tier, open_sandbox
from governance.sandbox.ladder import STRONG
from governance.sandbox.probes import PROBES
from storage import SandboxUnavailable

ROOT = Path(__file__).parents[3]

# Takes system calls away from this process and all below it, then opens a sandbox and runs something in it.
SCRIPT = """
import ctypes, struct, sys
from governance.sandbox import Call, Program, open_sandbox, run_probes
from governance.sandbox.zygote import kernel
from storage import SandboxUnavailable

def forbid(names, number):
    step = lambda code, k, hit=0, miss=0: struct.pack("=HBBI", code, hit, miss, k)
    code = step(0x20, 0)
    for name in names:
        if name == "filter":
            code += step(0x15, kernel.NUMBERS["seccomp"], 0, 1) + step(0x06, 0x50000 | number)
            code += step(0x15, {"x86_64": 157, "aarch64": 167}[kernel.MACHINE], 0, 4) + step(0x20, 16)
            code += step(0x15, 22, 0, 1) + step(0x06, 0x50000 | 22) + step(0x06, 0x7fff0000)
        else:
            code += step(0x15, kernel.NUMBERS[name], 0, 1) + step(0x06, 0x50000 | number)
    code += step(0x06, 0x7fff0000)
    text = ctypes.create_string_buffer(code)
    header = ctypes.create_string_buffer(struct.pack("@HxxxxxxQ", len(code) // 8, ctypes.addressof(text)))
    kernel.prctl(38, 1)
    kernel.prctl(22, 2, ctypes.addressof(header))

names = sys.argv[2].split()
if "monty" in names:
    names.remove("monty")
    sys.modules["pydantic_monty"] = None
forbid(names, int(sys.argv[3])) if names else None
try:
    with open_sandbox(sys.argv[1], allow_rlimit=sys.argv[4] == "allow") as sandbox:
        run = sandbox.run(Program("def f(): return 6 * 7", "f", (Call("()"),)))
        escaped = [row.name for row in run_probes(sandbox, quick=True) if row.cell == "not stopped"]
        print(sandbox.tier, run.results[0].value, escaped if sandbox.tier != "rlimit" else "guard")
except SandboxUnavailable as error:
    print("unavailable", error)
"""


def opened(
    tier: str, *, without: str = "", answer: int = 1, allow: bool = False, prefix: tuple[str, ...] = ()
) -> list[str]:
    """Open a sandbox in a process of its own; return the first two words it printed and the rest."""
    python = [*prefix, sys.executable] if not prefix else [*prefix, _public_python()]
    site = str(Path(pydantic.__file__).parents[1])
    environment = {"PYTHONPATH": f"{ROOT}:{site}", "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    command = [*python, "-c", SCRIPT, tier, without, str(answer), "allow" if allow else "deny"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120, cwd="/")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().split(" ", 2)


def _public_python() -> str:
    """An interpreter of this version that any user may run."""
    wanted = f"python3.{sys.version_info.minor}"
    for needed in (ROOT, Path(pydantic.__file__).parents[1]):
        if not _open_to_all(Path(needed)):
            pytest.skip(f"an ordinary user may not read {needed}")
    for folder in ("/usr/bin", "/usr/local/bin", str(Path(sys.base_prefix, "bin"))):
        path = shutil.which(wanted, path=folder)
        if path and _open_to_all(Path(os.path.realpath(path)).parent):
            return path
    pytest.skip(f"no {wanted} that an ordinary user may run")


def _open_to_all(folder: Path) -> bool:
    return all(os.stat(each).st_mode & 0o001 for each in (folder, *folder.parents))


def _as_nobody() -> tuple[str, ...]:
    if os.geteuid() or not shutil.which("setpriv"):
        pytest.skip("only root with setpriv can become another user")
    return ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


linux = pytest.mark.skipif(sys.platform != "linux", reason="system calls are taken away with seccomp")


@linux
@pytest.mark.parametrize("answer", [1, 38])
@pytest.mark.parametrize("call", ["unshare", "mount", "pivot_root"])
def test_without_namespaces_auto_takes_the_next_tier(call: str, answer: int) -> None:
    found = opened("auto", without=f"{call} monty", answer=answer)

    assert found == ["zygote", "42", "[]"] or found[0] == "unavailable"


@linux
def test_without_namespaces_and_landlock_auto_refuses_in_one_sentence() -> None:
    word, text = " ".join(opened("auto", without="unshare mount landlock_create_ruleset monty", answer=38)).split(
        " ", 1
    )

    assert word == "unavailable" and "--sandbox rlimit" in text and "\n" not in text


@linux
@pytest.mark.parametrize("answer", [1, 38])
def test_without_seccomp_auto_refuses(answer: int) -> None:
    word, text = " ".join(opened("auto", without="filter monty", answer=answer)).split(" ", 1)

    assert word == "unavailable" and "--sandbox rlimit" in text


@linux
@pytest.mark.parametrize("allow", [("rlimit", False), ("auto", True)])
def test_the_accident_guard_works_where_everything_is_missing(allow: tuple[str, bool]) -> None:
    missing = "unshare mount pivot_root landlock_create_ruleset landlock_restrict_self capset filter monty"

    assert opened(allow[0], without=missing, answer=38, allow=allow[1]) == ["rlimit", "42", "guard"]


@linux
@pytest.mark.parametrize("tier", ["namespaces", "zygote", "bubblewrap", "rlimit"])
def test_an_ordinary_user_gets_every_tier_that_root_gets(tier: str) -> None:
    prefix = _as_nobody()
    if opened(tier)[0] == "unavailable":
        pytest.skip(f"this machine has no {tier} tier")

    assert opened(tier, prefix=prefix)[:2] == [tier, "42"]


@linux
@pytest.mark.parametrize("tier", ["namespaces", "zygote", "bubblewrap", "rlimit"])
def test_root_without_capabilities_gets_a_sandbox_or_a_refusal(tier: str) -> None:
    _as_nobody()
    prefix = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")

    assert opened(tier, prefix=prefix)[0] in (tier, "unavailable")


def test_auto_takes_the_strongest_tier_that_can_be_had() -> None:
    with open_sandbox(allow_rlimit=True) as best:
        assert best.tier == _strongest()


def _strongest() -> str:
    for tier in STRONG:
        try:
            with open_sandbox(tier):
                return tier
        except SandboxUnavailable:
            continue
    return "rlimit"


@pytest.mark.parametrize("seed", [-1, 1 << 32])
def test_a_hash_seed_out_of_range_is_named(seed: int) -> None:
    with pytest.raises(ValueError, match=str(seed)):
        open_sandbox(hash_seed=seed)


def test_a_sandbox_records_its_tier_and_the_landlock_abi(strong: Sandbox) -> None:
    run_tier = strong.tier

    assert run_tier in STRONG and strong.landlock_abi >= 0


@linux
def test_where_the_kernel_offers_nothing_auto_takes_the_interpreter() -> None:
    pytest.importorskip("pydantic_monty", reason="the extra `monty` is not installed")
    missing = "unshare mount pivot_root landlock_create_ruleset landlock_restrict_self capset filter"

    assert opened("auto", without=missing, answer=38) == ["monty", "42", "[]"]


@linux
def test_without_namespaces_of_our_own_landlock_and_monty_auto_takes_bubblewrap() -> None:
    found = opened("auto", without="unshare landlock_create_ruleset landlock_restrict_self monty", answer=1)

    if found[0] == "unavailable":
        pytest.skip("bubblewrap does not work here")
    assert found == ["bubblewrap", "42", "[]"]


@pytest.mark.parametrize("tier", ["zygote", "monty", "bubblewrap", "rlimit"])
def test_a_tier_below_the_one_demanded_is_refused_before_it_starts(tier: Tier) -> None:
    with pytest.raises(SandboxUnavailable, match=f"demands the sandbox tier namespaces or a stronger one, not {tier}"):
        open_sandbox(tier, demanded="namespaces")


@linux
def test_auto_never_falls_below_the_tier_demanded() -> None:
    with pytest.raises(SandboxUnavailable) as refused, pytest.MonkeyPatch.context() as patch:
        patch.setattr("governance.sandbox.ladder.prove", _nothing_holds)
        open_sandbox(demanded="zygote", allow_rlimit=True)

    assert "charter demands zygote" in str(refused.value) and "monty" not in str(refused.value)


def _nothing_holds(tier: Tier, *, hash_seed: int) -> Sandbox:
    raise SandboxUnavailable(f"no {tier} here")


def test_a_proved_sandbox_tells_what_its_self_test_found(strong: Sandbox) -> None:
    assert strong.proof.startswith(f"self-test of {strong.tier}, ") and " 0 not stopped" in strong.proof


def test_a_self_test_says_how_many_probes_it_leaves_to_the_doctor(strong: Sandbox) -> None:
    told, _, left = strong.proof.partition("; `ecology doctor` runs ")

    tried = sum(map(int, re.findall(r"(\d+) (?:probes stopped|not stopped|not run)", told)))
    assert tried + int(left.removesuffix(" more")) == len(PROBES) and tried < len(PROBES)


def test_the_accident_guard_says_that_nothing_was_proved() -> None:
    with open_sandbox("rlimit") as guard:
        assert "accident guard, not a sandbox" in guard.proof and "nothing was proved" in guard.proof
