"""Cases of losses, in all their reductions."""

from make import case


def reductions(call):
    """The call with each reduction; `call` holds R."""
    return ", ".join(call.replace("R", str(number)) for number in range(3))


X23 = dict(x="float32[2,3]", y="float32[2,3]")

# ---- elements ---------------------------------------------------------------------------------------------------------------------------

case("l1_loss", f"return {reductions('torch.ops.aten.l1_loss(x, y, R)')}, torch.ops.aten.l1_loss(x, y[0])", **X23)
case("l1_loss of other dtypes", "return torch.ops.aten.l1_loss(x, y, 0), torch.ops.aten.l1_loss(x, z, 1), torch.ops.aten.l1_loss(y, y, 2)", x="float32[2,3]", y="int64[2,3]", z="float64[2,3]")
case("mse_loss", f"return {reductions('torch.ops.aten.mse_loss(x, y, R)')}, torch.ops.aten.mse_loss(x, z)", **X23, z="float64[2,3]")
case("mse_loss of rank 0 and of nothing", "return torch.ops.aten.mse_loss(x[0, 0], y[0, 0]), torch.ops.aten.mse_loss(x[:, :0], y[:, :0])", **X23)
case("smooth_l1_loss", f"return {reductions('torch.ops.aten.smooth_l1_loss(x, y, R)')}, torch.ops.aten.smooth_l1_loss(x, y, 0, 0.1), torch.ops.aten.smooth_l1_loss(x, y, 0, 0.0)", **X23)
case("huber_loss", f"return {reductions('torch.ops.aten.huber_loss(x, y, R)')}, torch.ops.aten.huber_loss(x, y, 0, 0.1), torch.ops.aten.huber_loss(x, z, 0)", **X23, z="float64[2,3]")
case("soft_margin_loss", f"return {reductions('torch.ops.aten.soft_margin_loss(x, y, R)')}, torch.ops.aten.soft_margin_loss(x, z, 0)", **X23, z="int64[2,3]")
case("losses of float64", "return torch.ops.aten.smooth_l1_loss(x, y), torch.ops.aten.huber_loss(x, y), torch.ops.aten.soft_margin_loss(x, y), torch.ops.aten.mse_loss(x, y)", x="float64[2,3]", y="float64[2,3]")

# ---- probabilities ----------------------------------------------------------------------------------------------------------------------

case("binary_cross_entropy", f"p = torch.sigmoid(x)\nq = torch.sigmoid(y)\nreturn {reductions('torch.ops.aten.binary_cross_entropy(p, q, None, R)')}, torch.ops.aten.binary_cross_entropy(p, q, self.w, 0), torch.ops.aten.binary_cross_entropy(p, q, self.w)", **X23, weights={"w": "float32[3]"})
case("binary_cross_entropy at its ends", "return torch.ops.aten.binary_cross_entropy(x, y, None, 0)", x="float32[6]: 0 1 0 1 0.5 1", y="float32[6]: 0 1 1 0 0.5 0.5")
case("binary_cross_entropy_with_logits", f"q = torch.sigmoid(y)\nreturn {reductions('torch.ops.aten.binary_cross_entropy_with_logits(x, q, None, None, R)')}, torch.ops.aten.binary_cross_entropy_with_logits(x, q, self.w, None, 0), torch.ops.aten.binary_cross_entropy_with_logits(x, q, None, self.v, 0), torch.ops.aten.binary_cross_entropy_with_logits(x, q, self.w, self.v)", **X23, weights={"w": "float32[2,1]", "v": "float32[3] positive"}, fixed=True)
case("binary_cross_entropy_with_logits far from 0", "return torch.ops.aten.binary_cross_entropy_with_logits(x, y, None, None, 0), torch.ops.aten.binary_cross_entropy_with_logits(z, y.to(torch.float64), None, None, 0)", x="float32[5]: -200 200 90 -90 0", y="float32[5]: 1 0 1 0 0.5", z="float64[5]: -200 200 90 -90 0")
case("kl_div", f"p = torch.log_softmax(x, 1)\nq = torch.softmax(y, 1)\nreturn {reductions('torch.ops.aten.kl_div(p, q, R)')}, torch.ops.aten.kl_div(p, torch.log(q), 0, log_target=True), torch.ops.aten.kl_div(p, torch.log(q), log_target=True)", **X23)
case("kl_div with probabilities of 0", "return torch.ops.aten.kl_div(x, y, 0), torch.ops.aten.kl_div(x, y)", x="float32[4]", y="float32[4]: 0 0.5 0 1")
case("poisson_nll_loss", f"return {reductions('torch.poisson_nll_loss(x, y, True, False, 1e-8, R)')}, torch.poisson_nll_loss(y, x, False, False, 0.01, 0), torch.poisson_nll_loss(x, y, True, True, 1e-8, 0), torch.poisson_nll_loss(x, z, True, True, 1e-8, 1)", x="float32[2,3] positive", y="float32[2,3] positive", z="float32[2,3]: 0 1 2 3 4 0.5")
case("log_sigmoid", "return torch.ops.aten.log_sigmoid(x), torch.ops.aten.log_sigmoid(y)", x="float32[6]: -200 -1 0 1 200 nan", y="float64[6]: -2000 -1 0 1 2000 inf")

# ---- pairs of vectors -------------------------------------------------------------------------------------------------------------------

case("hinge_embedding_loss", f"return {reductions('torch.hinge_embedding_loss(x, y, 1.0, R)')}, torch.hinge_embedding_loss(x, z, 0.5, 0)", x="float32[2,3]", y="float32[2,3]: 1 -1 1 -1 -1 1", z="int64[2,3]: 1 -1 1 -1 -1 1")
case("cosine_embedding_loss", f"return {reductions('torch.cosine_embedding_loss(x, y, z, 0.0, R)')}, torch.cosine_embedding_loss(x, y, z, 0.3, 0), torch.cosine_embedding_loss(x[0], y[0], z[0], 0.1)", **X23, z="int64[2]: 1 -1")
case("margin_ranking_loss", f"return {reductions('torch.margin_ranking_loss(x, y, z, 0.0, R)')}, torch.margin_ranking_loss(x, y, z, 0.7, 0)", x="float32[4]", y="float32[4]", z="float32[4]: 1 -1 1 -1")
case("triplet_margin_loss", f"return {reductions('torch.triplet_margin_loss(x, y, z, 1.0, 2.0, 1e-6, False, R)')}, torch.triplet_margin_loss(x, y, z, 0.5, 1.0, 1e-6, False, 0), torch.triplet_margin_loss(x, y, z, 1.0, 2.0, 1e-6, True, 0), torch.triplet_margin_loss(x, y, z, 1.0, 3.0, 0.01, True, 0)", **X23, z="float32[2,3]")

# ---- classes ----------------------------------------------------------------------------------------------------------------------------

case("cross_entropy_loss", f"return {reductions('torch.ops.aten.cross_entropy_loss(x, y, None, R)')}, {reductions('torch.ops.aten.cross_entropy_loss(x, y, self.w, R)')}", x="float32[3,4]", y="int64[3]: 0 3 1", weights={"w": "float32[4] positive"})
case("cross_entropy_loss that ignores a class", f"return {reductions('torch.ops.aten.cross_entropy_loss(x, y, None, R, 1)')}, {reductions('torch.ops.aten.cross_entropy_loss(x, y, self.w, R)')}, torch.ops.aten.cross_entropy_loss(x, y * 0 - 100), torch.ops.aten.cross_entropy_loss(x, y * 0 - 100, None, 0)", x="float32[3,4]", y="int64[3]: -100 1 2".replace("-100", "0"), weights={"w": "float32[4] positive"})
case("cross_entropy_loss with the usual index to ignore", f"return {reductions('torch.ops.aten.cross_entropy_loss(x, y, self.w, R)')}, {reductions('torch.ops.aten.cross_entropy_loss(x, y, self.w, R, -100, 0.1)')}", x="float32[3,4]", y="int64[3]: -100 1 2", weights={"w": "float32[4] positive"})
case("cross_entropy_loss with smoothed labels", f"return {reductions('torch.ops.aten.cross_entropy_loss(x, y, None, R, -100, 0.2)')}, {reductions('torch.ops.aten.cross_entropy_loss(x, y, None, R, 1, 0.2)')}, {reductions('torch.ops.aten.cross_entropy_loss(x, y, self.w, R, 1, 0.2)')}", x="float32[3,4]", y="int64[3]: 0 1 2", weights={"w": "float32[4] positive"})
case("cross_entropy_loss over more axes", f"return {reductions('torch.ops.aten.cross_entropy_loss(x, y, None, R)')}, {reductions('torch.ops.aten.cross_entropy_loss(x, y, self.w, R, 1)')}, {reductions('torch.ops.aten.cross_entropy_loss(x, y, self.w, R, 1, 0.1)')}, torch.ops.aten.cross_entropy_loss(x[:, :, 0], y[:, 0])", x="float32[2,3,2,2]", y="int64[2,2,2]: 0 1 2 0 1 2 1 1", weights={"w": "float32[3] positive"})
case("cross_entropy_loss without a batch", f"return {reductions('torch.ops.aten.cross_entropy_loss(x, y, None, R)')}, torch.ops.aten.cross_entropy_loss(x, y, self.w, 1, -100, 0.1), torch.ops.aten.cross_entropy_loss(x, torch.softmax(x, 0))", x="float32[4]", y="int64[]: 2", fixed=True, weights={"w": "float32[4] positive"})
case("cross_entropy_loss of probabilities", f"q = torch.softmax(y, 1)\nreturn {reductions('torch.ops.aten.cross_entropy_loss(x, q, None, R)')}, {reductions('torch.ops.aten.cross_entropy_loss(x, q, self.w, R)')}, {reductions('torch.ops.aten.cross_entropy_loss(x, q, self.w, R, -100, 0.1)')}", x="float32[2,3,2]", y="float32[2,3,2]", weights={"w": "float32[3] positive"})
case("cross_entropy_loss of float64", "return torch.ops.aten.cross_entropy_loss(x, y, self.w, 1, -100, 0.1), torch.ops.aten.cross_entropy_loss(x, y)", x="float64[3,4]", y="int64[3]: 0 1 2", weights={"w": "float64[4] positive"})
case("nll_loss", f"p = torch.log_softmax(x, 1)\nreturn {reductions('torch.ops.aten.nll_loss(p, y, None, R)')}, {reductions('torch.ops.aten.nll_loss(p, y, self.w, R, 1)')}, torch.ops.aten.nll_loss(p[0], y[0])", x="float32[3,4]", y="int64[3]: 0 1 2", weights={"w": "float32[4] positive"})
case("nll_loss over more axes", f"p = torch.log_softmax(x, 1)\nreturn {reductions('torch.ops.aten.nll_loss2d(p, y, self.w, R, 1)')}, {reductions('torch.ops.aten.nll_loss_nd(p, y, None, R)')}, torch.ops.aten.nll_loss_nd(p[:, :, 0], y[:, 0]), torch.ops.aten.nll_loss_nd(p[:, :, :, 0, None, None], y[:, :, 0, None, None], self.w, 0)", x="float32[2,3,2,2]", y="int64[2,2,2]: 0 1 2 0 1 2 1 1", weights={"w": "float32[3] positive"})
case("nll_loss with its weight", "a, b = torch.ops.aten.nll_loss_forward(x, y, self.w, 1, 1)\nc, d = torch.ops.aten.nll_loss_forward(x, y, None, 0, -100)\ne, f = torch.ops.aten.nll_loss2d_forward(x[:, :, None, None], y[:, None, None], self.w, 2, -100)\nreturn a, b, c, d, e, f", x="float32[3,4]", y="int64[3]: 0 1 2", weights={"w": "float32[4] positive"})
case("nll_loss where an ignored score is infinite", "return torch.ops.aten.nll_loss(x, y, None, 0, 1), torch.ops.aten.nll_loss(x, y, None, 1, 1)", x="float32[2,2]: -inf -inf 1 2", y="int64[2]: 1 0")
case("multi_margin_loss", f"return {reductions('torch.ops.aten.multi_margin_loss(x, y, 1, 1, None, R)')}, torch.ops.aten.multi_margin_loss(x, y, 2, 0.5, self.w, 0), torch.ops.aten.multi_margin_loss(x[0], y[0], 1, 1, None, 0), torch.ops.aten.multi_margin_loss(x[0], y[0])", x="float32[3,4]", y="int64[3]: 0 3 1", weights={"w": "float32[4] positive"})
case("multilabel_margin_loss", f"return {reductions('torch.ops.aten.multilabel_margin_loss(x, y, R)')}, torch.ops.aten.multilabel_margin_loss(x[0], y[0], 0)", x="float32[3,4]", y="int64[3,4]: 1 -1 2 3 0 3 2 -1 0 1 2 3")
