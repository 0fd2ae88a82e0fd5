"""Small bundles, and `shortlist serve` as a process, for the tests that ask it. SHORTLIST is the program's path."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

PROGRAM = os.environ.get("SHORTLIST", os.path.join(os.path.dirname(__file__), "..", "build", "shortlist"))

CONFIG = """
[data]
table = "ratings.csv"
user  = "user"

[features]
country = { kind = "category", dim = 4 }
age_group = { kind = "category", dim = 4 }
title   = { kind = "category", dim = 8 }

[query]
features = ["country", "age_group"]
layers   = [{ dense = 8 }]

[items]
id         = "title"
features   = ["title"]
layers     = [{ dense = 8 }]
attributes = ["genres", "year"]

[retrieval]

[[ranking]]
label  = "rating"
layers = [{ dense = 16, activation = "relu" }]

[training]
epochs    = 1
batch     = 256
optimizer = { adam = 0.01 }
"""


def run(*arguments, cwd=None, code=0):
    done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, text=True, capture_output=True, timeout=120)
    assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def make_bundles(folder, seeds):
    """A bundle for each name and seed."""
    run("synth", "--rows", 3000, "--users", 60, "--items", 200, "--seed", 5, "--out", "ratings.csv", "--quiet", cwd=folder)
    (folder / "config.toml").write_text(CONFIG)
    for name, seed in seeds.items():
        run("train", "config.toml", "--out", name, "--seed", seed, "--quiet", cwd=folder)


class Server:
    """A running server; its log is read as it comes. `process` are further arguments of Popen()."""

    def __init__(self, *arguments, cwd, **process):
        self.process = subprocess.Popen(
            [PROGRAM, "serve", *map(str, arguments), "--port", "0"], cwd=cwd, text=True, stderr=subprocess.PIPE, **process
        )
        self.lines = []
        self.news = threading.Condition()
        threading.Thread(target=self.read_log, daemon=True).start()
        self.greeting = self.wait_for("msg=serving")
        self.port = int(re.search(r":(\d+)/", self.greeting).group(1))

    def read_log(self):
        for line in self.process.stderr:
            with self.news:
                self.lines.append(line)
                self.news.notify_all()

    def wait_for(self, text, seconds=30):
        """The next line of the log with this text; it is taken, with those before it."""
        end = time.monotonic() + seconds
        with self.news:
            while True:
                for i, line in enumerate(self.lines):
                    if text in line:
                        del self.lines[: i + 1]
                        return line
                assert self.process.poll() is None or text == "msg=stopped", self.lines
                assert self.news.wait(end - time.monotonic()), f"no {text!r} in {self.lines}"

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def socket(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def ask(self, method, path, body=None, headers=None, connection=None):
        """(status, headers, JSON or text)"""
        connection = connection or self.connect()
        headers = dict(headers or {})
        if body is not None:
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        content = response.read()
        is_json = "json" in response.headers.get("Content-Type", "")
        return response.status, response.headers, json.loads(content) if is_json and content else content.decode()

    def post(self, path, body, **options):
        return self.ask("POST", path, body, **options)

    def stop(self, sig=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(sig)
        return self.process.wait(40)


@contextlib.contextmanager
def serving(*arguments, cwd, **process):
    server = Server(*arguments, cwd=cwd, **process)
    try:
        yield server
        assert server.stop() == 0
    finally:
        server.process.kill()
