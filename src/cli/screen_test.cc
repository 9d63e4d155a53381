#include "cli/screen.h"

#include <gtest/gtest.h>

namespace {

TEST(Screen, prints_columns_by_what_people_see)
{
    EXPECT_EQ(table_text({{"a", "bb", "c"}, {"äöü", "x", "y"}}, 1), " a    bb  c\n äöü  x   y\n");
    EXPECT_EQ(table_text({{"alone"}, {"a", ""}}), "alone\na\n");
    EXPECT_EQ(table_text({}), "");
}

TEST(Screen, shows_nothing_that_steers_a_terminal)
{
    EXPECT_EQ(printable("a\033[2Jb\rc\x7f\n\t"), "a?[2Jb?c?\n\t");
}

}
