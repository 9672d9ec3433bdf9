//go:build !unix

package cmd

import "os/exec"

// setApart has nothing to do where a browser does not hang on our terminal.
func setApart(*exec.Cmd) {}
