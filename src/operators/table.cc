#include "operators/table.h"

#include "operators/families.h"
#include "operators/quantised.h"

#include <algorithm>

namespace {

bool is_in_place(std::string_view target) { return target.ends_with('_') && !target.ends_with("__"); }

bool holds_poison(Value const& value)
{
    if (value.is<PoisonValue>())
        return true;
    if (auto const* optional = value.as<OptionalValue>())
        return optional->inner->is<PoisonValue>();
    auto const any = [](std::vector<Value> const& items) { return std::any_of(items.begin(), items.end(), [](Value const& item) { return item.is<PoisonValue>(); }); };
    if (auto const* list = value.as<std::shared_ptr<ListValue>>())
        return any((*list)->items);
    if (auto const* tuple = value.as<std::shared_ptr<TupleValue>>())
        return any((*tuple)->items);
    return false;
}

// The first tensor of unknown shape among the arguments; null where there is none.
UnshapedTensor const* unshaped_in(OperatorCall const& call)
{
    UnshapedTensor const* found = nullptr;
    auto const look = [&](Value const& value) {
        if (auto const* tensor = value.as<UnshapedTensor>(); tensor != nullptr && found == nullptr)
            found = tensor;
    };
    auto const look_within = [&](Value const& value) {
        look(value);
        if (auto const* list = value.as<std::shared_ptr<ListValue>>())
            std::for_each((*list)->items.begin(), (*list)->items.end(), look);
        if (auto const* tuple = value.as<std::shared_ptr<TupleValue>>())
            std::for_each((*tuple)->items.begin(), (*tuple)->items.end(), look);
    };
    std::for_each(call.positional.begin(), call.positional.end(), look_within);
    std::for_each(call.named.begin(), call.named.end(), [&](auto const& named) { look_within(named.second); });
    return found;
}

bool is_complex_tensor(Value const& value)
{
    auto const* tensor = value.as<TensorReference>();
    return tensor != nullptr && is_complex((*tensor)->seen.dtype());
}

bool holds_complex(Value const& value)
{
    auto const any = [](std::vector<Value> const& items) { return std::any_of(items.begin(), items.end(), is_complex_tensor); };
    if (auto const* list = value.as<std::shared_ptr<ListValue>>())
        return any((*list)->items);
    if (auto const* tuple = value.as<std::shared_ptr<TupleValue>>())
        return any((*tuple)->items);
    return is_complex_tensor(value);
}

// Operators whose rules take complex numbers like others: Fourier transforms, and what looks at no element.
bool takes_complex_as_well(std::string_view name)
{
    if (name.starts_with("aten::fft_") || name.starts_with("aten::_fft_"))
        return true;
    static std::set<std::string_view> const names{"aten::size", "aten::sym_size", "aten::dim", "aten::numel", "aten::len", "aten::is_complex", "aten::is_floating_point", "prim::dtype", "prim::device", "aten::device", "prim::is_cuda", "prim::is_nested", "prim::is_quantized", "prim::requires_grad",
        "aten::view", "aten::_unsafe_view", "aten::reshape", "aten::flatten", "aten::unflatten", "aten::permute", "aten::transpose", "aten::t", "aten::numpy_T", "aten::movedim", "aten::swapaxes", "aten::swapdims", "aten::unsqueeze", "aten::squeeze", "aten::expand", "aten::expand_as",
        "aten::select", "aten::slice", "aten::narrow", "aten::chunk", "aten::split", "aten::split_with_sizes", "aten::unbind", "aten::cat", "aten::concat", "aten::stack", "aten::clone", "aten::contiguous", "aten::detach", "aten::alias", "aten::list", "aten::__getitem__", "aten::append", "aten::istft"};
    return names.contains(name);
}

std::shared_ptr<QuantisedGrid const> grid_of_value(Value const& value)
{
    if (auto const* tensor = value.as<TensorReference>())
        return (*tensor)->grid;
    auto const first = [](std::vector<Value> const& items) { return items.empty() || !items[0].is<TensorReference>() ? nullptr : (*items[0].as<TensorReference>())->grid; };
    if (auto const* list = value.as<std::shared_ptr<ListValue>>())
        return first((*list)->items);
    if (auto const* tuple = value.as<std::shared_ptr<TupleValue>>())
        return first((*tuple)->items);
    return nullptr;
}

// The grid of the first quantised tensor of a call; null where there is none.
std::shared_ptr<QuantisedGrid const> grid_in(OperatorCall const& call)
{
    for (auto const& value : call.positional)
        if (auto grid = grid_of_value(value))
            return grid;
    for (auto const& [name, value] : call.named)
        if (auto grid = grid_of_value(value))
            return grid;
    return nullptr;
}

Value without_grid(Value const& value, Heap& heap)
{
    if (auto const* tensor = value.as<TensorReference>())
        return (*tensor)->grid == nullptr ? value : Value{seen_on_grid(*tensor, nullptr)};
    auto const* list = value.as<std::shared_ptr<ListValue>>();
    if (list == nullptr || grid_of_value(value) == nullptr)
        return value;
    std::vector<Value> items;
    for (auto const& item : (*list)->items)
        items.push_back(without_grid(item, heap));
    return heap.list_of(std::move(items));
}

OperatorCall without_grids(OperatorCall const& call, Heap& heap)
{
    OperatorCall result{call.target, {}, {}};
    for (auto const& value : call.positional)
        result.positional.push_back(without_grid(value, heap));
    for (auto const& [name, value] : call.named)
        result.named.emplace_back(name, without_grid(value, heap));
    return result;
}

std::string kinds_text(OperatorCall const& call)
{
    std::string text;
    for (auto const& value : call.positional)
        text += (text.empty() ? "" : ", ") + kind_of(value);
    for (auto const& [name, value] : call.named)
        text += (text.empty() ? "" : ", ") + name + "=" + kind_of(value);
    return text;
}

size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<size_t> row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            size_t const above = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
            diagonal = above;
        }
    }
    return row[b.size()];
}

// The in-place form: the plain form's result, in self's dtype and sizes, becomes what self holds.
Result<Value> written_into_self(Value const& self, Value const& plain, GraphBuilder& graph, Heap& heap)
{
    auto const* target = self.as<TensorReference>();
    auto const* source = plain.as<TensorReference>();
    if (target == nullptr || source == nullptr)
        return unsupported("an in-place operator on a " + kind_of(self));
    auto const before = TRY(heap.read(*target));
    auto const after = TRY(heap.read(*source));
    auto const same_type = TRY(cast(graph, after, before.dtype()));
    Dims const both = TRY(broadcast(graph, before.dims(), same_type.dims()));
    if (both.size() != before.dims().size())
        return malformed("an in-place operator may not change the rank from " + std::to_string(before.rank()) + " to " + std::to_string(both.size()));
    for (size_t i = 0; i < both.size(); ++i)
        TRY(require_equal(graph, before.dims()[i], both[i], "to be written in place"));
    TRY(heap.write(*target, expand(graph, same_type, before.dims())));
    return self;
}

// Other names of operators (PyTorch torch/csrc/jit/passes/normalize_ops.cpp, and native functions that only call another).
struct Alias {
    std::string_view name;
    std::string_view stands_for;
};
constexpr Alias aliases[] = {
    {"aten::absolute", "aten::abs"},
    {"aten::adjoint", "aten::mH"},
    {"aten::arccos", "aten::acos"},
    {"aten::arccosh", "aten::acosh"},
    {"aten::arcsin", "aten::asin"},
    {"aten::arcsinh", "aten::asinh"},
    {"aten::arctan", "aten::atan"},
    {"aten::arctan2", "aten::atan2"},
    {"aten::arctanh", "aten::atanh"},
    {"aten::concat", "aten::cat"},
    {"aten::concatenate", "aten::cat"},
    {"aten::conj", "aten::resolve_conj"},
    {"aten::divide", "aten::div"},
    {"aten::fix", "aten::trunc"},
    {"aten::greater", "aten::gt"},
    {"aten::greater_equal", "aten::ge"},
    {"aten::less", "aten::lt"},
    {"aten::less_equal", "aten::le"},
    {"aten::moveaxis", "aten::movedim"},
    {"aten::multiply", "aten::mul"},
    {"aten::negative", "aten::neg"},
    {"aten::not_equal", "aten::ne"},
    {"aten::row_stack", "aten::vstack"},
    {"aten::sgn", "aten::sign"},
    {"aten::special_digamma", "aten::digamma"},
    {"aten::special_erf", "aten::erf"},
    {"aten::special_erfc", "aten::erfc"},
    {"aten::special_erfinv", "aten::erfinv"},
    {"aten::special_exp2", "aten::exp2"},
    {"aten::special_expit", "aten::sigmoid"},
    {"aten::special_expm1", "aten::expm1"},
    {"aten::special_gammaln", "aten::lgamma"},
    {"aten::special_i0", "aten::i0"},
    {"aten::special_log1p", "aten::log1p"},
    {"aten::special_logit", "aten::logit"},
    {"aten::special_log_softmax", "aten::log_softmax"},
    {"aten::special_logsumexp", "aten::logsumexp"},
    {"aten::special_psi", "aten::digamma"},
    {"aten::special_round", "aten::round"},
    {"aten::special_sinc", "aten::sinc"},
    {"aten::special_softmax", "aten::softmax"},
    {"aten::special_xlogy", "aten::xlogy"},
    {"aten::subtract", "aten::sub"},
};

// In-place operators that give the tensor another view of its storage, and leave the storage as it is.
bool changes_the_view(std::string_view target)
{
    static constexpr std::string_view names[] = {"aten::squeeze_", "aten::unsqueeze_", "aten::t_", "aten::transpose_", "aten::swapaxes_", "aten::swapdims_", "aten::as_strided_", "aten::detach_"};
    return std::find(std::begin(names), std::end(names), target) != std::end(names);
}

Result<Value> turned_into(Value const& self, Value const& view, Heap& heap)
{
    auto const* target = self.as<TensorReference>();
    auto const* source = view.as<TensorReference>();
    if (target == nullptr || source == nullptr)
        return unsupported("an in-place operator on a " + kind_of(self));
    TRY(heap.turn_into(*target, *source));
    return self;
}

// The name of the operator whose views a copying form copies, as view_copy does; empty for all other names.
std::string_view viewed_by(std::string_view target)
{
    static constexpr std::string_view ending = "_copy";
    return target.starts_with("aten::") && target.ends_with(ending) ? target.substr(0, target.size() - ending.size()) : std::string_view();
}

// The same values in memory of their own.
Result<Value> copied(Value const& value, Heap& heap)
{
    if (auto const* tensor = value.as<TensorReference>())
        return Value{heap.tensor(TRY(heap.read(*tensor)))};
    auto const* list = value.as<std::shared_ptr<ListValue>>();
    if (list == nullptr)
        return value;
    std::vector<Value> items;
    for (auto const& item : (*list)->items)
        items.push_back(TRY(copied(item, heap)));
    return heap.list_of(std::move(items));
}

// The first argument of an in-place form is `self`, whatever the plain form calls it.
OperatorCall with_self_by_place(OperatorCall const& call)
{
    if (!call.positional.empty() || call.named.empty() || call.named.front().first != "self")
        return call;
    return {call.target, {call.named.front().second}, {call.named.begin() + 1, call.named.end()}};
}

// A call with out= is the call without it, whose result is written there.
struct CallWithOutputs {
    OperatorCall call;
    std::vector<Value> outputs;
};

CallWithOutputs without_outputs(OperatorCall const& call)
{
    static constexpr std::string_view names[] = {"out", "out0", "out1", "out2", "values", "indices", "max", "max_values", "max_indices", "min", "min_indices"};
    CallWithOutputs split{{call.target, call.positional, {}}, {}};
    for (auto const& [name, value] : call.named)
        if (std::find(std::begin(names), std::end(names), name) != std::end(names) && value.is<TensorReference>())
            split.outputs.push_back(value);
        else
            split.call.named.emplace_back(name, value);
    return split;
}

// Takes the sizes of the result, as PyTorch resizes what it is given (aten/src/ATen/native/Resize.cpp).
Result<void> write_output(Value const& output, Value const& result, GraphBuilder& graph, Heap& heap)
{
    auto const* target = output.as<TensorReference>();
    auto const* source = result.as<TensorReference>();
    if (target == nullptr || source == nullptr)
        return unsupported("a " + kind_of(result) + " is written to out=");
    GraphTensor const& before = (*target)->seen; // what it holds is not read
    auto const after = TRY(cast(graph, TRY(heap.read(*source)), before.dtype()));
    if (before.dims() == after.dims())
        return heap.write(*target, after);
    if (!(*target)->steps.empty())
        return unsupported("out= is a part of another tensor and of another size than the result");
    return heap.write(*target, after); // a tensor of its own
}

Result<Value> written_out(std::vector<Value> const& outputs, Value const& result, GraphBuilder& graph, Heap& heap)
{
    if (outputs.size() == 1) {
        TRY(write_output(outputs[0], result, graph, heap));
        return outputs[0];
    }
    auto const* tuple = result.as<std::shared_ptr<TupleValue>>();
    if (tuple == nullptr || (*tuple)->items.size() != outputs.size())
        return unsupported("out= names " + std::to_string(outputs.size()) + " tensors, and the operator gives a " + kind_of(result));
    for (size_t i = 0; i < outputs.size(); ++i)
        TRY(write_output(outputs[i], (*tuple)->items[i], graph, heap));
    return tuple_of(outputs);
}

}

OperatorTable::OperatorTable()
{
    // One a line: families come and go.
    std::span<OperatorRow const> const families[] = {
        number_operators(),
        comparison_operators(),
        container_operators(),
        dict_operators(),
        text_operators(),
        fact_operators(),
        arithmetic_operators(),
        logic_operators(),
        activation_operators(),
        shape_operators(),
        creation_operators(),
        matrix_operators(),
        convolution_operators(),
        pooling_operators(),
        normalisation_operators(),
        reduction_operators(),
        packed_sequence_operators(),
        recurrent_operators(),
        class_loss_operators(),
        loss_operators(),
        gate_operators(),
        einsum_operators(),
        norm_operators(),
        attention_operators(),
        fused_attention_operators(),
        linear_algebra_operators(),
        distance_operators(),
        embedding_operators(),
        fake_quantisation_operators(),
        dialect_operators(),
        resize_operators(),
        sampling_operators(),
        padding_operators(),
        indexing_operators(),
        scattering_operators(),
        choosing_operators(),
        sorting_operators(),
        counting_operators(),
        triangle_operators(),
        movement_operators(),
        shuffling_operators(),
        running_operators(),
        random_operators(),
        special_operators(),
        function_operators(),
        statistics_operators(),
        range_operators(),
        adaptive_pooling_operators(),
        fourier_operators(),
        short_time_fourier_operators(),
        window_operators(),
        open_list_operators(),
        quantised_operators(),
        packed_weight_operators(),
        splitting_operators(),
        stacking_operators(),
        composed_operators(),
        memory_operators(),
        vision_operators(),
    };
    for (auto const family : families)
        for (auto const& row : family)
            add(entries_, row);
    for (auto const& row : complex_operators())
        add(complex_entries_, row);
}

void OperatorTable::add(Entries& entries, OperatorRow const& row)
{
    auto schema = Schema::parse(row.schema);
    CHECK(schema.has_value(), "every schema of the table can be read");
    std::string const name = schema->name;
    entries[name].push_back({*std::move(schema), row.rule, row.schema});
}

std::vector<OperatorTable::Entry> const* OperatorTable::find(std::string_view target) const
{
    auto place = entries_.find(target);
    if (place == entries_.end())
        if (auto const* alias = std::find_if(std::begin(aliases), std::end(aliases), [&](Alias const& one) { return one.name == target; }); alias != std::end(aliases))
            place = entries_.find(alias->stands_for);
    return place == entries_.end() ? nullptr : &place->second;
}

// The rules of an operator for what the call is on: complex numbers have their own.
std::vector<OperatorTable::Entry> const* OperatorTable::find_for(std::string_view name, OperatorCall const& call) const
{
    bool const on_complex = std::any_of(call.positional.begin(), call.positional.end(), holds_complex) || std::any_of(call.named.begin(), call.named.end(), [](auto const& named) { return holds_complex(named.second); });
    auto const place = complex_entries_.find(name);
    if (on_complex && place != complex_entries_.end())
        return &place->second;
    return on_complex && !takes_complex_as_well(name) ? nullptr : find(name);
}

bool OperatorTable::has_name(std::string_view name) const { return find(name) != nullptr || complex_entries_.contains(name); }

bool OperatorTable::knows(std::string_view target) const
{
    return has_name(target) || has_name(viewed_by(target)) || (is_in_place(target) && has_name(target.substr(0, target.size() - 1)));
}

Result<std::optional<Value>> OperatorTable::call_one_of(std::vector<Entry> const& entries, OperatorCall const& call, GraphBuilder& graph, Heap& heap, int64_t operator_version, OperatorNotes& notes) const
{
    for (auto const& entry : entries) {
        auto bound = entry.schema.bind(call.positional, call.named);
        if (!bound)
            continue;
        OperatorCaller const others = [&](std::string_view target, std::vector<Value> arguments) { return this->call({target, std::move(arguments), {}}, graph, heap, operator_version, notes); };
        Operation operation(entry.schema, *std::move(bound), graph, heap, operator_version, notes.warnings, &others);
        notes.schemas.insert(entry.text);
        return std::optional(TRY(entry.rule(operation)));
    }
    return std::optional<Value>();
}

Result<Value> OperatorTable::call(OperatorCall const& call, GraphBuilder& graph, Heap& heap, int64_t operator_version, OperatorNotes& notes) const
{
    if (auto const grid = grid_in(call); grid != nullptr) {
        auto const effect = effect_on_quantised(is_in_place(call.target) ? call.target.substr(0, call.target.size() - 1) : call.target);
        bool const by_elements = effect == QuantisedEffect::none || (grid->axis && effect != QuantisedEffect::any);
        if (by_elements)
            return unsupported("the operator " + std::string(call.target) + " on quantised tensors").code(unknown_operator_code);
        if (effect != QuantisedEffect::any)
            return quantised_result(effect, grid, TRY(this->call(without_grids(call, heap), graph, heap, operator_version, notes)), graph, heap);
    }
    bool const poisoned = std::any_of(call.positional.begin(), call.positional.end(), holds_poison) || std::any_of(call.named.begin(), call.named.end(), [](auto const& named) { return holds_poison(named.second); });
    auto const plain_name = is_in_place(call.target) ? call.target.substr(0, call.target.size() - 1) : std::string_view();
    if (!knows(call.target))
        return unsupported("the operator " + std::string(call.target)).code(unknown_operator_code);
    notes.poisoned = poisoned;
    if (poisoned)
        return Value{PoisonValue{}};
    if (auto const plain = viewed_by(call.target); !has_name(call.target) && has_name(plain))
        return copied(TRY(this->call({plain, call.positional, call.named}, graph, heap, operator_version, notes)), heap);
    if (auto const* unshaped = unshaped_in(call))
        return unsupported("it needs the dtype and sizes of what " + unshaped->origin + " gives, which the file does not tell").code(unknown_operator_code);
    auto const* entries = find_for(call.target, call);
    auto const* plain_entries = find_for(plain_name, call);
    if (entries == nullptr && plain_entries == nullptr) {
        bool const on_real = find(call.target) == nullptr && find(plain_name) == nullptr;
        return unsupported("the operator " + std::string(call.target) + (on_real ? " on real numbers" : " on complex numbers")).code(unknown_operator_code);
    }
    if (entries != nullptr)
        if (auto value = TRY(call_one_of(*entries, call, graph, heap, operator_version, notes)))
            return *value;
    if (auto const by_place = with_self_by_place(call); plain_entries != nullptr && !by_place.positional.empty())
        if (auto const plain = TRY(call_one_of(*plain_entries, by_place, graph, heap, operator_version, notes))) {
            auto const& self = by_place.positional.front();
            return changes_the_view(call.target) ? turned_into(self, *plain, heap) : written_into_self(self, *plain, graph, heap);
        }
    if (auto const split = without_outputs(call); entries != nullptr && !split.outputs.empty())
        if (auto const plain = TRY(call_one_of(*entries, split.call, graph, heap, operator_version, notes)))
            return written_out(split.outputs, *plain, graph, heap);
    return unsupported("the operator " + std::string(call.target) + " on (" + kinds_text(call) + ")").code(unknown_operator_code);
}

std::string OperatorTable::nearest(std::string_view target) const
{
    std::string best;
    size_t best_distance = 4;
    for (auto const& [name, entries] : entries_)
        if (size_t const distance = edit_distance(name, target); distance < best_distance) {
            best_distance = distance;
            best = name;
        }
    return best;
}

std::vector<std::string_view> OperatorTable::schemas() const
{
    std::vector<std::string_view> texts;
    std::set<std::string_view> seen;
    for (auto const* family : {&entries_, &complex_entries_})
        for (auto const& [name, entries] : *family)
            for (auto const& entry : entries)
                if (seen.insert(entry.text).second)
                    texts.push_back(entry.text);
    return texts;
}
