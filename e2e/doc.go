// Package e2e drives the real program with a real browser, as a visitor and as an admin would: the
// binary is built once, runs on free ports with a database of its own for each test, and Chromium is
// watched from outside, in its cookie jar, on its wire and in its console.
//
// What is promised is checked where it would be broken: that a cookie was refused is read off the jar
// (HttpOnly ones included) and off the headers that left the browser, that nothing reached the third
// party is read off the third party's own log, and that nobody was counted off the dashboard's numbers.
//
// A test that keeps a clause of a policy carries its id in its name. With -shots DIR the pages are also
// written there as pictures, for people to look at.
package e2e
