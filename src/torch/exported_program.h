#pragma once

#include "program/program.h"
#include "torch/exported.h"

// An exported program → Program.
//
//   torch.ops.aten.conv2d.default     aten::conv2d, with the arguments' names
//   _operator.floordiv, math.ceil,    aten::floordiv, aten::ceil, prim::max: what TorchScript calls the same thing
//   torch.sym_max
//   torch.ops.higher_order.cond       prim::If; while_loop, scan, map are prim::Loop; wrap_... stands in place
//   _assert_scalar, sym_constrain_... prim::If with a prim::RaiseException
//   a parameter, buffer or constant   prim::GetAttr of `self`, whose attributes are named as in the state dict
//   a mutation of a buffer or input   aten::copy_ at the end
//
// Each model of the file is a method of the one class, "forward" where there is only one; its parameters are the flattened inputs under
// their paths ("x", "pair.0", "options.scale"), with what the file says about dtypes and sizes; its result is the tuple of the flattened
// outputs. Arguments keep their dtype numbers as c10 has them. Calls stand in the user's source, where the file says so.
//
// Promises: the Program passes check_program(); weights have the dtypes and sizes that the graph takes.
// Refuses: graphs that use names before they are set or set them twice, weights that are missing or of another size (malformed); custom
// objects, unknown higher-order operators, autocast that is at work, training graphs (unsupported, named).
// Source: PyTorch torch/_export/serde/schema.py, serialize.py; torch/_higher_order_ops/.
Result<Program> lower_exported_program(ExportedProgramFile const& file, Limits const& limits = {});
