"""Makes stand-ins for the GPU libraries that PyPI's torch for Linux is linked against, so that it can be imported on a
machine without them.

Run it with the Python that torch is installed for. Every function of a stand-in returns 100, which CUDA calls "no
device". Needs readelf and a C compiler. Where torch is a build for the CPU there is nothing to do.
"""

import collections
import os
import pathlib
import re
import subprocess
import sys
import sysconfig

LIB = pathlib.Path(sysconfig.get_paths()["platlib"]) / "torch" / "lib"
# Names that belong to NVIDIA's libraries; those with a prefix of torch's own are its own.
NVIDIA = re.compile(r"^lib(cu|nccl|nvrtc|nvshmem)")
SYMBOL = re.compile(r"^(__cuda|cuda|cublas|cudnn|cufft|cusparse|cusolver|nccl|nvrtc|nvshmem|cupti|cuFile|cu[A-Z])")
# Which library a symbol without a version is put into: the first that fits.
HOMES = ["cublasLt", "cublas", "cudnn", "cufft", "cusparseLt", "cusparse", "cusolver", "nccl", "nvrtc", "nvshmem"]
HOMES += ["cupti", "cuFile"]


def read(path, *options):
    return subprocess.run(["readelf", "-W", *options, str(path)], capture_output=True, text=True, check=True).stdout


def main():
    # caffe2_nvrtc is opened only where there is a GPU.
    own = [p for p in LIB.iterdir() if ".so" in p.name and not NVIDIA.match(p.name) and "caffe2_nvrtc" not in p.name]
    needed, versioned, plain, defined = set(), collections.defaultdict(dict), {}, set()
    for path in own:
        needed |= {name for name in re.findall(r"\(NEEDED\).*\[(.+?)\]", read(path, "-d")) if NVIDIA.match(name)}
        file, file_of = None, {}
        for line in read(path, "-V").splitlines():
            if found := re.search(r"Version: 1\s+File: (\S+)\s+Cnt", line):
                file = found.group(1)
            elif file and (found := re.search(r"Name: (\S+)\s+Flags:.*Version: (\d+)", line)):
                file_of[found.group(1)] = file
        for line in read(path, "--dyn-syms").splitlines():
            found = re.match(r"\s*\d+: \S+\s+\S+\s+(\w+)\s+(GLOBAL|WEAK)\s+\w+\s+(\S+) (\S+)", line)
            if not found:
                continue
            kind, binding, section, symbol = found.groups()
            name, _, version = symbol.partition("@")
            version = version.lstrip("@")
            if section != "UND":
                defined.add(name)
            elif binding == "GLOBAL" and version and NVIDIA.match(file_of.get(version, "")):
                versioned[file_of[version]].setdefault(version, {})[name] = kind
            elif binding == "GLOBAL" and not version and SYMBOL.match(name):
                plain[name] = kind
    for name, kind in plain.items():
        if name not in defined:
            versioned[home(name, needed)].setdefault("", {})[name] = kind
    for name in sorted(needed):
        compile_stand_in(name, versioned[name])
    print(f"{len(needed)} stand-ins in {LIB}")


def home(symbol, names):
    """The library that a symbol without a version is put into."""
    for prefix in HOMES:
        if symbol.startswith(prefix):
            for name in sorted(names):
                if name.startswith(f"lib{prefix}"):
                    return name
    return next(name for name in sorted(names) if name.startswith("libcudart"))


def compile_stand_in(name, versions):
    source, script = [], []
    for version, symbols in versions.items():
        if version:
            script.append("%s { global: %s };" % (version, " ".join(f"{symbol};" for symbol in sorted(symbols))))
        for symbol, kind in sorted(symbols.items()):
            source.append(f"char {symbol}[256];" if kind == "OBJECT" else f"int {symbol}(void) {{ return 100; }}")
    if script and "" in versions:
        script.append("PLAIN { global: %s };" % " ".join(f"{symbol};" for symbol in sorted(versions[""])))
    c, map_ = LIB / f"{name}.c", LIB / f"{name}.map"
    c.write_text("\n".join(source) + "\n")
    map_.write_text("\n".join(script) + "\n")
    command = [os.environ.get("CC", "cc"), "-shared", "-fPIC", "-w", "-fno-builtin", "-nostdlib"]
    command += ["-o", str(LIB / name), str(c), f"-Wl,-soname,{name}"]
    if script:
        command.append(f"-Wl,--version-script={map_}")
    subprocess.run(command, check=True)
    c.unlink()
    map_.unlink()


if __name__ == "__main__":
    sys.exit(main())
