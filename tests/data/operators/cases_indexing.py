"""Elements at places that tensors name: x[...], gather, scatter, masks."""

from make import case

OPS = "torch.ops.aten."
case("indices of one tensor", "return x[i], x[:, i], x[j], x[:, :, j], x[-1], x[i, :], x[i[:1]]", x="float32[3,4,2]", i="int64[2]: 1 -2", j="int64[2,2]: 0 1 -1 0", again={"x": "float32[5,4,2]"})
case("indices of several tensors", "return x[i, i], x[i, :, i], x[:, i, i], x[i, j], x[:, j, i], x[j[:, :1], :, i]", x="float32[3,4,2]", i="int64[2]: 1 -2", j="int64[2,2]: 0 1 -1 0", again={"x": "float32[5,4,2]"}, fixed=True)
case("indices of int32, and of bool, int64 and float64 elements", "return x[i], y[i], z[i, i], w[:, i]", x="bool[3]", y="int64[3]", z="float64[3,3]", w="int16[3,3]", i="int32[2]: 1 -1", again={"i": "int32[3]: 0 1 2"})
case("indices of rank 0", "return x[i], x[:, i], x[i, j]", x="float32[3,4]", i="int64[]: 1", j="int64[2]: 0 3")
case("masks choose elements", "return x[x > 0], x[m], x[:, n], x[m][:, n], y[y > 0]", x="float32[3,4]", m="bool[3]: 1 0 1", n="bool[4]: 0 1 1 0", y="float32[2,2,2]", again={"x": "float32[2,4]", "m": "bool[2]: 0 1"}, fixed=True)
case("masks of nothing and all", "return x[m], x[x > 100], x[x < 100]", x="float32[3,4]", m="bool[3]: 0 0 0", again={"x": "float32[2,4]", "m": "bool[2]: 1 1"})
case("masks and places together", "return x[m, i], x[i, m]", x="float32[3,3]", m="bool[3]: 1 0 1", i="int64[2]: 2 0", fixed=True)
case("masks of uint8", "return torch.ops.aten.index(x, [m])", x="float32[3,4]", m="uint8[3]: 1 0 1", again={"x": "float32[2,4]", "m": "uint8[2]: 0 1"})
case("indices by the operators themselves", f"a: List[Optional[Tensor]] = [None, i]\nreturn {OPS}_unsafe_index(x, a), {OPS}_unsafe_index_put(x, a, v), {OPS}_index_put_impl_(x.clone(), a, v)", x="float32[3,4]", i="int64[2]: 1 -2", v="float32[2]")
PUT = {"i": "int64[2]: 1 -2", "j": "int64[2,2]: 0 1 -1 0"}
case("writes at places", "a = x.clone()\na[i] = 1.0\nb = x.clone()\nb[:, i] = v\nc = x.clone()\nc[i, i] = 2.0\nd = x.clone()\nd[i, :, i[:1]] = w\ne = x.clone()\ne[:, j, i] = 5.0\nreturn a, b, c, d, e", x="float32[3,4,2]", v="float32[2,2]", w="float32[2,4]", again={"x": "float32[5,4,2]"}, **PUT, fixed=True)
case("writes where a mask is true", "a = x.clone()\na[a > 0] = 1.0\nb = x.clone()\nb[m] = 2.0\nc = x.clone()\nc[m] = v\nd = x.clone()\nd[:, n] = 3.0\ne = x.clone()\ne[m] = w\nreturn a, b, c, d, e", x="float32[3,4]", m="bool[3]: 1 0 1", n="bool[4]: 0 1 1 0", v="float32[4]", w="float32[2,4]", again={"x": "float32[3,4]", "m": "bool[3]: 0 1 1"}, fixed=True)
case("writes that add up", "a = x.index_put([i], v, accumulate=True)\nb = x.index_put([i, i], v[:, 0], accumulate=True)\nc = y.index_put([i], u, accumulate=True)\nreturn a, b, c", x="float32[3,2]", y="int64[3]", i="int64[3]: 1 1 0", v="float32[3,2]", u="int64[3]", fixed=False, again={"i": "int64[3]: 0 1 1"})
case("writes by index_put of bool, half and float64", "return x.index_put([i], v), y.index_put([i], w), z.index_put([i], u, accumulate=True), y.index_put([i], w, accumulate=True)", x="bool[3]", y="float16[3]", z="float64[3]", i="int64[2]: 1 1", v="bool[2]: 1 1", w="float16[1]", u="float64[1]", again={"i": "int64[2]: 2 2"}, tolerance=1e-3)
case("writes into views at places", "a = x.clone()\nb = a[1:]\nb[i] = 1.0\nb[:, 0][i] = 2.0\nreturn a, b", x="float32[4,2]", i="int64[2]: 0 -1", again={"x": "float32[5,2]"})

# ---- along an axis ----------------------------------------------------------------------------------------------------------------------

case("gather", "return torch.gather(x, 0, i), torch.gather(x, 1, i), torch.gather(x, -1, i[:1]), torch.gather(y, 1, i), x.gather(0, i[:, :1])", x="float32[3,3]", y="int64[3,3]", i="int64[2,3]: 0 2 1 1 0 2", again={"i": "int64[1,3]: 0 2 1"})
case("gather in tensors of rank 0", "return torch.gather(x, 0, i), torch.gather(y, 0, i), torch.gather(x, 0, j)", x="float32[]", y="float32[1]", i="int64[]: 0", j="int64[2]: 0 0")
case("scatter", "return x.scatter(0, i, v), x.scatter(1, i, v), x.scatter(1, i, 2.5), x.scatter(-1, i[:, :2], v), y.scatter(0, i, 3) ", x="float32[3,3]", y="int64[3,3]", v="float32[3,3]", i="int64[2,3]: 0 2 1 1 0 2", again={"i": "int64[1,3]: 0 2 1"})
case("scatter in tensors of rank 0", "return x.scatter(0, i, v), x.scatter(0, i, 2.0), x.scatter_add(0, i, v)", x="float32[]", v="float32[]", i="int64[]: 0")
case("scatter with a reduction", "return x.scatter(0, i, v, reduce='add'), x.scatter(1, i, v, reduce='multiply'), x.scatter(1, i, 2.0, reduce='add'), x.scatter(1, i, 2.0, reduce='multiply')", x="float32[3,3]", v="float32[3,3]", i="int64[2,3]: 0 0 1 1 0 0", again={"i": "int64[1,3]: 0 0 1"})
case("scatter_add", "return x.scatter_add(0, i, v), x.scatter_add(1, i, v), y.scatter_add(0, i, w), z.scatter_add(1, i, u)", x="float32[3,3]", y="int64[3,3]", z="float64[3,3]", v="float32[3,3]", w="int64[3,3]", u="float64[3,3]", i="int64[2,3]: 0 0 1 1 0 0", again={"i": "int64[1,3]: 0 0 1"})
SCATTER = "return " + ", ".join(f"x.scatter_reduce(1, i, v, '{how}', include_self={own})" for how in ("{0}",) for own in (True, False)) + ", y.scatter_reduce(0, i, w, '{0}'), y.scatter_reduce(0, i, w, '{0}', include_self=False)"
for how in ("sum", "prod", "mean", "amax", "amin"):
    case(f"scatter_reduce by {how}", SCATTER.format(how), opset=18 if how in ("amax", "amin") else 17, x="float32[3,3]", v="float32[3,3]", y="int64[3,3]", w="int64[3,3]", i="int64[2,3]: 0 0 1 1 0 0", again={"i": "int64[1,3]: 0 0 1"})
case("index_select", "return x.index_select(0, i), x.index_select(-1, i), y.index_select(0, j), z.index_select(1, i), x.index_select(0, j[0])", x="float32[3,3]", y="float32[]", z="bool[3,3]", i="int64[2]: 2 0", j="int64[1]: 0", again={"x": "float32[4,3]"})
case("index_add", "return x.index_add(0, i, v), x.index_add(0, i, v, alpha=2), x.index_add(1, i, w), y.index_add(0, i, u, alpha=-1), x.index_add(-2, i, v, alpha=0.5)", x="float32[3,3]", y="int64[3]", i="int64[2]: 1 1", v="float32[2,3]", w="float32[3,2]", u="int64[2]", again={"i": "int64[2]: 2 0"}, fixed=True)
case("index_copy", "return x.index_copy(0, i, v), x.index_copy(1, i, w), y.index_copy(0, j, u)", x="float32[3,3]", y="float32[]", i="int64[2]: 2 0", v="float32[2,3]", w="float32[3,2]", j="int64[1]: 0", u="float32[1]", fixed=True, again={"x": "float32[3,3]"})
case("index_fill", "return x.index_fill(0, i, 2.5), x.index_fill(-1, i, t), y.index_fill(0, i, 3), x.index_fill(0, i, 1)", x="float32[3,3]", y="int64[3]", i="int64[2]: 2 0", t="float32[]", again={"x": "float32[4,3]", "y": "int64[4]"})
for how in ("prod", "mean", "amax", "amin"):
    case(f"index_reduce by {how}", f"return x.index_reduce(0, i, v, '{how}'), x.index_reduce(1, i, w, '{how}', include_self=False)", fixed=True, again={"x": "float32[3,3]"}, opset=18 if how in ("amax", "amin") else 17, x="float32[3,3]", i="int64[2]: 1 1", v="float32[2,3]", w="float32[3,2]")
case("in-place writes along an axis", "a = x.clone()\na.index_add_(0, i, v)\na.index_fill_(0, i[:1], 7.0)\na.scatter_(1, j, 1.0)\na.index_copy_(0, i[:1], v[:1])\na.scatter_add_(1, j, a.clone())\na.masked_fill_(a > 3, 0.5)\na.index_put_([i], v)\nreturn a", x="float32[3,3]", i="int64[2]: 1 0", j="int64[2,2]: 0 1 2 2", v="float32[2,3]")
case("take and put", "return torch.take(x, i), torch.take(x, j), x.put(i, v), x.put(i, v, accumulate=True), y.put(i, w)", x="float32[2,3]", y="int64[2,3]", i="int64[3]: 0 -1 0", j="int64[2,2]: 0 5 1 -2", v="float32[3]: 1 2 1", w="int64[3]: 4 5 4")
case("take_along_dim", "return torch.take_along_dim(x, i, 1), torch.take_along_dim(x, j, 0), torch.take_along_dim(x, k), x.take_along_dim(i, -1)", x="float32[3,4]", i="int64[1,2]: 0 3", j="int64[2,4]: 0 1 2 0 2 2 1 1", k="int64[3]: 0 11 5")

# ---- masks ------------------------------------------------------------------------------------------------------------------------------

case("masked_select", "return x.masked_select(x > 0), x.masked_select(m), y.masked_select(m), torch.masked_select(v, x > 0)", x="float32[3,4]", m="bool[4]: 0 1 1 0", y="int64[3,4]", v="float32[]", again={"x": "float32[2,4]", "y": "int64[2,4]"}, fixed=True)
case("masked_scatter", "return x.masked_scatter(x > 0, v), x.masked_scatter(m, v), y.masked_scatter(m, w), x.masked_scatter(x > 100, v[:0])", x="float32[3,4]", m="bool[4]: 0 1 1 0", v="float32[12]", y="int64[3,4]", w="int64[3,5]", again={"x": "float32[2,4]", "y": "int64[2,4]", "w": "int64[2,5]"}, fixed=True)
case("masked_fill in all forms", "return x.masked_fill(x > 0, 2.0), x.masked_fill(m, 1), y.masked_fill(m, 7), x.masked_fill(x > 0, t), b.masked_fill(m, True)", x="float32[3,4]", m="bool[4]: 0 1 1 0", y="int64[3,4]", t="float32[]", b="bool[3,4]", fixed=True, again={"x": "float32[2,4]", "y": "int64[2,4]", "b": "bool[2,4]"})
case("nonzero", "return x.nonzero(), y.nonzero(), torch.argwhere(x), z.nonzero(), w.nonzero()", x="float32[2,3]: 0 1 nan 0 0 -2", y="bool[3]: 1 0 1", z="float32[]: 3", w="int64[2,2]: 0 0 0 0", again={"x": "float32[2,3]: 0 0 0 0 0 0"})
case("nonzero as one tensor an axis", "a = torch.where(x > 0)\nb, c = torch.ops.aten.nonzero_numpy(x)\nd = torch.ops.aten.nonzero_numpy(y)\nreturn a[0], a[1], b, c, d[0], torch.where(z)[0]", x="float32[2,3]", y="int64[4]: 0 1 2 0", z="bool[]: 1")
case("nonzero of a size", f"return {OPS}nonzero_static(x, size=2), {OPS}nonzero_static(x, size=4, fill_value=7), {OPS}nonzero_static(y, size=2)", x="float32[2,2]: 0 1 2 3", y="float32[]: 2")
case("what depends on data goes on", "y = x[x > 0]\nn = y.size(0)\nreturn y + 1, y.sum(), torch.arange(n), y.view(1, -1), torch.cat([y, y]), torch.zeros(n)", x="float32[3,4]")
