"""Lists whose length depends on data: they live in the graph, tensors as a sequence, numbers as a tensor."""

from make import case

POS, NEG = "float32[2]: 1 2", "float32[2]: -3 1"
GROW = "l = [x]\nif bool(x[0] > 0):\n    l.append(x * 5)\n"
ROWS = "l: List[Tensor] = []\nfor i in range(x.size(0)):\n    l.append(x[i] * i)\n"
NUMBERS = "n: List[int] = []\nfor i in range(x.size(0)):\n    n.append(i * 2)\n"
FLOATS = "n: List[float] = []\nfor i in range(x.size(0)):\n    n.append(float(x[i]))\n"

# ---- tensors ----------------------------------------------------------------------------------------------------------------------------

case("rows of a symbolic axis are stacked", ROWS + "return torch.stack(l), torch.stack(l, 1), torch.stack(l, -1)", x="float32[3,2]")
case("rows of a symbolic axis are joined", ROWS + "return torch.cat(l), torch.concat(l, 0), len(l)", x="float32[3,2]")
case("parts of several sizes are joined", "l: List[Tensor] = []\nfor i in range(x.size(0)):\n    l.append(x[:i])\nreturn torch.cat(l)", x="float32[3,2]")
case("items of an open list", GROW + "return l[0], l[-1], l[len(l) - 1]", x=POS, again={"x": NEG})
case("an item of an open list is replaced", GROW + "l[-1] = x + 7\nreturn torch.stack(l)", x=POS, again={"x": NEG})
case("an open list is inserted into", GROW + "l.insert(0, x + 1)\nl.insert(-1, x + 2)\nl.insert(len(l), x + 3)\nreturn torch.stack(l)", x=POS, again={"x": NEG})
case("an open list is inserted into beyond its ends", GROW + "l.insert(100, x + 1)\nl.insert(-100, x + 2)\nreturn torch.stack(l)", x=POS, again={"x": NEG})
case("an open list is popped", GROW + "l.append(x + 1)\na = l.pop()\nb = l.pop(0)\nl.append(x + 9)\nreturn a, b, torch.stack(l)", x=POS, again={"x": NEG})
case("an item of an open list is deleted", GROW + "l.append(x + 1)\ndel l[0]\nreturn torch.stack(l)", x=POS, again={"x": NEG})
case("an open list is cleared", GROW + "l.clear()\nl.append(x + 1)\nreturn torch.stack(l), len(l)", x=POS, again={"x": NEG})
case("an open list is copied", GROW + "a = l.copy()\nb = list(l)\na.append(x + 1)\nb.append(x + 2)\nb.append(x + 3)\nreturn torch.stack(l), torch.stack(a), torch.stack(b)", x=POS, again={"x": NEG})
case("an open list is added to", GROW + "m: List[Tensor] = []\na = l + [x + 1, x + 2]\nb = m + l\nreturn torch.stack(a), torch.stack(b)", x=POS, again={"x": NEG})
case("an open list is extended", GROW + "m: List[Tensor] = []\nm.extend(l)\nl.extend([x + 2, x])\nm += l\nreturn torch.stack(l), torch.stack(m)", x=POS, again={"x": NEG})
case("an open list is extended by known items", GROW + "m: List[Tensor] = []\nm.extend(l)\nl.extend([x + 2, x])\nl += [x + 3]\nreturn torch.stack(l), torch.stack(m)", x=POS, again={"x": NEG})
case("a list is extended in place by an open list", GROW + "m: List[Tensor] = []\nm += l\nreturn torch.stack(m)", x=POS, again={"x": NEG})
case("lists of known length are extended in place", "m = [x + 1]\nm += [x, x * 2]\nreturn torch.stack(m)", x=POS, again={"x": NEG})
case("an open list is asked whether it is empty", "l: List[Tensor] = []\nif bool(x[0] > 0):\n    l.append(x)\nif len(l) > 0:\n    return l[0] * 2\nreturn x - 1", x=POS, again={"x": NEG})
case("what is taken from an open list is written into", GROW + "l[0].add_(1)\nreturn torch.stack(l), x", refused="a write into a tensor that a list", x=POS)
case("an open list in a loop that data ends", "l = [x]\nwhile bool(l[-1].sum() < 100):\n    l.append(l[-1] * 2)\nreturn torch.stack(l)", x=POS, again={"x": "float32[2]: 30 5"})
case("an open list of open rows", "l: List[Tensor] = []\nfor i in range(x.size(0)):\n    if bool(x[i].sum() > 0):\n        l.append(x[i])\nl.append(x[0])\nreturn torch.stack(l)", x="float32[3,2]: 1 2 -3 -4 5 6", again={"x": "float32[4,2]: 1 2 3 4 5 6 -7 0"})

# ---- numbers ----------------------------------------------------------------------------------------------------------------------------

case("integers of an open list", NUMBERS + "return torch.tensor(n), len(n), n[-1], n[0], 4 in n, 5 in n", x="float32[3,2]")
case("integers of an open list change", NUMBERS + "n[0] = 9\nn.insert(1, 7)\na = n.pop()\nn += [3]\nn.extend([4, 5])\nreturn torch.tensor(n), a", x="float32[3,2]")
case("floats of an open list", FLOATS + "return torch.tensor(n), n[0] + n[-1], len(n)", x="float32[3]")
case("truth of an open list", "n: List[int] = []\nif bool(x[0] > 0):\n    n.append(1)\nif n:\n    return x * 2\nreturn x - 1", x=POS, again={"x": NEG})
case("open lists of numbers are joined", NUMBERS + "m = n + n\nm += n\nm.extend(n)\nk = [5] + n\nreturn torch.tensor(m), torch.tensor(k), len(m)", x="float32[3,2]")
case("an integer is inserted at a place that depends on data", NUMBERS + "n.insert(int(x[0, 0]), 7)\nreturn torch.tensor(n)", x="float32[3,2]: 1 2 3 4 5 6", again={"x": "float32[4,2]: -2 2 3 4 5 6 7 8"})
