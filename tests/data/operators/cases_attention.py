"""Cases of attention: scaled dot products and the fused layers of PyTorch's fast path."""

from make import case

QKV = dict(q="float32[2,2,3,4]", k="float32[2,2,5,4]", v="float32[2,2,5,3]")
SDPA = "torch.ops.aten.scaled_dot_product_attention"

case("attention", f"return {SDPA}(q, k, v), {SDPA}(q, k, v, scale=0.3), {SDPA}(q[0], k[0], v[0]), {SDPA}(q[0, 0], k[0, 0], v[0, 0])", **QKV)
case("attention that is causal", f"return {SDPA}(q, k, v, is_causal=True), {SDPA}(k, q, q, is_causal=True), {SDPA}(q[0], k[0], v[0], is_causal=True)", **QKV)
case("attention under a mask of truths", f"return {SDPA}(q, k, v, m), {SDPA}(q, k, v, m[0])", **QKV, m="bool[2,1,3,5]")
case("attention where a query has no key", f"return {SDPA}(q, k, v, m), {SDPA}(q, k, v, torch.where(m, 0.0, float('-inf')))", **QKV, m="bool[3,5]: 0 0 0 0 0 1 0 1 0 0 1 1 1 1 1", fixed=True)
case("attention under a mask that is added", f"return {SDPA}(q, k, v, m), {SDPA}(q, k, v, m[:, :1]), {SDPA}(q[0], k[0], v[0], m[0])", **QKV, m="float32[2,2,3,5]")
case("attention under a mask that is known", f"return {SDPA}(q, k, v, self.m), {SDPA}(q, k, v, self.n)", **QKV, weights={"m": "float32[3,5]", "n": "bool[3,5]"})
case("attention whose heads share keys", f"return {SDPA}(q, k, v, enable_gqa=True), {SDPA}(q, k, v, None, 0.0, True, enable_gqa=True), {SDPA}(q, k, v, m, enable_gqa=True)", q="float32[2,4,3,4]", k="float32[2,2,3,4]", v="float32[2,2,3,4]", m="float32[3,3]", fixed=True)
case("attention whose batches are broadcast", f"return {SDPA}(q, k[:1], v[:1]), {SDPA}(q, k[:, :1], v)", **QKV)
case("attention of float64", f"return {SDPA}(q, k, v), {SDPA}(q, k, v, is_causal=True), {SDPA}(q, k, v, m)", q="float64[2,2,3,4]", k="float64[2,2,3,4]", v="float64[2,2,3,4]", m="bool[3,3]", fixed=True)
case("attention over symbolic lengths", f"return {SDPA}(q, k, v), {SDPA}(q, k, v, is_causal=True)", dynamic="all", q="float32[1,2,3,4]", k="float32[1,2,5,4]", v="float32[1,2,5,4]", again={"q": "float32[3,2,4,4]", "k": "float32[3,2,2,4]", "v": "float32[3,2,2,4]"})
case("attention by its own names", "a, b = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(q, k, v)\nc, d = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, True, scale=0.5)\ne, f = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(q, k, v, attn_mask=m)\nreturn a, b, c, d, e, f", q="float32[2,2,3,4]", k="float32[2,2,3,4]", v="float32[2,2,3,4]", m="float32[3,3]", fixed=True)
case("attention with its probabilities", "a, b = torch.ops.aten._scaled_dot_product_attention_math(q, k, v, m)\nc, d = torch.ops.aten._scaled_dot_product_attention_math(q, k, v, None, 0.0, True)\ne, f = torch.ops.aten._scaled_dot_product_attention_math(q, k[:, :1], v[:, :1], enable_gqa=True)\nreturn a, b, c, d, e, f", **QKV, m="bool[3,5]: 0 0 0 0 0 1 0 1 0 0 1 1 1 1 1", fixed=True)
case("softmax that is safe", "return torch.ops.aten._safe_softmax(x, -1), torch.ops.aten._safe_softmax(x, 0), torch.ops.aten._safe_softmax(x, 1, dtype=torch.float64)", x="float32[2,3]: -inf -inf -inf 1 -inf 2")

# ---- fused layers -----------------------------------------------------------------------------------------------------------------------

LAYER = {"w": "float32[12,4] unit", "b": "float32[12]", "p": "float32[4,4] unit", "c": "float32[4]"}
MHA = "torch._native_multi_head_attention"
case("multi-head attention as one operator", f"a, b = {MHA}(x, x, x, 4, 2, self.w, self.b, self.p, self.c)\nc, d = {MHA}(x, x, x, 4, 2, self.w, self.b, self.p, self.c, None, True, False)\ne, f = {MHA}(x, y, z, 4, 2, self.w, self.b, self.p, self.c)\ng, h = {MHA}(x, x, x, 4, 1, self.w, self.b, self.p, self.c, None, False)\nreturn a, b, c, d, e, f, g", x="float32[2,3,4]", y="float32[2,3,4]", z="float32[2,3,4]", weights=LAYER)
case("multi-head attention with masks", f"a, b = {MHA}(x, x, x, 4, 2, self.w, self.b, self.p, self.c, m, True, True, 0)\nc, d = {MHA}(x, x, x, 4, 2, self.w, self.b, self.p, self.c, n, True, True, 1)\nreturn a, b, c, d", x="float32[2,3,4]", m="bool[3,3]: 0 1 0 1 0 0 0 1 1", n="bool[2,3]: 0 1 0 0 0 1", weights=LAYER, fixed=True)
case("queries, keys and values by heads", "a, b, c = torch._transform_bias_rescale_qkv(x, self.b, 2)\nreturn a, b, c", x="float32[2,3,12]", weights={"b": "float32[12]"})
ENCODER = {**LAYER, "n1": "float32[4]", "m1": "float32[4]", "n2": "float32[4]", "m2": "float32[4]", "f1": "float32[5,4] unit", "g1": "float32[5]", "f2": "float32[4,5] unit", "g2": "float32[4]"}
ENCODE = "torch._transformer_encoder_layer_fwd(x, 4, 2, self.w, self.b, self.p, self.c, {}, {}, 1e-5, self.n1, self.m1, self.n2, self.m2, self.f1, self.g1, self.f2, self.g2{})"
case("an encoder layer as one operator", "return " + ", ".join(ENCODE.format(gelu, first, "") for gelu in (True, False) for first in (True, False)), x="float32[2,3,4]", weights=ENCODER)
case("an encoder layer with a mask", "return " + ENCODE.format(True, False, ", m, 1"), x="float32[2,3,4]", m="bool[2,3]: 0 1 0 0 0 1", weights=ENCODER)
