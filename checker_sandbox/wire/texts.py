"""Texts in messages: how long each kind may be. A sandbox cuts them to a number of characters, each of
which may be written as six; whoever has taken one over shall not make them longer, since they are told
again for each step."""

from typing import Annotated, TypeAlias

import msgspec

from checker_sandbox.wire.limits import MAX_NAME, MAX_SHOWN, MAX_WORDS

Name: TypeAlias = Annotated[str, msgspec.Meta(max_length=6 * MAX_NAME)]
"""What the submission calls something."""

Words: TypeAlias = Annotated[str, msgspec.Meta(max_length=6 * MAX_WORDS)]
"""What is told of something."""

Shown: TypeAlias = Annotated[str, msgspec.Meta(max_length=6 * MAX_SHOWN)]
"""A value as a short text."""
