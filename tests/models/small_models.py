"""Models as people write them by hand: an LSTM tagger, a U-Net, a transformer of torch.nn, a beam search."""
from typing import List, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model import Model, images, tokens


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(50, 16)
        self.lstm = nn.LSTM(16, 24, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(48, 7)

    def forward(self, ids: Tensor) -> Tuple[Tensor, Tensor]:
        states, (last, _) = self.lstm(self.embedding(ids))
        return F.log_softmax(self.head(states), -1), last


class Forecaster(nn.Module):
    """A GRU that feeds its own answer back for a fixed number of steps."""

    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(3, 16)
        self.head = nn.Linear(16, 3)

    def forward(self, series: Tensor) -> Tensor:
        state = torch.zeros(series.size(0), 16)
        for step in range(series.size(1)):
            state = self.cell(series[:, step], state)
        answers: List[Tensor] = []
        for _ in range(5):
            answers.append(self.head(state))
            state = self.cell(answers[-1], state)
        return torch.stack(answers, 1)


class Twice(nn.Sequential):
    def __init__(self, into, out):
        super().__init__(nn.Conv2d(into, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU(inplace=True), nn.Conv2d(out, out, 3, padding=1), nn.GroupNorm(2, out), nn.SiLU())


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1, self.down2, self.bottom = Twice(3, 8), Twice(8, 16), Twice(16, 32)
        self.up = nn.ConvTranspose2d(32, 16, 2, stride=2)
        self.join2, self.join1 = Twice(32, 16), Twice(24, 8)
        self.head = nn.Conv2d(8, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        first = self.down1(x)
        second = self.down2(F.max_pool2d(first, 2))
        bottom = self.bottom(F.max_pool2d(second, 2))
        joined = self.join2(torch.cat([self.up(bottom), second], 1))
        wide = F.interpolate(joined, size=first.shape[-2:], mode="bilinear", align_corners=False)
        return self.head(self.join1(torch.cat([wide, first], 1)))


class BeamSearch(nn.Module):
    """Tokens are chosen one after the other until the end mark leads, or twelve are out."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 16)
        self.cell = nn.GRUCell(16, 16)
        self.head = nn.Linear(16, 20)

    def forward(self, state: Tensor) -> Tuple[Tensor, Tensor]:
        beams = 3
        states = state[:1].expand(beams, -1)
        scores = torch.full((beams,), -1e4)
        scores[0] = 0.0
        sequences = torch.zeros(beams, 1, dtype=torch.long)
        step = 0
        going = True
        while going and step < 12:
            states = self.cell(self.embedding(sequences[:, -1]), states)
            logits = F.log_softmax(self.head(states), -1) + scores.unsqueeze(1)
            scores, places = logits.view(-1).topk(beams)
            rows = torch.div(places, 20, rounding_mode="floor")
            sequences = torch.cat([sequences[rows], (places % 20).unsqueeze(1)], 1)
            states = states[rows]
            step += 1
            going = bool((sequences[0, -1] != 1).item())
        return sequences, scores


class Translator(nn.Module):
    def __init__(self):
        super().__init__()
        self.source, self.target = nn.Embedding(40, 32), nn.Embedding(40, 32)
        self.transformer = nn.Transformer(32, 4, 2, 2, 64, batch_first=True)
        self.head = nn.Linear(32, 40)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        mask = nn.Transformer.generate_square_subsequent_mask(target.size(1))
        return self.head(self.transformer(self.source(source), self.target(target), tgt_mask=mask))


class Detector(nn.Module):
    """Boxes in a grid, the better half of them by score, written into a canvas in place."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU6(), nn.Conv2d(8, 5, 3, stride=2, padding=1))

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        found = self.features(x).flatten(2).transpose(1, 2)
        boxes = found[..., :4].clone()
        boxes[..., 2:] = boxes[..., :2] + boxes[..., 2:].exp()
        boxes.clamp_(-2.0, 2.0)
        scores, places = found[..., 4].sigmoid().topk(8, dim=1)
        return scores, boxes.gather(1, places.unsqueeze(-1).expand(-1, -1, 4))


class Spectrum(nn.Module):
    """A log-mel front end with convolutions over it."""

    def __init__(self):
        super().__init__()
        self.register_buffer("window", torch.hann_window(64))
        self.register_buffer("filters", torch.rand(33, 10, generator=torch.Generator().manual_seed(3)))
        self.convolutions = nn.Sequential(nn.Conv1d(10, 12, 3, padding=1), nn.GELU(), nn.AdaptiveAvgPool1d(4))

    def forward(self, x: Tensor) -> Tensor:
        spectrum = torch.stft(x, 64, 16, 64, self.window, return_complex=True).abs().pow(2)
        return self.convolutions((spectrum.transpose(1, 2) @ self.filters).clamp(min=1e-5).log().transpose(1, 2))


def state(batch):
    return (torch.randn(batch, 16, generator=torch.Generator().manual_seed(batch)),)


MODELS = {
    "tagger": Model(Tagger, tokens(9, 50)),
    "forecaster": Model(Forecaster, images(6, 3)),
    "unet": Model(UNet, images(3, 32, 32)),
    "beam_search": Model(BeamSearch, state, forms=("scripted",)),
    "translator": Model(Translator, lambda batch: tokens(9, 40)(batch) + tokens(7, 40)(batch)),
    "encoder": Model(lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(32, 4, 64, batch_first=True), 2), images(9, 32)),
    "detector": Model(Detector, images(3, 32, 32)),
    "spectrum": Model(Spectrum, images(400)),
}
