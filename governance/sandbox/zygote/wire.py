"""The fixed messages on the control socket, and the frames a child sends: one definition for both ends.

Promises: every control message has the same size; a frame is a 4-byte length and that many bytes of JSON.
Does not promise: that a frame is true or well-formed; whoever reads one from a child must doubt it.
"""

from __future__ import annotations

import struct

# kind, run number, CPU seconds, memory in MB; a RUN carries the child's socket beside it.
REQUEST = struct.Struct("!cIII")
# run number, exit code (or minus the signal), CPU seconds, peak memory in KB.
REPORT = struct.Struct("!IidQ")
LENGTH = struct.Struct("!I")

RUN, KILL = b"R", b"K"
# The child's socket has this number in every child; the seccomp filter lets `write` go there alone.
RESULT_FD = 3
ALIVE_FD = 4
EXIT_REFUSED = 97
