#!/usr/bin/env python3
"""The peer of `headwater serve` in bench/servePeer.ts: FastAPI, uvicorn and PyTorch with the same weights and the same text path.

    python serve_peer.py WEIGHTS.safetensors TEXT.json THREADS single|batched

Needs torch, numpy, fastapi and uvicorn (`pip install torch fastapi uvicorn[standard]`). TEXT.json has `stopWords`, `tokens`, `classes`,
`cell`. `single` computes each request by itself, as most services do; `batched` gathers the requests that wait while a batch is
computed, at most 256 of them, as a careful user would. It prints its address when it is ready.
"""
import asyncio
import json
import re
import struct
import sys

import numpy as np
import torch
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from torch import nn

weights_file, text_file, threads, variant = sys.argv[1:]
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
with open(text_file, encoding='utf-8') as file:
    text = json.load(file)
classes = text['classes']
vocabulary = {token: index for index, token in enumerate(text['tokens'])}
stop_words = re.compile(r'\b(' + '|'.join(map(re.escape, text['stopWords'])) + r')\b\s*')
parentheses = re.compile(r'\([^)]*\)')
others = re.compile('[^A-Za-z0-9]+')


def tokens_of(title):
    clean = others.sub(' ', parentheses.sub('', stop_words.sub('', title.lower()))).strip()
    return [vocabulary.get(token, 1) for token in clean.split(' ')]


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        (size, features), units = weights['embeddings.weight'].shape, weights['rnn.weight_hh_l0'].shape[1]
        self.embeddings = nn.Embedding(size, features, padding_idx=0)
        kind = {'gru': nn.GRU, 'lstm': nn.LSTM, 'rnn': nn.RNN}[text['cell']]
        self.rnn = kind(features, units, batch_first=True, bidirectional='rnn.weight_hh_l0_reverse' in weights)
        self.fc1 = nn.Linear(weights['fc1.weight'].shape[1], weights['fc1.weight'].shape[0])
        self.fc2 = nn.Linear(weights['fc2.weight'].shape[1], weights['fc2.weight'].shape[0])

    def forward(self, tokens, lengths):
        x = self.embeddings(tokens)
        if len(lengths) == 1:
            out, _ = self.rnn(x)
        else:
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            out, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        return self.fc2(self.fc1(out[torch.arange(len(lengths)), lengths - 1]))


model = Classifier()
model.load_state_dict(weights)
model.eval()


@torch.inference_mode()
def classify(titles):
    rows = [tokens_of(title) for title in titles]
    lengths = torch.tensor([len(row) for row in rows])
    tokens = torch.zeros((len(rows), int(lengths.max())), dtype=torch.int64)
    for index, row in enumerate(rows):
        tokens[index, :len(row)] = torch.tensor(row)
    answers = []
    for title, probabilities in zip(titles, torch.softmax(model(tokens, lengths), 1).tolist()):
        order = sorted(range(len(classes)), key=lambda index: -probabilities[index])
        answers.append({
            'title': title,
            'class': classes[order[0]],
            'probabilities': {classes[index]: probabilities[index] for index in order},
        })
    return answers


class Headline(BaseModel):
    title: str


app = FastAPI()
waiting = []
running = False


async def run():
    """Computes what waits, a batch at a time; what comes meanwhile is the next batch."""
    global running
    try:
        while waiting:
            # Requests that have arrived by now come along.
            await asyncio.sleep(0)
            batch = waiting[:256]
            del waiting[:256]
            for (_, future), answer in zip(batch, classify([title for title, _ in batch])):
                if not future.done():
                    future.set_result(answer)
    finally:
        running = False


@app.post('/classify')
async def answer(headline: Headline):
    if variant == 'single':
        return classify([headline.title])[0]
    future = asyncio.get_running_loop().create_future()
    waiting.append((headline.title, future))
    global running
    if not running:
        # Here, and not where it runs: others may ask before it begins.
        running = True
        asyncio.create_task(run())
    return await future


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        print(f'http://127.0.0.1:{port}/', flush=True)


Server(uvicorn.Config(app, host='127.0.0.1', port=0, log_level='warning', access_log=False, backlog=4096)).run()
