//go:build e2e && unix

package cmd

func init() { kills = 100 }
