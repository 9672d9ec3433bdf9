package ui

import (
	"maps"
	"net/http"
	"strings"
)

// policy is the Content-Security-Policy of every response, but for the worker of
// home and rooms. Nothing is allowed that is not listed; each line says what it is
// for.
var policy = strings.Join([]string{
	"default-src 'none'",                 // what is not named below does not load
	"script-src 'self'",                  // our modules; nothing inline, no eval
	"style-src 'self'",                   // our sheets; nothing inline
	"img-src 'self' blob: data:",         // icons; received pictures become blobs first
	"connect-src 'self'",                 // socket, uploads and downloads on this origin
	"manifest-src 'self'",                // the installable app's manifest
	"worker-src 'self'",                  // its service worker
	"form-action 'self'",                 // an injected form cannot post a code elsewhere
	"base-uri 'none'",                    // an injected <base> cannot move our modules
	"frame-ancestors 'none'",             // no clickjacking
	"require-trusted-types-for 'script'", // innerHTML and its like throw
	noTypes,                              // and nothing may make what they would take
}, "; ")

// A page that registers the service worker has one policy for trusted types, which
// knows that one address; see page/worker.js. No other answer has any.
const (
	noTypes    = "trusted-types 'none'"
	workerType = "trusted-types worker"
)

var policyWithWorker = strings.Replace(policy, noTypes, workerType, 1)

// SecurityHeaders are those of every response. With https set, browsers are told
// to come back only by https for a year.
func SecurityHeaders(https bool) http.Header {
	h := http.Header{
		"Content-Security-Policy":      {policy},
		"X-Content-Type-Options":       {"nosniff"},
		"Referrer-Policy":              {"no-referrer"}, // a room's address is its key; see layout.html
		"Cross-Origin-Opener-Policy":   {"same-origin"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Cache-Control":                {"no-store"},
	}
	if https {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	return h
}

// Headers sets the security headers on every response of next, before next
// runs, so that a handler may only tighten or replace them knowingly.
//
// Responses are not stored unless a handler says otherwise, as Static does. It
// must be the outermost handler but for recovery, so that refusals of other
// middleware carry the headers too.
func Headers(https bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), SecurityHeaders(https))
		next.ServeHTTP(w, r)
	})
}
