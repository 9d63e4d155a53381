#!/usr/bin/env python3
"""Trains a small network that says how likely a customer is to leave, on data made up here.

Writes, beside this script:
  churn.pt    the network, scripted (torch.jit.script); the scaling of its inputs is a part of it
  sample.npz  held-back customers (i0, float32 [64, 4]) and what PyTorch answered (o0, float32 [64, 1])

The data are synthetic. Each customer has four features, drawn independently:
  tenure_days          exponential, mean 400, at most 3,650
  total_spend_30d      gamma, shape 2, mean 80
  support_tickets_90d  Poisson, mean 1.2
  last_purchase_days   exponential, mean 30, at most 365
and leaves with probability sigmoid(s), where
  s = -1.0 - 0.0030 tenure_days - 0.010 total_spend_30d + 0.60 support_tickets_90d + 0.040 last_purchase_days
so a customer who is new, spends little, complains and has not bought for long is likely to leave.
The model can be no better than that rule: its loss is printed beside the loss of the rule itself.

Needs torch and numpy; seeded, one thread, a few seconds. PYTHONHASHSEED=0 makes even the order of attributes in the file the same.
"""

import pathlib

import numpy
import torch
from torch import nn

HERE = pathlib.Path(__file__).parent
SEED = 20240229
CUSTOMERS, HELD_BACK = 20_000, 4_000
EPOCHS, BATCH_SIZE, LEARNING_RATE = 12, 256, 0.003


class ChurnNet(nn.Module):
    """The four features as they are measured, [n, 4], to the probability of leaving, [n, 1]."""

    def __init__(self, mean: torch.Tensor, deviation: torch.Tensor, width: int = 16) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.layers = nn.Sequential(nn.Linear(4, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 1))

    def forward(self, customers: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.layers((customers - self.mean) / self.deviation))


def made_up_customers() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Features [n, 4]; whether each left [n, 1]; the probability of it by the rule above [n, 1]."""
    random = numpy.random.default_rng(SEED)
    tenure = numpy.minimum(random.exponential(400, CUSTOMERS), 3650).round()
    spend = random.gamma(2, 40, CUSTOMERS).round(2)
    tickets = random.poisson(1.2, CUSTOMERS)
    last_purchase = numpy.minimum(random.exponential(30, CUSTOMERS), 365).round()
    score = -1.0 - 0.0030 * tenure - 0.010 * spend + 0.60 * tickets + 0.040 * last_purchase
    probability = 1 / (1 + numpy.exp(-score))
    left = random.random(CUSTOMERS) < probability
    features = numpy.stack([tenure, spend, tickets, last_purchase], axis=1)
    as_column = lambda values: torch.tensor(values, dtype=torch.float32).unsqueeze(1)
    return torch.tensor(features, dtype=torch.float32), as_column(left), as_column(probability)


def train(features: torch.Tensor, left: torch.Tensor) -> ChurnNet:
    net = ChurnNet(features.mean(dim=0), features.std(dim=0))
    optimizer = torch.optim.Adam(net.parameters(), lr=LEARNING_RATE)
    loss_of = nn.BCELoss()
    net.train()
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(left)).split(BATCH_SIZE):
            optimizer.zero_grad()
            loss_of(net(features[batch]), left[batch]).backward()
            optimizer.step()
    return net.eval()


def main() -> None:
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    features, left, probability = made_up_customers()
    net = train(features[HELD_BACK:], left[HELD_BACK:])
    held, held_left = features[:HELD_BACK], left[:HELD_BACK]
    with torch.no_grad():
        answers = net(held)
        loss, floor = nn.BCELoss()(answers, held_left).item(), nn.BCELoss()(probability[:HELD_BACK], held_left).item()
        print(f"held-back customers: {HELD_BACK}, loss {loss:.4f} (the rule that made the data: {floor:.4f})")
        assert loss < floor + 0.01, "the network has not learned the rule"
        torch.jit.script(net).save(HERE / "churn.pt")
    numpy.savez(HERE / "sample.npz", i0=held[:64].numpy(), o0=answers[:64].numpy())


if __name__ == "__main__":
    main()
