"""Cases of complex numbers, Fourier transforms, spectrograms and windows. No result is complex: ONNX Runtime has no such numbers."""

from make import case


def real(*calls):
    return ", ".join(f"torch.view_as_real(torch.resolve_conj({call}))" for call in calls)


# ---- complex numbers --------------------------------------------------------------------------------------------------------------------

case("complex numbers and their parts", f"c = torch.complex(x, y)\nreturn torch.real(c), torch.imag(c), torch.abs(c), torch.angle(c), {real('c', 'torch.conj(c)', 'torch.resolve_conj(torch.conj(c))', 'torch.resolve_neg(c)', 'torch.neg(c)', 'torch.conj_physical(c)', 'torch.ops.aten._conj(c)', 'torch.ops.aten._conj_physical(c)', 'torch.exp(c)')}", x="float32[2,3]", y="float32[2,3]")
case("arithmetic of complex numbers", f"c = torch.complex(x, y)\nd = torch.complex(y, x)\nreturn {real('c + d', 'c - d', 'c * d', 'c / d', 'c + x', 'c * x', 'c * 2.0', 'c + 1.5', 'c - 2', 'c / 2', 'torch.add(c, d, alpha=2)', 'torch.sub(c, d, alpha=0.5)', 'x * c')}", x="float32[2,3]", y="float32[2,3]")
case("arithmetic of complex numbers with complex numbers", f"c = torch.complex(x, y)\nreturn {real('c * 1j', 'c + 2j', 'c - (1 + 2j)', 'c / 2j')}", x="float32[2,3]", y="float32[2,3]")
case("in-place arithmetic of complex numbers", f"c = torch.complex(x, y)\nc.mul_(2.0)\nc += x\nreturn {real('c')}", x="float32[2,3]", y="float32[2,3]")
case("angles on the axes", "return torch.angle(torch.complex(x, y))", x="float32[6]: 0 0 0 1 -1 -2", y="float32[6]: 0 1 -1 0 0 2")
case("sums of complex numbers", f"c = torch.complex(x, y)\nreturn {real('torch.sum(c)', 'torch.sum(c, [0])', 'torch.sum(c, [1], True)', 'torch.mean(c)', 'torch.mean(c, [-1])')}", x="float32[2,3]", y="float32[2,3]")
case("complex numbers that are moved", f"c = torch.view_as_complex(x)\nreturn {real('c.t()', 'c.reshape(-1)', 'c[0]', 'c[:, 1:]', 'c.unsqueeze(0)', 'torch.cat([c, c], 1)', 'torch.stack([c, c])', 'c[:1].expand(2, 3)', 'c.permute(1, 0)', 'c.flatten()')}, c.size(1), c.dim(), torch.is_complex(c)", x="float32[2,3,2]")
case("complex numbers of a buffer", f"c = torch.view_as_complex(self.w)\nreturn {real('torch.view_as_complex(x) * c')}, torch.abs(c)", x="float32[2,3,2]", weights={"w": "float32[3,2]"})
case("polar numbers", f"return {real('torch.polar(x, y)', 'torch.polar(a, b)')}", x="float32[2,3]", y="float32[2,3]", a="float64[2]", b="float64[2]")
case("real numbers asked for their parts", "return torch.real(x), torch.conj(x), torch.resolve_conj(x), torch.resolve_neg(x), torch.conj_physical(x)", x="float32[2,3]")
case("operators without a rule for complex numbers", "return torch.abs(torch.sigmoid(torch.complex(x, x)))", refused="complex numbers", x="float32[2]")
case("a complex result", "return torch.complex(x, x)", refused="returns complex numbers", x="float32[2]")

# ---- transforms -------------------------------------------------------------------------------------------------------------------------

SIGNAL = dict(x="float32[3,8]", y="float32[3,6]", z="float32[3,5]")
case("fft", f"return {real('torch.fft.fft(x)', 'torch.fft.fft(y)', 'torch.fft.fft(z, dim=0)', 'torch.fft.fft(torch.complex(z, z))', 'torch.fft.fft(x, 4)', 'torch.fft.fft(y, 8)', 'torch.fft.fft(x[0])')}", **SIGNAL)
case("fft by other norms", ("return " + real("torch.fft.fft(x, norm='ortho')", "torch.fft.fft(x, norm='forward')", "torch.fft.ifft(x, norm='ortho')", "torch.fft.ifft(x, norm='forward')", "torch.fft.ifft(x)", "torch.fft.ifft(torch.complex(x, x))")), **SIGNAL)
case("rfft and irfft", f"a = torch.fft.rfft(x)\nb = torch.fft.rfft(y)\nc = torch.fft.rfft(z)\nreturn {real('a', 'b', 'c')}, torch.fft.irfft(a), torch.fft.irfft(b), torch.fft.irfft(c), torch.fft.irfft(c, 5), torch.fft.irfft(a, 6), torch.fft.irfft(a, 12, norm='ortho'), torch.fft.irfft(a, norm='forward'), torch.fft.irfft(torch.complex(z, z), 7)", **SIGNAL)
case("fft over several axes", f"return {real('torch.fft.fft2(x)', 'torch.fft.ifft2(x)', 'torch.fft.fftn(x)', 'torch.fft.fftn(y, [0])', 'torch.fft.ifftn(y)', 'torch.fft.rfft2(x)', 'torch.fft.rfftn(z)', 'torch.fft.fft2(x, [4, 4])')}, torch.fft.irfft2(torch.fft.rfft2(x)), torch.fft.irfftn(torch.fft.rfftn(z), [3, 5], norm='ortho')".replace("torch.fft.fftn(y, [0])", "torch.fft.fftn(y, None, [0])"), fixed=True, x="float32[3,8]", y="float32[3,6]", z="float32[3,5]")
case("fft by its core operators", f"a = torch.ops.aten._fft_r2c(x, [1], 0, True)\nb = torch.ops.aten._fft_r2c(x, [0, 1], 1, False)\nreturn {real('a', 'b', 'torch.ops.aten._fft_c2c(b, [1, 0], 2, False)', 'torch.ops.aten._fft_c2c(b, [1], 0, True)', 'torch.ops.aten._fft_c2c(b, [1], 1, False)')}, torch.ops.aten._fft_c2r(a, [1], 2, 8), torch.ops.aten._fft_c2r(a, [1], 0, 9)", x="float32[3,8]")
case("fft of float64 and integers", f"return {real('torch.fft.fft(x)', 'torch.fft.rfft(y)')}, torch.fft.irfft(torch.fft.rfft(x))", x="float64[2,6]", y="int64[2,4]")
case("fft over symbolic sizes", f"return {real('torch.fft.fft(x)', 'torch.fft.rfft(x)')}, torch.abs(torch.fft.ifft(x, norm='ortho'))", dynamic="all", x="float32[2,8]", again={"x": "float32[3,7]"})
case("fftshift", "return torch.fft.fftshift(x), torch.fft.ifftshift(x), torch.fft.fftshift(x, [1]), torch.fft.ifftshift(x, [0])", x="float32[3,5]")

# ---- spectrograms -----------------------------------------------------------------------------------------------------------------------

STFT = "torch.ops.aten.stft"
case("stft", f"return {STFT}(x, 8, 3, 8, self.w, False, True, False), {STFT}(x, 6, 2, 6, None, True, True, False), {STFT}(x[0], 8, None, 4, self.v, False, True, False), {real(STFT + '(x, 8, 4, 7, None, False, False, True)')}", x="float32[2,24]", weights={"w": "float32[8]", "v": "float32[4]"})
case("stft whose frames are centred", f"return {real(STFT + '(x, 8, 3, 8, self.w, True, ' + repr('reflect') + ', False, True, True)', STFT + '(x, 6, 2, None, None, True, ' + repr('constant') + ', False, True, True)', STFT + '(x[0], 10, 4, None, None, False, ' + repr('reflect') + ', False, True, True)')}", x="float32[2,24]", weights={"w": "float32[8]"})
case("stft of float64 over a symbolic length", f"return {real(STFT + '(x, 5, 2, 5, None, False, True, True)')}", dynamic="all", x="float64[1,16]", again={"x": "float64[2,13]"})
case("istft", f"s = {STFT}(x, 8, 2, 8, self.w, True, 'reflect', False, True, True)\nt = {STFT}(x, 6, 3, 6, None, True, 'reflect', True, True, True)\nu = {STFT}(x, 8, 4, 8, None, False, False, True)\nreturn torch.istft(s, 8, 2, 8, self.w), torch.istft(t, 6, 3, normalized=True), torch.istft(s, 8, 2, 8, self.w, length=20), torch.istft(s, 8, 2, 8, self.w, length=30), torch.istft(u, 8, 4, center=False, onesided=False), torch.istft(s[0], 8, 2, 8, self.w)", x="float32[2,24]", weights={"w": "float32[8] positive"})
case("windows", "return " + ", ".join(f"torch.{kind}_window({arguments})" for kind in ("hann", "hamming", "blackman", "bartlett") for arguments in ("6", "7, False", "5, True", "1", "4, dtype=torch.float64")) + ", torch.hamming_window(6, True, 0.6), torch.hamming_window(6, False, 0.6, 0.3), x", x="float32[2]")
case("windows of symbolic length", "return torch.hann_window(x.size(0)), torch.hamming_window(x.size(0), False), torch.bartlett_window(x.size(0))", dynamic="all", x="float32[4]", again={"x": "float32[7]"})
