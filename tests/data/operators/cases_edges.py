"""Edges that PyTorch's own samples of its operators, and random programs, found: NaN, nothing, one row, numbers that were traced."""

from make import case

NAN = "float32[3, 4]: 1 nan 3 nan 5 2 0 5 -1 inf nan 2"

# ---- NaN and nothing --------------------------------------------------------------------------------------------------------------

case("places of extremes among NaN", "return x.argmax(1), x.argmin(1), x.argmax(0), x.argmin(), x.argmax(-1, keepdim=True)", x=NAN)
case("extremes and their places among NaN", "a, b = x.max(1)\nc, d = x.min(0)\nreturn a, b, c, d", x=NAN)
case("a squeeze that names no axis", "return torch.squeeze(x, []), x.squeeze([0, 1])", fixed=True, x="float32[1, 1, 2]")
case("variance and mean of nothing", "a, b = torch.var_mean(x, [1], False)\nc, d = torch.std_mean(x, [1], False)\nreturn b, d", x="float32[2, 0]")
case("the covariance of one variable", "return torch.cov(x), torch.corrcoef(x)", fixed=True, x="float32[1, 5]")
case("a difference taken no times", "return torch.diff(x, 0, 0, None, y), torch.diff(x, 1, 0, None, y)", x="float32[3, 2]", y="float32[1, 2]")
case("running products of nothing", "return torch.cumprod(x, 1), torch.cumprod(x, 2), torch.logcumsumexp(x, 1)", x="float32[2, 0, 3]")
case("a sum to the size of a number", "return torch.ops.aten.sum_to_size(x, []), torch.ops.aten.sum_to_size(x > 0, [])", x="float32[2, 3]")
case("an outer product that forgets NaN", "return torch.addr(x, a, b, beta=0.0), torch.addr(x, a, b, beta=0)", x="float32[2, 3]: nan 1 2 3 nan inf", a="float32[2]", b="float32[3]")
case("a mask of rank 0 chooses all or nothing", "x[c > 0] = 7.0\nreturn x", x="float32[2, 3]", c="int64[]: 1", again={"x": "float32[2, 3]", "c": "int64[]: -1"})

# ---- whole numbers ------------------------------------------------------------------------------------------------------------------

case("whole numbers to known powers", "return x ** 1, x ** 2, x ** 3, x ** 0, y ** 2, y ** 8", x="int64[4]: 3000000019 -7 0 5", y="int32[3]: -3 2 40000")
case("whole numbers to powers of a tensor", "return torch.pow(x, y), torch.pow(2, y.abs()), torch.pow(x, y.abs())", x="int64[6]: 0 0 1 -1 2 -3", y="int64[6]: -1 0 -5 -3 -1 3")
case("the average of whole numbers is refused", "return F.avg_pool1d(x, 2)", refused="average over windows", x="int64[1, 2, 4]")
case("the maximum of windows of whole numbers is refused", "return torch.max_pool2d(x, [2, 2])", refused="a pool of int64", x="int64[1, 2, 4, 4]")
case("losses of whole numbers are refused", "return torch.margin_ranking_loss(x, x, x)", refused="whole numbers", x="int64[3]")
case("the distance of whole numbers is refused", "return F.pairwise_distance(x, x)", refused="whole numbers", x="int64[3, 2]")
case("einsum of one operand of whole numbers", "return torch.einsum('ij->i', x), torch.einsum('ij->ji', x)", x="int32[2, 3]")

# ---- sizes and places -----------------------------------------------------------------------------------------------------------------

case("a transposed convolution padded beyond its stride", "return F.conv_transpose1d(x, self.w, self.b, stride=2, padding=1, output_padding=2, dilation=3), F.conv_transpose1d(x, self.w, self.b, stride=1, padding=0, output_padding=1, dilation=2), F.conv_transpose1d(x, self.w, None, stride=2, padding=1, output_padding=3, dilation=4)", x="float32[2, 2, 5]", weights={"w": "float32[2, 3, 3]", "b": "float32[3]"})
case("a part that begins where a tensor says", "return torch.narrow(x, 0, i, 2)", x="float32[4, 3]", i="int64[]: 1")
case("powers in even steps between tensors", "return torch.logspace(a, b, 4), torch.logspace(a, 2.0, 3, base=2.0), torch.logspace(0.0, b, 5, dtype=torch.float64)", a="float32[]: 0.5", b="float32[]: 1.5")

# ---- memory that is shared --------------------------------------------------------------------------------------------------------------

case("a tensor broadcast to its own sizes is that tensor", "a, b = torch.broadcast_tensors(x, k)\nx.add_(1)\na.mul_(2)\nreturn x, a, b + 0", x="float32[2, 3]", k="float32[3]", fixed=True)
case("a broadcast tensor sees what is written", "a, b = torch.broadcast_tensors(x, k)\nk.add_(1)\nreturn a + 0, b + 0", x="float32[2, 3]", k="float32[3]", fixed=True)
case("a write into a broadcast tensor is refused", "a, b = torch.broadcast_tensors(x, k)\nb.add_(1)\nreturn b", refused="share memory", x="float32[2, 3]", k="float32[3]")
case("grids see what is written", "a, b = torch.meshgrid([x, y])\nx.add_(1)\nreturn a + 0, b + 0", x="float32[3]", y="float32[2]")
case("windows see what is written", "v = x.unfold(0, 2, 1)\nx.add_(1)\nreturn v + 0, x", x="float32[4]")
case("a write into windows is refused", "v = x.unfold(0, 2, 1)\nv.add_(1)\nreturn x", refused="windows", x="float32[4]")
case("copying forms of views", "a = torch.view_copy(x, [-1])\nb = torch.transpose_copy(x, 0, 1)\nc = torch.select_copy(x, 0, 1)\nd = torch.slice_copy(x, 1, 1)\ne = torch.unsqueeze_copy(x, 0)\nx.zero_()\nreturn a, b, c, d, e, x + 1", x="float32[2, 3]")
case("copying forms of several views", "l = torch.split_copy(x, 2, 1)\nm = torch.unbind_copy(x, 1)\nx.zero_()\nreturn l[0], l[1], m[0], m[2], x + 1", x="float32[2, 3]")
case("more copying forms", "a = torch.permute_copy(x, [1, 0])\nb = torch.expand_copy(x, [2, 2, 3])\nc = torch.squeeze_copy(x)\nd = torch.t_copy(x)\ne = torch.unfold_copy(x, 1, 2, 1)\nf = torch.diagonal_copy(x)\ng = torch.alias_copy(x)\nx.zero_()\nreturn a, b, c, d, e, f, g", fixed=True, x="float32[2, 3]")

# ---- numbers that tracing made tensors of -------------------------------------------------------------------------------------------------

for name, form in [("a difference", "n - 0.5"), ("a product with one of rank 0", "n[0] * 0.5"), ("a sum of sums", "x.sum() * 0.5"), ("a product of truths", "(n > 0) * 0.5"), ("a narrow product", "i[0] * 3"), ("a product with a size", "n * 0.5 + n.size(0) * 0.5")]:
    case(name + " with a number, traced", "return " + form, trace=True, n="int64[3]: 1 2 3", x="float32[3]", i="int32[3]: 4 5 6")
case("a product with a tensor of rank 0, traced", "return n * torch.tensor(0.5, dtype=torch.float64), n.sum() * torch.tensor(0.25)", trace=True, n="int64[3]: 1 2 3")
case("axes of a tensor of rank 0 move nowhere", "return x.sum().movedim(0, -1) + 1, torch.movedim(x.sum(), [], []) + 2", x="float32[3]")
