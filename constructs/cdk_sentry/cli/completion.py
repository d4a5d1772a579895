"""`cdk-sentry completion`: what a shell needs to complete the command's words, as a script.

The script is made once: a shell that asked the command itself at each press of a key would wait for Python.
"""

import argparse

import shtab

from .command import Command, Exit, Invocation

SHELLS = ("bash", "zsh", "fish")


def write(invocation: Invocation) -> Exit:
    """`completion`."""
    from .main import COMMANDS, parser  # noqa: PLC0415 - which loads this

    shell, output = invocation.options.shell, invocation.output
    script = shtab.complete(parser(COMMANDS), shell)
    output.result({"shell": shell, "script": script})
    if not output.as_json:
        output.write(script)  # to the byte, where `say` would lay out text
    return Exit.FINE


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS, help="for which shell")


COMMAND = Command(
    run=write,
    arguments=_arguments,
    details="""examples:
  cdk-sentry completion bash > ~/.local/share/bash-completion/completions/cdk-sentry
  cdk-sentry completion zsh > "${fpath[1]}/_cdk-sentry"
  cdk-sentry completion fish > ~/.config/fish/completions/cdk-sentry.fish""",
)
