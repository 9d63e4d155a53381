#pragma once

#include "base/result.h"
#include "cli/cli.h"
#include "publish/progress.h"
#include "publish/world.h"

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

// What people see: the answer on stdout, everything else on stderr. Colour says nothing that the words do not.

enum class Paint : uint8_t { bold,
    dim,
    red,
    yellow,
    green,
    cyan };

class Screen {
public:
    Screen(Streams const& streams, World const& world)
        : streams_(streams),
          world_(world)
    {
    }

    // Whole or not at all, as far as the system lets: unavailable where stdout does not take it.
    Result<void> answer(std::string_view text);
    void say(std::string_view line); // a line on stderr
    std::string painted(Paint paint, std::string_view text) const; // for stderr
    std::string painted_answer(Paint paint, std::string_view text) const; // for stdout
    World const& world() const { return world_; }
    bool shows_progress() const { return streams_.err_is_terminal; }
    void show_line(std::string_view line, bool stays); // replaces the progress line

private:
    Streams const& streams_;
    World const& world_;
};

enum class Receipts : uint8_t { all,
    of_slow_steps }; // on a terminal, of those that took longer than 300 ms

// Steps as lines on stderr, each with what came of it and how long it took. On a terminal, a step that takes longer than 300 ms
// shows a line that counts the time while it runs.
class ScreenProgress : public Progress {
public:
    ScreenProgress(Screen& screen, Receipts receipts);
    ~ScreenProgress() override;
    void begin(std::string_view step, std::string_view about) override;
    void advance(std::string_view done) override;
    void end(std::string_view receipt) override;
    void warn(std::string_view code, std::string_view message, std::string_view where) override;

private:
    void watch();
    std::string line(std::string_view receipt) const;

    bool is_slow() const;

    Screen& screen_;
    Receipts receipts_;
    std::string step_;
    std::string about_;
    std::string done_;
    int64_t begun_ms_ = 0;
    bool running_ = false;
    bool leaving_ = false;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::thread watcher_; // on a terminal alone
};

// Nobody is told: for --json, whose answer carries the same.
class SilentProgress : public Progress {
public:
    void begin(std::string_view, std::string_view) override {}
    void end(std::string_view) override {}
    void warn(std::string_view, std::string_view, std::string_view) override {}
};

// Text of a file without what would steer a terminal.
std::string printable(std::string_view text);

// Rows as columns, two spaces between them; the last column is not padded. Each line begins with `indent` spaces.
std::string table_text(std::vector<std::vector<std::string>> const& rows, size_t indent = 0);
