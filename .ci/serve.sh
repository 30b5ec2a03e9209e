#!/usr/bin/env bash
# Serves the built page; Vite takes the next free port if this one is taken, and prints the address.
. "$(dirname "$0")/lib.sh"

say "serving www/dist (Ctrl-C stops)"
cd www
exec vite preview --host 127.0.0.1 --port "${PORT:-4173}"
