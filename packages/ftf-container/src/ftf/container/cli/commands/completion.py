"""`ftf completion`."""

from typing import Literal

from .._console import Console


def completion(shell: Literal["bash", "zsh", "fish"], console: Console) -> None:
    """Write the completion script of a shell.

    Put `eval "$(ftf completion bash)"` into ~/.bashrc, or zsh's line into ~/.zshrc, or fish's
    output into ~/.config/fish/completions/ftf.fish.
    """
    from click import Command
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:  # pragma: no cover  # click knows all three
        raise LookupError(shell)
    # Not source(), which starts bash to read its version.
    maker = kind(Command("ftf"), {}, "ftf", "_FTF_COMPLETE")
    console.line(maker.source_template % maker.source_vars())
