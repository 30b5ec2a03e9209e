"""Writes the golden files `calls_*.json`: calls as people make them, run in the libraries themselves.

usage: make_calls.py MMSEG, in the virtual environment of `make test-libraries` (target/libraries), from this folder.
MMSEG is a folder with the unpacked wheel of mmsegmentation 1.2.2: its losses are read from there file by file, since they
need nothing of mmcv on the CPU.

The fields are made by formula, so that nothing but this file is needed to make them again.
"""

import importlib.util
import json
import math
import pathlib
import sys
import types
import warnings

import kornia.losses
import monai.losses
import segmentation_models_pytorch.losses
import torch
import torch.nn.functional as F

warnings.filterwarnings("ignore")
VERSIONS = {"torch": "2.15.0", "smp": "0.6.0", "monai": "1.6.1", "kornia": "0.9.0", "mmseg": "1.2.2"}


def mmseg(folder):
    """The losses of mmsegmentation, with stand-ins for what they import and do not use on the CPU."""

    class Registry:
        def register_module(self, *_, **__):
            return lambda cls: cls

    def module(name, **names):
        made = types.ModuleType(name)
        made.__dict__.update(names)
        sys.modules[name] = made

    module("mmcv")
    module("mmcv.ops", sigmoid_focal_loss=None)
    module("mmengine")
    module("mmengine.fileio", load=None)
    module("mmengine.utils", is_list_of=lambda value, kind: all(isinstance(item, kind) for item in value))
    module("mmseg")
    module("mmseg.registry", MODELS=Registry())
    module("mmseg.models")
    module("mmseg.models.losses")
    path = pathlib.Path(folder) / "mmseg" / "models" / "losses"
    loaded = types.SimpleNamespace()
    for file in ["utils", "lovasz_loss", "focal_loss"]:
        name = f"mmseg.models.losses.{file}"
        spec = importlib.util.spec_from_file_location(name, path / f"{file}.py")
        made = importlib.util.module_from_spec(spec)
        made.__package__ = "mmseg.models.losses"
        sys.modules[name] = made
        if file == "utils":
            made.__dict__.update(mmengine=sys.modules["mmengine"])
        spec.loader.exec_module(made)
        loaded.__dict__.update({key: value for key, value in made.__dict__.items() if key.endswith("Loss")})
    return loaded


def tensors(args, dtype, *names):
    return {
        name: torch.tensor(arg, dtype=dtype) if name in names and arg is not None else arg for name, arg in args.items()
    }


def call(library, loss, args, logits, labels, losses_of_mmseg):
    """The value of one call, differentiable by the logits."""
    args, dtype, classes = dict(args), logits.dtype, logits.shape[1]
    one_channel = labels[:, None].to(dtype)
    if library == "torch":
        target = one_channel if loss.startswith("binary") else labels
        return getattr(F, loss)(logits, target, **tensors(args, dtype, "weight", "pos_weight"))
    if library == "smp":
        return getattr(segmentation_models_pytorch.losses, loss)(**args)(logits, labels)
    if library == "monai":
        if args.pop("activation", None) == "sigmoid":
            logits = logits.sigmoid()
        target = one_channel if classes == 1 else labels[:, None]
        return getattr(monai.losses, loss)(**tensors(args, dtype, "weight"))(logits, target)
    if library == "kornia":
        target = one_channel if loss.startswith("binary") else labels
        return getattr(kornia.losses, loss)(logits, target, **tensors(args, dtype, "weight", "pos_weight"))
    assert library == "mmseg"
    if args.pop("target", None) == "one_hot":
        target = one_channel if classes == 1 else F.one_hot(labels, classes).movedim(-1, 1)
        return getattr(losses_of_mmseg, loss)(**args)(logits, target)
    ignored = {"ignore_index": args.pop("ignore_index")} if "ignore_index" in args else {}
    return getattr(losses_of_mmseg, loss)(**args)(logits, labels, **ignored)


def field(classes, ignore=None, height=5, width=7):
    """Logits and labels by formula; some pixels have the label `ignore`, if one is given."""
    logits = [
        2.5 * math.sin(1.3 * (y * width + x) + 2.1 * c + 0.7) + 0.4 * math.cos(0.9 * y - 1.1 * c)
        for c in range(classes)
        for y in range(height)
        for x in range(width)
    ]
    labels = [(3 * x + 5 * y + x * y) % 7 for y in range(height) for x in range(width)]
    labels = [(1 if label < 3 else 2 if label == 5 else 0) for label in labels]
    if classes < 3:
        labels = [min(label, 1) for label in labels]
    if ignore is not None and ignore >= classes:
        labels = [ignore if at % 6 == 2 else label for at, label in enumerate(labels)]
    logits = torch.tensor(logits, dtype=torch.float32).reshape(1, classes, height, width)
    return logits, torch.tensor(labels).reshape(1, height, width)


WEIGHTS = [0.1, 0.3, 0.6]
RARE = [1.0, 13.0, 120.0]
MONAI_SOFTMAX = {"softmax": True, "to_onehot_y": True}
MONAI_FOCAL = {"to_onehot_y": True, "use_softmax": True}
KORNIA = {"reduction": "mean"}

FILES = {
    "focal_classes": (
        field(3),
        None,
        [
            ("monai", "FocalLoss", {**MONAI_FOCAL, "alpha": WEIGHTS}),
            ("monai", "FocalLoss", {**MONAI_FOCAL, "alpha": [0.5, 2.0, 4.0]}),
            ("monai", "FocalLoss", {**MONAI_FOCAL, "weight": WEIGHTS}),
            ("monai", "FocalLoss", {**MONAI_FOCAL, "alpha": WEIGHTS, "weight": RARE}),
            ("monai", "FocalLoss", {**MONAI_FOCAL, "include_background": False}),
            ("monai", "FocalLoss", {**MONAI_FOCAL, "include_background": False, "alpha": 0.25}),
            ("monai", "FocalLoss", {**MONAI_FOCAL, "include_background": False, "alpha": [0.2, 0.7], "weight": [2.0, 5.0]}),
            ("monai", "FocalLoss", {"to_onehot_y": True, "alpha": WEIGHTS}),
            ("monai", "FocalLoss", {"to_onehot_y": True, "weight": WEIGHTS, "alpha": 0.25}),
            ("monai", "FocalLoss", {"to_onehot_y": True, "include_background": False, "alpha": [0.2, 0.7]}),
            ("monai", "FocalLoss", {"to_onehot_y": True, "include_background": False, "weight": [2.0, 5.0], "gamma": 0.5}),
            ("monai", "FocalLoss", {"to_onehot_y": True, "weight": 3.0}),
            ("monai", "DiceFocalLoss", {**MONAI_SOFTMAX, "weight": WEIGHTS}),
            ("monai", "DiceFocalLoss", {**MONAI_SOFTMAX, "include_background": False, "weight": [0.3, 0.6]}),
            ("monai", "GeneralizedDiceFocalLoss", {**MONAI_SOFTMAX, "weight": WEIGHTS}),
            ("kornia", "focal_loss", {**KORNIA, "alpha": None, "weight": WEIGHTS}),
            ("kornia", "focal_loss", {**KORNIA, "alpha": 0.25, "weight": RARE}),
            ("smp", "FocalLoss", {"mode": "multiclass", "class_weights": WEIGHTS}),
            ("smp", "FocalLoss", {"mode": "multiclass", "class_weights": RARE, "alpha": 0.25, "normalized": True}),
            ("mmseg", "FocalLoss", {"class_weight": WEIGHTS, "target": "one_hot"}),
            ("mmseg", "FocalLoss", {"alpha": WEIGHTS, "target": "one_hot"}),
        ],
    ),
    "focal_binary": (
        field(1),
        None,
        [
            ("kornia", "binary_focal_loss_with_logits", {**KORNIA, "pos_weight": [5.0]}),
            ("kornia", "binary_focal_loss_with_logits", {**KORNIA, "pos_weight": [300.0], "weight": [0.5]}),
            ("torch", "binary_cross_entropy_with_logits", {"pos_weight": 300.0}),
            ("monai", "FocalLoss", {"alpha": [0.3]}),
            ("monai", "DiceFocalLoss", {"sigmoid": True, "weight": 3.0}),
            ("monai", "DiceFocalLoss", {"sigmoid": True, "include_background": False}),
            ("monai", "DiceCELoss", {"sigmoid": True, "weight": [3.0]}),
            ("mmseg", "FocalLoss", {"alpha": [0.3], "class_weight": [2.0], "target": "one_hot"}),
        ],
    ),
    "focal_ignored": (
        field(3, 255),
        255,
        [
            ("kornia", "focal_loss", {**KORNIA, "alpha": 0.25, "weight": WEIGHTS, "ignore_index": 255}),
            ("monai", "FocalLoss", {**MONAI_FOCAL, "weight": WEIGHTS, "ignore_index": 255}),
            ("smp", "FocalLoss", {"mode": "multiclass", "class_weights": WEIGHTS, "ignore_index": 255}),
            ("torch", "cross_entropy", {"weight": RARE, "label_smoothing": 0.2, "ignore_index": 255}),
            ("mmseg", "LovaszLoss", {"class_weight": RARE, "reduction": "none", "ignore_index": 255}),
        ],
    ),
    "binary_ignored": (
        field(1, 255),
        255,
        [
            ("kornia", "binary_focal_loss_with_logits", {**KORNIA, "pos_weight": [5.0], "ignore_index": 255}),
            ("monai", "AsymmetricUnifiedFocalLoss", {"activation": "sigmoid", "ignore_index": 255}),
        ],
    ),
    "ignore_zero": (
        field(3),
        0,
        [
            ("torch", "cross_entropy", {"ignore_index": 0}),
            ("torch", "cross_entropy", {"ignore_index": 0, "weight": RARE}),
            ("smp", "DiceLoss", {"mode": "multiclass", "ignore_index": 0}),
            ("smp", "JaccardLoss", {"mode": "multiclass", "ignore_index": 0}),
            ("smp", "FocalLoss", {"mode": "multiclass", "ignore_index": 0}),
            ("smp", "LovaszLoss", {"mode": "multiclass", "ignore_index": 0}),
            ("kornia", "dice_loss", {"average": "macro", "ignore_index": 0}),
            ("kornia", "focal_loss", {**KORNIA, "alpha": 0.25, "ignore_index": 0}),
            ("monai", "DiceLoss", {**MONAI_SOFTMAX, "ignore_index": 0}),
        ],
    ),
    "all_ignored": (
        (field(3)[0], torch.full((1, 5, 7), 255)),
        255,
        [
            ("torch", "cross_entropy", {"ignore_index": 255}),
            ("smp", "DiceLoss", {"mode": "multiclass", "ignore_index": 255}),
            ("smp", "FocalLoss", {"mode": "multiclass", "ignore_index": 255}),
            ("smp", "SoftCrossEntropyLoss", {"smooth_factor": 0.0, "ignore_index": 255}),
            ("kornia", "focal_loss", {**KORNIA, "alpha": 0.25, "ignore_index": 255}),
        ],
    ),
    "two_channels": (
        (torch.cat([torch.zeros(1, 1, 5, 7), field(1)[0]], 1), field(1)[1]),
        None,
        [
            ("monai", "DiceLoss", MONAI_SOFTMAX),
            ("monai", "DiceLoss", {**MONAI_SOFTMAX, "include_background": False}),
            ("monai", "DiceFocalLoss", {**MONAI_SOFTMAX, "include_background": False}),
            ("monai", "FocalLoss", {**MONAI_FOCAL, "include_background": False}),
            ("smp", "DiceLoss", {"mode": "multiclass"}),
            ("torch", "cross_entropy", {"weight": [1.0, 50.0]}),
            ("kornia", "dice_loss", {}),
        ],
    ),
    "rare_classes": (
        field(3),
        None,
        [
            ("torch", "cross_entropy", {"weight": RARE}),
            ("smp", "DiceLoss", {"mode": "multiclass", "class_weights": RARE}),
            ("monai", "DiceLoss", {**MONAI_SOFTMAX, "weight": RARE}),
            ("monai", "DiceCELoss", {**MONAI_SOFTMAX, "weight": RARE}),
            ("kornia", "lovasz_softmax_loss", {"weight": RARE}),
            ("kornia", "dice_loss", {"average": "macro", "weight": RARE}),
            ("mmseg", "LovaszLoss", {"class_weight": RARE, "reduction": "none"}),
        ],
    ),
}


def case(library, loss, args, logits, labels, losses_of_mmseg):
    for dtype in [torch.float64, torch.float32]:
        z = logits.to(dtype).requires_grad_()
        try:
            value = call(library, loss, args, z, labels, losses_of_mmseg)
        except RuntimeError as why:
            # Some put float32 beside float64.
            if dtype is torch.float64 and ("dtype" in str(why) or "scalar type" in str(why)):
                continue
            raise
        grad = torch.autograd.grad(value, z)[0].flatten().tolist() if value.requires_grad else None
        finite = math.isfinite(value.item())
        return {
            "library": library,
            "version": VERSIONS[library],
            "loss": loss,
            "args": args,
            "dtype": str(dtype).removeprefix("torch."),
            "value": value.item() if finite else None,
            "grad": [float(f"{g:.9g}") for g in grad] if grad and finite and all(map(math.isfinite, grad)) else None,
        }


def main():
    losses_of_mmseg = mmseg(sys.argv[1])
    for name, ((logits, labels), ignore, calls) in FILES.items():
        images, classes, height, width = logits.shape
        made = {
            "task": "binary" if classes == 1 else "multiclass",
            "batch": images,
            "classes": classes,
            "height": height,
            "width": width,
            "logits": logits.flatten().tolist(),
            "labels": labels.flatten().tolist(),
            "ignore_index": ignore,
            "cases": [case(*one, logits, labels, losses_of_mmseg) for one in calls],
        }
        with open(f"calls_{name}.json", "w") as file:
            json.dump(made, file, separators=(",", ":"))
            file.write("\n")
        print(name, [case["value"] for case in made["cases"]])


if __name__ == "__main__":
    main()
