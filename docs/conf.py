"""How the site is built: `make docs`. Nothing in it is fetched, neither while it is built nor while it is read."""

import inspect
import os
import re

from sphinx.application import Sphinx

# jsii, which starts with the library, would print a banner about Node.js before anything else.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20,22")
os.environ.setdefault("JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION", "20,22")

from constructs import Construct

import cdk_sentry

project = "cdk-sentry"
html_title = "cdk-sentry"
html_theme = "furo"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["pictures"]

# Anchors as GitHub makes them, so that one link serves both readers.
myst_heading_anchors = 3

autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
# As written in the source: a Duration's own text has its address in memory, which no two builds share.
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
autoclass_content = "both"
python_maximum_signature_line_length = 100
napoleon_numpy_docstring = False

_LINK_IN_FOLDER = re.compile(r"\]\(([^/)#]+\.md)\)")
_MARKDOWN_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    _show_arguments_of_constructs()
    app.connect("autodoc-process-docstring", _read_code_as_markdown)
    app.connect("source-read", _list_folder)


def _show_arguments_of_constructs() -> None:
    """The metaclass of jsii makes all constructs, by (*args, **kwargs)."""
    public = (getattr(cdk_sentry, name) for name in cdk_sentry.__all__)
    for construct in (each for each in public if isinstance(each, type) and issubclass(each, Construct)):
        _, *arguments = inspect.signature(construct.__init__).parameters.values()
        construct.__signature__ = inspect.Signature(arguments)


def _read_code_as_markdown(
    _app: Sphinx, _what: str, _name: str, _of: object, _options: object, lines: list[str]
) -> None:
    """Docstrings mark code with one backtick, as Markdown does; reStructuredText takes two."""
    lines[:] = [_MARKDOWN_CODE.sub(r"``\1``", line) for line in lines]


def _list_folder(_app: Sphinx, page: str, source: list[str]) -> None:
    """A folder's README lists its pages by links; Sphinx wants a toctree, which GitHub would show as code."""
    if page.endswith("/README"):
        pages = "\n".join(dict.fromkeys(_LINK_IN_FOLDER.findall(source[0])))
        source[0] += f"\n```{{toctree}}\n:hidden:\n\n{pages}\n```\n"
