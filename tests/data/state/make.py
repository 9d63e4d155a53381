#!/usr/bin/env python3
"""Writes the TorchScript archives beside this script: modules that keep something between their calls. Needs torch (2.13 made the ones
here); PYTHONHASHSEED=0 makes the order of attributes in the files the same.

  empty.pt    begins with an empty tensor, later with what it was given last: carried, its first call is one that begins with zeros
  counter.pt  counts its calls in an int: carried as a number
  flag.pt     keeps its first input for good, and a flag that it has one: no model with inputs that begin with zeros does that
  buffer.pt   the same, the first input copied into a buffer
  item.pt     replaces an item of its list
"""

import pathlib
from typing import List

import torch
from torch import nn

HERE = pathlib.Path(__file__).parent


class Empty(nn.Module):
    def __init__(self):
        super().__init__()
        self.last = torch.zeros(0)
        self.rows = 0

    def forward(self, x):
        if self.rows != 0 and self.rows != x.shape[0]:
            self.last = torch.zeros(0)
        if self.last.dim() == 1:
            self.last = torch.zeros(x.shape[0], 2)
        y = x + self.last * 2
        self.last = x
        self.rows = x.shape[0]
        return y


class Counter(nn.Module):
    def __init__(self):
        super().__init__()
        self.calls = 3

    def forward(self, x):
        self.calls += 1
        return x * self.calls


class Flag(nn.Module):
    def __init__(self):
        super().__init__()
        self.known = False
        self.first = torch.zeros(2)

    def forward(self, x):
        if not self.known:
            self.first = x.sum(0)
            self.known = True
        return x + self.first


class Buffer(nn.Module):
    def __init__(self):
        super().__init__()
        self.known = False
        self.register_buffer("first", torch.zeros(2))

    def forward(self, x):
        if not self.known:
            self.first.copy_(x.sum(0))
            self.known = True
        return x + self.first


class Item(nn.Module):
    def __init__(self):
        super().__init__()
        self.items = torch.jit.annotate(List[torch.Tensor], [torch.ones(2)])

    def forward(self, x):
        y = x + self.items[0]
        self.items[0] = x.sum(0)
        return y


for name, module in {"empty": Empty(), "counter": Counter(), "flag": Flag(), "buffer": Buffer(), "item": Item()}.items():
    torch.jit.save(torch.jit.script(module), str(HERE / f"{name}.pt"))
