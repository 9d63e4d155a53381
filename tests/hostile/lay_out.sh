#!/bin/bash
# lay_out.sh FOLDER: copies the hostile files to FOLDER/cases and adds what no version control system keeps: links, pipes and devices.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
cp -r "$here/cases" "$1/cases"
printf '0123456789abcdef' >"$1/secret.bin"
mkdir "$1/data"
cp "$1/secret.bin" "$1/data.bin"
cd "$1/cases"
ln -s ../../secret.bin onnx-external-symlink/data.bin
ln -s ../.. onnx-external-symlinked-folder/folder
ln "$1/secret.bin" onnx-external-hard-link/data.bin
mkfifo onnx-external-fifo/data.bin
ln -s /dev/zero onnx-external-device/data.bin
