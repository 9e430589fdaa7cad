"""Why there was nothing to run, or why what came of it could not cross: facts, which the judge puts into
words."""

from typing import Annotated, Literal, TypeAlias

import msgspec

from checker_sandbox.wire.texts import Name, Words


class _Reason(msgspec.Struct, frozen=True, array_like=True, tag=True, forbid_unknown_fields=True):
    pass


class Empty(_Reason, frozen=True):
    """The file is empty."""


class NotText(_Reason, frozen=True):
    """The file is not UTF-8."""


class BadSyntax(_Reason, frozen=True):
    """Python's compiler does not like the syntax, and says why."""

    said: Words


class NotCompiled(_Reason, frozen=True):
    """Python cannot compile it for another reason: nested too deep, say."""

    said: Words


class TooHardToCompile(_Reason, frozen=True):
    """It took too much time or memory to compile."""


class NotImported(_Reason, frozen=True):
    """Importing it raised an error."""

    kind: Words
    message: Words


What: TypeAlias = Literal["function", "class", "method"]


class Missing(_Reason, frozen=True):
    """What the checks call is not there."""

    what: What
    name: Name
    owner: Name = ""
    """The class that should have it, if it is a method."""
    near: Name = ""
    """What is there under a name much like that."""


class NotCallable(_Reason, frozen=True):
    """What the checks call is there, and is something else."""

    what: What
    name: Name
    owner: Name = ""


class NotFitting(_Reason, frozen=True):
    """Its signature does not allow the arguments that it is called with."""

    name: Name
    arguments: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
    """How many there are."""
    said: Words


class NotAsync(_Reason, frozen=True):
    """What should be a coroutine function returned something that cannot be awaited."""

    name: Name


Fault: TypeAlias = Literal["type", "key", "integer", "surrogate", "depth", "items", "text"]
"""What keeps a value from crossing: a type that is not plain, also as a key of a dict, an integer of too
many bits, a string that is not text, or too much: depth, items, or bytes and characters."""


class Uncrossable(_Reason, frozen=True):
    """It returned what cannot cross."""

    name: Name
    fault: Fault
    kind: Name = ""
    """The name of the type that does not belong there, if that is the fault."""
    within: Name = ""
    """The name of the type that it returned, if the fault is something inside that."""


Reason: TypeAlias = (
    Empty
    | NotText
    | BadSyntax
    | NotCompiled
    | TooHardToCompile
    | NotImported
    | Missing
    | NotCallable
    | NotFitting
    | NotAsync
    | Uncrossable
)
