#include "cli/options.h"
#include "cli/scan_report.h"
#include "cli/scan_worker.h"
#include "cli/verbs.h"
#include "publish/source.h"
#include "publish/words.h"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>
#include <mutex>
#include <optional>
#include <span>
#include <system_error>
#include <thread>

namespace {

// Takes files one after the other, on several threads with a reading process each, until none is left or somebody asks to stop.
class ScanCrew {
public:
    ScanCrew(std::vector<WalkedFile> const& files, ScanTask const& task, World const& world, Progress& progress)
        : files_(files),
          task_(task),
          world_(world),
          progress_(progress),
          scanned_(files.size())
    {
    }

    Result<std::vector<ScannedFile>> scan(size_t threads)
    {
        threads_ = std::clamp<size_t>(files_.size(), 1, threads);
        std::vector<std::thread> crew;
        try {
            while (crew.size() + 1 < threads_)
                crew.emplace_back([this] { work(); });
        } catch (std::system_error const&) {
            threads_ = crew.size() + 1; // as many as the system gives
        }
        work();
        for (auto& thread : crew)
            thread.join();
        TRY(check_stop(world_));
        if (failure_)
            return tl::unexpected(*failure_);
        return std::move(scanned_);
    }

private:
    static constexpr size_t most_at_once = 64; // files that a process is sent in one message

    void work()
    {
        ScanReader reader(task_, world_);
        while (!world_.stop_asked() && !has_failed_)
            if (auto const done = take_some(reader); !done || !*done)
                return done ? void() : fail(done.error());
    }

    // The fewer are left, the fewer at once, so that all threads end together. False where none is left.
    Result<bool> take_some(ScanReader& reader)
    {
        size_t const left = files_.size() - std::min(files_.size(), next_.load());
        size_t const count = std::clamp<size_t>(left / (4 * threads_), 1, most_at_once);
        size_t const begin = next_.fetch_add(count);
        if (begin >= files_.size())
            return false;
        std::vector<WalkedFile const*> readable;
        for (auto const& file : std::span(files_).subspan(begin, std::min(count, files_.size() - begin))) {
            if (file.error)
                put(file, scan_walked_file(file, {})); // is not opened
            else
                readable.push_back(&file);
        }
        size_t taken = 0;
        TRY(reader.read(readable, [&](ScannedFile scanned) { put(*readable[taken++], std::move(scanned)); }));
        return true;
    }

    void put(WalkedFile const& file, ScannedFile scanned)
    {
        scanned_[static_cast<size_t>(&file - files_.data())] = std::move(scanned);
        progress_.advance(fmt::format("{} of {}", done_ += 1, count_text(files_.size(), "file")));
    }

    void fail(Error const& error)
    {
        std::lock_guard const lock(mutex_);
        has_failed_ = true;
        failure_ = error;
    }

    std::vector<WalkedFile> const& files_;
    ScanTask const& task_;
    World const& world_;
    Progress& progress_;
    std::vector<ScannedFile> scanned_;
    std::atomic<size_t> threads_ = 1;
    std::atomic<size_t> next_ = 0;
    std::atomic<size_t> done_ = 0;
    std::atomic<bool> has_failed_ = false;
    std::mutex mutex_; // of failure_
    std::optional<Error> failure_;
};

Result<void> check_digests(std::vector<ScannedFile> const& files, Digest const& wanted)
{
    if (files.size() != 1)
        return bad_usage("--sha256 is the digest of one file, and " + std::to_string(files.size()) + " were given");
    return files[0].digest ? check_digest(files[0].path, *files[0].digest, wanted) : Result<void>();
}

constexpr size_t most_held_bytes = size_t{64} << 10;

// Piece by piece, so that a folder of many takes no second copy of all that was found.
Result<Answer> answer_json(Screen& screen, std::vector<ScannedFile> const& files, ScanSummary const& summary)
{
    std::string text = "{\n  \"schema_version\": 1,\n  \"files\": [";
    for (auto const& file : files) {
        text += (&file == files.data() ? "\n    " : ",\n    ") + write_json(json_of(file));
        if (text.size() >= most_held_bytes)
            TRY(screen.answer(std::exchange(text, {})));
    }
    TRY(screen.answer(text + "\n  ],\n  \"summary\": " + write_json(json_of(summary)) + "\n}\n"));
    return Answer{Json::object(), {}, summary.exit_code(), true};
}

Result<Answer> scan(Invocation const& given, Desk& desk)
{
    auto const wanted = TRY(given.digest());
    auto const threads = TRY(given.integer("--threads", std::max(1U, std::thread::hardware_concurrency()), 1, 1024));
    if (given.has("--sarif") && given.has("--json"))
        return bad_usage("--sarif and --json are two forms of one answer").hint("give one of them");
    auto const progress = make_progress(given, desk, Receipts::of_slow_steps);
    auto const walked = TRY(walk_files(given.texts("PATH"), {desk.world.stop_asked}));

    ScanTask const task{readable_places(given.texts("PATH")), desk.world.temporary_folder, given.has("--deep"), given.has("--digest") || wanted};
    progress->begin("scan", count_text(walked.size(), "file"));
    auto files = TRY(ScanCrew(walked, task, desk.world, *progress).scan(static_cast<size_t>(threads)));
    if (wanted)
        TRY(check_digests(files, *wanted));
    settle_folders(files);
    auto const summary = ScanSummary::of(files);
    progress->end(fmt::format("{} dangerous", summary.dangerous));

    if (given.has("--sarif"))
        return Answer{Json::object(), write_json(sarif_of(files), 2) + "\n", summary.exit_code()};
    if (given.has("--json"))
        return answer_json(desk.screen, files, summary);
    return Answer{Json::object(), scan_text(desk.screen, files, summary), summary.exit_code()};
}

}

Command scan_command()
{
    return {"scan", "says what files would do to whoever loads them, without running any of them", "hullmark scan downloads/", {{"PATH", "files and folders", Wants::file, 1, 0}},
        {sha256_option(),
            {"--deep", "", "compare the checksums of tensors too, which reads them all"},
            {"--digest", "", "say the SHA-256 of each file"},
            {"--sarif", "", "answer as a SARIF 2.1.0 document, for code scanning services"},
            {"--threads", "N", "files at a time; as many as there are processors"}},
        scan};
}
