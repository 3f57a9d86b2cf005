#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A user's way: pkg-config against the build tree compiles and links the classic Windows program unchanged, and it runs.
# Usage: pkg_config_test.sh SOURCE_DIR LIBRARY_DIR C_COMPILER
set -euo pipefail
source_dir=$1 library_dir=$2 compiler=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PKG_CONFIG_PATH=$library_dir/pkgconfig
read -ra flags <<<"$(pkg-config --cflags --libs ntdsapi-compat)"
for program in dssync; do
  "$compiler" "$source_dir/examples/$program.c" -Wall -Werror -o "$folder/$program" "${flags[@]}" "-Wl,-rpath,$library_dir"
  status=0
  "$folder/$program" >"$folder/output" 2>&1 || status=$?
  [ "$status" -eq 2 ] && grep -q "usage: $program" "$folder/output" || { cat "$folder/output"; exit 1; }
done
read -ra flags <<<"$(pkg-config --cflags --libs ntdsapi)"
printf '#include <ntdsapi.h>\nint main(void) { HANDLE ds = 0; return (int)DsUnBindW(&ds) == 6 ? 0 : 1; }\n' >"$folder/plain.c"
"$compiler" "$folder/plain.c" -Wall -Werror -o "$folder/plain" "${flags[@]}" "-Wl,-rpath,$library_dir"
"$folder/plain"
echo "pkg-config is right"
