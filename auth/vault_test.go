package auth

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func openVault(t testing.TB, dir string) *Vault {
	t.Helper()
	v, err := OpenVault(dir)
	if err != nil {
		t.Fatalf("OpenVault: got %v", err)
	}
	return v
}

func newSecret(t testing.TB) Secret {
	t.Helper()
	s, err := NewSecret("chat", "owner")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// enrolledVault returns a vault with a secret, and its folder.
func enrolledVault(t testing.TB) (*Vault, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	v := openVault(t, dir)
	s := newSecret(t)
	s.used = 7
	if err := v.Create(s); err != nil {
		t.Fatalf("Create: got %v", err)
	}
	return v, dir
}

func current(t testing.TB, v *Vault) Secret {
	t.Helper()
	s, err := v.Current()
	if err != nil {
		t.Fatalf("Current: got %v", err)
	}
	return s
}

func TestVaultKeepsTheSecret(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	v := openVault(t, dir)
	if _, err := v.Current(); !errors.Is(err, ErrNotEnrolled) {
		t.Fatalf("Current: got %v, want ErrNotEnrolled", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("opening made the folder: want nothing left behind before Create")
	}
	if err := v.Replace(newSecret(t)); !errors.Is(err, ErrNotEnrolled) {
		t.Errorf("Replace: got %v, want ErrNotEnrolled", err)
	}
	s := newSecret(t)
	s.used = 42
	if err := v.Create(s); err != nil {
		t.Fatalf("Create: got %v", err)
	}
	if err := v.Create(newSecret(t)); !errors.Is(err, ErrEnrolled) {
		t.Errorf("second Create: got %v, want ErrEnrolled", err)
	}
	got := current(t, openVault(t, dir))
	if got.text() != s.text() || got.used != 42 || got.issuer != "chat" || got.account != "owner" {
		t.Errorf("after reopening: got another secret than was created")
	}
}

func TestCreateHasOneWinner(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	var won atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		v := openVault(t, dir) // one each, as processes have
		all.Go(func() {
			s, _ := NewSecret("chat", "owner")
			if err := v.Create(s); err == nil {
				won.Add(1)
			} else if !errors.Is(err, ErrEnrolled) {
				t.Errorf("Create: got %v, want ErrEnrolled", err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("winners: got %d, want 1", won.Load())
	}
	current(t, openVault(t, dir))
}

func TestReplaceShowsInOtherProcesses(t *testing.T) {
	server, dir := enrolledVault(t)
	before := current(t, server)
	s := newSecret(t)
	if err := openVault(t, dir).Replace(s); err != nil {
		t.Fatalf("Replace: got %v", err)
	}
	after := current(t, server)
	if after.text() != s.text() || after.Epoch() != before.Epoch()+1 {
		t.Errorf("after a rotation elsewhere: got epoch %d, want %d and the new secret", after.Epoch(), before.Epoch()+1)
	}
}

// The fault: two rotations at once, of which both report success while the
// owner's phone holds the secret that lost.
func TestReplaceHasOneWinner(t *testing.T) {
	_, dir := enrolledVault(t)
	before := current(t, openVault(t, dir)).Epoch()
	secrets, vaults := make([]Secret, 8), make([]*Vault, 8)
	for i := range secrets {
		secrets[i], vaults[i] = newSecret(t), openVault(t, dir)
	}
	winner := make(chan int, len(secrets))
	var all sync.WaitGroup
	for i, v := range vaults {
		all.Go(func() {
			if err := v.Replace(secrets[i]); err == nil {
				winner <- i
			} else if !errors.Is(err, ErrChanged) {
				t.Errorf("Replace: got %v, want ErrChanged", err)
			}
		})
	}
	all.Wait()
	if len(winner) != 1 {
		t.Fatalf("winners: got %d, want 1", len(winner))
	}
	got := current(t, openVault(t, dir))
	if got.text() != secrets[<-winner].text() || got.Epoch() != before+1 {
		t.Errorf("got epoch %d, want %d and the winner's secret", got.Epoch(), before+1)
	}
}

// The fault: a file that a crash, a full disk or a bad sector left damaged is
// taken for a secret, or for none, which would open the set-up to anybody.
func TestDamageIsNoticed(t *testing.T) {
	_, dir := enrolledVault(t)
	path := filepath.Join(dir, secretName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damage := map[string][]byte{
		"zeroed":       make([]byte, len(whole)),
		"appended":     append(bytes.Clone(whole), ' '),
		"twice":        append(bytes.Clone(whole), whole...),
		"another JSON": []byte(`{"version":1}`),
		"newer":        bytes.Replace(whole, []byte(`"version": 1`), []byte(`"version": 2`), 1),
	}
	for i := range whole {
		damage["cut"+string(rune(i))] = whole[:i]
		for bit := range 8 {
			b := bytes.Clone(whole)
			b[i] ^= 1 << bit
			damage["flip"+string(rune(i*8+bit))] = b
		}
	}
	for name, b := range damage {
		if _, err := decodeSecret(b); err == nil {
			t.Errorf("%q: got a secret from %q", name, b)
		}
	}
	for _, name := range []string{"zeroed", "another JSON", "newer", "cut" + string(rune(0)), "cut" + string(rune(20))} {
		if err := os.WriteFile(path, damage[name], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenVault(dir); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: OpenVault: got %v, want ErrDamaged", name, err)
		}
		v := &Vault{dir: dir}
		if err := v.Create(newSecret(t)); !errors.Is(err, ErrEnrolled) {
			t.Errorf("%s: Create: got %v, want ErrEnrolled", name, err)
		}
	}
}

func TestDamageWhileRunningIsNoticed(t *testing.T) {
	v, dir := enrolledVault(t)
	path := filepath.Join(dir, secretName)
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Current(); !errors.Is(err, ErrDamaged) {
		t.Errorf("after damage: got %v, want ErrDamaged", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Current(); !errors.Is(err, ErrDamaged) {
		t.Errorf("after removal: got %v, want ErrDamaged", err)
	}
}

func TestFolderEnrolledAnewHasALaterEpoch(t *testing.T) {
	v, dir := enrolledVault(t)
	if got, want := current(t, v).Epoch(), time.Now().Unix(); got < want-60 || got > want {
		t.Errorf("first epoch: got %d, want about %d", got, want)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := openVault(t, dir).Create(newSecret(t)); err != nil {
		t.Errorf("Create after removal and restart: got %v", err)
	}
}

func TestLeftoversOfACrashDoNotMatter(t *testing.T) {
	_, dir := enrolledVault(t)
	left := filepath.Join(dir, tempPrefix+"123")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	v := openVault(t, dir)
	if err := v.Replace(newSecret(t)); err != nil {
		t.Fatalf("Replace: got %v", err)
	}
	names, _ := filepath.Glob(filepath.Join(dir, tempPrefix+"*"))
	if len(names) != 0 {
		t.Errorf("temporary files: got %q, want none", names)
	}
}

func TestFixedVaultRefuses(t *testing.T) {
	s := mustParse(t, rfcKey)
	v := FixedVault(s)
	if got := current(t, v); got.text() != s.text() {
		t.Error("Current: got another secret")
	}
	if err := v.Create(s); !errors.Is(err, ErrEnrolled) {
		t.Errorf("Create: got %v, want ErrEnrolled", err)
	}
	if err := v.Replace(s); !errors.Is(err, ErrFixed) {
		t.Errorf("Replace: got %v, want ErrFixed", err)
	}
	if other := newSecret(t); other.Epoch() == s.Epoch() {
		t.Error("two secrets share an epoch: sessions would outlive a change of TOTP_SECRET")
	}
}

func FuzzDecodeSecret(f *testing.F) {
	s := mustParse(f, rfcKey)
	b, err := encodeSecret(s)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte("{}"))
	f.Add(b[:len(b)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := decodeSecret(b)
		if err != nil {
			if s != (Secret{}) {
				t.Error("an error came with a secret")
			}
			return
		}
		again, err := encodeSecret(s)
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("got %q, %v, want %q", again, err, b)
		}
	})
}
