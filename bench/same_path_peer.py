#!/usr/bin/env python3
"""PyTorch's half of bench/samePath.ts: trains from the weights and on the batches that it is given, and prints its losses as one JSON line.

    python same_path_peer.py WEIGHTS.safetensors BATCHES.json gru|rnn packed|padded THREADS

`packed` stops at each row's length, so that the reverse direction starts at the last token; `padded` runs both directions
over the padding, as the lesson does.
"""
import json
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

weights_file, batches_file, cell, reading, threads = sys.argv[1:]
torch.set_num_threads(int(threads))

with open(weights_file, 'rb') as file:
    content = file.read()
header_length, = struct.unpack('<Q', content[:8])
header = json.loads(content[8:8 + header_length])
values = content[8 + header_length:]
weights = {
    name: torch.from_numpy(np.frombuffer(values[slice(*entry['data_offsets'])], '<f4').copy().reshape(entry['shape']))
    for name, entry in header.items() if name != '__metadata__'
}
with open(batches_file, encoding='utf-8') as file:
    batches = [
        (torch.tensor(batch['tokens']).reshape(batch['size'], batch['time']), torch.tensor(batch['lengths']), torch.tensor(batch['labels']))
        for batch in json.load(file)
    ]


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        (vocabulary, features), units = weights['embeddings.weight'].shape, weights['rnn.weight_hh_l0'].shape[1]
        self.embeddings = nn.Embedding(vocabulary, features, padding_idx=0)
        self.rnn = (nn.GRU if cell == 'gru' else nn.RNN)(features, units, batch_first=True, bidirectional='rnn.weight_hh_l0_reverse' in weights)
        self.fc1 = nn.Linear(weights['fc1.weight'].shape[1], weights['fc1.weight'].shape[0])
        self.fc2 = nn.Linear(weights['fc2.weight'].shape[1], weights['fc2.weight'].shape[0])

    def forward(self, tokens, lengths):
        x = self.embeddings(tokens)
        if reading == 'packed':
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            out, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        else:
            out, _ = self.rnn(x)
        return self.fc2(self.fc1(out[torch.arange(len(lengths)), lengths - 1]))


model = Classifier()
model.load_state_dict(weights)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, foreach=True)
losses = []
for tokens, lengths, labels in batches:
    optimizer.zero_grad()
    loss = F.cross_entropy(model(tokens, lengths), labels)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
with torch.inference_mode():
    after = [F.cross_entropy(model(tokens, lengths), labels).item() for tokens, lengths, labels in batches]
print(json.dumps({'losses': losses, 'after': sum(after) / len(after)}))
