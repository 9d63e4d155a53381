#include "files/atomic.h"

#include "files/descriptor.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace fs = std::filesystem;

namespace {

constexpr std::string_view temporary_prefix = ".hullmark-";
constexpr std::string_view temporary_suffix = ".part";
constexpr size_t temporary_digits = 16;
constexpr size_t buffer_bytes = 1 << 18;
constexpr size_t longest_write = 1 << 30; // Linux writes no more than 2 GiB at once

std::string temporary_name()
{
    uint64_t number = 0;
    // Names need not be secret, O_EXCL decides: where the system gives no random bytes, the address of the stack does.
    if (::getrandom(&number, sizeof number, GRND_NONBLOCK) != sizeof number)
        number = reinterpret_cast<uintptr_t>(&number) ^ static_cast<uint64_t>(::getpid()) << 32;
    std::string digits(temporary_digits, '0');
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, number >>= 4)
        *digit = "0123456789abcdef"[number & 15];
    return std::string(temporary_prefix) + digits + std::string(temporary_suffix);
}

fs::path folder_of(fs::path const& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

Result<void> flush_folder(fs::path const& folder)
{
    auto const descriptor = open_descriptor(AT_FDCWD, folder.string(), O_RDONLY | O_DIRECTORY);
    if (!descriptor)
        return system_failure("cannot open the folder " + folder.string(), descriptor.error());
    // Some file systems keep their folders durable by themselves and answer EINVAL.
    if (::fsync(descriptor->number()) != 0 && errno != EINVAL)
        return system_failure("cannot flush the folder " + folder.string(), errno);
    return {};
}

// Where a file is to be put that was asked for as `path`.
Result<fs::path> target_of(fs::path const& path)
{
    struct stat status;
    if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
        return refused("cannot write " + path.string() + ": it exists and is no regular file");
    if (::lstat(path.c_str(), &status) != 0 || !S_ISLNK(status.st_mode))
        return path;
    std::error_code error;
    auto target = fs::canonical(path, error);
    if (error)
        return system_failure("cannot follow the link " + path.string(), error.value());
    return target;
}

}

struct DurableFile::State {
    fs::path path; // as asked for
    fs::path temporary;
    Descriptor descriptor;
    std::vector<std::byte> buffer;
    uint64_t size = 0;
    bool temporary_exists = false;
    std::optional<Error> failure; // the first one; nothing is done after it

    ~State()
    {
        if (temporary_exists)
            ::unlink(temporary.c_str());
    }

    Result<void> fail(std::string what, int error_number)
    {
        failure = system_failure(std::move(what), error_number).value();
        return tl::unexpected(*failure);
    }

    Result<void> write(Bytes bytes)
    {
        while (!bytes.empty()) {
            auto const written = ::write(descriptor.number(), bytes.data(), std::min(bytes.size(), longest_write));
            if (written < 0 && errno != EINTR)
                return fail("cannot write " + path.string(), errno);
            if (written > 0)
                bytes = bytes.subspan(static_cast<size_t>(written));
        }
        return {};
    }

    Result<void> flush_buffer()
    {
        auto result = write(buffer);
        buffer.clear();
        return result;
    }
};

DurableFile::DurableFile(std::unique_ptr<State> state)
    : state_(std::move(state))
{
}
DurableFile::~DurableFile() = default;
DurableFile::DurableFile(DurableFile&&) noexcept = default;
DurableFile& DurableFile::operator=(DurableFile&&) noexcept = default;

Result<DurableFile> DurableFile::create(fs::path const& path)
{
    auto const folder = folder_of(TRY(target_of(path)));
    auto state = std::make_unique<State>();
    state->path = path;
    while (true) {
        state->temporary = folder / temporary_name();
        auto descriptor = open_descriptor(AT_FDCWD, state->temporary.string(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
        if (descriptor) {
            state->descriptor = *std::move(descriptor);
            break;
        }
        if (descriptor.error() != EEXIST)
            return system_failure("cannot write " + path.string(), descriptor.error());
    }
    state->temporary_exists = true;
    return DurableFile(std::move(state));
}

Result<void> DurableFile::add(Bytes bytes)
{
    CHECK(state_, "nothing is added after a commit");
    if (state_->failure)
        return tl::unexpected(*state_->failure);
    state_->size += bytes.size();
    if (state_->buffer.size() + bytes.size() > buffer_bytes) {
        TRY(state_->flush_buffer());
        if (bytes.size() > buffer_bytes)
            return state_->write(bytes);
    }
    state_->buffer.insert(state_->buffer.end(), bytes.begin(), bytes.end());
    return {};
}

uint64_t DurableFile::size() const
{
    CHECK(state_, "a committed file is let go");
    return state_->size;
}

Result<void> DurableFile::commit()
{
    CHECK(state_, "a file is committed once");
    return commit_as(fs::path(state_->path));
}

Result<void> DurableFile::commit_as(fs::path const& path)
{
    CHECK(state_, "a file is committed once");
    auto const state = std::move(state_); // whatever happens, this object is done
    if (state->failure)
        return tl::unexpected(*state->failure);
    TRY(state->flush_buffer());
    auto const target = TRY(target_of(path));
    if (::fsync(state->descriptor.number()) != 0)
        return system_failure("cannot flush " + path.string(), errno);
    if (::rename(state->temporary.c_str(), target.c_str()) != 0)
        return system_failure("cannot rename to " + path.string(), errno);
    state->temporary_exists = false;
    return flush_folder(folder_of(target));
}

Result<void> write_file_durably(fs::path const& path, std::span<Bytes const> parts)
{
    auto file = TRY(DurableFile::create(path));
    for (auto const& part : parts)
        TRY(file.add(part));
    return file.commit();
}

Result<void> write_file_durably(fs::path const& path, std::span<SharedBytes const> parts)
{
    std::vector<Bytes> pieces;
    for (auto const& part : parts)
        pieces.push_back(part.bytes());
    return write_file_durably(path, pieces);
}

Result<void> write_file_durably(fs::path const& path, Bytes bytes) { return write_file_durably(path, std::span(&bytes, 1)); }

Result<void> make_directories_durably(fs::path const& path)
{
    fs::path made;
    for (auto const& component : path) {
        made /= component;
        struct stat status;
        if (::stat(made.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
            continue;
        if (::mkdir(made.c_str(), 0777) != 0 && errno != EEXIST)
            return system_failure("cannot create the folder " + made.string(), errno);
        if (::stat(made.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
            return conflict("cannot create the folder " + made.string() + ": a file of that name is there");
        TRY(flush_folder(folder_of(made)));
    }
    return {};
}

bool is_temporary_name(std::string_view name)
{
    if (name.size() != temporary_prefix.size() + temporary_digits + temporary_suffix.size() || !name.starts_with(temporary_prefix) || !name.ends_with(temporary_suffix))
        return false;
    auto const digits = name.substr(temporary_prefix.size(), temporary_digits);
    return digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}
