#include "verify/judge.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace {

constexpr int64_t rows_made = 3;

// The batch of a sample: how many rows, and which axis of each input they stand on; nothing for inputs that have none.
struct Batch {
    int64_t rows = 0;
    std::vector<std::optional<size_t>> axes;
};

bool is_batched(SessionValue const& input) { return input.dims && !input.dims->empty() && !input.dims->front().size; }

// By the symbol where it has a name. A nameless size is the batch on axis 0; where axis 0 is fixed (a recurrent state), on the
// first axis that has the batch's size in the sample.
std::optional<size_t> batch_axis(SessionValue const& input, Shape const& shape, std::string const& symbol, int64_t rows)
{
    if (!input.dims)
        return std::nullopt;
    for (size_t axis = 0; axis < input.dims->size(); ++axis) {
        auto const& dim = (*input.dims)[axis];
        if (!dim.size && dim.symbol == symbol && (!symbol.empty() || axis == 0 || (!is_batched(input) && shape[axis] == rows)))
            return axis;
    }
    return std::nullopt;
}

Result<SessionValue const*> first_batched(std::vector<SessionValue> const& inputs)
{
    auto const first = std::find_if(inputs.begin(), inputs.end(), is_batched);
    if (first == inputs.end())
        return unsupported("no input has a symbolic axis 0, so there are no batches to compare")
            .hint("convert with --dynamic auto, or verify against recorded answers");
    return &*first;
}

Tensor const* tensor_for(Sample const& sample, SessionValue const& value)
{
    auto const found = std::find_if(sample.inputs.begin(), sample.inputs.end(), [&](auto const& input) { return input.name == value.name; });
    return found == sample.inputs.end() ? nullptr : &found->tensor;
}

Result<void> check_input(SessionValue const& value, Tensor const* tensor)
{
    if (tensor == nullptr)
        return malformed(fmt::format("input \"{}\" ({}) is missing", value.name, text_of(value)));
    if (value.dims && tensor->rank() != value.dims->size())
        return malformed(fmt::format("input \"{}\" is {}{}, wanted {}", value.name, name_of(tensor->dtype()), text_of(tensor->shape()), text_of(value)));
    return {};
}

Result<Batch> batch_of(Sample const& sample, std::vector<SessionValue> const& inputs)
{
    for (auto const& input : inputs)
        TRY(check_input(input, tensor_for(sample, input)));
    auto const* const first = TRY(first_batched(inputs));
    Batch batch;
    batch.rows = tensor_for(sample, *first)->shape()[0];
    if (batch.rows == 0)
        return unsupported("the sample has no rows");
    for (auto const& input : inputs) {
        Tensor const& tensor = *tensor_for(sample, input);
        auto const axis = batch_axis(input, tensor.shape(), first->dims->front().symbol, batch.rows);
        if (axis && tensor.shape()[*axis] != batch.rows)
            return unsupported(fmt::format("inputs \"{}\" and \"{}\" have {} and {} rows", first->name, input.name, batch.rows, tensor.shape()[*axis]));
        if (axis && bits_of(tensor.dtype()) % 8 != 0)
            return unsupported(fmt::format("batches of {} are not taken apart", name_of(tensor.dtype())));
        batch.axes.push_back(axis);
    }
    return batch;
}

// A tensor as `outer` blocks of `size` rows of `row_elements` each.
struct Rows {
    uint64_t outer = 1;
    uint64_t size = 0;
    uint64_t row_elements = 1;

    Rows(Shape const& shape, size_t axis)
        : size(static_cast<uint64_t>(shape[axis]))
    {
        for (size_t i = 0; i < axis; ++i)
            outer *= static_cast<uint64_t>(shape[i]);
        for (size_t i = axis + 1; i < shape.size(); ++i)
            row_elements *= static_cast<uint64_t>(shape[i]);
    }
};

// The elements of `tensor` at `places`, under another shape. Types narrower than a byte are refused before.
Tensor gathered(Tensor const& tensor, Shape shape, std::vector<uint64_t> const& places)
{
    if (tensor.dtype() == DType::string) {
        std::vector<std::string> texts;
        for (uint64_t const place : places)
            texts.push_back(tensor.strings()[place]);
        return *Tensor::create_strings(std::move(shape), std::move(texts));
    }
    auto const width = static_cast<size_t>(bits_of(tensor.dtype()) / 8);
    std::vector<std::byte> bytes(places.size() * width);
    for (size_t i = 0; i < places.size(); ++i)
        std::memcpy(bytes.data() + i * width, tensor.bytes().data() + places[i] * width, width);
    return *Tensor::create(tensor.dtype(), std::move(shape), SharedBytes::take(std::move(bytes)));
}

Tensor row_at(Tensor const& tensor, size_t axis, uint64_t row)
{
    Rows const rows(tensor.shape(), axis);
    std::vector<uint64_t> places;
    for (uint64_t block = 0; block < rows.outer; ++block)
        for (uint64_t element = 0; element < rows.row_elements; ++element)
            places.push_back((block * rows.size + row) * rows.row_elements + element);
    Shape shape = tensor.shape();
    shape[axis] = 1;
    return gathered(tensor, std::move(shape), places);
}

// One row -> `rows_made` rows that differ: each further one is rotated by one element more, so that every value stays plausible.
Tensor rotated_rows(Tensor const& tensor, size_t axis)
{
    Rows const rows(tensor.shape(), axis);
    std::vector<uint64_t> places;
    for (uint64_t block = 0; block < rows.outer; ++block)
        for (uint64_t row = 0; row < rows_made; ++row)
            for (uint64_t element = 0; element < rows.row_elements; ++element) {
                uint64_t const rotated = rows.outer == 1 ? (element + row) % rows.row_elements : element;
                uint64_t const other_block = rows.outer == 1 ? block : (block + row) % rows.outer;
                places.push_back(other_block * rows.row_elements + rotated);
            }
    Shape shape = tensor.shape();
    shape[axis] = rows_made;
    return gathered(tensor, std::move(shape), places);
}

template <typename Change>
Sample with_batched_inputs(Sample const& sample, std::vector<SessionValue> const& inputs, Batch const& batch, Change change)
{
    Sample changed = sample;
    changed.expected.clear();
    for (auto& input : changed.inputs)
        for (size_t i = 0; i < inputs.size(); ++i)
            if (inputs[i].name == input.name && batch.axes[i])
                input.tensor = change(input.tensor, *batch.axes[i]);
    return changed;
}

// The one axis on which a batch's answer has `rows` and a single run's has one; nothing where the shapes differ otherwise.
std::optional<size_t> output_axis(Tensor const& batched, Tensor const& single, int64_t rows)
{
    if (batched.rank() != single.rank() || bits_of(batched.dtype()) % 8 != 0)
        return std::nullopt;
    std::optional<size_t> found;
    for (size_t axis = 0; axis < batched.rank(); ++axis) {
        if (batched.shape()[axis] == single.shape()[axis])
            continue;
        if (found || batched.shape()[axis] != rows || single.shape()[axis] != 1)
            return std::nullopt;
        found = axis;
    }
    return found;
}

Result<void> compare_sample(Judge& judge, Session const& session, Batch const& batch, Sample const& sample, size_t index)
{
    auto const batched = TRY(answers_to(session, sample, index));
    judge.begin_sample(sample);
    for (int64_t row = 0; row < batch.rows; ++row) {
        auto const number = static_cast<uint64_t>(row);
        auto const this_row = [&](Tensor const& tensor, size_t axis) { return row_at(tensor, axis, number); };
        auto const single_sample = with_batched_inputs(sample, session.inputs(), batch, this_row);
        auto const single = TRY(within(fmt::format("row {} by itself", row), answers_to(session, single_sample, index)));
        for (size_t output = 0; output < batched.size(); ++output) {
            auto const& value = session.outputs()[output];
            auto const axis = output_axis(batched[output], single[output], batch.rows);
            if (axis)
                judge.compare_output(value.name, single[output], row_at(batched[output], *axis, number));
            else
                judge.note(fmt::format("output \"{}\" was not compared: {} for a batch of {}, {} for one row",
                    value.name, text_of(batched[output].shape()), batch.rows, text_of(single[output].shape())));
        }
    }
    return {};
}

}

Result<VerifyReport> verify_self(ModelUnderTest const& model, std::span<Sample const> samples, VerifyOptions const& options)
{
    auto const& session = model.session();
    Judge judge(model, "self", options);
    for (size_t index = 0; index < samples.size(); ++index) {
        Sample sample = samples[index];
        Batch batch = TRY(batch_of(sample, session.inputs()));
        if (batch.rows == 1) {
            sample = with_batched_inputs(sample, session.inputs(), batch, rotated_rows);
            batch.rows = rows_made;
            judge.note(fmt::format("samples of one row were made into {} by rotating their elements", rows_made));
        }
        TRY(compare_sample(judge, session, batch, sample, index));
    }
    return std::move(judge).finish();
}
