#include "pickle/assembler.h"
#include "pickle/machine.h"
#include "pickle/render.h"

#include <gtest/gtest.h>

#include <chrono>
#include <sys/resource.h>

// Pickles that are small and claim much: all are read in the time and memory of their own bytes.

namespace {

using namespace std::string_literals;

// Peak memory of this process, in bytes.
uint64_t peak_memory()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

PickleRun run(std::string const& bytes)
{
    uint64_t const before = peak_memory();
    auto const start = std::chrono::steady_clock::now();
    auto result = run_pickle(bytes_of(bytes));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20)); // a minute and more where it is not linear
    EXPECT_LT(peak_memory() - before, 300 * bytes.size() + (1 << 24));
    return result;
}

TEST(PickleLimits, claims_of_length_allocate_nothing)
{
    std::pair<char const*, std::string> const claims[] = {
        {"a terabyte of bytes", "\x8e" + raw_number(uint64_t{1} << 40)},
        {"all there is of bytes", "\x8e" + raw_number(~uint64_t{0})},
        {"a terabyte of text", "\x8d" + raw_number(uint64_t{1} << 40)},
        {"a terabyte of bytearray", "\x96" + raw_number(uint64_t{1} << 40)},
        {"2 GB of integer", "\x8b" + raw_number(INT32_MAX)},
        {"4 GB of text", "X" + raw_number(UINT32_MAX)},
        {"4 GB of string", "T" + raw_number(UINT32_MAX)},
    };
    for (auto const& [name, bytes] : claims) {
        auto const result = run(bytes + "some.");
        ASSERT_TRUE(result.error) << name;
        EXPECT_NE(result.error->what.find("cut short"), std::string::npos) << name;
    }
}

TEST(PickleLimits, two_million_tuples_nest)
{
    EXPECT_FALSE(run(")" + std::string(2'000'000, '\x85') + ".").error);
    EXPECT_FALSE(run(std::string(2'000'000, '(') + std::string(2'000'000, 't') + ".").error);
    EXPECT_FALSE(run("N" + std::string(2'000'000, 'Q') + ".").error);
}

TEST(PickleLimits, the_stack_and_the_memo_grow_with_the_bytes_only)
{
    EXPECT_FALSE(run("N" + std::string(2'000'000, '2') + std::string(2'000'000, '0') + ".").error);
    EXPECT_FALSE(run("N" + std::string(2'000'000, '\x94') + ".").error);
    EXPECT_FALSE(run("(N" + std::string(2'000'000, '2') + "t.").error);
    EXPECT_FALSE(run(std::string(2'000'000, '(') + std::string(2'000'000, '1') + "N.").error);
    std::string sparse = "N";
    for (uint32_t index = 0; index < 300'000; ++index)
        sparse += "r" + raw_number(index * 2'654'435'761U); // each key far from the one before
    EXPECT_FALSE(run(sparse + ".").error);
    EXPECT_FALSE(run("Np2147483648\n0g2147483648\n.").error);
    EXPECT_FALSE(run("Np9223372036854775807\n0g9223372036854775807\n.").error);
}

TEST(PickleLimits, tuples_double_no_memory_and_no_text)
{
    std::string bytes = "N";
    for (int level = 0; level < 100'000; ++level)
        bytes += "2\x86";
    auto const result = run(bytes + ".");
    EXPECT_EQ(result.pickle.graph.size(), 100'001);
    EXPECT_LE(text_of(result.pickle.root()).size(), 200);
}

TEST(PickleLimits, long_lines_are_read_once)
{
    EXPECT_FALSE(run("V" + std::string(4'000'000, '\xe9') + "\n.").error);
    EXPECT_FALSE(run("S'" + std::string(4'000'000, 'x') + "'\n.").error);
    EXPECT_FALSE(run("L0x" + std::string(4'000'000, 'f') + "\n.").error);
    EXPECT_TRUE(run("I" + std::string(4'000'000, '7') + "\n.").error);
    EXPECT_FALSE(run("F" + std::string(400'000, '7') + "\n.").error);
}

}
