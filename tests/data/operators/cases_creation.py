"""Ranges, triangles and diagonals, random numbers."""

from make import case

OPS = "torch.ops.aten."
case("ranges with bounds that depend on data", "a = float(x[0])\nb = float(x[1])\nn = int(y[0])\nreturn torch.arange(a), torch.arange(a, b), torch.arange(a, b, 0.3), torch.arange(n), torch.arange(0, n, 2), torch.arange(a, n), torch.arange(0, a, 1, dtype=torch.int64), torch.arange(b, a, -0.5)", x="float32[2]: 1.5 3.7", y="int64[1]: 4", again={"x": "float32[2]: 0.5 5.2", "y": "int64[1]: 2"})
case("ranges that include their end", "return torch.range(1, 4), torch.range(0, 1, 0.3), torch.range(float(x[0]), 3)", x="float32[1]: 1.5")
case("ranges that are empty", "return torch.arange(2, 2), torch.arange(0.0), torch.arange(0, -3, -1), torch.arange(x.size(0), 1, -1)", x="float32[3]")
case("linspace of sizes and of tensors", f"n = x.size(0)\nreturn torch.linspace(0, 1, n), torch.linspace(-1, 1, n + 2, dtype=torch.float64), torch.linspace(0, n, 5), torch.linspace(float(x[0]), 2, 4), {OPS}linspace(x[0], x[1], 4), {OPS}linspace(x[0], 1, 3), {OPS}linspace(0, x[1], 3), torch.linspace(0, 7, 6, dtype=torch.int64)", x="float32[3]")
case("linspace of one step and of none", "n = x.size(0)\nreturn torch.linspace(3, 5, n), torch.linspace(3, 5, n - 1), torch.linspace(3, 5, 1)", x="float32[1]", again={"x": "float32[2]"})
case("logspace", "return torch.logspace(0, 2, 5), torch.logspace(-1, 1, 4, 2.0), torch.logspace(0, 1, x.size(0))", x="float32[3]")
case("one_hot", f"return {OPS}one_hot(x, 5), {OPS}one_hot(x), {OPS}one_hot(y, 3)", x="int64[2,2]: 0 3 2 1", y="int64[]: 2", again={"x": "int64[1,2]: 0 1"})
case("triangles", "return x.tril(), x.triu(), x.tril(1), x.triu(-1), y.tril(), z.triu(1), w.tril(), v.triu(), x.tril(-5)", x="float32[2,3,4]", y="bool[3,3]", z="int32[2,4]", w="float64[3,3]", v="uint8[3,3]", again={"x": "float32[3,3,4]"})
case("triangles by a size", "n = x.size(0)\nreturn x.tril(n - 2), torch.ones(n, n).triu(1)", x="float32[3,4]")
case("the places of triangles", "return torch.tril_indices(3, 4), torch.triu_indices(3, 3, 1), torch.tril_indices(2, 2, -1, dtype=torch.int32)", x="float32[1]")
case("identity matrices", "n = x.size(0)\nreturn torch.eye(3), torch.eye(n), torch.eye(2, n), torch.eye(3, 2, dtype=torch.int64)", x="float32[3]")
case("diagonals", "return x.diagonal(), x.diagonal(1), x.diagonal(-1), y.diagonal(0, 0, 2), y.diagonal(1, 2, 1), torch.ops.aten.diagonal_copy(y, 0, -2, -1), x.diagonal(9), x.diagonal(-9)", x="float32[3,4]", y="float32[2,3,4]", again={"x": "float32[5,4]", "y": "float32[3,3,4]"})
case("diagonals of sizes that may vary", "return x.diagonal(), x.diagonal(1), x.diagonal(-1), torch.diag(x), torch.diag_embed(x), x.diagonal(0, 1, 0)", dynamic="all", x="float32[3,4]", again={"x": "float32[4,2]"})
case("writes into a diagonal", "y = x.clone()\ny.diagonal().fill_(7.0)\ny.diagonal(1).add_(1.0)\nz = x.clone()\nz.unsqueeze(0).diagonal(0, 1, 2).zero_()\nreturn y, z", x="float32[3,4]")
case("diagonal_scatter", "return torch.diagonal_scatter(x, v), torch.diagonal_scatter(x, w, 1), torch.diagonal_scatter(y, u, 0, 0, 2)", x="float32[3,4]", v="float32[3]", w="float32[3]", y="float32[2,3,4]", u="float32[3,2]", fixed=True, again={"x": "float32[3,4]"})
case("diagonal matrices", "return torch.diag(x), torch.diag(x, 1), torch.diag(x, -2), torch.diag(y), torch.diag(y, 1), torch.diag_embed(y), torch.diag_embed(y, 1, 0, 2), torch.diagflat(y), torch.diagflat(x, -1), torch.diag(b)", x="float32[3]", y="float32[2,3]", b="int64[2]", again={"x": "float32[4]"})
case("blocks along a diagonal", "return torch.block_diag([x, y, v])", x="float32[3,3]", y="float32[1,2]", v="float32[2]", again={"x": "float32[4,3]"})
case("random numbers are in their limits", "a = torch.rand(3, n)\nb = torch.rand_like(x)\nc = torch.randint(5, [4])\nd = torch.randint(2, 5, [4], dtype=torch.int32)\ne = torch.randint_like(x, 3)\nf = torch.randint_like(x, 1, 3)\ng = torch.randperm(6)\nreturn (a >= 0) & (a < 1), (b >= 0) & (b < 1), (c >= 0) & (c < 5), (d >= 2) & (d < 5), (e >= 0) & (e < 3), (f >= 1) & (f < 3), g.sort()[0]".replace("n)", "x.size(0))"), x="float32[2,3]")
case("normal numbers are numbers", "a = torch.randn(3, 2)\nb = torch.randn_like(x)\nc = torch.normal(x, 1.0)\nd = torch.normal(0.0, x.abs())\ne = torch.normal(x, x.abs())\nf = torch.normal(1.0, 2.0, [3])\ng = torch.ops.aten.normal_functional(x)\nh = x.clone().normal_()\nreturn a.isfinite(), b.isfinite(), c.isfinite(), d.isfinite(), e.isfinite(), f.isfinite(), g.isfinite(), h.isfinite()", x="float32[2,3]")
case("random numbers in place", "a = x.clone().uniform_(2.0, 3.0)\nb = x.clone().exponential_(2.0)\nc = torch.ops.aten.uniform(x, 0.0, 1.0)\nreturn (a >= 2) & (a <= 3), b >= 0, (c >= 0) & (c < 1)", x="float32[2,3]")
case("what is certain is drawn for certain", "return torch.bernoulli(x), torch.ops.aten.bernoulli(x, 1.0), torch.ops.aten.bernoulli(x, x), torch.multinomial(w, 2, True), torch.multinomial(w[0], 1), torch.multinomial(w, 1)", x="float32[2,3]: 0 1 1 0 0 1", w="float32[2,4]: 0 0 1 0 1 0 0 0")
