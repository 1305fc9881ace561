"""Runs ONNX files by onnxruntime and says what they answer: JSON in, JSON out."""
import json
import sys

import numpy as np
import onnxruntime


def answer(case):
    session = onnxruntime.InferenceSession(case["path"], providers=["CPUExecutionProvider"])
    lengths = np.array(case["lengths"], np.int64)
    tokens = np.array(case["tokens"], np.int64).reshape(len(lengths), -1)
    probabilities, logits = session.run(["probabilities", "logits"], {"tokens": tokens, "lengths": lengths})
    return {
        "probabilities": probabilities.flatten().tolist(),
        "logits": logits.flatten().tolist(),
        "metadata": session.get_modelmeta().custom_metadata_map,
    }


print(json.dumps([answer(case) for case in json.load(sys.stdin)]))
