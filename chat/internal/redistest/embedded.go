//go:build !e2e

package redistest

// processes is empty: without the tag a test needs nothing but Go.
var processes []backend

// A Process is a redis-server, which there is with the tag e2e only.
type Process struct{}
