#include "pickle/graph.h"

#include "pickle/opcodes.h"

#include <bit>
#include <cstring>

std::string_view name_of(NodeKind kind)
{
    switch (kind) {
    case NodeKind::none:
        return "None";
    case NodeKind::boolean:
        return "bool";
    case NodeKind::integer:
    case NodeKind::big_integer:
        return "int";
    case NodeKind::real:
        return "float";
    case NodeKind::bytes:
        return "bytes";
    case NodeKind::byte_array:
        return "bytearray";
    case NodeKind::text:
        return "str";
    case NodeKind::tuple:
        return "tuple";
    case NodeKind::list:
        return "list";
    case NodeKind::dict:
        return "dict";
    case NodeKind::set:
        return "set";
    case NodeKind::frozen_set:
        return "frozenset";
    case NodeKind::global:
        return "global";
    case NodeKind::object:
        return "object";
    case NodeKind::persistent_id:
        return "persistent id";
    case NodeKind::extension:
        return "extension code";
    case NodeKind::buffer:
        return "buffer";
    }
    return "";
}

std::string_view PickleValue::opcode() const
{
    auto const* const row = opcode_row(static_cast<unsigned char>(graph_->node(id_).opcode));
    return row ? row->name : "";
}

std::optional<double> PickleValue::real() const
{
    if (!is(NodeKind::real))
        return std::nullopt;
    return std::bit_cast<double>(static_cast<uint64_t>(graph_->node(id_).payload));
}

std::optional<Bytes> PickleValue::bytes() const
{
    if (!is(NodeKind::bytes) && !is(NodeKind::byte_array) && !is(NodeKind::big_integer))
        return std::nullopt;
    return graph_->texts_[graph_->node(id_).payload];
}

uint64_t PickleValue::full_length() const
{
    if (!is(NodeKind::text) && !bytes())
        return 0;
    uint64_t const index = graph_->node(id_).payload;
    auto const cut = graph_->full_lengths_.find(index);
    return cut == graph_->full_lengths_.end() ? graph_->texts_[index].size() : cut->second;
}

bool PickleValue::is_cut() const { return (is(NodeKind::text) || bytes()) && graph_->full_lengths_.contains(graph_->node(id_).payload); }

std::optional<PickleValue> PickleValue::find(std::string_view key) const
{
    auto const all = pairs();
    for (auto pair = all.rbegin(); pair != all.rend(); ++pair)
        if (other(pair->first).text() == key)
            return other(pair->second);
    return std::nullopt;
}

std::optional<PickleValue> PickleValue::keyword_arguments() const
{
    if (!is(NodeKind::object))
        return std::nullopt;
    NodeId const id = graph_->objects_[graph_->node(id_).payload].keyword_arguments;
    return id == PickleGraph::nothing ? std::nullopt : std::optional(other(id));
}

std::optional<CallKind> PickleValue::call_kind() const
{
    if (!is(NodeKind::object))
        return std::nullopt;
    return graph_->objects_[graph_->node(id_).payload].kind;
}

std::string PickleValue::qualified_name() const
{
    auto const named = is(NodeKind::object) ? *callable() : *this;
    if (!named.is(NodeKind::global))
        return {};
    return std::string(*named.module()) + "." + std::string(*named.name());
}

std::optional<PickleValue> PickleValue::persistent_id() const
{
    if (!is(NodeKind::persistent_id))
        return std::nullopt;
    return other(static_cast<NodeId>(graph_->node(id_).payload));
}

std::optional<uint64_t> PickleValue::number() const
{
    if (!is(NodeKind::extension) && !is(NodeKind::buffer))
        return std::nullopt;
    return graph_->node(id_).payload;
}

void PickleGraph::reserve(size_t count)
{
    nodes_.reserve(count);
    texts_.reserve(count / 2);
}

NodeId PickleGraph::add(NodeKind kind, uint64_t offset, uint64_t payload)
{
    CHECK(nodes_.size() < nothing, "the machine counts nodes");
    nodes_.push_back({static_cast<uint64_t>(kind), opcode_, offset & ((uint64_t{1} << 48) - 1), payload});
    return static_cast<NodeId>(nodes_.size() - 1);
}

NodeId PickleGraph::add_plain(NodeKind kind, uint64_t offset) { return add(kind, offset, 0); }
NodeId PickleGraph::add_boolean(bool value, uint64_t offset) { return add(NodeKind::boolean, offset, value ? 1 : 0); }
NodeId PickleGraph::add_integer(int64_t value, uint64_t offset) { return add(NodeKind::integer, offset, static_cast<uint64_t>(value)); }
NodeId PickleGraph::add_real(double value, uint64_t offset) { return add(NodeKind::real, offset, std::bit_cast<uint64_t>(value)); }

NodeId PickleGraph::add_bytes(NodeKind kind, Bytes value, uint64_t offset)
{
    texts_.push_back(value);
    return add(kind, offset, texts_.size() - 1);
}

NodeId PickleGraph::add_items(NodeKind kind, std::span<NodeId const> items, uint64_t offset)
{
    if (items.empty())
        return add(kind, offset, 0);
    if (kind == NodeKind::tuple || kind == NodeKind::frozen_set) {
        tuples_.push_back({tuple_items_.size(), items.size()});
        tuple_items_.insert(tuple_items_.end(), items.begin(), items.end());
        return add(kind, offset, tuples_.size());
    }
    lists_.emplace_back(items.begin(), items.end());
    return add(kind, offset, lists_.size());
}

NodeId PickleGraph::add_global(std::string_view module, std::string_view name, uint64_t offset)
{
    globals_.push_back({module, name});
    return add(NodeKind::global, offset, globals_.size() - 1);
}

NodeId PickleGraph::add_object(CallKind kind, NodeId callable, NodeId arguments, std::optional<NodeId> keyword_arguments, uint64_t offset)
{
    ObjectParts parts;
    parts.callable = callable;
    parts.arguments = arguments;
    parts.keyword_arguments = keyword_arguments.value_or(nothing);
    parts.kind = kind;
    objects_.push_back(parts);
    return add(NodeKind::object, offset, objects_.size() - 1);
}

NodeId PickleGraph::add_persistent_id(NodeId value, uint64_t offset) { return add(NodeKind::persistent_id, offset, value); }
NodeId PickleGraph::add_number(NodeKind kind, uint64_t number, uint64_t offset) { return add(kind, offset, number); }

Bytes PickleGraph::keep(Bytes bytes)
{
    constexpr size_t block = 1 << 14;
    if (bytes.empty())
        return {};
    if (bytes.size() > block / 4) { // a block of its own, and the one in use stays in use
        auto own = std::make_unique_for_overwrite<std::byte[]>(bytes.size());
        std::memcpy(own.get(), bytes.data(), bytes.size());
        blocks_.push_back(std::move(own));
        return {blocks_.back().get(), bytes.size()};
    }
    if (bytes.size() > block_left_) {
        blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(block));
        block_free_ = blocks_.back().get();
        block_left_ = block;
    }
    std::byte* const place = block_free_;
    std::memcpy(place, bytes.data(), bytes.size());
    block_free_ += bytes.size();
    block_left_ -= bytes.size();
    return {place, bytes.size()};
}

void PickleGraph::set_full_length(NodeId id, uint64_t length)
{
    CHECK(value(id).is(NodeKind::text) || value(id).bytes(), "only what has bytes can be cut");
    full_lengths_[node(id).payload] = length;
}

void PickleGraph::append(NodeId container, std::span<NodeId const> items)
{
    if (items.empty())
        return;
    Node& grown = nodes_[container];
    uint64_t list = 0;
    if (static_cast<NodeKind>(grown.kind) == NodeKind::object) {
        ObjectParts& parts = objects_[grown.payload];
        if (parts.items == nothing) {
            parts.items = static_cast<uint32_t>(lists_.size());
            lists_.emplace_back();
        }
        list = parts.items;
    } else {
        if (grown.payload == 0) {
            lists_.emplace_back();
            grown.payload = lists_.size();
        }
        list = grown.payload - 1;
    }
    lists_[list].insert(lists_[list].end(), items.begin(), items.end());
}

void PickleGraph::set_pairs(NodeId container, std::span<NodeId const> keys_and_values)
{
    if (keys_and_values.empty())
        return;
    Node& grown = nodes_[container];
    uint64_t dict = 0;
    if (static_cast<NodeKind>(grown.kind) == NodeKind::object) {
        ObjectParts& parts = objects_[grown.payload];
        if (parts.pairs == nothing) {
            parts.pairs = static_cast<uint32_t>(dicts_.size());
            dicts_.emplace_back();
        }
        dict = parts.pairs;
    } else {
        if (grown.payload == 0) {
            dicts_.emplace_back();
            grown.payload = dicts_.size();
        }
        dict = grown.payload - 1;
    }
    if (dicts_[dict].empty())
        dicts_[dict].reserve(keys_and_values.size() / 2);
    for (size_t index = 0; index + 1 < keys_and_values.size(); index += 2)
        dicts_[dict].emplace_back(keys_and_values[index], keys_and_values[index + 1]);
}

void PickleGraph::set_state(NodeId object, NodeId state)
{
    CHECK(value(object).is(NodeKind::object), "only objects have a state");
    objects_[nodes_[object].payload].state = state;
}
