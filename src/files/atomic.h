#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

// Files that are there whole or not at all, also after a power cut.
//
// A file is written under a temporary name in the folder of its target, flushed to the disk, renamed, and the folder flushed.
// Promises: until then, whatever stood under the name stays as it was, and on any failure the temporary is removed; a failed
// flush is never tried again, since the system may then call clean what it lost (the bytes must be written anew).
// What may be left: a temporary where this process was killed (is_temporary_name tells), and the new file where the very last
// step, the flush of the folder, failed.
// Refuses: targets that exist and are no regular files. Where the target is a link, the file that it names is replaced.

// Writes the parts one after the other. Failures carry the path.
Result<void> write_file_durably(std::filesystem::path const& path, std::span<Bytes const> parts);
Result<void> write_file_durably(std::filesystem::path const& path, std::span<SharedBytes const> parts);
Result<void> write_file_durably(std::filesystem::path const& path, Bytes bytes);

// A file whose bytes come by and by. Unless it is committed, nothing is left of it.
class DurableFile {
public:
    static Result<DurableFile> create(std::filesystem::path const& path);
    ~DurableFile();
    DurableFile(DurableFile&&) noexcept;
    DurableFile& operator=(DurableFile&&) noexcept;

    // After a failure, this and commit() fail with the same again. Not after a commit (CHECK).
    Result<void> add(Bytes bytes);
    // Number of bytes added.
    uint64_t size() const;
    // Publishes the file under the path it was created for.
    Result<void> commit();
    // The same under another name on the same file system, for names that depend on the content.
    Result<void> commit_as(std::filesystem::path const& path);

private:
    struct State;
    explicit DurableFile(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// Creates the folder and those above it that are missing, and flushes the entry of each one created. An existing one is fine.
Result<void> make_directories_durably(std::filesystem::path const& path);

// Whether a file name (without folder) is one that an unfinished write left behind.
bool is_temporary_name(std::string_view name);
