"""PyTorch's side of bench/training.py: the same work, written as one would write it in PyTorch to be fast.

    python bench/training_pytorch.py WORK.npz THREADS eager|compiled

No DataLoader: all frames are one tensor, and a batch is one gather of it. Prints one JSON document.
"""

import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from training_work import Work, read, weights_in


class Network(nn.Module):
    """(batch, features, time) -> (batch, classes, time - context + 1)."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for (inputs, outputs), d in zip(work.layers, work.dilations, strict=True):
            layers.append(nn.Conv1d(inputs // 3, outputs, 3, dilation=d, bias=False))
            layers += [nn.BatchNorm1d(outputs, eps=1e-3, momentum=0.1), nn.ReLU6()]  # Keras's 0.9 is PyTorch's 0.1
            if work.dropout:
                layers.append(nn.Dropout(work.dropout))
        self.layers = nn.Sequential(*layers, nn.Conv1d(work.width, work.classes, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x)

    @torch.no_grad()
    def load(self, weights: list[Any]) -> None:
        """Take weights of ours: matrices (3 inputs, outputs), then gamma, beta, running mean and variance."""
        left = [torch.from_numpy(weight) for weight in weights]
        for layer in self.layers:
            if isinstance(layer, nn.BatchNorm1d):
                for target in (layer.weight, layer.bias, layer.running_mean, layer.running_var):
                    target.copy_(left.pop(0))
            elif isinstance(layer, nn.Conv1d):
                matrix = left.pop(0)
                taps = matrix.reshape(layer.kernel_size[0], -1, layer.out_channels)
                layer.weight.copy_(taps.permute(2, 1, 0))
                if layer.bias is not None:
                    layer.bias.copy_(left.pop(0))


def main() -> None:
    path, threads, mode = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    work, settings, arrays = read(path)
    network = Network(work)
    network.load(weights_in(arrays))
    frames = torch.from_numpy(arrays["frames"])
    classes = torch.from_numpy(arrays["classes"])
    counts = torch.from_numpy(arrays["loss_weight"])
    epochs = torch.from_numpy(arrays["starts"].astype(np.int64))  # (epochs, batches, batch)
    recipe, outputs = settings["recipe"], settings["outputs"]
    steps_of_time = torch.arange(settings["length"])
    optimizer = torch.optim.AdamW(
        network.parameters(), recipe["learning_rate"], weight_decay=recipe["weight_decay"], eps=1e-7, fused=True
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs.shape[0] * epochs.shape[1])
    loss_of = nn.CrossEntropyLoss(reduction="none", label_smoothing=work.label_smoothing)
    run = torch.compile(network) if mode == "compiled" else network
    gain, noise = recipe["gain"], recipe["noise"]

    def step(starts: torch.Tensor) -> torch.Tensor:
        index = starts[:, None] + steps_of_time
        x = frames[index]
        if gain:
            x = x + gain * torch.randn(len(starts), 1, 1)
        if noise:
            x = x + noise * torch.randn_like(x)
        decided = index[:, -outputs:]
        y, weight = classes[decided], counts[decided]
        total = weight.sum() + 1e-6
        logits = run(x.transpose(1, 2))
        loss = (loss_of(logits, y) * weight).sum() / total
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
        with torch.no_grad():
            right = ((logits.argmax(1) == y) * weight).sum() / total
        return torch.stack([loss.detach(), right])

    rows = []
    for epoch in epochs:
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        sums = torch.zeros(2)
        for starts in epoch:
            sums += step(starts)
        loss, accuracy = (sums / len(epoch)).tolist()
        wall_s, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
        rows.append({"seconds": wall_s, "cpu_seconds": cpu_s, "loss": loss, "accuracy": accuracy})
    parameters = sum(math.prod(p.shape) for p in network.parameters())
    print(json.dumps({"version": f"PyTorch {torch.__version__}", "parameters": parameters, "epochs": rows}))


if __name__ == "__main__":
    main()
