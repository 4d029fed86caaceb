"""Templates of people who do not exist, spread as those of real photos are.

Measured with dlib's model on the 4,140 photos (2,865 people) of Labeled Faces in the Wild that stand beside the
project, less their mean and of unit length: variances along the principal axes, between people and between two photos
of one. After 77 axes there is next to nothing. The sketch is normal; real templates of different people have a
heavier tail: one pair in a million is nearer than .80 here, and than .61 there.
"""

import numpy as np

from analytics.biometrics.gallery import Vectors

DIMENSIONS = 128
UNIT = 1e-5
"""Of the variances below."""
BETWEEN = (
    8354, 6346, 4390, 4234, 3166, 2989, 2522, 1982, 1954, 1793, 1814, 1722, 1569, 1398, 1277, 1312, 1123, 1053,
    1070, 1026, 976, 858, 831, 871, 811, 765, 716, 675, 676, 689, 624, 580, 537, 564, 492, 482, 488, 422, 473, 450,
    410, 354, 375, 397, 331, 332, 333, 307, 287, 260, 244, 296, 249, 264, 223, 212, 207, 194, 199, 179, 151, 163,
    158, 131, 143, 128, 126, 135, 137, 106, 107, 90, 80, 72, 57, 46, 21,
)  # fmt: skip
WITHIN = (
    346, 560, 561, 568, 595, 543, 661, 624, 596, 643, 575, 614, 561, 559, 587, 510, 581, 572, 521, 490, 487, 528,
    521, 476, 459, 464, 444, 469, 428, 385, 423, 426, 419, 366, 399, 403, 370, 414, 337, 350, 339, 377, 347, 305,
    346, 318, 300, 304, 296, 320, 321, 263, 291, 265, 276, 275, 262, 243, 220, 224, 247, 218, 213, 225, 193, 187,
    177, 164, 153, 162, 146, 160, 138, 112, 86, 76, 37,
)  # fmt: skip


def templates(count: int, *, duplicates: int, seed: int) -> Vectors:
    """Return templates of unit length, float32 (count, 128); the last `duplicates` are of the people of the first ones.

    The axes are turned at random: no method may profit from knowing them.
    """
    rng = np.random.default_rng(seed)
    turned, _ = np.linalg.qr(rng.standard_normal((DIMENSIONS, DIMENSIONS)))
    between, within = (
        (np.sqrt(np.array(variances) * UNIT)[:, None] * turned[: len(variances)]).astype(np.float32)
        for variances in (BETWEEN, WITHIN)
    )
    person = np.concatenate([np.arange(count - duplicates), np.arange(duplicates)])
    people = rng.standard_normal((count - duplicates, len(BETWEEN)), dtype=np.float32) @ between
    vectors: Vectors = people[person]
    vectors += rng.standard_normal((count, len(WITHIN)), dtype=np.float32) @ within
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors
