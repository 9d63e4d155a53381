#include "pickle/rules.h"

namespace {

constexpr size_t shortest_pickle = 10; // "cos\nabort\n)R." has 13 bytes

class ConstantSearch {
public:
    explicit ConstantSearch(Pickle const& pickle)
        : graph_(pickle.graph),
          known_(graph_.size(), false)
    {
    }

    std::vector<NodeId> search()
    {
        for (NodeId id = 0; id < graph_.size(); ++id)
            leave_out_parts(graph_.value(id));
        std::vector<NodeId> found;
        for (NodeId id = 0; id < graph_.size(); ++id)
            if (!known_[id] && is_constant(graph_.value(id)))
                found.push_back(id);
        return found;
    }

private:
    void leave_out(PickleValue value)
    {
        known_[value.id()] = true;
        if (is_spelled(value)) // as a call: its text is the same bytes once more
            for (NodeId const id : value.arguments()->items())
                leave_out(graph_.value(id));
    }

    void leave_out_item(std::optional<PickleValue> const& tuple, size_t index)
    {
        if (tuple && tuple->is(NodeKind::tuple) && index < tuple->size())
            leave_out(tuple->item(index));
    }

    // bytes(), bytearray(...) and _codecs.encode(...), which are constants themselves.
    static bool is_spelled(PickleValue value)
    {
        auto const takes_one = [&] { return value.arguments()->is(NodeKind::tuple) && value.arguments()->size() >= 1; };
        return (value.is_call_of("_codecs", "encode") || value.is_call_of("builtins", "bytes") || value.is_call_of("builtins", "bytearray")) && takes_one();
    }

    bool is_constant(PickleValue value) const
    {
        if (auto const text = value.text())
            return text->size() >= shortest_pickle;
        if (auto const bytes = value.bytes())
            return bytes->size() >= shortest_pickle && !value.is(NodeKind::big_integer);
        return is_spelled(value);
    }

    void leave_out_parts(PickleValue value)
    {
        if (value.is(NodeKind::dict) || value.is(NodeKind::object))
            for (auto const& [key, item] : value.pairs())
                if (graph_.value(key).text())
                    known_[key] = true;
        if (!value.is(NodeKind::object))
            return;
        if (is_spelled(value)) {
            for (NodeId const id : value.arguments()->items())
                known_[id] = true;
            return;
        }
        auto const name = value.callable()->name().value_or("");
        if (name == "_reconstruct" && value.callable()->module().value_or("").ends_with("core.multiarray")) {
            leave_out_item(value.state(), 3);
            leave_out_item(value.state(), 4);
        } else if (name == "scalar" && value.callable()->module().value_or("").ends_with("core.multiarray")) {
            leave_out_item(value.arguments(), 1);
        } else if (name == "_frombuffer" && value.callable()->module().value_or("").ends_with("core.numeric")) {
            leave_out_item(value.arguments(), 0);
        } else if (value.is_call_of("numpy.ma.core", "_mareconstruct")) {
            leave_out_item(value.state(), 4);
            leave_out_item(value.state(), 5);
        } else if (value.is_call_of("torch.storage", "_load_from_bytes")) {
            leave_out_item(value.arguments(), 0);
        }
    }

    PickleGraph const& graph_;
    std::vector<bool> known_; // by node: looked at otherwise
};

}

std::vector<NodeId> constants_to_search(Pickle const& pickle) { return ConstantSearch(pickle).search(); }

std::vector<NodeId> loaded_constants(Pickle const& pickle)
{
    std::vector<NodeId> found;
    for (auto const& mention : pickle.mentions)
        if (mention.called && pickle.graph.value(mention.global).is_global("torch.storage", "_load_from_bytes"))
            found.push_back(mention.global);
    if (found.empty())
        return found;
    found.clear();
    for (NodeId id = 0; id < pickle.graph.size(); ++id) {
        auto const value = pickle.graph.value(id);
        if (value.is_call_of("torch.storage", "_load_from_bytes") && value.arguments()->is(NodeKind::tuple) && value.arguments()->size() != 0)
            found.push_back(value.arguments()->item(0).id());
    }
    return found;
}
