#!/usr/bin/env python3
"""PyTorch's half of bench/wideOurs.ts: the same network, trained on the batches that it is given; prints one JSON line.

    python wide_gru_peer.py BATCHES.json HIDDEN THREADS SECONDS [quickest]

Tuned for PyTorch: rows of one length need no packing, tables have sparse gradients, and the dense weights' optimizer
is the fused one.
"""
import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(1)
file, hidden, threads, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
quickest = 'quickest' in sys.argv[5:]
torch.set_num_threads(threads)
torch.set_flush_denormal(True)

with open(file, encoding='utf-8') as opened:
    content = json.load(opened)
dims, classes = 100, content['classes']
batches = [
    dict(
        tokens=torch.tensor(b['tokens']).reshape(b['size'], b['time']),
        vectors=torch.tensor(b['vectorIds']).reshape(b['size'], b['time']),
        offsets=torch.tensor(b['offsets'][:-1]),
        ids=torch.tensor(b['ids']),
        values=torch.tensor(b['values']),
        labels=torch.tensor(b['labels']),
    )
    for b in content['batches']
]

pretrained = torch.rand(content['vectorWords'] + 1, dims) * 2 - 1
delta = nn.Embedding(content['vocabularySize'], dims, sparse=True)
nn.init.zeros_(delta.weight)
wide = nn.EmbeddingBag(content['columns'], classes, mode='sum', sparse=True)
nn.init.zeros_(wide.weight)
gru = nn.GRU(dims, hidden, batch_first=True, bidirectional=True)
head = nn.Linear(4 * hidden, classes)
dense = [*gru.parameters(), *head.parameters()]
adamw = torch.optim.AdamW(dense, lr=1e-3, weight_decay=0.01, fused=True)
lazy = torch.optim.SparseAdam(delta.parameters(), lr=1e-3)
adagrad = torch.optim.Adagrad(wide.parameters(), lr=0.03)


def step(b):
    e = F.dropout(F.embedding(b['vectors'], pretrained) + delta(b['tokens']), 0.3)
    h, _ = gru(e)
    z = F.dropout(torch.cat([h.amax(1), h.mean(1)], 1), 0.3)
    logits = head(z) + wide(b['ids'], b['offsets'], per_sample_weights=b['values'])
    loss = F.cross_entropy(logits, b['labels'])
    adamw.zero_grad(set_to_none=True)
    lazy.zero_grad(set_to_none=True)
    adagrad.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(dense, 1.0)
    adamw.step()
    lazy.step()
    adagrad.step()
    return loss.item()


chosen = sorted(range(len(batches)), key=lambda i: batches[i]['tokens'].shape[1])[len(batches) // 2]
order = [chosen] if quickest else range(len(batches))
at, rows, taken, begun = 0, 0, [], None
start = time.perf_counter()
while True:
    now = time.perf_counter()
    if begun is None and now - start > 1:
        begun, rows, taken = now, 0, []
    if begun is not None and now - begun > seconds:
        break
    b = batches[order[at % len(order)]]
    step(b)
    taken.append(time.perf_counter() - now)
    rows += len(b['labels'])
    at += 1
size = len(batches[0]['labels'])
rate = size / min(taken) if quickest else rows / (time.perf_counter() - begun)
print(json.dumps(dict(backend='pytorch', threads=threads, what='train', model='wide-gru', batch=size, hidden=hidden,
                      samples_per_s=round(rate), p50_us=round(sorted(taken)[len(taken) // 2] * 1e6))))
