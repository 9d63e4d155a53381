#include "onnx/element.h"
#include "onnx/read.h"

#include "base/digest.h"

#include <algorithm>
#include <span>
#include <tuple>

namespace {

// Goes to every TensorProto of a model, with its path from the root.
template <typename Visit>
class TensorWalk {
public:
    explicit TensorWalk(Visit visit)
        : visit_(std::move(visit))
    {
    }

    template <typename Model>
    void model(Model& model)
    {
        inside("graph", [&] { graph(model.graph); });
        for (size_t index = 0; index < model.training.size(); ++index)
            inside(item("training_info", index), [&] {
                if (model.training[index].initialization)
                    inside("initialization", [&] { graph(*model.training[index].initialization); });
                if (model.training[index].algorithm)
                    inside("algorithm", [&] { graph(*model.training[index].algorithm); });
            });
        for (size_t index = 0; index < model.functions.size(); ++index)
            inside(item("functions", index), [&] {
                attributes("attribute_proto", model.functions[index].defaults);
                nodes(model.functions[index].nodes);
            });
    }

private:
    static std::string item(char const* name, size_t index) { return std::string(name) + "[" + std::to_string(index) + "]"; }

    template <typename Body>
    void inside(std::string const& name, Body body)
    {
        size_t const length = path_.size();
        path_ += (path_.empty() ? "" : ".") + name;
        body();
        path_.resize(length);
    }

    template <typename Graph>
    void graph(Graph& graph)
    {
        nodes(graph.nodes);
        tensors("initializer", graph.initializers);
        sparse_tensors("sparse_initializer", graph.sparse_initializers);
    }

    template <typename Nodes>
    void nodes(Nodes& nodes)
    {
        for (size_t index = 0; index < nodes.size(); ++index)
            if (!nodes[index].attributes.empty())
                inside(item("node", index), [&] { attributes("attribute", nodes[index].attributes); });
    }

    template <typename Attributes>
    void attributes(char const* name, Attributes& attributes)
    {
        for (size_t index = 0; index < attributes.size(); ++index)
            inside(item(name, index), [&] { attribute(attributes[index]); });
    }

    template <typename Attribute>
    void attribute(Attribute& attribute)
    {
        if (auto* const tensor = std::get_if<OnnxTensor>(&attribute.value))
            inside("t", [&] { visit_(path_, *tensor); });
        if (auto* const list = std::get_if<std::vector<OnnxTensor>>(&attribute.value))
            tensors("tensors", *list);
        if (auto* const inner = std::get_if<std::shared_ptr<OnnxGraph>>(&attribute.value))
            inside("g", [&] { graph(**inner); });
        if (auto* const list = std::get_if<std::vector<std::shared_ptr<OnnxGraph>>>(&attribute.value))
            for (size_t index = 0; index < list->size(); ++index)
                inside(item("graphs", index), [&] { graph(*(*list)[index]); });
        sparse_tensors("sparse_tensors", attribute.sparse_tensors);
    }

    template <typename Tensors>
    void tensors(char const* name, Tensors& tensors)
    {
        for (size_t index = 0; index < tensors.size(); ++index)
            inside(item(name, index), [&] { visit_(path_, tensors[index]); });
    }

    template <typename Tensors>
    void sparse_tensors(char const* name, Tensors& tensors)
    {
        for (size_t index = 0; index < tensors.size(); ++index)
            inside(item(name, index), [&] {
                inside("values", [&] { visit_(path_, tensors[index].values); });
                inside("indices", [&] { visit_(path_, tensors[index].indices); });
            });
    }

    Visit visit_;
    std::string path_;
};

struct PlannedLoad {
    std::string place;
    OnnxTensor* tensor;
};

std::string shown(OnnxExternalData const& data) { return "\"" + data.location + "\" bytes " + std::to_string(data.offset) + " to " + std::to_string(data.offset + data.length.value_or(0)); }

// Settles the length from type and dims, which the length that the file gives must equal.
Result<void> settle_length(OnnxTensor& tensor)
{
    TRY(check_external_location(tensor.external->location));
    auto const needed = onnx_tensor_bytes(tensor.data_type, tensor.dims);
    if (!needed || tensor.data_type == onnx_string_type)
        return malformed("external data for " + onnx_type_name(tensor.data_type) + " " + text_of(tensor.dims) + ", which has no size");
    if (tensor.external->length.value_or(*needed) != *needed)
        return malformed("external data of " + std::to_string(*tensor.external->length) + " bytes for " + onnx_type_name(tensor.data_type) + " " + text_of(tensor.dims) + ", which needs " + std::to_string(*needed));
    if (tensor.external->offset > uint64_t{INT64_MAX} - *needed)
        return malformed("external data at offset " + std::to_string(tensor.external->offset) + ", beyond any file");
    tensor.external->length = *needed;
    return {};
}

// Tensors may share their bytes; they may not share a part of them.
Result<void> check_overlaps(std::span<OnnxExternalData const> all)
{
    std::vector<OnnxExternalData const*> places;
    for (auto const& one : all)
        if (*one.length != 0)
            places.push_back(&one);
    auto const order = [](OnnxExternalData const* data) { return std::tuple<std::string const&, uint64_t, uint64_t>(data->location, data->offset, *data->length); };
    std::ranges::sort(places, [&](auto const* left, auto const* right) { return order(left) < order(right); });
    for (size_t index = 1; index < places.size(); ++index) {
        auto const& before = *places[index - 1];
        auto const& after = *places[index];
        if (before.location == after.location && after.offset < before.offset + *before.length && order(&before) != order(&after))
            return refused("external data of two tensors overlaps: " + shown(before) + ", " + shown(after));
    }
    return {};
}

}

std::vector<OnnxExternalTensor> external_tensors(OnnxModel const& model)
{
    std::vector<OnnxExternalTensor> found;
    TensorWalk([&](std::string const& path, OnnxTensor const& tensor) {
        if (tensor.external)
            found.push_back({tensor.name.empty() ? path : path + " \"" + tensor.name + "\"", &tensor});
    }).model(model);
    return found;
}

Result<void> check_external_location(std::string_view location)
{
    auto const no = [&](char const* why) { return refused("external data in \"" + std::string(location) + "\": " + why); };
    if (location.find('\0') != location.npos)
        return refused("external data in a file whose name holds a NUL");
    if (location.find('\\') != location.npos)
        return no("a backslash in a path");
    // ONNX Runtime takes the offset of tensors at "*/_ORT_MEM_ADDR_/*" and its like for an address in its own memory. Source: ONNX Runtime
    // core/framework/tensorprotoutils.h.
    if (location.find('*') != location.npos)
        return no("a place that ONNX Runtime takes for an address in memory");
    if (location.starts_with("/"))
        return no("an absolute path, wanted one that is relative to the model");
    for (size_t begin = 0; begin <= location.size();) {
        size_t const end = std::min(location.find('/', begin), location.size());
        auto const name = location.substr(begin, end - begin);
        if (name.empty() || name == "." || name == "..")
            return no("wanted plain names joined by \"/\"");
        begin = end + 1;
    }
    return {};
}

Result<void> check_external_checksum(OnnxExternalData const& place, Bytes file)
{
    auto const stated = std::ranges::find(place.others, "checksum", [](auto const& other) { return other.first; });
    if (stated == place.others.end() || stated->second.empty())
        return {};
    std::string wanted = stated->second;
    std::ranges::transform(wanted, wanted.begin(), [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c); });
    auto const found = sha1_of(file);
    if (found != wanted)
        return malformed("external data in \"" + place.location + "\" whose SHA-1 is " + found + ", and the model says " + wanted.substr(0, 60));
    return {};
}

Result<void> check_external_ranges(OnnxModel const& model)
{
    std::vector<OnnxExternalData> places;
    for (auto const& external : external_tensors(model)) {
        OnnxTensor tensor = *external.tensor;
        TRY(within(external.place, settle_length(tensor)));
        places.push_back(std::move(*tensor.external));
    }
    return check_overlaps(places);
}

Result<void> load_external_data(OnnxModel& model, ExternalLoader const& load, Limits const& limits)
{
    std::vector<PlannedLoad> loads;
    TensorWalk([&](std::string const& path, OnnxTensor& tensor) {
        if (tensor.external)
            loads.push_back({path, &tensor});
    }).model(model);

    uint64_t total = 0;
    std::vector<OnnxExternalData> places;
    for (auto const& one : loads) {
        TRY(within(one.place, settle_length(*one.tensor)));
        places.push_back(*one.tensor->external);
        if (*one.tensor->external->length > limits.unpacked_bytes - total)
            return exhausted("external data of more than " + std::to_string(limits.unpacked_bytes) + " bytes").at(one.place);
        total += *one.tensor->external->length;
    }
    TRY(check_overlaps(places));

    for (auto const& one : loads) {
        if (!one.tensor->external) // a graph that two attributes share
            continue;
        SharedBytes bytes = TRY(within(one.place, load(*one.tensor->external)));
        if (bytes.size() != *one.tensor->external->length)
            return malformed("external data: " + std::to_string(bytes.size()) + " bytes came, wanted " + std::to_string(*one.tensor->external->length)).at(one.place);
        one.tensor->raw = std::move(bytes);
        one.tensor->external.reset();
    }
    return {};
}
