"""How minds speak to their models: how warm, how long, how much is shown.

Promises: values in range. Does not promise: that a server keeps to them; budgets are held against what it sends.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Manner(BaseModel):
    """`max_tokens` bounds each reply, `prompt_tokens` (by our own estimate) what a prompt may show."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = Field(default=0.7, ge=0.0, le=2.0)
    max_tokens: int = Field(default=2048, ge=16, le=200_000)
    prompt_tokens: int = Field(default=6000, ge=500, le=1_000_000)
