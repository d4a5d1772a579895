"""`cdk-sentry completion`: the scripts complete what the command takes."""

import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cdk_sentry.cli.completion import SHELLS
from cdk_sentry.cli.main import COMMANDS, load
from tests.harness.run import Run

Command = Callable[..., Run]


@pytest.fixture
def bash(command: Command, tmp_path: Path) -> Callable[..., list[str]]:
    """What bash offers for a line whose last word is not finished."""
    script = tmp_path / "cdk-sentry"
    script.write_text(command("completion", "bash").out)

    def offered(*words: str) -> list[str]:
        program = f"""
            source {shlex.quote(str(script))}
            [[ $(complete -p cdk-sentry) =~ -F\\ ([^ ]+) ]]
            COMP_WORDS=({shlex.join(["cdk-sentry", *words])})
            COMP_CWORD={len(words)}
            ${{BASH_REMATCH[1]}}
            printf "%s\\n" "${{COMPREPLY[@]}}"
        """
        finished = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True)
        return finished.stdout.split()

    return offered


def test_bash_offers_every_subcommand(bash: Callable[..., list[str]]) -> None:
    assert bash("") == list(COMMANDS)


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("dsn", "p"), ["put"]),
        (("dsn", "put", "--s"), ["--service", "--secure"]),
        (("layer", "build", "--runtime", ""), ["nodejs", "python"]),
        (("audit", "--fail-on", "n"), ["never"]),
        (("quarantine", "replay", "--queue", ""), ["quarantine", "failures"]),
    ],
)
def test_bash_offers_options_and_what_they_may_be(bash: Callable[..., list[str]], words, offered) -> None:
    assert bash(*words) == offered


@pytest.mark.parametrize("shell", SHELLS)
def test_each_script_knows_every_subcommand(command: Command, shell: str) -> None:
    done = command("completion", shell)
    assert (done.code, done.err) == (0, "")
    for top in COMMANDS:
        for name, _ in load(top).runnable():
            assert name.split()[-1] in done.out, name


def test_machines_get_the_script_in_a_document(command: Command) -> None:
    document = command("completion", "fish", "--json").document
    assert document == {"shell": "fish", "script": command("completion", "fish").out}


def test_an_unknown_shell_is_refused_with_those_that_there_are(command: Command) -> None:
    done = command("completion", "tcsh")
    assert done.code == 2
    for shell in SHELLS:
        assert shell in done.err
