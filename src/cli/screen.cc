#include "cli/screen.h"

#include "publish/words.h"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>

namespace {

constexpr std::chrono::milliseconds quiet_time{300};
constexpr std::chrono::milliseconds tick{100};

std::string_view sequence_of(Paint paint)
{
    switch (paint) {
    case Paint::bold:
        return "\033[1m";
    case Paint::dim:
        return "\033[2m";
    case Paint::red:
        return "\033[1;31m";
    case Paint::yellow:
        return "\033[33m";
    case Paint::green:
        return "\033[32m";
    case Paint::cyan:
        return "\033[36m";
    }
    return "";
}

std::string wrapped(bool colours, Paint paint, std::string_view text)
{
    return colours ? fmt::format("{}{}\033[0m", sequence_of(paint), text) : std::string(text);
}

// Columns that a text takes: one for each code point.
size_t width_of(std::string_view text)
{
    return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}

Result<void> Screen::answer(std::string_view text)
{
    if (std::fwrite(text.data(), 1, text.size(), streams_.out) != text.size() || std::fflush(streams_.out) != 0)
        return system_failure("standard output does not take the answer", errno);
    return {};
}

void Screen::say(std::string_view line)
{
    std::string const text = std::string(line) + "\n";
    std::fwrite(text.data(), 1, text.size(), streams_.err);
    std::fflush(streams_.err);
}

std::string Screen::painted(Paint paint, std::string_view text) const { return wrapped(streams_.colours && streams_.err_is_terminal, paint, text); }
std::string Screen::painted_answer(Paint paint, std::string_view text) const { return wrapped(streams_.colours && streams_.out_is_terminal, paint, text); }

void Screen::show_line(std::string_view line, bool stays)
{
    std::string const text = (streams_.err_is_terminal ? "\r\033[K" : "") + std::string(line) + (stays ? "\n" : "");
    std::fwrite(text.data(), 1, text.size(), streams_.err);
    std::fflush(streams_.err);
}

ScreenProgress::ScreenProgress(Screen& screen, Receipts receipts)
    : screen_(screen),
      receipts_(receipts)
{
    if (screen_.shows_progress())
        watcher_ = std::thread([this] { watch(); });
}

ScreenProgress::~ScreenProgress()
{
    {
        std::lock_guard const lock(mutex_);
        leaving_ = true;
        if (running_ && screen_.shows_progress() && (receipts_ == Receipts::all || is_slow())) // failed: the error says why, the line says where
            screen_.show_line(line("failed"), true);
    }
    changed_.notify_all();
    if (watcher_.joinable())
        watcher_.join();
}

std::string ScreenProgress::line(std::string_view receipt) const
{
    return fmt::format("{:<8}  {:<20}  {}  {}", step_, about_, receipt, screen_.painted(Paint::dim, duration_text(screen_.world().elapsed_ms() - begun_ms_)));
}

bool ScreenProgress::is_slow() const { return screen_.world().elapsed_ms() - begun_ms_ >= quiet_time.count(); }

void ScreenProgress::watch()
{
    std::unique_lock lock(mutex_);
    while (!leaving_) {
        changed_.wait_for(lock, tick);
        if (running_ && !leaving_ && is_slow())
            screen_.show_line(line(done_.empty() ? "..." : done_), false);
    }
}

void ScreenProgress::begin(std::string_view step, std::string_view about)
{
    std::lock_guard const lock(mutex_);
    step_ = step;
    about_ = printable(about);
    done_.clear();
    begun_ms_ = screen_.world().elapsed_ms();
    running_ = true;
}

void ScreenProgress::advance(std::string_view done)
{
    std::lock_guard const lock(mutex_);
    done_ = printable(done);
}

void ScreenProgress::end(std::string_view receipt)
{
    std::lock_guard const lock(mutex_);
    running_ = false;
    if (receipts_ == Receipts::all || (screen_.shows_progress() && is_slow()))
        screen_.show_line(line(printable(receipt)), true);
}

void ScreenProgress::warn(std::string_view code, std::string_view message, std::string_view where)
{
    std::lock_guard const lock(mutex_);
    screen_.show_line(fmt::format("{} {}{}", screen_.painted(Paint::yellow, fmt::format("warning[{}]:", code)), printable(message), where.empty() ? "" : fmt::format(" ({})", printable(where))), true);
}

std::string printable(std::string_view text)
{
    std::string result;
    for (char const c : text) {
        bool const steers = (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t') || c == '\x7f';
        result += steers ? '?' : c;
    }
    return result;
}

std::string table_text(std::vector<std::vector<std::string>> const& rows, size_t indent)
{
    std::vector<size_t> widths;
    for (auto const& row : rows)
        for (size_t i = 0; i < row.size(); ++i) {
            if (widths.size() <= i)
                widths.push_back(0);
            widths[i] = std::max(widths[i], width_of(row[i]));
        }
    std::string text;
    for (auto const& row : rows) {
        text.append(indent, ' ');
        for (size_t i = 0; i < row.size(); ++i) {
            text += row[i];
            if (i + 1 < row.size())
                text.append(widths[i] - width_of(row[i]) + 2, ' ');
        }
        while (text.ends_with(' '))
            text.pop_back();
        text += '\n';
    }
    return text;
}
