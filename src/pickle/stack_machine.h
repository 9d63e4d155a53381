#pragma once

#include "pickle/literals.h"
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
    StackMachine(PickleInput& input, PickleOptions const& options);

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
    // Input. What is taken is valid until the next is taken, unless input_.stays().
    Result<Bytes> take(uint64_t count);
    // Without its newline, and all of it: fails where it is too long to keep.
    Result<std::string_view> take_line();
    Result<PickleInput::Line> take_long_line();
    // Bytes that stay where they are; the first part of them where they are too long to keep.
    struct Constant {
        Bytes bytes;
        uint64_t length = 0;
    };
    Result<Constant> take_constant(uint64_t count, bool is_text = false);
    // How many bytes of a constant may be kept, and notes that they are.
    uint64_t keep_of(uint64_t count);
    // The same bytes where they stay.
    Bytes keep(Bytes bytes) { return input_.stays() ? bytes : graph().keep(bytes); }
    // Little-endian.
    template <typename Number>
    Result<Number> take_number()
    {
        Bytes const bytes = TRY(take(sizeof(Number)));
        Number number;
        std::memcpy(&number, bytes.data(), sizeof number);
        return number;
    }
    Failure cut_short(uint64_t wanted, uint64_t left) const;
    void check_frame();

    // Stack. Nothing below the last mark can be reached.
    size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
    Result<NodeId> pop_node();
    Result<NodeId> top_node() const;
    // Takes the last mark away and gives its height: what lies above it is still there, for above() and drop_to().
    Result<size_t> take_mark();
    std::span<NodeId const> above(size_t height) const { return std::span(stack_).subspan(height); }
    void drop_to(size_t height) { stack_.resize(height); }
    void push(NodeId id) { stack_.push_back(id); }

    Result<void> push_text(uint64_t length);
    void push_python2_string(Constant const& string);
    std::string_view kept_spelling(PickleInput::Line const& line);
    void push_integer(IntegerValue const& number);
    Result<void> push_long(uint64_t length);
    void push_constant(NodeKind kind, Constant const& constant);
    Result<void> push_bytes(NodeKind kind, uint64_t length);
    Result<void> push_tuple(size_t count);
    Result<void> push_extension(int64_t code);

    Result<NodeId> take_global();
    Result<NodeId> add_global(std::string_view module, std::string_view name);
    void push_call(CallKind kind, NodeId callable, NodeId arguments, std::optional<NodeId> keyword_arguments = std::nullopt);
    // Whether a container of this opcode's may be there: an honest one, or something that only a hostile pickle fills, which is told. Fails
    // where no unpickler could.
    enum class Target : uint8_t { honest,
        odd };
    Result<Target> target(NodeId container, NodeKind honest, std::initializer_list<NodeKind> odd, size_t count);
    Result<void> append_to(NodeId container, std::span<NodeId const> items);
    Result<void> set_in(NodeId container, std::span<NodeId const> keys_and_values);
    void check_key(NodeId key);

    // opcodes_arrays.cc
    Result<void> inline_array(NodeId wrapper);
    Result<void> array_data(InlineArray& array, bool is_padded);
    Result<void> array_objects(InlineArray& array);

    void remember(uint64_t key, NodeId id);
    Result<void> recall(uint64_t key);
    Result<uint64_t> take_memo_key();

    PickleGraph& graph() { return pickle_.graph; }
    PickleValue value(NodeId id) const { return pickle_.graph.value(id); }
    NodeKind kind_of(NodeId id) const { return value(id).kind(); }
    void report(std::string_view code, std::string message) { pickle_.findings.add({code, std::move(message), opcode_offset_, opcode_name_}); }
    // The failure of this opcode: named, and at its offset.
    Failure broken(std::string what) const;
    Result<void> step();

    static constexpr uint64_t no_frame = ~uint64_t{0};

    PickleInput& input_;
    PickleOptions options_;
    Pickle pickle_;
    uint64_t kept_left_; // of options_.most_kept
    uint64_t opcode_offset_ = 0;
    std::string_view opcode_name_ = "pickle";
    bool stopped_ = false;
    uint64_t frame_end_ = no_frame;
    int protocol_ = 0; // the one in force
    bool protocol_seen_ = false;
    uint64_t buffers_ = 0;

    std::vector<NodeId> stack_;
    std::vector<size_t> marks_; // heights of the stack
    std::vector<NodeId> memo_; // keys 0, 1, 2... as honest picklers number them
    std::map<uint64_t, NodeId> sparse_memo_; // all other keys, which an attacker chooses: no hash
    std::vector<std::string> huge_keys_;
};
