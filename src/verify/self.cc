#include "verify/judge.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace {

constexpr int64_t rows_made = 3;

// Which axis of each input and output is the batch; nothing for those that have none.
struct Batch {
    std::string symbol; // may be empty
    std::vector<std::optional<size_t>> inputs;
};

std::optional<size_t> axis_with(SessionValue const& value, std::string const& symbol)
{
    if (!value.dims)
        return std::nullopt;
    for (size_t axis = 0; axis < value.dims->size(); ++axis) {
        auto const& dim = (*value.dims)[axis];
        // A nameless size is the batch on axis 0 alone.
        if (!dim.size && dim.symbol == symbol && (axis == 0 || !symbol.empty()))
            return axis;
    }
    return std::nullopt;
}

Result<Batch> batch_of(std::vector<SessionValue> const& inputs)
{
    auto const first = std::find_if(inputs.begin(), inputs.end(), [](auto const& input) { return input.dims && !input.dims->empty() && !input.dims->front().size; });
    if (first == inputs.end())
        return unsupported("no input has a symbolic axis 0, so there are no batches to compare").hint("convert with --dynamic auto, or verify against recorded answers");
    Batch batch{first->dims->front().symbol, {}};
    for (auto const& input : inputs)
        batch.inputs.push_back(axis_with(input, batch.symbol));
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

// The number of rows that all batched inputs have.
Result<int64_t> rows_of(Sample const& sample, std::vector<SessionValue> const& inputs, Batch const& batch)
{
    std::optional<int64_t> rows;
    for (size_t i = 0; i < inputs.size(); ++i) {
        auto const found = std::find_if(sample.inputs.begin(), sample.inputs.end(), [&](auto const& input) { return input.name == inputs[i].name; });
        if (!batch.inputs[i] || found == sample.inputs.end())
            continue; // a missing one is the run's to name
        if (found->tensor.rank() != inputs[i].dims->size())
            return malformed(fmt::format("input \"{}\" is {}{}, wanted {}", inputs[i].name, name_of(found->tensor.dtype()), text_of(found->tensor.shape()), text_of(inputs[i])));
        if (bits_of(found->tensor.dtype()) % 8 != 0)
            return unsupported(fmt::format("batches of {} are not taken apart", name_of(found->tensor.dtype())));
        int64_t const here = found->tensor.shape()[*batch.inputs[i]];
        if (rows && *rows != here)
            return unsupported(fmt::format("inputs have {} and {} rows on the axis \"{}\"", *rows, here, batch.symbol));
        rows = here;
    }
    if (!rows || *rows == 0)
        return unsupported("the sample has no rows");
    return *rows;
}

template <typename Change>
Sample with_batched_inputs(Sample const& sample, std::vector<SessionValue> const& inputs, Batch const& batch, Change change)
{
    Sample changed = sample;
    changed.expected.clear();
    for (auto& input : changed.inputs)
        for (size_t i = 0; i < inputs.size(); ++i)
            if (inputs[i].name == input.name && batch.inputs[i])
                input.tensor = change(input.tensor, *batch.inputs[i]);
    return changed;
}

// The batch's axis of an output that came out with `rows` rows where its single runs have one; nothing where it has none.
std::optional<size_t> output_axis(SessionValue const& value, std::string const& symbol, Tensor const& batched, Tensor const& single, int64_t rows)
{
    auto const fits = [&](size_t axis) {
        if (axis >= batched.rank() || single.rank() != batched.rank() || bits_of(batched.dtype()) % 8 != 0)
            return false;
        return batched.shape()[axis] == rows && single.shape()[axis] == 1;
    };
    auto const named = axis_with(value, symbol);
    if (named)
        return fits(*named) ? named : std::nullopt;
    return fits(0) ? std::optional<size_t>(0) : std::nullopt;
}

Result<void> compare_sample(Judge& judge, Session const& session, Batch const& batch, Sample const& sample, size_t index, int64_t rows)
{
    auto const batched = TRY(answers_to(session, sample, index));
    judge.begin_sample(sample);
    for (int64_t row = 0; row < rows; ++row) {
        auto const number = static_cast<uint64_t>(row);
        auto const single_sample = with_batched_inputs(sample, session.inputs(), batch, [&](Tensor const& tensor, size_t axis) { return row_at(tensor, axis, number); });
        auto const single = TRY(within(fmt::format("row {} by itself", row), answers_to(session, single_sample, index)));
        for (size_t output = 0; output < batched.size(); ++output) {
            auto const& value = session.outputs()[output];
            auto const axis = output_axis(value, batch.symbol, batched[output], single[output], rows);
            if (axis)
                judge.compare_output(value.name, single[output], row_at(batched[output], *axis, number));
            else
                judge.note(fmt::format("output \"{}\" was not compared: {} for a batch of {}, {} for one row", value.name, text_of(batched[output].shape()), rows, text_of(single[output].shape())));
        }
    }
    return {};
}

}

Result<VerifyReport> verify_self(ModelUnderTest const& model, std::span<Sample const> samples, VerifyOptions const& options)
{
    auto const& session = model.session();
    auto const batch = TRY(batch_of(session.inputs()));
    Judge judge(model, "self", options);
    for (size_t index = 0; index < samples.size(); ++index) {
        int64_t rows = TRY(rows_of(samples[index], session.inputs(), batch));
        Sample sample = samples[index];
        if (rows == 1) {
            sample = with_batched_inputs(sample, session.inputs(), batch, rotated_rows);
            judge.note(fmt::format("samples of one row were made into {} by rotating their elements", rows_made));
            rows = rows_made;
        }
        TRY(compare_sample(judge, session, batch, sample, index, rows));
    }
    return std::move(judge).finish();
}
