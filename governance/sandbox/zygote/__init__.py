"""The process that candidates are forked from: standard library only, started by path (`start.py`).

Promises: nothing in this folder imports anything of ours from outside it.
Does not promise: to be useful on its own; `governance.sandbox` drives it.
"""
