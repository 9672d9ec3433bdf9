package auth

import "strconv"

// ordered reports whether a greater epoch is a newer one, as it is in a folder;
// those of the environment are hashes.
func (v *Vault) ordered() bool { return v.dir != "" }

// label tells a secret from others to servers that share a Redis, which sees no more
// of it than of the epochs of the environment.
func (v *Vault) label(s Secret) string {
	kind := "env"
	if v.ordered() {
		kind = "file"
	}
	b, _ := unpadded.DecodeString(s.text()) // We encoded it.
	return kind + " " + strconv.FormatInt(shortHash(b), 10)
}
