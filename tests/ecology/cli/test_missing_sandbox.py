"""Claims about machines where no sandbox works: models are refused, an offline population goes on with one warning."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.ecology.cli.command_line import RUN, Said, Shell, environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="system calls are taken away with seccomp")

GONE = "unshare,mount,pivot_root,landlock_create_ruleset,landlock_restrict_self,capset,filter,monty"


def crippled(ecology: Shell, *words: str | Path, gone: str = GONE) -> Said:
    """Run a command where every system call that a sandbox needs is missing."""
    command = [sys.executable, str(Path(__file__).with_name("crippled.py")), gone, *map(str, words)]
    done = subprocess.run(
        command, cwd=ecology.folder, env=environment(), capture_output=True, text=True, timeout=240, check=False
    )
    return Said(done.returncode, done.stdout, done.stderr)


def test_an_offline_population_runs_under_limits_with_one_warning(ecology: Shell, tasks: Path) -> None:
    said = crippled(ecology, "run", tasks, "--db", "x.db", "--turns", "8", "--seed", "1", "-q", "--json")

    assert (said.code, said.document()["tier"]) == (0, "rlimit")
    assert said.err.startswith("warning: ") and said.err.count("\n") == 1 and "not a sandbox" in said.err


def test_the_report_says_that_limits_are_no_sandbox(ecology: Shell, tasks: Path) -> None:
    said = crippled(ecology, "run", tasks, "--db", "x.db", "--turns", "1", "-q")

    assert "sandbox rlimit" in said.out and "accident guard and not a sandbox" in said.err


def test_a_tier_asked_for_by_name_is_not_replaced_and_nothing_is_left(ecology: Shell, tasks: Path) -> None:
    complaint = crippled(ecology, "run", tasks, "--db", "x.db", *RUN, "--sandbox", "namespaces").complaint(4)

    assert "namespaces" in complaint
    assert ecology.files() == set()


def test_try_refuses_code_of_unknown_origin(ecology: Shell) -> None:
    (ecology.folder / "tool.py").write_text("def f():\n    return 1\n", encoding="utf-8")

    assert "--sandbox rlimit" in crippled(ecology, "try", "tool.py", "--call", "f()").complaint(4)

    said = crippled(ecology, "try", "tool.py", "--call", "f()", "--json")
    assert (said.code, said.document()["outcome"]) == (4, "refused") and said.err.count("\n") == 1
    assert crippled(ecology, "try", "tool.py", "--call", "f()", "--sandbox", "rlimit").out == "rlimit  ok  1\n"


def test_where_only_the_interpreter_is_left_a_run_says_so_in_its_report(ecology: Shell, tasks: Path) -> None:
    pytest.importorskip("pydantic_monty", reason="the extra `monty` is not installed")
    gone = GONE.removesuffix(",monty")

    said = crippled(ecology, "run", tasks, "--db", "x.db", "--turns", "8", "--seed", "1", "-q", gone=gone)
    document = ecology("show", "x.db", "--json").document()["run"]

    assert said.code == 0 and "sandbox monty (an interpreter that cannot run every tool" in said.out
    assert document["tier"] == "monty" and document["proof"].startswith("self-test of monty, no Landlock: ")
    proposal = ecology("show", "x.db", "version", "1")
    assert "tried in the sandbox tier monty (an interpreter" in proposal.out


def test_doctor_says_what_is_missing(ecology: Shell) -> None:
    assert "--sandbox rlimit" in crippled(ecology, "doctor").complaint(4)
