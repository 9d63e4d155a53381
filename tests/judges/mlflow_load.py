"""MLflow: the folder that `hullmark package` writes is a model to real MLflow, and answers as the model did in PyTorch."""

# needs: mlflow==3.17.2 numpy pandas onnx onnxruntime

import mlflow
import numpy
import pandas

from program import EXAMPLES, expect_close, hullmark

COLUMNS = ["tenure_days", "total_spend_30d", "support_tickets_90d", "last_purchase_days"]


def packaged(example: str, *options: str) -> tuple[mlflow.pyfunc.PyFuncModel, numpy.ndarray, numpy.ndarray]:
    """The example's package as MLflow loads it, with the recorded inputs and answers."""
    sample = EXAMPLES / example / "sample.npz"
    hullmark("convert", EXAMPLES / example / f"{example}.pt", "-o", f"{example}.onnx", "--sample", sample)
    hullmark("package", f"{example}.onnx", "-o", example, "--name", example, "--sample", sample, *options)
    recorded = numpy.load(sample)
    return mlflow.pyfunc.load_model(example), recorded["i0"], recorded["o0"]


def main() -> None:
    model, scans, expected = packaged("digits")
    (name,) = model.metadata.get_input_schema().input_names()
    (answer,) = model.predict({name: scans}).values()
    worst = expect_close(expected, answer, "digits, named tensor")

    model, customers, expected = packaged("churn", "--input-columns", ",".join(COLUMNS))
    assert model.metadata.get_input_schema().input_names() == COLUMNS, model.metadata.get_input_schema()
    answer = model.predict(pandas.DataFrame(customers, columns=COLUMNS))
    answer = numpy.asarray(answer, dtype=numpy.float32).reshape(expected.shape)
    worst = max(worst, expect_close(expected, answer, "churn, a frame with named columns"))

    for folder in ("digits", "churn"):
        example = mlflow.models.Model.load(folder).load_input_example(folder)
        assert example is not None, f"{folder}: no input example"
        mlflow.pyfunc.load_model(folder).predict(example)
    print(f"digits and churn loaded by MLflow {mlflow.__version__}, largest error {worst:.2g}")


if __name__ == "__main__":
    main()
