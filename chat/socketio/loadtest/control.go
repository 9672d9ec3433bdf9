package main

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"time"
)

// A control is a connection from the tool to itself. The latency of what is sent
// over it is that of the machine, the kernel and the tool, without a server.
type control struct {
	from, to net.Conn
	done     chan struct{} // closed to end it
	ended    chan latencies
}

// controlEvery is the time between two messages of a control: often enough to
// see the machine's delays, too seldom to cause them.
const controlEvery = 5 * time.Millisecond

func startControl() (*control, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	from, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		return nil, err
	}
	to, err := listener.Accept()
	if err != nil {
		return nil, errors.Join(err, from.Close())
	}
	c := &control{from, to, make(chan struct{}), make(chan latencies)}
	go c.send()
	go c.receive()
	return c, nil
}

// stop ends the control and returns what it measured.
func (c *control) stop() latencies {
	close(c.done)
	return <-c.ended
}

func (c *control) send() {
	defer c.from.Close()
	ticker := time.NewTicker(controlEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-c.done:
			return
		}
		if binary.Write(c.from, binary.BigEndian, time.Now().UnixNano()) != nil {
			return
		}
	}
}

func (c *control) receive() {
	defer c.to.Close()
	var all latencies
	var sent [8]byte
	for {
		if _, err := io.ReadFull(c.to, sent[:]); err != nil {
			slices.Sort(all)
			c.ended <- all
			return
		}
		all = append(all, time.Since(time.Unix(0, int64(binary.BigEndian.Uint64(sent[:])))))
	}
}
