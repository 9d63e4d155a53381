#include "pickle/rule_table.h"

namespace {

constexpr UseRule instance{.newobj = "", .base = 'o', .state = 'm'};
constexpr UseRule new_index{.reduce = "Iu"};
constexpr UseRule frequency{.reduce = "ib|ibi|ibn|ibii|ibni|ibD", .makes = 'p'};
constexpr UseRule column{.newobj = "", .base = 'o', .state = 'm', .makes = 'e'};

// Names of pandas 1 and 2 stand where they are defined, those of pandas 3 mostly in `pandas` and `pandas.arrays`.
// Source: pandas core/generic.py (NDFrame.__setstate__), core/internals/managers.py, core/indexes/*.py, core/arrays/*.py,
// core/dtypes/dtypes.py, _libs/internals.pyx, _libs/arrays.pyx, _libs/tslibs/*.pyx; pytz __init__.py; pyarrow array.pxi.
constexpr NamedRule rules[] = {
    {"pandas._libs.internals", "_unpickle_block", {.reduce = "Wxi|exi"}},
    {"pandas.core.internals.managers", "BlockManager", {.reduce = "ql|", .newobj = "", .base = 'o', .state = 't'}},
    {"pandas.core.internals.managers", "SingleBlockManager", {.reduce = "xx|", .newobj = "", .base = 'o', .state = 't'}},
    {"pandas.core.indexes.base", "_new_Index", new_index},
    {"pandas.core.indexes.datetimes", "_new_DatetimeIndex", new_index},
    {"pandas.core.indexes.interval", "_new_IntervalIndex", new_index},
    {"pandas.core.indexes.period", "_new_PeriodIndex", new_index},
    {"pandas.core.indexes.frozen", "FrozenList", {.reduce = "l"}},
    {"pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked", {.reduce = "ciz", .state = 'n', .makes = 'e'}},
    {"pandas", "StringDtype", {.reduce = "s|sf|sV", .newobj = "", .base = 'o', .state = 'm'}},
    {"pandas.core.arrays.string_", "StringDtype", {.reduce = "s|sf|sV", .newobj = "", .base = 'o', .state = 'm'}},
    {"pandas", "PeriodDtype", {.reduce = "s|p"}},
    {"pandas.core.dtypes.dtypes", "PeriodDtype", {.reduce = "s|p"}},
    {"pandas._libs.tslibs.timestamps", "_unpickle_timestamp", {.reduce = "ipv|ipvi"}},
    {"pandas._libs.tslibs.timedeltas", "_timedelta_unpickle", {.reduce = "i|ii"}},
    {"pandas._libs.tslibs.nattype", "_nat_unpickle", {.reduce = "z"}},
    {"pandas._libs.tslibs.nattype", "__nat_unpickle", {.reduce = "z"}},
    {"pandas", "NA", {.is_value = true, .roles = "7"}},
    {"pandas._libs.missing", "NA", {.is_value = true, .roles = "7"}},
    {"pandas._libs.sparse", "IntIndex", {.reduce = "iW"}},
    {"pandas._libs.sparse", "BlockIndex", {.reduce = "iWW"}},
    // There is no such name, so loading stops at it: what joblib's array of objects in an index comes to where pickle.load reads the file.
    {"pandas", "dtype", {.reduce = "Ubb", .state = 'y', .makes = 'A'}},
    {"pytz", "_UTC", {.reduce = "", .makes = 'Z'}},
    {"pytz", "_p", {.reduce = "k|kiis", .makes = 'Z'}},
    {"pyarrow.lib", "type_for_alias", {.reduce = "s"}},
    {"pyarrow.lib", "py_buffer", {.reduce = "r"}},
    {"pyarrow.lib", "_restore_array", {.reduce = "q"}}, // texts whose offsets stay inside of them: see arrow_texts.h
};

constexpr RuleFamily families[] = {
    {"Frames, series, their dtypes",
        "pandas DataFrame Series CategoricalDtype DatetimeTZDtype SparseDtype\n"
        "pandas.core.frame DataFrame\n"
        "pandas.core.series Series\n"
        "pandas.core.dtypes.dtypes CategoricalDtype DatetimeTZDtype SparseDtype\n"
        "pandas.core.arrays.sparse.dtype SparseDtype\n"
        "pandas BooleanDtype Float32Dtype Float64Dtype Int8Dtype Int16Dtype Int32Dtype Int64Dtype UInt8Dtype UInt16Dtype UInt32Dtype UInt64Dtype\n"
        "pandas.core.arrays.boolean BooleanDtype\n"
        "pandas.core.arrays.floating Float32Dtype Float64Dtype\n"
        "pandas.core.arrays.integer Int8Dtype Int16Dtype Int32Dtype Int64Dtype UInt8Dtype UInt16Dtype UInt32Dtype UInt64Dtype\n",
        instance},
    {"Columns with missing values, sparse ones, and of texts",
        "pandas.arrays ArrowStringArray BooleanArray FloatingArray IntegerArray SparseArray\n"
        "pandas.core.arrays.sparse.array SparseArray\n"
        "pandas.core.arrays.boolean BooleanArray\n"
        "pandas.core.arrays.floating FloatingArray\n"
        "pandas.core.arrays.integer IntegerArray\n"
        "pandas.core.arrays.string_arrow ArrowStringArray\n",
        column},
    {"Other columns, named where they are made anew",
        "pandas Categorical\n"
        "pandas.arrays DatetimeArray NumpyExtensionArray PeriodArray StringArray TimedeltaArray\n"
        "pandas.core.arrays.categorical Categorical\n"
        "pandas.core.arrays.datetimes DatetimeArray\n"
        "pandas.core.arrays.numpy_ NumpyExtensionArray PandasArray\n"
        "pandas.core.arrays.period PeriodArray\n"
        "pandas.core.arrays.string_ StringArray StringArrayNumpySemantics\n"
        "pandas.core.arrays.timedeltas TimedeltaArray\n",
        {.roles = "c"}},
    {"Indexes, named where they are made anew",
        "pandas CategoricalIndex DatetimeIndex Index IntervalIndex MultiIndex PeriodIndex RangeIndex TimedeltaIndex\n"
        "pandas.core.indexes.base Index\n"
        "pandas.core.indexes.category CategoricalIndex\n"
        "pandas.core.indexes.datetimes DatetimeIndex\n"
        "pandas.core.indexes.interval IntervalIndex\n"
        "pandas.core.indexes.multi MultiIndex\n"
        "pandas.core.indexes.numeric Float64Index Int64Index UInt64Index\n"
        "pandas.core.indexes.period PeriodIndex\n"
        "pandas.core.indexes.range RangeIndex\n"
        "pandas.core.indexes.timedeltas TimedeltaIndex\n",
        {.roles = "I"}},
    {"Frequencies",
        "pandas._libs.tslibs.offsets BDay BMonthBegin BMonthEnd BQuarterBegin BQuarterEnd BYearBegin BYearEnd BusinessDay BusinessMonthBegin\n"
        "pandas._libs.tslibs.offsets BusinessMonthEnd Day Hour Micro Milli Minute MonthBegin MonthEnd Nano QuarterBegin QuarterEnd Second Week\n"
        "pandas._libs.tslibs.offsets YearBegin YearEnd\n",
        frequency},
};

}

RulePart pandas_rules() { return {"pandas", rules, families}; }
