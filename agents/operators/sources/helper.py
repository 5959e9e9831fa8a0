"""What every operator tool must keep to, and the parts of `ast` that its rewrites may use; runs before the tool."""

import ast
from typing import Any

PARTS = (
    ast.AST, ast.Add, ast.And, ast.AnnAssign, ast.Assert, ast.Assign, ast.AsyncFor, ast.AsyncFunctionDef,
    ast.AsyncWith, ast.Attribute, ast.AugAssign, ast.Await, ast.BinOp, ast.BitAnd, ast.BitOr, ast.BitXor, ast.BoolOp,
    ast.Break, ast.Call, ast.ClassDef, ast.Compare, ast.Constant, ast.Continue, ast.Del, ast.Delete, ast.Dict,
    ast.DictComp, ast.Div, ast.Eq, ast.ExceptHandler, ast.Expr, ast.Expression, ast.FloorDiv, ast.For,
    ast.FormattedValue, ast.FunctionDef, ast.GeneratorExp, ast.Global, ast.Gt, ast.GtE, ast.If, ast.IfExp, ast.Import,
    ast.ImportFrom, ast.In, ast.Invert, ast.Is, ast.IsNot, ast.JoinedStr, ast.LShift, ast.Lambda, ast.List,
    ast.ListComp, ast.Load, ast.Lt, ast.LtE, ast.MatMult, ast.Match, ast.Mod, ast.Module, ast.Mult, ast.Name,
    ast.NamedExpr, ast.Nonlocal, ast.Not, ast.NotEq, ast.NotIn, ast.Or, ast.Pass, ast.Pow, ast.RShift, ast.Raise,
    ast.Return, ast.Set, ast.SetComp, ast.Slice, ast.Starred, ast.Store, ast.Sub, ast.Subscript, ast.Try, ast.Tuple,
    ast.UAdd, ast.USub, ast.UnaryOp, ast.While, ast.With, ast.Yield, ast.YieldFrom, ast.alias, ast.arg, ast.arguments,
    ast.boolop, ast.cmpop, ast.comprehension, ast.copy_location, ast.expr, ast.expr_context, ast.fix_missing_locations,
    ast.get_source_segment, ast.iter_child_nodes, ast.keyword, ast.literal_eval, ast.operator,
    ast.parse, ast.stmt, ast.unaryop, ast.unparse, ast.walk, ast.withitem,
)  # fmt: skip


# What the checks need is taken now: names that the tool binds later must not reach them.
def plain(source: str, *, ast: Any = ast) -> str:
    """Return a source as it would be written anew, so that layout does not count."""
    text: str = ast.unparse(ast.parse(source))
    return text


def complaints(
    source: str, entry_point: str, found: Any, *, ast: Any = ast, kind: Any = type, size: Any = len, once: Any = set,
    text: type = str, row: type = list, failures: Any = Exception,
) -> list[str]:  # fmt: skip
    """Return what is wrong with a list of rewrites of a source, [] where it keeps the contract."""
    if kind(found) is not row:
        return ["edits must return a list"]
    if size(found) > 64:
        return ["edits must return at most 64 rewrites"]
    said = ["edits must return texts" for each in found if kind(each) is not text]
    if said:
        return said[:1]
    if size(once(found)) < size(found):
        said.append("edits must return no rewrite twice")
    if source in found:
        said.append("edits must not return the source itself")
    for each in found:
        try:
            nodes = [node for node in ast.walk(ast.parse(each)) if "name" in node._fields or "id" in node._fields]
        except failures:
            return [*said, "each rewrite must parse"]
        if entry_point not in [node.name if "name" in node._fields else node.id for node in nodes]:
            return [*said, "each rewrite must define the entry point"]
    return said
