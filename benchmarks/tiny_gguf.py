"""Write a tiny language model with random weights, as a GGUF file that llama.cpp loads.

    python benchmarks/tiny_gguf.py tiny.gguf [--seed 0]

Promises: the same seed gives the same weights; what the model writes is printable ASCII and comes to an end by itself,
in words after some sixty characters and in JSON soon after each opening quote. Does not promise: sense.
It is run by the interpreter that has `gguf` and `numpy`, so it imports nothing of ours.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any

WIDTH = 32
HEADS = 1
INNER = 64
LAYERS = 1
CONTEXT = 65_536
SPECIAL = ("<unk>", "<s>", "</s>")
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
# As SentencePiece writes them: a space has a letter of its own.
PRINTABLE = tuple(chr(code).replace(" ", "\u2581") for code in range(0x20, 0x7F))
PIECES = (*SPECIAL, *BYTES, *PRINTABLE)
# Added to the logits; without them the weights alone decide.
NEVER = -40.0
BIASES = {"<unk>": NEVER, "<s>": NEVER, "</s>": 0.0, "<0x0A>": 0.0, '"': 2.0, "}": 1.0, "]": 1.0}
TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)


def write(path: Path, *, seed: int) -> None:
    """Write the model's file.

    Raises: ImportError: `gguf` or `numpy` is not installed here.
    """
    # By name, for type checkers run where neither is installed.
    gguf: Any = import_module("gguf")
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    _add_tokenizer(writer, gguf.TokenType)
    for name, weights in _tensors(seed).items():
        writer.add_tensor(name, weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_tokenizer(writer: Any, kinds: Any) -> None:
    writer.add_tokenizer_model("llama")
    writer.add_token_list(PIECES)
    writer.add_token_scores([0.0] * len(PIECES))
    writer.add_token_types(
        [kinds.UNKNOWN, *[kinds.CONTROL] * 2, *[kinds.BYTE] * len(BYTES), *[kinds.NORMAL] * len(PRINTABLE)]
    )
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE)


def _tensors(seed: int) -> dict[str, Any]:
    """Return all weights by their names in the file."""
    numpy: Any = import_module("numpy")
    rng = numpy.random.default_rng(seed)

    def drawn(*shape: int) -> Any:
        return (rng.standard_normal(shape) / shape[-1] ** 0.5).astype(numpy.float32)

    embedding, output = drawn(len(PIECES), WIDTH) * WIDTH**0.5, drawn(len(PIECES), WIDTH) * 1.5
    # The first number of each state is kept at a constant, and so carries a bias for each piece to the end.
    embedding[:, 0] = 2.0
    output[:, 0] = [BIASES.get(piece, NEVER if piece in BYTES else 0.0) for piece in PIECES]
    tensors = {"token_embd.weight": embedding, "output.weight": output, "output_norm.weight": _ones(numpy)}
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            tensors[f"{block}.{part}.weight"] = drawn(WIDTH, WIDTH)
        tensors |= {f"{block}.ffn_{part}.weight": drawn(INNER, WIDTH) for part in ("gate", "up")}
        tensors[f"{block}.ffn_down.weight"] = drawn(WIDTH, INNER)
        for part in ("attn_output", "ffn_down"):
            tensors[f"{block}.{part}.weight"][0] = 0.0
        tensors |= {f"{block}.{part}_norm.weight": _ones(numpy) for part in ("attn", "ffn")}
    return tensors


def _ones(numpy: Any) -> Any:
    return numpy.ones(WIDTH, dtype=numpy.float32)


def main() -> int:
    """Write the file named on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    write(options.path, seed=options.seed)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
