"""Runs every line of Python that Lossfield offers to copy in the libraries themselves, and compares the values.

usage: run.py LINES.json REPORT.md

LINES.json is what the example `emit` prints. The report is written whether all agree or not; the exit code is 1 if a
line fails or disagrees.
"""

import collections
import datetime
import importlib.metadata
import json
import os
import sys
import warnings

os.environ["KERAS_BACKEND"] = "torch"
warnings.filterwarnings("ignore")

import torch  # noqa: E402

# Relative to the value, or to 1e-3 where that is larger.
TOLERANCE = 1e-5
PACKAGES = {
    "torch": "torch",
    "torchvision": "torchvision",
    "smp": "segmentation-models-pytorch",
    "monai": "monai",
    "kornia": "kornia",
    "keras": "keras",
}


def value_of(scene, line):
    """The value that a line makes of a scene."""
    images, classes, height, width = scene["shape"]
    logits = torch.tensor(scene["logits"], dtype=torch.float32).reshape(images, classes, height, width)
    # As a PNG has them: a line says itself what the library wants instead.
    labels = torch.tensor(scene["labels"], dtype=torch.uint8).reshape(scene["label_shape"])
    if line["library"] == "keras":
        logits = logits.movedim(1, -1).contiguous()
    names = {"logits": logits, "labels": labels}
    exec(line["code"], names)
    return float(names["loss"])


def main():
    with open(sys.argv[1]) as file:
        scenes = json.load(file)
    count = collections.Counter()
    functions = collections.defaultdict(set)
    agree = collections.Counter()
    worst = (0.0, "none")
    failures = []
    for scene in scenes:
        for line in scene["lines"]:
            library = line["library"]
            count[library] += 1
            functions[library].add(line["function"])
            where = f"{scene['name']}, {line['loss']}: {line['code']!r}"
            try:
                theirs = value_of(scene, line)
            except Exception as why:  # whatever a library raises is a line that does not work
                failures.append(f"{where}: {type(why).__name__}: {why}")
                continue
            off = abs(theirs - line["value"]) / max(abs(theirs), 1e-3)
            if off > worst[0]:
                worst = (off, where)
            if off <= TOLERANCE:
                agree[library] += 1
            else:
                failures.append(f"{where}: {theirs}; Lossfield says {line['value']}")
    total, agreeing = sum(count.values()), sum(agree.values())
    report = [
        "# The lines of Python to copy, run in the libraries",
        "",
        "Written by `make test-libraries`.",
        "",
        f"{datetime.date.today().isoformat()}: {agreeing} of {total} lines agree, on {len(scenes)} scenes. "
        f"Worst difference {worst[0]:.1e}, relative.",
        "",
        "| library | version | functions | lines that agree |",
        "|---|---|---|---|",
    ]
    for library, package in PACKAGES.items():
        version = importlib.metadata.version(package)
        report.append(
            f"| {package} | {version} | {len(functions[library])} | {agree[library]} of {count[library]} |"
        )
    report += [""] + [f"* {failure}" for failure in failures]
    with open(sys.argv[2], "w") as file:
        file.write("\n".join(report).rstrip() + "\n")
    for failure in failures:
        print("FAILED:", failure)
    print(f"libraries: {agreeing} of {total} lines agree; worst {worst[0]:.1e} at {worst[1]}")
    if total == 0:
        print("FAILED: there is no line to run")
    return 0 if total and not failures else 1


if __name__ == "__main__":
    sys.exit(main())
