#include "verify/verify.h"

#include <fmt/format.h>

namespace {

// SplitMix64 (Steele, Lea, Flood 2014): the same numbers everywhere, unlike the standard library's distributions.
class Generator {
public:
    explicit Generator(uint64_t seed)
        : state_(seed)
    {
    }

    uint64_t next()
    {
        uint64_t z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    uint64_t below(uint64_t limit) { return next() % limit; }
    // Mean 0, variance 1, between -6 and 6: sums of twelve even numbers, exact on every machine.
    double near_normal()
    {
        double sum = -6;
        for (int i = 0; i < 12; ++i)
            sum += static_cast<double>(next() >> 11) * 0x1p-53;
        return sum;
    }

private:
    uint64_t state_;
};

constexpr uint64_t most_elements = uint64_t{1} << 28;
constexpr int64_t batch_size = 2;
constexpr int64_t size_candidates[] = {4, 16, 64, 224};

Tensor random_texts(Shape shape, uint64_t count, Generator& generator)
{
    std::vector<std::string> texts(count);
    for (auto& text : texts)
        text = std::string(1, static_cast<char>('a' + generator.below(26)));
    auto tensor = Tensor::create_strings(std::move(shape), std::move(texts));
    CHECK(tensor.has_value(), "texts fit the shape");
    return *std::move(tensor);
}

Result<Tensor> random_tensor(DType dtype, Shape const& shape, Generator& generator)
{
    auto const count = element_count(shape);
    if (!count || *count > most_elements)
        return exhausted(fmt::format("{} has more elements than the {} that are made up", text_of(shape), most_elements));
    if (dtype == DType::string)
        return random_texts(shape, *count, generator);
    if (is_floating(dtype)) {
        std::vector<double> values(*count);
        for (auto& value : values)
            value = generator.near_normal();
        return Tensor::of<double>(DType::float64, shape, std::move(values)).cast(dtype);
    }
    uint64_t const limit = dtype == DType::boolean ? 2 : dtype == DType::uint8 || dtype == DType::int8 ? 256
                                                                                                       : 10;
    std::vector<int64_t> values(*count);
    for (auto& value : values)
        value = static_cast<int64_t>(generator.below(limit));
    return Tensor::of<int64_t>(DType::int64, shape, std::move(values)).cast(dtype);
}

Shape shape_for(std::vector<SessionDim> const& dims, std::map<std::string, int64_t> const& sizes, int64_t otherwise)
{
    Shape shape;
    for (size_t axis = 0; axis < dims.size(); ++axis) {
        auto const named = sizes.find(dims[axis].symbol);
        if (dims[axis].size)
            shape.push_back(*dims[axis].size);
        else if (!dims[axis].symbol.empty() && named != sizes.end())
            shape.push_back(named->second);
        else
            shape.push_back(axis == 0 ? batch_size : otherwise);
    }
    return shape;
}

// A symbol on axis 0 of one input stands for the batch wherever else it is.
std::map<std::string, int64_t> with_batch(std::vector<SessionValue> const& inputs, std::map<std::string, int64_t> sizes)
{
    for (auto const& input : inputs)
        if (input.dims && !input.dims->empty() && !input.dims->front().symbol.empty())
            sizes.try_emplace(input.dims->front().symbol, batch_size);
    return sizes;
}

Result<Sample> sample_with(Session const& session, uint64_t seed, std::map<std::string, int64_t> const& sizes, int64_t otherwise)
{
    Generator generator(seed);
    Sample sample;
    sample.origin = fmt::format("random {}", seed);
    for (auto const& input : session.inputs()) {
        if (!input.dtype || !input.dims)
            return unsupported(fmt::format("no random numbers for input \"{}\": it is {}", input.name, text_of(input)))
                .hint("give a sample: --sample FILE.npz");
        auto tensor = TRY(within(fmt::format("input \"{}\"", input.name), random_tensor(*input.dtype, shape_for(*input.dims, sizes, otherwise), generator)));
        sample.inputs.push_back({input.name, std::move(tensor)});
    }
    return sample;
}

}

Result<Sample> random_sample(Session const& session, uint64_t seed, std::map<std::string, int64_t> const& sizes)
{
    auto const known = with_batch(session.inputs(), sizes);
    std::string last_words;
    for (int64_t const otherwise : size_candidates) {
        auto sample = TRY(sample_with(session, seed, known, otherwise));
        auto const answers = session.run(sample.inputs);
        if (answers)
            return sample;
        last_words = answers.error().text();
    }
    return unsupported("the model does not run on random numbers: " + last_words).hint("give a sample: --sample FILE.npz");
}
