"""Calls a function right after a module was imported, whoever imports it; Python's import lock makes it happen once."""

import contextlib
import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

    AfterImport = Callable[[ModuleType], None]


class _Finder:
    """Lets the other finders find a module, and has its loader call back when the module has run."""

    def __init__(self) -> None:
        self.awaited: dict[str, AfterImport] = {}
        self.offered: dict[str, str] = {}
        self.refused: set[tuple[str, int]] = set()

    def find_spec(
        self, name: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        if self.refused and (name, threading.get_ident()) in self.refused:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name not in self.awaited:
            return None
        spec = self._ask_others(name, path, target)
        folder = self.offered.pop(name, None)
        if spec is None and folder is not None:
            # At the end: what is there otherwise comes first, here and for all that is imported later.
            sys.path.append(folder)
            spec = self._ask_others(name, path, target)
        if spec is not None:
            self._call_back(spec.loader)
        return spec

    def _ask_others(self, name: str, path: "Sequence[str] | None", target: "ModuleType | None") -> "ModuleSpec | None":
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                return spec
        return None

    def _call_back(self, loader: "Any") -> None:
        if loader is None or not hasattr(loader, "exec_module"):
            return
        execute = loader.exec_module

        def execute_and_call_back(module: "ModuleType") -> None:
            try:
                execute(module)
            except BaseException as error:
                if error.__traceback__ is not None:
                    error.__traceback__ = error.__traceback__.tb_next
                raise
            after_import = self.awaited.pop(module.__name__, None)
            if after_import is not None:
                after_import(module)

        loader.exec_module = execute_and_call_back


_finder = _Finder()


def after_import(name: str, call: "AfterImport", folder: str | None = None) -> None:
    """Has `call(module)` called once the module `name` is imported; at once if it is already.

    Args:
        name: of the module.
        call: must not raise.
        folder: put at the end of sys.path when somebody imports the module and it is nowhere else.
    """
    module = sys.modules.get(name)
    if module is not None:
        call(module)
        return
    _finder.awaited[name] = call
    if folder is not None:
        _finder.offered[name] = folder
    _install()


@contextlib.contextmanager
def refused(name: str) -> "Iterator[None]":
    """Lets the module `name` not be found, by this thread alone, unless it is imported already."""
    _install()
    key = (name, threading.get_ident())
    _finder.refused.add(key)
    try:
        yield
    finally:
        _finder.refused.discard(key)


def _install() -> None:
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
