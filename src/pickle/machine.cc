#include "pickle/machine.h"

#include "pickle/opcodes.h"
#include "pickle/stack_machine.h"

#include <algorithm>

namespace {

constexpr size_t small_pickle = 64; // values: most have no more, and get their memory at once
constexpr uint64_t most_steps_of_arena = uint64_t{1} << 30; // an opcode makes two nodes at most, and NodeId has 32 bits

}

void PickleFindings::add(PickleFinding finding)
{
    if (list.size() < kept)
        list.push_back(std::move(finding));
    else
        ++left_out;
}

void PickleFindings::add(std::string_view code, uint64_t offset, std::string message) { add({code, std::move(message), offset, {}}); }

void PickleFindings::add(std::string_view code, PickleValue made, std::string message) { add({code, std::move(message), made.offset(), made.opcode()}); }

void PickleFindings::add(PickleFindings const& others)
{
    for (auto const& finding : others.list)
        add(finding);
    left_out += others.left_out;
}

PickleRun run_pickle(PickleInput& input, PickleOptions const& options)
{
    StackMachine machine(input, options);
    auto const ran = machine.run();
    return {machine.take_pickle(), ran ? std::nullopt : std::optional(ran.error())};
}

PickleRun run_pickle(Bytes bytes, PickleOptions const& options)
{
    PickleRun refusal;
    if (options.start > bytes.size()) {
        refusal.error = malformed("pickle: starts beyond the " + std::to_string(bytes.size()) + " bytes that there are").at("byte " + std::to_string(options.start)).value();
        return refusal;
    }
    if (bytes.size() - options.start > options.limits.bytes) {
        refusal.error = exhausted("a pickle of " + std::to_string(bytes.size() - options.start) + " bytes, the limit is " + std::to_string(options.limits.bytes)).value();
        return refusal;
    }
    PickleInput input(bytes, options.start);
    return run_pickle(input, options);
}

PickleRun run_pickle(ByteStream& stream, PickleOptions const& options)
{
    PickleInput input(stream, options.limits);
    return run_pickle(input, options);
}

Result<Pickle> read_pickle(Bytes bytes, PickleOptions const& options)
{
    auto run = run_pickle(bytes, options);
    if (run.error)
        return Failure(*std::move(run.error));
    return std::move(run.pickle);
}

StackMachine::StackMachine(PickleInput& input, PickleOptions const& options)
    : input_(input),
      options_(options),
      kept_left_(options.most_kept),
      opcode_offset_(input.position())
{
    pickle_.start = input.position();
    stack_.reserve(small_pickle);
    memo_.reserve(small_pickle);
    graph().reserve(small_pickle);
}

Result<void> StackMachine::run()
{
    uint64_t const most_steps = std::min(options_.limits.steps, most_steps_of_arena);
    for (uint64_t steps = 0; !stopped_; ++steps) {
        if (steps == most_steps)
            return exhausted("a pickle of more than " + std::to_string(most_steps) + " opcodes, which is the limit").at("byte " + std::to_string(input_.position()));
        TRY(step());
    }
    pickle_.end = input_.position();
    return {};
}

Result<void> StackMachine::step()
{
    opcode_offset_ = input_.position();
    opcode_name_ = "pickle";
    Bytes const byte = TRY(input_.take(1));
    if (byte.empty())
        return broken("cut short: ends without STOP");
    auto const code = static_cast<unsigned char>(byte[0]);
    OpcodeRow const* const row = opcode_row(code);
    if (!row)
        return broken("no opcode: " + std::to_string(code));
    opcode_name_ = row->name;
    graph().begin_opcode(code);
    auto ran = (this->*row->run)();
    if (input_.position() >= frame_end_)
        check_frame();
    return ran;
}

Failure StackMachine::broken(std::string what) const
{
    return malformed(std::string(opcode_name_) + ": " + std::move(what)).at("byte " + std::to_string(opcode_offset_));
}

Failure StackMachine::cut_short(uint64_t wanted, uint64_t left) const
{
    return broken("cut short: " + std::to_string(wanted) + " bytes wanted, " + std::to_string(left) + " left");
}

// Python's own unpickler fails where something straddles the end of a frame, the C one reads on: what pickletools shows as data
// may be code to it.
void StackMachine::check_frame()
{
    if (input_.position() > frame_end_) // the opcode began before it: the first that ends at or behind it is checked here
        report("frame", std::string(opcode_name_) + " straddles the end of a frame: Python's two unpicklers read it differently");
    frame_end_ = no_frame;
}

Result<Bytes> StackMachine::take(uint64_t count)
{
    Bytes const taken = TRY(input_.take(count));
    if (taken.size() < count)
        return cut_short(count, taken.size());
    return taken;
}

Result<PickleInput::Line> StackMachine::take_long_line()
{
    auto const line = TRY(input_.take_line(options_.most_kept_each));
    if (!line.is_ended)
        return broken("cut short: a line without an end");
    return line;
}

Result<std::string_view> StackMachine::take_line()
{
    auto const line = TRY(take_long_line());
    if (line.text.size() < line.length)
        return exhausted(std::string(opcode_name_) + ": a line of " + std::to_string(line.length) + " bytes, the limit is " + std::to_string(options_.most_kept_each)).at("byte " + std::to_string(opcode_offset_));
    return line.text;
}

uint64_t StackMachine::keep_of(uint64_t count)
{
    if (count <= PickleOptions::always_kept)
        return count;
    uint64_t const kept = std::min({count, options_.most_kept_each, kept_left_});
    kept_left_ -= kept;
    return kept;
}

Result<StackMachine::Constant> StackMachine::take_constant(uint64_t count, bool is_text)
{
    if (input_.stays()) {
        Bytes const bytes = TRY(take(count));
        if (is_text && !is_python_utf8(text_of(bytes)))
            return broken("not UTF-8");
        return Constant{bytes, count};
    }
    PythonUtf8Check check;
    bool is_right = true;
    uint64_t const kept = keep_of(count);
    Bytes const head = TRY(input_.take(kept));
    is_right = !is_text || check.add(text_of(head));
    Constant const constant{graph().keep(is_text && kept < count ? bytes_of(whole_utf8(text_of(head))) : head), count};
    uint64_t taken = head.size();
    while (taken < count) {
        Bytes const piece = TRY(input_.take_some(count - taken));
        if (piece.empty())
            return cut_short(count, taken);
        taken += piece.size();
        is_right = is_right && (!is_text || check.add(text_of(piece)));
    }
    if (!is_right || !check.is_whole())
        return broken("not UTF-8");
    return constant;
}
