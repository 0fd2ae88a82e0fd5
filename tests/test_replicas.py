"""Bundles that are fetched from addresses, and several servers that change to a new bundle behind a balancer."""

import contextlib
import functools
import http.client
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

from serving import PROGRAM, make_bundles, run, serving


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("replicas")
    make_bundles(folder, {"one": 1, "two": 2})
    return folder


def versions(server):
    return [model["version"] for model in server.ask("GET", "/readyz")[2]["models"]]


def version_of(bundle):
    import hashlib

    return hashlib.sha256((bundle / "manifest.json").read_bytes()).hexdigest()[:12]


def publish(folder, name, release=None):
    (folder / "new").write_text(name + "\n" + (f"{release}\n" if release else ""))
    (folder / "new").rename(folder / "latest")


class Files(http.server.SimpleHTTPRequestHandler):
    """Files of a folder. The test may change what is sent."""

    change = staticmethod(lambda path, content: content)
    requested: list = []

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = self.translate_path(self.path)
        type(self).requested.append(self.path)
        if not os.path.isfile(path):
            return self.send_error(404)
        with open(path, "rb") as file:
            content = self.change(self.path, file.read())
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Last-Modified", self.date_time_string(os.stat(path).st_mtime))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(content)


@contextlib.contextmanager
def site(folder):
    """A web server of the folder; yields its address and the handler's class."""
    handler = type("Handler", (Files,), {"requested": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", handler
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def models(place, tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    for name in ("one", "two"):
        shutil.copytree(place / name, folder / name, ignore=shutil.ignore_patterns("run"))
    publish(folder, "one")
    os.utime(folder / "latest", (1e9, 1e9))
    return folder


def cached(cache):
    return sorted(entry for entry in os.listdir(cache) if not entry.startswith("."))


def test_a_server_fetches_its_bundle_and_the_next_one(place, models, tmp_path):
    with site(models) as (address, _):
        arguments = [f"films={address}", "--cache", tmp_path / "cache", "--poll", 0.2]
        with serving(*arguments, cwd=tmp_path) as server:
            assert versions(server) == [version_of(place / "one")]
            status, headers, answer = server.post("/v1/recommend", {"k": 2})
            assert status == 200 and answer["model"] == {"name": "films", "version": version_of(place / "one")}
            assert headers["X-Model-Version"] == f"1000000000000-{version_of(place / 'one')}"
            publish(models, "two")
            server.wait_for('msg="model loaded"')
            assert versions(server) == [version_of(place / "two")]
            shutil.rmtree(models)
            server.wait_for("cannot look for a new bundle")
            assert server.post("/v1/recommend", {"k": 2})[0] == 200
        assert len(cached(tmp_path / "cache")) == 2


def test_commands_fetch_a_bundle_once(place, models, tmp_path):
    environment = {**os.environ, "SHORTLIST_CACHE": str(tmp_path / "cache")}
    with site(models) as (address, handler):
        for _ in range(2):
            done = subprocess.run([PROGRAM, "recommend", address + "/one", "--query", "age_group=25", "-k", "3", "--format", "json"], env=environment,
                                  capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stderr
            assert done.stdout == run("recommend", place / "one", "--query", "age_group=25", "-k", 3, "--format", "json").stdout
        assert handler.requested.count("/one/weights.safetensors") == 1
        done = subprocess.run([PROGRAM, "recommend", address + "/none"], env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1
        assert f"{address}/none: neither a bundle nor a folder with a file latest can be fetched." in done.stderr
        assert "404" in done.stderr


def test_what_is_not_in_the_manifest_is_not_kept(models, tmp_path):
    """A file with other bytes, and a short one."""
    cache = tmp_path / "cache"
    for change in (lambda content: content[:-1] + bytes([content[-1] ^ 1]), lambda content: content[:-1]):
        with site(models) as (address, handler):
            handler.change = staticmethod(lambda path, content, change=change: change(content) if "weights" in path else content)
            done = run("serve", f"m={address}", "--cache", cache, code=1)
        assert f"{address}/one/weights.safetensors: has " in done.stderr and "another checksum" in done.stderr
        assert cached(cache) == []
    with site(models) as (address, handler), serving(f"m={address}", "--cache", cache, cwd=tmp_path):
        assert "/one/config.toml" not in handler.requested  # the earlier fetch is continued
        assert len(cached(cache)) == 1


def test_a_damaged_file_of_the_cache_is_fetched_again(models, tmp_path):
    cache = tmp_path / "cache"
    with site(models) as (address, handler):
        with serving(f"m={address}", "--cache", cache, cwd=tmp_path):
            pass
        weights = cache / cached(cache)[0] / "weights.safetensors"
        weights.write_bytes(weights.read_bytes()[:-1])
        with serving(f"m={address}", "--cache", cache, cwd=tmp_path) as server:
            assert server.post("/v1/recommend", {})[0] == 200
        assert handler.requested.count("/one/weights.safetensors") == 2
        assert handler.requested.count("/one/config.toml") == 1


def test_a_killed_fetch_leaves_no_half_bundle(models, tmp_path):
    cache = tmp_path / "cache"
    with site(models) as (address, handler):
        slow = threading.Event()

        def change(path, content):
            if "weights" in path:
                slow.set()
                time.sleep(2)
            return content

        handler.change = staticmethod(change)
        process = subprocess.Popen([PROGRAM, "serve", f"m={address}", "--cache", cache, "--port", "0"], stderr=subprocess.PIPE)
        assert slow.wait(30)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
        assert cached(cache) == []
        handler.change = staticmethod(lambda path, content: content)
        with serving(f"m={address}", "--cache", cache, cwd=tmp_path) as server:
            assert server.post("/v1/recommend", {})[0] == 200
        (folder,) = cached(cache)
        assert sorted(os.listdir(cache / folder)) == sorted(os.listdir(models / "one"))


def test_the_cache_keeps_the_bundles_used_last(models, tmp_path, place):
    cache = tmp_path / "cache"
    with site(models) as (address, _):
        for seed in range(3):
            shutil.copytree(models / "one", models / f"m{seed}")
            manifest = json.loads((models / f"m{seed}" / "manifest.json").read_text())
            del manifest["sha256"]
            manifest["version"] = 1
            (models / f"m{seed}" / "manifest.json").write_text(json.dumps(manifest, indent=seed))
            with serving(f"m={address}/m{seed}", "--cache", cache, "--cache-bundles", 2, cwd=tmp_path):
                pass
    assert len(cached(cache)) == 2


def test_a_fetch_command_of_ones_own(models, tmp_path, place):
    tool = tmp_path / "get"
    tool.write_text(f"#!/bin/sh\nexec cp -p \"{models}/${{1#store://}}\" \"$2\"\n")
    tool.chmod(0o755)
    command = f"{tool} {{from}} {{to}}"
    with serving("m=store://one", "--fetch-command", command, "--cache", tmp_path / "cache", cwd=tmp_path) as server:
        assert versions(server) == [version_of(place / "one")]
    assert "for store:// set --fetch-command" in run("serve", "m=store://one", code=2).stderr
    assert "has no {to}" in run("serve", "m=store://one", "--fetch-command", "get {from}", code=2).stderr
    tool.write_text("#!/bin/sh\nsleep 60\n")
    begin = time.monotonic()
    done = run("serve", "m=store://two", "--fetch-command", command, "--fetch-timeout", 0.3, "--cache", tmp_path / "cache", code=1)
    assert "took longer than 0.3 s" in done.stderr and time.monotonic() - begin < 30


def test_a_pointer_does_not_leave_its_address(models, tmp_path):
    publish(models, "../one")
    with site(models) as (address, _):
        done = run("serve", f"m={address}", "--cache", tmp_path / "cache", code=3)
    assert "names '../one', need the name of a folder next to it" in done.stderr


def test_a_stop_does_not_wait_for_a_poll(models, tmp_path):
    with site(models) as (address, handler):
        with serving(f"m={address}", "--cache", tmp_path / "cache", "--poll", 0.1, cwd=tmp_path) as server:
            polled = threading.Event()

            def change(path, content):
                polled.set()
                time.sleep(20)
                return content

            handler.change = staticmethod(change)
            assert polled.wait(10)
            begin = time.monotonic()
            assert server.stop() == 0 and time.monotonic() - begin < 5


TOOLS = os.environ.get("SHORTLIST_REPLICA_TOOLS", "")


@pytest.mark.skipif(not TOOLS or shutil.which("rclone") is None,
                    reason="needs rclone, and SHORTLIST_REPLICA_TOOLS=FOLDER (tests/peers/setup_replicas)")
def test_a_bundle_in_s3(models, tmp_path, place):
    """By rclone, against moto's server."""
    upload = """
import sys, boto3, pathlib
endpoint, folder, release = sys.argv[1:]
s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
if release == "1":
    s3.create_bucket(Bucket="bucket")
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_file() and path.name != "latest":
            s3.upload_file(str(path), "bucket", "models/" + str(path.relative_to(folder)))
s3.upload_file(folder + "/latest", "bucket", "models/latest")
"""
    python = os.path.join(TOOLS, "bin", "python")
    moto = subprocess.Popen([python, "-m", "moto.server", "-p", "0", "-H", "127.0.0.1"], stderr=subprocess.PIPE, text=True)
    try:
        endpoint = next(line.split()[-1] for line in moto.stderr if "Running on http" in line)
        threading.Thread(target=moto.stderr.read, daemon=True).start()

        def put(release):
            subprocess.run([python, "-c", upload, endpoint, str(models), str(release)], check=True, timeout=120)

        publish(models, "one", 1)
        put(1)
        rest = {name: value for name, value in os.environ.items() if name != "AWS_CA_BUNDLE"}  # rclone 1.60 refuses it
        environment = {**rest, "RCLONE_S3_ENDPOINT": endpoint, "RCLONE_S3_PROVIDER": "Other",
                       "RCLONE_S3_FORCE_PATH_STYLE": "true", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
        arguments = ["m=s3://bucket/models", "--cache", tmp_path / "cache", "--poll", 0.5]
        with serving(*arguments, cwd=tmp_path, env=environment) as server:
            assert versions(server) == [version_of(place / "one")]
            publish(models, "two", 2)
            put(2)
            server.wait_for('msg="model loaded"')
            assert versions(server) == [version_of(place / "two")]
            assert server.post("/v1/recommend", {"k": 1})[1]["X-Model-Version"].startswith("2-")
    finally:
        moto.kill()
        moto.wait()


@pytest.mark.skipif(not TOOLS or shutil.which("rclone") is None,
                    reason="needs rclone, and SHORTLIST_REPLICA_TOOLS=FOLDER (tests/peers/setup_replicas)")
def test_a_bundle_in_google_cloud_storage(models, tmp_path, place):
    """By rclone, against gcp-storage-emulator."""
    script = """
import pathlib, sys, urllib.parse, urllib.request
from gcp_storage_emulator.server import create_server
port, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
server = create_server("127.0.0.1", port, in_memory=True, default_bucket="bucket")
server.start()
for path in folder.rglob("*"):
    if path.is_file():
        name = urllib.parse.quote("models/" + str(path.relative_to(folder)), safe="")
        url = f"http://127.0.0.1:{port}/upload/storage/v1/b/bucket/o?uploadType=media&name={name}"
        head = {"Content-Type": "application/octet-stream"}
        urllib.request.urlopen(urllib.request.Request(url, path.read_bytes(), head, method="POST")).read()
print("ready", flush=True)
sys.stdin.read()
server.stop()
"""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    publish(models, "one", 3)
    store = subprocess.Popen([os.path.join(TOOLS, "bin", "python"), "-c", script, str(port), str(models)],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert any(line == "ready\n" for line in store.stdout)
        environment = {**os.environ, "RCLONE_GCS_ENDPOINT": f"http://127.0.0.1:{port}/storage/v1/", "RCLONE_GCS_ANONYMOUS": "true"}
        with serving("m=gs://bucket/models", "--cache", tmp_path / "cache", cwd=tmp_path, env=environment) as server:
            assert versions(server) == [version_of(place / "one")]
            assert server.post("/v1/recommend", {"k": 1})[1]["X-Model-Version"].startswith("3-")
    finally:
        store.kill()
        store.wait()


class Balancer:
    """Sends each request to the next server in turn, and to another if it answers 503 or cannot be reached."""

    def __init__(self, *ports):
        self.ports, self.next, self.lock = list(ports), 0, threading.Lock()
        balancer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers, content = balancer.forward(self.path, body, dict(self.headers))
                self.send_response(status)
                for name in ("Content-Type", "X-Model-Version", "Retry-After"):
                    if name in headers:
                        self.send_header(name, headers[name])
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def forward(self, path, body, headers):
        with self.lock:
            self.next += 1
            ports = [self.ports[(self.next + i) % len(self.ports)] for i in range(len(self.ports))]
        answer = (502, {}, b"")
        for port in ports:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                connection.request("POST", path, body, {**headers, "Host": f"127.0.0.1:{port}"})
                response = connection.getresponse()
                answer = response.status, response.headers, response.read()
                connection.close()
            except OSError:
                continue
            if answer[0] != 503:
                break
        return answer


class Session(threading.Thread):
    """A client that asks without a pause. With `carries`, it sends the version of its last answer."""

    def __init__(self, port, stop, carries):
        super().__init__(daemon=True)
        self.port, self.stop, self.carries = port, stop, carries
        self.seen, self.statuses = [], set()

    def run(self):
        while not self.stop.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            headers = {"Content-Type": "application/json"}
            if self.carries and self.seen:
                headers["X-Min-Version"] = self.seen[-1]
            connection.request("POST", "/v1/recommend", '{"k": 2}', headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
            connection.close()
            self.statuses.add(response.status)
            if response.status == 200:
                self.seen.append(response.headers["X-Model-Version"])
                assert self.seen[-1].endswith("-" + answer["model"]["version"])

    @property
    def releases(self):
        return [int(version.split("-")[0]) for version in self.seen]


def test_a_client_that_carries_its_version_never_goes_back(place, tmp_path):
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        publish(folder, str(place / "one"), 1)
    with contextlib.ExitStack() as open_servers:
        servers = [open_servers.enter_context(serving(f"m={folder}", cwd=place)) for folder in folders]
        balancer = Balancer(*(server.port for server in servers))
        stop = threading.Event()
        sessions = [Session(balancer.port, stop, carries=True) for _ in range(3)]
        careless = Session(balancer.port, stop, carries=False)
        for session in [*sessions, careless]:
            session.start()
        for release in range(2, 6):  # release 3 and 5 are roll-backs
            for folder, server in zip(folders, servers) if release % 2 else zip(folders[::-1], servers[::-1]):
                publish(folder, str(place / ("one" if release % 2 else "two")), release)
                server.wait_for('msg="model loaded"')
                time.sleep(0.3)
        stop.set()
        for session in [*sessions, careless]:
            session.join(30)
        for session in sessions:
            assert session.statuses == {200}
            assert session.releases == sorted(session.releases)
            assert set(session.releases) == {1, 2, 3, 4, 5}
            assert len(set(session.seen)) == 5  # one bundle for each release
        assert careless.releases != sorted(careless.releases)
        refused = [server.ask("GET", "/metrics")[2] for server in servers]
        assert all(re.search(r'rejected_total\{reason="version"\} [1-9]', metrics) for metrics in refused)


def test_an_older_server_says_so(place, tmp_path):
    publish(tmp_path, str(place / "one"), 7)
    with serving(f"m={tmp_path}", cwd=place) as server:
        def ask(version, path="/v1/recommend"):
            return server.post(path, {}, headers={"X-Min-Version": version})

        version = version_of(place / "one")
        for known in ("1", "6-" + "0" * 12, "7", f"7-{version}"):
            assert ask(known)[0] == 200, known
        for newer in ("8", "7-" + "0" * 12, f"8-{version}"):
            status, headers, problem = ask(newer)
            assert status == 503 and problem["code"] == "older_version" and headers["Retry-After"] == "1", newer
            assert "X-Model-Version" not in headers
        assert problem["detail"] == f"this server has the version 7-{version}, and the request asks for 8-{version} or a newer one"
        for wrong in ("-1", "x", "7-", "7-xyz", "1" * 19):
            status, _, problem = ask(wrong)
            assert status == 422 and problem["errors"][0]["field"] == "X-Min-Version", wrong
        ready = server.ask("GET", "/readyz")[2]
        assert ready == {"status": "ready", "models": [{"name": "m", "version": version, "release": 7}]}
        assert 'shortlist_rejected_total{reason="version"} 3' in server.ask("GET", "/metrics")[2]


def test_a_bundle_without_a_number_is_ordered_by_its_time(place, tmp_path):
    shutil.copytree(place / "one", tmp_path / "one")
    os.utime(tmp_path / "one" / "manifest.json", (1_700_000_000.25, 1_700_000_000.25))
    with serving(tmp_path / "one", cwd=place) as server:
        assert server.ask("GET", "/readyz")[2]["models"][0]["release"] == 1_700_000_000_250


# The example for Kubernetes.

EXAMPLE = os.path.join(os.path.dirname(__file__), "..", "deploy", "kubernetes.yaml")


def example():
    yaml = pytest.importorskip("yaml")
    with open(EXAMPLE) as file:
        return {document["kind"]: document for document in yaml.safe_load_all(file)}


@pytest.mark.skipif(not TOOLS, reason="needs SHORTLIST_REPLICA_TOOLS=FOLDER (tests/peers/setup_replicas)")
@pytest.mark.parametrize("version", ["1.30", "1.34"])
def test_the_example_has_the_form_that_kubernetes_needs(version, tmp_path):
    program = os.path.join(TOOLS, "bin", "kubernetes-validate")
    done = subprocess.run([program, "-k", version, "--strict", EXAMPLE], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    broken = tmp_path / "broken.yaml"
    with open(EXAMPLE) as file:
        broken.write_text(file.read().replace("readinessProbe:", "readynessProbe:"))
    assert subprocess.run([program, "-k", version, "--strict", broken], capture_output=True, timeout=120).returncode != 0


def test_the_example_uses_what_the_server_has(place):
    documents = example()
    container = documents["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    words = run("serve", "--help").stdout
    for word in container["args"]:
        if word.startswith("--"):
            assert word.split("=")[0] in words
    metric = documents["HorizontalPodAutoscaler"]["spec"]["metrics"][0]["pods"]["metric"]["name"]
    with serving("one", cwd=place) as server:
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            assert server.ask("GET", container[probe]["httpGet"]["path"])[0] == 200
        server.post("/v1/recommend", {})
        assert metric.replace("_per_second", "_total") in server.ask("GET", "/metrics")[2]
    labels = documents["Deployment"]["spec"]["template"]["metadata"]["labels"]
    for kind in ("Service", "PodDisruptionBudget"):
        selector = documents[kind]["spec"]["selector"]
        assert selector.get("matchLabels", selector).items() <= labels.items()
