"""The assignment's model out of its text: a teacher's Python, and the only code that the judge runs. Pure.

A recording holds the text of the model that it was judged by, so that it can be judged again where the assignment
is not at hand. A recording may come from anybody, and its text would then be a stranger's. So a model is held to
what it should be anyway: it decides, and touches nothing. It may import a few names of a few modules, reach nothing
with underscores, and has no builtins that open, import or evaluate. That is decided before a line of it is run.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import importlib
import sys
from collections.abc import Collection, Iterator, Mapping
from types import ModuleType
from typing import Any

# What may be imported: names, or everything public. Left out is whatever evaluates text or hands out its own insides.
_ANY: Collection[str] = ()
_IMPORTS: Mapping[str, Collection[str]] = {
    "__future__": ("annotations",),
    "collections": ("Counter", "OrderedDict", "defaultdict", "deque"),
    "collections.abc": _ANY,
    "dataclasses": ("dataclass", "field", "replace"),
    "enum": ("Enum", "IntEnum", "StrEnum", "auto"),
    "functools": ("cache", "lru_cache", "reduce"),
    "itertools": _ANY,
    "math": _ANY,
    "re": ("IGNORECASE", "MULTILINE", "Match", "Pattern", "compile", "escape", "findall", "finditer", "fullmatch",
           "match", "search", "split", "sub"),
    "typing": ("Any", "ClassVar", "Final", "Generic", "Literal", "NamedTuple", "Protocol", "TypeVar", "cast"),
}  # fmt: skip
_BUILTINS = frozenset({
    "ArithmeticError", "AssertionError", "AttributeError", "Exception", "False", "IndexError", "KeyError",
    "LookupError", "None", "NotImplemented", "NotImplementedError", "OverflowError", "RuntimeError", "StopIteration",
    "True", "TypeError", "ValueError", "ZeroDivisionError", "abs", "all", "any", "bool", "bytes", "callable", "chr",
    "classmethod", "dict", "divmod", "enumerate", "filter", "float", "frozenset", "hash", "int", "isinstance",
    "issubclass", "iter", "len", "list", "map", "max", "min", "next", "object", "ord", "pow", "property", "range",
    "repr", "reversed", "round", "set", "slice", "sorted", "staticmethod", "str", "sum", "super", "tuple", "zip",
})  # fmt: skip
# Ways from a generator, a coroutine or an error to what runs it.
_INSIDES = ("gi_", "cr_", "ag_", "tb_", "f_")
_FACTORY = "model"


class NoModel(ValueError):
    """A text that is no model; `line` and `column` count from 1."""

    def __init__(self, what: str, line: int = 1, column: int = 1) -> None:
        super().__init__(what)
        self.line, self.column = line, column


def load_model(text: str) -> ModuleType:
    """The module that a model's text makes. Raises NoModel for one that is not pure, or cannot be run."""
    name = f"_model_{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
    if name in sys.modules:
        return sys.modules[name]
    _check(text)
    module = ModuleType(name)
    module.__dict__["__builtins__"] = {key: getattr(builtins, key) for key in _BUILTINS} | {
        "__build_class__": builtins.__build_class__, "__import__": _import,
    }  # fmt: skip
    sys.modules[name] = module  # dataclasses look the names of annotations up there
    try:
        exec(compile(text, "model.py", "exec"), module.__dict__)
        if not callable(getattr(module, _FACTORY, None)):
            raise NoModel(f"a model has a function `{_FACTORY}(accounts, values)`, and this has none")
    except NoModel:
        del sys.modules[name]
        raise
    except Exception as exc:  # whatever a teacher's code raises is told as their mistake
        del sys.modules[name]
        raise NoModel(f"this cannot be run: {type(exc).__name__}: {exc}", _line(exc)) from exc
    return module


def _line(exc: Exception) -> int:
    trace, line = exc.__traceback__, 1
    while trace is not None:
        line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == "model.py" else line
        trace = trace.tb_next
    return line


def _import(name: str, globals_: Any = None, locals_: Any = None, fromlist: Any = (), level: int = 0) -> ModuleType:
    # What is imported was looked at before anything was run; this is for what a module imports on its own behalf.
    if name not in _IMPORTS or level:
        raise ImportError(f"a model cannot import {name!r}")
    return importlib.import_module(name) if fromlist else __import__(name)


def _check(text: str) -> None:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as exc:
        line, column = getattr(exc, "lineno", 1) or 1, getattr(exc, "offset", 1) or 1
        raise NoModel(f"this is not Python: {getattr(exc, 'msg', str(exc))}", line, column) from exc
    modules = {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.Import)
               for alias in node.names}  # fmt: skip
    inside = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        what = next(_wrong(node, modules, inside), "")
        if what:
            line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
            raise NoModel(f"a model decides, and touches nothing: {what}", line, column + 1)


def _wrong(node: ast.AST, modules: Collection[str], inside: Collection[int]) -> Iterator[str]:
    """What this part of a model may not be."""
    match node:
        case ast.Import(names=names):
            yield from (f"it cannot import {one.name!r}" for one in names
                        if one.name not in _IMPORTS or "." in one.name or one.asname)
        case ast.ImportFrom(module=module, names=names):
            yield from (f"it cannot import {one.name!r} from {module!r}" for one in names
                        if node.level or not _public(module or "", one.name))
        case ast.Attribute(value=ast.Name(id=name), attr=attr) if name in modules:
            if not _public(name, attr):
                yield f"it cannot use {name}.{attr}"
        case ast.Attribute(attr=attr):
            yield from _names([attr])
        case ast.Name(id=name) if name in modules:
            if id(node) not in inside or not isinstance(node.ctx, ast.Load):
                yield f"{name!r} is a module: only what it holds can be used"
        case ast.Name(id=name):
            yield from _names([name])
        case ast.MatchClass(kwd_attrs=attrs):
            yield from _names(attrs)
        case ast.Global() | ast.Nonlocal() | ast.Await() | ast.AsyncFunctionDef():
            yield f"it has no use for {type(node).__name__.lower()}"


def _names(names: Collection[str]) -> Iterator[str]:
    yield from (f"it cannot reach {name!r}" for name in names if name.startswith(("__", *_INSIDES)))


def _public(module: str, name: str) -> bool:
    """Whether a model may use this name of a module."""
    if module not in _IMPORTS or name.startswith("_"):
        return False
    return name in _IMPORTS[module] if _IMPORTS[module] else hasattr(importlib.import_module(module), name)
