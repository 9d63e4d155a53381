#include "cli/options.h"
#include "cli/verbs.h"

#include "arrays/npy.h"
#include "arrays/npz.h"
#include "cli/input_data.h"
#include "files/atomic.h"
#include "publish/models.h"
#include "publish/words.h"
#include "serve/predict.h"

#include <filesystem>
#include <fmt/format.h>

namespace {

struct Answers {
    std::vector<std::string> names;
    std::vector<Tensor> tensors;
    bool one_row = false;
};

Result<Answers> run_model(Session const& session, ModelInput const& input)
{
    Answers answers;
    answers.one_row = input.one_row;
    for (auto const& output : session.outputs())
        answers.names.push_back(output.name);
    answers.tensors = TRY(session.run(input.tensors));
    return answers;
}

Result<std::vector<SharedBytes>> encoded(Answers const& answers, std::filesystem::path const& output)
{
    if (output.extension() == ".npz") {
        std::vector<NamedTensor> named;
        for (size_t i = 0; i < answers.names.size(); ++i)
            named.push_back({answers.names[i], answers.tensors[i]});
        return write_npz(named);
    }
    if (output.extension() == ".npy") {
        if (answers.tensors.size() != 1)
            return bad_usage("an .npy file holds one array, and the model gives " + count_text(answers.tensors.size(), "output")).hint("write an .npz file instead");
        return write_npy(answers.tensors.front());
    }
    return std::vector<SharedBytes>{SharedBytes::take(TRY(predict_answer(answers.names, answers.tensors, answers.one_row)) + "\n")};
}

Result<Answer> predict(Invocation const& given, Desk& desk)
{
    auto const model = TRY(find_model(given.argument("MODEL"), desk.registry(given), TRY(given.digest())));
    auto const input_path = given.text("--input");
    if (!input_path)
        return bad_usage("-i is not given, wanted the file with the inputs").hint("add -i FILE.npz, FILE.npy, FILE.json or FILE.csv, or -i - for JSON on standard input");
    auto const runtime = TRY(open_runtime(desk.world));
    auto const session = TRY(open_session(runtime, model));
    auto const input = TRY(read_model_input(*input_path, session.inputs()));
    TRY(check_stop(desk.world));
    auto const answers = TRY(within(model.name, run_model(session, input)));

    Answer answer;
    std::string const output = given.text("--output", "-");
    if (output != "-") {
        TRY(check_not_an_input(output, *input_path));
        TRY(check_not_an_input(output, given.argument("MODEL")));
        auto const parts = TRY(encoded(answers, output));
        TRY(write_file_durably(output, std::span<SharedBytes const>(parts)));
        answer.document["output"] = output;
        answer.text = "wrote " + output + "\n";
        return answer;
    }
    answer.text = TRY(predict_answer(answers.names, answers.tensors, answers.one_row)) + "\n";
    answer.document = TRY(read_json(answer.text));
    return answer;
}

}

Command predict_command()
{
    return {"predict", "runs a model once", "hullmark predict model.onnx -i scan.json",
        {{"MODEL", "an ONNX file, a package or models:/NAME/VERSION", Wants::model}},
        {{"--input", "FILE", "inputs: .npz, .npy, .csv, or JSON as /predict takes it; - is JSON on standard input", Times::once, Wants::file, 'i'},
            {"--output", "FILE", "where the answer goes: .npz, .npy, or JSON; - is standard output (default)", Times::once, Wants::file, 'o'},
            sha256_option(), registry_option()},
        predict};
}
