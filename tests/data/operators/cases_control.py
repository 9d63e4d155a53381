"""Branches on tensor values: what they give, what they change, where they end."""

from make import case

POS, NEG = "float32[2]: 1 2", "float32[2]: -3 1"

case("an If on a sum", "if bool(x.sum() > 0):\n    y = x * 2\nelse:\n    y = x - 1\nreturn y", x=POS, again={"x": NEG})
case("an If without else", "y = x\nif bool(x.sum() > 0):\n    y = x * 2\nreturn y, x", x=POS, again={"x": NEG})
case("nested branches", "if bool(x[0] > 0):\n    if bool(x[1] > 1):\n        y = x * 2\n    else:\n        y = x * 3\nelse:\n    if bool(x[1] > 0):\n        y = x - 1\n    else:\n        y = x - 2\nreturn y", x=POS, again={"x": NEG})
case("branches on and, or and not", "y = x\nif bool(x[0] > 0) and bool(x[1] > 3):\n    y = y + 1\nif bool(x[0] > 5) or bool(x[1] < 5):\n    y = y * 2\nif not bool(x[0] > 0):\n    y = y - 7\nreturn y", x=POS, again={"x": NEG})
case("branches in a row share what they know", "y = x\nif bool(x[0] > 0):\n    y = y + x.size(0)\nif bool(x[1] > 0):\n    y = y * x.size(0)\nreturn y", x=POS, again={"x": NEG})
case("a branch gives numbers", "n = 1\nf = 0.5\nb = False\nif bool(x[0] > 0):\n    n = 2\n    f = 1.5\n    b = True\ny = x * n + f\nif b:\n    y = y + 1\nreturn y, n, f", x=POS, again={"x": NEG})
case("a branch gives other sizes", "if bool(x[0] > 0):\n    y = x[:1]\nelse:\n    y = torch.cat([x, x])\nreturn y, y + 1", x=POS, again={"x": NEG})
case("a branch gives sizes that are used after it", "if bool(x[0] > 0):\n    y = x[:1]\nelse:\n    y = torch.cat([x, x])\nreturn torch.zeros(y.size(0)) + 1, y.reshape(-1, 1), y.sum() / y.numel()", x=POS, again={"x": NEG})
case("a branch writes in place", "if bool(x[0] > 0):\n    x.add_(10)\nelse:\n    x[1] = 5\nreturn x", x=POS, again={"x": NEG})
case("a branch writes through a view", "v = x[0:1]\nif bool(x[1] > 1):\n    v.fill_(9)\nreturn x, v", x=POS, again={"x": NEG})
case("views taken before a branch see what it wrote", "v = x[1:]\nw = x.view(1, 2)\nif bool(x[0] > 0):\n    x.mul_(3)\nelse:\n    w.add_(1)\nreturn x, v, w", fixed=True, x=POS, again=None)
case("a view made in a branch writes to its base", "if bool(x[0] > 0):\n    v = x[1:]\n    v.zero_()\n    y = v + 1\nelse:\n    y = x[:1] + 2\nreturn x, y", x=POS, again={"x": NEG})
case("nested branches write in place", "if bool(x[0] > 0):\n    x.add_(1)\n    if bool(x[1] > 2):\n        x.mul_(2)\n    x.sub_(3)\nreturn x", x=POS, again={"x": NEG})
case("a tensor made in a branch is written after it", "if bool(x[0] > 0):\n    y = x + 1\nelse:\n    y = x * 2\ny.add_(1)\nreturn x, y", x=POS, again={"x": NEG})
case("a name for one tensor or another", "y = x * 2\nif bool(x[0] > 0):\n    z = y\nelse:\n    z = x\nreturn z + 1, y", x=POS, again={"x": NEG})
case("a list is changed in a branch", "l = [x, x * 2]\nif bool(x[0] > 0):\n    l[0] = x * 5\nelse:\n    l[1] = x * 7\nreturn l[0], l[1]", x=POS, again={"x": NEG})
case("a list grows in both branches", "l = [x]\nif bool(x[0] > 0):\n    l.append(x * 5)\nelse:\n    l.append(x * 7)\nreturn l[0] + l[1], len(l)", x=POS, again={"x": NEG})
case("a list that grows in one branch", "l = [x]\nif bool(x[0] > 0):\n    l.append(x * 5)\nreturn l[-1]", x=POS, again={"x": NEG})
case("a branch gives a tuple", "if bool(x[0] > 0):\n    a, b = x, x + 1\nelse:\n    a, b = x * 2, x\nreturn a, b", x=POS, again={"x": NEG})
case("a branch that only raises is taken not to happen", "if bool(x[0] < -100):\n    raise ValueError('too low')\nreturn x * 2", x=POS, again={"x": NEG})
case("an assertion on a tensor is taken to hold", "assert bool(x[0] > -100), 'too low'\nreturn x * 2", x=POS, again={"x": NEG})
case("early returns from branches", "if bool(x[0] > 0):\n    return x * 2\nif bool(x[1] > 0):\n    return x + 100\nreturn x - 1", x=POS, again={"x": NEG})
case("early returns from nested branches", "y = x + 1\nif bool(x[0] > 0):\n    if bool(x[1] > 5):\n        return y * 2\n    y = y * 3\nreturn y", x=POS, again={"x": NEG})
case("branches in an unrolled loop", "y = x\nfor i in range(3):\n    if bool(y.sum() > i):\n        y = y - i\n    else:\n        y = y + 2 * i\nreturn y", x=POS, again={"x": NEG})
case("branches of another rank are refused", "if bool(x[0] > 0):\n    y = x\nelse:\n    y = x.unsqueeze(0)\nreturn y", refused="rank", x=POS)
case("branches of another dtype are refused", "if bool(x[0] > 0):\n    y = x\nelse:\n    y = x.to(torch.int64)\nreturn y", refused="one way and a Tensor of int64", x=POS)
case("a branch on a comparison of known numbers vanishes", "if n > 2:\n    y = x\nelse:\n    y = x.unsqueeze(0)\nreturn y", x=POS, n=3)
case("a conditional expression", "y = x * 2 if bool(x[0] > 0) else x - 1\nn = 3 if bool(x[1] > 1) else 4\nreturn y + n", x=POS, again={"x": NEG})
case("a dict changed in both branches", "d = {'a': x}\nif bool(x[0] > 0):\n    y = d['a'] * 2\nelse:\n    y = d['a'] + 1\nd['b'] = y\nreturn d['b']", x=POS, again={"x": NEG})
case("an optional tensor set in a branch and then asked for", "y = torch.jit.annotate(Optional[Tensor], None)\nif n > 2:\n    y = x * 2\nif y is not None:\n    x = x + y\nreturn x", x=POS, n=3)
case("a branch that computes a size outside of it", "n = x.size(0)\nif bool(x[0] > 0):\n    y = torch.zeros(n) + n // 2\nelse:\n    y = torch.ones(n) * (n // 2)\nreturn y + n // 2", x=POS, again={"x": "float32[5]: -3 1 1 1 1"})
case("a branch on data inside a called function", "return half(x) + 1", extra="def half(x):\n    if bool(x.sum() > 0):\n        x = x / 2\n    return x\n\n", x=POS, again={"x": NEG})
case("branches that write to one storage through two views", "a = x[0:1]\nb = x[1:]\nif bool(x.sum() > 0):\n    a.add_(1)\nelse:\n    b.add_(2)\na.mul_(10)\nreturn x, a, b", x=POS, again={"x": NEG})
case("a branch writes to a tensor of a list", "l = [x + 1, x + 2]\nif bool(x.sum() > 0):\n    l[0].zero_()\n    l[1] = l[0]\nreturn l[0], l[1]", x=POS, again={"x": NEG})
case("a branch on an element of a written tensor", "x[0] = x[1] * 2\nif bool(x[0] > 3):\n    x[1] = 0\nreturn x", x=POS, again={"x": NEG})
NAMED = "a = x + 1\nb = x * 2\nif bool(x.sum() > 0):\n    c = a\nelse:\n    c = b\n"
UNCERTAIN = "may or may not have changed"
case("a branch swaps names", "a = x + 1\nb = x * 2\nif bool(x.sum() > 0):\n    c = a\n    a = b\n    b = c\na.add_(10)\nreturn a, b", refused=UNCERTAIN, x=POS)
case("a name for one of two tensors is written and read", NAMED + "c.add_(10)\nreturn c", x=POS, again={"x": NEG})
case("a tensor is refused after a write to what may be it", NAMED + "c.add_(10)\nreturn a, c", refused=UNCERTAIN, x=POS)
case("what may be a tensor is refused after a write to it", NAMED + "a.add_(10)\nreturn c", refused=UNCERTAIN, x=POS)
case("a branch that leaves a tensor as it is, written after it", "y = x + 1\nif bool(x.sum() > 0):\n    y = y * 2\ny += 1\ny[0] = 5\nreturn y, x", x=POS, again={"x": NEG})
case("a tensor of a list written in a branch keeps its views", "l = [x + 1, x + 2]\nv = l[0][:1]\nif bool(x.sum() > 0):\n    l[0].zero_()\nl[0].add_(3)\nreturn l[0], l[1], v", x=POS, again={"x": NEG})

# ---- results without a rule -----------------------------------------------------------------------------------------------------

case("a result without a rule that nobody takes", "y, _, _, _ = torch.embedding_bag(self.w, i, o)\nreturn y", i="int64[4]: 0 1 2 1", o="int64[2]: 0 2", weights={"w": "float32[3,2]"})
case("a result without a rule that is returned", "y, places, _, _ = torch.embedding_bag(self.w, i, o)\nreturn y, places", refused="a result that cannot be converted", i="int64[4]: 0 1 2 1", o="int64[2]: 0 2", weights={"w": "float32[3,2]"})
case("a result without a rule that is taken", "y, places, _, _ = torch.embedding_bag(self.w, i, o)\ny.add_(places)\nreturn y", refused="a result that cannot be converted", i="int64[4]: 0 1 2 1", o="int64[2]: 0 2", weights={"w": "float32[3,2]"})
case("notes of embedding_bag for the gradients", "return torch.embedding_bag(self.w, i, o)", refused="a result that cannot be converted", i="int64[4]: 0 1 2 1", o="int64[2]: 0 2", weights={"w": "float32[3,2]"})
