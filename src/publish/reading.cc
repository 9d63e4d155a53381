#include "publish/reading.h"

#include "files/spool.h"
#include "process/message.h"
#include "process/sandbox.h"
#include "process/worker.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

char const* const reading_verb = "reader";

namespace {

constexpr int64_t patience_ms = int64_t{3'600} * 1000; // between two messages
constexpr uint64_t slowest_bytes_per_ms = 1'000;
constexpr uint64_t least_memory_bytes = uint64_t{4} << 30;
constexpr size_t piece_bytes = size_t{1} << 20; // of a long payload
constexpr size_t most_payload_bytes = size_t{1} << 30;
constexpr size_t most_outputs = 8;
constexpr size_t most_readable = 10'000;

// How a message of the reading process begins.
enum class Says : uint8_t {
    note,
    piece, // of the payload
    trail, // a piece of it
    done,
    failed, // and how
};

// The work of a conversion grows with the weights, which it may have to lay out anew.
uint64_t memory_for(uint64_t file_bytes) { return std::max(least_memory_bytes, 4 * std::min(file_bytes, uint64_t{1} << 50)); }

std::string bytes_of(SourceFile const& file, ReadingRequest const& request, std::filesystem::path const& temporary_folder)
{
    MessageWriter writer;
    writer.text(request.task).text(file.file.path()).text(file.digest.hex()).text(temporary_folder.native()).number(memory_for(file.file.size()));
    writer.count(request.outputs.size()).count(request.readable.size());
    for (auto const& path : request.readable)
        writer.text(path.native());
    return writer.take();
}

struct StatedTask {
    std::string name;
    std::string path;
    Digest digest;
    SandboxRules rules;
    size_t outputs = 0;
};

Result<StatedTask> parse_task(std::string_view bytes)
{
    MessageReader reader(bytes);
    StatedTask task;
    task.name = TRY(reader.text());
    task.path = TRY(reader.text());
    task.digest = TRY(Digest::parse(TRY(reader.text())));
    task.rules.temporary_folder = TRY(reader.text());
    task.rules.memory_bytes = TRY(reader.number<uint64_t>());
    task.outputs = TRY(reader.count(most_outputs));
    for (auto const& path : TRY(reader.texts(most_readable)))
        task.rules.readable.emplace_back(path);
    TRY(reader.end());
    return task;
}

std::string message_of(Says says, std::string_view text)
{
    std::string message(1, static_cast<char>(says));
    return message.append(text);
}

// The first process's end of one reading.
class Reading {
public:
    Reading(World const& world, SourceFile const& file, ReadingRequest const& request)
        : world_(world),
          file_(file),
          request_(request)
    {
    }

    Result<ReadingResult> run(ReadingNotes const& notes, std::string& trail)
    {
        for (auto const& folder : request_.outputs)
            outputs_.push_back(TRY(NamelessFile::create(folder)));
        auto worker = TRY(start());
        TRY(send(worker));
        ReadingResult result;
        result.payload = TRY(listen(worker, notes, trail));
        { // ends the process: from here on nobody writes
            Worker const ended = std::move(worker);
        }
        for (auto const& output : outputs_)
            result.outputs.push_back(TRY(output.map({})));
        return result;
    }

private:
    Result<Worker> start()
    {
        int const input = TRY(file_.file.descriptor_for_others());
        WorkerProgram program{world_.program, {reading_verb}, world_.worker_environment, {input}};
        for (auto const& output : outputs_)
            program.descriptors.push_back(output.descriptor());
        auto worker = Worker::start(program);
        ::close(input);
        return worker;
    }

    // A process that fails at once says why when it is listened to.
    Result<void> send(Worker& worker)
    {
        ReadingRequest request = request_;
        request.readable.push_back(std::filesystem::path(file_.file.path()).parent_path());
        auto sent = worker.send(bytes_of(file_, request, world_.temporary_folder));
        if (sent)
            sent = worker.send(request.payload);
        return sent;
    }

    Result<std::string> receive(Worker& worker)
    {
        auto message = worker.receive({patience_ms + static_cast<int64_t>(file_.file.size() / slowest_bytes_per_ms), world_.elapsed_ms, world_.stop_asked});
        if (!message && message.error().reason == Reason::cancelled)
            TRY(check_stop(world_));
        if (!message)
            message.error().where.push_back(file_.file.path());
        return message;
    }

    Result<std::string> listen(Worker& worker, ReadingNotes const& notes, std::string& trail)
    {
        std::string payload;
        for (;;) {
            auto const message = TRY(receive(worker));
            auto const text = std::string_view(message).substr(std::min<size_t>(message.size(), 1));
            switch (message.empty() ? Says::failed : static_cast<Says>(message[0])) {
            case Says::note:
                TRY(notes(text));
                break;
            case Says::piece:
            case Says::trail: {
                auto& whole = static_cast<Says>(message[0]) == Says::piece ? payload : trail;
                if (whole.size() + text.size() > most_payload_bytes)
                    return exhausted("the reading process says more than " + std::to_string(most_payload_bytes) + " bytes about the file").at(file_.file.path());
                whole += text;
                break;
            }
            case Says::done:
                return payload;
            case Says::failed:
                return tl::unexpected(TRY(parse_error(text)));
            default:
                return malformed("the reading process says what it cannot mean").at(file_.file.path());
            }
        }
    }

    World const& world_;
    SourceFile const& file_;
    ReadingRequest const& request_;
    std::vector<NamelessFile> outputs_;
};

Result<void> say_pieces(WorkerChannel& channel, Says says, std::string_view text)
{
    for (; !text.empty(); text.remove_prefix(std::min(text.size(), piece_bytes)))
        TRY(channel.answer(message_of(says, text.substr(0, piece_bytes))));
    return {};
}

Result<std::string> run_task(WorkerChannel& channel, StatedTask const& stated, std::span<ReadingRow const> rows, std::string& trail)
{
    auto const payload = TRY(channel.next());
    auto const row = std::find_if(rows.begin(), rows.end(), [&](ReadingRow const& known) { return known.task == stated.name; });
    CHECK(payload && row != rows.end(), "the first process asks for what is served");
    auto file = TRY(MappedFile::adopt(first_given_descriptor, stated.path));
    Kind const kind = recognise(file.shared());
    ReadingTask task{*payload, {std::move(file), stated.digest, kind}, stated.rules.temporary_folder, {}, {}, {}};
    for (size_t index = 0; index < stated.outputs; ++index)
        task.outputs.push_back(first_given_descriptor + 1 + static_cast<int>(index));
    task.note = [&](std::string_view note) -> Result<void> {
        TRY(channel.answer(message_of(Says::note, note)));
        return channel.send_answers();
    };
    auto result = row->run(task);
    trail = std::move(task.trail);
    return result;
}

Result<void> serve(WorkerChannel& channel, std::span<ReadingRow const> rows)
{
    auto const first = TRY(channel.next());
    auto const stated = TRY(parse_task(first.value_or("")));
    enter_sandbox(stated.rules);
    std::string trail;
    auto const result = run_task(channel, stated, rows, trail);
    TRY(say_pieces(channel, Says::trail, trail));
    if (result)
        TRY(say_pieces(channel, Says::piece, *result));
    TRY(channel.answer(result ? message_of(Says::done, "") : message_of(Says::failed, bytes_of_error(result.error()))));
    TRY(channel.send_answers());
    TRY(channel.next()); // until the first process has all of it and ends this one
    return {};
}

}

Result<ReadingResult> read_elsewhere(World const& world, SourceFile const& file, ReadingRequest const& request, ReadingNotes const& notes, std::string& trail)
{
    return Reading(world, file, request).run(notes, trail);
}

int serve_reading(std::span<ReadingRow const> rows)
{
    auto channel = WorkerChannel::take();
    auto const served = serve(channel, rows);
    return served ? 0 : row_of(served.error().reason).exit_code;
}

Result<void> write_output(int descriptor, std::span<SharedBytes const> parts)
{
    constexpr size_t longest_write = size_t{1} << 30; // Linux writes no more than 2 GiB at once
    for (auto const& part : parts)
        for (auto bytes = part.bytes(); !bytes.empty();) {
            auto const written = ::write(descriptor, bytes.data(), std::min(bytes.size(), longest_write));
            if (written < 0 && errno != EINTR)
                return system_failure("cannot write what was made of the file", errno);
            bytes = bytes.subspan(written < 0 ? 0 : static_cast<size_t>(written));
        }
    return {};
}
