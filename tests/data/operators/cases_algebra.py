"""Cases of linear algebra: norms, products, determinants, distances, einsum, embeddings."""

from make import case

# ---- norms ------------------------------------------------------------------------------------------------------------------------------

case("norms by all names", "return torch.ops.aten.norm(x, 3), torch.ops.aten.norm(x, 1, [0]), torch.ops.aten.norm(x, 0.5, [1], True), torch.ops.aten.norm(x, 2, [0], False, dtype=torch.float64), torch.ops.aten.norm(x, None, dtype=torch.float64), torch.ops.aten.linalg_vector_norm(x, 0, [1]), torch.ops.aten.linalg_vector_norm(x, float('-inf'), [0], True)", x="float32[2,3]")
case("norms of matrices", "return torch.ops.aten.linalg_matrix_norm(x, 1), torch.ops.aten.linalg_matrix_norm(x, -1, [0, 1]), torch.ops.aten.linalg_matrix_norm(x, float('inf'), [2, 0], True), torch.ops.aten.linalg_matrix_norm(x, float('-inf')), torch.ops.aten.linalg_matrix_norm(x), torch.ops.aten.linalg_matrix_norm(x, 'fro', [0, 1], True, dtype=torch.float64)", x="float32[2,3,4]")
case("linalg_norm", "return torch.ops.aten.linalg_norm(x), torch.ops.aten.linalg_norm(x[0], 1), torch.ops.aten.linalg_norm(x, 3, [1]), torch.ops.aten.linalg_norm(x, None, [0, 1], True), torch.ops.aten.linalg_norm(x, float('inf'), [0, 2]), torch.ops.aten.linalg_norm(x, 'fro', [0, 1]), torch.ops.aten.linalg_norm(x[0, 0], float('-inf'))", x="float32[2,3,4]")
case("norms by singular values are refused", "return torch.ops.aten.linalg_matrix_norm(x, 2)", refused="singular values", x="float32[2,3]")
case("weight_norm", "return torch._weight_norm(self.v, self.g, 0) + x[0, 0], torch._weight_norm(self.v, self.h, 1), torch._weight_norm(self.v, self.n, -1)", x="float32[3,2]", weights={"v": "float32[3,2,2]", "g": "float32[3,1,1]", "h": "float32[1,2,1]", "n": "float32[]"})
case("weight_norm by its other names", "a, b = torch._weight_norm_interface(x, y, 0)\nreturn a, b, torch.norm_except_dim(x, 2, 1), torch.norm_except_dim(x, 1, 0), torch.norm_except_dim(x, 2, -1)", x="float32[3,2]", y="float32[3,1]")
case("renorm", "return torch.renorm(x, 2, 0, 1.5), torch.renorm(x, 1, 1, 2), torch.renorm(x, float('inf'), -1, 0.5)", x="float32[2,3,2]")

# ---- products ---------------------------------------------------------------------------------------------------------------------------

case("products of vectors", "return torch.vdot(x, y), torch.inner(x, y), torch.linalg.vecdot(x, y), torch.ops.aten.linalg_vecdot(a, b, dim=0), torch.inner(a, b), torch.inner(a, x), torch.inner(x[0], a)", dynamic="all", x="float32[3]", y="float32[3]", a="float32[2,3]", b="float32[2,3]", again={"x": "float32[2]", "y": "float32[2]", "a": "float32[1,2]", "b": "float32[1,2]"})
case("addr", "return torch.addr(m, x, y), torch.addr(m, x, y, beta=2, alpha=0.5), torch.addr(self.n, x, y, beta=0, alpha=2)", x="float32[2]", y="float32[3]", m="float32[2,3]", weights={"n": "float32[1]: nan"}, fixed=True)
case("chains of products", "return torch.chain_matmul(x, self.a, self.b), torch.linalg.multi_dot([x, self.a, self.b]), torch.ops.aten.linalg_matmul(x, self.a)", x="float32[2,3]", weights={"a": "float32[3,2]", "b": "float32[2,4]"})
case("kron", "return torch.kron(x, y), torch.kron(y, x), torch.kron(x, z)", x="float32[2,3]", y="float32[2]", z="int64[2,1,2]")
case("tensordot", "return torch.ops.aten.tensordot(x, y, [1, 2], [1, 0]), torch.ops.aten.tensordot(x, y, [-1], [0]), torch.ops.aten.tensordot(x[0], x[0], [0, 1], [0, 1]), torch.ops.aten.tensordot(x[:, 0, 0], y[:, 0], [], [])", x="float32[2,3,4]", y="float32[4,3]", fixed=True)
case("bilinear", "return torch.bilinear(x, y, self.w, self.b), torch.bilinear(x, y, self.w, None), torch.bilinear(x[0], y[0], self.w, self.b), torch.bilinear(x[None], y[None], self.w, self.b)", x="float32[3,2]", y="float32[3,4]", weights={"w": "float32[5,2,4]", "b": "float32[5]"})
case("_trilinear", "return torch._trilinear(x, self.w, y, [1, 3], [0], [1, 2], [2, 3]), torch._trilinear(x, x, x, [], [], [], [])", x="float32[3,2]", y="float32[3,4]", weights={"w": "float32[5,2,4]"})
case("cross products", "return torch.cross(x, y, 1), torch.cross(x, y), torch.linalg.cross(x, y), torch.ops.aten.linalg_cross(x, z, dim=1), torch.ops.aten.cross(x, y, -1)", x="float32[2,3]", y="float32[2,3]", z="float32[1,3]", fixed=True)
case("trace", "return torch.trace(x), torch.trace(y), torch.trace(x[:, :1])", x="float32[2,3]", y="int32[2,2]")

# ---- determinants -------------------------------------------------------------------------------------------------------------------------

case("determinants", "a, b = torch.slogdet(x)\nc, d = torch.linalg.slogdet(x)\nreturn torch.det(x), torch.linalg.det(x), torch.logdet(torch.matmul(x, x)), a, b, c, d, torch.det(x[0])", x="float32[2,3,3]")
case("inverses", "return torch.inverse(x), torch.linalg.inv(x), torch.inverse(x[0]), torch.inverse(x[:, :1, :1]), torch.inverse(x[:, :2, :2])", tolerance=1e-4, x="float32[2,3,3]")
case("powers of matrices", "return torch.matrix_power(x, 3), torch.linalg.matrix_power(x, 1), torch.matrix_power(x, -2)", tolerance=1e-4, x="float32[2,2,2]: 1 2 3 -1 2 0.5 1 1.5")
case("inverses of float64", "return torch.inverse(x), torch.det(x)", tolerance=1e-4, x="float64[4,4]: 2 1 0 1 -1 3 1 0 0 1 2 1 1 0 1 4", fixed=True)

# ---- distances --------------------------------------------------------------------------------------------------------------------------

case("pairwise_distance", "return torch.pairwise_distance(x, y), torch.pairwise_distance(x, y, 1.0), torch.pairwise_distance(x, y, 3.0, 0.1, True), torch.pairwise_distance(x, y[0]), torch.pairwise_distance(x, y, float('inf')), torch.pairwise_distance(x[0], y[0])", x="float32[2,3]", y="float32[2,3]")
case("cosine_similarity", "return torch.cosine_similarity(x, y), torch.cosine_similarity(x, y, 0, 1.0), torch.cosine_similarity(x, y[:1], -1), torch.cosine_similarity(x[:, :1], y, 1), torch.cosine_similarity(x * 0, y), torch.cosine_similarity(x[0], y[0], 0)", x="float32[2,3]", y="float32[2,3]")
case("cdist", "return torch.ops.aten.cdist(x, y), torch.ops.aten.cdist(x, y, 1.0), torch.ops.aten.cdist(x, y, 0.5), torch.ops.aten.cdist(x, y, float('inf')), torch.ops.aten.cdist(x[0], y[0], 0.0), torch.ops.aten.cdist(x, y[0], 2.0, 2), torch.ops.aten._cdist_forward(x, y, 3.0, None), torch.ops.aten._euclidean_dist(x, y)", x="float32[2,3,4]", y="float32[2,2,4]")
case("cdist of float64 and float32", "return torch.ops.aten.cdist(x, y)", x="float64[2,3]", y="float64[4,3]")
case("pdist", "return torch.pdist(x), torch.pdist(x, 1.0), torch.ops.aten._pdist_forward(x, 3.0)", x="float32[3,2]", fixed=True)

# ---- einsum -----------------------------------------------------------------------------------------------------------------------------

case("einsum with ellipses", "return torch.einsum('...ij,...jk->...ik', [x, y]), torch.einsum('...ij', [x]), torch.einsum('i...->...', [x]), torch.einsum('b...i,b...i->b', [x, x]), torch.einsum('...ij,jk', [x, y[0]]), torch.einsum('... i j -> ... j i', [x])", x="float32[2,3,4]", y="float32[2,4,3]")
case("einsum with ellipses of unlike rank", "return torch.einsum('...i,...i->...', [x, y]), torch.einsum('...i,...j->...ij', [y, x]), torch.einsum('i,...i', [y[0], x])", x="float32[2,3,4]", y="float32[3,4]", fixed=True)
case("einsum that broadcasts sizes of 1", "return torch.einsum('ij,ij->ij', [x, y]), torch.einsum('ij,jk->ik', [y, z]), torch.einsum('ij,ij->', [x, y])", x="float32[2,3]", y="float32[2,1]", z="float32[3,2]")
case("einsum of integers and float64", "return torch.einsum('ij,jk->ik', [x, x]), torch.einsum('ij,ij->i', [y, y]), torch.einsum('ij,jk->ik', [z, z])", dynamic="all", fixed=False, x="int64[2,2]", y="float64[2,3]", z="int32[2,2]", again={"x": "int64[3,3]", "y": "float64[3,2]", "z": "int32[3,3]"})
case("einsum with capitals and three operands", "return torch.einsum('bA,AC,Cd->bd', [x, self.w, self.v]), torch.einsum('Ba,aC', [x, self.w])", x="float32[2,3]", weights={"w": "float32[3,4]", "v": "float32[4,2]"})

# ---- embeddings -------------------------------------------------------------------------------------------------------------------------

case("embedding", "return torch.embedding(self.w, x), torch.embedding(self.w, x[0], 1, True, False), torch.embedding(self.w, y), torch.embedding(self.w, x[0, 0])", x="int64[2,3]: 0 1 2 3 4 0", y="int32[2]: 4 1", weights={"w": "float32[5,3]"})
case("bags of embeddings", "a, b, c, d = torch.embedding_bag(self.w, x, y, False, 0)\ne, f, g, h = torch.embedding_bag(self.w, x, y, False, 1)\ni, j, k, l = torch.embedding_bag(self.w, x, y, False, 2)\nm, n, o, p = torch.embedding_bag(self.w, x, y, False, 0, False, self.s)\nreturn a, e, i, m", dynamic="none", fixed=True, x="int64[6]: 0 1 2 3 4 0", y="int64[4]: 0 2 2 5", weights={"w": "float32[5,3]", "s": "float32[6]"})
case("bags of embeddings of other lengths", "a, b, c, d = torch.embedding_bag(self.w, x, y, False, 0)\ne, f, g, h = torch.embedding_bag(self.w, x, y, False, 1, include_last_offset=True)\ni, j, k, l = torch.embedding_bag(self.w, x, y, False, 2)\nreturn a, e, i", x="int64[5]: 0 1 2 3 4", y="int64[3]: 0 2 5", again={"x": "int64[7]: 0 1 2 3 4 1 1", "y": "int64[4]: 0 0 3 7"}, weights={"w": "float32[5,3]"})
case("bags of embeddings that end before the indices do", "a, b, c, d = torch.embedding_bag(self.w, x, y, False, 0, False, None, True)\ne, f, g, h = torch.embedding_bag(self.w, x, y, False, 1, False, None, True)\ni, j, k, l = torch.embedding_bag(self.w, x, y, False, 2, False, None, True, 1)\nreturn a, e, i", x="int64[6]: 0 1 2 3 4 0", y="int64[3]: 0 2 5", again={"x": "int64[4]: 1 1 2 3", "y": "int64[2]: 0 1"}, weights={"w": "float32[5,3]"})
case("bags of embeddings with padding", "a, b, c, d = torch.embedding_bag(self.w, x, y, False, 0, False, None, False, 1)\ne, f, g, h = torch.embedding_bag(self.w, x, y, False, 1, False, None, False, -4)\ni, j, k, l = torch.embedding_bag(self.w, x, y, False, 2, False, None, False, 1)\nm, n, o, p = torch._embedding_bag(self.w, x, y, False, 1, False, None, False, 1)\nq, r, s, t = torch._embedding_bag_forward_only(self.w, x, y, False, 1)\nu, v, z, aa = torch.embedding_bag(self.w, x, y, False, 0, False, None, False, None)\nreturn a, e, i, m, q, u", x="int64[6]: 1 1 2 1 4 0", y="int64[3]: 0 2 5", again={"x": "int64[4]: 1 1 2 3", "y": "int64[2]: 0 1"}, weights={"w": "float32[5,3]"})
