"""Dicts, texts and lists of the program; what is asked for in two forms; caches in a module; parts of a size that varies."""

from make import case

POS, NEG = "float32[2]: 1 2", "float32[2]: -3 1"
DICT = "d: Dict[str, Tensor] = {}\nd['b'] = x\nd['a'] = x * 2\n"

# ---- dicts ------------------------------------------------------------------------------------------------------------------------

case("a dict is made empty and filled", extra="from collections import OrderedDict\n\n", body="d: Dict[str, Tensor] = OrderedDict()\nd['a'] = x + 1\nd['b'] = x + 2\nreturn d['a'], len(d)", x=POS)
case("a dict is made of pairs", extra="from collections import OrderedDict\n\n", body="d = OrderedDict([('a', x + 1), ('b', x + 2), ('a', x + 3)])\nreturn d['a'], d['b'], len(d)", x=POS)
case("a dict is copied", DICT + "e = d.copy()\nf = dict(d)\ne['a'] = x + 5\nf['c'] = x + 6\nreturn d['a'], e['a'], len(d), len(e), len(f)", x=POS)
case("get of a dict", DICT + "a = d.get('a')\nb = d.get('c')\nc = d.get('c', x * 7)\nif a is not None:\n    c = c + a\nif b is not None:\n    c = c * 100\nreturn c", x=POS)
case("setdefault of a dict", DICT + "a = d.setdefault('a', x + 9)\nb = d.setdefault('z', x + 8)\nreturn a, b, d['z'], len(d)", x=POS)
case("pop of a dict", DICT + "a = d.pop('a')\nb = d.pop('q', x - 1)\nreturn a, b, len(d), 'a' in d", x=POS)
case("an item of a dict is deleted", DICT + "del d['b']\nreturn d['a'], len(d)", x=POS)
case("a dict is cleared", DICT + "d.clear()\nd['c'] = x\nreturn d['c'], len(d)", x=POS)
case("a dict is updated", DICT + "e = {'a': x * 3, 'c': x * 4}\nd.update(e)\nreturn d['a'], d['b'], d['c']", x=POS)
case("keys, values and items of a dict keep their order", DICT + "d['c'] = x + 3\nd['b'] = x + 4\ny = x * 0\nn = 1\nfor k, v in d.items():\n    y = y + v * n\n    n = n * 10\ns = ''\nfor k in d.keys():\n    s = s + k\nfor v in d.values():\n    y = y + v\nreturn y, len(s), s == 'bac'", x=POS)
case("a dict of integers to tensors", "d = {3: x, 1: x * 2}\nd[2] = x * 3\ny = x\nfor k in d:\n    y = y * k\nreturn y, d[1], 3 in d, 4 in d", x=POS)
case("a dict of floats, one of truths", "d = {0.5: x, 1.5: x * 2}\ne = {True: x + 1, False: x + 2}\nreturn d[1.5], e[False], e[x.dim() == 1]", x=POS)
case("a dict is updated in a branch", DICT + "if bool(x[0] > 0):\n    d.update({'a': x * 5})\nelse:\n    d['a'] = x - 5\nreturn d['a'], d['b']", x=POS, again={"x": NEG})

# ---- texts ------------------------------------------------------------------------------------------------------------------------
# What they are is only known when the program runs, lest TorchScript does it all by itself.

def text_case(name, given, body):
    case(name, "t = 'none'\nif n > 2:\n    t = " + repr(given) + "\n" + body, x=POS, n=3)


text_case("texts in upper and lower case", "Relu", "if t.lower() == 'relu' and t.upper() == 'RELU':\n    return x * 2\nreturn x")
text_case("texts are stripped", "  a b ", "if t.strip() == 'a b' and t.lstrip() == 'a b ' and t.rstrip() == '  a b' and t.strip(' a') == 'b' and (t + 'xx').rstrip('x') == t and t[:2].strip() == '':\n    return x * 2\nreturn x")
text_case("texts are split and joined", "a,b,,c", "y = x\nfor part in t.split(','):\n    y = y * 2 + len(part)\nif '-'.join(t.split(',')) == 'a-b--c' and len((' ' + t + '  b ').split()) == 2:\n    y = y + 1\nreturn y")
text_case("texts begin, end and are found", "conv_1_c", "n = t.find('c') + 10 * t.rfind('c') + 100 * t.find('q') + 1000 * t.find('c', 2) + 10000 * t.find('1', 1, 4)\nif t.startswith('conv') and t.endswith('_c') and not t.startswith('conv2') and not t[:4].startswith('conv_') and t.startswith('nv', 2):\n    return x * n\nreturn x")
text_case("texts are replaced and taken apart", "abcabc", "if t.replace('b', 'xy') == 'axycaxyc' and t.replace('b', 'x', 1) == 'axcabc' and t[1] == 'b' and t[-1] == 'c' and t[1:3] == 'bc' and t[-3:] == 'abc':\n    return x * 2\nreturn x")
text_case("texts of one kind of character", "12", "if t.isdigit() and not (t + 'a').isdigit() and not t.isalpha() and (t + 'a').isalnum() and not t[2:].isdigit() and not t.isspace() and (t + ' ')[2:].isspace():\n    return x * 2\nreturn x")
case("numbers and truths as keys of a dict", "d = {'3': x, 'True': x * 2, 'None': x * 3}\nreturn d[str(n)], d[str(n > 2)]", x=POS, n=3)

# ---- lists ------------------------------------------------------------------------------------------------------------------------

case("a list is sliced backwards", "l = [1, 2, 3, 4, 5]\na = l[::-1]\nb = l[3:0:-2]\nc = l[-1:-10:-1]\nd = l[10::-3]\ne = l[::2]\nf = l[-2:]\nreturn torch.tensor(a), torch.tensor(b), torch.tensor(c), torch.tensor(d), torch.tensor(e), torch.tensor(f)", x=POS)
case("a list of tensors is sliced backwards", "l = [x, x * 2, x * 3]\nreturn torch.stack(l[::-1]), torch.stack(l[:-3:-1])", x=POS)
case("items of a list are counted and found", "l = [3, 1, 3, 2]\nreturn x * l.count(3) + l.index(2), x * l.count(9)", x=POS)
case("an item is removed from a list", "l = [3, 1, 3, 2]\nl.remove(3)\nreturn torch.tensor(l)", x=POS)
case("lists are sorted", "l = [3, 1, 2]\nm = sorted(l)\nl.sort(reverse=True)\nn = [0.5, -1.5]\nn.sort()\nreturn torch.tensor(l), torch.tensor(m), torch.tensor(n)", x=POS)
case("a list of texts is sorted", "l = ['b', 'a']\nl.sort()\nif l == ['a', 'b'] and l.index('b') == 1:\n    return x * 2\nreturn x", x=POS)
case("a list of sizes is sorted", "l = [x.size(0), 2]\nl.sort()\nreturn x * l[0]", fixed=True, x=POS)
case("a list of a range", "l = list(range(n))\nreturn torch.tensor(l)", x=POS, n=4)
case("two open lists of tensors are joined", "l: List[Tensor] = []\nfor i in range(x.size(0)):\n    l.append(x[i] * i)\nm = l + l\nm += l\nm.extend(l)\nk: List[Tensor] = [x[0]]\nk.extend(l)\nreturn torch.stack(m), torch.stack(k), len(m)", x="float32[3,2]")

# ---- elements of a tensor -----------------------------------------------------------------------------------------------------------

case("tolist of integers", "l: List[int] = i.tolist()\nn = 0\nfor k in l:\n    n = n * 10 + k\nreturn x * n, len(l)", x=POS, i="int64[3]: 1 2 3")
case("tolist of a size that varies", "l: List[int] = i.tolist()\nl.append(7)\nreturn torch.tensor(l), len(l)", i="int64[3]: 1 2 3")
case("tolist of floats and truths", "l: List[float] = x.tolist()\nm: List[bool] = (x > 0).tolist()\nreturn torch.tensor(l), torch.tensor(m)", x="float32[3]")
case("tolist of two axes", "l: List[List[float]] = x.tolist()\nreturn torch.tensor(l[1]), l[0][1]", fixed=True, x="float32[2, 3]")
case("tolist of one element", "n: int = i.tolist()\nreturn torch.zeros(n) + 1", i="int64[]: 3")

# ---- asked for in two forms ---------------------------------------------------------------------------------------------------------

case("attention with a mask or none", "m = torch.jit.annotate(Optional[Tensor], None)\nif bool(c[0] > 0):\n    m = k\nreturn F.scaled_dot_product_attention(x, x, x, m)", c="float32[1]: 1", x="float32[1, 2, 3, 4]", k="float32[3, 3]", again={"c": "float32[1]: -1", "x": "float32[2, 2, 3, 4]", "k": "float32[3, 3]"}, fixed=True)
case("attention that is causal as data decides", "return F.scaled_dot_product_attention(x, x, x, None, 0.0, bool(c[0] > 0))", c="float32[1]: 1", x="float32[1, 2, 3, 4]", again={"c": "float32[1]: -1", "x": "float32[2, 2, 3, 4]"})
case("attention with a mask or causal", "causal = bool(c[0] > 0)\nm = torch.jit.annotate(Optional[Tensor], None)\nif not causal:\n    m = k\nreturn F.scaled_dot_product_attention(x, x, x, m, 0.0, causal)", c="float32[1]: 1", x="float32[1, 2, 3, 4]", k="float32[3, 3]", again={"c": "float32[1]: -1", "x": "float32[2, 2, 3, 4]", "k": "float32[3, 3]"}, fixed=True)
case("a sum that keeps its axis as data decides is refused", "return torch.sum(x, [0], bool(x[0, 0] > 0))", refused="rank", x="float32[2, 2]")
case("a bias or none", "b = torch.jit.annotate(Optional[Tensor], None)\nif bool(x.sum() > 0):\n    b = k\nreturn F.linear(x, self.w, b)", x=POS, k="float32[3]", again={"x": NEG, "k": "float32[3]"}, weights={"w": "float32[3, 2]"}, fixed=True)
case("a sort that descends as data decides", "a, b = torch.sort(x, 0, bool(x.sum() > 0))\nreturn a, b", x="float32[3]: 1 3 2", again={"x": "float32[4]: -1 -3 2 0"})

# ---- parts of a size that varies ----------------------------------------------------------------------------------------------------

case("twice a varying size in two chunks", "a, b = torch.cat([x, x * 2]).chunk(2)\nreturn a, b + a", x="float32[3, 2]")
case("three times a varying size in three chunks of another axis", "l = torch.chunk(torch.cat([x, x * 2, -x], 1), 3, 1)\nreturn l[0], l[1] + l[2], len(l)", dynamic="all", x="float32[3, 2]")
case("a multiple of a varying size is split into parts of that size", "l = torch.cat([x, x * 2, -x]).split(x.size(0))\nreturn l[0], l[1], l[2], len(l)", x="float32[3, 2]")
case("a varying size is split into parts that are named", "a, b = torch.cat([x, x[:2]]).split([x.size(0), 2])\nreturn a, b", x="float32[3, 2]")
case("parts of a varying size are written into", "y = torch.cat([x, x])\na, b = y.chunk(2)\nb.mul_(3)\na[0] = 7\nreturn y, a, b", x="float32[3, 2]")
case("a varying size in two chunks", "return torch.chunk(x, 2)[0]", fixed=True, x="float32[3, 2]")
case("nothing in three chunks", "l = torch.chunk(x, 3, 1)\nreturn len(l), l[2]", x="float32[2, 0]")
case("the sizes that two lists of sizes broadcast to", "return x.expand(torch._C._infer_size(x.size(), y.size())) + 0, x.expand(torch.broadcast_shapes(x.size(), y.size())) + 0", x="float32[1, 3]", y="float32[2, 1]")
case("what a branch found out is known on its sides", "m = torch.jit.annotate(Optional[Tensor], None)\nif bool(c[0] > 0):\n    m = k\nn = torch.jit.annotate(Optional[Tensor], None)\nif m is None:\n    n = m\nelse:\n    n = m.unsqueeze(0)\ny = x\nif n is not None:\n    y = y + n.sum(0)\nif not (c[0] > 0):\n    y = y * 2\nreturn y", c="float32[1]: 1", x="float32[2, 3]", k="float32[3]", fixed=True, again=None)
