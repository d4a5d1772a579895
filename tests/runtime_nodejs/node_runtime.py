"""A Node.js function's process as AWS runs it: its Node.js, its runtime client, its environment.

What is made once lies in `.cache/`: three Node.js versions from npm, and AWS's runtime client, whose native addon is
compiled (cmake and a C++ compiler, one to three minutes).
"""

import hashlib
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cdk_sentry.assets import LAMBDA_SRC, LAYER_CACHE
from cdk_sentry.layers.build_nodejs import build_nodejs_layer
from tests.harness.function_process import ManagedProcess
from tests.harness.runtime_files import CACHE, made_once

FUNCTIONS = Path(__file__).parent / "functions"
"""Sample handlers."""

PRELOAD = "-r cdk_sentry_layer"
"""What the construct puts into NODE_OPTIONS."""

PACKAGES = Path(__file__).parent / "packages"
"""What is installed from npm, one folder a set, each with its lock file."""
_ARCHITECTURES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
_CLIENT = Path("node_modules/aws-lambda-ric")
_ADDON = "rapid-client.node"
_MAIN = "main.mjs"
# What AWS's own index.mjs does; the package's command takes the handler from its arguments, as in container images.
_MAIN_V3 = """\
import { run } from "./node_modules/aws-lambda-ric/dist/index.mjs";

await run(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
"""
# AWS's own switch these off for functions on nodejs20.x to nodejs24.x.
_AWS_FLAGS = ("--no-experimental-require-module", "--no-experimental-detect-module")


@dataclass(frozen=True)
class NodeRuntime:
    """One of AWS's runtimes.

    Attributes:
        name: of the runtime.
        node: major version of Node.js.
        client: folder of packages/ that pins its runtime client.
    """

    name: str
    node: int
    client: str

    @property
    def executable(self) -> Path:
        """Its Node.js."""
        return tools() / f"node{self.node}-{_ARCHITECTURES[platform.machine().lower()]}" / "bin" / "node"

    def command(self) -> list[str]:
        """What runs the handler that _HANDLER names."""
        client = runtime_client(self.client)
        return self._node(client / "index.mjs" if self.client == "client-v4" else client.parents[1] / _MAIN)

    def image_command(self, handler: str) -> list[str]:
        """What runs a handler in a container image."""
        client = runtime_client(self.client)
        return [*self._node(client / ("index.mjs" if self.client == "client-v4" else "bin/index.mjs")), handler]

    def _node(self, main: Path) -> list[str]:
        flags = _AWS_FLAGS if self.node > 20 else ()
        return [os.fspath(self.executable), *flags, os.fspath(main)]


NODEJS20 = NodeRuntime("nodejs20.x", 20, "client-v3")
NODEJS22 = NodeRuntime("nodejs22.x", 22, "client-v3")
NODEJS24 = NodeRuntime("nodejs24.x", 24, "client-v4")
RUNTIMES = (NODEJS20, NODEJS22, NODEJS24)


@dataclass(frozen=True)
class NodeConfig:
    """What a function's owner says about it, with AWS's defaults.

    Attributes:
        handler: the handler string.
        runtime: that runs it.
        task_root: the function's code, /var/task on AWS.
        layer: what AWS would show as /opt/nodejs/node_modules; None for a function without the layer.
        environment: the function's own variables; they win over what AWS sets.
        timeout_s: its setting.
        memory_mb: its setting; not enforced.
        carries_aws_sdk: whether AWS's SDK is where the runtimes have it.
        in_image: whether it is a container image.
    """

    handler: str
    runtime: NodeRuntime = NODEJS20
    task_root: Path = FUNCTIONS
    layer: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout_s: int = 3
    memory_mb: int = 128
    carries_aws_sdk: bool = False
    in_image: bool = False

    def variables(self) -> dict[str, str]:
        """The whole environment of the function's process, but for the Runtime API's address.

        Source: docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
        """
        folders = ["/opt/nodejs/node_modules"] if self.layer is None else [os.fspath(self.layer)]
        if self.carries_aws_sdk:
            folders.append(os.fspath(tools()))
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "_HANDLER": self.handler,
            "LAMBDA_TASK_ROOT": os.fspath(self.task_root),
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{self.runtime.name}",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_FUNCTION_NAME": "checkout",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_mb),
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(self.timeout_s),
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/checkout",
            "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/21/[$LATEST]0123456789abcdef0123456789abcdef",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "AWS_SESSION_TOKEN": "example-session-token",
            "NODE_PATH": os.pathsep.join(folders),
            **({} if self.layer is None else {"NODE_OPTIONS": PRELOAD}),
            **self.environment,
        }

    def command(self) -> list[str]:
        """The command that runs the handler."""
        return self.runtime.image_command(self.handler) if self.in_image else self.runtime.command()


class NodeProcess(ManagedProcess):
    """The runtime client with one function, against a Runtime API."""

    def __init__(self, runtime_api: str, config: NodeConfig) -> None:
        """Starts once entered.

        Args:
            runtime_api: host and port of the Runtime API.
            config: the function.
        """
        environment = {**config.variables(), "AWS_LAMBDA_RUNTIME_API": runtime_api}
        super().__init__(config.command(), environment, config.task_root)


def our_layer() -> Path:
    """Our layer as it is now: what AWS would show as /opt/nodejs/node_modules."""
    return build_nodejs_layer(LAMBDA_SRC / "sentry_layer_nodejs", LAYER_CACHE).directory / "nodejs" / "node_modules"


def tools() -> Path:
    """`node_modules` of packages/tools."""
    return _installed("tools", "--ignore-scripts") / "node_modules"


def runtime_client(name: str) -> Path:
    """The folder of a runtime client, whose native addon is there."""
    if name == "client-v4":
        return _installed(name) / _CLIENT
    return made_once(_home(name), lambda home: _install_v3(name, home)) / _CLIENT


def _install_v3(name: str, home: Path) -> None:
    # Both versions have an addon of the same interface; it is compiled once.
    _npm_ci(name, home, "--ignore-scripts")
    shutil.copyfile(runtime_client("client-v4") / _ADDON, home / _CLIENT / "dist" / _ADDON)
    (home / _MAIN).write_text(_MAIN_V3)


def _installed(name: str, *flags: str) -> Path:
    return made_once(_home(name), lambda home: _npm_ci(name, home, *flags))


def _home(name: str) -> Path:
    inputs = (PACKAGES / name / "package-lock.json").read_bytes()
    if name == "client-v3":
        inputs += _MAIN_V3.encode()
    return CACHE / f"nodejs-{name}-{hashlib.sha256(inputs).hexdigest()[:12]}"


def _npm_ci(name: str, home: Path, *flags: str) -> None:
    for file in ("package.json", "package-lock.json"):
        shutil.copyfile(PACKAGES / name / file, home / file)
    if "--ignore-scripts" not in flags:
        _require_compiler()
    command: Sequence[str] = ("npm", "ci", "--no-fund", "--no-audit", "--loglevel=error", *flags)
    finished = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise RuntimeError(f"npm could not install {name}:\n{finished.stdout}\n{finished.stderr}")


def _require_compiler() -> None:
    missing = [tool for tool in ("cmake", "g++", "make", "xz") if shutil.which(tool) is None]
    if missing:
        raise RuntimeError(
            f"AWS's runtime client for Node.js is compiled on first use; missing: {', '.join(missing)}. "
            "On Debian: apt-get install cmake g++ make xz-utils"
        )
