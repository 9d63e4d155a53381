#include "pickle/rule_matching.h"

#include "pickle/arrow_texts.h"
#include "pickle/distribution_text.h"

#include <algorithm>
#include <array>

namespace {

constexpr size_t most_arguments = 64;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) { return std::find(list.begin(), list.end(), text) != list.end(); }

// "f8", "<U12", "|b1", "M8[ns]": one type, not a list of them.
bool is_dtype_code(std::string_view code)
{
    if (!code.empty() && std::string_view("<>|=").find(code[0]) != std::string_view::npos)
        code.remove_prefix(1);
    if (code.empty() || code.size() > 24)
        return false;
    return std::all_of(code.begin(), code.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '[' || c == ']' || c == '?'; });
}

// "-3/7": without an exponent, which would be multiplied out.
bool is_rational(std::string_view text)
{
    return !text.empty() && text.size() <= 4'000 && std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || c == '-' || c == '/'; });
}

// A key of the time zone database that stays inside of it.
bool is_zone_key(std::string_view key)
{
    bool const plain = std::all_of(key.begin(), key.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '_' || c == '-' || c == '+'; });
    return plain && !key.empty() && key.size() <= 64 && key.front() != '/';
}

// Classes of PyTorch's own that hold nothing but tensors and numbers.
bool is_packed_class(std::string_view name)
{
    constexpr std::string_view place = "__torch__.torch.classes.";
    return name.starts_with(place) && is_one_of(name.substr(place.size()), {"quantized.Conv2dPackedParamsBase", "quantized.Conv3dPackedParamsBase", "quantized.EmbeddingPackedParamsBase", "quantized.LinearPackedParamsBase", "rnn.CellParamsBase", "sparse.LinearPackedParamsBase"});
}

// Methods of its own that an object keeps: its entropy, its function of the radius, the hooks of a module whose sizes are not known yet.
bool is_own_method(char kind, std::string_view name)
{
    switch (kind) {
    case 'E':
        return name == "_entropy";
    case '2':
        return name.starts_with("_h_");
    case '3':
        return name == "_infer_parameters" || name == "_lazy_load_hook";
    default:
        return false;
    }
}

// Attributes that an unpickler, an iteration or a conversion calls without being asked.
bool is_called_by_itself(std::string_view attribute) { return attribute.starts_with("__") || is_one_of(attribute, {"append", "extend", "add"}); }

}

PickleValue class_of(PickleValue called)
{
    auto const id = called.persistent_id();
    return id && id->size() == 4 && id->item(0).text() == "module" ? id->item(1) : called;
}

RuleMatcher::RuleMatcher(Pickle const& pickle, PickleFlavour flavour)
    : graph_(pickle.graph),
      flavour_(flavour),
      bytes_to_check_(pickle.graph.size() == 0 ? 0 : pickle.graph.value(static_cast<NodeId>(pickle.graph.size() - 1)).offset() - pickle.start)
{
    globals_.reserve(pickle.mentions.size());
    for (auto const& mention : pickle.mentions) {
        auto const global = graph_.value(mention.global);
        globals_.emplace_back(mention.global, rule_for(*global.module(), *global.name(), flavour));
    }
}

UseRule const* RuleMatcher::rule_of(PickleValue value) const
{
    if (!value.is(NodeKind::global))
        return nullptr;
    auto const found = std::lower_bound(globals_.begin(), globals_.end(), value.id(), [](auto const& known, NodeId id) { return known.first < id; });
    return found != globals_.end() && found->first == value.id() ? found->second : nullptr;
}

// What pandas makes an index of.
constexpr std::array<RuleMatcher::Field, 15> index_fields{{{"data", 'x'}, {"name", 'x'}, {"names", 'x'}, {"levels", 'x'}, {"codes", 'x'}, {"labels", 'x'}, {"sortorder", 'n'}, {"start", 'i'}, {"stop", 'i'}, {"step", 'i'}, {"freq", 'p'}, {"tz", 'v'}, {"left", 'x'}, {"right", 'x'}, {"closed", 's'}}};

// What each letter of a rule stands for; docs/allowed-names.md says it in words (rule_words.cc).
bool RuleMatcher::matches_letter(PickleValue value, char letter) const
{
    if (auto const named = class_of(value); named.id() != value.id())
        return named.is(NodeKind::global) && matches_letter(named, letter);
    auto const is = [&](auto... kinds) { return (value.is(kinds) || ...); };
    auto const text = value.text();
    if (value.is(NodeKind::global)) {
        auto const* rule = rule_of(value);
        if (letter == 'V')
            return rule && rule->is_value;
        if (letter == 'z')
            return value.is_global("builtins", "Ellipsis") || value.is_global("builtins", "NotImplemented");
        return rule && rule->roles.find(letter) != std::string_view::npos;
    }
    switch (letter) {
    case 'i':
        return is(NodeKind::integer, NodeKind::big_integer, NodeKind::boolean);
    case 'b':
        return is(NodeKind::boolean, NodeKind::integer);
    case 'f':
        return is(NodeKind::real, NodeKind::integer);
    case 's':
        return is(NodeKind::text);
    case 'L':
        return text == "latin1" || text == "latin-1";
    case 'U':
        return text && is_dtype_code(*text);
    case 'Q':
        return text && is_rational(*text);
    case 'k':
        return text && is_zone_key(*text);
    case 'G':
        return text && is_one_of(*text, {"MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"});
    case 'r':
        return is(NodeKind::bytes, NodeKind::byte_array, NodeKind::text) || makes(value, 'r');
    case 'B':
        return is(NodeKind::buffer);
    case 'n':
        return is(NodeKind::none, NodeKind::integer);
    case 't':
        return is(NodeKind::tuple, NodeKind::list) || makes(value, 't');
    case 'l':
        return is(NodeKind::list, NodeKind::tuple, NodeKind::set, NodeKind::frozen_set);
    case 'q':
        return is(NodeKind::tuple);
    case 'O':
        return is(NodeKind::none, NodeKind::tuple);
    case 'm':
        return is(NodeKind::none, NodeKind::dict);
    case 'M':
        return is_copied_state(value);
    case 'h':
    case 'w':
        return is(NodeKind::none) || makes(value, letter == 'w' ? 'T' : 'h');
    case 'F':
    case 'z':
        return is(NodeKind::none);
    case 'v':
        return is(NodeKind::none) || makes(value, 'Z');
    case 'p':
        return is(NodeKind::none) || makes(value, 'p');
    case 'u':
        return is_dict_of(value, index_fields);
    case 'j':
        return is_jagged_tensor(value);
    case 'P':
        return is(NodeKind::persistent_id) || makes(value, 'P');
    case 'V':
        return makes(value, 'V') || (value.is(NodeKind::object) && resolve_getattr(value).rule);
    case 'x':
        return true;
    default:
        return makes(value, letter);
    }
}

bool RuleMatcher::makes(PickleValue value, char letter) const
{
    if (!value.is(NodeKind::object))
        return false;
    auto const called = *value.callable();
    auto const* rule = called.is(NodeKind::object) ? resolve_getattr(called).rule : rule_of_instance(value);
    return rule && rule->makes == letter;
}

bool RuleMatcher::matches(std::span<NodeId const> arguments, PickleValue const& of, std::string_view letters) const
{
    bool const repeats = letters.ends_with('*');
    size_t const count = letters.size() - (repeats ? 1 : 0);
    if (repeats ? arguments.size() + 1 < count : arguments.size() != count)
        return false;
    for (size_t index = 0; index < arguments.size(); ++index)
        if (!matches_letter(of.other(arguments[index]), letters[std::min(index, count - 1)]))
            return false;
    return true;
}

bool RuleMatcher::matches_any(std::span<NodeId const> arguments, PickleValue const& of, std::string_view alternatives) const
{
    if (arguments.size() > most_arguments || alternatives.starts_with('!'))
        return false;
    for (;;) {
        auto const bar = alternatives.find('|');
        if (matches(arguments, of, alternatives.substr(0, bar)))
            return true;
        if (bar == alternatives.npos)
            return false;
        alternatives.remove_prefix(bar + 1);
    }
}

// Of what is called by its name, or of the class that copyreg is given.
UseRule const* RuleMatcher::rule_of_instance(PickleValue object) const
{
    auto const* rule = rule_of(class_of(*object.callable()));
    bool const is_copyreg = rule && rule->reduce == "K" && object.arguments()->size() != 0;
    return is_copyreg ? rule_of(object.arguments()->item(0)) : rule;
}

// `getattr(class, 'name')`, as protocols below 4 spell "class.name": allowed where "class.name" is.
ResolvedCall RuleMatcher::resolve_getattr(PickleValue called) const
{
    static constexpr UseRule bound_method{.makes = 'V', .is_value = true};
    ResolvedCall call;
    auto const arguments = *called.arguments();
    if (!called.is_call_of("builtins", "getattr") || !arguments.is(NodeKind::tuple) || arguments.size() != 2 || !arguments.item(1).text())
        return call;
    auto const owner = class_of(arguments.item(0));
    if (owner.is(NodeKind::object)) {
        auto const* owner_rule = rule_of_instance(owner);
        auto const method = *arguments.item(1).text();
        call.rule = owner_rule && is_own_method(owner_rule->makes, method) ? &bound_method : nullptr;
        return call;
    }
    auto const* owner_rule = rule_of(owner);
    if (!owner_rule || owner_rule->roles.find('H') == std::string_view::npos)
        return call;
    auto const name = std::string(*owner.name()) + "." + std::string(*arguments.item(1).text());
    call.name = std::string(*owner.module()) + "." + name;
    call.rule = rule_for(*owner.module(), name, flavour_);
    return call;
}

// copyreg._reconstructor(class, object, None) and copyreg.__newobj__(class, ...): an instance of the class.
ResolvedCall RuleMatcher::resolve_copyreg(PickleValue object) const
{
    ResolvedCall call;
    auto const arguments = *object.arguments();
    if (!arguments.is(NodeKind::tuple) || arguments.size() == 0)
        return call;
    auto const made = arguments.item(0);
    call.class_or_function = made.id();
    call.name = made.qualified_name();
    call.rule = rule_of(made);
    if (!call.rule)
        return call;
    if (object.is_call_of("copyreg", "__newobj__")) {
        call.fits = matches_any(arguments.items().subspan(1), object, call.rule->newobj);
        return call;
    }
    if (arguments.size() != 3)
        return call;
    auto const base = arguments.item(1);
    auto const state = arguments.item(2);
    switch (call.rule->base) {
    case 'o':
        call.fits = base.is_global("builtins", "object") && state.is_none();
        break;
    case 'd':
        call.fits = base.is_global("builtins", "dict") && state.is(NodeKind::dict) && (call.rule->filling != 'a' || are_attributes(state.pairs(), object));
        break;
    case 't':
        call.fits = base.is_global("builtins", "tuple") && state.is(NodeKind::tuple);
        break;
    case 's':
        call.fits = base.is_global("builtins", "str") && state.is(NodeKind::text);
        break;
    default:
        break;
    }
    return call;
}

ResolvedCall RuleMatcher::resolve(PickleValue object)
{
    auto const called = *object.callable();
    auto const arguments = *object.arguments();
    bool const by_reduce = object.call_kind() == CallKind::reduce;
    if (by_reduce && (object.is_call_of("copyreg", "_reconstructor") || object.is_call_of("copyreg", "__newobj__")))
        return resolve_copyreg(object);

    ResolvedCall call;
    auto const named = class_of(called);
    call.class_or_function = named.id();
    if (called.is(NodeKind::object))
        call = resolve_getattr(called);
    else if (named.is(NodeKind::global)) {
        call.name = named.qualified_name();
        call.rule = rule_of(named);
    }
    if (!call.rule || !arguments.is(NodeKind::tuple) || (object.keyword_arguments() && !call.rule->takes_keywords))
        return call;
    if (by_reduce)
        call.fits = matches_any(arguments.items(), object, call.rule->reduce);
    else if (object.call_kind() == CallKind::newobj || object.call_kind() == CallKind::newobj_ex)
        call.fits = matches_any(arguments.items(), object, call.rule->newobj);
    if (object.is_call_of("builtins", "getattr"))
        call.fits = call.fits && resolve_getattr(object).rule;
    else if (call.fits && call.class_or_function == called.id() && called.name() == "_ufunc_reconstruct") { // imports what it names
        auto const* named_rule = rule_for(*arguments.item(0).text(), *arguments.item(1).text(), flavour_);
        call.fits = named_rule && named_rule->is_value;
    } else if (object.is_call_of("torch._tensor", "_rebuild_from_type_v2") && call.fits) { // calls its first argument with its third
        auto const given = arguments.item(2);
        call.fits = given.is(NodeKind::tuple) && matches_any(given.items(), object, rule_of(arguments.item(0))->reduce);
    } else if (object.is_call_of("pyarrow.lib", "_restore_array"))
        call.fits = call.fits && are_arrow_texts(arguments.item(0), bytes_to_check_);
    return call;
}

bool RuleMatcher::is_storage_id(PickleValue id) const
{
    if (flavour_ == PickleFlavour::values || !id.is(NodeKind::tuple) || id.size() < 5 || id.item(0).text() != "storage")
        return false;
    return id.item(1).is(NodeKind::global) && matches_letter(id.item(1), 'S') && id.item(2).text() && id.item(3).text() && id.item(4).integer();
}

bool RuleMatcher::are_attributes(std::span<std::pair<NodeId, NodeId> const> pairs, PickleValue const& of) const
{
    return std::all_of(pairs.begin(), pairs.end(), [&](auto const& pair) {
        auto const key = of.other(pair.first).text();
        auto const kind = of.other(pair.second).kind();
        return key && !((kind == NodeKind::global || kind == NodeKind::object) && is_called_by_itself(*key));
    });
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
    if (state.is(NodeKind::tuple))
        return state.size() == 2 && is_attribute_dict(state.item(0)) && is_attribute_dict(state.item(1));
    return is_attribute_dict(state);
}

bool RuleMatcher::is_new_state(PickleValue state, char letter) const
{
    bool const is_tuple = state.is(NodeKind::tuple);
    switch (letter) {
    case 'm':
        return is_attribute_dict(state);
    case 'M':
        return is_copied_state(state);
    case 'c': // of an object of C++: its state and its class
        return is_tuple && state.size() == 2 && is_packed_class(state.item(1).text().value_or(""));
    case 'a': // of an array: version, shape, dtype, order, data
        return is_tuple && (matches(state.items(), state, "itAbr") || matches(state.items(), state, "itAbl") || matches(state.items(), state, "tAbr") || matches(state.items(), state, "tAbl"));
    case 'y': // of a dtype: version, byte order, dtype of the elements, names, fields...
        return is_tuple && state.size() >= 4 && state.size() <= 9 && matches_letter(state.item(0), 'i');
    case 'q': // of a masked array: the same, mask and fill value
        return is_tuple && (matches(state.items(), state, "itAbrrx") || matches(state.items(), state, "itAblrx"));
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
