#include "convert/conditions.h"

#include <gtest/gtest.h>

namespace {

ProgramSize symbol(std::string name)
{
    ProgramSize size;
    size.kind = ProgramSize::Kind::symbol;
    size.symbol = std::move(name);
    return size;
}

ProgramSize number(int64_t value)
{
    ProgramSize size;
    size.number = value;
    return size;
}

ProgramSize product(ProgramSize left, ProgramSize right)
{
    ProgramSize size;
    size.kind = ProgramSize::Kind::product;
    size.operands = {std::move(left), std::move(right)};
    return size;
}

// x [s, 4], y [s, 2*s], z.0 [t]
Function function_of_sizes()
{
    Function function;
    for (auto const& [name, sizes] : {std::pair<std::string, std::vector<ProgramSize>>{"self", {}}, {"x", {symbol("s"), number(4)}}, {"y", {symbol("s"), product(number(2), symbol("s"))}}, {"z.0", {symbol("t")}}}) {
        Parameter parameter;
        parameter.name = name;
        parameter.tensor = ProgramTensorType{DType::float32, sizes};
        function.parameters.push_back(parameter);
    }
    function.symbols = {{"s", 2, 64}, {"t", 0, std::nullopt}};
    return function;
}

TEST(Conditions, follow_where_they_hold_for_all_sizes)
{
    auto const function = function_of_sizes();
    for (auto const* condition : {"L['x'].size()[0] == L['y'].size()[0]", "L['x'].size()[1] == 4", "((11*L['x'].size()[0]) % L['y'].size()[0]) == 0", "(11*L['x'].size()[0]) == (L['y'].size()[0]*((11*L['x'].size()[0]) // L['y'].size()[0]))",
             "2*L['x'].size()[0] - L['y'].size()[1] == 0", "L['x'].size()[0] <= 64", "L['z'][0].size()[0] >= -(-1 + 1)"})
        EXPECT_TRUE(follows_from_sizes(condition, function)) << condition;
}

TEST(Conditions, do_not_follow_where_a_size_contradicts_or_nothing_is_known)
{
    auto const function = function_of_sizes();
    for (auto const* condition : {"L['x'].size()[0] == L['z'][0].size()[0]", "L['x'].size()[0] == 2", "L['x'].size()[0] < 64", "L['z'][0].size()[0] % 64 == L['z'][0].size()[0]", "L['x'].size()[7] == 4", "L['w'].size()[0] == 1", "L['x'].size()[0] // 0 == 1",
             "L['x'].size()[0]", "", "L", "L['x", "L['x'].size()[0] == L['x'].size()[0] and True", "((((", "1 == 1 == 1", "9223372036854775807 * L['x'].size()[0] == 0", "Max(1, 2) == 2"})
        EXPECT_FALSE(follows_from_sizes(condition, function)) << condition;
    EXPECT_FALSE(follows_from_sizes(std::string(9'000, '(') + "1", function));
}

}
