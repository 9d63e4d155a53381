"""Cases of recurrent layers, their cells, and packed sequences."""

from make import case


def weights(gates, features, size, layers=1, directions=1, biases=True, dtype="float32"):
    """The parameters of a stack, named p0, p1..., and the list that names them."""
    found = {}
    for layer in range(layers):
        for _ in range(directions):
            inner = features if layer == 0 else directions * size
            found[f"p{len(found)}"] = f"{dtype}[{gates * size},{inner}] unit"
            found[f"p{len(found)}"] = f"{dtype}[{gates * size},{size}] unit"
            for _ in range(2 if biases else 0):
                found[f"p{len(found)}"] = f"{dtype}[{gates * size}] unit"
    return {"weights": found}, "[" + ", ".join("self." + name for name in found) + "]"


GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}

for kind, gates in GATES.items():
    states = lambda n: f"[h[:{n}], c[:{n}]]" if kind == "lstm" else f"h[:{n}]"
    some = {"h": "float32[6,2,2]", "c": "float32[6,2,2]"} if kind == "lstm" else {"h": "float32[6,2,2]"}
    given, names = weights(gates, 3, 2)
    case(f"{kind} of one layer", f"return torch.{kind}(x, {states(1)}, {names}, True, 1, 0.0, False, False, False)", x="float32[4,2,3]", **some, **given)
    case(f"{kind} with the batch first", f"return torch.{kind}(x, {states(1)}, {names}, True, 1, 0.0, False, False, True)", x="float32[2,3,3]", **some, fixed=True, **given)
    given, names = weights(gates, 3, 2, biases=False)
    case(f"{kind} without biases", f"return torch.{kind}(x, {states(1)}, {names}, False, 1, 0.0, False, False, False)", x="float32[3,2,3]", **some, **given)
    given, names = weights(gates, 3, 2, layers=3, directions=2)
    case(f"{kind} of three layers in both directions", f"return torch.{kind}(x, {states(6)}, {names}, True, 3, 0.0, False, True, False)", x="float32[3,2,3]", **some, fixed=True, **given)
    zeros = "torch.zeros([2, x.size(1), 2])"
    start = f"[{zeros}, {zeros}]" if kind == "lstm" else zeros
    given, names = weights(gates, 3, 2, directions=2)
    case(f"{kind} over symbolic steps and batch", f"return torch.{kind}(x, {start}, {names}, True, 1, 0.5, False, True, False)", dynamic="all", fixed=True, x="float32[3,2,3]", again={"x": "float32[5,1,3]"}, **given)
    given, names = weights(gates, 3, 2, layers=2, directions=2)
    zeros = "torch.zeros([4, x.size(0), 2])"
    start = f"[{zeros}, {zeros}]" if kind == "lstm" else zeros
    case(f"{kind} over packed sequences", f"d, b = torch._pack_padded_sequence(x, n, True)\nr = torch.{kind}(d, b, {start}, {names}, True, 2, 0.0, False, True)\ny, m = torch._pad_packed_sequence(r[0], b, True, 0.0, b.size(0))\nreturn y, m, r[1]" + (", r[2]" if kind == "lstm" else ""), x="float32[3,4,3]", n="int64[3]: 4 2 1", again={"x": "float32[2,4,3]", "n": "int64[2]: 3 3"}, **given)
    case(f"{kind} over packed rows that the program changed", f"d, b = torch._pack_padded_sequence(x, n, True)\nd = torch.tanh(d)\nr = torch.{kind}(d, b, {start}, {names}, True, 2, 0.0, False, True)\ny, m = torch._pad_packed_sequence(torch.neg(r[0]), b, True, 0.5, 5)\nreturn y, m, r[1], r[0]", x="float32[3,4,3]", n="int64[3]: 4 2 1", again={"x": "float32[2,4,3]", "n": "int64[2]: 3 2"}, **given)
    given, names = weights(gates, 3, 2, dtype="float64")
    wide = {name: text.replace("float32", "float64") for name, text in some.items()}
    case(f"{kind} of float64", f"return torch.{kind}(x, {states(1)}, {names}, True, 1, 0.0, False, False, False)", x="float64[3,2,3]", **wide, **given)
    given, names = weights(gates, 3, 2)
    computed = names.replace("self.p0", "self.p0 * 2").replace("self.p1", "torch.tanh(self.p1)")
    case(f"{kind} with weights that are computed", f"return torch.{kind}(x, {states(1)}, {computed}, True, 1, 0.0, False, False, False)", x="float32[3,2,3]", **some, **given)

given, names = weights(4, 3, 4)
case("lstm with dropout in training mode is as in eval mode", f"return torch.lstm(x, [h, h], {names}, True, 1, 0.5, True, False, False)", x="float32[3,2,3]", h="float32[1,2,4]", fixed=True, **given)

# ---- projections ------------------------------------------------------------------------------------------------------------------------

PROJECTED = {"w": "float32[16,3] unit", "r": "float32[16,2] unit", "b": "float32[16]", "d": "float32[16]", "p": "float32[2,4] unit"}
BACKWARDS = {"v": "float32[16,3] unit", "q": "float32[16,2] unit", "e": "float32[2,4] unit"}
case("lstm with projections", "return torch.lstm(x, [h, c], [self.w, self.r, self.b, self.d, self.p], True, 1, 0.0, False, False, False)", dynamic="all", x="float32[3,2,3]", h="float32[1,2,2]", c="float32[1,2,4]", fixed=True, again={"x": "float32[5,3,3]", "h": "float32[1,3,2]", "c": "float32[1,3,4]"}, weights=PROJECTED)
case("lstm with projections in both directions", "return torch.lstm(x, [h, c], [self.w, self.r, self.p, self.v, self.q, self.e], False, 1, 0.0, False, True, True)", x="float32[2,3,3]", h="float32[2,2,2]", c="float32[2,2,4]", fixed=True, weights={**PROJECTED, **BACKWARDS})

# ---- packed sequences -------------------------------------------------------------------------------------------------------------------

case("packing and padding", "d, b = torch._pack_padded_sequence(x, n, False)\ny, m = torch._pad_packed_sequence(d, b, False, -1.5, b.size(0))\nreturn d, b, y, m", x="float32[4,3,2]", n="int64[3]: 3 3 1", fixed=True)
case("packing with the batch first, of rank 2 and 4", "d, b = torch._pack_padded_sequence(x, n, True)\ne, f = torch._pack_padded_sequence(z, n, True)\ny, m = torch._pad_packed_sequence(e, f, True, 0.0, f.size(0))\nreturn d, b, e, f, y, m", x="int64[3,4]", z="float32[3,4,1,2]", n="int64[3]: 4 3 2", again={"x": "int64[2,4]", "z": "float32[2,4,1,2]", "n": "int64[2]: 2 2"})
case("packing by lengths that are known", "d, b = torch._pack_padded_sequence(x, torch.tensor([3, 1]), True)\ny, m = torch._pad_packed_sequence(d, b, True, 0.0, 4)\nreturn d, b, y, m", x="float32[2,3,2]", fixed=True)
case("packed rows in another order than they were packed", "d, b = torch._pack_padded_sequence(x, n, True)\ny, m = torch._pad_packed_sequence(torch.relu(d), b, False, 2.0, b.size(0))\nreturn y, m", x="float32[2,3,2]", n="int64[2]: 3 2", again={"x": "float32[3,3,2]", "n": "int64[3]: 2 2 1"})
case("packed rows that are one size a step", "y, m = torch._pad_packed_sequence(x, b, True, 0.0, b.size(0))\nreturn y, m", x="float32[6,2]", b="int64[3]: 3 2 1", again={"x": "float32[7,2]", "b": "int64[3]: 3 3 1"})

# ---- cells ------------------------------------------------------------------------------------------------------------------------------

case("lstm_cell", "a, b = torch.lstm_cell(x, [h, c], self.w, self.r, self.b, self.d)\ne, f = torch.lstm_cell(x, [h, c], self.w, self.r)\nreturn a, b, e, f", x="float32[2,3]", h="float32[2,2]", c="float32[2,2]", weights={"w": "float32[8,3] unit", "r": "float32[8,2] unit", "b": "float32[8]", "d": "float32[8]"})
case("gru_cell", "return torch.gru_cell(x, h, self.w, self.r, self.b, self.d), torch.gru_cell(x, h, self.w, self.r)", x="float32[2,3]", h="float32[2,2]", weights={"w": "float32[6,3] unit", "r": "float32[6,2] unit", "b": "float32[6]", "d": "float32[6]"})
case("rnn cells", "return torch.rnn_tanh_cell(x, h, self.w, self.r, self.b, self.d), torch.rnn_relu_cell(x, h, self.w, self.r, self.b, self.d), torch.rnn_tanh_cell(x, h, self.w, self.r)", x="float32[2,3]", h="float32[2,2]", weights={"w": "float32[2,3]", "r": "float32[2,2]", "b": "float32[2]", "d": "float32[2]"})
case("cells of float64", "a, b = torch.lstm_cell(x, [h, h], self.w, self.r)\nreturn a, b, torch.gru_cell(x, h, self.w[:6], self.r[:6])", x="float64[2,3]", h="float64[2,2]", weights={"w": "float64[8,3] unit", "r": "float64[8,2] unit"})
