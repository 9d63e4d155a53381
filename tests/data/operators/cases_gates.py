"""Cases of activations with a bend, a threshold or a gate, and of normalisation layers by their other names."""

from make import case

EDGES = "float32[8]: -200 -1 -0.3 0 0.3 1 200 nan"
WIDE = "float64[8]: -200 -1 -0.3 0 0.3 1 200 nan"

case("elu", "return torch.ops.aten.elu(x), torch.ops.aten.elu(x, 0.5), torch.ops.aten.elu(x, 1.5, 2.0, 0.5), torch.ops.aten.elu(y, 0.5)", x=EDGES, y=WIDE)
case("selu and celu", "return torch.selu(x), torch.selu(y), torch.celu(x), torch.celu(x, 0.5), torch.celu(y, 2)", x=EDGES, y=WIDE)
case("softplus", "return torch.ops.aten.softplus(x), torch.ops.aten.softplus(x, 2), torch.ops.aten.softplus(x, 0.5, 0.1), torch.ops.aten.softplus(y), torch.ops.aten.softplus(y, 3, 1)", x=EDGES, y=WIDE)
case("mish", "return torch.ops.aten.mish(x), torch.ops.aten.mish(y)", x=EDGES, y=WIDE)
case("prelu", "return torch.prelu(x, self.w), torch.prelu(x, self.v), torch.prelu(x[:, :, 0], self.w), torch.prelu(x[0, 0, 0], self.v), torch.prelu(x[0, 0], self.v)", x="float32[2,3,2]", weights={"w": "float32[3]", "v": "float32[1]"})
case("prelu by its other name, and of float64", "return torch.ops.aten._prelu_kernel(x, self.w), torch.prelu(y, self.v)", x="float32[2,3,2]", y="float64[2,3]", weights={"w": "float32[1,3,1]", "v": "float64[3]"})
case("rrelu in eval mode", "return torch.rrelu(x), torch.rrelu(x, 0.2, 0.6), torch.rrelu(y), torch.ops.aten.rrelu_with_noise(x, torch.zeros_like(x), 0.1, 0.3, False)", x=EDGES, y=WIDE)
case("softshrink and hardshrink", "return torch.ops.aten.softshrink(x), torch.ops.aten.softshrink(x, 0.1), torch.ops.aten.softshrink(y, 1), torch.ops.aten.hardshrink(x), torch.ops.aten.hardshrink(x, 0.3), torch.ops.aten.hardshrink(y)", x=EDGES, y=WIDE)
case("threshold", "return torch.threshold(x, 0.3, 20), torch.threshold(y, 0, -1), torch.threshold(z, 1, 5)", x=EDGES, y=WIDE, z="int64[3]: 0 1 2")
case("glu", "return torch.ops.aten.glu(x), torch.ops.aten.glu(x, 1), torch.ops.aten.glu(y, 0)", x="float32[3,2,4]", y="float64[4,3]")
case("glu over a symbolic axis", "return torch.ops.aten.glu(x, 0)", dynamic="all", x="float32[2,3]", again={"x": "float32[4,1]"})
case("dropout by its other names", "a, b = torch.native_dropout(x, 0.5, False)\nreturn a, b, torch.feature_alpha_dropout(x, 0.5, False), torch.feature_dropout(x, 0.5, False), torch.alpha_dropout(x, 0.5, False)", x="float32[2,3]")

# ---- normalisation ----------------------------------------------------------------------------------------------------------------------

case("batch_norm without running statistics", "return torch.batch_norm(x, self.w, self.b, None, None, True, 0.1, 1e-5, True), torch.batch_norm(x[:, :, 0], None, None, None, None, True, 0.1, 0.1, True)", x="float32[3,2,2]", weights={"w": "float32[2]", "b": "float32[2]"})
case("native batch norms", "a, b, c = torch.native_batch_norm(x, self.w, self.b, self.m, self.v, False, 0.1, 1e-5)\nd, e, f = torch.ops.aten._native_batch_norm_legit_no_training(x, self.w, self.b, self.m, self.v, 0.1, 1e-5)\ng, h, i = torch.ops.aten._native_batch_norm_legit(x, self.w, self.b, True, 0.1, 1e-5)\nj, k, l = torch.ops.aten._native_batch_norm_legit(x, self.w, self.b, self.m.clone(), self.v.clone(), False, 0.1, 1e-5)\nreturn a, b, c, d, e, f, g, h, i, j", x="float32[3,2,2]", weights={"w": "float32[2]", "b": "float32[2]", "m": "float32[2]", "v": "float32[2] positive"})
case("native batch norms in training mode", "a, b, c = torch.native_batch_norm(x, self.w, self.b, self.m.clone(), self.v.clone(), True, 0.1, 1e-5)\nd, e, f, g, h = torch.ops.aten._native_batch_norm_legit_functional(x, self.w, self.b, self.m, self.v, True, 0.3, 1e-5)\ni, j, k, l, m = torch.ops.aten._native_batch_norm_legit_functional(x, self.w, self.b, self.m, self.v, False, 0.3, 1e-5)\nreturn a, b, c, d, e, f, g, h, i, l, m", x="float32[3,2,2]", weights={"w": "float32[2]", "b": "float32[2]", "m": "float32[2]", "v": "float32[2] positive"})
case("native layer and group norms", "a, b, c = torch.native_layer_norm(x, [3], self.w, self.b, 1e-5)\nd, e, f = torch.native_layer_norm(x, [2, 3], None, None, 0.1)\ng, h, i = torch.native_group_norm(x, None, None, x.size(0), 2, 3, 2, 1e-5)\nreturn a, b, c, d, e, f, g, h, i", x="float32[2,2,3]", weights={"w": "float32[3]", "b": "float32[3]"})
case("group and instance norms of float64", "return torch.group_norm(x, 2, self.w, self.b), torch.instance_norm(x, self.w, self.b, None, None, True, 0.1, 1e-5, True)", x="float64[2,4,3]", weights={"w": "float64[4]", "b": "float64[4]"})
case("rms_norm", "a, b = torch.ops.aten._fused_rms_norm(x, [3], self.w, 1e-5)\nreturn torch.rms_norm(x, [3], self.w, 1e-5), torch.rms_norm(x, [2, 3]), torch.rms_norm(x, [3], self.w), torch.rms_norm(x * 1e-4, [3]), torch.rms_norm(x, [3], None, 0.1), torch.rms_norm(y, [3]), a, b", x="float32[2,2,3]", y="float64[2,3]", weights={"w": "float32[3]"})
