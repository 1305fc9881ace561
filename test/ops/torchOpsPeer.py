"""Runs PyTorch's own layers and optimizers on the inputs of a case and says what comes out: JSON in, JSON out."""
import json
import sys

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def tensor(plain):
    return torch.tensor(plain["data"], dtype=torch.float32).view(plain["shape"])


def plain(value):
    return value.detach().flatten().tolist()


def wide_gru(case):
    """Embeddings of which a part is trained, stacked recurrent layers, pooling, a linear layer and a wide part; some steps of training."""
    weights = {name: nn.Parameter(tensor(value)) for name, value in case["weights"].items()}
    layer = nn.GRU(case["embedding"], case["hidden"], num_layers=case["layers"], batch_first=True, bidirectional=True)
    for name, parameter in layer.named_parameters():
        parameter.data.copy_(weights[name].data)
    delta = nn.Embedding(case["tokensKnown"], case["embedding"], padding_idx=0, sparse=True)
    nn.init.zeros_(delta.weight)
    wide = nn.EmbeddingBag(case["buckets"], case["classes"], mode="sum", sparse=True, include_last_offset=True)
    nn.init.zeros_(wide.weight)
    head = nn.Linear(4 * case["hidden"], case["classes"])
    head.weight.data.copy_(weights["head_weight"].data)
    head.bias.data.copy_(weights["head_bias"].data)
    dense = list(layer.parameters()) + list(head.parameters())
    adamw = torch.optim.AdamW(dense, lr=3e-3, weight_decay=0.01)
    lazy = torch.optim.SparseAdam(delta.parameters(), lr=3e-3)
    adagrad = torch.optim.Adagrad(wide.parameters(), lr=0.1)
    vectors = tensor(case["vectors"])
    losses, norms = [], []
    for batch, rate in zip(case["batches"], case["rates"]):
        lengths, labels = torch.tensor(batch["lengths"]), torch.tensor(batch["labels"])
        shape = (len(lengths), -1)
        tokens, ids = torch.tensor(batch["tokens"]).view(shape), torch.tensor(batch["vectorIds"]).view(shape)
        e = vectors[ids] + delta(tokens)
        out, _ = pad_packed_sequence(layer(pack_padded_sequence(e, lengths, batch_first=True, enforce_sorted=False))[0], batch_first=True)
        real = (torch.arange(out.shape[1])[None, :] < lengths[:, None])[:, :, None]
        z = torch.cat([out.masked_fill(~real, -torch.inf).max(1).values, (out * real).sum(1) / lengths[:, None]], 1)
        bag = wide(torch.tensor(batch["ids"]), torch.tensor(batch["offsets"]), per_sample_weights=torch.tensor(batch["values"]))
        loss = nn.functional.cross_entropy(head(z) + bag, labels)
        for optimizer, base in ((adamw, 3e-3), (lazy, 3e-3), (adagrad, 0.1)):
            optimizer.param_groups[0]["lr"] = base * rate
            optimizer.zero_grad()
        loss.backward()
        norms.append(nn.utils.clip_grad_norm_(dense, case["maxNorm"]).item())
        adamw.step()
        lazy.step()
        adagrad.step()
        losses.append(loss.item())
    after = {name: plain(parameter) for name, parameter in layer.named_parameters()}
    after |= {"head_weight": plain(head.weight), "head_bias": plain(head.bias), "delta": plain(delta.weight), "wide": plain(wide.weight)}
    return {"losses": losses, "norms": norms, "after": after}


def cycle(case):
    """A schedule of one cycle by steps, as a factor of its largest rate."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=1.0, total_steps=case["steps"], pct_start=case["warmUp"], div_factor=1 / case["start"], final_div_factor=1e9
    )
    rates = []
    for _ in range(case["steps"]):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates


def attention(case):
    """Attention of each row to one query for all rows, and the gradients of a weighted sum of its result."""
    x, query, shares = tensor(case["x"]).requires_grad_(), tensor(case["query"]).requires_grad_(), tensor(case["shares"])
    real = torch.arange(x.shape[1])[None, None, :] < torch.tensor(case["lengths"])[:, None, None]
    queries = query.expand(x.shape[0], 1, -1)
    pooled = nn.functional.scaled_dot_product_attention(queries, x, x, attn_mask=real, scale=1.0)[:, 0]
    (pooled * shares).sum().backward()
    return {"pooled": plain(pooled), "dx": plain(x.grad), "dQuery": plain(query.grad)}


KINDS = {"wideGru": wide_gru, "cycle": cycle, "attention": attention}
print(json.dumps([KINDS[case["kind"]](case) for case in json.load(sys.stdin)]))
