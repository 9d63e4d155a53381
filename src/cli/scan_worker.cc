#include "cli/scan_worker.h"

#include "cli/cli.h"

#include <set>

char const* const scan_worker_verb = "scan-worker";

namespace {

namespace fs = std::filesystem;

constexpr int64_t start_patience_ms = 60'000;
constexpr int64_t file_patience_ms = 600'000;
constexpr uint64_t slowest_bytes_per_ms = 10'000; // for files that take longer by their size alone

std::string_view word_for_end(Error const& error)
{
    switch (error.reason) {
    case Reason::conflict:
        return "changed";
    case Reason::timed_out:
    case Reason::exhausted:
        return "limit";
    default:
        return "reader-failed";
    }
}

uint64_t size_of_file(std::string const& path)
{
    std::error_code failed;
    auto const size = fs::file_size(path, failed);
    return failed ? 0 : size;
}

ScannedFile failed_file(WalkedFile const& file, Error const& error)
{
    ScannedFile scanned{file.path, size_of_file(file.path), {}, {}};
    scanned.report.verdict = Verdict::unreadable;
    scanned.report.findings.push_back({std::string(word_for_end(error)), Severity::unreadable, error.what, {}});
    return scanned;
}

Result<void> serve_scans(WorkerChannel& channel)
{
    auto const first = TRY(channel.next());
    auto const task = TRY(parse_task(first.value_or("")));
    FileScanOptions options;
    options.digest = task.digest;
    options.scan.deep = task.deep;
    options.scan.temporary_folder = task.temporary_folder.string();
    SandboxRules rules;
    rules.readable = task.readable;
    rules.temporary_folder = task.temporary_folder;
    TRY(channel.answer(bytes_of_sandbox(enter_sandbox(rules))));
    while (auto const request = TRY(channel.next()))
        for (auto const& file : TRY(parse_files(*request)))
            TRY(channel.answer(bytes_of_scanned(scan_walked_file(file, options))));
    return {};
}

}

int run_scan_worker()
{
    auto channel = WorkerChannel::take();
    auto const served = serve_scans(channel);
    return served ? 0 : row_of(served.error().reason).exit_code;
}

Result<void> ScanReader::start()
{
    auto worker = TRY(Worker::start({world_.program, {scan_worker_verb}, world_.worker_environment}));
    auto const answer = worker.ask(bytes_of_task(task_), {start_patience_ms, world_.elapsed_ms, world_.stop_asked});
    if (!answer && answer.error().reason != Reason::cancelled)
        return unavailable("the process that reads files does not start: " + answer.error().what).at(world_.program.string());
    sandbox_ = TRY(parse_sandbox(TRY(answer)));
    worker_ = std::move(worker);
    return {};
}

Result<Sandbox> ScanReader::sandbox()
{
    if (!worker_)
        TRY(start());
    return sandbox_;
}

// Many files are answered together; one that takes long is asked for again by itself.
Patience ScanReader::patience_for(std::span<WalkedFile const* const> files) const
{
    uint64_t const bytes = files.size() == 1 ? size_of_file(files.front()->path) : 0;
    return {file_patience_ms + static_cast<int64_t>(bytes / slowest_bytes_per_ms), world_.elapsed_ms, world_.stop_asked};
}

Result<size_t> ScanReader::read_together(std::span<WalkedFile const* const> files, std::function<void(ScannedFile)> const& take)
{
    if (!worker_)
        TRY(start());
    size_t done = 0;
    auto const patience = patience_for(files);
    auto failed = worker_->send(bytes_of_files(files));
    while (failed && done < files.size()) {
        auto message = worker_->receive(patience);
        auto scanned = message ? parse_scanned(*message, files[done]->path) : Result<ScannedFile>(tl::unexpected(message.error()));
        if (scanned) {
            take(*std::move(scanned));
            ++done;
        } else {
            failed = tl::unexpected(scanned.error());
        }
    }
    if (failed)
        return done;
    worker_.reset();
    if (failed.error().reason == Reason::cancelled)
        return tl::unexpected(failed.error());
    if (files.size() == 1) {
        take(failed_file(*files.front(), failed.error()));
        return 1;
    }
    return done; // which of the others it was, each by itself will tell
}

Result<void> ScanReader::read(std::span<WalkedFile const* const> files, std::function<void(ScannedFile)> const& take)
{
    size_t done = TRY(read_together(files, take));
    for (; done < files.size(); ++done)
        TRY(read_together(files.subspan(done, 1), take));
    return {};
}

std::vector<fs::path> readable_places(std::vector<std::string> const& arguments)
{
    std::set<fs::path> places;
    for (auto const& argument : arguments) {
        std::error_code failed;
        bool const is_folder = fs::is_directory(argument, failed);
        if (is_folder || fs::is_symlink(argument, failed))
            places.insert(argument);
        if (!is_folder)
            places.insert(fs::path(argument).parent_path());
    }
    return {places.begin(), places.end()};
}
