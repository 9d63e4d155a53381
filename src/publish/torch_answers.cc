#include "publish/torch_answers.h"

#include "arrays/npz.h"
#include "files/atomic.h"
#include "process/outside.h"
#include "json/json.h"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace {

constexpr std::string_view python_program =
#include "publish/torch_program.inc"
    ;
constexpr std::string_view looking_program = "import importlib.util, sys; sys.exit(0 if importlib.util.find_spec('torch') else 3)";
constexpr int status_without_torch = 3;

// An empty folder for one run of Python, removed with all that it left there.
class RunFolder {
public:
    static Result<RunFolder> make(std::filesystem::path const& parent)
    {
        std::string name = (parent / "hullmark-torch-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            return unavailable("cannot make a folder in " + parent.string() + " for a run of Python");
        return RunFolder(name);
    }
    RunFolder(RunFolder&& other) noexcept { std::swap(path_, other.path_); }
    ~RunFolder()
    {
        std::error_code ignored;
        if (!path_.empty())
            std::filesystem::remove_all(path_, ignored);
    }

    std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
    std::filesystem::path const& path() const { return path_; }

private:
    explicit RunFolder(std::filesystem::path path)
        : path_(std::move(path))
    {
    }
    std::filesystem::path path_;
};

// The file, open again, and the same bytes as were judged.
class SameFile {
public:
    static Result<SameFile> open(MappedFile const& file)
    {
        SameFile same(file, ::open(file.path().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        TRY(same.check());
        return same;
    }
    SameFile(SameFile&& other) noexcept
        : file_(other.file_),
          descriptor_(std::exchange(other.descriptor_, -1))
    {
    }
    ~SameFile()
    {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }

    Result<void> check() const
    {
        if (descriptor_ < 0 || file_stamp("/proc/self/fd/" + std::to_string(descriptor_)) != file_.stamp())
            return conflict("the file changed after it was judged").at(file_.path());
        return {};
    }
    int descriptor() const { return descriptor_; }

private:
    SameFile(MappedFile const& file, int descriptor)
        : file_(file),
          descriptor_(descriptor)
    {
    }
    MappedFile const& file_;
    int descriptor_;
};

Result<void> write_request(RunFolder const& folder, TorchReference const& reference, std::vector<std::vector<NamedTensor>> const& runs)
{
    Json request{{"kind", reference.file.kind == Kind::torchscript ? "torchscript" : "exported"}, {"method", reference.method}, {"runs", Json::array()}};
    std::vector<NamedTensor> arrays;
    for (size_t run = 0; run < runs.size(); ++run) {
        request["runs"].push_back(Json::array());
        for (size_t place = 0; place < runs[run].size(); ++place) {
            request["runs"].back().push_back(runs[run][place].name);
            arrays.push_back({"r" + std::to_string(run) + "i" + std::to_string(place), runs[run][place].tensor});
        }
    }
    auto const text = SharedBytes::take(write_json(request));
    TRY(write_file_durably(folder / "request.json", text.bytes()));
    auto const parts = TRY(write_npz(arrays));
    return write_file_durably(folder / "request.npz", std::span<SharedBytes const>(parts));
}

Result<TorchAnswers> read_answers(RunFolder const& folder)
{
    auto const said = TRY(MappedFile::open(folder / "answers.json"));
    auto const document = TRY(read_json(text_of(said.bytes())));
    auto const arrays = TRY(MappedFile::open(folder / "answers.npz"));
    auto entries = TRY(read_npz(arrays.shared()));
    TorchAnswers answers{TRY(json_text(document, "torch")), {}};
    for (auto const& count : *TRY(json_array(document, "counts"))) {
        auto& run = answers.runs.emplace_back();
        for (uint64_t place = 0; count.is_number_unsigned() && place < count.get<uint64_t>(); ++place) {
            auto const name = "r" + std::to_string(answers.runs.size() - 1) + "o" + std::to_string(place);
            auto const entry = std::find_if(entries.begin(), entries.end(), [&](NamedTensor const& one) { return one.name == name; });
            if (entry == entries.end())
                return malformed("Python's answers lack " + name);
            run.push_back(std::move(entry->tensor));
        }
    }
    return answers;
}

// The last line that Python printed: of a traceback, the error itself.
std::string last_line(std::string_view text)
{
    text = text.substr(0, text.find_last_not_of(" \n") + 1);
    if (text.empty())
        return "nothing";
    return std::string(text.substr(text.rfind('\n') + 1).substr(0, 400)); // npos + 1 is 0
}

Result<std::filesystem::path> find_python(World const& world, std::filesystem::path const& wanted)
{
    if (!wanted.empty())
        return wanted;
    auto found = find_program("python3", world.search_path);
    if (found.empty())
        return missing("no python3 on the PATH, and PyTorch runs in Python").hint("name one that has PyTorch: --python PATH");
    return found;
}

Failure without_torch(std::filesystem::path const& python, std::string const& why)
{
    return missing(python.string() + " has no PyTorch" + (why.empty() ? "" : ": " + why)).hint("name a Python that has it: --python PATH");
}

}

Result<std::filesystem::path> find_torch(World const& world, std::filesystem::path const& wanted)
{
    auto python = TRY(find_python(world, wanted));
    OutsideProgram const look{python, {"-B", "-c", std::string(looking_program)}, world.environment, "/"};
    auto const end = TRY(within(python.string(), run_outside(look, {torch_seconds * 1000, world.elapsed_ms, world.stop_asked})));
    if (end.status != 0)
        return without_torch(python, "");
    return python;
}

Result<TorchAnswers> torch_answers(World const& world, TorchReference const& reference, std::vector<std::vector<NamedTensor>> const& runs)
{
    TRY(demand_safe(reference.file));
    auto const python = TRY(find_python(world, reference.python));
    auto const same = TRY(SameFile::open(reference.file.file));
    auto const folder = TRY(RunFolder::make(world.temporary_folder));
    TRY(write_request(folder, reference, runs));

    OutsideProgram program{python, {"-B", "-c", std::string(python_program), std::to_string(torch_seconds + 10)}, world.environment, folder.path(), same.descriptor()};
    auto const end = TRY(within(python.string(), run_outside(program, {torch_seconds * 1000, world.elapsed_ms, world.stop_asked})));
    if (end.status == status_without_torch)
        return without_torch(python, last_line(end.text));
    if (end.status != 0)
        return unavailable("PyTorch did not run the file: " + last_line(end.text)).at(reference.file.file.path());
    TRY(same.check());
    auto answers = TRY(within("answers of " + python.string(), read_answers(folder)));
    if (answers.runs.size() != runs.size())
        return malformed("Python answered " + std::to_string(answers.runs.size()) + " runs, wanted " + std::to_string(runs.size()));
    return answers;
}
