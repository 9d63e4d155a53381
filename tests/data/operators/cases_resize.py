"""Interpolation, grids, padding."""

from make import case

UP = "torch.ops.aten."


def up(name, tensor, size=None, factor=None, align=None):
    """The call that F.interpolate makes: by sizes or by factors, texts of lists."""
    first = "torch.ops.aten." + ("" if name.startswith("_") else "upsample_") + name
    return f"{first}({tensor}, {size}, {'' if align is None else str(align) + ', '}{factor})"


def all_of(*calls):
    return "return " + ", ".join(calls)


N2, N1, N3, E1, E2, E3 = "nearest2d", "nearest1d", "nearest3d", "_upsample_nearest_exact1d", "_upsample_nearest_exact2d", "_upsample_nearest_exact3d"
LINEAR1, LINEAR2, LINEAR3, CUBIC = "linear1d", "bilinear2d", "trilinear3d", "bicubic2d"
case("nearest by sizes", all_of(up(N2, "x", "[4, 6]"), up(N2, "x", "[5, 2]"), up(N2, "x", "[3, 3]"), up(N2, "x", "[2, 3]")), x="float32[2,1,2,3]")
case("nearest by factors", all_of(up(N2, "x", None, "[2.0, 2.0]"), up(N2, "x", None, "[1.5, 0.7]"), up(N2, "x", None, "[3.0, 3.0]")), x="float32[2,1,4,5]")
case("nearest over one and three axes", all_of(up(N1, "x", "[5]"), up(N1, "x", None, "[1.7]"), up(N3, "y", "[2, 3, 5]"), up(N3, "y", None, "[2.0, 2.0, 2.0]")), x="float32[2,2,3]", y="float32[1,2,2,2,3]", again={"x": "float32[3,2,3]", "y": "float32[2,2,2,2,3]"})
case("nearest of sizes whose quotient float rounds down", all_of(up(N1, "x", "[82]"), up(N1, "x", None, "[41.0]")), x="float32[1,1,2]")
case("nearest-exact", all_of(up(E2, "x", "[4, 6]"), up(E2, "x", "[5, 2]"), up(E2, "x", None, "[1.7, 1.7]"), up(E1, "y", "[3]"), up(E3, "z", None, "[2.0, 0.5, 1.3]"), up(E1, "y", None, "[2.2]"), up(E3, "z", "[1, 8, 2]")), x="float32[1,2,2,3]", y="float32[1,2,5]", z="float32[1,1,2,4,3]", again={"x": "float32[2,2,2,3]", "y": "float32[2,2,5]", "z": "float32[2,1,2,4,3]"})
case("nearest of float64, uint8 and half", all_of(up(N2, "x", "[3, 5]"), up(N2, "y", "[3, 5]"), up(N2, "z", None, "[2.0, 2.0]"), up(E2, "x", None, "[1.3, 1.3]")), x="float64[1,2,2,3]", y="uint8[1,2,2,3]", z="float16[1,2,2,3]", again={"x": "float64[2,2,2,3]", "y": "uint8[2,2,2,3]", "z": "float16[2,2,2,3]"})
for name in (LINEAR2, CUBIC):
    for align in (False, True):
        for dtype in ("float32", "float64"):
            case(f"{name} of {dtype}, align_corners {align}", all_of(*(up(name, "x", size, factor, align) for size, factor in (("[4, 6]", None), ("[1, 5]", None), ("[2, 1]", None), (None, "[2.0, 2.0]"), (None, "[1.7, 0.6]")))), x=f"{dtype}[2,2,3,4]")
case("bilinear of half", all_of(up(LINEAR2, "x", "[4, 6]", None, False), up(LINEAR2, "x", None, "[1.7, 1.7]", False)), x="float16[2,2,3,4]", tolerance=2e-3)
case("bilinear of uint8 is refused", all_of(up(LINEAR2, "x", "[4, 6]", None, False)), x="uint8[2,2,3,4]", refused="interpolation of uint8")
case("linear over one axis", all_of(up(LINEAR1, "x", "[7]", None, False), up(LINEAR1, "x", "[7]", None, True), up(LINEAR1, "x", None, "[1.5]", False), up(LINEAR1, "x", None, "[0.3]", False)), x="float32[2,2,4]")
case("trilinear", all_of(up(LINEAR3, "x", "[3, 4, 5]", None, False), up(LINEAR3, "x", "[3, 4, 5]", None, True), up(LINEAR3, "x", None, "[1.5, 2.0, 0.7]", False)), x="float32[2,2,2,3,4]")
for name in ("_upsample_bilinear2d_aa", "_upsample_bicubic2d_aa"):
    for dtype in ("float32", "float64"):
        case(f"{name} of {dtype}", all_of(up(name, "x", "[4, 3]", None, False), up(name, "x", "[9, 11]", None, False), up(name, "x", None, "[0.4, 0.4]", False), up(name, "x", "[4, 3]", None, True)), x=f"{dtype}[2,2,7,8]")
case("antialias fixes the sizes", all_of(up("_upsample_bilinear2d_aa", "x", None, "[0.5, 0.5]", False)), dynamic="all", fixed=True, x="float32[1,1,6,8]")
MORE = {"x": "float32[1,2,7,3]"}
case("nearest of sizes that may vary", all_of(up(N2, "x", None, "[2.0, 2.0]"), up(N2, "x", None, "[1.5, 0.7]"), up(N2, "x", "[3, 5]"), up(E2, "x", None, "[0.7, 0.7]"), up(N2, "x", None, "[0.5, 1.0]")), dynamic="all", x="float32[2,2,4,5]", again=MORE)
for name in (LINEAR2, CUBIC):
    for dtype in ("float32", "float64"):
        case(f"{name} of {dtype} and sizes that may vary", all_of(up(name, "x", None, "[2.0, 2.0]", False), up(name, "x", None, "[1.7, 0.6]", False), up(name, "x", "[3, 5]", None, False), up(name, "x", "[3, 5]", None, True), up(name, "x", "[1, 1]", None, True), up(name, "x", None, "[1.7, 1.7]", True), up(name, "x", None, "[0.5, 0.5]", False)), dynamic="all", x=f"{dtype}[2,2,4,5]", again={"x": f"{dtype}[1,2,7,3]"})
TO = "[y.size(2), y.size(3)]"
case("interpolation to another's sizes", all_of(up(N2, "x", TO), up(LINEAR2, "x", TO, None, False), up(E2, "x", TO), up(LINEAR2, "x", TO, None, True)), dynamic="all", x="float32[1,2,3,4]", y="float32[1,1,5,7]", again={"x": "float32[1,2,6,3]", "y": "float32[1,1,10,9]"})
case("interpolation by the operators themselves", f"return {UP}upsample_nearest2d(x, [3, 9], 1.6, 2.3), {UP}upsample_bilinear2d(x, [3, 9], False, 1.6, 2.3), {UP}upsample_bicubic2d(x, [3, 9], False, 1.6, 2.3), {UP}upsample_nearest1d(y, [7], 1.5), {UP}upsample_linear1d(y, [7], False, 1.5), {UP}upsample_nearest3d(z, [2, 3, 7], 1.2, 1.7, 1.9), {UP}upsample_trilinear3d(z, [2, 3, 7], False, 1.2, 1.7, 1.9), {UP}upsample_bilinear2d(x, [3, 8], True), {UP}upsample_nearest2d(x, [3, 8])", x="float32[1,2,2,4]", y="float32[1,2,5]", z="float32[1,1,2,2,4]", again={"x": "float32[2,2,2,4]", "y": "float32[2,2,5]", "z": "float32[2,1,2,2,4]"})
case("more interpolation by the operators themselves", f"return {UP}_upsample_nearest_exact1d(y, [7], 1.5), {UP}_upsample_nearest_exact2d(x, [3, 9], 1.6, 2.3), {UP}_upsample_nearest_exact3d(z, [2, 3, 7], 1.2, 1.7, 1.9), {UP}_upsample_bilinear2d_aa(x, [3, 2], False), {UP}_upsample_bicubic2d_aa(x, [3, 2], False, 1.6, 0.6)", x="float32[1,2,2,4]", y="float32[1,2,5]", z="float32[1,1,2,2,4]", again={"x": "float32[2,2,2,4]", "y": "float32[2,2,5]", "z": "float32[2,1,2,2,4]"})

# ---- grids ----------------------------------------------------------------------------------------------------------------------------

for padding, word in enumerate(("zeros", "border", "reflection")):
    for align in (False, True):
        case(f"grid_sample with {word}, align_corners {align}", all_of(*(f"torch.grid_sampler(x, g, {mode}, {padding}, {align})" for mode in range(3))), x="float32[2,2,3,4]", g="float32[2,3,2,2]")
        case(f"grid_sample of volumes with {word}, align_corners {align}", all_of(*(f"torch.grid_sampler(x, g, {mode}, {padding}, {align})" for mode in range(2))), x="float32[2,2,3,4,2]", g="float32[2,2,3,2,3]")
case("grid_sample of sizes that may vary", "return torch.grid_sampler(x, g, 0, 0, False), torch.grid_sampler(y, h, 0, 2, True), torch.grid_sampler(y, h, 0, 0, False)", dynamic="all", fixed=True, x="float32[1,2,3,4]", g="float32[1,3,2,2]", y="float32[1,1,2,3,1]", h="float32[1,2,1,2,3]", again={"x": "float32[2,2,5,2]", "g": "float32[2,1,2,2]", "y": "float32[2,1,1,2,3]", "h": "float32[2,3,1,2,3]"})
case("grid_sampler by its other names", f"return {UP}grid_sampler_2d(x, g, 0, 0, False), {UP}grid_sampler_3d(y, h, 0, 1, True)", x="float32[1,2,3,4]", g="float32[1,3,2,2]", y="float32[1,1,2,3,1]", h="float32[1,2,1,2,3]", again={"x": "float32[2,2,3,4]", "g": "float32[2,3,2,2]", "y": "float32[2,1,2,3,1]", "h": "float32[2,2,1,2,3]"})
case("grid_sample of float64", "return torch.grid_sampler(x, g, 0, 0, False)", x="float64[2,2,3,4]", g="float64[2,3,2,2]", tolerance=1e-5)
case("affine grids", "return torch.affine_grid_generator(t, [2, 1, 3, 4], True), torch.affine_grid_generator(t, [2, 1, 3, 4], False), torch.affine_grid_generator(u, [2, 1, 2, 3, 4], True), torch.affine_grid_generator(u, [2, 1, 1, 3, 4], True), torch.affine_grid_generator(u, [2, 1, 1, 3, 4], False)", t="float32[2,2,3]", u="float32[2,3,4]", again={})
case("affine grids of sizes that may vary", "return torch.affine_grid_generator(t, x.size(), True), torch.affine_grid_generator(t, x.size(), False)", dynamic="all", t="float32[2,2,3]", x="float32[2,1,3,4]", again={"t": "float32[3,2,3]", "x": "float32[3,1,1,5]"})

# ---- padding --------------------------------------------------------------------------------------------------------------------------


def pad(tensor, sizes, mode="constant", value=None):
    return f"torch.ops.aten.pad({tensor}, {sizes}, '{mode}', {value})"


TENSORS = dict(x="float32[2,3,4]", y="float32[1,2,3,4]", z="float32[1,2,2,3,4]", again={"x": "float32[3,3,4]", "y": "float32[2,2,3,4]", "z": "float32[2,2,2,3,4]"})
case("padding with a number", all_of(pad("x", "[1, 2]"), pad("x", "[1, 0, 0, 3]", value=2.5), pad("x", "[-1, 1]"), pad("x", "[0, 0, -1, 2]", value=-1.0), pad("x", "[0, 0]"), pad("x", "[1, 1, 1, 1, 0, 2]")), x="float32[2,3,4]")
case("padding of other dtypes", all_of(pad("x", "[1, 2]"), pad("y", "[1, 2]", value=1.0), pad("z", "[1, 2]", value=7.0), pad("w", "[1, 2]", value=0.5), pad("v", "[0, 1]"), pad("u", "[1, 1]")), x="int64[2,3]", y="bool[2,3]", z="int32[2,3]", w="float64[2,3]", v="int16[2,3]", u="uint8[2,3]")
for mode in ("reflect", "replicate", "circular"):
    case(f"padding by {mode}", all_of(pad("x", "[1, 2]", mode), pad("y", "[1, 0, 2, 1]", mode), pad("z", "[1, 1, 0, 1, 1, 0]", mode), pad("y", "[0, 2, 1, -1]", mode) if mode != "circular" else pad("y", "[4, 0, 1, 0]", mode), pad("x", "[3, 0]", mode)), **TENSORS)
case("padding by replicate and reflect that takes away", all_of(pad("y", "[-1, 2, 1, -1]", "replicate"), pad("y", "[-1, 2, 1, -1]", "reflect")), **TENSORS)
case("padding by the operators themselves", f"return {UP}constant_pad_nd(x, [1, 2], 3), {UP}_pad_circular(x, [1, 2]), {UP}_pad_enum(x, [1, 1], 1), {UP}_pad_enum(x, [1, 1], 3, 2.0), {UP}reflection_pad1d(x, [1, 2]), {UP}replication_pad1d(x, [1, 2]), {UP}reflection_pad2d(x, [1, 2, 0, 1]), {UP}replication_pad2d(x, [1, 2, 0, 1]), {UP}reflection_pad3d(y, [1, 1, 0, 1, 1, 0]), {UP}replication_pad3d(y, [1, 1, 0, 1, 1, 0])", x="float32[2,3,4]", y="float32[2,1,2,3,4]")
case("padding by sizes that may vary", "n = x.size(1)\n" + all_of(pad("x", "[n, 1]"), pad("x", "[0, 5 - n]", value=1.0), pad("x", "[0, n - 1]", "reflect"), pad("x", "[2, n]", "replicate")), dynamic="all", x="float32[2,3]", again={"x": "float32[4,2]"})

# ---- what interpolate() was in old files ------------------------------------------------------------------------------------------------

OLD = "torch.ops.aten.__interpolate"
case("interpolate of old files", all_of(f"{OLD}(x, 3, None, 'nearest', None, None)", f"{OLD}(x, [4, 5], None, 'bilinear', True, None)", f"{OLD}(x, None, 1.7, 'bilinear', False, None)", f"{OLD}(x, None, [2.0, 1.5], 'bicubic', False, True)", f"{OLD}(x, None, [1.7, 1.4], 'bilinear', False, False)", f"{OLD}(y, 5, None, 'linear', False, None)"), x="float32[2,2,3,4]", y="float32[2,2,3]")
case("upsample of old files", "return " + ", ".join(f"torch.ops.aten.__upsample{call}" for call in ("(x, 3, None, 'nearest', None)", "(x, [4, 5], None, 'bilinear', False)", "(x, None, 2, 'bilinear', True)", "_nearest(x, 3, None)", "_nearest(x, [4, 5], None)", "_nearest(x, None, 2)", "_bilinear(x, 3, None)", "_bilinear(x, [4, 5], None)", "_bilinear(x, None, [2, 3])")), x="float32[2,2,3,4]")
