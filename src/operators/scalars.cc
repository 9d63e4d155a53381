#include "operators/families.h"
#include "operators/promotion.h"

#include <algorithm>
#include <cmath>

// Numbers, text, lists and dicts of the program. What is known is computed here and now; an int that depends on sizes stays a
// polynomial; a float or bool that depends on data becomes nodes on tensors of rank 0 (float64, as Python's floats are).

namespace {

// ---- numbers ----------------------------------------------------------------------------------------------------------------

std::optional<double> known_float(Value const& value)
{
    if (auto const* number = value.as<double>())
        return *number;
    if (auto const* flag = value.as<bool>())
        return *flag ? 1.0 : 0.0;
    if (auto const* dim = value.as<Dim>(); dim != nullptr && dim->known())
        return static_cast<double>(*dim->known());
    return std::nullopt;
}

std::optional<Dim> whole(Value const& value)
{
    if (auto const* dim = value.as<Dim>())
        return *dim;
    if (auto const* flag = value.as<bool>())
        return Dim(*flag ? 1 : 0);
    return std::nullopt;
}

enum class Arithmetic : uint8_t { add,
    subtract,
    multiply };

template <Arithmetic kind>
Result<Value> arithmetic(Operation& op)
{
    Value const& a = op.argument("a");
    Value const& b = op.argument("b");
    if (auto const left = whole(a), right = whole(b); left && right)
        return Value{kind == Arithmetic::add ? *left + *right : kind == Arithmetic::subtract ? *left - *right
                                                                                             : *left * *right};
    if (auto const left = known_float(a), right = known_float(b); left && right)
        return Value{kind == Arithmetic::add ? *left + *right : kind == Arithmetic::subtract ? *left - *right
                                                                                             : *left * *right};
    char const* const name = kind == Arithmetic::add ? "Add" : kind == Arithmetic::subtract ? "Sub"
                                                                                            : "Mul";
    auto const left = TRY(op.scalar("a", DType::float64));
    auto const right = TRY(op.scalar("b", DType::float64));
    return Value{UnknownFloat{TRY(binary(op.graph, name, left, right))}};
}

Result<Value> divide(Operation& op)
{
    auto const left = known_float(op.argument("a"));
    auto const right = known_float(op.argument("b"));
    if (right == 0.0)
        return malformed("a division by zero");
    if (left && right)
        return Value{*left / *right};
    auto const a = TRY(op.scalar("a", DType::float64));
    auto const b = TRY(op.scalar("b", DType::float64));
    return Value{UnknownFloat{TRY(binary(op.graph, "Div", a, b))}};
}

template <IntegerOperation operation>
Result<Value> divided_integers(Operation& op)
{
    auto const left = whole(op.argument("a"));
    auto const right = whole(op.argument("b"));
    if (right && right->is(0))
        return malformed("a division by zero");
    if (left && right)
        return Value{op.graph.symbols().derived(operation, *left, *right)};
    auto const a = TRY(op.floating("a"));
    auto const b = TRY(op.floating("b"));
    double const quotient = std::floor(a / b);
    return Value{operation == IntegerOperation::floor_divide ? quotient : a - quotient * b};
}

template <IntegerOperation operation>
Result<Value> extreme(Operation& op)
{
    auto const left = whole(op.argument("a"));
    auto const right = whole(op.argument("b"));
    if (left && right)
        return Value{op.graph.symbols().derived(operation, *left, *right)};
    auto const a = TRY(op.floating("a"));
    auto const b = TRY(op.floating("b"));
    return Value{operation == IntegerOperation::maximum ? std::max(a, b) : std::min(a, b)};
}

template <IntegerOperation operation>
Result<Value> extreme_of_list(Operation& op)
{
    auto const items = TRY(op.integers("self"));
    if (items.empty())
        return malformed("the extreme of an empty list");
    Dim best = items[0];
    for (auto const& item : items)
        best = op.graph.symbols().derived(operation, best, item);
    return Value{best};
}

Result<Value> power(Operation& op)
{
    auto const a = TRY(op.floating("a"));
    auto const b = TRY(op.floating("b"));
    bool const integers = whole(op.argument("a")) && whole(op.argument("b"));
    double const value = std::pow(a, b);
    // pow.int in TorchScript gives float for a negative exponent only in Python; the operator itself gives an int.
    return integers && b >= 0 && std::abs(value) < 9.0e15 ? Value{Dim(static_cast<int64_t>(value))} : Value{value};
}

Result<Value> negate(Operation& op)
{
    if (auto const dim = whole(op.argument("a")))
        return Value{Dim(0) - *dim};
    if (auto const known = known_float(op.argument("a")))
        return Value{-*known};
    return Value{UnknownFloat{unary(op.graph, "Neg", TRY(op.scalar("a", DType::float64)))}};
}

Result<Value> absolute(Operation& op)
{
    if (auto const dim = whole(op.argument("a"))) {
        if (dim->known())
            return Value{Dim(std::abs(*dim->known()))};
        return Value{op.graph.symbols().derived(IntegerOperation::maximum, *dim, Dim(0) - *dim)};
    }
    return Value{std::abs(TRY(op.floating("a")))};
}

enum class Rounding : uint8_t { floor,
    ceiling,
    nearest,
    truncate };

template <Rounding kind>
Result<Value> rounded(Operation& op) // math.floor, math.ceil: to int
{
    if (auto const dim = whole(op.argument("a")))
        return Value{*dim};
    auto const known = known_float(op.argument("a"));
    if (known) {
        if (!std::isfinite(*known) || std::abs(*known) > 9.0e18)
            return malformed("a float that no int can hold is rounded");
        double const value = kind == Rounding::floor ? std::floor(*known) : kind == Rounding::ceiling ? std::ceil(*known)
            : kind == Rounding::truncate                                                              ? std::trunc(*known)
                                                                                                      : std::nearbyint(*known);
        return Value{Dim(static_cast<int64_t>(value))};
    }
    auto const x = TRY(op.scalar("a", DType::float64));
    GraphTensor const value = kind == Rounding::floor ? unary(op.graph, "Floor", x) : kind == Rounding::ceiling ? unary(op.graph, "Ceil", x)
        : kind == Rounding::truncate                                                                            ? x
                                                                                                                : unary(op.graph, "Round", x);
    return Value{op.graph.dim_of(TRY(cast(op.graph, value, DType::int64)))};
}

template <double (*function)(double)>
Result<Value> of_known_float(Operation& op)
{
    return Value{function(TRY(op.floating("a")))};
}

Result<Value> round_float(Operation& op) // round(float): to even, stays a float
{
    return Value{std::nearbyint(TRY(op.floating("a")))};
}

// ---- comparisons ----------------------------------------------------------------------------------------------------------

enum class Order : uint8_t { equal,
    not_equal,
    less,
    less_or_equal,
    greater,
    greater_or_equal };

bool holds(Order order, double left, double right)
{
    switch (order) {
    case Order::equal:
        return left == right;
    case Order::not_equal:
        return left != right;
    case Order::less:
        return left < right;
    case Order::less_or_equal:
        return left <= right;
    case Order::greater:
        return left > right;
    case Order::greater_or_equal:
        return left >= right;
    }
    CHECK(false, "every order is known");
}

// What the polynomial alone decides.
std::optional<bool> decided(SymbolTable const& symbols, Order order, Dim const& left, Dim const& right)
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
    if (at_least && (order == Order::less || order == Order::greater_or_equal))
        return order == Order::greater_or_equal;
    if (at_most && (order == Order::greater || order == Order::less_or_equal))
        return order == Order::less_or_equal;
    return std::nullopt;
}

char const* node_of(Order order)
{
    switch (order) {
    case Order::equal:
    case Order::not_equal:
        return "Equal";
    case Order::less:
        return "Less";
    case Order::less_or_equal:
        return "LessOrEqual";
    case Order::greater:
        return "Greater";
    case Order::greater_or_equal:
        return "GreaterOrEqual";
    }
    CHECK(false, "every order is known");
}

template <Order order>
Result<Value> compare_numbers(Operation& op)
{
    auto const left = whole(op.argument("a"));
    auto const right = whole(op.argument("b"));
    if (left && right)
        if (auto const answer = decided(op.graph.symbols(), order, *left, *right))
            return Value{*answer};
    if (auto const a = known_float(op.argument("a")), b = known_float(op.argument("b")); a && b)
        return Value{holds(order, *a, *b)};
    DType const dtype = left && right ? DType::int64 : DType::float64;
    auto answer = TRY(binary(op.graph, node_of(order), TRY(op.scalar("a", dtype)), TRY(op.scalar("b", dtype)), DType::boolean));
    if (order == Order::not_equal)
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

// Whether two known values are equal, as Python's == says for numbers, texts, None and lists of them; nothing where it is not known.
std::optional<bool> equal_values(SymbolTable const& symbols, Value const& left, Value const& right)
{
    if (auto const a = whole(left), b = whole(right); a && b)
        return decided(symbols, Order::equal, *a, *b);
    if (auto const a = known_float(left), b = known_float(right); a && b)
        return *a == *b;
    if (left.is<std::string>() && right.is<std::string>())
        return *left.as<std::string>() == *right.as<std::string>();
    if (left.is<NoneValue>() || right.is<NoneValue>())
        return left.held.index() == right.held.index();
    auto const* a = left.as<std::shared_ptr<ListValue>>();
    auto const* b = right.as<std::shared_ptr<ListValue>>();
    if (a == nullptr || b == nullptr)
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

template <bool equal>
Result<Value> compare_lists(Operation& op)
{
    auto const same = equal_values(op.graph.symbols(), op.argument("a"), op.argument("b"));
    if (!same)
        return unsupported("a comparison of lists whose items depend on sizes or data").code(depends_on_data_code);
    return Value{*same == equal};
}

Result<Value> is_none(Operation& op) // `is` of TorchScript compares with None
{
    return Value{op.argument("self").is<NoneValue>() == op.argument("obj").is<NoneValue>()};
}

Result<Value> is_not_none(Operation& op) { return Value{op.argument("self").is<NoneValue>() != op.argument("obj").is<NoneValue>()}; }

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

// ---- conversions ------------------------------------------------------------------------------------------------------------

Result<GraphTensor> only_element(Operation& op, GraphTensor const& tensor)
{
    for (auto const& dim : tensor.dims())
        TRY(require_equal(op.graph, dim, Dim(1), "where one element is read as a number"));
    return reshape(op.graph, tensor, {});
}

Result<Value> to_int(Operation& op)
{
    Value const& a = op.argument("a");
    if (auto const dim = whole(a))
        return Value{*dim};
    if (auto const known = known_float(a)) {
        if (!std::isfinite(*known) || std::abs(*known) > 9.0e18)
            return malformed("a float that no int can hold becomes an int");
        return Value{Dim(static_cast<int64_t>(*known))};
    }
    return Value{op.graph.dim_of(TRY(op.scalar("a", DType::int64)))};
}

Result<Value> to_float(Operation& op)
{
    if (auto const known = known_float(op.argument("a")))
        return Value{*known};
    return Value{UnknownFloat{TRY(op.scalar("a", DType::float64))}};
}

Result<Value> to_bool(Operation& op)
{
    Value const& a = op.argument("a");
    if (a.is<bool>() || a.is<UnknownBool>())
        return a;
    if (auto const dim = whole(a))
        if (auto const answer = decided(op.graph.symbols(), Order::not_equal, *dim, 0))
            return Value{*answer};
    if (auto const known = known_float(a))
        return Value{*known != 0};
    return Value{UnknownBool{TRY(op.scalar("a", DType::boolean))}};
}

Result<Value> tensor_to_int(Operation& op)
{
    auto const element = TRY(only_element(op, TRY(op.tensor("a"))));
    return Value{op.graph.dim_of(TRY(cast(op.graph, element, DType::int64)))};
}

Result<Value> tensor_to_float(Operation& op)
{
    auto const element = TRY(only_element(op, TRY(op.tensor("a"))));
    if (auto const known = element.known())
        return Value{known->number_at(0)};
    return Value{UnknownFloat{TRY(cast(op.graph, element, DType::float64))}};
}

Result<Value> tensor_to_bool(Operation& op)
{
    auto const element = TRY(only_element(op, TRY(op.tensor("a"))));
    if (auto const known = element.known())
        return Value{known->number_at(0) != 0};
    return Value{UnknownBool{TRY(cast(op.graph, element, DType::boolean))}};
}

Result<Value> item(Operation& op) // a Scalar of the tensor's own kind
{
    DType const dtype = TRY(op.tensor("a")).dtype();
    return dtype == DType::boolean ? tensor_to_bool(op) : is_integer(dtype) ? tensor_to_int(op)
                                                                            : tensor_to_float(op);
}

Result<Value> number_to_tensor(Operation& op)
{
    Value const& a = op.argument("a");
    DType const dtype = a.is<bool>() || a.is<UnknownBool>() ? DType::boolean : whole(a) ? DType::int64
                                                                                        : DType::float64;
    auto const reference = op.heap.tensor(TRY(op.scalar("a", dtype)));
    reference->wrapped_number = true;
    return Value{reference};
}

Result<Value> text_of_value(Operation& op)
{
    Value const& a = op.argument("a");
    if (a.is<std::string>())
        return a;
    if (auto const* dim = a.as<Dim>(); dim != nullptr && dim->known())
        return Value{std::to_string(*dim->known())};
    return Value{"<" + kind_of(a) + ">"}; // texts of other values only go into messages
}

Result<Value> nothing(Operation&) { return none(); }

// ---- lists, texts, dicts ----------------------------------------------------------------------------------------------------

Result<std::shared_ptr<ListValue>> list_argument(Operation& op, std::string_view name)
{
    if (auto const* list = op.argument(name).as<std::shared_ptr<ListValue>>())
        return *list;
    return unsupported("argument " + std::string(name) + " is a " + kind_of(op.argument(name)) + ", wanted a list");
}

// An index into `size` items, counted from 0.
Result<size_t> place_in(Operation& op, std::string_view name, size_t size)
{
    auto index = TRY(op.number(name));
    if (index < 0)
        index += static_cast<int64_t>(size);
    if (index < 0 || index >= static_cast<int64_t>(size))
        return malformed("index " + std::to_string(index) + " into " + std::to_string(size) + " items");
    return static_cast<size_t>(index);
}

Result<Value> length(Operation& op) { return Value{Dim(static_cast<int64_t>(TRY(list_argument(op, "a"))->items.size()))}; }
Result<Value> length_of_text(Operation& op) { return Value{Dim(static_cast<int64_t>(TRY(op.text("a")).size()))}; }

Result<Value> list_item(Operation& op)
{
    auto const list = TRY(list_argument(op, "a"));
    auto const place = TRY(place_in(op, "i", list->items.size()));
    return list->items[place];
}

Result<Value> set_list_item(Operation& op)
{
    auto const list = TRY(list_argument(op, "l"));
    auto const place = TRY(place_in(op, "idx", list->items.size()));
    op.heap.will_change(list);
    list->items[place] = op.argument("el");
    return op.argument("l");
}

Result<Value> append(Operation& op)
{
    auto const list = TRY(list_argument(op, "self"));
    op.heap.will_change(list);
    list->items.push_back(op.argument("el"));
    return op.argument("self");
}

Result<Value> extend(Operation& op)
{
    auto const list = TRY(list_argument(op, "self"));
    auto const other = TRY(list_argument(op, "other"))->items;
    op.heap.will_change(list);
    list->items.insert(list->items.end(), other.begin(), other.end());
    return none();
}

Result<Value> insert(Operation& op)
{
    auto const list = TRY(list_argument(op, "self"));
    auto const size = static_cast<int64_t>(list->items.size());
    auto const given = TRY(op.number("idx"));
    op.heap.will_change(list);
    list->items.insert(list->items.begin() + std::clamp<int64_t>(given < 0 ? given + size : given, 0, size), op.argument("el"));
    return none();
}

Result<Value> pop(Operation& op)
{
    auto const list = TRY(list_argument(op, "self"));
    auto const place = TRY(place_in(op, "idx", list->items.size()));
    op.heap.will_change(list);
    Value const item_popped = list->items[place];
    list->items.erase(list->items.begin() + static_cast<int64_t>(place));
    return item_popped;
}

Result<Value> delete_item(Operation& op)
{
    TRY(pop(op));
    return none();
}

Result<Value> clear(Operation& op)
{
    auto const list = TRY(list_argument(op, "self"));
    op.heap.will_change(list);
    list->items.clear();
    return none();
}

Result<Value> reverse(Operation& op)
{
    auto const list = TRY(list_argument(op, "self"));
    op.heap.will_change(list);
    std::reverse(list->items.begin(), list->items.end());
    return none();
}

Result<Value> copy_of_list(Operation& op) { return op.heap.list_of(TRY(list_argument(op, "l"))->items); }

Result<Value> joined_lists(Operation& op)
{
    auto items = TRY(list_argument(op, "a"))->items;
    auto const more = TRY(list_argument(op, "b"))->items;
    items.insert(items.end(), more.begin(), more.end());
    return op.heap.list_of(std::move(items));
}

Result<Value> repeated_list(Operation& op)
{
    auto const items = TRY(list_argument(op, "l"))->items;
    auto const times = TRY(op.number("n"));
    static constexpr int64_t most_items = 1'000'000;
    if (times > 0 && times > most_items / std::max<int64_t>(1, static_cast<int64_t>(items.size())))
        return exhausted("a list of more than " + std::to_string(most_items) + " items");
    std::vector<Value> result;
    for (int64_t i = 0; i < times; ++i)
        result.insert(result.end(), items.begin(), items.end());
    return op.heap.list_of(std::move(result));
}

Result<Value> sliced_list(Operation& op)
{
    auto const& items = TRY(list_argument(op, "l"))->items;
    auto const size = static_cast<int64_t>(items.size());
    auto const bound = [&](int64_t place) { return std::clamp<int64_t>(place < 0 ? place + size : place, 0, size); };
    int64_t const start = op.has("start") ? bound(TRY(op.number("start"))) : 0;
    int64_t const end = op.has("end") ? bound(TRY(op.number("end"))) : size;
    auto const step = TRY(op.number("step"));
    if (step <= 0)
        return unsupported("a slice of a list with step " + std::to_string(step));
    std::vector<Value> result;
    for (int64_t i = start; i < end; i += step)
        result.push_back(items[static_cast<size_t>(i)]);
    return op.heap.list_of(std::move(result));
}

Result<Value> contains(Operation& op)
{
    for (auto const& candidate : TRY(list_argument(op, "l"))->items) {
        auto const same = equal_values(op.graph.symbols(), candidate, op.argument("item"));
        if (!same)
            return unsupported("a search in a list whose items depend on sizes or data").code(depends_on_data_code);
        if (*same)
            return Value{true};
    }
    return Value{false};
}

Result<Value> range_length(Operation& op)
{
    auto const step = TRY(op.number("step"));
    if (step == 0)
        return malformed("a range with step 0");
    Dim const low = TRY(op.integer(step > 0 ? "lo" : "hi"));
    Dim const high = TRY(op.integer(step > 0 ? "hi" : "lo"));
    int64_t const stride = std::abs(step);
    Dim const count = op.graph.symbols().derived(IntegerOperation::floor_divide, high - low + Dim(stride - 1), stride);
    return Value{op.graph.symbols().derived(IntegerOperation::maximum, count, 0)};
}

Result<Value> derived_index(Operation& op) { return Value{TRY(op.integer("start")) + TRY(op.integer("index")) * TRY(op.integer("step"))}; }

Result<std::shared_ptr<DictValue>> dict_argument(Operation& op, std::string_view name)
{
    if (auto const* dict = op.argument(name).as<std::shared_ptr<DictValue>>())
        return *dict;
    return unsupported("argument " + std::string(name) + " is a " + kind_of(op.argument(name)) + ", wanted a dict");
}

Result<std::optional<size_t>> place_of_key(Operation& op, DictValue const& dict, Value const& key)
{
    for (size_t i = 0; i < dict.items.size(); ++i) {
        auto const same = equal_values(op.graph.symbols(), dict.items[i].first, key);
        if (!same)
            return unsupported("a dict whose keys depend on sizes or data").code(depends_on_data_code);
        if (*same)
            return std::optional(i);
    }
    return std::optional<size_t>();
}

Result<Value> dict_item(Operation& op)
{
    auto const dict = TRY(dict_argument(op, "self"));
    auto const place = TRY(place_of_key(op, *dict, op.argument("key")));
    if (!place)
        return malformed("a dict has no such key");
    return dict->items[*place].second;
}

Result<Value> set_dict_item(Operation& op)
{
    auto const dict = TRY(dict_argument(op, "l"));
    auto const place = TRY(place_of_key(op, *dict, op.argument("idx")));
    op.heap.will_change(dict);
    if (place)
        dict->items[*place].second = op.argument("v");
    else
        dict->items.emplace_back(op.argument("idx"), op.argument("v"));
    return none();
}

Result<Value> dict_contains(Operation& op)
{
    auto const dict = TRY(dict_argument(op, "dict"));
    return Value{TRY(place_of_key(op, *dict, op.argument("key"))).has_value()};
}

Result<Value> dict_keys(Operation& op)
{
    std::vector<Value> items;
    for (auto const& [key, value] : TRY(dict_argument(op, "self"))->items)
        items.push_back(key);
    return op.heap.list_of(std::move(items));
}

Result<Value> dict_values(Operation& op)
{
    std::vector<Value> items;
    for (auto const& [key, value] : TRY(dict_argument(op, "self"))->items)
        items.push_back(value);
    return op.heap.list_of(std::move(items));
}

Result<Value> dict_pairs(Operation& op)
{
    std::vector<Value> items;
    for (auto const& [key, value] : TRY(dict_argument(op, "self"))->items)
        items.push_back(tuple_of({key, value}));
    return op.heap.list_of(std::move(items));
}

Result<Value> dict_length(Operation& op) { return Value{Dim(static_cast<int64_t>(TRY(dict_argument(op, "self"))->items.size()))}; }

// ---- facts about tensors that are no tensors -------------------------------------------------------------------------------

Result<Value> device(Operation&) { return Value{DeviceValue{"cpu"}}; }
Result<Value> scalar_type(Operation& op)
{
    auto const number_of_type = scalar_type_of(TRY(op.tensor("a")).dtype());
    return number_of_type ? Result<Value>(Value{Dim(*number_of_type)}) : unsupported("the dtype of a quantised tensor");
}
Result<Value> rank(Operation& op) { return Value{Dim(TRY(op.tensor("self")).rank())}; }
Result<Value> sizes(Operation& op) { return op.heap.integers_of(TRY(op.tensor("self")).dims()); }
Result<Value> size(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const axis = TRY(op.axis("dim", self.rank()));
    if (self.rank() == 0)
        return malformed("the size of a tensor of rank 0 along an axis");
    return Value{self.dims()[static_cast<size_t>(axis)]};
}
Result<Value> count(Operation& op) { return Value{count_of(TRY(op.tensor("self")).dims())}; }
Result<Value> length_of_tensor(Operation& op)
{
    auto const self = TRY(op.tensor("t"));
    if (self.rank() == 0)
        return malformed("len() of a tensor of rank 0");
    return Value{self.dims()[0]};
}
Result<Value> is_floating_point(Operation& op) { return Value{is_floating(TRY(op.tensor("self")).dtype())}; }
Result<Value> is_complex_tensor(Operation& op) { return Value{is_complex(TRY(op.tensor("self")).dtype())}; }
Result<Value> no(Operation&) { return Value{false}; }
Result<Value> is_on_cpu(Operation&) { return Value{true}; }

constexpr OperatorRow rows[] = {
    {"aten::add.number(Scalar a, Scalar b) -> Scalar", arithmetic<Arithmetic::add>},
    {"aten::sub.number(Scalar a, Scalar b) -> Scalar", arithmetic<Arithmetic::subtract>},
    {"aten::mul.number(Scalar a, Scalar b) -> Scalar", arithmetic<Arithmetic::multiply>},
    {"aten::div.number(Scalar a, Scalar b) -> float", divide},
    {"aten::floordiv(Scalar a, Scalar b) -> Scalar", divided_integers<IntegerOperation::floor_divide>},
    {"aten::remainder.number(Scalar a, Scalar b) -> Scalar", divided_integers<IntegerOperation::remainder>},
    {"aten::pow.number(Scalar a, Scalar b) -> Scalar", power},
    {"aten::neg.number(Scalar a) -> Scalar", negate},
    {"aten::abs.number(Scalar a) -> Scalar", absolute},
    {"prim::abs(Scalar a) -> Scalar", absolute},
    {"prim::min.number(Scalar a, Scalar b) -> Scalar", extreme<IntegerOperation::minimum>},
    {"prim::max.number(Scalar a, Scalar b) -> Scalar", extreme<IntegerOperation::maximum>},
    {"prim::min.self_int(int[] self) -> int", extreme_of_list<IntegerOperation::minimum>},
    {"prim::max.self_int(int[] self) -> int", extreme_of_list<IntegerOperation::maximum>},
    {"aten::floor.number(Scalar a) -> int", rounded<Rounding::floor>},
    {"aten::ceil.number(Scalar a) -> int", rounded<Rounding::ceiling>},
    {"aten::round.number(Scalar a) -> float", round_float},
    {"aten::sqrt.number(Scalar a) -> float", of_known_float<std::sqrt>},
    {"aten::exp.number(Scalar a) -> float", of_known_float<std::exp>},
    {"aten::log.number(Scalar a) -> float", of_known_float<std::log>},
    {"aten::eq.number(Scalar a, Scalar b) -> bool", compare_numbers<Order::equal>},
    {"aten::ne.number(Scalar a, Scalar b) -> bool", compare_numbers<Order::not_equal>},
    {"aten::lt.number(Scalar a, Scalar b) -> bool", compare_numbers<Order::less>},
    {"aten::le.number(Scalar a, Scalar b) -> bool", compare_numbers<Order::less_or_equal>},
    {"aten::gt.number(Scalar a, Scalar b) -> bool", compare_numbers<Order::greater>},
    {"aten::ge.number(Scalar a, Scalar b) -> bool", compare_numbers<Order::greater_or_equal>},
    {"aten::eq.str(str a, str b) -> bool", compare_texts<true>},
    {"aten::ne.str(str a, str b) -> bool", compare_texts<false>},
    {"aten::eq.device(Device a, Device b) -> bool", compare_devices<true>},
    {"aten::ne.device(Device a, Device b) -> bool", compare_devices<false>},
    {"aten::eq.list(t[] a, t[] b) -> bool", compare_lists<true>},
    {"aten::ne.list(t[] a, t[] b) -> bool", compare_lists<false>},
    {"aten::__is__(t self, t obj) -> bool", is_none},
    {"aten::__isnot__(t self, t obj) -> bool", is_not_none},
    {"aten::__not__(bool self) -> bool", logical_not},
    {"aten::__and__.bool(bool a, bool b) -> bool", logical<true>},
    {"aten::__or__.bool(bool a, bool b) -> bool", logical<false>},
    {"aten::__xor__.bool(bool a, bool b) -> bool", compare_numbers<Order::not_equal>},
    {"aten::Int.Tensor(Tensor a) -> int", tensor_to_int},
    {"aten::Int.number(Scalar a) -> int", to_int},
    {"aten::IntImplicit(Tensor a) -> int", tensor_to_int},
    {"aten::Float.Tensor(Tensor a) -> float", tensor_to_float},
    {"aten::Float.number(Scalar a) -> float", to_float},
    {"aten::FloatImplicit(Tensor a) -> float", tensor_to_float},
    {"aten::Bool.Tensor(Tensor a) -> bool", tensor_to_bool},
    {"aten::Bool.number(Scalar a) -> bool", to_bool},
    {"aten::ScalarImplicit(Tensor a) -> Scalar", item},
    {"aten::item(Tensor a) -> Scalar", item},
    {"prim::NumToTensor(Scalar a) -> Tensor", number_to_tensor},
    {"aten::str(t a) -> str", text_of_value},
    {"aten::warn(t message, int stacklevel=2) -> ()", nothing},
    {"prim::Print(t message) -> ()", nothing},
    {"aten::len.t(t[] a) -> int", length},
    {"aten::len.str(str a) -> int", length_of_text},
    {"aten::len.Tensor(Tensor t) -> int", length_of_tensor},
    {"aten::len.Dict(Dict self) -> int", dict_length},
    {"aten::__getitem__.t(t[] a, int i) -> t", list_item},
    {"aten::__getitem__.Dict(Dict self, t key) -> t", dict_item},
    {"aten::_set_item.t(t[] l, int idx, t el) -> t", set_list_item},
    {"aten::_set_item.Dict(Dict l, t idx, t v) -> ()", set_dict_item},
    {"aten::append(t[] self, t el) -> t", append},
    {"aten::extend(t[] self, t[] other) -> ()", extend},
    {"aten::insert(t[] self, int idx, t el) -> ()", insert},
    {"aten::pop(t[] self, int idx=-1) -> t", pop},
    {"aten::Delete(t[] self, int idx) -> ()", delete_item},
    {"aten::clear(t[] self) -> ()", clear},
    {"aten::reverse(t[] self) -> ()", reverse},
    {"aten::copy.t(t[] l) -> t", copy_of_list},
    {"aten::list.t(t[] l) -> t", copy_of_list},
    {"aten::add.t(t[] a, t[] b) -> t", joined_lists},
    {"aten::mul.left_t(t[] l, int n) -> t", repeated_list},
    {"aten::slice.t(t[] l, int? start=None, int? end=None, int step=1) -> t", sliced_list},
    {"aten::__contains__.list(t[] l, t item) -> bool", contains},
    {"aten::__contains__.Dict(Dict dict, t key) -> bool", dict_contains},
    {"aten::keys(Dict self) -> t", dict_keys},
    {"aten::values(Dict self) -> t", dict_values},
    {"aten::items(Dict self) -> t", dict_pairs},
    {"aten::__range_length(int lo, int hi, int step) -> int", range_length},
    {"aten::__derive_index(int index, int start, int step) -> int", derived_index},
    {"prim::device(Tensor a) -> Device", device},
    {"aten::device(t a, int? index=None) -> Device", device},
    {"prim::dtype(Tensor a) -> int", scalar_type},
    {"aten::dim(Tensor self) -> int", rank},
    {"aten::size(Tensor self) -> int[]", sizes},
    {"aten::size.int(Tensor self, int dim) -> int", size},
    {"aten::numel(Tensor self) -> int", count},
    {"aten::is_floating_point(Tensor self) -> bool", is_floating_point},
    {"aten::is_complex(Tensor self) -> bool", is_complex_tensor},
    {"aten::is_grad_enabled() -> bool", no},
    {"aten::is_autocast_enabled() -> bool", no},
    {"prim::is_cuda(Tensor a) -> bool", no},
    {"prim::is_cpu(Tensor a) -> bool", is_on_cpu},
    {"prim::is_nested(Tensor a) -> bool", no},
    {"prim::is_quantized(Tensor a) -> bool", no},
    {"prim::is_sparse(Tensor a) -> bool", no},
    {"prim::is_mkldnn(Tensor a) -> bool", no},
    {"prim::requires_grad(Tensor a) -> bool", no},
};

}

std::span<OperatorRow const> scalar_operators() { return rows; }
