#include "pickle/literals.h"
#include "pickle/stack_machine.h"

// The opcodes of the stack, the memo and the framing.

namespace {

// A C unpickler makes its memo as long as the highest key asks: a jump beyond this is meant to hurt it.
constexpr uint64_t honest_memo_jump = 1 << 20;

}

Result<NodeId> StackMachine::pop_node()
{
    NodeId const id = TRY(top_node());
    stack_.pop_back();
    return id;
}

Result<NodeId> StackMachine::top_node() const
{
    if (stack_.size() == floor())
        return broken("stack underflow");
    return stack_.back();
}

Result<size_t> StackMachine::take_mark()
{
    if (marks_.empty())
        return broken("no mark on the stack");
    size_t const height = marks_.back();
    marks_.pop_back();
    return height;
}

Result<void> StackMachine::mark()
{
    marks_.push_back(stack_.size());
    return {};
}

Result<void> StackMachine::pop()
{
    if (!marks_.empty() && marks_.back() == stack_.size())
        marks_.pop_back();
    else
        TRY(pop_node());
    return {};
}

Result<void> StackMachine::pop_mark()
{
    drop_to(TRY(take_mark()));
    return {};
}

Result<void> StackMachine::dup()
{
    push(TRY(top_node()));
    return {};
}

void StackMachine::remember(uint64_t key, NodeId id)
{
    if (key < memo_.size()) {
        memo_[key] = id;
    } else if (key == memo_.size()) {
        memo_.push_back(id);
        if (!sparse_memo_.empty())
            sparse_memo_.erase(key);
    } else {
        if (key - memo_.size() > honest_memo_jump)
            report("memo", "memo key " + std::to_string(key) + " after " + std::to_string(memo_.size() + sparse_memo_.size()) + " entries");
        sparse_memo_[key] = id;
    }
}

Result<void> StackMachine::recall(uint64_t key)
{
    if (key < memo_.size()) {
        push(memo_[key]);
        return {};
    }
    auto const entry = sparse_memo_.find(key);
    if (entry == sparse_memo_.end())
        return broken("memo key " + std::to_string(key) + " was never set");
    push(entry->second);
    return {};
}

Result<uint64_t> StackMachine::take_memo_key()
{
    auto const line = TRY(take_line());
    auto const literal = parse_memo_key(line, huge_keys_);
    if (!literal)
        return broken("not a memo key: " + literal.error().what);
    if (!literal->canonical)
        report("number", "a memo key that Python does not write so: readers may disagree");
    return literal->key;
}

Result<void> StackMachine::text_put()
{
    auto const key = TRY(take_memo_key());
    remember(key, TRY(top_node()));
    return {};
}

Result<void> StackMachine::put1()
{
    auto const key = TRY(take_number<uint8_t>());
    remember(key, TRY(top_node()));
    return {};
}

Result<void> StackMachine::put4()
{
    auto const key = TRY(take_number<uint32_t>());
    remember(key, TRY(top_node()));
    return {};
}

Result<void> StackMachine::memoize()
{
    remember(memo_.size() + sparse_memo_.size(), TRY(top_node()));
    return {};
}

Result<void> StackMachine::text_get() { return recall(TRY(take_memo_key())); }
Result<void> StackMachine::get1() { return recall(TRY(take_number<uint8_t>())); }
Result<void> StackMachine::get4() { return recall(TRY(take_number<uint32_t>())); }

Result<void> StackMachine::protocol()
{
    auto const number = TRY(take_number<uint8_t>());
    if (number > 5)
        return broken("protocol " + std::to_string(number) + ", the highest is 5");
    if (protocol_seen_ || opcode_offset_ != pickle_.start)
        report("protocol", "PROTO in the middle of a pickle");
    protocol_seen_ = true;
    protocol_ = number;
    pickle_.protocol = std::max<int>(pickle_.protocol, number);
    return {};
}

Result<void> StackMachine::frame()
{
    auto const length = TRY(take_number<uint64_t>());
    uint64_t const begin = input_.position();
    if (frame_end_ != no_frame)
        report("frame", "a frame begins inside a frame: Python's two unpicklers read it differently");
    frame_end_ = length > no_frame - 1 - begin ? no_frame - 1 : begin + length;
    return {};
}

Result<void> StackMachine::stop()
{
    pickle_.root_id = TRY(pop_node());
    stopped_ = true;
    if (!stack_.empty() || !marks_.empty())
        report("stack", "STOP leaves " + std::to_string(stack_.size()) + " values and " + std::to_string(marks_.size()) + " marks on the stack, which no pickler does");
    if (frame_end_ != no_frame && input_.position() < frame_end_)
        report("frame", "STOP comes " + std::to_string(frame_end_ - input_.position()) + " bytes before the end of its frame: readers disagree about where the next pickle begins");
    return {};
}
