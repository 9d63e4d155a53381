#include "verify/verify.h"

#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace {

Tensor floats(Shape shape, std::vector<float> values) { return Tensor::of<float>(DType::float32, std::move(shape), std::move(values)); }
Tensor number(int64_t value) { return Tensor::scalar(value); }

std::string text_of(std::vector<NamedTensor> const& tensors)
{
    std::string text;
    for (auto const& [name, tensor] : tensors)
        text += name + "=" + std::to_string(tensor.count() == 0 ? -1 : tensor.integer_at(0)) + " ";
    return text;
}

// "a=1 b=2 | y=3", each tensor by its first element, or the error.
std::string sample_text(std::vector<NamedTensor> entries, std::vector<std::string> const& inputs, std::vector<std::string> const& outputs)
{
    auto const sample = sample_of(std::move(entries), inputs, outputs);
    return sample ? text_of(sample->inputs) + "| " + text_of(sample->expected) : sample.error().text();
}

NamedTensor entry(std::string name, int64_t value) { return {std::move(name), Tensor::vector({value})}; }

TEST(Sample, is_read_by_the_contract_of_names)
{
    struct Case {
        char const* name;
        std::vector<NamedTensor> entries;
        std::vector<std::string> inputs;
        std::vector<std::string> outputs;
        char const* answer;
    };
    Case const cases[] = {
        {"names win over order", {entry("b", 2), entry("a", 1)}, {"a", "b"}, {"y"}, "a=1 b=2 | "},
        {"answers by name", {entry("y", 9), entry("a", 1)}, {"a"}, {"y"}, "a=1 | y=9 "},
        {"answers by number beside names", {entry("a", 1), entry("o0", 9)}, {"a"}, {"y"}, "a=1 | y=9 "},
        {"numbers", {entry("o1", 8), entry("i1", 2), entry("i0", 1), entry("o0", 9)}, {"a", "b"}, {"y", "z"}, "a=1 b=2 | y=9 z=8 "},
        {"ten comes after nine", {entry("i10", 10), entry("i1", 1), entry("i0", 0), entry("i2", 2), entry("i3", 3), entry("i4", 4), entry("i5", 5), entry("i6", 6), entry("i7", 7), entry("i8", 8), entry("i9", 9)},
            {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"}, {"y"}, "a=0 b=1 c=2 d=3 e=4 f=5 g=6 h=7 i=8 j=9 k=10 | "},
        {"the archive's order", {entry("arr_0", 1), entry("arr_1", 2)}, {"a", "b"}, {"y"}, "a=1 b=2 | "},
        {"o0 is an input where nothing says otherwise", {entry("o0", 1)}, {"a"}, {"y"}, "a=1 | "},
        {"meta is no tensor of anybody", {entry("meta", 5), entry("arr_0", 1)}, {"a"}, {"y"}, "a=1 | "},
        {"a number that became a constant", {entry("i0", 1), {"i1", number(7)}, entry("i2", 3)}, {"a", "b"}, {"y"}, "a=1 b=3 | "},
        {"a number that is an input", {entry("i0", 1), {"i1", number(7)}}, {"a", "b"}, {"y"}, "a=1 b=7 | "},
        {"a constant by name", {entry("a", 1), {"scale", number(7)}}, {"a"}, {"y"}, "a=1 | "},
        {"no outputs are known yet", {entry("i0", 1), entry("o0", 9)}, {"a"}, {}, "a=1 | o0=9 "},
        {"a gap", {entry("i0", 1), entry("i2", 3)}, {"a", "b"}, {"y"}, "the sample holds i0, i2; the model's inputs are a, b"},
        {"too few", {entry("arr_0", 1)}, {"a", "b"}, {"y"}, "the sample holds arr_0; the model's inputs are a, b"},
        {"too many", {entry("a", 1), entry("labels", 2)}, {"a"}, {"y"}, "the sample holds a, labels; the model's inputs are a"},
        {"nothing", {}, {"a"}, {"y"}, "the sample holds nothing; the model's inputs are a"},
        {"an answer too many", {entry("i0", 1), entry("o1", 2)}, {"a"}, {"y"}, "the sample holds the answer o1, but the model has only 1 outputs: y"},
        {"two answers", {entry("i0", 1), entry("o0", 2), entry("y", 2)}, {"a"}, {"y"}, "the sample holds two answers for the output \"y\""},
    };
    for (auto const& c : cases)
        EXPECT_EQ(sample_text(c.entries, c.inputs, c.outputs), c.answer) << c.name;
}

TEST(Sample, has_a_digest_that_sees_names_types_shapes_and_elements)
{
    Sample const sample{{{"x", floats({1, 2}, {1, 2})}}, {}, "one"};
    Sample const changed[] = {
        {{{"z", floats({1, 2}, {1, 2})}}, {}, "one"},
        {{{"x", floats({2, 1}, {1, 2})}}, {}, "one"},
        {{{"x", floats({1, 2}, {1, 3})}}, {}, "one"},
        {{{"x", *Tensor::create(DType::int32, {1, 2}, sample.inputs[0].tensor.data())}}, {}, "one"},
        {{}, {{"x", floats({1, 2}, {1, 2})}}, "one"},
    };
    for (auto const& other : changed)
        EXPECT_NE(digest_of(sample), digest_of(other));
    EXPECT_EQ(digest_of(sample), digest_of(Sample{sample.inputs, {}, "another origin"}));
}

class Verified : public testing::Test {
protected:
    void SetUp() override
    {
        auto opened = Runtime::open();
        if (!opened)
            GTEST_SKIP() << opened.error().text();
        runtime_ = *opened;
    }

    ModelUnderTest model(std::string const& name) const
    {
        std::ifstream file("tests/data/runtime/" + name + ".onnx", std::ios::binary);
        auto made = ModelUnderTest::create(*runtime_, SharedBytes::take(std::string(std::istreambuf_iterator<char>(file), {})));
        EXPECT_TRUE(made) << name << ": " << made.error().text();
        return made.value();
    }

    // "passed" or "no: reasons", then what was not compared, not taken and noted.
    static std::string verdict(Result<VerifyReport> const& report)
    {
        if (!report)
            return std::string(row_of(report.error().reason).name) + ": " + report.error().text();
        std::string text = report->passed ? "passed" : "no";
        for (auto const& reason : report->reasons)
            text += "; " + reason;
        for (auto const& output : report->not_compared)
            text += "; not compared " + output;
        for (auto const& branch : report->branches_not_taken)
            text += "; not taken " + branch;
        for (auto const& note : report->notes)
            text += "; note " + note;
        return text;
    }

    std::optional<Runtime> runtime_;
};

Sample row_sample(std::vector<float> row, std::vector<NamedTensor> expected = {})
{
    return {{{"x", floats({static_cast<int64_t>(row.size() / 3), 3}, row)}}, std::move(expected), "test"};
}

TEST_F(Verified, against_recorded_answers)
{
    struct Case {
        char const* name;
        char const* model;
        Sample sample;
        VerifyOptions options;
        char const* verdict;
    };
    VerifyOptions elementwise;
    elementwise.elementwise = true;
    VerifyOptions vacuous;
    vacuous.allow_vacuous = true;
    VerifyOptions loose;
    loose.tolerance.atol = 0.5;
    Tensor const right = floats({1, 2}, {1.5, 1.5});
    Tensor const large = floats({1, 2}, {999'000.5F, 0.5F});
    Case const cases[] = {
        {"right", "affine", row_sample({1, 0, 0}, {{"y", right}}), {}, "passed"},
        {"wrong", "affine", row_sample({1, 0, 0}, {{"y", floats({1, 2}, {1.5, 1.6F})}}), {}, "no; output \"y\", sample 0: the error is 0.0625 of the output's scale, allowed 1e-05"},
        {"wrong within what is allowed", "affine", row_sample({1, 0, 0}, {{"y", floats({1, 2}, {1.5, 1.6F})}}), loose, "passed"},
        {"wrong, element by element", "affine", row_sample({1, 0, 0}, {{"y", floats({1, 2}, {1.5, 1.6F})}}), elementwise, "no; output \"y\", sample 0: 1 of 2 elements differ"},
        {"another shape", "affine", row_sample({1, 0, 0}, {{"y", right.with_shape({2})}}), {}, "no; output \"y\", sample 0: float32[1, 2], expected float32[2]"},
        {"another dtype", "affine", row_sample({1, 0, 0}, {{"y", Tensor::vector({1, 1})}}), {}, "no; output \"y\", sample 0: float32[1, 2], expected int64[2]"},
        {"zeros", "nothing", row_sample({1, 0, 0}, {{"y", floats({1, 3}, {0, 0, 0})}}), {}, "no; output \"y\": every expected number is zero, which proves nothing"},
        {"zeros that are meant", "nothing", row_sample({1, 0, 0}, {{"y", floats({1, 3}, {0, 0, 0})}}), vacuous, "passed"},
        {"no answers", "affine", row_sample({1, 0, 0}), {}, "missing: no sample holds a recorded answer"},
        {"an answer of another model", "affine", row_sample({1, 0, 0}, {{"z", right}}), {}, "malformed: the sample holds an answer for \"z\", which the model does not give, test"},
        {"an input of another model", "affine", {{{"x", floats({1, 4}, {1, 2, 3, 4})}}, {{"y", right}}, "test"}, {}, "malformed: input \"x\" is float32[1, 4], wanted float32[batch, 3], sample 0 (test)"},
    };
    for (auto const& c : cases)
        EXPECT_EQ(verdict(verify_recorded(model(c.model), std::span(&c.sample, 1), c.options)), c.verdict) << c.name;
}

TEST_F(Verified, over_several_samples_by_the_worst)
{
    std::vector<Sample> const samples{row_sample({1, 0, 0}, {{"y", floats({1, 2}, {1.5, 1.5})}}), row_sample({0, 1, 0}, {{"y", floats({1, 2}, {3.5, 4.5})}}), row_sample({0, 0, 1}, {{"y", floats({1, 2}, {5.5, 9.5})}})};
    auto const report = verify_recorded(model("affine"), samples);
    EXPECT_EQ(verdict(report), "no; output \"y\", sample 1: the error is 0.222 of the output's scale, allowed 1e-05");
    EXPECT_EQ(report->outputs[0].max_abs, 4);
    EXPECT_EQ(report->outputs[0].mismatched, 2u);
    EXPECT_EQ(report->samples.size(), 3u);
}

TEST_F(Verified, against_itself)
{
    struct Case {
        char const* name;
        char const* model;
        std::vector<float> rows;
        char const* verdict;
    };
    std::vector<float> const two_rows{1, 2, 3, 4, 5, 60};
    std::string const note = "; note samples of one row were made into 3 by rotating their elements";
    Case const cases[] = {
        {"rows that do not know of each other", "affine", two_rows, "passed"},
        {"rows that do", "centred", two_rows, "no; output \"y\", sample 0: the error is 28.5 of the output's scale, allowed 1e-05"},
        {"a single row is made into several", "affine", {1, 2, 3}, "passed; note samples of one row were made into 3 by rotating their elements"},
        {"and these differ", "centred", {1, 2, 3}, "no; output \"y\", sample 0: the error is 1 of the output's scale, allowed 1e-05; note samples of one row were made into 3 by rotating their elements"},
        {"no symbol", "affine_fixed", {1, 2, 3}, "unsupported: no input has a symbolic axis 0, so there are no batches to compare"},
        {"no rows", "affine", {}, "unsupported: the sample has no rows"},
    };
    for (auto const& c : cases) {
        Sample const sample = row_sample(c.rows);
        EXPECT_EQ(verdict(verify_self(model(c.model), std::span(&sample, 1))), c.verdict) << c.name;
    }
}

TEST_F(Verified, against_itself_with_a_state_whose_rows_stand_on_a_nameless_second_axis)
{
    Sample sample{{{"x", floats({2, 3}, {1, 2, 3, 4, 5, 6})}, {"state", floats({1, 2, 3}, {10, 20, 30, 40, 50, 60})}}, {}, "test"};
    EXPECT_EQ(verdict(verify_self(model("state"), std::span(&sample, 1))), "passed");
    sample.inputs[1].tensor = floats({1, 1, 3}, {10, 20, 30});
    EXPECT_EQ(verdict(verify_self(model("state"), std::span(&sample, 1))), "passed");
    sample.inputs.pop_back();
    EXPECT_EQ(verdict(verify_self(model("state"), std::span(&sample, 1))), "malformed: input \"state\" (float32[1, ?, 3]) is missing");
}

TEST_F(Verified, against_itself_where_only_some_outputs_have_rows)
{
    Sample const sample{{{"a", floats({2}, {1, 2})}, {"b", floats({1}, {3})}}, {}, "test"};
    EXPECT_EQ(verdict(verify_self(model("pair"), std::span(&sample, 1))), "passed");
}

TEST_F(Verified, against_another_model)
{
    Sample const sample = row_sample({1, 2, 3});
    EXPECT_EQ(verdict(verify_against_model(model("affine"), model("affine_fixed").session(), std::span(&sample, 1))), "passed");
    EXPECT_EQ(verdict(verify_against_model(model("affine"), model("affine_other").session(), std::span(&sample, 1))), "no; output \"y\", sample 0: the error is 0.0351 of the output's scale, allowed 1e-05");
    EXPECT_EQ(verdict(verify_against_model(model("affine"), model("pair").session(), std::span(&sample, 1))), "malformed: the model has 1 inputs, the one it is held against 2");
}

TEST_F(Verified, with_the_branches_that_no_sample_took)
{
    struct Case {
        char const* name;
        std::vector<std::vector<float>> rows;
        char const* verdict;
    };
    Case const cases[] = {
        {"a nested If that was not reached is not asked about", {{-1, -2, -3}}, "passed; not taken sign: then branch"},
        {"one way through both", {{1, 2, 3}}, "passed; not taken sign: else branch; not taken size: then branch"},
        {"two ways", {{1, 2, 3}, {-1, -2, -3}}, "passed; not taken size: then branch"},
        {"every way", {{1, 2, 3}, {-1, -2, -3}, {100, 200, 300}}, "passed"},
    };
    auto const choice = model("choice");
    for (auto const& c : cases) {
        std::vector<Sample> samples;
        for (auto const& row : c.rows)
            samples.push_back(row_sample(row));
        EXPECT_EQ(verdict(verify_against_model(choice, choice.session(), samples)), c.verdict) << c.name;
    }
}

TEST_F(Verified, on_random_numbers_that_are_always_the_same)
{
    auto const affine = model("affine");
    auto const sample = random_sample(affine.session(), 7);
    ASSERT_TRUE(sample) << sample.error().text();
    EXPECT_EQ(sample->inputs[0].tensor.shape(), (Shape{2, 3}));
    EXPECT_EQ(digest_of(*sample), digest_of(*random_sample(affine.session(), 7)));
    EXPECT_NE(digest_of(*sample), digest_of(*random_sample(affine.session(), 8)));
    EXPECT_EQ(random_sample(affine.session(), 7, {{"batch", 5}})->inputs[0].tensor.shape(), (Shape{5, 3}));
    EXPECT_EQ(verdict(verify_self(affine, std::span(&*sample, 1))), "passed");
    EXPECT_TRUE(random_sample(model("kinds").session(), 1));
    auto const any = random_sample(model("any_rank").session(), 7);
    ASSERT_FALSE(any);
    EXPECT_EQ(any.error().text(), "no random numbers for input \"x\": it is float32 of any shape");
}

TEST_F(Verified, in_a_report_with_the_fields_of_the_contract)
{
    Sample const sample = row_sample({1, 0, 0}, {{"y", floats({1, 2}, {1.5, 1.5})}});
    auto const affine = model("affine");
    auto const report = verify_recorded(affine, std::span(&sample, 1));
    ASSERT_TRUE(report);
    auto json = json_of(*report);
    EXPECT_EQ(json["evidence"][0]["sha256"], digest_of(sample).hex());
    EXPECT_EQ(json["model_sha256"], affine.digest().hex());
    EXPECT_EQ(json["runtime"], "ONNX Runtime " + runtime_->version());
    for (char const* key : {"evidence", "model_sha256", "runtime"})
        json.erase(key);
    EXPECT_EQ(write_json(json), R"({"passed":true,"rule":"scale","atol":1e-05,"rtol":1e-05,"allow_vacuous":false,"against":"recorded answers","samples":1,)"
                                R"("outputs":[{"name":"y","max_abs":0.0,"max_rel":0.0,"scale_error":0.0,"mismatched":0,"allclose":true,"vacuous":false}],)"
                                R"("branches_not_taken":[],"not_compared":[],"reasons":[],"notes":[],"opset":17})");
}

}
