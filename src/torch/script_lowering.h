#pragma once

#include "torch/script_constants.h"

// A function's syntax tree → blocks of operator calls.
//
//   torch.add(x, 1)             aten::add; ops.NS.X(...) is NS::X; int( float( bool( str( sorted( are aten::Int, Float, Bool, str, sorted
//   (o).forward(x, )            prim::CallMethod; o.a is prim::GetAttr, o.a = e prim::SetAttr
//   if c: ... else: ...         prim::If; its results are the names set in both branches, or in one and before
//   for i in range(n): ...      prim::Loop; carried are the names set before and in the body
//   while c: ...                the same with 2^63 - 1 as trip count
//   with e as n: ...            the calls of __enter__ and __exit__ around the body
//   fork(f)                     the body of the nested function f, in place; f may be forked once
//
// Arguments stay as they are written, by position or by name. Nothing is computed.
//
// Promises: what check_function() promises; recursion below 3 * `limits.depth`, which nested syntax and forks bound; no more than
// `limits.entries` values, where long names and texts count as more.
// Refuses with malformed: names that are not set on every path to their use, calls of what is not there, a return that is not the
// last statement; with unsupported: functions as values.
struct ScriptFunctionPlace {
    uint32_t file = 0; // index into Program::files
    std::string_view class_name; // of a method; empty of a free function, whose qualified name is then `qualified_name`
    std::string_view qualified_name;
};

Result<Function> lower_script_function(ScriptFunction const&, ScriptFunctionPlace const&, ScriptNames const&, Limits const& limits = {});
