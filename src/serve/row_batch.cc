#include "serve/row_batch.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <numeric>

namespace {

bool begins_with(SessionValue const& value, std::string const& symbol)
{
    return value.dims && !value.dims->empty() && !value.dims->front().size && value.dims->front().symbol == symbol;
}

bool is_plain(DType dtype) { return dtype == DType::string || bits_of(dtype) % 8 == 0; }

Shape with_rows(Shape shape, int64_t rows)
{
    shape.front() = rows;
    return shape;
}

Tensor joined(std::span<std::span<NamedTensor const> const> requests, size_t number)
{
    auto const& first = requests.front()[number].tensor;
    int64_t rows = 0;
    std::vector<std::byte> bytes;
    std::vector<std::string> texts;
    for (auto const& request : requests)
        rows += request[number].tensor.shape().front();
    bytes.reserve(bytes_of_elements(first.dtype(), element_count(with_rows(first.shape(), rows)).value_or(0)).value_or(0));
    for (auto const& request : requests) {
        auto const& tensor = request[number].tensor;
        if (first.dtype() == DType::string)
            texts.insert(texts.end(), tensor.strings().begin(), tensor.strings().end());
        else
            bytes.insert(bytes.end(), tensor.bytes().begin(), tensor.bytes().end());
    }
    auto shape = with_rows(first.shape(), rows);
    auto made = first.dtype() == DType::string ? Tensor::create_strings(std::move(shape), std::move(texts)) : Tensor::create(first.dtype(), std::move(shape), SharedBytes::take(std::move(bytes)));
    CHECK(made.has_value(), "rows of equal length make one tensor");
    return *std::move(made);
}

// Rows `begin` to `begin + rows`.
Tensor cut(Tensor const& tensor, int64_t begin, int64_t rows)
{
    auto const all = static_cast<uint64_t>(std::max<int64_t>(1, tensor.shape().front()));
    auto shape = with_rows(tensor.shape(), rows);
    auto const first = static_cast<uint64_t>(begin);
    auto const count = static_cast<uint64_t>(rows);
    if (tensor.dtype() == DType::string) {
        auto const width = tensor.count() / all;
        auto const texts = tensor.strings().begin();
        auto made = Tensor::create_strings(std::move(shape), {texts + static_cast<ptrdiff_t>(first * width), texts + static_cast<ptrdiff_t>((first + count) * width)});
        CHECK(made.has_value(), "a part of the rows has a part of the texts");
        return *std::move(made);
    }
    auto const width = tensor.data().size() / all;
    auto made = Tensor::create(tensor.dtype(), std::move(shape), tensor.data().part(first * width, count * width));
    CHECK(made.has_value(), "a part of the rows has a part of the bytes");
    return *std::move(made);
}

// Element `from` of a row of floats, halved, as element `to` of another.
void put_half(DType dtype, std::byte const* from, std::byte* to)
{
    auto const put = [&]<typename T>(T value, auto const& halved) {
        std::memcpy(&value, from, sizeof value);
        value = halved(value);
        std::memcpy(to, &value, sizeof value);
    };
    if (dtype == DType::float64)
        put(double(), [](double value) { return value / 2; });
    else if (dtype == DType::float32)
        put(float(), [](float value) { return value / 2; });
    else if (dtype == DType::float16)
        put(uint16_t(), [](uint16_t bits) { return half_from_float(float_from_half(bits) / 2); });
    else
        put(uint16_t(), [](uint16_t bits) { return bfloat16_from_float(float_from_bfloat16(bits) / 2); });
}

bool can_be_halved(DType dtype) { return dtype == DType::float64 || dtype == DType::float32 || dtype == DType::float16 || dtype == DType::bfloat16; }

Tensor varied(Tensor const& tensor)
{
    auto const rows = static_cast<size_t>(tensor.shape().front());
    if (tensor.count() == 0)
        return tensor;
    if (tensor.dtype() == DType::string) {
        auto texts = tensor.strings();
        auto const width = texts.size() / rows;
        for (size_t at = 0; at < texts.size(); ++at)
            texts[at] = tensor.strings()[(at / width + 1) * width - 1];
        auto made = Tensor::create_strings(tensor.shape(), std::move(texts));
        CHECK(made.has_value(), "the count stays");
        return *std::move(made);
    }
    auto const element = static_cast<size_t>(bits_of(tensor.dtype())) / 8;
    auto const width = tensor.data().size() / rows;
    std::vector<std::byte> bytes(tensor.data().size());
    auto const* const from = tensor.bytes().data();
    for (size_t at = 0; at < bytes.size(); at += element) {
        auto const row = at / width * width;
        auto const last = row + width - element;
        if (can_be_halved(tensor.dtype()))
            put_half(tensor.dtype(), from + last - (at - row), bytes.data() + at);
        else
            std::memcpy(bytes.data() + at, from + last, element);
    }
    auto made = Tensor::create(tensor.dtype(), tensor.shape(), SharedBytes::take(std::move(bytes)));
    CHECK(made.has_value(), "the count stays");
    return *std::move(made);
}

bool same_elements(Tensor const& a, Tensor const& b)
{
    if (a.dtype() == DType::string)
        return a.strings() == b.strings();
    return std::ranges::equal(a.bytes(), b.bytes());
}

}

bool has_row_axis(std::span<SessionValue const> inputs, std::span<SessionValue const> outputs)
{
    if (inputs.empty() || outputs.empty() || !inputs.front().dims || inputs.front().dims->empty())
        return false;
    auto const& symbol = inputs.front().dims->front().symbol;
    auto const fits = [&](SessionValue const& value) { return value.dtype && is_plain(*value.dtype) && begins_with(value, symbol); };
    return !symbol.empty() && std::ranges::all_of(inputs, fits) && std::ranges::all_of(outputs, fits);
}

int64_t rows_of(std::span<NamedTensor const> inputs)
{
    auto const rows = inputs.front().tensor.shape().front();
    bool const same = std::ranges::all_of(inputs, [&](NamedTensor const& input) { return input.tensor.shape().front() == rows; });
    return same ? rows : 0;
}

bool can_join(std::span<NamedTensor const> a, std::span<NamedTensor const> b)
{
    return std::ranges::equal(a, b, [](NamedTensor const& left, NamedTensor const& right) {
        auto const& x = left.tensor.shape();
        auto const& y = right.tensor.shape();
        return left.name == right.name && left.tensor.dtype() == right.tensor.dtype() && x.size() == y.size() && std::equal(x.begin() + 1, x.end(), y.begin() + 1);
    });
}

std::vector<NamedTensor> join_rows(std::span<std::span<NamedTensor const> const> requests)
{
    CHECK(!requests.empty(), "something is joined");
    std::vector<NamedTensor> all;
    for (size_t number = 0; number < requests.front().size(); ++number)
        all.push_back({requests.front()[number].name, joined(requests, number)});
    return all;
}

Result<std::vector<std::vector<Tensor>>> split_rows(std::span<Tensor const> outputs, std::span<int64_t const> counts)
{
    auto const rows = std::accumulate(counts.begin(), counts.end(), int64_t{0});
    std::vector<std::vector<Tensor>> parts(counts.size());
    for (auto const& output : outputs) {
        if (output.rank() == 0 || output.shape().front() != rows || !is_plain(output.dtype()))
            return unsupported(fmt::format("output {} is {}{} for {} rows", &output - outputs.data(), name_of(output.dtype()), text_of(output.shape()), rows));
        int64_t begin = 0;
        for (size_t part = 0; part < counts.size(); ++part) {
            parts[part].push_back(cut(output, begin, counts[part]));
            begin += counts[part];
        }
    }
    return parts;
}

std::optional<std::vector<NamedTensor>> varied_rows(std::span<NamedTensor const> inputs)
{
    std::vector<NamedTensor> all;
    bool changed = false;
    for (auto const& input : inputs) {
        all.push_back({input.name, varied(input.tensor)});
        changed |= !same_elements(input.tensor, all.back().tensor);
    }
    return changed ? std::optional(std::move(all)) : std::nullopt;
}
