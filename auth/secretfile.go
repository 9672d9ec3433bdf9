package auth

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// fileVersion is the version of the secret file's format.
const fileVersion = 1

// secretFile is the secret file. Its JSON has one spelling only: a file must
// be byte for byte what encodeSecret writes, so that no damage goes unnoticed,
// not even one flipped bit that JSON would forgive. The checksum is against
// accidents; against people there is the file's mode.
type secretFile struct {
	Version  int    `json:"version"`
	Secret   string `json:"secret"`
	Issuer   string `json:"issuer"`
	Account  string `json:"account"`
	Epoch    int64  `json:"epoch"`
	LastStep int64  `json:"last_step"`
	Checksum string `json:"checksum"` // SHA-256, in hex, of the file with this field empty
}

func encodeSecret(s Secret) ([]byte, error) {
	f := secretFile{
		Version:  fileVersion,
		Secret:   s.text(),
		Issuer:   s.issuer,
		Account:  s.account,
		Epoch:    s.epoch,
		LastStep: s.used,
	}
	bare, err := f.marshal()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(bare)
	f.Checksum = hex.EncodeToString(sum[:])
	return f.marshal()
}

func (f secretFile) marshal() ([]byte, error) {
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding secret: %w", err)
	}
	return append(b, '\n'), nil
}

// decodeSecret is the inverse of encodeSecret. Its errors quote nothing of the
// file.
func decodeSecret(b []byte) (Secret, error) {
	var f secretFile
	if err := json.Unmarshal(b, &f); err != nil {
		return Secret{}, errors.New("it is cut off or was changed")
	}
	if f.Version > fileVersion {
		return Secret{}, fmt.Errorf("it has version %d, this program knows %d; use a newer program", f.Version, fileVersion)
	}
	s, err := ParseSecret(f.Secret, f.Issuer, f.Account)
	if err != nil {
		return Secret{}, errors.New("it holds no valid secret")
	}
	s.epoch, s.used = f.Epoch, f.LastStep
	if want, err := encodeSecret(s); err != nil || !bytes.Equal(b, want) {
		return Secret{}, errors.New("its checksum does not match")
	}
	return s, nil
}
