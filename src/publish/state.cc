#include "publish/state.h"

#include "convert/convert.h"
#include "onnx/structure.h"
#include "publish/samples.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>

namespace {

constexpr uint64_t most_elements = uint64_t{1} << 28;

bool has(std::vector<std::string> const& names, std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); }

bool has_name(std::vector<OnnxValueInfo> const& values, std::string_view name)
{
    return std::any_of(values.begin(), values.end(), [name](OnnxValueInfo const& value) { return value.name == name; });
}

using Sizes = std::map<std::string, int64_t, std::less<>>;

// What the sizes of the sample's inputs are called in the model.
Sizes sizes_in(Sample const& sample, OnnxModel const& model)
{
    Sizes sizes;
    for (auto const& input : model.graph.inputs)
        for (auto const& given : sample.inputs) {
            if (given.name != input.name || !input.type.shape || input.type.shape->size() != given.tensor.rank())
                continue;
            for (size_t axis = 0; axis < input.type.shape->size(); ++axis)
                if (auto const& dim = (*input.type.shape)[axis]; !dim.value && !dim.parameter.empty())
                    sizes.emplace(dim.parameter, given.tensor.shape()[axis]);
        }
    return sizes;
}

// "batch", "8*batch"
std::optional<int64_t> size_of(std::string_view text, Sizes const& sizes)
{
    int64_t product = 1;
    while (!text.empty()) {
        auto const factor = text.substr(0, text.find('*'));
        text.remove_prefix(std::min(text.size(), factor.size() + 1));
        int64_t number = 0;
        auto const [end, error] = std::from_chars(factor.data(), factor.data() + factor.size(), number);
        auto const known = sizes.find(factor);
        if (known != sizes.end())
            number = known->second;
        else if (error != std::errc() || end != factor.data() + factor.size())
            return std::nullopt;
        if (__builtin_mul_overflow(product, number, &product))
            return std::nullopt;
    }
    return product;
}

Result<Tensor> zeros_for(OnnxValueInfo const& input, Sizes const& sizes)
{
    auto const dtype = dtype_of_onnx(input.type.element_type);
    if (!dtype || !input.type.shape)
        return unsupported("input \"" + input.name + "\" is no tensor of known rank");
    Shape shape;
    for (auto const& dim : *input.type.shape) {
        auto const size = dim.value ? dim.value : size_of(dim.parameter, sizes);
        if (!size)
            return unsupported("nothing says what size \"" + dim.parameter + "\" of input \"" + input.name + "\" is").hint("give the input in the sample");
        shape.push_back(*size);
    }
    auto const count = element_count(shape);
    if (!count || *count > most_elements)
        return exhausted("input \"" + input.name + "\" of shape " + text_of(shape));
    auto const bits = static_cast<uint64_t>(bits_of(*dtype)) * *count;
    return Tensor::create(*dtype, std::move(shape), SharedBytes::take(std::vector<std::byte>((bits + 7) / 8)));
}

// The answers of the first call, under the names of the model's outputs.
Result<std::vector<NamedTensor>> first_answers(Session const& first_call, Sample const& sample, OnnxModel const& model)
{
    Sample own = sample;
    auto const state = state_of(model);
    std::erase_if(own.inputs, [&](NamedTensor const& input) { return has(state.inputs, input.name); });
    auto answers = TRY(first_call.run(own.inputs));
    if (answers.size() != model.graph.outputs.size())
        return unsupported("the first call of the program gives other results than later ones");
    std::vector<NamedTensor> named;
    for (size_t i = 0; i < answers.size(); ++i)
        named.push_back({model.graph.outputs[i].name, std::move(answers[i])});
    return named;
}

// All sizes that may vary, at one number.
std::map<std::string, int64_t> sizes_at(int64_t size, OnnxModel const& model)
{
    std::map<std::string, int64_t> sizes;
    for (auto const& input : model.graph.inputs)
        if (input.type.shape)
            for (auto const& dim : *input.type.shape)
                if (!dim.value && !dim.parameter.empty())
                    sizes.emplace(dim.parameter, size);
    return sizes;
}

Failure other_first_call(std::string const& why)
{
    return unsupported("the program's first call is none of its later calls that begins with zeros: " + why)
        .code(keeps_state_code)
        .hint(keeps_state_hint);
}

}

StateNames state_of(OnnxModel const& model)
{
    StateNames names;
    for (auto const& property : model.metadata) {
        if (!property.key.starts_with(state_key_prefix))
            continue;
        auto const input = property.key.substr(state_key_prefix.size());
        if (has_name(model.graph.inputs, input) && has_name(model.graph.outputs, property.value)) {
            names.inputs.push_back(input);
            names.outputs.push_back(property.value);
        }
    }
    return names;
}

std::vector<OnnxValueInfo> own_inputs(OnnxModel const& model)
{
    auto inputs = required_inputs(model);
    auto const state = state_of(model);
    std::erase_if(inputs, [&](OnnxValueInfo const& input) { return has(state.inputs, input.name); });
    return inputs;
}

std::vector<std::string> own_outputs(OnnxModel const& model)
{
    std::vector<std::string> names;
    auto const state = state_of(model);
    for (auto const& output : model.graph.outputs)
        if (!has(state.outputs, output.name))
            names.push_back(output.name);
    return names;
}

Result<void> begin_with_zeros(Sample& sample, OnnxModel const& model)
{
    auto const state = state_of(model);
    std::erase_if(sample.inputs, [&](NamedTensor const& input) { return has(state.inputs, input.name); });
    auto const sizes = sizes_in(sample, model);
    for (auto const& input : required_inputs(model)) {
        if (!has(state.inputs, input.name))
            continue;
        auto zeros = TRY(zeros_for(input, sizes));
        sample.inputs.push_back({input.name, std::move(zeros)});
    }
    return {};
}

Result<void> prove_first_call(World const& world, ConvertedModel const& model, std::vector<SampleFile> const& samples)
{
    static constexpr uint64_t seeds[] = {1, 2, 3};
    if (model.first_call.size == 0)
        return {};
    auto const runtime = TRY(open_runtime(world));
    auto const tested = TRY(ModelUnderTest::create(runtime, model.bytes()));
    auto const first_bytes = SharedBytes::take(model.first_call.joined());
    auto const first_call = TRY(Session::create(runtime, first_bytes.bytes()));
    std::vector<Sample> runs;
    for (auto const& sample : samples)
        runs.push_back(TRY(sample_for(sample, model.model)));
    std::string last_words = "no inputs were given";
    for (uint64_t const seed : seeds) {
        auto sample = random_sample(tested.session(), seed);
        if (sample)
            runs.push_back(*std::move(sample));
        else
            last_words = sample.error().text();
    }
    static constexpr int64_t other_sizes[] = {1, 3, 6}; // branches on sizes go other ways; not every model runs at each
    for (int64_t const size : other_sizes)
        if (auto sample = random_sample(tested.session(), static_cast<uint64_t>(size), sizes_at(size, model.model)))
            runs.push_back(*std::move(sample));
    if (runs.empty())
        return other_first_call("no run can show that it is (" + last_words + "); give --sample FILE.npz");
    for (auto& run : runs) {
        TRY(begin_with_zeros(run, model.model));
        run.expected = TRY(first_answers(first_call, run, model.model));
    }
    VerifyOptions options;
    options.allow_vacuous = true;
    auto const report = TRY(verify_recorded(tested, runs, options));
    if (!report.passed)
        return other_first_call(report.reasons.empty() ? "its results differ" : report.reasons.front());
    if (std::all_of(report.outputs.begin(), report.outputs.end(), [](OutputReport const& output) { return output.vacuous; }))
        return other_first_call("all results are zero, which proves nothing");
    return {};
}
