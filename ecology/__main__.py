"""`python -m ecology` is the same as `ecology`."""

from __future__ import annotations

from .cli import main

main()
