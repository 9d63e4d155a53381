#!/usr/bin/env python3
"""scipy_files.py FOLDER: writes honest pickles of scipy's and NumPy's own objects into FOLDER: interpolators, frozen distributions, results,
systems, rotations, polynomials, scalars and generators of random numbers, at every protocol and with joblib. None of them may be called
dangerous or unreadable. Seeded. Needs numpy, scipy, joblib.
"""
import argparse
import pathlib
import pickle
import tempfile

import joblib
import numpy
import scipy.integrate
import scipy.interpolate
import scipy.optimize
import scipy.signal
import scipy.sparse
import scipy.sparse.linalg
import scipy.spatial
import scipy.spatial.transform
import scipy.special
import scipy.stats

RANDOM = numpy.random.default_rng(0)
LINE = numpy.linspace(0, 1, 10)


def interpolators():
    from scipy import interpolate

    plane = RANDOM.random((12, 2))
    for kind in ("linear", "nearest", "cubic", "previous", "zero"):
        yield f"interp1d-{kind}", interpolate.interp1d(LINE, LINE**2, kind=kind)
    yield "cubic-spline", interpolate.CubicSpline(LINE, LINE)
    yield "b-spline", interpolate.make_interp_spline(LINE, LINE)
    yield "pchip", interpolate.PchipInterpolator(LINE, LINE)
    yield "akima", interpolate.Akima1DInterpolator(LINE, LINE)
    yield "univariate", interpolate.UnivariateSpline(LINE, LINE)
    yield "bivariate", interpolate.RectBivariateSpline(LINE, LINE, numpy.outer(LINE, LINE))
    yield "grid", interpolate.RegularGridInterpolator((LINE, LINE), numpy.outer(LINE, LINE))
    yield "radial", interpolate.RBFInterpolator(plane, plane[:, 0])
    yield "radial-old", interpolate.Rbf(LINE, LINE, LINE)
    yield "nearest", interpolate.NearestNDInterpolator(plane, plane[:, 0])
    yield "simplices", interpolate.LinearNDInterpolator(plane, plane[:, 0])
    yield "pieces", interpolate.PPoly(numpy.ones((2, 3)), [0, 1, 2, 3])
    yield "barycentric", interpolate.BarycentricInterpolator(LINE, LINE)
    yield "krogh", interpolate.KroghInterpolator(LINE[:4], LINE[:4])


def statistics():
    from scipy import stats

    sample = RANDOM.normal(size=30)
    yield "frozen", [stats.norm(1, 2), stats.gamma(2.0), stats.beta(1, 2), stats.t(3), stats.randint(1, 4), stats.poisson(3)]
    yield "density", stats.gaussian_kde(sample)
    yield "normal-of-two", stats.multivariate_normal([0, 0], numpy.eye(2))
    yield "histogram", stats.rv_histogram(numpy.histogram(sample))
    yield "mode", stats.mode([1, 1, 2])
    yield "summary", stats.describe(sample)
    yield "distribution-function", stats.ecdf(sample)
    yield "sobol", stats.qmc.Sobol(2, seed=1)


def results():
    from scipy import stats

    one, two = RANDOM.random(9), RANDOM.random(9)
    for name in ("linregress", "pearsonr", "spearmanr", "kendalltau", "wilcoxon", "mannwhitneyu", "ks_2samp", "f_oneway", "kruskal", "theilslopes", "siegelslopes", "brunnermunzel", "ansari", "levene", "bartlett", "fligner", "mood", "alexandergovern"):
        yield f"result-{name}", getattr(stats, name)(one, two)
    for name in ("describe", "mode", "shapiro", "jarque_bera", "cumfreq", "relfreq", "bayes_mvs", "kurtosistest", "skewtest", "normaltest"):
        yield f"result-{name}", getattr(stats, name)(RANDOM.random(30))
    yield "result-contingency", stats.chi2_contingency([[10, 20], [30, 40]])
    yield "result-fisher", stats.fisher_exact([[1, 2], [3, 4]])
    yield "result-binned", stats.binned_statistic(one, two)


def others():
    yield "tree", scipy.spatial.KDTree(RANDOM.random((20, 3)))
    yield "hull", scipy.spatial.ConvexHull(RANDOM.random((10, 2)))
    yield "triangles", scipy.spatial.Delaunay(RANDOM.random((10, 2)))
    yield "rotation", scipy.spatial.transform.Rotation.from_rotvec(numpy.eye(3))
    yield "minimum", scipy.optimize.minimize(lambda value: (value**2).sum(), [1.0, 2.0])
    yield "root", scipy.optimize.root_scalar(lambda value: value - 1, bracket=[0, 3])
    yield "constraints", [scipy.optimize.Bounds([0], [1]), scipy.optimize.LinearConstraint([[1]], 0, 1)]
    yield "systems", [scipy.signal.lti([1], [1, 1]), scipy.signal.dlti([1], [1, 1]), scipy.signal.StateSpace([[1]], [[1]], [[1]], [[0]])]
    yield "filter", scipy.signal.butter(2, 0.1, output="sos")
    yield "operator", scipy.sparse.linalg.aslinearoperator(numpy.eye(3))
    yield "solution", scipy.integrate.solve_ivp(lambda time, value: -value, (0, 1), [1.0], dense_output=True)
    for form in ("csr", "csc", "coo", "lil", "dok", "dia", "bsr"):
        yield f"matrix-{form}", getattr(scipy.sparse, form + "_matrix")(numpy.eye(4))
        yield f"array-{form}", getattr(scipy.sparse, form + "_array")(numpy.eye(4))


def of_numpy():
    for name in ("Polynomial", "Chebyshev", "Legendre", "Hermite", "HermiteE", "Laguerre"):
        yield name.lower(), getattr(numpy.polynomial, name)([1, 2, 3])
    yield "poly1d", numpy.poly1d([1, 2])
    yield "classes", {"array": numpy.ndarray, "matrix": numpy.matrix, "masked": numpy.ma.MaskedArray, "number": numpy.floating}
    yield "integers", numpy.iinfo("i4")
    with tempfile.NamedTemporaryFile() as file:
        yield "mapped", numpy.memmap(file.name, dtype="f4", mode="w+", shape=(3, 4))
    yield "records", numpy.rec.array([(1, 2.0, "a")], dtype=[("a", "i4"), ("b", "f8"), ("c", "U3")])
    yield "masked", numpy.ma.array([1, 2], mask=[0, 1])
    yield "texts", numpy.char.array(["a", "b"])
    if hasattr(numpy.dtypes, "StringDType"):
        yield "texts-of-any-length", numpy.array(["a", "bc"], dtype=numpy.dtypes.StringDType())
        yield "texts-with-none", numpy.array(["a", None], dtype=numpy.dtypes.StringDType(na_object=None))
    yield "functions", [numpy.log1p, numpy.exp, numpy.mean, numpy.linalg.norm, scipy.special.expit, len, sum]
    for name in ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"):
        yield f"random-{name.lower()}", numpy.random.Generator(getattr(numpy.random, name)(1))
    yield "random-old", [numpy.random.RandomState(1), numpy.random.get_state(), numpy.random.SeedSequence(1)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for family in (interpolators, statistics, results, others, of_numpy):
        for name, value in family():
            written = {}
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                try:
                    written[f"{name}-protocol-{protocol}.pkl"] = pickle.dumps(value, protocol)
                except Exception:  # what has slots has no old protocols
                    continue
            for file, content in written.items():
                (folder / file).write_bytes(content)
            for level in (0, 3):
                joblib.dump(value, folder / f"{name}-{level}.joblib", compress=level)
            count += len(written) + 2
    print(f"{count} files")


if __name__ == "__main__":
    main()
