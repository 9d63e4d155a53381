#include "convert/convert.h"
#include "convert/operator_cases.h"
#include "onnx/write.h"
#include "runtime/runtime.h"

#include <rapidcheck.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>

// Random chains of views and writes, converted and run, against a small interpreter that does what PyTorch's memory does: an array, and
// for each tensor an offset, sizes and strides into it.

namespace {

struct Memory {
    std::vector<float> numbers;
};

struct View {
    std::shared_ptr<Memory> memory;
    int64_t offset = 0;
    std::vector<int64_t> sizes;
    std::vector<int64_t> strides;

    int64_t rank() const { return static_cast<int64_t>(sizes.size()); }
    std::vector<size_t> places() const // of its elements, in their order
    {
        std::vector<size_t> result{static_cast<size_t>(offset)};
        for (size_t axis = 0; axis < sizes.size(); ++axis) {
            std::vector<size_t> next;
            for (size_t const place : result)
                for (int64_t i = 0; i < sizes[axis]; ++i)
                    next.push_back(place + static_cast<size_t>(i * strides[axis]));
            result = std::move(next);
        }
        return result;
    }
    std::vector<float> elements() const
    {
        std::vector<float> result;
        for (size_t const place : places())
            result.push_back(memory->numbers[place]);
        return result;
    }
};

View of_its_own(std::vector<float> numbers, std::vector<int64_t> sizes)
{
    View view{std::make_shared<Memory>(Memory{std::move(numbers)}), 0, sizes, std::vector<int64_t>(sizes.size(), 1)};
    for (size_t axis = sizes.size(); axis-- > 1;)
        view.strides[axis - 1] = view.strides[axis] * sizes[axis];
    return view;
}

enum class StepKind : uint8_t { select,
    slice,
    transpose,
    unsqueeze,
    clone,
    fill,
    add,
    multiply,
    copy };
constexpr uint8_t step_kinds = 9;

struct Step {
    StepKind kind;
    size_t source; // the tensor that it is taken of, or written
    std::array<int64_t, 3> numbers;

    bool writes() const { return kind >= StepKind::fill; }
};

// Chosen by bytes, so that a failing chain is made shorter and simpler by itself.
Step step_of(std::array<uint8_t, 5> const& bytes, std::vector<View> const& tensors)
{
    Step step{static_cast<StepKind>(bytes[0] % step_kinds), bytes[1] % tensors.size(), {}};
    auto const rank = std::max<int64_t>(tensors[step.source].rank(), 1);
    auto const signed_number = [](uint8_t byte) { return static_cast<int64_t>(byte % 9) - 4; };
    switch (step.kind) {
    case StepKind::select:
        step.numbers = {bytes[2] % rank, signed_number(bytes[3]), 0};
        break;
    case StepKind::slice:
        step.numbers = {bytes[2] % rank, signed_number(bytes[3]), signed_number(bytes[4])};
        break;
    case StepKind::transpose:
        step.numbers = {bytes[2] % rank, bytes[3] % rank, 0};
        break;
    case StepKind::unsqueeze:
        step.numbers = {bytes[2] % (rank + 1), 0, 0};
        break;
    case StepKind::copy:
        step.numbers = {static_cast<int64_t>(bytes[2] % tensors.size()), 0, 0};
        break;
    case StepKind::clone:
    case StepKind::fill:
    case StepKind::add:
    case StepKind::multiply:
        step.numbers = {signed_number(bytes[2]), 0, 0};
        break;
    }
    return step;
}

// Does the step; false where PyTorch would raise, or ranks grow beyond use.
bool is_done(Step const& step, std::vector<View>& tensors)
{
    View const source = tensors[step.source];
    auto const [first, second, third] = step.numbers;
    auto const axis = static_cast<size_t>(first);
    View result = source;
    switch (step.kind) {
    case StepKind::select: {
        if (source.rank() == 0 || second < -source.sizes[axis] || second >= source.sizes[axis])
            return false;
        result.offset += (second < 0 ? second + source.sizes[axis] : second) * source.strides[axis];
        result.sizes.erase(result.sizes.begin() + first);
        result.strides.erase(result.strides.begin() + first);
        break;
    }
    case StepKind::slice: {
        if (source.rank() == 0)
            return false;
        int64_t const size = source.sizes[axis];
        auto const bound = [&](int64_t place) { return std::clamp<int64_t>(place < 0 ? place + size : place, 0, size); };
        result.sizes[axis] = std::max<int64_t>(bound(third) - bound(second), 0);
        result.offset += bound(second) * source.strides[axis];
        break;
    }
    case StepKind::transpose:
        if (source.rank() == 0)
            return false;
        std::swap(result.sizes[axis], result.sizes[static_cast<size_t>(second)]);
        std::swap(result.strides[axis], result.strides[static_cast<size_t>(second)]);
        break;
    case StepKind::unsqueeze:
        if (source.rank() > 4 || first > source.rank())
            return false;
        result.sizes.insert(result.sizes.begin() + first, 1);
        result.strides.insert(result.strides.begin() + first, 1);
        break;
    case StepKind::clone:
        result = of_its_own(source.elements(), source.sizes);
        break;
    case StepKind::fill:
    case StepKind::add:
    case StepKind::multiply:
        for (size_t const place : source.places()) {
            float& number = source.memory->numbers[place];
            auto const operand = static_cast<float>(first);
            number = step.kind == StepKind::fill ? operand : step.kind == StepKind::add ? number + operand
                                                                                        : number * operand;
        }
        return true;
    case StepKind::copy: {
        if (tensors[axis].sizes != source.sizes)
            return false;
        auto const elements = tensors[axis].elements();
        auto const places = source.places();
        for (size_t i = 0; i < places.size(); ++i)
            source.memory->numbers[places[i]] = elements[i];
        return true;
    }
    }
    tensors.push_back(std::move(result));
    return true;
}

std::string text_of_step(Step const& step, std::string const& name)
{
    std::string const source = "t" + std::to_string(step.source);
    auto const number = [&](size_t i) { return std::to_string(step.numbers[i]); };
    switch (step.kind) {
    case StepKind::select:
        return name + " = torch.select(" + source + ", " + number(0) + ", " + number(1) + ")";
    case StepKind::slice:
        return name + " = torch.slice(" + source + ", " + number(0) + ", " + number(1) + ", " + number(2) + ")";
    case StepKind::transpose:
        return name + " = torch.transpose(" + source + ", " + number(0) + ", " + number(1) + ")";
    case StepKind::unsqueeze:
        return name + " = torch.unsqueeze(" + source + ", " + number(0) + ")";
    case StepKind::clone:
        return name + " = torch.clone(" + source + ")";
    case StepKind::fill:
        return "_ = torch.fill_(" + source + ", " + number(0) + ")";
    case StepKind::add:
        return "_ = torch.add_(" + source + ", " + number(0) + ")";
    case StepKind::multiply:
        return "_ = torch.mul_(" + source + ", " + number(0) + ")";
    case StepKind::copy:
        return "_ = torch.copy_(" + source + ", torch.clone(t" + number(0) + "))";
    }
    return "";
}

std::vector<View> first_tensors(int64_t batch)
{
    std::vector<float> numbers;
    for (int64_t i = 0; i < batch * 6; ++i)
        numbers.push_back(static_cast<float>(i + 1));
    return {of_its_own(std::move(numbers), {batch, 2, 3})};
}

constexpr int64_t batches[] = {3, 1, 2, 5};
constexpr size_t most_steps = 20;

struct Chain {
    std::string code;
    std::vector<std::vector<View>> answers; // for each of the batches
};

// Of the steps that are possible for every batch.
Chain chain_of(std::vector<std::array<uint8_t, 5>> const& bytes)
{
    Chain chain;
    std::vector<Step> steps;
    auto const done = [&](int64_t batch, Step const& last) -> std::optional<std::vector<View>> {
        auto tensors = first_tensors(batch);
        for (auto const& step : steps)
            if (!is_done(step, tensors))
                return std::nullopt;
        return is_done(last, tensors) ? std::optional(tensors) : std::nullopt;
    };
    auto tensors = first_tensors(batches[0]);
    std::string lines = "    t0 = torch.mul(x, 1)\n";
    for (auto const& each : bytes) {
        Step const step = step_of(each, tensors);
        bool const possible = steps.size() < most_steps && std::all_of(std::begin(batches), std::end(batches), [&](int64_t batch) { return done(batch, step).has_value(); });
        if (!possible)
            continue;
        lines += "    " + text_of_step(step, "t" + std::to_string(tensors.size())) + "\n";
        is_done(step, tensors);
        steps.push_back(step);
    }
    std::string names;
    for (size_t i = 0; i < tensors.size(); ++i)
        names += (i ? ", t" : "t") + std::to_string(i);
    chain.code = "class M(Module):\n  def forward(self: __torch__.M,\n    x: Tensor) -> Tensor:\n" + lines + "    return [" + names + "]\n";
    for (int64_t const batch : batches) {
        auto each = first_tensors(batch);
        for (auto const& step : steps)
            is_done(step, each);
        chain.answers.push_back(std::move(each));
    }
    return chain;
}

// What the model gives for one batch, or why it gives nothing.
std::string wrong_answer(Session const& session, int64_t batch, std::vector<View> const& expected)
{
    auto const x = first_tensors(batch)[0];
    auto const input = Tensor::of<float>(DType::float32, x.sizes, x.elements());
    std::vector<NamedTensor> const feed{{session.inputs()[0].name, input}};
    auto const answers = session.run(feed);
    if (!answers)
        return answers.error().text();
    for (size_t i = 0; i < expected.size(); ++i) {
        Tensor const& answer = (*answers)[i];
        if (answer.shape() != expected[i].sizes)
            return "t" + std::to_string(i) + " has sizes " + text_of(answer.shape()) + ", wanted " + text_of(expected[i].sizes);
        auto const elements = expected[i].elements();
        for (uint64_t k = 0; k < elements.size(); ++k)
            if (answer.number_at(k) != static_cast<double>(elements[k]))
                return "element " + std::to_string(k) + " of t" + std::to_string(i) + " is " + std::to_string(answer.number_at(k)) + ", wanted " + std::to_string(elements[k]);
    }
    return "";
}

TEST(Views, and_writes_are_what_an_array_and_strides_say)
{
    auto const runtime = Runtime::open();
    ASSERT_TRUE(runtime) << runtime.error().text();
    setenv("RC_PARAMS", "seed=1 max_success=150", 0); // the same chains each time, unless others are asked for
    bool const holds = rc::check("chains of views and writes", [&](std::vector<std::array<uint8_t, 5>> const& bytes) {
        auto const chain = chain_of(bytes);
        RC_LOG() << chain.code;
        auto const program = program_of_code(chain.code);
        RC_ASSERT(program.has_value());
        ConvertOptions options;
        options.inputs.push_back(specification_of(Tensor::of<float>(DType::float32, {3, 2, 3}, std::vector<float>(18))));
        auto const outcome = convert(*program, options);
        if (!outcome)
            RC_LOG() << outcome.error().text();
        RC_ASSERT(outcome.has_value());
        auto const* conversion = std::get_if<Conversion>(&*outcome);
        RC_ASSERT(conversion != nullptr);
        RC_ASSERT(conversion->warnings.empty());
        auto const session = Session::create(*runtime, bytes_of(write_onnx(conversion->model)), {});
        RC_ASSERT(session.has_value());
        for (size_t i = 0; i < std::size(batches); ++i) {
            auto const wrong = wrong_answer(*session, batches[i], chain.answers[i]);
            if (!wrong.empty())
                RC_LOG() << "batch " << batches[i] << ": " << wrong;
            RC_ASSERT(wrong.empty());
        }
    });
    EXPECT_TRUE(holds);
}

}
