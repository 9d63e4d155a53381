#!/usr/bin/env python3
"""pandas_files.py FOLDER: writes honest files of pandas into FOLDER: frames, series, indexes and what stands in them, at every protocol,
compressed as DataFrame.to_pickle does it, and with joblib. None of them may be called dangerous or unreadable. Needs pandas, joblib.
"""
import argparse
import pathlib
import pickle

import joblib
import numpy
import pandas

ENDINGS = ("pkl", "pkl.gz", "pkl.bz2", "pkl.xz", "pkl.zip", "pkl.tar")


def frames():
    plain = pandas.DataFrame({"a": [1, 2, 3], "b": [1.5, 2.5, 3.5], "c": ["x", "y", "z"], "d": [True, False, True]})
    yield "plain", plain
    yield "empty", pandas.DataFrame()
    yield "objects", pandas.DataFrame({"o": numpy.array([1, "a", None], dtype=object)})
    yield "levels", plain.set_index(["a", "c"])
    yield "dates", pandas.DataFrame({"n": 1}, index=pandas.date_range("2024-01-01", periods=3))
    yield "zones", pandas.DataFrame({"t": pandas.date_range("2024-01-01", periods=3, tz="Europe/Berlin"), "u": pandas.date_range("2024-01-01", periods=3, tz="UTC")})
    yield "categories", pandas.DataFrame({"k": pandas.Categorical(["a", "b", "a"]), "n": [1, 2, 3]})
    yield "missing", pandas.DataFrame({"i": pandas.array([1, None], "Int64"), "b": pandas.array([True, None], "boolean"), "f": pandas.array([1.5, None], "Float64"), "s": pandas.array(["a", None], "string")})
    yield "sparse", pandas.DataFrame({"s": pandas.arrays.SparseArray([0, 0, 1])})
    yield "long", pandas.DataFrame({"n": range(2000), "t": [f"text {index}" for index in range(2000)]})
    marked = plain.copy()
    marked.attrs["made"] = "here"
    yield "attributes", marked


def others():
    yield "series", pandas.Series([1.0, 2.0], name="s")
    yield "texts", pandas.Series(["a", "b", None])
    yield "deltas", pandas.Series(pandas.to_timedelta([1, 2], "s"))
    yield "dtypes", pandas.DataFrame({"a": [1], "b": ["x"]}).dtypes
    yield "index", pandas.Index([1, 2, 3])
    yield "names", pandas.Index(["a", "b"], name="n")
    yield "periods", pandas.period_range("2024-01", periods=3, freq="M")
    yield "weeks", pandas.date_range("2024-01-01", periods=3, freq="W")
    yield "business-days", pandas.date_range("2024-01-01", periods=3, freq="B")
    yield "intervals", pandas.interval_range(0, 3)
    yield "category", pandas.CategoricalIndex(["a", "b"])
    yield "scalars", [pandas.Timestamp("2024-01-01"), pandas.Timestamp("2024-01-01", tz="UTC"), pandas.Timedelta("1D"), pandas.NaT, pandas.NA]
    yield "preprocessing", {"columns": pandas.Index(["a", "b"]), "means": pandas.Series({"a": 1.0, "b": 2.0}), "threshold": 0.5}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True)
    for name, value in [*frames(), *others()]:
        for protocol in range(6):
            (folder / f"{name}-{protocol}.pkl").write_bytes(pickle.dumps(value, protocol))
        for compression in (0, ("zlib", 3), ("lz4", 3)):
            joblib.dump(value, folder / f"{name}-{compression[0] if compression else 'plain'}.joblib", compress=compression)
    for name, frame in frames():
        for ending in ENDINGS:
            frame.to_pickle(folder / f"frame-{name}.{ending}")


if __name__ == "__main__":
    main()
