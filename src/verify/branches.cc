#include "verify/branches.h"

#include "onnx/write.h"

#include <fmt/format.h>

namespace {

constexpr int32_t int64_type = 7; // TensorProto.INT64

OnnxValueInfo int64_value(std::string name)
{
    OnnxValueInfo value;
    value.name = std::move(name);
    value.type.element_type = int64_type;
    return value;
}

OnnxNode condition_as_number(std::string const& condition, std::string const& output)
{
    OnnxNode cast;
    cast.op_type = "Cast";
    cast.inputs = {condition};
    cast.outputs = {output};
    OnnxAttribute to;
    to.name = "to";
    to.value = int64_t{int64_type};
    cast.attributes.push_back(std::move(to));
    return cast;
}

OnnxNode not_reached(std::string const& output)
{
    OnnxTensor minus_one;
    minus_one.data_type = int64_type;
    minus_one.raw = SharedBytes::take(std::vector<int64_t>{-1});
    OnnxNode constant;
    constant.op_type = "Constant";
    constant.outputs = {output};
    OnnxAttribute value;
    value.name = "value";
    value.value = std::move(minus_one);
    constant.attributes.push_back(std::move(value));
    return constant;
}

bool is_if(OnnxNode const& node)
{
    bool const standard = node.domain.empty() || node.domain == "ai.onnx";
    return standard && node.op_type == "If" && node.inputs.size() == 1 && !node.outputs.empty();
}

// The node's name and, where a converter left it, the source line.
std::string shown_name(OnnxNode const& node)
{
    static constexpr size_t longest_line = 300;
    std::string const name = node.name.empty() ? node.outputs[0] : node.name;
    return node.doc_string.empty() || node.doc_string.size() > longest_line ? name : name + " (" + node.doc_string + ")";
}

// The branch as its own copy, in place of the shared one; null where the node has none of that name.
std::shared_ptr<OnnxGraph> own_branch(OnnxNode& node, std::string_view name)
{
    for (auto& attribute : node.attributes) {
        auto* shared = std::get_if<std::shared_ptr<OnnxGraph>>(&attribute.value);
        if (attribute.name != name || shared == nullptr || *shared == nullptr)
            continue;
        auto own = std::make_shared<OnnxGraph>(**shared);
        *shared = own;
        return own;
    }
    return nullptr;
}

// Adds to a graph the nodes that carry conditions out of it. Recursive; the model's reader bounds how deep graphs stand in graphs.
class Instrument {
public:
    std::vector<WatchedBranch> const& watched() const { return watched_; }

    // Gives the places in watched() of the graph's If nodes and of those within, whose outputs are then names of this graph.
    std::vector<size_t> add_to(OnnxGraph& graph)
    {
        std::vector<size_t> added;
        std::vector<OnnxNode> nodes;
        for (auto& node : graph.nodes) {
            if (is_if(node)) {
                added.push_back(watched_.size());
                watched_.push_back({shown_name(node), new_name()});
                nodes.push_back(condition_as_number(node.inputs[0], watched_.back().output));
                auto const within_node = carry_out(node);
                added.insert(added.end(), within_node.begin(), within_node.end());
            }
            nodes.push_back(std::move(node));
        }
        graph.nodes = std::move(nodes);
        return added;
    }

private:
    std::string new_name() { return fmt::format("__watched_branch_{}", count_++); }

    std::vector<size_t> carry_out(OnnxNode& node)
    {
        auto const then_branch = own_branch(node, "then_branch");
        auto const else_branch = own_branch(node, "else_branch");
        if (!then_branch || !else_branch)
            return {};
        auto carried = add_to(*then_branch);
        auto const from_else = add_to(*else_branch);
        carry_through(node, carried, *then_branch, *else_branch);
        carry_through(node, from_else, *else_branch, *then_branch);
        carried.insert(carried.end(), from_else.begin(), from_else.end());
        return carried;
    }

    // Conditions within one branch become outputs of both, and of the node.
    void carry_through(OnnxNode& node, std::vector<size_t> const& inside, OnnxGraph& with, OnnxGraph& without)
    {
        for (size_t const index : inside) {
            std::string const elsewhere = new_name();
            without.nodes.push_back(not_reached(elsewhere));
            without.outputs.push_back(int64_value(elsewhere));
            with.outputs.push_back(int64_value(watched_[index].output));
            watched_[index].output = new_name();
            node.outputs.push_back(watched_[index].output);
        }
    }

    size_t count_ = 0;
    std::vector<WatchedBranch> watched_;
};

}

Result<std::shared_ptr<BranchWatch const>> BranchWatch::create(Runtime const& runtime, OnnxModel const& model, SessionOptions const& options)
{
    OnnxModel copy = model;
    Instrument instrument;
    for (size_t const index : instrument.add_to(copy.graph))
        copy.graph.outputs.push_back(int64_value(instrument.watched()[index].output));
    if (instrument.watched().empty())
        return nullptr;
    std::string const bytes = write_onnx(copy);
    auto session = TRY(Session::create(runtime, bytes_of(bytes), options));
    return std::make_shared<BranchWatch const>(std::move(session), instrument.watched());
}

Result<void> BranchWatch::observe(std::span<NamedTensor const> inputs, TakenBranches& taken) const
{
    std::vector<std::string> outputs;
    for (auto const& branch : watched_)
        outputs.push_back(branch.output);
    auto const conditions = TRY(session_.run(inputs, outputs));
    for (size_t i = 0; i < watched_.size(); ++i) {
        if (conditions[i].count() != 1)
            continue;
        int64_t const condition = conditions[i].integer_at(0);
        if (condition >= 0)
            taken.emplace(i, condition != 0);
    }
    return {};
}

std::vector<std::string> BranchWatch::not_taken(TakenBranches const& taken) const
{
    std::vector<std::string> texts;
    for (size_t i = 0; i < watched_.size(); ++i) {
        bool const then_taken = taken.contains({i, true});
        bool const else_taken = taken.contains({i, false});
        if (then_taken != else_taken)
            texts.push_back(watched_[i].name + (then_taken ? ": else branch" : ": then branch"));
    }
    return texts;
}
