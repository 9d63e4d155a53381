"""What a program keeps from call to call becomes inputs and outputs; the second set is the second call."""

from make import case

case("a buffer that is written into", "self.s.add_(x.sum(0))\nreturn x + self.s", x="float32[3,2]", weights={"s": "float32[2]: 1 2"})
case("a buffer that is set anew", "y = x * self.s\nself.s = self.s * 2 + 1\nreturn y", x="float32[3,2]", weights={"s": "float32[2]: 0 0"})
case("two buffers, one of them in a branch", "if bool(x.sum() > 0):\n    self.s = self.s + x.sum()\nelse:\n    self.t.sub_(1)\nreturn self.s * self.t + x", x="float32[2]: 1 2", refused="and keeps it at several places", weights={"s": "float32[]: 3", "t": "float32[]: 2"})
case("a part of a buffer is written into", "self.s[0] += x.sum()\nself.s[1:] = self.s[1:] * 2\nreturn self.s + 0, x", x="float32[3,2]", weights={"s": "float32[3]: 1 2 3"})
case("a buffer that is set anew in a branch", "if bool(x.sum() > 0):\n    self.s = self.s + x.sum()\nelse:\n    self.t = self.t - 1\nreturn self.s * self.t + x", x="float32[2]: 1 2", again={"x": "float32[2]: -3 1"}, weights={"s": "float32[]: 3", "t": "float32[]: 2"})
case("what is kept grows", "self.s = torch.cat([self.s, x])\nreturn self.s + 0", refused="has another size after each call", x="float32[3,2]", weights={"s": "float32[1,2]"})
case("what is written before it is read is not kept", "self.s.copy_(x.sum(0))\nreturn x + self.s", x="float32[3,2]", weights={"s": "float32[2]"})
case("the data of a tensor is the tensor", "y = x.data\ny.add_(1)\nreturn x, y.data", x="float32[3,2]")
case("a tensor of the module is given another shape in place", "self.s.t_()\nreturn x @ self.s", refused="gives s another shape in place", x="float32[3,2]", weights={"s": "float32[2,2]: 1 2 3 4"})
case("a count of batches that is read", "self.num_batches_tracked.add_(1)\nreturn x * self.num_batches_tracked", x="float32[3,2]", weights={"num_batches_tracked": "int64[]: 0"})
case("a count of batches that nothing reads", "self.num_batches_tracked.add_(1)\nreturn x + 1", x="float32[3,2]", weights={"num_batches_tracked": "int64[]: 4"})
case("rows are shortened for the calls that follow", "torch.embedding_renorm_(self.s, i, 1.0, 2.0)\nreturn torch.embedding(self.s, torch.flip(i, [0]))", i="int64[2]: 0 1", again={"i": "int64[3]: 2 2 1"}, weights={"s": "float32[3,2]: 1 2 3 4 5 6"})
case("rows that were shortened are all that is read", "torch.embedding_renorm_(self.s, i, 1.0, 2.0)\nreturn torch.embedding(self.s, i)", i="int64[2]: 0 1", again={"i": "int64[3]: 2 2 1"}, weights={"s": "float32[3,2]: 1 2 3 4 5 6"})
case("rows are read before they are shortened", "y = torch.embedding(self.s, i)\ntorch.embedding_renorm_(self.s, i, 1.0, 2.0)\nreturn y", i="int64[2]: 0 1", again={"i": "int64[3]: 2 2 1"}, weights={"s": "float32[3,2]: 1 2 3 4 5 6"})
case("a detached tensor is another one", "y = x.detach()\ny.t_()\ny.add_(1)\nreturn x + 1, y", x="float32[3,2]")
case("one axis flattened is the very tensor", "a = x[:, 0]\ny = a.flatten()\ny.unsqueeze_(0)\ny.add_(1)\nreturn a + 1, x + 0", x="float32[3,2]")
case("a buffer that is added to where it stands", "self.s += x.sum(0)\nreturn x + self.s", x="float32[3,2]", weights={"s": "float32[2]: 1 2"})
