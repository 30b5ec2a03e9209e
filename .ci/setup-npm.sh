#!/usr/bin/env bash
# setup-npm.sh DIR: the npm packages of DIR, exactly as its package-lock.json has them.
. "$(dirname "$0")/lib.sh"
need_node

dir=$1
# A copy of the lockfile that node_modules was installed from.
stamp=$dir/node_modules/.installed-from.json
if cmp -s "$dir/package-lock.json" "$stamp"; then exit 0; fi

say "installing the npm packages of $dir (about 20 seconds, once)"
npm --prefix "$dir" ci --no-audit --no-fund ||
    die "npm could not install the packages of $dir. Its message is above; check the network, and that $dir/package-lock.json is as in the repository."
cp "$dir/package-lock.json" "$stamp"
