"""The operator tools as they come, one file each: texts that go into the sandbox.

Promises: each operator is one self-contained function of at most sixty lines, so that a rewrite can replace it whole;
`helper` runs before each. Does not promise: that any of it can be imported. `agents.operators` reads it as text.
"""
