"""Operators of exported programs: the core ATen dialect, and what tracing leaves behind."""

from make import case

# ---- normalisation --------------------------------------------------------------------------------------------------------------------

case("batch_norm in training mode goes by the batch", "return torch.batch_norm(x, None, None, self.m, self.v, True, 0.1, 1e-5, True), torch.batch_norm(x, self.w, self.w, None, None, True, 0.1, 0.1, True)", x="float32[3,2,2]", weights={"w": "float32[2]", "m": "float32[2]", "v": "float32[2] positive"})
case("native batch_norm by running statistics", "a, b, c = torch.ops.aten._native_batch_norm_legit_no_training(x, self.w, self.b, self.m, self.v, 0.1, 1e-5)\nd, e, f = torch.ops.aten._native_batch_norm_legit_no_training(x, None, None, self.m, self.v, 0.1, 0.1)\nreturn a, b, c, d", x="float32[2,2,3]", weights={"w": "float32[2]", "b": "float32[2]", "m": "float32[2]", "v": "float32[2] positive"})
case("native batch_norm by the batch", "a, b, c = torch.ops.aten._native_batch_norm_legit(x, self.w, None, True, 0.1, 1e-5)\nd, e, f = torch.ops.aten._native_batch_norm_legit(x, self.w, self.b, self.m, self.v, False, 0.1, 1e-5)\nreturn a, b, c, d", x="float32[2,2,3]", weights={"w": "float32[2]", "b": "float32[2]", "m": "float32[2]", "v": "float32[2] positive"})
case("batch_norm in training mode changes its statistics", "y = torch.batch_norm(x, self.w, None, self.m, self.v, True, 0.25, 1e-5, True)\nreturn y, self.m + 0, self.v + 0", x="float32[3,2,2]", weights={"w": "float32[2]", "m": "float32[2]", "v": "float32[2] positive"})
case("functional batch_norm gives its statistics", "a, b, c, d, e = torch.ops.aten._native_batch_norm_legit_functional(x, self.w, None, self.m, self.v, True, 0.25, 1e-5)\nf, g, h, i, j = torch.ops.aten._native_batch_norm_legit_functional(x, None, self.w, self.m, self.v, False, 0.25, 1e-5)\nreturn a, b, c, d, e, f, i, j", x="float32[3,2,2]", weights={"w": "float32[2]", "m": "float32[2]", "v": "float32[2] positive"})
case("native layer_norm with its statistics", "a, b, c = torch.ops.aten.native_layer_norm(x, [3], self.w, self.b, 1e-5)\nd, e, f = torch.ops.aten.native_layer_norm(x, [2, 3], None, None, 0.1)\nreturn a, b, c, d, e, f", x="float32[2,2,3]", weights={"w": "float32[3]", "b": "float32[3]"})
case("native layer_norm of float64", "a, b, c = torch.ops.aten.native_layer_norm(x, [3], self.w, self.b, 1e-5)\nreturn a, b, c", x="float64[2,3]", weights={"w": "float64[3]", "b": "float64[3]"})
case("native group_norm with its statistics", "a, b, c = torch.ops.aten.native_group_norm(x, self.w, self.b, x.size(0), 4, 3, 2, 1e-5)\nd, e, f = torch.ops.aten.native_group_norm(x, None, None, x.size(0), 4, 3, 1, 0.1)\nreturn a, b, c, d, e, f", x="float32[2,4,3]", weights={"w": "float32[4]", "b": "float32[4]"})

# ---- views replaced in a copy ---------------------------------------------------------------------------------------------------------

case("slice_scatter", "return torch.slice_scatter(x, y, 1, 1, 3), torch.slice_scatter(x, y, 1, -2), torch.slice_scatter(x, y, -1, 0, 4, 2), torch.slice_scatter(x, x + 1)", x="float32[2,4]", y="float32[2,2]")
case("slice_scatter of another dtype", "return torch.slice_scatter(x, y, 1, 1, 3)", x="float32[2,4]", y="int64[2,2]")
case("select_scatter", "return torch.select_scatter(x, y, 1, 1), torch.select_scatter(x, y, -1, -1), torch.select_scatter(x, x[0] + 1, 0, 0)", x="float32[2,4]", y="float32[2]")
case("select_scatter leaves its argument alone", "z = x.relu()\ny = torch.select_scatter(z, z[0] * 2, 0, 0)\nz.add_(1)\nreturn y, z", x="float32[2,4]")

# ---- facts and assertions ---------------------------------------------------------------------------------------------------------------

case("sizes and strides of a dense tensor", "return x.new_zeros([torch.ops.aten.sym_size(x, 0), 2]), torch.ops.aten.sym_numel(x), torch.ops.aten.sym_stride(x, 0), torch.ops.aten.sym_storage_offset(x)", x="float32[2,3]")
case("strides of a transposed tensor are refused", "return x + torch.ops.aten.sym_stride(x.t(), 0)", refused="may not be contiguous", x="float32[2,3]")
case("the place of a view is refused", "return x + torch.ops.aten.sym_storage_offset(x[1])", refused="place of a view", x="float32[2,3]")
case("lift_fresh_copy is a copy", "y = torch.ops.aten.lift_fresh_copy(x)\ny.add_(1)\nz = x * 2\nw = torch.ops.aten.lift_fresh(z)\nw.add_(1)\nreturn x, y, z", x="float32[2,3]")
case("native_dropout in eval mode", "a, b = torch.ops.aten.native_dropout(x, 0.5, False)\nreturn a, b", x="float32[2,3]")
case("a tensor that is set to another one", "z = x * 2\nz.set_(y)\nz.add_(1)\nreturn z, x, y", x="float32[2,3]", y="float32[2,2]")
case("empty_strided that is filled", "y = torch.ops.aten.empty_strided([2, 3], [1, 2])\ny.fill_(2)\nreturn x + y", x="float32[2,3]", fixed=True)
case("a token of assertions", "return x + torch.zeros_like(torch.ops.aten._make_dep_token())", x="float32[2,3]")

# ---- numbers that depend on sizes -------------------------------------------------------------------------------------------------------

case("functions of floats that follow from sizes", "n = x.size(0) / 2\nreturn x * math.sqrt(n), x * math.exp(n), x * math.log(n), x * math.sin(n), x * math.cos(n), x * math.tan(n), x * round(n), x * abs(-n), x * max(n, 1.25), x * min(n, 1.25), x * math.pow(n, 2.0), x * n ** 0.5", x="float32[3,2]")
case("functions of floats that are known", "return x * math.sin(f), x * math.cos(f), x * math.tan(f), x * max(f, 2.5), x * abs(-f)", x="float32[2]", f=0.75)
case("the sum of a list of ints", "return x + sum([x.size(0), 2, n])", x="float32[2,3]", n=4)
