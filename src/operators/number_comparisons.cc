#include "operators/families.h"
#include "operators/numbers.h"

// Comparisons of numbers, texts, lists and what else the program holds.

namespace {

bool holds(NumberOrder order, double left, double right)
{
    switch (order) {
    case NumberOrder::equal:
        return left == right;
    case NumberOrder::not_equal:
        return left != right;
    case NumberOrder::less:
        return left < right;
    case NumberOrder::less_or_equal:
        return left <= right;
    case NumberOrder::greater:
        return left > right;
    case NumberOrder::greater_or_equal:
        return left >= right;
    }
    CHECK(false, "every order is known");
}

}

std::optional<double> known_float_of(Value const& value)
{
    if (auto const* number = value.as<double>())
        return *number;
    if (auto const* flag = value.as<bool>())
        return *flag ? 1.0 : 0.0;
    if (auto const* dim = value.as<Dim>(); dim != nullptr && dim->known())
        return static_cast<double>(*dim->known());
    return std::nullopt;
}

std::optional<Dim> whole_number_of(Value const& value)
{
    if (auto const* dim = value.as<Dim>())
        return *dim;
    if (auto const* flag = value.as<bool>())
        return Dim(*flag ? 1 : 0);
    return std::nullopt;
}

std::optional<bool> decided_order(SymbolTable const& symbols, NumberOrder order, Dim const& left, Dim const& right)
{
    Dim const difference = left - right;
    if (difference.known())
        return holds(order, static_cast<double>(*difference.known()), 0);
    bool const positive = symbols.surely_not_negative(difference - Dim(1));
    bool const negative = symbols.surely_not_negative(right - left - Dim(1));
    if (positive || negative)
        return holds(order, positive ? 1 : -1, 0);
    bool const at_least = symbols.surely_not_negative(difference);
    bool const at_most = symbols.surely_not_negative(right - left);
    if (at_least && (order == NumberOrder::less || order == NumberOrder::greater_or_equal))
        return order == NumberOrder::greater_or_equal;
    if (at_most && (order == NumberOrder::greater || order == NumberOrder::less_or_equal))
        return order == NumberOrder::less_or_equal;
    return std::nullopt;
}

std::optional<bool> equal_values(SymbolTable const& symbols, Value const& left, Value const& right)
{
    if (auto const a = whole_number_of(left), b = whole_number_of(right); a && b)
        return decided_order(symbols, NumberOrder::equal, *a, *b);
    if (auto const a = known_float_of(left), b = known_float_of(right); a && b)
        return *a == *b;
    if (left.is<std::string>() && right.is<std::string>())
        return *left.as<std::string>() == *right.as<std::string>();
    if (left.is<NoneValue>() || right.is<NoneValue>())
        return left.held.index() == right.held.index();
    auto const* a = left.as<std::shared_ptr<ListValue>>();
    auto const* b = right.as<std::shared_ptr<ListValue>>();
    if (a == nullptr || b == nullptr || (*a)->open || (*b)->open || (*a)->uncertain || (*b)->uncertain)
        return std::nullopt;
    if ((*a)->items.size() != (*b)->items.size())
        return false;
    for (size_t i = 0; i < (*a)->items.size(); ++i) {
        auto const same = equal_values(symbols, (*a)->items[i], (*b)->items[i]);
        if (!same || !*same)
            return same;
    }
    return true;
}

namespace {

char const* node_of(NumberOrder order)
{
    switch (order) {
    case NumberOrder::equal:
    case NumberOrder::not_equal:
        return "Equal";
    case NumberOrder::less:
        return "Less";
    case NumberOrder::less_or_equal:
        return "LessOrEqual";
    case NumberOrder::greater:
        return "Greater";
    case NumberOrder::greater_or_equal:
        return "GreaterOrEqual";
    }
    CHECK(false, "every order is known");
}

template <NumberOrder order>
Result<Value> compare_numbers(Operation& op)
{
    auto const left = whole_number_of(op.argument("a"));
    auto const right = whole_number_of(op.argument("b"));
    if (left && right)
        if (auto const answer = decided_order(op.graph.symbols(), order, *left, *right))
            return Value{*answer};
    if (auto const a = known_float_of(op.argument("a")), b = known_float_of(op.argument("b")); a && b)
        return Value{holds(order, *a, *b)};
    DType const dtype = left && right ? DType::int64 : DType::float64;
    auto answer = TRY(binary(op.graph, node_of(order), TRY(op.scalar("a", dtype)), TRY(op.scalar("b", dtype)), DType::boolean));
    if (order == NumberOrder::not_equal)
        answer = unary(op.graph, "Not", answer);
    return Value{UnknownBool{std::move(answer)}};
}

template <bool equal>
Result<Value> compare_texts(Operation& op)
{
    return Value{(TRY(op.text("a")) == TRY(op.text("b"))) == equal};
}

template <bool equal>
Result<Value> compare_devices(Operation&)
{
    return Value{equal}; // devices do not exist in ONNX: all tensors are on one
}

template <bool equal>
Result<Value> compare_lists(Operation& op)
{
    auto const same = equal_values(op.graph.symbols(), op.argument("a"), op.argument("b"));
    if (!same)
        return unsupported("a comparison of lists whose items depend on sizes or data").code(depends_on_data_code);
    return Value{*same == equal};
}

// Of a list of bools or numbers: what is known decides where it can, else the model does.
template <bool all>
Result<Value> any_or_all(Operation& op)
{
    auto const* list = op.argument("self").as<std::shared_ptr<ListValue>>();
    auto const* tuple = op.argument("self").as<std::shared_ptr<TupleValue>>();
    auto const& items = list != nullptr ? (*list)->items : (*tuple)->items;
    std::optional<GraphTensor> open;
    for (auto const& item : items) {
        auto const* flag = item.as<bool>();
        auto const* dim = item.as<Dim>();
        auto const* number_value = item.as<double>();
        std::optional<bool> known;
        if (flag != nullptr)
            known = *flag;
        else if (dim != nullptr && dim->known())
            known = !dim->is(0);
        else if (number_value != nullptr)
            known = *number_value != 0;
        if (known && *known != all)
            return Value{!all};
        if (known)
            continue;
        auto const* unknown = item.as<UnknownBool>();
        if (unknown == nullptr)
            return unsupported(std::string(all ? "all()" : "any()") + " of a list with a " + kind_of(item) + " that depends on data").code(depends_on_data_code);
        open = open ? TRY(binary(op.graph, all ? "And" : "Or", *open, unknown->tensor)) : unknown->tensor;
    }
    return open ? Value{UnknownBool{*open}} : Value{all};
}

// Whether two values are one object of the program: tensors, lists, dicts and objects by what they refer to.
Result<bool> is_one_thing(Value const& left, Value const& right)
{
    if (left.is<NoneValue>() || right.is<NoneValue>())
        return left.is<NoneValue>() == right.is<NoneValue>();
    if (left.held.index() != right.held.index())
        return false;
    if (auto const* tensor = left.as<TensorReference>()) {
        auto const& other = *right.as<TensorReference>();
        return *tensor == other || ((*tensor)->cell == other->cell && (*tensor)->steps == other->steps);
    }
    if (auto const* list = left.as<std::shared_ptr<ListValue>>())
        return *list == *right.as<std::shared_ptr<ListValue>>();
    if (auto const* dict = left.as<std::shared_ptr<DictValue>>())
        return *dict == *right.as<std::shared_ptr<DictValue>>();
    if (auto const* object = left.as<std::shared_ptr<ObjectValue>>())
        return *object == *right.as<std::shared_ptr<ObjectValue>>();
    if (auto const* flag = left.as<bool>())
        return *flag == *right.as<bool>();
    if (auto const* dim = left.as<Dim>(); dim != nullptr && dim->known() && right.as<Dim>()->known())
        return *dim == *right.as<Dim>();
    return unsupported("whether a " + kind_of(left) + " and a " + kind_of(right) + " are one object");
}

// `is` of TorchScript compares with None.
template <bool equal>
Result<Value> is_none(Operation& op)
{
    for (std::string_view const names : {"self", "obj"}) {
        auto const* optional = op.argument(names).as<OptionalValue>();
        bool const other_is_none = op.argument(names == "self" ? "obj" : "self").is<NoneValue>();
        if (optional != nullptr && other_is_none)
            return Value{UnknownBool{equal ? unary(op.graph, "Not", optional->present) : optional->present}};
        if (optional != nullptr)
            return unsupported("what may be None is compared with a value");
    }
    return Value{TRY(is_one_thing(op.argument("self"), op.argument("obj"))) == equal};
}

Result<Value> logical_not(Operation& op)
{
    if (auto const* unknown = op.argument("self").as<UnknownBool>())
        return Value{UnknownBool{unary(op.graph, "Not", unknown->tensor)}};
    return Value{!TRY(op.boolean("self"))};
}

template <bool both>
Result<Value> logical(Operation& op)
{
    auto const* a = op.argument("a").as<bool>();
    auto const* b = op.argument("b").as<bool>();
    if (a != nullptr && b != nullptr)
        return Value{both ? *a && *b : *a || *b};
    if (a != nullptr && *a != both)
        return Value{*a};
    if (b != nullptr && *b != both)
        return Value{*b};
    return Value{UnknownBool{TRY(binary(op.graph, both ? "And" : "Or", TRY(op.scalar("a", DType::boolean)), TRY(op.scalar("b", DType::boolean))))}};
}

constexpr OperatorRow rows[] = {
    {"aten::eq.number(Scalar a, Scalar b) -> bool", compare_numbers<NumberOrder::equal>},
    {"aten::ne.number(Scalar a, Scalar b) -> bool", compare_numbers<NumberOrder::not_equal>},
    {"aten::lt.number(Scalar a, Scalar b) -> bool", compare_numbers<NumberOrder::less>},
    {"aten::le.number(Scalar a, Scalar b) -> bool", compare_numbers<NumberOrder::less_or_equal>},
    {"aten::gt.number(Scalar a, Scalar b) -> bool", compare_numbers<NumberOrder::greater>},
    {"aten::ge.number(Scalar a, Scalar b) -> bool", compare_numbers<NumberOrder::greater_or_equal>},
    {"aten::eq.str(str a, str b) -> bool", compare_texts<true>},
    {"aten::ne.str(str a, str b) -> bool", compare_texts<false>},
    {"aten::eq.device(Device a, Device b) -> bool", compare_devices<true>},
    {"aten::ne.device(Device a, Device b) -> bool", compare_devices<false>},
    {"aten::eq.list(t[] a, t[] b) -> bool", compare_lists<true>},
    {"aten::ne.list(t[] a, t[] b) -> bool", compare_lists<false>},
    {"aten::any.bool(bool[] self) -> bool", any_or_all<false>},
    {"aten::any.int(int[] self) -> bool", any_or_all<false>},
    {"aten::any.float(float[] self) -> bool", any_or_all<false>},
    {"aten::all.bool(bool[] self) -> bool", any_or_all<true>},
    {"aten::all.int(int[] self) -> bool", any_or_all<true>},
    {"aten::all.float(float[] self) -> bool", any_or_all<true>},
    {"aten::__is__(t self, t obj) -> bool", is_none<true>},
    {"aten::__isnot__(t self, t obj) -> bool", is_none<false>},
    {"aten::__not__(bool self) -> bool", logical_not},
    {"aten::__and__.bool(bool a, bool b) -> bool", logical<true>},
    {"aten::__or__.bool(bool a, bool b) -> bool", logical<false>},
    {"aten::__xor__.bool(bool a, bool b) -> bool", compare_numbers<NumberOrder::not_equal>},
};

}

std::span<OperatorRow const> comparison_operators() { return rows; }
