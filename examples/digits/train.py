#!/usr/bin/env python3
"""Trains a small convolutional network on scikit-learn's scans of handwritten digits and leaves behind what training leaves behind.

Writes, beside this script:
  digits.pt             the network, scripted (torch.jit.script)
  digits-traced.pt      the same network, traced (torch.jit.trace)
  digits-checkpoint.pt  the checkpoint: weights, optimizer state, epoch, validation loss, config
  sample.npz            held-back scans (i0, float32 [32, 1, 8, 8], grey levels 0 to 16) and what PyTorch answered (o0, float32 [32, 10])
  scan.json             one held-back scan as the body of a request to /predict

The data are the 1,797 scans that scikit-learn ships (from the UCI set "Optical Recognition of Handwritten Digits"); a fifth is
held back. Needs torch, scikit-learn and numpy; seeded, one thread, about ten seconds.
PYTHONHASHSEED=0 makes even the order of attributes in the files the same.
"""

import copy
import json
import pathlib

import numpy
import torch
from sklearn.datasets import load_digits
from torch import nn

HERE = pathlib.Path(__file__).parent
SEED = 20240229
CONFIG = {"channels": [16, 32], "classes": 10, "learning_rate": 0.003, "batch_size": 64, "epochs": 30}


class DigitNet(nn.Module):
    """Grey levels 0 to 16, [n, 1, 8, 8], to the probability of each digit, [n, 10]."""

    def __init__(self, channels: list[int], classes: int) -> None:
        super().__init__()
        first, second = channels
        self.features = nn.Sequential(
            nn.Conv2d(1, first, kernel_size=3, padding=1),
            nn.BatchNorm2d(first),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(first, second, kernel_size=3, padding=1),
            nn.BatchNorm2d(second),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.classifier = nn.Linear(second * 2 * 2, classes)

    def logits(self, scan: torch.Tensor) -> torch.Tensor:
        return self.classifier(torch.flatten(self.features(scan / 16.0), 1))

    def forward(self, scan: torch.Tensor) -> torch.Tensor:
        return torch.softmax(self.logits(scan), dim=1)


def train() -> tuple[DigitNet, dict, torch.Tensor, torch.Tensor]:
    """The network at its best epoch, with what is known of that epoch, and the held-back scans and their digits."""
    digits = load_digits()
    order = numpy.random.default_rng(SEED).permutation(len(digits.target))
    scans = torch.tensor(digits.images[order], dtype=torch.float32).unsqueeze(1)
    labels = torch.tensor(digits.target[order], dtype=torch.int64)
    held = len(labels) // 5
    train_scans, train_labels = scans[held:], labels[held:]

    net = DigitNet(CONFIG["channels"], CONFIG["classes"])
    optimizer = torch.optim.Adam(net.parameters(), lr=CONFIG["learning_rate"])
    loss_of = nn.CrossEntropyLoss()
    best = {"val_loss": float("inf")}
    for epoch in range(1, CONFIG["epochs"] + 1):
        net.train()
        for batch in torch.randperm(len(train_labels)).split(CONFIG["batch_size"]):
            optimizer.zero_grad()
            loss_of(net.logits(train_scans[batch]), train_labels[batch]).backward()
            optimizer.step()
        net.eval()
        with torch.no_grad():
            val_loss = loss_of(net.logits(scans[:held]), labels[:held]).item()
        if val_loss < best["val_loss"]:
            # Copies: later steps change the tensors in place.
            best = copy.deepcopy(
                {"model_state": net.state_dict(), "optimizer_state": optimizer.state_dict(), "epoch": epoch, "val_loss": val_loss}
            )
    net.load_state_dict(best["model_state"])
    return net.eval(), best, scans[:held], labels[:held]


def main() -> None:
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    net, best, scans, labels = train()
    with torch.no_grad():
        answers = net(scans)
        right = (answers.argmax(dim=1) == labels).double().mean().item()
        print(f"held-back scans: {len(labels)}, right: {right:.2%}, validation loss {best['val_loss']:.4f} at epoch {best['epoch']}")
        assert right > 0.97, "the network is not good enough to publish"

        torch.jit.script(net).save(HERE / "digits.pt")
        torch.jit.trace(net, scans[:4]).save(HERE / "digits-traced.pt")
    torch.save({**best, "config": CONFIG}, HERE / "digits-checkpoint.pt")
    numpy.savez(HERE / "sample.npz", i0=scans[:32].numpy(), o0=answers[:32].numpy())
    shown = next(index for index, label in enumerate(labels) if label == 7)
    (HERE / "scan.json").write_text(json.dumps({"input": scans[shown].int().tolist()}) + "\n")


if __name__ == "__main__":
    main()
