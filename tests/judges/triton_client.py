"""Triton's own client: a model that `hullmark serve` serves is one of the Open Inference Protocol to it, in JSON and in bytes, compressed or not."""

# needs: tritonclient[http]==2.73.0 numpy

import contextlib
import os
import subprocess
import threading
from collections.abc import Iterator

import numpy
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

from program import EXAMPLES, expect_close, hullmark


@contextlib.contextmanager
def served(*models: str) -> Iterator[str]:
    """`hullmark serve`, as host and port."""
    process = subprocess.Popen([os.environ["HULLMARK"], "serve", *models, "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip().removeprefix("listening on http://")
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0, "the server did not end well"


def tensor(name: str, values: numpy.ndarray, binary: bool) -> triton.InferInput:
    given = triton.InferInput(name, list(values.shape), "FP32")
    given.set_data_from_numpy(values, binary_data=binary)
    return given


def expect_refusal(ask, *words: str) -> None:
    try:
        ask()
    except InferenceServerException as refusal:
        assert all(word in refusal.message() for word in words), refusal
    else:
        raise AssertionError(f"not refused: {words}")


def main() -> None:
    sample = EXAMPLES / "digits" / "sample.npz"
    hullmark("convert", EXAMPLES / "digits" / "digits.pt", "-o", "digits.onnx", "--sample", sample)
    recorded = numpy.load(sample)
    scans, expected = recorded["i0"], recorded["o0"]
    worst, asked = 0.0, 0
    with served("digits=digits.onnx") as address:
        client = triton.InferenceServerClient(address, concurrency=8)
        assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("digits")
        assert not client.is_model_ready("nope") and not client.is_model_ready("digits", "9")
        described = client.get_model_metadata("digits")
        (given,), (answered,) = described["inputs"], described["outputs"]
        assert given["datatype"] == "FP32" and given["shape"][0] == -1, described
        assert "binary_tensor_data" in client.get_server_metadata()["extensions"]
        assert client.get_model_repository_index() == [{"name": "digits", "version": "1", "state": "READY"}]
        assert client.get_model_config("digits")["input"][0]["data_type"] == "TYPE_FP32"

        for binary_in in (False, True):
            for binary_out in (False, True, None):
                for coding in (None, "gzip", "deflate"):
                    wanted = None if binary_out is None else [triton.InferRequestedOutput(answered["name"], binary_data=binary_out)]
                    answer = client.infer("digits", [tensor(given["name"], scans, binary_in)], outputs=wanted, request_id="7", timeout=1_000_000, priority=1,
                                          request_compression_algorithm=coding, response_compression_algorithm=coding)
                    worst = max(worst, expect_close(expected, answer.as_numpy(answered["name"]), f"binary {binary_in} {binary_out}, coding {coding}"))
                    assert answer.get_response()["id"] == "7"
                    asked += 1

        # Many at once: each gets its own answer, whoever it ran with.
        def ask_often(offset: int, failures: list) -> None:
            own = triton.InferenceServerClient(address)
            for step in range(50):
                row = (offset + step) % len(scans)
                answer = own.infer("digits", [tensor(given["name"], scans[row : row + 1], step % 2 == 0)])
                if not numpy.allclose(answer.as_numpy(answered["name"]), expected[row : row + 1], atol=1e-5):
                    failures.append((offset, step))

        failures: list = []
        crowd = [threading.Thread(target=ask_often, args=(offset, failures)) for offset in range(8)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        assert not failures, failures
        statistics = client.get_inference_statistics("digits")["model_stats"][0]
        assert statistics["inference_stats"]["success"]["count"] == asked + 400, statistics
        assert statistics["inference_count"] >= asked + 400, statistics

        name = given["name"]
        expect_refusal(lambda: client.infer("nope", [tensor(name, scans, True)]), "unknown model", "nope")
        expect_refusal(lambda: client.infer("digits", [tensor("nope", scans, True)]), "unexpected inference input", "nope")
        expect_refusal(lambda: client.infer("digits", [tensor(name, scans.reshape(-1), True)]), "unexpected shape", name)
        expect_refusal(lambda: client.infer("digits", []), "missing required input", name)
        expect_refusal(lambda: client.infer("digits", [tensor(name, scans, True)], outputs=[triton.InferRequestedOutput("nope")]), "unexpected inference output", "nope")
    print(f"{asked} forms of requests and 8 clients at once answered, largest error {worst:.2g}")


if __name__ == "__main__":
    main()
