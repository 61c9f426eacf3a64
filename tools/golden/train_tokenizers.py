#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Trains the small vocabularies in tests/golden/tokenizers on its seed text.

usage: train_tokenizers.py FOLDER     (FOLDER holds seed.txt; *.json and *.gguf are written there)
Needs the Python packages tokenizers, sentencepiece and gguf.
"""
import io
import json
import sys
from pathlib import Path

import gguf
import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers import processors, trainers

ANY_CASE = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
TAIL = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def byte_bpe(text, size, pre, **options):
    tokenizer = Tokenizer(models.BPE(**options))
    tokenizer.pre_tokenizer = pre
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=size, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(text, trainer)
    tokenizer.add_special_tokens(["<|begin_of_text|>", "<|eot_id|>", "<|im_start|>", "<|im_end|>"])
    tokenizer.add_tokens(["<tool_call>", "</tool_call>"])
    return tokenizer


def llama3(text):
    pre = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(ANY_CASE + r"\p{N}{1,3}" + TAIL), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer = byte_bpe(text, 4000, pre, ignore_merges=True)
    # As in Llama 3, some words are tokens that no merges lead to.
    data = json.loads(tokenizer.to_str())
    data["model"]["merges"] = [m for i, m in enumerate(data["model"]["merges"]) if i < 3500 or i % 7]
    made = {"".join(m) for m in data["model"]["merges"]} | set(pre_tokenizers.ByteLevel.alphabet())
    data["model"]["merges"] = [m for m in data["model"]["merges"] if m[0] in made and m[1] in made]
    tokenizer = Tokenizer.from_str(json.dumps(data))
    bos = tokenizer.token_to_id("<|begin_of_text|>")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", bos)])
    return tokenizer


def qwen2(text):
    pre = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(ANY_CASE + r"\p{N}" + TAIL), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer = byte_bpe(text, 3000, pre)
    tokenizer.normalizer = normalizers.NFC()
    return tokenizer


def smollm(text):
    pre = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                   pre_tokenizers.ByteLevel(add_prefix_space=False)])
    return byte_bpe(text, 2500, pre)


def gpt2(text):
    return byte_bpe(text, 2500, pre_tokenizers.ByteLevel(add_prefix_space=False))


def char_bpe(text, metaspace):
    """Llama 2 as tokenizer.json: merges on characters, byte fallback."""
    tokenizer = Tokenizer(models.BPE(unk_token="<|unk|>", byte_fallback=True, fuse_unk=True))
    space = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    words = pre_tokenizers.Metaspace(prepend_scheme="always", split=True)
    tokenizer.pre_tokenizer = words
    trainer = trainers.BpeTrainer(
        vocab_size=3500, show_progress=False, limit_alphabet=1500,
        special_tokens=["<|unk|>"] + [f"<0x{b:02X}>" for b in range(256)])
    tokenizer.train_from_iterator(text, trainer)
    data = json.loads(tokenizer.to_str())  # byte tokens belong to the model, not to the added ones
    data["added_tokens"] = [t for t in data["added_tokens"] if t["content"] == "<|unk|>"]
    tokenizer = Tokenizer.from_str(json.dumps(data))
    if metaspace:
        tokenizer.pre_tokenizer = space
        tokenizer.decoder = decoders.Sequence([
            decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(),
            decoders.Strip(" ", 1, 0)])
    else:
        tokenizer.pre_tokenizer = None
        tokenizer.normalizer = normalizers.Sequence(
            [normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
        tokenizer.decoder = decoders.Sequence([
            decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(),
            decoders.Strip(" ", 1, 0)])
    tokenizer.add_special_tokens(["<|sep|>", AddedToken("<mask>", lstrip=True, special=True)])
    tokenizer.add_tokens([AddedToken("<tool_call>", normalized=False, rstrip=True)])
    return tokenizer


def unigram(text, split):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFC() if split else normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=True)
    trainer = trainers.UnigramTrainer(vocab_size=3500, show_progress=False, unk_token="<|unk|>",
                                      special_tokens=["<|unk|>"])
    tokenizer.train_from_iterator(text, trainer)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(
        prepend_scheme="always" if split else "never", split=split)
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always" if split else "never")
    tokenizer.add_special_tokens(["<|sep|>", "<bos>"])
    return tokenizer


def sentencepiece_gguf(text, path, prefix):
    model = io.BytesIO()
    user_defined = ["<tool_call>", "\n", "\n\n"]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(text), model_writer=model, vocab_size=4500, model_type="bpe",
        byte_fallback=True, character_coverage=0.98, add_dummy_prefix=prefix,
        normalization_rule_name="identity", remove_extra_whitespaces=False,
        user_defined_symbols=user_defined, minloglevel=2, num_threads=1)
    sp = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    pieces = [sp.id_to_piece(i) for i in range(len(sp))]
    kinds = [2 if sp.is_unknown(i) else 3 if sp.is_control(i) else 6 if sp.is_byte(i)
             else 4 if pieces[i] in user_defined else 1 for i in range(len(sp))]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(pieces)
    writer.add_token_scores([sp.get_score(i) for i in range(len(sp))])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_space_prefix(prefix)
    close(writer)


def byte_gguf(tokenizer, path, pre):
    data = json.loads(tokenizer.to_str())
    vocab = dict(data["model"]["vocab"])
    kinds = {i: 1 for i in vocab.values()}
    for token in data["added_tokens"]:
        vocab[token["content"]] = token["id"]
        kinds[token["id"]] = 3 if token["special"] else 4
    tokens = sorted(vocab, key=vocab.get)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types([kinds[i] for i in range(len(tokens))])
    writer.add_token_merges([" ".join(m) for m in data["model"]["merges"]])
    writer.add_bos_token_id(vocab["<|begin_of_text|>"])
    writer.add_eos_token_id(vocab["<|eot_id|>"])
    close(writer)


def close(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


def main():
    folder = Path(sys.argv[1])
    text = (folder / "seed.txt").read_text().splitlines(keepends=True)
    made = {"llama3": llama3(text), "qwen2": qwen2(text), "smollm": smollm(text), "gpt2": gpt2(text),
            "llama2": char_bpe(text, False), "metaspace": char_bpe(text, True),
            "unigram": unigram(text, True), "unigram_nfkc": unigram(text, False)}
    for name, tokenizer in made.items():
        data = json.loads(tokenizer.to_str())
        if data["model"]["type"] == "Unigram":
            # Few digits, so that every JSON reader gets the same number: Hugging Face's rounds the
            # last place differently, which would decide ties between equal sums.
            data["model"]["vocab"] = [[t, round(score, 6)] for t, score in data["model"]["vocab"]]
        (folder / f"{name}.json").write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")))
    byte_gguf(made["llama3"], folder / "llama3.gguf", "llama-bpe")
    byte_gguf(made["smollm"], folder / "smollm.gguf", "smollm")
    sentencepiece_gguf(text, folder / "spm_prefix.gguf", True)
    sentencepiece_gguf(text, folder / "spm_plain.gguf", False)


if __name__ == "__main__":
    main()
