#!/usr/bin/env python3
"""The clients of the protocols that `shortlist serve` speaks besides its own, against a running server.

    PYTHON tests/peers/clients.py

PYTHON is that of tests/peers/setup; SHORTLIST is the program's path. Exits with 1 where a client is not content.
"""
import base64
import os
import pathlib
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import requests
import tensorflow as tf
import tritonclient.http as triton
from google.protobuf import json_format
from prometheus_client.parser import text_string_to_metric_families
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2
from tritonclient.utils import InferenceServerException

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from serving import make_bundles, serving

QUERIES = [{"country": "Japan", "age_group": "18 to 24"}, {"country": "Peru", "age_group": "under 18"}, {"country": "Italy"}]


def best(server, query, k=10):
    """(ids, scores, predictions) of Shortlist's own route, the best by score first."""
    status, _, answer = server.post("/v1/recommend", {"query": query, "k": k, "retrieve": k})
    assert status == 200, answer
    items = sorted(answer["items"], key=lambda item: -item["score"])
    return [item["id"] for item in items], [item["score"] for item in items], [item["predictions"]["rating"] for item in items]


def check_tensorflow_predict(server):
    url = f"http://127.0.0.1:{server.port}/v1/models/one"
    expected = [best(server, query) for query in QUERIES]

    def predict(body, path=":predict"):
        response = requests.post(url + path, json=body, timeout=10)
        assert response.status_code == 200, response.text
        return response.json()

    rows = predict({"signature_name": "serving_default", "instances": QUERIES})["predictions"]
    for row, (ids, scores, _) in zip(rows, expected, strict=True):
        assert row["output_2"] == ids
        np.testing.assert_allclose(row["output_1"], scores, rtol=1e-6)
    columns = {"country": [q["country"] for q in QUERIES], "age_group": [q.get("age_group") for q in QUERIES]}
    outputs = predict({"inputs": columns}, "/versions/1:predict")["outputs"]
    assert outputs["output_2"] == [ids for ids, _, _ in expected]
    # Tensors of shape [n, 1], and bytes.
    assert predict({"instances": [{name: [value] for name, value in q.items()} for q in QUERIES]})["predictions"] == rows
    coded = [{name: {"b64": base64.b64encode(value.encode()).decode()} for name, value in q.items()} for q in QUERIES]
    assert predict({"instances": coded})["predictions"] == rows
    # The ranking, of a query with an item.
    ids, _, ratings = expected[0]
    pairs = [{**QUERIES[0], "title": title} for title in ids]
    predicted = predict({"signature_name": "ranking", "instances": pairs})["predictions"]
    np.testing.assert_allclose([row["rating"] for row in predicted], ratings, rtol=1e-5)
    for body, status in (({}, 400), ({"instances": [{"contry": "x"}]}, 400), ({"instances": [], "inputs": {}}, 400), ({"signature_name": "x", "instances": QUERIES}, 400)):
        response = requests.post(url + ":predict", json=body, timeout=10)
        assert response.status_code == status and isinstance(response.json()["error"], str), response.text
    assert requests.post(url.replace("one", "none") + ":predict", json={"instances": QUERIES}, timeout=10).status_code == 404
    assert requests.post(url + "/versions/7:predict", json={"instances": QUERIES}, timeout=10).status_code == 404


def check_tensorflow_messages(server):
    """The answers of TensorFlow Serving's REST routes are the JSON of its messages, which its own package reads."""
    url = f"http://127.0.0.1:{server.port}/v1/models/one"
    for path in ("", "/versions/1"):
        status = json_format.Parse(requests.get(url + path, timeout=10).text, get_model_status_pb2.GetModelStatusResponse())
        (version,) = status.model_version_status
        assert version.version == 1 and version.state == get_model_status_pb2.ModelVersionStatus.AVAILABLE
        assert version.status.error_code == 0
        body = requests.get(url + path + "/metadata", timeout=10).json()
        assert body["model_spec"] == {"name": "one", "signature_name": "", "version": "1"}
        signatures = json_format.ParseDict(body["metadata"]["signature_def"], get_model_metadata_pb2.SignatureDefMap()).signature_def
        default = signatures["serving_default"]
        assert default.method_name == "tensorflow/serving/predict"
        assert {name: tensor.dtype for name, tensor in default.inputs.items()} == {"country": tf.string, "age_group": tf.string}
        assert {name: tensor.dtype for name, tensor in default.outputs.items()} == {"output_1": tf.float32, "output_2": tf.string}
        assert [d.size for d in default.outputs["output_1"].tensor_shape.dim] == [-1, -1]
        assert set(signatures["ranking"].inputs) == {"country", "age_group", "title"}


def text_tensor(name, values, binary):
    tensor = triton.InferInput(name, [len(values)], "BYTES")
    tensor.set_data_from_numpy(np.array([value.encode() for value in values], dtype=np.object_), binary_data=binary)
    return tensor


def check_triton(server):
    with triton.InferenceServerClient(f"127.0.0.1:{server.port}") as client:
        assert client.is_server_live() and client.is_server_ready()
        assert client.is_model_ready("one") and client.is_model_ready("one", "1")
        assert not client.is_model_ready("none") and not client.is_model_ready("one", "7")
        assert client.get_server_metadata()["name"] == "shortlist"
        metadata = client.get_model_metadata("one")
        assert metadata["name"] == "one" and metadata["versions"] == ["1"]
        assert {t["name"]: t["datatype"] for t in metadata["inputs"]} == {"country": "BYTES", "age_group": "BYTES"}
        assert {t["name"]: t["datatype"] for t in metadata["outputs"]} == {"ids": "BYTES", "scores": "FP32", "predicted_rating": "FP32"}
        queries = QUERIES[:2]
        inputs = [text_tensor(name, [q[name] for q in queries], binary=False) for name in ("country", "age_group")]
        result = client.infer("one", inputs, request_id="r1", parameters={"k": 4}, model_version="1")
        assert result.get_response()["id"] == "r1" and result.get_response()["model_version"] == "1"
        ids, scores, ratings = (result.as_numpy(name) for name in ("ids", "scores", "predicted_rating"))
        assert ids.shape == scores.shape == ratings.shape == (2, 4) and scores.dtype == np.float32
        for row, query in enumerate(queries):
            expected_ids, expected_scores, expected_ratings = best(server, query, 4)
            assert [value.decode() if isinstance(value, bytes) else value for value in ids[row]] == expected_ids
            np.testing.assert_allclose(scores[row], expected_scores, rtol=1e-6)
            np.testing.assert_allclose(ratings[row], expected_ratings, rtol=1e-5)
        wanted = [triton.InferRequestedOutput("scores", binary_data=False)]
        only = client.infer("one", inputs, outputs=wanted, parameters={"k": 4})
        assert only.as_numpy("ids") is None
        np.testing.assert_array_equal(only.as_numpy("scores"), scores)
        # With the items' ids among the inputs, their labels are predicted.
        titles = text_tensor("title", [best(server, q)[0][0] for q in queries], binary=False)
        predicted = client.infer("one", [*inputs, titles]).as_numpy("predicted_rating")
        np.testing.assert_allclose(predicted, [best(server, q)[2][0] for q in queries], rtol=1e-5)
        for bad in ([], [text_tensor("contry", ["x"], binary=False)]):
            try:
                client.infer("one", bad)
                raise AssertionError("a wrong request was answered")
            except InferenceServerException as error:
                assert error.status() == "400", error


def check_metrics(server):
    text = server.ask("GET", "/metrics")[2]
    families = {family.name: family for family in text_string_to_metric_families(text)}
    stages = families["shortlist_stage_duration_seconds"]
    assert stages.type == "histogram"
    buckets = {}
    for sample in stages.samples:
        stage = buckets.setdefault(sample.labels["stage"], {"le": []})
        if sample.name.endswith("_bucket"):
            stage["le"].append((float(sample.labels["le"]), sample.value))
        else:
            stage[sample.name.rsplit("_", 1)[1]] = sample.value
    assert set(buckets) == {"parse", "embed", "retrieve", "filter", "rank", "write"}
    for stage in buckets.values():
        bounds, counts = zip(*stage["le"], strict=True)
        assert list(bounds) == sorted(bounds) and bounds[-1] == float("inf") and list(counts) == sorted(counts)
        assert counts[-1] == stage["count"] > 0 and stage["sum"] > 0
    answered = {(s.labels["operation"], s.labels["code"]): s.value for s in families["http_requests"].samples}
    assert answered["tensorflow_predict", "200"] == 4 and answered["inference_infer", "400"] == 2
    assert families["model_info"].samples[0].labels["model"] == "one"


def main():
    with tempfile.TemporaryDirectory() as folder:
        make_bundles(pathlib.Path(folder), {"one": 1})
        with serving("one", cwd=folder) as server:
            assert server.post("/v1/recommend", {"filter": ["year>=1990"]})[0] == 200
            for check in (check_tensorflow_predict, check_tensorflow_messages, check_triton, check_metrics):
                check(server)
                print("ok", check.__name__)


if __name__ == "__main__":
    main()
