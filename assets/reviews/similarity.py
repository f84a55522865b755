"""Likeness of two texts: the cosine of their vectors and the phrases that they share, exactly and per pair.

A vector forgets the order of words and blurs rare ones, so two honest texts on the same things come close to
a copy that was edited. A copy keeps most pairs of neighbouring words; honest texts share few. Of the shorter
text's phrases the share is taken, so that added sentences don't hide a copy; sets don't see their order.

Departs from paper 001, whose duplication is the cosine alone: that one is stored beside it.
"""

import zlib
from collections.abc import Sequence

import numpy as np

from assets.reviews.words import words_of

COSINE_WEIGHT = 0.5  # on demo worlds, average precision is flat from ten times to once the other weight; this keeps
PHRASE_WEIGHT = 0.1  # the cosine's scale: ordinary neighbours below 0.88, most edited copies above 0.95
FEWEST_PHRASES = 20  # a shorter text can't show more than its part: six equal words are no proof of copying
_DECIMALS = 6
_PAIRS = 16_384  # pairs at a time: double-precision copies of their vectors take 64 MB
_PHRASE_PAIRS = 4_096  # their phrases are sorted within the cache


def phrase_hashes(text: str) -> list[int]:
    """Ascending 32-bit hashes of a text's different pairs of neighbouring words; empty below two words."""
    words = words_of(text)
    return sorted({zlib.crc32(f"{left} {right}".encode()) for left, right in zip(words, words[1:], strict=False)})


def pair_cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(n,) cosines of row pairs, float64 rounded to six decimals; a row's value depends on that row only.

    Args:
        left: (n, dimensions).
        right: (n, dimensions).
    """
    first, second = left.astype(np.float64), right.astype(np.float64)
    lengths = np.sqrt((first * first).sum(axis=1) * (second * second).sum(axis=1))
    return np.clip(np.round((first * second).sum(axis=1) / np.maximum(lengths, 1e-12), _DECIMALS), -1.0, 1.0)


def cosines_of(vectors: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(n,) :func:`pair_cosines` of rows of one matrix, in blocks that bound memory.

    Args:
        vectors: (n_vectors, dimensions).
        left: (n,) row numbers.
        right: (n,) row numbers.
    """
    cosines = np.empty(len(left))
    for start in range(0, len(left), _PAIRS):
        span = slice(start, start + _PAIRS)
        cosines[span] = pair_cosines(vectors[left[span]], vectors[right[span]])
    return cosines


def shared_phrases(
    hashes: np.ndarray, offsets: np.ndarray, left: Sequence[int] | np.ndarray, right: Sequence[int] | np.ndarray
) -> np.ndarray:
    """(n,) share of the shorter text's phrases that the other one has too, in [0, 1].

    Texts of fewer than ``FEWEST_PHRASES`` phrases are counted as if they had that many.

    Args:
        hashes: phrase hashes of all texts, one text after the other.
        offsets: (n_texts + 1,) where each text's hashes begin.
        left: (n,) text numbers.
        right: (n,) text numbers.
    """
    first, second = np.asarray(left, dtype=np.int64), np.asarray(right, dtype=np.int64)
    sizes = np.diff(offsets)
    shared = np.zeros(len(first), dtype=np.int64)
    for start in range(0, len(first), _PHRASE_PAIRS):
        span = slice(start, start + _PHRASE_PAIRS)
        keys = np.concatenate([_keys(hashes, offsets, texts[span]) for texts in (first, second)])
        keys.sort()
        both = keys[1:][keys[1:] == keys[:-1]]  # a text's own phrases differ, so equal keys come from two texts
        counted = np.bincount((both >> np.uint64(32)).astype(np.int64), minlength=len(first[span]))
        shared[span] = counted
    shorter = np.minimum(sizes[first], sizes[second])
    return np.round(shared / np.maximum(shorter, FEWEST_PHRASES), _DECIMALS)


def _keys(hashes: np.ndarray, offsets: np.ndarray, texts: np.ndarray) -> np.ndarray:
    """Number of the pair above, hash below, of every phrase of those texts."""
    sizes = offsets[texts + 1] - offsets[texts]
    pair = np.repeat(np.arange(len(texts)), sizes)
    within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return (pair.astype(np.uint64) << np.uint64(32)) | hashes[offsets[texts][pair] + within].astype(np.uint64)


def likeness(cosines: np.ndarray, shared: np.ndarray) -> np.ndarray:
    """(n,) ``1 - (1 - cosine) / 2 - (1 - shared) / 10``: 1 for the same words, below the cosine's scale for others.

    Args:
        cosines: (n,) in [-1, 1].
        shared: (n,) of :func:`shared_phrases`.
    """
    return np.round(1 - COSINE_WEIGHT * (1 - cosines) - PHRASE_WEIGHT * (1 - shared), _DECIMALS)
