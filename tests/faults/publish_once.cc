#include "registry/registry.h"

#include <cstdio>
#include <string_view>

// The program that the fault tests interrupt, wherever they like.
//
//   publish_once publish FOLDER CONTENT   publishes one version of "m", whose alias "newest" moves to it; prints its number once it is acknowledged
//   publish_once check FOLDER             prints what is wrong, one a line, then "versions N" and "unfinished N"; fails where anything is wrong
//   publish_once sweep FOLDER             collects garbage without any grace

namespace {

int fail(Error const& error)
{
    std::fprintf(stderr, "%s: %s\n", std::string(row_of(error.reason).name).c_str(), error.text().c_str());
    return row_of(error.reason).exit_code;
}

NewFile new_file(std::string path, std::string content)
{
    Digest const digest = Digest::of(bytes_of(content));
    return {std::move(path), SharedBytes::take(std::move(content)), digest};
}

Result<int64_t> publish(std::string const& folder, std::string const& content)
{
    Registry registry = TRY(Registry::open(folder, RegistryAccess::create));
    NewVersion version;
    version.name = "m";
    version.kind = "onnx";
    version.verified = true;
    version.files.push_back(new_file("model.onnx", content));
    version.files.push_back(new_file("data/labels", "the same in each version"));
    version.aliases.push_back("newest");
    auto const published = TRY(registry.publish(version, Unverified::refused, {"test", 1, ""}));
    return published.number;
}

Result<bool> check(std::string const& folder)
{
    auto registry = Registry::open(folder, RegistryAccess::existing);
    if (!registry && registry.error().reason == Reason::missing) {
        std::printf("versions 0\nunfinished 0\n");
        return true;
    }
    if (!registry)
        return tl::unexpected(registry.error());
    auto const found = TRY(registry->check(CheckDepth::digests));
    for (auto const& fault : found.faults)
        std::printf("%s %s\n", fault.invariant.c_str(), fault.what.c_str());
    std::printf("versions %zu\nunfinished %zu\n", found.versions, found.unfinished);
    return found.faults.empty();
}

}

int main(int count, char** arguments)
{
    std::string_view const verb = count > 2 ? arguments[1] : "";
    if (verb == "publish" && count == 4) {
        auto const number = publish(arguments[2], arguments[3]);
        if (!number)
            return fail(number.error());
        std::printf("%lld\n", static_cast<long long>(*number));
        return 0;
    }
    if (verb == "check") {
        auto const good = check(arguments[2]);
        return !good ? fail(good.error()) : *good ? 0
                                                  : 1;
    }
    if (verb == "sweep") {
        auto registry = Registry::open(arguments[2], RegistryAccess::existing);
        if (!registry)
            return registry.error().reason == Reason::missing ? 0 : fail(registry.error());
        auto const swept = registry->collect_garbage(INT64_MAX);
        return swept ? 0 : fail(swept.error());
    }
    return 2;
}
