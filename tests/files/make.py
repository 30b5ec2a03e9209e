"""Makes the files of made/ and their manifest: one file of every kind that people bring, and what each should give.

usage: make.py            (needs numpy, Pillow and tifffile; run by hand, the bytes are committed)

manifest.json is a list of objects
    file      name in made/
    truth     reading as a truth: "kind", "sure", "classes" {class: pixels}, "ignored", "names" {class: name}
    pair      [truth file, {"sure", "scale", "channels", "meaning", "iou", "dice"}] or absent: the reading as a prediction
    itself    false for a file that is not its own perfect prediction (soft ones, independent regions)
    error     words that the refusal has, in place of all of these
"""

import io
import json
import os
import struct
import zipfile
import zlib

import numpy as np
import tifffile
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "made")
H, W = 20, 28
manifest = []

y, x = np.mgrid[:H, :W]
BLOB = ((x - 9) ** 2 + (y - 9) ** 2) < 36  # the mask of all binary files
BAR = (x > 19) & (x < 24) & (y > 3) & (y < 17)
DOT = (x > 24) & (y < 4)
RIM = (((x - 9) ** 2 + (y - 9) ** 2) < 49) & ~BLOB
IDS = np.where(BLOB, 1, 0) + np.where(BAR, 2, 0) + np.where(DOT, 3, 0)
SOFT = 1 / (1 + np.exp(np.hypot(x - 9, y - 9) - 5.9))
rng = np.random.default_rng(7)
NOISE = rng.normal(size=(H, W))


def count(labels, ignore=255):
    ids, pixels = np.unique(labels, return_counts=True)
    return {str(i): int(n) for i, n in zip(ids, pixels) if i != ignore}, int((labels == ignore).sum())


def add(name, data, labels=None, kind=None, sure=True, error=None, itself=True, pair=None, names=None):
    """Writes a file. `labels` are what a truth should be read as, 255 where ignored."""
    path = os.path.join(OUT, name)
    if isinstance(data, Image.Image):
        data.save(path)
    elif isinstance(data, np.ndarray):
        np.save(path, data)
    else:
        with open(path, "wb") as file:
            file.write(data)
    line = {"file": name}
    if error is not None:
        line["error"] = error
    if labels is not None:
        classes, ignored = count(labels)
        line["truth"] = {"kind": kind, "sure": sure, "classes": classes, "ignored": ignored}
        if names:
            line["truth"]["names"] = names
        line["itself"] = itself
    if pair:
        line["pair"] = pair
    manifest.append(line)


def png(samples, depth, colour, width, height, palette=None, trns=None, interlace=0):
    """PNG of packed rows: for depths and colour types that Pillow does not write."""

    def chunk(tag, body):
        return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))

    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    body = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
    if palette is not None:
        body += chunk(b"PLTE", bytes(palette))
    if trns is not None:
        body += chunk(b"tRNS", bytes(trns))
    return body + chunk(b"IDAT", zlib.compress(samples, 9)) + chunk(b"IEND", b"")


def packed(values, depth):
    """Rows of samples of some bits, each after a filter byte."""
    rows = b""
    for row in values:
        bits = "".join(format(int(v), f"0{depth}b") for v in row)
        bits += "0" * (-len(bits) % 8)
        rows += b"\0" + bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
    return rows


def adam7(values):
    """Rows of 8-bit samples in the passes of Adam7."""
    rows = b""
    for x0, y0, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
        part = values[y0::dy, x0::dx]
        for row in part:
            if len(row):
                rows += b"\0" + bytes(int(v) for v in row)
    return rows


def grey(values, dtype=np.uint8):
    return Image.fromarray(values.astype(dtype))


def indexed(values, colours):
    image = Image.fromarray(values.astype(np.uint8), "P")
    image.putpalette([c for colour in colours for c in colour])
    return image


def rgb(values, colours):
    return Image.fromarray(np.array(colours, np.uint8)[values])


def voc_colour(i):
    r = g = b = 0
    for turn in range(8):
        r |= ((i >> 0) & 1) << (7 - turn)
        g |= ((i >> 1) & 1) << (7 - turn)
        b |= ((i >> 2) & 1) << (7 - turn)
        i >>= 3
    return (r, g, b)


VOC = [voc_colour(i) for i in range(256)]
MASK = BLOB.astype(int)


def main():
    os.makedirs(OUT, exist_ok=True)
    for old in os.listdir(OUT):
        os.remove(os.path.join(OUT, old))

    # --- masks: of every depth, type and format ---
    add("mask_255.png", grey(MASK * 255), MASK, "mask")
    add("mask_1.png", grey(MASK), MASK, "mask")
    add("mask_128.png", grey(MASK * 128), MASK, "mask")
    add("mask_near_ends.png", grey(np.where(BLOB, 240, 8)), MASK, "mask")
    add("mask_bit1.png", Image.fromarray(BLOB), MASK, "mask")
    add("mask_bit2.png", png(packed(MASK * 3, 2), 2, 0, W, H), MASK, "mask")
    add("mask_bit4.png", png(packed(MASK * 15, 4), 4, 0, W, H), MASK, "mask")
    add("mask_bit16.png", grey(MASK * 65535, np.uint16), MASK, "mask")
    add("mask_bit16_255.png", grey(MASK * 255, np.uint16), MASK, "mask")
    add("mask_adam7.png", png(adam7(MASK * 255), 8, 0, W, H, interlace=1), MASK, "mask")
    add("mask_rgb.png", rgb(MASK, [(0, 0, 0), (255, 255, 255)]), MASK, "mask")
    add("mask.bmp", grey(MASK * 255), MASK, "mask")
    add("mask_bit1.bmp", Image.fromarray(BLOB), MASK, "mask")
    add("mask_rgb.bmp", rgb(MASK, [(0, 0, 0), (255, 0, 0)]), MASK, "mask")
    add("mask.webp", b"", None)
    manifest.pop()
    rgb(MASK, [(0, 0, 0), (255, 255, 255)]).save(os.path.join(OUT, "mask.webp"), lossless=True)
    manifest.append({"file": "mask.webp", "truth": {"kind": "mask", "sure": True, "classes": count(MASK)[0], "ignored": 0}, "itself": True})
    for name, dtype, values in [
        ("mask_u8.tif", np.uint8, MASK * 255),
        ("mask_u16.tif", np.uint16, MASK * 65535),
        ("mask_i32.tif", np.int32, MASK),
        ("mask_f32.tif", np.float32, MASK),
    ]:
        tifffile.imwrite(os.path.join(OUT, name), values.astype(dtype))
        manifest.append({"file": name, "truth": {"kind": "mask", "sure": True, "classes": count(MASK)[0], "ignored": 0}, "itself": True})
    Image.fromarray(BLOB).save(os.path.join(OUT, "mask_bit1.tif"))
    manifest.append({"file": "mask_bit1.tif", "truth": {"kind": "mask", "sure": True, "classes": count(MASK)[0], "ignored": 0}, "itself": True})
    grey(MASK * 255).save(os.path.join(OUT, "mask_lzw.tif"), compression="tiff_lzw")
    manifest.append({"file": "mask_lzw.tif", "truth": {"kind": "mask", "sure": True, "classes": count(MASK)[0], "ignored": 0}, "itself": True})
    indexed(IDS, VOC).save(os.path.join(OUT, "palette_voc.tif"))
    manifest.append({"file": "palette_voc.tif", "truth": {"kind": "palette", "sure": True, "classes": count(IDS)[0], "ignored": 0, "names": {"1": "aeroplane", "3": "bird"}}, "itself": True})

    # --- class ids, void, strays ---
    add("ids_0123.png", grey(IDS), IDS, "ids")
    add("ids_255.png", grey(np.where(RIM, 255, IDS)), np.where(RIM, 255, IDS), "ids")
    add("one_255.png", grey(np.where(RIM, 255, MASK)), np.where(RIM, 255, MASK), "mask")
    add("fifteen_255.png", grey(np.where(RIM, 255, MASK * 15)), np.where(RIM, 255, MASK), "mask")
    add("ids_bit16_65535.png", grey(np.where(RIM, 65535, IDS), np.uint16), np.where(RIM, 255, IDS), "ids")
    add("ids_bit4.png", png(packed(IDS, 4), 4, 0, W, H), IDS, "ids")
    add("trimap_123.png", grey(np.where(BLOB, 1, np.where(RIM, 3, 2))), np.where(BLOB, 0, np.where(RIM, 2, 1)), "ids", sure=False)
    add("one_two.png", grey(1 + MASK), MASK, "mask", sure=False)
    stray = MASK * 255
    stray[0, :3] = 1
    add("stray_1.png", grey(stray), MASK, "mask", sure=False)
    add("all_0.png", grey(MASK * 0), MASK * 0, "ids")
    add("all_255.png", grey(MASK * 0 + 255), MASK * 0 + 255, "ids", sure=False)
    stray[0, 3:5] = 2
    add("stray_1_2.png", grey(stray), MASK, "mask", sure=False)
    near = MASK * 255
    near[0, :4] = [1, 3, 254, 252]
    add("stray_ends.png", grey(near), (near > 127).astype(int), "mask")
    scribbles = np.full((H, W), 255)
    scribbles[3, :20], scribbles[9, 6:12] = 0, 1
    add("scribbles.png", grey(scribbles), scribbles, "mask")
    add("tens.png", grey(IDS * 10), IDS, "levels", sure=False)
    add("levels_even.png", grey(IDS * 85), IDS, "levels", sure=False)
    add("levels_void.png", grey(np.where(RIM, 255, np.array([0, 40, 90, 150])[IDS])), np.where(RIM, 255, IDS), "levels", sure=False)
    add("a_gtFine_labelIds.png", grey(np.array([7, 11, 26, 4])[IDS]), np.array([0, 1, 2, 255])[IDS], "ids", sure=False,
        names={"0": "road", "1": "building", "2": "car"})
    add("a_labelTrainIds.png", grey(np.array([0, 2, 13, 255])[IDS]), np.array([0, 2, 13, 255])[IDS], "ids",
        names={"0": "road", "2": "building", "13": "car"})
    add("ADE_val_00000001.png", grey(np.array([0, 1, 13, 150])[IDS]), np.array([255, 0, 1, 2])[IDS], "ids", sure=False,
        names={"0": "wall", "1": "person", "2": "flag"})

    # --- palettes and colours ---
    red_green_blue = [(0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255)]
    add("white_first_P.png", indexed(1 - MASK, [(255, 255, 255), (0, 0, 0)]), MASK, "mask")
    add("mask_P.png", indexed(MASK, [(0, 0, 0), (255, 255, 255)]), MASK, "mask")
    add("mask_bit1_P.png", png(packed(MASK, 1), 1, 3, W, H, palette=[255, 0, 0, 0, 0, 0]), 1 - MASK, "mask")
    add("red_green_blue.png", rgb(IDS, red_green_blue), IDS, "colours", sure=False)
    turned = [(0, 0, 255), (0, 255, 0), (255, 0, 0), (0, 0, 0)]
    add("red_green_blue_P.png", indexed(3 - IDS, turned), IDS, "colours", sure=False)
    add("red_green_blue.bmp", indexed(IDS, red_green_blue), IDS, "colours", sure=False)
    add("red_on_black.png", rgb(MASK, [(0, 0, 0), (255, 0, 0)]), MASK, "mask")
    add("red_on_white.png", rgb(MASK, [(255, 255, 255), (255, 0, 0)]), MASK, "mask", sure=False)
    voc_names = {"0": "background", "1": "aeroplane", "2": "bicycle", "3": "bird"}
    add("voc_P.png", indexed(np.where(RIM, 255, IDS), VOC), np.where(RIM, 255, IDS), "palette", names=voc_names)
    add("voc_rgb.png", indexed(np.where(RIM, 255, IDS), VOC).convert("RGB"), np.where(RIM, 255, IDS), "palette", names=voc_names)
    add("voc_person_P.png", indexed(np.where(RIM, 255, MASK * 15), VOC), np.where(RIM, 255, MASK), "mask", names={"1": "person"})
    add("voc_person_rgb.png", indexed(np.where(RIM, 255, MASK * 15), VOC).convert("RGB"), np.where(RIM, 255, MASK), "mask")
    city = [(128, 64, 128), (244, 35, 232), (0, 0, 142), (0, 0, 0)]
    add("cityscapes_rgb.png", rgb(IDS, city), np.array([0, 1, 13, 255])[IDS], "palette", names={"0": "road", "13": "car"})
    camvid = [(128, 128, 128), (128, 64, 128), (64, 0, 128), (0, 0, 0)]
    add("camvid_rgb.png", rgb(IDS, camvid), np.array([0, 3, 8, 255])[IDS], "palette", names={"0": "sky", "3": "road"})
    camvid32 = [(64, 128, 64), (0, 128, 64), (128, 64, 128), (64, 192, 0)]
    add("camvid32_rgb.png", rgb(IDS, camvid32), np.array([0, 3, 17, 31])[IDS], "palette", names={"31": "Wall"})
    ade = [(120, 120, 120), (180, 120, 120), (150, 5, 61), (92, 0, 255)]
    add("ade20k_rgb.png", rgb(IDS, ade), IDS, "palette", names={"0": "wall", "2": "person", "3": "flag"})
    array = np.array(red_green_blue, np.uint8)[IDS]
    add("colours.npy", array, IDS, "colours", sure=False)

    # --- alpha ---
    white = np.full((H, W, 4), 255, np.uint8)
    white[..., 3] = MASK * 255
    add("alpha_white.png", Image.fromarray(white), MASK, "mask")
    soft_alpha = white.copy()
    soft_alpha[..., 3] = SOFT * 255
    add("alpha_soft.png", Image.fromarray(soft_alpha), (np.floor(SOFT * 255) >= 127.5).astype(int), "probabilities", sure=False, itself="soft")
    clear = np.zeros((H, W, 4), np.uint8)
    clear[BLOB] = (255, 0, 0, 255)
    add("alpha_red_on_clear.png", Image.fromarray(clear), MASK, "mask")
    drawn = np.full((H, W, 4), 255, np.uint8)
    drawn[..., 3] = 0
    drawn[BLOB] = (0, 0, 0, 255)
    add("alpha_black_on_clear.png", Image.fromarray(drawn), MASK, "mask", sure=False)
    opaque = np.dstack([MASK * 255, np.full((H, W), 255)]).astype(np.uint8)
    add("alpha_opaque.png", Image.fromarray(opaque, "LA"), MASK, "mask")
    add("alpha_P.png", png(packed(MASK, 1), 1, 3, W, H, palette=[0, 0, 0, 0, 0, 0], trns=[0, 255]), MASK, "mask")

    cut_out = np.dstack([rng.integers(0, 256, (H, W, 3)), MASK * 255]).astype(np.uint8)
    add("alpha_cut_out.png", Image.fromarray(cut_out), MASK, "mask", sure=False)

    # --- formats that change values ---
    grey(MASK * 255).save(os.path.join(OUT, "mask.jpg"), quality=60)
    back = np.array(Image.open(os.path.join(OUT, "mask.jpg"))) >= 127.5
    manifest.append({"file": "mask.jpg", "truth": {"kind": "mask", "sure": True, "classes": count(back.astype(int))[0], "ignored": 0}, "itself": True})
    big = np.kron(IDS, np.ones((8, 8), int))
    rgb(big, [VOC[0], VOC[1], VOC[2], VOC[4]]).save(os.path.join(OUT, "voc.jpg"), quality=95, subsampling=0)
    manifest.append({"file": "voc.jpg", "truth": {"kind": "palette", "near": count(np.array([0, 1, 2, 4])[big])[0]}, "itself": True})
    rgb(MASK, [(0, 0, 0), (255, 255, 255)]).save(os.path.join(OUT, "lossy.webp"), quality=80)
    manifest.append({"file": "lossy.webp", "truth": {"kind": "mask", "near": count(MASK)[0]}, "itself": True})
    grey(np.kron(np.minimum(IDS, 2), np.ones((8, 8)))).save(os.path.join(OUT, "ids.jpg"), quality=95)
    manifest.append({"file": "ids.jpg", "truth": {"kind": "ids", "near": count(np.kron(np.minimum(IDS, 2), np.ones((8, 8), int)))[0]}, "itself": True})
    soft_colours = rgb(np.kron(IDS, np.ones((6, 6), int)), [(0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255)])
    soft_colours = soft_colours.resize((W * 3, H * 3), Image.BILINEAR)
    add("soft_colours.png", soft_colours)
    manifest[-1].update({"truth": {"kind": "colours", "near": count(np.kron(IDS, np.ones((3, 3), int)))[0]}, "itself": True})
    rgb(np.kron(IDS, np.ones((8, 8), int)), [(0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255)]).save(os.path.join(OUT, "colours.jpg"), quality=75)
    manifest.append({"file": "colours.jpg", "truth": {"kind": "colours", "near": count(np.kron(IDS, np.ones((8, 8), int)))[0]}, "itself": True})
    red = np.zeros((H, W, 3), np.uint8)
    red[..., 0] = np.round(SOFT * 255)
    cut = (np.round(SOFT * 255) >= 127.5).astype(int)
    add("soft_red.png", Image.fromarray(red), cut, "probabilities", sure=False, itself="soft")
    add("soft_grey.png", grey(np.round(SOFT * 255)), cut, "probabilities", sure=False, itself="soft",
        pair=["mask_255.png", {"sure": True, "scale": "0–255", "channels": 1, "meaning": "foreground"}])

    # --- arrays as truths: every type, byte order and layout ---
    for dtype in ["?", "i1", "u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", "<i8", ">i8", "<u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]:
        add(f"mask_{dtype.replace('<', 'l').replace('>', 'b').replace('?', 'bool')}.npy", MASK.astype(dtype), MASK, "mask")
    add("mask_minus_one.npy", (2 * MASK - 1).astype(np.int8), MASK, "mask", sure=False)
    add("ids_fortran.npy", np.asfortranarray(IDS.astype(np.int64)), IDS, "ids")
    add("ids_void_i64.npy", np.where(RIM, 255, IDS).astype(np.int64), np.where(RIM, 255, IDS), "ids")
    add("ids_minus_one.npy", np.where(RIM, -1, IDS).astype(np.int32), np.where(RIM, 255, IDS), "ids")
    add("ids_minus_hundred.npy", np.where(RIM, -100, IDS).astype(np.int64), np.where(RIM, 255, IDS), "ids")
    add("ids_type_most.npy", np.where(RIM, 2**31 - 1, IDS).astype(np.int32), np.where(RIM, 255, IDS), "ids")
    add("ids_i8_most.npy", np.where(RIM, 127, IDS).astype(np.int8), np.where(RIM, 255, IDS), "ids")
    add("mask_i32_255.npy", (MASK * 255).astype(np.int32), MASK, "mask")
    add("mask_void_i64.npy", np.where(RIM, 255, MASK).astype(np.int64), np.where(RIM, 255, MASK), "mask")
    add("ids_1hw.npy", IDS[None].astype(np.uint8), IDS, "ids")
    add("ids_hw1.npy", IDS[..., None].astype(np.uint8), IDS, "ids")
    add("ids_11hw.npy", IDS[None, None].astype(np.uint8), IDS, "ids")
    add("one_hot.npy", np.eye(4, dtype=np.uint8)[IDS].transpose(2, 0, 1), IDS, "oneHot")
    add("one_hot_last.npy", np.eye(4, dtype=np.float32)[IDS], IDS, "oneHot")
    add("ids_divided.npy", (IDS / 255).astype(np.float32), IDS, "ids", sure=False)
    add("ids.csv", "\n".join(",".join(map(str, row)) for row in IDS).encode(), IDS, "ids")
    add("mask_semicolon.csv", "\r\n".join(";".join(f"{v},0" for v in row) for row in MASK).encode(), MASK, "mask")
    np.savez_compressed(os.path.join(OUT, "mask.npz"), IDS.astype(np.uint8))
    manifest.append({"file": "mask.npz", "truth": {"kind": "ids", "sure": True, "classes": count(IDS)[0], "ignored": 0}, "itself": True})
    np.savez(os.path.join(OUT, "several.npz"), image=NOISE.astype(np.float32), label=IDS.astype(np.int16), softmax=np.full((4, H, W), 0.25, np.float32))
    manifest.append({"file": "several.npz", "truth": {"kind": "ids", "sure": False, "classes": count(IDS)[0], "ignored": 0},
                     "pair": ["ids_0123.png", {"sure": False, "scale": "probabilities", "channels": 4, "meaning": "softmax"}], "itself": False})

    # --- predictions ---
    truth = "mask_255.png"
    binary = {"sure": True, "scale": "probabilities", "channels": 1, "meaning": "foreground", "iou": 1.0}
    probs = np.clip(SOFT, 0, 1)
    add("prob_f32.npy", probs.astype(np.float32), pair=[truth, binary])
    add("prob_f16_fortran.npy", np.asfortranarray(probs.astype(np.float16)), pair=[truth, binary])
    add("prob_big.npy", probs.astype(">f8"), pair=[truth, binary])
    tifffile.imwrite(os.path.join(OUT, "prob_f32.tif"), probs.astype(np.float32))
    manifest.append({"file": "prob_f32.tif", "pair": [truth, binary]})
    add("prob_hw1.npy", probs[..., None].astype(np.float32), pair=[truth, binary])
    add("prob_11hw.npy", probs[None, None].astype(np.float32), pair=[truth, binary])
    add("prob.csv", "\n".join(" ".join(f"{v:.6f}" for v in row) for row in probs).encode(), pair=[truth, binary])
    add("percent.png", grey(np.round(probs * 100)), pair=[truth, {**binary, "sure": False, "scale": "percent"}])
    add("percent_u16.npy", np.round(probs * 100).astype(np.uint16), pair=[truth, {**binary, "sure": False, "scale": "percent"}])
    add("bytes_u16.npy", np.round(probs * 255).astype(np.uint16), pair=[truth, {**binary, "scale": "0–255"}])
    add("bytes_bit16.png", grey(np.round(probs * 255), np.uint16), pair=[truth, {**binary, "scale": "0–255"}])
    add("words.png", grey(np.round(probs * 65535), np.uint16), pair=[truth, {**binary, "scale": "0–65535"}])
    logits = np.log(probs / (1 - probs))
    add("logits.npy", logits.astype(np.float32), pair=[truth, {**binary, "scale": "logits"}])
    edge = np.hypot(x - 9, y - 9) - 5.9
    over = MASK + np.where(np.abs(edge) < 2, 0.15 * np.sin(2 * edge), 0)  # as a spline swings beyond a step
    add("overshoot.npy", over.astype(np.float32), pair=[truth, {**binary, "sure": False}])
    two = np.stack([1 - probs, probs]).astype(np.float32)
    softmax2 = {"sure": True, "scale": "probabilities", "channels": 2, "meaning": "softmax", "iou": 1.0}
    add("two_softmax.npy", two, pair=[truth, softmax2])
    add("two_softmax_c1hw.npy", two[:, None], pair=[truth, softmax2])
    add("two_softmax_last.npy", two.transpose(1, 2, 0), pair=[truth, softmax2])
    add("two_sigmoids.npy", np.stack([probs, probs * 0.5]).astype(np.float32), pair=[truth, {"sure": False, "scale": "probabilities", "channels": 2, "meaning": "independent"}])
    four = np.eye(4)[IDS] * 0.9 + 0.025
    softmax4 = {"sure": True, "scale": "probabilities", "channels": 4, "meaning": "softmax", "iou": 1.0}
    add("softmax.npy", four.transpose(2, 0, 1).astype(np.float32), pair=["ids_0123.png", softmax4])
    add("softmax_last.npy", four.astype(np.float64), pair=["ids_0123.png", softmax4])
    add("softmax_1chw.npy", four.transpose(2, 0, 1)[None].astype(np.float16), pair=["ids_255.png", softmax4])
    add("softmax_bytes.npy", np.round(four * 255).transpose(2, 0, 1).astype(np.uint8), pair=["ids_0123.png", {**softmax4, "scale": "0–255"}])
    add("log_softmax.npy", np.log(four).transpose(2, 0, 1).astype(np.float32), pair=["ids_0123.png", {**softmax4, "scale": "log-probabilities"}])
    add("logits_4.npy", (np.eye(4)[IDS] * 6 - 2 + NOISE[..., None] * 0.1).transpose(2, 0, 1).astype(np.float32), pair=["ids_0123.png", {**softmax4, "scale": "logits"}])
    add("softmax_21.npy", np.concatenate([np.eye(16)[MASK * 15] * 0.9 + 0.1 / 16, np.zeros((H, W, 5))], -1).transpose(2, 0, 1).astype(np.float16),
        pair=["fifteen_255.png", {**softmax4, "channels": 21}])
    add("argmax_u8.npy", IDS.astype(np.uint8), pair=["ids_0123.png", {"sure": True, "scale": "class ids", "iou": 1.0}])
    add("argmax_voc_P.png", indexed(MASK, VOC), pair=[truth, {"sure": True, "scale": "hard mask", "iou": 1.0}])
    add("argmax_012.png", grey(np.minimum(IDS, 2)), pair=[truth, {"sure": False, "scale": "class ids"}])
    add("argmax_rgb.png", rgb(IDS, red_green_blue), pair=["red_green_blue_P.png", {"sure": True, "scale": "class ids", "iou": 1.0}])
    add("half.png", grey(MASK * 0 + 128), pair=[truth, {"sure": False, "scale": "0–255", "channels": 1, "meaning": "foreground"}])
    add("faint_percent.png", grey(np.round(probs * 97)), pair=[truth, {"sure": False, "scale": "percent", "channels": 1}])
    add("quarters.png", grey(np.round(probs * 4) * 63.75), pair=[truth, {"sure": True, "scale": "0–255", "channels": 1}])
    small = Image.fromarray((MASK * 255).astype(np.uint8)).resize((W // 2, H // 2), Image.NEAREST)
    add("half_size.png", small, pair=[truth, {"sure": False, "scale": "hard mask"}])

    # --- refusals ---
    nan = probs.astype(np.float32).copy()
    nan[3, 4] = np.nan
    nan[5, 6] = np.inf
    add("nan.npy", nan, error=["2 of 560 values", "NaN at x 4, y 3", "nan_to_num"])
    add("batch.npy", np.zeros((4, 3, H, W), bool), error=["[4, 3, 20, 28]", "array[0]"])
    add("volume.npy", np.zeros((33, 33, 34), bool), error=["[33, 33, 34]", "33 channels", "at most 32"])
    add("complex.npy", probs.astype(np.complex64), error=["complex numbers"])
    add("objects.npy", b"", None)
    manifest.pop()
    np.save(os.path.join(OUT, "objects.npy"), np.array([[{}, {}]], dtype=object), allow_pickle=True)
    manifest.append({"file": "objects.npy", "error": ["Python objects"]})
    photo = rng.integers(0, 256, (40, 40, 3)).astype(np.uint8)
    add("photo.png", Image.fromarray(photo), error=["1600 colours", "at most 32 colours"])
    add("pickle.pkl", b"\x80\x04\x95\x00", error=["a Python pickle", "pickle.load", "np.save"])
    add("volume.nii", b"\x5c\x01\x00\x00" + bytes(344), error=["a NIfTI volume", "nibabel.load"])
    add("image.dcm", bytes(128) + b"DICM", error=["a DICOM file", "pydicom.dcmread"])
    add("data.h5", b"\x89HDF\r\n\x1a\n", error=["an HDF5 file", "h5py.File"])
    add("words.csv", b"a,b\n1,2\n", error=["\u201ca\u201d in line 1, column 1"])
    add("ragged.csv", b"1,2\n1,2,3\n", error=["3 numbers in line 2"])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.txt"), "no array")
    add("no_array.zip", buffer.getvalue(), error=["without an .npy among its 1 entries"])
    add("cut.png", open(os.path.join(OUT, "mask_255.png"), "rb").read()[:60], error=["a PNG cut short"])
    add("cut.jpg", open(os.path.join(OUT, "voc.jpg"), "rb").read()[:300], error=["JPEG"])

    with open(os.path.join(OUT, "manifest.json"), "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(line, ensure_ascii=False) for line in manifest) + "\n]\n")
    total = sum(os.path.getsize(os.path.join(OUT, f)) for f in os.listdir(OUT))
    print(f"{len(manifest)} files, {total} bytes")


main()
