# Sourced from this folder or the one above: puts the Node.js that setup brought,
# if it did, before the system's.
for folder in "$PWD/node/bin" "$PWD/.ci/node/bin"; do
	[ -x "$folder/node" ] && PATH=$folder:$PATH
done
export PATH
