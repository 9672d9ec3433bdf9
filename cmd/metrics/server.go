package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"chat/chat"
)

// perScrape bounds what a look at the sources may take.
const perScrape = 2 * time.Second

// server is a prometheus.Collector that asks the sources.
type server struct {
	ask Sources

	sockets, ended, overflows, rooms, people, said, deliveries, acks *prometheus.Desc
	level, ready, lost                                               *prometheus.Desc
}

func newServer(s Sources) *server {
	one := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return &server{
		ask:        s,
		sockets:    one("chat_sockets", "Sockets that are open.", "transport"),
		ended:      one("chat_sockets_ended_total", "Sockets that ended, by the reason.", "reason"),
		overflows:  one("chat_send_queue_overflows_total", "Sockets whose client left too much unread."),
		rooms:      one("chat_rooms", "Rooms with somebody in them."),
		people:     one("chat_people", "People with a socket."),
		said:       one("chat_messages_total", "Messages, and changes to them, that clients of this server sent and the history keeps."),
		deliveries: one("chat_deliveries_total", "Messages to a socket, counted for each that gets one."),
		acks:       one("chat_ack_seconds", "From a message's arrival to the moment that the history has it and its sender is told."),
		level:      one("chat_login_level", "Codes that a device must bring that never logged in: 1, or 2 or 3 while somebody guesses."),
		ready:      one("chat_ready", "1 if Redis and the data folder work, as /ready says."),
		lost:       one("chat_log_records_lost_total", "Records that the log could not write."),
	}
}

// Describe names all.
func (s *server) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		s.sockets, s.ended, s.overflows, s.rooms, s.people, s.said, s.deliveries, s.acks, s.level, s.ready, s.lost,
	} {
		ch <- d
	}
}

// Collect reads all. A level that Redis does not tell is left out.
func (s *server) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	counter := func(d *prometheus.Desc, v uint64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	c := s.ask.Rooms()
	gauge(s.sockets, float64(c.Sockets.Polling), "polling")
	gauge(s.sockets, float64(c.Sockets.Websocket), "websocket")
	for why, n := range c.Sockets.Ended {
		counter(s.ended, n, why.String())
	}
	counter(s.overflows, c.Sockets.Overflows)
	gauge(s.rooms, float64(c.Rooms))
	gauge(s.people, float64(c.People))
	counter(s.said, c.Said)
	counter(s.deliveries, c.Deliveries)
	ch <- histogram(s.acks, c.Acks)

	ctx, cancel := context.WithTimeout(context.Background(), perScrape)
	defer cancel()
	ready := 0.0
	if s.ask.Ready(ctx) {
		ready = 1
	}
	gauge(s.ready, ready)
	if level, err := s.ask.Level(ctx); err == nil {
		gauge(s.level, float64(level))
	}
	counter(s.lost, s.ask.Lost())
}

// histogram is a latency with buckets that count all that is below their bound.
func histogram(d *prometheus.Desc, l chat.Latency) prometheus.Metric {
	buckets := make(map[float64]uint64, len(chat.Bounds))
	n := uint64(0)
	for i, bound := range chat.Bounds {
		n += l.Within[i]
		buckets[bound.Seconds()] = n
	}
	return prometheus.MustNewConstHistogram(d, n+l.Over, l.Sum.Seconds(), buckets)
}
