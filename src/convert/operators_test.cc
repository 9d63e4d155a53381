#include "convert/convert.h"
#include "convert/operator_cases.h"
#include "onnx/write.h"
#include "operators/table.h"
#include "runtime/runtime.h"
#include "tensor/compare.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <limits>
#include <set>

// Every rule of the operator table against PyTorch: each case of tests/data/operators is converted, run in ONNX Runtime
// and compared with what PyTorch answered, at opsets where the forms of operators differ.

namespace {

constexpr int64_t opsets[] = {17, 18, 21, 23};

// Schemas that no case can reach, and why.
struct Exemption {
    std::string_view schema_start;
    std::string_view reason;
};
constexpr Exemption exemptions[] = {
    {"aten::clip(", "TorchScript writes clamp for it"},
    {"aten::concat(", "TorchScript writes cat for it"},
    {"aten::ger(", "TorchScript writes outer for it"},
    {"aten::det(", "TorchScript writes linalg_det for it"},
    {"aten::inverse(", "TorchScript writes linalg_inv for it"},
    {"aten::linalg_matmul(", "TorchScript writes matmul for it"},
    {"aten::matrix_power(", "TorchScript writes linalg_matrix_power for it"},
    {"aten::swapaxes(", "TorchScript writes transpose for it"},
    {"aten::swapdims(", "TorchScript writes transpose for it"},
    {"aten::true_divide.", "TorchScript writes div for it"},
    {"aten::rsub.Tensor(", "TorchScript writes sub for it"},
    {"aten::to.prim_dtype(", "the other forms of to take its calls"},
    {"aten::cuda(", "there is no such device where the table was made"},
    {"aten::frobenius_norm(Tensor self)", "of old files: PyTorch has no such form any more"},
};

class OperatorCasesTest : public testing::Test {
protected:
    static std::vector<OperatorCase> const& cases()
    {
        static auto const all = read_operator_cases();
        return all;
    }
};

std::string outputs_text(std::vector<Tensor> const& tensors)
{
    std::string text;
    for (auto const& tensor : tensors) {
        text += "\n    " + std::string(name_of(tensor.dtype())) + text_of(tensor.shape()) + ":";
        for (uint64_t i = 0; i < std::min<uint64_t>(tensor.count(), 24); ++i)
            text += " " + std::to_string(tensor.number_at(i));
    }
    return text;
}

// Nothing, or what is wrong.
std::string difference(OperatorCase const& one, OperatorCaseSet const& set, std::vector<Tensor> const& answers)
{
    if (answers.size() != set.outputs.size())
        return std::to_string(answers.size()) + " outputs, wanted " + std::to_string(set.outputs.size());
    for (size_t i = 0; i < answers.size(); ++i) {
        auto const compared = compare(set.outputs[i], answers[i], {one.tolerance, one.tolerance});
        if (!compared.same_type)
            return "output " + std::to_string(i) + " is " + std::string(name_of(answers[i].dtype())) + text_of(answers[i].shape()) + ", wanted " + std::string(name_of(set.outputs[i].dtype())) + text_of(set.outputs[i].shape());
        if (!(compared.scale_error <= one.tolerance) || (!is_floating(answers[i].dtype()) && compared.mismatched != 0))
            return "output " + std::to_string(i) + " is apart by " + std::to_string(compared.scale_error) + outputs_text({set.outputs[i], answers[i]});
    }
    return "";
}

std::string refusal_of(Result<ConvertOutcome> const& outcome)
{
    if (!outcome)
        return outcome.error().text();
    std::string text;
    if (auto const* program = std::get_if<UnsupportedProgram>(&*outcome))
        for (auto const& op : program->operators)
            text += op.name + " " + op.reason + "; ";
    return text;
}

// Inputs that are numbers of the program become constants, and are no inputs of the graph.
std::vector<NamedTensor> feed_of(Session const& session, OperatorCaseSet const& set, std::vector<std::string> const& paths)
{
    std::vector<NamedTensor> feed;
    for (auto const& input : session.inputs())
        for (size_t i = 0; i < paths.size(); ++i)
            if (paths[i] == input.name)
                feed.push_back({input.name, set.inputs[i]});
    return feed;
}

// What the program keeps from call to call, and its inputs hold: handed on from set to set.
class KeptState {
public:
    explicit KeptState(Conversion const& conversion)
    {
        for (auto const& carried : conversion.state)
            held_.push_back({carried.input, *carried.initial});
    }
    void feed(std::vector<NamedTensor>& inputs) const { inputs.insert(inputs.end(), held_.begin(), held_.end()); }
    // The last outputs, which are taken off.
    void keep(std::vector<Tensor>& answers)
    {
        for (auto held = held_.rbegin(); held != held_.rend(); ++held) {
            held->tensor = std::move(answers.back());
            answers.pop_back();
        }
    }

private:
    std::vector<NamedTensor> held_;
};

// Runs one case at one opset; what is wrong, or nothing. Schemas that were used are added.
std::string verdict(OperatorCase const& one, Program const& program, Runtime const& runtime, int64_t opset, std::set<std::string>& used)
{
    ConvertOptions options;
    options.opset = opset;
    options.dynamic = one.dynamic_all ? DynamicMode::all : DynamicMode::automatic;
    for (auto const& input : one.sets[0].inputs)
        options.inputs.push_back(specification_of(input));
    auto const outcome = convert(program, options);
    bool const refused = !outcome || !std::holds_alternative<Conversion>(*outcome);
    if (!one.refused.empty() || opset < one.least_opset || opset > one.greatest_opset) {
        if (!refused)
            return "is converted, and should be refused";
        return refusal_of(outcome).find(one.refused) == std::string::npos ? "is refused for another reason: " + refusal_of(outcome) : "";
    }
    if (refused)
        return "is refused: " + refusal_of(outcome);
    auto const& conversion = std::get<Conversion>(*outcome);
    used.insert(conversion.schemas.begin(), conversion.schemas.end());
    SessionOptions settings;
    settings.intra_threads = 1;
    auto const session = Session::create(runtime, bytes_of(write_onnx(conversion.model)), settings);
    if (!session)
        return "is not loaded: " + session.error().text();
    auto const paths = input_names_of(program, "forward", one.sets[0].inputs.size());
    bool const pinned = std::any_of(conversion.warnings.begin(), conversion.warnings.end(), [](auto const& warning) { return warning.code == "G05" || warning.code == "G06"; });
    if (pinned != one.fixed)
        return pinned ? "has a fixed size: " + conversion.warnings[0].message : "should have a fixed size";
    if (conversion.first_call)
        return "begins with other things than later calls do";
    KeptState state(conversion);
    for (auto const& set : one.sets) {
        auto feed = feed_of(*session, set, *paths);
        state.feed(feed);
        auto answers = session->run(feed);
        std::string const which = &set == &one.sets[0] ? "" : "second set: ";
        if (!answers)
            return which + "does not run: " + answers.error().text();
        state.keep(*answers);
        if (auto const wrong = difference(one, set, *answers); !wrong.empty())
            return which + wrong;
    }
    return "";
}

bool is_exempt(std::string_view schema)
{
    return std::any_of(std::begin(exemptions), std::end(exemptions), [&](auto const& exemption) { return schema.starts_with(exemption.schema_start); });
}

// HULLMARK_CASES=TEXT runs the cases alone whose name holds the text.
TEST_F(OperatorCasesTest, give_the_numbers_of_pytorch_at_every_opset)
{
    auto const runtime = Runtime::open();
    if (!runtime)
        GTEST_SKIP() << "ONNX Runtime is not there: " << runtime.error().text();
    char const* const only = std::getenv("HULLMARK_CASES");
    std::set<std::string> used;
    for (auto const& one : cases()) {
        if (only != nullptr && one.name.find(only) == std::string::npos)
            continue;
        auto const program = program_of_code(one.code, one.attributes, one.constants);
        if (!program) {
            ADD_FAILURE() << one.name << ": is not read: " << program.error().text();
            continue;
        }
        for (int64_t const opset : opsets)
            if (auto const wrong = verdict(one, *program, *runtime, opset, used); !wrong.empty()) {
                ADD_FAILURE() << one.name << ", opset " << opset << ": " << wrong;
                break;
            }
    }
    if (only != nullptr)
        return;
    std::string missing;
    for (auto const schema : OperatorTable().schemas())
        if (!used.contains(std::string(schema)) && !is_exempt(schema))
            missing += "\n  " + std::string(schema);
    EXPECT_EQ(missing, "") << "schemas without a case in tests/data/operators";
}

}
