"""Help, completion, and what is said when a table, a config and a bundle are taken for each other."""

import re
import subprocess

import pytest

from program import error, place, run  # noqa: F401


def complete(words, cwd=None):
    """What bash offers for the last of the words."""
    script = run("completion", "bash").stdout
    quoted = " ".join(f"'{word}'" for word in words)
    ask = f"{script}\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _shortlist; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    done = subprocess.run(["bash", "-c", ask], text=True, capture_output=True, timeout=60, cwd=cwd)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout.split()


def test_bash_completes_commands_flags_and_values():
    assert complete(["shortlist", "tr"]) == ["train"]
    assert complete(["shortlist", "train", "a.toml", "--ep"]) == ["--epochs"]
    assert complete(["shortlist", "evaluate", "b", "--split", "t"]) == ["test", "train"]
    assert complete(["shortlist", "recommend", "b", "--order", ""]) == ["auto", "score", "predicted", "blend"]
    assert complete(["shortlist", "similar", "b", "x", "--by", "j"]) == ["jaccard"]
    assert {"bash", "zsh", "fish"} <= set(complete(["shortlist", "completion", ""]))
    assert complete(["shortlist", "bench", ""])[0] == "serve"
    assert "--swaps" in complete(["shortlist", "bench", "serve", "b", "--s"])
    assert complete(["shortlist", "train", "a.toml", "--out", ""]) == []  # then bash offers files


def test_the_scripts_have_every_command_and_flag():
    scripts = {shell: run("completion", shell).stdout for shell in ("bash", "zsh", "fish")}
    listed = run("--help").stdout.split("Commands:")[1]
    commands = re.findall(r"^  (\w+) ", listed, re.MULTILINE)
    assert {"train", "recommend", "completion", "help"} <= set(commands)
    for command in commands:
        flags = set(re.findall(r"^\s+(?:-\w,)?--([\w-]+)", run(command, "--help").stdout, re.MULTILINE))
        for shell, script in scripts.items():
            assert re.search(rf"\b{command}\b", script), (shell, command)
            for flag in flags:
                assert (f"-l {flag}" if shell == "fish" else f"--{flag}") in script, (shell, command, flag)


def test_a_shell_that_is_not_known_is_named():
    assert "got 'csh', need one of bash, zsh, fish" in error("completion", "csh", code=2)


def test_help_of_a_command_is_what_it_says_itself():
    for words in (["train"], ["recommend"], ["bench", "serve"]):
        assert run("help", *words).stdout == run(*words, "--help").stdout
    assert run("help").stdout == run("--help").stdout
    assert "unknown command 'tarin'; did you mean 'train'?" in error("help", "tarin", code=2)
    assert "unknown command 'bench serv'; did you mean 'bench serve'?" in error("help", "bench", "serv", code=2)


@pytest.mark.parametrize("arguments, message", [
    (["train", "ratings.csv"], "looks like a table; run `shortlist init ratings.csv`"),
    (["describe", "ratings.csv"], "looks like a table; run `shortlist init ratings.csv`"),
    (["import", "x", "--config", "ratings.csv", "--out", "o"], "looks like a table; run `shortlist init ratings.csv`"),
    (["recommend", "ratings.csv", "--query", "a=b"], "looks like a table; run `shortlist init ratings.csv`"),
    (["evaluate", "ratings.csv"], "looks like a table; run `shortlist init ratings.csv`"),
    (["serve", "ratings.csv"], "looks like a table; run `shortlist init ratings.csv`"),
    (["bench", "serve", "ratings.csv"], "looks like a table; run `shortlist init ratings.csv`"),
    (["train", "SELECT * FROM 'a.csv'"], "looks like a table; run `shortlist init"),
    (["recommend", "config.toml", "--query", "a=b"], "looks like a config; run `shortlist train config.toml`"),
    (["train", "bundle"], "looks like a bundle"),
    (["inspect", "bundle"], "looks like a bundle"),
    (["init", "config.toml"], "looks like a config; need a table"),
    (["recommend", "bundle", "--queries", "config.toml"], "looks like a config; need a table"),
])
def test_a_table_a_config_and_a_bundle_are_told_apart(place, arguments, message):  # noqa: F811
    assert message in error(*arguments, cwd=place, code=2)


def test_the_line_of_an_epoch_fits_a_terminal(place):  # noqa: F811
    lines = [line for line in (place / "train.stderr").read_text().splitlines() if re.match(r"epoch +\d", line)]
    assert len(lines) == 3
    for line in lines:
        assert len(line) <= 80 and "loss" in line and "| validation" in line and line.endswith(" s")
