"""Runs ONNX files by onnxruntime and says what they answer: JSON in, JSON out."""
import json
import sys

import numpy as np
import onnxruntime


def answer(case):
    session = onnxruntime.InferenceSession(case["path"], providers=["CPUExecutionProvider"])
    inputs = {
        name: np.array(given["data"], given["type"]).reshape(given["shape"]) for name, given in case["inputs"].items()
    }
    probabilities, logits = session.run(["probabilities", "logits"], inputs)
    return {
        "probabilities": probabilities.flatten().tolist(),
        "logits": logits.flatten().tolist(),
        "metadata": session.get_modelmeta().custom_metadata_map,
    }


print(json.dumps([answer(case) for case in json.load(sys.stdin)]))
