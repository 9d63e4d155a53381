#include "publish/words.h"

#include <gtest/gtest.h>

namespace {

TEST(Words, sizes_and_times_as_people_read_them)
{
    EXPECT_EQ(bytes_text(0), "0 bytes");
    EXPECT_EQ(bytes_text(1), "1 byte");
    EXPECT_EQ(bytes_text(58'311), "58.3 kB");
    EXPECT_EQ(bytes_text(999'960), "1.0 MB");
    EXPECT_EQ(bytes_text(UINT64_MAX), "18.4 EB");
    EXPECT_EQ(duration_text(12), "12 ms");
    EXPECT_EQ(duration_text(3'400), "3.4 s");
    EXPECT_EQ(duration_text(125'000), "2 min 5 s");
    EXPECT_EQ(count_text(1, "tensor"), "1 tensor");
    EXPECT_EQ(count_text(0, "tensor"), "0 tensors");
    EXPECT_EQ(error_text(0), "0");
    EXPECT_EQ(error_text(1.19e-7), "1.2e-07");
}

}
