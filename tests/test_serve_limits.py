"""What no client can do: exhaust memory, connections, descriptors or time, or make the service outlive its end."""

import contextlib
import json
import os
import re
import resource
import signal
import socket
import time

import pytest
from seccomp import allowed_calls, filter_for
from serving import CONFIG, make_bundles, run, serving

HERE = os.path.dirname(__file__)
CHUNKED = b"POST /v1/recommend HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
MIB = 1 << 20
POST_MEBIBYTE = b"POST /v1/recommend HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n{}" % MIB


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """`one` is small. Each pair of `heavy` takes 600,000 multiply-adds, so a large batch takes seconds."""
    folder = tmp_path_factory.mktemp("limits")
    make_bundles(folder, {"one": 1})
    wide = CONFIG.replace('layers = [{ dense = 16, activation = "relu" }]', 'layers = [{ dense = 768, activation = "relu" }, { dense = 768, activation = "relu" }]')
    assert wide != CONFIG
    (folder / "config.toml").write_text(wide)
    run("train", "config.toml", "--out", "heavy", "--quiet", cwd=folder)
    return folder


def resident(server):
    """Bytes of memory that the server has."""
    with open(f"/proc/{server.process.pid}/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def processor_seconds(server):
    with open(f"/proc/{server.process.pid}/stat") as file:
        times = file.read().rsplit(")", 1)[1].split()[11:13]
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


def open_files(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def metric(server, name):
    found = re.search(rf"^{re.escape(name)} (\S+)", server.ask("GET", "/metrics")[2], re.M)
    return float(found.group(1)) if found else 0


def rejected(server, reason):
    return metric(server, f'shortlist_rejected_total{{reason="{reason}"}}')


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, condition
        time.sleep(0.02)


def post_bytes(path, body):
    body = json.dumps(body).encode()
    return b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (path.encode(), len(body), body)


def batch(queries, **settings):
    """Queries that differ, since equal ones are answered once."""
    return {"queries": [{"country": f"x{i}" if i else "Japan", "age_group": f"y{i}"} for i in range(queries)], **settings}


def is_closed(client):
    client.setblocking(False)
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


# The unit's filter of system calls.


@pytest.mark.parametrize("strict", [False, True])
def test_a_reload_passes_the_units_filter(place, tmp_path, strict):
    with open(os.path.join(HERE, "..", "deploy", "shortlist.service")) as file:
        allowed, error = allowed_calls(file.read())
    assert "sched_setaffinity" not in allowed and "mount" not in allowed and "read" in allowed
    limit = filter_for(allowed, None if strict else error)  # strict: whatever the server may not do ends it
    os.symlink(place / "one", tmp_path / "model")
    with serving("model", cwd=tmp_path, preexec_fn=limit) as server:
        for _ in range(2):
            server.process.send_signal(signal.SIGHUP)
            server.wait_for('msg="model loaded"')
        assert server.post("/v1/recommend", {"k": 1})[0] == 200
        assert metric(server, 'model_reload_total{model="model",result="success"}') == 2


# Bodies in chunks.


def endless(begin, piece, most=64 * MIB):
    yield begin
    for _ in range(most // len(piece)):
        yield piece


@pytest.mark.parametrize(
    "parts",
    [
        endless(CHUNKED + b"1;", b"a" * 65536),  # an extension
        endless(CHUNKED + b"2\r\n{}\r\n0\r\na: ", b"b" * 65536),  # a trailer
        endless(CHUNKED + b"2\r\n{}\r\n0\r\n", b"a: b\r\n" * 10000),  # many trailers
        endless(CHUNKED, b"0" * 65536),  # a size
        endless(CHUNKED, b"1;" + b"a" * 4000 + b"\r\n \r\n"),  # many extensions
    ],
    ids=["extension", "trailer", "trailers", "size", "extensions"],
)
def test_what_surrounds_chunks_is_bounded(place, parts):
    with serving("one", cwd=place) as server, server.socket() as client:
        assert server.ask("GET", "/livez")[0] == 200
        before, sent = resident(server), 0
        with contextlib.suppress(ConnectionError):
            for part in parts:
                client.sendall(part)
                sent += len(part)
                if sent > MIB and is_closed(client):
                    break
                client.settimeout(20)
        assert sent < 32 * MIB
        assert resident(server) - before < 8 * MIB
        assert metric(server, 'http_requests_total{code="200",operation="recommend"}') == 0


def test_ordinary_chunks_pass(place):
    body = json.dumps({"k": 3, "exclude": ["x" * 500] * 10}).encode()
    tiny = b"".join(b"%x\r\n%c\r\n" % (1, byte) for byte in body)
    extended = b"%x;name=value\r\n%s\r\n" % (len(body), body)
    with serving("one", "--max-header-bytes", 1000, cwd=place) as server:
        for chunks, trailer, status in [
            (tiny, b"", b"200"),
            (extended, b"Checksum: abc\r\n", b"200"),
            (extended, b"Checksum: %s\r\n" % (b"a" * 2000), b"431"),
            (b"1;%s\r\n{\r\n" % (b"a" * 2000), b"", b"431"),
        ]:
            with server.socket() as client:
                client.sendall(CHUNKED + chunks + b"0\r\n" + trailer + b"\r\n")
                assert client.recv(65536).split()[1] == status


# Sizes of answers.


def test_an_output_is_given_once(place):
    tensor = {"name": "country", "shape": [200], "datatype": "BYTES", "data": ["Japan"] * 200}
    body = {"inputs": [tensor], "parameters": {"k": 100}, "outputs": [{"name": "ids"}] * 1000}
    with serving("one", cwd=place) as server:
        status, _, answer = server.post("/v2/models/one/infer", body)
        assert status == 400 and answer["error"] == "output 'ids' is named more than once"
        body["outputs"] = [{"name": "ids"}]
        assert server.post("/v2/models/one/infer", body)[0] == 200


def test_batch_k_and_explanations_are_bounded_together(place):
    with serving("one", "--max-answer-bytes", 100_000, cwd=place) as server:

        def ask(path, body):
            status, _, answer = server.post(path, body)
            return status if status == 200 else (status, answer["code"], answer["errors"][0]["field"])

        assert ask("/v1/recommend/batch", batch(4, k=100)) == 200
        assert ask("/v1/recommend/batch", batch(100, k=4)) == 200
        assert ask("/v1/recommend/batch", batch(100, k=100)) == (422, "answer_too_large", "queries")
        assert ask("/v1/recommend/batch", batch(4, k=100, explain=True)) == (422, "answer_too_large", "queries")
        ids = [item["id"] for item in server.ask("GET", "/v1/items?limit=100")[2]["items"]]
        assert ask("/v1/similar/batch", {"ids": ids[:4], "k": 100}) == 200
        assert ask("/v1/similar/batch", {"ids": ids, "k": 100}) == (422, "answer_too_large", "ids")
        assert len(json.dumps(server.ask("GET", "/v1/map")[2])) < 100_000
        instances = {"instances": [{"country": f"x{i}"} for i in range(256)]}
        status, _, answer = server.post("/v1/models/one:predict", instances)
        assert status == 400 and "at most 100000 are allowed" in answer["error"]


def test_unread_answers_do_not_fill_the_memory(place):
    request = post_bytes("/v1/recommend/batch", batch(256, k=200))
    with serving("one", "--max-unsent-bytes", 20 * MIB, cwd=place) as server:
        size = len(server.post("/v1/recommend/batch", batch(256, k=200))[2]["answers"]) and 5 * MIB
        before, clients = resident(server), []
        for _ in range(64):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", server.port))
            client.sendall(request)
            clients.append(client)
        until(lambda: rejected(server, "unsent") >= 30, 60)
        assert resident(server) - before < 20 * MIB + 24 * size  # and what threads make meanwhile
        status, headers, answer = server.post("/v1/recommend/batch", batch(256, k=200))
        assert status == 503 and answer["code"] == "busy" and "Retry-After" in headers
        assert server.post("/v1/recommend", {"k": 3})[0] == 200
        for client in clients:
            client.close()
        until(lambda: server.post("/v1/recommend/batch", batch(256, k=200))[0] == 200)


def test_bodies_under_way_do_not_fill_the_memory(place):
    part = POST_MEBIBYTE + b" " * (MIB - 1000)
    with serving("one", "--max-received-bytes", 20 * MIB, cwd=place) as server:
        before, clients = resident(server), [server.socket() for _ in range(100)]
        for client in clients:
            with contextlib.suppress(ConnectionError):
                client.sendall(part)
        until(lambda: rejected(server, "bodies") >= 70)
        assert resident(server) - before < 100 * MIB
        for client in clients:
            client.close()
        until(lambda: server.post("/v1/recommend", {"exclude": ["x" * 100_000]})[0] == 200)


# Connections.


def test_clients_that_do_not_read_count_as_connections(place):
    request = post_bytes("/v1/recommend/batch", batch(256, k=200))
    with serving("one", "--max-connections", 20, "--threads", 2, cwd=place) as server:
        files = open_files(server)
        clients, most = [], 0
        for _ in range(60):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", server.port))
            with contextlib.suppress(ConnectionError):
                client.sendall(request)
            clients.append(client)
            most = max(most, open_files(server) - files)
            time.sleep(0.05)
        assert most <= 21  # one is taken before there is room for it
        # Those that take nothing make room for those that do.
        until(lambda: answers(server))
        for client in clients:
            client.close()


def answers(server):
    try:
        return server.post("/v1/recommend", {"k": 1})[0] == 200
    except OSError:
        return False


def test_one_address_does_not_take_all_connections(place):
    with serving("one", "--max-connections-per-address", 5, cwd=place) as server:
        other = socket.socket()
        other.bind(("127.0.0.2", 0))
        other.connect(("127.0.0.1", server.port))
        clients = [server.socket() for _ in range(40)]
        assert answers(server)
        until(lambda: sum(map(is_closed, clients)) >= 35)
        assert not is_closed(other)
        assert rejected(server, "address") >= 35


def limited(soft, hard):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_soft_limit_of_open_files_is_raised(place):
    with serving("one", cwd=place, preexec_fn=limited(64, 4096)) as server:
        clients = [server.socket() for _ in range(300)]
        assert answers(server)
        until(lambda: metric(server, "shortlist_connections") >= 300)
        assert not any(map(is_closed, clients))


def test_silent_clients_leave_descriptors_for_others_and_for_loads(place, tmp_path):
    os.symlink(place / "one", tmp_path / "model")
    with serving("model", cwd=tmp_path, preexec_fn=limited(100, 100)) as server:
        clients = [server.socket() for _ in range(200)]
        assert answers(server)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for('msg="model loaded"')
        assert open_files(server) < 90
        for client in clients:
            client.close()


def test_room_is_made_when_descriptors_run_out(place):
    with serving("one", cwd=place) as server:
        clients = [server.socket() for _ in range(50)]
        assert answers(server)
        until(lambda: metric(server, "shortlist_connections") >= 50)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (open_files(server), 4096))
        for _ in range(10):
            clients.append(server.socket())
            assert answers(server)
        assert rejected(server, "descriptors") > 0


# Work and time.

PATIENT = ("--max-operations", 1e12, "--max-answer-bytes", 1000 * MIB)
LONG = batch(256, k=200, explain=True)  # about a minute of heavy's time


def test_a_request_that_costs_too_much_is_refused_at_once(place):
    with serving("heavy", "--max-operations", 1e9, cwd=place) as server:
        assert server.post("/v1/recommend", {"k": 10})[0] == 200
        assert server.post("/v1/recommend/batch", batch(10, k=10))[0] == 200
        begin = processor_seconds(server)
        for path, body, field in [
            ("/v1/recommend/batch", batch(100, k=100), "queries"),
            ("/v1/recommend/batch", batch(100, k=10, explain=True), "queries"),
            ("/v1/recommend", {"filter": [{"attribute": "title", "comparison": "~", "value": ["x"] * 150_000}]}, "k"),
        ]:
            status, _, answer = server.post(path, body)
            assert (status, answer["code"], answer["errors"][0]["field"]) == (422, "too_costly", field)
            assert "multiply-adds" in answer["detail"]
        assert processor_seconds(server) - begin < 1


def test_a_request_has_a_deadline(place):
    with serving("heavy", "--request-timeout", 0.3, *PATIENT, cwd=place) as server:
        begin = time.monotonic()
        status, headers, answer = server.post("/v1/recommend/batch", LONG)
        assert status == 503 and answer["code"] == "timeout" and "Retry-After" in headers
        assert time.monotonic() - begin < 2
        assert rejected(server, "timeout") == 1
        assert server.post("/v1/recommend", {"k": 1})[0] == 200


def test_nobody_works_for_clients_that_have_gone(place):
    request = post_bytes("/v1/recommend/batch", LONG)
    with serving("heavy", "--request-timeout", 600, *PATIENT, "--threads", 2, cwd=place) as server:
        clients = [server.socket() for _ in range(20)]
        for client in clients:
            client.sendall(request)
        time.sleep(1)
        for client in clients:
            client.close()
        # A fast machine may have answered some before.
        answered = lambda: metric(server, 'http_requests_total{code="200",operation="recommend_batch"}')
        until(lambda: rejected(server, "gone") + answered() == 20)
        assert rejected(server, "gone") >= 10
        begin = processor_seconds(server)
        time.sleep(1)
        assert processor_seconds(server) - begin < 0.5
        assert server.post("/v1/recommend", {"k": 1})[0] == 200


def test_what_a_request_costs_decides_where_it_runs(place):
    # No request may wait for a thread for long answers, so those that need one are refused.
    with serving("one", "--max-waiting", 0, cwd=place) as server:
        words = {"attribute": "title", "comparison": "~", "value": ["Zz"] * 1200}
        expensive = {"k": 1, "filter": [words] * 2}
        assert len(json.dumps(expensive)) < 16384  # a large body needs one anyway
        for body, expected in [({"k": 1}, 200), (expensive, 503), ({"k": 1}, 200)]:
            assert server.post("/v1/recommend", body)[0] == expected
    # Where they may wait, they are answered once, and counted once.
    with serving("one", cwd=place) as server:
        assert server.post("/v1/recommend", expensive)[0] == 200
        assert metric(server, 'http_requests_total{code="200",operation="recommend"}') == 1


def test_a_large_batch_is_answered_as_its_queries_are_alone(place):
    body = batch(30, k=200)  # more pairs than are ranked at once
    with serving("heavy", cwd=place) as server:
        answers = server.post("/v1/recommend/batch", body)[2]["answers"]
        for i in (0, 15, 29):
            alone = server.post("/v1/recommend", {"query": body["queries"][i], "k": 200})[2]
            assert answers[i]["items"] == alone["items"] and len(alone["items"]) == 200


def test_the_end_does_not_wait_for_a_full_queue(place):
    with serving("heavy", "--drain-timeout", 1, "--request-timeout", 600, *PATIENT, cwd=place) as server:
        clients = [server.socket() for _ in range(40)]
        for client in clients:
            client.sendall(post_bytes("/v1/recommend/batch", LONG))
        until(lambda: processor_seconds(server) > 0.5)
        begin = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60) == 0
        assert time.monotonic() - begin < 2.5
