package auth_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"chat/auth"
)

// Example enrols an authenticator as chat setup-totp does: show the secret, ask
// for its first code, and only then keep it.
func Example() {
	dir, err := os.MkdirTemp("", "chat")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()

	vault, err := auth.OpenVault(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = vault.Current()
	fmt.Println("enrolled:", !errors.Is(err, auth.ErrNotEnrolled))

	secret, err := auth.NewSecret("chat", "owner")
	if err != nil {
		fmt.Println(err)
		return
	}
	phone := strings.ReplaceAll(secret.Groups(), " ", "") // or by QR code, from secret.URI()
	now := time.Now()
	code, err := totp.GenerateCode(phone, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	active, ok := secret.Activate(code, now)
	if !ok {
		fmt.Println("that code does not fit")
		return
	}
	if err := vault.Create(active); err != nil {
		fmt.Println(err)
		return
	}
	_, err = vault.Current()
	fmt.Println("enrolled:", err == nil)
	fmt.Println("again:", vault.Create(active))
	// Output:
	// enrolled: false
	// enrolled: true
	// again: writing secret: an authenticator is enrolled already
}
