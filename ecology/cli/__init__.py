"""The command line: parse, call one library function, print. Data goes to stdout, all else to stderr.

Exit codes: 0 ok, 1 error, 2 usage, 3 not found, 4 configuration (task files and charters too), 5 budget used up,
7 stopped by the kill switch, 8 a run waits for approvals, 130 Ctrl-C; 6 (stopped by the breaker) is reserved.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper

import typer
from typer.main import get_command

from storage import EcologyError

from .app import app
from .console import ReaderGone, complain, still
from .usage import UsageError, usage

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave with its exit code; an expected error becomes one sentence on stderr."""
    if isinstance(sys.stdout, TextIOWrapper):
        # A letter that the terminal's encoding lacks is written out instead of ending the command.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(_exit_code(sys.argv[1:]))


def _exit_code(arguments: list[str]) -> int:
    try:
        with get_command(app).make_context("ecology", arguments) as context:
            context.command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except UsageError as error:
        complain(usage(error))
        return 2
    except EcologyError as error:
        complain(str(error))
        return error.exit_code
    except (ReaderGone, BrokenPipeError):
        # Whoever read our output has seen enough.
        still()
    except OSError as error:
        complain(f"the system refused: {error}; check the path and its permissions")
        return 1
    except KeyboardInterrupt:
        complain("stopped at once; `ecology resume` goes on from the last commit")
        return 130
    return 0
