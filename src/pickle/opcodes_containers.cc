#include "pickle/stack_machine.h"

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
    NodeId const id = graph().add_items(NodeKind::frozen_set, above(height), opcode_offset_);
    drop_to(height);
    push(id);
    return {};
}

Result<void> StackMachine::append_to(NodeId container, std::span<NodeId const> items)
{
    NodeKind const kind = kind_of(container);
    if (kind != NodeKind::list && kind != NodeKind::object)
        return broken("wanted a list or an object, found a " + std::string(name_of(kind)));
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
    auto const items = above(height);
    if (height == floor())
        return broken("stack underflow");
    TRY(append_to(stack_[height - 1], items));
    drop_to(height);
    return {};
}

Result<void> StackMachine::add_items()
{
    size_t const height = TRY(take_mark());
    if (height == floor())
        return broken("stack underflow");
    NodeId const container = stack_[height - 1];
    if (kind_of(container) != NodeKind::set && kind_of(container) != NodeKind::object)
        return broken("wanted a set or an object, found a " + std::string(name_of(kind_of(container))));
    graph().append(container, above(height));
    drop_to(height);
    return {};
}

Result<void> StackMachine::set_in(NodeId container, std::span<NodeId const> keys_and_values)
{
    NodeKind const kind = kind_of(container);
    if (kind == NodeKind::list || kind == NodeKind::byte_array)
        return refused(std::string(opcode_name_) + " into a " + std::string(name_of(kind)) + ", which no pickler writes").at("byte " + std::to_string(opcode_offset_));
    if (kind != NodeKind::dict && kind != NodeKind::object)
        return broken("wanted a dict or an object, found a " + std::string(name_of(kind)));
    if (keys_and_values.size() % 2 != 0)
        return broken("a key without a value");
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
