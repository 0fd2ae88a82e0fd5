"""Times as a table writes them: a query, a condition and a later table are read in the same form, and in ISO 8601."""

import csv
import datetime
import json

import pytest

from program import error, run
from serving import serving
from tables import config, pairs, train, write

DAYS = [datetime.date(2020, 12, 1) + datetime.timedelta(days=5 * n) for n in range(40)]


def table(folder, form, name="in.csv", quarter=0):
    rows = "".join(
        f"u{u},i{i},{DAYS[(n + quarter) % 40].strftime(form)},{DAYS[i].strftime(form)},{r}\n"
        for n, (u, i, r) in enumerate(pairs(400)))
    write(folder, "user,item,at,released,rating\n" + rows, name)


def time_config(form):
    toml = config(features='at = { kind = "time", as = "buckets", buckets = 4, dim = 4 }', query=["user", "at"],
                  attributes=["released"], data=f'date_format = "{form}"')
    return toml.replace("split = { train", 'split = { by = "time", column = "at", train')


FORMS = ["%d.%m.%Y", "%m/%d/%Y %H:%M", "%Y%m%d", "%d %b %Y"]


@pytest.mark.parametrize("form", FORMS)
def test_a_query_is_read_as_the_table_writes_its_times(tmp_path, form):
    table(tmp_path, form)
    train(tmp_path, time_config(form))
    answers = {}
    for day in (DAYS[0], DAYS[-1]):
        texts = [day.strftime(form), day.isoformat(), f"{day.isoformat()}T00:00:00Z"]
        done = [run("recommend", "bundle", "--query", "user=u3", "--query", f"at={text}", "--format", "csv", cwd=tmp_path)
                for text in texts]
        assert len({answer.stdout for answer in done}) == 1 and "not seen" not in done[0].stderr
        answers[day] = done[0].stdout
    assert answers[DAYS[0]] != answers[DAYS[-1]]  # so that the time matters
    assert "is not a time in the format" in error(
        "recommend", "bundle", "--query", "user=u3", "--query", "at=yesterday", cwd=tmp_path, code=3)


@pytest.mark.parametrize("form", FORMS)
def test_a_table_of_queries_is_read_as_the_table_writes_its_times(tmp_path, form):
    table(tmp_path, form)
    train(tmp_path, time_config(form))
    outputs = []
    for text in (form, "%Y-%m-%d"):
        write(tmp_path, f"user,at\nu3,{DAYS[0].strftime(text)}\nu4,{DAYS[-1].strftime(text)}\n", "q.csv")
        done = run("recommend", "bundle", "--queries", "q.csv", "--out", "-", "--quiet", cwd=tmp_path)
        outputs.append([[v for k, v in row.items() if k != "at"] for row in csv.DictReader(done.stdout.splitlines())])
        write(tmp_path, f"user,at,item\nu3,{DAYS[0].strftime(text)},i1\n", "p.csv")
        run("predict", "bundle", "--data", "p.csv", "--out", "o.csv", "--quiet", cwd=tmp_path)
        outputs[-1].append((tmp_path / "o.csv").read_text().splitlines()[1].split(",")[-1])
    assert outputs[0] == outputs[1] and len(outputs[0]) > 2
    write(tmp_path, f"user;at\nu3;{DAYS[0].strftime('%d-%m-%y')}\n", "other.csv")
    run("recommend", "bundle", "--queries", "other.csv", "--date-format", "%d-%m-%y", "--out", "-", "--quiet", cwd=tmp_path)


@pytest.mark.parametrize("form", FORMS[:2])
def test_a_condition_is_read_as_the_table_writes_its_times(tmp_path, form):
    table(tmp_path, form)
    train(tmp_path, time_config(form))
    ask = ["recommend", "bundle", "--query", "user=u3", "-k", 8, "--keep-seen", "--format", "json"]
    shown = {item["attributes"]["released"] for item in json.loads(run(*ask, cwd=tmp_path).stdout)["items"]}
    assert shown == {day.isoformat() for day in DAYS[:8]}
    for text in (DAYS[5].strftime(form), DAYS[5].isoformat()):
        items = json.loads(run(*ask, "--where", f"released>={text}", cwd=tmp_path).stdout)["items"]
        assert {item["attributes"]["released"] for item in items} == {day.isoformat() for day in DAYS[5:8]}


def test_a_request_is_read_as_the_table_writes_its_times(tmp_path):
    form = FORMS[0]
    table(tmp_path, form)
    train(tmp_path, time_config(form))
    with serving("m=bundle", cwd=tmp_path) as server:
        answers = []
        for text in (form, "%Y-%m-%d"):
            body = {"query": {"user": "u3", "at": DAYS[0].strftime(text)}, "filter": [f"released>={DAYS[5].strftime(text)}"]}
            status, _, answer = server.post("/v1/recommend", body)
            assert status == 200, answer
            answers.append([(item["id"], item["score"]) for item in answer["items"]])
        assert answers[0] == answers[1] and answers[0]


@pytest.mark.parametrize("form", FORMS)
def test_evaluate_reads_another_table_in_its_own_format(tmp_path, form):
    table(tmp_path, form)
    train(tmp_path, time_config(form))
    table(tmp_path, form, "later.csv", quarter=9)
    table(tmp_path, "%Y-%m-%d", "iso.csv", quarter=9)
    table(tmp_path, "%d-%m-%y", "other.csv", quarter=9)
    first = run("evaluate", "bundle", "--data", "later.csv", "--format", "json", cwd=tmp_path).stdout
    assert run("evaluate", "bundle", "--data", "iso.csv", "--format", "json", cwd=tmp_path).stdout == first
    assert run("evaluate", "bundle", "--data", "other.csv", "--date-format", "%d-%m-%y", "--format", "json", cwd=tmp_path).stdout == first


def test_columns_of_numbers_keep_their_unit_beside_a_date_format(tmp_path):
    """The format is for one column; another one has seconds."""
    rows = "".join(f"u{u},i{i},{1_600_000_000 + 86_400 * n},{DAYS[n % 40].strftime('%d.%m.%Y')},{r}\n"
                   for n, (u, i, r) in enumerate(pairs(400)))
    write(tmp_path, "user,item,at,day,rating\n" + rows)
    features = '\n'.join(f'{name} = {{ kind = "time" }}' for name in ("at", "day"))
    train(tmp_path, config(features=features, query=["user", "at", "day"], data='date_format = "%d.%m.%Y"'))
    done = [run("recommend", "bundle", "--query", "user=u3", "--query", f"at={text}", "--query", "day=05.01.2021", "--format", "csv", cwd=tmp_path)
            for text in ("1609459200", "2021-01-01")]
    assert done[0].stdout == done[1].stdout


def test_a_format_that_cannot_be_used_is_named(tmp_path):
    table(tmp_path, "%d.%m.%Y")
    message = error("inspect", "in.csv", "--date-format", "%d.%m", cwd=tmp_path, code=2)
    assert message.startswith('date_format: "%d.%m" has no year')
    assert 'date_format: "%Q" has %Q' in error("inspect", "in.csv", "--date-format", "%Q", cwd=tmp_path, code=2)


@pytest.mark.parametrize("name, form", [("day", "%Y%m%d"), ("order_date", "%Y%m%d"), ("time", "%Y%m%d%H%M%S")])
def test_init_sees_days_in_digits(tmp_path, name, form):
    rows = "".join(f"u{u},i{i},{DAYS[n % 40].strftime(form)},{r}\n" for n, (u, i, r) in enumerate(pairs(400)))
    write(tmp_path, f"user,item,{name},rating\n" + rows)
    text = run("init", "in.csv", "--out", "c.toml", cwd=tmp_path) and (tmp_path / "c.toml").read_text()
    assert f'split = {{ by = "time", column = "{name}", format = "{form}", ' in text
    assert f"dates in digits, such as {DAYS[0].strftime('%Y')}" in text
    run("train", "c.toml", "--out", "bundle", "--quiet", "--set", "training.epochs=1", cwd=tmp_path)


def test_init_takes_no_other_integers_for_days(tmp_path):
    rows = "".join(f"u{u},i{i},{20210101 + n % 400},{n % 31 + 1},{r}\n" for n, (u, i, r) in enumerate(pairs(400)))
    write(tmp_path, "user,item,date,day,rating\n" + rows)  # 20210132 is no day, and a day of the month no time
    text = run("init", "in.csv", cwd=tmp_path).stdout
    assert 'by = "random"' in text and "'date' would be the time by its name, but" in text


TEXT = "user,item,rating\n" + "".join(f"u{u},ü{i},{r}\n" for u, i, r in pairs(400))


@pytest.mark.parametrize("name", ["in.csv", "in.csv.gz"])
def test_utf_16_with_a_byte_order_mark_is_read(tmp_path, name):
    import gzip
    data = b"\xff\xfe" + TEXT.encode("utf-16-le")
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    columns = json.loads(run("inspect", name, "--format", "json", cwd=tmp_path).stdout)["columns"]
    assert [c["name"] for c in columns] == ["user", "item", "rating"] and columns[1]["most_frequent"][0]["value"][0] == "ü"
    run("init", name, "--out", "c.toml", cwd=tmp_path)
    run("train", "c.toml", "--out", "bundle", "--quiet", "--set", "training.epochs=1", cwd=tmp_path)


def test_other_encodings_are_named(tmp_path):
    write(tmp_path, b"\xfe\xff" + TEXT.encode("utf-16-be"), "be.csv")
    assert "be.csv: is UTF-16 with the high byte first" in error("inspect", "be.csv", cwd=tmp_path, code=3)
    for name, encoding in [("latin.csv", "latin-1"), ("wide.csv", "utf-16-le")]:
        write(tmp_path, TEXT.encode(encoding), name)
        message = error("inspect", name, cwd=tmp_path, code=3)
        assert "--encoding latin-1" in message and "--encoding utf-16" in message and 'encoding = "latin-1"' in message
        run("inspect", name, "--encoding", encoding.removesuffix("-le"), cwd=tmp_path)
