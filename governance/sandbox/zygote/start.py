"""The script a sandbox starts: finds its own folder, then serves. Run as `python -S -s -P start.py TIER FD PARENT`.

Promises: no path of ours is importable once candidates can run.
Does not promise: to work when it is imported.
"""

from __future__ import annotations

import importlib
import os
import sys


def main() -> None:
    """Load the package this script lies in and hand over to it."""
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.path.insert(0, home)
    serve = importlib.import_module("zygote.serve")
    sys.path.remove(home)
    serve.main(tier=sys.argv[1], control_fd=int(sys.argv[2]), parent=int(sys.argv[3]))


if __name__ == "__main__":
    main()
