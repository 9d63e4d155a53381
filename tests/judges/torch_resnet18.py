"""PyTorch and ONNX Runtime: a ResNet-18, scripted and traced, answers after conversion as it did before, for batches of 1 and of 5."""

# needs: torch==2.13.0 numpy onnx onnxruntime

import pathlib

import numpy
import onnx
import onnxruntime
import torch
from torch import nn

from program import expect_close, hullmark


class Block(nn.Module):
    """Two 3 × 3 convolutions and a shortcut around them."""

    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = nn.Sequential()
        if stride != 1 or channels_in != channels:
            self.shortcut = nn.Sequential(nn.Conv2d(channels_in, channels, 1, stride=stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        out += self.shortcut(x)
        return self.relu(out)


class ResNet18(nn.Module):
    """The network of He et al., "Deep Residual Learning for Image Recognition" (2015), table 1, 18 layers."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, stride=2, padding=1))
        blocks = []
        channels_in = 64
        for channels, stride in [(64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)]:
            blocks.append(Block(channels_in, channels, stride))
            channels_in = channels
        self.blocks = nn.Sequential(*blocks)
        self.pool = nn.AdaptiveAvgPool2d((1, 1))
        self.classifier = nn.Linear(512, classes)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.classifier(torch.flatten(self.pool(self.blocks(self.stem(image))), 1))


def resnet18_as_if_trained() -> ResNet18:
    """Seeded weights, and batch statistics that are not the untrained 0 and 1, which would hide a wrong normalisation."""
    torch.manual_seed(18)
    net = ResNet18()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.2, 0.2)
    return net.eval()


def main() -> None:
    net = resnet18_as_if_trained()
    images = {batch: torch.randn(batch, 3, 224, 224) for batch in (1, 5)}
    with torch.no_grad():
        answers = {batch: net(image) for batch, image in images.items()}
        torch.jit.trace(net, torch.randn(2, 3, 224, 224)).save("traced.pt")
        torch.jit.script(net).save("scripted.pt")
    for batch in images:
        numpy.savez(f"batch{batch}.npz", i0=images[batch].numpy(), o0=answers[batch].numpy())

    worst = 0.0
    for kind in ("traced", "scripted"):
        model = pathlib.Path(f"{kind}.onnx")
        hullmark("convert", f"{kind}.pt", "-o", model, "--sample", "batch5.npz")
        onnx.checker.check_model(str(model), full_check=True)
        session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
        for batch in images:
            verdict = hullmark("verify", model, "--against", f"batch{batch}.npz")
            assert verdict["passed"], verdict
            (answer,) = session.run(None, {session.get_inputs()[0].name: images[batch].numpy()})
            worst = max(worst, expect_close(answers[batch].numpy(), answer, f"{kind}, batch {batch}"))
    print(f"traced and scripted, batches of 1 and 5, largest error {worst:.2g}")


if __name__ == "__main__":
    main()
