//go:build unix

package cmd

import (
	"os/exec"
	"syscall"
)

// setApart keeps the keys of our terminal from a command: Ctrl-C ends the server
// and not the browser that it opened.
func setApart(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
