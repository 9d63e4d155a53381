#pragma once

#include "publish/source.h"
#include "publish/world.h"

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Files of people who are not trusted are read by a second process of this program, which can do nothing else: it gets the open file, and
// files without a name to write what it makes of it. The first process opens, hashes and hands on; it parses nothing of the file.
//
// Promises: a file that makes its reader crash, loop or take all memory is a failure that says so, never the end of this process; what the
// reader says and writes is for the caller to check, as bytes of anybody's.

// What the reading process is asked for. A task is a row of what it serves; payloads are the task's own (process/message.h).
struct ReadingRequest {
    std::string task;
    std::string payload;
    std::vector<std::filesystem::path> readable; // beside the folder of the file, where the rest of a model may lie
    std::vector<std::filesystem::path> outputs; // the folder of each file that it writes
};

struct ReadingResult {
    std::string payload;
    std::vector<SharedBytes> outputs;
};

// What the task says on its way.
using ReadingNotes = std::function<Result<void>(std::string_view note)>;

// Fails as the task does, with the same error, and with what it left behind in `trail`; where the process fails, as Worker::receive() does; with
// cancelled once the world asks to stop.
Result<ReadingResult> read_elsewhere(World const& world, SourceFile const& file, ReadingRequest const& request, ReadingNotes const& notes, std::string& trail);

// The other side.

struct ReadingTask {
    std::string payload;
    SourceFile source; // with the digest that the first process found, and recognised
    std::filesystem::path temporary_folder;
    std::vector<int> outputs; // descriptors to write to
    ReadingNotes note;
    std::string trail; // to be sent with a failure
};

struct ReadingRow {
    std::string_view task;
    Result<std::string> (*run)(ReadingTask&); // the result's payload
};

// The argument with which the program is started to read, and all that it does then; its exit code.
extern char const* const reading_verb;
int serve_reading(std::span<ReadingRow const> rows);

// Writes all of it to a descriptor of ReadingTask::outputs.
Result<void> write_output(int descriptor, std::span<SharedBytes const> parts);
