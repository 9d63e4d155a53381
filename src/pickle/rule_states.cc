#include "pickle/distribution_text.h"
#include "pickle/rule_matching.h"

#include <algorithm>
#include <array>

// Whether BUILD may give a state to what a rule stands for.

namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) { return std::find(list.begin(), list.end(), text) != list.end(); }

// Attributes that an unpickler, an iteration or a conversion calls without being asked.
bool is_called_by_itself(std::string_view attribute) { return attribute.starts_with("__") || is_one_of(attribute, {"append", "extend", "add"}); }

// Attributes that loading an object calls, compares, counts or iterates, and its own methods that it calls then: no function may stand in
// for one, nor an object whose operators are functions of its own. Source: the __setstate__, __setattr__ and __del__ methods of
// scikit-learn's, scipy's and PyTorch's classes.
bool is_used_on_loading(std::string_view attribute)
{
    return is_one_of(attribute, {"X_thresholds_", "_all_weights", "_attach_argparser_methods", "_attach_methods", "_buffers", "_build_f", "_flat_weights", "_flat_weights_names", "_modules", "_parameters", "_patch_step_function", "_qhull", "_sklearn_version", "all_weights", "astype", "bidirectional", "close", "get", "moment_type", "nodes", "num_layers", "numargs", "out_of_bounds", "proj_size", "register_buffer", "setdefault", "values", "with_module", "y_thresholds_"});
}

// What an optimiser asks of the dicts that it holds.
bool is_used_by_optimiser(std::string_view key) { return is_one_of(key, {"capturable", "eta", "fused", "mu", "mu_product", "params", "step"}); }

// Classes of PyTorch's own that hold nothing but tensors and numbers.
bool is_packed_class(std::string_view name)
{
    constexpr std::string_view place = "__torch__.torch.classes.";
    return name.starts_with(place) && is_one_of(name.substr(place.size()), {"quantized.Conv2dPackedParamsBase", "quantized.Conv3dPackedParamsBase", "quantized.EmbeddingPackedParamsBase", "quantized.LinearPackedParamsBase", "rnn.CellParamsBase", "sparse.LinearPackedParamsBase"});
}

}

bool RuleMatcher::are_attributes(std::span<std::pair<NodeId, NodeId> const> pairs, PickleValue const& of) const
{
    return std::all_of(pairs.begin(), pairs.end(), [&](auto const& pair) {
        auto const key = of.other(pair.first).text();
        return key && is_attribute(*key, of.other(pair.second));
    });
}

bool RuleMatcher::is_attribute(std::string_view key, PickleValue value) const
{
    if (value.is(NodeKind::global) || value.is(NodeKind::object))
        return !is_called_by_itself(key) && (!is_used_on_loading(key) || is_data(value));
    if (key == "_all_weights" || key == "all_weights") // names of weights, layer by layer
        return all_of(value, [](PickleValue layer) { return layer.is(NodeKind::list) || layer.is(NodeKind::tuple); });
    if (key == "X_thresholds_" || key == "y_thresholds_") // objects in a list would be turned into numbers by functions of their own
        return value.is_none();
    if (key == "stack_method_") // methods that are called by their names
        return all_of(value, [](PickleValue method) { return method.is_none() || is_one_of(method.text().value_or(""), {"decision_function", "predict", "predict_proba"}); });
    return true;
}

// Not a function, nor an object that may bring its own operators.
bool RuleMatcher::is_data(PickleValue value) const
{
    if (value.is(NodeKind::global))
        return false;
    constexpr std::string_view kinds = "WThe6"; // arrays, tensors, dicts, columns, numbers
    return !value.is(NodeKind::object) || std::any_of(kinds.begin(), kinds.end(), [&](char kind) { return makes(value, kind); });
}

bool RuleMatcher::is_state(PickleValue state, char letter)
{
    auto const [known, is_new] = states_.try_emplace(uint64_t{state.id()} << 8 | static_cast<unsigned char>(letter), false);
    if (is_new)
        known->second = is_new_state(state, letter);
    return known->second;
}

bool RuleMatcher::is_attribute_dict(PickleValue value) const { return value.is_none() || (value.is(NodeKind::dict) && are_attributes(value.pairs(), value)); }

// A dict of attributes, or one and another of slots.
bool RuleMatcher::is_copied_state(PickleValue state) const
{
    if (!state.is(NodeKind::tuple))
        return is_attribute_dict(state);
    if (state.size() != 2 || !is_attribute_dict(state.item(0)) || !is_attribute_dict(state.item(1)))
        return false;
    auto const pairs = state.item(1).pairs(); // setattr() gives them, `__dict__` and `__class__` among them
    return std::none_of(pairs.begin(), pairs.end(), [&](auto const& pair) { return state.other(pair.first).text()->starts_with("__"); });
}

bool RuleMatcher::all_of(PickleValue list, bool (*holds)(PickleValue)) const
{
    auto const items = list.items();
    return std::all_of(items.begin(), items.end(), [&](NodeId id) { return holds(list.other(id)); });
}

// Groups and states, whose methods are called as the optimiser is loaded, are dicts, and what is asked of them is data.
bool RuleMatcher::is_optimiser_state(PickleValue state) const
{
    if (!is_attribute_dict(state))
        return false;
    auto const is_empty = [](PickleValue value) { return value.size() == 0 && value.pairs().empty(); };
    auto const is_dict = [&](PickleValue value) { // whose items are pairs() of it alone
        if (value.is(NodeKind::dict))
            return true;
        if (!makes(value, 'h') && !value.is_call_of("collections", "defaultdict"))
            return false;
        auto const arguments = value.arguments()->items();
        return std::all_of(arguments.begin(), arguments.end(), [&](NodeId id) { return is_empty(value.other(id)); });
    };
    auto const holds_data = [&](PickleValue value) {
        auto const pairs = value.pairs();
        return is_dict(value) && std::all_of(pairs.begin(), pairs.end(), [&](auto const& pair) {
            auto const key = value.other(pair.first).text().value_or("");
            auto const held = value.other(pair.second);
            bool const is_list = held.is(NodeKind::list) || held.is(NodeKind::tuple);
            return !is_used_by_optimiser(key) || (is_data(held) && is_list == (key == "params"));
        });
    };
    auto const defaults = state.find("defaults");
    auto const groups = state.find("param_groups");
    if ((defaults && !is_dict(*defaults)) || (groups && !groups->is(NodeKind::list)))
        return false;
    if (groups) {
        auto const items = groups->items();
        if (!std::all_of(items.begin(), items.end(), [&](NodeId id) { return holds_data(groups->other(id)); }))
            return false;
    }
    auto const kept = state.find("state");
    if (!kept)
        return true;
    auto const pairs = kept->pairs();
    return is_dict(*kept) && std::all_of(pairs.begin(), pairs.end(), [&](auto const& pair) { return holds_data(kept->other(pair.second)); });
}

// A loader of batches calls these as it is iterated.
bool RuleMatcher::is_loader_state(PickleValue state) const
{
    if (!is_attribute_dict(state))
        return false;
    auto const is_none = [&](std::string_view key) {
        auto const found = state.find(key);
        return !found || found->is_none();
    };
    auto const is_function = [&](std::string_view key) { // which is on the list, by itself or with some of its arguments
        auto const found = state.find(key);
        return !found || found->is_none() || found->is(NodeKind::global) || found->is_call_of("functools", "partial");
    };
    return is_function("collate_fn") && is_function("worker_init_fn") && is_none("_iterator") && is_none("_DataLoader__multiprocessing_context");
}

// Of a handle to a hook: the hooks, its number, other dicts of hooks.
bool RuleMatcher::is_handle_state(PickleValue state) const
{
    if (!state.is(NodeKind::tuple) || state.size() < 2 || state.size() > 3 || !matches_letter(state.item(0), 'h') || !state.item(1).is(NodeKind::integer))
        return false;
    return state.size() == 2 || matches_letter(state.item(2), 'O');
}

bool RuleMatcher::is_new_state(PickleValue state, char letter) const
{
    bool const is_tuple = state.is(NodeKind::tuple);
    switch (letter) {
    case 'm':
        return is_attribute_dict(state);
    case 'M':
        return is_copied_state(state);
    case 'd': // arrays and methods of an interpolator, as attributes or as two tuples
        return is_attribute_dict(state) || (is_tuple && state.size() == 2 && matches(state.items(), state, "qq"));
    case 'w': // an array and whether it stands for one rotation
        return is_tuple && matches(state.items(), state, "Wx");
    case 'g':
        return is_optimiser_state(state);
    case 'k':
        return is_loader_state(state);
    case 'r':
        return is_handle_state(state);
    case 'c': // of an object of C++: its state and its class
        return is_tuple && state.size() == 2 && is_packed_class(state.item(1).text().value_or(""));
    case 'a': // of an array: version, shape, dtype, order, data
        return is_tuple && (matches(state.items(), state, "itAbr") || matches(state.items(), state, "itAbl") || matches(state.items(), state, "tAbr") || matches(state.items(), state, "tAbl"));
    case 'y': // of a dtype: version, byte order, dtype of the elements, names, fields...
        return is_tuple && state.size() >= 4 && state.size() <= 9 && matches_letter(state.item(0), 'i');
    case 'q': // of a masked array: the same, mask and fill value
        return is_tuple && (matches(state.items(), state, "itAbrrx") || matches(state.items(), state, "itAblrx")) && is_data(state.item(6));
    case 't':
        return is_tuple;
    case 'b':
        return is_tuple || state.is(NodeKind::dict);
    case 'v': // of a Variable: requires_grad, volatile, hooks
        return is_tuple && matches(state.items(), state, "bbh");
    case 'j':
        return is_wrapper_state(state);
    case 'n':
        return is_column_state(state);
    case 'i':
        return state.is(NodeKind::integer);
    case 'o': // of what is iterated: what is to come, or what has been and will be again
        return is_tuple && (matches(state.items(), state, "8") || matches(state.items(), state, "88") || matches(state.items(), state, "lb"));
    case 'l':
        return state.is(NodeKind::list);
    case 'p':
        return is_partial_state(state);
    case 'u':
        return is_distribution_state(state);
    case 'x':
        return true;
    default:
        return false;
    }
}

bool RuleMatcher::is_dict_of(PickleValue value, std::span<Field const> fields) const
{
    auto const pairs = value.pairs();
    return value.is(NodeKind::dict) && pairs.size() <= fields.size() && std::all_of(pairs.begin(), pairs.end(), [&](auto const& pair) {
        auto const key = value.other(pair.first).text();
        auto const field = std::find_if(fields.begin(), fields.end(), [&](Field const& known) { return key == known.key; });
        return field != fields.end() && matches_letter(value.other(pair.second), field->letter);
    });
}

// joblib's stand-in for an array whose bytes follow in the stream.
bool RuleMatcher::is_wrapper_state(PickleValue state) const
{
    static constexpr std::array<Field, 6> fields{{{"subclass", '1'}, {"shape", 't'}, {"order", 's'}, {"dtype", 'A'}, {"allow_mmap", 'b'}, {"numpy_array_alignment_bytes", 'n'}}};
    return is_dict_of(state, fields) && state.pairs().size() >= 5;
}

// What torch makes a nested tensor of.
bool RuleMatcher::is_jagged_tensor(PickleValue value) const
{
    static constexpr std::array<Field, 6> fields{{{"values", 'T'}, {"offsets", 'T'}, {"lengths", 'w'}, {"_ragged_idx", 'i'}, {"_metadata_cache", 'x'}, {"requires_grad", 'b'}}};
    static constexpr std::array<Field, 2> kept{{{"min_seqlen", 'T'}, {"max_seqlen", 'T'}}};
    if (!is_dict_of(value, fields) || !value.find("values") || !value.find("offsets"))
        return false;
    auto const cache = value.find("_metadata_cache");
    return !cache || is_dict_of(*cache, kept);
}

// Of a column of pandas: a dict of attributes; or dtype and array, and such a dict.
bool RuleMatcher::is_column_state(PickleValue state) const
{
    if (!state.is(NodeKind::tuple))
        return is_attribute_dict(state);
    auto const items = state.items();
    return items.size() <= 3 && std::all_of(items.begin(), items.end(), [&](NodeId id) { return !state.other(id).is(NodeKind::dict) || is_attribute_dict(state.other(id)); });
}

bool RuleMatcher::is_partial_state(PickleValue state) const
{
    return state.is(NodeKind::tuple) && matches(state.items(), state, "Vqmm") && is_attribute_dict(state.item(2)) && is_attribute_dict(state.item(3));
}

// scipy executes one of the attributes.
bool RuleMatcher::is_distribution_state(PickleValue state) const
{
    if (!state.is(NodeKind::dict) || !is_attribute_dict(state))
        return false;
    auto const text = state.find("_parse_arg_template");
    return !text || (text->text() && is_argument_parser(*text->text()));
}
