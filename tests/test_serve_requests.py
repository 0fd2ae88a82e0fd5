"""shortlist serve at its edge: what it takes for a request, whom it lets in, and what it says of each."""

import gzip
import json
import os
import pathlib
import random
import re
import stat
import subprocess

import pytest
from serving import PROGRAM, make_bundles, run, serving


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("requests")
    make_bundles(folder, {"one": 1, "two": 2})
    return folder


@pytest.fixture(scope="module")
def server(place):
    with serving("one", "--trust-forwarded-for", "--access-log", "--public-host", "models.example", cwd=place) as server:
        yield server


def raw(server, data):
    """Sends bytes, and reads until the server closes."""
    with server.socket() as client:
        client.settimeout(20)
        client.sendall(data)
        answer = b""
        while chunk := client.recv(65536):
            answer += chunk
        return answer


def post(path="/v1/recommend", body=b"{}", headers=b"", version=b"1.1", host=b"Host: localhost\r\n", kind=b"application/json"):
    head = b"POST %s HTTP/%s\r\n%sContent-Type: %s\r\n%s" % (path.encode(), version, host, kind, headers)
    if b"Transfer-Encoding" not in headers and b"Content-Length" not in headers:
        head += b"Content-Length: %d\r\n" % len(body)
    return head + b"\r\n" + body


CLOSE = b"Connection: close\r\n"


@pytest.mark.parametrize("encoding", [b"chunked, identity", b"xchunked", b"gzip, chunked", b"identity", b"chunked, chunked", b"chunked;q=1", b" "])
def test_takes_no_transfer_encoding_but_chunked(server, encoding):
    hidden = b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = raw(server, post(headers=b"Transfer-Encoding: %s\r\n" % encoding, body=b"0\r\n\r\n" + hidden))
    assert re.match(rb"HTTP/1.1 (501|400) ", answer), answer
    assert answer.count(b"HTTP/1.1 ") == 1 and b"Connection: close" in answer


def test_says_501_to_other_transfer_encodings(server):
    answer = raw(server, post(headers=b"Transfer-Encoding: gzip, chunked\r\n", body=b"0\r\n\r\n"))
    assert answer.startswith(b"HTTP/1.1 501 ") and b'"code":"unsupported_encoding"' in answer
    assert raw(server, post(headers=b"Transfer-Encoding: Chunked\r\n" + CLOSE, body=b"2\r\n{}\r\n0\r\n\r\n")).startswith(b"HTTP/1.1 200 ")


def test_takes_no_request_with_two_meanings(server):
    two = b"Host: localhost\r\nHost: models.example\r\n"
    for request in (
        post(host=two),
        post(host=b""),
        post(headers=b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", body=b"0\r\n\r\n"),
        post(headers=b"Content-Length: 2\r\nContent-Length: 3\r\n"),
        post(headers=b"Transfer-Encoding: chunked\r\n", body=b"0\r\n\r\n", version=b"1.0"),
    ):
        answer = raw(server, request + b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 400 ") and answer.count(b"HTTP/1.1 ") == 1, (request, answer)


def test_answers_only_under_its_own_names(server):
    for host in ("localhost", "127.0.0.1:1", "127.0.0.2", "[::1]:80", "models.example", "Models.Example:8443"):
        assert server.ask("GET", "/v1/models", headers={"Host": host})[0] == 200, host
    for host in ("[::1].evil.com", "localhost:evil", "evil.com", "localhost.evil.com", "models.example.evil.com"):
        status, _, problem = server.ask("GET", "/v1/models", headers={"Host": host})
        assert status == 421 and problem["code"] == "wrong_host", host
    target = b"GET http://%s/v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert raw(server, target % b"evil.com").startswith(b"HTTP/1.1 421 ")
    assert raw(server, target % b"models.example").startswith(b"HTTP/1.1 200 ")


def test_another_loopback_address_answers_its_own_url(place):
    with serving("one", "--address", "127.0.0.2", cwd=place) as server:
        connection = server.connect()
        connection.host = "127.0.0.2"
        assert server.ask("GET", "/v1/models", connection=connection)[0] == 200


def test_no_page_can_make_it_compute(server):
    body = json.dumps({"instances": [{"country": "Japan"}]}).encode()
    for path in ("/v1/models/one:predict", "/v2/models/one/infer", "/v1/recommend"):
        for kind in (b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data"):
            assert raw(server, post(path, body, CLOSE, kind=kind)).startswith(b"HTTP/1.1 415 "), (path, kind)
    headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    status, _, problem = server.ask("GET", "/v1/map", headers=headers)
    assert status == 403 and problem["code"] == "cross_site"
    assert server.post("/v1/models/one:predict", body)[0] == 200


def test_twenty_keys_at_once_are_all_kept(tmp_path):
    makers = [subprocess.Popen([PROGRAM, "key", f"k{i}", "--keys", tmp_path / "keys"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) for i in range(20)]
    tokens = {maker.communicate()[0] for maker in makers}
    assert len(tokens) == 20 and all(maker.returncode == 0 for maker in makers)
    assert sorted(line.split()[0] for line in (tmp_path / "keys").read_text().splitlines()) == sorted(f"k{i}" for i in range(20))
    assert os.listdir(tmp_path) == ["keys"]


def test_a_key_that_nobody_saw_is_not_kept(tmp_path):
    run("key", "first", "--keys", tmp_path / "keys")
    with open("/dev/full", "w") as full:
        done = subprocess.run([PROGRAM, "key", "lost", "--keys", tmp_path / "keys"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and "standard output" in done.stderr
    assert [line.split()[0] for line in (tmp_path / "keys").read_text().splitlines()] == ["first"]
    run("key", "lost", "--keys", tmp_path / "keys")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_keys_file_is_given_to_its_folders_owner_and_nothing_else_is(tmp_path):
    os.chown(tmp_path, 65534, 65534)
    run("key", "page", "--keys", tmp_path / "keys")
    status = os.stat(tmp_path / "keys")
    assert status.st_uid == 65534 and stat.S_IMODE(status.st_mode) == 0o600
    (tmp_path / "keys").unlink()
    victim = tmp_path.parent / "victim"
    victim.write_text("")
    (tmp_path / "keys").symlink_to(victim)
    assert "is a link" in run("key", "page", "--keys", tmp_path / "keys", code=2).stderr
    assert os.stat(victim).st_uid == 0 and victim.read_text() == ""


def test_a_keys_file_that_others_can_write_is_refused(place, tmp_path):
    run("key", "page", "--keys", tmp_path / "keys")
    (tmp_path / "keys").chmod(0o664)
    error = run("serve", place / "one", "--keys", tmp_path / "keys", code=3).stderr
    assert "users other than its owner can write it (mode 0664); run chmod go-w" in error


def test_an_admin_loads_bundles_only_from_their_root(place, tmp_path):
    admin = {"X-API-Key": run("key", "ops", "--scope", "admin", "--keys", tmp_path / "keys").stdout.strip()}
    (place / "outside").symlink_to("/etc")
    flags = ("one", "--no-watch", "--keys", tmp_path / "keys")
    with serving(*flags, "--bundles-root", ".", cwd=place) as server:
        assert server.post("/v1/admin/reload", {"bundle": "two"}, headers=admin)[0] == 200
        answers = set()
        for path in ("/etc", "/etc/passwd", "/no/such", "../" + place.name + "x", "outside", "none"):
            status, _, problem = server.post("/v1/admin/reload", {"bundle": path}, headers=admin)
            answers.add((status, problem["code"], problem["detail"].replace(path, "PATH")))
        assert answers == {(409, "not_loaded", "'PATH' is not a folder in --bundles-root")}
    with serving(*flags, cwd=place) as server:
        status, _, problem = server.post("/v1/admin/reload", {"bundle": "two"}, headers=admin)
        assert status == 403 and problem["code"] == "no_bundles_root"
        assert server.post("/v1/admin/reload", {}, headers=admin)[0] == 200


def test_asks_for_the_key_before_it_takes_a_body_or_a_place(place, tmp_path):
    key = run("key", "page", "--keys", tmp_path / "keys").stdout.strip().encode()
    with serving("one", "--keys", tmp_path / "keys", "--max-waiting", 0, cwd=place) as server:
        # The body never comes: the answer does not wait for it.
        answer = raw(server, post(headers=b"Content-Length: 1000000\r\n", body=b"{"))
        assert answer.startswith(b"HTTP/1.1 401 ") and b"Connection: close" in answer
        answer = raw(server, post(headers=b"Content-Length: 5\r\nExpect: 100-continue\r\n", body=b""))
        assert answer.startswith(b"HTTP/1.1 401 ")
        # No place in the queue is needed to be refused.
        batch = json.dumps({"queries": [{}]}).encode()
        assert raw(server, post("/v1/recommend/batch", batch, CLOSE)).startswith(b"HTTP/1.1 401 ")
        answer = raw(server, post("/v1/recommend/batch", batch, CLOSE + b"authorization: bearer " + key + b"\r\n"))
        assert answer.startswith(b"HTTP/1.1 503 ")
        # A refusal whose body has come keeps the connection.
        answer = raw(server, post() + b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert [line[9:12] for line in re.findall(rb"HTTP/1.1 [^\r]*", answer)] == [b"401", b"200"]


def test_lets_a_body_come_when_asked_in_any_case(server):
    with server.socket() as client:
        client.sendall(post(headers=b"Content-Length: 8\r\nExpect: 100-Continue\r\n", body=b""))
        assert client.recv(1000).startswith(b"HTTP/1.1 100 Continue")
        client.sendall(b'{"k": 1}')
        assert client.recv(1000).startswith(b"HTTP/1.1 200 OK")


def test_http_1_0_closes_unless_asked(server):
    assert raw(server, b"GET /livez HTTP/1.0\r\nHost: localhost\r\n\r\n").count(b"Connection: close") == 1
    answer = raw(server, b"GET /livez HTTP/1.0\r\nHost: localhost\r\nConnection: Keep-Alive\r\n\r\n" * 2 + b"GET /livez HTTP/1.0\r\nHost: localhost\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 OK") == 3 and answer.count(b"Connection: keep-alive") == 2


def test_failures_are_in_the_log_under_their_id(place):
    with serving("one", "--max-waiting", 0, cwd=place) as server:
        status, headers, problem = server.post("/v1/recommend/batch", {"queries": [{}]}, headers={"X-Request-Id": "me-1"})
        assert status == 503 and problem["code"] == "busy" and headers["X-Request-Id"] == "me-1"
        line = server.wait_for("request_id=me-1")
        assert 'msg="request failed"' in line and "status=503 code=busy" in line and "target=/v1/recommend/batch" in line
        _, headers, _ = server.post("/v1/recommend/batch", {"queries": [{}]})
        assert "status=503" in server.wait_for("request_id=" + headers["X-Request-Id"])


def test_the_access_log_has_every_request(server):
    headers = {"X-Request-Id": "x\u202ey".encode(), "X-Forwarded-For": "9.9.9.9, 2001:db8::7"}
    status, answer, _ = server.ask("GET", "/v1/items?limit=1", headers=headers)
    line = server.wait_for("request_id=" + answer["X-Request-Id"])
    assert status == 200 and re.fullmatch(r"[0-9a-f]{16}", answer["X-Request-Id"])
    assert "msg=request " in line and "client=2001:db8::7" in line and "method=GET target=\"/v1/items?limit=1\" status=200 bytes=" in line
    raw(server, b"nonsense\r\n\r\n")
    assert "status=400" in server.wait_for("msg=request ")
    raw(server, "GET /v1/\u202enope HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert "\u202e" not in server.wait_for("msg=request ")


def test_a_rate_is_each_clients_own_behind_a_proxy(place):
    with serving("one", "--rate", 0.01, "--burst", 1, "--trust-forwarded-for", cwd=place) as server:

        def ask(forwarded):
            return server.post("/v1/recommend", {"k": 1}, headers={"X-Forwarded-For": forwarded})[0]

        assert [ask("1.1.1.1"), ask("1.1.1.1"), ask("1.1.1.1, 2.2.2.2"), ask("2.2.2.2")] == [200, 429, 200, 429]
        assert [ask("2001:db8:0:1::1"), ask("2001:db8:0:1:9::2"), ask("2001:db8:0:2::1")] == [200, 429, 200]
    with serving("one", "--rate", 0.01, "--burst", 1, cwd=place) as server:
        assert [server.post("/v1/recommend", {"k": 1}, headers={"X-Forwarded-For": str(i)})[0] for i in range(2)] == [200, 429]


@pytest.mark.parametrize(
    "flag, value",
    [("--max-header-bytes", 4294967296), ("--max-header-bytes", 1), ("--max-body-bytes", 0), ("--rate", "nan"), ("--rate", "inf"), ("--rate", -1),
     ("--burst", "nan"), ("--max-k", 0), ("--max-k", "1e10"), ("--idle-timeout", "nan"), ("--header-timeout", 0), ("--port", 65536), ("--port", -1),
     ("--trust-forwarded-for=17", None), ("--public-host", "http://x"), ("--cors-origin", "shop.example"), ("--bundles-root", "/no/such")],
)  # fmt: skip
def test_flags_are_checked(place, flag, value):
    error = run("serve", "one", flag, *([] if value is None else [value]), cwd=place, code=2).stderr
    assert flag.partition("=")[0] in error, error


def test_numbers_are_ids_where_ids_are_numbers(tmp_path):
    random.seed(3)
    rows = [f"{random.randrange(40)},{1000 + random.randrange(30)},{random.randrange(1, 6)}" for _ in range(2000)]
    (tmp_path / "t.csv").write_text("user,item,rating\n" + "\n".join(rows) + "\n")
    (tmp_path / "c.toml").write_text(
        '[data]\ntable = "t.csv"\nuser = "user"\n[features]\nuser = { kind = "category", dim = 4 }\nitem = { kind = "category", dim = 4 }\n'
        '[query]\nfeatures = ["user"]\n[items]\nid = "item"\nfeatures = ["item"]\n[retrieval]\n[[ranking]]\nlabel = "rating"\nlayers = [{ dense = 4 }]\n'
        "[training]\nepochs = 1\nbatch = 256\noptimizer = { adam = 0.01 }\n"
    )
    run("train", "c.toml", "--out", "m", "--quiet", cwd=tmp_path)
    with serving("m", cwd=tmp_path) as server:
        for number, text in ((1007, "1007"), (1007.0, "1007")):
            for path, of in (("/v1/similar", lambda i: {"id": i}), ("/v1/similar/batch", lambda i: {"ids": [i]}), ("/v1/predict", lambda i: {"query": {"user": 3}, "id": i}),
                             ("/v1/recommend", lambda i: {"allow": [i, 1008], "query": {"user": 3}}), ("/v1/recommend", lambda i: {"exclude": [i], "query": {"user": 3}, "k": 30})):  # fmt: skip
                status, _, answer = server.post(path, of(number))
                assert status == 200 and answer == server.post(path, of(text))[2], (path, answer)
                assert "warnings" not in answer
        excluded = server.post("/v1/recommend", {"exclude": [1007, 5], "query": {"user": 3}, "k": 30})[2]
        assert "1007" not in [item["id"] for item in excluded["items"]]
        assert excluded["warnings"] == ["exclude: the catalogue has no item '5'"]


def test_a_damaged_bundle_is_loaded_again_only_when_it_is_repaired(place, tmp_path):
    import shutil

    shutil.copytree(place / "one", tmp_path / "model", ignore=shutil.ignore_patterns("run"))
    weights = tmp_path / "model/weights.safetensors"
    whole = weights.read_bytes()

    def put(data):
        (tmp_path / "new").write_bytes(data)
        (tmp_path / "new").rename(weights)

    with serving("model", cwd=tmp_path) as server:
        put(whole[:-1] + bytes([whole[-1] ^ 1]))
        os.utime(tmp_path / "model/manifest.json")
        server.wait_for("model not loaded")
        put(whole)  # the manifest is as before
        server.wait_for('msg="model loaded"', 10)


def test_unknown_urls_are_problems(server):
    for path in ("/nope", "/v1/nope", "/similar/x", "/models", "/index.php"):
        status, headers, problem = server.ask("GET", path)
        assert status == 404 and headers["Content-Type"] == "application/problem+json" and problem["code"] == "not_found", path
    for path in ("/", "/similar", "/model"):
        assert server.ask("GET", path)[0] in (200, 404), path
    assert server.ask("GET", "/healthz")[2] == {"status": "live"}


def test_names_the_methods_that_are_allowed(server):
    status, headers, problem = server.ask("DELETE", "/v1/recommend")
    assert status == 405 and headers["Allow"] == "POST" and "which takes POST" in problem["detail"]
    status, headers, _ = server.ask("OPTIONS", "/v1/items")
    assert status == 204 and headers["Allow"] == "GET, HEAD, OPTIONS"


def test_compresses_answers(server):
    plain = server.ask("GET", "/v1/model")[2]
    connection = server.connect()
    connection.request("GET", "/v1/model", headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    body = response.read()
    assert response.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in response.headers["Vary"]
    assert json.loads(gzip.decompress(body)) == plain and len(body) == int(response.headers["Content-Length"])
    connection.request("HEAD", "/v1/model", headers={"Accept-Encoding": "gzip"})
    head = connection.getresponse()
    assert head.read() == b"" and head.headers["Content-Length"] == str(len(body))


def test_pages_of_named_sites_may_read_answers(place):
    with serving("one", "--cors-origin", "https://shop.example", cwd=place) as server:
        headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
        status, answer, _ = server.ask("OPTIONS", "/v1/recommend", headers=headers)
        assert status == 204 and answer["Access-Control-Allow-Origin"] == "https://shop.example" and "Content-Type" in answer["Access-Control-Allow-Headers"]
        status, answer, _ = server.post("/v1/recommend", {}, headers={"Origin": "https://shop.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"})
        assert status == 200 and answer["Access-Control-Allow-Origin"] == "https://shop.example"
        assert "Access-Control-Allow-Origin" not in server.post("/v1/recommend", {}, headers={"Origin": "https://evil.example"})[1]


def test_every_answer_has_an_id_and_is_not_stored(server):
    for method, path in (("GET", "/livez"), ("GET", "/nope"), ("DELETE", "/v1/items"), ("GET", "/v1/items?limit=0"), ("GET", "/openapi.json"), ("OPTIONS", "/v1/items")):
        _, headers, _ = server.ask(method, path)
        assert re.fullmatch(r"[0-9a-f]{16}", headers["X-Request-Id"]) and headers["Cache-Control"] == "no-store", path
    assert b"\r\nX-Request-Id: " in raw(server, b"nonsense\r\n\r\n")
    assert b"\r\nX-Request-Id: " in raw(server, b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n")


def test_the_services_own_files_are_as_documented():
    docs = "".join(page.read_text() for page in (pathlib.Path(__file__).parent.parent / "docs/operations").glob("*.md"))
    for flag in ("--public-host", "--trust-forwarded-for", "--access-log", "--bundles-root", "--cors-origin"):
        assert flag in run("serve", "--help").stdout and flag in docs, flag


@pytest.mark.parametrize("path, body, field, near", [
    ("/v1/recommend", {"retreive": 5}, "retreive", "retrieve"),
    ("/v1/recommend", {"query": {"countr": "Brazil"}}, "query.countr", "country"),
    ("/v1/recommend", {"query": {"cuntry": "Brazil"}}, "query.cuntry", "country"),
    ("/v1/recommend", {"query": {"agr": "x"}}, "query.agr", "age_group"),
    ("/v1/recommend/batch", {"queries": [{}, {"contry": "Brazil"}]}, "queries.1.contry", "country"),
    ("/v1/predict", {"quer": {}}, "quer", "query"),
    ("/v1/similar", {"id": "x", "bye": "learned"}, "bye", "by"),
    ("/v1/recommend", {"filter": [{"attribut": "year"}]}, "filter.0.attribut", "attribute"),
    ("/v1/recommend", {"filter": [{"attribute": "yea", "value": 1}]}, "filter.0.attribute", "year"),
])
def test_an_unknown_key_is_named_with_the_nearest(server, path, body, field, near):
    status, _, problem = server.post(path, body)
    assert status == 422 and problem["errors"][0]["field"] == field
    assert f"did you mean '{near}'?" in problem["errors"][0]["message"]
    assert problem["detail"].startswith(f"{field}: unknown ")
