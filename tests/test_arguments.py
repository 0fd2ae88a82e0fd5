"""Wrong arguments are answered in the program's own words, with the nearest command, flag or value."""

import re
import subprocess

import pytest

from program import PROGRAM, error, run

COMMANDS = ("inspect convert init describe train evaluate recommend predict similar embed import export serve key "
            "bench synth").split()

# Texts of the library that parses arguments.
LIBRARY = re.compile(r"FAILED|not expected|is required|Could not convert|not in range|not in \{|could not be converted|"
                     r"requires|excludes| received|Expected|At [Ll]east|At Most|subcommand|TEXT missing|->")


def first_line(*arguments):
    return error(*arguments, code=2).split("\n")[0]


@pytest.mark.parametrize("arguments, message", [
    (["tarin"], "unknown command 'tarin'; did you mean 'train'?"),
    (["recomend", "bundle"], "unknown command 'recomend'; did you mean 'recommend'?"),
    (["xyzzyxyzzy"], "unknown command 'xyzzyxyzzy'"),
    ([], "no command is given"),
    (["bench", "serv"], "unknown command 'bench serv'; did you mean 'bench serve'?"),
    (["--verson"], "unknown flag '--verson'; did you mean '--version'?"),
    (["predict", "b", "--query", "user=1", "--candidate", "item=2"], "predict: --candidate is now --item: write that instead"),
    (["embed", "b", "--candidates", "--out", "i.npy"], "embed: --candidates is now --items: write that instead"),
    (["init", "t.csv", "--candidate=item"], "init: --candidate is now --item: write that instead"),
    (["recommend", "b", "--candidate", "item=2"], "recommend: unknown flag '--candidate'"),
    (["train", "a.toml", "--epoch", "3"], "train: unknown flag '--epoch'; did you mean '--epochs'?"),
    (["train", "a.toml", "--epoch=3"], "train: unknown flag '--epoch'; did you mean '--epochs'?"),
    (["train"], "train: CONFIG is missing"),
    (["key", "page"], "key: --keys is missing"),
    (["import", "--new-optimizer"], "import: CHECKPOINT, --config, --out are missing"),
    (["inspect", "a.csv", "b.csv"], "inspect: unexpected argument 'b.csv'"),
    (["evaluate", "b", "--split", "tset"],
     "evaluate: --split: got 'tset', need one of test, validation, train, all; did you mean 'test'?"),
    (["evaluate", "b", "--split", "val"],
     "evaluate: --split: got 'val', need one of test, validation, train, all; did you mean 'validation'?"),
    (["tra"], "unknown command 'tra'; did you mean 'train'?"),
    (["evaluate", "b", "--format", "jsn"], "evaluate: --format: got 'jsn', need one of text, json; did you mean 'json'?"),
    (["similar", "b", "x", "--by", "cosin"],
     "similar: --by: got 'cosin', need one of learned, jaccard, cosine; did you mean 'cosine'?"),
    (["recommend", "b", "--order", "scor"],
     "recommend: --order: got 'scor', need one of auto, score, predicted, blend; did you mean 'score'?"),
    (["train", "a.toml", "--seeds", "1"], "train: --seeds: got '1', need a number from 2 to 1000"),
    (["key", "a", "--keys", "k", "--scope", "root"], "key: --scope: got 'root', need one of read, admin"),
    (["train", "a.toml", "--epochs", "many"], "train: --epochs: got 'many', need a number above 0"),
    (["train", "a.toml", "--seed", "1.5"], "train: --seed: got '1.5', need a whole number"),
    (["recommend", "b", "--threads", "-1"], "recommend: --threads: got '-1', need a number from 0 to 1024"),
    (["recommend", "b", "-k", "ten"], "recommend: -k: got 'ten', need a whole number within its range"),
    (["recommend", "b", "-k"], "recommend: -k needs a value"),
    (["recommend", "b", "-k", "1", "-k", "2"], "recommend: -k is given 2 times, but can be given only once"),
    (["recommend", "b", "--quiet=never"], "recommend: --quiet takes no value"),
    (["recommend", "b", "--query", "a=b", "--queries", "t.csv"], "recommend: --query and --queries cannot be given together"),
    (["serve", "b", "--tls-key", "k"], "serve: --tls-key needs --tls-certificate"),
    (["export", "b", "--to", "onxx", "--out", "x"], None),
])
def test_a_mistake_is_named(arguments, message):
    got = first_line(*arguments)
    assert message is None or got == message
    assert not LIBRARY.search(got)


def test_the_second_line_says_where_to_look():
    assert error("tarin", code=2).split("\n")[1] == "`shortlist --help` lists the commands"
    assert error("train", code=2).split("\n")[1] == "`shortlist train --help` lists its arguments"


# Each command, with each of its flags without a value, with a bad one, and twice.
@pytest.mark.parametrize("command", COMMANDS)
def test_no_message_is_the_librarys(command):
    words = ["bench", "serve"] if command == "bench" else [command]
    flags = re.findall(r"^\s+(?:-\w,)?(--?[\w-]+)", run(*words, "--help").stdout, re.MULTILINE)
    assert "--help" in flags
    for flag in set(flags) - {"--help", "-h"}:
        for mistake in ([flag], [f"{flag}=%"], [flag, "%", flag, "%"], [flag + "x"]):
            done = subprocess.run([PROGRAM, *words, *mistake], text=True, capture_output=True, timeout=60)
            assert done.returncode == 2, (mistake, done.stderr)
            assert not LIBRARY.search(done.stderr.split("\n")[0].replace(flag, "")), (mistake, done.stderr)
