"""Views, reshapes, joins and splits; writes through views."""

from make import case

# ---- reshapes and axes ----------------------------------------------------------------------------------------------------------

case("view and reshape", "return x.view(-1, 6), x.view(x.size(0), 3, 2), x.reshape(-1), x.reshape(-1, 2), x.view(x.size(0), -1), x.reshape(x.shape[0] * 2, 3)", x="float32[2,2,3]")
case("view and reshape of empty and rank 0 tensors", "return x.reshape(0, 2), x.view(3, 0), y.reshape(1), y.view(1, 1), y.reshape(-1)", x="float32[0,3]", y="float32[]", fixed=True)
case("view_as and reshape_as", "return x.view_as(y), x.reshape_as(y)", x="float32[2,6]", y="float32[2,2,3]")
case("flatten", "return torch.flatten(x), torch.flatten(x, 1), torch.flatten(x, 0, 1), torch.flatten(x, -2, -1), torch.flatten(x, 1, 1), torch.flatten(y)", x="float32[2,2,3]", y="float32[]")
case("unflatten", "return torch.unflatten(x, 1, [2, 3]), torch.unflatten(x, -1, [2, -1]), x.unflatten(1, (3, 2, 1))", x="float32[2,6]")
case("permute and transpose", "return x.permute(2, 0, 1), x.permute(0, -1, 1), x.transpose(0, 1), x.transpose(-1, 0), torch.swapaxes(x, 1, 2), torch.swapdims(x, 0, 2), x.permute(0, 1, 2)", x="float32[2,3,2]")
case("t and T", "return x.t(), x.T, y.t(), z.t(), torch.ops.aten.numpy_T(w)", x="float32[2,3]", y="float32[3]", z="float32[]", w="float32[1,2,3]")
case("movedim", "return torch.movedim(x, 0, 2), torch.movedim(x, -1, 0), torch.movedim(x, [0, 1], [2, 0]), torch.movedim(x, 1, 1)", x="float32[2,3,2]")
case("unsqueeze and squeeze", "return x.unsqueeze(0), x.unsqueeze(-1), x.unsqueeze(1).squeeze(1), y.squeeze(1), y.squeeze(-1), torch.squeeze(y, [1, 3]), y.squeeze(2)", x="float32[2,3]", y="float32[2,1,2,1]")
case("squeeze of all axes fixes the batch", "return x.squeeze()", fixed=True, x="float32[2,1,3]")
case("squeeze of the batch fixes it", "return x.squeeze(0)", fixed=True, x="float32[1,3]")
case("squeeze of rank 0", "return x.squeeze(), x.unsqueeze(0), x.squeeze(0)", x="float32[]")
case("axes of integers and bool", "return x.transpose(0, 1), y.reshape(-1), z.unsqueeze(1), w.t()", x="int64[2,3]", y="bool[2,3]", z="int32[2]", w="uint8[2,3]")

# ---- parts ----------------------------------------------------------------------------------------------------------------------

case("slices", "return x[1:], x[:2], x[:, 1:3], x[-2:], x[:, :-1], x[::2], x[1::2, ::3], x[:100], x[5:], x[:, 2:1], x[...,1]", x="float32[4,4]", again={"x": "float32[7,4]"})
case("slices of a short axis", "return x[2:], x[:3], x[-3:], x[:-3], x[1:2]", x="float32[2,2]", again={"x": "float32[5,2]"})
case("slices by numbers of sizes", "n = x.size(0)\nreturn x[n // 2:], x[:n - 1], x[1:n], x[n - 2:n]", x="float32[4,2]", again={"x": "float32[7,2]"})
case("select", "return x[0], x[-1], x[:, 1], x[:, -1], x.select(1, 0), x[1, 2]", x="float32[3,3]")
case("narrow", "return x.narrow(0, 1, 2), x.narrow(1, 0, 2), x.narrow(-1, -2, 1), torch.narrow(x, 0, 0, x.size(0) - 1)", x="float32[3,3]")
case("chunk and split of known axes", "a, b = x.chunk(2, 1)\nc, d, e = x.split(2, dim=1)\nf, g = torch.split(x, [1, 4], dim=1)\nh, i = torch.split_with_sizes(x, [3, 2], 1)\nj, k, l = torch.chunk(x, 3, -1)\nreturn a, b, c, d, e, f, g, h, i, j, k, l", x="float32[2,5]")
case("chunk into more parts than there are", "return torch.chunk(x, 4, 1)", x="float32[2,3]")
case("a split batch is fixed", "a, b = x.chunk(2)\nreturn a, b", fixed=True, x="float32[4,2]")
case("unbind", "a, b, c = x.unbind(1)\nreturn a, b, c, torch.unbind(x, -1)[1]", x="float32[2,3]")
case("an unbound batch is fixed", "a, b = x.unbind()\nreturn a, b", fixed=True, x="float32[2,3]")

# ---- joins ----------------------------------------------------------------------------------------------------------------------

case("cat and stack", "return torch.cat([x, y]), torch.cat([x, y], 1), torch.cat([x, y], dim=-1), torch.stack([x, y]), torch.stack([x, y], 1), torch.stack([x, y], -1), torch.concat([x, y])", x="float32[2,3]", y="float32[2,3]")
case("cat promotes", "return torch.cat([x, y]), torch.stack([y, x]), torch.cat([y, z])", x="float32[2]", y="int64[2]", z="bool[2]")
case("cat of an empty tensor and of one", "return torch.cat([torch.zeros(0), x]), torch.cat([x]), torch.cat([x[:0], x])", x="float32[2,3]")
case("cat of bool, int32 and float64", "return torch.cat([x, x]), torch.cat([y, y]), torch.stack([z, z])", x="bool[2]", y="int32[2]", z="float64[2]")
case("stack of rank 0", "return torch.stack([x, x + 1]), torch.cat([x.view(1), x.view(1)])", x="float32[]")
case("expand", "return x.unsqueeze(1).expand(-1, 2, 3), y.expand(-1, 4), y.expand(2, -1, -1), x.expand_as(z), torch.broadcast_to(y, (2, y.size(0), 3))", x="float32[2,3]", y="float32[2,1]", z="float32[2,2,3]", fixed=True)
case("expand by sizes", "n = y.size(0)\nreturn x.expand(n, 3), x.expand(n, -1), z.expand(n)", x="float32[1,3]", y="float32[2,2]", z="float32[]", again={"y": "float32[4,2]"})
case("expand by a number of a tensor", "n = int(y[0])\nreturn x.expand(n, 3), x.expand(2, n, 3)", x="float32[1,3]", y="int64[1]: 4", again={"y": "int64[1]: 2"})
case("expand to -1 by a number of a tensor", "n = int(y[0])\nreturn x.unsqueeze(0).expand(n, -1, 2)", x="float32[3,2]", y="int64[1]: 1", again={"y": "int64[1]: -1"})
case("expand to a number of a tensor or -1", "n = int(y[0])\nreturn x.expand(n, 3, 2)", x="float32[1,3,2]", y="int64[1]: 4", again={"y": "int64[1]: -1"})
case("repeat", "return x.repeat(2, 1), x.repeat(1, 2), x.repeat(2, 2, 1), y.repeat(3), z.repeat(2, 3), x.repeat(0, 1)", x="float32[2,2]", y="int64[2]", z="float32[]")
case("repeat by sizes", "return x.repeat(1, x.size(0))", x="float32[2,2]")
case("what changes no element", "return x.detach(), torch.ops.aten.alias(x), x.contiguous(), x.t().contiguous(), x.clone(), torch.resolve_conj(x), torch.resolve_neg(x), x.requires_grad_(False)", x="float32[2,3]")

# ---- writes through views -----------------------------------------------------------------------------------------------------------

case("a slice is written", "x[1:3] = 0\nx[:, 1] = y\nreturn x", x="float32[4,3]", y="float32[4]")
case("a slice with a step is written", "x[::2] = 1\nx[:, ::2] = x[:, ::2] * 10\nreturn x", x="float32[4,4]", again={"x": "float32[5,4]"})
case("an element is written", "x[0, 1] = 5\nx[-1, -1] = 7\nx[1] = x[0]\nreturn x", x="float32[3,3]")
case("a column is added to", "x[:, 0].add_(1)\nx[:, 1:].mul_(2)\nreturn x", x="float32[2,3]")
case("views of views are written", "v = x[1:]\nw = v[:, 1:]\nw.add_(10)\nw[0] = 0\nreturn x, v, w", x="float32[3,3]")
case("a view sees writes to its base and to other views", "v = x[0]\nw = x[:, 0]\nx.add_(1)\na = v.clone()\nw.zero_()\nreturn x, v, w, a", x="float32[2,3]")
case("a transposed view is written", "t = x.t()\nt[0] = 9\nt.add_(1)\nreturn x, t", x="float32[2,3]")
case("a reshaped view is written", "v = x.view(-1)\nv[1:4] = 0\nu = x.unsqueeze(1)\nu.mul_(2)\ns = u.squeeze(1)\ns[0] = 1\nreturn x, v, u", x="float32[2,3]")
case("a permuted, sliced and selected view is written", "v = x.permute(1, 2, 0)[0, :, 1:]\nv.fill_(3)\nreturn x", x="float32[3,2,2]")
case("flatten of a contiguous tensor is a view", "v = x.flatten()\nv.zero_()\nreturn x", x="float32[2,3]")
case("contiguous of a contiguous tensor is the tensor", "v = x.contiguous()\nv.add_(1)\nreturn x", x="float32[2,3]")
case("clones do not see writes", "v = x.clone()\nx.zero_()\nw = x.to(torch.float32)\nw.add_(1)\nu = x.to(torch.float64)\nu.add_(1)\nreturn x, v, w, u", x="float32[2,3]")
case("detached tensors share memory", "v = x.detach()\nv.add_(1)\nreturn x", x="float32[2,3]")
case("chunks are views", "a, b = x.chunk(2, 1)\na.zero_()\nb.add_(a + 1)\nreturn x", x="float32[2,4]")
case("parts of a split and unbound tensor are views", "a, b = x.split([1, 3], 1)\nb.neg_()\nc = x.unbind(1)\nc[0].fill_(5)\nreturn x, a, b", x="float32[2,4]")
case("copy_ broadcasts and converts", "x[1:].copy_(y)\nx[:, 0].copy_(z)\nreturn x", x="float32[3,2]", y="int64[2]: 5 6", z="float64[]: 2.5", fixed=True)
case("copy_ into a slice with a step", "x[:, 1::2].copy_(y)\nx[::2].copy_(x[::2] + 1)\nreturn x", x="float32[3,4]", y="float32[3,2]")
case("integers written into floats and floats into integers", "x[0] = y[0]\ny[1] = x[1]\nreturn x, y", x="float32[2,2]: 1.5 -1.5 2.5 -2.7", y="int64[2,2]")
case("fill_ and zero_", "x.fill_(2.5)\ny.fill_(z)\ny[0].zero_()\nw = torch.fill(x, 3)\nreturn x, y, w", x="float32[2]", y="int64[2,2]", z="int64[]: 7")
case("in-place operators on two names of one tensor", "y = x\ny += 1\nz = y[0]\nz *= 2\nx -= 3\nreturn x, y, z", x="float32[2,3]")
case("a write into an expanded tensor is refused", "v = x.unsqueeze(0).expand(2, -1)\nv[0].copy_(v[1] + 1)\nreturn v", refused="a write into an expanded tensor", x="float32[3]")
case("a write that would broadcast the target is an error of PyTorch", "x.add_(y)\nreturn x", refused="", x="float32[2,3]", y="float32[2,3]")
case("a bool mask is written", "m = x > 0\nm[0] = True\nm[:, 1].logical_not_()\nreturn m", x="float32[2,3]")
case("int8, uint8 and float16 slices are written", "x[1:] = 1\ny[:, 0] = 2\nz[0].add_(1)\nreturn x, y, z", x="int8[3,2]", y="uint8[3,2]", z="float16[3,2]", tolerance=2e-3)
case("a slice of a symbolic size is written", "n = x.size(0)\nx[n // 2:] = 0\nx[:, :1] = float(n)\nreturn x", x="float32[4,2]", again={"x": "float32[7,2]"})
case("writes by numbers of sizes from the end", "x[-1:] = 0\nx[:-2] += 1\nreturn x", x="float32[4,2]", again={"x": "float32[7,2]"})
case("a weight that is written within one call", "w = self.w.clone()\nw[0] = x[0]\nreturn w, self.w + 1", x="float32[2]", weights={"w": "float32[3]"})

# ---- bounds and indices that are known only when the model runs -----------------------------------------------------------------------

case("a bound that a size makes negative counts from the end", "n = x.size(0)\nreturn x[n - 5:], x[:n - 5], x[n - 7:n - 3], x[(n - 5) // 2:]", x="float32[4,2]", again={"x": "float32[7,2]"})
case("floor division and remainder of what may be negative", "n = x.size(0)\nreturn x + (n - 7) // 2, x + (n - 7) % 3, x + (n - 7) % -3, x + (n - 7) // -2, x + max(n - 5, -1) + min(n - 5, 1)", x="float32[4,2]", again={"x": "float32[9,2]"})
case("a bound of data may be negative", "n = int(y[0])\nreturn x[n:], x[:n], x[n:n + 1], x[:, :n]", x="float32[4,3]", y="int64[1]: -2", again={"y": "int64[1]: 1"})
case("an index of data may be negative", "n = int(y[0])\nreturn x[n], x[:, n], x.narrow(0, n, 1)", x="float32[4,3]", y="int64[1]: -2", again={"y": "int64[1]: 1"})
case("writes at an index of data", "n = int(y[0])\nx[n] = 5\nx[:, n].add_(1)\nx[n:] += 2\nreturn x", x="float32[4,3]", y="int64[1]: -2", again={"y": "int64[1]: 1"})
case("an index that a size makes negative", "n = x.size(0)\ny = x.clone()\ny[n - 5] = 3\nreturn x[n - 5], y", x="float32[4,2]", again={"x": "float32[7,2]"})
case("a slice with a step from a size", "n = x.size(0)\nx[n // 2::2] = 0\nreturn x, x[n - 3::2], x[:n - 5:2]", x="float32[4,2]", again={"x": "float32[7,2]"})
case("views of views with steps", "v = x[::2]\nw = v[1:]\nw.zero_()\nu = x[:, ::2][:, 1:]\nu.add_(5)\nreturn x, v, w, u", x="float32[5,4]", again={"x": "float32[6,4]"})

# ---- what may be a copy: a batch of 1 that is transposed is contiguous, and one of 2 is not ------------------------------------------

UNKNOWN = "may or may not have changed"

case("a write to a reshape that may be a copy, and nobody reads the other", "z = (x * 2)[:, :2].contiguous()\nz.mul_(3)\ny = x.t().reshape(-1)\ny.add_(1)\nreturn y, z", x="float32[2,4]")
case("reading what may be a copy", "y = x.t().reshape(-1)\nz = x.t().contiguous()\nreturn x + 1, y, z", x="float32[2,4]", again={"x": "float32[1,4]"})
case("a write to a reshape that may be a copy", "v = x.t().reshape(-1)\nv.zero_()\nreturn x, v", refused=UNKNOWN, x="float32[2,3]")
case("a write to a flattened tensor that may be a copy", "v = x.t().flatten()\nv.zero_()\nreturn x", refused=UNKNOWN, x="float32[2,3]")
case("a write to contiguous memory that may be a copy", "v = x.t().contiguous()\nv.zero_()\nreturn x", refused=UNKNOWN, x="float32[2,3]")
case("a write behind a reshape that may be a copy", "y = x * 2\nz = y[:, :2].reshape(-1)\ny.add_(1)\nreturn z", refused=UNKNOWN, x="float32[2,4]")
