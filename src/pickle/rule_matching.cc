#include "pickle/rule_matching.h"

#include "pickle/arrow_texts.h"

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

// "coef_", "steps.name": what is read of a value, and called by nobody. What begins with "_" leads to any function there is.
bool is_data_attribute(std::string_view path)
{
    for (;;) {
        auto const part = path.substr(0, path.find('.'));
        bool const is_word = std::all_of(part.begin(), part.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; });
        if (part.empty() || part.front() == '_' || !is_word)
            return false;
        if (part.size() == path.size())
            return true;
        path.remove_prefix(part.size() + 1);
    }
}

// A method of text, or of an array, that makes a new one, and does nothing else in any class that a pickle may hold.
bool is_pure_method(std::string_view name)
{
    return is_one_of(name, {"capitalize", "casefold", "center", "endswith", "expandtabs", "isalnum", "isalpha", "isdigit", "islower", "isnumeric", "isspace", "isupper", "ljust", "lower", "lstrip", "max", "mean", "min", "partition", "removeprefix", "removesuffix", "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "std", "strip", "sum", "swapcase", "title", "tolist", "upper", "var", "zfill"});
}

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
    case '4':
        return text && is_data_attribute(*text);
    case '9':
        return text && is_pure_method(*text);
    case '5':
        return is(NodeKind::list, NodeKind::tuple) && all_of(value, [](PickleValue item) { return item.is(NodeKind::list) || item.is(NodeKind::tuple); });
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
    if (owner_rule->takes_keywords && arguments.item(1).text() == "__new__") { // of a tuple: makes one of the class that it is given
        call.rule = &bound_method;
        return call;
    }
    auto const name = std::string(*owner.name()) + "." + std::string(*arguments.item(1).text());
    call.name = std::string(*owner.module()) + "." + name;
    call.rule = rule_for(*owner.module(), name, flavour_);
    return call;
}

// `functools.partial(class.__new__, class, value..., name=value...)()`, as protocols 2 and 3 spell NEWOBJ_EX.
ResolvedCall RuleMatcher::resolve_keyword_tuple(PickleValue called) const
{
    ResolvedCall call;
    auto const state = called.state();
    if (!called.is_call_of("functools", "partial") || !state || !is_partial_state(*state) || !state->item(0).is_call_of("builtins", "getattr"))
        return call;
    auto const given = state->item(1).items();
    if (given.empty() || state->item(0).arguments()->item(1).text() != "__new__")
        return call;
    auto const made = graph_.value(given.front()); // the class itself, or one that is made of it
    auto const* rule = rule_of(made);
    if (!rule || !rule->takes_keywords)
        return call;
    call.class_or_function = made.id();
    call.name = made.qualified_name();
    call.rule = rule;
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
    if (called.is(NodeKind::object)) {
        call = resolve_getattr(called);
        if (auto const tuple = resolve_keyword_tuple(called); by_reduce && tuple.rule) {
            call = tuple;
            call.fits = arguments.is(NodeKind::tuple) && arguments.size() == 0;
            return call;
        }
    } else if (named.is(NodeKind::global)) {
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
    bool const has_key = id.item(2).text() || id.item(2).integer(); // torch.package counts its storages
    return id.item(1).is(NodeKind::global) && matches_letter(id.item(1), 'S') && has_key && id.item(3).text() && id.item(4).integer();
}
