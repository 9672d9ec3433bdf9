//go:build !e2e

package redistest

// processes is empty: without the tag a test needs nothing but Go.
var processes []backend
