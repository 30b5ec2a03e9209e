"""Runs the lines of Python that load each file of made/, and compares what they make with how the file was read.

usage: run.py READ.json        (READ.json is what the example `emit_files` prints of made/; needs torch and Pillow)

The exit code is 1 if a line fails or makes something else.
"""

import json
import os
import sys

import numpy as np

# Levels of 2 and 4 bits are widened by Pillow.
OTHER_LEVELS = {"mask_bit2.png", "mask_bit4.png", "ids_bit4.png"}


def main():
    with open(sys.argv[1]) as file:
        read = json.load(file)
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "made"))
    failures = []
    for line in read:
        where = f"{line['file']} as a {line['plane']}"
        if line["file"] in OTHER_LEVELS:
            continue
        names = {}
        try:
            exec("\n".join(line["lines"]), names)
        except Exception as why:  # whatever a line raises is what a reader would meet
            failures.append(f"{where}: {why!r}\n    " + "\n    ".join(line["lines"]))
            continue
        made = np.asarray(names["labels" if line["plane"] == "truth" else "logits"])
        expected = np.array(line["values"], np.float64).reshape(line["shape"])[None]
        if made.dtype != (np.int64 if line["plane"] == "truth" else np.float32):
            failures.append(f"{where}: {made.dtype}")
        elif made.shape != expected.shape:
            failures.append(f"{where}: {made.shape} is not {expected.shape}")
        elif np.abs(made - expected).max() > 1e-5:
            failures.append(f"{where}: off by {np.abs(made - expected).max()} at {np.argwhere(np.abs(made - expected) > 1e-5)[0]}")
    print(f"{len(read)} readings, {len(failures)} failures")
    print("\n".join(failures))
    sys.exit(1 if failures else 0)


main()
