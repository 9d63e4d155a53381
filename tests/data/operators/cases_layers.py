"""Matrix products, convolutions, pools and normalisation."""

from make import case

# ---- matrices -----------------------------------------------------------------------------------------------------------------------

case("matmul of all ranks", "return torch.matmul(a, m), torch.matmul(m, v), torch.matmul(v, self.w), torch.matmul(v, v), torch.matmul(b, self.w), torch.matmul(self.w, b.transpose(1, 2)), torch.matmul(b, v)", a="float32[2,2]", m="float32[2,3]", v="float32[3]", b="float32[2,2,3]", weights={"w": "float32[3,3]"}, fixed=True)
case("matmul that broadcasts its batches", "return torch.matmul(x, y), x @ y[0]", x="float32[2,1,2,3]", y="float32[2,3,2]")
case("matmul of integers and float64", "return torch.matmul(x, x.t()), torch.matmul(y, y.t()), torch.matmul(z, z.t())", x="int64[2,3]", y="float64[2,3]", z="int32[2,3]")
case("mm, bmm, mv and dot", "return torch.mm(x, x.t()), torch.bmm(y, y), torch.mv(x, self.v), torch.dot(self.v, self.v)", x="float32[2,3]", y="float32[2,2,2]", weights={"v": "float32[3]"})
case("linear with and without bias", "return torch.ops.aten.linear(x, self.w, self.b), torch.ops.aten.linear(x, self.w), torch.ops.aten.linear(y, self.w, self.b), torch.ops.aten.linear(z, self.w, self.b)", x="float32[2,3]", y="float32[2,2,3]", z="float32[3]", weights={"w": "float32[4,3]", "b": "float32[4]"}, again={"x": "float32[3,3]", "y": "float32[1,2,3]"}, fixed=True)
case("linear with a vector of weights", "return torch.ops.aten.linear(x, self.w)", x="float32[2,3]", weights={"w": "float32[3]"})
case("linear of float64", "return torch.ops.aten.linear(x, self.w, self.b)", x="float64[2,3]", weights={"w": "float64[4,3]", "b": "float64[4]"})
case("addmm and addmv", "return torch.addmm(self.b, x, self.w), torch.addmm(self.b, x, self.w, beta=0.5, alpha=2), torch.addmm(x[:, :1], x, self.w, beta=0), torch.addmv(x[:, 0], x, self.v), torch.addmv(x[:, 0], x, self.v, beta=2, alpha=0.5)", x="float32[2,3]", weights={"w": "float32[3,2]", "b": "float32[2]", "v": "float32[3]"})
case("addmm of integers", "return torch.addmm(self.b, x, self.w, beta=2, alpha=3)", x="int64[2,3]", weights={"w": "int64[3,2]", "b": "int64[2]"})
case("baddbmm and addbmm", "return torch.baddbmm(x, x, x), torch.baddbmm(x, x, x, beta=0.5, alpha=2), torch.baddbmm(self.n, x, x, beta=0, alpha=2), torch.addbmm(x[0], x, x, beta=0.5, alpha=2)", x="float32[2,2,2]", weights={"n": "float32[1]: nan"})
case("addcmul and addcdiv", "return torch.addcmul(x, y, z), torch.addcmul(x, y, z, value=0.5), torch.addcdiv(x, y, z), torch.addcdiv(x, y, z, value=-2)", x="float32[2,2]", y="float32[2,2]", z="float32[2,2] positive")
case("outer products", "return torch.outer(x, y), torch.ger(x, y), torch.outer(x, z)", x="float32[2]", y="float32[3]", z="int64[2]")
case("einsum", "return torch.einsum('ij,jk->ik', [x, self.w]), torch.einsum('ij,jk', [x, self.w]), torch.einsum('ij->ji', [x]), torch.einsum('ij->', [x]), torch.einsum('ij,ij->i', [x, x]), torch.einsum('bi , ij -> bj', [x, self.w])", x="float32[2,3]", weights={"w": "float32[3,2]"})
case("einsum with a batch and a diagonal", "return torch.einsum('bij,bjk->bik', [x, x]), torch.einsum('bii->bi', [x])", x="float32[2,2,2]")
case("einsum whose labels are in no order", "return torch.einsum('ba,bc', [x, x])", x="float32[2,3]")

# ---- convolutions -----------------------------------------------------------------------------------------------------------------------

case("conv1d in all its forms", "return torch.conv1d(x, self.w, self.b), torch.conv1d(x, self.w, None, stride=2), torch.conv1d(x, self.w, self.b, padding=1), torch.conv1d(x, self.w, self.b, dilation=2), torch.conv1d(x, self.w, self.b, stride=2, padding=2, dilation=2)", x="float32[2,2,6]", weights={"w": "float32[3,2,2]", "b": "float32[3]"})
case("conv1d with padding by name", "return torch.conv1d(x, self.w, self.b, padding='same'), torch.conv1d(x, self.w, self.b, padding='valid'), torch.conv1d(x, self.w, self.b, padding='same', dilation=3), torch.conv1d(x, self.v, self.b, padding='same')", x="float32[2,2,6]", weights={"w": "float32[3,2,2]", "b": "float32[3]", "v": "float32[3,2,3]"})
case("conv1d without a batch", "return torch.conv1d(x, self.w, self.b)", x="float32[2,6]", fixed=True, weights={"w": "float32[3,2,2]", "b": "float32[3]"})
case("conv1d by groups", "return torch.conv1d(x, self.w, self.b, groups=2), torch.conv1d(x, self.d, None, groups=4)", x="float32[2,4,4]", weights={"w": "float32[2,2,3]", "b": "float32[2]", "d": "float32[4,1,2]"})
case("conv1d over a symbolic length", "return torch.conv1d(x, self.w, self.b, stride=2, padding=1)", dynamic="all", x="float32[1,2,6]", again={"x": "float32[2,2,5]"}, fixed=True, weights={"w": "float32[3,2,2]", "b": "float32[3]"})
case("conv2d in all its forms", "return torch.conv2d(x, self.w, self.b), torch.conv2d(x, self.w, None, stride=(2, 1)), torch.conv2d(x, self.w, self.b, padding=(0, 1)), torch.conv2d(x, self.w, self.b, dilation=(1, 2)), torch.conv2d(x, self.w, self.b, stride=2, padding=1)", x="float32[1,2,3,4]", weights={"w": "float32[2,2,2,2]", "b": "float32[2]"})
case("conv2d with padding by name and without a batch", "return torch.conv2d(x, self.w, self.b, padding='same'), torch.conv2d(x[0], self.w, self.b, padding='same', dilation=(1, 2)), torch.conv2d(x, self.w, padding='valid')", x="float32[1,2,3,4]", weights={"w": "float32[2,2,2,3]", "b": "float32[2]"})
case("conv2d by groups", "return torch.conv2d(x, self.w, None, groups=2)", x="float32[1,4,2,3]", weights={"w": "float32[4,2,2,2]"})
case("conv2d of float64", "return torch.conv2d(x, self.w, self.b)", x="float64[1,1,3,3]", weights={"w": "float64[1,1,2,2]", "b": "float64[1]"})
case("conv3d in all its forms", "return torch.conv3d(x, self.w, self.b), torch.conv3d(x, self.w, self.b, padding=1, stride=2), torch.conv3d(x, self.w, self.b, padding='same')", x="float32[1,1,2,3,2]", weights={"w": "float32[1,1,2,2,1]", "b": "float32[1]"})
case("conv_transpose1d in all its forms", "return torch.conv_transpose1d(x, self.w, self.b), torch.conv_transpose1d(x, self.w, None, stride=2), torch.conv_transpose1d(x, self.w, self.b, stride=2, padding=1, output_padding=1), torch.conv_transpose1d(x, self.w, self.b, dilation=2), torch.conv_transpose1d(x, self.g, None, groups=2)", x="float32[2,2,4]", weights={"w": "float32[2,3,2]", "b": "float32[3]", "g": "float32[2,2,2]"})
case("conv_transpose2d in all its forms", "return torch.conv_transpose2d(x, self.w, self.b), torch.conv_transpose2d(x, self.w, None, stride=(2, 1), padding=(1, 0), output_padding=(1, 0)), torch.conv_transpose2d(x[0], self.w, self.b, dilation=2)", x="float32[1,2,2,2]", weights={"w": "float32[2,1,2,2]", "b": "float32[1]"})
case("conv_transpose3d", "return torch.conv_transpose3d(x, self.w, self.b), torch.conv_transpose3d(x, self.w, self.b, stride=2, output_padding=1)", x="float32[1,1,1,2,2]", weights={"w": "float32[1,1,1,2,1]", "b": "float32[1]"})
case("the convolution that tracing writes", "return torch.conv2d(x, self.w, self.b, padding=1), torch.conv_transpose1d(y, self.v, None, 2)", trace=True, x="float32[1,2,3,3]", y="float32[1,2,3]", weights={"w": "float32[2,2,2,2]", "b": "float32[2]", "v": "float32[2,1,2]"})
case("convolution by its general names", "return torch.convolution(x, self.w, self.b, [2], [1], [1], False, [0], 1), torch.convolution(x, self.w, None, [2], [0], [1], True, [1], 1), torch.ops.aten._convolution(x, self.w, None, [1], [0], [1], False, [0], 1, False, False, True, True), torch.ops.aten._convolution(x, self.w, None, [1], [0], [1], False, [0], 1, False, False, True)", x="float32[1,2,4]", weights={"w": "float32[2,2,2]", "b": "float32[2]"})
case("conv_tbc", "return torch.conv_tbc(x, self.w, self.b), torch.conv_tbc(x, self.w, self.b, 1)", x="float32[4,2,2]", weights={"w": "float32[2,2,3]", "b": "float32[3]"})

# ---- pools ----------------------------------------------------------------------------------------------------------------------------

case("max_pool1d in all its forms", "return torch.max_pool1d(x, 2), torch.max_pool1d(x, 3, 1), torch.max_pool1d(x, 3, 2, 1), torch.max_pool1d(x, 2, 1, 0, 2), torch.max_pool1d(x, 2, 2, 0, 1, True), torch.max_pool1d(x, 3, 2, 1, 1, True), torch.max_pool1d(x[0], 2)", x="float32[2,2,5]")
case("max_pool2d in all its forms", "return torch.max_pool2d(x, 2), torch.max_pool2d(x, [2, 3], [1, 2]), torch.max_pool2d(x, 3, 2, 1), torch.max_pool2d(x, 2, 1, 0, [1, 2]), torch.max_pool2d(x, 2, 2, 0, 1, True), torch.max_pool2d(x[0], 2, 3, 1, 1, True)", x="float32[1,1,4,5]")
case("max_pool3d in all its forms", "return torch.max_pool3d(x, 2), torch.max_pool3d(x, [1, 2, 1], 2, 0, 1, True), torch.max_pool3d(x[0], [2, 1, 1], 1, [1, 0, 0])", x="float32[1,1,2,3,3]")
case("max_pool with infinities", "return torch.max_pool1d(x, 2, 1), torch.max_pool1d(x, 2, 2, 1)", x="float32[1,1,6]: 1 inf 2 -inf 3 inf")
case("max_pool of float64", "return torch.max_pool2d(x, 2), torch.max_pool1d(x[0], 2)", x="float64[1,2,2,4]")
case("max_pool with indices", "a, b = torch.ops.aten.max_pool1d_with_indices(y, 2)\nc, d = torch.ops.aten.max_pool2d_with_indices(x, 2, 1)\ne, f = torch.ops.aten.max_pool2d_with_indices(x, [2, 2], [2, 2], [1, 1])\ng, h = torch.ops.aten.max_pool3d_with_indices(x.unsqueeze(0), [1, 2, 2])\nreturn a, b, c, d, e, f, g, h", x="float32[1,2,3,4]", y="float32[1,2,5]")
case("max_pool with indices where numbers are equal", "a, b = torch.ops.aten.max_pool2d_with_indices(x, 2, 1)\nreturn a, b", x="float32[1,1,3,3]: 1 1 1 1 1 1 1 1 1")
case("avg_pool1d in all its forms", "return torch.avg_pool1d(x, 2), torch.avg_pool1d(x, 3, 1), torch.avg_pool1d(x, 3, 2, 1), torch.avg_pool1d(x, 3, 2, 1, False, False), torch.avg_pool1d(x, 2, 2, 0, True), torch.avg_pool1d(x[0], 2)", x="float32[2,2,5]")
case("avg_pool1d in ceil mode with padding", "return torch.avg_pool1d(x, 3, 2, 1, True, False), torch.avg_pool1d(x, 2, 2, 1, True, False), torch.avg_pool1d(x, 3, 3, 1, True, False)", x="float32[2,1,6]")
case("avg_pool1d in ceil mode with counted padding", "return torch.avg_pool1d(x, 3, 2, 1, True, True)", x="float32[1,1,6]")
case("avg_pool2d in all its forms", "return torch.ops.aten.avg_pool2d(x, [2, 2]), torch.ops.aten.avg_pool2d(x, [2, 3], [1, 2]), torch.ops.aten.avg_pool2d(x, [3, 3], [2, 2], [1, 1]), torch.ops.aten.avg_pool2d(x, [3, 3], [2, 2], [1, 1], False, False), torch.ops.aten.avg_pool2d(x, [2, 2], [1, 1], [1, 1], False, True, 3), torch.ops.aten.avg_pool2d(x, [2, 2], [2, 2], [0, 0], True, False), torch.ops.aten.avg_pool2d(x, [2, 2], [2, 2], [0, 0], True, True)", x="float32[1,1,4,5]")
case("avg_pool3d in all its forms", "return torch.ops.aten.avg_pool3d(x, [2, 2, 2]), torch.ops.aten.avg_pool3d(x, [1, 2, 1], [1, 1, 1], [0, 1, 0], False, False), torch.ops.aten.avg_pool3d(x, [2, 2, 1], [1, 1, 1], [0, 0, 0], False, True, 5)", x="float32[1,1,2,3,3]")
case("avg_pool of float64", "return torch.avg_pool1d(x, 2)", x="float64[1,2,4]")
case("adaptive_avg_pool in all ranks", "return torch.adaptive_avg_pool1d(x[:, 0], 1), torch.adaptive_avg_pool1d(x[:, 0], 2), torch.adaptive_avg_pool1d(x[:, 0], 3), torch.ops.aten.adaptive_avg_pool2d(x, [1, 1]), torch.ops.aten.adaptive_avg_pool2d(x, [2, 3]), torch.ops.aten.adaptive_avg_pool2d(x, [1, 2]), torch.ops.aten.adaptive_avg_pool3d(x.unsqueeze(1), [1, 1, 1]), torch.ops.aten.adaptive_avg_pool3d(x.unsqueeze(1), [1, 2, 2])", x="float32[1,2,2,5]")
case("adaptive_max_pool in all ranks", "a, b = torch.adaptive_max_pool1d(x[:, 0], [2])\nc, d = torch.ops.aten.adaptive_max_pool2d(x, [2, 3])\ne, f = torch.ops.aten.adaptive_max_pool3d(x.unsqueeze(1), [1, 2, 2])\ng, h = torch.ops.aten.adaptive_max_pool2d(x, [1, 1])\nreturn a, c, e, g", x="float32[1,2,2,5]")
case("adaptive pools that widen", "return torch.adaptive_avg_pool1d(x, 5)", x="float32[1,2,3]")

# ---- normalisation ------------------------------------------------------------------------------------------------------------------------

case("batch_norm in eval mode", "return torch.batch_norm(x, self.w, self.b, self.m, self.v, False, 0.1, 1e-5, True), torch.batch_norm(x, None, None, self.m, self.v, False, 0.1, 0.01, True), torch.batch_norm(x[:, :, 0], self.w, None, self.m, self.v, False, 0.1, 1e-5, True)", x="float32[2,2,3]", weights={"w": "float32[2]", "b": "float32[2]", "m": "float32[2]", "v": "float32[2] positive"})
case("batch_norm of float64", "return torch.batch_norm(x, self.w, self.b, self.m, self.v, False, 0.1, 1e-5, True)", x="float64[2,2,3]", weights={"w": "float64[2]", "b": "float64[2]", "m": "float64[2]", "v": "float64[2] positive"})
case("batch_norm in training mode takes the statistics of the batch", "return torch.batch_norm(x, None, None, self.m.clone(), self.v.clone(), True, 0.1, 1e-5, True)", x="float32[3,2]", weights={"m": "float32[2]", "v": "float32[2] positive"})
case("layer_norm over last axes", "return torch.layer_norm(x, [3], self.w, self.b), torch.layer_norm(x, [3]), torch.layer_norm(x, [2, 3]), torch.layer_norm(x, [3], self.w, None, 0.1)", x="float32[2,2,3]", weights={"w": "float32[3]", "b": "float32[3]"})
case("layer_norm of float64", "return torch.layer_norm(x, [3], self.w, self.b), torch.layer_norm(x, [3])", x="float64[2,3]", weights={"w": "float64[3]", "b": "float64[3]"})
case("group_norm", "return torch.group_norm(x, 2, self.w, self.b), torch.group_norm(x, 1), torch.group_norm(x, 4, None, None, 0.1), torch.group_norm(x[:, :, 0], 2, self.w, self.b)", x="float32[2,4,3]", weights={"w": "float32[4]", "b": "float32[4]"})
case("instance_norm", "return torch.instance_norm(x, self.w, self.b, None, None, True, 0.1, 1e-5, True), torch.instance_norm(x, None, None, None, None, True, 0.1, 0.1, True), torch.instance_norm(x, self.w, self.b, self.m, self.v, False, 0.1, 1e-5, True)", x="float32[2,2,4]", weights={"w": "float32[2]", "b": "float32[2]", "m": "float32[2]", "v": "float32[2] positive"})
