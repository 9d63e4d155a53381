#include "scan/scan.h"

#include "recognise/disguise.h"
#include "scan/judgement.h"

#include <algorithm>
#include <array>
#include <utility>

namespace {

constexpr uint64_t least_unpacked_budget = uint64_t{1} << 30;
constexpr uint64_t least_search_budget = uint64_t{32} << 20;
constexpr uint64_t searched_for_one_byte = 4;
constexpr uint64_t unpacked_for_one_byte = 300; // over a whole file of archives in archives

// What no model loader opens.
bool is_skipped(Kind kind)
{
    switch (kind) {
    case Kind::text:
    case Kind::json:
    case Kind::yaml:
    case Kind::template_text:
    case Kind::source:
    case Kind::image:
    case Kind::audio:
        return true;
    default:
        return false;
    }
}

std::string_view word_for(Error const& error)
{
    switch (error.reason) {
    case Reason::refused:
        return "refused";
    case Reason::unsupported:
        return "not-judged-yet";
    case Reason::exhausted:
        return "limit";
    case Reason::missing:
        return "missing-file";
    case Reason::forbidden:
        return "no-permission";
    default:
        return "malformed";
    }
}

}

std::string_view name_of(Verdict verdict)
{
    static constexpr std::array<std::string_view, 4> names{"safe", "dangerous", "unreadable", "skipped"};
    return names[static_cast<size_t>(verdict)];
}

ScanReport scan_file(SharedBytes const& file, ScanOptions const& options)
{
    Judgement judgement(options, file.size());
    judgement.judge(file, Judgement::Role::file);
    return std::move(judgement).finish();
}

Judgement::Judgement(ScanOptions const& options, uint64_t file_bytes)
    : options_(options),
      unpacked_left_(std::min(options.limits.unpacked_bytes, std::max(least_unpacked_budget, file_bytes * unpacked_for_one_byte))),
      search_left_(std::max(least_search_budget, file_bytes * searched_for_one_byte))
{
}

Limits Judgement::limits() const
{
    Limits limits = options_.limits;
    limits.unpacked_bytes = unpacked_left_;
    return limits;
}

void Judgement::spend(uint64_t unpacked_bytes) { unpacked_left_ -= std::min(unpacked_left_, unpacked_bytes); }

void Judgement::add(std::string_view word, std::string message, std::vector<std::string> where)
{
    auto const* const row = finding_row(word);
    CHECK(row, "each finding has its row");
    if (in_constant_ && !row->runs)
        return;
    seen_[static_cast<size_t>(row->severity)] = true;
    if (report_.findings.size() == ScanReport::most_findings) {
        ++report_.findings_left_out;
        return;
    }
    where.insert(where.end(), places_.rbegin(), places_.rend());
    if (!report_.findings.empty() && report_.findings.back().message == message && report_.findings.back().where == where)
        return; // a stream fails again for each who asks it
    report_.findings.push_back({std::string(word), row->severity, std::move(message), std::move(where)});
}

void Judgement::add_reported(std::string const& code, std::string const& message, std::vector<std::string> where)
{
    if (finding_row(code))
        add(code, message, std::move(where));
    else
        add("archive", code + ": " + message, std::move(where));
}

void Judgement::add(Error const& error) { add(word_for(error), error.what, error.where); }

void Judgement::judge(SharedBytes const& bytes, Role role)
{
    auto const recognised = recognise_with_evidence(bytes, limits());
    Kind const kind = recognised.kind;
    if (role == Role::file)
        report_.kind = kind;
    for (auto const& disguise : disguises_of(bytes, kind, limits()))
        add("two-formats", "it is " + disguise.reading + " as well: " + disguise.message, {"byte " + std::to_string(disguise.offset)});
    judge_as(recognised, bytes);
}

bool Judgement::may_search(uint64_t bytes)
{
    if (bytes <= search_left_) {
        search_left_ -= bytes;
        return true;
    }
    search_left_ = 0;
    bool const outside = std::exchange(in_constant_, false); // what was not looked at is not known to be harmless
    add("limit", "more data to look for files in than is looked at for one file");
    in_constant_ = outside;
    return false;
}

void Judgement::judge_inside(SharedBytes const& bytes, std::string place, Role role)
{
    Place const inside(*this, std::move(place));
    if (role == Role::constant && !may_search(bytes.size()))
        return;
    if (places_.size() > deepest_place) {
        add("limit", "files inside of files deeper than " + std::to_string(deepest_place));
        return;
    }
    bool const outside = in_constant_;
    in_constant_ = in_constant_ || role == Role::constant;
    judge(bytes, role);
    in_constant_ = outside;
}

void Judgement::judge_as(Recognised const& recognised, SharedBytes const& bytes)
{
    switch (Kind const kind = recognised.kind) {
    case Kind::torch_checkpoint:
    case Kind::torch_module:
        return judge_checkpoint(*this, bytes, recognised);
    case Kind::torchscript:
        return judge_torchscript(*this, bytes);
    case Kind::torch_exported_program:
        return judge_exported_program(*this, bytes);
    case Kind::torch_package:
        return judge_torch_package(*this, bytes);
    case Kind::onnx:
        return judge_onnx(*this, bytes);
    case Kind::safetensors:
        return judge_safetensors(*this, bytes);
    case Kind::scikit_learn:
    case Kind::pickle:
    case Kind::joblib:
        return judge_pickles(*this, bytes, PickleFlavour::values, recognised.run);
    case Kind::numpy:
        return judge_array(*this, bytes);
    case Kind::numpy_archive:
        return judge_zip(*this, bytes);
    case Kind::zip:
        return judge_zip(*this, bytes, true);
    case Kind::tar:
        return judge_tar(*this, bytes);
    case Kind::compressed:
        return judge_compressed(*this, bytes);
    case Kind::safetensors_index:
    case Kind::pytorch_index:
    case Kind::json:
    case Kind::yaml:
        return judge_document(*this, kind, bytes);
    case Kind::source:
        return judge_source(*this);
    case Kind::text:
    case Kind::template_text:
    case Kind::image:
    case Kind::audio:
        return;
    case Kind::keras:
    case Kind::skops:
    case Kind::hdf5:
    case Kind::tensorflow_saved_model:
    case Kind::gguf:
    case Kind::mlflow_model:
    case Kind::hullmark_package:
        return add("not-judged-yet", std::string(title_of(kind)) + ": its contents are not judged yet");
    case Kind::unknown:
        return judge_unknown(*this, bytes);
    }
}

ScanReport Judgement::finish() &&
{
    auto const saw = [&](Severity severity) { return seen_[static_cast<size_t>(severity)]; };
    report_.verdict = saw(Severity::danger)    ? Verdict::dangerous
        : saw(Severity::unreadable)            ? Verdict::unreadable
        : skipped_ || is_skipped(report_.kind) ? Verdict::skipped
                                               : Verdict::safe;
    return std::move(report_);
}
