// How much of a folder of model files is converted rightly.
//
//   bench_conformance FOLDER|ARCHIVE.tar.xz [--verdict ok] [--only TEXT] [--opset N] [--list CLASS] [--jobs N]
//
// A case is NAME.pt or NAME.pt2 with NAME.npz beside it: inputs i0, i1... and the answers o0, o1... that its own framework gave. Each case is
// read, converted with its sample and run in a process of its own, and counted as
//   pass     scale error at most 1e-5, and dtypes and shapes exact
//   close    at most 1e-3
//   warned   beyond, and a warning said so
//   SILENT   beyond, without a word: the worst there is
//   refused  not converted, with the reason
//   invalid  converted, but ONNX Runtime does not load or run it
//   crash    the process died, or took longer than 60 s
// Exits with 1 where any case is SILENT or crashed.

#include "arrays/npz.h"
#include "bench/measure.h"
#include "convert/convert.h"
#include "files/mapped.h"
#include "onnx/write.h"
#include "torch/exported_program.h"
#include "torch/torchscript.h"
#include "verify/verify.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <poll.h>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

namespace {

struct Verdict {
    std::string kind; // as listed above
    double error = 0;
    std::string note;
    bool warned = false;
};

struct Case {
    std::vector<NamedTensor> inputs;
    std::vector<NamedTensor> answers;
};

Case case_of(std::vector<NamedTensor> entries)
{
    Case result;
    for (auto& entry : entries) {
        if (entry.name[0] == 'i')
            result.inputs.push_back(std::move(entry));
        else if (entry.name[0] == 'o')
            result.answers.push_back(std::move(entry));
    }
    auto const by_number = [](NamedTensor const& a, NamedTensor const& b) { return std::stoi(a.name.substr(1)) < std::stoi(b.name.substr(1)); };
    std::sort(result.inputs.begin(), result.inputs.end(), by_number);
    std::sort(result.answers.begin(), result.answers.end(), by_number);
    return result;
}

std::string unsupported_text(UnsupportedProgram const& program)
{
    std::string text = "operators:";
    for (auto const& op : program.operators)
        text += " " + op.name + (op.reason.empty() ? "" : " (" + op.reason + ")");
    return text;
}

// Inputs of the graph by name; where not all names are inputs of the case, numbers among the arguments became constants.
std::vector<NamedTensor> feed_of(Session const& session, Case const& sample, std::vector<std::string> const& paths)
{
    std::vector<NamedTensor> feed;
    for (auto const& input : session.inputs())
        for (size_t i = 0; i < paths.size() && i < sample.inputs.size(); ++i)
            if (paths[i] == input.name)
                feed.push_back({input.name, sample.inputs[i].tensor});
    return feed;
}

Verdict compared(Case const& sample, std::vector<Tensor> const& answers, bool warned)
{
    Verdict verdict;
    verdict.warned = warned;
    bool const has_numbers = answers.size() > sample.answers.size(); // among the outputs, which are not recorded
    for (size_t i = 0; i < sample.answers.size(); ++i) {
        auto const place = has_numbers ? std::stoul(sample.answers[i].name.substr(1)) : i;
        if (place >= answers.size())
            return {"invalid", 0, std::to_string(answers.size()) + " outputs, wanted " + std::to_string(sample.answers.size()), warned};
        auto const& expected = sample.answers[i].tensor;
        auto const& answer = answers[place];
        auto const difference = compare(expected, answer);
        double const error = difference.same_type ? difference.scale_error : std::numeric_limits<double>::infinity();
        if (!difference.same_type)
            verdict.note = std::string(name_of(answer.dtype())) + text_of(answer.shape()) + " for " + std::string(name_of(expected.dtype())) + text_of(expected.shape());
        verdict.error = std::max(verdict.error, error);
    }
    verdict.kind = verdict.error <= 1e-5 ? "pass" : verdict.error <= 1e-3 ? "close"
        : warned                                                          ? "warned"
                                                                          : "SILENT";
    return verdict;
}

Result<Program> read_script(SharedBytes file) { return TRY(read_torchscript(std::move(file))).program; }
Result<Program> read_exported(SharedBytes file) { return lower_exported_program(TRY(read_exported_program(std::move(file)))); }

Result<Verdict> judge(std::filesystem::path const& model, int64_t opset)
{
    auto const archive = TRY(MappedFile::open(std::filesystem::path(model).replace_extension(".npz")));
    auto const sample = case_of(TRY(read_npz(archive.shared())));
    auto const file = TRY(MappedFile::open(model));
    auto const program = TRY(model.extension() == ".pt2" ? read_exported(file.shared()) : read_script(file.shared()));
    ConvertOptions options;
    options.opset = opset;
    for (auto const& input : sample.inputs)
        options.inputs.push_back(specification_of(input.tensor));
    auto const outcome = TRY(convert(program, options));
    if (auto const* unsupported_program = std::get_if<UnsupportedProgram>(&outcome))
        return Verdict{"refused", 0, unsupported_text(*unsupported_program), false};
    auto const& conversion = std::get<Conversion>(outcome);
    // Only these speak of numbers; no other warning excuses a difference.
    bool const warned = std::any_of(conversion.warnings.begin(), conversion.warnings.end(), [](auto const& warning) { return warning.code == "G07" || warning.code == "G10" || warning.code == "G11"; });
    auto const runtime = TRY(Runtime::open());
    auto const bytes = write_onnx(conversion.model);
    SessionOptions settings;
    settings.intra_threads = 1;
    auto session = Session::create(runtime, bytes_of(bytes), settings);
    if (!session)
        return Verdict{"invalid", 0, "load: " + session.error().text(), warned};
    auto const paths = TRY(input_names_of(program, "forward", sample.inputs.size()));
    auto const answers = session->run(feed_of(*session, sample, paths));
    if (!answers)
        return Verdict{"invalid", 0, "run: " + answers.error().text(), warned};
    auto verdict = compared(sample, *answers, warned);
    if (!conversion.warnings.empty() && verdict.note.empty())
        verdict.note = conversion.warnings[0].code + " " + conversion.warnings[0].message;
    return verdict;
}

std::string error_text(double error)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", error);
    return text;
}

// The verdict of one case out of a child: "kind\terror\twarned\tnote".
Verdict judged_apart(std::filesystem::path const& model, int64_t opset)
{
    int ends[2];
    if (pipe(ends) != 0)
        return {"crash", 0, "no pipe", false};
    pid_t const child = fork();
    if (child == 0) {
        alarm(60);
        auto const result = judge(model, opset);
        Verdict const verdict = result ? *result : Verdict{"refused", 0, result.error().text(), false};
        std::string const line = verdict.kind + "\t" + error_text(verdict.error) + "\t" + (verdict.warned ? "1" : "0") + "\t" + verdict.note;
        ssize_t const written = write(ends[1], line.data(), line.size());
        _exit(written == static_cast<ssize_t>(line.size()) ? 0 : 1);
    }
    close(ends[1]);
    std::string text;
    char buffer[4096];
    for (ssize_t got = read(ends[0], buffer, sizeof buffer); got > 0; got = read(ends[0], buffer, sizeof buffer))
        text.append(buffer, static_cast<size_t>(got));
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    size_t const first = text.find('\t');
    size_t const second = text.find('\t', first + 1);
    size_t const third = text.find('\t', second + 1);
    if (third == std::string::npos)
        return {"crash", 0, WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status)) : "exit " + std::to_string(WEXITSTATUS(status)), false};
    return {text.substr(0, first), std::atof(text.substr(first + 1).c_str()), text.substr(third + 1), text[second + 1] == '1'};
}

// Verdicts of the set's manifest.json, read by eye: "NAME": {"verdict": "ok"...} or "NAME": "ok".
std::map<std::string, std::string> manifest_of(std::filesystem::path const& folder)
{
    std::ifstream file(folder / "manifest.json");
    std::string const text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    std::vector<std::string> words;
    for (size_t open = text.find('"'); open != std::string::npos; open = text.find('"', open)) {
        size_t const close = text.find('"', open + 1);
        words.push_back(text.substr(open + 1, close - open - 1));
        open = close + 1;
    }
    std::map<std::string, std::string> verdicts;
    static std::set<std::string> const known{"ok", "int-only", "vacuous", "no-tensor", "outside-sklearn"};
    std::string name;
    for (auto const& word : words) {
        if (known.contains(word))
            verdicts.emplace(name, word);
        else if (word != "verdict")
            name = word;
    }
    return verdicts;
}

struct Options {
    std::filesystem::path folder;
    std::string verdict = "ok";
    std::string only;
    std::string list;
    int64_t opset = 17;
    size_t jobs = 2;
};

void report(std::map<std::string, Verdict> const& verdicts, Options const& options)
{
    std::map<std::string, size_t> counts;
    std::map<std::string, size_t> reasons;
    size_t warned_passes = 0;
    for (auto const& [name, verdict] : verdicts) {
        ++counts[verdict.kind];
        warned_passes += verdict.kind == "pass" && verdict.warned;
        if (verdict.kind == "refused" || verdict.kind == "invalid")
            ++reasons[verdict.kind + ": " + verdict.note.substr(0, 110)];
        if (verdict.kind == options.list || verdict.kind == "SILENT" || verdict.kind == "crash")
            std::printf("%s %s %g %s\n", verdict.kind.c_str(), name.c_str(), verdict.error, verdict.note.c_str());
    }
    std::vector<std::pair<size_t, std::string>> order;
    for (auto const& [reason, count] : reasons)
        order.emplace_back(count, reason);
    std::sort(order.rbegin(), order.rend());
    for (size_t i = 0; i < order.size() && i < 40; ++i)
        std::printf("%5zu  %s\n", order[i].first, order[i].second.c_str());
    for (auto const* kind : {"pass", "close", "warned", "SILENT", "refused", "invalid", "crash"})
        std::printf("  %-8s %5zu  %6.2f %%\n", kind, counts[kind], 100.0 * static_cast<double>(counts[kind]) / static_cast<double>(std::max<size_t>(1, verdicts.size())));
    std::printf("  of %zu cases; %zu of the passing ones with a warning\n", verdicts.size(), warned_passes);
}

Options parse(int count, char** arguments)
{
    Options options;
    for (int i = 1; i < count; ++i) {
        std::string const word = arguments[i];
        auto const next = [&] { return i + 1 < count ? std::string(arguments[++i]) : std::string(); };
        if (word == "--verdict")
            options.verdict = next();
        else if (word == "--only")
            options.only = next();
        else if (word == "--list")
            options.list = next();
        else if (word == "--opset")
            options.opset = std::atoll(next().c_str());
        else if (word == "--jobs")
            options.jobs = static_cast<size_t>(std::max(1, std::atoi(next().c_str())));
        else
            options.folder = word;
    }
    return options;
}

}

int main(int count, char** arguments)
{
    Options options = parse(count, arguments);
    if (options.folder.empty()) {
        std::fprintf(stderr, "usage: bench_conformance FOLDER|ARCHIVE [--verdict ok] [--only TEXT] [--opset N] [--list CLASS] [--jobs N]\n");
        return 2;
    }
    std::filesystem::path unpacked;
    if (std::filesystem::is_regular_file(options.folder)) {
        char place[] = "/tmp/hullmark-conformance.XXXXXX";
        if (mkdtemp(place) == nullptr || !run_program({"tar", "-xf", options.folder.string(), "-C", place})) {
            std::fprintf(stderr, "bench_conformance: %s cannot be unpacked\n", options.folder.c_str());
            return 1;
        }
        unpacked = options.folder = place;
    }
    auto const manifest = manifest_of(options.folder);
    std::vector<std::filesystem::path> models;
    for (auto const& entry : std::filesystem::directory_iterator(options.folder)) {
        auto const place = manifest.find(entry.path().stem().string());
        if ((entry.path().extension() == ".pt" || entry.path().extension() == ".pt2") && place != manifest.end() && place->second == options.verdict && entry.path().string().find(options.only) != std::string::npos)
            models.push_back(entry.path());
    }
    std::sort(models.begin(), models.end());
    // Each job is a process that judges its share of the cases and prints one line a case.
    std::vector<int> pipes;
    for (size_t job = 0; job < options.jobs; ++job) {
        int ends[2];
        if (pipe(ends) != 0)
            return 70;
        if (fork() == 0) {
            close(ends[0]);
            for (size_t i = job; i < models.size(); i += options.jobs) {
                auto verdict = judged_apart(models[i], options.opset);
                std::replace(verdict.note.begin(), verdict.note.end(), '\n', ' ');
                dprintf(ends[1], "%zu\t%s\t%.9g\t%d\t%s\n", i, verdict.kind.c_str(), verdict.error, verdict.warned ? 1 : 0, verdict.note.c_str());
            }
            _exit(0);
        }
        close(ends[1]);
        pipes.push_back(ends[0]);
    }
    std::map<std::string, Verdict> verdicts;
    for (int const end : pipes) {
        FILE* lines = fdopen(end, "r");
        char* line = nullptr;
        size_t size = 0;
        while (getline(&line, &size, lines) > 0) {
            std::string text(line);
            std::vector<std::string> parts;
            for (size_t start = 0; parts.size() < 4; start = text.find('\t', start) + 1)
                parts.push_back(text.substr(start, text.find('\t', start) - start));
            std::string note = text.substr(text.find(parts[3] + "\t", parts[0].size() + parts[1].size() + parts[2].size()) + 2);
            note.pop_back();
            verdicts[models[std::stoul(parts[0])].stem().string()] = {parts[1], std::atof(parts[2].c_str()), note, parts[3] == "1"};
        }
        std::free(line);
        std::fclose(lines);
    }
    report(verdicts, options);
    if (!unpacked.empty())
        std::filesystem::remove_all(unpacked);
    bool const bad = std::any_of(verdicts.begin(), verdicts.end(), [](auto const& entry) { return entry.second.kind == "SILENT" || entry.second.kind == "crash"; });
    return bad ? 1 : 0;
}
