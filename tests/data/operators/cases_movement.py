"""Elements that change places: rolls, flips, tiles, windows, shuffles; running products; pools into a number of windows."""

from make import case

OPS = "torch.ops.aten."
case("rolls", "return x.roll(1), x.roll(-2, 0), x.roll([1, 2], [0, 1]), x.roll(7, 1), x.roll(0, 0)", x="float32[3,4]")
case("rolls of sizes that may vary", "return x.roll(1, 1), x.roll(-1, 0), x.roll(5, 1), x.roll(2), x.roll(x.size(1) // 2, 1)", dynamic="all", x="float32[3,4]", again={"x": "float32[2,5]"})
case("flips", "return x.flip(0), x.flip(-1), x.flip([0, 2]), torch.fliplr(x), torch.flipud(x), y.flip(0), z.flip([])", x="float32[3,2,4]", y="bool[3]", z="float32[]", again={"x": "float32[2,2,4]"})
case("quarter turns", "return x.rot90(), x.rot90(2), x.rot90(3), x.rot90(-1, [1, 2]), x.rot90(4), x.rot90(1, [2, 0])", x="float32[3,2,4]")
case("tiles", "return x.tile([2]), x.tile([2, 1, 3]), x.tile([1, 2]), y.tile([2, 2]), torch.tile(x, [x.size(0), 1])", x="float32[2,3]", y="bool[3]", again={"x": "float32[3,3]"})
case("repeats of each element", "return torch.repeat_interleave(x, 2), torch.repeat_interleave(x, 3, 0), torch.repeat_interleave(x, 2, -1), torch.repeat_interleave(y, 2)", x="float32[2,3]", y="float32[]")
case("repeats by counts", "return torch.repeat_interleave(x, r, 0), torch.repeat_interleave(r), torch.repeat_interleave(x, o, 1), torch.repeat_interleave(x.flatten(), q), torch.repeat_interleave(x, z, 0)", x="float32[3,2]", r="int64[3]: 2 0 3", o="int64[1]: 2", q="int64[6]: 0 1 2 0 0 1", z="int64[3]: 0 0 0", fixed=True, again={"r": "int64[3]: 0 1 0"})
case("differences", "return x.diff(), x.diff(2), x.diff(1, 0), x.diff(1, -1, p), x.diff(1, 0, None, a), b.diff(), x.diff(9), x.diff(0)", x="float32[3,4]", p="float32[3,1]", a="float32[2,4]", b="bool[4]: 1 0 0 1", again={"x": "float32[4,4]", "p": "float32[4,1]"})
case("windows along an axis", "return x.unfold(0, 2, 1), x.unfold(1, 2, 2), x.unfold(-1, 3, 1), y.unfold(0, 1, 1), x.unfold(1, 4, 3)", x="float32[3,4]", y="float32[]")
case("windows of sizes that may vary", "return x.unfold(0, 2, 1), x.unfold(1, 2, 2), x.unfold(1, x.size(0), 1)", dynamic="all", x="float32[2,4]", again={"x": "float32[3,5]"})
case("blocks to columns", f"return {OPS}im2col(x, [2, 3], [1, 1], [0, 0], [1, 1]), {OPS}im2col(x, [2, 2], [2, 1], [1, 2], [1, 2]), {OPS}im2col(y, [2, 2], [1, 1], [0, 0], [2, 2])", x="float32[2,3,5,6]", y="float32[3,4,5]", again={"x": "float32[3,3,5,6]"})
case("blocks to columns of sizes that may vary", f"return {OPS}im2col(x, [2, 3], [1, 1], [1, 0], [2, 1])", dynamic="all", x="float32[2,3,5,6]", again={"x": "float32[1,2,4,4]"})
case("columns to blocks", f"return {OPS}col2im(x, [3, 4], [2, 2], [1, 1], [0, 0], [1, 1]), {OPS}col2im(y, [5, 5], [2, 2], [2, 1], [1, 1], [2, 2]), {OPS}col2im(x[0], [3, 4], [2, 2], [1, 1], [0, 0], [1, 1])", x="float32[2,8,6]", y="float32[1,4,9]", again={"x": "float32[3,8,6]", "y": "float32[2,4,9]"})
case("pixels and channels", "return torch.pixel_shuffle(x, 2), torch.pixel_unshuffle(y, 2), torch.channel_shuffle(x, 4), torch.native_channel_shuffle(x, 2), torch.pixel_shuffle(x[0], 2), torch.pixel_unshuffle(y[0], 2)", x="float32[2,8,2,3]", y="float32[2,2,4,6]")
case("grids of tensors", "a, b = torch.meshgrid([x, y])\nc, d = torch.meshgrid([x, y], indexing='xy')\ne, f = torch.meshgrid([x, y], indexing='ij')\nreturn a, b, c, d, e, f", x="float32[2]", y="float32[3]", again={"x": "float32[4]"})
case("tensors broadcast together", "a, b = torch.broadcast_tensors([x, y])\nreturn a, b", x="float32[2,1]", y="float32[3]", again={"x": "float32[4,1]"})
case("products and choices of elements", "return torch.cartesian_prod([x, y]), torch.cartesian_prod([x]), torch.combinations(y), torch.combinations(y, 3), torch.combinations(y, 2, True), torch.combinations(y, 1)", x="float32[2]", y="float32[3]", fixed=True, again={"x": "float32[4]"})
case("running products and extremes", "a, b = x.cummax(1)\nc, d = x.cummin(0)\ne, f = y.cummax(0)\ng, h = z.cummin(0)\nreturn x.cumprod(1), x.cumprod(0, dtype=torch.float64), y.cumprod(0), a, b, c, d, e, f, g, h", x="float32[3,4]", y="int64[4]: 1 3 3 2", z="float32[]")
case("running extremes with nan, and of bool", "a, b = x.cummax(0)\nc, d = x.cummin(0)\ne, f = y.cummax(0)\nreturn a, b, c, d, e, f", x="float32[6]: 1 nan 3 0 nan 5", y="bool[4]: 0 1 0 1")
case("running logarithms of sums", f"return x.logcumsumexp(1), x.logcumsumexp(0), y.logcumsumexp(0), {OPS}_logcumsumexp(x, 0)", x="float32[2,3]", y="float32[5]: -inf -inf 100 -100 inf")

# ---- pools ------------------------------------------------------------------------------------------------------------------------------

case("adaptive means over windows that differ", f"return {OPS}adaptive_avg_pool2d(x, [2, 3]), {OPS}adaptive_avg_pool2d(x, [5, 1]), {OPS}adaptive_avg_pool1d(x[0], [3]), {OPS}adaptive_avg_pool3d(y, [2, 3, 2]), {OPS}_adaptive_avg_pool2d(x, [7, 7]), {OPS}_adaptive_avg_pool3d(y, [1, 1, 1]), {OPS}adaptive_avg_pool2d(x, [1, 1])", x="float32[2,2,5,7]", y="float32[2,1,3,4,5]")
case("adaptive means over equal windows", f"return {OPS}adaptive_avg_pool2d(x, [2, 3]), {OPS}adaptive_avg_pool2d(x, [4, 2]), {OPS}adaptive_avg_pool2d(x, [4, 6])", x="float32[2,2,4,6]")
case("adaptive maxima and their places", f"a, b = {OPS}adaptive_max_pool2d(x, [2, 3])\nc, d = {OPS}adaptive_max_pool2d(x, [1, 1])\ne, f = {OPS}adaptive_max_pool1d(x[0], [3])\ng, h = {OPS}adaptive_max_pool3d(y, [2, 3, 2])\ni, j = {OPS}adaptive_max_pool2d(x, [5, 7])\nreturn a, b, c, d, e, f, g, h, i, j", x="float32[2,2,5,7]", y="float32[2,1,3,4,5]")
case("the way back from maxima", f"a, b = {OPS}max_pool2d_with_indices(x, [2, 2])\nc, d = {OPS}max_pool3d_with_indices(y, [1, 2, 2])\nreturn {OPS}max_unpool2d(a, b, [4, 6]), {OPS}max_unpool2d(a, b, [5, 7]), {OPS}max_unpool3d(c, d, [2, 4, 4], [1, 2, 2], [0, 0, 0]), {OPS}max_unpool2d(a[0], b[0], [4, 6])", x="float32[2,2,4,6]", y="float32[2,1,2,4,4]")
CEIL = f"return {OPS}max_pool2d(x, [3, 2], [2, 2], [1, 0], [1, 1], True), {OPS}avg_pool2d(x, [3, 2], [2, 2], [1, 0], True, True), {OPS}avg_pool2d(x, [3, 2], [2, 2], [1, 1], True, False), {OPS}avg_pool2d(x, [3, 3], [2, 2], [1, 1], True, True, 5), {OPS}avg_pool2d(x, [2, 2], [3, 3], [1, 1], True, True), {OPS}max_pool2d(x, [3, 3], [2, 2], [0, 0], [2, 1], True)"
case("pools with ceil_mode", CEIL, x="float32[2,2,6,5]")
case("pools with ceil_mode over sizes that may vary", CEIL, dynamic="all", x="float32[2,2,6,5]", again={"x": "float32[1,3,8,6]"})
case("places of maxima with ceil_mode fix the sizes", f"a, b = {OPS}max_pool2d_with_indices(x, [2, 2], [2, 2], [0, 0], [1, 1], True)\nreturn a, b", dynamic="all", fixed=True, x="float32[2,2,5,5]")
