"""JSON files that cannot be read: what the message says."""

import gzip

import pytest
from program import error, run
from tables import write

RECORDS = ['{"user":"a","title":"é"}', '{"user":"b","title":"x"}']
LINES = "\n".join(RECORDS) + "\n"
ARRAY = "[" + ",\n".join(RECORDS) + "]"


@pytest.mark.parametrize("encoding, mark", [("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"), ("utf-16-le", b""), ("utf-16-be", b"")])
@pytest.mark.parametrize("name, text", [("in.json", ARRAY), ("in.jsonl", LINES)])
def test_utf16_is_refused_with_a_way_to_convert_it(tmp_path, encoding, mark, name, text):
    write(tmp_path, mark + text.encode(encoding), name)
    kind = encoding.upper().replace("-LE", "LE").replace("-BE", "BE")
    command = f"iconv -f {kind} -t UTF-8 {name}"
    assert error("inspect", name, cwd=tmp_path, code=3) == f"{name}: is UTF-16, but JSON needs UTF-8; convert it: {command}"


def test_compressed_utf16_is_refused(tmp_path):
    with gzip.open(tmp_path / "in.jsonl.gz", "wb") as file:
        file.write(b"\xff\xfe" + LINES.encode("utf-16-le"))
    message = error("inspect", "in.jsonl.gz", cwd=tmp_path, code=3)
    assert message == "in.jsonl.gz: is not UTF-8, which JSON needs; convert it: iconv -f UTF-16 -t UTF-8"


def test_a_malformed_record_is_named(tmp_path):
    bad = ['{"a":1}', '{"a":1}', '{"a":x}', '{"a":1}']
    write(tmp_path, "\n".join(bad), "in.jsonl")
    assert error("inspect", "in.jsonl", cwd=tmp_path, code=3) == "in.jsonl:3: malformed JSON at byte 6: unexpected character"
    write(tmp_path, "\ufeff" + "\n".join(bad), "marked.jsonl")
    assert error("inspect", "marked.jsonl", cwd=tmp_path, code=3) == "marked.jsonl:3: malformed JSON at byte 6: unexpected character"
    write(tmp_path, "[" + ",\n".join(bad) + "]", "in.json")
    assert error("inspect", "in.json", cwd=tmp_path, code=3) == "in.json: record 3: malformed JSON at byte 6: unexpected character"
    write(tmp_path, LINES.encode("latin-1"), "latin.jsonl")
    message = error("inspect", "latin.jsonl", cwd=tmp_path, code=3)
    assert message.startswith("latin.jsonl:1: malformed JSON at byte ") and "the text is not UTF-8" in message
    (tmp_path / "parts").mkdir()
    write(tmp_path, LINES, "parts/a.jsonl")
    write(tmp_path, "\n".join(bad), "parts/b.jsonl")
    assert error("inspect", "parts", cwd=tmp_path, code=3).startswith("parts/b.jsonl:3: ")


def test_a_mark_of_utf8_is_skipped(tmp_path):
    write(tmp_path, "\ufeff" + LINES, "in.jsonl")
    assert "in.jsonl: 2 rows, 2 columns" in run("inspect", "in.jsonl", cwd=tmp_path).stdout
