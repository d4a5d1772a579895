"""The runtime that hosts the function: AWS's runtime client, or any other program that calls handlers."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    AfterPosting = Callable[[str, str | None, BaseException | None], None]

_POSTS_RESULT = "post_invocation_result"
_POSTS_ERROR = "post_invocation_error"


def runtime_client() -> "ModuleType | None":
    """The module `bootstrap` of AWS's runtime client where it is the host, None anywhere else.

    Its place differs: `awslambdaric.bootstrap` in images and recent runtimes, top-level `bootstrap` or an attribute
    of `__main__` in others (sentry_sdk/integrations/aws_lambda.py, `get_lambda_bootstrap`, lists the same places).
    """
    main = sys.modules.get("__main__")
    inner = getattr(main, "awslambdaricmain", None)
    for module in (
        sys.modules.get("awslambdaric.bootstrap"),
        sys.modules.get("bootstrap"),
        getattr(inner, "bootstrap", None),
        getattr(main, "bootstrap", None),
    ):
        if hasattr(module, "handle_event_request") and hasattr(module, "LambdaRuntimeClient"):
            return module
    return None


def handler_loader() -> "Callable[[str], Callable[[Any, Any], Any]]":
    """What loads the function's own handler by the host's import semantics, and fails with the host's errors.

    The handlers that it takes are such as `module.function`, `package.module.function` or `folder.sub/module.function`.
    """
    client = runtime_client()
    if client is None:
        return _load_handler
    loader: Callable[[str], Callable[[Any, Any], Any]] = client._get_handler  # noqa: SLF001
    return loader


def _load_handler(handler: str) -> "Callable[[Any, Any], Any]":
    import importlib

    module_name, _, function_name = handler.rpartition(".")
    module = importlib.import_module(module_name.replace("/", "."))
    function: Callable[[Any, Any], Any] = getattr(module, function_name)
    return function


def call_after_posting(after: "AfterPosting") -> bool:
    """Has `after(request_id, error_json, posting_error)` called whenever the host has posted an answer.

    Returns:
        Whether the host is a runtime client whose posts can be followed.
    """
    client = runtime_client()
    if client is None:
        return False
    followed = False
    # Newer clients define the posts in a base class and derive one class per concurrency mode from it.
    for defined in list(vars(sys.modules[client.LambdaRuntimeClient.__module__]).values()):
        for name in (_POSTS_RESULT, _POSTS_ERROR):
            if isinstance(defined, type) and name in defined.__dict__:
                setattr(defined, name, _followed(defined.__dict__[name], after, name == _POSTS_ERROR))
                followed = True
    return followed


def _followed(post: "Callable[..., Any]", after: "AfterPosting", posts_error: bool) -> "Callable[..., Any]":
    def posted(client: "Any", *args: "Any", **kwargs: "Any") -> "Any":
        problem = None
        try:
            return post(client, *args, **kwargs)
        except BaseException as error:
            problem = error
            raise
        finally:
            request_id = args[0] if args else kwargs.get("invoke_id", "")
            error_json = None
            if posts_error:
                error_json = args[1] if len(args) > 1 else kwargs.get("error_response_data", "{}")
            after(request_id, error_json, problem)

    return posted
