#include "pickle/array_types.h"
#include "pickle/literals.h"
#include "pickle/render.h"
#include "pickle/stack_machine.h"

#include <algorithm>

// The opcodes that name things and call them: each leaves a node that says so.

namespace {

bool is_plain_name(std::string_view name)
{
    return !name.empty() && std::none_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; });
}

}

Result<NodeId> StackMachine::add_global(std::string_view module, std::string_view name)
{
    if (!is_python_utf8(module) || !is_python_utf8(name))
        return broken("a name that is not UTF-8");
    if (!is_plain_name(module) || !is_plain_name(name))
        report("name", "a module or a name that is empty or holds white space or control characters");
    auto const names = protocol_ < 3 ? python3_names({module, name}) : GlobalNames{module, name};
    NodeId const id = graph().add_global(text_of(keep(bytes_of(names.module))), text_of(keep(bytes_of(names.name))), opcode_offset_);
    pickle_.mentions.push_back({id, opcode_offset_, false});
    return id;
}

Result<NodeId> StackMachine::take_global()
{
    // Python's own unpickler takes the last character away even where the input ends before the newline, and imports what is left.
    auto const take_name = [this]() -> Result<std::pair<std::string_view, bool>> {
        auto const line = TRY(input_.take_line(options_.most_kept_each));
        if (line.text.size() < line.length)
            return exhausted(std::string(opcode_name_) + ": a name of " + std::to_string(line.length) + " bytes, the limit is " + std::to_string(options_.most_kept_each)).at("byte " + std::to_string(opcode_offset_));
        auto const text = text_of(keep(bytes_of(line.text)));
        return std::pair(line.is_ended || text.empty() ? text : text.substr(0, text.size() - 1), line.is_ended);
    };
    auto const module = TRY(take_name()).first;
    auto const [name, is_whole] = TRY(take_name());
    NodeId const id = TRY(add_global(module, name));
    if (!is_whole)
        return broken("cut short: a line without an end");
    return id;
}

Result<void> StackMachine::global()
{
    push(TRY(take_global()));
    return {};
}

Result<void> StackMachine::stack_global()
{
    NodeId const name = TRY(pop_node());
    NodeId const module = TRY(pop_node());
    auto const is_text = [&](NodeId id) { return kind_of(id) == NodeKind::text && !value(id).is_cut(); };
    if (is_text(module) && is_text(name)) {
        push(TRY(add_global(*value(module).text(), *value(name).text())));
        return {};
    }
    // What is not known here may be a str all the same, a name that stands for one too.
    for (NodeId const id : {module, name})
        if (NodeKind const kind = kind_of(id); kind != NodeKind::text && kind != NodeKind::object && kind != NodeKind::persistent_id && kind != NodeKind::extension && kind != NodeKind::global)
            return broken("module and name must be str, found " + std::string(name_of(kind_of(module))) + " and " + std::string(name_of(kind_of(name))));
    report("computed-name", "the module or the name to import is not known before the pickle runs");
    push(TRY(add_global(is_text(module) ? *value(module).text() : "?", is_text(name) ? *value(name).text() : "?")));
    return {};
}

void StackMachine::push_call(CallKind kind, NodeId callable, NodeId arguments, std::optional<NodeId> keyword_arguments)
{
    if (kind_of(arguments) != NodeKind::tuple)
        report("arguments", std::string(opcode_name_) + ": the arguments are a " + std::string(name_of(kind_of(arguments))) + " where a tuple is wanted: readers may disagree");
    if (keyword_arguments && kind_of(*keyword_arguments) != NodeKind::dict)
        report("arguments", std::string(opcode_name_) + ": the keyword arguments are a " + std::string(name_of(kind_of(*keyword_arguments))) + " where a dict is wanted");
    if (kind_of(callable) == NodeKind::global) {
        auto& mentions = pickle_.mentions;
        auto const mention = std::lower_bound(mentions.begin(), mentions.end(), callable, [](PickleMention const& m, NodeId id) { return m.global < id; });
        mention->called = true;
    }
    push(graph().add_object(kind, callable, arguments, keyword_arguments, opcode_offset_));
}

Result<void> StackMachine::inst()
{
    NodeId const callable = TRY(take_global()); // Python imports before it looks for the mark
    size_t const height = TRY(take_mark());
    NodeId const arguments = graph().add_items(NodeKind::tuple, above(height), opcode_offset_);
    drop_to(height);
    push_call(CallKind::inst, callable, arguments);
    return {};
}

Result<void> StackMachine::obj()
{
    size_t const height = TRY(take_mark());
    auto const items = above(height);
    if (items.empty())
        return broken("stack underflow");
    NodeId const callable = items[0];
    NodeId const arguments = graph().add_items(NodeKind::tuple, items.subspan(1), opcode_offset_);
    drop_to(height);
    push_call(CallKind::obj, callable, arguments);
    return {};
}

Result<void> StackMachine::reduce()
{
    NodeId const arguments = TRY(pop_node());
    NodeId const callable = TRY(pop_node());
    push_call(CallKind::reduce, callable, arguments);
    return {};
}

Result<void> StackMachine::newobj()
{
    NodeId const arguments = TRY(pop_node());
    NodeId const callable = TRY(pop_node());
    push_call(CallKind::newobj, callable, arguments);
    return {};
}

Result<void> StackMachine::newobj_ex()
{
    NodeId const keyword_arguments = TRY(pop_node());
    NodeId const arguments = TRY(pop_node());
    NodeId const callable = TRY(pop_node());
    push_call(CallKind::newobj_ex, callable, arguments, keyword_arguments);
    return {};
}

Result<void> StackMachine::build()
{
    NodeId const state = TRY(pop_node());
    NodeId const object = TRY(top_node());
    if (kind_of(object) != NodeKind::object) {
        report("build", "BUILD changes a " + std::string(name_of(kind_of(object))) + (kind_of(object) == NodeKind::global ? " " + text_of(value(object)) : "") + " where an object is wanted");
        return {};
    }
    bool const is_second = value(object).state().has_value();
    if (is_second)
        report("build", "a second BUILD of one object");
    graph().set_state(object, state);
    if (!is_joblib_wrapper(value(object)))
        return {};
    pickle_.has_wrappers = true;
    if (!options_.arrays_inline)
        return {};
    if (is_second) // to joblib the first has made an array of it
        return broken("a second BUILD of the wrapper of an array");
    return inline_array(object);
}

Result<void> StackMachine::text_persistent_id()
{
    auto const line = TRY(take_line());
    if (std::any_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
        return broken("a persistent id that is not ASCII");
    NodeId const text = graph().add_bytes(NodeKind::text, keep(bytes_of(line)), opcode_offset_);
    push(graph().add_persistent_id(text, opcode_offset_));
    return {};
}

Result<void> StackMachine::persistent_id()
{
    NodeId const id = TRY(pop_node());
    push(graph().add_persistent_id(id, opcode_offset_));
    return {};
}

Result<void> StackMachine::push_extension(int64_t code)
{
    if (code <= 0)
        return broken("extension code " + std::to_string(code));
    report("extension", "extension code " + std::to_string(code) + " stands for a name that this file does not say");
    push(graph().add_number(NodeKind::extension, static_cast<uint64_t>(code), opcode_offset_));
    return {};
}

Result<void> StackMachine::extension1() { return push_extension(TRY(take_number<uint8_t>())); }
Result<void> StackMachine::extension2() { return push_extension(TRY(take_number<uint16_t>())); }
Result<void> StackMachine::extension4() { return push_extension(TRY(take_number<int32_t>())); }
