"""What can go wrong that a user can do something about, one class for each way of catching it.

EcologyError                 exit code 1: anything expected of ours; its text is one sentence with the cure
+-- ConfigurationError       4: a setting, a task file, a model name or a charter cannot be used
|   +-- TaskError            a task file or a case in it is malformed
|   +-- CharterError         a charter is malformed
+-- NotFound                 3: a name or number that this database has never held
|   +-- UnknownAgent, UnknownTool, UnknownVersion, UnknownProposal
+-- StorageError             1: the database cannot be opened, read or written
|   +-- NotOurs, TooNew, TooOld, Busy, ReadOnly, DiskFull, Damaged
+-- Stopped                  7: the kill switch is thrown, and stops what would write
+-- StaleHead                1: a version was saved against a head that is no longer the tool's head
+-- ModelError               1: a model gave no usable reply; its kind says why
+-- BudgetReached            5: a limit on money, tokens, calls or time was hit
+-- SandboxError             1: the sandbox broke down (never: the tool in it failed)
    +-- SandboxUnavailable   4: no tier allowed here passed its probes
"""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

ModelFault = Literal[
    "rate_limit",
    "server",
    "timeout",
    "connection",
    "refused",
    "malformed",
    "circuit_open",
    "budget",
    "mailbox_timeout",
    "exhausted",
]


class EcologyError(Exception):
    """Anything expected that goes wrong; its text is one sentence that names the value, the place and the cure."""

    exit_code = 1


class ConfigurationError(EcologyError):
    """A setting, a file of settings or a name given by the user cannot be used."""

    exit_code = 4


class TaskError(ConfigurationError):
    """A task file, or one task or case in it, is missing or malformed."""


class CharterError(ConfigurationError):
    """A charter is missing or malformed."""


class NotFound(EcologyError):
    """A name or number was asked for that this database has never held."""

    exit_code = 3


class UnknownAgent(NotFound):
    """A query named an agent that this database has never held."""


class UnknownTool(NotFound):
    """A query named a tool that this database has never held, or a name that several tools share."""


class UnknownVersion(NotFound):
    """A query named a tool version that this database has never held."""


class UnknownProposal(NotFound):
    """A query named a proposal that this database has never held."""


class StorageError(EcologyError):
    """The database cannot be opened, read or written."""


class NotOurs(StorageError):
    """The file is no SQLite database, or one that another program made."""

    exit_code = 4


class TooNew(StorageError):
    """The database was written by a newer release than this one."""

    exit_code = 4


class TooOld(StorageError):
    """The database was written by an older release, whose tables this one no longer reads."""

    exit_code = 4


class Busy(StorageError):
    """Another process holds the database for writing."""


class ReadOnly(StorageError):
    """The file or its folder cannot be written."""


class DiskFull(StorageError):
    """The disk took no more; everything acknowledged before is safe."""


class Damaged(StorageError):
    """SQLite or the hash chain says that the file's content is not what was written."""


class StaleHead(EcologyError):
    """A version was saved against a parent that is no longer the head of its tool."""


class Stopped(EcologyError):
    """The kill switch of a database is thrown: no turn is taken and nothing admitted until it is cleared."""

    exit_code = 7


class ModelError(EcologyError):
    """A model gave no usable reply.

    `kind` says why, `status` is the HTTP status if there was one, `retry_after_s` the seconds the server asked us to
    wait, `attempts` how many requests were sent for it, each of which may have been charged, and `faults` how each
    attempt failed, this one last.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: ModelFault,
        status: int | None = None,
        retry_after_s: float | None = None,
        attempts: int = 1,
        faults: tuple[ModelFault, ...] = (),
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.status = status
        self.retry_after_s = retry_after_s
        self.attempts = attempts
        self.faults = faults or (kind,)

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross to another process with everything but the traceback."""
        rest = partial(
            type(self),
            kind=self.kind,
            status=self.status,
            retry_after_s=self.retry_after_s,
            attempts=self.attempts,
            faults=self.faults,
        )
        return rest, self.args


class BudgetReached(EcologyError):
    """A limit on money, tokens, calls or time was hit; what was begun has been settled. `purse` names whose it is."""

    exit_code = 5

    def __init__(self, message: str, *, purse: str = "") -> None:
        super().__init__(message)
        self.purse = purse

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross to another process with the purse's name."""
        return partial(type(self), purse=self.purse), self.args


class SandboxError(EcologyError):
    """The sandbox itself broke down; what a tool does inside it never raises this."""


class SandboxUnavailable(SandboxError):
    """No sandbox tier that is allowed here passed its probes."""

    exit_code = 4
