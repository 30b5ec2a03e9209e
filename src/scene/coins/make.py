"""Make the `coins` scene: a photograph, its annotated coins, and held-out probabilities.

The photograph is `skimage.data.coins()`, which ships inside the scikit-image wheel: nothing is
downloaded. The truth is the tables below and nothing else: the script segments nothing. The
probabilities come from a logistic regression on three local features. They are held out: the
picture is cut into 24 cells, one around each coin, and each cell is predicted by a model that was
fitted without it.

The three features are too few on purpose: the dark coins of the last row and the bright corner of
the background fool the model, and a picture with errors is what a loss has something to say about.

    pip install -r requirements.txt
    python make.py

writes photo.png, truth.png and prob.png beside this file and prints the held-out figures.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage import data, draw
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Point = tuple[float, float]

HERE = Path(__file__).resolve().parent
PHOTO_SHA256 = "e080cc03805f1fa70516c3cb84883d4633bda2a1b51841da7c22f3d14c072451"

# Everything below is in pixels of the 384 x 303 photograph, x to the right and y down, with the
# origin at the outer corner of the first pixel (so that pixel's centre is at 0.5, 0.5).
# An ellipse is (centre x, centre y, half-axis a, half-axis b, degrees from the x axis to a,
# clockwise on the screen). In reading order.
ELLIPSES: list[tuple[float, float, float, float, float]] = [
    # row 1
    (44.6, 54.8, 22.4, 19.3, 165),
    (100.7, 56.7, 19.7, 17.8, 3),
    (155.7, 51.3, 23.4, 22.4, 16),
    (215.7, 51.5, 23.6, 21.9, 4),
    (276.7, 52.9, 20.6, 19.0, 14),
    (335.1, 44.0, 29.6, 28.0, 0),
    # row 2
    (102.8, 126.2, 19.4, 18.3, 144),
    (154.0, 127.8, 19.8, 17.6, 174),
    (205.8, 124.2, 20.4, 18.9, 149),
    (271.1, 119.4, 25.4, 24.3, 1),
    (336.7, 124.9, 19.5, 19.1, 134),
    # row 3
    (44.2, 197.9, 19.6, 18.4, 62),
    (102.2, 196.1, 22.0, 21.2, 1),
    (154.6, 198.3, 19.4, 18.9, 2),
    (212.9, 193.5, 23.9, 23.2, 179),
    (347.5, 187.2, 32.2, 31.1, 2),
    # row 4
    (46.4, 260.3, 28.5, 27.5, 148),
    (114.3, 266.0, 21.4, 21.0, 27),
    (172.8, 261.7, 29.1, 25.7, 3),
    (244.4, 263.7, 24.3, 23.4, 155),
    (301.1, 263.7, 26.5, 24.0, 144),
    (358.6, 268.3, 22.8, 20.7, 179),
]

# The two coins that no ellipse follows: one with two spurs at its foot, one with a broken flan.
POLYGONS: list[list[Point]] = [
    # row 2, first
    [
        (41, 104.4), (46, 103.9), (50, 104.6), (53, 106), (56, 108.4), (58.5, 109.6), (61, 112),
        (64, 115), (66, 118.5), (66.9, 122), (66.4, 125), (65.2, 128), (63.6, 131.5),
        (61.5, 134.8), (59, 137.6), (57.2, 139), (56.8, 142.8), (51, 142.8), (47, 144.4),
        (42.5, 145), (38, 144.3), (34, 142.9), (31, 142.9), (30.9, 140.2), (28.5, 137.2),
        (26.6, 133.5), (25.2, 129.5), (24.8, 124), (25.3, 120), (26.9, 116.5), (28.9, 112.9),
        (32, 109.6), (35, 107.7), (38, 107.2), (38.4, 105.6),
    ],
    # row 3, fifth
    [
        (273, 172), (278, 172.4), (283, 173.8), (286.5, 176.8), (290, 180), (292, 183.5),
        (294.6, 187), (296, 191), (296.8, 195.5), (296.7, 198.5), (295.2, 202), (294, 205.5),
        (293.4, 209.3), (291, 212.2), (288, 213.6), (287, 215.7), (283, 217), (278, 217),
        (274, 215.7), (270, 214.4), (266, 212.5), (262, 210.8), (259, 209.6), (259.6, 207.2),
        (257, 205.9), (253, 203.6), (251, 200.5), (250.7, 195), (251.3, 191.5), (253, 187),
        (254, 182.5), (255.7, 179.5), (259, 176.5), (263, 174), (268, 172.4),
    ],
]

SHRINK = 2  # photograph pixels per scene pixel; the odd last row is dropped
SIGMA = 1.0  # standard deviation of the features' Gaussian, in scene pixels
RADIUS = 3  # where that Gaussian is cut off
TOP = 2**16 - 1  # the largest 16-bit value


def load_photo() -> Floats:
    """The photograph at scene size, each pixel the mean of SHRINK x SHRINK, in [0, 1]."""
    raw = data.coins()
    digest = hashlib.sha256(raw.tobytes()).hexdigest()
    assert raw.shape == (303, 384) and digest == PHOTO_SHA256, (
        f"skimage.data.coins() is {raw.shape} with SHA-256 {digest}, not the annotated photograph"
    )
    height, width = (side // SHRINK for side in raw.shape)
    blocks = raw[: height * SHRINK, : width * SHRINK].reshape(height, SHRINK, width, SHRINK)
    return np.asarray(blocks.mean(axis=(1, 3)) / 255.0)


def outlines() -> list[Floats]:
    """Each coin's outline as an array of (x, y)."""
    t = np.linspace(0.0, 2.0 * np.pi, 256, endpoint=False)
    found: list[Floats] = []
    for cx, cy, a, b, degrees in ELLIPSES:
        cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        u, v = a * np.cos(t), b * np.sin(t)
        found.append(np.stack([cx + u * cos - v * sin, cy + u * sin + v * cos], axis=1))
    return found + [np.array(points) for points in POLYGONS]


def draw_truth(shape: tuple[int, int]) -> Mask:
    """A scene pixel is coin where at least half of its area lies inside an outline."""
    fine = 8  # samples per scene pixel and axis
    scale = fine / SHRINK
    samples = np.zeros((shape[0] * fine, shape[1] * fine))
    for outline in outlines():
        x, y = (outline * scale - 0.5).T  # skimage counts from the centre of the first pixel
        samples[draw.polygon(y, x, samples.shape)] = 1.0
    area = samples.reshape(shape[0], fine, shape[1], fine).mean(axis=(1, 3))
    return np.asarray(area >= 0.5)


def features(photo: Floats) -> Floats:
    """What the model sees around each pixel: mean grey level, edge strength, local contrast."""
    mean = ndimage.gaussian_filter(photo, SIGMA, radius=RADIUS)
    square = ndimage.gaussian_filter(photo**2, SIGMA, radius=RADIUS)
    edge = np.hypot(ndimage.sobel(mean, axis=0), ndimage.sobel(mean, axis=1))
    contrast = np.sqrt(np.maximum(square - mean**2, 0.0))
    return np.stack([mean, edge, contrast], axis=-1)


def cells(truth: Mask) -> NDArray[np.int64]:
    """The number of the coin nearest to each pixel, from 1."""
    coins, count = ndimage.label(truth)
    assert count == 24, f"the truth has {count} separate coins, expected 24"
    row, column = ndimage.distance_transform_edt(
        ~truth, return_distances=False, return_indices=True
    )
    return np.asarray(coins[row, column], dtype=np.int64)


def held_out_prob(photo: Floats, truth: Mask) -> Floats:
    """P(coin) at every pixel, from a model fitted to the cells of the other 23 coins."""
    seen = features(photo)
    cell = cells(truth)
    prob = np.full(photo.shape, np.nan)
    # A feature reads a square of this half-width (Sobel adds one). Fitted pixels keep two of them
    # away from the cell, so that no grey level is read both in fitting and in predicting.
    reach = RADIUS + 1
    for k in range(1, int(cell.max()) + 1):
        held_out = cell == k
        fitted = ~ndimage.maximum_filter(held_out, size=4 * reach + 1)
        model = make_pipeline(StandardScaler(), LogisticRegression())
        model.fit(seen[fitted], truth[fitted])
        prob[held_out] = model.predict_proba(seen[held_out])[:, 1]
    return prob


def report(truth: Mask, prob: Floats) -> None:
    """Print the held-out figures, thresholded at 0.5 where a mask is needed."""
    guess = prob >= 0.5
    both, either = int((guess & truth).sum()), int((guess | truth).sum())
    iou, dice = both / either, 2 * both / (both + either)
    print(f"size        {truth.shape[1]} x {truth.shape[0]}")
    print(f"foreground  {truth.mean():.4f}")
    print(f"IoU         {iou:.4f}")
    print(f"Dice        {dice:.4f}")
    print(f"log-loss    {log_loss(truth.ravel(), prob.ravel()):.4f}")
    print(f"false coin  {int((guess & ~truth).sum())} pixels")
    print(f"missed coin {int((truth & ~guess).sum())} pixels")
    assert 0.7 < iou < 0.95, f"IoU {iou:.4f}: a broken model, or one without errors to look at"


def main() -> None:
    """Make the three pictures."""
    photo = load_photo()
    truth = draw_truth((photo.shape[0], photo.shape[1]))
    prob = held_out_prob(photo, truth)
    assert np.isfinite(prob).all(), "some pixel belongs to no cell"
    # Neither 0 nor 1: either would be an infinite logit.
    levels = np.clip(np.rint(prob * TOP), 1, TOP - 1).astype(np.uint16)
    report(truth, levels / TOP)

    Image.fromarray(np.rint(photo * 255.0).astype(np.uint8)).save(HERE / "photo.png", optimize=True)
    Image.fromarray(truth.astype(np.uint8) * 255).save(HERE / "truth.png", optimize=True)
    Image.fromarray(levels).save(HERE / "prob.png", optimize=True)


if __name__ == "__main__":
    main()
