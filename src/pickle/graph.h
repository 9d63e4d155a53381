#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What a pickle builds, as inert nodes: a call is a node that names what would be called, nothing is ever called.
//
// Pickles are graphs: values are shared and may contain themselves. So nodes live in one arena and refer to each other by number;
// a walker must count its depth and its steps (a graph of n nodes may unfold into a tree of 2^n).
//
// Promises: every NodeId in a graph is a node of it; nothing here recurses, destruction included.

using NodeId = uint32_t;

enum class NodeKind : uint8_t {
    none,
    boolean,
    integer, // fits int64
    big_integer, // does not
    real,
    bytes,
    byte_array,
    text,
    tuple,
    list,
    dict,
    set,
    frozen_set,
    global, // a name that a loader would import
    object, // the result of a call that a loader would make
    persistent_id, // a value that the program around the pickle resolves: a storage of torch
    extension, // a number of copyreg's extension registry
    buffer, // protocol 5: the next buffer from outside the pickle
};

// "list"
std::string_view name_of(NodeKind kind);

enum class CallKind : uint8_t { reduce, // callable(*args)
    newobj, // callable.__new__(callable, *args)
    newobj_ex, // the same with keyword arguments
    inst, // callable(*args), named in place
    obj }; // callable(*args), taken from the stack

class PickleGraph;

// One node of a graph. Cheap to copy; valid while the graph lives at its place. The questions below may be asked of any node: where
// the kind does not match, the answer is nothing (or an empty span).
class PickleValue {
public:
    PickleValue(PickleGraph const& graph, NodeId id)
        : graph_(&graph),
          id_(id)
    {
    }

    PickleGraph const& graph() const { return *graph_; }
    NodeId id() const { return id_; }
    NodeKind kind() const;
    // Offset of the opcode that made it, and its name as Python's pickletools spells it: "REDUCE"; "" of nodes that no machine made.
    uint64_t offset() const;
    std::string_view opcode() const;
    bool is(NodeKind wanted) const { return kind() == wanted; }
    bool is_none() const { return is(NodeKind::none); }
    // Whether it has items, pairs or a state, or could have had: the others need not be walked into.
    bool may_hold_others() const { return (kind() >= NodeKind::tuple && kind() <= NodeKind::frozen_set) || is(NodeKind::object); }
    PickleValue other(NodeId other_id) const { return PickleValue(*graph_, other_id); }

    std::optional<bool> boolean() const;
    std::optional<int64_t> integer() const; // of integer alone
    std::optional<double> real() const; // of real alone
    // UTF-8; may hold lone surrogates as three bytes each, as Python's "surrogatepass" spells them.
    std::optional<std::string_view> text() const;
    // Of bytes and byte_array; of big_integer: two's complement, little-endian.
    std::optional<Bytes> bytes() const;
    // Of text, bytes, byte_array and big_integer: how many bytes it has in all. Where a machine was told to keep less of a stream, the
    // two questions above give the first part only, and this says more (of protocol 0's text forms: the length as spelled).
    uint64_t full_length() const;
    bool is_cut() const;

    // Of tuple, list, set, frozen_set: the elements; of object: what was appended or added to it.
    std::span<NodeId const> items() const;
    size_t size() const { return items().size(); }
    // `index` must be below size().
    PickleValue item(size_t index) const { return other(items()[index]); }
    // Of dict: the items; of object: what was set by key. In the file's order; a key may stand here more than once, the last one counts.
    std::span<std::pair<NodeId, NodeId> const> pairs() const;
    // The last value whose key is this text. Linear.
    std::optional<PickleValue> find(std::string_view key) const;

    // Of global: names as Python 3 knows them (`__builtin__` is builtins).
    std::optional<std::string_view> module() const;
    std::optional<std::string_view> name() const;
    // Whether it is the global `module`.`name`.
    bool is_global(std::string_view module, std::string_view name) const;

    // Of object.
    std::optional<PickleValue> callable() const;
    std::optional<PickleValue> arguments() const; // a tuple in every honest file
    std::optional<PickleValue> keyword_arguments() const; // newobj_ex alone
    std::optional<PickleValue> state() const; // what BUILD gave; the last where there are several
    std::optional<CallKind> call_kind() const;
    // Whether it is the result of a call of the global `module`.`name`.
    bool is_call_of(std::string_view module, std::string_view name) const;
    // "torch._utils._rebuild_tensor_v2" of a global, the same of an object's callable; "" of all others.
    std::string qualified_name() const;

    std::optional<PickleValue> persistent_id() const;
    std::optional<uint64_t> number() const; // of extension: its code; of buffer: its index

private:
    PickleGraph const* graph_;
    NodeId id_;
};

// The arena. Filled by the machine through the functions of the second part; readers use PickleValue.
class PickleGraph {
public:
    size_t size() const { return nodes_.size(); }
    // `id` must be below size().
    PickleValue value(NodeId id) const { return PickleValue(*this, id); }

    // Memory for so many nodes, before the first is added.
    void reserve(size_t count);

    // The second part. Views that are given must outlive the graph, or come from keep(). All NodeIds must be of this graph.
    NodeId add_plain(NodeKind kind, uint64_t offset); // none, or an empty tuple, list, dict, set, frozen_set
    NodeId add_boolean(bool value, uint64_t offset);
    NodeId add_integer(int64_t value, uint64_t offset);
    NodeId add_real(double value, uint64_t offset);
    NodeId add_bytes(NodeKind kind, Bytes value, uint64_t offset); // big_integer, bytes, byte_array, text
    NodeId add_items(NodeKind kind, std::span<NodeId const> items, uint64_t offset); // tuple, list, set, frozen_set
    NodeId add_global(std::string_view module, std::string_view name, uint64_t offset);
    NodeId add_object(CallKind kind, NodeId callable, NodeId arguments, std::optional<NodeId> keyword_arguments, uint64_t offset);
    NodeId add_persistent_id(NodeId value, uint64_t offset);
    NodeId add_number(NodeKind kind, uint64_t number, uint64_t offset); // extension, buffer
    // Keeps a copy of bytes that do not stand in the input as such, or that will not stay there.
    Bytes keep(Bytes bytes);
    // Says that the value given for a node of add_bytes() is the first part of what has this length.
    void set_full_length(NodeId id, uint64_t length);
    // The opcode that makes the nodes that are added from now on.
    void begin_opcode(unsigned char code) { opcode_ = code; }

    void append(NodeId container, std::span<NodeId const> items); // list, set, object
    void set_pairs(NodeId container, std::span<NodeId const> keys_and_values); // dict, object; key, value, key, value...
    void set_state(NodeId object, NodeId state);

private:
    friend class PickleValue;

    static constexpr uint32_t nothing = ~uint32_t{0};

    struct Node {
        uint64_t kind : 8;
        uint64_t opcode : 8;
        uint64_t offset : 48;
        uint64_t payload; // the value itself, or an index into one of the vectors below
    };
    struct Span {
        uint64_t begin = 0;
        uint64_t count = 0;
    };
    struct GlobalName {
        std::string_view module;
        std::string_view name;
    };
    struct ObjectParts {
        NodeId callable = nothing;
        NodeId arguments = nothing;
        NodeId keyword_arguments = nothing;
        NodeId state = nothing;
        uint32_t items = nothing; // index into lists_
        uint32_t pairs = nothing; // index into dicts_
        CallKind kind = CallKind::reduce;
    };

    NodeId add(NodeKind kind, uint64_t offset, uint64_t payload);
    Node const& node(NodeId id) const { return nodes_[id]; }

    // Payload of a list, set or dict: one more than its index in lists_ or dicts_, 0 while it is empty.
    std::vector<Node> nodes_;
    std::vector<Bytes> texts_;
    std::vector<NodeId> tuple_items_;
    std::vector<Span> tuples_; // of tuple_items_
    std::vector<std::vector<NodeId>> lists_;
    std::vector<std::vector<std::pair<NodeId, NodeId>>> dicts_;
    std::vector<GlobalName> globals_;
    std::vector<ObjectParts> objects_;
    std::map<uint64_t, uint64_t> full_lengths_; // of texts_ that are cut, by index
    std::vector<std::unique_ptr<std::byte[]>> blocks_; // what keep() keeps
    size_t block_left_ = 0; // bytes at the end of the last block
    std::byte* block_free_ = nullptr;
    unsigned char opcode_ = 0;
};

// Asked of every node many times over.

inline NodeKind PickleValue::kind() const { return static_cast<NodeKind>(graph_->node(id_).kind); }
inline uint64_t PickleValue::offset() const { return graph_->node(id_).offset; }

inline std::optional<bool> PickleValue::boolean() const
{
    if (!is(NodeKind::boolean))
        return std::nullopt;
    return graph_->node(id_).payload != 0;
}

inline std::optional<int64_t> PickleValue::integer() const
{
    if (!is(NodeKind::integer))
        return std::nullopt;
    return static_cast<int64_t>(graph_->node(id_).payload);
}

inline std::optional<std::string_view> PickleValue::text() const
{
    if (!is(NodeKind::text))
        return std::nullopt;
    return text_of(graph_->texts_[graph_->node(id_).payload]);
}

inline std::span<NodeId const> PickleValue::items() const
{
    uint64_t const payload = graph_->node(id_).payload;
    switch (kind()) {
    case NodeKind::tuple:
    case NodeKind::frozen_set: {
        if (payload == 0)
            return {};
        auto const [begin, count] = graph_->tuples_[payload - 1];
        return std::span(graph_->tuple_items_).subspan(begin, count);
    }
    case NodeKind::list:
    case NodeKind::set:
        if (payload == 0)
            return {};
        return graph_->lists_[payload - 1];
    case NodeKind::object: {
        uint32_t const list = graph_->objects_[payload].items;
        if (list == PickleGraph::nothing)
            return {};
        return graph_->lists_[list];
    }
    default:
        return {};
    }
}

inline std::span<std::pair<NodeId, NodeId> const> PickleValue::pairs() const
{
    uint64_t const payload = graph_->node(id_).payload;
    if (is(NodeKind::dict) && payload != 0)
        return graph_->dicts_[payload - 1];
    if (is(NodeKind::object) && graph_->objects_[payload].pairs != PickleGraph::nothing)
        return graph_->dicts_[graph_->objects_[payload].pairs];
    return {};
}

inline std::optional<std::string_view> PickleValue::module() const
{
    if (!is(NodeKind::global))
        return std::nullopt;
    return graph_->globals_[graph_->node(id_).payload].module;
}

inline std::optional<std::string_view> PickleValue::name() const
{
    if (!is(NodeKind::global))
        return std::nullopt;
    return graph_->globals_[graph_->node(id_).payload].name;
}

inline bool PickleValue::is_global(std::string_view wanted_module, std::string_view wanted_name) const
{
    return module() == wanted_module && name() == wanted_name;
}

inline std::optional<PickleValue> PickleValue::callable() const
{
    if (!is(NodeKind::object))
        return std::nullopt;
    return other(graph_->objects_[graph_->node(id_).payload].callable);
}

inline std::optional<PickleValue> PickleValue::arguments() const
{
    if (!is(NodeKind::object))
        return std::nullopt;
    return other(graph_->objects_[graph_->node(id_).payload].arguments);
}

inline std::optional<PickleValue> PickleValue::state() const
{
    if (!is(NodeKind::object))
        return std::nullopt;
    NodeId const id = graph_->objects_[graph_->node(id_).payload].state;
    return id == PickleGraph::nothing ? std::nullopt : std::optional(other(id));
}

inline bool PickleValue::is_call_of(std::string_view wanted_module, std::string_view wanted_name) const
{
    auto const called = callable();
    return called && called->is_global(wanted_module, wanted_name);
}
