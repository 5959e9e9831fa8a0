"""Names that lead somewhere: which double-underscore names are harmless, and which attributes are not.

Promises: what is called safe gives away nothing that plain syntax does not give as well.
Does not promise: to list every unsafe name. A double-underscore name that is not safe here is unsafe.
"""

from __future__ import annotations

# Operators, and names that describe rather than lead on.
SAFE_SPECIALS = frozenset(
    {
        "__abs__", "__add__", "__aenter__", "__aexit__", "__aiter__", "__all__", "__and__", "__anext__",
        "__author__", "__await__", "__bool__", "__bytes__", "__call__", "__ceil__", "__class__",
        "__class_getitem__", "__complex__", "__contains__", "__copy__", "__debug__", "__delete__", "__delitem__",
        "__divmod__", "__doc__", "__enter__", "__eq__", "__exit__", "__float__", "__floor__", "__floordiv__",
        "__format__", "__future__", "__ge__", "__get__", "__getattr__", "__getitem__", "__gt__", "__hash__", "__iadd__",
        "__iand__", "__ifloordiv__", "__ilshift__", "__imatmul__", "__imod__", "__imul__", "__index__", "__init__",
        "__init_subclass__", "__int__", "__invert__", "__ior__", "__ipow__", "__irshift__", "__isub__", "__iter__",
        "__itruediv__", "__ixor__", "__le__", "__len__", "__length_hint__", "__lshift__", "__lt__", "__main__",
        "__match_args__", "__matmul__", "__missing__", "__mod__", "__module__", "__mul__", "__name__", "__ne__",
        "__neg__", "__new__",
        "__next__", "__or__", "__pos__", "__post_init__", "__pow__", "__qualname__", "__radd__", "__rand__",
        "__rdivmod__", "__repr__", "__reversed__", "__rfloordiv__", "__rlshift__", "__rmatmul__", "__rmod__",
        "__rmul__", "__ror__", "__round__", "__rpow__", "__rrshift__", "__rshift__", "__rsub__", "__rtruediv__",
        "__rxor__", "__set__", "__set_name__", "__setitem__", "__slots__", "__str__", "__sub__", "__truediv__",
        "__trunc__", "__version__", "__xor__",
    }
)  # fmt: skip

# Attributes through which an object leads to frames, code, scopes or its class's whole family.
WALKS = frozenset(
    {
        "_convert_", "_create_", "_current_frames", "_evaluate", "_getframe", "ag_await", "ag_code", "ag_frame",
        "attrgetter", "co_code", "co_consts", "co_names", "cr_await", "cr_code", "cr_frame", "cr_origin", "f_back",
        "f_builtins", "f_code", "f_globals", "f_lineno", "f_locals", "f_trace", "func_code", "func_globals",
        "get_field", "gi_code", "gi_frame", "gi_yieldfrom", "methodcaller", "mro", "tb_frame", "tb_lasti", "tb_next",
        "vformat", "with_traceback",
    }
)  # fmt: skip

# Attributes that the standard library shows under a leading underscore for everyone to use.
OPEN_PRIVATE = frozenset(
    {"_asdict", "_field_defaults", "_fields", "_make", "_name_", "_replace", "_value_", "_value2member_map_"}
)

# Modules that other modules carry along as attributes and that no rewrite needs from there.
CARRIED = frozenset(
    {
        "builtins", "ctypes", "importlib", "os", "posix", "shutil", "socket", "subprocess", "sys",
    }
)  # fmt: skip
