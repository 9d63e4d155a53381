#include "runtime/runtime.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <sstream>
#include <thread>

namespace {

std::string file_text(std::string const& name)
{
    std::ifstream file("tests/data/runtime/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

class Sessions : public testing::Test {
protected:
    void SetUp() override
    {
        auto opened = Runtime::open();
        if (!opened)
            GTEST_SKIP() << opened.error().text();
        runtime_ = *opened;
    }

    Result<Session> session(std::string const& name, SessionOptions const& options = {}) const
    {
        std::string const model = file_text(name + ".onnx");
        return Session::create(*runtime_, bytes_of(model), options);
    }

    // The answers to inputs, as "float32[1, 2] 1 2; ..." or the error.
    std::string answer(std::string const& model, std::vector<NamedTensor> const& inputs, std::vector<std::string> const& outputs = {}) const
    {
        auto const made = session(model);
        if (!made)
            return "error: " + made.error().text();
        auto const tensors = made->run(inputs, outputs);
        if (!tensors)
            return std::string(row_of(tensors.error().reason).name) + ": " + tensors.error().text();
        std::string text;
        for (auto const& tensor : *tensors)
            text += (text.empty() ? "" : "; ") + tensor_text(tensor);
        return text;
    }

    static std::string tensor_text(Tensor const& tensor)
    {
        std::string text = std::string(name_of(tensor.dtype())) + text_of(tensor.shape());
        for (uint64_t i = 0; i < tensor.count(); ++i) {
            std::ostringstream element;
            if (tensor.dtype() == DType::string)
                element << tensor.strings()[i];
            else
                element << tensor.number_at(i);
            text += " " + element.str();
        }
        return text;
    }

    std::optional<Runtime> runtime_;
};

Tensor floats(Shape shape, std::vector<float> values) { return Tensor::of<float>(DType::float32, std::move(shape), std::move(values)); }
Tensor texts(std::vector<std::string> values)
{
    Shape const shape{static_cast<int64_t>(values.size())};
    return *Tensor::create_strings(shape, std::move(values));
}

std::vector<NamedTensor> one_of_each_kind()
{
    return {
        {"half", Tensor::of<uint16_t>(DType::float16, {2}, {0x3c00, 0x0001})},
        {"words", texts({"", std::string("a\0b", 3)})},
        {"brain", Tensor::of<uint16_t>(DType::bfloat16, {2}, {0x3f80, 0xc000})},
        {"flags", Tensor::of<uint8_t>(DType::boolean, {2}, {1, 0})},
        {"counts", Tensor::scalar(int64_t{-7})},
    };
}

TEST_F(Sessions, answer_with_numbers_or_say_which_input_is_wrong)
{
    Tensor const row = floats({1, 3}, {1, 0, 0});
    struct Case {
        char const* name;
        char const* model;
        std::vector<NamedTensor> inputs;
        std::vector<std::string> outputs;
        char const* answer;
    };
    Case const cases[] = {
        {"a row", "affine", {{"x", row}}, {}, "float32[1, 2] 1.5 1.5"},
        {"the symbol takes any size", "affine", {{"x", floats({2, 3}, {1, 0, 0, 0, 1, 0})}}, {}, "float32[2, 2] 1.5 1.5 3.5 3.5"},
        {"no rows at all", "affine", {{"x", floats({0, 3}, {})}}, {}, "float32[0, 2]"},
        {"an output by name", "affine", {{"x", row}}, {"y"}, "float32[1, 2] 1.5 1.5"},
        {"an output twice", "affine", {{"x", row}}, {"y", "y"}, "malformed: the output \"y\" is asked for twice"},
        {"an output that is not there", "affine", {{"x", row}}, {"z"}, "malformed: the model has no output \"z\"; its outputs are: y"},
        {"no input", "affine", {}, {}, "malformed: input \"x\" (float32[batch, 3]) is missing"},
        {"an unknown input", "affine", {{"x", row}, {"image", row}}, {}, "malformed: the model has no input \"image\"; its inputs are: x"},
        {"an input twice", "affine", {{"x", row}, {"x", row}}, {}, "malformed: input \"x\" is given twice"},
        {"a wrong dtype", "affine", {{"x", Tensor::vector({1, 2, 3})}}, {}, "malformed: input \"x\" is int64[3], wanted float32[batch, 3]"},
        {"a wrong rank", "affine", {{"x", floats({3}, {1, 2, 3})}}, {}, "malformed: input \"x\" is float32[3], wanted float32[batch, 3]"},
        {"a wrong size", "affine", {{"x", floats({1, 4}, {1, 2, 3, 4})}}, {}, "malformed: input \"x\" is float32[1, 4], wanted float32[batch, 3]"},
        {"a wrong batch", "affine_fixed", {{"x", floats({2, 3}, {1, 2, 3, 4, 5, 6})}}, {}, "malformed: input \"x\" is float32[2, 3], wanted float32[1, 3]"},
        {"a model of unknown rank", "any_rank", {{"x", floats({1, 1, 2}, {-1, 2})}}, {}, "float32[1, 1, 2] 1 2"},
        {"sizes that do not fit within the model", "pair", {{"a", floats({2}, {1, 2})}, {"b", floats({3}, {1, 2, 3})}}, {},
            "malformed: ONNX Runtime: Non-zero status code returned while running Add node. Name:'' Status Message: Attempting to broadcast an axis by a dimension other than 1. 2 by 3"},
        {"a sequence", "sequence", {{"x", floats({1}, {-1})}}, {}, "unsupported: output \"list\" is a sequence, and only tensors can be returned"},
        {"the tensor beside a sequence", "sequence", {{"x", floats({1}, {-1})}}, {"y"}, "float32[1] 1"},
        {"an opset of the future", "future", {}, {}, "error: ONNX Runtime: ONNX Runtime only *guarantees* support for models stamped with official released onnx opset versions. Opset 99 is under development and support for this is limited."},
        {"no model", "absent", {}, {}, "error: ONNX Runtime: No graph was found in the protobuf."},
    };
    for (auto const& c : cases)
        EXPECT_TRUE(answer(c.model, c.inputs, c.outputs).starts_with(c.answer)) << c.name << ": " << answer(c.model, c.inputs, c.outputs);
}

TEST_F(Sessions, pass_every_kind_of_element_both_ways)
{
    auto inputs = one_of_each_kind();
    EXPECT_EQ(answer("kinds", inputs, {"half_out", "brain_out", "flags_out", "counts_out"}), "float16[2] 1 5.96046e-08; bfloat16[2] 1 -2; bool[2] 1 0; int64[] -7");
    auto const made = session("kinds");
    ASSERT_TRUE(made);
    std::vector<std::string> const words{"words_out"};
    auto const answers = made->run(inputs, words);
    ASSERT_TRUE(answers);
    EXPECT_EQ((*answers)[0].strings(), inputs[1].tensor.strings());
}

TEST_F(Sessions, tell_a_scalar_from_a_tensor_of_unknown_rank)
{
    auto inputs = one_of_each_kind();
    inputs[4].tensor = Tensor::vector({1, 2});
    EXPECT_EQ(answer("kinds", inputs), "malformed: input \"counts\" is int64[2], wanted int64[]");
}

TEST_F(Sessions, refuse_a_boolean_that_is_none)
{
    auto inputs = one_of_each_kind();
    inputs[3].tensor = Tensor::of<uint8_t>(DType::boolean, {2}, {1, 7});
    EXPECT_EQ(answer("kinds", inputs), "malformed: input \"flags\" holds a byte that is neither 0 nor 1 where booleans are wanted");
}

TEST_F(Sessions, describe_the_model)
{
    std::string text;
    auto const made = session("kinds");
    ASSERT_TRUE(made);
    for (auto const& input : made->inputs())
        text += input.name + " " + text_of(input) + "; ";
    EXPECT_EQ(text, "half float16[2]; brain bfloat16[2]; flags bool[n]; counts int64[]; words string[n]; ");
    auto const any = session("any_rank");
    ASSERT_TRUE(any);
    EXPECT_EQ(text_of(any->inputs()[0]), "float32 of any shape");
    auto const sequence = session("sequence");
    ASSERT_TRUE(sequence);
    EXPECT_EQ(text_of(sequence->outputs()[0]), "sequence");
}

TEST_F(Sessions, keep_an_answer_after_the_session_and_the_input_are_gone)
{
    std::optional<Tensor> kept;
    {
        auto const made = session("kinds");
        ASSERT_TRUE(made);
        auto const inputs = one_of_each_kind();
        std::vector<std::string> const half{"half_out"};
        kept = made->run(inputs, half)->front();
    }
    EXPECT_EQ(tensor_text(*kept), "float16[2] 1 5.96046e-08");
}

TEST_F(Sessions, take_bytes_at_any_address)
{
    std::vector<std::byte> bytes(13);
    float const one = 1;
    std::memcpy(bytes.data() + 1, &one, sizeof one);
    auto const whole = SharedBytes::take(std::move(bytes));
    EXPECT_EQ(answer("affine", {{"x", *Tensor::create(DType::float32, {1, 3}, whole.part(1, 12))}}), "float32[1, 2] 1.5 1.5");
}

TEST_F(Sessions, read_external_data_from_a_folder_or_from_memory)
{
    EXPECT_FALSE(session("affine_external"));
    std::vector<NamedTensor> const inputs{{"x", floats({1, 3}, {1, 0, 0})}};
    SessionOptions in_folder;
    in_folder.external_folder = "tests/data/runtime";
    SessionOptions in_memory;
    in_memory.external_files = {{"affine_external.data", SharedBytes::take(file_text("affine_external.data"))}};
    for (auto const& options : {in_folder, in_memory}) {
        auto const made = session("affine_external", options);
        ASSERT_TRUE(made) << made.error().text();
        EXPECT_EQ(tensor_text(made->run(inputs)->front()), "float32[1, 2] 1.5 1.5");
    }
}

TEST_F(Sessions, refuse_external_data_outside_of_the_folder)
{
    std::string model = file_text("affine_external.onnx");
    std::string const name = "affine_external.data";
    for (size_t place = model.find(name); place != std::string::npos; place = model.find(name, place + 1))
        model.replace(place, 3, "../");
    SessionOptions options;
    options.external_folder = "tests/data/runtime";
    auto const made = Session::create(*runtime_, bytes_of(model), options);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().reason, Reason::refused);
}

TEST_F(Sessions, fall_back_from_providers_that_are_not_there_and_say_so)
{
    SessionOptions options;
    options.providers = {{"ImaginaryExecutionProvider", {}}, {"CPUExecutionProvider", {}}};
    auto const made = session("affine", options);
    ASSERT_TRUE(made) << made.error().text();
    ASSERT_EQ(made->warnings().size(), 1u);
    EXPECT_TRUE(made->warnings()[0].starts_with("ImaginaryExecutionProvider is not used: this build of ONNX Runtime has only ")) << made->warnings()[0];
}

TEST_F(Sessions, obey_their_options)
{
    std::vector<NamedTensor> const inputs{{"x", floats({1, 3}, {1, 0, 0})}};
    for (auto optimisation : {GraphOptimisation::none, GraphOptimisation::basic, GraphOptimisation::extended, GraphOptimisation::all}) {
        SessionOptions options;
        options.optimisation = optimisation;
        options.order = NodeOrder::parallel;
        options.inter_threads = 2;
        options.prepacking = false;
        options.settings = {{"session.set_denormal_as_zero", "1"}};
        auto const made = session("affine", options);
        ASSERT_TRUE(made) << made.error().text();
        EXPECT_EQ(tensor_text(made->run(inputs)->front()), "float32[1, 2] 1.5 1.5");
    }
}

TEST_F(Sessions, are_run_by_many_threads_at_once)
{
    auto const made = session("affine");
    ASSERT_TRUE(made);
    std::vector<std::thread> threads;
    std::atomic<int> right = 0;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&, thread] {
            auto const first = static_cast<float>(thread);
            std::vector<NamedTensor> const inputs{{"x", floats({1, 3}, {first, 0, 0})}};
            for (int i = 0; i < 100; ++i)
                right += made->run(inputs)->front().number_at(0) == static_cast<double>(first) + 0.5;
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(right, 400);
}

TEST_F(Sessions, survive_any_cut_and_changed_bytes_of_a_model)
{
    std::string const whole = file_text("affine.onnx");
    for (size_t length = 0; length < whole.size(); ++length)
        EXPECT_FALSE(Session::create(*runtime_, bytes_of(whole.substr(0, length)))) << length;
    for (size_t place = 0; place < whole.size(); ++place) {
        std::string changed = whole;
        changed[place] = static_cast<char>(changed[place] ^ 0x55);
        static_cast<void>(Session::create(*runtime_, bytes_of(changed)));
    }
}

TEST_F(Sessions, know_their_runtime)
{
    EXPECT_TRUE(runtime_->version().starts_with("1."));
    EXPECT_FALSE(runtime_->library().empty());
    auto const providers = runtime_->providers();
    EXPECT_NE(std::find(providers.begin(), providers.end(), "CPUExecutionProvider"), providers.end());
    EXPECT_GE(runtime_->highest_opset(), 22); // ONNX Runtime 1.21
}

TEST(Runtime, that_is_not_there_is_missing_with_every_place)
{
    RuntimeOptions options;
    options.library = "/nowhere/libonnxruntime.so.1";
    auto const opened = Runtime::open(options);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().reason, Reason::missing);
    EXPECT_TRUE(opened.error().text().starts_with("ONNX Runtime is not there: /nowhere/libonnxruntime.so.1: cannot open")) << opened.error().text();
}

TEST(Runtime, that_is_another_library_is_named_as_such)
{
    RuntimeOptions options;
    options.library = "libz.so.1";
    auto const opened = Runtime::open(options);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().text(), "this library is not ONNX Runtime: it has no OrtGetApiBase, libz.so.1");
}

TEST_F(Sessions, ends_runs_that_never_end)
{
    std::ifstream file("tests/hostile/cases/onnx-run-never-ends.onnx", std::ios::binary);
    std::string const model{std::istreambuf_iterator<char>(file), {}};
    auto const endless = Session::create(*runtime_, bytes_of(model));
    ASSERT_TRUE(endless) << endless.error().text();
    std::vector<NamedTensor> const inputs{{"x", Tensor::of<float>(DType::float32, {4}, {1, 2, 3, 4})}};
    std::atomic<int> begun = 0;
    std::vector<std::string> answers(2);
    std::vector<std::thread> runs;
    for (auto& answer : answers)
        runs.emplace_back([&, copy = *endless] {
            ++begun;
            answer = copy.run(inputs).error().text();
        });
    while (begun < 2)
        std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    endless->stop();
    for (auto& run : runs)
        run.join();
    for (auto const& answer : answers)
        EXPECT_EQ(answer, "the run was stopped");
    EXPECT_EQ(endless->run(inputs).error().text(), "the model runs no more: it was stopped");
}

}
