#include "convert/value_form.h"

#include "graph/compose.h"
#include "graph/open_list.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace {

using Kind = ValueForm::Kind;

constexpr int deepest_value = 50;
constexpr uint64_t most_parts = 100'000;

Failure cannot_join(std::string const& one, std::string const& other)
{
    return unsupported("what depends on data is a " + one + " one way and a " + other + " the other").code(cannot_join_code);
}

std::string text_of_tensor(DType dtype, size_t rank) { return "Tensor of " + std::string(name_of(dtype)) + " and rank " + std::to_string(rank); }

std::string kind_of_form(ValueForm const& form)
{
    switch (form.kind) {
    case Kind::known:
        return kind_of(form.known);
    case Kind::tensor:
        return text_of_tensor(form.dtype, form.dims.size());
    case Kind::integer:
        return "int";
    case Kind::floating:
        return "float";
    case Kind::boolean:
        return "bool";
    case Kind::items:
        return (form.tuple ? "Tuple of " : "List of ") + std::to_string(form.parts.size());
    case Kind::members:
        return form.class_name.empty() ? "Dict" : form.class_name;
    case Kind::open_list:
        return "List whose length depends on data";
    case Kind::optional:
        return "value or None";
    }
    return "?";
}

std::string kind_of_value(Value const& value)
{
    auto const* tensor = value.as<TensorReference>();
    return tensor == nullptr ? kind_of(value) : text_of_tensor((*tensor)->seen.dtype(), (*tensor)->seen.dims().size());
}

bool same_name(GraphTensor const& left, GraphTensor const& right) { return left.name() != nullptr && right.name() != nullptr && *left.name() == *right.name(); }

}

bool same_plain_value(Value const& left, Value const& right)
{
    if (left.held.index() != right.held.index())
        return false;
    if (auto const* flag = left.as<bool>())
        return *flag == *right.as<bool>();
    if (auto const* number = left.as<double>())
        return *number == *right.as<double>() && std::signbit(*number) == std::signbit(*right.as<double>());
    if (auto const* text = left.as<std::string>())
        return *text == *right.as<std::string>();
    if (auto const* number = left.as<std::complex<double>>())
        return *number == *right.as<std::complex<double>>();
    if (auto const* object = left.as<std::shared_ptr<ObjectValue>>())
        return *object == *right.as<std::shared_ptr<ObjectValue>>();
    if (auto const* list = left.as<std::shared_ptr<ListValue>>())
        return *list == *right.as<std::shared_ptr<ListValue>>();
    if (auto const* dict = left.as<std::shared_ptr<DictValue>>())
        return *dict == *right.as<std::shared_ptr<DictValue>>();
    if (auto const* tuple = left.as<std::shared_ptr<TupleValue>>())
        return *tuple == *right.as<std::shared_ptr<TupleValue>>();
    if (auto const* unknown = left.as<UnknownBool>())
        return same_name(unknown->tensor, right.as<UnknownBool>()->tensor);
    if (auto const* unknown = left.as<UnknownFloat>())
        return same_name(unknown->tensor, right.as<UnknownFloat>()->tensor);
    return left.is<NoneValue>() || left.is<DeviceValue>() || left.is<UninitialisedValue>();
}

namespace {

bool is_boolean(Value const& value) { return value.is<bool>() || value.is<UnknownBool>(); }
bool is_float(Value const& value) { return value.is<double>() || value.is<UnknownFloat>(); }

template <typename Thing>
void add_once(std::vector<std::shared_ptr<Thing>>& things, std::shared_ptr<Thing> const& thing)
{
    if (std::find(things.begin(), things.end(), thing) == things.end())
        things.push_back(thing);
}

ValueForm tensor_form(TensorView const& view)
{
    ValueForm form;
    form.kind = Kind::tensor;
    form.dtype = view.seen.dtype();
    for (auto const& dim : view.seen.dims())
        form.dims.emplace_back(dim);
    form.cells.push_back(view.cell);
    form.contiguous = view.contiguous;
    form.wrapped_number = view.wrapped_number;
    return form;
}

ValueForm plain_form(Kind kind)
{
    ValueForm form;
    form.kind = kind;
    return form;
}

}

ValueForm known_form(Value value)
{
    ValueForm form;
    form.known = std::move(value);
    return form;
}

bool holds_outside(SymbolTable const& symbols, Dim const& dim, SymbolId first_inner_symbol)
{
    std::vector<SymbolId> open = dim.symbols();
    std::set<SymbolId> seen;
    while (!open.empty()) {
        SymbolId const id = open.back();
        open.pop_back();
        if (id < first_inner_symbol || !seen.insert(id).second)
            continue;
        auto const* derived = std::get_if<DerivedInteger>(&symbols[id].meaning);
        if (derived == nullptr)
            return false;
        for (auto const* side : {&derived->left, &derived->right})
            for (SymbolId const inner : side->symbols())
                open.push_back(inner);
    }
    return true;
}

ListValue const& FormJoiner::contents(std::shared_ptr<ListValue> const& list) const
{
    if (changes_ != nullptr)
        for (auto const& [changed, state] : changes_->lists)
            if (changed == list)
                return state;
    return *list;
}

Result<ValueForm> FormJoiner::generalised(Value const& value, int depth)
{
    if (depth > deepest_value || ++parts_made_ > most_parts)
        return exhausted("values nest too deep or are too many where they depend on data");
    if (auto const* tensor = value.as<TensorReference>()) {
        if ((*tensor)->grid != nullptr)
            return unsupported("a quantised tensor that depends on a branch or loop on data").hint("dequantize() it before");
        ValueForm form = tensor_form(**tensor);
        for (auto& dim : form.dims)
            if (!outside(*dim))
                dim.reset();
        return form;
    }
    if (value.is<UnshapedTensor>())
        return unsupported("a branch or loop on data that gives a " + kind_of(value));
    if (auto const* dim = value.as<Dim>()) {
        ValueForm form = plain_form(Kind::integer);
        form.not_negative = graph_.symbols().surely_not_negative(*dim);
        return form;
    }
    if (value.is<UnknownBool>())
        return plain_form(Kind::boolean);
    if (value.is<UnknownFloat>())
        return plain_form(Kind::floating);
    if (auto const* optional = value.as<OptionalValue>()) {
        ValueForm form = plain_form(Kind::optional);
        form.parts.push_back(TRY(generalised(*optional->inner, depth + 1)));
        return form;
    }
    ValueForm form = plain_form(Kind::items);
    if (auto const* tuple = value.as<std::shared_ptr<TupleValue>>()) {
        form.tuple = true;
        for (auto const& item : (*tuple)->items)
            form.parts.push_back(TRY(generalised(item, depth + 1)));
        return form;
    }
    if (auto const* list = value.as<std::shared_ptr<ListValue>>()) {
        auto const& held = contents(*list);
        form.uncertain = held.uncertain;
        form.lists.push_back(*list);
        if (held.open) {
            form.kind = Kind::open_list;
            form.list_kind = held.open->kind;
            form.dtype = held.open->held.dtype();
            form.dims = held.open->item_dims;
            for (auto& dim : form.dims)
                if (dim && !outside(*dim))
                    dim.reset();
            return form;
        }
        for (auto const& item : held.items)
            form.parts.push_back(TRY(generalised(item, depth + 1)));
        return form;
    }
    form.kind = Kind::members;
    if (auto const* object = value.as<std::shared_ptr<ObjectValue>>()) {
        if (!is_inner(**object))
            return known_form(value); // its attributes are merged where it is
        form.class_name = (*object)->class_name;
        for (auto const& [name, attribute] : (*object)->attributes) {
            form.names.push_back(name);
            form.parts.push_back(TRY(generalised(attribute, depth + 1)));
        }
        return form;
    }
    if (auto const* dict = value.as<std::shared_ptr<DictValue>>()) {
        if (!is_inner(**dict))
            return known_form(value);
        for (auto const& [key, item] : (*dict)->items) {
            form.keys.push_back(key);
            form.parts.push_back(TRY(generalised(item, depth + 1)));
        }
        return form;
    }
    return known_form(value);
}

Result<ValueForm> FormJoiner::generalised_begun(Value const& value, int depth)
{
    std::swap(changes_, begun_changes_);
    auto form = generalised(value, depth);
    std::swap(changes_, begun_changes_);
    return form;
}

Result<bool> FormJoiner::join(ValueForm& form, Value const& value, bool began_outside, int depth)
{
    if (depth > deepest_value || ++parts_made_ > most_parts)
        return exhausted("values nest too deep or are too many where they depend on data");
    if (form.kind == Kind::known)
        return join_known(form, value, began_outside, depth);
    if (value.is<PoisonValue>()) {
        form = known_form(value);
        return true;
    }
    if (value.is<UninitialisedValue>()) // never read where it is so
        return false;
    if ((value.is<NoneValue>() || value.is<OptionalValue>()) && form.kind != Kind::optional) {
        ValueForm optional = plain_form(Kind::optional);
        optional.parts.push_back(std::move(form));
        form = std::move(optional);
        TRY(join_optional(form, value, began_outside, depth));
        return true;
    }
    switch (form.kind) {
    case Kind::tensor:
        return join_tensor(form, value);
    case Kind::integer: {
        auto const* dim = value.as<Dim>();
        if (dim == nullptr)
            return cannot_join("int", kind_of_value(value));
        bool const sign_opens = form.not_negative && !graph_.symbols().surely_not_negative(*dim);
        form.not_negative = form.not_negative && !sign_opens;
        return sign_opens;
    }
    case Kind::floating:
        return is_float(value) ? Result<bool>(false) : cannot_join("float", kind_of_value(value));
    case Kind::boolean:
        return is_boolean(value) ? Result<bool>(false) : cannot_join("bool", kind_of_value(value));
    case Kind::items:
        return join_items(form, value, began_outside, depth);
    case Kind::members:
        return join_members(form, value, began_outside, depth);
    case Kind::open_list:
        return join_open_list(form, value);
    case Kind::optional:
        return join_optional(form, value, began_outside, depth);
    case Kind::known:
        break;
    }
    CHECK(false, "every kind of form is joined");
}

Result<bool> FormJoiner::join_known(ValueForm& form, Value const& value, bool began_outside, int depth)
{
    Value const begun = form.known;
    if (begun.is<PoisonValue>())
        return false;
    if (value.is<PoisonValue>()) {
        form = known_form(value);
        return true;
    }
    if (value.is<UninitialisedValue>() && (began_outside || begun.is<UninitialisedValue>()))
        return false;
    if (value.is<UninitialisedValue>() || begun.is<UninitialisedValue>()) {
        form = begun.is<UninitialisedValue>() ? TRY(generalised(value, depth)) : TRY(generalised_begun(begun, depth));
        return true;
    }
    if (same_plain_value(begun, value))
        return false;
    auto const* first_tensor = begun.as<TensorReference>();
    auto const* second_tensor = value.as<TensorReference>();
    if (first_tensor != nullptr && second_tensor != nullptr && (*first_tensor)->cell == (*second_tensor)->cell && (*first_tensor)->steps == (*second_tensor)->steps && !is_inner(*(*first_tensor)->cell)) {
        form.known = Value{Heap::unread(*first_tensor)}; // what was written is merged with the storage
        return false;
    }
    auto const* first_dim = begun.as<Dim>();
    auto const* second_dim = value.as<Dim>();
    if (first_dim != nullptr && second_dim != nullptr && *first_dim == *second_dim && outside(*first_dim))
        return false;
    if (begun.is<NoneValue>()) {
        ValueForm optional = plain_form(Kind::optional);
        optional.parts.push_back(value.is<OptionalValue>() ? TRY(generalised(*value.as<OptionalValue>()->inner, depth + 1)) : TRY(generalised(value, depth + 1)));
        form = std::move(optional);
        return true;
    }
    if (value.is<NoneValue>() || (value.is<OptionalValue>() && !begun.is<OptionalValue>())) {
        ValueForm optional = plain_form(Kind::optional);
        optional.parts.push_back(TRY(generalised_begun(begun, depth + 1)));
        form = std::move(optional);
        TRY(join_optional(form, value, began_outside, depth));
        return true;
    }
    if (is_boolean(begun) && is_boolean(value))
        form = plain_form(Kind::boolean);
    else if (is_float(begun) && is_float(value))
        form = plain_form(Kind::floating);
    else if (auto const* tuple = begun.as<std::shared_ptr<TupleValue>>()) { // item by item: some may stay as they are
        form = plain_form(Kind::items);
        form.tuple = true;
        for (auto const& item : (*tuple)->items)
            form.parts.push_back(known_form(item));
    } else {
        auto wider = TRY(generalised_begun(begun, depth));
        if (wider.kind == Kind::known)
            return cannot_join(kind_of_value(begun), kind_of_value(value));
        form = std::move(wider);
    }
    TRY(join(form, value, began_outside, depth));
    return true;
}

Result<bool> FormJoiner::join_tensor(ValueForm& form, Value const& value)
{
    auto const* tensor = value.as<TensorReference>();
    if (tensor == nullptr || (*tensor)->seen.dtype() != form.dtype || (*tensor)->seen.dims().size() != form.dims.size() || (*tensor)->wrapped_number != form.wrapped_number)
        return cannot_join(kind_of_form(form), kind_of_value(value));
    bool changed = form.contiguous && !(*tensor)->contiguous;
    form.contiguous = form.contiguous && (*tensor)->contiguous;
    for (size_t i = 0; i < form.dims.size(); ++i)
        if (form.dims[i] && (*form.dims[i] != (*tensor)->seen.dims()[i] || !outside(*form.dims[i]))) {
            form.dims[i].reset();
            changed = true;
        }
    add_once(form.cells, (*tensor)->cell);
    return changed;
}

Result<bool> FormJoiner::join_items(ValueForm& form, Value const& value, bool began_outside, int depth)
{
    std::vector<Value> const* items = nullptr;
    if (auto const* tuple = value.as<std::shared_ptr<TupleValue>>(); tuple != nullptr && form.tuple)
        items = &(*tuple)->items;
    if (auto const* list = value.as<std::shared_ptr<ListValue>>(); list != nullptr && !form.tuple) {
        auto const& held = contents(*list);
        if (held.open || held.items.size() != form.parts.size()) {
            auto wider = TRY(opened(form));
            if (!wider) { // no item told what they are
                wider = TRY(generalised(value, depth));
                if (!held.open)
                    wider = TRY(opened(*wider));
                for (auto const& each : form.lists)
                    add_once(wider->lists, each);
            }
            form = *std::move(wider);
            TRY(join_open_list(form, value));
            return true;
        }
        add_once(form.lists, *list);
        form.uncertain = form.uncertain || held.uncertain;
        items = &held.items;
    }
    if (items == nullptr || items->size() != form.parts.size())
        return cannot_join(kind_of_form(form), kind_of_value(value));
    bool changed = false;
    for (size_t i = 0; i < items->size(); ++i)
        changed = TRY(join(form.parts[i], (*items)[i], began_outside, depth + 1)) || changed;
    return changed;
}

Result<bool> FormJoiner::join_members(ValueForm& form, Value const& value, bool began_outside, int depth)
{
    std::vector<Value> items;
    bool same = false;
    if (auto const* object = value.as<std::shared_ptr<ObjectValue>>(); object != nullptr && !form.class_name.empty()) {
        same = (*object)->class_name == form.class_name && (*object)->attributes.size() == form.names.size() && is_inner(**object);
        for (size_t i = 0; same && i < form.names.size(); ++i) {
            same = (*object)->attributes[i].first == form.names[i];
            items.push_back((*object)->attributes[i].second);
        }
    }
    if (auto const* dict = value.as<std::shared_ptr<DictValue>>(); dict != nullptr && form.class_name.empty()) {
        same = (*dict)->items.size() == form.keys.size() && is_inner(**dict);
        for (size_t i = 0; same && i < form.keys.size(); ++i) {
            auto const* first_key = form.keys[i].as<Dim>();
            auto const* second_key = (*dict)->items[i].first.as<Dim>();
            same = same_plain_value(form.keys[i], (*dict)->items[i].first) || (first_key != nullptr && second_key != nullptr && *first_key == *second_key);
            items.push_back((*dict)->items[i].second);
        }
    }
    if (!same)
        return cannot_join(kind_of_form(form), kind_of_value(value));
    bool changed = false;
    for (size_t i = 0; i < items.size(); ++i)
        changed = TRY(join(form.parts[i], items[i], began_outside, depth + 1)) || changed;
    return changed;
}

// Takes one more item of a list into what is said of all of them.
Result<void> FormJoiner::join_list_item(ValueForm& form, Value const& item, bool& typed)
{
    auto const* tensor = item.as<TensorReference>();
    auto const kind = tensor != nullptr ? OpenList::Kind::tensors : item.is<Dim>() ? OpenList::Kind::integers
        : is_boolean(item)                                                         ? OpenList::Kind::booleans
                                                                                   : OpenList::Kind::floats;
    if (tensor == nullptr && !item.is<Dim>() && !is_boolean(item) && !is_float(item))
        return unsupported("a list whose length depends on data holds a " + kind_of(item) + "; it may hold tensors or numbers").code(cannot_join_code);
    if (!typed) {
        typed = true;
        form.list_kind = kind;
        form.dims.clear();
        if (tensor != nullptr) {
            form.dtype = (*tensor)->seen.dtype();
            for (auto const& dim : (*tensor)->seen.dims())
                form.dims.push_back(outside(dim) ? std::optional(dim) : std::nullopt);
        }
        return {};
    }
    bool const same = kind == form.list_kind && (tensor == nullptr || ((*tensor)->seen.dtype() == form.dtype && (*tensor)->seen.dims().size() == form.dims.size()));
    if (!same)
        return cannot_join(kind_of_form(form) + " of one kind of item", kind_of_value(item) + " among its items");
    for (size_t i = 0; tensor != nullptr && i < form.dims.size(); ++i)
        if (form.dims[i] && *form.dims[i] != (*tensor)->seen.dims()[i])
            form.dims[i].reset();
    return {};
}

// The open list that a list of known length is one of; nothing for an empty one, which does not say what it holds.
Result<std::optional<ValueForm>> FormJoiner::opened(ValueForm const& items)
{
    ValueForm form = plain_form(Kind::open_list);
    form.lists = items.lists;
    form.uncertain = items.uncertain;
    bool typed = false;
    for (auto const& part : items.parts) {
        Value item = part.known;
        if (part.kind == Kind::integer)
            item = Value{Dim(0)};
        else if (part.kind == Kind::floating)
            item = Value{0.0};
        else if (part.kind == Kind::boolean)
            item = Value{false};
        else if (part.kind == Kind::tensor) {
            Dims dims;
            for (auto const& dim : part.dims)
                dims.push_back(dim ? *dim : graph_.size_of("any", static_cast<int64_t>(dims.size())));
            item = Value{std::make_shared<TensorView>(TensorView{nullptr, {}, GraphTensor::named("any", part.dtype, std::move(dims)), 0, true, false})};
        } else if (part.kind != Kind::known) {
            return unsupported("a list whose length depends on data holds a " + kind_of_form(part) + "; it may hold tensors or numbers").code(cannot_join_code);
        }
        TRY(join_list_item(form, item, typed));
    }
    return typed ? std::optional(std::move(form)) : std::nullopt;
}

Result<bool> FormJoiner::join_open_list(ValueForm& form, Value const& value)
{
    auto const* list = value.as<std::shared_ptr<ListValue>>();
    if (list == nullptr)
        return cannot_join(kind_of_form(form), kind_of_value(value));
    ValueForm const before = form;
    auto const& held = contents(*list);
    add_once(form.lists, *list);
    form.uncertain = form.uncertain || held.uncertain;
    if (held.open) {
        bool const tensors = form.list_kind == OpenList::Kind::tensors;
        if (held.open->kind != form.list_kind || (tensors && (held.open->held.dtype() != form.dtype || held.open->item_dims.size() != form.dims.size())))
            return cannot_join(kind_of_form(form), "list of other items");
        for (size_t i = 0; i < form.dims.size(); ++i)
            if (form.dims[i] && form.dims[i] != held.open->item_dims[i])
                form.dims[i].reset();
    } else {
        bool typed = true;
        for (auto const& item : held.items)
            TRY(join_list_item(form, item, typed));
    }
    return form.dims != before.dims;
}

Result<bool> FormJoiner::join_optional(ValueForm& form, Value const& value, bool began_outside, int depth)
{
    if (value.is<NoneValue>())
        return false;
    auto const* optional = value.as<OptionalValue>();
    return join(form.parts[0], optional != nullptr ? *optional->inner : value, began_outside, depth + 1);
}
