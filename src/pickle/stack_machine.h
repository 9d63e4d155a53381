#pragma once

#include "pickle/machine.h"
#include "pickle/names.h"

#include <cstring>
#include <map>
#include <string>
#include <variant>
#include <vector>

// The state of a pickle being run, and one function for each opcode. machine.cc holds the loop and the table of opcodes,
// opcodes_*.cc the opcodes by family.
class StackMachine {
public:
    StackMachine(Bytes bytes, PickleOptions const& options);

    Result<void> run();
    Pickle take_pickle() { return std::move(pickle_); }

    // opcodes_values.cc: constants
    Result<void> none();
    Result<void> boolean_true();
    Result<void> boolean_false();
    Result<void> text_integer();
    Result<void> text_long();
    Result<void> text_real();
    Result<void> text_string();
    Result<void> text_unicode();
    Result<void> binary_int4();
    Result<void> binary_int1();
    Result<void> binary_int2();
    Result<void> long1();
    Result<void> long4();
    Result<void> binary_real();
    Result<void> string1();
    Result<void> string4();
    Result<void> unicode1();
    Result<void> unicode4();
    Result<void> unicode8();
    Result<void> bytes1();
    Result<void> bytes4();
    Result<void> bytes8();
    Result<void> byte_array8();
    Result<void> next_buffer();
    Result<void> readonly_buffer();

    // opcodes_containers.cc
    Result<void> empty_list();
    Result<void> empty_dict();
    Result<void> empty_tuple();
    Result<void> empty_set();
    Result<void> list();
    Result<void> dict();
    Result<void> tuple();
    Result<void> tuple1();
    Result<void> tuple2();
    Result<void> tuple3();
    Result<void> frozen_set();
    Result<void> append();
    Result<void> appends();
    Result<void> add_items();
    Result<void> set_item();
    Result<void> set_items();

    // opcodes_calls.cc
    Result<void> global();
    Result<void> stack_global();
    Result<void> inst();
    Result<void> obj();
    Result<void> reduce();
    Result<void> newobj();
    Result<void> newobj_ex();
    Result<void> build();
    Result<void> text_persistent_id();
    Result<void> persistent_id();
    Result<void> extension1();
    Result<void> extension2();
    Result<void> extension4();

    // opcodes_stack.cc: stack, memo, framing
    Result<void> mark();
    Result<void> pop();
    Result<void> pop_mark();
    Result<void> dup();
    Result<void> text_put();
    Result<void> put1();
    Result<void> put4();
    Result<void> memoize();
    Result<void> text_get();
    Result<void> get1();
    Result<void> get4();
    Result<void> protocol();
    Result<void> frame();
    Result<void> stop();

private:
    // Input.
    Result<Bytes> take(uint64_t count);
    Result<std::string_view> take_line(); // without its newline
    // Little-endian.
    template <typename Number>
    Result<Number> take_number()
    {
        Bytes const bytes = TRY(take(sizeof(Number)));
        Number number;
        std::memcpy(&number, bytes.data(), sizeof number);
        return number;
    }
    template <typename Length>
    Result<Bytes> take_counted()
    {
        auto const length = TRY(take_number<Length>());
        return take(length);
    }
    void check_frame(uint64_t count);

    // Stack. Nothing below the last mark can be reached.
    size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
    Result<NodeId> pop_node();
    Result<NodeId> top_node() const;
    // Takes the last mark away and gives its height: what lies above it is still there, for above() and drop_to().
    Result<size_t> take_mark();
    std::span<NodeId const> above(size_t height) const { return std::span(stack_).subspan(height); }
    void drop_to(size_t height) { stack_.resize(height); }
    void push(NodeId id) { stack_.push_back(id); }

    Result<void> push_text(Bytes text);
    void push_python2_string(Bytes string);
    void push_integer(std::variant<int64_t, std::string> const& number);
    void push_bytes(NodeKind kind, Bytes bytes);
    Result<void> push_tuple(size_t count);
    Result<void> push_extension(int64_t code);

    Result<NodeId> add_global(std::string_view module, std::string_view name);
    void push_call(CallKind kind, NodeId callable, NodeId arguments, std::optional<NodeId> keyword_arguments = std::nullopt);
    Result<void> append_to(NodeId container, std::span<NodeId const> items);
    Result<void> set_in(NodeId container, std::span<NodeId const> keys_and_values);

    void remember(uint64_t key, NodeId id);
    Result<void> recall(uint64_t key);
    Result<uint64_t> take_memo_key();

    PickleGraph& graph() { return pickle_.graph; }
    PickleValue value(NodeId id) const { return pickle_.graph.value(id); }
    NodeKind kind_of(NodeId id) const { return value(id).kind(); }
    void report(std::string_view code, std::string message) { pickle_.findings.add(code, opcode_offset_, std::move(message)); }
    // The failure of this opcode: named, and at its offset.
    Failure broken(std::string what) const;
    Result<void> step();

    Bytes bytes_;
    Limits limits_;
    Pickle pickle_;
    uint64_t position_ = 0;
    uint64_t opcode_offset_ = 0;
    std::string_view opcode_name_ = "pickle";
    bool stopped_ = false;
    std::optional<uint64_t> frame_end_;
    int protocol_ = 0; // the one in force
    bool protocol_seen_ = false;
    uint64_t buffers_ = 0;

    std::vector<NodeId> stack_;
    std::vector<size_t> marks_; // heights of the stack
    std::vector<NodeId> memo_; // keys 0, 1, 2... as honest picklers number them
    std::map<uint64_t, NodeId> sparse_memo_; // all other keys, which an attacker chooses: no hash
};
