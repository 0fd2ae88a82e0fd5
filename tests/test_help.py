"""Help: what every command prints fits the terminal, in the program's own notation."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

import pytest

from program import PROGRAM, run

# Notations of the library that parses arguments.
LIBRARY = re.compile(r"\{\w[\w.-]*,[\w,.-]+\}|\{(?:true|false|\d+)\}|:in \[|POSITIVE|NONNEGATIVE|:INT|INT=|UINT|FLOAT|TEXT \.\.\.|TEXT=|Excludes|Needs|REQUIRED|\[OPTIONS\] \w+$|Positionals")


def commands():
    listed = run("--help").stdout.split("Commands:")[1].split("\n\n")[0]
    names = re.findall(r"^  ([\w-]+) ", listed, re.MULTILINE)
    assert {"train", "recommend", "bench", "help"} <= set(names)
    return [[]] + [[name] for name in names] + [["bench", "serve"]]


def test_no_line_is_wider_than_a_terminal():
    for words in commands():
        for line in run(*words, "--help").stdout.splitlines():
            assert len(line) <= 80, (words, line)


def test_nothing_is_in_the_librarys_notation():
    for words in commands():
        for line in run(*words, "--help").stdout.splitlines():
            assert LIBRARY.search(line) is None, (words, line)


def test_help_of_a_command_is_what_the_command_says():
    for words in commands():
        assert run("help", *words).stdout == run(*words, "--help").stdout


def on_a_terminal(columns, *words):
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen([PROGRAM, *words], stdout=side, stdin=subprocess.DEVNULL)
    os.close(side)
    text = b""
    try:
        while chunk := os.read(main, 65536):
            text += chunk
    except OSError:  # the other side is closed
        pass
    assert process.wait(20) == 0
    os.close(main)
    return text.decode().replace("\r\n", "\n").splitlines()


@pytest.mark.parametrize("columns, widest, least", [(60, 60, 50), (95, 95, 81), (200, 100, 90)])
def test_lines_are_as_wide_as_the_terminal_up_to_a_hundred(columns, widest, least):
    lines = on_a_terminal(columns, "recommend", "--help")
    lengths = [len(line) for line in lines if not line.startswith("  shortlist") and not line.startswith("      ")]
    lengths += [len(line) for line in lines if re.match(r" {20,}\S", line)]
    assert max(lengths) <= widest and max(lengths) >= least


def test_help_names_values_and_defaults():
    text = run("evaluate", "--help").stdout
    assert "Usage: shortlist evaluate BUNDLE [OPTIONS]" in text
    assert re.search(r"--split test\|validation\|train\|all\n", text)
    assert re.search(r"--format text\|json\s+Output format \(default: text\)", text)
    text = run("train", "--help").stdout
    assert re.search(r"--threads N .*\(default: 0\)", re.sub(r"\s+", " ", text))
    assert "(not with --from-checkpoint, --overwrite)" in re.sub(r"\s+", " ", text)
    assert "Usage: shortlist export BUNDLE --to VALUE --out PATH [OPTIONS]\n" in run("export", "--help").stdout
