// Package gatetest is the matrix that every mounting of the gate must pass: handlers that answer in each
// of the ways net/http knows, what each must and must not put on the wire, and a client that reads the
// wire itself, since Go's own client hides interim responses, trailers and spellings.
//
//	for _, c := range gatetest.Cases() {
//		for _, v := range gatetest.Visitors(rules) {
//			server := httptest.NewServer(mount(c, v))   // the mounting under test
//			wire := gatetest.Exchange(t, server.Listener.Addr().String(), c)
//			gatetest.Check(t, c, v, wire)
//		}
//	}
package gatetest
