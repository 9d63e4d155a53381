#include "scan/folder.h"

#include "scan/judgement.h"

#include <algorithm>
#include <map>
#include <set>
#include <sys/stat.h>

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

// Tells whether somebody wrote to a file, or put another one under its name, while it was read.
struct FileStamp {
    static FileStamp of(std::string const& path)
    {
        struct stat status {};
        if (::stat(path.c_str(), &status) != 0)
            return {};
        return {status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec};
    }
    bool operator==(FileStamp const&) const = default;

    uint64_t inode = 0;
    int64_t bytes = 0;
    int64_t written_s = 0;
    int64_t written_ns = 0;
    int64_t changed_s = 0;
    int64_t changed_ns = 0;
};

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
    auto const before = FileStamp::of(file.path);
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
    if (FileStamp::of(file.path) != before)
        add_finding(scanned.report, "changed", "somebody wrote to the file while it was read");
    return scanned;
}

void settle_folders(std::vector<ScannedFile>& files) { Neighbours(files).settle(); }
