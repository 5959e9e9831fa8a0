"""The command line: parse, call one library function, print. Data goes to stdout, all else to stderr.

Exit codes: 0 ok, 1 error, 2 usage, 3 not found, 4 configuration, 5 budget reached, 6 stopped by the breaker, 130 Ctrl-C.
"""

from __future__ import annotations

import sys

from storage import EcologyError

from .app import app
from .console import complain

__all__ = ["main"]


def main() -> None:
    """Run the command line; an expected error becomes one sentence on stderr and its exit code."""
    try:
        app()
    except EcologyError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        complain("stopped at once; `ecology resume` goes on from the last commit")
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing is left to say to a closed pipe.
        sys.stderr.close()
        sys.exit(0)
