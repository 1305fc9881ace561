"""Reads a classifier's model.safetensors into PyTorch's own layers and says what they make of a batch: JSON in, JSON out."""
import json
import struct
import sys

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def read_weights(path):
    try:
        from safetensors.torch import load_file

        return load_file(path)
    except ImportError:
        raw = open(path, "rb").read()
        (length,) = struct.unpack("<Q", raw[:8])
        header = json.loads(raw[8 : 8 + length])
        assert header.pop("__metadata__") == {"format": "pt"}
        values = raw[8 + length :]

        def tensor(entry):
            begin, end = entry["data_offsets"]
            return torch.from_numpy(np.frombuffer(values[begin:end], "<f4").reshape(entry["shape"]).copy())

        return {name: tensor(entry) for name, entry in header.items()}


class Peer(nn.Module):
    def __init__(self, config):
        super().__init__()
        layer = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[config["cell"]]
        width = config["hiddenDim"] * (2 if config["bidirectional"] else 1)
        self.embeddings = nn.Embedding(config["vocabularySize"], config["embeddingDim"], padding_idx=config["padIndex"])
        self.rnn = layer(config["embeddingDim"], config["hiddenDim"], batch_first=True, bidirectional=config["bidirectional"])
        self.fc1 = nn.Linear(width, config["fcDim"])
        self.fc2 = nn.Linear(config["fcDim"], config["classes"])
        self.over_padding = config["overPadding"]

    def forward(self, tokens, lengths):
        x = self.embeddings(tokens)
        if self.over_padding:
            out, _ = self.rnn(x)
        else:
            out, _ = pad_packed_sequence(self.rnn(pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))[0], batch_first=True)
        return self.fc2(self.fc1(out[torch.arange(len(lengths)), lengths - 1]))


def answer(case):
    weights = read_weights(case["path"])
    peer = Peer(case["config"])
    peer.load_state_dict(weights, strict=True)
    assert list(weights) == list(peer.state_dict())
    tokens = torch.tensor(case["tokens"]).view(len(case["lengths"]), -1)
    lengths, labels = torch.tensor(case["lengths"]), torch.tensor(case["labels"])
    logits = peer(tokens, lengths).flatten().tolist()
    loss = nn.CrossEntropyLoss(weight=torch.tensor(case["classWeights"]))
    adam = torch.optim.Adam(peer.parameters(), lr=case["learningRate"])
    losses = []
    for _ in range(case["steps"]):
        adam.zero_grad()
        measured = loss(peer(tokens, lengths), labels)
        measured.backward()
        adam.step()
        losses.append(measured.item())
    return {"logits": logits, "losses": losses, "after": {name: value.flatten().tolist() for name, value in peer.state_dict().items()}}


print(json.dumps([answer(case) for case in json.load(sys.stdin)]))
