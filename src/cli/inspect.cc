#include "cli/description.h"
#include "cli/options.h"
#include "cli/reader.h"
#include "cli/verbs.h"
#include "process/message.h"
#include "publish/models.h"
#include "publish/words.h"

#include <fmt/format.h>

Result<void> describe_bytes(Kind kind, SharedBytes const& bytes, std::filesystem::path const& temporary_folder, Description& description)
{
    switch (kind) {
    case Kind::torch_checkpoint:
    case Kind::torch_module:
        return describe_checkpoint(bytes, description);
    case Kind::torchscript:
        return describe_torchscript(bytes, description);
    case Kind::torch_exported_program:
        return describe_exported_program(bytes, description);
    case Kind::onnx:
        return describe_onnx(bytes, description);
    case Kind::safetensors:
        return describe_safetensors(bytes, description);
    case Kind::numpy:
        return describe_array(bytes, description);
    case Kind::numpy_archive:
        return describe_arrays(bytes, description);
    case Kind::pickle:
    case Kind::joblib:
    case Kind::scikit_learn:
        return describe_pickle(bytes, description);
    case Kind::zip:
    case Kind::torch_package:
    case Kind::keras:
    case Kind::skops:
        return describe_archive(bytes, description);
    case Kind::compressed:
        return describe_compressed(bytes, temporary_folder, description);
    case Kind::tar:
        return describe_tar(bytes, description);
    case Kind::hdf5:
    case Kind::gguf:
    case Kind::tensorflow_saved_model:
    case Kind::unknown:
        return describe_foreign(bytes, description);
    default:
        return {};
    }
}

namespace {

Result<Answer> inspect_folder(std::string const& path)
{
    Description description;
    Kind const kind = TRY(recognise_folder(path));
    description.document = {{"path", path}, {"kind", name_of(kind)}, {"bytes", nullptr}, {"sha256", nullptr}, {"verdict", nullptr}};
    if (kind == Kind::hullmark_package)
        TRY(describe_package(path, description));
    return Answer{description.document, description.text(path + ": " + std::string(title_of(kind))), 0};
}

Result<Answer> inspect(Invocation const& given, Desk& desk)
{
    std::string const path = given.argument("FILE");
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        return inspect_folder(path);
    auto const file = TRY(open_file(path, TRY(given.digest())));
    std::string trail;
    auto const read = TRY(read_elsewhere(desk.world, file, {std::string(describe_task), {}, {}, {}}, {}, trail));
    MessageReader reader(read.payload);
    Limits limits;
    limits.depth = 2 * limits.depth; // of what stands in the file, and of the document around it
    Answer answer;
    answer.document = TRY(read_json(TRY(reader.text()), limits));
    answer.text = printable(TRY(reader.text()));
    TRY(reader.end());
    return answer;
}

}

std::string_view const describe_task = "describe";

Result<std::string> describe_file(ReadingTask& task)
{
    auto const& source = task.source;
    std::string const& path = source.file.path();
    Description description;
    description.document = {{"path", path}, {"kind", name_of(source.kind)}, {"bytes", source.file.size()}, {"sha256", source.digest.hex()}, {"verdict", nullptr}};
    description.add_row("bytes", source.file.size() < 1000 ? std::to_string(source.file.size()) : fmt::format("{} ({})", source.file.size(), bytes_text(source.file.size())));
    description.add_row("sha256", source.digest.hex());
    description.judge(judge_source(source));
    TRY(within(path, describe_bytes(source.kind, source.file.shared(), task.temporary_folder, description)));
    return MessageWriter().text(write_json(description.document)).text(description.text(path + ": " + std::string(title_of(source.kind)))).take();
}

Command inspect_command()
{
    return {"inspect", "says what a file is and what is in it, without running any of it", "hullmark inspect model.pt", {{"FILE", "any file, or a package's folder"}}, {sha256_option()}, inspect};
}
