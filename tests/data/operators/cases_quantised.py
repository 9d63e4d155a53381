"""Cases of rounding to a grid, and of quantised tensors."""

from make import case

FAKE = "torch.fake_quantize_per_{}_affine"
TENSOR = FAKE.format("tensor")
CHANNEL = FAKE.format("channel")
case("fake_quantize of tensors", f"return {TENSOR}(x, 0.5, 1, -128, 127), {TENSOR}(x, 0.1, 0, 0, 15), {TENSOR}(x, self.s, self.z, -128, 127), {TENSOR}(y, 0.3, -2, -8, 7)", x="float32[2,4]: 0.25 0.75 -0.25 1.3 100 -100 0 0.05", y="float64[2,2]", weights={"s": "float32[1]: 0.3", "z": "int32[1]: 2"})
case("fake_quantize of channels", f"return {CHANNEL}(x, self.s, self.z, 1, -128, 127), {CHANNEL}(x, self.s, self.f, 1, 0, 7), {CHANNEL}(x[:, 0], self.s[:1], self.z[:1], 1, -8, 7)" .replace("x[:, 0]", "x[:, :1]"), x="float32[2,3]", weights={"s": "float32[3] positive", "z": "int32[3]: 0 1 -2", "f": "float32[3]: 0 1.5 -2"})
case("fake_quantize with what was within", "a, b = torch.ops.aten.fake_quantize_per_tensor_affine_cachemask(x, 0.5, 1, -2, 3)\nc, d = torch.ops.aten.fake_quantize_per_channel_affine_cachemask(x, self.s, self.z, 1, -3, 3)\nreturn a, b, c, d", x="float32[2,3]", weights={"s": "float32[3] positive", "z": "int32[3]: 0 1 -2"})
Q = "torch.ops.quantized_decomposed"
case("quantising by the decomposed operators", f"a = {Q}.quantize_per_tensor(x, 0.1, 3, -128, 127, torch.int8)\nb = {Q}.quantize_per_tensor(x, self.s[0], self.z[0], 0, 255, torch.uint8)\nc = {Q}.quantize_per_channel(x, self.s, self.z, 1, -128, 127, torch.int8)\nreturn a, b, c, {Q}.dequantize_per_tensor(a, 0.1, 3, -128, 127, torch.int8), {Q}.dequantize_per_tensor(b, self.s[0], self.z[0], 0, 255, torch.uint8), {Q}.dequantize_per_channel(c, self.s, self.z, 1, -128, 127, torch.int8), {Q}.dequantize_per_channel(c, self.s, None, 1, -128, 127, torch.int8)", x="float32[2,3]", weights={"s": "float32[3] positive", "z": "int64[3]: 0 1 2"})
