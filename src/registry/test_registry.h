#pragma once

#include "registry/registry.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <iterator>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

// A folder of its own for each test, and short ways to publish into the registry in it.
class RegistryTest : public testing::Test {
protected:
    void SetUp() override
    {
        std::string pattern = testing::TempDir() + "hullmark-registry-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        directory = pattern;
        folder = directory + "/registry";
    }
    void TearDown() override { std::filesystem::remove_all(directory); }

    Registry open(RegistryAccess access = RegistryAccess::create) const
    {
        auto registry = Registry::open(folder, access);
        EXPECT_TRUE(registry) << registry.error().text();
        return std::move(*registry);
    }

    static NewFile new_file(std::string const& path, std::string const& content)
    {
        return {path, SharedBytes::take(content), Digest::of(bytes_of(content))};
    }

    static NewVersion new_version(std::string const& name, std::string const& content, std::vector<std::string> aliases = {})
    {
        NewVersion version;
        version.name = name;
        version.kind = "onnx";
        version.files = {new_file("model.onnx", content), new_file("data/labels.txt", "zero\none\n")};
        version.verified = true;
        version.aliases = std::move(aliases);
        return version;
    }

    static RegistryActor at(int64_t ms, std::string why = "") { return {"ada", ms, std::move(why)}; }

    // Publishes `count` versions of "digits" with the contents "model 1", "model 2" ...
    static void publish_some(Registry& registry, int count)
    {
        for (int i = 1; i <= count; ++i) {
            auto const published = registry.publish(new_version("digits", "model " + std::to_string(i)), Unverified::refused, at(i));
            ASSERT_TRUE(published) << published.error().text();
            ASSERT_EQ(published->number, i);
        }
    }

    std::string object_of(std::string const& content) const
    {
        std::string const hex = Digest::of(bytes_of(content)).hex();
        return folder + "/blobs/sha256/" + hex.substr(0, 2) + "/" + hex;
    }

    static void overwrite(std::string const& path, std::string const& text)
    {
        std::filesystem::remove(path);
        std::ofstream(path, std::ios::binary) << text;
    }

    static std::string text_in(std::string const& path)
    {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    // Runs `work` in `count` processes at once; true where all of them said true.
    static bool in_processes(int count, std::function<bool(int)> const& work)
    {
        std::vector<pid_t> children;
        for (int i = 0; i < count; ++i)
            if (pid_t const child = ::fork(); child == 0)
                ::_exit(work(i) ? 0 : 1);
            else
                children.push_back(child);
        bool all = true;
        for (pid_t const child : children) {
            int status = 0;
            ::waitpid(child, &status, 0);
            all = all && WIFEXITED(status) && WEXITSTATUS(status) == 0;
        }
        return all;
    }

    // All faults, one a line; empty when the invariants hold.
    std::string faults() const
    {
        auto registry = open(RegistryAccess::existing);
        auto const check = registry.check(CheckDepth::digests);
        if (!check)
            return check.error().text();
        std::string text;
        for (auto const& fault : check->faults)
            text += fault.invariant + " " + fault.what + "\n";
        return text;
    }

    std::string directory;
    std::string folder;
};

template <typename Value>
std::string failure_text(Result<Value> const& result)
{
    return result ? "no failure" : std::string(row_of(result.error().reason).name) + ": " + result.error().text();
}

// The failure and what it advises.
template <typename Value>
std::string advice_text(Result<Value> const& result)
{
    return failure_text(result) + (result ? "" : " | " + result.error().hint);
}
