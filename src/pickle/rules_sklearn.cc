#include "pickle/rule_table.h"

namespace {

constexpr UseRule value{.is_value = true};
constexpr UseRule object{.newobj = "", .base = 'o', .state = 'm'};
constexpr UseRule slotted{.newobj = "", .base = 'o', .state = 'M', .roles = "H"};
// Its __new__ is named as getattr(class, name) where a protocol has no keywords.
constexpr UseRule named_tuple{.newobj = "x*", .base = 't', .state = 'm', .takes_keywords = true, .is_value = true, .roles = "H"};
constexpr UseRule instance{.newobj = "", .base = 'o', .state = 'm', .is_value = true};
// Classes of C code that come back through a function which is given the class.
constexpr UseRule inner_class{.roles = "c"};
constexpr UseRule made_anew{.reduce = "c", .state = 't'};
constexpr UseRule unpickle{.reduce = "ciO", .state = 't'};
constexpr UseRule losses_class{.reduce = "|f", .roles = "c"};
// Dicts whose items are attributes too.
constexpr UseRule attribute_dict{.newobj = "", .base = 'd', .state = 'm', .filling = 'a'};

// Source: the __getstate__, __setstate__ and __reduce__ methods of scipy's and scikit-learn's classes.
constexpr NamedRule scipy_named[] = {
    {"scipy.sparse._dok", "dok_matrix", {.newobj = "", .base = 'd', .state = 'm', .filling = 'p'}},
    {"scipy.sparse._dok", "dok_array", {.newobj = "", .base = 'd', .state = 'm', .filling = 'p'}},
    {"scipy.sparse.dok", "dok_matrix", {.newobj = "", .base = 'd', .state = 'm', .filling = 'p'}},
    {"scipy.optimize._optimize", "OptimizeResult", attribute_dict},
    {"scipy.optimize.optimize", "OptimizeResult", attribute_dict},
    {"scipy.optimize._zeros_py", "RootResults", attribute_dict},
    {"scipy.optimize.zeros", "RootResults", attribute_dict},
    {"scipy.integrate._ivp.ivp", "OdeResult", attribute_dict},
    {"scipy._lib._util", "_RichResult", attribute_dict},
    {"scipy.interpolate._rbfinterp", "RBFInterpolator", {.newobj = "", .base = 'o', .state = 'd', .is_value = true}},
    {"scipy.spatial.transform._rotation", "Rotation", {.newobj = "", .base = 'o', .state = 'w'}},
    {"scipy.spatial.transform.rotation", "Rotation", {.newobj = "", .base = 'o', .state = 'w'}},
    {"scipy.spatial._ckdtree", "cKDTree", {.newobj = "", .state = 't'}},
    {"scipy.spatial.ckdtree", "cKDTree", {.newobj = "", .state = 't'}},
    {"scipy.spatial._kdtree", "KDTree", {.newobj = "", .state = 't'}},
    {"scipy._lib.array_api_compat.numpy._aliases", "asarray", value},
    {"scipy._lib.array_api_compat.numpy._aliases", "_asarray", value},
    {"scipy.stats._distn_infrastructure", "rv_frozen", instance},
    {"scipy.stats._distn_infrastructure", "rv_continuous_frozen", instance},
    {"scipy.stats._distn_infrastructure", "rv_discrete_frozen", instance},
};

constexpr RuleFamily scipy_families[] = {
    {"Sparse matrices and interpolators",
#include "pickle/family_scipy.inc"
        , {.newobj = "", .base = 'o', .state = 'm', .makes = '2', .is_value = true}},
    {"Interpolators with slots",
#include "pickle/family_scipy_slots.inc"
        , slotted},
    {"How an interpolator is evaluated, as a value",
        "scipy.interpolate._interpolate interp1d._call_linear interp1d._call_linear_np interp1d._call_nan_spline interp1d._call_nearest\n"
        "scipy.interpolate._interpolate interp1d._call_previousnext interp1d._call_spline\n",
        value},
    {"Frozen distributions, systems, constraints, results",
#include "pickle/family_scipy_instances.inc"
        , object},
    {"Results that are tuples",
#include "pickle/family_scipy_tuples.inc"
        , named_tuple},
    // Each is executed as it is loaded, but for a text of exactly this shape: see rule_states.cc.
    {"Distributions, with the one text of code that scipy itself writes",
#include "pickle/family_distributions.inc"
        , {.newobj = "", .base = 'o', .state = 'u', .makes = 'E'}},
};

constexpr NamedRule sklearn_named[] = {
    {"sklearn.utils._bunch", "Bunch", attribute_dict},
    {"sklearn.utils", "Bunch", attribute_dict},
    {"sklearn.covariance._graph_lasso", "_DictWithDeprecatedKeys", {.newobj = "", .base = 'd', .state = 'm', .filling = 'p'}},
    {"sklearn.tree._tree", "Tree", {.reduce = "iWi", .state = 'm'}},
    {"sklearn.impute._iterative", "_ImputerTriplet", {.newobj = "xxx", .base = 't'}},
    {"sklearn._loss.glm_distribution", "DistributionBoundary", {.newobj = "xx", .base = 't'}},
    {"sklearn.neighbors._kd_tree", "newObj", made_anew},
    {"sklearn.neighbors.kd_tree", "newObj", made_anew},
    {"sklearn.neighbors.ball_tree", "newObj", made_anew},
    {"sklearn.neighbors._ball_tree", "newObj", made_anew},
    {"sklearn.metrics._dist_metrics", "newObj", made_anew},
    {"sklearn.neighbors._dist_metrics", "newObj", made_anew},
    {"sklearn.neighbors.dist_metrics", "newObj", made_anew},
    {"sklearn.neighbors._quad_tree", "_QuadTree", {.reduce = "ii", .state = 'm'}},
};

constexpr RuleFamily sklearn_families[] = {
    {"Estimators and what belongs to them",
#include "pickle/family_sklearn.inc"
        , instance},
    {"Functions as values: scores, distances, tests of features",
#include "pickle/family_sklearn_functions.inc"
        , value},
    {"Trees of neighbours and their distances, named where they are made anew",
        "sklearn.neighbors._kd_tree KDTree KDTree32 KDTree64\n"
        "sklearn.neighbors._ball_tree BallTree BallTree32 BallTree64\n"
        "sklearn.neighbors.kd_tree KDTree\n"
        "sklearn.neighbors.ball_tree BallTree\n"
#define DISTANCES(MODULE, BITS) \
    MODULE " EuclideanDistance" BITS " SEuclideanDistance" BITS " ManhattanDistance" BITS " ChebyshevDistance" BITS " MinkowskiDistance" BITS " WMinkowskiDistance" BITS "\n" MODULE " MahalanobisDistance" BITS " HammingDistance" BITS " CanberraDistance" BITS " BrayCurtisDistance" BITS " JaccardDistance" BITS " MatchingDistance" BITS "\n" MODULE " DiceDistance" BITS " KulsinskiDistance" BITS " RogersTanimotoDistance" BITS " RussellRaoDistance" BITS " SokalMichenerDistance" BITS "\n" MODULE " SokalSneathDistance" BITS " HaversineDistance" BITS " PyFuncDistance" BITS "\n"
        DISTANCES("sklearn.neighbors.dist_metrics", "")
            DISTANCES("sklearn.neighbors._dist_metrics", "")
                DISTANCES("sklearn.metrics._dist_metrics", "")
                    DISTANCES("sklearn.metrics._dist_metrics", "32")
                        DISTANCES("sklearn.metrics._dist_metrics", "64"),
#undef DISTANCES
        inner_class},
    // The builds of 1.4 to 1.6 call their module by its last part.
    {"Losses",
        "sklearn._loss._loss CyAbsoluteError CyExponentialLoss CyHalfBinomialLoss CyHalfGammaLoss CyHalfMultinomialLoss\n"
        "sklearn._loss._loss CyHalfPoissonLoss CyHalfSquaredError CyHalfTweedieLoss CyHalfTweedieLossIdentity CyHuberLoss\n"
        "sklearn._loss._loss CyPinballLoss\n"
        "_loss CyAbsoluteError CyExponentialLoss CyHalfBinomialLoss CyHalfGammaLoss CyHalfMultinomialLoss CyHalfPoissonLoss\n"
        "_loss CyHalfSquaredError CyHalfTweedieLoss CyHalfTweedieLossIdentity CyHuberLoss CyPinballLoss\n"
        "sklearn.linear_model._sgd_fast EpsilonInsensitive Hinge Huber Log ModifiedHuber SquaredEpsilonInsensitive SquaredHinge SquaredLoss\n"
        "sklearn.linear_model.sgd_fast EpsilonInsensitive Hinge Huber Log ModifiedHuber SquaredEpsilonInsensitive SquaredHinge SquaredLoss\n",
        losses_class},
    {"Losses made anew",
        "sklearn._loss._loss __pyx_unpickle_CyAbsoluteError __pyx_unpickle_CyExponentialLoss __pyx_unpickle_CyHalfBinomialLoss\n"
        "sklearn._loss._loss __pyx_unpickle_CyHalfGammaLoss __pyx_unpickle_CyHalfMultinomialLoss __pyx_unpickle_CyHalfPoissonLoss\n"
        "sklearn._loss._loss __pyx_unpickle_CyHalfSquaredError __pyx_unpickle_CyHalfTweedieLoss\n"
        "sklearn._loss._loss __pyx_unpickle_CyHalfTweedieLossIdentity __pyx_unpickle_CyHuberLoss __pyx_unpickle_CyPinballLoss\n"
        "_loss __pyx_unpickle_CyAbsoluteError __pyx_unpickle_CyExponentialLoss __pyx_unpickle_CyHalfBinomialLoss\n"
        "_loss __pyx_unpickle_CyHalfGammaLoss __pyx_unpickle_CyHalfMultinomialLoss __pyx_unpickle_CyHalfPoissonLoss\n"
        "_loss __pyx_unpickle_CyHalfSquaredError __pyx_unpickle_CyHalfTweedieLoss __pyx_unpickle_CyHalfTweedieLossIdentity\n"
        "_loss __pyx_unpickle_CyHuberLoss __pyx_unpickle_CyPinballLoss\n",
        unpickle},
};

}

RulePart scipy_rules() { return {"scipy", scipy_named, scipy_families}; }
RulePart sklearn_rules() { return {"scikit-learn", sklearn_named, sklearn_families}; }
