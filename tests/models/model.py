"""What a whole model is to make.py: how to build it, and its arguments for a batch of n."""
import dataclasses
import typing

import torch


@dataclasses.dataclass
class Model:
    build: typing.Callable
    inputs: typing.Callable  # batch -> tuple of arguments
    forms: tuple = ("scripted", "traced", "exported")


def images(*sizes):
    """Arguments: one tensor of images, drawn from a seed."""
    def of(batch):
        return (torch.randn(batch, *sizes, generator=torch.Generator().manual_seed(batch)),)
    return of


def tokens(length, vocabulary, names=1, masked=False):
    """Arguments: token ids, `names` times; and an attention mask with padding."""
    def of(batch):
        generator = torch.Generator().manual_seed(batch)
        ids = [torch.randint(1, vocabulary, (batch, length), generator=generator) for _ in range(names)]
        if masked:
            mask = torch.ones(batch, length, dtype=torch.int64)
            mask[-1, length // 2 :] = 0
            return (ids[0], mask, *ids[1:])
        return tuple(ids)
    return of
