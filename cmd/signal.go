package cmd

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// UntilSignal ends with the first signal that asks the program to end. By then the
// default action is back in force, so that a second one ends the process at once,
// whatever the shutdown is waiting for; with signal.NotifyContext one that comes
// right behind the first would be lost. It is for main functions, to be called
// once.
func UntilSignal() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		signal.Stop(signals)
		cancel()
	}()
	return ctx
}
