#!/usr/bin/env bash
# Runs every line of Python that Lossfield offers to copy in the libraries themselves: tests/libraries.
# The libraries are installed in a virtual environment under target/, which is about 1.5 GB.
. "$(dirname "$0")/lib.sh"
need_rustup

VENV=$ROOT/target/libraries
REQUIREMENTS=$ROOT/tests/libraries/requirements.txt
# Written last, so that an installation that was interrupted is done again.
STAMP=$VENV/installed
# Compiled Python is kept: without it every run would take twice as long.
unset PYTHONDONTWRITEBYTECODE

if ! { [ -f "$STAMP" ] && cmp -s "$STAMP" "$REQUIREMENTS"; }; then
    have python3 || die "Python is not installed. Install Python 3.11 or newer and run this again."
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        die "$(python3 --version) is too old. Install Python 3.11 or newer and run this again."
    say "installing the libraries in target/libraries (about a minute, once; 600 MB to download)"
    rm -rf "$VENV"
    python3 -m venv "$VENV" ||
        die "Python could not make a virtual environment. Its message is above; on Debian: apt-get install python3-venv."
    "$VENV/bin/pip" install --quiet --no-deps --disable-pip-version-check --requirement "$REQUIREMENTS" ||
        die "pip could not install the libraries. Its message is above; the usual cause is no network."
fi

# The torch of PyPI for Linux is made for a GPU and does not start without its libraries.
if ! "$VENV/bin/python" -c 'import torch' 2>/dev/null; then
    have readelf && have "${CC:-cc}" ||
        die "torch does not start without the libraries of a GPU, and making stand-ins for them needs readelf and a C compiler (on Debian: apt-get install build-essential)."
    "$VENV/bin/python" tests/libraries/stand_ins.py >/dev/null ||
        die "the stand-ins for the libraries of a GPU could not be made. The message is above."
    "$VENV/bin/python" -c 'import torch' ||
        die "torch does not start. Its message is above."
fi
cp "$REQUIREMENTS" "$STAMP"

say "the lines of Python to copy, run in PyTorch, torchvision, smp, MONAI, kornia and Keras"
LINES=$ROOT/target/libraries/lines.json
cargo run --quiet --example emit >"$LINES" || die "the lines could not be made. The message is above."
"$VENV/bin/python" tests/libraries/run.py "$LINES" tests/libraries/last-run.md ||
    die "a line of Python fails or has another value than Lossfield says. They are listed above and in tests/libraries/last-run.md."

say "the lines of Python that load files, run on the files of tests/files/made"
READ=$ROOT/target/libraries/read.json
cargo run --quiet --example emit_files tests/files/made >"$READ" || die "the lines could not be made. The message is above."
"$VENV/bin/python" tests/files/run.py "$READ" ||
    die "a line of Python that loads a file fails or makes something else than Lossfield reads. They are listed above."
