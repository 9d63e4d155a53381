#include "pickle/render.h"
#include "pickle/stack_machine.h"

#include <algorithm>
#include <array>

// The opcodes that make and fill containers.

Result<void> StackMachine::empty_list()
{
    push(graph().add_plain(NodeKind::list, opcode_offset_));
    return {};
}

Result<void> StackMachine::empty_dict()
{
    push(graph().add_plain(NodeKind::dict, opcode_offset_));
    return {};
}

Result<void> StackMachine::empty_tuple()
{
    push(graph().add_plain(NodeKind::tuple, opcode_offset_));
    return {};
}

Result<void> StackMachine::empty_set()
{
    push(graph().add_plain(NodeKind::set, opcode_offset_));
    return {};
}

Result<void> StackMachine::list()
{
    size_t const height = TRY(take_mark());
    NodeId const id = graph().add_items(NodeKind::list, above(height), opcode_offset_);
    drop_to(height);
    push(id);
    return {};
}

Result<void> StackMachine::dict()
{
    size_t const height = TRY(take_mark());
    NodeId const id = graph().add_plain(NodeKind::dict, opcode_offset_);
    TRY(set_in(id, above(height)));
    drop_to(height);
    push(id);
    return {};
}

Result<void> StackMachine::tuple()
{
    size_t const height = TRY(take_mark());
    NodeId const id = graph().add_items(NodeKind::tuple, above(height), opcode_offset_);
    drop_to(height);
    push(id);
    return {};
}

Result<void> StackMachine::push_tuple(size_t count)
{
    if (stack_.size() - floor() < count)
        return broken("stack underflow");
    size_t const height = stack_.size() - count;
    NodeId const id = graph().add_items(NodeKind::tuple, above(height), opcode_offset_);
    drop_to(height);
    push(id);
    return {};
}

Result<void> StackMachine::tuple1() { return push_tuple(1); }
Result<void> StackMachine::tuple2() { return push_tuple(2); }
Result<void> StackMachine::tuple3() { return push_tuple(3); }

Result<void> StackMachine::frozen_set()
{
    size_t const height = TRY(take_mark());
    for (NodeId const item : above(height))
        check_key(item);
    NodeId const id = graph().add_items(NodeKind::frozen_set, above(height), opcode_offset_);
    drop_to(height);
    push(id);
    return {};
}

// Objects and persistent values may be anything and have any method; a name may stand for a list of the program's own.
Result<StackMachine::Target> StackMachine::target(NodeId container, NodeKind honest, std::initializer_list<NodeKind> odd, size_t count)
{
    NodeKind const kind = kind_of(container);
    if (kind == honest || kind == NodeKind::object)
        return Target::honest;
    bool const is_unknown = kind == NodeKind::global || kind == NodeKind::persistent_id || kind == NodeKind::extension || kind == NodeKind::buffer;
    // With nothing to fill in, C does not look at the container.
    if (!is_unknown && count != 0 && std::find(odd.begin(), odd.end(), kind) == odd.end())
        return broken("wanted a " + std::string(name_of(honest)) + " or an object, found a " + std::string(name_of(kind)));
    report("target", std::string(opcode_name_) + " fills a " + std::string(name_of(kind)) + (kind == NodeKind::global ? " " + text_of(value(container)) : "") + ", which no pickler does");
    return Target::odd;
}

Result<void> StackMachine::append_to(NodeId container, std::span<NodeId const> items)
{
    if (TRY(target(container, NodeKind::list, {NodeKind::byte_array}, items.size())) == Target::honest)
        graph().append(container, items);
    return {};
}

Result<void> StackMachine::append()
{
    NodeId const item = TRY(pop_node());
    NodeId const container = TRY(top_node());
    return append_to(container, std::array{item});
}

Result<void> StackMachine::appends()
{
    size_t const height = TRY(take_mark());
    if (height == floor())
        return broken("stack underflow");
    TRY(append_to(stack_[height - 1], above(height)));
    drop_to(height);
    return {};
}

Result<void> StackMachine::add_items()
{
    size_t const height = TRY(take_mark());
    if (height == floor())
        return broken("stack underflow");
    NodeId const container = stack_[height - 1];
    auto const items = above(height);
    if (TRY(target(container, NodeKind::set, {}, items.size())) == Target::honest) {
        for (NodeId const item : items)
            check_key(item);
        graph().append(container, items);
    }
    drop_to(height);
    return {};
}

void StackMachine::check_key(NodeId key)
{
    NodeKind const kind = kind_of(key);
    if (kind == NodeKind::list || kind == NodeKind::dict || kind == NodeKind::set || kind == NodeKind::byte_array)
        report("key", std::string(opcode_name_) + ": a " + std::string(name_of(kind)) + " as a key, which Python cannot hash");
}

Result<void> StackMachine::set_in(NodeId container, std::span<NodeId const> keys_and_values)
{
    if (keys_and_values.size() % 2 != 0)
        return broken("a key without a value");
    if (TRY(target(container, NodeKind::dict, {NodeKind::list, NodeKind::byte_array}, keys_and_values.size())) == Target::odd)
        return {};
    if (kind_of(container) == NodeKind::dict)
        for (size_t index = 0; index < keys_and_values.size(); index += 2)
            check_key(keys_and_values[index]);
    graph().set_pairs(container, keys_and_values);
    return {};
}

Result<void> StackMachine::set_item()
{
    NodeId const item = TRY(pop_node());
    NodeId const key = TRY(pop_node());
    NodeId const container = TRY(top_node());
    return set_in(container, std::array{key, item});
}

Result<void> StackMachine::set_items()
{
    size_t const height = TRY(take_mark());
    if (height == floor())
        return broken("stack underflow");
    TRY(set_in(stack_[height - 1], above(height)));
    drop_to(height);
    return {};
}
