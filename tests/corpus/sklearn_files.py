"""Honest scikit-learn files: python sklearn_files.py FOLDER

Fits every estimator of the installed scikit-learn (and objects that people keep beside them: kernels, splitters, scorers, searches)
and writes each with every pickle protocol and every compression of joblib. All of them must be judged safe.
Works with scikit-learn 0.24 and later.
"""

import pickle
import sys
import warnings
from pathlib import Path

import joblib
import numpy
import scipy.sparse
import scipy.special
import scipy.stats
import sklearn
from sklearn.utils import all_estimators

warnings.simplefilter("ignore")

COMPRESSIONS = [0, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3), ("lz4", 3)]


def data():
    """What estimators may be fitted with: the first that an estimator takes is used."""
    random = numpy.random.RandomState(0)
    x = random.rand(60, 4)
    positive = x + 0.1
    classes = numpy.arange(60) % 3
    x[:, 0] += classes
    two = numpy.arange(60) % 2
    number = x @ numpy.array([1.0, 2.0, 3.0, 4.0])
    several = numpy.stack([two, 1 - two, classes > 0], axis=1).astype(int)
    words = ["the quick brown fox", "a lazy dog", "hello world", "quick dog"] * 15
    names = numpy.array(["red", "green", "blue"])[classes]
    records = [{"a": 1.0, "b": float(index)} for index in range(60)]
    return [
        (x, classes),
        (x, names),
        (positive, two),
        (x, number),
        (positive, number),
        (x, several),
        (x, numpy.stack([number, number], axis=1)),
        (x[:, :1], number),
        (words, classes),
        (records, None),
        (classes, None),
        ([[1, 2], [3]], None),
        (positive @ positive.T, classes),
        (names.reshape(-1, 1), classes),
    ]


def parts():
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    return LogisticRegression(), Ridge(), StandardScaler(), DecisionTreeClassifier(max_depth=2)


def candidates(cls):
    """Instances of a class: without parameters, and with what meta-estimators need."""
    logistic, ridge, scaler, tree = parts()
    choices = [{}]
    for estimator in (logistic, ridge, tree):
        choices += [
            {"estimator": estimator},
            {"base_estimator": estimator},
            {"estimators": [("a", estimator), ("b", estimator)]},
            {"estimator": estimator, "param_grid": {"fit_intercept": [True, False]}},
            {"estimator": estimator, "param_distributions": {"fit_intercept": [True, False]}},
            {"estimator": tree, "param_grid": {"max_depth": [1, 2]}},
            {"estimator": tree, "param_distributions": {"max_depth": [1, 2]}, "n_iter": 2},
        ]
    choices += [
        {"steps": [("scale", scaler), ("last", logistic)]},
        {"transformer_list": [("scale", scaler), ("again", scaler)]},
        {"transformers": [("scale", scaler, [0, 1])], "remainder": "passthrough"},
        {"dictionary": numpy.eye(4)},
        {"n_components": 2},
        {"n_nonzero_coefs": 1},
        {"alpha": 0.5},
    ]
    for choice in choices:
        try:
            yield cls(**choice)
        except TypeError:
            continue


def fitted(cls):
    for estimator in candidates(cls):
        for x, y in data():
            try:
                estimator.fit(x, y) if y is not None else estimator.fit(x)
                return estimator
            except Exception:  # whatever an estimator says about data that it does not take
                continue
    return None


def estimators():
    try:
        from sklearn.experimental import enable_hist_gradient_boosting  # noqa: F401
    except ImportError:
        pass
    for name in ("enable_halving_search_cv", "enable_iterative_imputer"):
        try:
            __import__("sklearn.experimental." + name)
        except ImportError:
            pass

    for name, cls in all_estimators():
        estimator = fitted(cls)
        if estimator is None:
            try:
                estimator = cls()
            except TypeError:
                print("not made:", name)
                continue
            print("not fitted:", name)
        yield name, estimator


def variants():
    """Estimators with parameters that change what their state holds."""
    from sklearn import calibration, compose, decomposition, dummy, ensemble, feature_extraction, feature_selection, gaussian_process
    from sklearn import impute, isotonic, linear_model, metrics, model_selection, multioutput, neighbors, neural_network, pipeline, preprocessing, svm
    from sklearn.gaussian_process import kernels

    (x, classes), (_, names), (positive, two), (_, number) = data()[:4]
    logistic, ridge, scaler, tree = parts()
    for loss in ("hinge", "modified_huber", "squared_hinge", "perceptron", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"):
        yield "SGD-" + loss, linear_model.SGDClassifier(loss=loss).fit(x, classes)
    for criterion in ("gini", "entropy"):
        yield "Forest-" + criterion, ensemble.RandomForestClassifier(3, criterion=criterion, random_state=numpy.random.RandomState(1)).fit(x, names)
    for kernel in ("linear", "poly", "rbf", "sigmoid"):
        yield "SVC-" + kernel, svm.SVC(kernel=kernel, probability=kernel == "rbf").fit(x, classes)
    for solver in ("lbfgs", "sgd", "adam"):
        yield "MLP-" + solver, neural_network.MLPClassifier((5,), solver=solver, max_iter=20).fit(x, classes)
    for algorithm in ("kd_tree", "ball_tree", "brute"):
        for metric in ("minkowski", "euclidean", "manhattan", "chebyshev"):
            yield "Neighbors-%s-%s" % (algorithm, metric), neighbors.KNeighborsClassifier(2, algorithm=algorithm, metric=metric).fit(x, classes)
    yield "Neighbors-haversine", neighbors.KNeighborsClassifier(2, algorithm="ball_tree", metric="haversine").fit(x[:, :2], classes)
    yield "Neighbors-seuclidean", neighbors.KNeighborsClassifier(2, algorithm="ball_tree", metric="seuclidean", metric_params={"V": numpy.ones(4)}).fit(x, classes)
    yield "Neighbors-mahalanobis", neighbors.KNeighborsClassifier(2, algorithm="ball_tree", metric="mahalanobis", metric_params={"V": numpy.eye(4)}).fit(x, classes)
    yield "KernelDensity", neighbors.KernelDensity(algorithm="kd_tree").fit(x)
    yield "KDTree", neighbors.KDTree(x)
    yield "BallTree", neighbors.BallTree(x, metric="chebyshev")
    for loss in ("exponential",):
        yield "Boosting-" + loss, ensemble.GradientBoostingClassifier(n_estimators=2, loss=loss).fit(x, two)
    for loss in ("huber", "quantile", "squared_error", "absolute_error", "ls", "lad"):
        try:
            yield "Boosting-" + loss, ensemble.GradientBoostingRegressor(n_estimators=2, loss=loss).fit(x, number)
        except Exception:
            pass
        try:
            yield "HistBoosting-" + loss, ensemble.HistGradientBoostingRegressor(max_iter=2, loss=loss).fit(x, number)
        except Exception:
            pass
    for loss in ("poisson", "gamma", "quantile"):
        try:
            yield "HistBoosting-" + loss, ensemble.HistGradientBoostingRegressor(max_iter=2, loss=loss, quantile=0.5).fit(x, numpy.abs(number) + 1)
        except Exception:
            pass
    yield "HistBoosting-categories", ensemble.HistGradientBoostingClassifier(max_iter=2, categorical_features=[3]).fit(numpy.column_stack([x[:, :3], classes]), classes)
    yield "HistBoosting-two", ensemble.HistGradientBoostingClassifier(max_iter=2, early_stopping=True).fit(x, two)
    every = kernels.RBF() + kernels.WhiteKernel() * kernels.ConstantKernel() + kernels.Matern() ** 2 + kernels.RationalQuadratic() + kernels.ExpSineSquared() + kernels.DotProduct() + kernels.PairwiseKernel() + kernels.CompoundKernel([kernels.RBF()]).kernels[0]
    yield "GaussianProcess-kernels", gaussian_process.GaussianProcessRegressor(every, alpha=10.0, optimizer=None).fit(x, number)
    yield "GaussianProcess-classes", gaussian_process.GaussianProcessClassifier(kernels.RBF()).fit(x, classes)
    for method in ("sigmoid", "isotonic"):
        yield "Calibrated-" + method, calibration.CalibratedClassifierCV(ensemble.RandomForestClassifier(2), method=method, cv=2).fit(x, classes)
    for score in (feature_selection.f_classif, feature_selection.chi2, feature_selection.mutual_info_classif, feature_selection.f_regression):
        yield "SelectKBest-" + score.__name__, feature_selection.SelectKBest(score, k=2).fit(positive, two)
    for function in (numpy.log1p, numpy.exp, numpy.sqrt, numpy.abs, numpy.mean, numpy.square, numpy.nan_to_num, scipy.special.expit, None):
        yield "Function-" + getattr(function, "__name__", "none"), preprocessing.FunctionTransformer(function)
    cv = [model_selection.KFold(3), model_selection.StratifiedKFold(3, shuffle=True, random_state=1), model_selection.ShuffleSplit(2), model_selection.RepeatedKFold(n_splits=2), model_selection.LeaveOneOut(), model_selection.TimeSeriesSplit(2), model_selection.PredefinedSplit([0, 1, 0, 1]), model_selection.GroupKFold(2)]
    yield "splitters", cv
    scorers = [metrics.make_scorer(metrics.f1_score, average="macro"), metrics.make_scorer(metrics.mean_squared_error, greater_is_better=False), metrics.get_scorer("accuracy"), metrics.get_scorer("roc_auc_ovr"), metrics.get_scorer("neg_log_loss")]
    yield "scorers", scorers
    yield "search-scorers", model_selection.GridSearchCV(logistic, {"C": [1.0, 2.0]}, scoring={"a": scorers[0], "b": "accuracy"}, refit="b", cv=cv[1]).fit(x, classes)
    yield "search-random", model_selection.RandomizedSearchCV(logistic, {"C": scipy.stats.uniform(0.1, 2.0), "max_iter": scipy.stats.randint(100, 200)}, n_iter=2, cv=2).fit(x, classes)
    yield "search-loguniform", model_selection.RandomizedSearchCV(logistic, {"C": scipy.stats.loguniform(0.1, 2.0), "tol": scipy.stats.expon(scale=1e-3), "max_iter": scipy.stats.norm(100, 2)}, n_iter=2, cv=2)
    yield "pipeline", pipeline.make_pipeline(compose.ColumnTransformer([("n", pipeline.make_pipeline(impute.SimpleImputer(), preprocessing.StandardScaler()), [0, 1]), ("c", preprocessing.OneHotEncoder(handle_unknown="ignore"), [2, 3]), ("s", "passthrough", slice(0, 1))], remainder=scaler, sparse_threshold=0), decomposition.PCA(2), logistic).fit(x, classes)
    yield "selector", compose.make_column_selector(dtype_include=[numpy.number, "category"], pattern="a.*")
    yield "selector-object", compose.make_column_transformer((scaler, compose.make_column_selector(dtype_include=object)))
    yield "text", pipeline.make_pipeline(feature_extraction.text.TfidfVectorizer(ngram_range=(1, 2), stop_words="english"), linear_model.SGDClassifier()).fit(data()[8][0], data()[8][1])
    yield "text-tokens", feature_extraction.text.CountVectorizer(token_pattern=r"(?u)\b\w+\b", dtype=numpy.float32).fit(data()[8][0])
    yield "text-methods", feature_extraction.text.TfidfVectorizer(tokenizer=str.split, preprocessor=str.lower, token_pattern=None).fit(data()[8][0])
    yield "hashing", feature_extraction.text.HashingVectorizer(n_features=16, alternate_sign=False)
    yield "chain", multioutput.ClassifierChain(logistic).fit(x, data()[5][1])
    yield "isotonic", isotonic.IsotonicRegression(out_of_bounds="clip").fit(x[:, 0], number)
    yield "Kernel-ridge", linear_model.RidgeCV([0.1, 1.0]).fit(x, number)
    yield "imputer-iterative", impute.IterativeImputer(linear_model.BayesianRidge(), max_iter=2).fit(x)
    yield "imputer-neighbors", impute.KNNImputer(metric="nan_euclidean").fit(x)
    yield "dummy", dummy.DummyClassifier(strategy="prior").fit(x, names)
    yield "generator", {"random": numpy.random.default_rng(1), "old": numpy.random.RandomState(2)}
    yield "bit-generators", [numpy.random.Generator(kind(1)) for kind in (numpy.random.PCG64, numpy.random.MT19937, numpy.random.Philox, numpy.random.SFC64)]
    yield "bunch", sklearn.utils.Bunch(data=x, target=classes, names=["a"])
    matrix = scipy.sparse.random(5, 5, 0.3, format="csr", random_state=0)
    for form in ("csr", "csc", "coo", "bsr", "dia", "dok", "lil"):
        yield "sparse-" + form, matrix.asformat(form)
        if hasattr(scipy.sparse, form + "_array"):
            yield "sparse-array-" + form, getattr(scipy.sparse, form + "_array")(matrix)
    yield "arrays", arrays()
    yield "scalars", [numpy.float64(1), numpy.int8(2), numpy.bool_(True), numpy.str_("a"), numpy.bytes_(b"b"), numpy.datetime64("2020-01-01"), numpy.timedelta64(3, "s"), numpy.complex64(1j)]
    yield "types", [numpy.float32, numpy.int64, numpy.number, float, int, str, numpy.dtype("f4"), numpy.ufunc and numpy.add]


def arrays():
    masked = numpy.ma.array([1.0, 2.0], mask=[True, False])
    record = numpy.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8", (2,))])
    return {
        "empty": numpy.zeros((0, 3)),
        "fortran": numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3)),
        "object": numpy.array([1, "a", None, (1, 2)], dtype=object),
        "text": numpy.array(["a", "bc"]),
        "bytes": numpy.array([b"a", b"bc"]),
        "date": numpy.array(["2020-01-01"], dtype="datetime64[ns]"),
        "span": numpy.array([1], dtype="timedelta64[s]"),
        "masked": masked,
        "record": record,
        "recarray": record.view(numpy.recarray),
        "matrix": numpy.matrix([[1.0, 2.0]]),
        "big": numpy.arange(3, dtype=">i4"),
        "scalar": record[0],
        "half": numpy.float16(1),
    }


def write(folder, name, value):
    for protocol in range(6):
        try:
            text = pickle.dumps(value, protocol)
        except Exception as error:  # some objects need protocol 2
            print("not pickled:", name, protocol, error)
            continue
        (folder / ("%s.%d.pkl" % (name, protocol))).write_bytes(text)
    for compress in COMPRESSIONS:
        end = compress[0] if compress else "raw"
        try:
            joblib.dump(value, str(folder / ("%s.%s.joblib" % (name, end))), compress=compress)
        except Exception as error:
            print("not dumped:", name, end, error)


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for source in (estimators(), variants()):
        for name, value in source:
            write(folder, name, value)


if __name__ == "__main__":
    main()
