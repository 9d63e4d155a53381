#include "pickle/machine.h"

#include "pickle/opcodes.h"
#include "pickle/stack_machine.h"

#include <algorithm>

namespace {

constexpr uint64_t most_steps_of_arena = uint64_t{1} << 30; // an opcode makes two nodes at most, and NodeId has 32 bits

}

void PickleFindings::add(std::string_view code, uint64_t offset, std::string message)
{
    if (list.size() < kept)
        list.push_back({code, std::move(message), offset});
    else
        ++left_out;
}

void PickleFindings::add(PickleFindings const& others)
{
    for (auto const& finding : others.list)
        add(finding.code, finding.offset, finding.message);
    left_out += others.left_out;
}

PickleRun run_pickle(Bytes bytes, PickleOptions const& options)
{
    StackMachine machine(bytes, options);
    auto const ran = machine.run();
    return {machine.take_pickle(), ran ? std::nullopt : std::optional(ran.error())};
}

Result<Pickle> read_pickle(Bytes bytes, PickleOptions const& options)
{
    auto run = run_pickle(bytes, options);
    if (run.error)
        return Failure(*std::move(run.error));
    return std::move(run.pickle);
}

StackMachine::StackMachine(Bytes bytes, PickleOptions const& options)
    : bytes_(bytes),
      limits_(options.limits),
      position_(options.start),
      opcode_offset_(options.start)
{
    pickle_.start = options.start;
}

Result<void> StackMachine::run()
{
    if (position_ > bytes_.size())
        return broken("starts beyond the " + std::to_string(bytes_.size()) + " bytes that there are");
    if (bytes_.size() - position_ > limits_.bytes)
        return exhausted("a pickle of " + std::to_string(bytes_.size() - position_) + " bytes, the limit is " + std::to_string(limits_.bytes));
    uint64_t const most_steps = std::min(limits_.steps, most_steps_of_arena);
    for (uint64_t steps = 0; !stopped_; ++steps) {
        if (steps == most_steps)
            return exhausted("a pickle of more than " + std::to_string(most_steps) + " opcodes, which is the limit").at("byte " + std::to_string(position_));
        TRY(step());
    }
    pickle_.end = position_;
    return {};
}

Result<void> StackMachine::step()
{
    opcode_offset_ = position_;
    opcode_name_ = "pickle";
    if (position_ == bytes_.size())
        return broken("cut short: ends without STOP");
    auto const code = static_cast<unsigned char>(TRY(take(1))[0]);
    OpcodeRow const* const row = opcode_row(code);
    if (!row)
        return broken("no opcode: " + std::to_string(code));
    opcode_name_ = row->name;
    return (this->*row->run)();
}

Failure StackMachine::broken(std::string what) const
{
    return malformed(std::string(opcode_name_) + ": " + std::move(what)).at("byte " + std::to_string(opcode_offset_));
}

// Python's own unpickler fails where something straddles the end of a frame, the C one reads on: what pickletools shows as data
// may be code to it.
void StackMachine::check_frame(uint64_t count)
{
    if (!frame_end_)
        return;
    if (position_ < *frame_end_ && count > *frame_end_ - position_)
        report("frame", std::string(opcode_name_) + " straddles the end of a frame: Python's two unpicklers read it differently");
    if (position_ >= *frame_end_ || count > *frame_end_ - position_)
        frame_end_.reset();
}

Result<Bytes> StackMachine::take(uint64_t count)
{
    uint64_t const left = bytes_.size() - position_;
    if (count > left)
        return broken("cut short: " + std::to_string(count) + " bytes wanted, " + std::to_string(left) + " left");
    check_frame(count);
    Bytes const taken = bytes_.subspan(position_, count);
    position_ += count;
    return taken;
}

Result<std::string_view> StackMachine::take_line()
{
    auto const rest = text_of(bytes_.subspan(position_));
    size_t const length = rest.find('\n');
    if (length == rest.npos)
        return broken("cut short: a line without an end");
    Bytes const line = TRY(take(length + 1));
    return text_of(line).substr(0, length);
}
