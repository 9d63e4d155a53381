#include "scan/folder.h"

#include "scan/judgement.h"

#include <algorithm>
#include <map>
#include <set>

namespace {

namespace fs = std::filesystem;

ScanReport report_of(Error const& error, FileScanOptions const& options)
{
    Judgement judgement(options.scan, 0);
    auto const word = error.reason == Reason::missing || error.reason == Reason::refused ? "not-a-file" : error.reason == Reason::forbidden ? "no-permission"
        : error.reason == Reason::exhausted                                                                                                 ? "limit"
                                                                                                                                            : "malformed";
    judgement.add(word, error.what);
    return std::move(judgement).finish();
}

std::string place_of(std::string const& model, std::string const& name) { return (fs::path(model).parent_path() / name).lexically_normal().string(); }

// What is known only once a file was judged by itself.
void add_finding(ScanReport& report, std::string_view word, std::string message)
{
    Severity const severity = finding_row(word)->severity;
    report.findings.push_back({std::string(word), severity, std::move(message), {}});
    if (severity == Severity::danger)
        report.verdict = Verdict::dangerous;
    else if (severity == Severity::unreadable && !report.is_danger())
        report.verdict = Verdict::unreadable;
}

class Neighbours {
public:
    explicit Neighbours(std::vector<ScannedFile>& files)
        : files_(files)
    {
        for (size_t index = 0; index < files.size(); ++index)
            by_place_[fs::path(files[index].path).lexically_normal().string()] = index;
    }

    void settle()
    {
        for (auto& file : files_) {
            for (auto const& name : file.report.external_files)
                take_data(file, name);
            for (auto const& name : file.report.code_files)
                blame_code(file, name);
        }
        size_t index = 0;
        std::erase_if(files_, [&](ScannedFile const&) { return taken_.contains(index++); });
    }

private:
    ScannedFile* find(std::string const& place, size_t& index)
    {
        auto const found = by_place_.find(place);
        if (found == by_place_.end())
            return nullptr;
        index = found->second;
        return &files_[index];
    }

    // A model cannot hide another one by calling it its data: what is dangerous by itself makes the model dangerous.
    void take_data(ScannedFile& model, std::string const& name)
    {
        size_t index = 0;
        auto* const data = find(place_of(model.path, name), index);
        if (!data || data == &model)
            return;
        taken_.insert(index);
        if (!data->report.is_danger() || model.report.is_danger())
            return;
        for (auto finding : data->report.findings) {
            finding.where.push_back(name);
            model.report.findings.push_back(std::move(finding));
        }
        model.report.verdict = Verdict::dangerous;
    }

    void blame_code(ScannedFile const& config, std::string const& name)
    {
        size_t index = 0;
        auto* const code = find(place_of(config.path, name), index);
        if (!code)
            return;
        add_finding(code->report, "names-code", config.path + " names this file: the model's loader would import and run it");
    }

    std::vector<ScannedFile>& files_;
    std::map<std::string, size_t> by_place_;
    std::set<size_t> taken_;
};

}

ScannedFile scan_walked_file(WalkedFile const& file, FileScanOptions const& options)
{
    ScannedFile scanned{file.path, 0, {}, {}};
    if (file.error) {
        scanned.report = report_of(*file.error, options);
        return scanned;
    }
    auto const mapped = MappedFile::open(file.path, options.scan.limits);
    if (!mapped) {
        scanned.report = report_of(mapped.error(), options);
        return scanned;
    }
    scanned.bytes = mapped->size();
    if (options.digest)
        scanned.digest = Digest::of(mapped->bytes());
    ScanOptions own = options.scan;
    own.folder = file.folder;
    own.in_folder = file.in_folder;
    scanned.report = scan_file(mapped->shared(), own);
    if (mapped->has_changed())
        add_finding(scanned.report, "changed", "somebody wrote to the file while it was read");
    return scanned;
}

void settle_folders(std::vector<ScannedFile>& files)
{
    bool const any = std::any_of(files.begin(), files.end(), [](ScannedFile const& file) { return !file.report.external_files.empty() || !file.report.code_files.empty(); });
    if (any)
        Neighbours(files).settle();
}
