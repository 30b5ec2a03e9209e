#!/usr/bin/env bash
# Serves the built page at PORT, or at the next port that is free, and prints the address.
. "$(dirname "$0")/lib.sh"

say "serving www/dist (Ctrl-C stops)"
cd www
exec node serve.js
