#include "files/beneath.h"

#include "files/map.h"

#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr int reading = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW;

Result<std::vector<std::string>> components_of(std::string_view name)
{
    if (name.empty())
        return refused("an empty file name, wanted one relative to the model's folder");
    if (name.find('\0') != std::string_view::npos)
        return refused("a file name that holds a NUL byte");
    std::string const said(name);
    if (name.front() == '/' || name.find('\\') != std::string_view::npos)
        return refused("the file name \"" + said + "\" is not one relative to the model's folder");
    std::vector<std::string> components;
    while (true) {
        auto const slash = name.find('/');
        auto const component = name.substr(0, slash);
        if (component.empty() || component == "." || component == "..")
            return refused("the file name \"" + said + "\" has the component \"" + std::string(component) + "\"");
        components.emplace_back(component);
        if (slash == std::string_view::npos)
            return components;
        name.remove_prefix(slash + 1);
    }
}

tl::expected<Descriptor, int> open_in_one_call(Descriptor const& folder, std::string const& name)
{
    open_how how{};
    how.flags = static_cast<unsigned>(reading | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    while (true) {
        auto const number = ::syscall(SYS_openat2, folder.number(), name.c_str(), &how, sizeof how);
        if (number >= 0)
            return Descriptor(static_cast<int>(number));
        if (errno != EINTR && errno != EAGAIN)
            return tl::unexpected(errno);
    }
}

bool is_link(int folder, std::string const& name)
{
    struct stat status;
    return ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode);
}

// The same for systems that have no openat2 or whose sandbox forbids it: folder by folder, following nothing. As no component is
// "..", a folder moved away meanwhile can at worst give a file of that folder.
tl::expected<Descriptor, int> open_step_by_step(Descriptor const& folder, std::vector<std::string> const& components)
{
    Descriptor current;
    int at = folder.number();
    for (size_t index = 0; index + 1 < components.size(); ++index) {
        auto next = open_descriptor(at, components[index], O_PATH | O_DIRECTORY | O_NOFOLLOW);
        if (!next)
            return tl::unexpected(is_link(at, components[index]) ? ELOOP : next.error());
        current = *std::move(next);
        at = current.number();
    }
    return open_descriptor(at, components.back(), reading);
}

}

Result<MappedFile> open_beneath(std::filesystem::path const& folder, std::string_view name, Limits const& limits)
{
    auto const components = TRY(components_of(name));
    std::string const said = (folder / name).string();
    auto const root = open_descriptor(AT_FDCWD, folder.empty() ? "." : folder.string(), O_PATH | O_DIRECTORY);
    if (!root)
        return system_failure("cannot open the folder " + folder.string(), root.error());
    auto descriptor = open_in_one_call(*root, std::string(name));
    if (!descriptor && (descriptor.error() == ENOSYS || descriptor.error() == EPERM))
        descriptor = open_step_by_step(*root, components);
    if (!descriptor && descriptor.error() == ELOOP)
        return refused(said + " is reached through a link, wanted a file that lies in the folder itself");
    if (!descriptor)
        return system_failure("cannot open " + said, descriptor.error());
    FileStamp stamp;
    auto data = TRY(map_descriptor(descriptor->number(), said, Links::one, limits, &stamp));
    return MappedFile(std::move(data), said, stamp, file_stamp(descriptor->number()) != stamp);
}
